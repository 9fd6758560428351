"""The page to call from without a CATI system: one number at a time, its outcome, appointments, and who calls."""

import streamlit as st

from presentation.times import wave_text
from programme.declared import Programme
from service.fieldwork.calling.assigning import undealt_numbers
from service.fieldwork.calling.interviewers import interviewer_list
from service.intake.imports import current_programme
from service.samples import samples
from service.store.engine import Store
from ui import choosers, faults
from ui.literal import said
from ui.panels import calling_day, calling_number, calling_people, wave_steps
from words import Speaker


def show(store: Store, t: Speaker) -> None:
    """The number of the interviewer who is chosen; below it appointments, and the list of interviewers."""
    st.title(t("calling.title"))
    place = choosers.row()
    programme = choosers.choose_programme(store, t, place)
    if programme is None:
        return
    waves = samples.sample_waves(store, programme)
    called = list(waves.wave[waves.releases > 0])[::-1]
    wave = choosers.choose(place, "wave called", called, lambda w: wave_text(w, t), t, width=choosers.NARROW)
    if wave is None:
        st.info(t("calling.no_wave"))
        return
    listed = interviewer_list(store, programme, wave)
    active = list(listed.interviewer[listed.active])
    if active:
        who = choosers.choose(
            place, "interviewer calling", active, str, t, start=store.actor.name, width=choosers.NARROW
        )
        assert who is not None  # there are some to choose from
        declared = current_programme(store, programme)[1]
        faults.explained(lambda: calling_day.settle(store, declared, wave), t)
        calling_number.show(store, declared, wave, who, active, t)
        _say_undealt(store, declared, wave, t)
        calling_day.show(store, declared, wave, t)
    else:
        st.info(said(t, "calling.nobody", wave=wave_text(wave, t)))
    with st.expander(t("calling.interviewers"), expanded=not active):
        calling_people.show(store, programme, wave, listed, t)
    st.caption(said(t, "calling.go_on", page=t("samples.page"), stop=t("calls.stop"), make=t("response.make")))
    if st.toggle(t("calling.where"), key="where_wave"):  # on demand, since a page to call from must not wait for it
        wave_steps.show(store, programme, wave, t)


def _say_undealt(store: Store, declared: Programme, wave: str, t: Speaker) -> None:
    """How many released numbers are dealt out to nobody; a warning where the programme declares lots."""
    count = undealt_numbers(store, declared.name, wave)
    if not count:
        return
    if declared.interviewers is not None and declared.interviewers.at_random:
        st.warning(said(t, "calling.undealt.at_random", count=count, deal=t("calling.assign")))
    else:
        st.caption(said(t, "calling.undealt", count=count, deal=t("calling.assign")))
