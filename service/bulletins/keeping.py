"""Bulletins as they are kept: numbered versions with their content, what was asked for, and the runs behind them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from service.bulletins.document import Document, digest_of, document_bytes, document_of
from service.figures.publications import publications_of, runs_shown
from service.store import audit, schema
from service.store.engine import Store, inserted_id
from service.store.permissions import permitted
from words import Fault

BULLETIN = "bulletin"  # the action in the audit trail


@dataclass(frozen=True)
class Kept:
    """A bulletin as it was made.

    version   counts those of the same programme, wave, kind and language
    asked     what whoever made it said of its head, its measure and its league
    digest    SHA-256 of the content;  runs: those that its figures come from
    """

    number: int
    programme: str
    wave: str
    kind: str
    language: str
    version: int
    at: datetime
    by: str
    asked: Mapping[str, Any]
    digest: str
    runs: frozenset[int]
    content: bytes

    @cached_property
    def document(self) -> Document:
        """The content, read back."""
        return document_of(self.content)


@permitted
def keep_bulletin(store: Store, document: Document, runs: Iterable[int], asked: Mapping[str, Any]) -> Kept:
    """Keep a bulletin as the next version; the one that is kept already if its content is the same."""
    content, table = document_bytes(document), schema.bulletins
    of = {name: getattr(document, name) for name in ("programme", "wave", "kind", "language")}
    same = sa.and_(*(table.c[name] == value for name, value in of.items()))
    digest = digest_of(content)
    with store.begin("bulletin", *of.values()) as connection:
        newest = connection.execute(sa.select(table).where(same).order_by(table.c.version.desc())).first()
        if newest is not None and newest.digest == digest:
            number = newest.bulletin_id
        else:
            version = 1 if newest is None else newest.version + 1
            row = {**of, "version": version, "at": datetime.now(UTC), "by": store.actor.name, "asked": dict(asked)}
            number = inserted_id(connection, table.insert().values(**row, digest=digest, content=content))
            rows = [{"bulletin_id": number, "run_id": run} for run in sorted(runs)]
            connection.execute(schema.bulletin_runs.insert(), rows)
            details = {**of, "bulletin": number, "version": version, "digest": digest, "runs": sorted(runs)}
            audit.append(connection, store.actor, BULLETIN, details)
    return read_bulletin(store, number)


@permitted
def bulletin_list(store: Store, programme_name: str) -> list[Kept]:
    """All bulletins of a programme, the newest first."""
    table = schema.bulletins
    with store.read() as connection:
        select = sa.select(table).where(table.c.programme == programme_name).order_by(table.c.bulletin_id.desc())
        kept = [_kept(connection, row) for row in connection.execute(select).all()]
    shown = _released(store, programme_name)
    return [one for one in kept if shown is None or one.runs <= shown]


@permitted
def read_bulletin(store: Store, number: int) -> Kept:
    """A bulletin; a Fault if there is none of this number, or its content is not the one that was written."""
    table = schema.bulletins
    with store.read() as connection:
        row = connection.execute(sa.select(table).where(table.c.bulletin_id == number)).first()
        if row is None:
            raise Fault(key="bulletin.unknown", found=number)
        if digest_of(row.content) != row.digest:
            raise Fault(key="bulletin.damaged", number=number)
        kept = _kept(connection, row)
    shown = _released(store, kept.programme)
    if shown is not None and not kept.runs <= shown:
        raise Fault(key="bulletin.unknown", found=number)
    return kept


def _released(store: Store, programme_name: str) -> frozenset[int] | None:
    """The runs that were ever released to the leader who asks; None: the store's actor may see all of them."""
    if runs_shown(store, programme_name) is None:
        return None
    return frozenset().union(*(publication.runs for publication in publications_of(store, programme_name)))


def _kept(connection: sa.Connection, row: sa.Row) -> Kept:
    runs = schema.bulletin_runs
    numbers = connection.scalars(sa.select(runs.c.run_id).where(runs.c.bulletin_id == row.bulletin_id))
    values = {name: value for name, value in row._mapping.items() if name != "bulletin_id"}
    return Kept(number=row.bulletin_id, runs=frozenset(numbers), **values)
