"""How long a bulletin of 70 and of 1,300 townships takes, from the command to its files, pictures included.

    python -m bench.printed.making [--quick]

Each is a process of its own; CPU seconds are its own and those of LibreOffice, which makes the PDF.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measured import quick_asked

SIZES, QUICK = ((70, 60), (1300, 60)), ((4, 30),)  # townships, interviews in each
TARGETS = {70: 5, 1300: 30}  # seconds
WAVES, KINDS = ("2026Q1", "2026Q2"), ("notice", "thematic")
FILES = (("docx",), ("docx", "xlsx"), ("docx", "xlsx", "pdf"))
COMMAND = [sys.executable, "-c", "from commands import start; start()"]
PROGRAMME = """programme = "made_up"
name = {{ zh = "模拟乡镇安全感", en = "Simulated townships" }}
note = {{ zh = "模拟", en = "simulated" }}
source = {{ zh = "模拟", en = "simulated" }}
simulated = true
level = 0.95

[columns]
respondent = "id"
area = "town"
stratum = ["town"]
weight = "weight"

[design]
lonely = "error"

[leagues.towns]
name = {{ zh = "乡镇", en = "Townships" }}

[items.safe]
text = {{ zh = "安全吗？", en = "Safe?" }}
answers.1 = {{ zh = "安全", en = "safe" }}
answers.2 = {{ zh = "不安全", en = "unsafe" }}

[measures.safe]
kind = "share"
items = "safe"
counts = ["1"]
best = "largest"
name = {{ zh = "安全感（模拟）", en = "Feels safe (simulated)" }}

[rules.last]
measure = "safe"
kind = "not_last"
threshold = 2
name = {{ zh = "不在后两名", en = "Not among the last two" }}

[areas]
{areas}
"""


def made_up(folder: Path, areas: int, interviews: int) -> None:
    """A survey of two waves with so many townships and interviews in each."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(areas)
    shares, places = rng.normal(0.88, 0.03, areas).clip(0.7, 0.99), np.repeat(np.arange(areas), interviews)
    for wave in WAVES:
        columns = {
            "id": [f"{wave}-{k}" for k in range(len(places))],
            "town": [f"t{k:04d}" for k in places],
            "weight": rng.uniform(50, 150, len(places)).round(3),
            "safe": np.where(rng.random(len(places)) < shares[places], "1", "2"),
        }
        pd.DataFrame(columns).to_csv(folder / f"made_up_{wave}.csv", index=False)
    names = (f't{k:04d} = {{ league = "towns", zh = "模拟乡镇{k:04d}", en = "Town {k:04d}" }}' for k in range(areas))
    (folder / "programme.toml").write_text(PROGRAMME.format(areas="\n".join(names)), "utf-8")


def run(arguments: list[str], home: str) -> tuple[float, float]:
    """CPU and clock seconds of a command of Rankshift, and of what it starts; with --quick in this process."""
    before, start = _cpu(), time.perf_counter()
    if quick_asked():
        _here(arguments, home)
    else:
        environment = {**os.environ, "HOME": home}
        subprocess.run([*COMMAND, *arguments], check=True, capture_output=True, env=environment)
    return _cpu() - before, time.perf_counter() - start


def _here(arguments: list[str], home: str) -> None:
    from commands import start

    os.environ["HOME"], sys.argv[1:] = home, [*arguments]
    try:
        start()
    except SystemExit as ended:
        if ended.code:
            raise
    finally:
        sys.argv[1:] = ["--quick"]


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(of.ru_utime + of.ru_stime for of in used)


def main() -> None:
    """Print a line for each size, kind and set of files."""
    from service.bulletins.pdf import has_office

    for areas, interviews in QUICK if quick_asked() else SIZES:
        with tempfile.TemporaryDirectory() as folder:
            survey = Path(folder) / "survey"
            survey.mkdir()
            made_up(survey, areas, interviews)
            store = str(Path(folder) / "store.db")
            run(["load", str(survey), "--store", store], folder)
            for kind in KINDS[:1] if quick_asked() else KINDS:
                for endings in FILES[:1] if quick_asked() else FILES if has_office() else FILES[:-1]:
                    files = [str(Path(folder) / f"bulletin.{ending}") for ending in endings]
                    arguments = ["--language", "zh", "bulletin", "make", kind, *files, "--store", store]
                    cpu, clock = run(arguments, folder)
                    target = f"; target {TARGETS[areas]} s" if areas in TARGETS else ""
                    print(f"{areas:,} townships, {kind}, {' '.join(endings)}: {cpu:.1f} s CPU, {clock:.1f} s{target}")


if __name__ == "__main__":
    main()
