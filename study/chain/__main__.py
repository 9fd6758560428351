"""`python -m study.chain` simulates the whole chain and writes its table into docs/study.md and docs/study.zh.md."""

from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from study.chain.simulated import summary, survey
from study.chain.written import with_chapter
from words import LANGUAGES

DOCS = Path(__file__).parents[2] / "docs"
SEED, SURVEYS = 20261128, 500


def simulated(surveys: int, seed: int = SEED) -> pd.DataFrame:
    """So many surveys, each with a random stream of its own."""
    parts = [survey(np.random.default_rng([seed, k])) for k in range(surveys)]
    return summary(pd.concat(parts, ignore_index=True))


def main(surveys: Annotated[int, typer.Option(min=2, help="how many surveys")] = SURVEYS) -> None:
    """Simulate surveys from list to interval, with and without the adjustment, and write the table."""
    table = simulated(surveys)
    print(table.to_string())
    for language in LANGUAGES:
        path = DOCS / ("study.md" if language == "en" else f"study.{language}.md")
        path.write_text(with_chapter(path.read_text("utf-8"), table, language), "utf-8")
        print(path)


if __name__ == "__main__":
    typer.run(main)
