"""A panel on a wave's fieldwork: the numbers called, closed and open, a call log to import, and a way to stop early."""

import streamlit as st

from presentation import calls as call_words
from service.fieldwork import calls
from service.files.kinds import ENDINGS
from service.samples.samples import Sample
from service.store.engine import Store
from ui import faults, tables, uploads
from ui.literal import literal
from ui.panels import incoming
from words import Fault, Speaker

TIMES = "call logs imported"  # how many in this session; part of the form's keys, so that each import empties it


def show(store: Store, programme: str, sample: Sample, t: Speaker) -> None:
    """The state of each release and the two forms; nothing if no release was made yet."""
    fieldwork = calls.fieldwork_of(store, programme, sample)
    if fieldwork.releases.empty:
        return
    st.markdown(t("calls.title"))
    tables.plain_table(call_words.release_rows(fieldwork, t), words=0)
    *_, state = call_words.lines(fieldwork, t)  # the first line, the rule, is among the notes of the plan
    (st.warning if fieldwork.open else st.success)(literal(state))
    _upload(store, programme, sample.wave, t)
    if fieldwork.open and fieldwork.stopped is None:
        _stop(store, programme, sample.wave, t)


def _upload(store: Store, programme: str, wave: str, t: Speaker) -> None:
    if imported := st.session_state.pop("taken_in", None):  # by the run of the page before this one
        st.success(literal(call_words.import_text(imported, t)))
    times = st.session_state.get(TIMES, 0)
    with st.expander(t("calls.upload")), st.form(f"calls_{times}"):
        st.caption(t("calls.upload.columns"))
        file = uploads.field(st, t("calls.upload.file"), list(ENDINGS), key=f"calls_file {times}")
        named = incoming.choose(f"calls_{times}", t)
        looks, imports = incoming.buttons(f"calls {times}", t)
        if not (looks or imports) or file is None:
            return
        try:
            arguments = (store, programme, wave, file.getvalue(), file.name, incoming.chosen(named))
            if looks:
                incoming.show_preview(calls.preview_calls(*arguments), file.name, t)
                return
            imported = calls.import_calls(*arguments)
        except Fault as fault:
            faults.say(fault, t)
            return
        st.session_state["taken_in"], st.session_state[TIMES] = imported, times + 1
        st.rerun()


def _stop(store: Store, programme: str, wave: str, t: Speaker) -> None:
    with st.expander(t("calls.stop")), st.form("stop"):
        st.caption(t("calls.stop.means"))
        reason = st.text_input(t("calls.stop.reason"), key="stop_reason", max_chars=calls.LONGEST_REASON)
        if st.form_submit_button(t("calls.stop.go")):
            faults.act(lambda: calls.stop_fieldwork(store, programme, wave, reason), t)
