"""How fast and how large: domain means against a floor of bare numpy, and against svy and R's survey package.

    make bench            (or: .venv/bin/python -m bench.estimation [--quick])

Times are CPU seconds, medians of runs taken in turns; memory is a process's peak above its imports and its input.
What each side does is written where it is done: bench/measured.py, bench/survey.R; the tables: bench/interviews.py.
"""

import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measured import installed, quick_asked

CODED, TEXT, MEMORY = 5, 15, 1.5  # times the floor from integer codes and from text; times the input table
PEERS, AGREE = 50, 1e-8  # times faster than a peer; relative difference
ROUNDS, LONG, PATIENCE = 5, 20, 600  # turns with a peer; CPU seconds after which one is enough; seconds it may take
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
    ("areas inside strata, 500,000 PSUs, text", NESTED | {"psus": MILLION // 2}, {"psu": "psu"}),
    ("areas across strata, psu=None", CROSSING | {"psus": MILLION}, {}),
    ("  the same, a text for every PSU", CROSSING | {"psus": MILLION}, {"psu": "psu"}),
]
FEW = {"n": HUNDRED_THOUSAND, "areas": 100, "strata": 200, "psus": 6_000, "crossing": False}
MANY = FEW | {"areas": 3_000, "strata": 2_000}
QUICK = {"n": 4_000, "areas": 30, "strata": 20, "psus": 600}  # of --quick: the first design and one that crosses
COMPARED = ((FEW, "text"), (FEW, "long text"), (FEW, "categories"), (MANY, "text"))
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL", "RAYON")} | {"POLARS_MAX_THREADS": "1"}
GET = {
    "svy": "svy is not there: `make bench` installs it, or pip install svy",
    "survey": "R's survey is not there: apt-get install r-base-core r-cran-survey, or install.packages('survey')",
}


def main(quick: bool) -> None:
    """Print both tables, each line as soon as it is measured."""
    designs = [(label, sizes | QUICK, columns) for label, sizes, columns in DESIGNS[::8]] if quick else DESIGNS
    compared = [(sizes | QUICK, areas) for sizes, areas in COMPARED[:1]] if quick else COMPARED
    peers = [] if quick else list(GET)
    parts = [f"{name} {installed(name)}" for name in ("rankshift", "numpy", "scipy", "pandas", "pyarrow", "svy")]
    print(f"Python {platform.python_version()}, {', '.join(parts)}; {platform.machine()}\n")
    with tempfile.TemporaryDirectory() as folder:
        against_floor(folder, designs)
        for sizes, areas in compared:
            against_peers(folder, sizes, areas, peers)


def against_floor(folder: str, designs: list) -> None:
    """Print ours beside the floor, with and without reading the design from text."""
    n, areas, strata = (designs[0][1][name] for name in ("n", "areas", "strata"))
    print(f"{n:,} interviews, {areas:,} areas, {strata:,} strata: mean, standard error and interval by area")
    print(f"{'':42}{'floor':>8}{'coded':>9}{'':9}{'from text':>11}{'':10}{'memory':>8}")
    print(f"{'':42}{'s':>8}{'s':>9}{f'x (<={CODED})':>9}{'s':>11}{f'x (<={TEXT})':>10}{'MB':>8}{f'x (<={MEMORY})':>10}")
    for label, sizes, columns in designs:
        path = f"{folder}/{'-'.join(str(size) for size in sizes.values())}"
        if not Path(path + ".pickle").exists():
            _run([sys.executable, "-m", "bench.measured", "make", path, json.dumps(sizes)])
        m = _run([sys.executable, "-m", "bench.measured", "floor", path, json.dumps(columns)])
        ratios = m["coded"] / m["floor"], m["text"] / m["floor"], m["peak"] / m["table"]
        coded, text, memory = (_marked(*pair) for pair in zip(ratios, (CODED, TEXT, MEMORY), strict=True))
        times = f"{m['floor']:8.3f}{m['coded']:9.3f}{coded:>9}{m['text']:11.3f}{text:>10}"
        print(f"{label:42}{times}{m['peak'] / 1e6:8.0f}{memory:>10}", flush=True)
    print("* target missed.  coded: design and areas are integer codes; from text: from the columns of the table\n")


def against_peers(folder: str, sizes: dict, areas: str, peers: list[str]) -> None:
    """Print ours beside svy and R's survey on one table, once values and standard errors are seen to agree."""
    path, options = f"{folder}/peers-{sizes['areas']}", json.dumps(areas)
    python = [sys.executable, "-m", "bench.measured"]
    _run([*python, "make", path, json.dumps(sizes)])
    print(f"{sizes['n']:,} interviews, {sizes['areas']:,} areas, {sizes['strata']:,} strata, {sizes['psus']:,} PSUs:")
    print(
        f"mean and standard error by area, the design built, the areas {areas}; `x ours` is a median of turns (range)"
    )
    print(f"{'':24}{'s':>9}{'ours s':>9}{f'x ours (>={PEERS})':>26}{'MB':>8}{'ours':>6}   largest relative difference")
    commands = {"svy": [*python, "svy", path, options], "survey": ["Rscript", "bench/survey.R", path, options]}
    for name in peers:
        command = commands[name]
        if not _present(name):
            print(f"{name:24}  skipped: {GET[name]}")
            continue
        try:
            turns = _turns([*python, "rankshift", path, options], command)
        except subprocess.TimeoutExpired:
            print(f"{name:24}  skipped: not done after {PATIENCE} s")
            continue
        difference = max(_difference(ours["numbers"], theirs["numbers"]) for ours, theirs in turns)
        if difference > AGREE:
            sys.exit(f"{name} and rankshift differ by {difference:.1e}: a faster wrong number is no number")
        ratios = [theirs["seconds"] / ours["seconds"] for ours, theirs in turns]
        ours, theirs = (statistics.median(side["seconds"] for side in sides) for sides in zip(*turns, strict=True))
        ratio = statistics.median(ratios)
        times = f"{ratio:,.0f} ({min(ratios):,.0f}-{max(ratios):,.0f}){' ' if ratio >= PEERS else '*'}"
        memory = "".join(f"{side['peak'] / 1e6:{width}.0f}" for side, width in zip(turns[0][::-1], (8, 6), strict=True))
        label = f"{name} {turns[0][1]['version']}"
        print(f"{label:24}{theirs:9.3f}{ours:9.4f}{times:>26}{memory}   {difference:.0e}", flush=True)
    print()


def _turns(ours: list[str], theirs: list[str]) -> list[tuple[dict, dict]]:
    """Both, one after the other, `ROUNDS` times; once if they take long."""
    turns = []
    while len(turns) < ROUNDS and not (turns and turns[-1][1]["seconds"] > LONG):
        turns.append((_run(ours), _run(theirs, PATIENCE)))
    return turns


def _run(command: list[str], patience: float | None = None) -> dict:
    process = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=True, timeout=patience, env=os.environ | ONE_THREAD
    )
    return json.loads(process.stdout.splitlines()[-1])


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
        return installed("svy") != "absent"
    rscript = shutil.which("Rscript")
    return bool(rscript) and subprocess.run([rscript, "-e", "library(survey)"], capture_output=True).returncode == 0


if __name__ == "__main__":
    main(quick_asked())
