"""Navigation: which pages there are, for whom, and in which language they begin."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from service.protection import people as people_of_store
from service.store.engine import Store
from service.store.permissions import ADMINISTRATOR, CENTRE, EVERYBODY, LEADER, ROLES, WORKERS, Actor
from ui import address, frame, gate, sign_in, uploads
from ui.faults import explained
from ui.literal import said
from ui.pages import (
    area,
    calling,
    centre,
    check,
    consequences,
    leader,
    people,
    printed,
    quality,
    rules,
    samples,
    statistician,
)
from words import LANGUAGES, Speaker


@dataclass(frozen=True)
class Page:
    """A page: its address, the module whose `show` draws it, the key of its title, its icon, and whose menu has it.

    The menu protects nothing: what a page does is checked in the use cases.
    """

    path: str
    module: ModuleType
    title: str
    icon: str
    roles: frozenset[str]


PAGES = (  # in the order of the menu; the first one opens first
    Page(gate.FIRST_PAGE, leader, "leader.page", ":material/leaderboard:", EVERYBODY),
    Page("area", area, "area.page", ":material/location_on:", EVERYBODY),
    Page("consequences", consequences, "consequences.page", ":material/stairs:", EVERYBODY),
    Page("statistician", statistician, "statistician.page", ":material/calculate:", WORKERS),
    Page("centre", centre, "centre.page", ":material/inventory_2:", WORKERS),
    Page("rules", rules, "rules.page", ":material/rule:", WORKERS),
    Page("quality", quality, "quality.page", ":material/troubleshoot:", WORKERS),
    Page("samples", samples, "samples.page", ":material/casino:", frozenset({CENTRE, ADMINISTRATOR})),
    Page("calling", calling, "calling.page", ":material/call:", frozenset({CENTRE, ADMINISTRATOR})),
    Page("check", check, "check.page", ":material/fact_check:", EVERYBODY),
    Page("check-bulletin", printed, "printed.page", ":material/spellcheck:", WORKERS),
    Page("people", people, "people.page", ":material/group:", frozenset({ADMINISTRATOR})),
)


def run(store: Store, t: Speaker) -> None:
    """The chosen page, among those that the person's role may see; or, before that, the question who it is."""
    menu = frame.menu(t)
    actor = explained(lambda: sign_in.actor(store, menu, t), t)
    if actor is None:
        uploads.begin(uploads.NOBODY)
        _hold_addresses(store, t)
        uploads.end()
        return
    entries = []
    for page in PAGES:
        entries.append(_shown_to(page, store, actor, t) if actor.role in page.roles else _not_for(page, t))
    unknown = gate.UNKNOWN in st.query_params.items()
    if unknown:
        del st.query_params[gate.UNKNOWN[0]]  # said once, and no part of what was chosen
    address.carry()
    page = st.navigation(entries, position="top")
    address.arrive()
    uploads.begin(f"{page.url_path} {actor.name} {actor.role}")
    if unknown:
        st.warning(said(t, "app.no_page", page=t(PAGES[0].title)))
    page.run()
    uploads.end()


def language() -> str:
    """The language to begin in: that of the address, else the browser's if it is not English, else the server's.

    Somebody who comes back from a sign-in service has an address without the language chosen before.
    """
    locale = (st.context.locale or "").lower()
    preferred = next((code for code in LANGUAGES if code != "en" and locale.startswith(code)), None)
    server = os.environ.get("RANKSHIFT_LANGUAGE")
    chosen = address.value(address.LANGUAGE, LANGUAGES) or preferred or server
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def _hold_addresses(store: Store, t: Speaker) -> None:
    """An empty page at every address, so that whoever opens one before signing in gets there afterwards.

    Where nobody can sign in yet, as on the computer of somebody who only checks proofs, the page of proofs is there.
    """
    if people_of_store.has_people(store):
        st.navigation([_entry(page, lambda: None, t) for page in PAGES], position="hidden")
        return
    shown = [page for page in PAGES if page.module is check]
    empty = [_entry(page, lambda: None, t) for page in PAGES if page.module is not check]
    nobody = Actor("nobody", LEADER)  # nothing of the store is read
    entries = [_shown_to(page, store, nobody, t) for page in shown]
    chosen = st.navigation([*empty, *entries], position="hidden")
    if chosen.url_path == shown[0].path:
        chosen.run()
    else:
        st.page_link(entries[0], label=t("check.link"))


def _shown_to(page: Page, store: Store, actor: Actor, t: Speaker) -> StreamlitPage:
    """A page with what this person may see of it."""
    return _entry(page, lambda: page.module.show(store.acting(actor), t), t)


def _not_for(page: Page, t: Speaker) -> StreamlitPage:
    """A page of other roles: the menu does not have it, and its address says who uses it."""

    def say_for_whom() -> None:
        roles = [t(f"role.{role}") for role in ROLES if role in page.roles]
        st.info(said(t, "app.not_for_role", page=t(page.title), roles=roles))

    return _entry(page, say_for_whom, t, listed=False)


def _entry(page: Page, show: Callable[[], None], t: Speaker, *, listed: bool = True) -> StreamlitPage:
    return st.Page(
        lambda: explained(show, t),
        title=t(page.title),
        url_path=page.path,
        default=page is PAGES[0],
        icon=page.icon,
        visibility="visible" if listed else "hidden",
    )
