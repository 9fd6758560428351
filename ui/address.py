"""The address is the state: what a reader chose stands in the page's address, and a copied link shows the same page.

An address may come from anybody: a value counts only if it is one of the options, and is never written on the page.
"""

from collections.abc import Collection, Mapping

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.literal import literal

LANGUAGE, ROLE, SURVEY, WAVE, AGAINST, LEAGUE, AREA = "lang", "role", "programme", "wave", "against", "league", "area"
STAYING = (LANGUAGE, ROLE)  # kept whatever else is chosen
WRITTEN = (LANGUAGE, ROLE, SURVEY, WAVE, AGAINST, "measure", LEAGUE)  # with any choice, though nobody chose them
BEGIN_ANEW = {WAVE: (AGAINST,), LEAGUE: (AREA,)}  # what depends on a choice; on the survey, all but what stays
SHOWN, CHOSEN, PAGE = "address shown", "address chosen", "address page"  # in the session


def value(name: str, options: Collection[str]) -> str | None:
    """What the address says of `name`, if it is one of the options."""
    said = st.query_params.get(name)
    if said is None and name in STAYING:
        said = st.session_state.get(CHOSEN, {}).get(name)
    return said if said in options else None


def names_another(name: str, options: Collection[str]) -> bool:
    """Whether the address asks for something of this name that is not among the options."""
    return name in st.query_params and st.query_params[name] not in options


def show(name: str, said: str) -> None:
    """Remember what the page shows of `name`: with the next choice it goes into the address, which then is whole.

    What only follows from those (the first area that moved) does not: with another wave it is another one.
    """
    if name in WRITTEN:
        st.session_state.setdefault(SHOWN, {})[name] = said


def put(name: str, said: str) -> None:
    """Put a choice into the address, and with it all that the page shows; what depends on it is chosen again."""
    whole = {**st.session_state.get(SHOWN, {}), **st.query_params.to_dict()}
    anew = set(whole).difference(STAYING) if name == SURVEY else BEGIN_ANEW.get(name, ())
    _write({**{n: v for n, v in whole.items() if n not in anew}, name: said})


def link_to(page: str, label: str, icon: str, **chosen: str) -> None:
    """A link to another page of the menu with all that this page shows, and what is chosen besides."""
    whole = {**st.session_state.get(SHOWN, {}), **st.query_params.to_dict(), **chosen}
    linked = st.Page(lambda: None, title=label, url_path=page)
    st.page_link(linked, label=literal(label), icon=icon, query_params=whole)


def begin(language: str) -> None:
    """The start of a run: nothing is shown yet but the language."""
    st.session_state[SHOWN] = {LANGUAGE: language}


def carry() -> None:
    """Take what was chosen to the page that is asked for: the menu's links say a page, but no choices.

    Before the page is named to the browser: it then keeps the page's address once, and one step back leaves the page.
    """
    asked, left = _pages().intended_page_script_hash, st.session_state.get(PAGE)
    if not st.query_params and left and asked not in (None, "", left):
        _write(st.session_state.get(CHOSEN, {}))


def arrive() -> None:
    """Remember the page that is shown, and what its address says."""
    session = st.session_state
    stays = {name: said for name, said in session.get(CHOSEN, {}).items() if name in STAYING}
    session[PAGE], session[CHOSEN] = _pages().current_page_script_hash, stays | st.query_params.to_dict()


def _pages() -> PagesManager:
    """Which page this run was asked for, and which it shows; Streamlit says the first only when it is shown."""
    context = get_script_run_ctx()
    assert context is not None, "a page is drawn by Streamlit"
    return context.pages_manager


def _write(choices: Mapping[str, str]) -> None:
    st.session_state[CHOSEN] = dict(choices)
    st.query_params.from_dict(dict(choices))
