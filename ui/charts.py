"""Charts: each area's estimate and rank with their intervals, and a sample plan's chances of seeing a change."""

import json
from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from estimation.indicators.indicators import SHARE
from presentation import league_table
from presentation.numbers import shown_value
from presentation.pictures import group_tiles
from service.figures.league import League
from ui import marks
from ui.drawn import theme
from words import Speaker

ROW, AXIS = 22, 80  # heights in a chart: of an area's row, and of the axis below the rows
LONG = 40  # rows that fill a screen
BY_RANK, MOVERS_FIRST, BY_GROUP = ORDERS = ("rank", "movers", "group")
SOLID, DASHED = [1, 0], [5, 3]  # the lines of the mean and of a target
HISTORY = 260  # the height of an area's waves
POINTS = (
    "circle",
    "square",
    "triangle-up",
    "diamond",
    "triangle-down",
    "cross",
    "triangle-right",
    "triangle-left",
    "wedge",
)
CURVES, LEGEND_LINE = 360, 31  # heights of the curves of a sample plan and of one line of the legend under them


def orders(league: League) -> list[str]:
    """The orders in which the rows of this league can stand."""
    by_group = [BY_GROUP] * group_tiles.has_groups(league)
    return [BY_RANK, *[MOVERS_FIRST] * bool(league.movers), *by_group]


def estimate_chart(
    league: League, t: Speaker, *, order: str = BY_RANK, area: str | None = None, rows: pd.DataFrame | None = None
) -> dict[str, Any]:
    """Each area's estimate with its interval, and lines at the mean of all areas and at the targets.

    order: one of `orders`; area: the one whose row is marked; rows: `league_rows`, if they are there already.
    """
    measure, rows = league.measure, chart_rows(league, t, order=order, area=area, rows=rows)
    names, level = league.programme.measure_names[measure.name], league.programme.level
    domain = _tenths(rows, shown_value(measure, measure.low), shown_value(measure, measure.high))
    axis = {"labelExpr": unit_label(measure.unit), "orient": _axis_side(rows)}
    x = {"title": t("leader.chart.estimate", measure=names, level=level), "scale": {"domain": domain}, "axis": axis}
    return interval_chart(rows, ("lower", "estimate", "upper"), x, t, lines=reference_lines(league))


def rank_chart(
    league: League, t: Speaker, *, order: str = BY_RANK, area: str | None = None, rows: pd.DataFrame | None = None
) -> dict[str, Any]:
    """Each area's rank with its range, in the same rows as `estimate_chart`."""
    rows = chart_rows(league, t, order=order, area=area, rows=rows)
    title = t("leader.chart.rank", level=league.programme.level)
    last = max(int(rows.code.notna().sum()), 2)
    scale, axis = {"domain": [1, last], "nice": False}, rank_axis(last) | {"orient": _axis_side(rows)}
    return interval_chart(rows, ("rank_lower", "rank", "rank_upper"), {"title": title, "scale": scale, "axis": axis}, t)


def history_chart(waves: pd.DataFrame, targets: Sequence[float], unit: str, t: Speaker) -> dict[str, Any]:
    """An area's figure in every wave as a line with its intervals, the mean of all areas, and lines at the targets.

    waves: wave (in words), estimate, lower, upper, everybody, in the unit shown; a break (`broken`) begins a new line.
    unit: of the measure.
    """
    rows = waves.assign(part=waves.broken.cumsum())
    title = league_table.heading("estimate", t)  # short: it stands along the axis, on a phone too
    limits = rows[["lower", "upper", "everybody"]].to_numpy(dtype=float)
    domain = [float(np.nanmin([np.nanmin(limits), *targets])), float(np.nanmax([np.nanmax(limits), *targets]))]
    base, x = _over_waves(rows, t)
    y = alt.Y(
        "estimate:Q", title=title, scale={"domain": domain, "zero": False}, axis=alt.Axis(labelExpr=unit_label(unit))
    )
    bars = base.mark_rule(strokeWidth=2, color=marks.LINE).encode(x=x, y=alt.Y("lower:Q", title=title), y2="upper:Q")
    line = base.mark_line(point={"size": 70}, color=marks.COLOURS[marks.RISE]).encode(x=x, y=y, detail="part:N")
    mean = base.mark_line(color=marks.LINE, strokeDash=[2, 3]).encode(x=x, y="everybody:Q", detail="part:N")
    aims = alt.Chart(pd.DataFrame({"at": list(targets)})).mark_rule(color=marks.LINE, strokeDash=DASHED)
    return themed(alt.layer(mean, aims.encode(y="at:Q"), bars, line), marks.INK[theme()]).to_dict()


def rank_history_chart(waves: pd.DataFrame, t: Speaker) -> dict[str, Any]:
    """An area's rank in every wave, first place on top, within the band in which its true rank lies."""
    base, x = _over_waves(waves, t)
    last = int(max(waves.areas.max(), 2))
    scale, axis = {"domain": [1, last], "reverse": True, "nice": False}, alt.Axis(**rank_axis(last))
    low = alt.Y("rank_lower:Q", title=t("column.rank"), scale=scale, axis=axis)
    band = base.mark_bar(size=26, color=marks.LINE, opacity=0.3).encode(x=x, y=low, y2="rank_upper:Q")
    line = base.mark_line(point={"size": 70}, color=marks.COLOURS[marks.RISE]).encode(
        x=x, y=alt.Y("rank:Q", scale=scale)
    )
    return themed(alt.layer(band, line), marks.INK[theme()]).to_dict()


def _over_waves(rows: pd.DataFrame, t: Speaker) -> tuple[alt.Chart, alt.X]:
    """A chart of an area's waves in their order, with the figures of a wave where one points at it."""
    shown = ("wave", "estimate", "lower", "upper", "rank", "rank_lower", "rank_upper", "n")
    heading_of = {"wave": t("app.wave")}
    tooltip = [alt.Tooltip(c, title=heading_of.get(c) or league_table.heading(c, t)) for c in shown]
    chart = alt.Chart(rows[[c for c in rows.columns if c != "level"]], height=HISTORY).encode(tooltip=tooltip)
    return chart, alt.X("wave:O", sort=list(rows.wave), title=None, axis=alt.Axis(labelAngle=-30))


def power_chart(points: pd.DataFrame, planned: float, t: Speaker) -> dict[str, Any]:
    """Chances against interviews per area, one line for each kind of change, and a rule at the planned number.

    points: interviews, chance (0 to 1) and what is to be seen, in words.
    """
    x = alt.X("interviews:Q", title=t("sample.column.each"), scale={"type": "log", "nice": False})
    y = alt.Y("chance:Q", title=t("sample.chance"), scale={"domain": [0, 1]}, axis=alt.Axis(format="%"))
    order = list(dict.fromkeys(points.what))
    two_lines = r"split(replace(datum.label, /\uFF1A/, ': '), ': ')"  # at the colon: else it would be cut on a phone
    legend = alt.Legend(orient="bottom", columns=1, labelLimit=600, labelFontSize=11, labelExpr=two_lines)
    colour = alt.Color("what:N", title=None, sort=order, legend=legend)
    shape = alt.Shape(
        "what:N", title=None, sort=order, legend=legend, scale={"domain": order, "range": POINTS[: len(order)]}
    )
    tooltip = [
        alt.Tooltip("what:N", title=" "),
        alt.Tooltip("interviews:Q", title=t("sample.column.each"), format=".0f"),
        alt.Tooltip("chance:Q", title=t("sample.chance"), format=".0%"),
    ]
    height = CURVES + LEGEND_LINE * points.what.nunique()
    base = alt.Chart(points, height=height).encode(x=x, y=y, color=colour, tooltip=tooltip)
    lines = base.mark_line() + base.mark_point(filled=True, opacity=1, size=45).encode(shape=shape)
    rule = alt.Chart(pd.DataFrame({"interviews": [planned]})).mark_rule(color=marks.LINE, strokeDash=[4, 3])
    return themed(lines + rule.encode(x="interviews:Q"), marks.INK[theme()]).to_dict()


def unit_label(unit: str) -> str:
    """How an axis writes a value: shares with their per cent sign."""
    return "datum.label + '%'" if unit == SHARE else "datum.label"


def rank_axis(last: int) -> dict[str, Any]:
    """The looks of an axis of ranks from 1 to the last: the first is always written, the others in even steps."""
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if last <= 9 * step or step == 1000)
    return {"values": [1, *range(max(step, 2), last + 1, step)], "format": "d"}


def reference_lines(league: League) -> list[tuple[float, list[int]]]:
    """Where the mean of all areas and the targets lie, in the unit shown, and the dashes they are drawn with."""
    mean = [league.everybody["estimate"]] if league.everybody else []
    rules = league.programme.rules[league.measure.name]
    targets = [rule.threshold for rule in rules if not rule.of_places]
    drawn = [(at, SOLID) for at in mean] + [(at, DASHED) for at in targets]
    return [(shown_value(league.measure, at), dash) for at, dash in drawn]


def chart_rows(
    league: League, t: Speaker, *, order: str = BY_RANK, area: str | None = None, rows: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The league's rows in their order, with values in the unit shown, a label, and the look of each verdict's mark."""
    rows = league_table.league_rows(league, t) if rows is None else rows
    if order == BY_GROUP:
        rows = group_tiles.by_group(league, rows, t).astype(
            dict.fromkeys(("rank", "rank_lower", "rank_upper", "n"), float)
        )
    decimals = league.measure.decimals
    values = {
        c: shown_value(league.measure, rows[c].astype(float)).round(decimals) for c in ("estimate", "lower", "upper")
    }
    mark = [marks.of_area(league, code) or marks.OPEN for code in rows.code]
    colour, shape = ([look[m] for m in mark] for look in (marks.COLOURS, marks.SHAPES))
    fill = [marks.PAPER[theme()] if m == marks.OPEN else marks.COLOURS[m] for m in mark]
    weak = [f" {marks.WEAK}" if unfit else "" for unfit in rows.unfit.fillna("")]
    label = rows.area + pd.Series(weak, index=rows.index)
    looks = {"label": label, "colour": colour, "shape": shape, "fill": fill, "chosen": rows.code == area}
    rows = rows.assign(**values, **looks)
    moved = rows.code.isin(league.movers)
    return pd.concat([rows[moved], rows[~moved]]) if order == MOVERS_FIRST else rows


def interval_chart(
    rows: pd.DataFrame, columns: tuple[str, str, str], x: dict[str, Any], t: Speaker, *, lines: Sequence = ()
) -> dict[str, Any]:
    """The specification of a chart with one row for each area, in the order of `rows`: a bar from the first column to
    the last, and a point at the second.

    x: the axis's title, scale and look.  lines: (value, dashes) of lines across all rows.
    """
    rows = rows[["area", "code", *columns, "n", "label", "colour", "shape", "fill", "chosen"]]
    low, point, high = columns
    names = ("area", low, point, high, "n")
    tooltip = [alt.Tooltip(name, title=league_table.heading(name, t)) for name in names]
    headings = f"indexof({json.dumps(list(rows.label[rows.code.isna()]))}, datum.value) < 0"
    weight = alt.condition(headings, alt.value("normal"), alt.value("bold"))
    look = {"labelLimit": 240, "labelOverlap": False, "labelFlush": False, "ticks": False, "domain": False}
    y = alt.Y("label:N", sort=list(rows.label), title=None, axis=alt.Axis(labelFontWeight=weight, **look))
    colour, fill = alt.Color("colour:N", scale=None), alt.Fill("fill:N", scale=None)
    base = alt.Chart(rows, height=ROW * len(rows) + AXIS).encode(y=y, tooltip=tooltip)
    across = alt.X(f"{low}:Q", title=x["title"], scale=x["scale"], axis=alt.Axis(**x["axis"]))
    bar = base.mark_rule(strokeWidth=2).encode(x=across, x2=f"{high}:Q", color=colour)
    shape = alt.Shape("shape:N", scale=None)
    dot = base.mark_point(size=80, opacity=1, strokeWidth=2).encode(
        x=alt.X(f"{point}:Q", scale=x["scale"]), shape=shape, color=colour, fill=fill
    )
    layers = [alt.Chart(rows[rows.chosen]).mark_rect(color=marks.LINE, opacity=0.3).encode(y=y)]
    for value, dashes in lines:
        line = alt.Chart(pd.DataFrame({"at": [value]}))
        layers.append(
            line.mark_rule(color=marks.LINE, strokeWidth=1.5, strokeDash=dashes).encode(
                x=alt.X("at:Q", scale=x["scale"])
            )
        )
    return themed(alt.layer(*layers, bar, dot), marks.INK[theme()]).to_dict()


def themed(chart: alt.LayerChart, ink: str) -> alt.LayerChart:
    """The chart with words in the ink of the page, light or dark."""
    return chart.configure_axis(labelColor=ink, titleColor=ink, labelFontSize=12).configure_legend(
        labelColor=ink, titleColor=ink
    )


def _tenths(rows: pd.DataFrame, low: float, high: float) -> list[float]:
    """The part of the scale from low to high that is shown: the whole tenths that hold every interval.

    Intervals within 71.2 and 98.4 on a scale of 0 to 100 are shown from 70 to 100.
    """
    tenth = (high - low) / 10
    first = min(max((rows.lower.min() - low) // tenth, 0), 9)
    last = max(min(-((low - rows.upper.max()) // tenth), 10), first + 1)
    return [low + tenth * first, low + tenth * last]


def _axis_side(rows: pd.DataFrame) -> str:
    """Which side of a chart has its axis: the top if the bottom is more than a screen away."""
    return "top" if len(rows) > LONG else "bottom"
