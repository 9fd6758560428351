"""Published confidence sets for ranks, to set beside ours: from joint intervals, from counts, from Tukey's range."""

import numpy as np
import scipy

from estimation.columns.ties import at_least, equalized, scale_of
from estimation.estimators.estimates import Estimate, check_names, t_times
from estimation.ranks.ranks import RankSet, ranks
from estimation.waves.noise import off_diagonal
from words import Fault

SIDAK, BONFERRONI, HOLM = "sidak", "bonferroni", "holm"


def joint_interval_rank_set(
    estimate: Estimate,
    *,
    level: float = 0.95,
    correction: str = SIDAK,
    largest_is_best: bool = True,
    decimals: int | None = None,
) -> RankSet:
    """Ranks from joint intervals: L_k = 1 + #{j: j's interval wholly better}, U_k = p - #{j: wholly worse}.

    The p intervals x ± t_df s hold together: each has the level level^(1/p) (SIDAK: for independent areas, or normal
    ones however correlated, Šidák 1967, JASA 62:626) or 1 - (1 - level)/p (BONFERRONI).  Touching intervals are apart.
    decimals: round the limits first, as published tables do; None: do not.
    Klein, Wright & Wieczorek (2020), JRSS-C, 10.1111/rssc.12402.  Joint for all areas, and wider than
    `rank_confidence_set`: intervals part when |x_j - x_k| > z (s_j + s_k), a difference already at z √(s_j² + s_k²).
    """
    p = len(estimate.names)
    if correction not in (SIDAK, BONFERRONI):
        raise Fault(key="rank.correction", found=str(correction), expected=[SIDAK, BONFERRONI])
    each = level ** (1 / p) if correction == SIDAK else 1 - (1 - level) / p
    half = t_times(each, estimate.df, estimate.se)
    x, scale = _smallest_best(estimate, largest_is_best)
    low, high = x - half, x + half
    if decimals is not None:
        low, high = np.round(low, decimals), np.round(high, decimals)
    better = at_least(low, high[:, None], scale=scale) & (x[:, None] < x)
    return _rank_set(estimate.names, x, better, level)


def count_rank_set(
    names,
    counts,
    *,
    level: float = 0.95,
    correction: str = HOLM,
    simultaneous: bool = True,
    largest_is_best: bool = True,
) -> RankSet:
    """Ranks of the shares of one multinomial sample, exact at any size: counts x (p,) of answers naming each area.

    p_jk = P(Bin(x_j + x_k, ½) >= x_j) tests "j's share is at most k's"; the pairs rejected at 1 - level after HOLM or
    BONFERRONI give L_j = 1 + #{k surely better}, U_j = p - #{k surely worse}.
    simultaneous: True, all ordered pairs, sets joint; False, each area's own pairs.
    Not for areas with samples of their own (their counts are no one multinomial).  Bazylik, Mogstad, Romano, Shaikh &
    Wilhelm, arXiv 2402.00192.  Raises Fault unless the counts are whole numbers, none negative.
    """
    names = tuple(names)
    check_names(names)
    x = np.asarray(counts, dtype=float)
    if x.shape != (len(names),) or not np.isfinite(x).all() or (x < 0).any() or (x != np.floor(x)).any():
        raise Fault(key="rank.counts", expected=len(names))
    if correction not in (HOLM, BONFERRONI):
        raise Fault(key="rank.correction", found=str(correction), expected=[HOLM, BONFERRONI])
    pairs = ~np.eye(len(x), dtype=bool)
    p_value = np.ones(pairs.shape)
    p_value[pairs] = scipy.stats.binom.sf(x[:, None] - 1, x[:, None] + x, 0.5)[pairs]
    if simultaneous:
        larger = _rejected(p_value, pairs, 1 - level, correction)
        more, less = larger.sum(axis=0), larger.sum(axis=1)
    else:
        more, less = np.zeros((2, len(x)), dtype=int)
        for j in range(len(x)):
            own = pairs.copy()
            own[np.arange(len(x)) != j] = False
            larger = _rejected(p_value, own | own.T, 1 - level, correction)
            more[j], less[j] = larger[:, j].sum(), larger[j].sum()
    better, worse = (more, less) if largest_is_best else (less, more)
    return RankSet(names, ranks(x, largest_is_best=largest_is_best), 1 + better, len(x) - worse, level)


def tukey_rank_set(estimate: Estimate, *, level: float = 0.95, largest_is_best: bool = True) -> RankSet:
    """Ranks from Tukey's range: j and k differ if |x_j - x_k| > q s_jk/√2, q the `level` range of p standard normals.

    Exact for independent areas of equal, known variance; with unequal variances (Tukey-Kramer) the level is at least
    that (Hayter 1984, Annals of Statistics 12:61).  df are not used.  The sets are those of Al Mohamad, van Zwet &
    Goeman, arXiv 1708.02428.  Raises Fault for correlated areas.
    """
    if off_diagonal(estimate.covariance) is not None:
        raise Fault(key="rank.not_independent")
    p, v = len(estimate.names), estimate.variance
    x, _ = _smallest_best(estimate, largest_is_best)
    critical = scipy.stats.studentized_range.ppf(level, p, np.inf) / np.sqrt(2) if p > 1 else 0.0
    better = x - x[:, None] > critical * np.sqrt(v[:, None] + v)
    return _rank_set(estimate.names, x, better, level)


def _smallest_best(estimate: Estimate, largest_is_best: bool) -> tuple[np.ndarray, float]:
    """The values (p,), smallest best and equal ones exactly equal, and their scale."""
    scale = scale_of(estimate.value, estimate.se)
    return equalized(-estimate.value if largest_is_best else estimate.value, scale=scale), scale


def _rank_set(names, x, better, level: float) -> RankSet:
    """The set from better (p,p): [j,k] says that j is surely better than k; x (p,), smallest best."""
    return RankSet(names, ranks(x, largest_is_best=False), 1 + better.sum(axis=0), len(x) - better.sum(axis=1), level)


def _rejected(p_value, family, alpha: float, correction: str) -> np.ndarray:
    """The pairs of `family` (p,p) rejected at familywise `alpha`; Holm: i-th smallest p against alpha/(m + 1 - i)."""
    p = np.sort(p_value[family])
    m = len(p)
    if correction == BONFERRONI:
        return family & (p_value <= alpha / m) if m else family
    kept = np.flatnonzero(p > alpha / (m - np.arange(m)))
    return family & (p_value < p[kept[0]]) if len(kept) else family
