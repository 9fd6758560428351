"""The table and the sentences of a report about types of person: each group's figure, and which groups differ."""

from typing import Any

import pandas as pd

from presentation.bulletin.grids import change_form, change_unit, unit_text, value_form
from presentation.bulletin.wording import errors_text, level_text, measure_name, said
from presentation.evidence.types_of_person import reading_notes, type_sentence, verdict_text
from presentation.notes import unfit_text
from presentation.numbers import percent_text, shown_value
from presentation.times import wave_text
from service.bulletins.document import TABLE, Block, Column, Grid, Shown, plain
from service.bulletins.facts import Facts
from service.figures.types_of_person import Kind, TypeFigures
from words import Speaker

TYPES = "types"
TESTED = ("relative", "relative_lower", "relative_upper")


def type_blocks(facts: Facts, t: Speaker) -> list[Block]:
    """What is confirmed of the types of person, how to read it, and the table; nothing where none are told apart."""
    figures = facts.types
    if figures is None:
        return []
    texts = [type_sentence(figures, name, t) for name in figures.kinds]
    sentences = t("list.between_sentences").join(texts)
    hidden = all(kind.withheld for kind in figures.kinds.values())
    if hidden:
        return [said(sentences)]
    notes = [*reading_notes(figures, t), *([t("bulletin.types_before")] if facts.types_then else [])]
    reading = t("list.between_sentences").join(notes)
    return [said(t("bulletin.types", texts=sentences)), said(reading), Block(TABLE, TYPES)]


def types_grid(facts: Facts, t: Speaker) -> list[Grid]:
    """A row for each group of every kind; no table where none are told apart."""
    figures, league = facts.types, facts.league
    if figures is None:
        return []
    columns = _columns(facts, figures, t)
    rows = tuple(
        _row(facts, figures, name, kind, str(group), t)
        for name, kind in figures.kinds.items()
        for group in kind.table.index
    )
    title = t("bulletin.table.types", wave=wave_text(league.wave, t), measure=measure_name(league))
    methods = {m for kind in figures.kinds.values() for m in kind.table.method if isinstance(m, str)}
    runs = sorted({figures.run["run_id"], *(then.run["run_id"] for then in facts.types_then.values())})
    levels = {"level": level_text(league), "joint": _joint(figures), "errors": errors_text(facts, t)}
    methods_text = sorted(t(f"method.{name}") for name in methods)
    note = t("bulletin.note.types", methods=methods_text, runs=[str(run) for run in runs], count=len(runs), **levels)
    return [Grid(TYPES, title, tuple(columns), rows, _shown(facts, figures, t), note)]


def _joint(figures: TypeFigures) -> str:
    return percent_text(1 - next(iter(figures.kinds.values())).alpha)


def _columns(facts: Facts, figures: TypeFigures, t: Speaker) -> list[Column]:
    measure, level = figures.measure, level_text(facts.league)
    form, unit, change = value_form(measure), unit_text(measure, t), change_form(measure)
    columns = [
        Column("group", t("types.group"), "text"),
        Column("kind", t("types.kind_column"), "text"),
        Column("mark", t("bulletin.column.mark"), "text"),
        Column("code", t("bulletin.column.code"), "text"),
        Column("estimate", t("bulletin.column.estimate", unit=unit), form),
        Column("lower", t("bulletin.column.lower", unit=unit, level=level), form),
        Column("upper", t("bulletin.column.upper", unit=unit, level=level), form),
        Column("n", t("bulletin.column.n"), "count"),
    ]
    for kind in facts.types_then:
        base = t(f"bulletin.then.{kind}")
        columns.append(Column(f"{kind}_estimate", t("bulletin.column.then", base=base, unit=unit), form))
        columns.append(Column(f"{kind}_n", t("bulletin.column.then_n", base=base), "count"))
    points = change_unit(measure, t)
    columns.append(Column("relative", t("types.relative", unit=points), change))
    columns += [Column(name, t(f"types.{name}", unit=points), change) for name in TESTED[1:]]
    columns += [Column("verdict", t("types.verdict"), "text"), Column("method", t("bulletin.column.method"), "text")]
    return [
        *columns,
        Column("unfit", t("bulletin.column.unfit"), "text"),
        Column("run", t("bulletin.column.run"), "place"),
    ]


def _row(facts: Facts, figures: TypeFigures, name: str, kind: Kind, group: str, t: Speaker) -> tuple[Any, ...]:
    """The group's figures; only its name, and why, where they are not shown."""
    row, language = kind.table.loc[group], t("language.code")
    label = t("types.kind_group", kind=figures.name(name), group=figures.label(name, group))
    known, tested = not pd.isna(row.estimate), not pd.isna(row.p)
    mark = t("bulletin.not_shown") if kind.withheld else "" if known else t("bulletin.no_interviews")
    unfit = row.unfit if isinstance(row.unfit, str) else ""
    mark = t("bulletin.weak_mark") if unfit else mark
    values = [plain(row[limit]) for limit in ("estimate", "lower", "upper")]
    then = [cell for figures_then in facts.types_then.values() for cell in _then(figures_then, name, group)]
    differences = [shown_value(figures.measure, float(row[of])) if tested else None for of in TESTED]
    return (
        label,
        figures.name(name)[language],
        mark,
        group,
        *values,
        int(row.n) if known else None,
        *then,
        *differences,
        verdict_text(kind, group, t) if tested else "",
        t(f"method.{row.method}") if known else "",
        unfit_text(unfit, t),
        figures.run["run_id"],
    )


def _then(figures: TypeFigures, name: str, group: str) -> list[Any]:
    """The group's figure and n in an earlier wave; nothing where it was not told apart, or is not shown."""
    kind = figures.kinds.get(name)
    if kind is None or group not in kind.table.index or pd.isna(kind.table.estimate[group]):
        return [None, None]
    return [float(kind.table.estimate[group]), int(kind.table.n[group])]


def _shown(facts: Facts, figures: TypeFigures, t: Speaker) -> tuple[Shown, ...]:
    measure, between = figures.measure, t("bulletin.range")
    unit = unit_text(measure, t)
    shown = [
        Shown(t("types.group"), ("group", "mark"), t("list.between_sentences")),
        Shown(t("bulletin.column.estimate", unit=unit), ("estimate",)),
        Shown(t("bulletin.column.interval", level=level_text(facts.league)), ("lower", "upper"), between),
        Shown(t("bulletin.column.n"), ("n",)),
    ]
    for kind in facts.types_then:
        heading = t("bulletin.column.then", base=t(f"bulletin.then.{kind}"), unit=unit)
        shown.append(Shown(heading, (f"{kind}_estimate",)))
    if any(kind.tested for kind in figures.kinds.values()):
        heading = t("types.relative_interval", level=_joint(figures))
        shown.append(Shown(t("types.relative", unit=change_unit(measure, t)), ("relative",)))
        shown.append(Shown(heading, ("relative_lower", "relative_upper"), t("bulletin.range_change")))
        shown.append(Shown(t("types.verdict"), ("verdict",)))
    return tuple(shown)
