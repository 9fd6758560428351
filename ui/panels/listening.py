"""Panels of listening again, of interviews left out, and of interviewers as a source of error."""

import re
from collections.abc import Iterable, Sequence

import streamlit as st

from fieldwork.quality.relistening import INVALID, RESULTS
from presentation.quality import listening as words
from presentation.times import wave_text
from service.fieldwork import relistening
from service.figures.both_ways import read_both_ways
from service.figures.interviewers import read_interviewers
from service.figures.quality import read_flags
from service.files.write import csv_bytes, file_name
from service.intake import left_out
from service.intake.imports import current_programme
from service.store.engine import Store
from service.store.permissions import ADMINISTRATOR, CENTRE
from ui import faults, tables
from ui.literal import literal, said
from words import Fault, Speaker

MAY_ACT = (CENTRE, ADMINISTRATOR)
NONE = ""
WIDE = "".join(map(chr, (0x3001, 0xFF0C, 0xFF1B)))  # what stands between the items of a Chinese list
SEPARATORS = re.compile(f"[,;{WIDE}]")


def interviewers(store: Store, programme: str, wave: str, waves: Sequence[str], t: Speaker) -> None:
    """ρ of every measure, and on request the verdicts with and without interviewers."""
    st.subheader(t("interviewer_report.title"), anchor=False)
    report = faults.explained(lambda: read_interviewers(store, programme, wave), t)
    if report is None:
        return
    if len(report.measures):
        tables.plain_table(words.interviewer_rows(report, t), words=1)
        st.caption(t("interviewer_report.note"))
        earlier = [other for other in waves if other < wave]
        against = st.selectbox(
            t("interviewer_report.against"),
            [NONE, *earlier],
            format_func=lambda other: wave_text(other, t) if other else t("nonresponse.alone"),
            key=f"interviewers_against_{t('language.code')}",
        )
        if against:
            report = faults.explained(lambda: read_interviewers(store, programme, wave, against=against), t) or report
            rows = words.verdict_rows(report, t) if len(report.changes) else None
            if rows is not None and len(rows):
                tables.plain_table(rows, words=2)
    for note in words.interviewer_notes(report, t):
        st.caption(literal(note))


def relistened(store: Store, programme: str, wave: str, t: Speaker) -> None:
    """The sample to listen to again: draw it, hand it out, record what was heard."""
    st.subheader(t("relistening.title"), anchor=False)
    sample = relistening.read_relistening(store, programme, wave)
    may_act = store.actor.role in MAY_ACT
    if sample is not None:
        with st.container():  # one place on the page however many sentences: what is open below stays open
            for note in words.sample_notes(sample, t):
                st.markdown(literal(note))
        with st.expander(t("relistening.list")):
            tables.plain_table(words.sample_rows(sample, current_programme(store, programme)[1], t))
            name = file_name(programme, wave, "relistening", suffix=".csv")
            content = csv_bytes(sample.interviews, simulated=current_programme(store, programme)[1].simulated)
            st.download_button(t("relistening.save"), content, name, "text/csv", on_click="ignore")
        if may_act:
            with st.expander(t("relistening.record")), st.form("relistened", clear_on_submit=True):
                _recorded(store, programme, wave, sample, t)
    if not may_act:
        st.caption(t("relistening.who"))
        return
    with st.expander(t("relistening.draw")), st.form("relisten"):
        part = st.number_input(t("relistening.part_of"), 1, 100, 10)
        seed = st.text_input(t("relistening.seed"))
        if sample is not None:
            st.caption(t("relistening.again"))
        if st.form_submit_button(t("relistening.draw")):
            draw = lambda: relistening.draw_relistening(  # noqa: E731
                store, programme, wave, part=part / 100, seed=seed or None
            )
            faults.act(draw, t)


def _recorded(store: Store, programme: str, wave: str, sample: relistening.Relistening, t: Speaker) -> None:
    """A form for the result of one interview; interviews without a result come first, in the order of the list."""
    labels = words.interview_labels(sample, current_programme(store, programme)[1], t)
    unit = st.selectbox(t("relistening.column.unit"), list(labels), format_func=labels.__getitem__)
    result = st.radio(
        t("relistening.column.result"),
        RESULTS,
        format_func=lambda r: t(f"relistening.result.{r}"),
        index=None,
        horizontal=True,
    )
    note = st.text_input(t("relistening.column.note"))
    if not st.form_submit_button(t("relistening.keep")):
        return
    if result is None:
        faults.say(Fault(key="relistening.no_result"), t)
        return
    heard = lambda: relistening.record_relistening(store, programme, wave, {unit: result}, {unit: note})  # noqa: E731
    faults.act(heard, t)


def out(store: Store, programme: str, wave: str, t: Speaker) -> None:
    """What is left out of the wave, its figures both ways, and forms to leave out and to take back."""
    st.subheader(t("both_ways.title"), anchor=False)
    both = faults.explained(lambda: read_both_ways(store, programme, wave), t)
    if both is None:
        return
    st.markdown(literal(words.out_sentence(both, t)))
    if both.without:
        with st.expander(t("both_ways.reasons")):
            tables.plain_table(words.out_rows(both, t))
        tables.plain_table(words.both_rows(both, t), words=2)
        st.caption(t("both_ways.note"))
    else:
        _what_if(store, programme, wave, t)
    if store.actor.role not in MAY_ACT:
        st.caption(t("relistening.who"))
        return
    with st.expander(t("both_ways.leave_out")), st.form("leave_out", clear_on_submit=True):
        units = st.text_area(t("both_ways.units"), "\n".join(_invalid(store, programme, wave, both.reasons.unit_id)))
        reason = st.text_input(t("both_ways.reason"))
        if st.form_submit_button(t("both_ways.leave_out")):
            chosen = SEPARATORS.sub("\n", units).splitlines()
            faults.act(lambda: left_out.leave_out(store, programme, wave, chosen, reason), t)
    if both.without:
        with st.expander(t("both_ways.take_back")), st.form("take_back", clear_on_submit=True):
            reason = st.text_input(t("both_ways.reason"), key="take_back_reason")
            if st.form_submit_button(t("both_ways.take_back")):
                faults.act(lambda: left_out.take_back(store, programme, wave, reason), t)


def _invalid(store: Store, programme: str, wave: str, out_already: Iterable[str]) -> list[str]:
    """The interviews that were found invalid by listening and are not left out yet."""
    sample = relistening.read_relistening(store, programme, wave)
    if sample is None:
        return []
    invalid = sample.interviews.unit_id[sample.interviews.result == INVALID]
    return [unit for unit in invalid if unit not in set(out_already)]


def _what_if(store: Store, programme: str, wave: str, t: Speaker) -> None:
    """The figures without those interviewers whom flags name, unless these took all interviews."""
    flagged = faults.explained(lambda: read_flags(store, programme, wave), t)
    names = [] if flagged is None else flagged.flags.interviewers
    if flagged is None or len(names) in (0, flagged.interviewers):
        return
    if not st.toggle(said(t, "both_ways.what_if", names=names), key="both_ways_what_if"):
        return
    both = faults.explained(lambda: read_both_ways(store, programme, wave, interviewers=tuple(names)), t)
    if both is not None and len(both.table):
        tables.plain_table(words.both_rows(both, t), words=2)
