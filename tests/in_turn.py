"""Runs programs one after the other in one process, so that what they import is imported once: for a make target.

    python tests/in_turn.py '[["bench.frames", "--quick"], ["rankshift", "league"]]'

Where a program of bench/ starts itself or another one of bench/ in a process of its own, which it does to measure its
memory, that is run in this process too: at the smallest size, which measures nothing, importing is most of what it
costs.  All other processes are started as they are.
"""

import contextlib
import io
import json
import runpy
import subprocess
import sys

start = subprocess.run


def run_here(command: list[str], **options) -> subprocess.CompletedProcess:
    """`subprocess.run`, which runs a module of bench/ in this process."""
    if command[:2] != [sys.executable, "-m"] or not command[2].startswith("bench."):
        return start(command, **options)
    ours = sys.argv
    sys.argv = command[2:]
    try:
        with contextlib.redirect_stdout(io.StringIO()) as said:
            runpy.run_module(command[2], run_name="__main__", alter_sys=True)
    finally:
        sys.argv = ours
    return subprocess.CompletedProcess(command, 0, said.getvalue(), "")


def main(programs: list[list[str]]) -> None:
    """Run each to its end; what one says of itself when it fails ends this process too."""
    subprocess.run = run_here
    for program, *arguments in programs:
        sys.argv = [program, *arguments]
        print(*sys.argv, file=sys.stderr, flush=True)
        try:
            if program == "rankshift":
                from commands import start as command_line

                command_line()
            else:
                runpy.run_module(program, run_name="__main__", alter_sys=True)
        except SystemExit as end:
            if end.code:
                raise


if __name__ == "__main__":
    main(json.loads(sys.argv.pop()))
