"""A panel with several measures of the league side by side, each ranked by itself."""

import streamlit as st

from presentation.evidence import side_by_side as beside_words
from service.figures.league import League
from service.figures.side_by_side import MOST, read_side_by_side
from service.store.engine import Store
from ui import faults, tables
from ui.literal import literal
from words import Speaker


def show(store: Store, league: League, t: Speaker) -> None:
    """A switch, and under it the measures to choose and the table; nothing where there is one measure only."""
    programme = league.programme
    if len(programme.measures) < 2:
        return
    switched = st.session_state.get("beside", False)
    with st.container(key="beside-head" if switched else "screen-only-beside"):
        st.subheader(t("beside.title"), anchor=False)
        st.toggle(t("beside.show"), key="beside")
    if not switched:
        return
    names, language = programme.measure_names, t("language.code")
    chosen = st.multiselect(
        t("beside.choose"),
        list(programme.measures),
        default=list(programme.measures)[:MOST],
        format_func=lambda measure: names[measure][language],
        key=f"beside {programme.name} {language}",
        placeholder=t("app.choose"),
        filter_mode=None,
    )
    of = {"wave": league.wave, "league": league.league, "measures": tuple(chosen)}
    table = faults.explained(lambda: read_side_by_side(store, programme.name, **of), t)
    if table is None:
        return
    tables.plain_table(beside_words.rows(table, t), words=1)
    for note in beside_words.notes(table, t):
        st.caption(literal(note))
