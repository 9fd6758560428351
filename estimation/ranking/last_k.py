"""Which areas are shown to be among the last k (or the best k), which are shown not to be, and which may be either."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from estimation.columns.ties import equalized, in_standard_errors, scale_of
from estimation.estimators.estimates import Estimate
from estimation.precision.t_scale import satterthwaite, to_normal
from estimation.precision.under_null import pair_moments, score
from estimation.ranking.k_split import critical_any, critical_independent
from estimation.waves.noise import linked_pair
from words import Fault

IN, OUT, POSSIBLE = "in", "out", "possible"
ANY, INDEPENDENT_AREAS = "any", "independent"


@dataclass(frozen=True, eq=False)
class LastK:
    """The outcome of each of p areas: shown to be IN the last k (the best k if `best`), shown to be OUT, or POSSIBLE.

    nearer, farther (p,)        how many areas are shown to be nearer to that end than this one, and farther from it:
                                IN needs farther >= p-k, OUT needs nearer >= k
    critical_in, critical_out   what a difference, in standard errors, has to exceed
    alpha_in, alpha_out         P(some IN is false) <= alpha_in and P(some OUT is false) <= alpha_out, however true ties
                                are broken beforehand
    """

    names: tuple
    k: int
    best: bool
    outcome: np.ndarray
    nearer: np.ndarray
    farther: np.ndarray
    critical_in: float
    critical_out: float
    alpha_in: float
    alpha_out: float

    def to_frame(self) -> pd.DataFrame:
        """A table with one row per name and the columns outcome, nearer and farther."""
        columns = {"outcome": self.outcome, "nearer": self.nearer, "farther": self.farther}
        return pd.DataFrame(columns, index=pd.Index(self.names, name="name", tupleize_cols=False))


def last_k(
    estimate: Estimate,
    k: int,
    *,
    alpha: float = 0.05,
    in_share: float = 0.5,
    waves: int = 1,
    named: Iterable | None = None,
    covariance: str = ANY,
    largest_is_best: bool = True,
    best: bool = False,
) -> LastK:
    """The K-split: j is IN when #{i: T_ij > c} >= p-k, OUT when #{i: T_ji > c'} >= k, T_ij = (x_i - x_j)/s_ij.

    alpha       the error of all statements together
    in_share    the part of alpha spent on IN; the rest is spent on OUT (1: no area is shown to be OUT)
    waves       how many waves in a row a sanction requires; alpha/waves is spent on each
    named       areas listed before these data were seen, the only ones that are judged; None: all
    covariance  "any": valid for every covariance;  "independent": for areas independent of one another, and much
                sharper; a Fault if the estimate's covariance says otherwise
    best        True: the best k instead of the last k
    Each T is first brought to the normal scale by Student's t with Satterthwaite's df; smooth the variances of small
    areas beforehand.  If the estimate has a law, T is a score statistic: variance and skewness are those the pair would
    have if both true values were equal.  Two areas with standard error 0 differ unless they are equal
    (estimation.columns.ties).  For c, c' and the proof see estimation/ranking/k_split.py.
    Raises Fault unless 1 <= k < p, 0 < alpha <= 0.5, 0 < in_share <= 1 and waves >= 1.

    Examples: of four areas D is surely the last; B and C may each be among the last two (on paper in
    `estimation.ranking.k_split`).

    >>> import numpy as np
    >>> from estimation import Estimate, last_k
    >>> four = Estimate(("A", "B", "C", "D"), [10, 7.5, 7, 2], 0.5 * np.eye(4), np.inf)
    >>> print(last_k(four, 2, covariance="independent").outcome.tolist())
    ['out', 'possible', 'possible', 'in']
    """
    p = len(estimate.names)
    _check(p, k, alpha, in_share, waves)
    listed = np.ones(p, dtype=bool)
    if named is not None:
        listed = np.isin(np.arange(p), estimate.positions(list(named)))
    alpha_in, alpha_out = alpha * in_share / waves, alpha * (1 - in_share) / waves
    critical_in = _critical_value(estimate, k, alpha_in, listed, covariance)
    critical_out = _critical_value(estimate, p - k, alpha_out, listed, covariance)
    farther, nearer = _shown(estimate, critical_in, critical_out, -1 if largest_is_best == best else 1)
    outcome = np.where(listed & (farther >= p - k), IN, np.where(listed & (nearer >= k), OUT, POSSIBLE))
    return LastK(
        estimate.names, k, best, outcome, nearer, farther, critical_in, critical_out, float(alpha_in), float(alpha_out)
    )


def _check(p: int, k: int, alpha: float, in_share: float, waves: int) -> None:
    if not (k == int(k) and 1 <= k < p):
        raise Fault(key="last_k.k", found=k, areas=p, expected=p - 1)
    if not 0 < alpha <= 0.5:
        raise Fault(key="last_k.alpha", found=alpha)
    if not (0 < in_share <= 1 and waves >= 1):
        raise Fault(key="last_k.share", share=in_share, waves=waves)


def _critical_value(estimate: Estimate, k: int, alpha: float, listed, covariance: str) -> float:
    """The c by which areas are shown to be among the extreme k at error alpha; infinite if alpha is 0."""
    if covariance not in (ANY, INDEPENDENT_AREAS):
        raise Fault(key="last_k.covariance", found=covariance, expected=[ANY, INDEPENDENT_AREAS])
    if alpha <= 0 or not listed.any():
        return np.inf
    if covariance == ANY:
        return critical_any(len(listed), k, alpha, named=int(listed.sum()))
    _refuse_dependent(estimate)
    return critical_independent(estimate.se, k, alpha, named=listed)


def _refuse_dependent(estimate: Estimate) -> None:
    """A Fault that names two areas whose estimates are correlated."""
    pair = linked_pair(estimate.covariance, estimate.se, estimate.se)
    if pair is not None:
        one, other = (str(estimate.names[j]) for j in pair)
        raise Fault(key="last_k.not_independent", one=one, other=other)


def _shown(estimate: Estimate, c_farther: float, c_nearer: float, sign: int) -> tuple[np.ndarray, np.ndarray]:
    """For each area (p,) how many are shown to be farther from the extreme end (where sign x is small), and nearer."""
    x = sign * equalized(estimate.value, scale=scale_of(estimate.value, estimate.se))
    v, df, law = estimate.variance, np.maximum(estimate.df, 1.0), estimate.law
    covariance = estimate.covariance.tocsr() if scipy.sparse.issparse(estimate.covariance) else estimate.covariance
    farther, nearer = np.zeros(len(x), dtype=int), np.zeros(len(x), dtype=int)
    limits_farther, limits_nearer = _limits(c_farther, df), _limits(c_nearer, df)
    for j in range(len(x)):
        shared = covariance[[j]].toarray()[0] if scipy.sparse.issparse(covariance) else covariance[j]
        s = np.sqrt(np.maximum(v[j] + v - 2 * shared, 0.0))
        difference = x - x[j]
        if law is not None:
            scores = _scores(difference, s, law, estimate, j, sign)
            farther[j], nearer[j] = int((scores > c_farther).sum()), int((scores < -c_nearer).sum())
            continue
        t = in_standard_errors(difference, s)
        t[j] = 0.0
        farther[j] = _count_beyond(t, limits_farther, j, v, df)
        nearer[j] = _count_beyond(-t, limits_nearer, j, v, df)
    return farther, nearer


def _scores(difference, s, law, estimate: Estimate, j: int, sign: int) -> np.ndarray:
    """The normal scores (p,) of sign (x_i - x_j), with the variance and skewness under equal true values."""
    i = np.flatnonzero(difference)
    added, third = pair_moments(law, estimate.value, estimate.variance, i, np.full(len(i), j))
    v, df = (np.column_stack([a[i], np.full(len(i), a[j])]) for a in (estimate.variance, np.maximum(estimate.df, 1.0)))
    scores = np.zeros(len(difference))
    scores[i] = score(difference[i], s[i] ** 2 + added, sign * third, satterthwaite(np.ones(2), v, df))
    return scores


def _count_beyond(t, limits, j: int, v, df) -> int:
    """#{i: T_ij > c} with t brought to the normal scale: decided by the `_limits` of c where they suffice."""
    grid, limit = limits
    clear = int((t > limit[0]).sum())
    near = np.flatnonzero((t > limit[-1]) & (t <= limit[0]))
    if len(near) == 0:
        return clear
    variance, pair_df = (np.column_stack([np.full(len(near), a[j]), a[near]]) for a in (v, df))
    near_df = satterthwaite(np.ones_like(variance), variance, pair_df)
    at = np.searchsorted(grid, near_df, side="right") - 1
    beyond = t[near] > limit[at]
    unclear = np.flatnonzero(~beyond & (t[near] > limit[np.minimum(at + 1, len(grid) - 1)]))
    beyond[unclear] = to_normal(t[near[unclear]], near_df[unclear]) > limit[-1]
    return clear + int(beyond.sum())


def _limits(c: float, df) -> tuple[np.ndarray, np.ndarray]:
    """A grid of df up to infinity, and for each the T whose normal score is c: the larger the df, the nearer to c."""
    if np.isinf(c) or np.isinf(df).all():
        return np.array([np.inf]), np.array([c])
    most = 2 * df[np.isfinite(df)].max()
    grid = np.append(np.geomspace(df.min(), most, 200), np.inf)
    grid[0] = df.min() * (1 - 1e-12)
    return grid, np.append(scipy.stats.t.isf(scipy.stats.norm.sf(c), grid[:-1]), c)
