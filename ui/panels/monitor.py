"""A panel on the progress of a wave's fieldwork: what each area has, will have and needs, and the days so far."""

import streamlit as st

from presentation.calling import monitor as monitor_words
from service.fieldwork.monitor import read_monitor
from service.files.write import csv_bytes, file_name
from service.intake.imports import current_programme
from service.samples.samples import Sample
from service.store.engine import Store
from ui import tables
from ui.literal import literal
from words import Speaker


def show(store: Store, programme: str, sample: Sample, t: Speaker) -> None:
    """The progress; nothing before the first release."""
    if sample.releases.empty:
        return
    monitor = read_monitor(store, programme, sample.wave)
    st.markdown(t("monitor.title"))
    for line in monitor_words.monitor_lines(monitor, t):
        st.markdown(literal(line))
    names = {code: area.name for code, area in current_programme(store, programme)[1].areas.items()}
    tables.plain_table(monitor_words.monitor_rows(monitor, names, t), words=2)
    for note in monitor_words.monitor_notes(t):
        st.caption(literal(note))
    name = file_name(programme, sample.wave, "progress", suffix=".csv")
    st.download_button(t("monitor.save"), csv_bytes(monitor_words.monitor_table(monitor)), name, "text/csv")
    if len(monitor.days):
        with st.expander(t("monitor.day.title")):
            tables.plain_table(monitor_words.day_rows(monitor, t), words=1)
