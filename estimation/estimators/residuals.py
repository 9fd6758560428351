"""The variance of calibrated estimates: the linearised variable is replaced by its residual from the auxiliaries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import scipy

from estimation.columns.matrices import Matrix

if TYPE_CHECKING:
    from estimation.estimators.design import Design

DENSE_TO = 4_000_000  # residual totals of up to so many numbers are one dense array; larger ones remain in two parts


@dataclass(frozen=True, eq=False)
class ResidualTotals:
    """The residual totals u - x B (m,k) of many domains, kept in two parts because their difference is a full array.

    u (m,k)             sparse, the totals of the linearised variable by unit
    x (m,q)             the totals of the auxiliaries by unit
    coefficients (q,k)  B
    A variance u'Du - u'Dx B - … needs only u'Du, u'Dx and x'Dx.
    """

    u: scipy.sparse.csr_array
    x: Matrix
    coefficients: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        """(m, k)."""
        return self.u.shape

    def columns(self, at: Sequence[int]) -> np.ndarray:
        """The columns at the positions `at`, as a dense array (m, len(at))."""
        return self.u[:, at].toarray() - self.x @ self.coefficients[:, at]

    def summed(self, grouping: scipy.sparse.sparray) -> ResidualTotals:
        """The totals of groups of units; grouping (groups,m) sparse, 1 where the unit belongs to the group."""
        return ResidualTotals(scipy.sparse.csr_array(grouping @ self.u), grouping @ self.x, self.coefficients)

    def __mul__(self, factor: np.ndarray) -> ResidualTotals:
        """Each column times its factor (k,)."""
        return ResidualTotals(scipy.sparse.csr_array(self.u * factor), self.x, self.coefficients * factor)

    def moments(self, centred: Callable[[np.ndarray], np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """u'D(x - x̄) (k,q) and x'D(x - x̄) (q,q), a few columns of x at a time.

        centred: the function from dense columns of x to their D(x - x̄).
        """
        m, q = self.x.shape
        width = max(1, DENSE_TO // m)
        blocks = [self.x[:, j : j + width] for j in range(0, q, width)]
        blocks = [centred(b.toarray() if scipy.sparse.issparse(b) else b) for b in blocks]
        return np.hstack([self.u.T @ b for b in blocks]), np.hstack([self.x.T @ b for b in blocks])


Totals: TypeAlias = Any  # totals by unit (m,k) in one of their forms: numpy, scipy.sparse or ResidualTotals


def residual_totals(u: Matrix, z: Matrix, design: Design) -> Totals:
    """Totals by last-stage unit of the weighted residuals: Σ_i w_i z_i - (Σ_i d_i g_i x_i)' B.

    u (m,k) are the totals Σ w z of z (n,k), both dense or both sparse; without calibration u is returned as it is.  The
    residual is e = (w/dg) z - x'B with the calibrated weight dg, which is e = z - x'B unless weights were trimmed after
    calibration (`Calibration.coefficients`).  Särndal, Swensson & Wretman (1992), 6.6; Deville & Särndal (1992).
    """
    if design.calibration is None:
        return u
    coefficients = design.calibration.coefficients(z, design.weight)
    x = design.auxiliary_totals
    if not scipy.sparse.issparse(u):
        return u - x @ coefficients
    if u.shape[0] * u.shape[1] <= DENSE_TO:
        return u.toarray() - x @ coefficients
    return ResidualTotals(scipy.sparse.csr_array(u), x, coefficients)


def side_by_side(totals: list) -> Totals:
    """The totals of several sets of estimates, all of the same form, joined column-wise."""
    if isinstance(totals[0], ResidualTotals):
        u = scipy.sparse.hstack([t.u for t in totals], format="csr")
        return ResidualTotals(u, totals[0].x, np.hstack([t.coefficients for t in totals]))
    return scipy.sparse.hstack(totals, format="csr") if scipy.sparse.issparse(totals[0]) else np.hstack(totals)


def values_at(totals: Totals, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Single entries (c,) of totals of any form, those at rows (c,) and columns (c,)."""
    if not isinstance(totals, ResidualTotals):
        return np.asarray(totals[rows, columns])
    x = scipy.sparse.coo_array(scipy.sparse.csr_array(totals.x)[rows])
    explained = np.bincount(x.row, x.data * totals.coefficients[x.col, columns[x.row]], minlength=len(rows))
    return np.asarray(totals.u[rows, columns]) - explained
