"""Simulated sampling errors: of one wave, or of two waves jointly."""

from dataclasses import dataclass, field

import numpy as np
import scipy

from estimation.columns.matrices import Matrix
from estimation.columns.ties import TOLERANCE
from estimation.waves.waves import is_independent
from words import Fault

NEGATIVE = 1e-8  # a more negative eigenvalue, relative to the largest, is not rounding: it is no covariance matrix


@dataclass(frozen=True, eq=False)
class CommonNormals:
    """Standard normal numbers (B,P) that the rank sets of several estimates have in common.

    Each estimate has from them the errors Z that it would have from numbers of its own, so that its sets keep their
    level; only how far two estimates' simulated quantiles are off is no longer independent, which no set speaks of.
    An estimate of p <= P areas takes the first p columns. Where its areas are independent, they may take the columns in
    any order that does not depend on the numbers, and take them in that of their pairs.
    """

    numbers: np.ndarray
    _extremes: dict[tuple[int, bytes], tuple[np.ndarray, np.ndarray]] = field(default_factory=dict, repr=False)

    @classmethod
    def drawn(cls, areas: int, rng: np.random.Generator, draws: int = 10_000) -> "CommonNormals":
        """The numbers of B = `draws` draws for estimates of at most so many areas."""
        return cls(rng.standard_normal((draws, areas)))

    def of(self, areas: int) -> np.ndarray:
        """The numbers (B,p) of p areas; a Fault if there are fewer."""
        if self.numbers.shape[1] < areas:
            raise Fault(key="rank.draws", found=str(self.numbers.shape), expected=areas)
        return self.numbers[:, :areas]

    def extremes(self, areas: int, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """`group_extremes` of the numbers of p areas; they are kept, as measures mostly have groups of the same sizes.

        starts (G,): the first place of each group
        """
        key = (areas, starts.tobytes())
        if key not in self._extremes:
            self._extremes[key] = group_extremes(self.of(areas), starts)
        return self._extremes[key]


def group_extremes(numbers: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The largest number and the largest negative number (B,G) of each group of columns, at least 0.

    numbers (B,p);  starts (G,): the first column of each group
    """
    top = np.maximum.reduceat(numbers, starts, axis=1)
    bottom = -np.minimum.reduceat(numbers, starts, axis=1)
    return np.maximum(top, 0.0), np.maximum(bottom, 0.0)


def dense(covariance: Matrix) -> np.ndarray:
    """A covariance (p,p) as a dense array."""
    return covariance.toarray() if scipy.sparse.issparse(covariance) else covariance


def off_diagonal(covariance: Matrix) -> np.ndarray | None:
    """The covariance (p,p) as a dense array, or None if it is diagonal, that is, if the areas are independent."""
    se = np.sqrt(np.maximum(covariance.diagonal(), 0.0))
    return None if linked_pair(covariance, se, se) is None else dense(covariance)


def linked_pair(covariance: Matrix, se_row: np.ndarray, se_column: np.ndarray) -> tuple[int, int] | None:
    """Two areas j != k whose covariance is above rounding, TOLERANCE of what the standard errors allow; or None."""
    if scipy.sparse.issparse(covariance):
        entries = covariance.tocoo()
        row, column, entry = entries.row, entries.col, entries.data
        linked = np.flatnonzero((np.abs(entry) > TOLERANCE * se_row[row] * se_column[column]) & (row != column))
        return (int(row[linked[0]]), int(column[linked[0]])) if len(linked) else None
    if np.count_nonzero(covariance) == np.count_nonzero(covariance.diagonal()):
        return None
    linked = np.abs(covariance) > TOLERANCE * np.outer(se_row, se_column)
    np.fill_diagonal(linked, False)
    first = int(linked.argmax())
    return divmod(first, linked.shape[1]) if linked.flat[first] else None


def normal_draws(covariance: Matrix, count: int, rng: np.random.Generator) -> np.ndarray:
    """Z (count,p) ~ N(0, Σ) for Σ (p,p), dense or sparse; a Fault if Σ is not positive semi-definite."""
    variance = np.asarray(covariance.diagonal())
    z = rng.standard_normal((count, len(variance)))
    dense = off_diagonal(covariance)
    return z * np.sqrt(variance) if dense is None else correlated(z, dense)


def correlated(numbers: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Z (count,p) ~ N(0, Σ) from standard normal numbers (count,p), for a dense Σ; a Fault as in `normal_draws`."""
    return numbers @ _root(covariance).T


def wave_draws(
    before: Matrix, after: Matrix, cross: Matrix, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Z_1 and Z_2 (count,p), with the covariances V_1 and V_2, and C between the waves.

    before, after  V_1 and V_2 (p,p)
    cross          C (p,p), the rows of `before` with the columns of `after`, or INDEPENDENT
    Areas that are independent of each other are simulated separately: Z_2 = (c/v_1) Z_1 + √(v_2 - c²/v_1) ε.
    Raises Fault if the joint matrix is not positive semi-definite.
    """
    if is_independent(cross):
        return normal_draws(before, count, rng), normal_draws(after, count, rng)
    se = [np.sqrt(np.maximum(part.diagonal(), 0.0)) for part in (before, after)]
    pairs = ((before, se[0], se[0]), (after, se[1], se[1]), (cross, *se))
    if any(linked_pair(*pair) is not None for pair in pairs):
        v1, v2, c = (dense(part) for part in (before, after, cross))
        p = len(v1)
        z = normal_draws(np.block([[v1, c], [c.T, v2]]), count, rng)
        return z[:, :p], z[:, p:]
    v1, v2, c = (np.asarray(part.diagonal()) for part in (before, after, cross))
    slope = np.divide(c, v1, out=np.zeros_like(c), where=v1 > 0)
    conditional = v2 - slope * c
    if (conditional < -NEGATIVE * v2).any() or c[v1 == 0].any():
        raise Fault(key="rank.not_positive", found=float((conditional - np.abs(c) * (v1 == 0)).min()))
    one = rng.standard_normal((count, len(v1))) * np.sqrt(v1)
    return one, slope * one + rng.standard_normal((count, len(v1))) * np.sqrt(np.maximum(conditional, 0))


def _root(covariance) -> np.ndarray:
    """A with A A' = Σ: by Cholesky, or if Σ is singular from its eigenvalues; a Fault if one of these is negative."""
    try:
        return np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        eigenvalue, vector = np.linalg.eigh(covariance)
        if eigenvalue[0] < -NEGATIVE * eigenvalue[-1]:
            raise Fault(key="rank.not_positive", found=float(eigenvalue[0])) from None
        return vector * np.sqrt(np.maximum(eigenvalue, 0))
