"""Numbers dealt out, taken one at a time, called and agreed with, on both engines; nothing half-done, nothing twice."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
import sqlalchemy as sa
from half_rung import INTERVIEW, NO_ANSWER, released, units
from made_up import BOTH, MAY, NAME, begin_survey

from service.drawing import releases
from service.fieldwork import calls
from service.fieldwork.calling import appointments, assigning, attempts, holding, interviewers
from service.fieldwork.calling.attempts import Agreed
from service.samples.samples import read_sample
from service.store import audit, schema
from service.store.engine import Store
from service.store.permissions import CENTRE, LEADER, Actor
from words import Fault

WHO = ("ann", "bea", "cai")


@pytest.fixture(autouse=True)
def heads_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """The path of a store with the made-up survey's May with ten numbers out, and three interviewers."""
    folder = tmp_path_factory.mktemp("called")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(audit.HEAD_VARIABLE, str(folder / "heads"))
        acting = released(begin_survey(Store.create(f"sqlite:///{folder / 's.db'}")))
        interviewers.list_interviewers(acting, NAME, MAY, WHO)
        acting.engine.dispose()
    return folder / "s.db"


@pytest.fixture
def begun(made_once, tmp_path):
    opened = Store.open(f"sqlite:///{shutil.copy(made_once, tmp_path / 's.db')}").acting(Actor("ann", CENTRE))
    yield opened
    opened.engine.dispose()


@pytest.fixture
def on_both(store):
    """The same on SQLite and on PostgreSQL."""
    acting = released(begin_survey(store))
    interviewers.list_interviewers(acting, NAME, MAY, WHO)
    return acting


def fault(do, *arguments, **options) -> Fault:
    with pytest.raises(Fault) as caught:
        do(*arguments, **options)
    assert len({say(caught.value.key, **caught.value.values) for say in BOTH.values()}) == 2
    return caught.value


def noon() -> datetime:
    """The next noon in Shanghai: some slot is open."""
    return (datetime.now(UTC) + timedelta(days=1)).replace(hour=4, minute=0)


def taken(store: Store, who: str, count: int = 1, now: datetime | None = None) -> list[str]:
    return list(holding.next_numbers(store, NAME, MAY, who, count, now=now or noon()).rows.unit_id)


def stored(store: Store, table: sa.Table) -> pd.DataFrame:
    return store.table(sa.select(table))


def test_released_numbers_are_dealt_out_evenly_by_lots_that_can_be_drawn_again(begun):
    dealt = assigning.assign_numbers(begun, NAME, MAY)
    assert dealt.numbers == 10 and sorted(dealt.rows.numbers) == [3, 3, 4]
    assert fault(assigning.assign_numbers, begun, NAME, MAY).key == "calling.nothing_to_assign"
    releases.release_next(begun, NAME, MAY)
    assert assigning.assign_numbers(begun, NAME, MAY).numbers == 10
    assert list(assigning.differing_assignments(begun, NAME, MAY).another) == [0, 0]
    with begun.begin() as connection:
        own = schema.assigned_units.c
        one = sa.select(own.unit_id).where(own.interviewer == "ann").limit(1).scalar_subquery()
        connection.execute(schema.assigned_units.update().where(own.unit_id == one).values(interviewer="bea"))
    assert sum(assigning.differing_assignments(begun, NAME, MAY).another) == 1


def test_numbers_of_somebody_who_leaves_are_for_all_until_they_are_dealt_out_again(begun):
    assigning.assign_numbers(begun, NAME, MAY)
    of_ann = set(taken(begun, "ann", 9))
    interviewers.retire_interviewer(begun, NAME, MAY, "ann")
    assert fault(holding.next_numbers, begun, NAME, MAY, "ann").values["expected"] == ["bea", "cai"]
    assert of_ann < set(taken(begun, "bea", 9))
    holding.give_back(begun, NAME, MAY, "bea")
    attempts.record_attempt(begun, NAME, MAY, sorted(of_ann)[0], "bea", INTERVIEW)
    assert assigning.assign_numbers(begun, NAME, MAY, of="ann").numbers == len(of_ann) - 1
    assert list(assigning.differing_assignments(begun, NAME, MAY).another) == [0, 0]
    assert not set(taken(begun, "bea", 9)) & set(taken(begun, "cai", 9))


def test_looking_again_books_nothing_and_what_is_recorded_is_never_given_twice(on_both):
    first = taken(on_both, "ann", 2)
    held = stored(on_both, schema.holds)
    assert taken(on_both, "ann", 2) == first and taken(on_both, "ann", 1) == first[:1]
    assert stored(on_both, schema.holds).equals(held)
    assert not set(taken(on_both, "bea", 9)) & set(first)
    recorded = attempts.record_attempt(on_both, NAME, MAY, first[0], "ann", "无人接听")
    again = attempts.record_attempt(on_both, NAME, MAY, first[0], "ann", "无人接听", at=recorded.at)
    before = recorded.at - timedelta(minutes=1)  # since then the number is on the screen of another window too
    twice = fault(attempts.record_attempt, on_both, NAME, MAY, first[0], "ann", "无人接听", shown_at=before)
    assert twice.key == "calling.recorded_since"
    assert again.known and not recorded.known and len(stored(on_both, schema.calls)) == 1
    soon = taken(on_both, "ann", 9, now=datetime.now(UTC) + timedelta(minutes=1))
    assert first[0] not in soon and first[1] in soon
    assert list(calls.outcomes_of(on_both, NAME, MAY).disposition) == [NO_ANSWER]


def test_fifty_interviewers_at_once_never_hold_the_same_number(on_both):
    many = [f"i{k}" for k in range(50)]
    interviewers.list_interviewers(on_both, NAME, MAY, many)
    at = noon()
    with ThreadPoolExecutor(12) as pool:
        held = [unit for own in pool.map(lambda who: taken(on_both, who, 1, at), many) for unit in own]
    assert len(held) == len(set(held)) == len(units(on_both)) == 10
    assert sorted(stored(on_both, schema.holds).unit_id) == sorted(held)


def test_two_processes_with_their_own_orders_never_hold_the_same_number(on_both):
    """Another engine on the same database keeps an order of its own, which knows nothing of what happened since."""
    other = Store.open(on_both.engine.url.render_as_string(hide_password=False)).acting(on_both.actor)
    at = datetime.now(UTC)
    order = [holding.next_numbers(each, NAME, MAY, "cai", 1, now=at) for each in (on_both, other)]  # both have an order
    holding.give_back(on_both, NAME, MAY, "cai")
    assert order[0].rows.unit_id.equals(order[1].rows.unit_id)
    mine = taken(on_both, "ann", 5, at)
    for unit in mine[:3]:
        attempts.record_attempt(on_both, NAME, MAY, unit, "ann", NO_ANSWER)
    assert not set(taken(other, "bea", 10, at)) & set(mine)
    other.engine.dispose()


def test_all_that_is_wrong_with_a_call_is_named_at_once_and_nothing_is_written(begun):
    drawn = read_sample(begun, NAME, MAY)
    later = drawn.units.unit_id[drawn.units.release == 2].iloc[0]
    future, past = datetime.now(UTC) + timedelta(hours=1), datetime.now(UTC) - timedelta(days=1)
    early = Agreed(past)
    found = fault(attempts.record_attempt, begun, NAME, MAY, later, "zoe", "whatever", at=future, agreed=early)
    keys = ["not_released", "interviewer", "outcome", "future"]
    assert [f.key for f in found.faults] == [*(f"calling.{key}" for key in keys), "appointment.over"]
    assert fault(attempts.record_attempt, begun, NAME, MAY, "nobody", "ann", "1.1").key == "calling.unknown_unit"
    unit = units(begun)[0]
    assert fault(attempts.record_attempt, begun, NAME, MAY, unit, "ann", "1.1", at=past).key == "calling.before"
    ended = fault(attempts.record_attempt, begun, NAME, MAY, unit, "ann", "2.11", agreed=Agreed(future))
    assert ended.key == "calling.appointment_of_final"
    (held,) = taken(begun, "ann")
    assert fault(attempts.record_attempt, begun, NAME, MAY, held, "bea", NO_ANSWER).values["interviewer"] == "ann"
    assert stored(begun, schema.calls).empty and stored(begun, schema.appointments).empty


def test_two_complete_interviews_or_two_calls_at_one_time_are_refused(begun):
    unit, at = units(begun)[0], datetime.now(UTC)
    attempts.record_attempt(begun, NAME, MAY, unit, "ann", INTERVIEW, at=at)
    assert fault(attempts.record_attempt, begun, NAME, MAY, unit, "ann", NO_ANSWER, at=at).key == "calling.same_time"
    assert fault(attempts.record_attempt, begun, NAME, MAY, unit, "ann", "完成").key == "calling.complete_twice"
    attempts.record_attempt(begun, NAME, MAY, unit, "bea", NO_ANSWER)  # called once more by mistake: it stays complete
    assert unit not in taken(begun, "ann", 10)


def test_an_appointment_is_given_to_its_interviewer_when_it_is_due_and_to_all_when_it_is_late(on_both):
    assigning.assign_numbers(on_both, NAME, MAY)
    unit, start = taken(on_both, "ann")[0], noon()
    note = "ask for the son, 13812345678"
    nothing = appointments.read_calendar(on_both, NAME, MAY)
    agreed = Agreed(start, interviewer="bea", note=note)
    attempts.record_attempt(on_both, NAME, MAY, unit, "ann", "约访", agreed=agreed)
    calendar = appointments.read_calendar(on_both, NAME, MAY)
    assert [list(t) for t in (calendar.rows, calendar.load)] == [list(t) for t in (nothing.rows, nothing.load)]
    row = calendar.rows.iloc[0]
    assert (row.unit_id, row.interviewer, row.state) == (unit, "bea", "appointed") and "138****5678" in row.note
    assert unit not in taken(on_both, "bea", 10, now=start - timedelta(minutes=1))
    for who in WHO:
        holding.give_back(on_both, NAME, MAY, who)
    due = start + timedelta(minutes=5)
    assert unit not in taken(on_both, "cai", 10, now=due) and taken(on_both, "bea", 1, now=due) == [unit]
    holding.give_back(on_both, NAME, MAY, "bea")
    late = start + timedelta(hours=1)
    assert appointments.read_calendar(on_both, NAME, MAY, now=late).rows.late.all()
    holding.give_back(on_both, NAME, MAY, "cai")
    assert taken(on_both, "cai", 1, now=late) == [unit]


def test_appointments_are_moved_and_cancelled_and_end_with_the_work(begun):
    unit, other = units(begun)[:2]
    make = lambda which, hours, **more: appointments.make_appointment(  # noqa: E731
        begun, NAME, MAY, which, Agreed(noon() + timedelta(hours=hours), **more)
    )
    make(unit, 1, interviewer="ann")
    make(other, 1.2, interviewer="ann")
    calendar = appointments.read_calendar(begun, NAME, MAY)
    assert calendar.rows.clash.all() and list(calendar.load.appointments) == [2]
    make(unit, 3, interviewer="ann")
    calendar = appointments.read_calendar(begun, NAME, MAY)
    assert list(calendar.rows.unit_id) == [other, unit] and not calendar.rows.clash.any()
    appointments.cancel_appointment(begun, NAME, MAY, other)
    assert fault(appointments.cancel_appointment, begun, NAME, MAY, other).key == "appointment.none"
    attempts.record_attempt(begun, NAME, MAY, unit, "ann", "2.11")
    assert appointments.read_calendar(begun, NAME, MAY).rows.empty
    assert sorted(stored(begun, schema.appointments).how) == ["cancelled", "moved", "over"]
    assert fault(make, unit, 5).key == "appointment.finished"


def test_a_log_with_a_stranger_is_refused_once_a_list_was_made_and_all_faults_come_together(begun):
    unit = units(begun)[0]
    content = f"unit_id,at,interviewer,disposition\n{unit},2024-05-06 08:00,zoe,1.1\nu-9,2099-05-06 08:00,ann,9.9\n"
    found = fault(calls.import_calls, begun, NAME, MAY, content.encode(), "log.csv")
    keys = {"disposition", "future", "unknown_unit", "interviewer"}
    assert {f.key for f in found.faults} == {f"calls.{key}" for key in keys}
    assert stored(begun, schema.calls).empty


def test_names_that_cannot_be_on_the_list_are_all_named(begun):
    found = fault(interviewers.list_interviewers, begun, NAME, MAY, ["", "dan", "dan", "13812345678"])
    assert [f.key for f in found.faults] == ["calling.name_twice", "calling.name", "calling.name_number"]
    assert "13812345678" not in str(found) and list(stored(begun, schema.interviewers).interviewer) == sorted(WHO)
    assert fault(holding.next_numbers, begun.acting(Actor("l", LEADER)), NAME, MAY, "ann").key == "permission.denied"
