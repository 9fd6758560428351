"""Responses are recorded one by one or many at once, completely or not at all; each is an attempt of the call log too.

An interview is never changed and never given twice. One that was broken off, or is partial, may be taken up again: the
later response then counts, and the earlier one stays stored.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from fieldwork.completeness import COMPLETE
from fieldwork.dispositions import INTERVIEW
from fieldwork.phone_numbers import masked_text
from fieldwork.questionnaire import Questionnaire
from programme.declared import Programme
from service.fieldwork.answering.checking import (
    AT,
    INTERVIEWER,
    INTERVIEWS,
    UNIT,
    check_places,
    check_units,
    checked_answers,
)
from service.fieldwork.answering.drawn_units import AT_ONCE, drawn_units
from service.fieldwork.answering.response_file import read_responses, recognised
from service.fieldwork.call_file import DISPOSITION, log_of
from service.fieldwork.calls import add_calls, check_of, listed_of, round_of
from service.files.choice import Choice, Note
from service.files.faults import FaultList
from service.files.preview import Preview, preview
from service.intake.imports import current_programme
from service.samples.samples import Sample, read_sample
from service.store import audit, schema
from service.store.audit import Actor
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.rows import insert_rows
from words import Fault

SAME = {  # what the call log says of a row without answers -> what responses say of the same
    "calls.unknown_unit": "response.not_drawn",
    "calls.not_released": "response.not_released",
    "calls.dead_not_called": "response.dead",
    "calls.future": "response.future",
    "calls.interviewer": "response.interviewer",
}
RECORD = "record-responses"  # the action in the audit trail
STORED = ("unit_id", "part", "at", "interviewer", "mode", "respondent_group", "state", "disposition", "answers")
responses, calls, rounds = schema.responses, schema.calls, schema.rounds


@dataclass(frozen=True)
class Response:
    """What one person answered: question -> code of the screener and the items, nothing where nothing was answered.

    interviewer: "" where people answer by themselves;  mode, group: codes of the items that say so, "" without such an
    item;  at: with its time zone
    """

    unit_id: str
    at: datetime
    answers: Mapping[str, str]
    interviewer: str = ""
    mode: str = ""
    group: str = ""


@dataclass(frozen=True)
class Recorded:
    """What became of responses: how many are new, how many were known already, and how many of the new in each state.

    attempts: calls of the same file that had an outcome and no answers;  notes: what was recognised in their file
    """

    new: int
    known: int
    states: Mapping[str, int]
    attempts: int = 0
    notes: tuple[Note, ...] = field(default=(), compare=False)


def alongside(
    actor: Actor, programme_id: int, declared: Programme, wave: str, response: Response
) -> Callable[[sa.Connection], None]:
    """What records a response in the transaction of its call, which has the call's turn and its line in the log."""
    table = as_table([response], declared.questionnaire)

    def write(connection: sa.Connection) -> None:
        record(connection, actor, programme_id, declared, wave, table, FaultList(wave))

    return write


def outcome_of(declared: Programme, wave: str, response: Response) -> str:
    """The outcome of the call in which somebody answered so; a Fault names all answers that are none."""
    faults = FaultList(wave)
    answers = checked_answers(as_table([response], declared.questionnaire), declared.questionnaire, faults)
    faults.settle()
    return str(answers.disposition.iloc[0])


@permitted
def import_responses(
    store: Store, programme: str, wave: str, content: bytes, file: str, choice: Choice | None = None
) -> Recorded:
    """Record a file of responses or a filled-in call sheet (`read_responses`), completely or not at all."""
    programme_id, declared = current_programme(store, programme)
    faults = FaultList(file, same=SAME)
    rows = read_responses(content, file, declared, faults, choice)
    notes, attempts = rows.notes, rows.attempts
    if len(attempts):
        sample = read_sample(store, programme, wave)
        attempts, said = _log_of(store, sample, declared, attempts, faults, choice)
        notes = (*notes, *said)
    with store.begin("round", programme, wave) as connection:
        recorded = Recorded(0, 0, {})
        if len(rows.responses) or attempts.empty:
            recorded = record(connection, store.actor, programme_id, declared, wave, rows.responses, faults, file)
        if len(attempts):
            faults.settle()
            added = add_calls(connection, store.actor, programme, sample, attempts, faults)
            recorded = replace(recorded, attempts=added.new, known=recorded.known + added.known)
    return replace(recorded, notes=notes)


@permitted
def preview_responses(
    store: Store, programme: str, wave: str, content: bytes, file: str, choice: Choice | None = None
) -> Preview:
    """What `import_responses` would make of a file; what contradicts earlier responses is found by the import."""
    sample, declared = read_sample(store, programme, wave), current_programme(store, programme)[1]

    def check() -> tuple[Note, ...]:
        faults = FaultList(file, same=SAME)
        rows, said = read_responses(content, file, declared, faults, choice), ()
        if len(rows.attempts):
            _, said = _log_of(store, sample, declared, rows.attempts, faults, choice)
        if len(rows.responses) or rows.attempts.empty:
            with store.read() as connection:
                _checked(connection, declared, wave, rows.responses, faults)
        faults.settle()
        return (*rows.notes, *said)

    uses = {UNIT: UNIT, AT: AT, INTERVIEWER: "interviewer", DISPOSITION: DISPOSITION}
    uses |= dict.fromkeys(declared.questionnaire.items, "item")
    named = lambda read: (recognised(read, declared, choice), ())  # noqa: E731
    options = {"choice": choice, "usual": declared.encoding}
    return preview(content, file, uses, check, expected=[UNIT, AT], recognise=named, **options)


def _log_of(
    store: Store,
    sample: Sample,
    declared: Programme,
    attempts: pd.DataFrame,
    faults: FaultList,
    choice: Choice | None,
) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """The attempts of a file of responses as the call log has them, and what was changed for it."""
    of_log: dict[str, Any] = {"check": check_of(sample, choice, declared, listed_of(store, sample))}
    of_log["modes"] = declared.modes
    return log_of(attempts, faults, datetime.now(UTC), declared.outcomes, zone=declared.calling.zone, **of_log)


def as_table(given: list[Response], questionnaire: Questionnaire) -> pd.DataFrame:
    """Responses as a table: unit_id, at, interviewer and a column for each question, mode and group among them."""
    rows = []
    for response in given:
        of_item = {"mode": (questionnaire.mode, response.mode), "group": (questionnaire.group, response.group)}
        stated = {name if item is None else item.name: code for name, (item, code) in of_item.items() if code}
        rows.append({UNIT: response.unit_id, INTERVIEWER: response.interviewer, **response.answers, **stated})
    table = pd.DataFrame(rows, index=range(1, len(given) + 1), dtype=object).fillna("")
    return table.assign(**{AT: pd.Series([r.at for r in given], table.index, dtype=object)})


def record(
    connection: sa.Connection,
    actor: Actor,
    programme_id: int,
    programme: Programme,
    wave: str,
    table: pd.DataFrame,
    faults: FaultList,
    file: str = "",
) -> Recorded:
    """Record a table of responses in a transaction that holds the wave's turn ("round", programme, wave).

    table: unit_id, at (a time with its zone), interviewer, and the questionnaire's columns as text, by row number
    faults: those found before; all are raised together
    """
    questionnaire = programme.questionnaire
    answers = _checked(connection, programme, wave, table, faults)
    mode, group = (
        answers[item.name] if item is not None else pd.Series("", table.index)
        for item in (questionnaire.mode, questionnaire.group)
    )
    circumstances = {item.name for item in questionnaire.circumstances}
    questions = [name for name in questionnaire.items if name not in circumstances]
    said = [{q: cell for q, cell in zip(questions, row, strict=True) if cell} for row in answers[questions].to_numpy()]
    rows = table[[UNIT, AT, INTERVIEWER]].assign(
        mode=mode, respondent_group=group, state=answers.state, disposition=answers.disposition
    )
    rows["answers"] = said
    number = round_of(connection, programme.name, wave)
    stored = stored_responses(connection, number, list(rows[UNIT]))
    known = _known(rows, stored)
    new = rows[~known]
    last = stored.drop_duplicates(UNIT, keep="last").set_index(UNIT)
    new = _beside_earlier(new, last, faults)
    attempts = _attempts(connection, number, new, faults)
    faults.settle()
    if len(new):
        insert_rows(connection, responses, new, round_id=number, programme_id=programme_id)
        if len(attempts):
            insert_rows(connection, calls, attempts, round_id=number)
        details = {"programme": programme.name, "wave": wave, "responses": len(new), "attempts": len(attempts)}
        audit.append(connection, actor, RECORD, details | ({"file": masked_text(file)} if file else {}))
    counts = {str(state): int(count) for state, count in new.state.value_counts().items()}
    return Recorded(len(new), int(known.sum()), counts)


def _checked(
    connection: sa.Connection, programme: Programme, wave: str, table: pd.DataFrame, faults: FaultList
) -> pd.DataFrame:
    """The answers of a table of responses; `faults` gets all that is wrong with them and with their units."""
    answers = checked_answers(table, programme.questionnaire, faults)
    if table.empty:
        faults.found.append(Fault(key="response.no_rows", file=faults.file))
        faults.settle()
    drawn = drawn_units(connection, programme.name, wave, list(table[UNIT]))
    check_units(table, drawn, faults, wave, datetime.now(UTC), simulated=programme.simulated)
    check_places(table, answers, drawn, programme, faults, wave)
    return answers


def stored_responses(connection: sa.Connection, round_id: int, named: list[str] | None = None) -> pd.DataFrame:
    """The stored responses of a wave, of the named units or all, in the order of their parts."""
    wanted = [responses.c.unit_id.in_(sorted(set(named)))] if named is not None and len(set(named)) <= AT_ONCE else []
    columns = [responses.c[name] for name in STORED]
    ordered = sa.select(*columns).where(responses.c.round_id == round_id, *wanted).order_by(responses.c.part)
    table = pd.DataFrame([tuple(row) for row in connection.execute(ordered)], columns=list(STORED))
    return table.assign(at=[at.replace(tzinfo=at.tzinfo or UTC) for at in table[AT]])


def _content(row: Mapping[Any, Any]) -> tuple:
    """All of a response that makes it another one."""
    said = (UNIT, AT, INTERVIEWER, "mode", "respondent_group")
    return (*(row[name] for name in said), *sorted(row["answers"].items()))


def _known(rows: pd.DataFrame, stored: pd.DataFrame) -> pd.Series:
    """Which of the responses are stored already, with the same content."""
    there = {_content(row) for row in stored.to_dict("records")}
    return pd.Series([_content(row) in there for row in rows.to_dict("records")], index=rows.index, dtype=bool)


def _beside_earlier(new: pd.DataFrame, last: pd.DataFrame, faults: FaultList) -> pd.DataFrame:
    """The responses with their part; `faults` gets a second complete one of a unit, and one before an earlier one."""
    earlier = last.reindex(new[UNIT]).set_axis(new.index)
    shown = new.assign(**{UNIT: new[UNIT].map(masked_text)})
    complete = earlier.state == COMPLETE
    faults.refuse(complete, "response.complete_already", UNIT, shown, each={"before": earlier[AT].map(str)})
    out_of_turn = pd.Series(
        [pd.notna(before) and at is not None and at <= before for at, before in zip(new[AT], earlier[AT], strict=True)],
        index=new.index,
        dtype=bool,
    )
    faults.refuse(~complete & out_of_turn, "response.earlier", UNIT, shown, each={"before": earlier[AT].map(str)})
    return new.assign(part=earlier.part.fillna(0).astype(int) + 1)


def _attempts(connection: sa.Connection, round_id: int, new: pd.DataFrame, faults: FaultList) -> pd.DataFrame:
    """The attempts that the responses add to the call log: none where the log has the interview already.

    `faults` gets a response at the time of an attempt that the log says had another outcome or mode.
    """
    columns = calls.c.unit_id, calls.c.at, calls.c.disposition, calls.c.mode
    names = sorted(set(new[UNIT]))
    wanted = [calls.c.unit_id.in_(names)] if len(names) <= AT_ONCE else []
    logged = connection.execute(sa.select(*columns).where(calls.c.round_id == round_id, *wanted)).all()
    at_time = {(unit, at.replace(tzinfo=at.tzinfo or UTC)): (code, mode) for unit, at, code, mode in logged}
    interviewed = {unit for unit, _, code, _ in logged if code in INTERVIEW}
    before = [at_time.get((unit, at), (None, None)) for unit, at in zip(new[UNIT], new[AT], strict=True)]
    there, mode = (pd.Series([of[k] for of in before], index=new.index, dtype=object) for k in (0, 1))
    shown = new.assign(**{UNIT: new[UNIT].map(masked_text)})
    other = there.notna() & (there != new.disposition)
    faults.refuse(other, "response.other_outcome", UNIT, shown, each={"logged": there, "made": new.disposition})
    another = mode.notna() & (new["mode"] != "") & (mode != new["mode"])
    faults.refuse(another, "response.other_mode", UNIT, shown, each={"logged": mode, "made": new["mode"]})
    has_interview = new.state.isin(INTERVIEWS) & new[UNIT].isin(interviewed)
    attempts = new.loc[there.isna() & ~has_interview, [UNIT, AT, INTERVIEWER, "disposition", "mode"]]
    return attempts.assign(mode=attempts["mode"].where(attempts["mode"] != "", None))


@permitted
def responses_of(store: Store, programme: str, wave: str) -> pd.DataFrame:
    """The responses of a wave that count, one row for each unit: `STORED`; empty if there is none."""
    with store.read() as connection:
        number = connection.scalar(
            sa.select(rounds.c.round_id).where(rounds.c.programme == programme, rounds.c.wave == wave)
        )
        table = stored_responses(connection, -1 if number is None else number)
    return table.drop_duplicates(UNIT, keep="last").sort_values(UNIT, ignore_index=True)
