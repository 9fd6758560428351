"""The ranks of a league in one wave, as sets that hold the true ranks."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from accountability.league.conventions import SIMULTANEOUS
from accountability.league.wave_measure import WaveMeasure
from estimation import RankSet, rank_confidence_set
from estimation.waves.noise import CommonNormals


def league_ranks(
    wave: WaveMeasure,
    areas: Sequence[str],
    *,
    family: str = SIMULTANEOUS,
    level: float,
    rng: np.random.Generator,
    draws: int | CommonNormals = 10_000,
) -> RankSet:
    """Rank sets of a league: of all areas together, or (MARGINAL, which takes p times as long) of each area alone.

    draws: how many, or the numbers that several measures of the league have in common
    """
    return rank_confidence_set(
        wave.league(areas),
        simultaneous=family == SIMULTANEOUS,
        rng=rng,
        draws=draws,
        level=level,
        largest_is_best=wave.measure.largest_is_best,
    )


def rank_table(measure: str, ranks: RankSet, family: str = SIMULTANEOUS) -> pd.DataFrame:
    """RANKS of a league's rank sets."""
    rows = ranks.to_frame().rename_axis("area").reset_index()
    return rows.assign(measure=measure, family=family, level=ranks.level)
