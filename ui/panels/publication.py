"""A panel that releases a wave's figures to leaders: what was released before, and a form that asks once more."""

import streamlit as st

from presentation.evidence.publication import publication_rows
from presentation.times import wave_text
from service.figures.league import waves_with_estimates
from service.figures.publish import publication_list, publish_wave
from service.intake.imports import current_programme
from service.store.engine import Store
from service.store.permissions import PERMITTED
from ui import faults, tables
from ui.literal import literal
from words import Speaker


def show(store: Store, programme_name: str, t: Speaker) -> None:
    """The releases made, newest first, and a form for those who may make one; nothing before the first estimate."""
    waves = waves_with_estimates(store, programme_name)
    if not waves:
        return
    programme = current_programme(store, programme_name)[1]
    st.subheader(t("publish.title"), anchor=False)
    st.caption(literal(t("publish.what") if programme.release else t("publish.shown_anyway")))
    made = publication_list(store, programme_name)
    if made:
        tables.plain_table(publication_rows(made, programme, t))
    else:
        st.caption(t("publish.none"))
    if store.actor.role not in PERMITTED[publish_wave.__name__]:
        st.caption(t("publish.by_whom"))
        return
    say = lambda wave: wave_text(wave, t)  # noqa: E731
    with st.form(f"publish {len(made)}"):
        wave = st.selectbox(
            t("publish.wave"),
            waves,
            format_func=say,
            key=f"publish_wave {len(made)}",
            filter_mode=None,
            placeholder=t("app.choose"),
        )
        note = st.text_input(t("publish.note"), key=f"publish_note {len(made)}")
        sure = st.checkbox(t("publish.sure"), key=f"publish_sure {len(made)}")
        asked = st.form_submit_button(t("publish.go"), key=f"publish {len(made)} go")
    if asked and not sure:
        st.warning(t("publish.unsure"))
    if asked and sure:
        faults.act(lambda: publish_wave(store, programme_name, wave, note=note), t)
