"""The web pages' entry: look, language, store.  Start it with `rankshift serve`."""

import streamlit as st

from service.store.engine import Store, store_url
from ui import frame, navigation
from ui.connections import send_at_once
from ui.faults import explained
from ui.memory import keep_uploads_in_memory, spare_what_stays
from words import speaker


@st.cache_resource
def open_store(url: str) -> Store:
    """One engine for all sessions."""
    keep_uploads_in_memory()
    send_at_once()
    spare_what_stays()
    return Store.open(url)


t = speaker(navigation.language(), on_page=True)
st.set_page_config(page_title=t("app.title"), page_icon=frame.ICON, layout="wide")
frame.begin(t("language.code"))
explained(lambda: navigation.run(open_store(store_url()), t), t)
