"""Waves weighted to margins of different periods: whether these differ, and the changes on one period's margins."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from words import Fault

COLUMNS = {"change": "change_one_margins", "places": "places_one_margins", "verdict": "verdict_one_margins"}
CLOSE = 1e-12


def same_margins(totals: pd.DataFrame, later: pd.DataFrame, names: Iterable[str], periods: tuple[str, str]) -> bool:
    """Whether two periods' known totals give every category the same part of its margin.

    totals, later: margin, category, total;  names: the margins that the weights are calibrated to
    A Fault if a margin's categories differ (a merged township, other age groups): no weights can then be computed for
    both waves on one period's margins, so the waves are not comparable.
    """
    same = True
    for name in names:
        parts = [t[t.margin == name].set_index("category").total for t in (totals, later)]
        differing = sorted(set(parts[0].index) ^ set(parts[1].index))
        if differing:
            raise Fault(key="compare.margins", before=periods[0], after=periods[1], margin=name, categories=differing)
        earlier_parts, later_parts = (p / p.sum() for p in parts)
        same &= bool(np.allclose(earlier_parts, later_parts.reindex(earlier_parts.index), rtol=CLOSE, atol=CLOSE))
    return same


def beside(changes: pd.DataFrame, on_one: pd.DataFrame | None, period: str | None) -> pd.DataFrame:
    """CHANGES with columns for the same areas on one period's margins (`on_one`); empty if all margins are the same."""
    if on_one is None:
        return changes.assign(one_margins=None, change_one_margins=np.nan, places_one_margins=np.nan).assign(
            verdict_one_margins=None
        )
    columns = on_one.set_index("area")[list(COLUMNS)].rename(columns=COLUMNS)
    return changes.join(columns, on="area").assign(one_margins=period)
