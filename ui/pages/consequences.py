"""The board of a league: what followed for which area in two years, how surely, and how much of it is luck."""

import streamlit as st

from presentation.ladder.board import (
    COLUMNS,
    behind_notes,
    board_notes,
    board_rows,
    count_rows,
    headline,
    together_rows,
)
from presentation.times import wave_text
from service.figures.consequences import Consequences, read_behind, read_consequences
from service.intake.imports import current_programme
from service.store.engine import Store
from ui import address, choosers, tables
from ui.literal import literal, said
from ui.panels import in_r
from words import Speaker


def show(store: Store, t: Speaker) -> None:
    """The newest wave in a sentence, how much of two years may be luck, and all that followed, one by one."""
    st.title(t("consequences.title"))
    place = choosers.row()
    chosen = choosers.choose_estimated(store, place, t)
    if chosen is None:
        return
    name, waves = chosen
    programme = current_programme(store, name)[1]
    if not programme.consequences:
        st.info(said(t, "consequences.none", programme=programme.title))
        return
    wave = choosers.choose(place, address.WAVE, waves, lambda wave: wave_text(wave, t), t, width=choosers.NARROW)
    league_name = lambda league: programme.leagues[league][t("language.code")]  # noqa: E731
    league = choosers.choose(place, address.LEAGUE, list(programme.leagues), league_name, t, width=choosers.NARROW)
    if not programme.in_league(str(league)).consequences:
        st.info(said(t, "consequences.none_in_league", league=programme.leagues[str(league)]))
        return
    board = read_consequences(store, name, wave=wave, league=league)
    st.subheader(literal(headline(board, t)), anchor=False)
    for note in behind_notes(read_behind(store, board.runs), t):
        st.warning(literal(note))
    st.subheader(t("consequences.counts"), anchor=False)
    tables.plain_table(count_rows(board, t), words=1)
    if not board.together.empty:
        st.subheader(t("consequences.together"), anchor=False)
        tables.plain_table(together_rows(board, t), words=5)
    _listed(board, t)
    in_r.show(store, name, str(wave), t)
    for note in board_notes(board, t):
        st.caption(literal(note))


def _listed(board: Consequences, t: Speaker) -> None:
    """Two years of consequences, newest first."""
    rows = board_rows(board, board.listed, t)
    if rows.empty:
        return
    st.subheader(t("consequences.all"), anchor=False)
    tables.show_table(rows, COLUMNS, {}, t, name="rows")
