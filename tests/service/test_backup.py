"""Backup and restore: the same rows, from and to either engine, while others write, and never over something."""

import os
import sqlite3
import threading
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from made_up import BOTH, JUNE, MAY, NAME, as_csv, begin_survey, interviews, row_counts, take
from test_migration import columns_of, landed, rows

from service.figures import waves
from service.intake import imports
from service.intake.import_log import import_log
from service.protection import vault
from service.protection.keys import Key
from service.store import audit, migration, schema
from service.store import backup as backups
from service.store.backup import backup, restore
from service.store.engine import Store
from service.store.permissions import CENTRE, Actor
from service.store.trail import trail_lines, verify_trail
from words import Fault

ENGINES = ("sqlite", "postgresql")


def everything(store: Store) -> dict[str, list]:
    """Every row of every table, times as moments."""
    found = {}
    for name, table in schema.metadata.tables.items():
        frame = store.table(sa.select(table).order_by(*table.primary_key))
        for column in frame:
            if isinstance(table.c[column].type, sa.DateTime):
                frame[column] = pd.to_datetime(frame[column], utc=True)
        found[name] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return found


def fault(do, *arguments, **named) -> Fault:
    with pytest.raises(Fault) as caught:
        do(*arguments, **named)
    for t in BOTH.values():
        assert "{" not in t(caught.value.key, **caught.value.values)
    return caught.value


@pytest.fixture
def surveyed(store):
    begin_survey(store)
    take(store, MAY)
    waves.estimate_wave(store, NAME, MAY)
    with pytest.raises(Fault):
        take(store, JUNE, b"nothing")
    return store


@pytest.mark.parametrize("target", ENGINES)
def test_a_restored_store_holds_every_row_and_is_worked_on_whatever_the_engines(surveyed, fresh_url, tmp_path, target):
    file = tmp_path / "备份 1.db"
    assert backup(surveyed, file) == file.stat().st_size
    assert [each.name for each in tmp_path.iterdir()] == [file.name]
    restored = restore(file, fresh_url(target)).store
    found, was = everything(restored), everything(surveyed)
    added = found["audit"].pop()
    assert added["action"] == "restore" and found == was
    assert waves.rerun(restored, 3) == []
    assert take(restored, JUNE).version == 1  # numbers go on after those carried over
    assert waves.estimate_wave(restored, NAME, JUNE).run_id == 5
    restored.engine.dispose()


def test_a_backup_is_a_store_one_can_open(surveyed, tmp_path):
    backup(surveyed, tmp_path / "a.db")
    opened = Store.open(f"sqlite:///{tmp_path / 'a.db'}")
    assert row_counts(opened) == row_counts(surveyed)
    opened.engine.dispose()


def test_a_backup_made_while_others_write_holds_whole_transactions(store, tmp_path):
    begin_survey(store)
    stop, files = threading.Event(), [tmp_path / f"{k}.db" for k in range(4)]

    def writing() -> None:
        seed = 0
        while not stop.is_set():
            seed += 1
            take(store, MAY, as_csv(interviews(seed)))

    writer = threading.Thread(target=writing)
    writer.start()
    for file in files:
        backup(store, file)
    stop.set()
    writer.join()
    for file in files:
        opened = Store.open(f"sqlite:///{file}")
        counts = row_counts(opened)
        assert counts["objects"] == 3 * counts["waves"]
        assert counts["runs"] == 1 + counts["waves"] == len(import_log(opened))
        opened.engine.dispose()


def test_a_store_is_replaced_while_another_reads_it_and_only_when_told(sqlite_store, tmp_path):
    url = sqlite_store.engine.url.render_as_string(hide_password=False)
    begin_survey(sqlite_store)
    backup(sqlite_store, tmp_path / "a.db")
    take(sqlite_store, MAY)
    assert fault(restore, tmp_path / "a.db", url).key == "restore.held"
    reader = Store.open(url)
    assert len(imports.wave_versions(reader, NAME)) == 1
    restored = restore(tmp_path / "a.db", url, replace=True).store
    for opened in (reader, sqlite_store, restored):
        assert len(imports.wave_versions(opened, NAME)) == 0
        assert opened.table(sa.text("PRAGMA journal_mode")).iloc[0, 0] == "wal"
    assert take(reader, MAY).version == 1
    for opened in (reader, restored):
        opened.engine.dispose()


def test_nothing_on_a_server_is_replaced(fresh_url, sqlite_store, tmp_path):
    backup(sqlite_store, tmp_path / "a.db")
    url = fresh_url("postgresql")
    begin_survey(store := Store.create(url))
    assert fault(restore, tmp_path / "a.db", url, replace=True).key == "restore.server_held"
    assert row_counts(store)["programmes"] == 1
    store.engine.dispose()


@pytest.mark.parametrize("target", ENGINES)
def test_a_backup_of_older_code_is_restored_and_brought_up_to_date(fresh_url, tmp_path, target):
    old = f"sqlite:///{tmp_path / 'old.db'}"
    engine = landed(old)
    before = rows(engine, columns_of(engine))
    engine.dispose()
    content = (tmp_path / "old.db").read_bytes()
    store = restore(tmp_path / "old.db", fresh_url(target)).store
    with store.read() as connection:
        assert migration.revision_of(connection) == migration.head()
    counts = row_counts(store)
    assert all(counts[name] == len(found) for name, found in before.items() if name in counts)
    assert (tmp_path / "old.db").read_bytes() == content
    store.engine.dispose()


def test_files_that_are_no_backup_are_refused_by_name_and_nothing_is_touched(sqlite_store, tmp_path):
    url = begin_survey(sqlite_store).engine.url.render_as_string(hide_password=False)
    (tmp_path / "notes.db").write_bytes(b"these are notes, not a store" * 40)
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE t (x)")
    backup(sqlite_store, tmp_path / "cut.db")
    os.truncate(tmp_path / "cut.db", (tmp_path / "cut.db").stat().st_size // 2)
    for name, key in (("notes", "backup.unsound"), ("other", "backup.no_store"), ("cut", "backup.unsound")):
        assert fault(restore, tmp_path / f"{name}.db", url, replace=True).key == key
    assert fault(restore, tmp_path / "nowhere.db", url, replace=True).key == "file.absent"
    assert row_counts(sqlite_store)["programmes"] == 1


def test_a_backup_is_never_written_over_a_file_and_leaves_no_half_of_one(sqlite_store, tmp_path):
    (tmp_path / "a.db").write_text("mine")
    assert fault(backup, sqlite_store, tmp_path / "a.db").key == "backup.exists"
    assert (tmp_path / "a.db").read_text() == "mine"
    assert fault(backup, sqlite_store, tmp_path / "no folder" / "b.db").key == "backup.failed"
    assert [each.name for each in tmp_path.iterdir()] == ["a.db"]


def test_the_command_line_moves_a_store_to_a_server_by_a_backup_and_one_url(fresh_url, tmp_path, rankshift):
    here, server = fresh_url("sqlite"), fresh_url("postgresql")
    begin_survey(Store.create(here))
    said = rankshift("backup", tmp_path / "a.db", "--store", here)
    assert said.code == 0 and "a.db" in said.out
    assert rankshift("restore", tmp_path / "a.db", "--store", server, language="zh").code == 0
    assert "harbours" in rankshift("imports", "--store", server).out
    refused = rankshift("restore", tmp_path / "a.db", "--store", server, language="zh")
    assert refused.code == 1 and "不覆盖" in refused.err


# ---------------------------------------------------------------- the audit trail and the vault come along


KEY = Key(bytes(range(64)))
NUMBER = "13987654321"


@pytest.fixture
def heads(tmp_path, monkeypatch):
    """heads(name): from now on heads are kept in this file."""

    def use(name: str):
        monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / name))
        return tmp_path / name

    return use


def guarded_store(store: Store) -> Store:
    """A programme, a list with a number, and the lines of the trail they leave."""
    begin_survey(store)
    ann = store.acting(Actor("ann", CENTRE))
    content = f"unit_id,phone,name\nu1,{NUMBER},Guo\n".encode()
    vault.import_contacts(ann, NAME, MAY, content, "a.csv", key=KEY, delete_on=date.today() + timedelta(days=9))
    return store


def keys_told(restored) -> list[str]:
    for each in restored.notes:
        for t in BOTH.values():
            assert "{" not in t(each.key, **each.values)
    return [each.key for each in restored.notes]


@pytest.mark.parametrize("target", ENGINES)
def test_the_trail_the_triggers_and_the_vault_come_back_on_either_engine(store, fresh_url, tmp_path, heads, target):
    heads("first")
    guarded_store(store)
    backup(store, tmp_path / "a.db")
    before = trail_lines(store)
    assert before.action[0] == "backup"
    assert NUMBER.encode() not in (tmp_path / "a.db").read_bytes()
    heads("second")  # another machine: no head of these lines is here
    restored = restore(tmp_path / "a.db", fresh_url(target))
    again = restored.store
    assert keys_told(restored) == ["restore.trail_whole", "restore.trail_unvouched"]
    after = trail_lines(again)
    assert list(after.digest[1:]) == list(before.digest) and after.action[0] == "restore"
    assert verify_trail(again).findings == () and verify_trail(again).anchored
    last = audit.kept_heads(store.engine.url)[len(before) - 1]
    assert verify_trail(again, noted=[last]).findings == ()
    take(again, MAY)
    assert verify_trail(again).findings == ()
    for change in ("UPDATE audit SET name = 'x'", "DELETE FROM audit"):
        with pytest.raises((sa.exc.DBAPIError, Fault), match="append-only"), again.begin() as connection:
            connection.exec_driver_sql(change)
    assert vault.call_sheet(again.acting(Actor("ann", CENTRE)), NAME, MAY, key=KEY).phone.tolist() == [NUMBER]
    again.engine.dispose()


def test_replacing_a_store_puts_the_heads_of_later_lines_aside_and_says_up_to_which(sqlite_store, tmp_path):
    store = guarded_store(sqlite_store)
    backup(store, tmp_path / "a.db")
    lines = len(trail_lines(store))
    take(store, MAY)
    lost = len(trail_lines(store))
    assert lost > lines
    restored = restore(tmp_path / "a.db", store.engine.url.render_as_string(hide_password=False), replace=True)
    assert keys_told(restored) == ["restore.trail_whole", "restore.trail_later"]
    assert restored.notes[0].values == {"lines": lines, "vouched": lines}
    assert restored.notes[1].values["number"] == lost
    aside = audit.head_file(store.engine.url).with_name(os.path.basename(restored.notes[1].values["file"]))
    assert len(aside.read_text("ascii").splitlines()) == lost
    assert verify_trail(restored.store).findings == ()
    assert len(trail_lines(restored.store)) == lines + 1
    restored.store.engine.dispose()


def test_a_backup_whose_trail_was_changed_is_restored_and_said_to_be_damaged(sqlite_store, tmp_path, fresh_url, heads):
    heads("first")
    backup(guarded_store(sqlite_store), tmp_path / "a.db")
    with closing(sqlite3.connect(tmp_path / "a.db")) as driver:
        driver.execute("DROP TRIGGER audit_no_update")
        driver.execute("UPDATE audit SET name = 'nobody' WHERE number = 2")
        driver.commit()
    heads("second")
    restored = restore(tmp_path / "a.db", fresh_url("postgresql"))
    assert keys_told(restored)[0] == "restore.trail_broken" and restored.notes[0].values["finding"]["en"].startswith(
        "Line 2 "
    )
    assert verify_trail(restored.store).findings[0].number == 2
    restored.store.engine.dispose()


@pytest.mark.parametrize("target", ENGINES)
def test_heads_of_another_trail_are_neither_mixed_nor_lost(sqlite_store, tmp_path, fresh_url, heads, target):
    """Two stores with the same work have other lines; RANKSHIFT_HEAD may still be the file of the one in use."""
    file = heads("shared")
    guarded_store(sqlite_store)
    content = file.read_bytes()
    heads("other")
    other = guarded_store(Store.create(fresh_url("sqlite")))
    backup(other, tmp_path / "a.db")
    heads("shared")
    place = fresh_url(target)
    assert fault(restore, tmp_path / "a.db", place).key == "restore.other_heads"
    assert file.read_bytes() == content and verify_trail(sqlite_store).findings == ()
    heads("third")
    restored = restore(tmp_path / "a.db", place)
    assert verify_trail(restored.store).findings == ()
    for store in (other, restored.store):
        store.engine.dispose()


def test_a_lost_file_is_restored_in_its_place_beside_the_heads_it_left(fresh_url, tmp_path):
    url = fresh_url("sqlite")
    store = guarded_store(Store.create(url))
    backup(store, tmp_path / "a.db")
    take(store, MAY)
    store.engine.dispose()
    for suffix in ("", "-wal", "-shm"):
        Path(store.engine.url.database + suffix).unlink(missing_ok=True)
    restored = restore(tmp_path / "a.db", url)
    assert keys_told(restored) == ["restore.trail_whole", "restore.trail_later"]
    assert verify_trail(restored.store).findings == ()
    restored.store.engine.dispose()


@pytest.mark.parametrize("damage", ["cut", "overwritten"])
def test_a_damaged_store_is_replaced_when_told_and_its_remains_are_kept(sqlite_store, tmp_path, damage):
    begin_survey(sqlite_store)
    take(sqlite_store, MAY)
    file, place = tmp_path / "b.db", tmp_path / "damaged.db"
    backup(sqlite_store, file)
    whole = file.read_bytes()
    remains = whole[:5_000] if damage == "cut" else whole[:4_096] + b"\xff" * 20_000 + whole[24_096:]
    place.write_bytes(remains)
    url = f"sqlite:///{place}"
    assert fault(restore, file, url).key == "restore.damaged"
    assert place.read_bytes() == remains
    restored = restore(file, url, replace=True)
    assert restored.notes[-1].key == "restore.remains"
    assert Path(restored.notes[-1].values["file"]).read_bytes() == remains
    assert row_counts(restored.store)["waves"] == 1
    restored.store.engine.dispose()


def test_heads_that_cannot_be_read_stop_a_restore_before_anything_is_replaced(sqlite_store, tmp_path, heads):
    heads("kept.head")
    begin_survey(sqlite_store)
    backup(sqlite_store, tmp_path / "b.db")
    take(sqlite_store, MAY)
    before = row_counts(sqlite_store)
    heads("folder").mkdir()
    url = sqlite_store.engine.url.render_as_string(hide_password=False)
    assert fault(restore, tmp_path / "b.db", url, replace=True).key == "file.unreadable"
    assert row_counts(sqlite_store) == before


def test_half_a_head_does_not_stop_a_restore_and_is_put_aside(sqlite_store, tmp_path, heads):
    kept = heads("kept.head")
    begin_survey(sqlite_store)
    backup(sqlite_store, tmp_path / "b.db")
    with kept.open("a") as opened:
        opened.write("4:half")
    url = sqlite_store.engine.url.render_as_string(hide_password=False)
    restored = restore(tmp_path / "b.db", url, replace=True)
    assert keys_told(restored) == ["restore.trail_whole", "restore.heads_aside"]
    assert Path(restored.notes[-1].values["file"]).read_text("ascii").endswith("4:half")
    assert verify_trail(restored.store).findings == ()
    restored.store.engine.dispose()


@pytest.mark.parametrize("target", ENGINES)
@pytest.mark.parametrize("step", ["upgrade", "_add_line", "last row"])
def test_a_restore_that_ends_at_any_step_leaves_what_was_there_and_no_copy(
    sqlite_store, fresh_url, tmp_path, monkeypatch, target, step
):
    """It left an empty store on a server, and all answers in the temporary folder."""
    begin_survey(sqlite_store)
    backup(sqlite_store, tmp_path / "b.db")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.setenv("SQLITE_TMPDIR", str(temporary))
    if target == "sqlite":
        take(sqlite_store, MAY)
        url = sqlite_store.engine.url.render_as_string(hide_password=False)
    else:
        url = fresh_url(target)
    before = row_counts(sqlite_store)

    def ends(*_arguments, **_options):
        assert not list(temporary.iterdir())  # also while it works
        raise ZeroDivisionError

    place = {"upgrade": migration, "_add_line": backups}.get(step, backups)
    last = "_replace_pages" if target == "sqlite" else "copy_rows"
    with monkeypatch.context() as patched:
        patched.setattr(place, step if step != "last row" else last, ends)
        with pytest.raises(ZeroDivisionError):
            restore(tmp_path / "b.db", url, replace=True)
    assert row_counts(sqlite_store) == before and not list(temporary.iterdir())
    if target == "postgresql":
        assert fault(Store.open, url).key == "store.absent"
    restored = restore(tmp_path / "b.db", url, replace=True).store
    assert row_counts(restored)["programmes"] == 1 and row_counts(restored)["waves"] == 0
    restored.engine.dispose()


def test_two_backups_into_one_file_at_once_make_one_and_say_so(sqlite_store, tmp_path, monkeypatch):
    begin_survey(sqlite_store)
    file, sound = tmp_path / "a.db", backups._check_sound

    def second_meanwhile(part):
        with monkeypatch.context() as patched:
            patched.setattr(backups, "_check_sound", sound)
            backup(sqlite_store, file)
        sound(part)

    with monkeypatch.context() as patched:
        patched.setattr(backups, "_check_sound", second_meanwhile)
        assert fault(backup, sqlite_store, file).key == "backup.exists"
    assert [each.name for each in tmp_path.iterdir()] == ["a.db"]
    assert restore(file, f"sqlite:///{tmp_path / 'c.db'}").store.engine.dispose() is None


def test_a_question_mark_a_hash_and_a_percent_sign_in_a_file_s_name_are_no_more_than_that(tmp_path, rankshift):
    place, copy, again = (tmp_path / f"{name}?a=1#2%20 号.db" for name in "sbr")
    assert rankshift("init", "--store", place).code == 0
    assert place.is_file() and place.stat().st_mode & 0o077 == 0
    assert rankshift("backup", copy, "--store", place).code == 0
    assert rankshift("restore", copy, "--store", again).code == 0
    assert again.stat().st_mode & 0o077 == 0 if os.name == "posix" else True
    assert rankshift("runs", "--store", f"sqlite:///{again}").code == 0
    assert {each.name for each in tmp_path.iterdir() if each.suffix == ".db"} == {place.name, copy.name, again.name}


def test_a_server_on_which_a_restore_was_interrupted_takes_the_backup_again(fresh_url, sqlite_store, tmp_path):
    begin_survey(sqlite_store)
    backup(sqlite_store, tmp_path / "b.db")
    url = fresh_url("postgresql")
    Store.create(url).engine.dispose()  # what is there when the copying was cut off: the tables, and nothing in them
    restored = restore(tmp_path / "b.db", url).store
    assert row_counts(restored)["programmes"] == 1
    restored.engine.dispose()
