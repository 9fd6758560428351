"""Means of domains from counts and sums by stratum, domain and answer, where every interview is a PSU of its own."""

import numpy as np
import scipy
from numpy.typing import ArrayLike

from estimation.columns.ties import is_nothing
from estimation.estimators.design import Design
from estimation.estimators.domains import domain_codes
from estimation.estimators.estimates import SPARSE_FROM, Estimate
from estimation.estimators.means import number_columns
from estimation.estimators.variance import StratumCells, lonely_raise, stage_factors, with_diagonal, without_rounding
from words import Fault


def grouped_means(y: ArrayLike, domain: ArrayLike, design: Design) -> Estimate:
    """`domain_means` from rows that stand for several interviews with the same answer, each of them a PSU.

        V_de = Σ_h c_h (1{d = e} Q_hd - T_hd T_he/n_h),   z_r = (y_r - ȳ_d)/Σ_d w,
        T_hd = Σ_{r in h,d} z_r (Σw)_r,   Q_hd = Σ_{r in h,d} z_r² (Σw²)_r,   c_h = n_h/(n_h - 1)

    y (n,), NaN for no answer; domain (n,); design: `Design.from_totals` with counts and without PSUs.
    An interview has one domain, so that products of two domains come from the strata's means alone.
    """
    assert design.interviews is not None and design.alone
    _, columns = number_columns(y, design, "mean")
    codes, labels = domain_codes(domain, design)
    kept = ~np.isnan(columns[:, 0]) & (design.weight > 0)
    if not kept.any():
        raise Fault(key="estimate.no_answers", names=[str(label) for label in labels])
    answered, codes = np.unique(codes[kept], return_inverse=True)
    answer, weight, k = columns[kept, 0], design.weight[kept], len(answered)
    size = np.bincount(codes, weight, minlength=k)
    value = np.clip(np.bincount(codes, weight * answer, minlength=k) / size, answer.min(), answer.max())
    z = (answer - value[codes]) / size[codes]
    squares = z**2 * design.interviews.square[kept]
    alike = is_nothing(np.sqrt(np.bincount(codes, squares, minlength=k)), np.abs(value))
    z[alike[codes]], squares[alike[codes]] = 0.0, 0.0
    cells = StratumCells.of_entries(design.psu_stratum[design.psu[kept]], codes, len(design.stratum_names), k)
    totals, squares = (np.bincount(cells.of, x, minlength=len(cells.stratum)) for x in (weight * z, squares))
    counts = np.bincount(codes, design.interviews.count[kept], minlength=k)
    df = counts - np.bincount(cells.column, minlength=k)
    covariance = _covariance(cells, totals, squares, k, design)
    return Estimate(tuple(labels[answered]), value, covariance, df)


def _covariance(cells: StratumCells, totals: np.ndarray, squares: np.ndarray, k: int, design: Design):
    """V (k,k) from T_hd and Q_hd of each pair of a stratum and a domain, sparse only for many domains."""
    scale, centred = stage_factors(design, 1.0)
    less = (scale * centred / design.sampled)[cells.stratum] * totals**2
    raised = lonely_raise(cells.stratum, cells.column, k, design)
    variance = np.maximum(np.bincount(cells.column, scale[cells.stratum] * squares - less, minlength=k), 0.0) * raised
    of_strata = scipy.sparse.csr_array(
        (totals * np.sqrt(raised)[cells.column], (cells.stratum, cells.column)), shape=(len(scale), k)
    )
    between = of_strata.T @ scipy.sparse.diags_array(-scale * centred / design.sampled) @ of_strata
    covariance = without_rounding(with_diagonal(between, variance))
    return covariance.toarray() if k < SPARSE_FROM else covariance
