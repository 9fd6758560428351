"""Backup and restore while others work: the backup is one SQLite file that is itself a store, whatever the engine.

The audit trail is copied line by line, and its triggers with the tables; heads kept outside the store stay outside.
"""

import hashlib
import os
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from service.store import audit, migration, schema
from service.store.engine import Store, engine_of, private_file, shown, store_url
from service.store.permissions import permitted
from words import LANGUAGES, Fault, text

ROWS = 5_000  # copied at a time


@dataclass(frozen=True)
class Note:
    """Something to say about the restored audit trail: a key in words/ and its values."""

    key: str
    values: dict


@dataclass(frozen=True, eq=False)
class Restored:
    """A restored store, and what its audit trail proves and does not prove."""

    store: Store
    notes: tuple[Note, ...]


@permitted
def backup(store: Store, file: Path) -> int:
    """Write the store, as it is at one moment, to `file`, which must not exist; returns its size in bytes.

    On SQLite this is its own backup, page by page. On PostgreSQL every row is copied, read in one snapshot
    (pg_dump is the quicker way for a big server; docs/operations.md gives the command). The file is checked afterwards.
    """
    if file.exists():
        raise Fault(key="backup.exists", file=str(file))
    with store.begin() as connection:  # before the copy, so that the backup has this line too
        audit.append(connection, store.actor, "backup", {"file": file.name})
    part = file.with_name(f"{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        private_file(part)
        if store.engine.dialect.name == "sqlite":
            with closing(sqlite3.connect(part)) as copy, store.read() as connection:
                source: Any = connection.connection.driver_connection
                source.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, with none beside it
        else:
            with store.read() as connection:
                _carry(connection, part)
        _check_sound(part)
        os.replace(part, file)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise Fault(key="backup.failed", file=str(file), problem=str(error)) from error
    return file.stat().st_size


def restore(file: Path, url: str, *, replace: bool = False) -> Restored:
    """Make the store at `url` what it was when `file` was written, and bring it up to this code's revision.

    Backup and heads are read and checked before anything is replaced. A SQLite store that is in use is replaced only if
    `replace`, in one transaction and while others read it; a damaged one too, and what remains of it is put aside. A
    PostgreSQL database must be empty, so that nothing in it can be lost; one that an interrupted restore left is. The
    restored trail gets a line about this.
    """
    if not file.is_file():
        raise Fault(key="file.absent", file=str(file))
    _check_sound(file)
    audit.kept_heads(sa.make_url(url))  # a Fault if they cannot be read
    if sa.make_url(url).get_backend_name() != "sqlite":
        _same_trail(file, url)
        return _continued(_restore_server(file, url), file)
    engine = engine_of(url)
    if (problem := _damage(engine)) is not None:
        if not replace:
            raise Fault(key="restore.damaged", url=shown(url), problem=problem)
        aside = _replace_remains(file, Path(str(engine.url.database)))
        restored = _continued(Store.open(url), file)
        return Restored(restored.store, (*restored.notes, Note("restore.remains", {"file": str(aside)})))
    with engine.connect().execution_options(reading=True) as connection:
        in_use = migration.revision_of(connection) is not None and _rows(connection, schema.runs) > 0
    if in_use and not replace:
        raise Fault(key="restore.held", url=shown(url))
    if not in_use:
        _same_trail(file, url)
    with (
        closing(sqlite3.connect(file)) as source,
        closing(sqlite3.connect(str(engine.url.database), timeout=30)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode = WAL")
    engine.dispose()
    return _continued(Store.open(url), file)


def _same_trail(file: Path, url: str) -> None:
    """A Fault if RANKSHIFT_HEAD names a file with heads of lines that are not in the backup.

    They may be the heads of another store, in use elsewhere, and would be lost. A file of heads beside the store's
    own file can only be its own.
    """
    place = os.environ.get(audit.HEAD_VARIABLE)
    if not place:
        return
    with closing(sqlite3.connect(file)) as source:
        has_trail = source.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'audit'").fetchone()
        lines = source.execute("SELECT number, digest FROM audit").fetchall() if has_trail else []
    stray = set(audit.kept_heads(sa.make_url(url))) - {audit.Head(*line) for line in lines}
    if stray:
        number = max(head.number for head in stray)
        raise Fault(key="restore.other_heads", file=place, number=number, variable=audit.HEAD_VARIABLE)


def _continued(store: Store, file: Path) -> Restored:
    """Check the restored trail against the heads kept outside, keep the heads of its lines, and add a line about this.

    Heads that are already kept vouch for the lines they agree with. If there are others, of lines recorded after the
    backup, their file is put aside and a new one is begun.
    """
    with store.read() as connection:
        lines = audit.trail(connection)
    kept, place = audit.kept_heads(store.engine.url), audit.head_file(store.engine.url)
    restored_heads = {audit.Head(line["number"], line["digest"]) for line in lines}
    vouched, stray = restored_heads & set(kept), set(kept) - restored_heads
    notes = [
        Note("restore.trail_broken", {"finding": {x: text(f.key, x, number=f.number) for x in LANGUAGES}})
        for f in audit.check(lines, ()).findings
    ]
    if not notes:
        notes.append(Note("restore.trail_whole", {"lines": len(lines), "vouched": len(vouched)}))
    if len(vouched) < len(lines):
        notes.append(Note("restore.trail_unvouched", {"count": len(lines) - len(vouched)}))
    if stray and place is not None:
        aside = _put_aside(place)
        notes.append(Note("restore.trail_later", {"number": max(h.number for h in stray), "file": str(aside)}))
        kept = []
    audit.anchor(store.engine.url, sorted(restored_heads - set(kept), key=lambda head: head.number))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    with store.begin() as connection:
        details = {"file": file.name, "sha256": digest, "lines": len(lines), "vouched": len(vouched)}
        audit.append(connection, store.actor, "restore", details)
    return Restored(store, tuple(notes))


def _put_aside(file: Path) -> Path:
    """Rename a file to a name that no file has yet; returns the new path."""
    names = (file.with_name(f"{file.name}.replaced-{k}") for k in range(1, 10_000))
    aside = next(name for name in names if not name.exists())
    file.rename(aside)
    return aside


def _damage(engine: sa.Engine) -> str | None:
    """What is wrong with the SQLite file of a store; None if it is sound, or not there."""
    file = Path(str(engine.url.database))
    if not file.is_file() or file.stat().st_size == 0:
        return None
    try:
        with closing(sqlite3.connect(f"file:{file.resolve().as_posix()}?mode=ro", uri=True)) as opened:
            (integrity,) = opened.execute("PRAGMA integrity_check(1)").fetchone()
            opened.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        raise  # it may be locked, or not readable by this person: nothing says that it is damaged
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if integrity == "ok" else str(integrity)


def _replace_remains(file: Path, place: Path) -> Path:
    """Put a backup in the place of a damaged store, whose remains are renamed; returns their path.

    The new store is complete before the remains are moved: whoever is stopped in between finds both beside each other.
    """
    part = place.with_name(f"{place.name}.part")
    part.unlink(missing_ok=True)
    private_file(part)
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(part)) as target:
        source.backup(target)
    with part.open("rb") as written:
        os.fsync(written.fileno())
    aside = _put_aside(place)
    for journal in (f"{place.name}-wal", f"{place.name}-shm"):  # SQLite would apply them to the new store
        if (left := place.with_name(journal)).exists():
            left.rename(aside.with_name(journal.replace(place.name, aside.name)))
    os.replace(part, place)
    return aside


def _restore_server(file: Path, url: str) -> Store:
    engine = engine_of(url)
    with engine.connect() as connection:
        if migration.revision_of(connection) is not None and _holds_something(connection):
            raise Fault(key="restore.server_held", url=shown(url))
    engine.dispose()
    with tempfile.TemporaryDirectory(prefix="rankshift-") as folder:
        copy = Path(folder) / "copy.db"  # a backup of older code is brought up to date here, not in the file itself
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        old = Store.open(store_url(str(copy)))
        store = Store.create(url)
        with old.read() as source, store.begin() as target:
            _copy(source, target)
        old.engine.dispose()
    return store


def _holds_something(connection: sa.Connection) -> bool:
    """Whether a store has anything besides what its migrations wrote; one of another revision counts as holding it."""
    if migration.revision_of(connection) != migration.head():
        return True
    kept = [table for name, table in schema.metadata.tables.items() if name != schema.about.name]
    return any(connection.execute(sa.select(table).limit(1)).first() is not None for table in kept)


def _carry(connection: sa.Connection, file: Path) -> None:
    """Copy every row of a server to a new store of one file."""
    connection.execution_options(isolation_level="REPEATABLE READ")  # all tables as they are at one moment
    file_store = Store.create(store_url(str(file)))
    with file_store.begin() as target:
        _copy(connection, target)
    with file_store.engine.connect() as ending:
        driver: Any = ending.connection.driver_connection
        driver.execute("PRAGMA journal_mode = DELETE")
    file_store.engine.dispose()


def _copy(source: sa.Connection, target: sa.Connection) -> None:
    """Copy each table after those it refers to, replacing what the migrations wrote when the target was created."""
    for table in reversed(schema.metadata.sorted_tables):
        if _rows(target, table):
            target.execute(table.delete())
    for table in schema.metadata.sorted_tables:
        times = [c.name for c in table.columns if isinstance(c.type, sa.DateTime)]
        rows = source.execution_options(yield_per=ROWS).execute(sa.select(table)).mappings()
        for part in rows.partitions():
            target.execute(table.insert(), [_moments(row, times) for row in part])
        if target.dialect.name == "postgresql":
            _continue_numbers(target, table)


def _moments(row: sa.RowMapping, times: list[str]) -> dict:
    """The row with its times in UTC and marked as such: SQLite stores UTC without its name."""
    in_utc = {c: row[c].replace(tzinfo=row[c].tzinfo or UTC).astimezone(UTC) for c in times if row[c] is not None}
    return {**row, **in_utc}


def _continue_numbers(connection: sa.Connection, table: sa.Table) -> None:
    """Have PostgreSQL continue the table's own numbers after the highest one copied."""
    key = table.autoincrement_column
    if key is None or (last := connection.scalar(sa.select(sa.func.max(key)))) is None:
        return
    sequence = sa.func.pg_get_serial_sequence(table.name, key.name)
    if connection.scalar(sa.select(sequence)) is not None:
        connection.execute(sa.select(sa.func.setval(sequence, last)))


def _rows(connection: sa.Connection, table: sa.Table) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def _check_sound(file: Path) -> None:
    """A Fault unless the file is an undamaged store that this code can bring up to date; it is only read."""
    engine = sa.create_engine(f"sqlite:///file:{file.resolve().as_posix()}?mode=ro&uri=true")
    try:
        with engine.connect() as connection:
            integrity = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            revision = migration.revision_of(connection)
    except sa.exc.DBAPIError as error:
        raise Fault(key="backup.unsound", file=str(file), problem=str(error.orig)) from error
    finally:
        engine.dispose()
    if integrity != "ok" or broken is not None:
        problem = integrity if broken is None or integrity != "ok" else str(tuple(broken))
        raise Fault(key="backup.unsound", file=str(file), problem=problem)
    if revision not in migration.revisions():
        raise Fault(key="backup.no_store", file=str(file), found=str(revision or "-"), expected=migration.head())


def suggested(now: datetime) -> str:
    """A file name for a backup made at this moment: rankshift-20260102-0304.db."""
    return f"rankshift-{now:%Y%m%d-%H%M}.db"
