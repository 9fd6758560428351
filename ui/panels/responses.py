"""A panel on a wave's responses: how many there are, a file to import, call sheets, and the wave made of them."""

import streamlit as st

from presentation.calling import responses as response_words
from presentation.times import wave_text
from programme.declared import Programme
from service.fieldwork.answering import making, responses, sheets
from service.files.kinds import ENDINGS
from service.files.write import file_name
from service.intake.imports import current_programme
from service.intake.preview import preview_records
from service.intake.records_file import RecordsFile
from service.protection import keys
from service.samples.samples import Sample
from service.store.engine import Store
from service.store.permissions import PERMITTED
from ui import faults, tables, uploads
from ui.literal import literal, said
from ui.panels import incoming
from words import Fault, Speaker

TIMES, IMPORTED, MADE = "responses imported", "responses taken in", "wave made"  # in the session
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show(store: Store, programme: str, sample: Sample, t: Speaker) -> None:
    """The responses by mode and group, and what can be done next; nothing before the first release."""
    if sample.releases.empty:
        return
    declared = current_programme(store, programme)[1]
    rows = responses.responses_of(store, programme, sample.wave)
    st.markdown(t("response.heading"))
    if len(rows):
        tables.plain_table(
            response_words.count_rows(rows, declared, t), words=len(declared.questionnaire.circumstances)
        )
    st.caption(literal(response_words.rule_text(declared.questionnaire, t)))
    with st.expander(t("response.questions")):
        _questions(declared, t)
    if store.actor.role in PERMITTED[sheets.answer_sheet.use_case]:
        with st.expander(t("response.sheet")):
            _sheet(store, programme, sample, t)
    with st.expander(t("response.upload"), expanded=rows.empty):
        _upload(store, programme, sample.wave, t)
    if len(rows):
        _make(store, programme, sample.wave, declared, t)


def _questions(declared: Programme, t: Speaker) -> None:
    """What is read out and asked, in its order."""
    questionnaire, language = declared.questionnaire, t("language.code")
    for text in (questionnaire.introduction, questionnaire.closing):
        if text:
            st.markdown(literal(text[language]))
    tables.plain_table(response_words.question_rows(questionnaire, t), words=3)


def _sheet(store: Store, programme: str, sample: Sample, t: Speaker) -> None:
    """A call sheet to fill in, of an interviewer or of all, with masked or whole numbers."""
    names = sheets.sheet_interviewers(store, programme, sample.wave)
    everybody = t("response.sheet.everybody")
    chosen = st.selectbox(t("response.sheet.whose"), [everybody, *names], key="sheet_whose")
    kinds = {kind: t(f"response.sheet.{kind}") for kind in (sheets.NONE, sheets.MASKED, sheets.WHOLE)}
    numbers = st.radio(t("response.sheet.numbers"), list(kinds), format_func=kinds.__getitem__, key="sheet_numbers")
    st.caption(t("response.sheet.means"))
    if not st.button(t("response.sheet.make"), key="sheet_make"):
        return
    try:
        key = None if numbers == sheets.NONE else keys.find_key()
        options = {"interviewer": None if chosen == everybody else chosen, "numbers": numbers, "key": key}
        content = sheets.answer_sheet(store, programme, sample.wave, t, **options)
    except Fault as fault:
        faults.say(fault, t)
        return
    name = file_name(programme, sample.wave, chosen if chosen != everybody else "calls", suffix=".xlsx")
    st.download_button(t("response.sheet.save"), content, name, XLSX)


def _upload(store: Store, programme: str, wave: str, t: Speaker) -> None:
    if (recorded := st.session_state.pop(IMPORTED, None)) is not None:  # by the run of the page before this one
        st.success(literal(response_words.import_text(recorded, t)))
        for key, values in recorded.notes:
            st.caption(said(t, key, **values))
    times = st.session_state.get(TIMES, 0)
    with st.form(f"responses_{times}"):
        st.caption(t("response.upload.columns"))
        file = uploads.field(st, t("response.upload.file"), list(ENDINGS), key=f"responses_file {times}")
        named = incoming.choose(f"responses_{times}", t)
        looks, imports = incoming.buttons(f"responses_{times}", t)
        if not (looks or imports) or file is None:
            return
        try:
            arguments = (store, programme, wave, file.getvalue(), file.name, incoming.chosen(named))
            if looks:
                incoming.show_preview(responses.preview_responses(*arguments), file.name, t)
                return
            imported = responses.import_responses(*arguments)
        except Fault as fault:
            incoming.say_refused(fault, t)
            return
        st.session_state[IMPORTED], st.session_state[TIMES] = imported, times + 1
        st.rerun()


def _make(store: Store, programme: str, wave: str, declared: Programme, t: Speaker) -> None:
    """The form that makes the wave, and what the last one made."""
    if (made := st.session_state.pop(MADE, None)) is not None:
        values = {"wave": wave_text(made.wave, t), "version": made.version, "interviews": made.interviews}
        st.success(said(t, "cli.imported.wave", **values, outcome=t(f"outcome.{made.outcome}")))
        for key, recognised in made.notes:
            st.caption(said(t, key, **recognised))
    with st.form("make_wave"):
        st.caption(t("response.make.means"))
        records, named, looks = None, ("", "", False), False
        if declared.records:
            records = uploads.field(st, t("centre.upload.records"), list(ENDINGS), key="make_records")
            named = incoming.choose("make_records", t)
        reason = st.text_input(
            t("centre.upload.reason"), help=t("centre.upload.reason_help"), key="make_reason"
        ).strip()
        if declared.records:
            looks = st.form_submit_button(t("centre.upload.preview"), key="look_make_wave")
        if not st.form_submit_button(t("response.make"), type="primary", key="go_make_wave") and not looks:
            return
    try:
        choice = incoming.chosen(named)
        file = None if records is None else RecordsFile(records.getvalue(), records.name, choice)
        if looks:
            if file is not None:
                incoming.show_preview(preview_records(store, programme, wave, file), file.file, t)
            return
        st.session_state[MADE] = making.make_wave(store, programme, wave, records=file, reason=reason or None)
    except Fault as fault:
        faults.say(fault, t)
        return
    st.rerun()
