"""Backup and restore while others work: one SQLite file that is itself a store, from and to either engine.

The audit trail comes along line by line, its triggers with the tables; heads kept outside the store stay outside.
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
from service.store.engine import Store, engine_of, shown, store_url
from service.store.permissions import permitted
from words import LANGUAGES, Fault, text

ROWS = 5_000  # carried at a time


@dataclass(frozen=True)
class Told:
    """Something to say of the restored audit trail: a key in words/ and its values."""

    key: str
    values: dict


@dataclass(frozen=True, eq=False)
class Restored:
    """A restored store and what can be said of its trail, and what not."""

    store: Store
    told: tuple[Told, ...]


@permitted
def backup(store: Store, file: Path) -> int:
    """Write the store as it is at one moment to `file`; its size in bytes.  An existing file is never written over.

    SQLite: its own backup, page by page, checked afterwards.  PostgreSQL: every row, read in one snapshot
    (pg_dump is the quicker way for a big server; docs/operations.md gives the command).
    """
    if file.exists():
        raise Fault(key="backup.exists", file=str(file))
    with store.begin() as connection:  # before the copy, so that it stands in the backup too
        audit.append(connection, store.actor, "backup", {"file": file.name})
    part = file.with_name(f"{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        if store.engine.dialect.name == "sqlite":
            with closing(sqlite3.connect(part)) as copy, store.read() as connection:
                source: Any = connection.connection.driver_connection
                source.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
        else:
            with store.read() as connection:
                _carry(connection, part)
        _whole(part)
        os.replace(part, file)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise Fault(key="backup.failed", file=str(file), problem=str(error)) from error
    return file.stat().st_size


def restore(file: Path, url: str, *, replace: bool = False) -> Restored:
    """Make the store at `url` what it was when `file` was written, brought up to this code's revision.

    A SQLite store that holds something is replaced, in one transaction and while others read it, if `replace`;
    on PostgreSQL the place must be empty, so that nothing there can be lost.  The restoring is a line of the trail.
    """
    if not file.is_file():
        raise Fault(key="file.absent", file=str(file))
    _whole(file)
    if sa.make_url(url).get_backend_name() != "sqlite":
        _same_trail(file, url)
        return _continued(_restore_server(file, url), file)
    engine = engine_of(url)
    with engine.connect().execution_options(reading=True) as connection:
        held = migration.found(connection) is not None and _rows(connection, schema.runs) > 0
    if held and not replace:
        raise Fault(key="restore.held", url=shown(url))
    if not held:
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

    They may be those of a store in use elsewhere, which would be lost; beside a store's own place they are its own.
    """
    place = os.environ.get(audit.HEAD_VARIABLE)
    if not place:
        return
    with closing(sqlite3.connect(file)) as source:
        held = source.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'audit'").fetchone()
        lines = source.execute("SELECT number, digest FROM audit").fetchall() if held else []
    stray = set(audit.kept_heads(sa.make_url(url))) - {audit.Head(*line) for line in lines}
    if stray:
        number = max(head.number for head in stray)
        raise Fault(key="restore.other_heads", file=place, number=number, variable=audit.HEAD_VARIABLE)


def _continued(store: Store, file: Path) -> Restored:
    """Check the restored trail against the heads at hand, keep heads of its lines, and add that it was restored.

    Heads that are already kept vouch for the lines they agree with; if there are others, of lines recorded here after
    the backup, their file is put aside and a new one begun.
    """
    with store.read() as connection:
        lines = audit.trail(connection)
    kept, place = audit.kept_heads(store.engine.url), audit.head_file(store.engine.url)
    own = {audit.Head(line["number"], line["digest"]) for line in lines}
    vouched, stray = own & set(kept), set(kept) - own
    told = [
        Told("restore.trail_broken", {"finding": {x: text(f.key, x, number=f.number) for x in LANGUAGES}})
        for f in audit.check(lines, ()).findings
    ]
    if not told:
        told.append(Told("restore.trail_whole", {"lines": len(lines), "vouched": len(vouched)}))
    if len(vouched) < len(lines):
        told.append(Told("restore.trail_unvouched", {"count": len(lines) - len(vouched)}))
    if stray and place is not None:
        aside = _put_aside(place)
        told.append(Told("restore.trail_later", {"number": max(h.number for h in stray), "file": str(aside)}))
        kept = []
    audit.anchor(store.engine.url, sorted(own - set(kept), key=lambda head: head.number))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    with store.begin() as connection:
        details = {"file": file.name, "sha256": digest, "lines": len(lines), "vouched": len(vouched)}
        audit.append(connection, store.actor, "restore", details)
    return Restored(store, tuple(told))


def _put_aside(heads: Path) -> Path:
    """Another name for a file of heads, one that is not taken."""
    names = (heads.with_name(f"{heads.name}.replaced-{k}") for k in range(1, 10_000))
    aside = next(name for name in names if not name.exists())
    heads.rename(aside)
    return aside


def _restore_server(file: Path, url: str) -> Store:
    engine = engine_of(url)
    with engine.connect() as connection:
        if migration.found(connection) is not None:
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


def _carry(connection: sa.Connection, file: Path) -> None:
    """Every row of a server, in a new store of one file."""
    connection.execution_options(isolation_level="REPEATABLE READ")  # one moment for all tables
    made = Store.create(store_url(str(file)))
    with made.begin() as target:
        _copy(connection, target)
    with made.engine.connect() as ending:
        driver: Any = ending.connection.driver_connection
        driver.execute("PRAGMA journal_mode = DELETE")
    made.engine.dispose()


def _copy(source: sa.Connection, target: sa.Connection) -> None:
    """Each table after those it points to; what the migrations themselves wrote in a new store is in the source too."""
    for table in reversed(schema.metadata.sorted_tables):
        if _rows(target, table):
            target.execute(table.delete())
    for table in schema.metadata.sorted_tables:
        times = [c.name for c in table.columns if isinstance(c.type, sa.DateTime)]
        found = source.execution_options(yield_per=ROWS).execute(sa.select(table)).mappings()
        for part in found.partitions():
            target.execute(table.insert(), [_moments(row, times) for row in part])
        if target.dialect.name == "postgresql":
            _count_on(target, table)


def _moments(row, times: list[str]) -> dict:
    """The row with its times in UTC, which SQLite keeps without saying so."""
    moved = {c: row[c].replace(tzinfo=row[c].tzinfo or UTC).astimezone(UTC) for c in times if row[c] is not None}
    return {**row, **moved}


def _count_on(connection: sa.Connection, table: sa.Table) -> None:
    """The numbers PostgreSQL gives go on after the highest carried over."""
    key = table.autoincrement_column
    if key is None or (last := connection.scalar(sa.select(sa.func.max(key)))) is None:
        return
    sequence = sa.func.pg_get_serial_sequence(table.name, key.name)
    if connection.scalar(sa.select(sequence)) is not None:
        connection.execute(sa.select(sa.func.setval(sequence, last)))


def _rows(connection: sa.Connection, table: sa.Table) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def _whole(file: Path) -> None:
    """A Fault unless the file is a store, sound in itself, that this code can bring up to date; it is only read."""
    engine = sa.create_engine(f"sqlite:///file:{file.resolve().as_posix()}?mode=ro&uri=true")
    try:
        with engine.connect() as connection:
            checked = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            found = migration.found(connection)
    except sa.exc.DBAPIError as error:
        raise Fault(key="backup.unsound", file=str(file), problem=str(error.orig)) from error
    finally:
        engine.dispose()
    if checked != "ok" or broken is not None:
        problem = checked if broken is None or checked != "ok" else str(tuple(broken))
        raise Fault(key="backup.unsound", file=str(file), problem=problem)
    if found not in migration.revisions():
        raise Fault(key="backup.no_store", file=str(file), found=str(found or "-"), expected=migration.head())


def suggested(now: datetime) -> str:
    """A name for a backup of this moment: rankshift-20260102-0304.db."""
    return f"rankshift-{now:%Y%m%d-%H%M}.db"
