"""A panel of a wave's outcome rates: told apart as one chooses, with their limits, and all of them as a file."""

import streamlit as st

from fieldwork.rates import NEED_NO_UNKNOWN
from presentation.calling import rates as rate_words
from service.fieldwork import rates
from service.files.write import csv_bytes, file_name
from service.intake.imports import current_programme
from service.samples.samples import Sample
from service.store.engine import Store
from ui import faults, tables
from ui.literal import literal
from words import Fault, Speaker


def show(store: Store, programme: str, sample: Sample, t: Speaker) -> None:
    """The rates of the numbers released, and calls by hour; nothing before the first release."""
    if sample.releases.empty:
        return
    with st.expander(t("rates.title")):
        by = st.selectbox(
            t("rates.choose"),
            rates.DOMAINS,
            format_func=lambda name: t("rates.all") if name == rates.ALL else t(f"rates.by.{name}"),
            key=f"rates_by_{sample.wave}",
        )
        weighted = st.toggle(t("rates.weigh"), key=f"rates_weighted_{sample.wave}")
        try:
            _show_rates(
                store, programme, rates.read_rates(store, programme, sample.wave, domain=by, weighted=weighted), t
            )
        except Fault as fault:
            faults.say(fault, t)
        hours = rates.read_hours(store, programme, sample.wave)
        if len(hours):
            st.markdown(t("rates.hour.title"))
            tables.plain_table(rate_words.hour_rows(hours, t), words=1)


def _show_rates(store: Store, programme: str, wave_rates: rates.WaveRates, t: Speaker) -> None:
    """The table of the rates, what they rest on, and all of them as a file."""
    names = {code: area.name for code, area in current_programme(store, programme)[1].areas.items()}
    tables.plain_table(rate_words.rate_rows(wave_rates, names, t), words=1)
    for note in rate_words.rate_notes(wave_rates, t):
        st.caption(literal(note))
    st.caption(literal(t("rates.file_has_all", names=list(NEED_NO_UNKNOWN))))
    name = file_name(programme, wave_rates.wave, "rates", wave_rates.domain, suffix=".csv")
    st.download_button(t("rates.save"), csv_bytes(rate_words.rate_table(wave_rates)), name, "text/csv")
