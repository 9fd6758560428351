"""Each area against its field, that is, all areas of the league: its value minus their mean, tested for all jointly.

For scores, the test shows which areas are below or above the average; for changes, which areas moved against the
average (block M of docs/methods.md).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from estimation.changes.verdicts import ABOVE, BELOW, BOTH, UNDECIDED
from estimation.columns.ties import scale_of, without_rounding
from estimation.estimators.change_laws import ChangeLaw
from estimation.estimators.estimates import Estimate, Interval
from estimation.estimators.laws import SamplingLaw
from estimation.precision.under_null import inverted, null_moments, score
from estimation.waves.noise import normal_draws, off_diagonal
from words import Fault

BLOCK = 1_000_000  # numbers simulated at a time
# effective answers of the rarer kind in a league; from fewer nobody knows whether they come singly or in clumps
LEAST_RARER = 10.0


@dataclass(frozen=True, eq=False)
class FieldContrast:
    """m_j = θ_j - Σ_k a_k θ_k tested against 0; arrays (p,) unless said otherwise.

    relative    m;  se, df (Satterthwaite's): of m
    z           the normal score of m under the null (`FieldNull`)
    p           adjusted by max-T stepdown; of the direction that m has if `side` is "both", else of `side`
    maxima (B,) the largest simulated Z of the league in the direction of `side` (of |Z| for "both"), for each draw
    null        the test for other null values, from which intervals come
    """

    names: tuple
    relative: np.ndarray
    se: np.ndarray
    df: np.ndarray
    z: np.ndarray
    p: np.ndarray
    side: str
    maxima: np.ndarray
    null: "FieldNull"

    def interval(self, level: float = 0.95) -> Interval:
        """The values of m that the single-step test does not reject at the `level` quantile of `maxima`, for all areas
        jointly.

        It is one-sided if the test is: "below" has only an upper limit, "above" only a lower one.  An area whose
        interval excludes 0 is also confirmed by the stepdown test, which may confirm a few more.
        """
        c = float(np.quantile(self.maxima, level, method="higher"))
        criticals = (np.inf if self.side == BELOW else c), (np.inf if self.side == ABOVE else c)
        return Interval(*inverted(self.relative, self.se, self.null.score, *criticals), level)

    def outcome(self, alpha: float) -> np.ndarray:
        """BELOW or ABOVE (p,) where this is confirmed at familywise error alpha, else UNDECIDED."""
        direction = np.where(self.z < 0, BELOW, ABOVE) if self.side == BOTH else np.full(len(self.z), self.side)
        return np.where(self.p <= alpha, direction, UNDECIDED)


@dataclass(frozen=True, eq=False)
class FieldNull:
    """The test of m_j = θ_j - Σ_k a_k θ_k against any value d, with the standard error m_j would have if it were d.

    Var m_j = Σ_jj - 2(Σa)_j + a'Σa.  The area's own part (1 - a_j)² V_j is computed under the null that the area's
    value is θ_r + d/(1 - a_j), where θ_r is the mean of the others: (1 - a_j)²(V_j⁰ - V_j) is added (`null_moments`).
    In one wave this value is pooled from the n_j answers of the area and those of the others: if it were the others'
    alone and these are at 100 %, one dissatisfied answer in the area would be compared with a standard error of 0.
    Shares of a league with fewer than LEAST_RARER answers of the rarer kind are not told apart, and neither are changes
    of a panel with fewer than LEAST_CHANGED changed answers (`ChangeLaw.told_apart`): every score is then 0.
    κ₃ = (1 - a_j)³ κ₃_j⁰ - Σ_{k≠j} a_k³ κ₃_k⁰.  Without a law nothing is added, and there is no skewness.
    """

    estimate: Estimate
    weights: np.ndarray

    @cached_property
    def relative(self) -> np.ndarray:
        """m (p,); 0 where it is only rounding (estimation.columns.ties)."""
        value = self.estimate.value
        return without_rounding(value - self.weights @ value, scale_of(value, self.estimate.se))

    @cached_property
    def variance(self) -> np.ndarray:
        """Var m_j (p,) at the estimates."""
        shared = self.estimate.covariance @ self.weights
        return np.maximum(self.estimate.variance - 2 * shared + self.weights @ shared, 0.0)

    @cached_property
    def df(self) -> np.ndarray:
        """Satterthwaite's df of m (p,)."""
        return _contrast_df(self.weights, self.estimate.variance, np.maximum(self.estimate.df, 1.0))

    def score(self, d: float | np.ndarray) -> np.ndarray:
        """The normal score (p,) of m against d (p,) or a number; it decreases in d."""
        deviation, law = self.relative - d, self.estimate.law
        if law is None:
            return score(deviation, self.variance, 0.0, self.df)
        if self.rarer_answers < LEAST_RARER or (isinstance(law, ChangeLaw) and not law.told_apart):
            return np.zeros(len(deviation))
        area_part = 1 - self.weights
        added, third = null_moments(law, self._null_value(d))
        field_third = self._field_third
        contrast_third = area_part**3 * third - (field_third.sum() - field_third)
        return score(deviation, self.variance + area_part**2 * added, contrast_third, self.df)

    @cached_property
    def rarer_answers(self) -> float:
        """For shares of one wave Σ_j n_j min(p̄, 1 - p̄), p̄ being the field's mean; infinite otherwise."""
        law, mean = self.estimate.law, float(self.weights @ self.estimate.value)
        if not isinstance(law, SamplingLaw) or not law.is_share:
            return np.inf
        return float(law.interviews.sum() * min(mean, 1 - mean))

    def _null_value(self, d) -> np.ndarray:
        """The area's value (p,) under the null; in one wave it is pooled from the area and from the others:

        (n_j θ_j + n_r (θ_r + d/(1-a_j)))/(n_j + n_r).  For a change, `null_moments` pools the two windows instead.
        """
        a, weight_of_area, value, law = self.weights, 1 - self.weights, self.estimate.value, self.estimate.law
        others = np.divide(
            a @ value - a * value + d, weight_of_area, out=np.zeros(len(weight_of_area)), where=weight_of_area != 0
        )
        if not isinstance(law, SamplingLaw):
            return others
        parts = a**2 / law.interviews
        others_error = np.divide(
            parts.sum() - parts, weight_of_area**2, out=np.zeros(len(weight_of_area)), where=weight_of_area != 0
        )  # 1/n_r
        weight = 1 / (1 + law.interviews * others_error)  # n_r/(n_j + n_r)
        return (1 - weight) * value + weight * others

    @cached_property
    def _field_third(self) -> np.ndarray:
        """a_k³ κ₃_k (p,), with the third cumulant of each area at its estimate."""
        law = self.estimate.law
        assert law is not None
        return self.weights**3 * null_moments(law, self.estimate.value)[1]


def field_contrast_test(
    estimate: Estimate,
    *,
    rng: np.random.Generator,
    weights: ArrayLike | None = None,
    draws: int = 10_000,
    side: str = BOTH,
    among: ArrayLike | None = None,
) -> FieldContrast:
    """m_j = θ_j - Σ_k a_k θ_k tested against 0, max-T stepdown over the league.  Romano & Wolf (2005), JASA 100:94.

    weights  a (p,), which sum to 1 and are fixed before the data are seen; None: equal
    side     "both": the 2p directional nulls m_j <= 0 and m_j >= 0 are tested jointly;  "below", "above": only p
    among    (p,) of bool, the areas tested, fixed before the data are seen; the others count in the mean and have p = 1
    A direction is the clearer, the larger its z (-z for m_j >= 0).  Its adjusted p is the running maximum, from the
    clearest down, of (1 + #{draws in which the maximum over it and all less clear ones reaches its z})/(draws + 1).
    The draws are the simulated Z_j - a·Z over their standard errors, Z ~ N(0, Σ); they need no p x p matrix if Σ is
    diagonal.
    If the estimate has a law, z is m over its standard error under the null, corrected for skewness (`FieldNull`); the
    draws remain N(0, Σ).  df = (Σ_k c_k V_k)²/Σ_k c_k² V_k²/df_k, c_k = (1{k=j} - a_k)².
    """
    if side not in (BELOW, ABOVE, BOTH):
        raise Fault(key="field.side", found=side, expected=[BELOW, ABOVE, BOTH])
    a = _weights(weights, len(estimate.names))
    null = FieldNull(estimate, a)
    m, se, z = null.relative, np.sqrt(null.variance), null.score(0.0)
    scale = np.divide(1.0, se, out=np.zeros(len(se)), where=se > 0)
    tested = np.ones(len(m), dtype=bool) if among is None else np.asarray(among, dtype=bool)
    noise = (((block - (block @ a)[:, None]) * scale)[:, tested] for block in _noise(estimate, draws, rng))
    p = np.ones(len(m))
    p[tested], side, maxima = stepdown_p(z[tested], noise, side)
    return FieldContrast(estimate.names, m, se, null.df, z, p, side, maxima, null)


def stepdown_p(z: np.ndarray, noise: Iterable[np.ndarray], side: str = BOTH) -> tuple[np.ndarray, str, np.ndarray]:
    """The adjusted p (p,) of each z in its observed direction (or in `side`), the side, and the largest noise (B,).

    z (p,): normal scores; noise: blocks (B,p) of studentised noise.  The largest noise is that in the direction of
    `side`, or of |noise| for "both".
    For "both", the direction that an area did not take is less clear than every observed one, so it is part of every
    maximum.
    """
    sign = {BOTH: np.where(z >= 0, 1, -1), ABOVE: 1, BELOW: -1}[side]
    least_first = np.argsort(sign * z, kind="stable")
    clearness = (sign * z)[least_first]
    reached, maxima = np.zeros(len(z)), []
    for block in noise:
        directed = (block * sign)[:, least_first]
        largest = np.maximum.accumulate(directed, axis=1)
        if side == BOTH:
            np.maximum(largest, -directed.min(axis=1, keepdims=True), out=largest)
        reached += (largest >= clearness).sum(axis=0)
        maxima.append((np.abs(block) if side == BOTH else block * sign).max(axis=1))
    adjusted = np.empty(len(z))
    largest = np.concatenate(maxima)
    adjusted[least_first[::-1]] = np.maximum.accumulate(((1 + reached) / (len(largest) + 1))[::-1])
    return adjusted, side, largest


def _weights(weights, p: int) -> np.ndarray:
    """a (p,); a Fault unless they sum to 1."""
    a = np.full(p, 1 / p) if weights is None else np.asarray(weights, dtype=float)
    if a.shape != (p,) or not abs(a.sum() - 1) <= 1e-9:
        raise Fault(key="change.weights", found=float(a.sum()), expected=p)
    return a


def _contrast_df(a, v, df) -> np.ndarray:
    """Satterthwaite's df (p,) of the contrasts, from sums over the league and the part of each area."""
    squared_sum = (a**2 @ v + (1 - 2 * a) * v) ** 2
    spread = a**4 @ (v**2 / df) + ((1 - a) ** 4 - a**4) * v**2 / df
    return np.divide(squared_sum, spread, out=np.full(len(v), np.inf), where=spread > 0)


def _noise(estimate: Estimate, draws: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Blocks (B,p) of Z ~ N(0, Σ), with `draws` rows in all."""
    if off_diagonal(estimate.covariance) is not None:
        yield normal_draws(estimate.covariance, draws, rng)
        return
    rows = max(1, BLOCK // len(estimate.names))
    for start in range(0, draws, rows):
        yield rng.standard_normal((min(rows, draws - start), len(estimate.names))) * estimate.se
