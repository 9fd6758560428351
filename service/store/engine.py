"""The store: one SQLAlchemy engine, SQLite by default or PostgreSQL by URL; a transaction is all or nothing."""

import gc
import hashlib
import os
import re
import sqlite3
import time
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from service.store import audit, migration, sickness
from service.store.nul import refuse_nul
from service.store.permissions import Actor, local_operator
from words import Fault

STORE_VARIABLE = "RANKSHIFT_STORE"
SQLITE_URL = "sqlite:///"
PASSWORD = re.compile(r"(//[^:/@]*:).*(@)")
DEFAULT_URL = f"{SQLITE_URL}rankshift.db"
UNWRITABLE = {sickness.READ_ONLY, sickness.UNREACHABLE}
ANSWER = 10  # seconds a server has to answer
SYNCHRONOUS = "FULL"  # SQLite: a commit is on the disk when it returns, as the head that is kept of it is
PATIENCE = 30  # seconds a writer waits for another one


@dataclass(frozen=True, eq=False)
class Store:
    """An open store and who acts in it; every use case takes one and checks that its actor's role permits it."""

    engine: sa.Engine
    actor: Actor = field(default_factory=local_operator)

    def acting(self, actor: Actor) -> "Store":
        """The same store with another actor."""
        return replace(self, actor=actor)

    @classmethod
    def create(cls, url: str) -> "Store":
        """The store at `url`; its tables are made if they do not exist yet."""
        store = cls(engine_of(url))
        if store.engine.dialect.name == "sqlite" and store.engine.url.database:
            private_file(Path(store.engine.url.database))
        with store.read() as connection:
            exists = migration.revision_of(connection) is not None
        if not exists:
            with store._said():
                migration.upgrade(store.engine)
        return store.checked(url)

    @classmethod
    def open(cls, url: str) -> "Store":
        """The store at `url`; a Fault if there is none, or one that newer code wrote."""
        store = cls(engine_of(url))
        if store.engine.dialect.name == "sqlite" and not Path(store.engine.url.database or "").is_file():
            raise Fault(key="store.absent", url=shown(url))
        return store.checked(url)

    def checked(self, url: str) -> "Store":
        """The store itself, its tables brought up to this code's revision; a Fault if it has none, or newer ones."""
        with self.read() as connection:
            revision = migration.revision_of(connection)
        if revision is None:
            raise Fault(key="store.absent", url=shown(url))
        if revision not in migration.revisions():
            expected = migration.head()
            raise Fault(key=migration.refusal(revision), url=shown(url), found=revision, expected=expected)
        if revision != migration.head():
            with self._said():
                migration.upgrade(self.engine)
        return self

    @contextmanager
    def begin(self, *alone: str) -> Generator[sa.Connection]:
        """One transaction: all of it is written or nothing; then the heads of new audit lines are kept outside.

        alone: the names of one thing ("wave", "ensu2015", "2015Q3"). Two transactions that begin with the same names
        take turns, and the second reads what the first wrote. SQLite has one writer at a time in any case.
        """
        with self._said(), self.engine.begin() as connection:
            connection.info.pop(audit.ADDED, None)  # left by a transaction that was rolled back
            if alone:
                take_turn(connection, *alone)
            yield connection
            heads = connection.info.pop(audit.ADDED, [])
        audit.anchor(self.engine.url, heads)

    @contextmanager
    def read(self) -> Generator[sa.Connection]:
        """A connection that only reads: on SQLite it waits for no writer, and no writer waits for it."""
        with self._said(), self.engine.connect().execution_options(reading=True) as connection:
            yield connection

    def _said(self) -> AbstractContextManager[None]:
        """What the engine says of a sick database becomes a Fault."""
        on_disk = self.engine.dialect.name == "sqlite"
        return sickness.said(self.shown, self.engine.url.database if on_disk else None)

    def shown(self) -> str:
        """Where the store is, as people read it."""
        return shown(self.engine.url.render_as_string(hide_password=False))

    def table(self, select: sa.Select) -> pd.DataFrame:
        """The rows that a SELECT returns."""
        with self.read() as connection, _uncollected():
            result = connection.execute(select)
            # pandas would ask each Row for attributes it lacks, slowly
            return pd.DataFrame([tuple(row) for row in result.all()], columns=list(result.keys()))

    def columns(self, select: sa.Select) -> dict[str, Sequence]:
        """The rows that a SELECT returns, column by column, as Python's values."""
        with self.read() as connection, _uncollected():
            return _by_column(connection.execute(select))


def _by_column(result: sa.CursorResult) -> dict[str, Sequence]:
    """The rows column by column; they are let go here, before the search for cycles begins again."""
    names, rows = list(result.keys()), result.all()
    return dict(zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True))


@contextmanager
def _uncollected() -> Generator[None]:
    """Without Python's search for cycles, which would look at each of a million new rows again and again."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()


def private_file(file: Path) -> None:
    """Make an empty file that only its owner may read and write (0600); nothing if it exists, or cannot be made here.

    SQLite gives its journals the rights of the store itself.
    """
    with suppress(OSError):  # it is there; or SQLite says better what is wrong
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def take_turn(connection: sa.Connection, *names: str) -> None:
    """Wait until no other transaction holds these names, and hold them until this one ends.

    On SQLite, BEGIN IMMEDIATE has waited already. Whoever takes several turns takes the audit trail's last, so that no
    two transactions wait for each other.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_number(names))))


def inserted_id(connection: sa.Connection, insert: sa.Insert) -> int:
    """Insert one row; the number the store gave it."""
    key = connection.execute(insert).inserted_primary_key
    assert key is not None
    return key[0]


def engine_of(url: str) -> sa.Engine:
    """An engine for a store's URL, with the transactions and checks that a store relies on."""
    parsed = parsed_url(url)
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise Fault(key="store.url", found=shown(url))
    if parsed.get_backend_name() == "postgresql":
        waiting = {} if "connect_timeout" in parsed.query else {"connect_timeout": ANSWER}
        engine = sa.create_engine(parsed, pool_pre_ping=True, hide_parameters=True, connect_args=waiting)
    else:
        engine = sa.create_engine(parsed, connect_args={"timeout": PATIENCE}, hide_parameters=True)
        sa.event.listen(engine, "do_connect", _sqlite_connect)
        sa.event.listen(engine, "begin", _sqlite_begin)
    sa.event.listen(engine, "before_cursor_execute", _refuse_nul)
    return engine


def parsed_url(url: str) -> sa.URL:
    """A store's URL in parts; of SQLite's, all that follows the slashes is the file's path, ? and # too."""
    if url.startswith(SQLITE_URL):
        return sa.URL.create("sqlite", database=url.removeprefix(SQLITE_URL) or None)
    try:
        return sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError) as error:  # ValueError: a port that is no number
        raise Fault(key="store.url", found=PASSWORD.sub(r"\1***\2", url)) from error


def store_url(place: str | None = None) -> str:
    """The URL of `place`, else of RANKSHIFT_STORE, else of rankshift.db in this folder; a bare path is SQLite."""
    url = place or os.environ.get(STORE_VARIABLE) or DEFAULT_URL
    return url if "://" in url else f"{SQLITE_URL}{url}"


def absolute(url: str) -> str:
    """The URL of the same store for a process that runs in another folder."""
    parsed = parsed_url(url)
    if parsed.get_backend_name() != "sqlite":
        return url
    return f"{SQLITE_URL}{Path(parsed.database or '').resolve()}"


def shown(url: str) -> str:
    """The URL as people read it: without its password, and with a file's path as it was typed."""
    parsed = parsed_url(url)
    if parsed.get_backend_name() == "sqlite":
        return f"{SQLITE_URL}{parsed.database or ''}"
    return parsed.set(drivername="postgresql").render_as_string(hide_password=True)


def _number(names: tuple[str, ...]) -> int:
    """A number of sixty-four bits that identifies these names."""
    return int.from_bytes(hashlib.sha256("\x1f".join(names).encode()).digest()[:8], signed=True)


def _sqlite_begin(connection: sa.Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _sqlite_connect(dialect, _record, arguments, options) -> sqlite3.Connection:
    """An open connection; where nothing may be written, one that reads."""
    file = Path(arguments[0])
    connection = dialect.connect(*arguments, **options)
    try:
        # the driver's own BEGIN is deferred and fails late; `_sqlite_begin` gives ours
        connection.isolation_level = None
        _write_ahead(connection)
    except sqlite3.OperationalError as error:
        connection.close()
        if sickness.sickness_of(error) not in UNWRITABLE or not file.is_file():
            raise
        connection = _reading_only(dialect, file, options)
    for pragma in (f"synchronous = {SYNCHRONOUS}", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _reading_only(dialect, file: Path, options) -> sqlite3.Connection:
    """A connection to a store in a place where nothing may be written, not even SQLite's log beside it.

    Its last changes may stand in a log that could not be read so; then it is not read at all.
    """
    log = file.with_name(f"{file.name}-wal")
    for how in ("mode=ro", "mode=ro&immutable=1"):
        if "immutable" in how and log.is_file() and log.stat().st_size:
            raise Fault(key="store.read_only_log", url=shown(f"{SQLITE_URL}{file}"), file=str(log))
        connection = dialect.connect(f"{file.resolve().as_uri()}?{how}", uri=True, **options)
        connection.isolation_level = None
        try:
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
            break
        except sqlite3.OperationalError as error:
            connection.close()
            if sickness.sickness_of(error) not in UNWRITABLE or "immutable" in how:
                raise
    return connection


def _refuse_nul(_connection, _cursor, _statement, parameters, _context, executemany) -> None:
    """A Fault if a text that is written has a NUL."""
    for row in parameters if executemany else (parameters,):
        refuse_nul(row.values() if isinstance(row, dict) else row or ())


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch a file to write-ahead logging, for good; this loop waits for the lock, since SQLite itself does not."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.05)
