"""Confidence intervals for shares, scores and means that remain on their scale, and are no single point at its ends."""

import numpy as np
import scipy
from numpy.typing import ArrayLike

from estimation.columns.roots import turning_points
from estimation.columns.ties import at_end, onto_ends
from estimation.estimators.estimates import Estimate, Interval, t_quantile, t_times
from estimation.precision.moderation import Moderated, own_effects
from estimation.precision.skewed_intervals import skewed_interval
from words import Fault

MID_P, WALD, SKEW = "mid_p", "wald", "skewed"
SKEWED = 0.1  # the skewness of an estimate from which the interval of a score or a mean is no longer Wald's
AT_THE_END = 1.0  # interviews at the nearer end of the scale that are added to those behind a score's variance


def proportion_interval(
    estimate: Estimate,
    n: ArrayLike,
    *,
    method: str | None = None,
    level: float = 0.95,
    n_effective: ArrayLike | None = None,
    effects: Moderated | None = None,
) -> Interval:
    """Confidence limits for shares, as fractions (0.83).

    n (k,)            answers behind each share
    method            None: mid-p limits (`mid_p_limits`) on n* = n_K/δ (z/t)², t having the df of the design effect δ;
                      they are never a single point.  Or "logit", "korn_graubard", "wilson", "likelihood", "arcsine",
                      "wald"; "xlogit" is R's name for logit limits from the share and its standard error, which is how
                      "logit" is computed here (R's "logit" fits a regression first, with the same limits, except that
                      at 0 and 1 the fit does not converge)
    n_effective (k,)  Kish's n_K = min(n, n/(1+cv²_w)), default n; R's methods use it where p(1-p)/V is 0/0
    effects           δ and df of `moderate_effects` if the shares form a league; None: those of each share alone

    Examples: R's survey, `svyciprop(~I(ell == 0), dclus1, method = "likelihood")`, has a share of 0.0219 and the limits
    0.00067 and 0.108.  Wald's lower limit would be below 0.

    >>> import pandas as pd
    >>> from estimation import Design, mean, proportion_interval
    >>> schools = pd.read_csv("tests/golden/shared_apiclus1.csv")
    >>> design = Design.from_table(schools, weight="pw", psu="dnum", population="fpc")
    >>> estimate = mean(schools.ell == 0, design)
    >>> limits = proportion_interval(estimate, len(schools), method="likelihood")
    >>> print(estimate.value.round(4), limits.lower.round(5), limits.upper.round(3))
    [0.0219] [0.00067] [0.108]
    """
    p, n = _shares(estimate), np.broadcast_to(np.asarray(n, dtype=float), estimate.value.shape)
    kish = n if n_effective is None else np.broadcast_to(np.asarray(n_effective, dtype=float), p.shape)
    if method not in METHODS and method is not None:
        raise Fault(key="interval.method", found=str(method), expected=sorted(METHODS))
    if method is not None:
        return Interval(*METHODS[method](p, estimate.variance, estimate.df, n, kish, level), level)
    effects = own_effects(estimate, n, kish) if effects is None else effects
    return Interval(*mid_p_limits(p, _starred(kish / effects.value, effects.df, level), level), level)


def measure_interval(
    estimate: Estimate,
    n: ArrayLike,
    n_effective: ArrayLike,
    *,
    low: float,
    high: float,
    share: bool,
    level: float = 0.95,
    effects: Moderated | None = None,
    skewness: ArrayLike | None = None,
) -> tuple[Interval, np.ndarray]:
    """The default confidence limits of a measure on the scale low..high, and the method used for each (k,).

    n, n_effective (k,)  answers behind each value, and Kish's n_K
    share    True: every answer lies at one end of the scale or the other, and the limits are those of
             `proportion_interval`, with `effects` as there
    skewness (k,)  γ of the errors of means of numbers, as their answers show it; None: it is not known
    Where γ is known, the limits are those of `skewed_interval`, cut off at the ends of the scale, and Wald's where |γ|
    is below 0.1 and the limits remain on the scale; how long the scale is then plays no part.  Where no answers differ
    (V = 0), so that they do not say how much they vary, the limits are the mid-p limits below: any mean on the scale
    counts as possible.
    Otherwise let θ be the value rescaled to 0..1 and V its variance.  The limits are Wald's (as in R's confint) where
    the skewness that a share with this mean and standard error has, |1-2θ|√V/(θ(1-θ)), is below 0.1 and the limits
    remain on the scale.  Elsewhere they are mid-p limits on n* = n_K/φ (z/t)², φ = (1 + x n_K V/(θ(1-θ)))/(1 + x): the
    variance of a share counts as one interview at the nearer end of the scale, and the estimated variance as the
    x = n_K min(θ, 1-θ) interviews that are expected there.  Where V = 0, φ = 1, because no variable on 0..1 with that
    mean has a larger variance than a share.
    """
    n, kish = (np.broadcast_to(np.asarray(x, dtype=float), estimate.value.shape) for x in (n, n_effective))
    reach = high - low
    scaled = Estimate(
        estimate.names, onto_ends((estimate.value - low) / reach), estimate.covariance / reach**2, estimate.df
    )
    if share:
        limits = proportion_interval(scaled, n, level=level, n_effective=kish, effects=effects)
        methods = np.full(len(scaled.value), MID_P, dtype=object)
    elif skewness is not None:
        limits, methods = _mean_limits(scaled, n, kish, np.asarray(skewness, dtype=float), level)
    else:
        theta, variance = _shares(scaled), scaled.variance
        kish_star = _starred(kish / _spread(theta, variance, n, kish), estimate.df, level)
        limits = Interval(*mid_p_limits(theta, kish_star, level), level)
        by_se = scaled.interval(level)
        skewness = np.abs(1 - 2 * theta) * np.sqrt(variance)
        wald = (variance > 0) & (skewness < SKEWED * theta * (1 - theta)) & (by_se.lower >= 0) & (by_se.upper <= 1)
        limits = Interval(*(np.where(wald, s, m) for s, m in zip(by_se[:2], limits[:2], strict=True)), level)
        methods = np.where(wald, WALD, MID_P).astype(object)
    lower, upper = low + reach * limits.lower, low + reach * limits.upper
    return Interval(np.minimum(lower, estimate.value), np.maximum(upper, estimate.value), level), methods


def _mean_limits(scaled: Estimate, n, kish, skewness: np.ndarray, level: float) -> tuple[Interval, np.ndarray]:
    """Limits of means on 0..1 whose skewness is known, and the method of each."""
    theta, varies = _shares(scaled), scaled.variance > 0
    by_se, skewed = scaled.interval(level), skewed_interval(scaled, skewness, level)
    alike = mid_p_limits(theta, _starred(kish, scaled.df, level), level)
    wald = varies & (np.abs(skewness) < SKEWED) & (by_se.lower >= 0) & (by_se.upper <= 1)
    chosen = [
        np.select([wald, varies], [s, np.clip(k, 0, 1)], a)
        for s, k, a in zip(by_se[:2], skewed[:2], alike, strict=True)
    ]
    return Interval(*chosen, level), np.select([wald, varies], [WALD, SKEW], MID_P).astype(object)


def mid_p_limits(p: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Limits π of a share p of n binomial answers; n need not be an integer.

    Lower: ϑ P(X >= x; π) + (1-ϑ) P(X > x; π) = α/2, x = np, P(X >= x; π) = I_π(x, n-x+1); the upper one from 1-p.
    ϑ = ½ gives mid-p limits, Lancaster (1961), Berry & Armitage (1995), and ϑ = 1 those of Clopper and Pearson.  Here
    ϑ = 1 - ½ min(r, 1), r = n min(p, 1-p): the limits are exact where all answers are alike (r = 0), mid-p from one
    rarer answer on, and without a jump in between.

    Examples: nobody of 10: the exact upper limit 1 - 0.025^(1/10) = 0.3085 of every table.  5 of 10: limits that mirror
    each other.

    >>> from estimation import mid_p_limits
    >>> lower, upper = mid_p_limits([0.0, 0.5], 10)
    >>> print(lower.round(4), upper.round(4))
    [0.    0.212] [0.3085 0.788 ]
    """
    p, n = np.broadcast_arrays(np.asarray(p, dtype=float), np.asarray(n, dtype=float))
    known = n > NOTHING
    size = np.where(known, n, 1.0)
    theta = 1 - 0.5 * np.minimum(size * np.minimum(p, 1 - p), 1.0)
    lower, upper = (_mid_p_lower(share * size, size, theta, (1 - level) / 2) for share in (p, 1 - p))
    return np.where(known, lower, 0.0), np.where(known, 1 - upper, 1.0)


HALVINGS = 50  # of the bracket of a limit
NOTHING = 1e-6  # a number of interviews up to this is 0


def _mid_p_lower(x, n, theta, alpha) -> np.ndarray:
    """The lower limit of `mid_p_limits`, 0 where x = 0; it is bracketed by the limits with ϑ = 1 and ϑ = 0.

    Where x is so near to 0 or n that no floating-point number solves an equation, the end of the scale takes its place.
    """
    lower = np.where(x > 0, alpha ** (1 / n), 0.0)  # where all n answers are alike, π^n = α/2
    inside = (x > 0) & (x < n)
    x, n, theta = x[inside], n[inside], theta[inside]
    low = np.nan_to_num(scipy.special.betaincinv(x, n - x + 1, alpha), nan=0.0)
    high = np.nan_to_num(scipy.special.betaincinv(x + 1, n - x, alpha), nan=1.0)

    def excess(share: np.ndarray, at: np.ndarray | slice = slice(None)) -> np.ndarray:
        answers, of = x[at], n[at]
        at_least = scipy.special.betainc(answers, of - answers + 1, share)
        more = scipy.special.betainc(answers + 1, of - answers, share)
        return theta[at] * at_least + (1 - theta[at]) * more - alpha

    not_above, not_below = excess(low) >= 0, excess(high) <= 0
    root = turning_points(excess, low, high, halvings=HALVINGS, some=excess)
    lower[inside] = np.minimum(np.where(not_above, low, np.where(not_below, high, root)), x / n)
    return lower


def _starred(n_effective, df, level: float) -> np.ndarray:
    """n* = n_eff (z/t_df)², smaller where the design effect has few df.  Korn & Graubard (1998)."""
    return n_effective * (scipy.special.ndtri((1 + level) / 2) / t_quantile(level, df)) ** 2


def _spread(theta, variance, n, kish) -> np.ndarray:
    """φ of `measure_interval` (k,)."""
    known = (variance > 0) & ~at_end(theta)
    share_variance = np.where(known, theta * (1 - theta), 1.0)
    phi = kish * variance * np.maximum(n - 1, 1) / n / share_variance
    expected = kish * np.minimum(theta, 1 - theta)
    return np.where(known, (AT_THE_END + expected * phi) / (AT_THE_END + expected), 1.0)


def _wald(p, variance, df, n, kish, level):
    """p ± t(df) se."""
    half = t_times(level, df, np.sqrt(variance))
    return p - half, p + half


def _logit(p, variance, df, n, kish, level):
    """logit p ± t(df) se/(p(1-p)), transformed back; at 0 and 1 the logit is infinite, and both limits equal p."""
    inside = (p > 0) & (p < 1)
    q = np.where(inside, p, 0.5)
    half = t_times(level, df, np.sqrt(variance) / (q * (1 - q)))
    return tuple(np.where(inside, scipy.special.expit(scipy.special.logit(q) + side), p) for side in (-half, half))


def _arcsine(p, variance, df, n, kish, level):
    """arcsin √p ± t(df) se/(2 √(p(1-p))), cut off at 0 and π/2 and transformed back; at 0 and 1 both limits equal p."""
    inside = (p > 0) & (p < 1)
    q = np.where(inside, p, 0.5)
    half = t_times(level, df, np.sqrt(variance) / (2 * np.sqrt(q * (1 - q))))
    angles = (np.clip(np.arcsin(np.sqrt(q)) + side, 0, np.pi / 2) for side in (-half, half))
    return tuple(np.where(inside, np.sin(angle) ** 2, p) for angle in angles)


def _likelihood(p, variance, df, n, kish, level):
    """The roots π of 2 n_eff (p log(p/π) + (1-p) log((1-p)/(1-π))) = t(df)², n_eff = p(1-p)/V (n-1)/n.

    The binomial likelihood ratio scaled by the design effect, in the manner of Rao & Scott (1984).  The factor (n-1)/n
    is R's, whose dispersion divides by n-1.  The root is exact; R reads it off a spline and differs by up to 1e-5.
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
        return scipy.special.rel_entr(p, share) + scipy.special.rel_entr(1 - p, 1 - share) - drop

    return end if excess(end) <= 0 else scipy.optimize.brentq(excess, p, end, xtol=1e-300, rtol=1e-15)


def _korn_graubard(p, variance, df, n, kish, level):
    """Clopper-Pearson on n* = n_eff (t_{n-1}/t_df)², n_eff = p(1-p)/V.  Korn & Graubard (1998)."""
    n_star = _effective(p, variance, kish) * (t_quantile(level, np.maximum(n - 1, 1)) / t_quantile(level, df)) ** 2
    return _confint(p, n_star, level, "beta")


def _wilson(p, variance, df, n, kish, level):
    """Wilson's limits on n* = n_eff (z/t_df)², n_eff = p(1-p)/V: his formula with t in place of z.  Wilson (1927)."""
    n_star = _effective(p, variance, kish) * (scipy.special.ndtri((1 + level) / 2) / t_quantile(level, df)) ** 2
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
    """n_eff = p(1-p)/V, or Kish's n_K where that is 0/0."""
    varies = (variance > 0) & ~at_end(p)
    return np.divide(p * (1 - p), variance, out=np.array(kish, dtype=float), where=varies)


def _confint(p, n_star, level, method):
    """statsmodels' limits for p n* of n* answers; 0 and 1 where n* is 0."""
    from statsmodels.stats.proportion import proportion_confint  # imported here: it costs a second, and few ask for it

    known = n_star > 0
    size = np.where(known, n_star, 1.0)
    lower, upper = proportion_confint(p * size, size, alpha=1 - level, method=method)
    return np.where(known, lower, 0.0), np.where(known, upper, 1.0)


def _shares(estimate: Estimate) -> np.ndarray:
    """The values (k,), equal to 0 or 1 where they differ by rounding only; a Fault if one lies outside 0..1."""
    p = onto_ends(estimate.value)
    outside = (p < 0) | (p > 1)
    if outside.any():
        j = int(outside.argmax())
        raise Fault(key="interval.not_share", name=str(estimate.names[j]), found=float(p[j]))
    return p
