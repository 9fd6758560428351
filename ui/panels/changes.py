"""A panel of a league's changes: one tab for each level, from an area's own score to the probability of a place."""

from itertools import chain

import pandas as pd
import streamlit as st

from presentation.evidence.columns import column_lines
from presentation.league_notes import change_notes, probability_notes
from service.figures.league import League
from service.store.engine import Store
from ui import tables
from ui.literal import literal
from ui.panels import source
from words import Speaker

PROBABILITY = "%.4f"
IF_KNOWN = ("change_se_interviewer",)  # where the waves say which interviewer held each interview
ERRORS = ("change_se", "change_se_design", "change_se_interviewer")
RELATIVE = ("relative", "relative_lower", "relative_upper")
SHIFT = ("places", "places_range", "own", "others", "noise")
LEVELS = {  # columns of each level of change
    "score": ("change", *ERRORS, "change_lower", "change_upper", "p", "p_holm", "q_screening"),
    "standing": (*RELATIVE, "relative_se", "p_standing", "p_worse_standing", "watched", "verdict"),
    "rank": ("rank_before", "range_before", "rank_after", "range_after", *SHIFT, "verdict"),
    "probability": ("p_last",),
}


def show(store: Store, league: League, rows: pd.DataFrame, t: Speaker) -> None:
    """The tables of the four levels, each under the question it answers, and what is promised of all of them.

    rows: `figures.shown_rows` of the league.
    """
    st.subheader(t("statistician.changes"), anchor=False)
    decimals = league.measure.decimals + 1
    formats = {c: f"%+.{decimals}f" for c in ("change", "change_lower", "change_upper", *RELATIVE)}
    formats |= {c: f"%.{decimals}f" for c in (*ERRORS, "relative_se")}
    formats |= {c: PROBABILITY for c in ("p", "p_holm", "q_screening", "p_standing", "p_worse_standing")}
    formats |= dict.fromkeys(LEVELS["probability"], "%.2f")
    formats |= {"places": "%+d", "noise": "±%d", "own": "%+.1f", "others": "%+.1f"}
    with st.container(key="screen-only-levels"):
        tabs = st.tabs([t(f"level.{level}") for level in LEVELS])
    for tab, (level, columns) in zip(tabs, LEVELS.items(), strict=True):
        with tab:
            st.markdown(t(f"statistician.level.{level}"))
            source.table(store, league, rows, ["area", *columns], formats, t, if_known=IF_KNOWN, choosing=level)
    for level, columns in LEVELS.items():  # paper has all four
        tables.paper_table(rows, ["area", *columns], formats, t(f"level.{level}"), t, if_known=IF_KNOWN)
    with st.expander(t("columns.explained")):
        tables.explained(column_lines(chain.from_iterable(LEVELS.values()), t))
    for note in change_notes(league, t) + probability_notes(league, t):
        st.caption(literal(note))
    st.caption(t("statistician.smoothing"))
