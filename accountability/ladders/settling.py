"""Interviews that would settle a verdict: how many times as many would show what is printed, if the values stayed."""

from functools import cache

import numpy as np
import scipy

from accountability.rules import KINDS, Rule
from accountability.rules.enough import needed
from estimation.ranking.k_split import critical_independent

NEVER = float("inf")  # the value is equal to the threshold, or to the values from which it has to be told apart


def times_of_value(value: float, lower: float, upper: float, threshold: float) -> float:
    """f = ((x - l)/(x - c))²: with f times the interviews the limit l that faces the threshold c would reach it.

    Limits of n interviews are at distances that shrink with 1/√n; where they do not shrink alike, f is a rough number.
    """
    facing = lower if value > threshold else upper
    return NEVER if value == threshold else ((value - facing) / (value - threshold)) ** 2


def times_of_place(
    rule: Rule, area: int, value: np.ndarray, se: np.ndarray, *, printed: bool, largest_is_best: bool
) -> float:
    """f = (c/T)²: with f times the interviews everywhere, as many areas as needed would be told apart from this one.

    value, se (p,)  of the league's areas;  printed: whether the rule is met as printed
    T is the difference in standard errors that has to exceed c last: of not_last, listed, the (p-k)-th largest of
    (x_i - x_j)/√(v_i + v_j).  c is that of the K-split of areas with equal errors; of the first n, that of all pairs by
    Bonferroni's inequality.
    """
    p, k, alpha = len(value), int(rule.threshold), 1 - rule.level
    better = (value - value[area]) * (1 if largest_is_best else -1) / np.sqrt(np.maximum(se**2 + se[area] ** 2, 1e-300))
    towards = -better if printed else better
    if rule.listed is None:  # among the first n: n - 1 areas or fewer are better, or n are
        others = p - k if printed else k
        critical = float(scipy.stats.norm.isf(alpha / (p * (p - 1))))
    else:
        others = k if printed else p - k
        critical = _critical_of_split(p, p - others, alpha / 2)
    last = np.sort(np.delete(towards, area))[::-1][others - 1]  # the one of these that is hardest to tell apart
    return NEVER if last <= 0 else float((critical / last) ** 2)


@cache
def _critical_of_split(areas: int, k: int, alpha: float) -> float:
    return critical_independent(np.ones(areas), k, alpha)


def times_of_share(rule: Rule, times: np.ndarray, reaches: np.ndarray, *, printed: bool) -> float:
    """f at which enough areas are shown to reach the target, or too few: the largest of those that are needed.

    times (m,)  of each area by itself;  reaches (m,): whether it reaches the target as printed
    """
    q = needed(rule.share, len(times))
    of_side = np.sort(times[reaches] if printed else times[~reaches])
    count = q if printed else len(times) - q + 1
    return float(of_side[count - 1]) if len(of_side) >= count else NEVER


def times_of_both(times: np.ndarray, reaches: np.ndarray, times_placed: np.ndarray, within: np.ndarray) -> np.ndarray:
    """f (m,) of areas that count only if they reach a value and are among the first of their league.

    Both have to be shown of one that is counted; of another, either of what it fails.
    """
    fails = np.minimum(np.where(reaches, NEVER, times), np.where(within, NEVER, times_placed))
    return np.where(reaches & within, np.maximum(times, times_placed), fails)


def threshold_of(rule: Rule) -> float:
    """The value that a limit has to pass: a fall is one below minus the threshold."""
    return KINDS[rule.kind].passed_at(rule.threshold)
