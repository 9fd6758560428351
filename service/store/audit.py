"""The audit trail: lines that are only ever added, each hashed with the one before, the hashes kept outside as well.

h_k = SHA-256(h_{k-1} | JSON [k, at, name, role, action, details]),   h_0 = sixty-four zeros
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fieldwork.phone_numbers import masked_values
from service.store import schema
from words import Fault

HEAD_VARIABLE = "RANKSHIFT_HEAD"
BEGINNING = "0" * 64
ADDED = "audit lines"  # in a connection's info: heads written in its transaction
TURN = 5_381_773  # PostgreSQL's advisory lock that one process at a time adds under
HASHED = ("number", "at", "name", "role", "action", "details")


@dataclass(frozen=True)
class Actor:
    """Who acts, and in which role; a line names nobody else."""

    name: str
    role: str


NOBODY = Actor("", "")  # before anybody is known


@dataclass(frozen=True)
class Head:
    """The number of a line and its digest, written "12:5f…": who keeps one holds the trail to it."""

    number: int
    digest: str

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"

    @classmethod
    def read(cls, text: str) -> "Head":
        """The head in a text; a Fault if there is none."""
        number, _, digest = text.strip().partition(":")
        if not number.isdecimal() or len(digest) != len(BEGINNING):
            raise Fault(key="audit.head_broken", found=text.strip()[:80])
        return cls(int(number), digest)


@dataclass(frozen=True)
class Finding:
    """Something wrong with the trail: a key in words/ and the number of the line it begins at."""

    key: str
    number: int


@dataclass(frozen=True)
class Verified:
    """What a check of the trail found: its last line, whether heads are kept outside, and what is wrong."""

    head: Head
    anchored: bool
    findings: tuple[Finding, ...]


def digest(previous: str, line: Mapping) -> str:
    """h_k of a line and h_{k-1}."""
    hashed = json.dumps([line[column] for column in HASHED], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{hashed}".encode()).hexdigest()


def append(connection: sa.Connection, actor: Actor, action: str, details: Mapping) -> Head:
    """Add a line in the transaction of what it records; what looks like a phone number is masked first."""
    take_turn(connection)
    last = last_head(connection)
    written = json.dumps(masked_values(details), ensure_ascii=False, sort_keys=True)
    line: dict[str, Any] = {"number": last.number + 1, "at": datetime.now(UTC).isoformat()}
    line |= {"name": actor.name, "role": actor.role, "action": action, "details": written}
    head = Head(line["number"], digest(last.digest, line))
    connection.execute(schema.audit.insert().values(**line, previous=last.digest, digest=head.digest))
    connection.info.setdefault(ADDED, []).append(head)
    return head


def take_turn(connection: sa.Connection) -> None:
    """Wait until no other process is between reading and adding; SQLite's BEGIN IMMEDIATE has seen to it already."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(TURN)))


def last_head(connection: sa.Connection) -> Head:
    """The trail's last line; line 0 of an empty one."""
    audit = schema.audit
    row = connection.execute(sa.select(audit.c.number, audit.c.digest).order_by(audit.c.number.desc()).limit(1)).first()
    return Head(0, BEGINNING) if row is None else Head(*row)


def head_file(url: sa.URL) -> Path | None:
    """Where heads are kept: RANKSHIFT_HEAD, else beside the store's file; None for a server without it."""
    if given := os.environ.get(HEAD_VARIABLE):
        return Path(given)
    return Path(f"{url.database}.head") if url.get_backend_name() == "sqlite" and url.database else None


def anchor(url: sa.URL, heads: Iterable[Head]) -> None:
    """Keep heads of lines that were committed: appended, so that two processes need no turn."""
    heads, file = list(heads), head_file(url)
    if not heads or file is None:
        return
    try:
        with file.open("a", encoding="ascii") as opened:
            opened.write("".join(f"{head}\n" for head in heads))
    except OSError as error:
        raise Fault(key="audit.head_unwritten", file=str(file), problem=error.strerror) from error


def kept_heads(url: sa.URL) -> list[Head]:
    """The heads kept outside the store."""
    file = head_file(url)
    if file is None or not file.is_file():
        return []
    return [Head.read(line) for line in file.read_text("ascii", errors="replace").splitlines() if line.strip()]


def trail(connection: sa.Connection) -> list[Mapping]:
    """Every line as it stands, oldest first."""
    return list(connection.execute(sa.select(schema.audit).order_by(schema.audit.c.number)).mappings())


def check(lines: Sequence[Mapping], kept: Iterable[Head], noted: Iterable[Head] = ()) -> Verified:
    """Changed, removed, re-ordered and inserted lines break the chain; a tail cut, written anew or added misses a head.

    kept: one head for each line, from outside the store;  noted: single heads that somebody wrote down
    """
    found, last = [], Head(0, BEGINNING)
    for expected, line in enumerate(lines, 1):
        if line["number"] != expected:
            found.append(Finding("audit.missing", expected))
            break
        if line["previous"] != last.digest:
            found.append(Finding("audit.broken", expected))
        if line["digest"] != digest(line["previous"], line):
            found.append(Finding("audit.changed", expected))
        last = Head(expected, line["digest"])
    digests, kept = {line["number"]: line["digest"] for line in lines}, list(kept)
    for head in sorted({*kept, *noted}, key=lambda head: head.number):
        if head.number not in digests:
            found.append(Finding("audit.cut", head.number))
            break
        if digests[head.number] != head.digest:
            found.append(Finding("audit.rewritten", head.number))
            break
    unkept = sorted(set(digests) - {head.number for head in kept}) if kept else []
    if unkept and not found:
        found.append(Finding("audit.unkept", unkept[0]))
    return Verified(last, bool(kept), tuple(found))
