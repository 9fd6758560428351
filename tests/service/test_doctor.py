"""The doctor: every finding has its grade and its way out, in both languages."""

import os
import socket
import sqlite3
from collections import namedtuple
from datetime import UTC, date, datetime, timedelta

import pytest
from made_up import BOTH, MAY, NAME, as_csv, begin_survey, interviews, take
from test_migration import landed

from service.care import doctor
from service.figures import waves
from service.protection import keys, vault
from service.store import migration, schema
from service.store.engine import Store
from service.store.permissions import CENTRE, Actor


def findings(url: str) -> dict[str, str]:
    """Key -> grade; every sentence is whole in both languages."""
    found = doctor.examine(url)
    for finding in found:
        for t in BOTH.values():
            assert "{" not in t(finding.key, **finding.values)
    return {finding.key: finding.grade for finding in found}


def url_of(store: Store) -> str:
    return store.engine.url.render_as_string(hide_password=False)


def test_a_sound_store_has_only_fine_findings(store):
    begin_survey(store)
    take(store)
    waves.estimate_wave(store, NAME, MAY)
    found = findings(url_of(store))
    assert set(found.values()) == {"fine"}
    assert f"doctor.{store.engine.dialect.name}" in found and "doctor.current" in found


def test_figures_of_corrected_waves_and_lost_jobs_are_noted_until_they_are_done_again(sqlite_store):
    store = begin_survey(sqlite_store)
    take(store)
    waves.estimate_wave(store, NAME, MAY)
    take(store, content=as_csv(interviews(9)))
    silent = datetime.now(UTC) - timedelta(hours=1)
    row = dict(use_case="refresh", arguments={}, resource=NAME, by="ann", state="running", progress=0.2, step="")
    row |= dict(started=silent, heartbeat=silent, host=socket.gethostname(), pid=os.getpid(), cancel=False)
    with store.begin() as connection:
        connection.execute(schema.jobs.insert().values(**row))
    found = findings(url_of(store))
    assert (found["doctor.outdated_bad"], found["doctor.lost_job"]) == ("note", "note")
    waves.estimate_wave(store, NAME, MAY)
    assert findings(url_of(store))["doctor.outdated"] == "fine"


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_an_older_store_is_named_and_not_changed(fresh_url, engine):
    url = fresh_url(engine)
    old = landed(url)
    assert findings(url)["doctor.behind"] == "note"
    with old.connect() as connection:
        assert migration.revision_of(connection) == "schema2"
    old.dispose()


def test_a_newer_store_an_absent_one_and_a_server_that_is_not_there_are_bad(sqlite_store, tmp_path):
    with sqlite_store.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'from 2031'")
    assert findings(url_of(sqlite_store))["store.newer"] == "bad"
    assert findings(f"sqlite:///{tmp_path}/none.db")["store.absent"] == "bad"
    assert not (tmp_path / "none.db").exists()
    assert findings("postgresql://ann:secret@127.0.0.1:9/base")["store.unreachable"] == "bad"
    assert findings("mysql://host/base")["store.url"] == "bad"


def test_a_damaged_file_is_found(sqlite_store):
    begin_survey(sqlite_store)
    file = sqlite_store.engine.url.database
    url = url_of(sqlite_store)
    sqlite_store.engine.dispose()
    driver = sqlite3.connect(file)  # its foreign keys are off
    driver.execute("DELETE FROM runs")
    driver.commit()
    driver.close()
    assert findings(url)["doctor.damaged"] == "bad"


def test_too_little_room_and_a_package_too_old_are_bad(sqlite_store, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda folder: usage(10**9, 9 * 10**8, 10**8))
    monkeypatch.setattr(doctor, "requires", lambda name: ["pandas>=99", "no-such-package", "numpy; python_version<'3'"])
    found = doctor.examine(url_of(sqlite_store))
    assert findings(url_of(sqlite_store))["doctor.space_bad"] == "bad"
    assert [f.values["package"] for f in found if f.key == "doctor.package"] == ["pandas", "no-such-package"]


def test_the_command_says_it_and_fails_when_something_is_bad(sqlite_store, rankshift, tmp_path):
    said = rankshift("doctor", "--store", url_of(sqlite_store))
    assert said.code == 0 and "[fine] Migrations" in said.out
    refused = rankshift("doctor", "--store", tmp_path / "none.db", language="zh")
    assert refused.code == 1 and "[有问题]" in refused.out and "rankshift init" in refused.out


@pytest.fixture
def vaulted(store, tmp_path, monkeypatch):
    """A store with one number in it, and the file of its key."""
    file = tmp_path / "own" / "key"
    monkeypatch.setenv(keys.FILE_VARIABLE, str(file))
    monkeypatch.delenv(keys.KEY_VARIABLE, raising=False)
    begin_survey(store)
    take(store)
    ann, day = store.acting(Actor("ann", CENTRE)), date.today() + timedelta(days=9)
    content = b"unit_id,phone,name\nu1,13987654321,\n"
    vault.import_contacts(ann, NAME, MAY, content, "a.csv", key=keys.new_key(file), delete_on=day)
    return store, file


def test_the_store_s_own_key_in_a_file_of_its_owner_is_fine(vaulted):
    assert findings(url_of(vaulted[0]))["doctor.key"] == "fine"


def test_a_key_that_is_absent_readable_by_others_broken_or_another_one_is_bad_and_each_has_its_way_out(vaulted):
    store, file = vaulted
    url, content = url_of(store), file.read_bytes()
    file.chmod(0o640)
    assert findings(url)["key.readable"] == "bad"
    file.unlink()
    assert findings(url)["doctor.key_absent"] == "bad"
    said = {f.key: f for f in doctor.examine(url)}["doctor.key_absent"]
    assert "1" in BOTH["en"](said.key, **said.values) and "do not make a new one" in BOTH["en"](said.key, **said.values)
    assert "不要新建密钥" in BOTH["zh"](said.key, **said.values)
    file.write_text("no key")
    file.chmod(0o600)
    assert findings(url)["key.broken"] == "bad"
    file.unlink()
    keys.new_key(file)
    assert findings(url)["doctor.key_bad"] == "bad"
    file.write_bytes(content)
    assert findings(url)["doctor.key"] == "fine"
    assert content.strip().decode() not in "".join(str(f.values) for f in doctor.examine(url))


def test_an_interrupted_change_of_keys_is_named_with_the_command_that_finishes_it(vaulted):
    store, file = vaulted
    new = keys.new_key(keys.next_file(file))
    vault.rotate_key(store, keys.read_key(file), new)
    assert findings(url_of(store))["doctor.key_half"] == "bad"
    os.replace(keys.next_file(file), file)
    assert findings(url_of(store))["doctor.key"] == "fine"


def test_a_store_without_numbers_asks_for_no_key(store, tmp_path, monkeypatch):
    monkeypatch.setenv(keys.FILE_VARIABLE, str(tmp_path / "none"))
    assert not [key for key in findings(url_of(begin_survey(store))) if "key" in key]
