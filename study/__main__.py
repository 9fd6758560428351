"""`python -m study` simulates and writes docs/study.md and docs/study.zh.md; with --quick it shows that it runs."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from service.store.runs import code_version
from study import comparisons, intervals, leagues, lists, moves, panels
from study.claims.tables import MARK, with_claims
from study.document import Numbers, document
from study.streams import Task, hours, run
from words import LANGUAGES

DOCS = Path(__file__).parents[1] / "docs"
BUILD = Path(__file__).parents[1] / "build" / "study"
SEED = 20151119
FULL = Numbers(intervals=6, changes=3, leagues=4, sizes=5, powers=3, lists=3, comparisons=10)
QUICK = Numbers(*[1] * len(FULL))
FEWEST = 2  # streams of a cell, or there is no error
STUDIES = {
    "intervals": (intervals.coverage, intervals.CELLS),
    "changes": (panels.change_errors, panels.CELLS),
    "leagues": (leagues.errors, leagues.CELLS),
    "sizes": (moves.rates, moves.UNCHANGED),
    "powers": (moves.rates, moves.CHANGED),
    "lists": (lists.listed, lists.CELLS),
    "comparisons": (comparisons.called, comparisons.CELLS),
}


def tasks(numbers: Numbers, *, seed: int, first: bool = False) -> list[Task]:
    """Every stream of every cell; with `first`, of each study's first cell."""
    return [
        Task(function, cell, k, c, i, seed)
        for k, (name, (function, cells)) in enumerate(STUDIES.items())
        for c, cell in enumerate(cells[:1] if first else cells)
        for i in range(getattr(numbers, name))
    ]


def main(
    quick: Annotated[bool, typer.Option("--quick", help="one stream of each study's first cell: does it run?")] = False,
    workers: Annotated[int, typer.Option(help="processes; the results do not depend on it")] = 2,
    seed: Annotated[int, typer.Option(help="first half of the key of every random stream")] = SEED,
    streams: Annotated[int, typer.Option(min=FEWEST, help="at most so many streams a cell")] = max(FULL),
):
    """Simulate: coverage of intervals and of changes; false alarms and power of what is said about ranks.

    What was simulated is kept in build/ by version of the code: a run that was stopped goes on.
    """
    numbers = QUICK if quick else Numbers(*(min(streams, whole) for whole in FULL))
    chosen = tasks(numbers, seed=seed, first=quick)
    with TemporaryDirectory() as forgotten:
        folder = Path(forgotten) if quick else BUILD / code_version().replace("/", "-")
        print(f"{len(chosen)} of {len(tasks(FULL, seed=seed))} streams:", end=" ", flush=True)
        print(f"{hours(chosen, folder):.1f} hours of processor time, less what is kept from a run before", flush=True)
        rows = run(chosen, workers=1 if quick else workers, folder=folder)
    tables = {name: rows[rows.study == k].dropna(axis=1, how="all") for k, name in enumerate(STUDIES)}
    if quick:
        for name, table in tables.items():
            print(f"{name}: {len(table)} rows\n{table.mean(numeric_only=True).to_string()}")
        return
    for language in LANGUAGES:
        path = DOCS / ("study.md" if language == "en" else f"study.{language}.md")
        _, mark, claims = path.read_text("utf-8").partition(MARK)  # the chapter of `python -m study.claims` stays
        whole = len(tasks(FULL, seed=seed))
        text = document(tables, numbers, seed, language, part=(len(chosen), whole))
        path.write_text(with_claims(text, claims) if mark else text, "utf-8")
        print(path)


if __name__ == "__main__":
    typer.run(main)
