"""Confidence intervals for shares and scores that keep to their scale and are never a point at a share of 0 or 1."""

import numpy as np
from scipy import stats
from scipy.optimize import brentq
from scipy.special import expit, logit, rel_entr
from statsmodels.stats.proportion import proportion_confint

from estimation.estimates import Estimate, Interval, t_quantile, t_times
from estimation.ties import at_end, onto_ends
from words import Fault


def proportion_interval(estimate: Estimate, n, *, method=None, level: float = 0.95, n_effective=None) -> Interval:
    """Limits for shares (fractions, 0.83).

    n (k,)            answers behind each share
    method            "logit", "korn_graubard", "wilson", "likelihood", "arcsine" or "wald"; "xlogit" is R's name for
                      logit limits from the share and its standard error, which is how "logit" is computed here
                      (R's "logit" fits a regression first: the same limits, except that at 0 and 1 it does not end)
    method None       logit, and Korn-Graubard where the share is exactly 0 or 1: never a point
    n_effective (k,)  Kish's min(n, n/(1+cv²_w)), used where the share is 0 or 1 and p(1-p)/V is 0/0; default n
    """
    p, n = _shares(estimate), np.broadcast_to(np.asarray(n, dtype=float), estimate.value.shape)
    kish = n if n_effective is None else np.broadcast_to(np.asarray(n_effective, dtype=float), p.shape)
    if method not in METHODS and method is not None:
        raise Fault(key="interval.method", found=str(method), expected=sorted(METHODS))
    if method is not None:
        return Interval(*METHODS[method](p, estimate.variance, estimate.df, n, kish, level), level)
    edge = at_end(p)
    log_odds = _logit(p, estimate.variance, estimate.df, n, kish, level)
    beta = _korn_graubard(p, estimate.variance, estimate.df, n, kish, level)
    return Interval(np.where(edge, beta[0], log_odds[0]), np.where(edge, beta[1], log_odds[1]), level)


def measure_interval(estimate: Estimate, n, n_effective, *, low: float, high: float, share: bool, level: float = 0.95):
    """The default limits of a measure on the scale low..high, and the method used for each (k,).

    Shares: logit.  Scores: Wald (as R's confint) where it stays on the scale, else logit on the scale.  Either: where
    the standard error is 0 or the value at an end of the scale, Korn-Graubard on the value rescaled to 0..1, as if it
    were a share: safe, because no variable on 0..1 with that mean has a larger variance than a share's.
    """
    scaled = Estimate(
        estimate.names,
        onto_ends((estimate.value - low) / (high - low)),
        estimate.covariance / (high - low) ** 2,
        estimate.df,
    )
    edge = at_end(scaled.value) | (scaled.variance == 0)
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
    half = t_times(level, df, np.sqrt(variance))
    return p - half, p + half


def _logit(p, variance, df, n, kish, level):
    """logit p ± t(df) se/(p(1-p)), taken back; at 0 and 1 the logit is infinite and the limits are the point itself."""
    inside = (p > 0) & (p < 1)
    q = np.where(inside, p, 0.5)
    half = t_times(level, df, np.sqrt(variance) / (q * (1 - q)))
    return tuple(np.where(inside, expit(logit(q) + side), p) for side in (-half, half))


def _arcsine(p, variance, df, n, kish, level):
    """arcsin √p ± t(df) se/(2 √(p(1-p))), kept in 0..π/2 and taken back; at 0 and 1 the limits are the point itself."""
    inside = (p > 0) & (p < 1)
    q = np.where(inside, p, 0.5)
    half = t_times(level, df, np.sqrt(variance) / (2 * np.sqrt(q * (1 - q))))
    angles = (np.clip(np.arcsin(np.sqrt(q)) + side, 0, np.pi / 2) for side in (-half, half))
    return tuple(np.where(inside, np.sin(angle) ** 2, p) for angle in angles)


def _likelihood(p, variance, df, n, kish, level):
    """The roots π of 2 n_eff (p log(p/π) + (1-p) log((1-p)/(1-π))) = t(df)², n_eff = p(1-p)/V (n-1)/n.

    The binomial likelihood ratio scaled by the design effect, in the manner of Rao & Scott (1984); (n-1)/n is R's,
    whose dispersion divides by n-1.  The root is exact; R reads it off a spline and differs by up to 1e-5.
    """
    known = np.asarray(df) >= 1
    t = np.where(known, t_quantile(level, df), 0.0)
    scaled = _effective(p, variance, kish) * np.maximum(n - 1, 1) / np.maximum(n, 1)
    drop = t**2 / (2 * np.maximum(scaled, np.finfo(float).tiny))
    rows = list(zip(p, drop, known, strict=True))
    return tuple(np.array([_root(*row, end) if row[2] else end for row in rows]) for end in (0.0, 1.0))


def _root(p, drop, known, end):
    """π between p and `end` where p log(p/π) + (1-p) log((1-p)/(1-π)) = drop."""
    if p == end or drop == 0:
        return p

    def excess(share):
        return rel_entr(p, share) + rel_entr(1 - p, 1 - share) - drop

    return end if excess(end) <= 0 else brentq(excess, p, end, xtol=1e-300, rtol=1e-15)


def _korn_graubard(p, variance, df, n, kish, level):
    """Clopper-Pearson on n* = n_eff (t_{n-1}/t_df)², n_eff = p(1-p)/V.  Korn & Graubard (1998)."""
    n_star = _effective(p, variance, kish) * (t_quantile(level, np.maximum(n - 1, 1)) / t_quantile(level, df)) ** 2
    return _confint(p, n_star, level, "beta")


def _wilson(p, variance, df, n, kish, level):
    """Wilson's limits on n* = n_eff (z/t_df)², n_eff = p(1-p)/V: his formula, t in the place of z.  Wilson (1927)."""
    n_star = _effective(p, variance, kish) * (stats.norm.ppf((1 + level) / 2) / t_quantile(level, df)) ** 2
    return _confint(p, n_star, level, "wilson")


METHODS = {
    "logit": _logit,
    "xlogit": _logit,
    "korn_graubard": _korn_graubard,
    "wilson": _wilson,
    "likelihood": _likelihood,
    "arcsine": _arcsine,
    "wald": _wald,
}


def _effective(p, variance, kish):
    """n_eff = p(1-p)/V; Kish's where that is 0/0."""
    varies = (variance > 0) & ~at_end(p)
    return np.divide(p * (1 - p), variance, out=np.array(kish, dtype=float), where=varies)


def _confint(p, n_star, level, method):
    known = n_star > 0
    size = np.where(known, n_star, 1.0)
    lower, upper = proportion_confint(p * size, size, alpha=1 - level, method=method)
    return np.where(known, lower, 0.0), np.where(known, upper, 1.0)


def _shares(estimate: Estimate) -> np.ndarray:
    p = onto_ends(estimate.value)
    outside = (p < 0) | (p > 1)
    if outside.any():
        j = int(outside.argmax())
        raise Fault(key="interval.not_share", name=str(estimate.names[j]), found=float(p[j]))
    return p
