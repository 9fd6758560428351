"""How the error of an estimate depends on the true value, so that a test can ask "what if nothing had changed?".

A mean of n answers with unit variance s² and third central moment μ₃ has V = s²/n and the third cumulant κ₃ = μ₃/m².
For a share θ both follow from the value itself: s² = θ(1-θ), μ₃ = θ(1-θ)(1-2θ).  For a score μ₃ = γs³, γ being the
skewness of one answer: with a third moment of its own beside it, a variance that is too small by chance would make the
error look arbitrarily skewed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

TINY = np.finfo(float).tiny


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
        return selected(self, at)


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
        return selected(self, at)


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


def selected(law: Any, at: np.ndarray) -> Any:
    """The same law with every array, and every law within it, reduced to the positions `at`."""
    parts = {field.name: getattr(law, field.name) for field in fields(law)}
    return type(law)(
        **{
            name: part.select(at) if hasattr(part, "select") else None if part is None else part[at]
            for name, part in parts.items()
        }
    )
