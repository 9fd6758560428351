"""What is wrong with a sick database, in a sentence of its own: damaged, read-only, full, unreachable, slow, busy.

Each has an exit code of its own too, so that whoever runs commands at night can tell them apart.
"""

import errno
import os
import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from words import Fault

BUSY, DAMAGED, READ_ONLY, FULL = "store.busy", "store.damaged", "store.read_only", "store.full"
UNREACHABLE, SLOW = "store.unreachable", "store.slow"
READ_ONLY_LOG = "store.read_only_log"
PLACE_FULL = "objects.full"  # of the place outside the store where large objects lie
# 1 is a command that was refused, 2 one that was mistyped
EXIT_CODES = {BUSY: 3, DAMAGED: 4, READ_ONLY: 5, READ_ONLY_LOG: 5, FULL: 6, PLACE_FULL: 6, UNREACHABLE: 7, SLOW: 8}
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
ROOM = 1_000_000  # bytes: with fewer a place where one may write is full; closing a log that found no room frees some
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
def said(url: Callable[[], str], file: str | None = None) -> Generator[None]:
    """Whatever the engine says of a sick database becomes a Fault.

    url   the store's as people read it
    file  the store's own, if it has one. SQLite calls a disk without any room "read-only": it cannot make its log there
    """
    try:
        yield
    except (sa.exc.DBAPIError, sqlite3.Error) as error:
        original = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        if (key := sickness_of(original)) is None:
            raise
        if key in (READ_ONLY, UNREACHABLE) and file and has_no_room(Path(file).parent):
            key = FULL
        raise Fault(key=key, url=url(), problem=first_line(original)) from error


def has_no_room(folder: Path) -> bool:
    """Whether SQLite's log finds no room in a folder in which one may write."""
    try:
        disk = os.statvfs(folder)
    except (OSError, AttributeError):  # it is not there; Windows does not tell
        return False
    may_write = not disk.f_flag & os.ST_RDONLY and os.access(folder, os.W_OK)
    return may_write and disk.f_bavail * disk.f_frsize < ROOM


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
