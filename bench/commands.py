"""What starting the command costs: processor time of help, and of commands that show what a store holds.

    python -m bench.commands [--quick]

Beside each stands its ratio to `import pandas, sqlalchemy` in a process of its own, which no command on a store can do
without: the median over rounds in each of which both are measured, one after the other, so that a busy moment of the
machine affects both.  The store is made from the ENSU demo.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.demo import ROOT, START, load_demo
from bench.measured import quick_asked

COMMANDS = (["--help"], ["--version"], ["runs"], ["imports"], ["league"])
BARE = "import pandas, sqlalchemy"
REPEATS = 15


def processor_seconds(code: str, arguments: list[str], environment: dict[str, str]) -> float:
    """The processor time (user and system) of one Python process that runs this code, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Make the store, then measure each command and the bare import in turn; print the least of each and the ratios.

    Bytecode is kept, as it is where the program is installed: the first round, not counted, writes it.  With --quick
    there is one round of the last command, on a store of one wave, with whatever bytecode there is.
    """
    quick = quick_asked()
    repeats, not_counted = (1, 0) if quick else (REPEATS, 1)
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ) | {"RANKSHIFT_STORE": f"sqlite:///{folder}/bench.db"}
        if not quick:
            environment["PYTHONPYCACHEPREFIX"] = f"{folder}/bytecode"
            environment.pop("PYTHONDONTWRITEBYTECODE", None)
        load_demo(Path(folder), environment, quick=quick)
        commands = COMMANDS[-1:] if quick else COMMANDS
        tasks = {BARE: (BARE, [])} | {" ".join(command): (START, command) for command in commands}
        seconds: dict[str, list[float]] = {name: [] for name in tasks}
        for round_number in range(not_counted + repeats):
            for name, (code, arguments) in tasks.items():
                taken = processor_seconds(code, arguments, environment)
                if round_number >= not_counted:
                    seconds[name].append(taken)
    print(f"{BARE}: {min(seconds[BARE]):.2f} s of processor time, least of {repeats}")
    for command in commands:
        of_command = seconds[" ".join(command)]
        rounds = zip(of_command, seconds[BARE], strict=True)
        ratio = statistics.median(one / bare for one, bare in rounds)
        taken, least = min(of_command), min(of_command) / min(seconds[BARE])
        print(f"rankshift {' '.join(command)}: {taken:.2f} s, {ratio:.2f} of the bare import (least {least:.2f})")


if __name__ == "__main__":
    main()
