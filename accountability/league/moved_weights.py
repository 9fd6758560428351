"""How the ranks of an index move when its weights do, apart from the error of the survey."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from accountability.league.index_leaves import Leaf
from estimation.columns.ties import TOLERANCE, scale_of

DRAWS = 2_000
MIDDLE = 0.95  # of the draws, within which a rank is said to stay
UP, DOWN = "up", "down"


@dataclass(frozen=True, eq=False)
class MovedWeights:
    """The ranks of p areas under other weights.

    within   b: each weight is drawn between 1 - b and 1 + b times the stated one, then all are made to sum to 1
    areas    indexed by area, in the order given: value and rank with the stated weights; moved_lower and moved_upper,
             between which the rank lies in the middle 95 % of the draws; best and worst of all draws; and last, the
             part of the draws in which the area is among the last k (NaN where k is None)
    single   one row for each leaf or group and direction: name, group, weight, direction, moved (areas whose rank
             changes), most (the largest change, in places), area (the one with it; "" if none), into and out_of (the
             areas that enter and leave the last k)
    draws, k
    """

    within: float
    areas: pd.DataFrame
    single: pd.DataFrame
    draws: int
    k: int | None


def moved_weights(
    values: np.ndarray,
    areas: Sequence[str],
    leaves: Sequence[Leaf],
    *,
    within: float,
    k: int | None,
    largest_is_best: bool,
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> MovedWeights:
    """Ranks with random weights, and with each single weight raised and lowered.

    values (p, K): the leaves' values in the areas;  within: b, 0 < b < 1;  k: how many are called the last

    a'_k = a_k u_k / Σ_l a_l u_l, the u_k independent and uniform on (1 - b, 1 + b).  A single weight becomes
    (1 ± b) a_k, and the others share what remains in their own proportions; a group's leaves move together.
    """
    a = np.array([leaf.weight for leaf in leaves])
    s = np.column_stack([leaf.scaled(v) for leaf, v in zip(leaves, values.T, strict=True)])
    drawn = a * rng.uniform(1 - within, 1 + within, size=(draws, len(a)))
    drawn /= drawn.sum(axis=1, keepdims=True)
    stated = _ranks(s @ a, largest_is_best)
    ranks = np.array([_ranks(s @ weights, largest_is_best) for weights in drawn])
    lower, upper = np.quantile(ranks, [(1 - MIDDLE) / 2, (1 + MIDDLE) / 2], axis=0, method="closest_observation")
    table = pd.DataFrame(
        {
            "value": s @ a,
            "rank": stated,
            "moved_lower": lower,
            "moved_upper": upper,
            "best": ranks.min(axis=0),
            "worst": ranks.max(axis=0),
            "last": np.nan if k is None else _last(ranks, k).mean(axis=0),
        },
        index=pd.Index(areas, name="area"),
    )
    single = _single(s, a, leaves, stated, list(areas), within, k, largest_is_best)
    return MovedWeights(within, table, single, draws, k)


def _single(s, a, leaves, stated, areas, within: float, k: int | None, largest_is_best: bool) -> pd.DataFrame:
    """Each weight alone raised and lowered; of groups with several leaves, the group's too."""
    rows = []
    for name, group, chosen in _movable(leaves):
        share = a[chosen].sum()
        for direction, factor in ((UP, 1 + within), (DOWN, 1 - within)):
            to = min(share * factor, 1.0)
            rest = (1 - to) / (1 - share) if share < 1 else 1.0
            moved = _ranks(s @ np.where(chosen, a * to / share, a * rest), largest_is_best)
            change = np.abs(moved - stated)
            row = {"name": name, "group": group, "weight": share, "direction": direction}
            row |= {"moved": int((change > 0).sum()), "most": int(change.max(initial=0))}
            row["area"] = areas[int(change.argmax())] if row["most"] else ""
            before, after = (np.zeros(len(areas), bool) if k is None else _last(r, k) for r in (stated, moved))
            row["into"] = tuple(areas[j] for j in np.flatnonzero(after & ~before))
            row["out_of"] = tuple(areas[j] for j in np.flatnonzero(before & ~after))
            rows.append(row)
    return pd.DataFrame(rows)


def _movable(leaves: Sequence[Leaf]) -> list[tuple[str, str, np.ndarray]]:
    """(name, group, which leaves) of each leaf, and before its leaves each group that has several of them."""
    groups = np.array([leaf.group for leaf in leaves])
    movable, seen = [], set()
    for j, leaf in enumerate(leaves):
        of_group = groups == leaf.group
        if leaf.group not in seen and of_group.sum() > 1:
            movable.append((leaf.group, leaf.group, of_group))
        seen.add(leaf.group)
        movable.append((leaf.name, leaf.group, np.arange(len(leaves)) == j))
    return movable


def _ranks(value: np.ndarray, largest_is_best: bool) -> np.ndarray:
    """1 + the number of better values; values that differ by rounding alone are equal."""
    worse_first = np.sort(value if largest_is_best else -value)
    at = (value if largest_is_best else -value) + TOLERANCE * scale_of(value)
    return len(value) - np.searchsorted(worse_first, at, side="right") + 1


def _last(ranks: np.ndarray, k: int) -> np.ndarray:
    """Who is among the last k (…, p): fewer than k areas are worse; all that are tied at the k-th last place are in."""
    p = ranks.shape[-1]
    order = np.sort(ranks, axis=-1)
    return ranks >= order[..., [p - k]]
