"""The statistician's page: every figure with its standard error, its n, its interval, and the run behind it."""

import streamlit as st

from presentation.changes import headline
from presentation.detection import detection_note, detection_rows
from presentation.notes import simulated_mark
from service.figures.detection import detection
from service.figures.league import League
from service.store.engine import Store
from service.store.runs import run_list, run_text
from ui import cards, tables
from ui.choosers import choose_league
from ui.literal import literal
from ui.panels import (
    changes,
    estimates,
    factors,
    methods,
    moved_weights,
    proof_chain,
    source,
    types_of_person,
    weights,
    windows,
)
from words import Speaker


def show(store: Store, t: Speaker) -> None:
    """The verdict with its tests, estimates, what can be detected, factors, rules, weights and runs of one league."""
    st.title(t("statistician.title"))
    league = choose_league(store, t)
    if league is None:
        return
    rows = tables.shown_rows(league, t=t)
    st.subheader(literal(simulated_mark(league.programme, t) + headline(league, t)), anchor=False)
    cards.survey_line(league, t)
    if league.against is not None:
        cards.key_of_marks(league, t, charted=False)
        changes.show(store, league, tables.marked_rows(league, t=t), t)
    estimates.downloads(league, t)
    estimates.show(store, league, rows, t)
    methods.show_promise(league, t)
    methods.show(store, league, t)
    moved_weights.show(store, league, t)
    if len(league.table) > 1:
        _detection(league, t)
    if league.programme.factors:
        factors.show(store, league, t)
    types_of_person.show(store, league, t)
    windows.show(store, league, t)
    if len(league.rules):
        _rules(store, league, t)
    if league.programme.weighting is not None:
        weights.show(store, league, t)
    proof_chain.show(store, league, t)
    _runs(store, league, t)


def _detection(league: League, t: Speaker) -> None:
    st.subheader(t("detection.title"), anchor=False)
    detectable = detection(league)
    for rows in detection_rows(league, detectable, t):
        tables.plain_table(rows)
    st.caption(literal(detection_note(detectable, t)))


def _rules(store: Store, league: League, t: Speaker) -> None:
    st.subheader(t("statistician.rules"), anchor=False)
    columns = ["rule", "area", "printed", "shown", "rule_lower", "rule_upper"]
    source.table(store, league, tables.rule_rows(league, t=t), columns, {}, t, choosing="rules")


def _runs(store: Store, league: League, t: Speaker) -> None:
    """The runs behind this page, and all runs of the store."""
    st.subheader(t("statistician.run"), anchor=False)
    for run in league.runs.values():
        st.code(run_text(run, t), language=None, wrap_lines=True)
    with st.expander(t("statistician.runs")):
        for run in run_list(store).to_dict("records"):
            st.text(run_text(run, t) + (f"  [{t('column.outdated')}]" if run["outdated"] else ""))
