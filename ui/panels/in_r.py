"""A panel with the files by which R or Python computes a page's figures again, for those who may see answers."""

from collections.abc import Callable, Mapping

import streamlit as st

from service.figures.league import League
from service.figures.windows import comparison_name
from service.files.write import file_name
from service.proof import outside, outside_changes
from service.samples.proof_files import zipped
from service.store.engine import Store
from service.store.permissions import PERMITTED
from ui import faults
from words import Fault, Speaker

ZIP, MEDIA = ".zip", "application/zip"


def of_league(store: Store, league: League, t: Speaker) -> None:
    """The files of a league's wave, and of the changes since the wave that it is compared with."""
    compared = None if league.against is None else comparison_name(league.against, league.upto or league.wave)
    show(store, league.programme.name, league.wave, t, compared=compared)


def show(store: Store, programme: str, wave: str, t: Speaker, *, compared: str | None = None) -> None:
    """The panel, closed at first; nothing for those who may not have answers."""
    if store.actor.role in PERMITTED[outside.outside_files.use_case]:
        with st.expander(t("outside.heading")):
            buttons(store, programme, wave, t, compared=compared)


def buttons(store: Store, programme: str, wave: str, t: Speaker, *, compared: str | None = None) -> None:
    """What the files are, and a button for each kind of them."""
    st.caption(t("outside.what"))
    figures, changes = st.columns(2)
    if figures.button(t("outside.make"), key="check_in_r"):
        name = file_name(programme, wave, "check-in-r", suffix=ZIP)
        _offer(lambda: outside.outside_files(store, programme, wave), name, t)
    if compared is not None and changes.button(t("outside.make_changes"), key="changes_in_r"):
        name = file_name(programme, wave, "changes-in-r", suffix=ZIP)
        _offer(lambda: outside_changes.outside_changes(store, programme, wave, compared), name, t)


def _offer(make: Callable[[], Mapping[str, bytes]], name: str, t: Speaker) -> None:
    """Files for R that are made now, to save."""
    try:
        content = zipped(make())
    except Fault as fault:
        faults.say(fault, t)
        return
    st.download_button(t("outside.save"), content, name, MEDIA, on_click="ignore")
