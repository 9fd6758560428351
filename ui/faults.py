"""Faults on a page: a sentence in the reader's language in place of a trace."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from service.files.fault_file import fault_file
from service.files.faults import CellFault, faults_in
from ui import cards
from ui.literal import said
from words import Fault, Speaker

Result = TypeVar("Result")
FAULTS = "faults.csv"  # the list's file


def explained(show: Callable[[], Result], t: Speaker) -> Result | None:
    """The result of `show`; None after a fault, which is shown as a sentence."""
    try:
        return show()
    except Fault as fault:
        say(fault, t)
    return None


def act(use_case: Callable[[], object], t: Speaker) -> None:
    """Do what a button promises, then draw the page again; a fault is shown instead, below the button."""
    try:
        use_case()
    except Fault as fault:
        say(fault, t)
    else:
        st.rerun()


def clicked(key: str) -> bool:
    """Whether the button with this key was clicked, which is known before it is drawn again."""
    return bool(st.session_state.get(key))


def say(fault: Fault, t: Speaker) -> None:
    """The fault as an error in words."""
    st.error(said(t, fault.key, **fault.values))
    offer_list(fault, t)


def offer_list(fault: Fault, t: Speaker) -> None:
    """A link that saves every wrong cell of a refused file, to be sent back; nothing for other faults.

    The list travels inside the page (`cards.file_link`): what stands in wrong cells may be about people.
    """
    if any(isinstance(kind, CellFault) for kind in faults_in(fault)):
        cards.file_link(t("faults.save"), fault_file(fault, FAULTS, t), FAULTS, "text/csv")
