"""Each area against its field: value minus the field's mean, tested for all areas together.

Of scores it shows who is below or above the average; of changes, whose standing moved (block M of docs/methods.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from estimation.estimates import Estimate, Interval
from estimation.noise import normal_draws, off_diagonal
from estimation.t_scale import from_normal, to_normal
from estimation.ties import scale_of, without_rounding
from words import Fault

BELOW, ABOVE, BOTH, UNDECIDED = "below", "above", "both", "undecided"
BLOCK = 1_000_000  # numbers drawn at a time


@dataclass(frozen=True, eq=False)
class FieldContrast:
    """m_j = θ_j - Σ_k a_k θ_k against zero; (p,) each.

    relative m; se; df (Satterthwaite); z: m/se turned to the normal scale; p: adjusted by max-T stepdown, of the
    direction m has (`side` both) or of the direction asked for; maxima (B,): of |Z| over the league, draw by draw.
    """

    names: tuple
    relative: np.ndarray
    se: np.ndarray
    df: np.ndarray
    z: np.ndarray
    p: np.ndarray
    side: str
    maxima: np.ndarray

    def interval(self, level: float = 0.95) -> Interval:
        """m ± t_df(c) se for all areas together, c the `level` quantile of the largest |Z| (single step).

        An area whose interval excludes 0 is also shown by the stepdown test, which may show a few more.
        """
        c = np.quantile(self.maxima, level, method="higher")
        half = from_normal(c, self.df) * self.se
        return Interval(self.relative - half, self.relative + half, level)

    def outcome(self, alpha: float) -> np.ndarray:
        """BELOW or ABOVE where shown so with familywise error alpha (p,), else UNDECIDED."""
        direction = np.where(self.z < 0, BELOW, ABOVE) if self.side == BOTH else np.full(len(self.z), self.side)
        return np.where(self.p <= alpha, direction, UNDECIDED)


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
    Var m_j = Σ_jj - 2(Σa)_j + a'Σa;  df = (Σ_k c_k V_k)²/Σ_k c_k² V_k²/df_k, c_k = (1{k=j} - a_k)².
    """
    if side not in (BELOW, ABOVE, BOTH):
        raise Fault(key="field.side", found=side, expected=[BELOW, ABOVE, BOTH])
    a = _weights(weights, len(estimate.names))
    m = without_rounding(estimate.value - a @ estimate.value, scale_of(estimate.value, estimate.se))
    shared = estimate.covariance @ a
    se = np.sqrt(np.maximum(estimate.variance - 2 * shared + a @ shared, 0.0))
    df = _contrast_df(a, estimate.variance, np.maximum(estimate.df, 1.0))
    certain = np.where(m == 0, 0.0, np.copysign(np.inf, m))
    z = to_normal(np.divide(m, se, out=certain, where=se > 0), df)
    scale = np.divide(1.0, se, out=np.zeros(len(se)), where=se > 0)
    tested = np.ones(len(m), dtype=bool) if among is None else np.asarray(among, dtype=bool)
    noise = (((block - (block @ a)[:, None]) * scale)[:, tested] for block in _noise(estimate, draws, rng))
    p = np.ones(len(m))
    p[tested], side, maxima = stepdown_p(z[tested], noise, side)
    return FieldContrast(estimate.names, m, se, df, z, p, side, maxima)


def stepdown_p(z, noise, side: str = BOTH) -> tuple[np.ndarray, str, np.ndarray]:
    """Adjusted p (p,) of each z in its observed direction (or in `side`), the side, and the largest |noise| (B,).

    noise: blocks (B,p) of studentised noise.

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
        maxima.append(np.abs(block).max(axis=1))
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
