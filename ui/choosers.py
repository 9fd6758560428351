"""Choosers: the reader's language, the programme, and the league that a page shows."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import streamlit as st

from presentation.times import comparison_text
from service.figures.league import League, comparisons, newest_estimated_wave, read_league
from service.intake.imports import current_programme, programme_names, wave_versions
from service.store.engine import Store
from words import LANGUAGES, Speaker, text

Option = TypeVar("Option")


def language_switch(start: str) -> str:
    """The code of the reader's language, chosen in the sidebar of every page; `start` is the one to begin with."""
    with st.sidebar:
        return st.radio(
            text("app.language", "zh"),
            LANGUAGES,
            index=LANGUAGES.index(start) if start in LANGUAGES else 0,
            format_func=lambda code: text("language.name", code),
            horizontal=True,
            key="language",
        )


def choose(
    place: Any,
    name: str,
    options: Sequence[Option],
    say: Callable[[Option], str],
    t: Speaker,
    *,
    start: Option | None = None,
    **settings: Any,
) -> Option | None:
    """One of the options, said in the reader's language; None if there are none.

    place: where the select box is drawn: `st` or a column.
    name: its first word names the label (app.<word>); the whole name is what the choice is remembered under.
    start: the option chosen at first; without it, the first one.

    A select box keeps the words that it was first drawn with, so each language has a box of its own, and the
    choice is carried from one to the other.
    """
    remembered = st.session_state.get(f"chosen {name}", start)
    index = next((options.index(option) for option in (remembered, start) if option in options), 0)
    key = f"{name} {t('language.code')}"
    option = place.selectbox(t(f"app.{name.split()[0]}"), options, index=index, format_func=say, key=key, **settings)
    st.session_state[f"chosen {name}"] = option
    return option


def choose_now(name: str, option: Option, t: Speaker) -> None:
    """Set the `choose` of this name to an option, before it is drawn further down the page."""
    st.session_state[f"chosen {name}"] = st.session_state[f"{name} {t('language.code')}"] = option


def choose_programme(store: Store, t: Speaker) -> str | None:
    """The name of the programme to look at, chosen in the sidebar; None, with advice, if the store has none."""
    names = programme_names(store)
    if not names:
        st.info(t("app.no_store"))
        return None
    titles = {name: current_programme(store, name)[1].title[t("language.code")] for name in names}
    with st.sidebar:
        return choose(st, "programme", names, titles.__getitem__, t)


def choose_league(store: Store, t: Speaker) -> League | None:
    """The league of the measure, wave, comparison and group chosen in one row; None if there is nothing to show."""
    name = choose_programme(store, t)
    if name is None:
        return None
    programme = current_programme(store, name)[1]
    code = t("language.code")
    columns = st.columns(4 if len(programme.leagues) > 1 else 3)
    measure = choose(columns[0], "measure", list(programme.measures), lambda m: programme.measure_names[m][code], t)
    waves = list(wave_versions(store, name).wave.unique())[::-1]
    if not waves:
        st.info(t("app.no_store"))
        return None
    say = lambda wave: comparison_text(wave, t)  # noqa: E731
    estimated = newest_estimated_wave(store, name)
    wave = choose(columns[1], "wave", waves, say, t, start=estimated)
    earlier = comparisons(store, name, wave)
    if_none = {"placeholder": t("app.against_none"), "disabled": not earlier}
    against = choose(columns[2], f"against {wave}", earlier, say, t, **if_none)
    league = next(iter(programme.leagues))
    if len(programme.leagues) > 1:
        titles = {league: names[code] for league, names in programme.leagues.items()}
        league = choose(columns[3], "league", list(titles), titles.__getitem__, t)
    if estimated is not None and wave == estimated < waves[0]:
        st.info(t("app.not_estimated_yet", wave=say(waves[0])))
    return read_league(store, name, wave=wave, measure=measure, league=league, against=against)
