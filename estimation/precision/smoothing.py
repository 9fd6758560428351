"""Smoothed variances of small areas' shares and scores: never zero, so that 42 equal answers do not claim certainty."""

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from estimation.columns.ties import onto_ends
from estimation.estimators.estimates import Estimate
from estimation.estimators.laws import ChangeLaw, SamplingLaw
from estimation.estimators.variance import with_diagonal
from estimation.precision.moderation import moderate, moderate_effects

PRIOR = 30.0  # interviews' worth of the whole league mixed into each share's variance (never into its estimate)
NOBODY = 0.5  # of one more interview of the league, the part that answers otherwise: no league is certain


def smooth_shares(estimate: Estimate, n_effective, *, n=None, prior: float = PRIOR) -> Estimate:
    """The same shares with V_d = q_d(1-q_d)/n_d, q_d = (n_d p_d + m p̄)/(n_d + m), m = prior.

    n_d = n_K/δ_d: Kish's n_effective (k,) over the moderated design effect of n (k,) interviews, default n_K
    (`moderate_effects`, whose df the estimate takes); p̄ = (½ + Σn_d p_d)/(1 + Σn_d), the league with one more interview
    that is half for and half against.  The form is a generalized variance function, Wolter (2007), ch. 7; that it keeps
    the error rate of rank statements is shown by simulation (docs/methods.md).
    The law (`estimation.estimators.laws`) has n_d interviews and level q_d.
    """
    p = onto_ends(estimate.value)
    kish = np.broadcast_to(np.asarray(n_effective, dtype=float), p.shape)
    effects = moderate_effects(estimate, kish if n is None else n, kish)
    n_d = kish / effects.value
    q = (n_d * p + prior * (NOBODY + n_d @ p) / (1 + n_d.sum())) / (n_d + prior)
    v = q * (1 - q) / n_d
    return with_variance(replace(estimate, df=effects.df), v, SamplingLaw(n_d, n_d, q, v))


def smooth_scores(estimate: Estimate, n_effective, *, reach: float = 1.0, unit_third=0.0) -> Estimate:
    """The same scores with V_d = s̃²_d/n_d, s̃² the moderated n_d V_d (`estimation.precision.moderation.moderate`).

    n_d is Kish's n_effective (k,).  The df stay the area's own: with d₀ more, the far tails that the largest of many
    areas asks for are too light for areas more mixed than the league (docs/decisions.md).  Where no area's answers
    differ, s² is that of a share, ½ of one more interview in the league answering otherwise, on a scale of `reach`.
    unit_third (k,): third central moment of one answer, for the law (`third_moments`); 0: answers lie evenly around
    their mean.  The law's level is drawn to the league's mean as s² is to its s².
    """
    n = np.broadcast_to(np.asarray(n_effective, dtype=float), (len(estimate.names),))
    moderated = moderate(n * estimate.variance, estimate.df)
    otherwise = NOBODY / (1 + n.sum())
    s2 = moderated.value if moderated.value.any() else np.full(n.shape, reach**2 * otherwise * (1 - otherwise))
    third = np.broadcast_to(np.asarray(unit_third, dtype=float), n.shape)
    own = np.divide(estimate.df, moderated.df, out=np.ones(n.shape), where=np.isfinite(moderated.df))
    level = own * estimate.value + (1 - own) * (n @ estimate.value) / n.sum()
    return with_variance(estimate, s2 / n, SamplingLaw(n, n, level, s2 / n, third))


def with_variance(estimate: Estimate, variance, law: SamplingLaw | ChangeLaw | None = None) -> Estimate:
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
