"""A panel of flags: what is conspicuous about interviews, what was tested, and what could not be."""

import streamlit as st

from presentation.quality import flags as words
from service.figures.quality import read_flags
from service.files.write import csv_bytes, file_name
from service.store.engine import Store
from ui import faults, tables
from ui.literal import literal
from words import Speaker


def show(store: Store, programme: str, wave: str, t: Speaker) -> None:
    """The flags of a wave, with evidence."""
    st.subheader(t("flags.title"), anchor=False)
    found = faults.explained(lambda: read_flags(store, programme, wave), t)
    if found is None:
        return
    for sentence in words.headline(found, t):
        st.markdown(literal(sentence))
    rows = words.flag_rows(found, t)
    if len(rows):
        tables.plain_table(rows, words=2)
    if len(found.flags.tests):
        with st.expander(t("flags.tested")):
            tables.plain_table(words.usual_rows(found, t), words=1)
        content = csv_bytes(words.flags_csv(found.flags), simulated=found.programme.simulated)
        name = file_name(programme, wave, "flags", suffix=".csv")
        st.download_button(t("flags.save"), content, name, "text/csv", on_click="ignore")
    for note in words.notes(found, t):
        st.caption(literal(note))
