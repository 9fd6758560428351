"""A panel of a wave's chain of proof: the line to publish with its figures, and files for anybody and for auditors."""

from collections.abc import Callable, Mapping

import streamlit as st

from service.figures.league import League
from service.figures.windows import comparison_name
from service.files.write import file_name
from service.proof import chain_files, compared_files, exchanged
from service.samples.proof_files import zipped
from service.store.engine import Store
from service.store.permissions import PERMITTED
from ui import faults
from ui.literal import said
from ui.panels import in_r
from ui.panels.in_r import MEDIA, ZIP
from words import Fault, Speaker


def show(store: Store, league: League, t: Speaker) -> None:
    """What a chain of proof is, and buttons that make the proof of figures and changes and, for some, the answers."""
    programme, wave, against = league.programme.name, league.wave, league.against
    st.subheader(t("chain.title"), anchor=False)
    st.caption(t("chain.what"))
    public, of_changes, answers = st.columns(3)
    if public.button(t("chain.make"), key="chain"):
        _offer(
            lambda: chain_files.chain_proof(store, programme, wave),
            file_name(programme, wave, "figures-proof", suffix=ZIP),
            t,
        )
    if against is not None and of_changes.button(t("chain.make_changes"), key="chain_changes"):
        name = comparison_name(against, league.upto or wave)
        _offer(
            lambda: compared_files.compared_proof(store, programme, wave, name),
            file_name(programme, wave, "changes-proof", suffix=ZIP),
            t,
        )
    if st.button(t("exchange.make"), key="exchange"):
        content = zipped(exchanged.exchange_files(store, programme, wave))
        name = file_name(programme, wave, "figures", suffix=ZIP)
        st.download_button(t("exchange.save"), content, name, MEDIA, on_click="ignore")
    if store.actor.role not in PERMITTED[chain_files.answers_files.use_case]:
        return
    if answers.button(t("chain.make_answers"), key="chain_answers"):
        content = zipped(chain_files.answers_files(store, programme, wave))
        name = file_name(programme, wave, "answers", suffix=ZIP)
        st.download_button(t("chain.save_answers"), content, name, MEDIA, on_click="ignore")
    compared = None if against is None else comparison_name(against, league.upto or wave)
    in_r.buttons(store, programme, wave, t, compared=compared)


def _offer(make: Callable[[], tuple[str, Mapping[str, bytes]]], name: str, t: Speaker) -> None:
    """The line of a chain that is made now, and its files to save."""
    try:
        line, files = make()
    except Fault as fault:
        faults.say(fault, t)
        return
    st.markdown(said(t, "chain.published_line", line=line))
    st.download_button(t("chain.save"), zipped(files), name, MEDIA, on_click="ignore")
