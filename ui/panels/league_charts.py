"""A panel of a league's pictures, one kind at a time: figures and ranks, ranks over time, by group, and a funnel."""

from typing import Any

import pandas as pd
import streamlit as st

from presentation.notes import everybody_text
from presentation.pictures import funnel, group_tiles, rank_lines
from service.figures.league import League
from service.figures.rank_waves import read_rank_waves
from service.figures.screen import Screen
from service.store.engine import Store
from ui import address, cards, charts, league_pictures, pictures
from words import Speaker

LEAGUE, LINES, TILES, FUNNEL = "league", "lines", "tiles", "funnel"  # kinds of pictures
PICTURE = "picture"  # in the address


def show(store: Store, screen: Screen, rows: pd.DataFrame, area: str, order: str, t: Speaker) -> None:
    """How people were asked, a choice of pictures, and the one chosen with a sentence above it.

    rows: `league_rows` of the screen's league.
    """
    league = screen.league
    cards.survey_line(league, t)
    kind = _kind(screen, t)
    if kind == LEAGUE:
        _figures_and_ranks(league, rows, area, order, t)
    elif kind == LINES:
        of = {"measure": league.measure.name, "league": league.league, "upto": league.wave}
        lines = rank_lines.line_rows(read_rank_waves(store, league.programme.name, **of), screen, area, t)
        _one(kind, league_pictures.rank_lines(lines, t), rank_lines.line_sentence(lines, screen, area, t), league, t)
    elif kind == TILES:
        specification = league_pictures.group_tiles(group_tiles.tile_rows(league, t), screen, area, t)
        _one(kind, specification, group_tiles.tile_sentence(league, t), league, t)
    else:
        points = funnel.point_rows(league, area, t)
        specification = league_pictures.funnel(points, funnel.limit_rows(league), league, t)
        _one(kind, specification, funnel.funnel_sentence(league, points, t), league, t)
    st.caption(everybody_text(league, t))


def _kind(screen: Screen, t: Speaker) -> str:
    """The kind of picture chosen, among those that this league can have."""
    league = screen.league
    kinds = [LEAGUE, LINES]
    kinds += [TILES] * group_tiles.has_groups(league) + [FUNNEL] * funnel.has_funnel(league)
    key = f"{PICTURE} {t('language.code')}"
    kind = st.session_state[key] = address.value(PICTURE, kinds) or LEAGUE
    st.segmented_control(
        t("app.picture"),
        kinds,
        format_func=lambda kind: t(f"shown.{kind}"),
        key=key,
        required=True,
        label_visibility="collapsed",
        on_change=lambda: address.put(PICTURE, st.session_state[key]),
    )
    return kind


def _one(kind: str, specification: dict[str, Any], sentence: str, league: League, t: Speaker) -> None:
    """A sentence and below it its picture over the whole width."""
    st.markdown(sentence)
    pictures.show(st, kind, specification, league, t(f"{kind}.title"), t(f"{kind}.alt"), t)


def _figures_and_ranks(league: League, rows: pd.DataFrame, area: str, order: str, t: Speaker) -> None:
    """The key of the marks, and both charts in the same order of rows."""
    cards.key_of_marks(league, t)
    left, right = st.columns(2)
    alt, look = t("leader.chart.alt"), {"order": order, "area": area}
    names, level = league.programme.measure_names[league.measure.name], league.programme.level
    drawn = {
        "estimates": (left, charts.estimate_chart, t("leader.chart.estimate", measure=names, level=level)),
        "ranks": (right, charts.rank_chart, t("leader.chart.rank", level=level)),
    }
    for name, (place, draw, title) in drawn.items():
        pictures.show(place, name, draw(league, t, rows=rows, **look), league, title, alt, t)
