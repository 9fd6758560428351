"""How the error of a change depends on the true change: the laws of two means of waves, and what they share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from estimation.estimators.laws import SamplingLaw, mean_law, selected

ROUNDING = 1e-9  # of a sum of coefficients
SUPPOSED = 30.0  # changed answers that "as many rise as fall" counts as, in the skewness of a panel's change
LEAST_CHANGED = 10.0  # changed answers in a league; with fewer it is not known how many people of a panel change


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
        return selected(self, at)


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
        return selected(self, at)


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
