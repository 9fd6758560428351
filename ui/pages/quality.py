"""The page of quality: who responded, and what is conspicuous about interviews and interviewers."""

import streamlit as st

from presentation.notes import survey_note
from presentation.times import wave_text
from service.intake.imports import current_programme, wave_versions
from service.store.engine import Store
from ui import address, choosers
from ui.literal import said
from ui.panels import flags, listening, response
from words import Speaker


def show(store: Store, t: Speaker) -> None:
    """The wave chosen, and the panels about it."""
    st.title(t("quality.title"))
    place = choosers.row()
    name = choosers.choose_programme(store, t, place)
    if name is None:
        return
    waves = list(dict.fromkeys(wave_versions(store, name).wave))[::-1]
    if not waves:
        choosers.say_no_figures(t)
        return
    wave = choosers.choose(
        place, address.WAVE, waves, lambda w: wave_text(w, t), t, start=waves[0], width=choosers.NARROW
    )
    st.caption(said(t, "leader.note", note=survey_note(current_programme(store, name)[1], t)))
    response.show(store, name, str(wave), waves, t)
    flags.show(store, name, str(wave), t)
    listening.interviewers(store, name, str(wave), waves, t)
    listening.relistened(store, name, str(wave), t)
    listening.out(store, name, str(wave), t)
