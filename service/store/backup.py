"""Backup and restore while others work: the backup is one SQLite file that is itself a store, whatever the engine.

The audit trail is copied line by line, and its triggers with the tables; heads kept outside the store stay outside.
"""

import hashlib
import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from service.store import audit, migration, schema, sickness
from service.store.aside import PART, moved, new_file, synced
from service.store.copying import copy_rows, row_count
from service.store.engine import Store, engine_of, parsed_url, private_file, shown, store_url
from service.store.large_objects import TURN, mended, put_out, take_in
from service.store.names import legible, name_of
from service.store.permissions import local_operator, permitted
from words import LANGUAGES, Fault, text

BACKUP, MEND = "backup", "mend-objects"  # actions in the audit trail
REMAINS = ".replaced-"  # what was replaced gets this and a number after its name


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

    Objects that lie outside the store are in the file, so that it needs nothing else.
    On SQLite this is its own backup, page by page. On PostgreSQL every row is copied, read in one snapshot
    (pg_dump is the quicker way for a big server; docs/operations.md gives the command). The file is checked before it
    gets its name. Of two that write the same file at once, the second is told that it exists.
    """
    if file.exists():
        raise Fault(key="backup.exists", file=str(file))
    with store.begin() as connection:  # before the copy, so that the backup has this line too
        # the folder: a part is left there by whoever is stopped
        details = {"file": name_of(file), "folder": legible(str(file.parent.resolve()))}
        audit.append(connection, store.actor, BACKUP, details)
    try:
        with new_file(file) as part:
            if store.engine.dialect.name == "sqlite":
                with closing(sqlite3.connect(part)) as copy, store.read() as connection:
                    source: Any = connection.connection.driver_connection
                    source.backup(copy)
                    copy.execute("PRAGMA journal_mode = DELETE")  # one file, with none beside it
                _take_in_objects(part, store)
            else:
                with store.read() as connection:
                    _carry(connection, part)
            _check_sound(part)
    except FileExistsError as error:
        raise Fault(key="backup.exists", file=str(file)) from error
    except (OSError, sqlite3.Error) as error:
        raise Fault(key="backup.failed", file=str(file), problem=str(error)) from error
    return file.stat().st_size


def restore(file: Path, url: str, *, replace: bool = False) -> Restored:
    """Make the store at `url` what it was when `file` was written, and bring it up to this code's revision.

    A private copy of the backup is brought up to date, its trail checked against the heads at hand and given a line
    about this; only then is anything replaced, at one stroke, so that whoever is stopped leaves the old store or the
    new one. A SQLite store that is in use is replaced only if `replace`, while others read it; a damaged one too, and
    what remains of it is put aside. A PostgreSQL database must hold nothing, so that nothing in it can be lost.
    """
    if not file.is_file():
        raise Fault(key="file.absent", file=str(file))
    with sickness.said(lambda: shown(url)):
        return _restore(file, url, replace=replace)


@permitted
def mend_objects(store: Store, file: Path) -> list[str]:
    """Put the objects that are absent or damaged outside the store back from a backup; returns them.

    Nothing else is changed, so that no work since the backup is lost.
    """
    if not file.is_file():
        raise Fault(key="file.absent", file=str(file))
    _check_sound(file)
    with _private_copy(file) as prepared, store.begin(TURN) as connection, prepared.connect() as backup_copy:
        found = mended(connection, backup_copy, str(file))
        if found:
            audit.append(connection, store.actor, MEND, {"file": name_of(file), "objects": found})
    return found


def _restore(file: Path, url: str, *, replace: bool) -> Restored:
    _check_sound(file)
    kept = audit.read_kept(parsed_url(url))  # a Fault if they cannot be read
    engine = engine_of(url)
    on_sqlite = engine.dialect.name == "sqlite"
    damage = _damage(engine) if on_sqlite else None
    in_use = damage is None and _in_use(engine)
    if damage is not None and not replace:
        raise Fault(key="restore.damaged", url=shown(url), problem=damage)
    if in_use and not (replace and on_sqlite):
        raise Fault(key="restore.held" if on_sqlite else "restore.server_held", url=shown(url))
    remains = None
    with _private_copy(file) as prepared:
        trail = _checked_trail(prepared, file, kept)
        if not in_use and damage is None:
            _same_trail(trail, kept, url)
        _add_line(prepared, trail)
        with prepared.begin() as connection:
            put_out(connection, engine.url, parsed_url(store_url(str(file))))
        if not on_sqlite:
            _fill_server(prepared, engine)
        elif damage is None:
            _replace_pages(prepared, Path(str(engine.url.database)))
        else:
            remains = _replace_remains(prepared, Path(str(engine.url.database)))
    notes = [*trail.notes, *_keep_heads(engine.url, trail, kept)]
    if remains is not None:
        notes.append(Note("restore.remains", {"file": str(remains)}))
    engine.dispose()
    return Restored(Store.open(url), tuple(notes))


@dataclass(eq=False)
class _Trail:
    """The trail of a backup: the heads of its lines, those that heads kept outside confirm, and what is to be said."""

    heads: list[audit.Head]
    vouched: set[audit.Head]
    details: dict
    notes: list[Note]


def _take_in_objects(part: Path, store: Store) -> None:
    """Bring the objects that lie outside the store into the copy of it, so that one file is the whole backup."""
    copy = sa.create_engine("sqlite://", creator=lambda: sqlite3.connect(part), poolclass=sa.StaticPool)
    with copy.begin() as connection, store.read() as source:
        take_in(connection, source)
    copy.dispose()


@contextmanager
def _private_copy(file: Path) -> Generator[sa.Engine]:
    """The backup brought up to this code's revision, in a database without a name, of which a kill leaves no file."""
    with closing(sqlite3.connect("", isolation_level=None)) as copy:  # SQLite unlinks such a file when it makes it
        with closing(_opened_to_read(file)) as source:
            source.backup(copy)
        prepared = sa.create_engine("sqlite://", creator=lambda: copy, poolclass=sa.StaticPool, hide_parameters=True)
        sa.event.listen(prepared, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        migration.upgrade(prepared)
        yield prepared


def _checked_trail(prepared: sa.Engine, file: Path, kept: audit.Kept) -> _Trail:
    """What the heads kept outside say of the trail in the backup."""
    with prepared.connect() as connection:
        lines = audit.trail(connection)
    heads = [audit.Head(line["number"], line["digest"]) for line in lines]
    vouched = set(heads) & set(kept.heads)
    notes = [
        Note("restore.trail_broken", {"finding": {x: text(f.key, x, number=f.number) for x in LANGUAGES}})
        for f in audit.check(lines, audit.Kept()).findings
    ]
    if not notes:
        notes.append(Note("restore.trail_whole", {"lines": len(lines), "vouched": len(vouched)}))
    if len(vouched) < len(lines):
        notes.append(Note("restore.trail_unvouched", {"count": len(lines) - len(vouched)}))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    details = {"file": name_of(file), "sha256": digest, "lines": len(lines), "vouched": len(vouched)}
    return _Trail(heads, vouched, details, notes)


def _same_trail(trail: _Trail, kept: audit.Kept, url: str) -> None:
    """A Fault if RANKSHIFT_HEAD names a file with heads of lines that are not in the backup.

    They may be the heads of another store, in use elsewhere, and would be lost. A file of heads beside the store's
    own file can only be its own.
    """
    place = os.environ.get(audit.HEAD_VARIABLE)
    if place and (stray := set(kept.heads) - set(trail.heads)):
        number = max(head.number for head in stray)
        raise Fault(key="restore.other_heads", file=place, number=number, variable=audit.HEAD_VARIABLE)


def _add_line(prepared: sa.Engine, trail: _Trail) -> None:
    """Add the line about this restoring to the copy, so that it comes with it."""
    with prepared.begin() as connection:
        trail.heads.append(audit.append(connection, local_operator(), "restore", trail.details))


def _keep_heads(url: sa.URL, trail: _Trail, kept: audit.Kept) -> list[Note]:
    """Keep the heads of the restored lines; heads of other lines, and half ones, are put aside with their file."""
    place, notes = audit.head_file(url), []
    stray = set(kept.heads) - set(trail.heads)
    if place is not None and (stray or kept.half):
        aside = _put_aside(place)
        key = "restore.trail_later" if stray else "restore.heads_aside"
        number = max((head.number for head in stray), default=0)
        notes.append(Note(key, {"number": number, "count": kept.half, "file": str(aside)}))
        kept = audit.Kept()
    audit.anchor(url, [head for head in trail.heads if head not in set(kept.heads)])
    return notes


def _put_aside(file: Path) -> Path:
    """Rename a file to a name that no file has yet; returns the new path."""
    aside = _free_name(file)
    file.rename(aside)
    return aside


def _free_name(file: Path) -> Path:
    names = (file.with_name(f"{file.name}{REMAINS}{k}") for k in range(1, 10_000))
    return next(name for name in names if not name.exists())


def _damage(engine: sa.Engine) -> str | None:
    """What is wrong with the SQLite file of a store; None if it is sound, or not there."""
    file = Path(str(engine.url.database))
    if not file.is_file() or file.stat().st_size == 0:
        return None
    try:
        with closing(_opened_to_read(file)) as opened:
            (integrity,) = opened.execute("PRAGMA integrity_check(1)").fetchone()
            opened.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        raise  # it may be locked, or not readable by this person: nothing says that it is damaged
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if integrity == "ok" else str(integrity)


def _opened_to_read(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)


def _in_use(engine: sa.Engine) -> bool:
    """Whether a store was worked in; on PostgreSQL, whether there is anything, also what newer code wrote."""
    if engine.dialect.name == "sqlite":
        private_file(Path(str(engine.url.database)))
    with engine.connect().execution_options(reading=True) as connection:
        if migration.revision_of(connection) is None:
            return False
        on_sqlite = connection.dialect.name == "sqlite"
        return row_count(connection, schema.runs) > 0 if on_sqlite else _holds_something(connection)


def _replace_pages(prepared: sa.Engine, place: Path) -> None:
    """Put the copy in the place of a sound store: SQLite writes all pages in one transaction."""
    with prepared.connect() as connection, closing(sqlite3.connect(place, timeout=30)) as target:
        _driver(connection).backup(target)
        target.execute("PRAGMA journal_mode = WAL")


def _replace_remains(prepared: sa.Engine, place: Path) -> Path:
    """Put the copy in the place of a damaged store, whose remains get another name; returns it.

    The new store is complete before the remains lose their name, and takes it at one stroke.
    """
    aside = _free_name(place)
    for journal in (f"{place.name}-wal", f"{place.name}-shm"):  # SQLite would apply them to the new store
        if (left := place.with_name(journal)).exists():
            left.rename(aside.with_name(journal.replace(place.name, aside.name)))
    part = aside.with_name(f"{aside.name}{PART}")
    part.unlink(missing_ok=True)
    private_file(part)
    with prepared.connect() as connection, closing(sqlite3.connect(part)) as target:
        _driver(connection).backup(target)
    synced(part)
    try:
        os.link(place, aside)
    except OSError:  # a file system without links
        place.rename(aside)
    moved(part, place)
    return aside


def _fill_server(prepared: sa.Engine, engine: sa.Engine) -> None:
    """Make the tables and copy every row, in one transaction: a server has all of a backup or nothing of it."""
    with prepared.connect() as source, engine.begin() as target:
        migration.upgrade_within(target)
        copy_rows(source, target)


def _driver(connection: sa.Connection) -> Any:
    return connection.connection.driver_connection


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
        copy_rows(connection, target)
        take_in(target, connection)
    with file_store.engine.connect() as ending:
        driver: Any = ending.connection.driver_connection
        driver.execute("PRAGMA journal_mode = DELETE")
    file_store.engine.dispose()


def _check_sound(file: Path) -> None:
    """A Fault unless the file is an undamaged store that this code can bring up to date; it is only read."""
    engine = sa.create_engine("sqlite://", creator=lambda: _opened_to_read(file))
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
