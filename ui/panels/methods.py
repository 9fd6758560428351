"""A panel of methods side by side: computed from the answers when somebody asks, and kept for the same run."""

from typing import Any

import pandas as pd
import streamlit as st

from presentation.evidence.methods import error_points, error_rows, interval_points, interval_rows
from presentation.evidence.promise import promise_notes, promise_rows
from service.figures.league import League
from service.figures.methods import compare_methods
from service.figures.use_cases import ESTIMATE
from service.store.engine import Store
from ui import drawn, faults, method_pictures, pictures, tables
from ui.literal import literal
from words import Speaker

INTERVALS, ERRORS = "intervals", "errors"


def show(store: Store, league: League, t: Speaker) -> None:
    """A switch, and under it each area's intervals by every method and its standard errors in three ways."""
    switched = st.session_state.get("methods", False)
    with st.container(key="methods-head" if switched else "screen-only-methods"):
        st.subheader(t("methods.title"), anchor=False)
        st.toggle(t("methods.show"), key="methods")
    if not switched:
        return
    of = (store.engine.url.render_as_string(), store.actor.role, league.runs[ESTIMATE]["run_id"], league.measure.name)
    table = faults.explained(lambda: _compared(store, league, *of, league.league), t)
    if table is None:
        return
    drawings = _drawings(table, league, t=t)
    for what, rows in ((INTERVALS, interval_rows(league, table, t)), (ERRORS, error_rows(league, table, t))):
        pictures.show(
            st, f"methods-{what}", drawings[what], league, t(f"methods.{what}.title"), t("methods.picture.alt"), t
        )
        tables.plain_table(rows, words=1)
        st.caption(t(f"methods.note.{what}"))


def show_promise(league: League, t: Speaker) -> None:
    """What is promised of each kind of statement on this page, and where the study simulated it."""
    st.subheader(t("promise.title"), anchor=False)
    tables.plain_table(promise_rows(league, t))
    for note in promise_notes(league, t):
        st.caption(literal(note))


@st.cache_resource(show_spinner=False, max_entries=20)
def _compared(_store: Store, _league: League, url: str, role: str, run: int, measure: str, name: str) -> pd.DataFrame:
    """`compare_methods`, once for a run, measure and group: inputs never change, and nobody changes the table."""
    return compare_methods(_store, _league)


@drawn.once
def _drawings(table: pd.DataFrame, league: League, *, t: Speaker) -> dict[str, dict[str, Any]]:
    """The two pictures of the table."""
    drawings = {
        INTERVALS: method_pictures.intervals(interval_points(league, table, t), league, t),
        ERRORS: method_pictures.errors(error_points(league, table, t), t),
    }
    return {what: pictures.packed(drawing) for what, drawing in drawings.items()}
