"""The table of verdicts on a measure's rules in one league."""

import pandas as pd

from accountability.league.limits import finite_limits, measure_limits
from accountability.league.wave_measure import WaveMeasure
from accountability.rules import NOT_LAST, Rule, judge
from estimation import Estimate, LastK, RankSet, last_k
from estimation.waves.noise import off_diagonal


def verdict_table(wave: WaveMeasure, rank_set: RankSet, rules) -> pd.DataFrame:
    """VERDICTS of the measure's rules on a league; who is among the last k is shown by the K-split (`last_k`)."""
    estimate, smooth, found = wave.areas.select(rank_set.names), wave.counted.select(rank_set.names), []
    for rule in rules:
        if wave.finite:
            limits, _ = finite_limits(wave, wave.finite_areas.select(rank_set.names), level=rule.level)
        else:
            limits, _ = measure_limits(wave, estimate, level=rule.level)
        split = _last(smooth, rule, wave.measure.largest_is_best) if rule.kind == NOT_LAST else None
        unit = wave.measure.printed_unit
        found += judge([rule], estimate, rank_set, limits, split, printed_unit=unit)
    return pd.DataFrame([vars(v) for v in found]).assign(measure=wave.measure.name)


def _last(estimate: Estimate, rule: Rule, largest_is_best: bool) -> LastK | None:
    """The K-split at the rule's level; None where the league has no more areas than the rule lists."""
    k = int(rule.threshold)
    if k >= len(estimate.names):
        return None
    covariance = "independent" if off_diagonal(estimate.covariance) is None else "any"
    return last_k(estimate, k, alpha=1 - rule.level, covariance=covariance, largest_is_best=largest_is_best)
