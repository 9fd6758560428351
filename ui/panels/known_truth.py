"""A panel of a simulated survey: who truly moved, beside what is confirmed."""

import streamlit as st

from presentation.changes import against_text
from presentation.evidence import known_truth as words
from service.figures.known_truth import read_truth
from service.figures.league import League, comparisons, read_league
from service.figures.screen import Screen
from service.figures.windows import WINDOWS
from service.store.engine import Store
from ui import tables
from ui.literal import literal
from words import Speaker


def show(store: Store, screen: Screen, t: Speaker) -> None:
    """A sentence and rows for each comparison; nothing where no truth is known, or nothing is compared."""
    leagues = {c.before: c.league for c in screen.compared}
    if screen.league.against is not None:
        leagues = {screen.league.against: screen.league} | leagues
    leagues |= _of_windows(store, screen, set(leagues))
    known = {before: read_truth(store, league) for before, league in leagues.items()}
    shown = {before: truth for before, truth in known.items() if truth is not None and "moved" in truth}
    if not shown:
        return
    st.subheader(t("truth.title"), anchor=False)
    for before, truth in shown.items():
        league = leagues[before]
        st.markdown(literal(t("truth.against", against=against_text(league, t), said=words.headline(league, truth, t))))
        rows = words.rows(league, truth, t)
        if len(rows):
            tables.plain_table(rows, words=1)
    st.caption(t("truth.note"))


def _of_windows(store: Store, screen: Screen, shown: set[str]) -> dict[str, League]:
    """The leagues of the other comparisons of windows of waves that end with the wave shown."""
    programme, league = screen.league.programme, screen.league
    if not programme.simulated or league.wave is None:
        return {}
    names = [name for name in comparisons(store, programme.name, league.wave) if WINDOWS in name and name not in shown]
    chosen = {"wave": league.wave, "measure": league.measure.name, "league": league.league}
    return {name: read_league(store, programme.name, against=name, **chosen) for name in names}
