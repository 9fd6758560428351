"""[types]: the types of person that figures are told apart by, such as age groups, by an answer of each respondent.

[quotas]: how many interviews of each kind of person an office would like to have, watched and never enforced."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import inf

import numpy as np
import pandas as pd

from estimation import age_spans
from estimation.indicators.indicators import Item, Measure
from estimation.weighting.census import CROSSED
from estimation.weighting.steps import AGE_GROUP, WeightingSteps
from fieldwork.questionnaire import Questionnaire
from programme.entry import Entry
from programme.weighting import Label
from words import Fault

TYPES = {"name", "item", "groups", "measures"}
GROUP = {"of"}
Quotas = Mapping[str, Mapping[str, float]]  # margin -> category -> interviews


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


@dataclass(frozen=True)
class Kinds:
    """What may tell people apart: of each column the codes that it can have, none where these are not declared."""

    codes: Mapping[str, Collection[str]]

    @classmethod
    def declared(
        cls,
        area: str,
        areas: Iterable[str],
        items: Mapping[str, Item],
        questionnaire: Questionnaire,
        types: Mapping[str, Types],
        labels: Mapping[str, Label],
        weighting: WeightingSteps | None,
    ) -> "Kinds":
        """Types of person, labelled columns, questions with codes, the age groups of weighting, and the areas."""
        codes: dict[str, Collection[str]] = {name: tuple(of.labels) for name, of in types.items()}
        codes |= {name: tuple(of.codes) for name, of in labels.items()}
        asked = {**items, **questionnaire.items}
        codes |= {name: tuple(i.answers) for name, i in asked.items() if i.answers and not i.separator}
        if weighting is not None and weighting.ages is not None:
            codes[AGE_GROUP] = weighting.ages.groups
        return cls({**codes, area: tuple(areas)})


def read_quotas(entry: Entry, kinds: Kinds) -> Quotas:
    """[quotas."sex*age_group"] with lines such as "m*18-29" = 60; a Fault for no kind of person or no number."""
    quotas = {}
    for margin, table in entry.entries("quotas", {}).items():
        columns = margin.split(CROSSED)
        unknown = [column for column in columns if column not in kinds.codes]
        if unknown or len(set(columns)) < len(columns):
            raise entry.fault("quotas", repr(margin), [*sorted(kinds.codes), CROSSED])
        if not table.data:
            raise entry.fault("quotas", f"{margin} = {{}}", f'[quotas."{margin}"] "…" = 60')
        quotas[margin] = {category: _quota(table, category, columns, kinds) for category in table.data}
    return quotas


def _quota(table: Entry, category: str, columns: list[str], kinds: Kinds) -> float:
    parts = category.split(CROSSED)
    for column, part in zip(columns, parts, strict=False):
        codes = kinds.codes[column]
        if codes and part not in codes:
            raise table.fault(category, repr(part), list(codes))
    if len(parts) != len(columns) or not all(parts):
        raise table.fault(category, repr(category), CROSSED.join(columns))
    wanted = table.number(category)
    if not (0 <= wanted < 1e9 and wanted == int(wanted)):
        raise table.fault(category, repr(table.data[category]), "0, 1, 2 …")
    return wanted
