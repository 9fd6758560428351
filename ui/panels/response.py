"""A panel of the report on nonresponse: rates, the R-indicator, moved figures, and standard errors when asked for."""

from collections.abc import Sequence

import streamlit as st

from presentation.quality import response as words
from presentation.times import wave_text
from service.figures.response import REPLICATES, read_response
from service.files.write import csv_bytes, file_name
from service.store.engine import Store
from ui import faults, tables
from ui.literal import literal, said
from words import Speaker

NONE = ""


def show(store: Store, programme: str, wave: str, waves: Sequence[str], t: Speaker) -> None:
    """The report on a wave; the whole weighting is repeated when somebody switches it on."""
    st.subheader(t("nonresponse.title"), anchor=False)
    report = faults.explained(lambda: read_response(store, programme, wave), t)
    if report is None:
        return
    for sentence in words.headline(report, t):
        st.markdown(literal(sentence))
    if report.even is not None:
        st.markdown(t("nonresponse.by_variable"))
        tables.plain_table(words.variable_rows(report, t), words=1)
        with st.expander(t("nonresponse.by_category")):
            tables.plain_table(words.category_rows(report, t), words=2)
        st.caption(t("nonresponse.note"))
    if len(report.moved):
        st.markdown(t("nonresponse.moved"))
        tables.plain_table(words.moved_rows(report, t), words=2)
        report = _repeated(store, programme, wave, waves, t) or report
    for note in words.notes(report, t):
        st.caption(literal(note))
    figures = words.report_csv(report)
    if figures.empty:
        return
    content = csv_bytes(figures, simulated=report.programme.simulated)
    name = file_name(programme, wave, "nonresponse", suffix=".csv")
    st.download_button(t("nonresponse.save"), content, name, "text/csv", on_click="ignore")


def _repeated(store: Store, programme: str, wave: str, waves: Sequence[str], t: Speaker):
    """The report with both standard errors, if it is asked for; else None."""
    if not st.toggle(said(t, "nonresponse.replicate", count=REPLICATES), key="response_replicates"):
        return None
    earlier = [other for other in waves if other < wave]
    against = st.selectbox(
        t("nonresponse.against"),
        [NONE, *earlier],
        format_func=lambda other: wave_text(other, t) if other else t("nonresponse.alone"),
        key=f"response_against_{t('language.code')}",
    )
    options = {"against": against or None, "replicates": REPLICATES}
    report = faults.explained(lambda: read_response(store, programme, wave, **options), t)
    if report is None or report.errors.empty:
        return report
    st.markdown(t("nonresponse.errors"))
    tables.plain_table(words.error_rows(report, t), words=1)
    if len(report.changes):
        st.markdown(said(t, "nonresponse.changes", wave=wave_text(against, t)))
        tables.plain_table(words.error_rows(report, t, changes=True), words=1)
    return report
