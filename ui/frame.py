"""The frame of every page: its look, the reader's language, and a small menu for language, role and account."""

import json
from pathlib import Path
from typing import Any

import streamlit as st

from ui import address, pictures
from words import LANGUAGES, Speaker, text

FOLDER = Path(__file__).parent
STYLE, ICON = FOLDER / "page.css", FOLDER / "icon.png"
HTML_LANGUAGE = {"zh": "zh-CN"}  # where it is not the code itself
SAY_LANGUAGE = "<script>document.documentElement.lang = {language!r}</script>"


def begin(language: str) -> None:
    """Draw what is on every page before anything else; the page's own words follow."""
    address.begin(language)
    st.html(STYLE)
    st.html(_words_of_widgets(language))
    with st.container(key="page-language"):
        said = HTML_LANGUAGE.get(language, language)
        st.html(SAY_LANGUAGE.format(language=said), unsafe_allow_javascript=True)
        pictures.listen()


def _words_of_widgets(language: str) -> str:
    """Words in the place of Streamlit's English, for which it has no setting: page.css writes them."""
    said = {name: json.dumps(text(f"app.{name}", language), ensure_ascii=False) for name in ("upload", "skip")}
    return f"<style>:root {{ {'; '.join(f'--{name}: {words}' for name, words in said.items())} }}</style>"


def menu(t: Speaker) -> Any:
    """The menu at the right of the head of the page, with the choice of language; more can be put into it."""
    with st.container(key="menu"):
        place = st.popover(t("app.menu"), icon=":material/tune:")
    language, names = t("language.code"), {code: text("language.name", code) for code in LANGUAGES}
    st.session_state["language"] = language
    place.radio(
        t("app.language"),
        LANGUAGES,
        format_func=names.__getitem__,
        horizontal=True,
        key="language",
        on_change=lambda: address.put(address.LANGUAGE, st.session_state["language"]),
    )
    return place
