"""Leagues in which nothing changed: how often a change is confirmed, and how often all rank sets hold the truth."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from estimation import Estimate, combine, rank_confidence_set, score_change, standing_change
from estimation.indicators.indicators import SCORE, SHARE
from study.panels import (
    Panel,
    draw_answers,
    draw_sample,
    ensu_like,
    joined,
    report_change,
    scattered,
    wave_measures,
)

LEVEL = 0.95
DRAWS = 999  # of a test: (1 + count)/(draws + 1) is a valid p-value whatever their number; of a rank set, too
REPEATS = 20  # replicates a stream: they have both waves' designs and weights in common
ENSU, LINKED, EIGHT = "ensu", "linked", "eight"
AREAS = 40
ENSU_ICC, ICC = 0.12, 0.1


class Cell(NamedTuple):
    """A league: its sizes, its true shares (one, or the ends of a range), a measure, PSUs in common, and ρ."""

    sizes: str
    shares: tuple[float, ...]
    measure: str
    overlap: float
    rho: float


CELLS = [
    Cell(ENSU, (0.4, 0.95), SHARE, 0.25, 0.5),
    Cell(ENSU, (0.4, 0.95), SCORE, 0.25, 0.5),
    Cell(ENSU, (0.4, 0.95), SHARE, 1.0, 0.9),
    Cell(LINKED, (0.8, 0.98), SHARE, 0.0, 0.0),
    Cell(LINKED, (0.8, 0.98), SHARE, 0.5, 0.9),
    Cell(LINKED, (0.8,), SHARE, 0.0, 0.0),
    Cell(LINKED, (0.9,), SHARE, 0.0, 0.0),
    Cell(LINKED, (0.95,), SHARE, 0.0, 0.0),
    Cell(LINKED, (0.98,), SHARE, 0.0, 0.0),
    Cell(EIGHT, (0.8, 0.98), SHARE, 0.0, 0.0),
    Cell(EIGHT, (0.9,), SHARE, 0.0, 0.0),
    Cell(EIGHT, (0.8, 0.98), SCORE, 0.0, 0.0),
]


def panel_of(cell: Cell) -> Panel:
    """ensu: `ensu_like`.  Else 40 areas of 30 to 400 interviews and two strata with 5 to 61 PSUs each (linked: the more
    interviews, the more PSUs) or with 5 each (eight: 8 df everywhere); latent intracluster correlation 0.1."""
    if cell.sizes == ENSU:
        return ensu_like(cell.overlap, cell.rho, icc=ENSU_ICC)
    interviews = np.round(np.geomspace(30, 400, AREAS)).astype(int)
    psus = np.full(AREAS, 5) if cell.sizes == EIGHT else np.round(np.geomspace(5, 61, AREAS)).astype(int)
    psus = np.column_stack([psus, psus])
    shares = scattered(cell.shares[0], cell.shares[-1], AREAS, 17)
    return Panel(psus, (psus * cell.overlap).astype(int), interviews, shares, np.full(AREAS, cell.rho), ICC)


def errors(cell: Cell, rng: np.random.Generator) -> pd.DataFrame:
    """One row, rates over replicates: a false confirmation somewhere in the league, tested as the product does, on the
    design's own variances, on those with normal theory, and by Holm on the score level; and every true rank inside
    its joint set."""
    panel = panel_of(cell)
    sample, outcomes = draw_sample(panel, rng), []
    for _ in range(REPEATS):
        before, after = wave_measures(sample, draw_answers(sample, rng)[cell.measure], cell.measure)
        shift, pair = report_change(before, after), (before.areas, after.areas)
        plain = combine(joined(before, after, pair), [-1.0, 1.0])
        normal = Estimate(plain.names, plain.value, plain.covariance, np.inf)
        sets = rank_confidence_set(before.smoothed, rng=rng, level=LEVEL, draws=DRAWS)
        outcomes.append(
            {
                "standing": any_false(standing_change(shift, rng=rng, draws=DRAWS).p_standing),
                "unsmoothed": any_false(standing_change(plain, rng=rng, draws=DRAWS).p_standing),
                "normal": any_false(standing_change(normal, rng=rng, draws=DRAWS).p_standing),
                "holm": any_false(score_change(shift).p_holm),
                "ranks": ranks_hold(sets, panel.truth(cell.measure)),
            }
        )
    return pd.DataFrame(outcomes).mean().to_frame().T


def any_false(p) -> bool:
    """Whether anything is significant, although nothing changed."""
    return bool((p <= 1 - LEVEL).any())


def ranks_hold(sets, truth) -> bool:
    """Whether every area's set holds all the places that its true value can take among equals."""
    difference = np.round(truth[:, None] - truth, 12)
    lowest, highest = 1 + (difference < 0).sum(axis=1), len(truth) - (difference > 0).sum(axis=1)
    return bool(((sets.lower <= lowest) & (highest <= sets.upper)).all())
