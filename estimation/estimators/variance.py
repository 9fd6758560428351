"""The variance of every estimator: it is linearised, and its sampling error is computed here from PSU totals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike

from estimation.columns.codes import occurring_pairs
from estimation.columns.matrices import Matrix
from estimation.columns.ties import TOLERANCE
from estimation.estimators.design import Design
from estimation.estimators.residuals import ResidualTotals, Totals, residual_totals

NEARLY_NOTHING = 1e-6  # if calibration leaves less than this part of a variance, it is computed from the residuals


def linearized_covariance(z: ArrayLike | scipy.sparse.sparray, design: Design) -> Matrix:
    """V = Σ_h (1-f_h) n_h/(n_h-1) Σ_j (u_hj-ū_h)(u_hj-ū_h)',  u_hj = Σ_{i in PSU j} w_i z_i.

    z (n,) or (n,k), dense or scipy.sparse: the linearised variables, in the units of the estimate.
    Returns the covariance (k,k), dense or sparse as z is.  Särndal, Swensson & Wretman (1992), ch. 4-5.
    """
    u, subtotals = psu_totals(z, design)
    strata = np.arange(len(design.stratum_names))
    raised = np.repeat(lonely_raise(strata, np.zeros_like(strata), 1, design), u.shape[1])
    return totals_covariance(u, subtotals, raised, design)


def psu_totals(z: ArrayLike | scipy.sparse.sparray, design: Design) -> tuple[Totals, Totals | None]:
    """u_j = Σ_{i in j} w_i z_i: weighted totals (m,k) of z by PSU, and by second-stage unit (None in one stage).

    With calibrated weights, z is replaced by its residual from the auxiliaries (`residual_totals`).
    """
    assert not design.alone, "rows that stand for several PSUs have no PSU totals: grouped_means"
    stage = design if design.second is None else design.second
    n, m = len(stage.psu), len(stage.psu_stratum)
    grouping = scipy.sparse.csr_array((design.weight, (stage.psu, np.arange(n))), shape=(m, n))
    z = z if scipy.sparse.issparse(z) else np.asarray(z, dtype=float).reshape(n, -1)
    return stage_totals(residual_totals(grouping @ z, z, design), design)


def stage_totals(u: Totals, design: Design) -> tuple[Totals, Totals | None]:
    """From totals u of the last stage's units: the PSU totals (m,k), and those of second-stage units (or None)."""
    if design.second is None:
        return u, None
    return stratum_sums(u, design.second), u


def lonely_raise(stratum: np.ndarray, column: np.ndarray, k: int, design: Design) -> np.ndarray:
    """The factor H/(H - lonely) (k,) under lonely="average", by which lonely strata count as the mean of the others.

    Under the other options it is 1.  stratum, column: the pairs of a stratum and one of the k estimates with answers
    in it, so that an area's variance is raised only for lonely strata of its own.  An estimate whose strata are all
    lonely keeps a variance of 0 with 0 df, which means that nothing is known of it.
    """
    if design.lonely != "average":
        return np.ones(k)
    alone = ((design.sampled == 1) & (design.population > 1))[stratum]
    strata, others = np.bincount(column, minlength=k), np.bincount(column, ~alone, minlength=k)
    return np.divide(strata, others, out=np.ones(k), where=others > 0)


def totals_covariance(u: Totals, subtotals: Totals | None, raised: np.ndarray, design: Design) -> Matrix:
    """The variance of `linearized_covariance` from PSU totals u (m,k) and second-stage totals (None in one stage).

    Two stages: V = V_1 + Σ_j f_h(j) V_2j, where V_1 is the formula of `linearized_covariance` and V_2j the same
    formula within PSU j, with second-stage units in place of PSUs.  Särndal, Swensson & Wretman (1992), 4.3.
    raised (k,) is from `lonely_raise`: √raised multiplies the rows and the columns of V_1.
    A covariance of at most TOLERANCE times what the standard errors allow is rounding and becomes 0.
    A sparse u is never made dense: Σ(u-ū)(u-ū)' = Σuu' - n ūū' leaves pairs of domains that share no stratum empty,
    so that 3,000 areas do not need a 3,000 x 3,000 matrix.
    """
    covariance = _stage_covariance(u * np.sqrt(raised), design, 1.0)
    if design.second is not None:
        covariance = covariance + _stage_covariance(subtotals, design.second, _first_fraction(design))
    return without_rounding(covariance)


def without_rounding(covariance: Matrix) -> Matrix:
    """The covariance with 0 wherever |C_jk| <= TOLERANCE √(V_j V_k): areas that share no PSU are independent.

    All covariances of an estimate whose variance is 0 become 0 too.
    """
    se = np.sqrt(covariance.diagonal())
    if scipy.sparse.issparse(covariance):
        entries = covariance.tocoo()
        kept = np.abs(entries.data) > TOLERANCE * se[entries.row] * se[entries.col]
        at = (entries.row[kept], entries.col[kept])
        return scipy.sparse.csr_array((entries.data[kept], at), shape=covariance.shape)
    return np.where(np.abs(covariance) > TOLERANCE * np.outer(se, se), covariance, 0.0)


class StratumCells(NamedTuple):
    """The pairs of a stratum and a column that have entries in a sparse u.

    of (c,)                  the pair that each entry belongs to
    stratum, column (pairs,) the stratum and the column of each pair
    """

    of: np.ndarray
    stratum: np.ndarray
    column: np.ndarray

    @classmethod
    def of_entries(cls, stratum: np.ndarray, column: np.ndarray, strata: int, k: int) -> StratumCells:
        """The pairs of entries that have a stratum (c,) below `strata` and a column (c,) below k."""
        if strata < k:  # the more numerous first: each of them may occur with only one of the others
            of, column, stratum = occurring_pairs(column, stratum, k, strata)
        else:
            of, stratum, column = occurring_pairs(stratum, column, strata, k)
        return cls(of, stratum, column)


class CellTotals(NamedTuple):
    """The entries of a sparse u (m,k) before a matrix is built: totals u (c,), their PSU and column (c,), by PSU."""

    u: np.ndarray
    psu: np.ndarray
    column: np.ndarray
    strata: StratumCells
    shape: tuple[int, int]

    @classmethod
    def of_matrix(cls, u: scipy.sparse.sparray, stage: Design) -> CellTotals:
        """The cells of a sparse matrix u (m,k), and their strata."""
        u = scipy.sparse.csr_array(u)
        psu = np.repeat(np.arange(u.shape[0]), np.diff(u.indptr))
        strata = StratumCells.of_entries(stage.psu_stratum[psu], u.indices, len(stage.stratum_names), u.shape[1])
        return cls(u.data, psu, u.indices, strata, u.shape)

    def squares(self, centre: np.ndarray) -> np.ndarray:
        """Σ (u - centre)² over the cells of each pair of stratum and column; centre (pairs,)."""
        centred = centre[self.strata.of]
        centred -= self.u
        return np.bincount(self.strata.of, np.square(centred, out=centred), minlength=len(centre))

    def matrix(self) -> scipy.sparse.csr_array:
        """u (m,k)."""
        starts = np.append(0, np.cumsum(np.bincount(self.psu, minlength=self.shape[0])))
        return scipy.sparse.csr_array((self.u, self.column, starts), shape=self.shape)


def as_matrix(u: Totals | CellTotals) -> Totals:
    """Totals u (m,k) as a matrix if they are `CellTotals`; other totals are returned as they are."""
    return u.matrix() if isinstance(u, CellTotals) else u


def totals_variance(u: Totals | CellTotals, subtotals: Totals | None, raised: np.ndarray, design: Design) -> np.ndarray:
    """The diagonal (k,) of `totals_covariance`, computed without the other entries; u may be `CellTotals`."""
    variance = _stage_variance(u, design, 1.0) * raised
    if design.second is None:
        return variance
    return variance + _stage_variance(subtotals, design.second, _first_fraction(design))


def _first_fraction(design: Design) -> np.ndarray:
    """f_h of the stratum each PSU lies in (m,)."""
    return design.sampling_fraction[design.psu_stratum]


def stage_factors(stage: Design, share: float | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """share (1-f_h) n_h/(n_h-1), and whether the stratum's totals are centred: two arrays (H,).

    1 - f_h is the finite population correction, f_h = n_h/N_h.  A lonely PSU is not centred under "adjust", where
    n_h/(n_h-1) is 1, and adds nothing under the other options.
    """
    n, f = stage.sampled, stage.sampling_fraction
    alone = n == 1
    return share * (1 - f) * np.where(alone, float(stage.lonely == "adjust"), n / np.maximum(n - 1, 1)), ~alone


def _stage_covariance(u, stage: Design, share):
    """Σ_h scale_h Σ_j (u_hj-ū_h)(u_hj-ū_h)' (k,k) of one stage, dense or sparse as u is."""
    if isinstance(u, ResidualTotals):
        return _residual_covariance(u, stage, share)
    h, n = stage.psu_stratum, stage.sampled
    scale, centre = stage_factors(stage, share)
    sums = stratum_sums(u, stage)
    if not scipy.sparse.issparse(u):
        centred = u - (sums * (centre / n)[:, None])[h]
        return (centred * scale[h][:, None]).T @ centred
    squares = u.T @ scipy.sparse.diags_array(scale[h]) @ u
    covariance = squares - sums.T @ scipy.sparse.diags_array(scale * centre / n) @ sums
    return with_diagonal(covariance, _stage_variance(u, stage, share))


def with_diagonal(covariance: Matrix, diagonal: np.ndarray) -> Matrix:
    """The matrix with its diagonal replaced by this one (k,), dense or sparse as it is.

    The old diagonal is subtracted first: adding the difference of the two would leave rounding, such as -6e-18 for 0.
    """
    if scipy.sparse.issparse(covariance):
        return scipy.sparse.csr_array(
            covariance - scipy.sparse.diags_array(covariance.diagonal()) + scipy.sparse.diags_array(diagonal)
        )
    covariance = np.array(covariance)
    np.fill_diagonal(covariance, diagonal)
    return covariance


def _stage_variance(u, stage: Design, share) -> np.ndarray:
    """Σ_h scale_h Σ_j (u_hj-ū_h)² (k,): u is centred before squaring, which keeps its digits where it hardly varies."""
    if isinstance(u, ResidualTotals):
        return _residual_variance(u, stage, share)
    h, n = stage.psu_stratum, stage.sampled
    scale, centre = stage_factors(stage, share)
    if isinstance(u, np.ndarray):
        centred = u - (stratum_sums(u, stage) * (centre / n)[:, None])[h]
        return scale[h] @ centred**2
    cells = u if isinstance(u, CellTotals) else CellTotals.of_matrix(u, stage)
    of, stratum, column = cells.strata
    average = np.bincount(of, cells.u, minlength=len(stratum))
    average *= (centre / n)[stratum]
    squares = cells.squares(average)
    filled = np.bincount(of, minlength=len(stratum))
    squares += (n[stratum] - filled) * average**2
    squares *= scale[stratum]
    return np.bincount(column, squares, minlength=cells.shape[1])


def _residual_covariance(e: ResidualTotals, stage: Design, share) -> np.ndarray:
    """V_uu - V_ux B - (V_ux B)' + B' V_xx B (k,k) of e = u - x B: dense, because the auxiliaries link all domains."""
    between, among = e.moments(lambda x: _centred(x, stage, share))
    shift = between @ e.coefficients
    covariance = _stage_covariance(e.u, stage, share).toarray() - shift - shift.T
    covariance += e.coefficients.T @ among @ e.coefficients
    np.fill_diagonal(covariance, _stage_variance(e, stage, share))
    return (covariance + covariance.T) / 2


def _residual_variance(e: ResidualTotals, stage: Design, share) -> np.ndarray:
    """The diagonal of `_residual_covariance`; where hardly any variance is left, from the residual totals directly."""
    uncalibrated = _stage_variance(e.u, stage, share)
    between, among = e.moments(lambda x: _centred(x, stage, share))
    explained = (2 * between.T - among @ e.coefficients) * e.coefficients
    variance = uncalibrated - explained.sum(axis=0)
    for j in np.flatnonzero(variance < NEARLY_NOTHING * uncalibrated):
        variance[j] = _stage_variance(e.columns([j]), stage, share)[0]
    return variance


def _centred(x: np.ndarray, stage: Design, share) -> np.ndarray:
    """scale_h (x_hj - x̄_h) (m,q), as in `_stage_variance`."""
    h, n = stage.psu_stratum, stage.sampled
    scale, centre = stage_factors(stage, share)
    return (x - (stratum_sums(x, stage) * (centre / n)[:, None])[h]) * scale[h][:, None]


def stratum_sums(u: Totals, stage: Design) -> Totals:
    """Sums (H,k) of the totals u (m,k) over each stratum's units, in the same form as u."""
    h, m = stage.psu_stratum, len(stage.psu_stratum)
    grouping = scipy.sparse.csr_array((np.ones(m), (h, np.arange(m))), shape=(len(stage.stratum_names), m))
    return u.summed(grouping) if isinstance(u, ResidualTotals) else grouping @ u
