"""`python -m study` simulates and writes docs/study.md and docs/study.zh.md; with --quick it prints a small sample."""

from pathlib import Path
from typing import Annotated

import typer

from study import comparisons, intervals, leagues, lists, moves, panels
from study.document import Numbers, document
from study.streams import Task, run
from words import LANGUAGES

DOCS = Path(__file__).parents[1] / "docs"
SEED = 20151119
FULL = Numbers(intervals=20, changes=8, leagues=15, sizes=16, powers=10, lists=12, comparisons=30)
QUICK = Numbers(*[2] * len(FULL))
QUICK_STEP = 4  # of all cells but the intervals', a quick run takes every fourth
STUDIES = {
    "intervals": (intervals.coverage, intervals.CELLS),
    "changes": (panels.change_errors, panels.CELLS),
    "leagues": (leagues.errors, leagues.CELLS),
    "sizes": (moves.rates, moves.UNCHANGED),
    "powers": (moves.rates, moves.CHANGED),
    "lists": (lists.listed, lists.CELLS),
    "comparisons": (comparisons.called, comparisons.CELLS),
}


def tasks(numbers: Numbers, *, seed: int, step: int = 1) -> list[Task]:
    """Every stream of every cell; but for the intervals, of every `step`-th cell."""
    return [
        Task(function, cell, k, c, i, seed)
        for k, (name, (function, cells)) in enumerate(STUDIES.items())
        for c, cell in enumerate(cells)
        if name == "intervals" or c % step == 0
        for i in range(getattr(numbers, name))
    ]


def main(
    quick: Annotated[bool, typer.Option(help="a small sample, printed in English; no file is written")] = False,
    workers: Annotated[int, typer.Option(help="processes; the results do not depend on it")] = 2,
    seed: Annotated[int, typer.Option(help="first half of the key of every random stream")] = SEED,
):
    """Simulate: coverage of intervals and of changes; false alarms and power of what is said about ranks."""
    numbers, step = (QUICK, QUICK_STEP) if quick else (FULL, 1)
    rows = run(tasks(numbers, seed=seed, step=step), workers=workers)
    found = {name: rows[rows.study == k].dropna(axis=1, how="all") for k, name in enumerate(STUDIES)}
    if quick:
        print(document(found, numbers, seed, "en"))
        return
    for language in LANGUAGES:
        path = DOCS / ("study.md" if language == "en" else f"study.{language}.md")
        path.write_text(document(found, numbers, seed, language), "utf-8")
        print(path)


if __name__ == "__main__":
    typer.run(main)
