"""Smoothed variances of small areas' shares and scores: never 0, so that 42 equal answers do not claim certainty."""

from dataclasses import replace

import numpy as np
import scipy
from numpy.typing import ArrayLike

from estimation.columns.ties import onto_ends
from estimation.estimators.change_laws import ChangeLaw
from estimation.estimators.estimates import Estimate
from estimation.estimators.laws import SamplingLaw
from estimation.estimators.variance import with_diagonal
from estimation.precision.moderation import moderate, moderate_effects

PRIOR = 30.0  # the interviews that the league's share counts as in each area's variance (never in its estimate)
NOBODY = 0.5  # the part of one more interview in the league that is taken to answer otherwise, so that none is certain


def smooth_shares(
    estimate: Estimate,
    n_effective: ArrayLike,
    *,
    n: ArrayLike | None = None,
    n_third: ArrayLike | None = None,
    prior: float = PRIOR,
) -> Estimate:
    """The same shares with V_d = q_d(1-q_d)/n_d, q_d = (n_d p_d + m p̄)/(n_d + m), m = prior.

    n_effective (k,)  Kish's n_K of each share;  n_d = n_K/δ_d, δ_d being the moderated design effect
                      (`moderate_effects`), whose df the estimate receives
    n (k,)            interviews behind each share; None: n_K
    n_third (k,)      n₃, the number of equally weighted answers with the same third cumulant; None: n_K
    p̄ = (½ + Σn_d p_d)/(1 + Σn_d) is the share of the league with one more interview, half for and half against.
    The form is a generalized variance function, Wolter (2007), ch. 7; that rank statements keep their error rate with
    it is shown by simulation (docs/methods.md).  The law (`estimation.estimators.laws`) has n_d interviews, the
    level q_d and m = n₃/√(δ(2δ - 1)) for the third cumulant: rarer answers that come in clumps, as a mixture of
    binomials in PSUs gives them, are more skewed than n_d independent ones.  A beta-binomial count of n answers with
    the design effect δ = (s + n)/(s + 1) has (s + 2n)/(s + 2) = 2δ - 1, nearly, as the factor of δ κ₃ of independent
    answers.
    """
    p = onto_ends(estimate.value)
    kish = np.broadcast_to(np.asarray(n_effective, dtype=float), p.shape)
    effects = moderate_effects(estimate, kish if n is None else n, kish)
    n_d = kish / effects.value
    q = (n_d * p + prior * (NOBODY + n_d @ p) / (1 + n_d.sum())) / (n_d + prior)
    v = q * (1 - q) / n_d
    third = kish if n_third is None else np.broadcast_to(np.asarray(n_third, dtype=float), p.shape)
    third = third / np.sqrt(effects.value * (2 * effects.value - 1))
    return with_variance(replace(estimate, df=effects.df), v, SamplingLaw(n_d, third, q, v))


def smooth_scores(
    estimate: Estimate,
    n_effective: ArrayLike,
    *,
    reach: float = 1.0,
    unit_skewness: ArrayLike = 0.0,
    n_third: ArrayLike | None = None,
    evenness: ArrayLike = 1.0,
) -> Estimate:
    """The same scores with V_d = s̃²_d/n_d, s̃²_d being the moderated n_d V_d (`moderate`).

    n_effective (k,)  Kish's n_d of each score
    reach             the length of the scale.  Where no area's answers differ at all, s² is that of a share on this
                      scale, with ½ of one more interview in the league answering otherwise
    unit_skewness (k,)  the skewness of one answer, for the law (`answer_skewness`); 0: symmetric answers
    n_third (k,)      n₃, the number of equally weighted answers with the same third cumulant; None: n_K
    evenness (k,)     what is left of the df if the PSUs of an area have unequal weights (`psu_evenness`)
    The df remain those of the area, times `evenness`: with the league's d₀ added, the far tails that matter for the
    largest of many areas would be too light for areas that are more mixed than the league (docs/decisions.md).  The
    law's level is shrunk towards the league's mean as far as s² is shrunk towards the league's.
    """
    n = np.broadcast_to(np.asarray(n_effective, dtype=float), (len(estimate.names),))
    df = np.maximum(estimate.df * np.asarray(evenness, dtype=float), np.minimum(estimate.df, 1.0))
    estimate = replace(estimate, df=df)
    moderated = moderate(n * estimate.variance, estimate.df)
    otherwise = NOBODY / (1 + n.sum())
    s2 = moderated.value if moderated.value.any() else np.full(n.shape, reach**2 * otherwise * (1 - otherwise))
    skewness = np.broadcast_to(np.asarray(unit_skewness, dtype=float), n.shape)
    m = n if n_third is None else np.broadcast_to(np.asarray(n_third, dtype=float), n.shape)
    area_part = np.divide(estimate.df, moderated.df, out=np.ones(n.shape), where=np.isfinite(moderated.df))
    deviation = np.full(n.shape, np.sqrt(n @ s2 / n.sum()))
    level = area_part * estimate.value + (1 - area_part) * (n @ estimate.value) / n.sum()
    return with_variance(estimate, s2 / n, SamplingLaw(n, m, level, s2 / n, skewness, deviation))


def with_variance(estimate: Estimate, variance: np.ndarray, law: SamplingLaw | ChangeLaw | None = None) -> Estimate:
    """The same estimates and correlations with other variances (k,), and their law."""
    r = se_ratio(estimate.se, np.sqrt(variance))
    if scipy.sparse.issparse(estimate.covariance):
        covariance = scipy.sparse.diags_array(r) @ estimate.covariance @ scipy.sparse.diags_array(r)
    else:
        covariance = r[:, None] * estimate.covariance * r
    covariance = with_diagonal(covariance, variance)
    return Estimate(estimate.names, estimate.value, covariance, estimate.df, estimate.flags, law)


def se_ratio(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """new/old standard errors (k,), 0 where the old one is 0, because such an estimate has no correlation to keep."""
    return np.divide(new, old, out=np.zeros(len(old)), where=old > 0)
