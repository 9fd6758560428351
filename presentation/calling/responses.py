"""Responses as pages and the command line show them: what came in, and how many of each mode, group and state."""

from typing import Any

import pandas as pd

from estimation.indicators.indicators import Item
from fieldwork.completeness import STATES
from fieldwork.questionnaire import Question, Questionnaire
from programme.declared import Programme
from service.fieldwork.answering.responses import Recorded
from words import Speaker

CIRCUMSTANCES = ("mode", "respondent_group")


def import_text(recorded: Recorded, t: Speaker) -> str:
    """What became of responses that were recorded."""
    states = [
        f"{t(f'response.state.{state}')} {recorded.states[state]:,}" for state in STATES if state in recorded.states
    ]
    said = [t("response.attempts", count=recorded.attempts)] if recorded.attempts else []
    if recorded.new:
        said.insert(0, t("response.recorded", new=recorded.new, known=recorded.known, states=states))
    elif recorded.known or not said:
        said.insert(0, t("response.unchanged", known=recorded.known))
    return t("list.between_sentences").join(said)


def count_rows(responses: pd.DataFrame, programme: Programme, t: Speaker) -> pd.DataFrame:
    """How many responses of each mode and group are in each state: never one row for several groups or modes."""
    questionnaire, language = programme.questionnaire, t("language.code")
    items = {"mode": questionnaire.mode, "respondent_group": questionnaire.group}
    named = {c: item for c, item in items.items() if item is not None}
    by_code: list[tuple[Any, pd.DataFrame]] = list(responses.groupby(list(named))) if named else [((), responses)]
    rows = []
    for codes, part in by_code:
        counts = part.state.value_counts()
        cells = {
            t(f"response.column.{c}"): item.answers[code][language]
            for (c, item), code in zip(named.items(), codes, strict=True)
        }
        rows.append(cells | {t(f"response.state.{state}"): f"{counts.get(state, 0):,}" for state in STATES})
    return pd.DataFrame(rows)


def rule_text(questionnaire: Questionnaire, t: Speaker) -> str:
    """When an interview counts as complete, partial or broken off."""
    rule = questionnaire.completeness
    if rule.partial < rule.complete:
        key = "response.rule.partial"
    else:
        key = "response.rule.all" if rule.complete > 1 - 1e-9 else "response.rule.complete"
    return t(key, complete=f"{rule.complete:.0%}", partial=f"{rule.partial:.0%}")


def question_rows(questionnaire: Questionnaire, t: Speaker) -> pd.DataFrame:
    """Each question in its order: its name, its wording, and what may be answered; first what is not asked of anybody.

    These are the mode and the group of respondents: each has a column too, with one of its codes in every interview.
    """
    language = t("language.code")
    of = ((questionnaire.mode, t("response.not_asked.mode")), (questionnaire.group, t("response.not_asked.group")))
    rows = [(item.name, wording, _codes_text(item, language)) for item, wording in of if item is not None]
    rows += [(q.name, q.text[language], answers_text(q, t)) for q in questionnaire.all_questions]
    return pd.DataFrame(rows, columns=[t(f"response.column.{c}") for c in ("question", "wording", "answers")])


def answers_text(question: Question, t: Speaker) -> str:
    """The answers of a question with their codes, or the range of its numbers."""
    item, language = question.item, t("language.code")
    if item.range is not None:
        return t("response.range", low=f"{item.range[0]:g}", high=f"{item.range[1]:g}")
    return _codes_text(item, language)


def _codes_text(item: Item, language: str) -> str:
    """The codes of an item with their names."""
    return "  ".join(f"{code} {names[language]}" for code, names in item.answers.items())
