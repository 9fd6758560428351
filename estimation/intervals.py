"""Confidence intervals for shares and scores that keep to their scale and are never a point at a share of 0 or 1."""

import numpy as np
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from estimation.estimates import Estimate, Interval, t_quantile
from words import Fault


def proportion_interval(estimate: Estimate, n, *, method=None, level: float = 0.95, n_effective=None) -> Interval:
    """Limits for shares (fractions, 0.83): method "logit", "korn_graubard", "wilson" or "wald".

    n (k,)            answers behind each share
    method None       logit, and Korn-Graubard where the share is exactly 0 or 1
    n_effective (k,)  Kish's min(n, n/(1+cv²_w)), used where the share is 0 or 1 and p(1-p)/V is 0/0; default n
    """
    p, n = _shares(estimate), np.broadcast_to(np.asarray(n, dtype=float), estimate.value.shape)
    kish = n if n_effective is None else np.broadcast_to(np.asarray(n_effective, dtype=float), p.shape)
    if method not in METHODS and method is not None:
        raise Fault(key="interval.method", found=str(method), expected=sorted(METHODS))
    if method is not None:
        return Interval(*METHODS[method](p, estimate.variance, estimate.df, n, kish, level), level)
    edge = (p == 0) | (p == 1)
    logit = _logit(p, estimate.variance, estimate.df, n, kish, level)
    beta = _korn_graubard(p, estimate.variance, estimate.df, n, kish, level)
    return Interval(np.where(edge, beta[0], logit[0]), np.where(edge, beta[1], logit[1]), level)


def measure_interval(estimate: Estimate, n, n_effective, *, low: float, high: float, share: bool, level: float = 0.95):
    """The default limits of a measure on the scale low..high, and the method used for each (k,).

    Shares: logit.  Scores: Wald (as R's confint) where it stays on the scale, else logit on the scale.  Either: where
    the standard error is 0 or the value at an end of the scale, Korn-Graubard on the value rescaled to 0..1, as if it
    were a share: safe, because no variable on 0..1 with that mean has a larger variance than a share's.
    """
    scaled = Estimate(
        estimate.names,
        (estimate.value - low) / (high - low),
        estimate.covariance / (high - low) ** 2,
        estimate.df,
    )
    edge = (scaled.value <= 0) | (scaled.value >= 1) | (scaled.variance == 0)
    methods = np.where(edge, "korn_graubard", "logit").astype(object)
    limits = [proportion_interval(scaled, n, method=m, level=level, n_effective=n_effective) for m in EDGE_OR_NOT]
    lower, upper = (np.where(edge, getattr(limits[0], side), getattr(limits[1], side)) for side in ("lower", "upper"))
    lower, upper = low + (high - low) * lower, low + (high - low) * upper
    if not share:
        wald = estimate.interval(level)
        inside = ~edge & (wald.lower >= low) & (wald.upper <= high)
        lower, upper = np.where(inside, wald.lower, lower), np.where(inside, wald.upper, upper)
        methods = np.where(inside, "wald", methods)
    return Interval(np.minimum(lower, estimate.value), np.maximum(upper, estimate.value), level), methods


EDGE_OR_NOT = ("korn_graubard", "logit")


def _wald(p, variance, df, n, kish, level):
    """p ± t(df) se."""
    half = np.multiply(t_quantile(level, df), np.sqrt(variance), out=np.zeros(len(p)), where=variance > 0)
    return p - half, p + half


def _logit(p, variance, df, n, kish, level):
    """logit p ± t(df) se/(p(1-p)), taken back; at 0 and 1 the logit is infinite and the limits are the point itself."""
    inside = (p > 0) & (p < 1)
    q = np.where(inside, p, 0.5)
    half = np.multiply(
        t_quantile(level, df), np.sqrt(variance) / (q * (1 - q)), out=np.zeros(len(p)), where=variance > 0
    )
    centre = np.log(q / (1 - q))
    lower, upper = 1 / (1 + np.exp(-(centre - half))), 1 / (1 + np.exp(-(centre + half)))
    return np.where(inside, lower, p), np.where(inside, upper, p)


def _korn_graubard(p, variance, df, n, kish, level):
    """Clopper-Pearson on n* = n_eff (t_{n-1}/t_df)², n_eff = p(1-p)/V.  Korn & Graubard (1998)."""
    n_star = _effective(p, variance, kish) * (t_quantile(level, np.maximum(n - 1, 1)) / t_quantile(level, df)) ** 2
    return _confint(p, n_star, level, "beta")


def _wilson(p, variance, df, n, kish, level):
    """Wilson's limits on n* = n_eff (z/t_df)², n_eff = p(1-p)/V: his formula, t in the place of z.  Wilson (1927)."""
    n_star = _effective(p, variance, kish) * (stats.norm.ppf((1 + level) / 2) / t_quantile(level, df)) ** 2
    return _confint(p, n_star, level, "wilson")


METHODS = {"logit": _logit, "korn_graubard": _korn_graubard, "wilson": _wilson, "wald": _wald}


def _effective(p, variance, kish):
    """n_eff = p(1-p)/V; Kish's where that is 0/0."""
    return np.divide(p * (1 - p), variance, out=np.array(kish, dtype=float), where=variance > 0)


def _confint(p, n_star, level, method):
    known = n_star > 0
    size = np.where(known, n_star, 1.0)
    lower, upper = proportion_confint(p * size, size, alpha=1 - level, method=method)
    return np.where(known, lower, 0.0), np.where(known, upper, 1.0)


def _shares(estimate: Estimate) -> np.ndarray:
    p = estimate.value
    outside = (p < 0) | (p > 1)
    if outside.any():
        j = int(outside.argmax())
        raise Fault(key="interval.not_share", name=str(estimate.names[j]), found=float(p[j]))
    return p
