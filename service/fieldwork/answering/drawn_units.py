"""The units of a draw that somebody may answer for: which are drawn, which are released, and when they were drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd
import sqlalchemy as sa

from sampling.draw.releases import is_out, portions_out
from service.store import schema
from words import Fault

AT_ONCE = 500  # units that are asked for by name; of more, the whole draw is read
units = schema.sample_units
COLUMNS = units.c.unit_id, units.c.stratum, units.c.area, units.c.release, units.c.kish


@dataclass(frozen=True, eq=False)
class DrawnUnits:
    """Units of a draw.

    units     by unit_id: stratum, area, kish, out (released), called (False: a screening called it dead)
    releases  how many releases were made
    at        when the wave was drawn
    people    the interviewers on the wave's list; None: there is no list
    """

    units: pd.DataFrame
    releases: int
    at: datetime
    people: frozenset[str] | None


def drawn_units(connection: sa.Connection, programme: str, wave: str, named: Sequence[str]) -> DrawnUnits:
    """Those of the named units that were drawn for the wave, or more of them; a Fault if the wave is not drawn."""
    draws, runs, releases, screened = schema.draws, schema.runs, schema.releases, schema.screened_units
    drawn = sa.select(draws.c.draw_id, runs.c.at).join(runs, runs.c.run_id == draws.c.run_id)
    row = connection.execute(drawn.where(draws.c.programme == programme, draws.c.wave == wave)).first()
    if row is None:
        raise Fault(key="sample.not_drawn", wave=wave, programme=programme)
    made = connection.scalars(sa.select(releases.c.strata).where(releases.c.draw_id == row.draw_id)).all()
    names = sorted(set(named))
    wanted = [units.c.unit_id.in_(names)] if len(names) <= AT_ONCE else []
    rows = connection.execute(sa.select(*COLUMNS).where(units.c.draw_id == row.draw_id, *wanted)).all()
    table = pd.DataFrame([tuple(r) for r in rows], columns=[c.name for c in COLUMNS])
    dead = sa.select(screened.c.unit_id).where(screened.c.draw_id == row.draw_id, screened.c.called.is_(False))
    uncalled = set(connection.scalars(dead))
    out = is_out(table, portions_out(made, table.stratum))
    table = table.assign(out=out, called=~table.unit_id.isin(uncalled))
    listed = sa.select(schema.interviewers.c.interviewer).where(schema.interviewers.c.draw_id == row.draw_id)
    people = frozenset(connection.scalars(listed)) or None
    return DrawnUnits(table.set_index("unit_id"), len(made), row.at.replace(tzinfo=row.at.tzinfo or UTC), people)
