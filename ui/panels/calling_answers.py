"""The interview on the page to call from: the script, and the questions that the filters leave, with their answers."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import streamlit as st

from estimation.indicators.indicators import Item
from fieldwork.dispositions import OUTCOMES
from fieldwork.questionnaire import Question
from presentation.calling import calling_rows
from programme.declared import Programme
from service.fieldwork.answering import interviews, responses
from service.store.engine import Store
from ui import faults
from ui.literal import literal
from words import Speaker, visible

DONE = "call recorded"  # the line about the last call, kept for the next drawing of the page
SHOWN = "number shown"  # unit -> its whole number, in this session only


def show(store: Store, declared: Programme, wave: str, who: str, unit: str, t: Speaker) -> None:
    """The questionnaire as the answers so far lead through it; its answers and its call are stored together."""
    questionnaire, language = declared.questionnaire, t("language.code")
    if questionnaire.introduction:
        st.info(literal(questionnaire.introduction[language]))
    cells = {item.name: _circumstance(item, unit, language, t) for item in questionnaire.circumstances}
    answers: dict[str, str] = {}
    out = False
    for question in questionnaire.screener:
        answers[question.name] = _cell(question, unit, language, t)
        out = out or question.sorts_out(answers[question.name])
    if out:
        st.warning(t("calling.not_eligible"))
    for question in () if out else questionnaire.questions:
        if question in questionnaire.put_to(cells | answers):
            answers[question.name] = _cell(question, unit, language, t)
    if questionnaire.closing:
        st.info(literal(questionnaire.closing[language]))
    if not st.button(t("calling.store_answers"), key=f"store {unit}", type="primary"):
        return
    mode, group = (cells[item.name] if item else "" for item in (questionnaire.mode, questionnaire.group))
    said = {name: cell for name, cell in answers.items() if cell}

    def record() -> None:
        response = responses.Response(unit, datetime.now(UTC), said, who, mode, group)
        recorded = interviews.record_interview(store, declared.name, wave, response)
        st.session_state.get(SHOWN, {}).pop(unit, None)
        named = OUTCOMES[recorded.disposition].names[language]
        st.session_state[DONE] = calling_rows.recorded_line(recorded, named, declared.calling.zone, t)

    faults.act(record, t)


def _circumstance(item: Item, unit: str, language: str, t: Speaker) -> str:
    """The mode or the group, which is known without a question."""
    chosen = st.selectbox(
        literal(item.name),
        list(item.answers),
        format_func=_named(item.answers, language, t),
        key=f"known_{unit}_{item.name}",
    )
    return str(chosen or "")


def _cell(question: Question, unit: str, language: str, t: Speaker) -> str:
    """What was answered to one question, as the file of a wave would hold it; "" where nothing was."""
    item, text = question.item, question.text[language]
    key = f"answer_{unit}_{question.name}"
    if item.numeric:
        return st.text_input(literal(text), key=key, max_chars=20).strip()
    named = _named(item.answers, language, t)
    if item.separator:
        return item.separator.join(
            st.multiselect(literal(text), list(item.answers), format_func=named, key=key, placeholder=t("app.choose"))
        )
    codes = [*item.answers, *sorted(item.not_answered - set(item.answers))]
    chosen = st.radio(literal(text), codes, index=None, format_func=named, key=key, horizontal=len(codes) <= 6)
    return str(chosen or "")


def _named(answers: Mapping, language: str, t: Speaker) -> Callable[[str], str]:
    """How a code is read: its name; a code that is no answer has none."""

    def named(code: str) -> str:
        if code not in answers:
            return t("calling.not_answered", code=code)
        label = answers[code]
        return visible(label[language] if isinstance(label, Mapping) else str(label))

    return named
