"""The rules of a whole year, judged on the mean of its waves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy

from accountability.league.joined import joined_waves
from accountability.league.wave_measure import WaveMeasure
from accountability.rules import Rule, judge
from accountability.rules.joint_table import Placing, Units, joint_rows, pooled_wave
from accountability.rules.kind import EQUAL, INTERVIEWS, Figures
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
from estimation.columns.matrices import Matrix
from estimation.waves.noise import off_diagonal
from estimation.waves.waves import Waves, is_independent
from words import Fault


def annual_verdicts(
    waves: Mapping[str, WaveMeasure],
    areas: Sequence[str],
    rules: Iterable[Rule],
    *,
    level: float,
    rng: np.random.Generator,
    weights: str = EQUAL,
) -> tuple[RankSet, pd.DataFrame]:
    """Rank sets and VERDICTS of a year's rules, over the areas with answers in all of its waves.

    waves: name -> data of every wave of the year;  weights: what the waves count by (`wave_parts`)

    The annual value is the mean of the waves' values, θ_j = Σ_t a_tj θ_tj.  Its covariance is that of `combine`, with
    interviewers counted and with what waves that ask the same people share; its limits are those of one sample with
    n = Σ n_t and the effective number (Σ a_tj²/n_t,eff)⁻¹, whose design effect is the annual value's
    (`measure_interval`).
    """
    common = [area for area in areas if all(area in set(wave.areas.names) for wave in waves.values())]
    measure = next(iter(waves.values())).measure
    if not common:
        raise Fault(key="report.league_empty", measure=measure.name)
    year = annual_estimates(waves, common, weights)
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
    waves: Mapping[str, WaveMeasure],
    areas: Sequence[str],
    units: Units,
    rules: Iterable[Rule],
    weights: str = EQUAL,
    placing: Placing = lambda _: None,
) -> pd.DataFrame:
    """VERDICTS of a year's rules on several areas together: on the annual values of areas, or of units as one.

    placing: as in `joint_rows`, of the year
    """
    measure = next(iter(waves.values())).measure

    def pooled(of_units: Mapping[str, Sequence[str]]) -> Figures:
        of_year = {name: pooled_wave(wave, of_units) for name, wave in waves.items()}
        return annual_figures(of_year, list(of_units), weights)

    return joint_rows(rules, units, measure, annual_figures(waves, areas, weights), pooled, placing)


def annual_figures(waves: Mapping[str, WaveMeasure], areas: Sequence[str], weights: str) -> Figures:
    """The annual values, with their limits, of the areas with answers in all waves."""
    common = [area for area in areas if all(area in set(wave.areas.names) for wave in waves.values())]
    measure = next(iter(waves.values())).measure
    if not common:
        raise Fault(key="report.league_empty", measure=measure.name)
    year = annual_estimates(waves, common, weights)
    return Figures(
        year.judged,
        limits=lambda level: annual_limits(waves, year, level=level),
        split=lambda k, level: _split(year.judged, k, level, largest_is_best=measure.largest_is_best),
        printed_unit=measure.printed_unit,
    )


@dataclass(frozen=True, eq=False)
class AnnualEstimates:
    """Means of the waves' values.

    design: with the design's covariance;  judged: with that which ranks and rules are judged on
    growth (p,): the variance with interviewers over that without
    parts (k, p): a_tj, the part that each wave has in an area's annual value
    """

    design: Estimate
    judged: Estimate
    growth: np.ndarray
    parts: np.ndarray


def wave_parts(waves: Mapping[str, WaveMeasure], areas: Sequence[str], weights: str) -> np.ndarray:
    """a_tj (k, p), waves by name, Σ_t a_tj = 1: how much of an area's annual value each wave is.

    EQUAL: 1/k;  INTERVIEWS: n_tj/Σ n_tj, so that every interview counts the same;  POPULATION: N_tj/Σ N_tj, the
    eligible people there were, of whom each then counts the same; a Fault where their number is not known.
    """
    names = sorted(waves)
    if weights == EQUAL:
        return np.full((len(names), len(areas)), 1 / len(names))
    if weights == INTERVIEWS:
        counts = np.array([waves[name].sizes.loc[list(areas)].n.to_numpy(float) for name in names])
    else:
        counts = np.array([_people(waves[name], name, areas) for name in names])
    return counts / counts.sum(axis=0)


def _people(wave: WaveMeasure, name: str, areas: Sequence[str]) -> np.ndarray:
    """N_j (p,) of a wave; a Fault that names the areas of which it is not known."""
    unknown = list(areas)
    if wave.population is not None:
        people = wave.finite_areas.select(areas).population
        unknown = [area for area, known in zip(areas, np.isfinite(people), strict=True) if not known]
        if not unknown:
            return people
    raise Fault(key="annual.population", wave=name, measure=wave.measure.name, areas=unknown[:5], count=len(unknown))


def _mean(joined: Waves, parts: np.ndarray, *, equal: bool) -> Estimate:
    """Σ_t a_tj θ_tj with its covariance.

    Degrees of freedom, and what is known of the form of its distribution, are those of the league's mean parts ā_t.
    """
    plain = dict.fromkeys(joined.names, 1 / len(joined.names))
    if equal:
        return combine(joined, plain)
    of_league = combine(joined, dict(zip(joined.names, parts.mean(axis=1), strict=True)))
    of_areas = combine(_weighted(joined, parts), plain).select(of_league.names)
    return replace(of_areas, df=of_league.df, law=of_league.law)


def _weighted(joined: Waves, parts: np.ndarray) -> Waves:
    """The waves with a_tj k θ_tj in the place of θ_tj, so that their plain mean is Σ_t a_tj θ_tj."""
    areas = joined.estimates[0].names
    factor = dict(zip(joined.names, parts * len(joined.names), strict=True))
    estimates = tuple(
        replace(
            e, value=factor[name] * e.value, covariance=_between(factor[name], e.covariance, factor[name]), law=None
        )
        for name, e in zip(joined.names, (e.select(areas) for e in joined.estimates), strict=True)
    )
    cross = {
        (s, t): c if is_independent(c) else _between(factor[s], c, factor[t]) for (s, t), c in joined.cross.items()
    }
    common = {
        (s, t): (factor[s] ** 2 * of_s, factor[t] ** 2 * of_t, df) for (s, t), (of_s, of_t, df) in joined.common.items()
    }
    return replace(joined, estimates=tuple(estimates), cross=cross, common=common)


def _between(left: np.ndarray, covariance: Matrix, right: np.ndarray) -> Matrix:
    """diag(left) C diag(right)."""
    if scipy.sparse.issparse(covariance):
        return (scipy.sparse.diags_array(left) @ covariance @ scipy.sparse.diags_array(right)).tocsr()
    return covariance * np.outer(left, right)


def annual_estimates(waves: Mapping[str, WaveMeasure], areas: Sequence[str], weights: str = EQUAL) -> AnnualEstimates:
    """The annual values of these areas."""
    joined, parts = joined_waves(waves, areas), wave_parts(waves, areas, weights)
    design, without, judged = (_mean(one, parts, equal=weights == EQUAL) for one in joined)
    one = np.ones(len(areas))
    growth = np.divide(judged.variance, without.variance, out=one, where=without.variance > 0)
    return AnnualEstimates(design, judged, growth, parts)


def annual_limits(waves: Mapping[str, WaveMeasure], year: AnnualEstimates, *, level: float) -> Interval:
    """The limits of annual values; shares with the design effects of the league (`moderate_effects`)."""
    areas, measure = list(year.design.names), next(iter(waves.values())).measure
    sizes = [waves[name].sizes.loc[areas] for name in sorted(waves)]
    n = np.sum([size.n.to_numpy(float) for size in sizes], axis=0)
    asked = np.array([size.n_effective.to_numpy(float) for size in sizes])
    n_effective = 1 / (year.parts**2 / asked).sum(axis=0)
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
