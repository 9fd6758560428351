"""One trial: the tests in a child process, in a copy of the tree that holds the mutant; killed, or survived."""

import os
import resource
import shutil
import signal
import sys
import time
from pathlib import Path

KILLED, SURVIVED, STOPPED = "killed", "survived", "stopped"  # stopped: it ran too long or took too much memory
MEMORY = 6 * 2**30
COPIED = ("words", "estimation", "sampling", "fieldwork", "accountability", "programme", "service", "study", "tests")
COPIED += ("data", "docs", "contracts.py", "pyproject.toml")
UNKNOWN, NOTHING = 4, 5  # pytest's exit codes: a test named is not there; no test was found


def copy_tree(root: Path, to: Path) -> Path:
    """The tree as the tests need it."""
    for name in COPIED:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, to / name, ignore=shutil.ignore_patterns("__pycache__", ".hypothesis"))
        else:
            shutil.copy(source, to / name)
    return to


def warm(tree: Path) -> None:
    """Import, in this process, all that the tests import from outside the tree: the children have it already."""
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
    sys.path.insert(0, str(tree))
    os.chdir(tree)
    import hypothesis.strategies  # noqa: F401
    import pytest  # noqa: F401
    import scipy.stats  # noqa: F401

    import service.figures.waves  # noqa: F401

    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None) or "").startswith(str(tree)):
            del sys.modules[name]


def in_child(task, *, cpu_seconds: float, quiet: bool = True) -> int | None:
    """The exit code of `task()` in a child process; None if it was stopped for its time."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            os.setpgid(0, 0)
            if quiet:
                silence = os.open(os.devnull, os.O_WRONLY)
                os.dup2(silence, 1), os.dup2(silence, 2)
            limit = int(cpu_seconds) + 1
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            code = int(task())
        finally:
            os._exit(code)
    patience = time.monotonic() + 20 * cpu_seconds + 60  # a mutant that sleeps or waits uses no CPU
    while True:
        ended_pid, status = os.waitpid(child, os.WNOHANG)
        if ended_pid:
            return None if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        if time.monotonic() > patience:
            os.killpg(child, signal.SIGKILL)
        time.sleep(0.02)


def run_tests(tests: list[str]) -> int:
    """Pytest's exit code for these tests, stopped at the first that fails."""
    import pytest

    return pytest.main([*tests, "-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0"])


class Tree:
    """The copy, in which one file at a time is a mutant."""

    def __init__(self, root: Path, folder: Path):
        self.tree, self.turn = copy_tree(root, folder), 0

    def tried(self, file: str, source: str | None, tests: list[str], *, cpu_seconds: float) -> str:
        """What becomes of a mutant under these tests; source None: the file as it is."""
        code = self._code(file, source, tests, cpu_seconds)
        if code == UNKNOWN and source is not None and self._code(file, None, tests, cpu_seconds) == UNKNOWN:
            tests = sorted({test.split("::")[0] for test in tests})  # renamed since they were measured: whole modules
            code = self._code(file, source, tests, 4 * cpu_seconds)
        if code == NOTHING:
            raise RuntimeError(f"no test was found among {tests[:3]}")
        return STOPPED if code is None else SURVIVED if code == 0 else KILLED

    def _code(self, file: str, source: str | None, tests: list[str], cpu_seconds: float) -> int | None:
        path = self.tree / file
        kept = path.read_bytes()
        try:
            if source is not None:
                self._write(path, source.encode())
            return in_child(lambda: run_tests(tests), cpu_seconds=cpu_seconds)
        finally:
            self._write(path, kept)

    def _write(self, path: Path, content: bytes) -> None:
        """A time of its own for every content: Python takes a file of the same time and size for the one it knows."""
        path.write_bytes(content)
        self.turn += 2
        os.utime(path, (self.turn, self.turn))
