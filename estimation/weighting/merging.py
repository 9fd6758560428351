"""Categories of a margin in which nobody answered, merged with neighbours by rules that were written beforehand."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from estimation.estimators.merge_rules import Group, Rules, merged_groups
from estimation.weighting.census import CROSSED
from words import Fault


def merged_categories(weight: Mapping[str, float], known: Mapping[str, float], rules: Rules) -> dict[str, str]:
    """category -> the merged category that it belongs to, for those that are merged; the others are absent.

    weight, known: the weight of those who answered, and the known total, by category
    A category with a known total in which nobody answered joins the first of its neighbours in whose category, as it is
    then, somebody did; the categories are taken in their order.  One without rules, or without such a neighbour, stays
    empty, and calibration refuses it.
    """

    def answered(group: Group) -> bool:
        return sum(weight.get(category, 0.0) for category in group) > 0

    def lacks(group: Group) -> bool:
        return not answered(group) and sum(known[category] for category in group) > 0

    return merged_groups(list(known), rules, lacks, lambda neighbour, _: answered(neighbour))


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
