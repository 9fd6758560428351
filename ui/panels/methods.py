"""A panel of methods side by side: computed from the answers when somebody asks, and kept for the same run."""

import pandas as pd
import streamlit as st

from presentation.evidence.methods import error_rows, interval_rows
from presentation.evidence.promise import promise_notes, promise_rows
from service.figures.league import League
from service.figures.methods import compare_methods
from service.figures.use_cases import ESTIMATE
from service.store.engine import Store
from ui import faults, tables
from words import Speaker


def show(store: Store, league: League, t: Speaker) -> None:
    """A switch, and under it each area's intervals by every method and its standard errors in three ways."""
    st.subheader(t("methods.title"), anchor=False)
    if not st.toggle(t("methods.show"), key="methods"):
        return
    of = (store.engine.url.render_as_string(), store.actor.role, league.runs[ESTIMATE]["run_id"], league.measure.name)
    table = faults.explained(lambda: _compared(store, league, *of, league.league), t)
    if table is None:
        return
    for rows, note in ((interval_rows(league, table, t), "intervals"), (error_rows(league, table, t), "errors")):
        tables.plain_table(rows, words=1)
        st.caption(t(f"methods.note.{note}"))


def show_promise(league: League, t: Speaker) -> None:
    """What is promised of each kind of statement on this page, and where the study simulated it."""
    st.subheader(t("promise.title"), anchor=False)
    tables.plain_table(promise_rows(league, t))
    for note in promise_notes(league, t):
        st.caption(note)


@st.cache_data(show_spinner=False, max_entries=20)
def _compared(_store: Store, _league: League, url: str, role: str, run: int, measure: str, name: str) -> pd.DataFrame:
    """`compare_methods`, once for a run, measure and group: a run's inputs never change."""
    return compare_methods(_store, _league)
