"""A panel of a league's charts: each area's figure and rank with their intervals, each a picture to take away."""

import streamlit as st

from presentation.notes import everybody_text
from service.figures.league import League
from ui import cards, charts, pictures
from words import Speaker


def show(league: League, area: str, order: str, t: Speaker) -> None:
    """The key of the marks, both charts in the same order of rows, and the figure of all areas together."""
    cards.survey_line(league, t)
    cards.key_of_marks(league, t)
    left, right = st.columns(2)
    alt, look = t("leader.chart.alt"), {"order": order, "area": area}
    names, level = league.programme.measure_names[league.measure.name], league.programme.level
    drawn = {
        "estimates": (left, charts.estimate_chart, t("leader.chart.estimate", measure=names, level=level)),
        "ranks": (right, charts.rank_chart, t("leader.chart.rank", level=level)),
    }
    for name, (place, draw, title) in drawn.items():
        pictures.show(place, name, draw(league, t, **look), league, title, alt, t)
    st.caption(everybody_text(league, t))
