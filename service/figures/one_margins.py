"""Waves weighted to margins of different periods: whether these differ, and what one period's margins say instead."""

import numpy as np
import pandas as pd

from words import Fault

COLUMNS = {"change": "change_one_margins", "places": "places_one_margins", "verdict": "verdict_one_margins"}
CLOSE = 1e-12


def same_margins(totals: pd.DataFrame, later: pd.DataFrame, names, periods: tuple[str, str]) -> bool:
    """Whether two periods' known totals give every category the same part of its margin.

    totals, later  margin, category, total;  names: the margins that weights are made with
    Raises Fault where a margin's categories differ (a merged township, other age groups): no weights for one of the
    periods can be made for both, so the waves are not comparable as they stand.
    """
    same = True
    for name in names:
        parts = [t[t.margin == name].set_index("category").total for t in (totals, later)]
        only = sorted(set(parts[0].index) ^ set(parts[1].index))
        if only:
            raise Fault(key="compare.margins", before=periods[0], after=periods[1], margin=name, categories=only)
        one, two = (p / p.sum() for p in parts)
        same &= bool(np.allclose(one, two.reindex(one.index), rtol=CLOSE, atol=CLOSE))
    return same


def beside(changes: pd.DataFrame, with_one: pd.DataFrame | None, period: str | None) -> pd.DataFrame:
    """CHANGES with what one period's margins say of the same areas; empty where the waves' margins are the same."""
    if with_one is None:
        return changes.assign(one_margins=None, change_one_margins=np.nan, places_one_margins=np.nan).assign(
            verdict_one_margins=None
        )
    known = with_one.set_index("area")[list(COLUMNS)].rename(columns=COLUMNS)
    return changes.join(known, on="area").assign(one_margins=period)
