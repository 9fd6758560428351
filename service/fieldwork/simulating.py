"""A drawn wave's calls and answers made up from known truth, for demonstrations and trials."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.random import Generator

from estimation.columns.texts import among
from estimation.indicators.indicators import SHARE, Item
from estimation.weighting.steps import AGE_GROUP
from fieldwork import code_of
from fieldwork.assignment import assigned_interviewers
from fieldwork.calling_rules import CallingRules
from fieldwork.dispositions import CLASSES, INTERVIEW, codes_of_class
from fieldwork.final_outcomes import NEVER_CALLED, final_outcomes
from fieldwork.simulated import (
    Interviewing,
    Question,
    Reaching,
    Truth,
    answer,
    made_up_people,
    play_calls,
    possible_outcomes,
    simulated_responses,
)
from programme.declared import Programme
from service.fieldwork.calling.interviewers import newest_owners
from service.files.faults import FaultList
from service.files.read import read_file
from service.intake.imports import current_programme
from service.samples.listed_columns import columns_kept, listed_of_draw
from service.samples.samples import Sample, read_sample
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.runs import generator
from words import Fault

AREA, RATE, WILLING, COACHED = TRUTH_COLUMNS = ("area", "rate", "willing", "coached")
SEX, SECONDS = "sex", "seconds"
NOBODY_CALLED = "3.1"  # how a wave's file has the numbers that were not called
_CODES = codes_of_class(*CLASSES)
MADE_UP = {"unit_id", "outcome", "age", SEX, "adults"}


@dataclass(frozen=True, eq=False)
class SimulatedWave:
    """What was made up for a wave.

    calls         unit_id, at, interviewer, disposition, simulated, as `sample calls` reads them
    answers       one row for each number released, under the programme's names of columns, as `import-wave` reads them
    appointments  unit_id, start and end of those that lie ahead when the fieldwork ends or is broken off
    """

    calls: pd.DataFrame
    answers: pd.DataFrame
    appointments: pd.DataFrame

    @property
    def interviews(self) -> int:
        """How many there are."""
        return int(self.calls.disposition.isin(INTERVIEW).sum())


@permitted
def simulate_wave(
    store: Store,
    programme_name: str,
    wave: str,
    measure: str,
    truth: Truth,
    reaching: Reaching,
    interviewing: Interviewing,
    *,
    seed: str,
    begins: datetime,
    ends: datetime,
) -> SimulatedWave:
    """Play the calls to the numbers released for a wave, and the answers of those interviewed; nothing is stored.

    measure  a share of one item, of which `truth.rates` are the areas' true values
    A Fault for a programme that does not say that it is simulated, for a wave without release, for a measure that is no
    share of one item, for areas without a true rate, and for columns that cannot be made up.
    """
    _, programme = current_programme(store, programme_name)
    if not programme.simulated:
        raise Fault(key="simulated.real", programme=programme_name)
    questions = _questions(programme, measure)
    sample = read_sample(store, programme_name, wave)
    listed = columns_kept(store, sample.plan.frame_id)
    names, words = _names(programme, listed), _words(programme, reaching)
    units = sample.released[~among(sample.released.unit_id, sample.uncalled)].sort_values(
        ["release", "place", "stratum"]
    )
    if units.empty:
        raise Fault(key="simulated.not_released", wave=wave)
    if missing := sorted(set(units.area) - set(truth.rates)):
        raise Fault(key="simulated.areas", wave=wave, found=missing)
    rng = generator(seed, programme_name, wave)
    people = made_up_people(units, truth, seed=seed, nobody=dict(reaching.nobody))
    owner = _owners(store, sample, units, interviewing, rng)
    rules = CallingRules(sample.plan.wanted.attempts, until=ends)
    played = play_calls(people, owner, reaching, interviewing, rules, begins, ends, rng=rng)
    calls, appointments = played
    interviews = calls[calls.disposition.isin(INTERVIEW)].set_index("unit_id")
    asked = people.loc[interviews.index], interviews.interviewer, interviews["at"]
    answers = answer(*asked, truth, interviewing, questions, seed=seed, rng=rng)
    counted = calls.value_counts(["unit_id", "disposition"]).rename("attempts").reset_index()
    final = final_outcomes(counted, list(people.index)).replace({NEVER_CALLED: NOBODY_CALLED})
    rows = simulated_responses(people, final, answers, interviews.interviewer)
    rows["outcome"] = rows.outcome.map(words)
    rows = rows.assign(**_times(programme, rows, calls))
    renamed = rows.set_axis([names.get(column, column) for column in rows], axis=1)
    if kept := sorted(listed - set(renamed)):
        of_list = listed_of_draw(store, sample.draw_id)[kept]
        renamed = renamed.join(of_list, on=names["unit_id"])
    return SimulatedWave(calls.assign(simulated="true"), renamed, appointments)


def _times(programme: Programme, rows: pd.DataFrame, calls: pd.DataFrame) -> dict[str, pd.Series]:
    """When each interview began and its minutes, in the columns that the programme names for them; blank for others.

    An interview is over before its interviewer's next call.
    """
    columns, zone = programme.columns, ZoneInfo(programme.calling.zone)
    in_turn = calls.sort_values(["interviewer", "at"])
    left = -in_turn.groupby("interviewer")["at"].diff(-1).dt.total_seconds()
    interviews = in_turn.assign(left=left)[in_turn.disposition.isin(INTERVIEW)].set_index("unit_id")
    of_row = interviews.reindex(rows.unit_id).set_axis(rows.index)
    began = of_row["at"].dt.tz_convert(zone).dt.strftime("%Y-%m-%d %H:%M:%S").fillna("")
    seconds = np.fmin(pd.to_numeric(rows[SECONDS]), of_row.left)
    minutes = (np.floor(seconds / 6) / 10).astype(object).where(rows[SECONDS] != "", "")
    return {name: cells for name, cells in ((columns.began, began), (columns.minutes, minutes)) if name}


def _owners(store: Store, sample: Sample, units: pd.DataFrame, interviewing: Interviewing, rng: Generator) -> pd.Series:
    """Whose each number is: as it was dealt out here, or by lot where nobody has it; a Fault for other interviewers."""
    with store.read() as connection:
        dealt = newest_owners(connection, sample.draw_id).set_index("unit_id").interviewer
    known = dealt.reindex(units.unit_id)
    if others := sorted(set(known.dropna()) - set(interviewing.names)):
        raise Fault(key="simulated.others", wave=sample.wave, found=others, expected=list(interviewing.names))
    for _, of in units[known.isna().to_numpy()].groupby("release").unit_id:
        known = known.fillna(assigned_interviewers(list(of), interviewing.names, rng))
    return known


def read_truth(content: bytes, file: str, areas: list[str], wave: str) -> pd.DataFrame:
    """rate and, where the file has them, willing and coached, by area; a Fault with all that is wrong.

    The rates stand in the column `rate`, or, as in the demonstration's truth.csv, in the column named like the wave.
    """
    read = read_file(content, file, (AREA,))
    table, faults = read.table, FaultList(file, list(read.faults))
    if RATE not in table and wave in table:
        table = table.rename(columns={wave: RATE})
    if missing := [column for column in (AREA, RATE) if column not in table]:
        raise Fault(key="simulated.truth_columns", file=file, columns=missing, found=list(table.columns))
    faults.refuse(~table[AREA].isin(areas), "simulated.truth_area", AREA, table, expected=areas)
    faults.refuse(table[AREA].duplicated(), "simulated.truth_twice", AREA, table)
    numbers = {}
    for column in [c for c in TRUTH_COLUMNS[1:] if c in table]:
        numbers[column] = pd.to_numeric(table[column], errors="coerce")
        outside = ~numbers[column].between(0, 1) | ((column == RATE) & (numbers[column] <= 0))
        faults.refuse(outside, "simulated.truth_number", column, table)
    faults.settle()
    return pd.DataFrame(numbers).set_axis(pd.Index(table[AREA], name=AREA))


def _names(programme: Programme, listed: frozenset[str]) -> Mapping[str, str]:
    """What the programme calls the columns that are made up; a Fault for one that is neither made up nor listed."""
    steps, columns = programme.weighting, programme.columns
    if steps is None or len(columns.respondent) != 1:
        raise Fault(key="simulated.weighting", programme=programme.name)
    names = {"unit_id": columns.respondent[0], "area": columns.area, "outcome": steps.dispositions.column}
    names |= {} if steps.ages is None else {"age": steps.ages.column}
    names |= {} if steps.phones is None else {"adults": steps.phones.adults}
    if programme.interviewers is not None and programme.interviewers.column:
        names["interviewer"] = programme.interviewers.column
    known = {names.get(column, column) for column in MADE_UP} | {columns.area, AGE_GROUP, *columns.stratum, *listed}
    needed = {column for of in steps.needed().values() for column in of} - {steps.base.weight}
    if unknown := sorted(needed - known):
        raise Fault(key="simulated.columns", programme=programme.name, found=unknown, expected=sorted(known))
    return names


def _words(programme: Programme, reaching: Reaching) -> dict[str, str]:
    """Outcome -> the programme's own word for it; a Fault for outcomes that it has no word for."""
    assert programme.weighting is not None
    written = sorted(programme.weighting.dispositions.codes)
    words = {code: word for word in written if (code := code_of(word, programme.outcomes, _CODES)) is not None}
    if unknown := sorted({*possible_outcomes(reaching), NOBODY_CALLED} - set(words)):
        raise Fault(key="simulated.outcomes", programme=programme.name, found=unknown, expected=written)
    return words


def _questions(programme: Programme, measure: str) -> list[Question]:
    """The programme's items as questions, that of the measure first."""
    chosen = programme.measures.get(measure)
    if chosen is None or chosen.kind != SHARE or not chosen.yes_or_no or programme.items[chosen.items[0]].separator:
        shares = [name for name, of in programme.measures.items() if of.kind == SHARE and of.yes_or_no]
        raise Fault(key="simulated.measure", found=measure, expected=shares)
    first = chosen.items[0]
    good = {of.items[0]: of.counts for of in programme.measures.values() if of.kind == SHARE and len(of.items) == 1}
    good[first] = chosen.counts
    asked, waiting = [first], [name for name in programme.items if name != first]
    while ready := [name for name in waiting if set(programme.items[name].asked_if) <= set(asked)]:
        asked, waiting = asked + ready, [name for name in waiting if name not in ready]
    if waiting:
        raise Fault(key="simulated.item", found=waiting)
    return [_question(name, programme.items[name], good.get(name)) for name in asked]


def _question(name: str, item: Item, counts: frozenset | None) -> Question:
    codes = list(item.answers)
    if item.numeric or len(codes) < 2:
        raise Fault(key="simulated.item", found=[name])
    better = codes[: len(codes) // 2] if counts is None else [code for code in codes if code in counts]
    good = () if item.separator else tuple(better)
    bad = tuple(code for code in codes if code not in good)
    rest = {"several": item.separator, "asked_if": item.asked_if, "not_asked": min(item.not_asked, default="")}
    return Question(name, good, bad, min(item.not_answered, default=""), **rest)
