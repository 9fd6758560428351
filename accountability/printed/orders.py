"""Printed ranks against the figures that they rank: which rows break the order."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from accountability.printed.numbers import Bounds

MOST_OUTSIDE = 0.4  # of the rows: if more have another rank than their place here, the others are not printed


@dataclass(frozen=True)
class Ranked:
    """A row of a ranking: what it is, its printed rank, and between which values its figure lies."""

    row: int
    rank: int
    bounds: Bounds


def out_of_order(rows: Sequence[Ranked], *, largest_is_best: bool) -> list[tuple[Ranked, int, int]]:
    """The rows whose printed rank their figures do not allow, each with the best and the worst rank that they do.

    The fewest rows are named that must be wrong for all others to be in order; where two ranks were exchanged, both.
    Figures that may be equal may have any
    order, ranks shared (1, 2, 2, 4 or 1, 2, 2, 3) or not.
    """
    kept = _longest_in_order(sorted(rows, key=lambda row: row.rank), largest_is_best)
    wrong = [row for row in rows if row not in kept]
    first = min(row.rank for row in rows)
    by_figures = {row.row: _allowed(row, rows, [], first, largest_is_best) for row in rows}
    exchanged = [row for row in rows if not by_figures[row.row][0] <= row.rank <= by_figures[row.row][1]]
    if 0 < len(exchanged) <= 2 * len(wrong) and not _dense(kept):  # ranks are wrong, as those of two rows exchanged
        return [(row, *by_figures[row.row]) for row in exchanged]
    allowed = {row.row: _allowed(row, kept, wrong if row in kept else [], first, largest_is_best) for row in rows}
    outside = [row for row in kept if not allowed[row.row][0] <= row.rank <= allowed[row.row][1]]
    if _dense(kept) or len(outside) > MOST_OUTSIDE * len(kept):  # these rows are some of a longer ranking
        outside = []
    outside = [row for row in outside if row.rank < first + len(rows)]  # a lower place needs rows that are not printed
    return [(row, *allowed[row.row]) for row in rows if row in wrong or row in outside]


def fewest_wrong(rows: Sequence[Ranked], *, largest_is_best: bool) -> int:
    """How many rows at least must be wrong for all others to be in the order of their ranks."""
    return len(rows) - len(_longest_in_order(sorted(rows, key=lambda row: row.rank), largest_is_best))


def _allowed(
    row: Ranked, kept: Sequence[Ranked], wrong: Sequence[Ranked], first: int, largest_is_best: bool
) -> tuple[int, int]:
    """The best and the worst rank that a row may have among those kept and, by their printed ranks, those wrong."""
    others = [other for other in kept if other is not row]
    best = first + sum(_beats(other, row, largest_is_best) for other in others)
    best += sum(other.rank < row.rank for other in wrong)
    return best, best + sum(other.bounds.meets(row.bounds) for other in others)


def _longest_in_order(rows: Sequence[Ranked], largest_is_best: bool) -> list[Ranked]:
    """Most of the rows, by their printed rank, whose figures may come in this order: patience sorting.

    A row may follow another if its figure may be the same or worse; of rows with one rank the figures may be equal.
    """
    sign = -1 if largest_is_best else 1
    ends: list = []  # the least worst figure with which an order of k + 1 rows may end
    last: list[int] = []
    before: list[int] = []
    low, high = [], []
    for row in rows:
        low.append(min(sign * row.bounds.low, sign * row.bounds.high))
        high.append(max(sign * row.bounds.low, sign * row.bounds.high))
    for place in range(len(rows)):
        at = bisect_right(ends, high[place])
        reached = max(low[place], ends[at - 1]) if at else low[place]
        before.append(last[at - 1] if at else -1)
        if at == len(ends):
            ends.append(reached)
            last.append(place)
        elif reached < ends[at]:
            ends[at], last[at] = reached, place
    kept, place = [], last[-1] if last else -1
    while place >= 0:
        kept.append(rows[place])
        place = before[place]
    return _without_false_ties(kept[::-1])


def _without_false_ties(kept: list[Ranked]) -> list[Ranked]:
    """Of rows with one rank those whose figures may be equal to the first one's."""
    first_of: dict[int, Ranked] = {}
    for row in kept:
        first_of.setdefault(row.rank, row)
    return [row for row in kept if row.bounds.meets(first_of[row.rank].bounds)]


def _beats(one: Ranked, other: Ranked, largest_is_best: bool) -> bool:
    """Whether one figure is better than the other whatever the unrounded values were."""
    if largest_is_best:
        return one.bounds.low > other.bounds.high
    return one.bounds.high < other.bounds.low


def _dense(kept: Sequence[Ranked]) -> bool:
    """Whether equal figures share a rank and the next one follows at once: 1, 2, 2, 3."""
    ranks = sorted({row.rank for row in kept})
    shared = len(ranks) < len(kept)
    return shared and bool(ranks) and ranks == list(range(ranks[0], ranks[0] + len(ranks)))
