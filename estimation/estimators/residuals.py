"""The variance of calibrated estimates: the linearised variable is replaced by its residual from the auxiliaries."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

DENSE_TO = 4_000_000  # residual totals of so many numbers are written out; larger ones stay in two parts


@dataclass(frozen=True, eq=False)
class ResidualTotals:
    """u - x B (m,k) in two parts, for many domains: u (m,k) sparse, x (m,q) totals of the auxiliaries, B (q,k).

    Written out it would be m x k and full; every variance needs only u'Du, u'Dx and x'Dx.
    """

    u: sp.csr_array
    x: object
    coefficients: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        """(m, k)."""
        return self.u.shape

    def columns(self, at) -> np.ndarray:
        """Some of the columns, written out (m, len(at))."""
        return self.u[:, at].toarray() - self.x @ self.coefficients[:, at]

    def summed(self, grouping) -> "ResidualTotals":
        """Totals of groups of units; grouping (groups,m) sparse, of ones."""
        return ResidualTotals(sp.csr_array(grouping @ self.u), grouping @ self.x, self.coefficients)

    def __mul__(self, factor: np.ndarray) -> "ResidualTotals":
        """Each column times its factor (k,)."""
        return ResidualTotals(sp.csr_array(self.u * factor), self.x, self.coefficients * factor)

    def moments(self, centred) -> tuple[np.ndarray, np.ndarray]:
        """u'D(x - x̄) (k,q) and x'D(x - x̄) (q,q), `centred` giving D(x - x̄) of dense columns of x; few at a time."""
        m, q = self.x.shape
        width = max(1, DENSE_TO // m)
        blocks = [self.x[:, j : j + width] for j in range(0, q, width)]
        blocks = [centred(b.toarray() if sp.issparse(b) else b) for b in blocks]
        return np.hstack([self.u.T @ b for b in blocks]), np.hstack([self.x.T @ b for b in blocks])


def residual_totals(u, z, design):
    """Totals by last-stage unit of e = z - x'B for totals u of z: Σ_i w_i z_i - (Σ_i d_i g_i x_i)' B.

    u (m,k), z (n,k): dense or sparse alike.  Without calibration u as it is.  The residual enters with the final
    weight, B is fitted with the base weights: Särndal, Swensson & Wretman (1992), 6.6; Deville & Särndal (1992).
    """
    if design.calibration is None:
        return u
    coefficients = design.calibration.coefficients(z, design.weight)
    x = design.auxiliary_totals
    if not sp.issparse(u):
        return u - x @ coefficients
    if u.shape[0] * u.shape[1] <= DENSE_TO:
        return u.toarray() - x @ coefficients
    return ResidualTotals(sp.csr_array(u), x, coefficients)


def side_by_side(totals: list):
    """Totals of several columns' estimates as one, whatever form they have."""
    if isinstance(totals[0], ResidualTotals):
        u = sp.hstack([t.u for t in totals], format="csr")
        return ResidualTotals(u, totals[0].x, np.hstack([t.coefficients for t in totals]))
    return sp.hstack(totals, format="csr") if sp.issparse(totals[0]) else np.hstack(totals)


def values_at(totals, rows, columns) -> np.ndarray:
    """Single entries (c,) of totals of any form, at rows (c,) and columns (c,)."""
    if not isinstance(totals, ResidualTotals):
        return np.asarray(totals[rows, columns])
    x = sp.coo_array(sp.csr_array(totals.x)[rows])
    explained = np.bincount(x.row, x.data * totals.coefficients[x.col, columns[x.row]], minlength=len(rows))
    return np.asarray(totals.u[rows, columns]) - explained


def chosen_columns(totals, at):
    """Some of the columns of totals of any form, sparse (m, len(at))."""
    return sp.csr_array(totals.columns(at)) if isinstance(totals, ResidualTotals) else sp.csr_array(totals)[:, at]
