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


def part_left(estimate: Estimate, remaining: np.ndarray) -> np.ndarray:
    """What the variance of the process is multiplied by (k,): 1-f, and for smoothed shares (1-f)N/(N-1).

    q(1-q)/n is the variance of the process; that of n of N people is q(1-q)/n (N-n)/(N-1), the hypergeometric law's.
    N = n/f with the effective n.  Scores have their s² from n-1, as a finite population's S² is.
    """
    left, law = np.maximum(remaining, LEAST), estimate.law
    return left / (1 - one_of(law, remaining)) if isinstance(law, SamplingLaw) and law.is_share else left


def one_of(law: SamplingLaw, remaining: np.ndarray) -> np.ndarray:
    """1/N = f/n (k,), at most a third."""
    return np.minimum((1 - np.minimum(remaining, 1.0)) / law.interviews, 1 / 3)


def of_the_people(estimate: Estimate, remaining: np.ndarray) -> Estimate:
    """The same estimates with the variance V(1-f) and the law of it: n/(1-f) interviews, κ₃ (1-f)(1-2f).

    remaining: 1 - f (k,), f being the part of the people who were interviewed.  From f = ½ on the error is skewed the
    other way (the third cumulant of the hypergeometric law): it is that of the people who were not interviewed.
    Shares: V(1-f)N/(N-1) and κ₃ (1-f)(1-2f)N²/((N-1)(N-2)), as the hypergeometric law has them, and the variance f/12n²
    beside it (no more than V(1-f)): a share of n answers goes in steps of 1/n, which are wide beside the standard error
    where few people were not asked, so that the law's tails are heavier than a normal one's (Sheppard's correction).
    """
    left, law = part_left(estimate, remaining), estimate.law
    if law is not None:
        assert isinstance(law, SamplingLaw)  # of one wave, not of a change
        factor = np.maximum(remaining, LEAST) * (2 * np.maximum(remaining, LEAST) - 1)
        if law.is_share:
            factor = factor / ((1 - one_of(law, remaining)) * (1 - 2 * one_of(law, remaining)))
        third = law.third_interviews / np.sqrt(np.maximum(np.abs(factor), LEAST))
        sign = np.sign(factor)
        law = replace(
            law, interviews=law.interviews / left, third_interviews=third, variance=law.variance * left, third_sign=sign
        )
    return with_variance(estimate, estimate.variance * left + _steps(estimate, remaining, left), law)


def _steps(estimate: Estimate, remaining: np.ndarray, left: np.ndarray) -> np.ndarray:
    """f/12n² (k,), at most V(1-f), of shares; 0 of scores."""
    law = estimate.law
    if not isinstance(law, SamplingLaw) or not law.is_share:
        return np.zeros(len(left))
    sampled_part = 1 - np.minimum(remaining, 1.0)
    return sampled_part * np.minimum(1 / (12 * law.interviews**2), estimate.variance * left)


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
    whole = dict(zip(names, waves.estimates, strict=True))
    left = {name: np.sqrt(part_left(whole[name], remaining[name])) for name in names}
    grown = {name: left[name] / np.sqrt(np.maximum(remaining[name], LEAST)) for name in names}
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
            matrix[:, s, t] = matrix[:, t, s] = v * grown[one] * grown[name] * (r - person * f)
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
