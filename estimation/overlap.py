"""The covariance between two waves that share primary sampling units: rotating samples, panels, rolling windows."""

import numpy as np
import scipy.sparse as sp

from estimation.design import Design
from estimation.estimates import Linearization
from estimation.residuals import chosen_columns


def common_psu_covariance(before: Linearization, after: Linearization) -> np.ndarray:
    """C (k1,k2): covariance of wave 1's and wave 2's estimates of the same area, from the PSUs in both waves.

    Within stratum h with n_1, n_2 sampled and c common PSUs, centred on each wave's own stratum means ū_1, ū_2,

        direct   Ĉ_d = Σ_h 1/κ_h Σ_common (u_1j-ū_1)(u_2j-ū_2),   κ_h = 1 - 1/n_1 - 1/n_2 + c/(n_1 n_2)
        largest  G_d = Σ_h c_h S_1h S_2h,                          S²_th = variance of u_t in the stratum

    Ĉ_d is unbiased, but with 2-4 common PSUs an area it is noise and may exceed what is possible.  So one correlation
    is pooled over the areas, ρ = Σ_d Ĉ_d/(se_1 se_2) / Σ_d G_d/(se_1 se_2), cut to [-1, 1], and C_d = ρ G_d: then
    |C_d| <= se_1 se_2, and the variance of a change cannot be negative.  A full panel with one area gives c = n,
    κ = (n-1)/n: the textbook covariance of paired PSU totals.

    Different areas' estimates are taken as uncorrelated between waves (their PSUs are different ones when areas are
    unions of strata).  PSUs are matched by name and stratum.  The moment form is Kish (1965), 12.4; the setting that of
    Berger & Priam (2016), JRSS-A; the pooling is ours, checked by simulation (docs/methods.md).
    """
    shared = [name for name in before.names if name in set(after.names)]
    at_before = [before.names.index(name) for name in shared]
    at_after = [after.names.index(name) for name in shared]
    direct, largest = _direct_and_largest(before, after, at_before, at_after)
    se = np.sqrt(before.estimate().variance[at_before] * after.estimate().variance[at_after])
    counted = (se > 0) & (largest > 0)
    rho = 0.0
    if counted.any():
        rho = np.clip(np.sum(direct[counted] / se[counted]) / np.sum(largest[counted] / se[counted]), -1, 1)
    covariance = np.zeros((len(before.names), len(after.names)))
    covariance[at_before, at_after] = rho * largest
    return covariance


def _direct_and_largest(before, after, at_before, at_after):
    """Ĉ_d and G_d of `common_psu_covariance` for the shared areas."""
    one, two = before.design, after.design
    position = {key: j for j, key in enumerate(_psu_keys(two))}
    pairs = [(j, position[key]) for j, key in enumerate(_psu_keys(one)) if key in position]
    if not pairs:
        return np.zeros(len(at_before)), np.zeros(len(at_before))
    j1, j2 = np.array(pairs).T
    strata_two = {name: h for h, name in enumerate(two.stratum_names)}
    matched = np.array([strata_two.get(name, -1) for name in one.stratum_names])
    h, u1, u2 = (
        one.psu_stratum[j1],
        chosen_columns(before.totals, at_before),
        chosen_columns(after.totals, at_after),
    )
    mean1, s1 = _stratum_moments(u1, one.psu_stratum, one.sampled)
    mean2, s2 = (
        table[matched] * (matched >= 0)[:, None] for table in _stratum_moments(u2, two.psu_stratum, two.sampled)
    )
    n1, n2 = one.sampled, np.where(matched >= 0, two.sampled[matched], 0)
    c = np.bincount(h, minlength=len(n1))
    usable = (c > 0) & (n1 > 1) & (n2 > 1)
    kappa = np.where(usable, 1 - 1 / n1 - 1 / np.maximum(n2, 1) + c / (n1 * np.maximum(n2, 1)), 1.0)
    fpc = np.sqrt((1 - one.sampling_fraction) * (1 - np.where(matched >= 0, two.sampling_fraction[matched], 0)))
    group = sp.csr_array((np.ones(len(h)), (h, np.arange(len(h)))), shape=(len(n1), len(h)))
    a, b = u1[j1], u2[j2]
    products = (group @ a.multiply(b)).toarray()
    centred = products - mean1 * (group @ b).toarray() - mean2 * (group @ a).toarray() + c[:, None] * mean1 * mean2
    direct = ((usable * fpc / kappa)[:, None] * centred).sum(axis=0)
    largest = ((usable * fpc * c)[:, None] * s1 * s2).sum(axis=0)
    return direct, largest


def _psu_keys(design: Design):
    """(stratum, PSU) labels of every PSU."""
    names = np.asarray(design.psu_names, dtype=object)
    return zip(design.stratum_names[design.psu_stratum], names, strict=True)


def _stratum_moments(u, psu_stratum, n):
    """Mean and standard deviation (H,k) of the PSU totals in each stratum; 0 where the stratum has one PSU."""
    group = sp.csr_array(
        (np.ones(len(psu_stratum)), (psu_stratum, np.arange(len(psu_stratum)))),
        shape=(len(n), len(psu_stratum)),
    )
    average = (group @ u).toarray() / n[:, None]
    squares = (group @ u.multiply(u)).toarray() - n[:, None] * average**2
    return average, np.sqrt(np.maximum(squares, 0) / np.maximum(n - 1, 1)[:, None])
