"""The page to call from: a number is taken by a button, stays until it is recorded, and answers go in with its call."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from presentation.calling.wave_steps import next_text
from programme.survey import read_programme
from service.fieldwork.calling import appointments, attempts, interviewers
from service.figures.wave_steps import steps_of_wave
from service.samples.samples import read_sample
from service.store import audit, schema
from service.store.engine import STORE_VARIABLE
from ui import faults
from words import Fault, speaker, text

sys.path.append(str(Path(__file__).parents[1] / "service"))
from half_rung import released
from made_up import MAY, NAME, PROGRAMME, begin_survey

ITEMS = read_programme(PROGRAMME, "p.toml").items
ALWAYS = """
[calling.slots.always]
weekdays = [1, 2, 3, 4, 5, 6, 7]
start = "00:00"
end = "23:59"
"""


@pytest.fixture
def store(fresh_store, monkeypatch, tmp_path):
    """The made-up May with ten numbers out, which are called at any time of the day."""
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))
    made = released(begin_survey(fresh_store("sqlite"), PROGRAMME + ALWAYS.encode()))
    monkeypatch.setenv(STORE_VARIABLE, str(made.engine.url))
    yield made
    made.engine.dispose()


def page(language: str = "en") -> AppTest:
    script = f"""
from service.store.permissions import CENTRE, Actor
from service.store.engine import Store, store_url
from ui.pages import calling
from ui.faults import explained
from words import speaker
t = speaker({language!r})
explained(lambda: calling.show(Store.open(store_url()).acting(Actor("ann", CENTRE)), t), t)
"""
    return AppTest.from_string(script, default_timeout=90).run()


def press(at: AppTest, key: str) -> None:
    next(b for b in at.button if b.label == text(key, "en")).click().run()
    assert not at.exception, at.exception


def rows(store, table: sa.Table) -> list:
    with store.read() as connection:
        return connection.execute(sa.select(table)).all()


def refuse_call(append):
    """The trail, which takes every line but that of a call."""

    def appended(connection, actor, action, details):
        if action == attempts.RECORD:
            raise Fault(key="calling.unknown_unit", unit=details["unit"], wave=details["wave"])
        return append(connection, actor, action, details)

    return appended


def test_a_number_is_taken_called_and_agreed_with_and_looking_again_books_nothing(store, monkeypatch):
    at = page()
    assert text("calling.nobody", "en", wave=MAY) in [i.value for i in at.info]
    at.text_input(key="new_names").set_value("ann, bea")
    press(at, "calling.list_them")
    waiting = len(read_sample(store, NAME, MAY).released)
    undealt = text("calling.undealt", "en", count=waiting, deal=text("calling.assign", "en"))
    assert undealt in [c.value for c in at.caption]
    at.toggle(key="where_wave").set_value(True).run()
    steps = steps_of_wave(store, NAME, MAY)
    assert next_text(steps, speaker("en")) in [i.value.replace("\\", "") for i in at.info]
    at.toggle(key="where_wave").set_value(False).run()
    monkeypatch.setattr(faults.st, "rerun", None)  # from here on each click draws the page once
    press(at, "calling.next")
    (held,) = rows(store, schema.holds)
    assert held.interviewer == "ann" and at.session_state  # ann acts, and is on the list
    page()
    assert rows(store, schema.holds) == [held]
    at.selectbox(key=f"outcome {held.unit_id}").set_value("2.21").run()
    at.checkbox(key=f"agree_{held.unit_id}").check().run()
    at.date_input(key=f"day {held.unit_id}").set_value(datetime.now(UTC).date() - timedelta(days=2))
    press(at, "calling.record")
    assert at.error and not rows(store, schema.calls) and rows(store, schema.holds) == [held]
    other = page()
    other.selectbox(key=f"outcome {held.unit_id}").set_value("2.21").run()
    at.date_input(key=f"day {held.unit_id}").set_value(datetime.now(UTC).date() + timedelta(days=2))
    at.text_input(key=f"note {held.unit_id}").set_value("left door")  # typed, and recorded by the very next click
    press(at, "calling.record")
    (call,), (agreed,) = rows(store, schema.calls), rows(store, schema.appointments)
    assert (call.unit_id, call.disposition, call.interviewer) == (held.unit_id, "2.21", "ann")
    assert (agreed.unit_id, agreed.interviewer, agreed.note) == (held.unit_id, "ann", "left door")
    assert not at.error and not rows(store, schema.holds)
    assert held.unit_id in at.success[0].value and not page("zh").exception
    press(other, "calling.record")  # what the first window has recorded is not recorded again
    assert "another window" in other.error[0].value and rows(store, schema.calls) == [call]


def test_an_interview_is_stored_with_its_call_and_the_number_is_let_go(store, monkeypatch):
    interviewers.list_interviewers(store, NAME, MAY, ["ann"])
    at = page()
    press(at, "calling.next")
    (held,) = rows(store, schema.holds)
    begins = datetime.now(UTC) + timedelta(hours=2)
    appointments.make_appointment(store, NAME, MAY, held.unit_id, attempts.Agreed(begins))
    at.radio(key=f"how {held.unit_id}").set_value(text("calling.with_answers", "en")).run()
    monkeypatch.setattr(faults.st, "rerun", None)  # each click draws the page once
    press(at, "calling.store_answers")  # by mistake: nothing was answered
    assert at.error and rows(store, schema.holds) == [held] and not rows(store, schema.calls)
    answered: set[str] = set()
    while waiting := [r for r in at.radio if r.key.startswith("answer_") and r.key not in answered]:
        name = waiting[0].key.removeprefix(f"answer_{held.unit_id}_")
        waiting[0].set_value(sorted(ITEMS[name].answers)[0]).run()  # an answer may let another question in
        answered.add(waiting[0].key)
    for field in [f for f in at.text_input if f.key.startswith("answer_")]:
        field.set_value("30").run()
    with pytest.MonkeyPatch.context() as patch:  # what is written last fails: then nothing is written
        patch.setattr(attempts.audit, "append", refuse_call(attempts.audit.append))
        press(at, "calling.store_answers")
    assert at.error and rows(store, schema.holds) == [held]
    assert not rows(store, schema.responses) and not rows(store, schema.calls)
    at.session_state["number shown"] = {held.unit_id: "01380000000"}
    press(at, "calling.store_answers")
    assert not at.session_state["number shown"]
    assert not at.error, [e.value for e in at.error]
    (response,), (call,) = rows(store, schema.responses), rows(store, schema.calls)
    assert response.unit_id == call.unit_id == held.unit_id and not rows(store, schema.holds)
    (agreed,) = rows(store, schema.appointments)
    assert agreed.how == attempts.OVER  # nobody calls again
    other = next(u for u in read_sample(store, NAME, MAY).weighted.unit_id if u != held.unit_id)
    at.text_input(key="find ann").set_value(other).run()
    press(at, "calling.take")
    assert [hold.unit_id for hold in rows(store, schema.holds)] == [other]
    appointments.make_appointment(store, NAME, MAY, other, attempts.Agreed(begins, interviewer="ann"))
    at.run()
    at.date_input(key=f"moved_day {other}").set_value((begins + timedelta(days=2)).date())
    press(at, "appointment.move")
    press(at, "appointment.cancel")
    hows = [agreed.how for agreed in rows(store, schema.appointments) if agreed.unit_id == other]
    assert len(hows) == 2 and None not in hows, hows
    for unit in read_sample(store, NAME, MAY).weighted.unit_id:
        if unit != held.unit_id:
            attempts.record_attempt(store, NAME, MAY, unit, "ann", "2.11")
    at.run()
    press(at, "calling.next")
    assert any(text("samples.page", "en") in c.value for c in at.caption), [c.value for c in at.caption]
