"""Use cases on the audit trail: verify it, acknowledge what its heads cannot vouch for, and read its lines."""

import time
from collections.abc import Iterable

import pandas as pd
import sqlalchemy as sa

from service.store import audit, schema
from service.store.engine import Store
from service.store.permissions import permitted
from words import Fault

NEWEST = 200
SETTLING, TRIES = 0.05, 20  # seconds to wait for a writer that is between its commit and its head, and how often


@permitted
def verify_trail(store: Store, *, noted: Iterable[audit.Head] = ()) -> audit.Verified:
    """Check every line against the one before and the heads kept outside; noted: heads that somebody wrote down."""
    noted = list(noted)
    for _ in range(TRIES):
        kept, lines = audit.read_kept(store.engine.url), _lines(store)
        verified = audit.check(lines, kept, noted)
        if {finding.key for finding in verified.findings} != {audit.UNKEPT}:
            break
        time.sleep(SETTLING)  # the head of a line committed just now is about to be kept
    return verified


@permitted
def acknowledge_trail(store: Store, reason: str) -> audit.Acknowledged:
    """Record that lines have no head, or heads are not whole, and why: they are no finding from this line on.

    What was found wrong with the trail itself stays a finding. A Fault if there is nothing to acknowledge.
    """
    if not reason.strip():
        raise Fault(key="audit.no_reason")
    with store.begin() as connection:
        audit.take_turn(connection)  # no line comes in between
        kept, lines = audit.read_kept(store.engine.url), audit.trail(connection)
        earlier = audit.acknowledgements(lines)
        half = max(0, kept.half - max((line.half for line in earlier), default=0))
        known = {number for line in earlier for number in line.unkept}
        unkept = sorted(audit.unkept_lines((line["number"] for line in lines), kept) - known)
        if not half and not unkept:
            raise Fault(key="audit.nothing")
        details = {"half_lines": kept.half, "unkept": _ranges(unkept), "reason": reason.strip()}
        head = audit.append(connection, store.actor, audit.ACKNOWLEDGED, details)
    return audit.Acknowledged(head.number, store.actor.name, reason.strip(), half, tuple(unkept))


@permitted
def trail_lines(store: Store, *, newest: int = NEWEST) -> pd.DataFrame:
    """The newest lines of the trail, newest first."""
    lines = schema.audit
    return store.table(sa.select(lines).order_by(lines.c.number.desc()).limit(newest))


def _lines(store: Store) -> list:
    with store.read() as connection:
        return audit.trail(connection)


def _ranges(numbers: list[int]) -> list[list[int]]:
    """Ascending numbers as [first, last] of each unbroken run."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ranges
