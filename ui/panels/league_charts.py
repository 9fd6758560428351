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
from ui import address, cards, charts, drawn, league_pictures, pictures, tables
from ui.literal import literal
from words import Speaker

LEAGUE, LINES, TILES, FUNNEL = "league", "lines", "tiles", "funnel"  # kinds of pictures
PICTURE = "picture"  # in the address


def show(store: Store, screen: Screen, area: str, order: str, t: Speaker) -> None:
    """How people were asked, a choice of pictures, and the one chosen with a sentence above it."""
    league = screen.league
    cards.survey_line(league, t)
    kind = _kind(screen, t)
    if kind == LEAGUE:
        _figures_and_ranks(league, area, order, t)
    else:
        if kind == LINES:
            of = {"measure": league.measure.name, "league": league.league, "upto": league.wave}
            sentence, drawing = _lines(read_rank_waves(store, league.programme.name, **of), screen, area, t=t)
        else:
            sentence, drawing = _picture(screen, kind, area, t=t)
        st.markdown(literal(sentence))
        pictures.show(st, kind, drawing, league, t(f"{kind}.title"), t(f"{kind}.alt"), t)
    st.caption(literal(everybody_text(league, t)))


@drawn.once
def _lines(ranks: pd.DataFrame, screen: Screen, area: str, *, t: Speaker) -> tuple[str, dict[str, Any]]:
    """The sentence above the ranks over time, and their picture.  ranks: `read_rank_waves`."""
    lines = rank_lines.line_rows(ranks, screen, area, t)
    return rank_lines.line_sentence(lines, screen, area, t), pictures.packed(league_pictures.rank_lines(lines, t))


@drawn.once
def _picture(screen: Screen, kind: str, area: str, *, t: Speaker) -> tuple[str, dict[str, Any]]:
    """The sentence above the tiles or the funnel, and the picture."""
    league = screen.league
    if kind == TILES:
        rows = group_tiles.tile_rows(league, t)
        sentence, drawing = group_tiles.tile_sentence(league, t), league_pictures.group_tiles(rows, screen, area, t)
    else:
        points = funnel.point_rows(league, area, t)
        sentence = funnel.funnel_sentence(league, points, t)
        drawing = league_pictures.funnel(points, funnel.limit_rows(league), league, t)
    return sentence, pictures.packed(drawing)


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


def _figures_and_ranks(league: League, area: str, order: str, t: Speaker) -> None:
    """The key of the marks, and both charts in the same order of rows."""
    cards.key_of_marks(league, t)
    names, level = league.programme.measure_names[league.measure.name], league.programme.level
    titles = {
        "estimates": t("leader.chart.estimate", measure=names, level=level),
        "ranks": t("leader.chart.rank", level=level),
    }
    for place, (name, title) in zip(st.columns(2), titles.items(), strict=True):
        drawing = _charts(league, area, order, t=t)[name]
        pictures.show(place, name, drawing, league, title, t("leader.chart.alt"), t)


@drawn.once
def _charts(league: League, area: str, order: str, *, t: Speaker) -> dict[str, dict[str, Any]]:
    look: Any = {"order": order, "area": area, "rows": tables.league_rows(league, t=t)}
    pictures_of = {"estimates": charts.estimate_chart, "ranks": charts.rank_chart}
    return {name: pictures.packed(draw(league, t, **look)) for name, draw in pictures_of.items()}
