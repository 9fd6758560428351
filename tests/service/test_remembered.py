"""What reading use cases remember: the same answer until somebody writes, whoever writes, and never another role's."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pandas as pd
import pytest
import sqlalchemy as sa
from half_rung import released
from made_up import JUNE, MAY, NAME, begin_survey, take
from streamlit.testing.v1 import AppTest

from service.fieldwork.calling import attempts, holding, interviewers
from service.figures import waves
from service.figures.area_page import read_area
from service.figures.league import read_league
from service.figures.screen import read_screen
from service.figures.side_by_side import read_side_by_side
from service.intake import imports
from service.protection import people
from service.samples import samples
from service.store import schema
from service.store import unchanging as unchanging_tables
from service.store.engine import STORE_VARIABLE, Store
from service.store.permissions import LEADER, Actor
from service.store.remembered import MOST, remembered, remembered_while_called
from service.store.unchanging import unchanging
from words import text

ROOT = Path(__file__).parents[2]


def estimated(store: Store) -> Store:
    begin_survey(store)
    take(store)
    waves.estimate_wave(store, NAME, MAY)
    return store


def test_an_answer_is_the_same_object_until_something_is_written_by_any_process(fresh_url):
    url = fresh_url("sqlite")
    store = estimated(Store.create(url))
    screen = read_screen(store, NAME)
    assert read_screen(store, NAME) is screen and read_screen(store, NAME, wave=MAY) is not screen
    other_process = Store.open(url)
    take(other_process, seed=6)  # a corrected wave
    corrected = read_screen(store, NAME)
    assert not screen.league.outdated and corrected.league.outdated
    waves.estimate_wave(other_process, NAME, MAY)
    newest = read_screen(store, NAME)
    assert not newest.league.outdated and not newest.league.table.estimate.equals(screen.league.table.estimate)


def test_what_one_role_may_see_is_no_answer_for_another(fresh_url):
    url = fresh_url("sqlite")
    store = estimated(Store.create(url))
    leader = store.acting(Actor("ann", LEADER))
    assert read_league(leader, NAME) is not read_league(store, NAME)
    assert read_league(store.acting(Actor("bea", LEADER)), NAME) is read_league(leader, NAME)


def test_a_transaction_of_a_use_case_that_writes_without_a_line_in_the_trail_is_noticed_in_every_test(sqlite_store):
    """The head of the trail stands for the state of the store: conftest.py watches every use case that a test calls."""
    begin_survey(sqlite_store)
    silent = compile(
        "with store.begin() as connection:\n    connection.execute(change)", str(ROOT / "service" / "silent.py"), "exec"
    )
    table = schema.programmes
    with pytest.raises(AssertionError, match="programmes"):
        exec(silent, {"store": sqlite_store, "change": table.update().values(file="other.toml")})
    with pytest.raises(AssertionError, match="runs"):
        exec(silent, {"store": sqlite_store, "change": sa.text('DELETE FROM "runs" WHERE run_id < 0')})
    exec(silent, {"store": sqlite_store, "change": schema.jobs.delete()})  # of which no figure is made


def test_whoever_asks_at_the_same_time_waits_for_one_answer(store):
    asked, together = [], Barrier(8)

    @remembered
    def use_case(_store: Store, name: str) -> list[str]:
        asked.append(name)
        return [name]

    def ask(_) -> list[str]:
        together.wait()
        return use_case(store, "a")

    with ThreadPoolExecutor(8) as readers:
        answers = list(readers.map(ask, range(8)))
    assert asked == ["a"] and all(answer is answers[0] for answer in answers)
    for k in range(MOST):
        use_case(store, str(k))
    assert use_case(store, "a") is not answers[0]  # the one asked for the longest ago has gone


def test_a_fault_is_not_remembered(store):
    with pytest.raises(Exception, match=r"league|programme"):
        read_league(store, NAME)
    with pytest.raises(Exception, match=r"league|programme"):
        imports.current_programme(store, NAME)
    estimated(store)
    assert read_league(store, NAME).wave == MAY


def test_a_page_shows_corrected_figures_at_once_and_the_warning_until_they_are_computed(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'store.db'}"
    monkeypatch.setenv(STORE_VARIABLE, url)
    store = estimated(Store.create(url))
    people.mark_demo(store)

    def page() -> tuple[str, bool]:
        """The printed table of the page, and whether it warns that the figures are out of date."""
        app.run()
        assert not app.exception
        tables = [h.proto.body for h in app.get("html") if "<table" in h.proto.body]
        return "".join(tables), any(warning.value in text("app.outdated", "en") for warning in app.warning)

    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["lang"] = "en"
    first = page()
    assert page() == first and not first[1]
    take(store, seed=6)
    assert page() == (first[0], True)
    waves.estimate_wave(store, NAME, MAY)
    newest = page()
    assert newest[0] != first[0] and not newest[1]


def test_a_table_that_never_changes_is_read_once_but_an_empty_one_and_one_too_large_each_time(
    sqlite_store, monkeypatch
):
    monkeypatch.setattr(unchanging_tables, "MOST_ROWS", 5)
    read = []

    def rows(n):
        return unchanging(sqlite_store.engine, ("rows", n), lambda: read.append(n) or pd.DataFrame({"x": range(n)}))

    for n in (3, 3, 0, 0, 6, 6, 2, 3, 4, 3):  # with that of four rows no other one has room
        assert len(rows(n)) == n
    assert read == [3, 0, 0, 6, 6, 2, 4, 3]


def test_what_reads_no_calls_is_remembered_while_people_call_and_nothing_longer(fresh_store):
    store = released(begin_survey(fresh_store("sqlite")))
    interviewers.list_interviewers(store, NAME, MAY, ["i1"])
    asked = []

    @remembered_while_called
    def lasting(_store: Store) -> list:
        asked.append("lasting")
        return []

    @remembered
    def strict(_store: Store) -> list:
        return []

    first, second, people_listed = lasting(store), strict(store), interviewers.interviewer_list(store, NAME, MAY)
    noon = (datetime.now(UTC) + timedelta(days=1)).replace(hour=4, minute=0)  # in Shanghai, when some slot is open
    (unit,) = holding.next_numbers(store, NAME, MAY, "i1", now=noon).rows.unit_id
    attempts.record_attempt(store, NAME, MAY, unit, "i1", "3.13")
    assert lasting(store) is first and strict(store) is not second
    assert interviewers.interviewer_list(store, NAME, MAY) is people_listed
    interviewers.list_interviewers(store, NAME, MAY, ["i2"])
    attempts.record_attempt(store, NAME, MAY, unit, "i2", "3.13")
    assert lasting(store) is not first and len(asked) == 2
    assert list(interviewers.interviewer_list(store, NAME, MAY).interviewer) == ["i1", "i2"]


def test_what_is_remembered_while_people_call_asks_for_no_calls(fresh_store):
    store = released(estimated(fresh_store("sqlite")), NAME, JUNE)
    asked: list[str] = []
    sa.event.listen(store.engine, "before_cursor_execute", lambda *of: asked.append(of[2]))
    league = read_screen(store, NAME).league
    read_area(store, NAME, str(league.table.index[0]))
    samples.sample_waves(store, NAME)
    interviewers.interviewer_list(store, NAME, JUNE)
    read_side_by_side(store, NAME)
    tables = {table for statement in asked for table in re.findall(r"(?:FROM|JOIN) (\w+)", statement)}
    assert {"draws", "interviewers", "estimates"} <= tables
    assert not tables & {"calls", "responses", "appointments", "holds"}
