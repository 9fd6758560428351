"""Responses beside the questionnaire and the sample: everything that is wrong with them is named at once."""

from datetime import datetime

import numpy as np
import pandas as pd

from fieldwork.completeness import COMPLETE, INELIGIBLE, PARTIAL, states, to_be_put
from fieldwork.phone_numbers import masked_text
from fieldwork.questionnaire import Questionnaire
from programme.declared import Programme
from service.fieldwork.answering.drawn_units import DrawnUnits
from service.fieldwork.call_file import minute_of
from service.files.faults import FaultList
from service.files.zeros import refuse_codes
from service.intake.of_sample import FRAME_JOIN

UNIT, AT, INTERVIEWER = "unit_id", "at", "interviewer"
INTERVIEWS = (COMPLETE, PARTIAL)


def checked_answers(table: pd.DataFrame, questionnaire: Questionnaire, faults: FaultList) -> pd.DataFrame:
    """The columns of the questionnaire with state and disposition; `faults` gets every answer that is none.

    table: unit_id, at, interviewer, and columns of the questionnaire, as text, by row number; a column that is missing
    was answered by nobody
    """
    blank = pd.Series("", table.index, dtype=object)
    answers = pd.DataFrame({name: table.get(name, blank) for name in questionnaire.items}, index=table.index)
    known = {UNIT, AT, INTERVIEWER, *questionnaire.items}
    for name in [column for column in table if column not in known]:
        faults.refuse(table[name] != "", "response.unknown_item", name, table.assign(**{name: ""}),
                      expected=list(questionnaire.items))  # fmt: skip
    wrong = np.zeros(len(table), dtype=bool)
    for name, item in questionnaire.items.items():
        allowed = {cell: cell == "" or item.allows(cell) for cell in answers[name].unique()}
        bad = ~answers[name].map(allowed).astype(bool)  # a file without a row would otherwise give no truth values
        shown = answers.assign(**{name: answers[name].map(masked_text)}) if bad.any() else answers
        if item.range is not None:
            low, high = item.range
            key = "response.number" if item.codes else "response.number_only"
            wrong |= faults.refuse(bad, key, name, shown, low=low, high=high, expected=sorted(item.codes))
        else:
            refuse_codes(faults, bad, "response.level", name, shown, sorted(item.codes), expected=sorted(item.codes))
            wrong |= bad.to_numpy()
        answers[name] = answers[name].mask(bad, "")
    for item in questionnaire.circumstances:
        blank_here = (answers[item.name] == "").to_numpy()
        faults.refuse(blank_here, "response.circumstance", item.name, answers, expected=sorted(item.answers))
        wrong |= blank_here
    state = states(answers, questionnaire)
    _refuse_filtered(answers, questionnaire, faults)
    interview = state.state.isin(INTERVIEWS)
    for question in questionnaire.screener:
        lacking = interview & (answers[question.name] == "") & ~wrong
        faults.refuse(lacking, "response.screener", question.name, answers)
    return answers.assign(**state)


def _refuse_filtered(answers: pd.DataFrame, questionnaire: Questionnaire, faults: FaultList) -> None:
    """A Fault for answers to questions that were not to be put to the person, as the other answers show."""
    for question in questionnaire.questions:
        if question.item.asked_if:
            given = (answers[question.name] != "") & ~answers[question.name].isin(question.item.not_asked)
            out = given & ~to_be_put(answers, question, questionnaire)
            faults.refuse(out, "response.not_to_be_asked", question.name, answers, filter=list(question.item.asked_if))


def check_units(
    table: pd.DataFrame, drawn: DrawnUnits, faults: FaultList, wave: str, latest: datetime, *, simulated: bool
) -> None:
    """`faults` gets units that were not drawn or not released, impossible times, and interviewers not on the list.

    latest: no response may be later;  simulated: the survey is made up, and so may be its times before the draw
    """
    unit = table[UNIT]
    of_unit = drawn.units.reindex(unit)
    is_drawn, out, called = (of_unit[c].set_axis(table.index) for c in ("stratum", "out", "called"))
    shown = table.assign(**{UNIT: unit.map(masked_text)})
    faults.refuse(unit == "", "response.blank", UNIT, shown)
    refuse_codes(
        faults, is_drawn.isna() & (unit != ""), "response.not_drawn", UNIT, shown, drawn.units.index, wave=wave
    )
    faults.refuse(out.eq(False), "response.not_released", UNIT, shown, wave=wave, out=drawn.releases)
    faults.refuse(out.eq(True) & called.eq(False), "response.dead", UNIT, shown, wave=wave)
    faults.refuse((unit != "") & unit.duplicated(), "response.twice", UNIT, shown)
    timed = table[AT].map(lambda at: at is not None)
    later = timed & table[AT].map(lambda at: at is not None and at > latest)
    drawn_at = minute_of(drawn.at)
    before = timed & table[AT].map(lambda at: at is not None and at < drawn_at and not simulated)
    faults.refuse(later, "response.future", AT, table.assign(at=table[AT].map(str)))
    faults.refuse(before, "response.before_draw", AT, table.assign(at=table[AT].map(str)), drawn=drawn.at, wave=wave)
    if drawn.people is not None:
        unknown = (table[INTERVIEWER] != "") & ~table[INTERVIEWER].isin(list(drawn.people))
        named = table.assign(**{INTERVIEWER: table[INTERVIEWER].map(masked_text)})
        faults.refuse(unknown, "response.interviewer", INTERVIEWER, named, expected=sorted(drawn.people))


def check_places(
    table: pd.DataFrame, answers: pd.DataFrame, drawn: DrawnUnits, programme: Programme, faults: FaultList, wave: str
) -> None:
    """`faults` gets answers that say another area, or another part of the stratum, than the unit was drawn in."""
    unit = table[UNIT]
    of_unit = drawn.units.reindex(unit).set_axis(table.index)
    said = answers.state != INELIGIBLE
    area, columns = programme.columns.area, programme.columns.stratum
    if area in answers:
        differs = said & of_unit.area.notna() & (answers[area] != "") & (answers[area] != of_unit.area)
        faults.refuse(differs, "response.area", area, answers, wave=wave, each={"drawn": of_unit.area})
    parts = of_unit.stratum.fillna("").str.split(FRAME_JOIN)
    as_many = parts.map(len) == len(columns)
    for place, column in enumerate(columns):
        if column in answers and column != area:
            part = parts.map(lambda names, p=place: names[p] if len(names) > p else "")
            differs = said & as_many & of_unit.stratum.notna() & (answers[column] != "") & (answers[column] != part)
            faults.refuse(differs, "response.stratum", column, answers, wave=wave, each={"drawn": part})
