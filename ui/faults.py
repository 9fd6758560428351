"""Faults on a page: a sentence in the reader's language in place of a trace."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from words import Fault, Speaker

Result = TypeVar("Result")


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


def say(fault: Fault, t: Speaker) -> None:
    """The fault as an error in words."""
    st.error(t(fault.key, **fault.values))
