"""Objects too large for the store: they lie in a place outside it (`service.store.place`), each under its SHA-256.

The store keeps the digest and the size, so that an object is the one that was written or is refused.  An object is in
its place before the transaction that names it ends: whoever is killed leaves a file that no version names, and no
version without its object.  A backup has all objects within it, and a restore puts the large ones outside again.
"""

import hashlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from service.store import audit, schema
from service.store.engine import Store, take_turn
from service.store.permissions import permitted
from service.store.place import ABSENT, DAMAGED, SOUND, Left, Place, limit, place_of
from words import Fault

REMOVE = "remove-orphans"  # the action in the audit trail
PART = 2**26  # bytes of a row; SQLite keeps no row above a billion
AGE = 3_600  # seconds after which a file that no version names is an orphan: before, somebody may be writing it
TURN = "large objects"
NOWHERE = "-"

outside = schema.outside_objects
objects, frames, parts = schema.objects.c, schema.frames.c, schema.frame_parts.c


@dataclass(frozen=True)
class Holder:
    """Whose content an object is: a table with `part` and `content`, and the columns that say which rows."""

    table: sa.Table
    key: tuple[tuple[str, Any], ...]

    @property
    def rows(self) -> list[sa.ColumnElement]:
        """The conditions of its rows."""
        return [self.table.c[name] == value for name, value in self.key]

    def blocks(self, connection: sa.Connection) -> Iterator[bytes]:
        """What its rows hold, one after the other."""
        select = sa.select(self.table.c.part).where(*self.rows).order_by(self.table.c.part)
        for part in connection.scalars(select).all():
            yield connection.scalar(sa.select(self.table.c.content).where(*self.rows, self.table.c.part == part))

    def size(self, connection: sa.Connection) -> int:
        """The bytes that its rows hold."""
        return connection.scalar(sa.select(sa.func.sum(sa.func.length(self.table.c.content))).where(*self.rows)) or 0

    def fill(self, connection: sa.Connection, blocks: Iterable[bytes]) -> None:
        """Write a content into its rows in parts; nothing at all is one row without content."""
        fixed = dict(self.key)
        if self.table is schema.objects:
            fixed["digest"] = connection.scalar(sa.select(objects.digest).where(*self.rows).limit(1))
        connection.execute(self.table.delete().where(*self.rows))
        for number, content in enumerate(_in_parts(blocks)):
            connection.execute(self.table.insert().values(**fixed, part=number, content=content))


def put_outside(connection: sa.Connection, digest: str, content: bytes) -> bool:
    """Keep a content outside the store if it is too large for it; whether it is, so that no row needs to have it."""
    if len(content) <= limit() or (place := place_of(connection)) is None:
        return False
    _put(connection, place, digest, len(content), [content])
    return True


def content_outside(connection: sa.Connection, digest: str) -> Iterator[bytes]:
    """The blocks of an object that lies outside; nothing if it does not.  A Fault if it is absent or another."""
    if connection.scalar(sa.select(outside.c.digest).where(outside.c.digest == digest)) is not None:
        yield from needed_place(connection, digest).blocks(digest)


def needed_place(connection: sa.Connection, digest: str) -> Place:
    """The place of an object; a Fault if nothing says where it is."""
    place = place_of(connection)
    if place is None:
        raise Fault(key="objects.absent", object=digest, place=NOWHERE)
    return place


def unsound(connection: sa.Connection) -> dict[str, list[str]]:
    """ABSENT and DAMAGED -> the objects outside the store that are; a Fault if their place cannot be read."""
    found: dict[str, list[str]] = {ABSENT: [], DAMAGED: []}
    place = place_of(connection)
    for digest in _digests(connection):
        state = ABSENT if place is None else place.state(digest)
        if state != SOUND:
            found[state].append(digest)
    return found


def orphans(connection: sa.Connection) -> list[Left]:
    """The files in the place of the objects that no version names, except those that may just be written."""
    place = place_of(connection)
    if place is None:
        return []
    return [left for left in place.others(_digests(connection)) if left.at < time.time() - AGE]


@permitted
def remove_orphans(store: Store) -> list[Left]:
    """Remove the files that no version names, while nobody writes an object; returns them."""
    with store.begin(TURN) as connection:
        left, place = orphans(connection), place_of(connection)
        if left and place is not None:
            names = [each.name for each in left]
            audit.append(connection, store.actor, REMOVE, {"place": place.shown, "files": names})
            place.remove(names)
    return left


def take_in(connection: sa.Connection, source: sa.Connection) -> None:
    """Bring all objects of a copy of a store into it: its place is that of `source`; a Fault if one is not sound."""
    for digest in _digests(connection):
        for holder in _holders(connection, digest):
            holder.fill(connection, needed_place(source, digest).blocks(digest))
        connection.execute(outside.delete().where(outside.c.digest == digest))


def put_out(connection: sa.Connection, url: sa.URL, source: sa.URL) -> None:
    """Put the large objects of a copy of a store into the place of the store at `url`, which is to become that copy.

    source: the URL of the file that was copied; objects that lay outside it are carried over from its place
    """
    place, before, most = place_of(connection, url), place_of(connection, source), limit()
    for digest in _digests(connection):
        _carry(digest, before, place)
    if place is None:
        return
    for digest, holder in _contents(connection):
        if (size := holder.size(connection)) > most:
            _put(connection, place, digest, size, holder.blocks(connection))
            holder.fill(connection, [])


def mended(connection: sa.Connection, backup: sa.Connection, file: str) -> list[str]:
    """Put objects that are absent or damaged in their place back from a backup; returns those that were.

    A Fault names those that the backup does not have.
    """
    wanted = [digest for digests in unsound(connection).values() for digest in digests]
    held = {digest: holder for digest, holder in _contents(backup) if digest in wanted}
    for digest, holder in held.items():
        needed_place(connection, digest).keep(digest, checked(holder.blocks(backup), digest, file))
    if missing := sorted(set(wanted) - set(held)):
        raise Fault(key="objects.not_in_backup", objects=missing, file=file)
    return wanted


def checked(blocks: Iterable[bytes], digest: str, place: str) -> Iterator[bytes]:
    """The blocks of an object; a Fault at the end if they are not those that were written."""
    found = hashlib.sha256()
    for block in blocks:
        found.update(block)
        yield block
    if found.hexdigest() != digest:
        raise Fault(key="objects.damaged", object=digest, place=place, found=found.hexdigest())


def _put(connection: sa.Connection, place: Place, digest: str, size: int, blocks: Iterable[bytes]) -> None:
    take_turn(connection, TURN)
    place.keep(digest, checked(blocks, digest, place.shown))
    if connection.scalar(sa.select(outside.c.size).where(outside.c.digest == digest)) is None:
        connection.execute(outside.insert().values(digest=digest, size=size))


def _carry(digest: str, source: Place | None, place: Place | None) -> None:
    """Have an object in a place that is in another one, unless it is there; a Fault if it is nowhere."""
    if place is not None and place.state(digest) == SOUND:
        return
    if source is None or place is None:
        raise Fault(key="objects.absent", object=digest, place=NOWHERE if source is None else source.shown)
    place.keep(digest, source.blocks(digest))


def _digests(connection: sa.Connection) -> list[str]:
    """The digests of the objects outside the store."""
    return list(connection.scalars(sa.select(outside.c.digest).order_by(outside.c.digest)))


def _holders(connection: sa.Connection, digest: str) -> list[Holder]:
    """Who has this object as a content that lies outside."""
    return [
        holder for found, holder in _contents(connection, digest) if found == digest and not holder.size(connection)
    ]


def _contents(connection: sa.Connection, digest: str | None = None) -> Iterator[tuple[str, Holder]]:
    """Every object, or those with a digest: the digest, and whose content it is."""
    of_waves = sa.select(objects.digest, objects.version_id, objects.name).distinct()
    of_frames = sa.select(frames.digest, frames.version_id).where(frames.version_id.in_(sa.select(parts.frame_id)))
    if digest is not None:
        of_waves, of_frames = of_waves.where(objects.digest == digest), of_frames.where(frames.digest == digest)
    for found, version_id, name in connection.execute(of_waves).all():
        yield found, Holder(schema.objects, (("version_id", version_id), ("name", name)))
    for found, frame_id in connection.execute(of_frames).all():
        yield found, Holder(schema.frame_parts, (("frame_id", frame_id),))


def _in_parts(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in parts as large as a row may be; one empty part if there are none."""
    waiting, empty = bytearray(), True
    for block in blocks:
        waiting += block
        while len(waiting) >= PART:
            yield bytes(waiting[:PART])
            del waiting[:PART]
            empty = False
    if waiting or empty:
        yield bytes(waiting)
