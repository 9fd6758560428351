"""Pictures of a whole league beside its charts: ranks over the waves, tiles by group, and a funnel."""

import math
from typing import Any

import altair as alt
import pandas as pd

from presentation import league_table
from presentation.pictures.funnel import ABOVE, BELOW, WITHIN
from presentation.pictures.group_tiles import ACROSS, class_names
from presentation.pictures.rank_lines import CHOSEN, LISTED, OTHER
from service.figures.league import League
from service.figures.screen import Screen
from ui import charts, marks
from ui.drawn import theme
from words import Speaker

TALL, FUNNEL, TILE = 560, 420, 34  # heights, in pixels: of the ranks, of the funnel, of a row of tiles
SHADES = ("#e3eef8", "#b9d5ec", "#7fb2dd", "#2f78b7", "#0b4a85")  # from the lowest class to the highest
ON_SHADE = ("#1f2a37", "#1f2a37", "#1f2a37", "#ffffff", "#ffffff")


def rank_lines(rows: pd.DataFrame, t: Speaker) -> dict[str, Any]:
    """Every area's rank in every wave: those that stand out thick, with their names at the end, the others pale.

    rows: `presentation.pictures.rank_lines.line_rows`.
    """
    ink = marks.INK[theme()]
    looks = {CHOSEN: ink, LISTED: ink, OTHER: marks.LINE}
    colour = [looks.get(why) or marks.COLOURS[marks.of_direction(why)] for why in rows.why]
    rows = rows.assign(colour=colour, width=rows.chosen.map({True: 4.0, False: 1.6}))
    waves = list(dict.fromkeys(rows.when))
    room = [" " * (k + 1) for k in range(math.ceil(len(waves) / 4))]  # for the names at the right
    x = alt.X(
        "when:O", sort=None, title=None, axis=alt.Axis(labelAngle=-30, grid=False), scale={"domain": waves + room}
    )
    last = int(max(rows["rank"].max(), 2))
    scale = {"domain": [1, last], "reverse": True, "nice": False}
    y = alt.Y("rank:Q", title=t("column.rank"), scale=scale, axis=alt.Axis(**charts.rank_axis(last)))
    paint, names = alt.Color("colour:N", scale=None), ("area", "when", "rank", "rank_lower", "rank_upper")
    said = {"when": t("app.wave")}
    tooltip = [alt.Tooltip(c, title=said.get(c) or league_table.heading(c, t)) for c in names]
    shown = ["code", "why", "chosen", "at", "colour", "width", *names]
    base = alt.Chart(rows[shown], height=TALL)
    lines = base.encode(x=x, y=y, color=paint, detail="code:N", tooltip=tooltip)
    band = base.transform_filter("datum.chosen").mark_bar(size=14, opacity=0.3, color=marks.LINE)
    band = band.encode(x=x, y=alt.Y("rank_lower:Q", title=t("column.rank"), scale=scale), y2="rank_upper:Q")
    pale = lines.transform_filter(f"datum.why === '{OTHER}'").mark_line(strokeWidth=1, opacity=0.4)
    thick = lines.transform_filter(f"datum.why !== '{OTHER}'").mark_line(point={"size": 40})
    thick = thick.encode(strokeWidth=alt.StrokeWidth("width:Q", scale=None))
    ends = base.transform_filter("isValid(datum.at)").mark_text(align="left", dx=9, fontSize=12)
    named = ends.encode(x=x, y=alt.Y("at:Q", scale=scale), text="area:N", color=paint)
    return charts.themed(alt.layer(band, pale, thick, named), ink).to_dict()


def group_tiles(rows: pd.DataFrame, screen: Screen, chosen: str, t: Speaker) -> dict[str, Any]:
    """A tile for each area, shaded by the class of its figure, with the mark of a confirmed change before its name.

    rows: `presentation.pictures.group_tiles.tile_rows`.
    """
    league, ink, classes = screen.league, marks.INK[theme()], class_names(rows)
    tiles, headings = rows[rows.code.notna()], rows[rows.heading.notna()][["heading", "column", "row"]]
    shades = dict(zip(classes, _spread(SHADES, len(classes)), strict=True))
    inks = dict(zip(classes, _spread(ON_SHADE, len(classes)), strict=True))
    tiles = tiles.assign(label=[_signs(screen, code) + name for code, name in zip(tiles.code, tiles.area, strict=True)])
    tiles = tiles.assign(ink=tiles["class"].map(inks), edge=tiles.code == chosen)
    x = alt.X("column:O", axis=None, scale={"domain": list(range(ACROSS)), "paddingInner": 0.03})
    y = alt.Y("row:O", axis=None, scale={"domain": list(range(int(rows["row"].max()) + 1)), "paddingInner": 0.08})
    title = league.programme.measure_names[league.measure.name][t("language.code")]
    legend = alt.Legend(orient="top", title=title, columns=3, symbolType="square", labelLimit=120, titleLimit=340)
    fill = alt.Fill("class:N", sort=classes, scale={"domain": classes, "range": list(shades.values())}, legend=legend)
    names = ("area", "estimate", "interval", "rank", "n")
    tooltip = [alt.Tooltip(c, title=league_table.heading(c, t)) for c in names]
    base = alt.Chart(tiles.drop(columns="heading"), height=TILE * (int(rows["row"].max()) + 1)).encode(x=x, y=y)
    boxes = base.mark_rect(cornerRadius=3, strokeWidth=3).encode(
        fill=fill, tooltip=tooltip, stroke=alt.condition("datum.edge", alt.value(ink), alt.value(None))
    )
    words = base.mark_text(fontSize=11, limit={"expr": "bandwidth('x') - 4"}).encode(
        text="label:N", color=alt.Color("ink:N", scale=None), tooltip=tooltip
    )
    above = alt.Chart(headings).mark_text(
        align="left", fontSize=13, fontWeight=600, color=ink, dx={"expr": "-bandwidth('x') / 2"}, dy=5
    )
    return charts.themed(alt.layer(boxes, words, above.encode(x=x, y=y, text="heading:N")), ink).to_dict()


def funnel(points: pd.DataFrame, limits: pd.DataFrame, league: League, t: Speaker) -> dict[str, Any]:
    """Each area's figure against its interviews, the limits of chance around everybody's, and names outside them.

    points, limits: `presentation.pictures.funnel.point_rows` and `limit_rows`.
    """
    ink = marks.INK[theme()]
    sides = {WITHIN: ink, BELOW: marks.COLOURS[marks.FALL], ABOVE: marks.COLOURS[marks.RISE]}
    points = points.assign(colour=points.side.map(sides))
    domain = [float(limits.n.min()), float(limits.n.max()) * 1.15]
    x = alt.X("n:Q", title=league_table.heading("n", t), scale={"type": "log", "domain": domain, "nice": False})
    low, high = (
        min(points.estimate.min(), limits.outer_lower.min()),
        max(points.estimate.max(), limits.outer_upper.max()),
    )
    scale = {"domain": [float(low), float(high)], "zero": False, "nice": True}
    look = alt.Axis(labelExpr=charts.unit_label(league.measure.unit))
    y = alt.Y("estimate:Q", title=league_table.heading("estimate", t), scale=scale, axis=look)
    edges = limits.melt("n", ["inner_lower", "inner_upper", "outer_lower", "outer_upper"], "limit", "estimate")
    edges["dash"] = edges.limit.str.startswith("inner").map({True: "inner", False: "outer"})
    dashes = alt.StrokeDash("dash:N", scale={"domain": ["inner", "outer"], "range": [[5, 3], [1, 0]]}, legend=None)
    lines = alt.Chart(edges, height=FUNNEL).mark_line(color=marks.LINE, strokeWidth=1.5)
    mean = alt.Chart(pd.DataFrame({"at": [float(limits.everybody.iloc[0])]})).mark_rule(color=marks.LINE)
    tooltip = [alt.Tooltip(c, title=league_table.heading(c, t)) for c in ("area", "estimate", "n")]
    base = alt.Chart(points).encode(x=x, y=y, color=alt.Color("colour:N", scale=None), tooltip=tooltip)
    dots, labels = (
        base.mark_point(filled=True, size=45, opacity=0.8),
        base.transform_filter("isValid(datum.at)").mark_text(align="left", dx=7, fontSize=12),
    )
    layers = (lines.encode(x=x, y=y, detail="limit:N", strokeDash=dashes), mean.encode(y=alt.Y("at:Q", scale=scale)))
    return charts.themed(
        alt.layer(*layers, dots, labels.encode(y=alt.Y("at:Q", scale=scale), text="area:N")), ink
    ).to_dict()


def _signs(screen: Screen, area: str) -> str:
    """The marks of the area's confirmed changes, against any earlier wave."""
    of_area = [marks.of_area(c.league, area) for c in screen.compared if area in c.confirmed]
    return "".join(f"{mark} " for mark in dict.fromkeys(of_area))


def _spread(looks: tuple[str, ...], count: int) -> list[str]:
    """As many of the looks as there are classes, from both ends."""
    last = len(looks) - 1
    return [looks[round(k * last / max(count - 1, 1))] for k in range(count)]
