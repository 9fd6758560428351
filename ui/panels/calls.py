"""A panel on a wave's fieldwork: what is tried, finished and open, a call log to take in, and a way to stop."""

import streamlit as st

from presentation import calls as call_words
from service.fieldwork import calls
from service.store.engine import Store
from ui import parts
from words import Fault


def show(store: Store, programme: str, sample, t) -> None:
    """Nothing for a sample of which nothing is released."""
    found = calls.fieldwork_of(store, programme, sample)
    if found.releases.empty:
        return
    st.markdown(t("calls.title"))
    parts.plain_table(call_words.release_rows(found, t), words=0)
    *_, state = call_words.lines(found, t)  # the rule stands with the plan
    (st.warning if found.open else st.success)(state)
    _upload(store, programme, sample.wave, t)
    if found.open and found.stopped is None:
        _stop(store, programme, sample.wave, t)


def _upload(store: Store, programme: str, wave: str, t) -> None:
    if said := st.session_state.pop("taken_in", None):
        st.success(call_words.taken_in(said, t))
    with st.expander(t("calls.upload")), st.form("calls", clear_on_submit=True):
        st.caption(t("calls.upload.columns"))
        file = st.file_uploader(t("calls.upload.file"), type=["csv", "xlsx"])
        if not st.form_submit_button(t("calls.upload.go")) or file is None:
            return
        try:
            done = calls.import_calls(store, programme, wave, file.getvalue(), file.name)
        except Fault as fault:
            st.error(t(fault.key, **fault.values))
            return
        st.session_state["taken_in"] = done
        st.rerun()


def _stop(store: Store, programme: str, wave: str, t) -> None:
    with st.expander(t("calls.stop")), st.form("stop"):
        st.caption(t("calls.stop.means"))
        reason = st.text_input(t("calls.stop.reason"), key="stop_reason", max_chars=calls.LONGEST_REASON)
        if st.form_submit_button(t("calls.stop.go")):
            parts.act(lambda: calls.stop_fieldwork(store, programme, wave, reason), t)
