"""A panel on the progress of a wave's fieldwork: what each area has, will have and needs, and the days so far."""

import streamlit as st

from presentation.calling import kinds as kind_words
from presentation.calling import monitor as monitor_words
from programme.declared import Programme
from service.fieldwork.kinds import read_kinds
from service.fieldwork.monitor import Monitor, read_monitor
from service.files.write import csv_bytes, file_name
from service.intake.imports import current_programme
from service.samples.samples import Sample
from service.store.engine import Store
from ui import tables
from ui.literal import literal
from words import Speaker


def show_lines(store: Store, programme: str, sample: Sample, t: Speaker) -> Monitor | None:
    """How the wave stands in a few sentences; the progress is returned, and nothing before the first release."""
    if sample.releases.empty:
        return None
    monitor = read_monitor(store, programme, sample.wave)
    st.markdown(t("monitor.title"))
    for line in monitor_words.monitor_lines(monitor, t):
        st.markdown(literal(line))
    return monitor


def show_tables(store: Store, programme: str, monitor: Monitor, t: Speaker) -> None:
    """The progress by area, by day and by kind of person."""
    declared = current_programme(store, programme)[1]
    names = {code: area.name for code, area in declared.areas.items()}
    tables.plain_table(monitor_words.monitor_rows(monitor, names, t), words=2)
    for note in monitor_words.monitor_notes(t):
        st.caption(literal(note))
    name = file_name(programme, monitor.wave, "progress", suffix=".csv")
    st.download_button(t("monitor.save"), csv_bytes(monitor_words.monitor_table(monitor)), name, "text/csv")
    if len(monitor.days):
        with st.expander(t("monitor.day.title")):
            tables.plain_table(monitor_words.day_rows(monitor, t), words=1)
    _show_kinds(store, declared, monitor.wave, t)


def _show_kinds(store: Store, declared: Programme, wave: str, t: Speaker) -> None:
    """The interviews by kind of person: which are few, the tables, how they are made, and what cannot be told."""
    kinds = read_kinds(store, declared.name, wave)
    notes = kind_words.kind_notes(kinds, declared, t)
    if not kinds.compositions:
        for note in notes:
            st.caption(literal(note))
        return
    for told in kinds.compositions:
        for line in kind_words.kind_lines(told, declared, t):
            st.markdown(literal(line))
    with st.expander(t("monitor.kinds.title")):
        for told in kinds.compositions:
            tables.plain_table(kind_words.kind_rows(told, declared, t), words=1)
        for note in notes:
            st.caption(literal(note))
        name = file_name(declared.name, wave, "kinds", suffix=".csv")
        st.download_button(t("monitor.kinds.save"), csv_bytes(kind_words.kind_table(kinds)), name, "text/csv")
