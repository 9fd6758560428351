"""Interviews by kind of person in words: a table for each margin, which kinds are few, and what cannot be told."""

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from estimation.weighting.steps import AGE_GROUP
from fieldwork.composition import CROSSED, FEWER, Composition
from presentation.times import wave_text
from programme.declared import Programme
from service.fieldwork.kinds import Kinds
from words import MINUS, Speaker

NOTHING = "–"


def kind_title(told: Composition, programme: Programme, t: Speaker) -> str:
    """What tells the kinds apart: sex × age."""
    return _crossed(t, [column_name(programme, column, t) for column in told.columns])


def kind_lines(told: Composition, programme: Programme, t: Speaker) -> list[str]:
    """Which kinds are fewer than chance would leave, which quotas are not reached, and of how many nothing is known."""
    title, lines, kinds = kind_title(told, programme, t), [], told.kinds
    if kinds.expected.notna().any():
        few = kinds[kinds.state == FEWER]
        named = [
            t(
                "monitor.kinds.of_expected",
                kind=_kind(told, str(kind), programme, t),
                had=row.interviews,
                wanted=row.expected,
            )
            for kind, row in few.iterrows()
        ]
        lines.append(t("monitor.kinds.few" if named else "monitor.kinds.none_few", title=title, kinds=named))
    lacking = _quotas_lacking(told, programme, t)
    if lacking is not None:
        lines.append(
            t("monitor.kinds.quota_short" if lacking else "monitor.kinds.quota_met", title=title, kinds=lacking)
        )
    if told.unknown:
        lines.append(t("monitor.kinds.unknown", title=title, count=told.unknown))
    return lines


def _quotas_lacking(told: Composition, programme: Programme, t: Speaker) -> list[str] | None:
    """The kinds whose quota is not reached, with their area where quotas are stated by area; None without quotas."""
    table = told.kinds.assign(kind=told.kinds.index, area="") if told.cells is None else told.cells
    if table.quota.isna().all():
        return None
    short = table[table.interviews < table.quota]
    return [
        t("monitor.kinds.of_quota", kind=_in_area(told, row, programme, t), had=row.interviews, wanted=row.quota)
        for row in short.itertuples()
    ]


def _in_area(told: Composition, row: Any, programme: Programme, t: Speaker) -> str:
    """The name of a kind, after that of its area where quotas are stated by area."""
    kind = _kind(told, str(row.kind), programme, t)
    return _crossed(t, [_code_name(programme, programme.columns.area, row.area, t), kind]) if row.area else kind


def kind_rows(told: Composition, programme: Programme, t: Speaker) -> pd.DataFrame:
    """One row for each kind over all areas: its interviews, its part of the people, what would be expected, quotas."""
    kinds = told.kinds
    rows = {
        kind_title(told, programme, t): [_kind(told, str(kind), programme, t) for kind in kinds.index],
        t("monitor.day.interviews"): [f"{n:,.0f}" for n in kinds.interviews],
    }
    if kinds.expected.notna().any():
        share = kinds.population / kinds.population.sum()
        rows |= {
            t("monitor.kinds.expected"): [
                _limits(*three, t) for three in zip(kinds.expected, kinds.low, kinds.high, strict=True)
            ],
            t("monitor.kinds.state"): [t(f"monitor.kinds.state.{s}") if s else NOTHING for s in kinds.state],
            t("monitor.kinds.difference"): [_signed(d) for d in kinds.interviews - kinds.expected],
            t("monitor.kinds.share"): [NOTHING if np.isnan(part) else f"{part:.1%}" for part in share],
        }
    if kinds.quota.notna().any():
        lacking = (kinds.quota - kinds.interviews).clip(lower=0)
        rows[t("monitor.kinds.quota")] = [_count(n) for n in kinds.quota]
        rows[t("monitor.kinds.lacking_of_quota")] = [_count(n) for n in lacking]
    return pd.DataFrame(rows)


def _limits(value: float, low: float, high: float, t: Speaker) -> str:
    if np.isnan(value):
        return NOTHING
    return t("monitor.limits", value=f"{value:,.1f}", low=f"{low:,.0f}", high=f"{high:,.0f}")


def _count(n: float) -> str:
    return NOTHING if np.isnan(n) else f"{n:,.0f}"


def _signed(difference: float) -> str:
    """A difference with its sign, to one decimal; none for what is rounded to zero."""
    if np.isnan(difference):
        return NOTHING
    text = f"{abs(difference):,.1f}"
    return text if float(text.replace(",", "")) < 0.05 else f"{MINUS if difference < 0 else '+'}{text}"


def kind_notes(kinds: Kinds, programme: Programme, t: Speaker) -> list[str]:
    """That this is a monitor only, what is expected and how limits are made, and what cannot be told."""
    notes = [t("monitor.kinds.only_watched")] if kinds.compositions else []
    if any(told.kinds.expected.notna().any() for told in kinds.compositions):
        assert kinds.period is not None
        notes.append(t("monitor.kinds.how", period=wave_text(kinds.period, t)))
    for key, values in kinds.unsaid:
        shown = dict(values)
        if "margin" in shown:
            shown["margin"] = margin_name(programme, shown["margin"], t)
        if "margins" in shown:
            shown["margins"] = [margin_name(programme, margin, t) for margin in shown["margins"]]
        if "columns" in shown:
            shown["columns"] = [column_name(programme, column, t) for column in shown["columns"]]
        if "period" in shown:
            shown["period"] = wave_text(shown["period"], t)
        notes.append(t(key, **shown))
    return notes


def kind_table(kinds: Kinds) -> pd.DataFrame:
    """All of it for a file, as numbers: each margin over all areas and, where it is crossed with areas, in each."""
    parts = []
    for told in kinds.compositions:
        parts.append(told.kinds.rename_axis(index="kind").reset_index().assign(margin=told.margin, area=""))
        if told.cells is not None:
            parts.append(told.cells.assign(margin=told.margin))
    columns = ["margin", "area", "kind", "interviews", "population", "expected", "low", "high", "state", "quota"]
    return pd.concat(parts, ignore_index=True).reindex(columns=columns) if parts else pd.DataFrame(columns=columns)


def margin_name(programme: Programme, margin: str, t: Speaker) -> str:
    """The names of a margin's columns: sex × age."""
    return _crossed(t, [column_name(programme, column, t) for column in margin.split(CROSSED)])


def column_name(programme: Programme, column: str, t: Speaker) -> str:
    """The name of a column that tells people apart: the programme's, else the column's own."""
    code = t("language.code")
    if column in programme.labels:
        return programme.labels[column].name[code]
    if column in programme.types:
        return programme.types[column].name[code]
    if column == programme.columns.area:
        return t("sample.column.area")
    return t("monitor.kinds.age") if column == AGE_GROUP else column


def _crossed(t: Speaker, names: Iterable[str]) -> str:
    """Several names as one: sex × age."""
    return reduce(lambda one, other: t("monitor.kinds.crossed", one=one, other=other), names)


def _kind(told: Composition, kind: str, programme: Programme, t: Speaker) -> str:
    """The names of a kind's codes: male × 18–29."""
    codes = zip(told.columns, kind.split(CROSSED), strict=True)
    return _crossed(t, [_code_name(programme, column, code, t) for column, code in codes])


def _code_name(programme: Programme, column: str, code: str, t: Speaker) -> str:
    items = {**programme.items, **programme.questionnaire.items}
    names: Mapping[str, Mapping[str, str]] = {}
    if column == programme.columns.area:
        names = {area: of.name for area, of in programme.areas.items()}
    elif column in programme.labels and code in programme.labels[column].codes:
        names = programme.labels[column].codes
    elif column in items and code in items[column].answers:
        names = items[column].answers
    elif column in programme.types:
        names = programme.types[column].labels
    return names[code][t("language.code")] if code in names else code
