"""The web pages' entry: look, language, store.  Start it with `rankshift serve`."""

from typing import Any

import streamlit as st

from service.store.engine import Store, store_url
from ui import navigation
from ui.choosers import language_switch
from ui.faults import explained
from ui.memory import keep_uploads_in_memory
from words import speaker, text

LOOK: dict[str, Any] = {
    "page_icon": ":material/leaderboard:",
    "layout": "wide",
    "initial_sidebar_state": 340,
}  # a survey's title fits


@st.cache_resource
def open_store(url: str) -> Store:
    """One engine for all sessions."""
    keep_uploads_in_memory()
    return Store.open(url)


st.set_page_config(page_title=text("app.title", "en"), **LOOK)
t = speaker(language_switch(navigation.language()))
explained(lambda: navigation.run(open_store(store_url()), t), t)
