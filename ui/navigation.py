"""Which pages there are, for whom, and in which language they begin."""

import os
from dataclasses import dataclass
from types import ModuleType

import streamlit as st

from service.store.engine import Store
from service.store.permissions import ADMINISTRATOR, CENTRE, EVERYBODY, WORKERS
from ui import sign_in
from ui.pages import centre, leader, people, samples, statistician
from ui.parts import explained


@dataclass(frozen=True)
class Page:
    """A page: its address, the module whose `show` draws it, the key of its title, its icon, and who is offered it.

    What a page does is checked in the use cases all the same.
    """

    path: str
    module: ModuleType
    title: str
    icon: str
    roles: frozenset[str]


PAGES = (  # in the order of the menu; the first is where one begins
    Page("leader", leader, "leader.page", ":material/leaderboard:", EVERYBODY),
    Page("statistician", statistician, "statistician.page", ":material/calculate:", WORKERS),
    Page("centre", centre, "centre.page", ":material/inventory_2:", WORKERS),
    Page("samples", samples, "samples.page", ":material/casino:", frozenset({CENTRE, ADMINISTRATOR})),
    Page("people", people, "people.page", ":material/group:", frozenset({ADMINISTRATOR})),
)


def run(store: Store, t) -> None:
    """The page chosen among those of whoever is here, with the store in their hands; or the question who it is."""
    actor = explained(lambda: sign_in.actor(store, t), t)
    if actor is None:
        _hold_addresses(t)
        return
    entries = []
    for page in PAGES:
        if actor.role in page.roles:
            entries.append(_entry(page, lambda page=page: page.module.show(store.acting(actor), t), t))
    st.navigation(entries).run()


def language() -> str:
    """The language to begin in: the address's, Chinese for a browser that speaks it, else the server's.

    Who comes back from a sign-in service has an address that says nothing of what was chosen before.
    """
    chinese = (st.context.locale or "").lower().startswith("zh")
    return st.query_params.get("lang") or ("zh" if chinese else os.environ.get("RANKSHIFT_LANGUAGE", "zh"))


def _hold_addresses(t) -> None:
    """Empty pages at every address: whoever comes to one before signing in is there afterwards."""
    st.navigation([_entry(page, lambda: None, t) for page in PAGES], position="hidden")


def _entry(page: Page, show, t):
    first = page is PAGES[0]
    return st.Page(lambda: explained(show, t), title=t(page.title), url_path=page.path, default=first, icon=page.icon)
