"""The last five: how many of the areas listed belong there, and which are shown to belong, or to be below average."""

import numpy as np
import pandas as pd

from estimation import field_contrast_test, last_k
from estimation.changes.verdicts import BELOW
from estimation.ranking.last_k import IN, INDEPENDENT_AREAS
from study.moves import ALPHA, DRAWS, FEW, LAST, LINKED, UNEQUAL, USUAL, Cell, league_of, same_n
from study.surveys import QUARTERS, compared

REPEATS = 10
MEASURES = ("listed_right", "shown_in", "in_false", "shown_below", "below_false")
CELLS = [
    *(Cell(70, n) for n in (USUAL, same_n(500), same_n(1600))),
    Cell(70, USUAL, shares=(0.9, 0.9)),
    Cell(70, USUAL, FEW),
    Cell(70, UNEQUAL, LINKED, (0.9, 0.9)),
    Cell(14, same_n(500)),
]


def listed(cell: Cell, rng: np.random.Generator) -> pd.DataFrame:
    """One row, means over replicates.

    listed_right  of the last five by estimate, how many are truly so (ties broken beforehand, by the areas' order)
    shown_in, in_false        areas shown to be among the last five (K-split, all of 5 %); is any not?
    shown_below, below_false  areas shown to be below the field's average, at 5 %; is any not?
    """
    league = league_of(cell)
    true_last = np.argsort(np.round(league.share, 9), kind="stable")[:LAST]
    not_last = np.setdiff1d(np.arange(cell.areas), true_last)
    not_below = np.round(league.share - league.share.mean(), 9) >= 0
    outcomes = []
    for pair in compared(league, QUARTERS, rng, REPEATS):
        wave = pair.smooth[0]
        shown = last_k(wave, LAST, alpha=ALPHA, in_share=1.0, covariance=INDEPENDENT_AREAS).outcome == IN
        below = field_contrast_test(wave, rng=rng, draws=DRAWS, side=BELOW).outcome(ALPHA) == BELOW
        right = len(np.intersect1d(np.argsort(wave.value, kind="stable")[:LAST], true_last))
        values = right, shown.sum(), shown[not_last].any(), below.sum(), below[not_below].any()
        outcomes.append(dict(zip(MEASURES, values, strict=True)))
    return pd.DataFrame(outcomes).astype(float).mean().to_frame().T
