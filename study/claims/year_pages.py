"""What the error of one page adds up to over a year's quarterly pages, which share waves, where nothing changes."""

import numpy as np
import pandas as pd

from estimation import INDEPENDENT, change, standing_change
from estimation.changes.league_comparison import ALPHA_STANDING
from study.claims.cells import SPREAD, Cell
from study.claims.checks import DRAWS
from study.claims.draws import CountedLeagues

QUARTERS, YEAR = 8, 4
CELLS = (Cell(share=SPREAD), Cell(share=0.95))


def pages(cell: Cell, rng: np.random.Generator, *, alpha: float = ALPHA_STANDING) -> pd.DataFrame:
    """One row per quarter of two years: is anything confirmed against the last quarter, against that of last year?"""
    leagues = CountedLeagues(cell)
    counts, wave = leagues.counts[0], leagues.waves[0]
    drawn = counts.draw(leagues.truth.before, rng, YEAR + QUARTERS)
    waves = [wave.smoothed(counts.estimate(x)) for x in drawn]

    def errs(before: int, after: int) -> bool:
        shift = change(waves[before], waves[after], cross=INDEPENDENT)
        return bool((standing_change(shift, rng=rng, level=1 - alpha, draws=DRAWS).p_standing <= alpha).any())

    quarters = range(YEAR, YEAR + QUARTERS)
    return pd.DataFrame(
        {"last_quarter": [errs(q - 1, q) for q in quarters], "last_year": [errs(q - YEAR, q) for q in quarters]}
    )


def rates(pages_of_programmes: list[pd.DataFrame]) -> pd.DataFrame:
    """The part of programmes with a page that errs, with its Monte-Carlo error: one page, a year's, two years'."""
    rows = {}
    for name, quarters, columns in (
        ("one", 1, ["last_quarter"]),
        ("four", YEAR, ["last_quarter"]),
        ("eight", QUARTERS, ["last_quarter"]),
        ("four_and_last_year", YEAR, ["last_quarter", "last_year"]),
    ):
        erred = np.array([page[columns].iloc[:quarters].to_numpy().any() for page in pages_of_programmes])
        rows[name] = (erred.mean(), np.sqrt(erred.mean() * (1 - erred.mean()) / len(erred)))
    return pd.DataFrame(rows, index=["rate", "error"]).T


def simulated(cell: Cell, count: int, *, seed: int, until=lambda: False) -> list[pd.DataFrame]:
    """The pages of `count` programmes, each from a stream of its own."""
    pages_of_programmes = []
    for i in range(count):
        if until():
            break
        pages_of_programmes.append(pages(cell, np.random.Generator(np.random.Philox(key=[seed, i]))))
    return pages_of_programmes
