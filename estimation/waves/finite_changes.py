"""Ranks and changes of the people there are: smoothed variances and covariances of waves with the finite population."""

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from estimation.estimators.estimates import Estimate
from estimation.estimators.laws import SamplingLaw
from estimation.precision.smoothing import with_variance
from estimation.waves.waves import Waves, is_independent, with_diagonal

LEAST = 1e-9  # of the variance that is kept where everyone was asked: ranks need an order of sizes, not a division by 0


def of_the_people(estimate: Estimate, remaining) -> Estimate:
    """The same estimates with V(1-f), remaining = 1 - f (k,), and their law: n/(1-f), κ₃ (1-f)(1-2f), 0 from f = ½."""
    left = np.maximum(remaining, LEAST)
    law = estimate.law
    if law is not None:
        assert isinstance(law, SamplingLaw)  # of one wave, not of a change
        third = law.third_interviews / np.sqrt(left * np.maximum(2 * left - 1, LEAST))
        law = replace(law, interviews=law.interviews / left, third_interviews=third, variance=law.variance * left)
    return with_variance(estimate, estimate.variance * left, law)


def finite_waves(waves: Waves, remaining, asked, common, apart) -> Waves:
    """The waves with V(1-f) and C = ρ S_1 S_2 (c/(n_1 n_2) - 1/N) of each area.  Tam (1984), Am. Statistician 38, 288.

    waves      of the process;  remaining: wave -> 1 - f (k,)
    asked      wave -> PSUs n_t (k,);  common: (earlier, later) -> PSUs in both, c (k,)
    apart      pairs of waves on two sides of the comparison
    ρ = C_st/√(V_s V_t) √(n_s n_t)/c of the process, and S_s S_t/N = √(V_s f_s V_t f_t).  Where nobody was asked twice
    nothing is known of ρ: it is 1 for waves on two sides, 0 for waves on one, the largest variance either way.
    An area's matrix over the waves that is no covariance then is made one by setting its negative eigenvalues to 0.
    """
    names, k = waves.names, len(waves.estimates[0].names)
    left = {name: np.sqrt(np.maximum(remaining[name], LEAST)) for name in names}
    estimates = [of_the_people(e, remaining[name]) for name, e in zip(names, waves.estimates, strict=True)]
    matrix = np.zeros((k, len(names), len(names)))
    for t, name in enumerate(names):
        matrix[:, t, t] = estimates[t].variance
        for s, one in enumerate(names[:t]):
            given, c = waves.cross[one, name], common[one, name]
            v = waves.estimates[s].se * waves.estimates[t].se
            own = np.zeros(k) if is_independent(given) else np.asarray(given.diagonal())
            r = np.divide(own, v, out=np.zeros(k), where=v > 0)
            person = np.divide(r * np.sqrt(asked[one] * asked[name]), c, out=np.zeros(k), where=c > 0)
            person = np.where(c > 0, np.clip(person, -1, 1), float((one, name) in apart))
            f = np.sqrt((1 - remaining[one]) * (1 - remaining[name]))
            matrix[:, s, t] = matrix[:, t, s] = v * (r - person * f)
    matrix = _nearest(matrix)
    cross, shared = {}, {}
    for t, name in enumerate(names):
        for s, one in enumerate(names[:t]):
            given = waves.cross[one, name]
            if is_independent(given):
                sparse = sp.issparse(waves.estimates[t].covariance)
                given = sp.csr_array((k, k)) if sparse else np.zeros((k, k))
            elif sp.issparse(given):
                given = sp.diags_array(left[one]) @ given @ sp.diags_array(left[name])
            else:
                given = left[one][:, None] * given * left[name]
            cross[one, name] = with_diagonal(given, matrix[:, s, t])
    for (one, name), (first, second, df) in waves.common.items():
        shared[one, name] = (first * left[one] ** 2, second * left[name] ** 2, df)
    made = tuple(with_variance(e, matrix[:, t, t], e.law) for t, e in enumerate(estimates))
    return replace(waves, estimates=made, cross=cross, common=shared)


def _nearest(matrix: np.ndarray) -> np.ndarray:
    """The matrices (k,T,T) with negative eigenvalues of their correlations set to 0."""
    scale = np.sqrt(np.einsum("ktt->kt", matrix))
    both = scale[:, :, None] * scale[:, None, :]
    value, vector = np.linalg.eigh(np.divide(matrix, both, out=np.zeros_like(matrix), where=both > 0))
    whole = (vector * np.maximum(value, 0.0)[:, None, :]) @ np.swapaxes(vector, 1, 2)
    return np.where(np.any(value < 0, axis=1)[:, None, None], whole * both, matrix)
