"""Which pages there are, for whom, and in which language they begin."""

import os

import streamlit as st

from service.store.engine import Store
from ui import sign_in
from ui.pages import centre, leader, people, samples, statistician
from ui.parts import explained

PAGES = {"leader": leader, "statistician": statistician, "centre": centre, "samples": samples, "people": people}
FIRST = "leader"


def run(store: Store, t) -> None:
    """The page chosen among those of whoever is here, with the store in their hands; or the question who it is."""
    actor = explained(lambda: sign_in.actor(store, t), t)
    if actor is None:
        _hold_addresses(t)
        return
    entries = []
    for path, page in PAGES.items():
        if actor.role in sign_in.PAGES[path]:
            entries.append(_entry(path, lambda page=page: page.show(store.acting(actor), t), t, icon=page.ICON))
    st.navigation(entries).run()


def language() -> str:
    """The language to begin in: the address's, Chinese for a browser that speaks it, else the server's.

    Who comes back from a sign-in service has an address that says nothing of what was chosen before.
    """
    chinese = (st.context.locale or "").lower().startswith("zh")
    return st.query_params.get("lang") or ("zh" if chinese else os.environ.get("RANKSHIFT_LANGUAGE", "zh"))


def _hold_addresses(t) -> None:
    """Empty pages at every address: whoever comes to one before signing in is there afterwards."""
    st.navigation([_entry(path, lambda: None, t) for path in PAGES], position="hidden")


def _entry(path: str, show, t, *, icon: str | None = None):
    return st.Page(lambda: explained(show, t), title=t(f"{path}.page"), url_path=path, default=path == FIRST, icon=icon)
