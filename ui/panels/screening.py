"""A panel of a wave's screened numbers: what the operator said of them, and a form for its next file."""

import streamlit as st

from presentation import calls as call_words
from service.fieldwork import screening
from service.files.kinds import ENDINGS
from service.files.write import csv_bytes, file_name
from service.protection import keys
from service.samples.samples import Sample
from service.store.engine import Store
from service.store.permissions import PERMITTED
from ui import cards, faults, tables, uploads
from ui.literal import literal
from ui.panels import incoming
from words import Fault, Speaker

TIMES = "screenings imported"  # how many in this session; part of the form's keys, so that each import empties it


def show(store: Store, programme: str, sample: Sample, t: Speaker) -> None:
    """The screenings made, and the form as long as a portion is not out; nothing for a plan without screening."""
    if sample.record.plan.call_dead is None:
        return
    screened = screening.read_screening(store, programme, sample.wave)
    if len(screened.rows):
        st.markdown(t("screened.title"))
        tables.plain_table(call_words.screening_rows(screened, t), words=0)
        for line in call_words.screening_lines(screened, t):
            st.caption(literal(line))
    if sample.left and store.actor.role in PERMITTED[screening.screen_numbers.use_case]:
        _upload(store, programme, sample.wave, t)


def _upload(store: Store, programme: str, wave: str, t: Speaker) -> None:
    times = st.session_state.get(TIMES, 0)
    with st.expander(t("screened.upload")):
        st.caption(t("screened.upload.what"))
        if store.actor.role in PERMITTED[screening.screening_sheet.use_case]:
            _sheet(store, programme, wave, t)
        with st.form(f"screened_{times}"):
            file = uploads.field(st, t("cli.sample.screened_file"), list(ENDINGS), key=f"screened_file {times}")
            named = incoming.choose(f"screened_{times}", t)
            looks, imports = incoming.buttons(f"screened {times}", t)
        if not (looks or imports) or file is None:
            return
        try:
            arguments = (store, programme, wave, file.getvalue(), file.name, incoming.chosen(named))
            if looks:
                incoming.show_preview(screening.preview_screening(*arguments), file.name, t)
                return
            screening.screen_numbers(*arguments)
        except Fault as fault:
            faults.say(fault, t)
            return
        st.session_state[TIMES] = times + 1
        st.rerun()


def _sheet(store: Store, programme: str, wave: str, t: Speaker) -> None:
    """The next portion's telephone numbers for the operator: they are opened, and this is recorded, only on demand."""
    if not st.button(t("screened.sheet"), key="screen_sheet"):
        return
    try:
        rows = screening.screening_sheet(store, programme, wave, key=keys.find_key())
    except Fault as fault:
        faults.say(fault, t)
        return
    name = file_name(programme, wave, "numbers-to-screen", suffix=".csv")
    cards.file_link(t("samples.sheet.save", count=len(rows)), csv_bytes(rows), name, "text/csv")
