"""The moments that an estimate would have if a null hypothesis were true, and intervals as inverted tests.

The variance of a share depends on the share: it is small near 0 and 1.  The error of a difference is therefore computed
from the value that both sides have in common under the null; computed from each side's own value it would be
correlated with the difference itself.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from estimation.columns.roots import turning_points
from estimation.columns.ties import in_standard_errors, scale_of, without_rounding
from estimation.estimators.change_laws import ChangeLaw
from estimation.estimators.estimates import Estimate
from estimation.estimators.laws import SamplingLaw
from estimation.precision.skewness import skew_score
from estimation.precision.t_scale import to_normal

HALVINGS = 40  # of a bracket of a few standard errors, which fixes 12 digits
TINY = 1e-200  # beside any variance of a share
DOUBLINGS = 60  # of a step of four standard errors, to find a value outside


def null_moments(law: SamplingLaw | ChangeLaw, value: float | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """V⁰ - V, which the null `true value = value` adds to the sampling variance, and the third cumulant κ₃⁰.

    one wave   V⁰ = s²(value)/n, κ₃⁰ = μ₃(value)/m²;  of scores, what interviewers add to both (`InterviewersLaw`)
    change     c(θ_2 - θ_1) = value, δ = value/c.  Shares: π_1 and π_2 = π_1 + δ are the likeliest shares that differ by
               δ (`likeliest_shares`), given the levels q_t (shrunk towards the league by smoothing).  Scores: s² and γ
               pooled over both windows with the weight w of `_pooled_part`, s² after what it grew by in the league
               (`ChangeLaw.growth_at`): where all minutes double, the later ones vary four times as much.
               V⁰ = c²(V_1⁰ + V_2⁰)(1 - r), r the law's `common`;  κ₃⁰ = c³ρ₃(κ₃(π_2) - κ₃(π_1)), ρ₃ its third_ratio.
               If the windows share PSUs, this supposes that as many answers rise as fall; it is drawn to V⁰ times the
               signed length of the steps that were seen (`Steps.part`): where a whole field rises, nearly all rise.
               If 2r√(V_1⁰V_2⁰) were subtracted instead, V⁰ of a panel would be too small where levels differ by chance.
    value is a number or an array that broadcasts against the law's arrays.
    """
    if isinstance(law, SamplingLaw):
        at = np.clip(value, 0.0, 1.0) if law.is_share else value
        return law.moments_at(at)
    one, two, r = law.before, law.after, law.common
    if one.is_share:
        delta = np.asarray(value) / law.scale
        pi1, pi2 = likeliest_shares(one, two, delta, r)
        v1, v2 = one.variance_at(pi1), two.variance_at(pi2)
        third = two.third_at(pi2) - one.third_at(pi1)
    else:
        part = _pooled_part(1 / one.interviews, 1 / two.interviews, r)
        growth = law.growth_at(value)
        first = part * one.unit_variance + (1 - part) * two.unit_variance / growth
        second, skewness = first * growth, part * one.unit_skewness + (1 - part) * two.unit_skewness
        v1, v2 = first / one.interviews, second / two.interviews
        third = skewness * (second**1.5 * two.third_factor - first**1.5 * one.third_factor)
    added = (v1 + v2 - one.variance - two.variance) * (1 - r)
    third = law.scale**3 * law.third_ratio * third
    if law.steps is not None:
        signed_third = law.steps.signed * law.scale**2 * (v1 + v2) * (1 - r)
        part = law.steps.part(value)
        third = part * signed_third + (1 - part) * third
    return law.scale**2 * added, third


def likeliest_shares(
    one: SamplingLaw, two: SamplingLaw, delta: float | np.ndarray, common: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """π_1 and π_2 = π_1 + δ (k,), the likeliest shares of two windows that differ by δ.

    π_1 = w q_1 + (1 - w)(q_2 - δ) with w = (V_2 - C)/(V_1 + V_2 - 2C) and the variances V_t = π_t(1 - π_t)/n_t of these
    very shares.  If the windows share nobody, this is the equation of maximum likelihood

        n_1 (q_1 - π_1)/(π_1(1 - π_1)) + n_2 (q_2 - π_2)/(π_2(1 - π_2)) = 0,    Miettinen & Nurminen (1985),

    Statistics in Medicine 4:213.  With weights from the numbers of interviews alone, a window that is too high by
    chance would move the null towards 100 %, where it has no variance, and so make its own deviation look certain.

    Found by halving the interval of possible π_1, without division: π_1 is too low exactly where
    a(q_1 - π_1) + b(q_2 - δ - π_1) > 0, with a = V_2 - C and b = V_1 - C cut off at 0 and w = a/(a + b) as in
    `_pooled_part`; this loop is most of what a comparison and a plan cost.
    """
    delta = np.asarray(delta, dtype=float) + np.zeros(one.level.shape)
    lower, upper = np.clip(-delta, 0.0, 1.0), np.clip(1 - delta, 0.0, 1.0)
    half = np.where(common < 1, common, 0.0) / 2  # r/2; where r = 1 the variances alone decide
    per1, per2, q1, q2 = 1 / one.interviews, 1 / two.interviews, one.level, two.level - delta
    for _ in range(HALVINGS):
        pi1 = (lower + upper) / 2
        pi2 = pi1 + delta
        v1, v2 = pi1 * (1 - pi1) * per1, pi2 * (1 - pi2) * per2
        c = half * (v1 + v2)
        a, b = np.maximum(v2 - c, TINY), np.maximum(v1 - c, TINY)  # equal parts where neither has a variance
        too_low = a * (q1 - pi1) + b * (q2 - pi1) > 0
        lower, upper = np.where(too_low, pi1, lower), np.where(too_low, upper, pi1)
    pi1 = (lower + upper) / 2
    return pi1, np.clip(pi1 + delta, 0.0, 1.0)


def _pooled_part(v1: np.ndarray, v2: np.ndarray, common: np.ndarray) -> np.ndarray:
    """w = (V_2 - C)/(V_1 + V_2 - 2C), cut off at 0 and 1: w θ_1 + (1 - w) θ_2 is then uncorrelated with θ_2 - θ_1.

    v1, v2: V_1 and V_2 (k,) on any common scale;  common: r = 2C/(V_1 + V_2).  If the windows share nobody and both
    have the same s², w is n_1/(n_1 + n_2).
    """
    apart = v1 + v2
    c = common * apart / 2
    by_variance = np.divide(v2, apart, out=np.full(apart.shape, 0.5), where=apart > 0)
    part = np.divide(v2 - c, apart - 2 * c, out=by_variance, where=apart - 2 * c > 0)
    return np.clip(part, 0.0, 1.0)


def score(
    deviation: ArrayLike, variance: ArrayLike, third: ArrayLike, df: ArrayLike, *, floor: float = -np.inf
) -> np.ndarray:
    """The normal score of a deviation from the null: t = deviation/√V⁰ on the normal scale by its df, then corrected
    for its skewness κ₃/V⁰^1.5.

    variance, third: V⁰ and κ₃.  A deviation of 0 has the score 0; any other has ±inf if its variance is 0.
    floor: of positive deviations, scores up to it may be returned too large, though not above it.  As many df as there
    may be never make a score larger, so that t need not be brought to the normal scale where even infinitely many would
    leave the score below the floor; that step takes most of the time
    """
    deviation, variance, third = np.broadcast_arrays(deviation, np.maximum(variance, 0.0), third)
    se = np.sqrt(variance)
    t = in_standard_errors(deviation, se)
    skewness = np.divide(third, se**3, out=np.zeros(t.shape), where=se > 0)
    if floor == -np.inf:
        return skew_score(to_normal(t, df), skewness)
    scores = skew_score(t, skewness)
    high = scores > floor
    scores[high] = skew_score(to_normal(t[high], np.broadcast_to(df, t.shape)[high]), skewness[high])
    return scores


def value_score(estimate: Estimate, value: float | np.ndarray) -> np.ndarray:
    """The normal score (k,) of each estimate against the null `true value = value`."""
    added, third = (0.0, 0.0) if estimate.law is None else null_moments(estimate.law, value)
    deviation = without_rounding(estimate.value - value, scale_of(estimate.value, estimate.se))
    return score(deviation, estimate.variance + added, third, estimate.df)


def pair_moments(
    law: SamplingLaw | ChangeLaw, value: np.ndarray, variance: np.ndarray, j: np.ndarray, k: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """V⁰ - V and κ₃⁰ of θ_j - θ_k under the null that both true values are equal, for pairs of areas j, k (r,).

    The common value is Σ n q/Σ n of the two levels; of two changes it is Σ (δ/V)/Σ (1/V), `value` and `variance` (p,)
    being δ and V.
    """
    one, two = law.select(j), law.select(k)
    if isinstance(one, SamplingLaw) and isinstance(two, SamplingLaw):
        part = one.interviews / (one.interviews + two.interviews)
        common = part * one.level + (1 - part) * two.level
    else:
        v = np.maximum(variance, np.finfo(float).tiny)
        part = v[k] / (v[j] + v[k])
        common = part * value[j] + (1 - part) * value[k]
    (added_j, third_j), (added_k, third_k) = null_moments(one, common), null_moments(two, common)
    return added_j + added_k, third_j - third_k


def inverted(
    value: np.ndarray, se: np.ndarray, scores: Callable, lower_critical: float, upper_critical: float
) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest null value (k,) around the estimates `value` (k,) that a test does not reject.

    scores     the function from null values d (k,) to the estimates' scores (k,), which decrease in d
    lower_critical, upper_critical   a d below the estimate is rejected if its score exceeds lower_critical, one above
               if its score is below -upper_critical; inf: there is no limit on that side
    The search starts at d = 0, so that 0 lies outside the interval exactly where the test rejects it.
    """
    lower = _limit(value, se, scores, lower_critical, -1.0)
    upper = _limit(value, se, scores, upper_critical, 1.0)
    return lower, upper


def _limit(value, se, scores, critical, sign: float) -> np.ndarray:
    """The limit on one side: the lower one for sign = -1, the upper one for sign = 1."""
    if np.isinf(critical):
        return np.full(value.shape, sign * np.inf)

    def excess(d) -> np.ndarray:
        return -sign * scores(d) - critical

    def rejected(d) -> np.ndarray:
        return excess(d) > 0

    zero = np.zeros(value.shape)
    beyond = sign * (zero - value) > 0  # 0 lies on this side of the estimate
    zero_rejected = rejected(zero)
    inside = np.where(beyond & ~zero_rejected, zero, value)
    outside = np.where(beyond & zero_rejected, zero, np.nan)
    step = np.where(se > 0, 4 * se, 0.0)
    for _ in range(DOUBLINGS):
        unbounded = np.isnan(outside) & (step > 0)
        if not unbounded.any():
            break
        trial = np.where(unbounded, inside + sign * step, value)
        out = rejected(trial) & unbounded
        outside[out] = trial[out]
        inside = np.where(unbounded & ~out, trial, inside)
        step = 2 * step
    outside = np.where(np.isnan(outside), np.where(step > 0, sign * np.inf, value), outside)
    bounded = np.isfinite(outside)
    limit = turning_points(excess, inside, np.where(bounded, outside, inside), halvings=HALVINGS)
    return np.where(bounded, limit, outside)
