"""The web pages' entry: language, store and navigation.  Start it with `rankshift serve`."""

import os

import streamlit as st

from service.store import Store, store_url
from ui.pages import centre, leader, statistician
from ui.parts import explained, language_switch
from words import speaker, text

PAGES = {"leader": leader, "statistician": statistician, "centre": centre}


@st.cache_resource
def open_store(url: str) -> Store:
    """One engine for all sessions."""
    return Store.open(url)


st.set_page_config(page_title=text("app.title", "en"), page_icon=":material/leaderboard:", layout="wide")
t = speaker(language_switch(st.query_params.get("lang") or os.environ.get("RANKSHIFT_LANGUAGE", "zh")))


def shown(page):
    """The page as a function without arguments, its faults in the reader's language."""
    return lambda: explained(lambda: page.show(open_store(store_url()), t), t)


entries = [
    st.Page(shown(page), title=t(f"{path}.page"), url_path=path, default=page is leader, icon=page.ICON)
    for path, page in PAGES.items()
]
st.navigation(entries).run()
