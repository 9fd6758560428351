"""`python -m study.ladders` simulates ladders and annual scores, and writes docs/ladders.md and docs/ladders.zh.md."""

from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from study.ladders.simulated import CELLS, Cell, annual_limits_of, two_years
from words import LANGUAGES, Speaker, speaker

DOCS = Path(__file__).parents[2] / "docs"
SEED, LEAGUES = 20151120, 40


def simulated(cell: Cell, number: int, leagues: int) -> tuple[pd.DataFrame, pd.Series]:
    """The counts of a cell's leagues, by consequence; and of its annual limits."""
    rng = np.random.Generator(np.random.Philox(key=[SEED, number]))
    followed = pd.concat([two_years(cell, rng) for _ in range(leagues)]).groupby("consequence", sort=False).sum()
    return followed, pd.concat([annual_limits_of(cell, rng) for _ in range(leagues)]).sum()


def document(counts: list[tuple[pd.DataFrame, pd.Series]], leagues: int, t: Speaker) -> str:
    """Both tables as Markdown."""
    parts = [f"# {t('study.ladders')}", t("study.ladders_other"), t("study.ladders_text", leagues=leagues)]
    head = [t(f"study.ladders_{column}") for column in ("cell", "followed", "undeserved", "confirmed", "false")]
    names = [t(f"study.ladders_{name}") for name in counts[0][0].index]
    rows = []
    for cell, (of, _) in zip(CELLS, counts, strict=True):
        pairs = [[f"{name} {count}" for name, count in zip(names, of[column], strict=True)] for column in COLUMNS]
        rows.append([cell_text(cell, t), *(t("study.ladders_between").join(of_column) for of_column in pairs)])
    parts += [table([head, *rows]), t("study.ladders_follows")]
    parts += [f"## {t('study.ladders_annual')}", t("study.ladders_annual_text")]
    head = [t(f"study.ladders_{column}") for column in ("cell", "limits", "below", "above", "wrong")]
    rows = [
        [cell_text(cell, t), *map(str, of), f"{100 * (of.below + of.above) / of.limits:.1f}%"]
        for cell, (_, of) in zip(CELLS, counts, strict=True)
    ]
    return "\n\n".join([*parts, table([head, *rows])]) + "\n"


COLUMNS = ("followed", "undeserved", "confirmed", "false")


def cell_text(cell: Cell, t: Speaker) -> str:
    """A cell in words."""
    return t(
        f"study.ladders_{cell.truth}",
        sizes=t(f"study.ladders_n{cell.sizes}"),
        deff=cell.deff,
        steady=f"{cell.steady:g}",
    )


def table(rows: list[list[str]]) -> str:
    """A Markdown table; its first row is the heading."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def main(leagues: Annotated[int, typer.Option(min=1, help="leagues of each cell")] = LEAGUES) -> None:
    """Simulate every cell and write both documents; with fewer leagues nothing is written."""
    counts = [simulated(cell, number, leagues) for number, cell in enumerate(CELLS)]
    for language in LANGUAGES:
        text = document(counts, leagues, speaker(language))
        if leagues < LEAGUES:
            print(text)
            continue
        path = DOCS / ("ladders.md" if language == "en" else f"ladders.{language}.md")
        path.write_text(text, "utf-8")
        print(path)


if __name__ == "__main__":
    typer.run(main)
