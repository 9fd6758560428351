"""The tables of numbers of a bulletin, from which its text, pictures, slide and workbook have every figure."""

from typing import Any

import pandas as pd

from estimation import Measure
from estimation.changes.verdicts import CHANCE
from estimation.indicators.indicators import SHARE
from presentation.bulletin.wording import (
    change_level_text,
    errors_counted,
    errors_text,
    level_text,
    measure_name,
    runs_of_areas,
    runs_of_changes,
)
from presentation.notes import unfit_text
from presentation.numbers import percent_text, shown_value
from presentation.screen import badge, count_text
from presentation.times import wave_text
from service.bulletins.document import Column, Grid, Shown, plain
from service.bulletins.facts import Facts
from service.figures.factors import FactorTable
from service.figures.screen import Compared
from service.figures.use_cases import ESTIMATE
from words import Speaker

AREAS, WHOLES, CONFIRMED, NAMED, LAST, MOVERS = "areas", "wholes", "confirmed", "named", "last", "movers"
MOVED_MOST = 5  # areas that rose most, and as many that fell most


def value_form(measure: Measure) -> str:
    """The form of a figure of the measure."""
    if measure.unit == SHARE and measure.decimals == 1:
        return "share"
    return f"{'share' if measure.unit == SHARE else 'score'}.{measure.decimals}"


def change_form(measure: Measure) -> str:
    """The form of a change of the measure, shares in percentage points."""
    if measure.unit == SHARE and measure.decimals == 1:
        return "points"
    return f"{'points' if measure.unit == SHARE else 'change'}.{measure.decimals}"


def unit_text(measure: Measure, t: Speaker) -> str:
    """What stands in brackets behind the heading of figures."""
    return t("bulletin.unit.share") if measure.unit == SHARE else measure_unit(measure, t)


def measure_unit(measure: Measure, t: Speaker) -> str:
    """What a score or a mean is counted in."""
    if measure.counted_in:
        return t("bulletin.unit.counted", unit=measure.counted_in)
    return t("bulletin.unit.score")


def change_unit(measure: Measure, t: Speaker) -> str:
    """What a change is counted in."""
    return t("bulletin.unit.points") if measure.unit == SHARE else measure_unit(measure, t)


def areas_grid(facts: Facts, t: Speaker) -> Grid:
    """Every area, best first, with both comparisons; those whose figures may not be shown stand at the end."""
    league, screen = facts.league, facts.screen
    measure, table = league.measure, league.table
    columns = [
        Column("rank", t("bulletin.column.rank"), "place"),
        Column("area", t("bulletin.column.area"), "text"),
        Column("mark", t("bulletin.column.mark"), "text"),
        Column("code", t("bulletin.column.code"), "text"),
        *_figure_columns(facts, t),
        Column("rank_lower", t("bulletin.column.rank_lower"), "place"),
        Column("rank_upper", t("bulletin.column.rank_upper"), "place"),
    ]
    for compared in screen.compared:
        columns += _change_columns(compared, measure, t)
    columns += [
        Column("method", t("bulletin.column.method"), "text"),
        Column("unfit", t("bulletin.column.unfit"), "text"),
    ]
    columns.append(Column("runs", t("bulletin.column.runs"), "text"))
    runs, rows = t("list.all", names=[str(run) for run in runs_of_areas(facts)]), []
    for area in table.index:
        row = table.loc[area]
        cells = [int(row["rank"]), league.name(area)[t("language.code")]]
        cells += [t("bulletin.weak_mark") if row.unfit else "", area, *_figure(row)]
        cells += [int(row.rank_lower), int(row.rank_upper)]
        for compared in screen.compared:
            cells += _change(compared, area, t)
        rows.append((*cells, t(f"method.{row.method}"), unfit_text(row.unfit, t), runs))
    for area in (*league.withheld, *league.missing):
        text = t("bulletin.not_shown") if area in league.withheld else t("bulletin.no_interviews")
        rows.append((None, league.name(area)[t("language.code")], text, area, *[None] * (len(columns) - 4)))
    return Grid(
        AREAS,
        t("bulletin.table.areas", wave=wave_text(league.wave, t), measure=measure_name(league)),
        tuple(columns),
        tuple(rows),
        _shown_of_areas(facts, t),
        areas_note(facts, t),
    )


def areas_note(facts: Facts, t: Speaker) -> str:
    """What stands under a table of areas: intervals, method, marks and runs."""
    league = facts.league
    methods = sorted({t(f"method.{name}") for name in league.table.method})
    values = {"level": level_text(league), "methods": methods, "runs": [str(run) for run in runs_of_areas(facts)]}
    sentences = [t("bulletin.note.areas", count=len(values["runs"]), **values)]
    if facts.screen.weak:
        sentences.append(t("bulletin.note.weak"))
    if league.withheld:
        sentences.append(t("bulletin.note.withheld", limit=league.programme.withhold))
    return t("list.between_sentences").join(sentences)


def _figure_columns(facts: Facts, t: Speaker) -> list[Column]:
    measure, values = facts.league.measure, {"level": level_text(facts.league)}
    form, unit = value_form(measure), unit_text(measure, t)
    return [
        Column("estimate", t("bulletin.column.estimate", unit=unit), form),
        Column("lower", t("bulletin.column.lower", unit=unit, **values), form),
        Column("upper", t("bulletin.column.upper", unit=unit, **values), form),
        Column("n", t("bulletin.column.n"), "count"),
    ]


def _figure(row: pd.Series) -> list[Any]:
    return [float(row.estimate), plain(row.lower), plain(row.upper), int(row.n)]


def _change_columns(compared: Compared, measure: Measure, t: Speaker) -> list[Column]:
    kind, base = compared.kind, t(f"bulletin.base.{compared.kind}")
    unit, form, level = change_unit(measure, t), change_form(measure), percent_text(1 - compared.error)
    return [
        Column(f"{kind}_rank", t("bulletin.column.rank_before", base=base), "place"),
        Column(f"{kind}_places", t("bulletin.column.places", base=base), "move"),
        Column(f"{kind}_change", t("bulletin.column.change", base=base, unit=unit), form),
        Column(f"{kind}_lower", t("bulletin.column.change_lower", base=base, unit=unit, level=level), form),
        Column(f"{kind}_upper", t("bulletin.column.change_upper", base=base, unit=unit, level=level), form),
        Column(f"{kind}_verdict", t("bulletin.column.verdict", base=base), "text"),
        Column(f"{kind}_sign", t("bulletin.column.sign", base=base), "text"),
    ]


def _change(compared: Compared, area: str, t: Speaker) -> list[Any]:
    """Rank before, places moved, change with its interval, verdict, and its sign; only these two without a change."""
    league = compared.league
    row = league.table.loc[area] if area in league.table.index else None
    verdict = badge(league, area, t) if row is not None else t("badge.not_comparable")
    if row is None or pd.isna(row.change):
        return [None, None, None, None, None, verdict, verdict]
    change = [shown_value(league.measure, float(row[name])) for name in ("change", "change_lower", "change_upper")]
    moved = t("bulletin.confirmed_up") if row.change > 0 else t("bulletin.confirmed_down")
    sign = t("bulletin.unconfirmed") if row.verdict == CHANCE else moved
    return [plain(row.rank_before), int(row.places), *change, verdict, sign]


def _shown_of_areas(facts: Facts, t: Speaker) -> tuple[Shown, ...]:
    between, measure = t("bulletin.range"), facts.league.measure
    shown = [
        Shown(t("bulletin.column.rank"), ("rank",)),
        Shown(t("bulletin.column.area"), ("area", "mark"), t("list.between_sentences")),
        Shown(t("bulletin.column.estimate", unit=unit_text(measure, t)), ("estimate",)),
        Shown(t("bulletin.column.interval", level=level_text(facts.league)), ("lower", "upper"), between),
        Shown(t("bulletin.column.n"), ("n",)),
        Shown(t("bulletin.column.rank_range"), ("rank_lower", "rank_upper"), between),
    ]
    for compared in facts.screen.compared:
        kind, group = compared.kind, t(f"bulletin.heading.{compared.kind}")
        shown.append(Shown(t("bulletin.column.own.places"), (f"{kind}_places",), group=group))
        heading = t("bulletin.column.own.change", unit=change_unit(measure, t))
        shown.append(Shown(heading, (f"{kind}_change",), group=group))
        shown.append(Shown(t("bulletin.column.own.verdict"), (f"{kind}_sign",), group=group))
    return tuple(shown)


def wholes_grid(facts: Facts, t: Speaker) -> Grid:
    """The figure over all areas in each wave."""
    league = facts.league
    columns = [
        Column("wave", t("bulletin.column.wave"), "text"),
        *_figure_columns(facts, t),
        Column("run", t("bulletin.column.run"), "place"),
    ]
    rows = [
        (wave_text(w.wave, t), w.estimate, w.lower, w.upper, w.n, w.run) for w in facts.wholes if w.estimate is not None
    ]
    shown = (
        Shown(t("bulletin.column.wave"), ("wave",)),
        Shown(t("bulletin.column.estimate", unit=unit_text(league.measure, t)), ("estimate",)),
        Shown(t("bulletin.column.interval", level=level_text(league)), ("lower", "upper"), t("bulletin.range")),
        Shown(t("bulletin.column.n"), ("n",)),
        Shown(t("bulletin.column.run"), ("run",)),
    )
    title = t("bulletin.table.wholes", measure=measure_name(league))
    methods = sorted({t(f"method.{w.method}") for w in facts.wholes if w.estimate is not None})
    note = t("bulletin.note.wholes", level=level_text(league), errors=errors_text(facts, t), methods=methods)
    return Grid(WHOLES, title, tuple(columns), tuple(rows), shown, note)


def confirmed_grid(facts: Facts, t: Speaker) -> Grid:
    """A row for each confirmed change of either comparison, those that got worse first."""
    league, measure, level = facts.league, facts.league.measure, change_level_text(facts)
    unit, form = change_unit(measure, t), change_form(measure)
    columns = [
        Column("base", t("bulletin.column.base"), "text"),
        Column("area", t("bulletin.column.area"), "text"),
        Column("code", t("bulletin.column.code"), "text"),
        *_figure_columns(facts, t),
        Column("change", t("bulletin.column.own.change", unit=unit), form),
        Column("change_lower", t("bulletin.column.own.lower", unit=unit, level=level), form),
        Column("change_upper", t("bulletin.column.own.upper", unit=unit, level=level), form),
        Column("rank_before", t("bulletin.column.own.rank_before"), "place"),
        Column("rank", t("bulletin.column.rank"), "place"),
        Column("verdict", t("bulletin.column.own.verdict"), "text"),
        Column("run", t("bulletin.column.run"), "place"),
    ]
    rows = []
    for compared in facts.screen.compared:
        run = max(run["run_id"] for run in compared.league.runs.values())
        for area in (*compared.worse, *compared.better, *compared.unsaid):
            before, _, *change, verdict, _ = _change(compared, area, t)
            row = compared.league.table.loc[area]
            named = [t(f"bulletin.base.{compared.kind}"), league.name(area)[t("language.code")], area]
            rows.append((*named, *_figure(row), *change, before, int(row["rank"]), verdict, run))
    interval = t("bulletin.column.change_interval", level=level)
    shown = (
        Shown(t("bulletin.column.base"), ("base",)),
        Shown(t("bulletin.column.area"), ("area",)),
        Shown(t("bulletin.column.estimate", unit=unit_text(measure, t)), ("estimate",)),
        Shown(t("bulletin.column.n"), ("n",)),
        Shown(t("bulletin.column.own.change", unit=unit), ("change",)),
        Shown(interval, ("change_lower", "change_upper"), t("bulletin.range_change")),
        Shown(t("bulletin.column.rank_move"), ("rank_before", "rank"), t("bulletin.arrow")),
        Shown(t("bulletin.column.own.verdict"), ("verdict",)),
        Shown(t("bulletin.column.run"), ("run",)),
    )
    title = t("bulletin.table.confirmed", wave=wave_text(league.wave, t))
    return Grid(CONFIRMED, title, tuple(columns), tuple(rows), shown, changes_note(facts, t))


def changes_note(facts: Facts, t: Speaker) -> str:
    """What stands under a table of changes: what is compared, which interval it is, and the runs."""
    runs = [str(run) for run in runs_of_changes(facts)]
    counted = any(c.league.table.change_se_interviewer.notna().any() for c in facts.screen.compared)
    errors = errors_counted(counted, t)
    return t("bulletin.note.changes", level=change_level_text(facts), errors=errors, runs=runs, count=len(runs))


def last_grid(facts: Facts, t: Speaker) -> Grid:
    """The printed last places and all areas confirmed among them: figure, and whether each is surely there."""
    league, last, measure = facts.league, facts.screen.last, facts.league.measure
    columns = [
        Column("rank", t("bulletin.column.rank"), "place"),
        Column("area", t("bulletin.column.area"), "text"),
        Column("code", t("bulletin.column.code"), "text"),
        *_figure_columns(facts, t),
        Column("rank_lower", t("bulletin.column.rank_lower"), "place"),
        Column("rank_upper", t("bulletin.column.rank_upper"), "place"),
        Column("place", t("bulletin.column.place"), "text"),
        Column("run", t("bulletin.column.run"), "place"),
    ]
    run = max(run["run_id"] for run in league.runs.values() if run["use_case"] == ESTIMATE)
    k = "" if last is None else count_text(last.k, t, numeral=True)
    rows = []
    for area in () if last is None else league.table.index:
        if last is not None and area in {*last.printed, *last.confirmed}:
            row = league.table.loc[area]
            named = [int(row["rank"]), league.name(area)[t("language.code")], area]
            place = t(f"bulletin.place.{last.place(area)}")
            rows.append((*named, *_figure(row), int(row.rank_lower), int(row.rank_upper), place, run))
    shown = (
        Shown(t("bulletin.column.rank"), ("rank",)),
        Shown(t("bulletin.column.area"), ("area",)),
        Shown(t("bulletin.column.estimate", unit=unit_text(measure, t)), ("estimate",)),
        Shown(t("bulletin.column.interval", level=level_text(league)), ("lower", "upper"), t("bulletin.range")),
        Shown(t("bulletin.column.n"), ("n",)),
        Shown(t("bulletin.column.rank_range"), ("rank_lower", "rank_upper"), t("bulletin.range")),
        Shown(t("bulletin.column.place"), ("place",)),
    )
    values = {"methods": methods_of(facts, t), "level": level_text(league), "errors": errors_text(facts, t)}
    note = t("bulletin.note.figures", **values, runs=[str(run)], count=1)
    return Grid(LAST, t("bulletin.table.last", k=k), tuple(columns), tuple(rows), shown, note)


def methods_of(facts: Facts, t: Speaker) -> list[str]:
    """The methods of the areas' intervals."""
    return sorted({t(f"method.{name}") for name in facts.league.table.method})


def movers_grid(facts: Facts, t: Speaker) -> Grid:
    """The areas that rose and fell most in each comparison, whether or not it is confirmed."""
    league, measure, level = facts.league, facts.league.measure, change_level_text(facts)
    unit, form = change_unit(measure, t), change_form(measure)
    columns = [
        Column("base", t("bulletin.column.base"), "text"),
        Column("area", t("bulletin.column.area"), "text"),
        Column("code", t("bulletin.column.code"), "text"),
        *_figure_columns(facts, t),
        Column("change", t("bulletin.column.own.change", unit=unit), form),
        Column("change_lower", t("bulletin.column.own.lower", unit=unit, level=level), form),
        Column("change_upper", t("bulletin.column.own.upper", unit=unit, level=level), form),
        Column("rank_before", t("bulletin.column.own.rank_before"), "place"),
        Column("rank", t("bulletin.column.rank"), "place"),
        Column("verdict", t("bulletin.column.own.verdict"), "text"),
        Column("run", t("bulletin.column.run"), "place"),
    ]
    rows = []
    for compared in facts.screen.compared:
        table = compared.league.table
        changes = table.change[table.change.notna()].sort_values(ascending=False, kind="stable")
        run = max(run["run_id"] for run in compared.league.runs.values())
        most = min(MOVED_MOST, len(changes) // 2)
        for area in (*changes.index[:most], *changes.index[len(changes) - most :]):
            before, _, *change, verdict, _ = _change(compared, area, t)
            row = table.loc[area]
            named = [t(f"bulletin.base.{compared.kind}"), league.name(area)[t("language.code")], area]
            rows.append((*named, *_figure(row), *change, before, int(row["rank"]), verdict, run))
    interval = t("bulletin.column.change_interval", level=level)
    shown = (
        Shown(t("bulletin.column.base"), ("base",)),
        Shown(t("bulletin.column.area"), ("area",)),
        Shown(t("bulletin.column.estimate", unit=unit_text(measure, t)), ("estimate",)),
        Shown(t("bulletin.column.n"), ("n",)),
        Shown(t("bulletin.column.own.change", unit=unit), ("change",)),
        Shown(interval, ("change_lower", "change_upper"), t("bulletin.range_change")),
        Shown(t("bulletin.column.rank_move"), ("rank_before", "rank"), t("bulletin.arrow")),
        Shown(t("bulletin.column.own.verdict"), ("verdict",)),
    )
    return Grid(MOVERS, t("bulletin.table.movers"), tuple(columns), tuple(rows), shown, changes_note(facts, t))


def named_grid(facts: Facts, t: Speaker) -> Grid:
    """What people named, most named first, now and in the waves compared with; no rows if they were not asked."""
    factors = facts.factors
    level = level_text(facts.league)
    columns = [
        Column("named", t("bulletin.column.named"), "text"),
        Column("mark", t("bulletin.column.mark"), "text"),
        Column("respondents", t("bulletin.column.named_share"), "share"),
        Column("lower", t("bulletin.column.lower", unit=t("bulletin.unit.share"), level=level), "share"),
        Column("upper", t("bulletin.column.upper", unit=t("bulletin.unit.share"), level=level), "share"),
        Column("n", t("bulletin.column.n"), "count"),
        Column("mentions", t("bulletin.column.mentions"), "share"),
        *(
            Column(kind, t("bulletin.column.named_then", base=t(f"bulletin.then.{kind}")), "share")
            for kind in facts.earlier
        ),
        Column("run", t("bulletin.column.run"), "place"),
    ]
    rows = [] if factors is None else [_named_row(facts, factors, code, t) for code in factors.table.index]
    place = [column.name for column in columns].index("mentions")
    mentions = any(row[place] is not None for row in rows)  # they are withheld all together
    shown = (
        Shown(t("bulletin.column.named"), ("named", "mark"), t("list.between_sentences")),
        Shown(t("bulletin.column.named_share"), ("respondents",)),
        Shown(t("bulletin.column.interval", level=level), ("lower", "upper"), t("bulletin.range")),
        Shown(t("bulletin.column.n"), ("n",)),
        *((Shown(t("bulletin.column.mentions"), ("mentions",)),) if mentions else ()),
        *(Shown(t("bulletin.column.named_then", base=t(f"bulletin.then.{kind}")), (kind,)) for kind in facts.earlier),
    )
    title = "" if factors is None else factors.programme.factors[factors.name].name[t("language.code")]
    runs = [str(run) for run in sorted({row[-1] for row in rows})]
    note = t("bulletin.note.named", level=level, errors=errors_text(facts, t), runs=runs, count=len(runs))
    return Grid(NAMED, title, tuple(columns), tuple(rows), shown, note)


def _named_row(facts: Facts, factors: FactorTable, code: str, t: Speaker) -> tuple[Any, ...]:
    """What is known of one answer: shares with their interval, and those of the waves compared with."""
    row = factors.table.loc[code]
    then = [plain(table.table.respondents.get(code)) for table in facts.earlier.values()]
    shares = [plain(row[name]) for name in ("respondents", "respondents_lower", "respondents_upper")]
    n = plain(row.n)
    counts = (None if n is None else int(n), plain(row.mentions))
    hidden = t("bulletin.not_shown") if code in factors.withheld else ""
    return (factors.label(code)[t("language.code")], hidden, *shares, *counts, *then, factors.run["run_id"])
