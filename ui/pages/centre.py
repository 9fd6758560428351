"""The survey centre's page: which waves are imported, which files were not accepted and why, and the next import."""

import streamlit as st

from presentation.imports import import_rows, refusals, wave_rows
from presentation.notes import survey_note
from presentation.times import wave_text
from service.figures.wave_steps import waves_with_steps
from service.intake.import_log import import_log
from service.intake.imports import current_programme, wave_versions
from service.store.engine import Store
from ui import choosers, tables
from ui.literal import said
from ui.panels import bulletins, job, margins_form, publication, wave_form, wave_steps
from words import Speaker


def show(store: Store, t: Speaker) -> None:
    """The survey, its waves, an upload, and the log of imports."""
    st.title(t("centre.title"))
    name = choosers.choose_programme(store, t)
    if name is None:
        return
    version, programme = current_programme(store, name)
    counts = {"areas": len(programme.areas), "items": len(programme.items), "measures": len(programme.measures)}
    st.markdown(said(t, "centre.programme", title=programme.title, programme=name, version=version, **counts))
    st.caption(said(t, "leader.note", note=survey_note(programme, t)))
    with st.container():  # also while it is empty: what stands below is not closed when the first wave comes
        if waves := waves_with_steps(store, name):
            wave = choosers.choose(st, "wave steps", waves, lambda w: wave_text(w, t), t)
            assert wave is not None  # there are some to choose from
            wave_steps.show(store, name, wave, t)
    st.subheader(t("centre.waves"), anchor=False)
    versions = wave_rows(wave_versions(store, name), t)
    with st.container():  # for the same reason
        if versions.empty:
            st.caption(t("centre.no_waves"))
        else:
            tables.show_table(versions, ["wave", "version", "interviews", "file", "current"], {}, t)
    wave_form.show(store, name, t)
    if programme.weighting is not None:
        margins_form.show(store, name, t)
    job.show(store, name, t)
    publication.show(store, name, t)
    bulletins.show(store, name, t)
    st.subheader(t("centre.imports"), anchor=False)
    log = import_rows(import_log(store), t)
    tables.show_table(log, ["at", "by", "wave", "file", "outcome", "version", "interviews"], {}, t)
    for refused in refusals(log, overtaken=False):
        st.warning(said(t, "centre.refusal", **refused))
    if overtaken := refusals(log, overtaken=True):
        with st.expander(t("centre.overtaken")):
            for refused in overtaken:
                st.caption(said(t, "centre.refusal", **refused))
