"""Pictures of methods side by side: each area's interval by every method, and its standard error in three ways."""

from typing import Any

import altair as alt
import pandas as pd

from presentation import league_table
from service.figures.league import League
from ui import charts, marks
from ui.drawn import theme
from words import Speaker

LINE, BETWEEN, AROUND = 9, 8, 110  # heights: of a method's line, between two areas, and of the axis and the legend


def intervals(points: pd.DataFrame, league: League, t: Speaker) -> dict[str, Any]:
    """One line for each area and method, the methods of an area below one another.

    points: `presentation.evidence.methods.interval_points`.
    """
    base, x, look = _beside(points, league_table.heading("estimate", t), charts.unit_label(league.measure.unit), t)
    ends = base.mark_rule(strokeWidth=1.5).encode(x=alt.X("lower:Q", **x), x2="upper:Q", color=look["color"])
    dots = base.mark_point(size=28, opacity=1, filled=True).encode(x=alt.X("estimate:Q", **x), **look)
    return charts.themed(alt.layer(ends, dots), marks.INK[theme()]).to_dict()


def rank_ranges(points: pd.DataFrame, t: Speaker) -> dict[str, Any]:
    """One line of ranks for each area and source, the best rank on the left.  points: as of `intervals`."""
    base, x, look = _beside(points, league_table.heading("rank", t), "datum.label", t, decimals=0)
    x["axis"] = alt.Axis(tickMinStep=1, format="d", orient="top")
    ends = base.mark_rule(strokeWidth=4, opacity=0.55).encode(
        x=alt.X("lower:Q", **x), x2="upper:Q", color=look["color"]
    )
    spots = base.mark_point(size=28, opacity=1, filled=True).encode(x=alt.X("estimate:Q", **x), **look)
    return charts.themed(alt.layer(ends, spots), marks.INK[theme()]).to_dict()


def errors(points: pd.DataFrame, t: Speaker) -> dict[str, Any]:
    """A point for each area and source of its variance.  points: `presentation.evidence.methods.error_points`."""
    base, x, look = _beside(points, league_table.heading("se", t), "datum.label", t)
    dots = base.mark_point(size=45, opacity=1, filled=True).encode(x=alt.X("estimate:Q", **x), **look)
    return charts.themed(alt.layer(dots), marks.INK[theme()]).to_dict()


def _beside(
    points: pd.DataFrame, title: str, label: str, t: Speaker, *, decimals: int = 2
) -> tuple[alt.Chart, dict[str, Any], dict]:
    """The chart without marks, its axis of values, and the colour and shape of each series with their legend."""
    areas, series = (list(dict.fromkeys(points[column])) for column in ("area", "of"))
    axis = alt.Axis(labelLimit=240, labelOverlap=False, ticks=False, domain=False)
    y = alt.Y("area:N", sort=areas, title=None, axis=axis, scale={"paddingInner": 0.25})
    tooltip = [alt.Tooltip("area:N", title=league_table.heading("area", t)), alt.Tooltip("of:N", title=" ")]
    tooltip += [
        alt.Tooltip(f"{c}:Q", title=league_table.heading(c, t), format=f".{decimals}f")
        for c in ("estimate", "lower", "upper")
        if c in points
    ]
    height = (LINE * len(series) + BETWEEN) * len(areas) + AROUND
    offset = alt.YOffset("of:N", sort=series)
    base = alt.Chart(points, height=height).encode(y=y, yOffset=offset, tooltip=tooltip)
    colours, shapes = ([look[k] for look in marks.SERIES[: len(series)]] for k in (0, 1))
    legend = alt.Legend(orient="top", title=None, columns=2, labelLimit=300)
    scale = lambda looks: {"domain": series, "range": looks}  # noqa: E731
    look = {
        "color": alt.Color("of:N", sort=series, scale=scale(colours), legend=legend),
        "shape": alt.Shape("of:N", sort=series, scale=scale(shapes), legend=legend),
    }
    return base, {"title": title, "scale": {"zero": False}, "axis": alt.Axis(labelExpr=label, orient="top")}, look
