"""Choosers: the programme, and the league that a page shows, in one slim row; what is chosen stands in the address."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from presentation.times import comparison_text
from programme.declared import Programme
from service.figures.league import (
    League,
    comparisons,
    newest_estimated_wave,
    read_league,
    waves_to_choose,
    waves_with_estimates,
)
from service.intake.imports import current_programme, programme_names, wave_versions
from service.store.engine import Store
from ui import address
from ui.literal import literal, said
from words import Speaker, visible

LONG, WIDE, MEASURE, NARROW = 350, 260, 220, 168  # pixels; two narrow ones stand side by side on a phone


def row(name: str = "choices") -> Any:
    """A place for select boxes beside one another; they wrap where the screen is narrow."""
    return st.container(horizontal=True, gap="small", key=name)


def choose(
    place: Any,
    name: str,
    options: Sequence[str],
    say: Callable[[str], str],
    t: Speaker,
    *,
    start: str | None = None,
    placeholder: str | None = None,
    **settings: Any,
) -> str | None:
    """One of the options, said in the reader's language; None if there are none.

    place: where the select box is drawn: `st`, a row or a column.
    name: its first word names the label (app.<word>); the whole name is what the choice is called in the address.
    start: the option shown if the address names none; without it, the first one.

    A select box keeps the words that it was first drawn with, so each language has a box of its own.
    """
    known = name.replace(" ", "-")
    default = start if start in options else next(iter(options), None)
    option = address.value(known, options) or default
    key = f"{name} {t('language.code')}"
    if option is not None:
        st.session_state[key] = option
        address.show(known, option)
    label = t(f"app.{name.split()[0]}")
    place.selectbox(
        literal(label),
        options,
        format_func=lambda chosen: visible(say(chosen)),
        key=key,
        filter_mode=None,
        placeholder=placeholder or t("app.choose"),
        on_change=lambda: address.put(known, st.session_state[key]),
        **settings,
    )
    if address.names_another(known, options) and option is not None:
        st.caption(said(t, "app.address_unknown", what=label, shown=say(option)))
    return option


def choose_programme(store: Store, t: Speaker, place: Any = None) -> str | None:
    """The name of the programme to look at, the one with the newest wave first; None, with advice, if there is none."""
    newest = {name: max(wave_versions(store, name).wave, default="") for name in programme_names(store)}
    names = sorted(newest, key=newest.__getitem__, reverse=True)
    if not names:
        st.info(t("app.no_store"))
        return None
    titles = {name: current_programme(store, name)[1].title[t("language.code")] for name in names}
    return choose(place or row(), address.SURVEY, names, titles.__getitem__, t, width=LONG)


def choose_estimated(store: Store, place: Any, t: Speaker) -> tuple[str, list[str]] | None:
    """The survey chosen, and its waves with estimates, newest first; None, with advice, if there is nothing to show."""
    name = choose_programme(store, t, place)
    waves = waves_with_estimates(store, name) if name is not None else []
    if name is not None and not waves:
        say_no_figures(t)
    return (name, waves) if name is not None and waves else None


def say_no_figures(t: Speaker) -> None:
    """Say that a survey has no figures yet, and on which pages they begin."""
    st.info(said(t, "app.no_figures", samples=t("samples.page"), centre=t("centre.page")))


def choose_league(store: Store, t: Speaker) -> League | None:
    """The league that is chosen; None if there is nothing to show."""
    chosen = choose_view(store, t)
    return None if chosen is None else read_league(store, **chosen)


def choose_view(store: Store, t: Speaker) -> dict[str, Any] | None:
    """The survey, wave, comparison, measure and group chosen in one row, by the names that the readers of
    `service.figures` give them; None if there is nothing to show.
    """
    place = row()
    name = choose_programme(store, t, place)
    if name is None:
        return None
    programme = current_programme(store, name)[1]
    waves = waves_to_choose(store, name)
    if not waves:
        say_no_figures(t)
        return None
    say = lambda wave: comparison_text(wave, t)  # noqa: E731
    estimated = newest_estimated_wave(store, name)
    wave = choose(place, address.WAVE, waves, say, t, start=estimated, width=NARROW)
    against = _against(store, place, name, str(wave), t)
    chosen = {"programme_name": name, "wave": wave, "against": against, **_measure_and_league(place, programme, t)}
    if estimated is not None and wave == estimated < waves[0]:
        st.info(said(t, "app.not_estimated_yet", wave=say(waves[0])))
    return chosen


def _against(store: Store, place: Any, name: str, wave: str, t: Speaker) -> str | None:
    """What the wave is compared with."""
    earlier = comparisons(store, name, wave)
    say = lambda other: comparison_text(other, t)  # noqa: E731
    none = t("app.against_none")
    return choose(place, address.AGAINST, earlier, say, t, width=NARROW, placeholder=none, disabled=not earlier)


def choose_measure(place: Any, programme: Programme, t: Speaker) -> str | None:
    """One of the programme's measures."""
    names, code = programme.measure_names, t("language.code")
    return choose(place, "measure", list(programme.measures), lambda m: names[m][code], t, width=MEASURE)


def _measure_and_league(place: Any, programme: Programme, t: Speaker) -> dict[str, str | None]:
    """The measure; and the league, where there are several."""
    titles = {league: names[t("language.code")] for league, names in programme.leagues.items()}
    measure = choose_measure(place, programme, t)
    if len(titles) == 1:
        return {"measure": measure, "league": next(iter(titles))}
    return {
        "measure": measure,
        "league": choose(place, address.LEAGUE, list(titles), titles.__getitem__, t, width=NARROW),
    }
