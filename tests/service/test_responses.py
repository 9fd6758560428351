"""Responses: what is recorded of people, what is refused and named at once, and the attempt that each one is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from half_rung import record_response, released, units
from made_up import BOTH, MAY, NAME, PROGRAMME, begin_survey

from service.fieldwork import calls
from service.fieldwork.answering import responses
from service.fieldwork.answering.interviews import record_interview
from service.fieldwork.answering.responses import Response, responses_of
from service.files.faults import faults_in
from service.samples.samples import read_sample
from service.store import audit, schema
from service.store.permissions import Actor
from words import Fault

QUESTIONNAIRE = b"""
[questionnaire]
partial = { complete = 0.9, partial = 0.3, needed = ["noise"] }
[questionnaire.screener.town]
text = { zh = "\xe9\x95\x87", en = "In which town do you live?" }
[questionnaire.screener.here]
text = { zh = "\xe4\xbd\x8f\xe5\x9c\xa8\xe6\x9c\xac\xe5\x9c\xb0", en = "Do you live here?" }
answers = { yes = { en = "yes" }, no = { en = "no" } }
eligible = "yes"
"""
WHOLE = {"here": "yes", "noise": "often", "pier": "good", "market": "fair"}


def asked(store):
    """The made-up survey with a questionnaire, its May drawn, one release of two out."""
    programme = PROGRAMME.replace(b"simulated = true", b"simulated = false")
    for name in (b"pier", b"market"):
        programme = programme.replace(b"[items." + name + b"]", b"[items." + name + b']\nnot_answered = ["?"]')
    at = released(begin_survey(store, programme + QUESTIONNAIRE))
    return at.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def store(prepared):
    opened, _ = prepared("sqlite", asked)
    return opened.acting(Actor("ann", "centre"))


def drawn(store, place: int = 0) -> str:
    return units(store)[place]


def response(unit: str, minutes: int = 0, **answers: str) -> Response:
    at = datetime.now(UTC) - timedelta(milliseconds=5) + timedelta(minutes=minutes)
    return Response(unit, at, {"town": unit.split("-")[0], **answers}, "i1")


def refused(store, *given: Response) -> dict[str, Fault]:
    """The faults by their keys, said in both languages."""
    with pytest.raises(Fault) as caught:
        for one in given:
            record_response(store, NAME, MAY, one)
    assert len({say(caught.value.key, **caught.value.values) for say in BOTH.values()}) == 2
    return {fault.key: fault for fault in faults_in(caught.value)}


def attempts(store) -> list[tuple]:
    table = schema.calls
    with store.read() as connection:
        return [
            tuple(row)
            for row in connection.execute(sa.select(table.c.unit_id, table.c.disposition, table.c.interviewer))
        ]


def test_a_response_is_stored_with_what_it_counts_as_and_is_an_attempt_of_the_call_log(store):
    unit = drawn(store)
    recorded = record_response(store, NAME, MAY, response(unit, **WHOLE))
    assert (recorded.new, recorded.known, recorded.states) == (1, 0, {"complete": 1})
    row = responses_of(store, NAME, MAY).iloc[0]
    assert (row.unit_id, row.state, row.disposition, row.interviewer) == (unit, "complete", "1.1", "i1")
    assert row.answers == {"town": unit.split("-")[0], **WHOLE}
    assert attempts(store) == [(unit, "1.1", "i1")]
    assert calls.read_fieldwork(store, NAME, MAY).releases.finished.sum() == 1


def test_the_same_response_again_changes_nothing_and_another_complete_one_is_refused(store):
    first = response(drawn(store), **WHOLE)
    record_response(store, NAME, MAY, first)
    again = record_response(store, NAME, MAY, first)
    assert (again.new, again.known) == (0, 1)
    second = replace(first, at=datetime.now(UTC), answers={**first.answers, "noise": "never"})
    assert set(refused(store, second)) == {"response.complete_already"}
    assert len(responses_of(store, NAME, MAY)) == len(attempts(store)) == 1


def test_a_partial_one_may_be_taken_up_again_and_the_last_counts(store):
    unit = drawn(store)
    part = response(unit, here="yes", noise="often")
    assert record_response(store, NAME, MAY, part).states == {"partial": 1}
    assert set(refused(store, replace(part, answers={**part.answers, "pier": "good"}))) >= {"response.earlier"}
    whole = response(unit, **WHOLE)
    assert record_response(store, NAME, MAY, whole).states == {"complete": 1}
    assert list(responses_of(store, NAME, MAY).state) == ["complete"]
    assert list(responses_of(store, NAME, MAY).part) == [2]
    assert record_response(store, NAME, MAY, part).known == 1


def test_who_is_sorted_out_is_not_eligible_and_who_breaks_off_refused(store):
    record_response(store, NAME, MAY, response(drawn(store), here="no"))
    record_response(store, NAME, MAY, response(drawn(store, 1), here="yes", pier="good"))
    assert sorted(code for _, code, _ in attempts(store)) == ["2.12", "4.7"]


def test_all_that_is_wrong_with_a_response_is_named_at_once_and_nothing_is_kept(store):
    waiting = read_sample(store, NAME, MAY)
    later = next(iter(waiting.units.unit_id[~waiting.out]))
    bad = response(later, 60, here="yes", noise="loud", phone="13912345678", pier="good", market="fair")
    bad = replace(bad, answers={**bad.answers, "town": "dill" if later.startswith("ash") else "ash"})
    named = refused(store, bad)
    assert set(named) == {
        "response.unknown_item",
        "response.level",
        "response.not_released",
        "response.future",
        "response.area",
    }
    assert "13912345678" not in str(named["response.unknown_item"])
    assert responses_of(store, NAME, MAY).empty and not attempts(store)


def test_a_unit_nobody_drew_a_time_before_the_draw_and_a_name_not_on_the_list_are_named(store):
    sample = read_sample(store, NAME, MAY)
    with store.begin() as connection:
        row = {"draw_id": sample.draw_id, "interviewer": "ina", "active": True, "at": datetime.now(UTC), "by": "ann"}
        connection.execute(schema.interviewers.insert().values(**row))
        audit.append(connection, store.actor, "test", {})
    old = replace(response("nobody", -10_000, **WHOLE), answers=WHOLE | {"town": "ash"})
    assert set(refused(store, old)) == {"response.not_drawn", "response.before_draw", "response.interviewer"}


def test_an_interview_needs_the_screener_and_nothing_that_was_not_to_be_asked(store):
    said = {name: code for name, code in WHOLE.items() if name != "here"}
    assert set(refused(store, response(drawn(store), **said))) == {"response.screener"}


def test_the_call_log_and_a_response_of_the_same_time_must_agree(store):
    unit, at = drawn(store), datetime.now(UTC).replace(microsecond=0)
    line = f"unit_id,at,interviewer,disposition\n{unit},{at.isoformat()},i1,2.11\n".encode()
    calls.import_calls(store, NAME, MAY, line, "log.csv")
    whole = Response(unit, at, {"town": unit.split("-")[0], **WHOLE}, "i1")
    assert set(refused(store, whole)) == {"response.other_outcome"}


def test_an_interview_that_the_log_has_is_no_second_attempt(store):
    unit, at = drawn(store), datetime.now(UTC).replace(microsecond=0)
    line = f"unit_id,at,interviewer,disposition\n{unit},{at.isoformat()},i1,1.1\n".encode()
    calls.import_calls(store, NAME, MAY, line, "log.csv")
    record_response(store, NAME, MAY, response(unit, **WHOLE))
    assert attempts(store) == [(unit, "1.1", "i1")]


def test_leaders_and_statisticians_record_nothing(store):
    for role in ("leader", "statistician"):
        with pytest.raises(Fault, match="may not do this"):
            record_interview(store.acting(Actor("eve", role)), NAME, MAY, response(drawn(store), **WHOLE))
    assert responses.RECORD == "record-responses"
