"""A panel of a wave's drawn sample: its releases and calls, the call sheet of what is released, and the proof."""

import streamlit as st

from presentation import samples as sample_words
from presentation.calling import monitor as monitor_words
from service.drawing import releases
from service.fieldwork import calls as calls_use
from service.fieldwork.monitor import Monitor
from service.files.write import csv_bytes, file_name
from service.intake.imports import current_programme
from service.protection import keys
from service.samples import proof_files
from service.samples.samples import Sample
from service.store.engine import Store
from service.store.permissions import PERMITTED
from ui import cards, faults, tables
from ui.literal import literal, said
from ui.panels import calls, monitor, rates, responses, screening
from words import Fault, Speaker


def show(store: Store, programme: str, sample: Sample, t: Speaker) -> None:
    """The releases, the fieldwork on them, and buttons for the next release, the call sheet and the proof."""
    title, *lines = sample_words.draw_lines(sample, t)
    st.subheader(literal(title), anchor=False)
    progress = monitor.show_lines(store, programme, sample, t)
    with st.container():  # also while it is empty: what stands below is not closed with the last release
        if sample.left:
            _release(store, programme, sample, progress, t)
    if progress is not None:
        monitor.show_tables(store, programme, progress, t)
    tables.plain_table(sample_words.release_rows(sample, t), words=0)
    screening.show(store, programme, sample, t)
    calls.show(store, programme, sample, t)
    responses.show(store, programme, sample, t)
    rates.show(store, programme, sample, t)
    for line in lines:
        st.caption(literal(line))
    if len(sample.releases) and store.actor.role in PERMITTED[releases.release_sheet.use_case]:
        _call_sheet(store, programme, sample, t)
    if st.button(t("samples.proof"), key="proof"):
        content = proof_files.zipped(proof_files.draw_proof(store, programme, sample.wave))
        name = file_name(programme, sample.wave, "proof", suffix=".zip")
        st.download_button(t("samples.proof.save"), content, name, "application/zip")


def _release(store: Store, programme: str, sample: Sample, progress: Monitor | None, t: Speaker) -> None:
    """Where interviews are short, a button to release there, and one to release everywhere or in chosen areas."""
    names = {code: area.name for code, area in current_programme(store, programme)[1].areas.items()}
    number, release = len(sample.releases) + 1, lambda **of: releases.release_next(store, programme, sample.wave, **of)
    # the keys name the release: a click on one that somebody else has made meanwhile does nothing
    if progress is None:
        if st.button(said(t, "samples.release", number=number), key=f"release {number}", type="primary"):
            faults.act(release, t)
        return
    rows = calls_use.short_strata(store, programme, sample)
    short = sample_words.short_rows(rows, names, t)
    if len(short):
        st.caption(t("sample.short.rule"))
        st.caption(literal(monitor_words.beside_short(progress, t)))
        kind = "primary" if progress.areas.called.any() else "secondary"  # what is released is called first
        if st.button(said(t, "samples.release.short", count=len(short)), key=f"short {number}", type=kind):
            faults.act(lambda: release(short=True), t)
    with st.expander(t("samples.release.more")):
        waiting = sorted(set(rows.area[rows.out < rows.portions]))
        code = t("language.code")
        label = lambda area: names[area][code] if area in names else area  # noqa: E731
        areas = st.multiselect(
            t("samples.release.areas"), waiting, key=f"areas {number}", format_func=label, placeholder=t("app.choose")
        )
        if st.button(t("samples.release.next"), key=f"release {number}"):
            faults.act(lambda: release(areas=areas), t)


def _call_sheet(store: Store, programme: str, sample: Sample, t: Speaker) -> None:
    """The telephone numbers that are released, to save: they are opened, and this is recorded, only on demand."""
    st.caption(t("samples.sheet.note"))
    if not st.button(t("samples.sheet"), key="sheet"):
        return
    try:
        rows = releases.release_sheet(store, programme, sample.wave, key=keys.find_key())
    except Fault as fault:
        faults.say(fault, t)
        return
    name = file_name(programme, sample.wave, "call-sheet", suffix=".csv")
    cards.file_link(t("samples.sheet.save", count=len(rows)), csv_bytes(rows), name, "text/csv")
