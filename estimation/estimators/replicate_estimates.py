"""Estimates whose variance comes from replicate weights: totals, means and ratios, or any function of the weights."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import scipy
from numpy.typing import ArrayLike

from estimation.columns.columns import said
from estimation.estimators.domains import domain_codes
from estimation.estimators.estimates import Estimate
from estimation.estimators.means import number_columns
from estimation.estimators.replication import Replicates
from words import Fault


def replicate_covariance(
    estimates: ArrayLike, centre: ArrayLike, scale: float, rscales: ArrayLike | None = None
) -> np.ndarray:
    """V = scale Σ_r rscales_r (θ_r - c)(θ_r - c)' (k,k).  Wolter (2007).

    estimates: θ (R,k); centre: c (k,); rscales (R,), None for 1.
    """
    deviation = np.asarray(estimates, dtype=float) - centre
    return scale * (deviation.T * (1.0 if rscales is None else rscales)) @ deviation


def replicate_total(y: ArrayLike | pd.DataFrame, replicates: Replicates) -> Estimate:
    """Y = Σwy with its variance from the replicates; y (n,), (n,k) or a DataFrame as in `total`, NaN counting as 0."""
    names, y = number_columns(y, replicates.design, "total")
    y = np.where(np.isnan(y), 0.0, y)
    return _estimate(names, replicates.design.weight @ y, replicates.totals(y), replicates)


def replicate_mean(y: ArrayLike | pd.DataFrame, replicates: Replicates) -> Estimate:
    """ȳ = Σwy/Σw with its variance from the replicates; y as in `mean`."""
    names, y = number_columns(y, replicates.design, "mean")
    return _ratios(names, y, np.ones_like(y), replicates)


def replicate_ratio(y: ArrayLike | pd.DataFrame, x: ArrayLike | pd.DataFrame, replicates: Replicates) -> Estimate:
    """R = Σwy/Σwx with its variance from the replicates; y and x as in `ratio`."""
    names, y = number_columns(y, replicates.design, "ratio")
    _, x = number_columns(x, replicates.design, "ratio")
    return _ratios(names, y, np.broadcast_to(x, y.shape), replicates)


def replicate_domain_means(y: ArrayLike, domain: ArrayLike | pd.DataFrame, replicates: Replicates) -> Estimate:
    """ȳ_d = Σ_d wy/Σ_d w for every domain, with the covariance between all domains from the replicates.

    y (n,), where NaN is left out; domain as in `domain_means`.
    The cost is two products of the (m,k) unit totals with the (m,R) factors of the replicates.
    """
    _, y = number_columns(y, replicates.design, "mean")
    codes, labels = domain_codes(domain, replicates.design)
    answered = ~np.isnan(y[:, 0])
    n, k = len(codes), len(labels)
    belongs = scipy.sparse.csr_array((answered.astype(float), codes, np.arange(n + 1)), shape=(n, k))
    sums = scipy.sparse.csr_array((np.where(answered, y[:, 0], 0.0), codes, np.arange(n + 1)), shape=(n, k))
    occupied = np.asarray(replicates.design.weight @ belongs) > 0
    if not occupied.any():
        raise Fault(key="estimate.no_answers", names=[said(label) for label in labels])
    belongs, sums = belongs[:, occupied], sums[:, occupied]
    return _divided(tuple(labels[occupied]), sums, belongs, replicates)


def replicated(statistic: Callable, names: Sequence, replicates: Replicates) -> Estimate:
    """Any statistic of the weights, with its variance from the replicates: a median, a regression, a rank score.

    statistic: weights (n,) -> (k,), called R + 1 times; names (k,).
    """
    weights = replicates.weights
    value = np.atleast_1d(statistic(replicates.design.weight))
    estimates = np.vstack([np.atleast_1d(statistic(weights[:, r])) for r in range(replicates.count)])
    return _estimate(names, value, estimates, replicates)


def _ratios(names, y, x, replicates: Replicates) -> Estimate:
    answered = ~(np.isnan(y) | np.isnan(x))
    return _divided(names, np.where(answered, y, 0.0), np.where(answered, x, 0.0), replicates)


def _divided(names, y, x, replicates: Replicates) -> Estimate:
    """Σwy/Σwx (k,), computed with the weights of the full sample and of every replicate."""
    w, k = replicates.design.weight, len(names)
    denominator = np.asarray(w @ x)
    _refuse_nothing(names, denominator[None, :], "estimate.no_answers")
    columns = scipy.sparse.hstack([y, x], format="csr") if scipy.sparse.issparse(y) else np.hstack([y, x])
    numerators, denominators = np.split(replicates.totals(columns), [k], axis=1)
    _refuse_nothing(names, denominators, "replicates.no_answers")
    return _estimate(names, np.asarray(w @ y) / denominator, numerators / denominators, replicates)


def _refuse_nothing(names, denominators, key: str) -> None:
    """A Fault that names the estimates with a denominator of 0."""
    empty = (denominators == 0).any(axis=0)
    if empty.any():
        raise Fault(key=key, names=[said(names[j]) for j in np.flatnonzero(empty)])


def _estimate(names, value, estimates, replicates: Replicates) -> Estimate:
    centre = value if replicates.mse else estimates[replicates.rscales > 0].mean(axis=0)
    covariance = replicate_covariance(estimates, centre, replicates.scale, replicates.rscales)
    return Estimate(tuple(names), value, (covariance + covariance.T) / 2, replicates.df)
