"""How a file is written: aside, brought to the disk, and only then given its name.

Whoever is stopped in between, or has no room left, leaves the old file or the new one, and beside it a part that has
another name. No store, key, list of heads or journal is ever written over.
"""

import base64
import binascii
import os
import re
import secrets
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from words import Fault

PART = ".part"  # how the name of a file ends that is not complete
LOGS_OF_PART = ("-journal", "-wal", "-shm")  # SQLite's own, beside a store that is written
UNFINISHED = re.compile(
    rf"\.[0-9a-f]{{8}}\.part({'|'.join(LOGS_OF_PART)})?$|\.db\.part$"
)  # the last: of earlier versions
PRIVATE, ORDINARY = 0o600, 0o666  # of which the user's umask takes away
KEY_BYTES, DIGITS = 64, 64
SQLITE = b"SQLite format 3\0"
LOGS = (
    b"\x37\x7f\x06\x82",
    b"\x37\x7f\x06\x83",
    b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7",
)  # SQLite's own, by their first bytes


@contextmanager
def new_file(file: Path) -> Generator[Path]:
    """A path to write to, of mode 0600, which becomes `file` at the end; FileExistsError if there is one by then."""
    part = _part_of(file, PRIVATE)
    try:
        yield part
        synced(part)
        _named_once(part, file)
    finally:
        for ending in ("", *LOGS_OF_PART):
            part.with_name(part.name + ending).unlink(missing_ok=True)
    synced(file.parent)


def write_new(file: Path, content: bytes) -> None:
    """Write a new file that only its owner may read; FileExistsError if there is one."""
    with new_file(file) as part:
        part.write_bytes(content)


def write_over(file: Path, content: bytes) -> None:
    """Write a file, in the place of an earlier one; a Fault if that one is a store, a key or a list of heads."""
    refuse_precious(file)
    part = _part_of(file, ORDINARY)
    try:
        part.write_bytes(content)
        synced(part)
        moved(part, file)
    finally:
        part.unlink(missing_ok=True)


def write_blocks(file: Path, blocks: Iterable[bytes]) -> None:
    """Write a file that only its owner may read, block by block, in the place of an earlier one."""
    part = _part_of(file, PRIVATE)
    try:
        with part.open("wb") as opened:
            for block in blocks:
                opened.write(block)
        synced(part)
        moved(part, file)
    finally:
        part.unlink(missing_ok=True)


def moved(part: Path, file: Path) -> None:
    """Give a file the name of another, whose place it takes; the new name is on the disk when this returns."""
    os.replace(part, file)
    synced(file.parent)


def synced(place: Path) -> None:
    """Wait until what a file, or a folder's list of names, holds is on the disk."""
    if os.name != "posix" and place.is_dir():
        return  # Windows opens no folder
    handle = os.open(place, os.O_RDONLY if place.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def parts_in(folders: Iterable[Path]) -> list[Path]:
    """The files in these folders that were never completed, and SQLite's logs of them."""
    found = (path for folder in folders if folder.is_dir() for path in folder.iterdir())
    return sorted({path for path in found if UNFINISHED.search(path.name)})


def refuse_precious(file: Path) -> None:
    """A Fault if the file is a store, a backup, one of SQLite's logs, a key, or a list of heads: by what is in it."""
    try:
        with file.open("rb") as opened:
            beginning = opened.read(200)
    except OSError:  # it is not there; or whoever writes it says better what is wrong
        return
    if beginning.startswith((SQLITE, *LOGS)) or _is_key(beginning) or _is_head(beginning):
        raise Fault(key="file.precious", file=str(file))


def _is_key(beginning: bytes) -> bool:
    try:
        return len(base64.b64decode(beginning.strip(), validate=True)) == KEY_BYTES
    except binascii.Error:
        return False


def _is_head(beginning: bytes) -> bool:
    """Whether the first line is the number of a line of the audit trail with its digest (`audit.Head`)."""
    number, _, digest = beginning.lstrip(b"\n").split(b"\n")[0].strip().partition(b":")
    return number.isdigit() and len(digest) == DIGITS and not digest.strip(b"0123456789abcdef")


def _part_of(file: Path, mode: int) -> Path:
    """A new empty file beside another, with a name of its own, so that two who write the same file are not mixed."""
    part = file.with_name(f"{file.name}.{secrets.token_hex(4)}{PART}")
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
    return part


def _named_once(part: Path, file: Path) -> None:
    """Give the part its name unless a file has it already, at one stroke."""
    try:
        os.link(part, file)
    except FileExistsError:
        raise
    except OSError:  # a file system without links: the name is taken first, then filled
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE))
        os.replace(part, file)
