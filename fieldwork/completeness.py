"""What responses count as: complete, partial, broken off or not eligible, and the cells of a wave that follow."""

import numpy as np
import pandas as pd

from estimation.indicators.answers import asked
from fieldwork.questionnaire import ASKED, Question, Questionnaire

COMPLETE, PARTIAL, BROKEN_OFF, INELIGIBLE = STATES = ("complete", "partial", "broken_off", "ineligible")
CODES = {COMPLETE: "1.1", PARTIAL: "1.2", BROKEN_OFF: "2.12"}  # AAPOR's; the screener names that of INELIGIBLE


def states(answers: pd.DataFrame, questionnaire: Questionnaire) -> pd.DataFrame:
    """state and disposition of every response, by the questionnaire's rule (`Completeness`).

    answers: a column for each of `Questionnaire.items`, as text; "" where nothing was answered

    s_i = a_i/m_i with m_i the questions to be put to person i and a_i those of them that have an answer.  A question
    that depends on another one counts in m_i while that one has no answer.  Whom the screener sorts out is not
    eligible, whatever else was answered.
    """
    rule = questionnaire.completeness
    put = np.column_stack([to_be_put(answers, q, questionnaire) for q in questionnaire.questions])
    has = np.column_stack([_counts(answers, q, rule.counted) for q in questionnaire.questions])
    asked_of, answered = put.sum(axis=1), (put & has).sum(axis=1)
    has_needed = np.ones(len(answers), dtype=bool)
    for place, question in enumerate(questionnaire.questions):
        if question.name in rule.needed:
            has_needed &= has[:, place] | ~put[:, place]
    enough = has_needed & (asked_of > 0)
    slack = 1e-9 * asked_of  # a share such as 0.8 is no exact binary number
    is_complete = enough & (answered >= rule.complete * asked_of - slack)
    is_partial = enough & (answered >= rule.partial * asked_of - slack)
    state = np.where(is_complete, COMPLETE, np.where(is_partial, PARTIAL, BROKEN_OFF)).astype(object)
    code = pd.Series(state, index=answers.index).map(CODES).to_numpy(dtype=object)
    for question in reversed(questionnaire.screener):
        out = answers[question.name].map(question.sorts_out).to_numpy(dtype=bool)
        state[out], code[out] = INELIGIBLE, question.outcome
    return pd.DataFrame({"state": state, "disposition": code}, index=answers.index)


def to_be_put(answers: pd.DataFrame, question: Question, questionnaire: Questionnaire) -> np.ndarray:
    """Is the question to be put to each person (n,), as far as the answers before it tell?"""
    put = asked(answers, question.item, questionnaire.items)
    for name in question.item.asked_if:
        put = put | (answers[name] == "").to_numpy()
    return put


def wave_cells(answers: pd.DataFrame, questionnaire: Questionnaire) -> pd.DataFrame:
    """The columns of a wave's file: what nobody answered has the item's code for it, and what was not to be put too.

    A cell that is empty stays so where the item has no code for it.
    """
    cells = {item.name: answers[item.name] for item in questionnaire.circumstances}
    cells |= {question.name: answers[question.name] for question in questionnaire.screener}
    for question in questionnaire.questions:
        cell, put = answers[question.name], asked(answers, question.item, questionnaire.items)
        none, not_put = (min(codes, default="") for codes in (question.item.not_answered, question.item.not_asked))
        blank = (cell == "").to_numpy()
        cells[question.name] = cell.mask(blank & put, none).mask(blank & ~put, not_put)
    return pd.DataFrame(cells, index=answers.index)


def _counts(answers: pd.DataFrame, question: Question, counted: str) -> np.ndarray:
    """Does each cell count as answered (n,)?"""
    none = {""} if counted == ASKED else {"", *question.item.not_answered}
    return (~answers[question.name].isin(none | question.item.not_asked)).to_numpy()
