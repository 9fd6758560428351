"""The rules of a whole year, judged on the mean of its waves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from accountability.league.joined import joined_waves
from accountability.league.wave_measure import WaveMeasure
from accountability.rules import Rule, judge
from accountability.rules.joint_table import Units, joint_rows, pooled_wave
from accountability.rules.kind import Figures
from estimation import (
    Estimate,
    Interval,
    LastK,
    RankSet,
    combine,
    last_k,
    measure_interval,
    moderate_effects,
    rank_confidence_set,
)
from estimation.waves.noise import off_diagonal
from words import Fault


def annual_verdicts(
    waves: Mapping[str, WaveMeasure],
    areas: Sequence[str],
    rules: Iterable[Rule],
    *,
    level: float,
    rng: np.random.Generator,
) -> tuple[RankSet, pd.DataFrame]:
    """Rank sets and VERDICTS of a year's rules, over the areas with answers in all of its waves.

    waves: name -> data of every wave of the year

    The annual value is the mean of the waves' values, each wave counting the same however many were asked.  Its
    covariance is that of `combine`, with interviewers counted and with what waves that ask the same people share; its
    limits are those of one sample with n = Σ n_t and the effective number (Σ a_t²/n_t,eff)⁻¹, a_t = 1/k, whose design
    effect is the annual value's (`measure_interval`).
    """
    common = [area for area in areas if all(area in set(wave.areas.names) for wave in waves.values())]
    measure = next(iter(waves.values())).measure
    if not common:
        raise Fault(key="report.league_empty", measure=measure.name)
    year = annual_estimates(waves, common)
    ranks = rank_confidence_set(year.judged, rng=rng, level=level, largest_is_best=measure.largest_is_best)
    figures = Figures(
        year.judged,
        ranks,
        limits=lambda level: annual_limits(waves, year, level=level),
        split=lambda k, level: _split(year.judged, k, level, largest_is_best=measure.largest_is_best),
        printed_unit=measure.printed_unit,
    )
    verdicts = pd.DataFrame([vars(verdict) for verdict in judge(rules, figures)]).assign(measure=measure.name)
    return ranks, verdicts


def annual_joint_verdicts(
    waves: Mapping[str, WaveMeasure], areas: Sequence[str], units: Units, rules: Iterable[Rule]
) -> pd.DataFrame:
    """VERDICTS of a year's rules on several areas together: on the annual values of areas, or of units as one."""
    measure = next(iter(waves.values())).measure

    def pooled(of_units: Mapping[str, Sequence[str]]) -> Figures:
        return _annual_figures({name: pooled_wave(wave, of_units) for name, wave in waves.items()}, list(of_units))

    return joint_rows(rules, units, measure, _annual_figures(waves, areas), pooled)


def _annual_figures(waves: Mapping[str, WaveMeasure], areas: Sequence[str]) -> Figures:
    """The annual values, with their limits, of the areas with answers in all waves."""
    common = [area for area in areas if all(area in set(wave.areas.names) for wave in waves.values())]
    measure = next(iter(waves.values())).measure
    if not common:
        raise Fault(key="report.league_empty", measure=measure.name)
    year = annual_estimates(waves, common)
    limits = lambda level: annual_limits(waves, year, level=level)  # noqa: E731
    return Figures(year.judged, limits=limits, printed_unit=measure.printed_unit)


@dataclass(frozen=True, eq=False)
class AnnualEstimates:
    """Means of the waves' values.

    design: with the design's covariance;  judged: with that which ranks and rules are judged on
    growth (k,): the variance with interviewers over that without
    """

    design: Estimate
    judged: Estimate
    growth: np.ndarray


def annual_estimates(waves: Mapping[str, WaveMeasure], areas: Sequence[str]) -> AnnualEstimates:
    """The annual values of these areas."""
    plain, sampled, counted = joined_waves(waves, areas)
    coefficients = dict.fromkeys(counted.names, 1 / len(counted.names))
    design, without, judged = (combine(joined, coefficients) for joined in (plain, sampled, counted))
    one = np.ones(len(areas))
    growth = np.divide(judged.variance, without.variance, out=one, where=without.variance > 0)
    return AnnualEstimates(design, judged, growth)


def annual_limits(waves: Mapping[str, WaveMeasure], year: AnnualEstimates, *, level: float) -> Interval:
    """The limits of annual values; shares with the design effects of the league (`moderate_effects`)."""
    areas, measure = list(year.design.names), next(iter(waves.values())).measure
    sizes = [wave.sizes.loc[areas] for wave in waves.values()]
    n = np.sum([size.n.to_numpy(float) for size in sizes], axis=0)
    n_effective = len(sizes) ** 2 / np.sum([1 / size.n_effective.to_numpy(float) for size in sizes], axis=0)
    effects = moderate_effects(year.design, n, n_effective) if measure.yes_or_no else None
    root = np.sqrt(year.growth)
    estimate = replace(year.design, covariance=year.design.covariance * np.outer(root, root))
    scale = {"low": measure.low, "high": measure.high, "share": measure.yes_or_no}
    return measure_interval(estimate, n, n_effective / year.growth, **scale, level=level, effects=effects)[0]


def _split(year: Estimate, k: int, level: float, *, largest_is_best: bool) -> LastK | None:
    """The K-split at a level; None where the league has no more areas than the rule lists."""
    if k >= len(year.names):
        return None
    covariance = "independent" if off_diagonal(year.covariance) is None else "any"
    return last_k(year, k, alpha=1 - level, covariance=covariance, largest_is_best=largest_is_best)
