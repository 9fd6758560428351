"""The vault: nothing in the clear anywhere, nothing that can be moved, masked but for the call sheet, gone at last."""

import io
import logging
import sqlite3
import tempfile
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import sqlalchemy as sa
from made_up import MAY, NAME, begin_survey, take

from service.care import doctor
from service.figures.waves import estimate_wave, rerun
from service.protection import erasure, keys, people, vault
from service.protection.erasure import search, store_files
from service.protection.keys import Key
from service.store import audit, schema
from service.store.backup import backup
from service.store.engine import Store
from service.store.permissions import CENTRE, Actor
from service.store.trail import trail_lines, verify_trail
from words import Fault

KEY, OTHER = Key(bytes(range(64))), Key(bytes(range(1, 65)))
TODAY = date.today()
LATER = TODAY + timedelta(days=30)
PLANTED, LANDLINE, PERSON = "13987654321", "07722812345", "Guo Xiaochuan"
LIST = f"unit_id,phone,name\nu1,{PLANTED},{PERSON}\nu2,0772-2812345,覃小川\nu3,+86 150 0000 1111,\n".encode()


@pytest.fixture(autouse=True)
def heads_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))


def centre(store: Store) -> Store:
    return store.acting(Actor("ann", CENTRE))


def with_contacts(store: Store, content: bytes = LIST, *, wave: str = MAY, key: Key = KEY, delete_on=LATER) -> Store:
    if NAME not in set(store.table(sa.select(schema.programmes.c.programme)).programme):
        begin_survey(store)
    vault.import_contacts(centre(store), NAME, wave, content, "list.csv", key=key, delete_on=delete_on)
    return store


def fault(do, *arguments, **options) -> Fault:
    with pytest.raises(Fault) as caught:
        do(*arguments, **options)
    return caught.value


def files_of(store: Store, *more: Path) -> list[Path]:
    return [*store_files(store), *(f for folder in more for f in folder.rglob("*") if f.is_file())]


# ---------------------------------------------------------------- in and out


def test_a_list_goes_in_and_comes_out_on_the_call_sheet_only(store):
    with_contacts(store)
    sheet = vault.call_sheet(centre(store), NAME, MAY, key=KEY)
    assert sheet.to_dict("list") == {
        "unit_id": ["u1", "u2", "u3"],
        "phone": [PLANTED, LANDLINE, "15000001111"],
        "name": [PERSON, "覃小川", ""],
    }
    shown = vault.masked_contacts(centre(store), NAME, MAY, key=KEY)
    assert list(shown.phone) == ["139****4321", "0772****345", "150****1111"]
    assert list(shown.name) == ["G**", "覃**", ""]


def test_every_call_sheet_is_recorded_with_who_and_how_many(store):
    with_contacts(store)
    vault.call_sheet(centre(store), NAME, MAY, key=KEY)
    line = trail_lines(store).iloc[0]
    assert (line["name"], line.role, line.action) == ("ann", CENTRE, "call-sheet")
    assert line.details == f'{{"numbers": 3, "programme": "{NAME}", "wave": "{MAY}"}}'
    assert verify_trail(store).findings == ()


def test_an_administrator_gets_no_call_sheet_and_the_attempt_is_recorded(sqlite_store):
    with_contacts(sqlite_store)
    assert fault(vault.call_sheet, sqlite_store, NAME, MAY, key=KEY).key == "permission.denied"
    assert trail_lines(sqlite_store).action[0] == "denied"


def test_a_workbook_is_a_list_too(sqlite_store):
    book = openpyxl.Workbook()
    for row in (["unit_id", "phone"], ["a", 13987654321], ["b", "0772-2812345"]):
        book.active.append(row)
    book.save(buffer := io.BytesIO())
    with_contacts(sqlite_store, buffer.getvalue())
    assert list(vault.call_sheet(centre(sqlite_store), NAME, MAY, key=KEY).phone) == [PLANTED, LANDLINE]


def test_a_number_is_found_by_its_hash_in_any_spelling_and_the_question_recorded_masked(store):
    with_contacts(store)
    for spelling in (PLANTED, "+86 139-8765-4321", "１３９８７６５４３２１"):
        found = vault.find_number(centre(store), spelling, key=KEY)
        assert found.to_dict("records") == [{"programme": NAME, "wave": MAY, "unit_id": "u1"}]
    assert vault.find_number(centre(store), "13800000000", key=KEY).empty
    assert '"139****4321"' in trail_lines(store).details[1]
    assert fault(vault.find_number, centre(store), "12", key=KEY).key == "contacts.no_number"


@pytest.mark.parametrize(
    ("content", "key", "row"),
    [
        (b"unit_id\nu1\n", "contacts.column", None),
        (b"unit_id,phone\nu1,\n", "contacts.blank", 2),
        (b"unit_id,phone\nu1,13987654321\nu1,13987654322\n", "contacts.twice", 3),
        (b"unit_id,phone\nu1,13987654321\nu2,139876543210\n", "contacts.not_a_number", 3),
        (b"unit_id,phone\n13987654321,13987654321\n", "contacts.number_as_unit", 2),
        (b"unit_id,phone\nx139-8765-4321,13987654321\n", "contacts.number_as_unit", 2),
        (b"", "file.empty", None),
    ],
)
def test_a_list_with_a_fault_is_refused_whole_and_the_message_shows_no_number(sqlite_store, content, key, row):
    begin_survey(sqlite_store)
    options = {"key": KEY, "delete_on": LATER}
    found = fault(vault.import_contacts, centre(sqlite_store), NAME, MAY, content, "list.csv", **options)
    assert found.key == key and found.values.get("row") == row
    assert "9876" not in repr(found.values)
    assert vault.contact_lists(sqlite_store).empty


def test_a_list_needs_a_day_of_deletion_to_come_a_wave_of_its_own_and_no_demonstration(sqlite_store):
    begin_survey(sqlite_store)
    do = lambda **options: fault(  # noqa: E731
        vault.import_contacts, centre(sqlite_store), NAME, MAY, LIST, "list.csv", key=KEY, **options
    )
    assert do(delete_on=TODAY).key == "contacts.delete_on"
    people.mark_demo(sqlite_store)
    assert do(delete_on=LATER).key == "contacts.demo"
    with sqlite_store.begin() as connection:
        connection.execute(sa.delete(schema.access))
    with_contacts(sqlite_store)
    assert do(delete_on=LATER).key == "contacts.exists"
    assert fault(people.mark_demo, sqlite_store).key == "people.no_demo"


# ---------------------------------------------------------------- encrypted, each field in its place


def stored(store: Store) -> pd.DataFrame:
    return store.table(sa.select(schema.contacts).order_by(schema.contacts.c.wave, schema.contacts.c.unit_id))


def test_the_same_number_is_another_ciphertext_in_every_place_and_the_same_hash(store):
    with_contacts(store, b"unit_id,phone\na,13987654321\nb,13987654321\n")
    with_contacts(store, b"unit_id,phone\na,13987654321\n", wave="2024-06")
    rows = stored(store)
    assert rows.phone.nunique() == 3 and len(set(rows.phone_hash)) == 1
    assert all(len(phone) == 11 + 16 for phone in rows.phone)


@pytest.mark.parametrize("column", ["phone", "name"])
def test_a_ciphertext_moved_to_another_unit_column_or_wave_does_not_open(store, column):
    with_contacts(store)
    rows = stored(store)
    for value in (rows[column][1], rows.name[0] if column == "phone" else rows.phone[0], b"\x00" * 27):
        with store.begin() as connection:
            update = schema.contacts.update().where(schema.contacts.c.unit_id == "u1")
            connection.execute(update.values({column: value}))
        assert fault(vault.call_sheet, centre(store), NAME, MAY, key=KEY).key == "contacts.forged"


def test_another_key_is_refused_and_named_by_its_fingerprint(store):
    with_contacts(store)
    found = fault(vault.call_sheet, centre(store), NAME, MAY, key=OTHER)
    assert found.key == "key.other" and found.values["expected"] == KEY.fingerprint
    assert fault(with_contacts, store, wave="2024-06", key=OTHER).key == "key.other"
    assert fault(vault.rotate_key, store, OTHER, KEY).key == "key.other"


def test_after_a_change_of_keys_only_the_new_one_opens_and_the_old_ciphertexts_are_gone(store):
    with_contacts(store)
    before = stored(store)
    assert vault.rotate_key(store, KEY, OTHER) == 3
    assert fault(vault.call_sheet, centre(store), NAME, MAY, key=KEY).key == "key.other"
    assert vault.call_sheet(centre(store), NAME, MAY, key=OTHER).phone[0] == PLANTED
    assert list(vault.find_number(centre(store), PLANTED, key=OTHER).unit_id) == ["u1"]
    if store.engine.dialect.name == "sqlite":
        assert search(store_files(store), [*before.phone, *before.phone_hash]).found == 0
        assert search(store_files(store), stored(store).phone).found == 3


# ---------------------------------------------------------------- nowhere in the clear


def test_a_planted_number_stands_in_no_file_log_or_temporary_file(tmp_path, monkeypatch, caplog):
    """Everything a number may come in by: a good list, a bad one, a file name, a wrong column of a wave, a search."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setenv("SQLITE_TMPDIR", str(temporary))
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("sqlalchemy.engine").setLevel(logging.DEBUG)
        store = begin_survey(Store.create(url))
        options = {"key": KEY, "delete_on": LATER}
        bad = LIST.replace(b"u2", b"u1")
        for content, name in ((bad, f"{PLANTED}.csv"), (LIST, f"{PLANTED}.csv")):
            try:
                vault.import_contacts(centre(store), NAME, MAY, content, name, **options)
            except Fault as refused:
                assert refused.key == "contacts.twice"
        fault(take, store, content=f"id,town,side,w,noise,pier,market\n1,{PLANTED},quay,1,often,good,good\n".encode())
        fault(take, store, wave=PLANTED)
        fault(vault.find_number, store, PLANTED, key=KEY)
        vault.masked_contacts(centre(store), NAME, MAY, key=KEY)
        vault.find_number(centre(store), PLANTED, key=KEY)
        vault.call_sheet(centre(store), NAME, MAY, key=KEY)
        vault.rotate_key(store, KEY, OTHER)
        with pytest.raises(Fault), store.begin() as connection:
            connection.execute(schema.contacts.insert(), stored(store).to_dict("records"))
    logging.getLogger("sqlalchemy.engine").setLevel(logging.NOTSET)
    files = files_of(store, tmp_path)
    assert {"store.db", "store.db-wal", "heads"} <= {file.name for file in files}
    secret = [text.encode(code) for text in (PLANTED, LANDLINE, PERSON) for code in ("utf-8", "utf-16-le", "utf-16-be")]
    content = b"".join(file.read_bytes() for file in files) + caplog.text.encode()
    assert b"139****4321" in content  # the search would see it: its masked form is there
    assert len(caplog.text) > 10_000 and "INSERT INTO contacts" in caplog.text
    assert not [text for text in secret if text in content]
    store.engine.dispose()


def test_a_wave_whose_respondents_are_named_by_their_numbers_is_refused(sqlite_store):
    begin_survey(sqlite_store)
    rows = "\n".join(f"1398765432{k},ash,quay,1,often,good,good" for k in range(6))
    content = f"id,town,side,w,noise,pier,market\n{rows}\n".encode()
    found = fault(take, sqlite_store, content=content)
    assert found.key == "wave.number_as_unit" and "1398765" not in repr(found.values)


# ---------------------------------------------------------------- gone


def many(n: int) -> bytes:
    return ("unit_id,phone,name\n" + "".join(f"u{k},139{k:08d},Person number {k}\n" for k in range(n))).encode()


def test_a_purge_deletes_what_is_due_and_proves_it_by_reading_the_bytes_again(fresh_store):
    store = with_contacts(fresh_store("sqlite"), many(3000))
    with_contacts(store, b"unit_id,phone\nz,13800001111\n", wave="2024-06", delete_on=LATER + timedelta(days=1))
    kept = stored(store).query("wave == '2024-06'").phone.iloc[0]
    take(store)
    run = estimate_wave(store, NAME, MAY).run_id
    rows = stored(store).query("wave == @MAY")
    texts = [*rows.phone, *rows["name"], *rows.phone_hash]
    assert search(store_files(store), texts).found == 9000
    done = vault.purge(store, key=KEY, today=LATER)
    assert (done.waves, done.numbers, done.proven) == ((f"{NAME} {MAY}",), 3000, True)
    assert done.before.found == 9000 and done.after.found == 0 and done.after.bytes > 100_000
    content = b"".join(file.read_bytes() for file in files_of(store))
    assert not [text for text in texts if text in content] and kept in content  # a second, plain search
    assert rerun(store, run) == []
    assert vault.purge(store, key=KEY, today=LATER).waves == ()
    assert list(trail_lines(store, newest=4).action)[::-1] == ["purge", "purge-checked"] * 2
    assert fault(vault.call_sheet, centre(store), NAME, MAY, key=KEY).key == "contacts.none"
    store.engine.dispose()


def test_a_deletion_alone_would_not_pass_the_search(fresh_store):
    """What secure_delete, VACUUM and the checkpoint are for: without them the bytes are still there and are found."""
    store = with_contacts(fresh_store("sqlite"), many(500))
    rows = stored(store)
    with store.begin() as connection:
        connection.execute(schema.contacts.delete())
    assert search(store_files(store), rows.phone).found == 500
    store.engine.dispose()


def test_a_reader_in_the_way_is_said_and_nothing_is_called_proven(fresh_url, monkeypatch):
    monkeypatch.setattr(erasure, "PATIENCE", 300)
    url = fresh_url("sqlite")
    store = with_contacts(Store.create(url), many(500))
    reader = Store.open(url)
    with reader.read() as connection:
        connection.execute(sa.select(schema.contacts).limit(1)).all()
        done = vault.purge(store, key=KEY, today=LATER)
    assert done.numbers == 500 and not done.clean and not done.proven
    assert vault.scrub(store)
    for each in (store, reader):
        each.engine.dispose()


def test_what_a_change_of_keys_could_not_erase_is_said_and_erased_later(fresh_url, monkeypatch, rankshift, tmp_path):
    """With a reader open, thousands of old ciphertexts stayed in the log, and nobody was told."""
    monkeypatch.setattr(erasure, "PATIENCE", 300)
    monkeypatch.setenv(keys.FILE_VARIABLE, str(tmp_path / "key"))
    keys.write_key(KEY, tmp_path / "key")
    url = fresh_url("sqlite")
    store = with_contacts(Store.create(url), many(500))
    old = stored(store).phone
    reader = Store.open(url)
    with reader.read() as connection:
        connection.execute(sa.select(schema.contacts).limit(1)).all()
        ended = rankshift("key", "rotate", "--store", url)
        assert ended.code == 1 and "Close the pages" in ended.err and "The new key is in" in ended.out
        assert "doctor.unscrubbed" in {finding.key for finding in doctor.examine(url)}
        assert search(store_files(store), old).found == 500
        ended = rankshift("purge", "--store", url)
        assert ended.code == 1 and "could not be rewritten" in ended.err
    reader.engine.dispose()
    ended = rankshift("purge", "--store", url)
    assert ended.code == 0 and "is gone now" in ended.out
    assert search(store_files(store), old).found == 0 and not vault.unscrubbed(store)
    assert "doctor.unscrubbed" not in {finding.key for finding in doctor.examine(url)}
    ended = rankshift("purge", "--store", url)
    assert ended.code == 0 and "is gone now" not in ended.out
    store.engine.dispose()


@pytest.mark.parametrize("deletes", ["rotate", "purge"])
def test_a_kill_before_the_scrub_is_made_up_for(fresh_store, monkeypatch, deletes):
    store = with_contacts(fresh_store("sqlite"), many(300))
    old = stored(store).phone
    with monkeypatch.context() as patched:
        patched.setattr(vault, "scrub", lambda store: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            vault.rotate_key(store, KEY, OTHER) if deletes == "rotate" else vault.purge(store, key=KEY, today=LATER)
    assert search(store_files(store), old).found == 300 and vault.unscrubbed(store)
    done = vault.purge(store, key=None, today=TODAY)
    assert done.owed and done.clean and search(store_files(store), old).found == 0 and not vault.unscrubbed(store)
    store.engine.dispose()


def test_a_full_disk_while_scrubbing_is_no_trace_and_nothing_is_called_proven(fresh_store, monkeypatch):
    store = with_contacts(fresh_store("sqlite"), many(50))

    def no_room(_):
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(erasure, "_rewritten", no_room)
        done = vault.purge(store, key=KEY, today=LATER)
    assert done.numbers == 50 and not done.clean and not done.proven and vault.unscrubbed(store)
    store.engine.dispose()


def test_what_a_killed_backup_left_is_found_and_counted_before_anything_is_called_proven(
    fresh_url, tmp_path, rankshift, monkeypatch
):
    monkeypatch.setenv(keys.FILE_VARIABLE, str(tmp_path / "no key"))
    url = fresh_url("sqlite")
    store = with_contacts(Store.create(url))
    vault.set_deletion(store, NAME, MAY, TODAY)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    backup(store, folder / "b.db")
    part = folder / "c.db.0a1b2c3d.part"
    (folder / "b.db").rename(part)  # what a kill leaves
    (folder / "mine.part").touch()  # somebody else's
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(erasure, "TEMPORARY", "copies-")
    copy = tmp_path / "copies-x" / "copy.db"  # what a restore by an earlier version left
    copy.parent.mkdir()
    copy.touch()
    ended = rankshift("purge", "--store", url)
    assert ended.code == 1 and str(part) in ended.err.replace("\n", "") and "mine.part" not in ended.err
    assert stored(store).empty
    assert {"doctor.leftovers_bad", "doctor.unscrubbed"} <= {finding.key for finding in doctor.examine(url)}
    assert str(copy) in ended.err.replace("\n", "")
    part.unlink()
    copy.unlink()
    ended = rankshift("purge", "--store", url)
    assert ended.code == 0 and "is gone now" in ended.out
    assert "doctor.leftovers" in {finding.key for finding in doctor.examine(url)}
    store.engine.dispose()


def test_on_postgresql_the_rows_are_gone_and_nothing_is_called_proven(fresh_url):
    store = with_contacts(Store.create(fresh_url("postgresql")))
    done = vault.purge(store, key=KEY, today=LATER)
    assert done.numbers == 3 and done.after is None and not done.proven
    assert stored(store).empty and list(vault.contact_lists(store).purged.notna()) == [True]
    store.engine.dispose()


def test_after_its_day_a_list_is_given_out_no_more_and_the_day_can_be_moved(sqlite_store):
    with_contacts(sqlite_store)
    vault.set_deletion(sqlite_store, NAME, MAY, TODAY)
    assert fault(vault.call_sheet, centre(sqlite_store), NAME, MAY, key=KEY).key == "contacts.overdue"
    assert fault(vault.set_deletion, sqlite_store, NAME, "2024-06", TODAY).key == "contacts.none"
    assert vault.purge(sqlite_store, key=None, today=TODAY).proven


# ---------------------------------------------------------------- the search itself


def test_the_search_finds_a_text_at_every_offset_and_across_its_windows(tmp_path, monkeypatch):
    monkeypatch.setattr(erasure, "CHUNK", 64)
    for offset in range(200):
        file = tmp_path / "bytes"
        file.write_bytes(b"x" * offset + b"needle in it" + b"y" * (200 - offset))
        assert search([file], [b"needle in it", b"needle is not"]) == erasure.Search(1, 212)
    (tmp_path / "empty").touch()
    assert search([tmp_path / "empty"], [b"needle in it"]).found == 0
