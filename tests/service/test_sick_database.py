"""A sick database: each sickness has a sentence and an exit code of its own, and what can be read is read."""

import os
import socket
import stat
import tempfile
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
import sqlalchemy as sa
from made_up import BOTH, MAY, NAME, PROGRAMME, begin_survey, interviews, take

from service.figures import waves
from service.intake import imports
from service.store import aside, engine, schema, sickness
from service.store.engine import Store
from service.store.names import legible
from words import Fault

posix = pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX's")


@pytest.fixture
def place():
    """A folder that others may enter, with the file of a store that holds an estimated wave."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        store = begin_survey(Store.create(f"sqlite:///{folder}/s.db"))
        take(store, MAY)
        waves.estimate_wave(store, NAME, MAY)
        store.engine.dispose()
        yield Path(folder)
        os.chmod(folder, 0o755)


@contextmanager
def without_rights(folder: Path, unreadable: str = ""):
    """Work as somebody who may read a folder and what is in it, and write nothing there; root would not be stopped."""
    for file in folder.iterdir():
        file.chmod(0 if file.name == unreadable else 0o444)
    folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65_534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)


def said(rankshift, key: str, code: int, *command) -> None:
    """The command ends with this code, and says the beginning of this sentence in both languages."""
    for language, t in BOTH.items():
        ended = rankshift(*command, language=language)
        url = engine.shown(engine.store_url(str(command[-1])))
        beginning = t(key, url=url, problem="|", file="|").split("|")[0]
        assert ended.code == code and beginning in ended.err.replace("\n", ""), ended


@posix
def test_a_store_in_a_place_where_nothing_may_be_written_is_read_and_says_that_it_is_not_written(place, rankshift):
    file = place / "s.db"
    (place / "p.toml").write_bytes(PROGRAMME.replace(b"survey (made up)", b"survey (new)"))
    readers = (("league",), ("runs",), ("imports",), ("audit", "verify"), ("audit", "show"))
    for command in readers:  # what Python loads late is loaded with all rights
        assert rankshift(*command, "--store", file).code == 0
    with without_rights(place):
        for command in readers:
            ended = rankshift(*command, "--store", file)
            assert ended.code == 0 and ended.out, (command, ended)
        said(rankshift, "store.read_only", 5, "import-programme", place / "p.toml", "--store", file)
    (place / "s.db-wal").write_bytes(b"changes that stand in no table yet")
    with without_rights(place, "s.db-wal"):
        said(rankshift, "store.read_only_log", 5, "league", "--store", file)


@posix
def test_a_backup_on_a_disk_that_is_only_read_is_a_store_one_can_read(place, rankshift):
    assert rankshift("backup", place / "b.db", "--store", place / "s.db").code == 0
    with without_rights(place):
        ended = rankshift("runs", "--store", place / "b.db")
    assert ended.code == 0 and ended.out


def test_a_damaged_page_is_said_with_what_to_do(place, rankshift):
    file = place / "s.db"
    content = bytearray(file.read_bytes())
    with sa.create_engine(f"sqlite:///{file}").connect() as connection:
        root = connection.exec_driver_sql("SELECT rootpage FROM sqlite_master WHERE name = 'runs'").scalar_one()
    content[(root - 1) * 4096 : root * 4096] = b"\xff" * 4096
    file.write_bytes(content)
    said(rankshift, "store.damaged", 4, "runs", "--store", file)
    ended = rankshift("doctor", "--store", file)
    assert ended.code == 1 and "damaged" in ended.out


def test_a_full_disk_is_said_and_nothing_of_the_transaction_is_kept(place, rankshift, monkeypatch):
    file = place / "s.db"
    (place / "p.toml").write_bytes(PROGRAMME.replace(b"survey (made up)", b"survey (new)") + b"#" * 50_000)
    before = rankshift("runs", "--store", file).out
    write_ahead = engine._write_ahead

    def little_room(connection):
        write_ahead(connection)
        connection.execute("PRAGMA max_page_count = 1")  # as many pages as there are

    with monkeypatch.context() as patched:
        patched.setattr(engine, "_write_ahead", little_room)
        said(rankshift, "store.full", 6, "import-programme", place / "p.toml", "--store", file)
    assert rankshift("runs", "--store", file).out == before
    assert rankshift("import-programme", place / "p.toml", "--store", file).code == 0


def test_a_disk_without_any_room_is_full_though_sqlite_calls_it_read_only(place, rankshift, monkeypatch):
    """Where its log finds no room, SQLite opens a store to be read alone, as where nothing may be written."""
    write_ahead = engine._write_ahead

    def no_log(connection):
        write_ahead(connection)
        connection.execute("PRAGMA query_only = ON")

    monkeypatch.setattr(engine, "_write_ahead", no_log)
    for free, key, code in ((300, "store.read_only", 5), (0, "store.full", 6)):
        disk = SimpleNamespace(f_flag=0, f_bavail=free, f_frsize=4096)
        monkeypatch.setattr(sickness.os, "statvfs", lambda _, disk=disk: disk)
        said(rankshift, key, code, "estimate", MAY, "--seed", "another", "--store", place / "s.db")


def test_a_backup_for_which_the_disk_has_no_room_leaves_nothing_of_it(place, monkeypatch):
    def no_room(part):
        for ending in aside.LOGS_OF_PART:
            part.with_name(part.name + ending).touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(aside, "synced", no_room)
    with pytest.raises(OSError), aside.new_file(place / "b.db") as part:
        part.write_bytes(b"half")
    assert aside.parts_in([place]) == []


def test_a_full_disk_ends_any_other_writing_with_the_same_code(place, rankshift, monkeypatch):
    def no_room(*_):
        raise OSError(28, "No space left on device", "league.csv")

    monkeypatch.setattr("service.store.aside.synced", no_room)
    ended = rankshift("backup", place / "b.db", "--store", place / "s.db")
    assert ended.code == 1 and "No space left" in ended.err and not (place / "b.db").exists()
    assert {file.name for file in place.iterdir()} <= {"s.db", "s.db.head", "s.db-wal", "s.db-shm"}


def test_a_server_that_is_not_there_and_one_that_does_not_answer_are_two_things(rankshift):
    said(rankshift, "store.unreachable", 7, "runs", "--store", "postgresql://ann@127.0.0.1:1/base")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"postgresql://ann@127.0.0.1:{silent.getsockname()[1]}/base?connect_timeout=1"
        said(rankshift, "store.slow", 8, "runs", "--store", url)


def test_a_server_that_may_only_be_read_is_read(fresh_store, rankshift, tmp_path):
    store = fresh_store("postgresql")
    url = store.engine.url.update_query_dict({"options": "-c default_transaction_read_only=on"})
    text = url.render_as_string(hide_password=False)
    assert rankshift("runs", "--store", text).code == 0
    (tmp_path / "p.toml").write_bytes(PROGRAMME)
    ended = rankshift("import-programme", tmp_path / "p.toml", "--store", text)
    assert ended.code == 5 and "can be read but not written" in ended.err
    store.engine.dispose()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("DiskFull", sickness.FULL),
        ("DataCorrupted", sickness.DAMAGED),
        ("ReadOnlySqlTransaction", sickness.READ_ONLY),
        ("QueryCanceled", sickness.SLOW),
        ("DeadlockDetected", sickness.BUSY),
        ("UniqueViolation", sickness.BUSY),
        ("AdminShutdown", sickness.UNREACHABLE),
        ("InvalidPassword", sickness.UNREACHABLE),
        ("SyntaxError", None),
    ],
)
def test_what_postgresql_says_is_told_apart_by_its_code(name, key):
    assert sickness.sickness_of(getattr(psycopg.errors, name)()) == key


def test_every_sickness_has_a_code_of_its_own_and_a_sentence_that_says_what_to_do():
    assert set(sickness.EXIT_CODES.values()) == {3, 4, 5, 6, 7, 8}
    for key in sickness.EXIT_CODES:
        for t in BOTH.values():
            assert "{" not in t(key, url="x", problem="y", file="z", place="p")


# ---------------------------------------------------------------- what no database keeps, and names in old encodings


def test_a_nul_in_any_text_is_refused_before_the_engine_sees_it(store):
    with pytest.raises(Fault) as caught:
        imports.import_programme(store, PROGRAMME, "a\0.toml")
    assert caught.value.key == "store.nul" and caught.value.values["found"] == "a␀.toml"
    assert store.table(sa.select(schema.programmes)).empty
    with pytest.raises(Fault), store.begin() as connection:
        connection.execute(schema.people.insert(), [{"name": "b"}, {"name": "c\0"}])
    assert store.table(sa.select(schema.people)).empty


def test_a_file_whose_name_is_gbk_on_linux_is_imported_and_its_name_can_be_read(tmp_path, rankshift):
    def named(name: str, content: bytes) -> Path:
        file = tmp_path / os.fsdecode(name.encode("gb18030"))
        try:
            file.write_bytes(content)
        except OSError:
            pytest.skip("this file system takes UTF-8 alone")
        assert legible(str(file)) != str(file) and legible(file.name) == name
        return file

    store = tmp_path / "s.db"
    assert rankshift("init", "--store", store).code == 0
    ended = rankshift("import-programme", named("居民调查.toml", PROGRAMME), "--store", store)
    assert ended.code == 0, ended
    wave = named("五月.csv", interviews().to_csv(index=False).encode())
    assert rankshift("import-wave", MAY, wave, "--store", store).code == 0
    log = rankshift("imports", "--store", store, language="zh").out
    assert "居民调查.toml" in log and "五月.csv" in log
    refused = rankshift("import-wave", "2024-06", named("坏的.csv", b"id\n1\n"), "--store", store)
    assert refused.code == 1 and "坏的.csv" in refused.err + rankshift("imports", "--store", store).out
    backup = tmp_path / os.fsdecode("备份.db".encode("gb18030"))
    assert rankshift("backup", backup, "--store", store).code == 0
    assert "备份.db" in rankshift("restore", backup, "--store", tmp_path / "again.db").out
    assert rankshift("audit", "verify", "--store", store).code == 0
    odd = tmp_path / os.fsdecode("库.db".encode("gb18030"))
    assert rankshift("init", "--store", odd).code == 0 and stat.S_ISREG(odd.stat().st_mode)


def test_bytes_that_are_text_in_no_encoding_are_shown_as_such():
    assert legible("a\udcff") == "a�" and legible("名") == "名" and legible("x\ud800") == "x?"
