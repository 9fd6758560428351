"""Attempts to ring a number, by the million: written as they are made, and asked for only through an index."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from service import schema
from service.permissions import permitted
from service.store import Store

calls, rounds = schema.calls, schema.rounds


def round_of(connection: sa.Connection, programme: str, wave: str) -> int:
    """The round_id of a wave's fieldwork, made when first asked for; short, since ten million rows carry it."""
    named = rounds.c.programme == programme, rounds.c.wave == wave
    found = connection.scalar(sa.select(rounds.c.round_id).where(*named))
    if found is None:
        added = connection.execute(rounds.insert().values(programme=programme, wave=wave))
        found = added.inserted_primary_key[0]
    return found


@permitted
def record_calls(store: Store, programme: str, wave: str, attempts: Iterable[Mapping]) -> int:
    """Write attempts (unit_id, at, interviewer, disposition); how many.  They are never changed afterwards."""
    with store.begin("round", programme, wave) as connection:
        number = round_of(connection, programme, wave)
        rows = [{"round_id": number, **attempt} for attempt in attempts]
        if rows:
            connection.execute(calls.insert(), rows)
    return len(rows)


def attempts_of(round_id: int, unit_id: str) -> sa.Select:
    """Every attempt at one number, oldest first."""
    mine = calls.c.round_id == round_id, calls.c.unit_id == unit_id
    return sa.select(calls.c.at, calls.c.disposition).where(*mine).order_by(calls.c.at)


def last_outcome_of(round_id: int, unit_id: str) -> sa.Select:
    """The newest attempt at one number: what a call sheet asks before it gives the number out."""
    return attempts_of(round_id, unit_id).order_by(None).order_by(calls.c.at.desc()).limit(1)


def outcomes_between(round_id: int, begin: datetime, end: datetime) -> sa.Select:
    """How many attempts had each outcome, by interviewer, from begin up to end: a day's progress and quality."""
    within = calls.c.round_id == round_id, calls.c.at >= begin, calls.c.at < end
    columns = calls.c.interviewer, calls.c.disposition
    return sa.select(*columns, sa.func.count().label("attempts")).where(*within).group_by(*columns)
