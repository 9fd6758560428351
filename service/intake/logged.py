"""Who gave an interview according to a wave's call log."""

import sqlalchemy as sa

from fieldwork.dispositions import INTERVIEW
from service.store import schema

calls, rounds = schema.calls, schema.rounds


def logged_interviews(connection: sa.Connection, programme: str, wave: str) -> sa.Select | None:
    """unit_id of each unit with an interview in the wave's call log; None if no call of the wave was imported."""
    of_wave = rounds.c.programme == programme, rounds.c.wave == wave
    if connection.scalar(sa.select(calls.c.call_id).join(rounds).where(*of_wave).limit(1)) is None:
        return None
    return sa.select(calls.c.unit_id).join(rounds).where(*of_wave, calls.c.disposition.in_(INTERVIEW)).distinct()
