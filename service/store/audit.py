"""The audit trail: lines that are only ever added, each hashed with the one before, and their hashes kept outside.

h_k = SHA-256(h_{k-1} | JSON [k, at, name, role, action, details]),   h_0 = sixty-four zeros
"""

import errno
import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fieldwork.phone_numbers import masked_values
from service.store import schema
from words import Fault

HEAD_VARIABLE = "RANKSHIFT_HEAD"
LONGEST = 18  # digits of a line's number
BEGINNING = "0" * 64
ADDED = "audit lines"  # in a connection's info: the heads of the lines added in its transaction
TURN = 5_381_773  # PostgreSQL's advisory lock: whoever adds a line holds it
ACKNOWLEDGED = "acknowledge"  # the action of a line that acknowledges findings
HALF, UNKEPT = "audit.half", "audit.unkept"  # findings that can be acknowledged: of the heads' file, not of the trail
HASHED = ("number", "at", "name", "role", "action", "details")


@dataclass(frozen=True)
class Actor:
    """Who acts, and in which role: the only person that a line of the trail names."""

    name: str
    role: str


NOBODY = Actor("", "")  # before anybody has signed in


@dataclass(frozen=True)
class Head:
    """The number of a line and its digest, written "12:5f…": whoever keeps one would notice a change up to there."""

    number: int
    digest: str

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"

    @classmethod
    def read(cls, text: str) -> "Head":
        """The head written in a text; a Fault if it is not one."""
        number, _, digest = text.strip().partition(":")
        if not number.isdecimal() or len(number) > LONGEST or len(digest) != len(BEGINNING):
            raise Fault(key="audit.head_broken", found=text.strip()[:80])
        return cls(int(number), digest)


@dataclass(frozen=True)
class Finding:
    """Something wrong with the trail: a key in words/, and the number of the line at which it begins.

    For half lines in the file of heads (HALF) it is how many there are that nobody acknowledged.
    """

    key: str
    number: int


@dataclass(frozen=True)
class Acknowledged:
    """A line in which an administrator acknowledged what the heads cannot vouch for, and why it came to that.

    half: how many lines of the file of heads were not whole;  unkept: the lines whose heads were never kept
    """

    number: int
    name: str
    reason: str
    half: int
    unkept: tuple[int, ...]


@dataclass(frozen=True)
class Kept:
    """The heads kept outside the store, and how many lines of their file are not whole."""

    heads: tuple[Head, ...] = ()
    half: int = 0


@dataclass(frozen=True)
class Verified:
    """What a check of the trail found: the head of its last line, whether heads are kept outside, and what is wrong.

    vouched: up to this line a kept head says that nothing was changed or removed since;  acknowledged: what was found
    earlier and acknowledged in the trail, which is no finding since
    """

    head: Head
    anchored: bool
    findings: tuple[Finding, ...]
    vouched: int = 0
    acknowledged: tuple[Acknowledged, ...] = ()


def digest(previous: str, line: Mapping) -> str:
    """h_k, from a line and h_{k-1} (`previous`)."""
    hashed = json.dumps([line[column] for column in HASHED], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{hashed}".encode()).hexdigest()


def append(connection: sa.Connection, actor: Actor, action: str, details: Mapping) -> Head:
    """Add a line, in the transaction of what it records; whatever looks like a telephone number is masked first."""
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
    """Wait until no other process is between reading the last line and adding one; on SQLite, BEGIN IMMEDIATE waits."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(TURN)))


def last_head(connection: sa.Connection) -> Head:
    """The head of the trail's last line; of an empty trail, line 0."""
    audit = schema.audit
    row = connection.execute(sa.select(audit.c.number, audit.c.digest).order_by(audit.c.number.desc()).limit(1)).first()
    return Head(0, BEGINNING) if row is None else Head(*row)


def head_file(url: sa.URL) -> Path | None:
    """The file that keeps heads: RANKSHIFT_HEAD, else one beside the store's file, else (on a server) None.

    A store that is reached by a link has the heads of the file itself: two lists would each lack what the other has.
    """
    if path := os.environ.get(HEAD_VARIABLE):
        return Path(path)
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return Path(f"{os.path.realpath(url.database)}.head")


def anchor(url: sa.URL, heads: Iterable[Head]) -> None:
    """Keep the heads of committed lines outside: they are appended, so that processes need not wait for each other.

    They are on the disk when this returns. A half line that a full disk or a kill left is ended first: it stays as
    it is, and the heads after it can be read.
    """
    heads, file = list(heads), head_file(url)
    if not heads or file is None:
        return
    try:
        with open(file, "a+b", opener=lambda path, flags: os.open(path, flags, 0o600), buffering=0) as opened:
            text = "".join(f"{head}\n" for head in heads)
            if opened.seek(0, os.SEEK_END):
                opened.seek(-1, os.SEEK_END)
                text = text if opened.read(1) == b"\n" else f"\n{text}"
            written = opened.write(text.encode("ascii"))
            os.fsync(opened.fileno())
        if written != len(text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        raise Fault(key="audit.head_unwritten", file=str(file), problem=error.strerror) from error


def read_kept(url: sa.URL) -> Kept:
    """What the file of heads holds; a Fault if it is there and cannot be read."""
    file = head_file(url)
    if file is None or not file.exists():
        return Kept()
    heads, half = [], 0
    try:
        lines = file.read_text("ascii", errors="replace").split("\n")
    except OSError as error:
        raise Fault(key="file.unreadable", file=str(file), problem=error.strerror) from error
    for line in lines:
        try:
            heads += [Head.read(line)] if line.strip() else []
        except Fault:
            half += 1
    return Kept(tuple(heads), half)


def kept_heads(url: sa.URL) -> list[Head]:
    """The heads kept outside the store."""
    return list(read_kept(url).heads)


def trail(connection: sa.Connection) -> list[Mapping]:
    """Every line, oldest first."""
    return list(connection.execute(sa.select(schema.audit).order_by(schema.audit.c.number)).mappings())


def acknowledgements(lines: Iterable[Mapping]) -> tuple[Acknowledged, ...]:
    """The lines of the trail in which somebody acknowledged findings."""
    found = []
    for line in lines:
        if line["action"] == ACKNOWLEDGED:
            with suppress(ValueError, TypeError, KeyError):  # somebody changed it, which the chain of hashes says
                said = json.loads(line["details"])
                unkept = tuple(number for first, last in said["unkept"] for number in range(first, last + 1))
                found.append(Acknowledged(line["number"], line["name"], said["reason"], said["half_lines"], unkept))
    return tuple(found)


def check(lines: Sequence[Mapping], kept: Kept, noted: Iterable[Head] = ()) -> Verified:
    """What is wrong with the trail.

    A line that was changed, removed, inserted or moved breaks the chain of hashes. A chain that was cut off, rewritten
    or continued from some line on is sound in itself, but disagrees with the heads.

    kept: one head for each line, from outside the store;  noted: single heads that somebody wrote down.
    """
    findings, last = [], Head(0, BEGINNING)
    for expected, line in enumerate(lines, 1):
        if line["number"] != expected:
            findings.append(Finding("audit.missing", expected))
            break
        if line["previous"] != last.digest:
            findings.append(Finding("audit.broken", expected))
        if line["digest"] != digest(line["previous"], line):
            findings.append(Finding("audit.changed", expected))
        last = Head(expected, line["digest"])
    digests = {line["number"]: line["digest"] for line in lines}
    for head in sorted({*kept.heads, *noted}, key=lambda head: head.number):
        if head.number not in digests:
            findings.append(Finding("audit.cut", head.number))
            break
        if digests[head.number] != head.digest:
            findings.append(Finding("audit.rewritten", head.number))
            break
    acknowledged = acknowledgements(lines)
    if (half := kept.half - max((line.half for line in acknowledged), default=0)) > 0:
        findings.append(Finding(HALF, half))
    unkept = unkept_lines(digests, kept) - {number for line in acknowledged for number in line.unkept}
    if unkept and {finding.key for finding in findings} <= {HALF}:
        findings.append(Finding(UNKEPT, min(unkept)))
    vouched = max((head.number for head in kept.heads if digests.get(head.number) == head.digest), default=0)
    return Verified(last, bool(kept.heads), tuple(findings), vouched, acknowledged)


def unkept_lines(numbers: Iterable[int], kept: Kept) -> set[int]:
    """The lines whose heads are not kept; none if nobody keeps any."""
    return set(numbers) - {head.number for head in kept.heads} if kept.heads or kept.half else set()
