"""Erasure: free pages and logs are emptied, and the files' bytes are read again to see that nothing is left in them."""

import mmap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from service.store.engine import Store

PREFIX = 8  # bytes looked up at once; a shorter text could occur by chance, and is not searched for
CHUNK = 1 << 24  # bytes read at a time
PATIENCE = 10_000  # milliseconds to wait for readers, who keep the log from being emptied
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
    """Rewrite the store without free pages and empty its log; True unless a reader kept the log from being emptied.

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
        timeout = driver.execute("PRAGMA busy_timeout").fetchone()[0]
        driver.execute(f"PRAGMA busy_timeout = {PATIENCE}")
        busy = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        driver.execute(f"PRAGMA busy_timeout = {timeout}")
        return not busy and driver.execute("PRAGMA freelist_count").fetchone()[0] == 0
    finally:
        raw.close()
