"""The web pages' entry: language, sign-in, store and navigation.  Start it with `rankshift serve`."""

import os

import streamlit as st

from service.store import Store, store_url
from ui import sign_in
from ui.memory import keep_uploads_in_memory
from ui.pages import centre, leader, people, samples, statistician
from ui.parts import explained, language_switch
from words import speaker, text

LOOK = {"page_icon": ":material/leaderboard:", "layout": "wide", "initial_sidebar_state": 340}  # a survey's title fits
PAGES = {"leader": leader, "statistician": statistician, "centre": centre, "samples": samples, "people": people}


@st.cache_resource
def open_store(url: str) -> Store:
    """One engine for all sessions."""
    keep_uploads_in_memory()
    return Store.open(url)


def pages() -> None:
    """The pages of whoever is here, each with the store in their hands."""
    store = open_store(store_url())
    actor = sign_in.actor(store, t)
    if actor is None:
        return
    shown = lambda page: lambda: explained(lambda: page.show(store.acting(actor), t), t)  # noqa: E731
    mine = {path: page for path, page in PAGES.items() if actor.role in sign_in.PAGES[path]}
    title = {path: t(f"{path}.page") for path in mine}
    entries = [st.Page(shown(p), title=title[k], url_path=k, default=p is leader, icon=p.ICON) for k, p in mine.items()]
    st.navigation(entries).run()


st.set_page_config(page_title=text("app.title", "en"), **LOOK)
t = speaker(language_switch(st.query_params.get("lang") or os.environ.get("RANKSHIFT_LANGUAGE", "zh")))
explained(pages, t)
