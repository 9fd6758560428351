"""Small cells withheld, and others beside them, so that no withheld figure follows from those published.

A table's parts add up to a total that is published too:   Σ_a n_a = N   and   Σ_a W_a θ_a = W θ,   W_a known.
Withheld are S: every part of fewer than `limit`, and beside them the smallest others, until

    |S| >= 2   and   Σ_S (n_a - low) >= limit,

low being the least a reader knows a withheld n_a to be.  From the published figures a reader has one equation in |S|
unknowns, so each estimate stays undetermined; each n_a may lie anywhere in low .. low + Σ_S (n_b - low), at least
limit + 1 numbers; and the union of S, whose figures do follow by subtraction, has at least limit respondents.

The method is the usual one of statistical offices, Hundepool et al. (2012), Statistical Disclosure Control, chapter 4.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

WITHHOLD = 10  # respondents; a programme may set another ([publish] withhold)
LEAST = 3  # the lowest limit a programme may set: with 2, a respondent who is one of two knows the other


@dataclass(frozen=True)
class Withheld:
    """What is not shown of one table: names of its parts, and whether its total is not shown either."""

    parts: frozenset[str] = frozenset()
    total: bool = False


def withheld_parts(n: Mapping[str, int], *, limit: int, also: Iterable[str] = (), low: Mapping | int = 1) -> Withheld:
    """The parts and perhaps the total to withhold of one table of counts.

    n     part -> its respondents (or mentions); parts of none that are published as none are left out
    also  parts withheld for another table's sake;  low: what a reader knows n to be at least, of all or by part
    Where even all the parts together are too few the total is withheld, and nothing says how much they sum to.
    """
    least = low if isinstance(low, Mapping) else dict.fromkeys(n, low)
    hidden = {part for part, count in n.items() if count < limit} | (set(also) & set(n))
    others = sorted(set(n) - hidden, key=lambda part: (n[part], part))
    while hidden and not _wide(hidden, n, least, limit):
        if not others:
            return Withheld(frozenset(hidden), total=True)
        hidden.add(others.pop(0))
    return Withheld(frozenset(hidden), total=bool(hidden) and sum(n.values()) < limit)


def _wide(hidden: set[str], n: Mapping[str, int], least: Mapping[str, int], limit: int) -> bool:
    return len(hidden) >= 2 and sum(n[part] - least[part] for part in hidden) >= limit


def withheld_rows(n: pd.DataFrame, whole: Mapping[str, int], *, limit: int, also: Iterable[str] = ()) -> Withheld:
    """Rows (areas) of which no group is shown, where groups add up to a published whole by row and total by column.

    n      respondents, areas by groups (by sex: men, women);  whole: area -> respondents of all groups
    also   areas withheld already
    If one group of an area is under the limit, all its groups are withheld, the whole stays.  Withheld rows then form a
    full grid, whose row sums r and column sums c follow by subtraction; the numbers a cell can be (Fréchet's bounds)

        max(0, r + c - Σ r)  ..  min(r, c)

    must reach over `limit`, for each cell under the limit; the smallest other rows are added until they do.
    Where all rows are not enough, or a group's total is itself too small, no group's total is shown.
    """
    hidden = set(n.index[(n < limit).any(axis=1)]) | (set(also) & set(n.index))
    others = sorted(set(n.index) - hidden, key=lambda row: (whole[row], row))
    while hidden and others and not _grid_wide(n.loc[sorted(hidden)], whole, limit):
        hidden.add(others.pop(0))
    enough = not hidden or _grid_wide(n.loc[sorted(hidden)], whole, limit)
    return Withheld(frozenset(hidden), total=not enough or bool((n.sum() < limit).any()))


def _grid_wide(n: pd.DataFrame, whole: Mapping[str, int], limit: int) -> bool:
    """Whether each cell under the limit has Fréchet bounds `limit` apart; who answered no group is a group too."""
    row, column = pd.Series({area: whole[area] for area in n.index}), n.sum()
    for group in n.columns:
        for area in n.index[n[group] < limit]:
            least = max(0, row[area] + column[group] - row.sum())
            if min(row[area], column[group]) - least < limit:
                return False
    return len(n) >= 2


def place_among(rank: pd.Series) -> pd.Series:
    """1 + how many of these areas are ranked before each: a place among those shown, which tells nothing of others."""
    return rank.rank(method="min").astype("int64")
