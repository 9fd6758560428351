"""The interviewers of a wave: the list, new names, who leaves, and the numbers that are dealt out among them by lot."""

import re

import pandas as pd
import streamlit as st

from presentation.calling import calling_rows
from service.fieldwork.calling import assigning, interviewers
from service.store.engine import Store
from ui import faults, tables
from ui.literal import literal
from words import Fault, Speaker, visible

DEALT = "numbers dealt out"


def show(store: Store, programme: str, wave: str, listed: pd.DataFrame, t: Speaker) -> None:
    """The list and what can be done with it."""
    if len(listed):
        tables.plain_table(calling_rows.interviewer_rows(listed, t), words=2)
    if dealt := st.session_state.pop(DEALT, None):
        st.success(literal(t("calling.dealt", count=dealt)))
    with st.form("interviewers", clear_on_submit=True):
        text = st.text_input(t("calling.new_names"), key="new_names", help=t("calling.new_names.how"))
        if st.form_submit_button(t("calling.list_them")):
            names = [name for name in re.split(r"[^\w.@ -]+", text) if name.strip()]
            faults.act(lambda: interviewers.list_interviewers(store, programme, wave, names), t)
    active = list(listed.interviewer[listed.active])
    if not active:
        return
    st.caption(t("calling.dealt.note"))
    if st.button(t("calling.assign"), key="assign"):
        _deal(store, programme, wave, None, t)
    leaving = st.selectbox(
        t("calling.leaving"), active, index=None, format_func=visible, placeholder=t("app.choose"), key="leaving"
    )
    if leaving is not None and st.button(t("calling.leave"), key="leave"):
        faults.act(lambda: interviewers.retire_interviewer(store, programme, wave, leaving), t)
    gone = [name for name in listed.interviewer[~listed.active & (listed.numbers > 0)]]
    for name in gone:
        if st.button(literal(t("calling.assign_again", interviewer=name)), key=f"again_{name}"):
            _deal(store, programme, wave, name, t)


def _deal(store: Store, programme: str, wave: str, of: str | None, t: Speaker) -> None:
    try:
        dealt = assigning.assign_numbers(store, programme, wave, of=of)
    except Fault as fault:
        faults.say(fault, t)
        return
    st.session_state[DEALT] = dealt.numbers
    st.rerun()
