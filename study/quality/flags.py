"""`python -m study.quality.flags` simulates flags and writes their chapter of docs/quality.md and its Chinese twin."""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from service.store.runs import code_version
from study.quality.planted import CELLS, Cell, one_wave, summary
from study.quality.written import NAME, chapter
from study.streams import Task, run, those_kept
from study.written import write_between

DOCS = Path(__file__).parents[2] / "docs"
BUILD = Path(__file__).parents[2] / "build" / "flags"
SIMULATES = ("estimation/columns", "estimation/indicators", "fieldwork/quality", "study/quality/planted.py")
SEED, WAVES, FEWEST = 20261128, 200, 2


def tasks(cells: dict[int, Cell], waves: int, seed: int = SEED) -> list[Task]:
    """So many waves of each cell, each with a random stream of its own."""
    return [Task(one_wave, cell, 0, number, stream, seed) for number, cell in cells.items() for stream in range(waves)]


def smallest() -> dict[int, Cell]:
    """The smallest cell in which nothing is planted, and the smallest of the others."""
    kinds = [[k for k, cell in enumerate(CELLS) if cell.untouched == untouched] for untouched in (True, False)]
    return {k: CELLS[k] for k in (min(kind, key=lambda k: CELLS[k].areas * CELLS[k].interviews) for kind in kinds)}


def write(table: pd.DataFrame, docs: Path, code: str) -> list[Path]:
    """The chapter into quality.md and quality.zh.md of a folder."""
    return write_between(docs, "quality", NAME, lambda language: chapter(table, CELLS, language, code))


def main(
    waves: Annotated[int, typer.Option(min=FEWEST, help="waves of each cell")] = WAVES,
    quick: Annotated[bool, typer.Option("--quick", help="two waves of the two smallest cells: does it run?")] = False,
    kept: Annotated[bool, typer.Option("--kept", help="only what a run before has simulated")] = False,
    workers: Annotated[int, typer.Option(help="processes; the results do not depend on it")] = 1,
) -> None:
    """Simulate waves with and without planted interviewers and areas, and write the chapter on flags.

    What was simulated is kept in build/ by version of the code: a run that was stopped goes on.
    """
    if quick:
        print(summary(run(tasks(smallest(), FEWEST), workers=1)).to_string())
        return
    code = code_version(SIMULATES)
    folder, chosen = BUILD / code.replace("/", "-"), tasks(dict(enumerate(CELLS)), waves)
    table = summary(run(those_kept(chosen, folder) if kept else chosen, workers=workers, folder=folder))
    print(table.to_string())
    print(*write(table, DOCS, code))


if __name__ == "__main__":
    typer.run(main)
