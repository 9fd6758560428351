"""What a wave's call log says of its numbers: who gave an interview, and all outcomes."""

import pandas as pd
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


def logged_outcomes(connection: sa.Connection, programme: str, wave: str) -> pd.DataFrame | None:
    """unit_id and disposition of each outcome that a number of the wave had; None if no call of it was imported."""
    columns = calls.c.unit_id, calls.c.disposition
    of_wave = rounds.c.programme == programme, rounds.c.wave == wave
    rows = connection.execute(sa.select(*columns).join(rounds).where(*of_wave).distinct()).all()
    return pd.DataFrame([tuple(row) for row in rows], columns=["unit_id", "disposition"]) if rows else None
