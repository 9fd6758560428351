"""Objects outside the store: read as they were written or refused by name, carried by backups, orphans removable."""

import hashlib
import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from made_up import BOTH, JUNE, MAY, NAME, as_csv, begin_survey, interviews, take

from service.care.doctor import BAD, NOTE, examine
from service.figures.waves import estimate_wave, rerun
from service.intake.imports import current_wave
from service.samples.roll_file import roll_bytes, store_roll, stored_roll
from service.store import large_objects, place, schema
from service.store.backup import backup, mend_objects, restore
from service.store.engine import Store
from service.store.large_objects import remove_orphans
from service.store.objects import ANSWERS, RECORDS, RESPONDENTS, read_object
from service.store.permissions import CENTRE, Actor
from service.store.place import LIMIT_VARIABLE, PLACE_VARIABLE, place_of
from service.store.trail import trail_lines
from words import Fault

ENGINES = ("sqlite", "postgresql")
KILOBYTE = "0.001"


def fault(do, *arguments, **named) -> Fault:
    with pytest.raises(Fault) as caught:
        do(*arguments, **named)
    assert len({say(caught.value.key, **caught.value.values) for say in BOTH.values()}) == 2
    return caught.value


@pytest.fixture
def outside(store, monkeypatch, tmp_path):
    """A store whose objects above a kilobyte lie outside it: beside its file, or in a folder that is set."""
    monkeypatch.setenv(LIMIT_VARIABLE, KILOBYTE)
    monkeypatch.delenv(PLACE_VARIABLE, raising=False)
    if store.engine.dialect.name == "postgresql":
        monkeypatch.setenv(PLACE_VARIABLE, str(tmp_path / "objects of a server"))
    monkeypatch.setattr(large_objects, "AGE", -60)
    begin_survey(store)
    take(store)
    return store


def files(store: Store) -> list[Path]:
    """The files in the store's folder outside it."""
    with store.read() as connection:
        folder = Path(place_of(connection).folder)
    return sorted(folder.iterdir()) if folder.exists() else []


def url_of(store: Store) -> str:
    return store.engine.url.render_as_string(hide_password=False)


def findings(store: Store) -> dict[str, list]:
    """What the doctor says of objects: key -> the names in it."""
    found = [finding for finding in examine(url_of(store)) if ".outside" in finding.key or "orphans" in finding.key]
    for finding in found:
        assert len({say(finding.key, **finding.values) for say in BOTH.values()}) == 2
    return {finding.key: finding.values.get("objects", finding.grade) for finding in found}


def test_what_is_too_large_lies_outside_and_is_read_and_estimated_as_what_is_inside(outside, sqlite_store, monkeypatch):
    version, kept = current_wave(outside, NAME, MAY), files(outside)
    with outside.read() as connection:
        inside = connection.execute(sa.select(schema.objects.c.name, schema.objects.c.content)).all()
        sizes = dict(
            connection.execute(sa.select(schema.outside_objects.c.digest, schema.outside_objects.c.size)).all()
        )
    empty = {name for name, content in inside if not content}
    assert {ANSWERS} <= empty < {ANSWERS, RESPONDENTS, RECORDS}
    assert {file.stem: file.stat().st_size for file in kept} == sizes and len(sizes) == len(empty)
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in kept)
    monkeypatch.delenv(LIMIT_VARIABLE)
    begin_survey(sqlite_store)
    take(sqlite_store)
    for name in (ANSWERS, RESPONDENTS, RECORDS):
        assert read_object(outside, version, name).equals(read_object(sqlite_store, version, name))
    for store in (outside, sqlite_store):
        estimate_wave(store, NAME, MAY)
    estimates = [store.table(sa.select(schema.DERIVED["ESTIMATES"])) for store in (outside, sqlite_store)]
    assert estimates[0].equals(estimates[1]) and len(estimates[0])
    assert "doctor.outside" in findings(outside) and not findings(sqlite_store)


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_an_object_that_is_changed_or_gone_is_named_and_put_back_from_a_backup(outside, tmp_path, harm):
    backup(outside, tmp_path / "a.db")
    take(outside, JUNE)
    version, file = current_wave(outside, NAME, MAY), next(f for f in files(outside))
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1])) if harm == "changed" else file.unlink()
    key, found = {
        "changed": ("objects.damaged", "doctor.outside_damaged"),
        "gone": ("objects.absent", "doctor.outside_absent"),
    }[harm]

    def read_all():
        for name in (ANSWERS, RESPONDENTS):
            read_object(outside, version, name)

    refused = fault(read_all)
    assert refused.key == key and refused.values["object"] == file.name
    assert findings(outside)[found] == [file.name]
    assert fault(backup, outside, tmp_path / "b.db").key == key and not (tmp_path / "b.db").exists()
    assert fault(mend_objects, outside.acting(Actor("x", CENTRE)), tmp_path / "a.db").key == "permission.denied"
    assert mend_objects(outside, tmp_path / "a.db") == [file.stem]
    assert file.read_bytes() == whole and len(findings(outside)) == 1
    assert current_wave(outside, NAME, JUNE) and trail_lines(outside).action.iloc[0] == "mend-objects"
    assert mend_objects(outside, tmp_path / "a.db") == []


def test_what_a_backup_does_not_have_is_named(outside, tmp_path):
    backup(outside, tmp_path / "a.db")
    before = set(files(outside))
    take(outside, JUNE, as_csv(interviews(11)))
    later = sorted(set(files(outside)) - before)
    for file in later:
        file.unlink()
    refused = fault(mend_objects, outside, tmp_path / "a.db")
    assert (refused.key, refused.values["objects"]) == ("objects.not_in_backup", [file.stem for file in later])


@pytest.mark.parametrize("target", ENGINES)
def test_a_backup_has_all_objects_in_one_file_and_a_restore_puts_the_large_ones_outside_again(
    outside, fresh_url, tmp_path, target, monkeypatch
):
    estimate_wave(outside, NAME, MAY)
    backup(outside, tmp_path / "a.db")
    version = current_wave(outside, NAME, MAY)
    was = {file.name: file.read_bytes() for file in files(outside)}
    with monkeypatch.context() as alone:  # the backup needs no folder
        alone.delenv(PLACE_VARIABLE, raising=False)
        opened = Store.open(f"sqlite:///{tmp_path / 'a.db'}")
        assert list(read_object(opened, version, ANSWERS).noise) == list(interviews().noise)
        assert not files(opened) and not findings(opened)
        opened.engine.dispose()
    if target == "postgresql":
        monkeypatch.setenv(PLACE_VARIABLE, (tmp_path / "moved to").as_uri())
    restored = restore(tmp_path / "a.db", fresh_url(target)).store
    assert {file.name: file.read_bytes() for file in files(restored)} == was and was
    assert len(findings(restored)) == 1 and rerun(restored, 3) == []
    restored.engine.dispose()


def test_a_server_without_a_setting_keeps_all_in_its_tables(outside, fresh_url, tmp_path, monkeypatch):
    backup(outside, tmp_path / "a.db")
    monkeypatch.delenv(PLACE_VARIABLE, raising=False)
    restored = restore(tmp_path / "a.db", fresh_url("postgresql")).store
    assert not findings(restored)
    assert len(read_object(restored, current_wave(restored, NAME, MAY), ANSWERS))
    restored.engine.dispose()


def test_a_copied_file_of_a_store_is_restored_with_its_folder_and_refused_without(
    sqlite_store, fresh_url, tmp_path, monkeypatch
):
    monkeypatch.setenv(LIMIT_VARIABLE, KILOBYTE)
    begin_survey(sqlite_store)
    take(sqlite_store)
    copy, file = tmp_path / "copied.db", sqlite_store.engine.url.database
    sqlite_store.engine.dispose()  # SQLite then writes its log into the file
    shutil.copy(file, copy)
    target = fresh_url("sqlite")
    assert fault(restore, copy, target).key == "objects.absent"
    shutil.copytree(f"{file}.objects", f"{copy}.objects")
    restored = restore(copy, target).store
    assert len(files(restored)) == len(files(sqlite_store)) and len(findings(restored)) == 1
    restored.engine.dispose()


def test_a_file_that_no_version_names_is_found_and_removed_and_one_just_written_is_left(outside, monkeypatch):
    kept = files(outside)
    orphan, part = kept[0].with_name("f" * 64 + ".parquet"), kept[0].with_name(f"{kept[0].name}.0123abcd.part")
    for left in (orphan, part):
        left.write_bytes(b"left by a kill")
    assert findings(outside)["doctor.orphans"] == NOTE
    monkeypatch.setattr(large_objects, "AGE", 3600)
    assert "doctor.orphans" not in findings(outside) and remove_orphans(outside) == []
    for left in (orphan, part):
        os.utime(left, (1e9, 1e9))
    assert [left.name for left in remove_orphans(outside)] == sorted([orphan.name, part.name])
    assert files(outside) == kept and trail_lines(outside).action.iloc[0] == "remove-orphans"
    assert fault(remove_orphans, outside.acting(Actor("x", CENTRE))).key == "permission.denied"


def test_an_import_that_ends_before_its_commit_leaves_the_old_version_and_an_orphan(outside, monkeypatch):
    kept, version = files(outside), current_wave(outside, NAME, MAY)
    with monkeypatch.context() as patched:
        patched.setattr("service.store.objects.parquet", parquet_then_failing())
        with pytest.raises(ZeroDivisionError):
            take(outside, content=as_csv(interviews(11)))
    assert current_wave(outside, NAME, MAY) == version and len(files(outside)) > len(kept)
    assert remove_orphans(outside) and files(outside) == kept


def parquet_then_failing():
    """Parquet of the first two tables; then an error, as where the disk is full."""
    from service.store.objects import parquet

    made = []

    def failing(table):
        made.append(parquet(table) if len(made) < 2 else 1 / 0)
        return made[-1]

    return failing


def test_objects_lie_in_an_object_store_that_only_pyarrow_reaches(outside, tmp_path, monkeypatch):
    """A local file system that is written as a bucket is: aside, by pyarrow, and moved."""
    monkeypatch.setenv(PLACE_VARIABLE, f"{(tmp_path / 'bucket').as_uri()}")
    real = place._by_url

    def remote(said, lineage):
        found = real(said, lineage)
        return place.Place(found.system, found.folder, found.shown, on_disk=False)

    monkeypatch.setattr(place, "_by_url", remote)
    take(outside, JUNE, as_csv(interviews(11)))
    assert len(read_object(outside, current_wave(outside, NAME, JUNE), ANSWERS)) == len(interviews(11))
    names = [file.name for file in files(outside)]
    assert names and all(name.endswith(".parquet") for name in names)
    orphan = files(outside)[0].with_name("e" * 64 + ".parquet")
    orphan.write_bytes(b"orphan")
    assert [left.name for left in remove_orphans(outside)] == [orphan.name]


@pytest.mark.parametrize(
    ("variable", "said", "key"),
    [
        (PLACE_VARIABLE, "objects", "objects.relative"),
        (PLACE_VARIABLE, "nowhere://user:secret@bucket/x", "objects.url"),
        (PLACE_VARIABLE, "/proc/no/such/place", "objects.place"),
        (LIMIT_VARIABLE, "-1", "objects.limit"),
        (LIMIT_VARIABLE, "many", "objects.limit"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_and_nothing_is_written(outside, monkeypatch, variable, said, key):
    monkeypatch.setenv(variable, said)
    refused = fault(take, outside, JUNE, as_csv(interviews(11)))
    assert refused.key == key and "secret" not in str(refused.values)
    with pytest.raises(Fault):
        current_wave(outside, NAME, JUNE)
    assert {finding.grade for finding in examine(url_of(outside))} >= {BAD} or variable == LIMIT_VARIABLE


def test_a_list_too_large_for_rows_lies_outside_too_and_is_refused_when_it_was_changed(outside):
    units = pd.DataFrame({"unit_id": [f"u{k:04}" for k in range(900)], "stratum": "s", "area": "a"})
    content = roll_bytes(units)
    with outside.begin() as connection:
        row = dict.fromkeys(("file", "file_digest", "numbers", "fingerprint"), "x")
        row |= {"programme": NAME, "frame": "f", "version": 1, "units": 900, "findings": [], "run_id": 1}
        connection.execute(schema.frames.insert().values(**row, digest=hashlib.sha256(content).hexdigest()))
        store_roll(connection, 1, content)
    roll = stored_roll(outside, 1)
    assert roll.digest == hashlib.sha256(content).hexdigest() and roll.population["s"] == 900
    (file,) = [file for file in files(outside) if file.stem == roll.digest]
    file.write_bytes(content[:-9])
    assert fault(stored_roll, outside, 1).key == "objects.damaged"
