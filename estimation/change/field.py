"""Each area against its field: value minus the field's mean, tested for all areas together.

Of scores it shows who is below or above the average; of changes, whose standing moved (block M of docs/methods.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from estimation.columns.ties import scale_of, without_rounding
from estimation.estimators.estimates import Estimate, Interval
from estimation.estimators.laws import ChangeLaw, SamplingLaw
from estimation.precision.under_null import inverted, null_moments, score
from estimation.waves.noise import normal_draws, off_diagonal
from words import Fault

BELOW, ABOVE, BOTH, UNDECIDED = "below", "above", "both", "undecided"
BLOCK = 1_000_000  # numbers drawn at a time
LEAST_RARER = (
    10.0  # rarer answers in a league, effective: from fewer nobody knows whether they come singly or in clumps
)


@dataclass(frozen=True, eq=False)
class FieldContrast:
    """m_j = θ_j - Σ_k a_k θ_k against zero; (p,) each.

    relative m; se; df (Satterthwaite); z: the normal score of m under the null (`FieldNull`); p: adjusted by max-T
    stepdown, of the direction m has (`side` both) or of the direction asked for; maxima (B,): the largest of the league
    in the direction asked for (of |Z|, `side` both), draw by draw.
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
        """The m that this test does not reject, for all areas together (single step), c the `level` quantile of maxima.

        One-sided where the test is: of "below" only an upper limit, of "above" only a lower one.  An area whose
        interval excludes 0 is also shown by the stepdown test, which may show a few more.
        """
        c = float(np.quantile(self.maxima, level, method="higher"))
        criticals = (np.inf if self.side == BELOW else c), (np.inf if self.side == ABOVE else c)
        return Interval(*inverted(self.relative, self.se, self.null.score, *criticals), level)

    def outcome(self, alpha: float) -> np.ndarray:
        """BELOW or ABOVE where shown so with familywise error alpha (p,), else UNDECIDED."""
        direction = np.where(self.z < 0, BELOW, ABOVE) if self.side == BOTH else np.full(len(self.z), self.side)
        return np.where(self.p <= alpha, direction, UNDECIDED)


@dataclass(frozen=True, eq=False)
class FieldNull:
    """The test of m_j = θ_j - Σ_k a_k θ_k against any value d: what its error would be if it were d.

    Var m_j = Σ_jj - 2(Σa)_j + a'Σa, in which the area's own part (1 - a_j)² V_j is taken under the null, that its own
    value is θ_r + d/(1 - a_j), θ_r the mean of the others: (1 - a_j)²(V_j⁰ - V_j) is added (`null_moments`).  Of one
    wave that value is pooled from the area's own n_j answers and the others': where all the others are at 100 %, one
    dissatisfied answer here would else have an error of 0 to be measured by.
    Shares of a league with fewer than LEAST_RARER answers of the rarer kind are not told apart, nor changes of a panel
    with fewer than LEAST_CHANGED changed answers (`ChangeLaw.told`): every score is 0.
    κ₃ = (1 - a_j)³ κ₃_j⁰ - Σ_{k≠j} a_k³ κ₃_k⁰.  Without a law nothing is added and nothing skewed.
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
        """Satterthwaite's (p,)."""
        return _contrast_df(self.weights, self.estimate.variance, np.maximum(self.estimate.df, 1.0))

    def score(self, d) -> np.ndarray:
        """The normal score (p,) of m against d, falling in d."""
        deviation, law = self.relative - d, self.estimate.law
        if law is None:
            return score(deviation, self.variance, 0.0, self.df)
        if self.rarer_answers < LEAST_RARER or (isinstance(law, ChangeLaw) and not law.told):
            return np.zeros(len(deviation))
        own = 1 - self.weights
        added, third = null_moments(law, self._null_value(d))
        field = self._field_third
        skew = own**3 * third - (field.sum() - field)
        return score(deviation, self.variance + own**2 * added, skew, self.df)

    @cached_property
    def rarer_answers(self) -> float:
        """Of shares in one wave Σ_j n_j min(p̄, 1 - p̄), p̄ the field's mean; infinite otherwise."""
        law, mean = self.estimate.law, float(self.weights @ self.estimate.value)
        if not isinstance(law, SamplingLaw) or not law.is_share:
            return np.inf
        return float(law.interviews.sum() * min(mean, 1 - mean))

    def _null_value(self, d) -> np.ndarray:
        """The area's own value (p,) under the null; of one wave pooled from both sides of it.

        (n_j θ_j + n_r (θ_r + d/(1-a_j)))/(n_j + n_r);  a change pools its own two windows already (`null_moments`).
        """
        a, own, value, law = self.weights, 1 - self.weights, self.estimate.value, self.estimate.law
        others = np.divide(a @ value - a * value + d, own, out=np.zeros(len(own)), where=own != 0)
        if not isinstance(law, SamplingLaw):
            return others
        parts = a**2 / law.interviews
        others_error = np.divide(parts.sum() - parts, own**2, out=np.zeros(len(own)), where=own != 0)  # 1/n_r
        weight = 1 / (1 + law.interviews * others_error)  # n_r/(n_j + n_r)
        return (1 - weight) * value + weight * others

    @cached_property
    def _field_third(self) -> np.ndarray:
        """a_k³ κ₃_k (p,), each area's third cumulant at its own estimate."""
        law = self.estimate.law
        assert law is not None
        return self.weights**3 * null_moments(law, self.estimate.value)[1]


def field_contrast_test(
    estimate: Estimate, *, rng: np.random.Generator, weights=None, draws: int = 10_000, side: str = BOTH, among=None
) -> FieldContrast:
    """m_j = θ_j - Σ_k a_k θ_k against zero, max-T stepdown over the league.

    weights a (p,), summing to 1 and fixed before the data are seen; None: equal.
    among (p,) of bool: areas tested, fixed before the data are seen; the others count in the mean, with p = 1
    side  "both": the 2p directional nulls m_j <= 0 and m_j >= 0 together;  "below", "above": those p only
    The adjusted p of a direction is the largest so far, from the clearest down, of (1 + #{draws in which the maximum
    over it and all less clear ones reaches its z})/(draws + 1), Z ~ N(0, Σ), Z_j - a·Z studentised: no p x p matrix
    where Σ is diagonal.  Romano & Wolf (2005), JASA 100:94.
    z: m over its standard error under the null, its skewness taken off (`FieldNull`), where the estimate has a law;
    the draws keep N(0, Σ).  df = (Σ_k c_k V_k)²/Σ_k c_k² V_k²/df_k, c_k = (1{k=j} - a_k)².
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


def stepdown_p(z, noise, side: str = BOTH) -> tuple[np.ndarray, str, np.ndarray]:
    """Adjusted p (p,) of each z in its observed direction (or in `side`), the side, and the largest noise (B,).

    noise: blocks (B,p) of studentised noise; the largest in the direction of `side`, of |noise| in both.

    In both directions the one not observed is less clear than any observed: it is there in every maximum.
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
    a = np.full(p, 1 / p) if weights is None else np.asarray(weights, dtype=float)
    if a.shape != (p,) or not abs(a.sum() - 1) <= 1e-9:
        raise Fault(key="change.weights", found=float(a.sum()), expected=p)
    return a


def _contrast_df(a, v, df) -> np.ndarray:
    """Satterthwaite's df (p,) of the contrasts, from sums over the league and each area's own part."""
    top = (a**2 @ v + (1 - 2 * a) * v) ** 2
    spread = a**4 @ (v**2 / df) + ((1 - a) ** 4 - a**4) * v**2 / df
    return np.divide(top, spread, out=np.full(len(v), np.inf), where=spread > 0)


def _noise(estimate: Estimate, draws: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Blocks (B,p) of Z ~ N(0, Σ), `draws` rows together."""
    if off_diagonal(estimate.covariance) is not None:
        yield normal_draws(estimate.covariance, draws, rng)
        return
    rows = max(1, BLOCK // len(estimate.names))
    for done in range(0, draws, rows):
        yield rng.standard_normal((min(rows, draws - done), len(estimate.names))) * estimate.se
