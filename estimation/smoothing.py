"""Smoothed variances of small areas' shares and scores: never zero, so that 42 equal answers do not claim certainty."""

import numpy as np
import scipy.sparse as sp

from estimation.estimates import Estimate
from estimation.laws import SamplingLaw
from estimation.ties import at_end, onto_ends
from estimation.variance import with_diagonal

PRIOR = 30.0  # interviews' worth of the whole league mixed into each area's variance (never into its estimate)


def smooth_shares(estimate: Estimate, n_effective, *, prior: float = PRIOR) -> Estimate:
    """The same shares with V_d = q_d(1-q_d)/n_d, q_d = (n_d p_d + m p̄)/(n_d + m), m = prior.

    n_d = p(1-p)/V, the design's own effective n, at most Kish's n_effective (k,), which also serves where V = 0;
    p̄ is the n_d-weighted mean of the league.  The form is a generalized variance function, Wolter (2007), ch. 7;
    that it keeps the error rate of rank statements is shown by simulation (docs/methods.md).
    The law (`estimation.laws`) has n_d interviews and level q_d.
    """
    p, v, n = (
        estimate.value,
        estimate.variance,
        np.broadcast_to(np.asarray(n_effective, dtype=float), (len(estimate.names),)),
    )
    n = np.minimum(np.divide(p * (1 - p), v, out=np.array(n), where=(v > 0) & ~at_end(p)), n)
    q = onto_ends((n * p + prior * (n @ p) / n.sum()) / (n + prior))
    v = q * (1 - q) / n
    return with_variance(estimate, v, SamplingLaw(n, n, q, v))


def smooth_scores(estimate: Estimate, n_effective, *, prior: float = PRIOR, unit_third=0.0) -> Estimate:
    """The same scores with V_d = (n_d s²_d + m s̄²)/(n_d + m)/n_d, s²_d = n_d V_d, s̄² its n-weighted league mean.

    The variance per effective interview is drawn towards the league's; n_d is Kish's n_effective (k,).
    unit_third (k,): third central moment of one answer, for the law; 0 where answers lie evenly around their mean.
    """
    n = np.broadcast_to(np.asarray(n_effective, dtype=float), (len(estimate.names),))
    s2 = n * estimate.variance
    v = (n * s2 + prior * (n @ s2) / n.sum()) / (n + prior) / n
    third = np.broadcast_to(np.asarray(unit_third, dtype=float), n.shape)
    return with_variance(estimate, v, SamplingLaw(n, n, estimate.value, v, third))


def with_variance(estimate: Estimate, variance, law: SamplingLaw | None = None) -> Estimate:
    """The same estimates and correlations with new variances (k,), and their law."""
    r = se_ratio(estimate.se, np.sqrt(variance))
    if sp.issparse(estimate.covariance):
        covariance = sp.diags_array(r) @ estimate.covariance @ sp.diags_array(r)
    else:
        covariance = r[:, None] * estimate.covariance * r
    covariance = with_diagonal(covariance, variance)
    return Estimate(estimate.names, estimate.value, covariance, estimate.df, estimate.flags, law)


def se_ratio(old, new) -> np.ndarray:
    """new/old standard errors (k,), 0 where the old one is 0: such an estimate has no correlation to carry over."""
    return np.divide(new, old, out=np.zeros(len(old)), where=old > 0)
