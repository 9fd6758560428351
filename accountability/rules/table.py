"""The table of verdicts on a measure's rules in one league."""

from collections.abc import Iterable, Sequence

import pandas as pd

from accountability.league.limits import finite_limits, measure_limits
from accountability.league.wave_measure import WaveMeasure
from accountability.rules import Rule, judge
from accountability.rules.kind import Figures
from estimation import Interval, LastK, RankSet, last_k
from estimation.waves.noise import off_diagonal


def verdict_table(wave: WaveMeasure, rank_set: RankSet, rules: Iterable[Rule]) -> pd.DataFrame:
    """VERDICTS of the measure's rules on a league; who is among the last k is shown by the K-split (`last_k`)."""
    figures = Figures(
        wave.areas.select(rank_set.names),
        rank_set,
        limits=lambda level: wave_limits(wave, rank_set.names, level),
        split=lambda k, level: wave_split(wave, rank_set.names, k, level),
        printed_unit=wave.measure.printed_unit,
    )
    verdicts = judge(rules, figures)
    return pd.DataFrame([vars(verdict) for verdict in verdicts]).assign(measure=wave.measure.name)


def wave_limits(wave: WaveMeasure, areas: Sequence[str], level: float) -> Interval:
    """The limits that pages show; of the eligible people where changes and rules are about them."""
    if wave.finite:
        return finite_limits(wave, wave.finite_areas.select(areas), level=level)[0]
    return measure_limits(wave, wave.areas.select(areas), level=level)[0]


def wave_split(wave: WaveMeasure, areas: Sequence[str], k: int, level: float) -> LastK | None:
    """The K-split at a level; None where the league has no more areas than the rule lists."""
    if k >= len(areas):
        return None
    estimate = wave.counted.select(areas)
    covariance = "independent" if off_diagonal(estimate.covariance) is None else "any"
    return last_k(estimate, k, alpha=1 - level, covariance=covariance, largest_is_best=wave.measure.largest_is_best)
