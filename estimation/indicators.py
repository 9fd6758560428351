"""From answers to the number a measure is made of: a share's 0 or 1, a score's points, with what "don't know" does."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from words import Fault

SHARE, SCORE = "share", "score"


@dataclass(frozen=True)
class Item:
    """One question: its code in the file, the answers it allows, and the codes that are no answer.

    answers: code -> label; not_answered: don't know, refused; not_asked: the question was not put to this person.
    """

    name: str
    answers: dict
    not_answered: frozenset
    not_asked: frozenset

    @property
    def codes(self) -> frozenset:
        """Every code that may stand in the column."""
        return frozenset(self.answers) | self.not_answered | self.not_asked


@dataclass(frozen=True)
class Measure:
    """One number per respondent, and which end of its scale is best.

    kind "share": 1 if the item's answer is among `counts`, else 0.
    kind "score": the mean over `items` of `points` (code -> points) of the answered ones.
    No item answered: no value; the respondent leaves the measure (not the design).
    """

    name: str
    kind: str
    items: tuple[str, ...]
    counts: frozenset
    points: dict
    largest_is_best: bool

    @property
    def low(self) -> float:
        """The smallest value the measure can take."""
        return 0.0 if self.kind == SHARE else min(self.points.values())

    @property
    def high(self) -> float:
        """The largest value the measure can take."""
        return 1.0 if self.kind == SHARE else max(self.points.values())


def measure_values(answers: pd.DataFrame, measure: Measure, items: dict) -> np.ndarray:
    """y_i (n,) of a measure from the answers' codes; NaN where the respondent answered none of its items.

    answers: one row a respondent, one column an item, codes as text; items: name -> Item.
    """
    absent = [name for name in measure.items if name not in answers.columns]
    if absent:
        raise Fault(key="measure.items_absent", measure=measure.name, items=absent)
    values = np.vstack([_item_values(answers[name], measure, items[name]) for name in measure.items])
    answered = ~np.isnan(values)
    count = answered.sum(axis=0)
    return np.divide(
        np.where(answered, values, 0.0).sum(axis=0), count, out=np.full(len(answers), np.nan), where=count > 0
    )


def _item_values(codes: pd.Series, measure: Measure, item: Item) -> np.ndarray:
    share = {code: float(code in measure.counts) for code in item.answers}
    value = share if measure.kind == SHARE else measure.points
    return codes.map(value).to_numpy(dtype=float)
