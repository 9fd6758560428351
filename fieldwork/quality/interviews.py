"""The interviews of a wave as the flags look at them, and what can be said of each of them alone."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from estimation.columns.columns import column_codes
from estimation.indicators.indicators import Item

SHORT = 0.5  # of the median: an interview that took less is short
BATTERY = 3  # items with the same answers that make up a battery
FIRST_HOUR, LAST_HOUR = 8, 21  # interviews that begin before or after are at an odd time of day


@dataclass(frozen=True, eq=False)
class Interviews:
    """n interviews of one wave.

    unit_id, area (n,)  of each;  interviewer (n,): None where it is not known
    answers             one column of codes for each item, in the same order
    items, best         name -> Item, and the codes of an item that are its best answers
    began, minutes (n,) when each began (NaT: not known) and how long it took (NaN: not known); None: not known of any
    mode (n,)           the mode in which each was asked; None: all in one
    """

    unit_id: np.ndarray
    area: np.ndarray
    interviewer: np.ndarray | None
    answers: pd.DataFrame
    items: Mapping[str, Item]
    best: Mapping[str, frozenset]
    began: np.ndarray | None = None
    minutes: np.ndarray | None = None
    mode: np.ndarray | None = None

    @cached_property
    def areas(self) -> tuple[np.ndarray, np.ndarray]:
        """Codes (n,) and labels of the areas."""
        return column_codes(np.asarray(self.area, dtype=object), "area")

    @cached_property
    def places(self) -> np.ndarray:
        """Codes (n,) of area and mode together: interviews are compared with others of the same place."""
        return self._with_mode(self.areas[0])

    @cached_property
    def levels(self) -> np.ndarray | None:
        """Codes (n,) of interviewer and mode together, with usual answers each; None: neither is known."""
        if self.interviewer is None and self.mode is None:
            return None
        return self._with_mode(np.zeros(len(self.area), dtype=int) if self.interviewer is None else self.people[0])

    def _with_mode(self, codes: np.ndarray) -> np.ndarray:
        if self.mode is None:
            return codes
        modes = column_codes(np.asarray(self.mode, dtype=object), "mode")[0]
        return np.unique(codes * (modes.max(initial=0) + 1) + modes, return_inverse=True)[1]

    @cached_property
    def people(self) -> tuple[np.ndarray, np.ndarray]:
        """Codes (n,) and labels of the interviewers."""
        assert self.interviewer is not None
        return column_codes(np.asarray(self.interviewer, dtype=object), "interviewer")

    @cached_property
    def coded(self) -> dict[str, tuple[np.ndarray, list[str]]]:
        """item -> codes (n,) of its answers and what they stand for; several answers together are one code."""
        coded = {}
        for name in self.items:
            if name in self.answers:
                values = pd.Categorical(self.answers[name])
                coded[name] = np.asarray(values.codes, dtype=np.int64), [str(c) for c in values.categories]
        return coded

    @property
    def plain(self) -> list[str]:
        """The items with one answer, which is a code."""
        return [name for name, item in self.items.items() if name in self.coded and self._is_plain(item)]

    @staticmethod
    def _is_plain(item: Item) -> bool:
        return not item.separator and not item.numeric

    @cached_property
    def top(self) -> np.ndarray:
        """The part (n,) of the items answered to which the best answer was given; NaN where none was answered."""
        return self._part({name: self.best[name] for name in self.plain if self.best.get(name)}, answered_only=True)

    @cached_property
    def unknown(self) -> np.ndarray:
        """The part (n,) of the items asked without an answer ("don't know", "refused")."""
        without = {name: self.items[name].not_answered for name in self.coded}
        return self._part({name: codes for name, codes in without.items() if codes}, answered_only=False)

    @cached_property
    def batteries(self) -> list[list[str]]:
        """Items with the same answers, at least `BATTERY` of them."""
        alike = defaultdict(list)
        for name in self.plain:
            alike[tuple(sorted(map(str, self.items[name].answers)))].append(name)
        return [names for names in alike.values() if len(names) >= BATTERY]

    @cached_property
    def straight(self) -> np.ndarray:
        """The part (n,) of the batteries, answered by `BATTERY` items or more, that have one answer throughout."""
        same, counted = np.zeros(len(self.area)), np.zeros(len(self.area))
        for names in self.batteries:
            columns = np.column_stack([self._answered(name) for name in names]).astype(float)
            known = (~np.isnan(columns)).sum(axis=1) >= BATTERY
            filled = np.where(known[:, None], columns, 0.0)
            low, high = np.nanmin(filled, axis=1), np.nanmax(filled, axis=1)
            same += known & (low >= high)
            counted += known
        return np.divide(same, counted, out=np.full(len(same), np.nan), where=counted > 0)

    @cached_property
    def short(self) -> np.ndarray:
        """1 if the interview took less than half of the median in its area and mode, 0 if not, NaN if nobody knows."""
        if self.minutes is None:
            return np.full(len(self.area), np.nan)
        minutes = pd.Series(np.asarray(self.minutes, dtype=float))
        usual = minutes.groupby(self.places).transform("median")
        return np.where(minutes.isna(), np.nan, (minutes < SHORT * usual).astype(float))

    @cached_property
    def odd_hours(self) -> np.ndarray:
        """1 if the interview began before eight or after nine in the evening, 0 if not, NaN if nobody knows."""
        if self.began is None:
            return np.full(len(self.area), np.nan)
        began = pd.Series(self.began)
        hour = began.dt.hour + began.dt.minute / 60
        return np.where(began.isna(), np.nan, ((hour < FIRST_HOUR) | (hour > LAST_HOUR)).astype(float))

    @cached_property
    def overlapping(self) -> np.ndarray:
        """Whether (n,) the interviewer's interview before it, of the same day, had not ended when this one began."""
        overlaps = np.zeros(len(self.area), dtype=bool)
        if self.began is None or self.minutes is None or self.interviewer is None:
            return overlaps
        table = pd.DataFrame({"who": self.people[0], "began": self.began, "minutes": self.minutes})
        table = table[table.began.notna() & (table.began.dt.floor("D") < table.began)].sort_values(["who", "began"])
        ended = (table.began + pd.to_timedelta(table.minutes, unit="m")).groupby(table.who).shift()
        overlaps[table.index[(ended > table.began).to_numpy()]] = True
        return overlaps

    def _answered(self, name: str) -> np.ndarray:
        """Codes (n,) of an item as floats, NaN where it was not answered."""
        codes, labels = self.coded[name]
        none = [label in self.items[name].no_answer for label in labels]
        return np.where((codes < 0) | np.array([*none, True])[codes], np.nan, codes)

    def _part(self, wanted: Mapping[str, frozenset], *, answered_only: bool) -> np.ndarray:
        """The part (n,) of the items with one of their wanted codes, of those answered or of those asked."""
        n = len(self.area)
        given, counted = np.zeros(n), np.zeros(n)
        for name, codes in wanted.items():
            code, labels = self.coded[name]
            item = self.items[name]
            left_out = item.no_answer if answered_only else item.not_asked
            is_wanted = np.array([*(label in codes for label in labels), False])
            is_counted = np.array([*(label not in left_out for label in labels), False])
            given += is_wanted[code] & is_counted[code]
            counted += is_counted[code]
        return np.divide(given, counted, out=np.full(n, np.nan), where=counted > 0)
