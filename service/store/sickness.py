"""What is wrong with a sick database, in a sentence of its own: damaged, read-only, full, unreachable, slow, busy.

Each has an exit code of its own too, so that whoever runs commands at night can tell them apart.
"""

import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager

import sqlalchemy as sa

from words import Fault

BUSY, DAMAGED, READ_ONLY, FULL = "store.busy", "store.damaged", "store.read_only", "store.full"
UNREACHABLE, SLOW = "store.unreachable", "store.slow"
READ_ONLY_LOG = "store.read_only_log"
# 1 is a command that was refused, 2 one that was mistyped
EXIT_CODES = {BUSY: 3, DAMAGED: 4, READ_ONLY: 5, READ_ONLY_LOG: 5, FULL: 6, UNREACHABLE: 7, SLOW: 8}
OF_SQLITE = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_CONSTRAINT: BUSY,  # another process wrote the same first
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_PERM: READ_ONLY,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_CANTOPEN: UNREACHABLE,
    sqlite3.SQLITE_IOERR: UNREACHABLE,
    sqlite3.SQLITE_NOTADB: UNREACHABLE,  # perhaps another file was named
}
OF_POSTGRESQL = {  # by the SQLSTATE, or how it begins
    "53100": FULL,
    "25006": READ_ONLY,
    "XX001": DAMAGED,
    "XX002": DAMAGED,
    "57014": SLOW,
    "40": BUSY,
    "55P03": BUSY,
    "23": BUSY,
    "08": UNREACHABLE,
    "28": UNREACHABLE,
    "3D": UNREACHABLE,
    "53": UNREACHABLE,
    "57": UNREACHABLE,
}


@contextmanager
def said(url: Callable[[], str]) -> Generator[None]:
    """Whatever the engine says of a sick database becomes a Fault; url: the store's as people read it."""
    try:
        yield
    except (sa.exc.DBAPIError, sqlite3.Error) as error:
        original = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        if (key := sickness_of(original)) is None:
            raise
        raise Fault(key=key, url=url(), problem=first_line(original)) from error


def sickness_of(error: BaseException | None) -> str | None:
    """The key of the sentence for an error of the driver; None if it says nothing of the database's health."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        return None if code is None else OF_SQLITE.get(code & 0xFF)
    state = getattr(error, "sqlstate", None)
    if state is not None:
        return next((OF_POSTGRESQL[state[:n]] for n in (5, 2) if state[:n] in OF_POSTGRESQL), None)
    kind = type(error).__name__
    if kind == "ConnectionTimeout":
        return SLOW
    return UNREACHABLE if kind == "OperationalError" else None  # psycopg: no connection, so the server said no more


def first_line(error: BaseException | None) -> str:
    """The first line of what the driver says."""
    return (str(error).splitlines() or [type(error).__name__])[0]
