"""How fast and how large: domain means against a floor of bare numpy, and against svy and R's survey package.

    make bench            (or: .venv/bin/python -m bench.estimation)

Times are medians of several runs, taken in turns; memory is a process's peak above its imports and its input.
What each side does is written where it is done: bench/measured.py, bench/survey.R; the tables: bench/interviews.py.
"""

import json
import math
import platform
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

CODED, TEXT, MEMORY = 5, 15, 1.5  # times the floor from integer codes and from text; times the input table
PEERS, PATIENCE, AGREE = 50, 180, 1e-8  # times faster than a peer; seconds a peer may take; relative difference
MILLION, HUNDRED_THOUSAND = 1_000_000, 100_000
CLUSTERS = 60_000

NESTED = {"n": MILLION, "areas": 3_000, "strata": 2_000, "psus": CLUSTERS, "crossing": False}
FINER = NESTED | {"strata": 6_000}
CROSSING = NESTED | {"crossing": True}
DESIGNS = [
    ("areas inside strata, 60,000 PSUs", NESTED, {"psu": "psu"}),
    ("  the same, nest=True", NESTED, {"psu": "psu", "nest": True}),
    ("strata inside areas (6,000), 60,000 PSUs", FINER, {"psu": "psu"}),
    ("areas across strata, 60,000 PSUs", CROSSING, {"psu": "psu"}),
    ("areas inside strata, psu=None", NESTED | {"psus": MILLION}, {}),
    ("  the same, a text for every PSU", NESTED | {"psus": MILLION}, {"psu": "psu"}),
    ("  the same, nest=True", NESTED | {"psus": MILLION}, {"psu": "psu", "nest": True}),
    ("areas across strata, psu=None", CROSSING | {"psus": MILLION}, {}),
    ("  the same, a text for every PSU", CROSSING | {"psus": MILLION}, {"psu": "psu"}),
]
FEW = {"n": HUNDRED_THOUSAND, "areas": 100, "strata": 200, "psus": 6_000, "crossing": False}
MANY = FEW | {"areas": 3_000, "strata": 2_000}
GET = {
    "svy": "svy is not there: `make bench` installs it, or pip install svy",
    "survey": "R's survey is not there: apt-get install r-base-core r-cran-survey, or install.packages('survey')",
}


def main() -> None:
    """Both tables, printed as they come."""
    parts = [f"{name} {_version(name)}" for name in ("rankshift", "numpy", "scipy", "pandas", "pyarrow", "svy")]
    print(f"Python {platform.python_version()}, {', '.join(parts)}; {platform.machine()}\n")
    with tempfile.TemporaryDirectory() as folder:
        against_floor(folder)
        for sizes, areas in ((FEW, "text"), (FEW, "categories"), (MANY, "text")):
            against_peers(folder, sizes, areas)


def against_floor(folder: str) -> None:
    """1,000,000 interviews, 3,000 areas: ours beside the floor, with and without reading the design from text."""
    print("1,000,000 interviews, 3,000 areas, 2,000 strata: mean, standard error and interval by area")
    print(f"{'':42}{'floor':>8}{'coded':>9}{'':9}{'from text':>11}{'':10}{'memory':>8}")
    print(f"{'':42}{'s':>8}{'s':>9}{f'x (<={CODED})':>9}{'s':>11}{f'x (<={TEXT})':>10}{'MB':>8}{f'x (<={MEMORY})':>10}")
    for label, sizes, columns in DESIGNS:
        path = f"{folder}/{'-'.join(str(size) for size in sizes.values())}"
        if not Path(path + ".pickle").exists():
            _run([sys.executable, "-m", "bench.measured", "make", path, json.dumps(sizes)])
        m = _run([sys.executable, "-m", "bench.measured", "floor", path, json.dumps(columns)])
        ratios = m["coded"] / m["floor"], m["text"] / m["floor"], m["peak"] / m["table"]
        coded, text, memory = (_marked(*pair) for pair in zip(ratios, (CODED, TEXT, MEMORY), strict=True))
        times = f"{m['floor']:8.3f}{m['coded']:9.3f}{coded:>9}{m['text']:11.3f}{text:>10}"
        print(f"{label:42}{times}{m['peak'] / 1e6:8.0f}{memory:>10}", flush=True)
    print("* target missed.  coded: design and areas are integer codes; from text: from the columns of the table\n")


def against_peers(folder: str, sizes: dict, areas: str) -> None:
    """Ours beside svy and R's survey, on one table, after checking that values and standard errors agree."""
    path, options = f"{folder}/peers-{sizes['areas']}", json.dumps(areas)
    python = [sys.executable, "-m", "bench.measured"]
    _run([*python, "make", path, json.dumps(sizes)])
    ours = _run([*python, "rankshift", path, options])
    print(
        f"{sizes['n']:,} interviews, {sizes['areas']:,} areas, {sizes['strata']:,} strata, {sizes['psus']:,} PSUs:",
        end="",
    )
    print(f" mean and standard error by area, the design built, the areas {areas}")
    print(f"{'':26}{'s':>9}{f'x ours (>={PEERS})':>17}{'MB':>8}   largest relative difference")
    print(f"{'rankshift ' + ours['version']:26}{ours['seconds']:9.4f}{'':17}{ours['peak'] / 1e6:8.0f}")
    for name, command in (
        ("svy", [*python, "svy", path, options]),
        ("survey", ["Rscript", "bench/survey.R", path, options]),
    ):
        if not _present(name):
            print(f"{name:26}  skipped: {GET[name]}")
            continue
        try:
            theirs = _run(command, PATIENCE)
        except subprocess.TimeoutExpired:
            print(f"{name:26}  skipped: not done after {PATIENCE} s")
            continue
        difference = _difference(ours["numbers"], theirs["numbers"])
        if difference > AGREE:
            sys.exit(f"{name} and rankshift differ by {difference:.1e}: a faster wrong number is no number")
        ratio = theirs["seconds"] / ours["seconds"]
        times = f"{theirs['seconds']:9.3f}{f'{ratio:,.0f}' + ('' if ratio >= PEERS else ' *'):>17}"
        print(f"{name + ' ' + theirs['version']:26}{times}{theirs['peak'] / 1e6:8.0f}   {difference:.0e}", flush=True)
    print()


def _run(command: list[str], patience: float | None = None) -> dict:
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=patience)
    return json.loads(done.stdout.splitlines()[-1])


def _marked(ratio: float, target: float) -> str:
    return f"{ratio:.1f}{' ' if ratio <= target else '*'}"


def _difference(ours: dict, theirs: dict) -> float:
    """The largest relative difference of two {area: (value, standard error)}; infinite if the areas differ."""
    if ours.keys() != theirs.keys():
        return math.inf
    pairs = [(a, b) for area in ours for a, b in zip(ours[area], theirs[area], strict=True)]
    return max(abs(a - b) / max(abs(a), abs(b)) for a, b in pairs if a != b) if any(a != b for a, b in pairs) else 0.0


def _present(name: str) -> bool:
    if name == "svy":
        return _version("svy") != "absent"
    found = shutil.which("Rscript")
    return bool(found) and subprocess.run([found, "-e", "library(survey)"], capture_output=True).returncode == 0


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


if __name__ == "__main__":
    main()
