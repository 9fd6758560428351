"""The one variance: every estimator is linearised and its sampling error computed here, from PSU totals."""

import numpy as np
import scipy.sparse as sp

from estimation.design import Design

ROUNDING = 1e-13  # a sparse variance below this share of the sum of squares it was subtracted from is rounding: zero


def linearized_covariance(z, design: Design):
    """V = Σ_h (1-f_h) n_h/(n_h-1) Σ_j (u_hj-ū_h)(u_hj-ū_h)',  u_hj = Σ_{i in PSU j} w_i z_i.

    z (n,) or (n,k), dense or scipy.sparse: the linearised variables, in the units of the estimate.
    Returns the covariance (k,k), dense or sparse as z was.  Särndal, Swensson & Wretman (1992), ch. 4-5.
    """
    return totals_covariance(psu_totals(z, design), design)


def psu_totals(z, design: Design):
    """u_j = Σ_{i in j} w_i z_i: weighted totals (m,k) of z by primary sampling unit."""
    n, m = len(design.psu), len(design.psu_stratum)
    grouping = sp.csr_matrix((design.weight, (design.psu, np.arange(n))), shape=(m, n))
    return grouping @ (z if sp.issparse(z) else np.asarray(z, dtype=float).reshape(n, -1))


def totals_covariance(u, design: Design):
    """The variance of `linearized_covariance` from the PSU totals u (m,k) themselves.

    A sparse u is never made dense: Σ(u-ū)(u-ū)' = Σuu' - n ūū' keeps pairs of domains that share no stratum empty,
    so 3,000 areas need no 3,000 x 3,000 matrix.
    """
    if design.lonely == "average":
        return _with_average_for_lonely(u, design)
    scale, centre = _factors(design)
    return _scaled_squares(u, scale, centre, design)


def _factors(design: Design) -> tuple[np.ndarray, np.ndarray]:
    """(1-f_h) n_h/(n_h-1) and whether the stratum is centred, (H,) each; a lonely PSU under "adjust" is not centred."""
    n, f = design.sampled, design.sampling_fraction
    alone = n == 1
    scale = (1 - f) * np.where(alone, float(design.lonely == "adjust"), n / np.maximum(n - 1, 1))
    return scale, ~alone


def _scaled_squares(u, scale, centre, design: Design):
    h, n = design.psu_stratum, design.sampled
    strata = sp.csr_matrix((np.ones(len(h)), (h, np.arange(len(h)))), shape=(len(n), len(h)))
    sums = strata @ u
    if not sp.issparse(u):
        centred = u - (sums * (centre / n)[:, None])[h]
        return (centred * scale[h][:, None]).T @ centred
    squares = u.T @ sp.diags_array(scale[h]) @ u
    covariance = (squares - sums.T @ sp.diags_array(scale * centre / n) @ sums).tocsr()
    diagonal = covariance.diagonal()
    covariance.setdiag(np.where(diagonal < ROUNDING * squares.diagonal(), 0.0, diagonal))
    return covariance


def _with_average_for_lonely(u, design: Design):
    """Lonely strata count as the average of the others: the total over the others times H/(H - lonely)."""
    scale, centre = _factors(design)
    counted = (design.sampled > 1) | (design.sampling_fraction >= 1)
    return _scaled_squares(u, scale, centre, design) * (len(counted) / counted.sum())
