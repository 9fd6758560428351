"""The place of objects that are too large for the store: a folder, or an object store by its URL.

An object's name there is its SHA-256, so that none is ever changed, and two that are the same are one.  It is written
aside and gets its name when it is complete.  The place is a setting and not in the store: whoever moves the objects
changes the setting and nothing else.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from service.store import schema, sickness
from service.store.aside import PART, write_blocks
from words import Fault

PLACE_VARIABLE, LIMIT_VARIABLE = "RANKSHIFT_OBJECTS", "RANKSHIFT_OBJECT_MB"
LIMIT = 256  # megabytes of an object that stays in the store, unless set
BESIDE = ".objects"  # of a SQLite store without a setting: the folder beside its file
ENDING = ".parquet"
BLOCK = 2**20  # bytes read at a time
LINEAGE = 16  # digits of the first line of a store's audit trail, which name its own folder in the place
PASSWORD = re.compile(r"(//[^:/@]*:)[^@/]*@")
SOUND, ABSENT, DAMAGED = "sound", "absent", "damaged"


@dataclass(frozen=True)
class Left:
    """A file in the place: its name, its bytes, and when it was written (seconds since 1970)."""

    name: str
    size: int
    at: float


@dataclass(frozen=True, eq=False)
class Place:
    """Where the objects of one store lie.

    system   the file system, by pyarrow.  folder   the store's own folder in it
    shown    the folder as people read it.  on_disk  whether it is a folder of this machine
    """

    system: Any
    folder: str
    shown: str
    on_disk: bool

    def keep(self, digest: str, blocks: Iterable[bytes]) -> None:
        """Write an object under its digest; whoever is stopped leaves it complete, or a part with another name."""
        path = self._path(digest)
        with _Said(self.shown):
            if self.on_disk:
                Path(self.folder).mkdir(mode=0o700, parents=True, exist_ok=True)
                write_blocks(Path(path), blocks)
                return
            self.system.create_dir(self.folder, recursive=True)
            part = f"{path}.{secrets.token_hex(4)}{PART}"
            with self.system.open_output_stream(part) as opened:
                for block in blocks:
                    opened.write(block)
            self.system.move(part, path)

    def blocks(self, digest: str) -> Iterator[bytes]:
        """An object, block by block; a Fault at its end if it is not the one that was written."""
        found = hashlib.sha256()
        with _Said(self.shown, digest + ENDING), self.system.open_input_stream(self._path(digest)) as opened:
            while block := opened.read(BLOCK):
                found.update(block)
                yield block
        if found.hexdigest() != digest:
            raise Fault(key="objects.damaged", object=digest + ENDING, place=self.shown, found=found.hexdigest())

    def content(self, digest: str) -> bytes:
        """A whole object; a Fault if it is not the one that was written."""
        return b"".join(self.blocks(digest))

    def state(self, digest: str) -> str:
        """SOUND, ABSENT or DAMAGED; a Fault if the place cannot be read."""
        try:
            for _ in self.blocks(digest):
                pass
        except Fault as fault:
            states = {"objects.absent": ABSENT, "objects.damaged": DAMAGED}
            if fault.key not in states:
                raise
            return states[fault.key]
        return SOUND

    def others(self, digests: Collection[str]) -> list[Left]:
        """The files in the store's folder that are none of these objects, by name."""
        from pyarrow.fs import FileSelector, FileType

        known = {digest + ENDING for digest in digests}
        with _Said(self.shown):
            files = self.system.get_file_info(FileSelector(self.folder, allow_not_found=True))
        left = [file for file in files if file.type == FileType.File and file.base_name not in known]
        return sorted((Left(f.base_name, f.size, f.mtime.timestamp()) for f in left), key=lambda f: f.name)

    def remove(self, names: Iterable[str]) -> None:
        """Remove files of the store's folder."""
        for name in names:
            with _Said(self.shown, name):
                self.system.delete_file(f"{self.folder}/{name}")

    def _path(self, digest: str) -> str:
        return f"{self.folder}/{digest}{ENDING}"


@dataclass(frozen=True)
class _Said:
    """What a file system says becomes a Fault with the place, and with the object that is read, if one is."""

    place: str
    object: str | None = None

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        if isinstance(error, FileNotFoundError) and self.object is not None:
            raise Fault(key="objects.absent", object=self.object, place=self.place) from error
        if isinstance(error, OSError):
            key = sickness.PLACE_FULL if error.errno in sickness.NO_ROOM else "objects.place"
            raise Fault(key=key, place=self.place, problem=_without_password(sickness.first_line(error))) from error


def place_of(connection: sa.Connection, url: sa.URL | None = None) -> Place | None:
    """Where the objects of an open store lie; None if nothing says it, as on a server without a setting.

    url: of the store that they belong to, if the connection is to a copy of it
    """
    first = sa.select(schema.audit.c.digest).order_by(schema.audit.c.number).limit(1)
    lineage = connection.scalar(first)
    return None if lineage is None else _place(url or connection.engine.url, lineage[:LINEAGE])


def limit() -> int:
    """The bytes above which an object lies outside the store."""
    said = os.environ.get(LIMIT_VARIABLE, "").strip() or str(LIMIT)
    try:
        megabytes = float(said)
    except ValueError:
        megabytes = -1.0
    if not 0 <= megabytes < float("inf"):
        raise Fault(key="objects.limit", variable=LIMIT_VARIABLE, found=said, expected=LIMIT)
    return int(megabytes * 1e6)


def _place(url: sa.URL, lineage: str) -> Place | None:
    """The folder `lineage` in the place that is set, else beside a SQLite store."""
    said = os.environ.get(PLACE_VARIABLE, "").strip()
    if not said:
        on_file = url.get_backend_name() == "sqlite" and url.database
        return _folder(Path(f"{Path(str(url.database)).resolve()}{BESIDE}") / lineage) if on_file else None
    if "://" not in said:
        if not Path(said).is_absolute():
            raise Fault(key="objects.relative", variable=PLACE_VARIABLE, found=said)
        return _folder(Path(said) / lineage)
    return _by_url(said, lineage)


def _folder(folder: Path) -> Place:
    from pyarrow.fs import LocalFileSystem

    return Place(LocalFileSystem(), folder.as_posix(), str(folder), on_disk=True)


def _by_url(said: str, lineage: str) -> Place:
    """The place at a URL that pyarrow understands: file, s3, gs, abfs, hdfs."""
    import pyarrow as pa
    from pyarrow.fs import FileSystem, LocalFileSystem

    shown = _without_password(said)
    try:
        system, root = FileSystem.from_uri(said)
    except (pa.ArrowException, OSError, ValueError, ImportError) as error:
        problem = _without_password(sickness.first_line(error))
        raise Fault(key="objects.url", variable=PLACE_VARIABLE, found=shown, problem=problem) from error
    folder = f"{root.rstrip('/')}/{lineage}"
    shown_folder = f"{shown.partition('?')[0].rstrip('/')}/{lineage}"
    return Place(system, folder, shown_folder, isinstance(system, LocalFileSystem))


def _without_password(text: str) -> str:
    """A URL, or a sentence with one, without the URL's password and the full stop."""
    return PASSWORD.sub(r"\1***@", text).rstrip(".")
