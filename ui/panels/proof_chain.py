"""A panel of a wave's chain of proof: the line to publish with its figures, and files for anybody and for auditors."""

import streamlit as st

from service.figures import chain_files
from service.files.write import file_name
from service.samples.proof_files import zipped
from service.store.engine import Store
from service.store.permissions import PERMITTED
from ui import faults
from ui.literal import said
from words import Fault, Speaker


def show(store: Store, programme: str, wave: str, t: Speaker) -> None:
    """What a chain of proof is, and buttons that make the proof of the figures and, for some, that of the answers."""
    st.subheader(t("chain.title"), anchor=False)
    st.caption(t("chain.what"))
    public, answers, _ = st.columns([2, 2, 1])
    if public.button(t("chain.make"), key="chain"):
        try:
            line, files = chain_files.chain_proof(store, programme, wave)
        except Fault as fault:
            faults.say(fault, t)
            return
        st.markdown(said(t, "chain.published_line", line=line))
        name = file_name(programme, wave, "figures-proof", suffix=".zip")
        st.download_button(t("chain.save"), zipped(files), name, "application/zip", on_click="ignore")
    if store.actor.role not in PERMITTED[chain_files.answers_files.use_case]:
        return
    if answers.button(t("chain.make_answers"), key="chain_answers"):
        content = zipped(chain_files.answers_files(store, programme, wave))
        name = file_name(programme, wave, "answers", suffix=".zip")
        st.download_button(t("chain.save_answers"), content, name, "application/zip", on_click="ignore")
