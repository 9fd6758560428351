"""The named points at which a process can be killed, and a process of its own that is killed at one of them.

The points are set by the torture in that process alone: functions of the product are wrapped there, and the product
knows nothing of it.
"""

import json
import os
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from service.protection import vault
from service.store import audit, backup
from service.store.place import Place
from words import LANGUAGES, Fault, text

BEFORE_COMMIT, BEFORE_HEAD, HALF_A_HEAD, AFTER_HEAD = (
    "before the commit",
    "between commit and head",
    "within the head",
    "after the head",
)
AROUND = (  # module or class, function, what it does: a point before and one after it
    (vault, "scrub", "the scrub"),
    (os, "replace", "the rename"),
    (os, "link", "the new name"),
    (os, "fsync", "the sync"),
    (Place, "keep", "a data file is kept outside"),
    (Place, "remove", "data files are removed"),
    (backup, "_replace_pages", "the store's pages are replaced"),
    (backup, "_fill_server", "the server is filled"),
)


@dataclass
class Points:
    """The points passed so far; the process is killed at the one with the number `at`."""

    at: int | None
    passed: list[str] = field(default_factory=list)
    commits: list[Any] = field(default_factory=list)
    noting: float = 0.0  # processor seconds that went into noting what there is after each commit

    def reach(self, name: str) -> None:
        """Pass a point, or be killed at it."""
        self.passed.append(name)
        if self.at == len(self.passed) - 1:
            os.kill(os.getpid(), signal.SIGKILL)

    def set(self, after_commit: Callable[[], Any] | None) -> None:
        """Wrap the functions; after_commit: what is noted of the store after each commit."""
        sa.event.listen(sa.engine.Engine, "commit", lambda _: self.reach(BEFORE_COMMIT))
        for module, name, what in AROUND:
            setattr(module, name, self._around(getattr(module, name), what))
        vars(audit)["anchor"] = self._heads(audit.anchor, after_commit)

    def _around(self, do: Callable, what: str) -> Callable:
        def wrapped(*arguments: Any, **options: Any) -> Any:
            self.reach(f"before {what}")
            result = do(*arguments, **options)
            self.reach(f"after {what}")
            return result

        return wrapped

    def _heads(self, anchor: Callable, after_commit: Callable[[], Any] | None) -> Callable:
        def wrapped(url: sa.URL, heads: Any) -> None:
            if after_commit is not None:
                begun = time.process_time()
                self.commits.append(after_commit())
                self.noting += time.process_time() - begun
            heads = list(heads)
            self.reach(BEFORE_HEAD)
            file = audit.head_file(url)
            if heads and file is not None:
                if self.at == len(self.passed):
                    with file.open("a") as opened:
                        opened.write(str(heads[0])[:20])
                self.reach(HALF_A_HEAD)
            anchor(url, heads)
            self.reach(AFTER_HEAD)

        return wrapped


@dataclass(frozen=True)
class Ended:
    """How a process ended: killed, or what it said; the points it passed, and its processor seconds."""

    said: str  # "done", the key of a Fault, "TRACEBACK …", or "killed"
    passed: tuple[str, ...] = ()
    commits: tuple[Any, ...] = ()
    cpu: float = 0.0


def in_a_process(
    work: Callable[[], Any],
    *,
    at: int | None = None,
    after: float | None = None,
    record: Callable[[], Any] | None = None,
) -> Ended:
    """Do some work in a process of its own, which is killed at the point number `at`, or `after` so many CPU seconds.

    record: what is noted of the store after each commit
    """
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        points = Points(at)
        try:
            if at is not None or record is not None:
                points.set(record)
            begun = time.process_time()
            said = _said(work)
            ended = [said, points.passed, points.commits, time.process_time() - begun - points.noting]
            os.write(write_end, json.dumps(ended).encode())
        finally:
            os._exit(0)
    os.close(write_end)
    if after is not None:
        _kill_after(child, after)
    with os.fdopen(read_end, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    if not told:
        return Ended("killed")
    said, passed, commits, cpu = json.loads(told)
    return Ended(said, tuple(passed), tuple(commits), cpu)


def _said(work: Callable[[], Any]) -> str:
    try:
        work()
    except Fault as fault:
        for language in LANGUAGES:
            text(fault.key, language, **fault.values)
        return fault.key
    except BaseException:
        return "TRACEBACK " + traceback.format_exc()[-1500:]
    return "done"


def _kill_after(child: int, seconds: float) -> None:
    """Kill a process once it has had so much of a processor: load on the machine does not shift the moment."""
    clock = (~child << 3) | 2  # the processor clock of another process, as Linux numbers it
    while time.clock_gettime(clock) < seconds:
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return  # it has ended by itself
        time.sleep(0.0005)
    os.kill(child, signal.SIGKILL)
