"""A field for a text with numbered lines, which Python reads a moment after each key."""

from collections.abc import Collection
from pathlib import Path

import streamlit as st

from words import Speaker

SCRIPT = Path(__file__).parents[1] / "text_editor.js"
HEIGHT = 500  # pixels
MARK = '<span class="text-editor-wrong" data-lines="{lines}"></span>'


def edit(version: str, text: str, t: Speaker) -> str:
    """The rules' text as it stands in the field now; another version puts `text` into it again."""
    with st.container(key="text-editor"):
        written = st.text_area(t("rules.field"), value=text, height=HEIGHT, key=f"text-editor {version}")
    st.html(f"<script>{SCRIPT.read_text('utf-8')}</script>", unsafe_allow_javascript=True)
    return written.replace("\r\n", "\n")


def mark(wrong: Collection[int]) -> None:
    """Mark the numbers of these lines in the field above."""
    lines = ",".join(map(str, sorted(wrong)))
    with st.container(key="text-editor-marks"):
        st.html(MARK.format(lines=lines))
