"""Waves of a finite population: the variances and covariances for ranks and changes of the people that exist."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
import scipy

from estimation.estimators.estimates import Estimate
from estimation.estimators.laws import SamplingLaw
from estimation.precision.smoothing import with_variance
from estimation.waves.waves import Waves, is_independent, with_diagonal

LEAST = 1e-9  # the smallest 1 - f: where everyone was interviewed, nothing is then divided by 0


def of_the_people(estimate: Estimate, remaining: np.ndarray) -> Estimate:
    """The same estimates with the variance V(1-f) and the law of it: n/(1-f) interviews, κ₃ (1-f)(1-2f).

    remaining: 1 - f (k,), f being the part of the people who were interviewed.  From f = ½ on the error is skewed the
    other way (the third cumulant of the hypergeometric law): it is that of the people who were not interviewed.
    """
    left = np.maximum(remaining, LEAST)
    law = estimate.law
    if law is not None:
        assert isinstance(law, SamplingLaw)  # of one wave, not of a change
        factor = left * (2 * left - 1)
        third = law.third_interviews / np.sqrt(np.maximum(np.abs(factor), LEAST))
        sign = np.sign(factor)
        law = replace(
            law, interviews=law.interviews / left, third_interviews=third, variance=law.variance * left, third_sign=sign
        )
    return with_variance(estimate, estimate.variance * left, law)


def finite_waves(
    waves: Waves,
    remaining: Mapping[str, np.ndarray],
    asked: Mapping[str, np.ndarray],
    common: Mapping,
    apart: Collection,
) -> Waves:
    """The waves with V(1-f) and C = ρ S_1 S_2 (c/(n_1 n_2) - 1/N) of each area.  Tam (1984), Am. Statistician 38, 288.

    waves      with the variances and covariances of an infinite population
    remaining  wave -> 1 - f (k,)
    asked      wave -> the number n_t of PSUs (k,)
    common     (earlier, later) -> the number c of PSUs in both (k,)
    apart      the pairs of waves that are on different sides of the comparison
    ρ = C_st/√(V_s V_t) √(n_s n_t)/c in the infinite population, and S_s S_t/N = √(V_s f_s V_t f_t).  Where nobody was
    interviewed twice, ρ is not known: it is taken as 1 for waves on different sides and as 0 for waves on the same
    side, which gives the largest variance in both cases.  If the matrix of an area over the waves is then not positive
    semi-definite, its negative eigenvalues are set to 0.
    """
    names, k = waves.names, len(waves.estimates[0].names)
    left = {name: np.sqrt(np.maximum(remaining[name], LEAST)) for name in names}
    estimates = [of_the_people(e, remaining[name]) for name, e in zip(names, waves.estimates, strict=True)]
    matrix = np.zeros((k, len(names), len(names)))
    for t, name in enumerate(names):
        matrix[:, t, t] = estimates[t].variance
        for s, one in enumerate(names[:t]):
            process_cross, c = waves.cross[one, name], common[one, name]
            v = waves.estimates[s].se * waves.estimates[t].se
            diagonal = np.zeros(k) if is_independent(process_cross) else np.asarray(process_cross.diagonal())
            r = np.divide(diagonal, v, out=np.zeros(k), where=v > 0)
            person = np.divide(r * np.sqrt(asked[one] * asked[name]), c, out=np.zeros(k), where=c > 0)
            person = np.where(c > 0, np.clip(person, -1, 1), float((one, name) in apart))
            f = np.sqrt((1 - remaining[one]) * (1 - remaining[name]))
            matrix[:, s, t] = matrix[:, t, s] = v * (r - person * f)
    matrix = _nearest(matrix)
    cross, shared = {}, {}
    for t, name in enumerate(names):
        for s, one in enumerate(names[:t]):
            pair_cross = waves.cross[one, name]
            if is_independent(pair_cross):
                sparse = scipy.sparse.issparse(waves.estimates[t].covariance)
                pair_cross = scipy.sparse.csr_array((k, k)) if sparse else np.zeros((k, k))
            elif scipy.sparse.issparse(pair_cross):
                pair_cross = scipy.sparse.diags_array(left[one]) @ pair_cross @ scipy.sparse.diags_array(left[name])
            else:
                pair_cross = left[one][:, None] * pair_cross * left[name]
            cross[one, name] = with_diagonal(pair_cross, matrix[:, s, t])
    for (one, name), (first, second, df) in waves.common.items():
        shared[one, name] = (first * left[one] ** 2, second * left[name] ** 2, df)
    finite = tuple(with_variance(e, matrix[:, t, t], e.law) for t, e in enumerate(estimates))
    return replace(waves, estimates=finite, cross=cross, common=shared)


def _nearest(matrix: np.ndarray) -> np.ndarray:
    """The matrices (k,T,T) with the negative eigenvalues of their correlations set to 0."""
    scale = np.sqrt(np.einsum("ktt->kt", matrix))
    units = scale[:, :, None] * scale[:, None, :]
    value, vector = np.linalg.eigh(np.divide(matrix, units, out=np.zeros_like(matrix), where=units > 0))
    correlation = (vector * np.maximum(value, 0.0)[:, None, :]) @ np.swapaxes(vector, 1, 2)
    return np.where(np.any(value < 0, axis=1)[:, None, None], correlation * units, matrix)
