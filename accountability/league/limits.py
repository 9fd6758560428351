"""The limits of estimates: interviewers counted, the design effects of shares, and the eligible units there are."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from accountability.league.conventions import ALL, all_in_one
from accountability.league.wave_measure import WaveMeasure
from estimation import (
    Estimate,
    Interval,
    Moderated,
    design_effect,
    measure_interval,
    own_effects,
    smooth_shares,
)
from estimation.columns.ties import at_end
from estimation.indicators.answer_moments import skewness_of_means
from estimation.indicators.indicators import MEAN
from estimation.precision.finite import WITHOUT_END, FiniteEstimate
from estimation.precision.interviewers import InterviewerVariance

EVERYONE = "everyone"  # the method of an interval where all eligible units were asked


def with_interviewers(wave: WaveMeasure, sampled: Estimate) -> tuple[Estimate, InterviewerVariance | None]:
    """Areas' estimates of this wave, or that of everybody, with the interviewers' part; and that part."""
    part = wave.interviewers
    if part is None:
        return sampled, None
    everybody = sampled.names == (ALL,)
    part = part.pooled(_weights_of(wave, part.names), ALL) if everybody else part.select(sampled.names)
    return part.added_to(sampled), part


def _weights_of(wave: WaveMeasure, areas) -> np.ndarray:
    """Each area's share of the weight of those who answered (k,)."""
    weight = pd.Series(np.where(np.isnan(wave.values), 0.0, wave.design.weight)).groupby(wave.area).sum()
    weight = weight[list(areas)].to_numpy()
    return weight / weight.sum()


def interval_inputs(
    wave: WaveMeasure, sampled: Estimate, growth: float | np.ndarray = 1.0
) -> tuple[Estimate, np.ndarray, np.ndarray, Moderated | None]:
    """What an interval is made from: estimates of this wave, n and effective n, design effects of shares.

    Interviewers are counted: in the variance; where nobody answered otherwise, so that it is 0, and for shares, in the
    effective n, and in the df.  Areas' shares take the design effects of the league; everybody's share its own.
    growth (k,): what the effective n grows by in a finite population (`FiniteEstimate.growth`); the design effects are
    those of the process
    """
    sizes, m = wave.sizes.loc[list(sampled.names)], wave.measure
    n, effective = sizes.n.to_numpy(), sizes.n_effective.to_numpy() * growth
    estimate, part = with_interviewers(wave, sampled)
    effects = share_effects(wave, sampled, part) if m.yes_or_no else None
    if part is not None and part.known:
        effective = effective / part.deff(effective)
        alike = (sampled.variance == 0) & (growth < WITHOUT_END)
        ends = at_end((sampled.value - m.low) / (m.high - m.low)) | alike
        estimate = replace(estimate, covariance=np.diag(np.where(ends, sampled.variance, estimate.variance)))
    return estimate, n, effective, effects


def share_effects(wave: WaveMeasure, sampled: Estimate, part: InterviewerVariance | None) -> Moderated:
    """The design effects of shares of this wave, with the df of both the sampling and the interviewers' part."""
    if sampled.names == (ALL,):
        sizes = wave.sizes.loc[[ALL]]
        n, effective = sizes.n.to_numpy(), sizes.n_effective.to_numpy()
        process = wave.everybody
        assert process is not None
        effects, smoothed = own_effects(process, n, effective), smooth_shares(process, effective, n=n)
    else:
        effects = wave.effects.select(wave.areas.positions(sampled.names))
        smoothed = wave.smoothed.select(sampled.names)
    return effects if part is None else effects._replace(df=part.added_to(smoothed).df)


def measure_limits(
    wave: WaveMeasure, sampled: Estimate, *, level: float, growth: float | np.ndarray = 1.0
) -> tuple[Interval, np.ndarray]:
    """The measure's default interval for estimates of this wave, and the method used for each name."""
    m = wave.measure
    estimate, n, effective, effects = interval_inputs(wave, sampled, growth)
    options: dict[str, Any] = {"low": m.low, "high": m.high, "share": m.yes_or_no, "level": level, "effects": effects}
    if m.kind == MEAN and not m.yes_or_no:
        options["skewness"] = _skewness(wave, estimate)
    return measure_interval(estimate, n, effective, **options)


def _skewness(wave: WaveMeasure, estimate: Estimate) -> np.ndarray:
    """How skewed the errors of these means are (k,), by the answers and the estimates' own variances."""
    names, everyone = list(estimate.names), estimate.names == (ALL,)
    values, domain = (wave.everyones, None) if everyone else (wave.values, wave.area)
    deff = design_effect(estimate, values, wave.design, reference="wr", domain=domain)
    areas = all_in_one(len(values)) if domain is None else domain
    n_third = wave.sizes.n_third[names].to_numpy()
    options: dict[str, Any] = {"deff": deff, "n_third": n_third, "square": wave.design.squares}
    return skewness_of_means(values, areas, wave.design.weight, names, **options)


def finite_limits(wave: WaveMeasure, finite: FiniteEstimate, *, level: float) -> tuple[Interval, np.ndarray]:
    """`measure_limits` of the eligible units there are; where all of them were asked, a point.

    Not so where interviewers are known to add to the error: asking everyone does not take that away.
    """
    n = wave.sizes.n[list(finite.estimate.names)].to_numpy()
    growth = finite.growth(n, wave.measure.low, wave.measure.high)
    limits, methods = measure_limits(wave, finite.estimate, level=level, growth=growth)
    known = wave.interviewers is not None and wave.interviewers.known
    everyone, value = (finite.remaining == 0) & (not known), finite.estimate.value
    lower, upper = (np.where(everyone, value, limit) for limit in (limits.lower, limits.upper))
    return Interval(lower, upper, level), np.where(everyone, EVERYONE, methods)
