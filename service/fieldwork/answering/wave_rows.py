"""The rows of a wave that is made of its responses: one for each number called, with its outcome and answers."""

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from estimation import weigh
from estimation.weighting.steps import Base, Dispositions, Nonresponse, WeightingSteps
from fieldwork.completeness import INELIGIBLE, wave_cells
from fieldwork.dispositions import codes_of_class
from fieldwork.final_outcomes import final_outcomes
from programme.declared import Programme
from programme.made_waves import written_outcomes
from programme.weighting import BY_CLASS
from sampling.draw.stages import kish_person, last_birthday_probability
from service.fieldwork.answering.checking import AT, INTERVIEWS, UNIT
from service.intake.of_sample import FRAME_JOIN, JOIN
from service.samples.listed_columns import KISH, MODE
from words import Fault

OUTCOME, BASE, STRATUM = "outcome", "base_weight", "stratum"  # of the rows that are weighted here
MINUTE = "%Y-%m-%d %H:%M"  # how a wave's file writes when an interview began


def wave_rows(
    programme: Programme, wave: str, called: pd.DataFrame, responses: pd.DataFrame, attempts: pd.DataFrame
) -> pd.DataFrame:
    """The table of a wave's file, as text, by unit_id.

    called     the units to call, by unit_id: area, stratum, base_weight, kish and what is known of them
    responses  the responses that count, as they are stored
    attempts   unit_id, disposition, attempts: how often each number had each outcome

    Where the programme says how weights are made, there is a row for each number called, and its outcome is what the
    calls and the response together say (`final_outcomes`).  Else there is a row for each interview, with the base
    weight adjusted for unknown eligibility and nonresponse within its stratum, over the person's probability.
    """
    final = final_outcomes(attempts, list(called.index))
    answers = _answers(programme, responses).reindex(called.index).fillna("")
    answered = final.isin(codes_of_class("I", "P")).to_numpy()
    has_answers = called.index.isin(responses[UNIT][responses.state.isin(INTERVIEWS)])
    without = [str(unit) for unit in called.index[answered & ~has_answers]]
    if without:
        raise Fault(key="response.interviews_without", wave=wave, count=len(without), units=without[:10])
    answers = answers.drop(columns=_of_sample(programme, called), errors="ignore")
    listed = _known(programme, called)
    both = [column for column in answers if column in listed]  # the list says it of those who did not answer
    answers = answers.assign(**{c: answers[c].mask(~answered & (answers[c] == ""), listed[c]) for c in both})
    table = _identified(programme, called.index).join(listed.drop(columns=both)).join(answers)
    probability = person_probability(programme, called, answers, answered)
    if programme.weighting is not None:
        words = written_outcomes(programme)
        table[programme.weighting.dispositions.column] = final.map(lambda code: words.get(code, code))
        if probability is not None and programme.weighting.persons is not None:
            table[programme.weighting.persons] = [repr(float(p)) if np.isfinite(p) else "" for p in probability]
        return table.fillna("")
    weight = _weights(called, final)
    if probability is not None:
        weight = weight / probability
    table[programme.columns.weight] = [repr(float(w)) for w in weight]
    return table[answered].fillna("")


def person_probability(
    programme: Programme, called: pd.DataFrame, answers: pd.DataFrame, answered: np.ndarray
) -> np.ndarray | None:
    """The probability of the person asked in each household (n,), NaN without an interview; None: not asked for.

    By Kish's table where the sample has one for each household; else 1/A of A adults, where the programme's table
    [weighting.persons] wants a probability and a question counts the adults: each of them had the same chance.
    """
    steps, column = programme.weighting, programme.questionnaire.adults
    has_tables = KISH in called and called.kish.notna().all()
    if has_tables and steps is not None and steps.persons is None and steps.phones is None:
        raise Fault(key="response.persons_not_weighted", programme=programme.name)
    if not has_tables and (steps is None or steps.persons is None or not column):
        return None
    if not column:
        raise Fault(key="response.no_adults", programme=programme.name)
    adults = pd.to_numeric(answers[column], errors="coerce").to_numpy(float)
    missing = answered & ~(adults >= 1)
    if missing.any():
        units = [str(unit) for unit in called.index[missing]]
        raise Fault(key="response.adults_missing", column=column, count=len(units), units=units[:10])
    probability = np.full(len(called), np.nan)
    if has_tables:
        persons = kish_person(called.kish[answered], adults[answered].astype(int))
        probability[answered] = persons.probability.to_numpy()
    else:
        probability[answered] = last_birthday_probability(adults[answered])
    return probability


def _answers(programme: Programme, responses: pd.DataFrame) -> pd.DataFrame:
    """The cells of a wave's file, by unit_id: the questionnaire's columns, and the interviewer where a column names it.

    Of whom the screener sorted out, and of those who broke off, only the screener's answers.
    """
    questionnaire = programme.questionnaire
    given = pd.DataFrame(list(responses.answers), index=responses[UNIT], dtype=object)
    cells = given.reindex(columns=list(questionnaire.items)).astype(object).fillna("")
    for item, column in ((questionnaire.mode, "mode"), (questionnaire.group, "respondent_group")):
        if item is not None:
            cells[item.name] = responses[column].to_numpy()
    cells = wave_cells(cells, questionnaire)
    others = ~responses.state.isin(INTERVIEWS).to_numpy()
    cells.loc[others, [question.name for question in questionnaire.questions]] = ""
    sorted_out = (responses.state == INELIGIBLE).to_numpy()
    cells.loc[sorted_out, :] = ""
    if programme.interviewers is not None and programme.interviewers.column:
        cells[programme.interviewers.column] = responses.interviewer.to_numpy()
    zone, columns = ZoneInfo(programme.calling.zone), programme.columns
    if columns.began:  # the time of a response is that of its call; how long it took is not recorded
        cells[columns.began] = [at.astimezone(zone).strftime(MINUTE) for at in responses[AT]]
    if columns.minutes:
        cells[columns.minutes] = ""
    return cells


def _of_sample(programme: Programme, called: pd.DataFrame) -> list[str]:
    """The columns of a wave's file that the sample has, of every number, and no answer needs to fill."""
    columns = programme.columns
    parts = called[STRATUM].str.split(FRAME_JOIN).map(len)
    strata = columns.stratum if (parts == len(columns.stratum)).all() else ()
    return [columns.area, *strata] if called.area.isin(list(programme.areas)).all() else [*strata]


def _known(programme: Programme, called: pd.DataFrame) -> pd.DataFrame:
    """What the list of the frame says of each number, and whether it is a mobile one where weighting asks for that."""
    columns = called.drop(columns=[STRATUM, "area", "psu", BASE, KISH, MODE], errors="ignore")
    steps = programme.weighting
    if steps is None or steps.base.frame is None or steps.base.frame in {*programme.columns.stratum, *columns}:
        return columns
    return columns.assign(**{steps.base.frame: called[MODE]})


def _identified(programme: Programme, units: pd.Index) -> pd.DataFrame:
    """The columns that identify a unit, by its unit_id."""
    columns = programme.columns.respondent
    if len(columns) == 1:
        return pd.DataFrame({columns[0]: units}, index=units)
    parts = [unit.split(JOIN) for unit in units]
    wrong = next((unit for unit, names in zip(units, parts, strict=True) if len(names) != len(columns)), None)
    if wrong is not None:
        raise Fault(key="response.parts", unit=str(wrong), expected=list(columns))
    return pd.DataFrame(parts, index=units, columns=list(columns))


def _weights(called: pd.DataFrame, final: pd.Series) -> np.ndarray:
    """The weights of all numbers by base weight, unknown eligibility and nonresponse, each within the stratum."""
    dispositions = Dispositions(OUTCOME, *(codes_of_class(*groups) for groups in BY_CLASS))
    steps = WeightingSteps(dispositions, Base(BASE, None, {}), (STRATUM,), nonresponse=Nonresponse((STRATUM,)))
    table = pd.DataFrame({OUTCOME: final.to_numpy(), BASE: called[BASE].map(repr), STRATUM: called[STRATUM]})
    return weigh(table.reset_index(drop=True), steps).steps[-1].weight
