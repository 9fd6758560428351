"""Figures by type of person: as pages and the terminal show them, as they are sent, in sentences, and their notes."""

from typing import Any

import pandas as pd

from accountability.league.conventions import ALL
from presentation.notes import accepted_note, simulated_mark, stopped_note, survey_note, unfit_text
from presentation.numbers import change_text, percent_text, size_text, value_text
from service.figures.types_of_person import Kind, TypeFigures
from service.files.write import csv_bytes
from service.store.runs import run_text
from words import Speaker


def shown_types(figures: TypeFigures, t: Speaker) -> pd.DataFrame:
    """A row for each group of every kind, under headings: its figure, interval and n, and how it differs."""
    rows, tested = [], any(kind.tested for kind in figures.kinds.values())
    for name, kind in figures.kinds.items():
        for group in kind.table.index:
            row = {t("types.group"): t("types.kind_group", kind=figures.name(name), group=figures.label(name, group))}
            rows.append(row | _cells(figures, kind, group, t, tested=tested))
    return pd.DataFrame(rows)


def _cells(figures: TypeFigures, kind: Kind, group: str, t: Speaker, *, tested: bool) -> dict[str, str]:
    row, measure = kind.table.loc[group], figures.measure
    known, compared = not pd.isna(row.estimate), tested and not pd.isna(row.p)
    hidden = t("badge.withheld") if kind.withheld else "–"
    interval = [value_text(measure, float(row[limit]), t) for limit in ("lower", "upper")] if known else []
    cells = {
        t("column.estimate"): value_text(measure, float(row.estimate), t) if known else hidden,
        t("column.interval"): t("bulletin.range").join(interval),
        t("column.n"): f"{int(row.n):,}" if known else "–",
    }
    if tested:
        relative = [_signed(figures, float(row[name]), t) for name in ("relative", "relative_lower", "relative_upper")]
        cells |= {
            t("types.relative", unit=""): relative[0] if compared else "–",
            t("types.relative_interval", level=percent_text(1 - kind.alpha)): (
                t("types.span", low=relative[1], high=relative[2]) if compared else ""
            ),
            t("types.verdict"): verdict_text(kind, group, t) if compared else "–",
        }
    return cells


def _signed(figures: TypeFigures, value: float, t: Speaker) -> str:
    return change_text(figures.measure, value, t)


def verdict_text(kind: Kind, group: str, t: Speaker) -> str:
    """Whether the group's difference from the mean of the groups is confirmed."""
    return t("types.confirmed" if group in kind.confirmed else "types.open")


def type_sentence(figures: TypeFigures, name: str, t: Speaker) -> str:
    """Which groups of a kind are confirmed to differ; that its figures are not shown, if they are withheld."""
    kind, words = figures.kinds[name], {"kind": figures.name(name)}
    if kind.withheld:
        return t("types.withheld", kinds=[figures.name(name)], limit=figures.programme.withhold)
    compared = kind.table[kind.table.p.notna()]
    if compared.empty:
        return t("types.nobody", **words)
    if len(compared) == 2:
        high, low = compared.sort_values("estimate", ascending=False, kind="stable").index
        values: dict[str, Any] = {"high": figures.label(name, high), "low": figures.label(name, low)}
        values |= {"more": _value(figures, kind, high, t), "less": _value(figures, kind, low, t)}
        if not kind.confirmed:
            return t("types.two_open", **words, **values)
        apart = float(compared.estimate[high] - compared.estimate[low])
        return t("types.two", **words, **values, size=size_text(figures.measure, apart, t))
    rest = len(compared) - len(kind.confirmed)
    if not kind.confirmed:
        return t("types.several_open", **words, rest=rest)
    names = [_against_mean(figures, name, group, t) for group in kind.confirmed]
    return t("types.several_rest" if rest else "types.several", **words, names=names, rest=rest)


def _against_mean(figures: TypeFigures, name: str, group: str, t: Speaker) -> str:
    kind = figures.kinds[name]
    relative = float(kind.table.relative[group])
    values = {"group": figures.label(name, group), "value": _value(figures, kind, group, t)}
    values["size"] = size_text(figures.measure, relative, t)
    return t("types.above" if relative > 0 else "types.below", **values)


def _value(figures: TypeFigures, kind: Kind, group: str, t: Speaker) -> str:
    return value_text(figures.measure, float(kind.table.estimate[group]), t)


def reading_notes(figures: TypeFigures, t: Speaker) -> list[str]:
    """How the figures and their differences are to be read, and which are indicative or not shown."""
    notes = [t("types.note", level=figures.programme.level)]
    tested = [kind for kind in figures.kinds.values() if kind.tested]
    if tested:
        key = "types.note_tested" if len(tested) > 1 else "types.note_tested_one"
        notes.append(t(key, error=percent_text(tested[0].alpha), count=len(tested)))
    hidden = [figures.name(name) for name, kind in figures.kinds.items() if kind.withheld]
    if hidden:
        notes.append(t("types.withheld", kinds=hidden, limit=figures.programme.withhold))
    weak = [
        figures.label(name, group)
        for name, kind in figures.kinds.items()
        for group, broken in kind.table.unfit.items()
        if isinstance(broken, str) and broken
    ]
    return notes + ([t("types.unfit", names=weak)] if weak else [])


def type_notes(figures: TypeFigures, t: Speaker) -> list[str]:
    """What is said under the table on a page: how people were asked, how to read it, and the run."""
    notes = [survey_note(figures.programme, t), *reading_notes(figures, t)]
    notes += stopped_note([figures.run], t) + accepted_note([figures.run], t)
    return [*notes, *([t("outdated.league")] if figures.outdated else []), run_text(figures.run, t)]


def types_csv(figures: TypeFigures, t: Speaker) -> bytes:
    """The figures as they are sent: one row for each group, shares as fractions, names in words."""
    tables = []
    for name, kind in figures.kinds.items():
        labels = [figures.label(name, group)[t("language.code")] for group in kind.table.index]
        table = kind.table.rename_axis("group").reset_index()
        table.insert(0, "types", name)
        table.insert(2, "name", labels)
        unfit = [unfit_text(broken, t) if isinstance(broken, str) else "" for broken in table.unfit]
        tables.append(table.assign(unfit=unfit, withheld=kind.withheld, confirmed=table.group.isin(kind.confirmed)))
    named = {"wave": figures.wave, "measure": figures.measure.name, "area": figures.area, "run": figures.run["run_id"]}
    return csv_bytes(pd.concat(tables, ignore_index=True).assign(**named), simulated=figures.programme.simulated)


def heading(figures: TypeFigures, t: Speaker) -> str:
    """What the table is of: the survey's mark, the measure, and the area."""
    area = t("factors.everybody") if figures.area == ALL else figures.programme.areas[figures.area].name
    mark = simulated_mark(figures.programme, t)
    return mark + t("types.heading", measure=figures.programme.measure_names[figures.measure.name], area=area)
