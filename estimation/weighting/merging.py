"""Categories of a margin in which nobody answered, merged with neighbours by rules that were written beforehand."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from estimation.weighting.census import CROSSED
from words import Fault

MERGED = " + "  # between the categories of a merged one
Rules = Mapping[str, Sequence[str]]  # category -> its neighbours, the first choice first


def merged_categories(weight: Mapping[str, float], known: Mapping[str, float], rules: Rules) -> dict[str, str]:
    """category -> the merged category that it belongs to, for those that are merged; the others are absent.

    weight, known: the weight of those who answered, and the known total, by category
    A category with a known total in which nobody answered joins the first of its neighbours in whose category, as it is
    then, somebody did; the categories are taken in their order.  One without rules, or without such a neighbour, stays
    empty, and calibration refuses it.
    """
    group: dict[str, tuple[str, ...]] = {category: (category,) for category in known}
    for category in known:
        answered = sum(weight.get(c, 0.0) for c in group[category])
        if answered > 0 or not known[category] > 0:
            continue
        for neighbour in rules.get(category, ()):
            if neighbour not in group or sum(weight.get(c, 0.0) for c in group[neighbour]) <= 0:
                continue
            joined = tuple(c for c in known if c in (*group[category], *group[neighbour]))
            group |= dict.fromkeys(joined, joined)
            break
    return {category: MERGED.join(of) for category, of in group.items() if len(of) > 1}


def merge_margin(
    w: np.ndarray, table: pd.DataFrame, name: str, totals: pd.DataFrame, rules: Rules
) -> tuple[pd.Series, pd.Series] | None:
    """A margin as one column (n,) and its totals, with categories merged by the rules; None if none has to be.

    name: of the margin, columns crossed by "*";  totals: category (crossed likewise) and total
    """
    columns = name.split(CROSSED)
    cells = table[columns[0]].astype(str)
    for column in columns[1:]:
        cells = cells + CROSSED + table[column].astype(str)
    known = dict(zip(totals.category, totals.total, strict=True))
    named = dict.fromkeys(c for category, neighbours in rules.items() for c in (category, *neighbours))
    unknown = [category for category in named if category not in known]
    if unknown:
        raise Fault(key="weighting.merge_unknown", margin=name, categories=unknown, found=list(known))
    weight = pd.Series(w, index=cells.index).groupby(cells).sum().to_dict()
    merged = merged_categories(weight, known, rules)
    if not merged:
        return None
    of = {category: merged.get(category, category) for category in known}
    total = totals.total.groupby(totals.category.map(of), sort=False).sum()
    return cells.map(lambda cell: of.get(cell, cell)), total
