"""Runs programs one after the other in one process, so that what they import is imported once: for a make target.

    python tests/in_turn.py '[["bench.frames", "--quick"], ["rankshift", "league"]]'

Where a program of bench/ starts itself, another one of bench/ or a command of Rankshift in a process of its own, which
it does to measure its memory or its processor time, that is run in this process too: at the smallest size, which
measures nothing, importing is most of what it costs.  All other processes are started as they are.
"""

import contextlib
import io
import json
import os
import runpy
import subprocess
import sys

start = subprocess.run
COMMAND_LINE = "from commands import start; start()"  # as bench/ starts a command of Rankshift


def run_here(command: list[str], **options) -> subprocess.CompletedProcess:
    """`subprocess.run`, which runs a module of bench/ and a command of Rankshift in this process."""
    of_bench = command[:2] == [sys.executable, "-m"] and command[2].startswith("bench.")
    of_rankshift = command[:3] == [sys.executable, "-c", COMMAND_LINE]
    if not of_bench and not of_rankshift:
        return start(command, **options)
    ours, environment = sys.argv, dict(os.environ)
    sys.argv = command[2:]
    os.environ.update(options.get("env") or {})
    try:
        with contextlib.redirect_stdout(io.StringIO()) as said:
            if of_bench:
                runpy.run_module(command[2], run_name="__main__", alter_sys=True)
            else:
                run_command()
    finally:
        sys.argv = ours
        os.environ.clear()
        os.environ.update(environment)
    return subprocess.CompletedProcess(command, 0, said.getvalue(), "")


def run_command() -> None:
    """Run the command of Rankshift that `sys.argv` names; a failure ends this process too."""
    from commands import start as command_line

    try:
        command_line()
    except SystemExit as end:
        if end.code:
            raise


def main(programs: list[list[str]]) -> None:
    """Run each to its end; what one says of itself when it fails ends this process too."""
    subprocess.run = run_here
    for program, *arguments in programs:
        sys.argv = [program, *arguments]
        print(*sys.argv, file=sys.stderr, flush=True)
        try:
            if program == "rankshift":
                run_command()
            else:
                runpy.run_module(program, run_name="__main__", alter_sys=True)
        except SystemExit as end:
            if end.code:
                raise


if __name__ == "__main__":
    main(json.loads(sys.argv.pop()))
