"""The store: made once, opened by file or URL, all or nothing, and faults about it in words."""

import os
import sqlite3
import stat
from datetime import UTC, datetime

import pandas as pd
import pytest
import sqlalchemy as sa
from made_up import BOTH, MAY, NAME, begin_survey, row_counts, take

from contracts import ESTIMATES
from service.fieldwork import stored_calls
from service.fieldwork.calls import round_of
from service.fieldwork.stored_calls import in_parts, log_after
from service.intake.import_log import import_log
from service.intake.imports import programme_names, wave_versions
from service.store import audit, rows, schema
from service.store import backup as backups
from service.store.engine import DEFAULT_URL, STORE_VARIABLE, Store, absolute, shown, store_url
from service.store.permissions import ADMINISTRATOR, Actor
from service.store.rows import insert_rows
from words import Fault


def fault(do, *arguments) -> Fault:
    with pytest.raises(Fault) as caught:
        do(*arguments)
    for t in BOTH.values():
        assert "{" not in t(caught.value.key, **caught.value.values)
    return caught.value


def test_store_heads_and_backups_are_only_their_owners(tmp_path, monkeypatch):
    monkeypatch.delenv(audit.HEAD_VARIABLE, raising=False)
    before = os.umask(0)
    try:
        store = Store.create(f"sqlite:///{tmp_path / 's.db'}")
        backups.backup(store.acting(Actor("eve", ADMINISTRATOR)), tmp_path / "b.db")
        kept_open = [f for f in tmp_path.iterdir() if stat.S_IMODE(f.stat().st_mode) != 0o600]
        assert kept_open == [] and {"s.db", "s.db.head", "b.db"} <= {f.name for f in tmp_path.iterdir()}
    finally:
        os.umask(before)
        store.engine.dispose()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_store_is_made_once_and_opened_with_what_is_in_it(fresh_url, engine):
    url = fresh_url(engine)
    assert fault(Store.open, url).key == "store.absent"
    first = Store.create(url)
    begin_survey(first)
    take(first)
    again, opened = Store.create(url), Store.open(url)
    assert row_counts(again) == row_counts(opened) == row_counts(first)
    assert programme_names(opened) == [NAME]
    assert list(wave_versions(opened, NAME).wave) == [MAY]
    for store in (first, again, opened):
        store.engine.dispose()


@pytest.mark.parametrize("url", ["mysql://me@host/base", "oracle://x", "://", "http://example.org/store"])
def test_what_is_no_store_is_refused_with_what_one_looks_like(url):
    assert fault(Store.create, url).key == "store.url"
    assert fault(Store.open, url).key == "store.url"


def test_a_file_that_is_no_store_is_refused(tmp_path):
    (tmp_path / "notes.db").write_bytes(b"these are notes, not a store" * 40)
    (tmp_path / "other.db").touch()
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE t (x)")
    assert fault(Store.open, f"sqlite:///{tmp_path}/notes.db").key == "store.unreachable"
    assert fault(Store.create, f"sqlite:///{tmp_path}/notes.db").key == "store.unreachable"
    assert fault(Store.open, f"sqlite:///{tmp_path}/other.db").key == "store.absent"
    assert fault(Store.open, f"sqlite:///{tmp_path}").key == "store.absent"
    assert fault(Store.create, f"sqlite:///{tmp_path}/no/such/folder/a.db").key == "store.unreachable"
    assert fault(Store.open, "sqlite://").key == "store.absent"


def test_a_server_that_does_not_answer_is_named_without_its_password():
    found = fault(Store.open, "postgresql://ann:secret@127.0.0.1:9/base")
    assert found.key == "store.unreachable"
    for t in BOTH.values():
        sentence = t(found.key, **found.values)
        assert "127.0.0.1" in sentence and "secret" not in sentence


def test_a_url_is_shown_without_its_password():
    assert shown("postgresql://ann:secret@host/base") == "postgresql://ann:***@host/base"


@pytest.mark.parametrize("name", ["数据 库.db", "a%41b.db", "what?.db", "x#y.db", "s [1].db"])
def test_a_file_of_any_name_can_be_a_store_and_is_shown_as_it_is_written(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    for given in (name, str(tmp_path / "b" / name)):
        (tmp_path / "b").mkdir(exist_ok=True)
        url = store_url(given)
        Store.create(url).engine.dispose()
        assert (tmp_path / given).is_file()
        assert shown(url) == f"sqlite:///{given}"
        monkeypatch.chdir("/")
        Store.open(absolute(url) if given != name else store_url(str(tmp_path / name))).engine.dispose()
        monkeypatch.chdir(tmp_path)
    assert absolute(store_url(name)) == store_url(str(tmp_path / name))
    assert absolute("postgresql://ann:secret@host/base") == "postgresql://ann:secret@host/base"


def test_the_store_is_the_one_given_or_that_of_the_environment_or_a_file_here(monkeypatch):
    monkeypatch.delenv(STORE_VARIABLE, raising=False)
    assert store_url() == DEFAULT_URL == "sqlite:///rankshift.db"
    monkeypatch.setenv(STORE_VARIABLE, "postgresql://host/base")
    assert store_url() == "postgresql://host/base"
    assert store_url("my.db") == "sqlite:///my.db"
    assert store_url("/tmp/my.db") == "sqlite:////tmp/my.db"


def _run(**values) -> dict:
    row = dict(use_case="x", arguments={}, seed="", version="", at=datetime.now(UTC), by="ann")
    return row | values


def test_a_transaction_is_written_whole_or_not_at_all(store):
    with pytest.raises(ZeroDivisionError), store.begin() as connection:
        connection.execute(schema.runs.insert().values(**_run()))
        raise ZeroDivisionError
    assert row_counts(store)["runs"] == 0


def test_a_row_that_points_to_no_run_is_refused_by_the_store(store):
    with pytest.raises(Fault) as caught, store.begin() as connection:
        connection.execute(schema.run_inputs.insert().values(run_id=7, kind="wave", version_id=1))
    assert caught.value.key == "store.busy"
    assert row_counts(store)["run_inputs"] == 0


def test_a_second_version_with_the_same_number_is_refused_by_the_store(store):
    begin_survey(store)
    row = dict(programme=NAME, version=1, digest="", file="", content=b"", run_id=1)
    with pytest.raises(Fault), store.begin() as connection:
        connection.execute(schema.programmes.insert().values(**row))
    assert row_counts(store)["programmes"] == 1


def test_readers_wait_for_no_writer(fresh_store):
    store = fresh_store("sqlite")
    with store.begin() as connection:
        connection.execute(schema.runs.insert().values(**_run()))
        assert import_log(store).empty  # read while the writer holds the store
        assert store.table(sa.select(schema.runs)).empty
    assert len(store.table(sa.select(schema.runs))) == 1


def test_an_empty_optional_cell_is_stored_as_nothing_and_numbers_as_they_are(store):
    table, run = schema.DERIVED["ESTIMATES"], _run()
    cells = {str: "a", int: 3, float: 0.5, bool: True}
    row = {column: cells[kind] for column, kind in ESTIMATES.columns.items()}
    frame = pd.DataFrame([row | dict(estimate=0.1 + 0.2, se=1 / 3, deff=float("nan"))])
    with store.begin() as connection:
        run_id = connection.execute(schema.runs.insert().values(**run)).inserted_primary_key[0]
        insert_rows(connection, table, frame, run_id=run_id)
        insert_rows(connection, table, frame.head(0), run_id=run_id)
    with store.read() as connection:
        found = connection.execute(sa.select(table)).mappings().one()
    assert found["deff"] is None
    assert (found["estimate"], found["se"], found["n"]) == (0.1 + 0.2, 1 / 3, 3)


def test_many_rows_come_back_as_they_were_given_and_a_nul_is_refused(store, monkeypatch):
    monkeypatch.setattr(rows, "AT_ONCE", 3)
    monkeypatch.setattr(stored_calls, "OF_LOG", 5)
    texts = ["u1", "", 'a "quoted", one', "\u4e2d\u6587\\N", " ", "\\.", "u7"]
    at = pd.date_range("2026-01-05 18:30:15.000001", periods=7, freq="17h", tz="UTC", unit="us")
    table = pd.DataFrame({"unit_id": texts, "at": at, "interviewer": texts[::-1], "disposition": "3.13"})
    with store.begin() as connection:
        number = round_of(connection, "lakeside", "2026Q2")
        for part in (table, table.assign(unit_id=table.unit_id + "two\nlines")):
            insert_rows(connection, schema.calls, part, round_id=number)
    asked = sa.select(*(schema.calls.c[name] for name in table)).order_by(schema.calls.c.call_id)
    with store.read() as connection:
        back = pd.concat(in_parts(connection, asked), ignore_index=True)
        log = pd.concat(log_after(connection, number, 2), ignore_index=True)
    assert back.iloc[:7].to_dict("records") == table.to_dict("records") and back.unit_id[9] == texts[2] + "two\nlines"
    for column in ("unit_id", "at", "disposition"):
        assert list(log[column]) == list(back[column][2:])
    assert list(log.call_id) == sorted(log.call_id) and log.call_id.min() == 3
    with pytest.raises(Fault) as refused, store.begin() as connection:
        insert_rows(connection, schema.calls, table.assign(interviewer="a\0b"), round_id=number)
    assert refused.value.key == "store.nul"


def test_times_come_back_as_the_same_moment(store):
    at = datetime(2024, 6, 1, 23, 30, tzinfo=UTC)
    with store.begin() as connection:
        connection.execute(schema.runs.insert().values(**_run(at=at)))
    (found,) = store.table(sa.select(schema.runs))["at"]
    assert found.replace(tzinfo=found.tzinfo or UTC) == at
