"""Erasure: free pages and logs overwritten, and the files' bytes read again to see that nothing of it is left."""

import mmap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from service.store.engine import Store

PREFIX = 8  # bytes that are looked up at once; shorter texts cannot be told from chance and are not searched
CHUNK = 1 << 24
PATIENCE = 10_000  # milliseconds to wait for others who read, before the log cannot be emptied
BESIDE = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True)
class Search:
    """How many of the texts were found in how many bytes."""

    found: int
    bytes: int


def store_files(store: Store) -> list[Path]:
    """The files an SQLite store consists of."""
    paths = [Path(f"{store.engine.url.database}{suffix}") for suffix in BESIDE]
    return [path for path in paths if path.is_file()]


def search(files: Iterable[Path], texts: Iterable[bytes]) -> Search:
    """How many of the texts (of 8 bytes or more) stand anywhere in the files' bytes."""
    by_prefix: dict[int, list[bytes]] = {}
    for text in set(texts):
        if len(text) >= PREFIX:
            by_prefix.setdefault(int.from_bytes(text[:PREFIX], "little"), []).append(text)
    prefixes = np.array(sorted(by_prefix), dtype=np.uint64)
    few = np.zeros(1 << 24, dtype=bool)  # a coarse sieve on three bytes, before the exact look-up
    few[prefixes & np.uint64(0xFFFFFF)] = True
    found, read = set(), 0
    for file in files:
        with file.open("rb") as opened:
            size = file.stat().st_size
            read += size
            if size and len(prefixes):
                with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
                    found |= _in_content(content, size, by_prefix, prefixes, few)
    return Search(len(found), read)


def _in_content(content, size: int, by_prefix, prefixes: np.ndarray, few: np.ndarray) -> set[bytes]:
    found = set()
    for start in range(0, size, CHUNK):
        window = content[start : start + CHUNK + PREFIX - 1]
        for shift in range(PREFIX):
            whole = (len(window) - shift) // PREFIX
            if whole <= 0:
                continue
            words = np.frombuffer(window, dtype="<u8", count=whole, offset=shift)
            likely = np.flatnonzero(few[words & np.uint64(0xFFFFFF)])
            for place in likely[np.isin(words[likely], prefixes)]:
                offset = start + shift + int(place) * PREFIX
                for text in by_prefix[int(words[place])]:
                    if content[offset : offset + len(text)] == text:
                        found.add(text)
    return found


def scrub(store: Store) -> bool:
    """Write the store anew without free pages, and empty its log; whether nobody stood in the way.

    SQLite: VACUUM, then a truncating checkpoint (secure_delete is always on).  PostgreSQL: VACUUM FULL of the contacts.
    """
    if store.engine.dialect.name == "postgresql":
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM (FULL) contacts")
        return True
    raw = store.engine.raw_connection()
    try:
        driver: Any = raw.driver_connection
        driver.execute("VACUUM")
        waits = driver.execute("PRAGMA busy_timeout").fetchone()[0]
        driver.execute(f"PRAGMA busy_timeout = {PATIENCE}")
        busy = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        driver.execute(f"PRAGMA busy_timeout = {waits}")
        return not busy and driver.execute("PRAGMA freelist_count").fetchone()[0] == 0
    finally:
        raw.close()
