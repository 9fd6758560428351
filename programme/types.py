"""[types]: the types of person that figures are told apart by, such as age groups, by an answer of each respondent."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf

import numpy as np
import pandas as pd

from estimation import age_spans
from estimation.indicators.indicators import Item, Measure
from programme.entry import Entry
from words import Fault

TYPES = {"name", "item", "groups", "measures"}
GROUP = {"of"}


@dataclass(frozen=True)
class Types:
    """One way to tell respondents apart: sex, age, occupation.

    item      whose answer says of which group a respondent is
    labels    group -> its names, in the order in which groups are shown
    answers   group -> the answers that make it up, of an item whose answers are codes
    spans     group -> from which number on, and below which, of an item whose answer is a number
    measures  (measure, group) -> the measure of this group alone
    """

    name: Mapping[str, str]
    item: str
    labels: Mapping[str, Mapping[str, str]]
    answers: Mapping[str, frozenset]
    spans: Mapping[str, tuple[float, float]]
    measures: Mapping[tuple[str, str], Measure] = field(default_factory=dict)

    @property
    def measured(self) -> list[str]:
        """The measures that are told apart by these types."""
        return list(dict.fromkeys(name for name, _ in self.measures))

    def group_of(self, cells: pd.Series, item: Item) -> np.ndarray:
        """The group of each respondent (n,), "" where the answer tells of none; cells: their answers to the item."""
        return cells.map({cell: self._group(cell, item) for cell in cells.unique()}).astype(str).to_numpy(dtype=object)

    def _group(self, cell: str, item: Item) -> str:
        if not self.spans:
            return next((group for group, codes in self.answers.items() if cell in codes), "")
        number = item.number(cell)
        return next((group for group, (low, above) in self.spans.items() if low <= number < above), "")


def read_types(entry: Entry, items: Mapping[str, Item], measures: Mapping[str, Measure]) -> dict[str, Types]:
    """[types] by name; a Fault names the entry that is wrong, what was found and what is expected."""
    return {name: _types(name, table, items, measures) for name, table in entry.entries("types", {}).items()}


def _types(name: str, entry: Entry, items: Mapping[str, Item], measures: Mapping[str, Measure]) -> Types:
    entry.known(TYPES)
    item = items[entry.one_of("item", [name for name, item in items.items() if not item.separator])]
    groups = entry.entries("groups", {})
    if item.numeric:
        types = _by_number(entry, item, groups)
    elif groups:
        types = _by_joined_codes(entry, item, groups)
    else:
        answers = {code: frozenset({code}) for code in item.answers}
        types = Types(entry.names("name"), item.name, dict(item.answers), answers, {})
    if len(types.labels) < 2:
        raise entry.fault("groups" if groups else "item", list(types.labels), "≥ 2")
    return replace(types, measures=_measures_of(name, entry, types, measures))


def _by_number(entry: Entry, item: Item, groups: Mapping[str, Entry]) -> Types:
    """Groups such as "18-39" and "60+", which ascend without gaps and overlaps."""
    if not groups:
        raise Fault(key="programme.missing", file=entry.file, entry=entry.where("groups"))
    for group in groups.values():
        group.known((), languages=True)
    try:
        spans = age_spans(groups)
    except Fault as fault:
        raise entry.fault("groups", list(groups), '"18-39", "40-59", "60+"') from fault
    labels = {code: group.by_language() for code, group in groups.items()}
    limits = {span.label: (float(span.low), inf if span.high is None else float(span.above)) for span in spans}
    return Types(entry.names("name"), item.name, labels, {}, limits)


def _by_joined_codes(entry: Entry, item: Item, groups: Mapping[str, Entry]) -> Types:
    """Groups of answers; no answer is in two of them."""
    answers: dict[str, frozenset] = {}
    for code, group in groups.items():
        group.known(GROUP, languages=True)
        codes = frozenset(group.texts("of"))
        taken = frozenset().union(*answers.values())
        if not codes or not codes <= set(item.answers) or codes & taken:
            raise group.fault("of", sorted(codes), sorted(set(item.answers) - taken))
        answers[code] = codes
    labels = {code: group.by_language() for code, group in groups.items()}
    return Types(entry.names("name"), item.name, labels, answers, {})


def _measures_of(
    name: str, entry: Entry, types: Types, measures: Mapping[str, Measure]
) -> dict[tuple[str, str], Measure]:
    """(measure, group) -> the measure of the group: one that the programme has already by `by`, or one of its own."""
    possible = [m for m, measure in measures.items() if measure.linear and types.item not in measure.where]
    chosen = entry.texts("measures", [m for m in possible if not measures[m].where])
    if not chosen or not set(chosen) <= set(possible):
        raise entry.fault("measures", list(chosen), possible)
    of_group: dict[tuple[str, str], Measure] = {}
    for m in chosen:
        for group in types.labels:
            codes = types.answers.get(group, frozenset({group}))
            where = {**measures[m].where, types.item: codes}
            same = measures.get(f"{m}.{group}")
            if same is not None and replace(measures[m], name=same.name, where=where) == same:
                of_group[m, group] = same
                continue
            own = replace(measures[m], name=f"{m}.{name}.{group}", where=where)
            if own.name in measures:
                raise entry.fault("groups", own.name, f"≠ measures.{own.name}")
            of_group[m, group] = own
    return of_group
