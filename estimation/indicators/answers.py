"""From answers to one number a respondent: a share's 0 or 1, a score's points, mentions counted, filters as domains."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from estimation.indicators.indicators import COMPLETE, INDEX, SHARE, Item, Measure
from words import Fault


def measure_values(answers: pd.DataFrame, measure: Measure, items: Mapping[str, Item]) -> np.ndarray:
    """y_i (n,) of a share of respondents or a score: Σ_k a_k y_ik/Σ_k a_k over the items k the respondent answered.

    answers: one row a respondent, one column an item, codes as text; items: name -> Item.
    NaN where the respondent answered no item, with missing "complete" not all of them, or is outside `where`.
    """
    y = item_values(answers, measure, items)
    a = np.where(np.isnan(y), 0.0, np.array(measure.item_weights))
    counted = a.sum(axis=1) > 0
    if measure.missing == COMPLETE:
        counted &= ~np.isnan(y).any(axis=1)
    value = np.divide((a * np.nan_to_num(y)).sum(axis=1), a.sum(axis=1), out=np.zeros(len(y)), where=counted)
    return np.where(counted, value, np.nan)


def item_values(answers: pd.DataFrame, measure: Measure, items: Mapping[str, Item]) -> np.ndarray:
    """y_ik (n,K), what each item's answer is worth to the measure; NaN: no answer, or outside `where`."""
    refuse_absent(answers, measure)
    y = np.column_stack([_worth(answers[name], measure, items[name]) for name in measure.items])
    return np.where(inside(answers, measure, items)[:, None], y, np.nan)


def mentions(answers: pd.DataFrame, measure: Measure, items: Mapping[str, Item]) -> tuple[np.ndarray, np.ndarray]:
    """y_i, x_i (n,): a respondent's mentions among `counts`, and all of them; NaN: no answer, or outside `where`."""
    refuse_absent(answers, measure)
    (name,) = measure.items
    kept = inside(answers, measure, items)
    every = frozenset(items[name].answers)
    y, x = (_by_cell(answers[name], lambda c, w=w: _mentions(items[name], c, w)) for w in (measure.counts, every))
    return np.where(kept, y, np.nan), np.where(kept, x, np.nan)


def inside(answers: pd.DataFrame, measure: Measure, items: Mapping[str, Item]) -> np.ndarray:
    """Is the respondent in the measure's domain, `where` (n,)?"""
    return _gave(answers, measure.where, items)


def asked(answers: pd.DataFrame, item: Item, items: Mapping[str, Item]) -> np.ndarray:
    """By the answers to other items, is the question to be put to the respondent (n,)?"""
    return _gave(answers, item.asked_if, items)


def put(answers: pd.DataFrame, measure: Measure, items: Mapping[str, Item], measures=None) -> np.ndarray:
    """Was a question of the measure put to the respondent (n,)?  Of an index: a question of one of its `measures`."""
    if measure.kind == INDEX:
        parts = [(measures or {})[part.name] for part in measure.parts if not part.record]
        return np.any([put(answers, part, items, measures) for part in parts], axis=0)
    refuse_absent(answers, measure)
    each = [asked(answers, items[i], items) & ~answers[i].isin(list(items[i].not_asked)) for i in measure.items]
    return inside(answers, measure, items) & np.any(each, axis=0)


def refuse_absent(answers: pd.DataFrame, measure: Measure) -> None:
    """A Fault for items the wave was imported without."""
    absent = [name for name in (*measure.items, *measure.where) if name not in answers.columns]
    if absent:
        raise Fault(key="measure.items_absent", measure=measure.name, items=absent)


def _gave(answers: pd.DataFrame, codes: Mapping[str, frozenset], items: Mapping[str, Item]) -> np.ndarray:
    kept = np.ones(len(answers), dtype=bool)
    for name, wanted in codes.items():
        kept &= _by_cell(answers[name], lambda c, i=items[name], w=wanted: bool((i.given(c) or set()) & w)).astype(bool)
    return kept


def _by_cell(cells: pd.Series, worth) -> np.ndarray:
    """worth(cell) for every row (n,), each different cell looked at once."""
    return cells.map({cell: worth(cell) for cell in cells.unique()}).to_numpy(dtype=float)


def _worth(cells: pd.Series, measure: Measure, item: Item) -> np.ndarray:
    if measure.kind == SHARE:
        return _by_cell(cells, lambda cell: _share(item, cell, measure))
    return cells.map(measure.points).to_numpy(dtype=float)


def _share(item: Item, cell: str, measure: Measure) -> float:
    given = item.given(cell) or frozenset()
    stays = given & (frozenset(item.answers) | measure.counts | measure.against)
    return float(bool(given & measure.counts)) if stays else np.nan


def _mentions(item: Item, cell: str, counted: frozenset) -> float:
    given = (item.given(cell) or frozenset()) & frozenset(item.answers)
    return float(len(given & counted)) if given else np.nan
