"""How fast and how large: rank sets against a floor of bare numpy, and against multiple-inference.

    make bench            (or: .venv/bin/python -m bench.ranks [--quick])

Times are CPU seconds of one thread, medians of runs taken in turns; memory is a whole process's peak, and what of it
lies above its imports.  What each side does is written where it is done: bench/ranked.py.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile

from bench.measured import installed, quick_asked

AREAS, FEWER, COMPARED, QUICK = 3_000, 200, 140, 40
DIAGONAL, DENSE, MARGINAL, MEMORY = 10, 20, 100, 400  # times the floor; MB
WAVES_MEMORY, A_SECOND = 600, 1.0
SETS = [  # label, options of `ranked.sets`, times the floor, MB
    ("equal variances", {"errors": "equal"}, DIAGONAL, MEMORY),
    ("mild: se between 0.5 and 2", {"errors": "mild"}, DIAGONAL, MEMORY),
    ("very unequal: se lognormal, sd 1.5", {"errors": "very unequal"}, DIAGONAL, MEMORY),
    ("mild, df 20 an area", {"errors": "mild", "df": 20}, None, None),
    ("mild, areas weakly correlated (dense Σ)", {"errors": "mild", "correlated": "weakly"}, DENSE, None),
    ("mild, neighbours correlated (dense Σ)", {"errors": "mild", "correlated": "by neighbours"}, DENSE, None),
    ("mild, 3 common factors (dense Σ)", {"errors": "mild", "correlated": "by factors", "repeats": 1}, DENSE, None),
    ("each area's own set, all areas, mild", {"errors": "mild", "simultaneous": False, "repeats": 2}, MARGINAL, None),
    (
        "each area's own set, very unequal",
        {"errors": "very unequal", "simultaneous": False, "repeats": 2},
        MARGINAL,
        None,
    ),
]
PEERS = [(FEWER, True, 20), (FEWER, False, 20), (AREAS, True, 200), (AREAS, False, 200)]  # areas, stepdown, times
PATIENCE = 400  # CPU seconds a peer may take
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")}


def main(quick: bool) -> None:
    """Print three tables, line by line as measured; quick: one kind of set, of a short league."""
    areas, sets, peers = (QUICK, SETS[4:5], PEERS[:0]) if quick else (AREAS, SETS, PEERS)
    parts = [f"{name} {installed(name)}" for name in ("rankshift", "numpy", "scipy", "multiple-inference")]
    print(f"Python {platform.python_version()}, {', '.join(parts)}; {platform.machine()}\n")
    against_floor(areas, sets)
    two_waves(areas)
    against_peer(peers)


def against_floor(areas: int, sets: list) -> None:
    """Print rank sets beside the floor."""
    print(f"{areas:,} areas, 1,000 draws: 95 % rank sets with stepdown")
    print(f"{'':40}{'floor s':>8}{'s':>9}{'x floor':>18}{'peak MB':>16}{'above imports':>15}{'mean width':>12}")
    for label, options, times, most in sets:
        m = _run("sets", p=areas, **options)
        ratio, memory = _at_most(m["seconds"] / m["floor"], times, 1), _at_most(m["peak"] / 1e6, most, 0)
        above = (m["peak"] - m["imported"]) / 1e6
        row = f"{m['floor']:8.3f}{m['seconds']:9.3f}{ratio:>18}{memory:>16}{above:15.0f}{m['width']:12,.0f}"
        print(f"{label:40}{row}", flush=True)
    print(f"* target missed; no bracket: no target.  Mean width: places in a set, of {areas:,}\n")


def two_waves(areas: int) -> None:
    """Print block R of a long league, and all levels of change for a league of at most 140."""
    fewer = min(areas, COMPARED)
    print("Two waves, areas independent, waves correlated by a half")
    print(f"{'':40}{'s':>17}{'peak MB':>16}{'above imports':>15}")
    for label, task, options, longest, most in (
        (f"block R, {areas:,} areas, 1,000 draws", "waves", {"p": areas}, None, WAVES_MEMORY),
        (f"compare_league, {fewer} areas, 10,000 draws", "comparison", {"p": fewer}, A_SECOND, None),
    ):
        m = _run(task, **options)
        seconds, memory = _at_most(m["seconds"], longest, 2), _at_most(m["peak"] / 1e6, most, 0)
        print(f"{label:40}{seconds:>17}{memory:>16}{(m['peak'] - m['imported']) / 1e6:15.0f}", flush=True)
    print()


def against_peer(peers: list) -> None:
    """Print ours beside multiple-inference's SimultaneousRanking, once its draws are seen to give us its sets."""
    print("Simultaneous rank sets, errors mild, 1,000 draws: beside PyPI's multiple-inference")
    print(f"{'':24}{'ours s':>9}{'theirs s':>11}{'x ours':>18}{'ours MB':>9}{'theirs MB':>11}   sets from their draws")
    if installed("multiple-inference") == "absent":
        print("multiple-inference  skipped: `make bench` installs it, or pip install multiple-inference")
    else:
        for p, stepdown, times in peers:
            _beside(p, stepdown, times)
    print("Peak MB of the whole process.  Theirs uses stepdown by itself below 100 areas, above only where asked.")
    print("csranks (R)  skipped: it is on CRAN alone; tests/golden has its sets, and ours equal them on its draws\n")


def _beside(p: int, stepdown: bool, times: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        same = {"p": p, "stepdown": stepdown, "path": f"{folder}/draws.npy"}
        theirs = _run("peer", **same, repeats=3 if p == FEWER else 1, patience=PATIENCE)
        ours = _run("beside_peer", **same)
    finished = "seconds" in theirs
    if finished and ours["sets"] != theirs["sets"]:
        sys.exit(
            f"{p:,} areas: our sets are not multiple-inference's from the same draws: a faster wrong set is no set"
        )
    taken = theirs["seconds" if finished else "after"]
    ratio = taken / ours["seconds"]
    miss = "" if ratio >= times else " *" if finished else " ?"
    multiple = f"{'' if finished else '> '}{ratio:,.0f} (>={times}){miss}"
    label, memory = f"{p:,}, {'stepdown' if stepdown else 'single step'}", f"{ours['peak'] / 1e6:9.0f}"
    end = f"all {p:,} equal" if finished else f"theirs stopped at {theirs['why']}"
    start = f"{label:24}{ours['seconds']:9.3f}{'' if finished else '>':>2}{taken:9.1f}"
    print(f"{start}{multiple:>18}{memory}{theirs['peak'] / 1e6:11.0f}   {end}", flush=True)


def _run(task: str, **options) -> dict:
    command = [sys.executable, "-m", "bench.ranked", task, json.dumps(options)]
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=os.environ | ONE_THREAD)
    return json.loads(process.stdout.splitlines()[-1])


def _at_most(value: float, most: float | None, digits: int) -> str:
    """The value with its target and * if it is above; without a target the value alone."""
    shown = f"{value:.{digits}f}"
    return shown + " " * 9 if most is None else f"{shown} {f'(<={most:g})':7}{'*' if value > most else ' '}"


if __name__ == "__main__":
    main(quick_asked())
