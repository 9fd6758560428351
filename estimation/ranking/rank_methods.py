"""Other published confidence sets for ranks, to compare with ours: joint intervals, counts, and Tukey's range."""

from collections.abc import Iterable

import numpy as np
import scipy
from numpy.typing import ArrayLike

from estimation.columns.ties import at_least, equalized, scale_of
from estimation.estimators.estimates import Estimate, check_names, t_times
from estimation.ranking.ranks import RankSet, ranks
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
    """Ranks from joint intervals: L_k = 1 + #{j: j's interval entirely better}, U_k = p - #{j: entirely worse}.

    The p intervals x ± t_df s hold jointly: each has the level level^(1/p) (SIDAK, for independent areas, or normal
    ones with any correlation, Šidák 1967, JASA 62:626) or 1 - (1 - level)/p (BONFERRONI).  Intervals that touch count
    as separate.
    decimals: to how many decimals the limits are rounded first, as in published tables; None: they are not rounded
    Klein, Wright & Wieczorek (2020), JRSS-C, 10.1111/rssc.12402.  The sets hold jointly for all areas, and are wider
    than `rank_confidence_set`: two intervals separate at |x_j - x_k| > z (s_j + s_k), while their difference is
    significant from z √(s_j² + s_k²) on.
    """
    p = len(estimate.names)
    if correction not in (SIDAK, BONFERRONI):
        raise Fault(key="rank.correction", found=str(correction), expected=[SIDAK, BONFERRONI])
    interval_level = level ** (1 / p) if correction == SIDAK else 1 - (1 - level) / p
    half = t_times(interval_level, estimate.df, estimate.se)
    x, scale = _smallest_best(estimate, largest_is_best)
    low, high = x - half, x + half
    if decimals is not None:
        low, high = np.round(low, decimals), np.round(high, decimals)
    better = at_least(low, high[:, None], scale=scale) & (x[:, None] < x)
    return _rank_set(estimate.names, x, better, level)


def count_rank_set(
    names: Iterable,
    counts: ArrayLike,
    *,
    level: float = 0.95,
    correction: str = HOLM,
    simultaneous: bool = True,
    largest_is_best: bool = True,
) -> RankSet:
    """Ranks of the shares of one multinomial sample, exact for any sample size.

    counts: x (p,), the number of answers that name each area
    p_jk = P(Bin(x_j + x_k, ½) >= x_j) tests "j's share is at most k's"; the pairs rejected at 1 - level after HOLM or
    BONFERRONI give L_j = 1 + #{k surely better}, U_j = p - #{k surely worse}.
    simultaneous: True, all ordered pairs are tested and the sets hold jointly; False, only each area's own pairs
    It does not apply to areas that each have a sample, whose counts are not one multinomial.  Bazylik, Mogstad, Romano,
    Shaikh & Wilhelm, arXiv 2402.00192.  Raises Fault unless the counts are non-negative integers.
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
            of_area = pairs.copy()
            of_area[np.arange(len(x)) != j] = False
            larger = _rejected(p_value, of_area | of_area.T, 1 - level, correction)
            more[j], less[j] = larger[:, j].sum(), larger[j].sum()
    better, worse = (more, less) if largest_is_best else (less, more)
    return RankSet(names, ranks(x, largest_is_best=largest_is_best), 1 + better, len(x) - worse, level)


def tukey_rank_set(estimate: Estimate, *, level: float = 0.95, largest_is_best: bool = True) -> RankSet:
    """Ranks from Tukey's range: j and k differ if |x_j - x_k| > q s_jk/√2.

    q is the `level` quantile of the range of p independent standard normal values.  The level is exact for independent
    areas of equal, known variance, and is at least reached with unequal variances (Tukey-Kramer; Hayter 1984, Annals of
    Statistics 12:61).  The df are not used.  The sets are those of Al Mohamad, van Zwet & Goeman, arXiv 1708.02428.
    Raises Fault for correlated areas.
    """
    if off_diagonal(estimate.covariance) is not None:
        raise Fault(key="rank.not_independent")
    p, v = len(estimate.names), estimate.variance
    x, _ = _smallest_best(estimate, largest_is_best)
    critical = scipy.stats.studentized_range.ppf(level, p, np.inf) / np.sqrt(2) if p > 1 else 0.0
    better = x - x[:, None] > critical * np.sqrt(v[:, None] + v)
    return _rank_set(estimate.names, x, better, level)


def _smallest_best(estimate: Estimate, largest_is_best: bool) -> tuple[np.ndarray, float]:
    """The values (p,), turned so that the smallest is best, with equal ones exactly equal; and their scale."""
    scale = scale_of(estimate.value, estimate.se)
    return equalized(-estimate.value if largest_is_best else estimate.value, scale=scale), scale


def _rank_set(names, x, better, level: float) -> RankSet:
    """The rank set from better (p,p), [j,k] being whether j is surely better than k; x (p,), the smallest is best."""
    return RankSet(names, ranks(x, largest_is_best=False), 1 + better.sum(axis=0), len(x) - better.sum(axis=1), level)


def _rejected(p_value, family, alpha: float, correction: str) -> np.ndarray:
    """The pairs of `family` (p,p) rejected at familywise `alpha`; HOLM: the i-th smallest p at alpha/(m + 1 - i)."""
    p = np.sort(p_value[family])
    m = len(p)
    if correction == BONFERRONI:
        return family & (p_value <= alpha / m) if m else family
    kept = np.flatnonzero(p > alpha / (m - np.arange(m)))
    return family & (p_value < p[kept[0]]) if len(kept) else family
