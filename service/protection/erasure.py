"""Erasure: free pages and logs are emptied, and the files' bytes are read again to see that nothing is left in them."""

import json
import mmap
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from service.store import schema
from service.store.aside import parts_in
from service.store.backup import BACKUP, REMAINS
from service.store.engine import Store

PREFIX = 8  # bytes looked up at once; a shorter text could occur by chance, and is not searched for
CHUNK = 1 << 24  # bytes read at a time
PATIENCE = 10_000  # milliseconds to wait for readers, who keep the log from being emptied
TEMPORARY = "rankshift-"  # how the temporary folders of earlier versions begin
ERASING = ("purge", "rotate-key")  # actions in the audit trail that leave bytes to be scrubbed
SCRUBBED = ("purge-checked", "scrub")  # and those that say whether they were
SUFFIXES = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True)
class Search:
    """The result of a search: how many of the texts were found, in how many bytes."""

    found: int
    bytes: int


def store_files(store: Store) -> list[Path]:
    """The files of which a SQLite store consists."""
    paths = [Path(f"{store.engine.url.database}{suffix}") for suffix in SUFFIXES]
    return [path for path in paths if path.is_file()]


def search(files: Iterable[Path], texts: Iterable[bytes]) -> Search:
    """How many of the texts of 8 bytes or more occur anywhere in the files' bytes."""
    by_prefix: dict[int, list[bytes]] = {}
    for text in set(texts):
        if len(text) >= PREFIX:
            by_prefix.setdefault(int.from_bytes(text[:PREFIX], "little"), []).append(text)
    prefixes = np.array(sorted(by_prefix), dtype=np.uint64)
    sieve = np.zeros(1 << 24, dtype=bool)  # a coarse test of three bytes, before the exact look-up
    sieve[prefixes & np.uint64(0xFFFFFF)] = True
    present, bytes_read = set(), 0
    for file in files:
        with file.open("rb") as opened:
            size = file.stat().st_size
            bytes_read += size
            if size and len(prefixes):
                with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
                    present |= _in_content(content, size, by_prefix, prefixes, sieve)
    return Search(len(present), bytes_read)


def _in_content(
    content: mmap.mmap, size: int, by_prefix: Mapping[int, list[bytes]], prefixes: np.ndarray, sieve: np.ndarray
) -> set[bytes]:
    """The texts that occur in the content: its words of 8 bytes, at eight offsets, are compared with `prefixes`."""
    present = set()
    for start in range(0, size, CHUNK):
        window = content[start : start + CHUNK + PREFIX - 1]
        for shift in range(PREFIX):
            count = (len(window) - shift) // PREFIX
            if count <= 0:
                continue
            words = np.frombuffer(window, dtype="<u8", count=count, offset=shift)
            likely = np.flatnonzero(sieve[words & np.uint64(0xFFFFFF)])
            for place in likely[np.isin(words[likely], prefixes)]:
                offset = start + shift + int(place) * PREFIX
                for text in by_prefix[int(words[place])]:
                    if content[offset : offset + len(text)] == text:
                        present.add(text)
    return present


def scrub(store: Store) -> bool:
    """Rewrite the store without free pages and empty its log; False if a reader or a full disk kept it from that.

    SQLite: VACUUM, then a truncating checkpoint (secure_delete is always on).  PostgreSQL: VACUUM FULL of the contacts.
    """
    try:
        if store.engine.dialect.name == "postgresql":
            with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM (FULL) contacts")
            return True
        return _rewritten(store)
    except (sa.exc.DBAPIError, sqlite3.Error):
        return False  # what was to be deleted is deleted already; that bytes of it are left is said, and tried again


def _rewritten(store: Store) -> bool:
    raw = store.engine.raw_connection()
    try:
        driver: Any = raw.driver_connection
        driver.execute("VACUUM")
        timeout = driver.execute("PRAGMA busy_timeout").fetchone()[0]
        driver.execute(f"PRAGMA busy_timeout = {PATIENCE}")
        busy = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        driver.execute(f"PRAGMA busy_timeout = {timeout}")
        return not busy and driver.execute("PRAGMA freelist_count").fetchone()[0] == 0
    finally:
        raw.close()


def leftovers(store: Store) -> list[Path]:
    """Files that may hold what was deleted: parts of backups that were stopped, and what a restore put aside.

    They are looked for beside the store, in every folder that a backup was written to, and among temporary files.
    """
    folders = _backup_folders(store)
    database = store.engine.url.database if store.engine.dialect.name == "sqlite" else None
    remains: list[Path] = []
    if database:
        place = Path(database).resolve()
        folders.add(place.parent)
        remains = [p for p in place.parent.iterdir() if p.name.startswith(f"{place.name}{REMAINS}")]
    temporary = Path(tempfile.gettempdir()).glob(f"{TEMPORARY}*/copy.db")  # of restores by earlier versions
    own = (copy for copy in temporary if os.name != "posix" or copy.stat().st_uid == os.getuid())
    return sorted({*parts_in(folders), *remains, *own})


def _backup_folders(store: Store) -> set[Path]:
    audit = schema.audit.c
    with store.read() as connection:
        said = connection.scalars(sa.select(audit.details).where(audit.action == BACKUP)).all()
    return {Path(folder) for details in said if (folder := json.loads(details).get("folder"))}


def owed(store: Store) -> bool:
    """Whether a deletion or a change of keys may have left bytes that no later scrub is known to have reached."""
    audit = schema.audit.c
    with store.read() as connection:
        select = sa.select(audit.action, audit.details).where(audit.action.in_((*ERASING, *SCRUBBED)))
        for action, details in connection.execute(select.order_by(audit.number.desc())):
            said = json.loads(details)
            if action in SCRUBBED:
                return not said.get("clean", said.get("proven", False))
            if said.get("numbers", said.get("rows", 0)):
                return True
    return False
