"""One number for each respondent: 0 or 1 of a share, points of a score, the number answered, mentions counted."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from estimation.indicators.indicators import COMPLETE, INDEX, MEAN, SHARE, Item, Measure
from words import Fault


def measure_values(answers: pd.DataFrame, measure: Measure, items: Mapping[str, Item]) -> np.ndarray:
    """y_i (n,) of a share of respondents, a score or a mean: Σ_k a_k y_ik/Σ_k a_k over the items k that were answered.

    answers: one row per respondent and one column per item, with codes as text; items: name -> Item.
    NaN where the respondent answered no item (or, with missing "complete", not all of them), or is outside `where`.
    """
    y = item_values(answers, measure, items)
    a = np.where(np.isnan(y), 0.0, np.array(measure.item_weights))
    counted = a.sum(axis=1) > 0
    if measure.missing == COMPLETE:
        counted &= ~np.isnan(y).any(axis=1)
    value = np.divide((a * np.nan_to_num(y)).sum(axis=1), a.sum(axis=1), out=np.zeros(len(y)), where=counted)
    return np.where(counted, value, np.nan)


def item_values(answers: pd.DataFrame, measure: Measure, items: Mapping[str, Item]) -> np.ndarray:
    """y_ik (n,K), what the answer to each item is worth to the measure; NaN for no answer and outside `where`."""
    refuse_absent(answers, measure)
    y = np.column_stack([_worth(answers[name], measure, items[name]) for name in measure.items])
    return np.where(inside(answers, measure, items)[:, None], y, np.nan)


def mentions(answers: pd.DataFrame, measure: Measure, items: Mapping[str, Item]) -> tuple[np.ndarray, np.ndarray]:
    """y_i, x_i (n,): a respondent's mentions among `counts`, and all mentions; NaN for no answer or outside `where`."""
    refuse_absent(answers, measure)
    (name,) = measure.items
    kept = inside(answers, measure, items)
    all_codes = frozenset(items[name].answers)
    y, x = (_by_cell(answers[name], lambda c, w=w: _mentions(items[name], c, w)) for w in (measure.counts, all_codes))
    return np.where(kept, y, np.nan), np.where(kept, x, np.nan)


def inside(answers: pd.DataFrame, measure: Measure, items: Mapping[str, Item]) -> np.ndarray:
    """Does the respondent belong to the measure's domain `where` (n,)?"""
    return _gave(answers, measure.where, items)


def asked(answers: pd.DataFrame, item: Item, items: Mapping[str, Item]) -> np.ndarray:
    """Was the item to be put to the respondent (n,), according to the answers to other items?"""
    return _gave(answers, item.asked_if, items)


def put(
    answers: pd.DataFrame, measure: Measure, items: Mapping[str, Item], measures: Mapping[str, Measure] | None = None
) -> np.ndarray:
    """Was any item of the measure put to the respondent (n,)?  For an index: any of the `measures` it consists of."""
    if measure.kind == INDEX:
        parts = [(measures or {})[part.name] for part in measure.parts if not part.record]
        return np.any([put(answers, part, items, measures) for part in parts], axis=0)
    refuse_absent(answers, measure)
    by_item = [asked(answers, items[i], items) & ~answers[i].isin(list(items[i].not_asked)) for i in measure.items]
    return inside(answers, measure, items) & np.any(by_item, axis=0)


def refuse_absent(answers: pd.DataFrame, measure: Measure) -> None:
    """A Fault that names the measure's items which the wave does not have."""
    absent = [name for name in (*measure.items, *measure.where) if name not in answers.columns]
    if absent:
        raise Fault(key="measure.items_absent", measure=measure.name, items=absent)


def _gave(answers: pd.DataFrame, codes: Mapping[str, frozenset], items: Mapping[str, Item]) -> np.ndarray:
    """Did the respondent give one of the `codes` at every item named (n,)?"""
    kept = np.ones(len(answers), dtype=bool)
    for name, wanted in codes.items():
        kept &= _by_cell(answers[name], lambda c, i=items[name], w=wanted: bool((i.codes_in(c) or set()) & w)).astype(
            bool
        )
    return kept


def _by_cell(cells: pd.Series, worth) -> np.ndarray:
    """worth(cell) for every row (n,), computed once for each distinct cell."""
    return cells.map({cell: worth(cell) for cell in cells.unique()}).to_numpy(dtype=float)


def _worth(cells: pd.Series, measure: Measure, item: Item) -> np.ndarray:
    """What each cell of an item's column is worth to a share, a score or a mean (n,)."""
    if measure.kind == MEAN:
        return _by_cell(cells, item.number)
    if measure.kind == SHARE:
        return _by_cell(cells, lambda cell: _share(item, cell, measure))
    return cells.map(measure.points).to_numpy(dtype=float)


def _share(item: Item, cell: str, measure: Measure) -> float:
    codes = item.codes_in(cell) or frozenset()
    counted = codes & (frozenset(item.answers) | measure.counts | measure.against)
    return float(bool(codes & measure.counts)) if counted else np.nan


def _mentions(item: Item, cell: str, counted: frozenset) -> float:
    mentioned = (item.codes_in(cell) or frozenset()) & frozenset(item.answers)
    return float(len(mentioned & counted)) if mentioned else np.nan
