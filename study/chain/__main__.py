"""`python -m study.chain` simulates the whole chain and writes its table into docs/study.md and docs/study.zh.md."""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from service.store.runs import code_version
from study.chain.simulated import DRAWN, summary, survey
from study.chain.written import with_chapter
from study.streams import Task, run
from words import LANGUAGES

DOCS = Path(__file__).parents[2] / "docs"
BUILD = Path(__file__).parents[2] / "build" / "chain"
SEED, SURVEYS = 20261128, 500


def simulated(surveys: int, *, seed: int = SEED, workers: int = 1, folder: Path | None = None) -> pd.DataFrame:
    """So many surveys, each with a random stream of its own; those kept in the folder are not simulated again."""
    tasks = [Task(survey, DRAWN, 0, 0, stream, seed) for stream in range(surveys)]
    return summary(run(tasks, workers=workers, folder=folder))


def main(
    surveys: Annotated[int, typer.Option(min=2, help="how many surveys")] = SURVEYS,
    workers: Annotated[int, typer.Option(help="processes; the results do not depend on it")] = 1,
) -> None:
    """Simulate surveys from list to interval, with and without the adjustment, and write the table.

    What was simulated is kept in build/ by version of the code: a run that was stopped goes on.
    """
    table = simulated(surveys, workers=workers, folder=BUILD / code_version().replace("/", "-"))
    print(table.to_string())
    for language in LANGUAGES:
        path = DOCS / ("study.md" if language == "en" else f"study.{language}.md")
        path.write_text(with_chapter(path.read_text("utf-8"), table, language, code_version()), "utf-8")
        print(path)


if __name__ == "__main__":
    typer.run(main)
