"""How the error of an estimate depends on the true value, so that a test can ask "what if nothing had changed?".

A mean of n answers with unit variance s² and third central moment μ₃ has V = s²/n and the third cumulant κ₃ = μ₃/m².
For a share θ both follow from the value itself: s² = θ(1-θ), μ₃ = θ(1-θ)(1-2θ).  For a score μ₃ = γs³, γ being the
skewness of one answer: with a third moment of its own beside it, a variance that is too small by chance would make the
error look arbitrarily skewed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

ROUNDING = 1e-9  # of a sum of coefficients
TINY = np.finfo(float).tiny
SUPPOSED = 30.0  # changed answers that "as many rise as fall" counts as, in the skewness of a panel's change
LEAST_CHANGED = 10.0  # changed answers in a league; with fewer it is not known how many people of a panel change


@dataclass(frozen=True, eq=False)
class InterviewersLaw:
    """What interviewers add to the law of k scores; all arrays are (k,).

    factor    τ_d = θ Σ_j W_dj², so that they add τσ² to the variance
    square    σ_d², the variance of the answers given to one interviewer of the area, drawn to the league's
    level     the value to which σ_d² belongs: the area's, drawn to the league's as far as σ_d² is
    slope     λ, how σ² follows the level from one interviewer of an area to another; the same for all areas
    third     κ₃/(λσ²): 1.5 θ² Σ_j W_dj³ + 3τ_d/n_d

    Where σ² follows the level, an effect β on the scale of σ moves the mean by σβ + (λ/4)β²: that has the third
    cumulant 1.5λσ²θ² of each interviewer.  Besides, the sampling variance σ²/n of an area follows the level to which
    its interviewers have moved it: 3 Cov(level, σ²/n) = 3λτσ²/n.
    """

    factor: np.ndarray
    square: np.ndarray
    level: np.ndarray
    slope: np.ndarray
    third: np.ndarray

    def variance_at(self, value: float | np.ndarray) -> np.ndarray:
        """τσ² (k,) if the true values were `value`."""
        return self.factor * _followed(self.square, self.slope, value - self.level)

    def third_at(self, value: float | np.ndarray) -> np.ndarray:
        """κ₃ (k,) if the true values were `value`."""
        return self.third * self.slope * _followed(self.square, self.slope, value - self.level)

    def select(self, at: np.ndarray) -> "InterviewersLaw":
        """What they add at the positions `at` (k',)."""
        return _selected(self, at)


def _followed(square: np.ndarray, slope: np.ndarray, d: np.ndarray) -> np.ndarray:
    """s² + max(b - d², min(b, 0)) with b = slope·d, but at least s²/4: the unit variance d above its level (k,)."""
    b = slope * d
    return np.maximum(square + np.maximum(b - d**2, np.minimum(b, 0.0)), square / 4)


@dataclass(frozen=True, eq=False)
class SamplingLaw:
    """The law of k estimates; all arrays are (k,).

    interviews        n, the effective number of interviews: V = s²(θ)/n
    third_interviews  m: κ₃ = μ₃(θ)/m²;  m = n for independent answers of equal weight
    level             the value at which the variance was computed (a smoothed share, a score)
    variance          V at that level, the sampling part of the estimate's variance
    unit_skewness     γ of scores;  None: shares, whose moments follow from their value
    unit_deviation    σ of scores, the standard deviation of one answer in the league
    third_sign        of a finite population of which more than half were interviewed -1: κ₃ = -μ₃/m²;  None: 1
    interviewers      what interviewers add to the variance and third cumulant of scores;  None: nothing, or of shares
    """

    interviews: np.ndarray
    third_interviews: np.ndarray
    level: np.ndarray
    variance: np.ndarray
    unit_skewness: np.ndarray | None = None
    unit_deviation: np.ndarray | None = None
    third_sign: np.ndarray | None = None
    interviewers: InterviewersLaw | None = None

    @property
    def is_share(self) -> bool:
        """Whether the moments follow from the value, as θ(1-θ) and θ(1-θ)(1-2θ)."""
        return self.unit_skewness is None

    @property
    def unit_variance(self) -> np.ndarray:
        """s² = nV (k,)."""
        return self.interviews * self.variance

    @property
    def third_factor(self) -> np.ndarray:
        """κ₃/μ₃ (k,): 1/m², with its sign."""
        factor = 1 / self.third_interviews**2
        return factor if self.third_sign is None else self.third_sign * factor

    def variance_at(self, value: float | np.ndarray) -> np.ndarray:
        """V (k,) if the true values were `value`.

        Of a share θ(1-θ)/n; of a score (s² + max(b - d², min(b, 0)))/n, but at least s²/4n, with d = value - level and
        b = γσd: skewed answers whose mean is too low by chance also have a variance that is too large or small.
        """
        if self.unit_skewness is None or self.unit_deviation is None:
            return value * (1 - value) / self.interviews
        slope = self.unit_skewness * self.unit_deviation
        return _followed(self.unit_variance, slope, value - self.level) / self.interviews

    def third_at(self, value: float | np.ndarray) -> np.ndarray:
        """κ₃ (k,) if the true values were `value`: θ(1-θ)(1-2θ)/m² of a share, γs³/m² of a score with that s²."""
        if self.unit_skewness is None:
            return value * (1 - value) * (1 - 2 * value) * self.third_factor
        unit_variance = self.interviews * self.variance_at(value)
        return self.unit_skewness * unit_variance**1.5 * self.third_factor

    def moments_at(self, value: float | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """V⁰ - V and κ₃⁰ (k,) if the true values were `value`, the interviewers' part of both included."""
        added, third = self.variance_at(value) - self.variance, self.third_at(value)
        if self.interviewers is None:
            return added, third
        part = self.interviewers
        return added + part.variance_at(value) - part.factor * part.square, third + part.third_at(value)

    def select(self, at: np.ndarray) -> "SamplingLaw":
        """The law of the estimates at the positions `at` (k',)."""
        return _selected(self, at)


@dataclass(frozen=True, eq=False)
class Steps:
    """What k changes consist of if waves share PSUs, as the answers of the league show (`change_steps`); arrays (k,).

    square   of a step: E d⁴/E d², d being the contribution of one PSU to a change
    signed   the length of a step with its sign: E d³/E d², which is 0 if as many rise as fall
    units    m, the number of PSUs interviewed in any of the waves
    changed  the number of such steps in the changes of the whole league, the same for all areas; inf: very many
    field    the mean change of the league's areas, the same for all
    """

    square: np.ndarray
    signed: np.ndarray
    units: np.ndarray
    changed: np.ndarray
    field: np.ndarray

    def excess(self, variance: np.ndarray) -> np.ndarray:
        """κ₄/V² (k,) of a change with this variance: square/V - 3/m."""
        size = np.divide(self.square, variance, out=np.full(len(variance), np.inf), where=np.asarray(variance) > 0)
        return size - np.divide(3, self.units, out=np.zeros(len(self.units)), where=self.units > 0)

    def part(self, change: float | np.ndarray) -> np.ndarray:
        """How much the signed steps that were seen count for the skewness of areas with this true change (k,).

        Where an area changes as the league does, they count as K changed answers beside SUPPOSED of which as many rise
        as fall; where it does not change at all they count nothing, and in between in proportion.
        """
        supposed = np.divide(SUPPOSED, self.changed, out=np.full(len(self.field), np.inf), where=self.changed > 0)
        return _like_field(change, self.field) / (1 + supposed)

    def select(self, at: np.ndarray) -> "Steps":
        """The steps of the changes at the positions `at` (k',)."""
        return _selected(self, at)


@dataclass(frozen=True, eq=False)
class ChangeLaw:
    """The law of k changes c(θ_2 - θ_1), where each θ_t is a mean of waves; arrays (k,).

    before, after  the laws of θ_1 and θ_2
    first, second  the estimates of θ_1 and θ_2
    common         r, the part by which shared PSUs reduce V_1 + V_2, so that the change has (V_1 + V_2)(1 - r)
    scale          c: 1 for two windows that share no wave, less if shared waves cancel
    third_ratio    κ₃ of the change over that of two independent windows: 1, or less if they share PSUs
    steps          what the changes consist of, if the windows share PSUs
    growth         of scores, by what factor the league's unit variance grew from θ_1 to θ_2; 1 of shares
    field          the mean change of the league's areas, the same for all
    """

    before: SamplingLaw
    after: SamplingLaw
    first: np.ndarray
    second: np.ndarray
    common: np.ndarray
    scale: np.ndarray
    third_ratio: np.ndarray
    growth: np.ndarray
    field: np.ndarray
    steps: Steps | None = None

    @property
    def told_apart(self) -> bool:
        """Whether the league has enough changed answers for the changes of its areas to be told apart."""
        return self.steps is None or not (self.steps.changed < LEAST_CHANGED).any()

    def growth_at(self, change: float | np.ndarray) -> np.ndarray:
        """By what factor the unit variances of areas with this true change grew (k,).

        Where an area changes as the league does, by the league's `growth`; where it does not change at all, by none;
        in between in proportion, on the scale of logarithms.
        """
        return self.growth ** _like_field(change, self.field)

    def tail_df(self, variance: np.ndarray) -> np.ndarray:
        """The df (k,) of a Student's t whose tails are as heavy as those of a change with this variance (k,).

        Student's t has an excess kurtosis of 6/(df - 4).  If `steps` is known, the change has the excess kurtosis of
        the steps.  Otherwise a change of shares has that of the steps implied by the level of the shares: with n the
        harmonic mean of n_1 and n_2, and V the variance of θ_2 - θ_1, π = nV is the probability that an answer changes
        (2q(1-q) if nobody is interviewed twice) and nπ the expected number of changes; a sum of so many steps of ±1/n
        has an excess kurtosis of (1 - 3π)/(nπ).  The df are infinite for scores, and from π = 1/3 on.
        In a panel that hardly changes, two or three changed answers per area are expected, so that five changes in one
        direction may be chance.
        """
        if self.steps is not None:
            excess = np.maximum(self.steps.excess(variance), 0.0)
            return 4 + np.divide(6, excess, out=np.full(len(excess), np.inf), where=excess > 0)
        if not self.before.is_share:
            return np.full(len(variance), np.inf)
        n = 2 / (1 / self.before.interviews + 1 / self.after.interviews)
        pi = n * np.asarray(variance) / self.scale**2
        six_changes = 6 * n * pi
        excess = np.maximum(1 - 3 * pi, 0.0)
        return 4 + np.divide(six_changes, excess, out=np.full(len(pi), np.inf), where=excess > 0)

    def select(self, at: np.ndarray) -> "ChangeLaw":
        """The law of the changes at the positions `at` (k',)."""
        return _selected(self, at)


def mean_law(laws: Sequence, weights: Sequence[float] | np.ndarray, correlation: np.ndarray) -> SamplingLaw | None:
    """The law of θ = Σ_t a_t θ_t with a_t >= 0 and Σ a_t = 1.

    laws (T,), weights a (T,), correlation r_st (T,T,k) of waves s and t
    1/n = Σ_s Σ_t a_s a_t r_st/√(n_s n_t);  V = Σ_s Σ_t a_s a_t r_st √(V_s V_t);  1/m² = Σ_t a_t³/m_t² (signed);
    the level is Σ a_t q_t, and σ of scores Σ a_t σ_t;  γ of scores is that with which γs³/m² is Σ a_t³γ_t s_t³/m_t².
    None if a wave has no law, or if shares and scores are mixed.
    """
    used = [t for t, a in enumerate(weights) if a]
    laws, a = [laws[t] for t in used], np.array([weights[t] for t in used])
    if any(not isinstance(law, SamplingLaw) for law in laws) or len({law.is_share for law in laws}) > 1:
        return None
    r = np.asarray(correlation)[np.ix_(used, used)]
    n, third_factor, level, variance = (
        np.array([getattr(law, name) for law in laws]) for name in ("interviews", "third_factor", "level", "variance")
    )

    def quadratic(parts) -> np.ndarray:
        return np.einsum("s,t,sk,tk,stk->k", a, a, parts, parts, r)

    third = (a**3)[:, None] * third_factor
    factor = third.sum(axis=0)
    interviews, third_interviews = 1 / quadratic(n**-0.5), np.maximum(np.abs(factor), TINY) ** -0.5
    sign = None if all(law.third_sign is None for law in laws) else np.sign(factor)
    mean_variance, skewness, deviation = quadratic(np.sqrt(variance)), None, None
    if not laws[0].is_share:
        third_cumulant = (third * [law.unit_skewness * law.unit_variance**1.5 for law in laws]).sum(axis=0)
        cube = (interviews * mean_variance) ** 1.5
        known = (cube > 0) & (np.abs(factor) > TINY)
        skewness = np.divide(third_cumulant, cube * factor, out=np.zeros(len(cube)), where=known)
        deviation = a @ np.array([law.unit_deviation for law in laws])
    part = _mean_part([law.interviewers for law in laws], a, r)
    return SamplingLaw(interviews, third_interviews, a @ level, mean_variance, skewness, deviation, sign, part)


def _mean_part(parts: Sequence, a: np.ndarray, r: np.ndarray) -> InterviewersLaw | None:
    """What interviewers add to Σ_t a_t θ_t; None where they add nothing to some wave.

    τσ² = Σ_s Σ_t a_s a_t r_st √(τ_s σ_s² τ_t σ_t²) with σ² = Σ a_t σ_t²;  κ₃ = Σ_t a_t³ κ₃_t;  λ and the level are
    Σ a_t λ_t and Σ a_t level_t.
    """
    if any(part is None for part in parts):
        return None
    factor, square, level, slope, third = (
        np.array([getattr(part, field.name) for part in parts]) for field in fields(InterviewersLaw)
    )
    root, mean_square, mean_slope = np.sqrt(factor * square), a @ square, a @ slope
    added, cumulant = np.einsum("s,t,sk,tk,stk->k", a, a, root, root, r), (a**3) @ (third * slope * square)
    unit = mean_slope * mean_square
    mean_third = np.divide(cumulant, unit, out=np.zeros(len(unit)), where=np.abs(unit) > TINY)
    mean_factor = np.divide(added, mean_square, out=np.zeros(len(unit)), where=mean_square > 0)
    return InterviewersLaw(mean_factor, mean_square, a @ level, mean_slope, mean_third)


def combined_law(
    estimates: Sequence,
    coefficients: ArrayLike,
    covariances: np.ndarray,
    third_ratio: float | np.ndarray = 1.0,
    steps: Steps | None = None,
) -> SamplingLaw | ChangeLaw | None:
    """The law of Σ_t a_t θ_t for estimates (T,) of the same names, with covariances C_st (T,T,k).

    If Σa = 1 and no a is negative, it is that of a mean of waves (`mean_law`).  If Σa = 0, it is that of a change
    c(θ_2 - θ_1), where θ_2 is the mean of the waves with a > 0, θ_1 that of the waves with a < 0, and c = Σ_{a>0} a;
    third_ratio and steps are those of `ChangeLaw`.  For other combinations the law is not known: None.
    """
    a, laws = np.asarray(coefficients, dtype=float), [estimate.law for estimate in estimates]
    deviation = np.sqrt(np.einsum("ttk->tk", covariances))
    scale = deviation[:, None] * deviation
    r = np.divide(covariances, scale, out=np.zeros(scale.shape), where=scale > 0)
    r[np.arange(len(a)), np.arange(len(a))] = 1.0
    if abs(a.sum() - 1) <= ROUNDING and (a >= 0).all():
        return mean_law(laws, a, r)
    up, down = np.maximum(a, 0.0), np.maximum(-a, 0.0)
    c = up.sum()
    if c == 0 or abs(a.sum()) > ROUNDING * c:
        return None
    up, down = up / c, down / c
    before, after = mean_law(laws, down, r), mean_law(laws, up, r)
    if before is None or after is None or before.is_share != after.is_share:
        return None
    values = np.array([estimate.value for estimate in estimates])
    v1, v2, c12 = (np.einsum("s,t,stk->k", x, y, covariances) for x, y in ((down, down), (up, up), (down, up)))
    v = v1 + v2
    common = np.clip(np.divide(2 * c12, v, out=np.zeros(len(v)), where=v > 0), -1, 1)
    ratio = np.broadcast_to(np.asarray(third_ratio, dtype=float), v.shape)
    first, second = down @ values, up @ values
    growth, field = np.full(len(v), _growth(before, after)), np.full(len(v), np.mean(c * (second - first)))
    return ChangeLaw(before, after, first, second, common, np.full(len(v), c), ratio, growth, field, steps)


def _growth(before: SamplingLaw, after: SamplingLaw) -> float:
    """S²_2/S²_1 of scores, S²_t = Σ_j n_tj s²_tj/Σ_j n_tj, drawn to 1 as far as the areas do not tell it; 1 of shares.

    The variance of log S²_2/S²_1 is estimated from the areas as that of the sum of their parts r_j,
    r_j = n_2j s²_2j/Σ n_2 s²_2 - n_1j s²_1j/Σ n_1 s²_1:  k/(k-1) Σ (r_j - r̄_j)², where r̄_j is what remains of r_j if
    all areas have the same s².  log S²_2/S²_1 is multiplied by 1 - variance/log², but not by less than 0.
    """
    k = len(before.level)
    squares = [law.interviews * law.unit_variance for law in (before, after)]
    if before.is_share or k < 2 or not all(s.sum() > 0 for s in squares):
        return 1.0
    sizes = [law.interviews / law.interviews.sum() for law in (before, after)]
    one, two = (s / s.sum() - size for s, size in zip(squares, sizes, strict=True))
    log_ratio = np.log((squares[1].sum() / after.interviews.sum()) / (squares[0].sum() / before.interviews.sum()))
    variance = k / (k - 1) * ((two - one) ** 2).sum()
    part_not_noise = max(1 - variance / log_ratio**2, 0.0) if abs(log_ratio) > ROUNDING else 0.0
    return float(np.exp(part_not_noise * log_ratio))


def _like_field(change: float | np.ndarray, field: np.ndarray) -> np.ndarray:
    """How far areas with this true change (k,) move as their field does: 0 not at all, 1 as far or farther."""
    part = np.divide(change, field, out=np.zeros(len(field)), where=np.abs(field) > ROUNDING)
    return np.clip(part, 0, 1)


def _selected(law, at):
    """The same law with every array, and every law within it, reduced to the positions `at`."""
    parts = {field.name: getattr(law, field.name) for field in fields(law)}
    nested = SamplingLaw | InterviewersLaw | Steps
    return type(law)(
        **{
            name: part.select(at) if isinstance(part, nested) else None if part is None else part[at]
            for name, part in parts.items()
        }
    )
