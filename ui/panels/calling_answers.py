"""The interview on the page to call from: the script, and the questions that the filters leave, with their answers."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from estimation.indicators.indicators import Item
from fieldwork.dispositions import OUTCOMES
from fieldwork.questionnaire import Question
from presentation.calling import calling_rows
from programme.declared import Programme
from service.fieldwork.answering import interviews, responses
from service.store.engine import Store
from ui import faults
from ui.literal import literal, said
from words import Speaker, visible

DONE = "call recorded"  # the line about the last call, kept for the next drawing of the page
SHOWN = "number shown"  # unit -> its whole number, in this session only


def show(declared: Programme, unit: str, t: Speaker) -> None:
    """The questionnaire as the answers so far lead through it; `settle` stores them once the button is clicked."""
    questionnaire, language = declared.questionnaire, t("language.code")
    if questionnaire.introduction:
        st.info(literal(questionnaire.introduction[language]))
    cells = {item.name: _circumstance(item, unit, language, t) for item in questionnaire.circumstances}
    answers = _walk(declared, cells, lambda question: _cell(question, unit, language, t))
    if _sorted_out(declared, answers):
        st.warning(t("calling.not_eligible"))
    if questionnaire.closing:
        st.info(literal(questionnaire.closing[language]))
    if any(answers.values()) and not _sorted_out(declared, answers) and not all(answers.values()):
        st.caption(said(t, "calling.unanswered", count=sum(not cell for cell in answers.values())))
    st.button(t("calling.store_answers"), key=f"store {unit}", type="primary")


def settle(store: Store, declared: Programme, wave: str, who: str, unit: str, t: Speaker) -> None:
    """Store the answers in the fields of this number with their call, if the button was clicked."""
    if not faults.clicked(f"store {unit}"):
        return
    questionnaire = declared.questionnaire
    cells = {item.name: str(_state(f"known_{unit}_{item.name}") or "") for item in questionnaire.circumstances}
    answers = _walk(declared, cells, lambda question: _written(question, _state(_key(unit, question))))
    mode, group = (cells[item.name] if item else "" for item in (questionnaire.mode, questionnaire.group))
    answered = {name: cell for name, cell in answers.items() if cell}
    response = responses.Response(unit, datetime.now(UTC), answered, who, mode, group)
    recorded = interviews.record_interview(store, declared.name, wave, response)
    st.session_state.get(SHOWN, {}).pop(unit, None)
    named = OUTCOMES[recorded.disposition].names[t("language.code")]
    st.session_state[DONE] = calling_rows.recorded_line(recorded, named, declared.calling.zone, t)


def _walk(declared: Programme, cells: Mapping[str, str], cell_of: Callable[[Question], str]) -> dict[str, str]:
    """The answer to each question of the screener and to those that it and the filters leave, in their order."""
    answers = {question.name: cell_of(question) for question in declared.questionnaire.screener}
    if not _sorted_out(declared, answers):
        for question in declared.questionnaire.questions:
            if question in declared.questionnaire.put_to({**cells, **answers}):
                answers[question.name] = cell_of(question)
    return answers


def _sorted_out(declared: Programme, answers: Mapping[str, str]) -> bool:
    return any(question.sorts_out(answers[question.name]) for question in declared.questionnaire.screener)


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
    item, text, key = question.item, question.text[language], _key(unit, question)
    if item.numeric:
        return _written(question, st.text_input(literal(text), key=key, max_chars=20))
    named = _named(item.answers, language, t)
    if item.separator:
        chosen = st.multiselect(
            literal(text), list(item.answers), format_func=named, key=key, placeholder=t("app.choose")
        )
        return _written(question, chosen)
    codes = [*item.answers, *sorted(item.not_answered - set(item.answers))]
    chosen = st.radio(literal(text), codes, index=None, format_func=named, key=key, horizontal=len(codes) <= 6)
    return _written(question, chosen)


def _key(unit: str, question: Question) -> str:
    return f"answer_{unit}_{question.name}"


def _state(key: str) -> Any:
    """What stands in a field when a button is clicked; None where nothing does."""
    return st.session_state.get(key)


def _written(question: Question, chosen: Any) -> str:
    """What was written or chosen, as the file of a wave has it."""
    if question.item.separator and not question.item.numeric:
        return question.item.separator.join(chosen or ())
    return str(chosen or "").strip()


def _named(answers: Mapping, language: str, t: Speaker) -> Callable[[str], str]:
    """How a code is read: its name; a code that is no answer has none."""

    def named(code: str) -> str:
        if code not in answers:
            return t("calling.not_answered", code=code)
        label = answers[code]
        return visible(label[language] if isinstance(label, Mapping) else str(label))

    return named
