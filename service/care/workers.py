"""The process in which jobs work: it begins with the first job and stays for the next ones, which begin at once.

It has to load everything that computes, which takes longer than many jobs.  It ends when it had nothing to do for a
while, and when the process that began it ends; a killed one is replaced, and the store is whole as after any crash.
"""

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

IDLE = 600.0  # seconds without a job, after which the process ends
ROOT = Path(__file__).parents[2]

_lock = threading.Lock()  # each open page is a thread
_begun: dict[int, subprocess.Popen] = {}  # by process id, so that none of them stays a zombie


@dataclass
class _Worker:
    """A process that waits for jobs on its standard input, its environment, and the job that it was given last."""

    process: subprocess.Popen
    environment: dict[str, str]
    job_id: int

    def hand(self, role: str) -> None:
        """Tell it the job."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{self.job_id} {role}\n".encode())
        self.process.stdin.flush()

    def leave(self) -> None:
        """Let it end when its present job has ended."""
        with suppress(OSError):
            assert self.process.stdin is not None
            self.process.stdin.close()


_warm: _Worker | None = None


def hand_over(job_id: int, role: str, environment: dict[str, str], has_ended: Callable[[int], bool]) -> int:
    """Give a job to the waiting process, or to a new one if there is none; returns its process id.

    environment: what the process is to have as environment variables; one that has others is no use
    has_ended: whether a job has ended well, and its process waits for the next one
    """
    global _warm
    with _lock:
        worker = _warm
        same = worker is not None and worker.environment == environment and worker.process.poll() is None
        if worker is not None and same and has_ended(worker.job_id):
            worker.job_id = job_id
            with suppress(OSError):  # it has ended in this moment
                worker.hand(role)
                return worker.process.pid
        if worker is not None:
            worker.leave()
        _warm = worker = _Worker(_new_process(environment), environment, job_id)
        worker.hand(role)
        return worker.process.pid


def has_gone(pid: int) -> bool:
    """Whether a process that this one began has ended."""
    return pid in _begun and _begun[pid].poll() is not None


def wait_for_jobs(work: Callable[[int, str], None]) -> None:
    """What the process does: each job as it comes, until nobody is left to give it one, or none came for a while."""
    lines: queue.Queue[bytes] = queue.Queue()

    def listen() -> None:
        for line in sys.stdin.buffer:
            lines.put(line)
        lines.put(b"")

    threading.Thread(target=listen, daemon=True).start()
    with suppress(queue.Empty):
        while line := lines.get(timeout=IDLE):
            job_id, role = line.decode().split()
            work(int(job_id), role)


def _new_process(environment: dict[str, str]) -> subprocess.Popen:
    path = os.pathsep.join([str(ROOT), environment.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        [sys.executable, "-m", "service.care.jobs"],
        env=environment | {"PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # it outlives the page or terminal from which its job was started
    )
    _begun[process.pid] = process
    return process
