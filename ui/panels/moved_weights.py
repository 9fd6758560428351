"""A panel on an index: how its ranks move when its weights do, beside what the survey's error leaves open."""

from typing import Any

import streamlit as st

from estimation.indicators.indicators import INDEX
from presentation.evidence import moved_weights as said
from service.figures.league import League
from service.figures.moved_weights import WITHIN, Sensitivity, read_moved_weights
from service.store.engine import Store
from ui import drawn, faults, method_pictures, pictures, tables
from ui.literal import literal
from words import Speaker

CHOICES = (0.1, WITHIN, 0.5)


def show(store: Store, league: League, t: Speaker) -> None:
    """A switch, and under it how far the weights move, the picture and both tables; nothing for other measures."""
    if league.measure.kind != INDEX:
        return
    switched = st.session_state.get("moved_weights", False)
    with st.container(key="moved-head" if switched else "screen-only-moved"):
        st.subheader(t("moved.title"), anchor=False)
        st.toggle(t("moved.show"), key="moved_weights")
    if not switched:
        return
    within = st.segmented_control(
        t("moved.choose"), CHOICES, default=WITHIN, format_func=lambda part: f"±{part:.0%}", key="moved_within"
    )
    chosen = {"wave": league.wave, "measure": league.measure.name, "league": league.league}
    name = league.programme.name
    moved = faults.explained(lambda: read_moved_weights(store, name, **chosen, within=within or WITHIN), t)
    if moved is None:
        return
    st.markdown(literal(said.headline(moved, t)))
    pictures.show(st, "moved-weights", _drawing(moved, t=t), league, t("moved.title"), t("moved.picture"), t)
    tables.plain_table(said.area_rows(moved, t), words=1)
    st.markdown(literal(t("moved.single")))
    tables.plain_table(said.single_rows(moved, t), words=1)
    for note in said.notes(moved, t):
        st.caption(literal(note))


@drawn.once
def _drawing(moved: Sensitivity, *, t: Speaker) -> dict[str, Any]:
    return pictures.packed(method_pictures.rank_ranges(said.points(moved, t), t))
