"""Interviews to listen to again: a part drawn by lot of every interviewer's, and what was heard."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd
import sqlalchemy as sa

from fieldwork.phone_numbers import masked_text
from fieldwork.quality.relistening import RESULTS, relistening_sample
from service.intake.imports import current_wave
from service.intake.of_sample import LONGEST_REASON
from service.store import audit, schema
from service.store.engine import Store, inserted_id
from service.store.objects import RESPONDENTS, read_object
from service.store.permissions import permitted
from service.store.runs import generator
from words import Fault

DRAW, HEARD = "draw-relistening", "record-relistening"
HEARD_COLUMNS = ("result", "note", "at", "by")
PART, LEAST, MOST = 0.1, 0.01, 1.0
relistenings, relistened = schema.relistenings.c, schema.relistened.c


@dataclass(frozen=True, eq=False)
class Relistening:
    """A sample of interviews to listen to again.

    interviews  unit_id, interviewer (None: not known), area, result (None: nobody listened yet), note, at, by
    """

    number: int
    wave: str
    part: float
    seed: str
    at: datetime
    by: str
    interviews: pd.DataFrame


@permitted
def read_relistening(store: Store, programme: str, wave: str) -> Relistening | None:
    """The newest sample of a wave; None if none was drawn."""
    of_wave = relistenings.programme == programme, relistenings.wave == wave
    select = sa.select(schema.relistenings).where(*of_wave).order_by(relistenings.relistening_id.desc()).limit(1)
    with store.read() as connection:
        row = connection.execute(select).mappings().first()
    if row is None:
        return None
    number = row["relistening_id"]
    units = store.table(
        sa.select(schema.relistened).where(relistened.relistening_id == number).order_by(relistened.unit_id)
    )
    interviews = units.drop(columns="relistening_id")
    return Relistening(number, wave, row["part"], row["seed"], row["at"], row["by"], interviews)


@permitted
def draw_relistening(
    store: Store, programme: str, wave: str, *, part: float = PART, seed: str | None = None
) -> Relistening:
    """Draw a part of every interviewer's interviews, at least one of each, from the wave's newest version.

    What was heard of an interview that an earlier sample had is kept where it is drawn again.
    seed: text from which the draw can be made again; None: drawn by the machine. It is recorded with the sample.
    """
    if not LEAST <= part <= MOST:
        raise Fault(key="relistening.part", found=part, low=LEAST, high=MOST)
    version = current_wave(store, programme, wave)
    people = read_object(store, version, RESPONDENTS, ("unit_id", "interviewer", "area"))
    seed = masked_text(" ".join((seed or secrets.token_hex(8)).split()))
    drawn = relistening_sample(people, part, rng=generator(seed, programme, wave, "relistening"))
    earlier = read_relistening(store, programme, wave)
    if earlier is not None:
        heard = earlier.interviews.dropna(subset="result")[["unit_id", *HEARD_COLUMNS]]
        drawn = drawn.merge(heard, on="unit_id", how="left")
    row = {"programme": programme, "wave": wave, "version_id": version, "part": part, "seed": seed}
    row |= {"at": datetime.now(UTC), "by": store.actor.name}
    with store.begin() as connection:
        number = inserted_id(connection, schema.relistenings.insert().values(**row))
        rows = drawn.astype(object).where(drawn.notna(), None).assign(relistening_id=number)
        connection.execute(schema.relistened.insert(), rows.to_dict("records"))
        details = {"programme": programme, "wave": wave, "part": part, "seed": seed, "interviews": len(drawn)}
        audit.append(connection, store.actor, DRAW, details)
    drawn_sample = read_relistening(store, programme, wave)
    assert drawn_sample is not None
    return drawn_sample


@permitted
def record_relistening(
    store: Store, programme: str, wave: str, results: Mapping[str, str], notes: Mapping[str, str] | None = None
) -> Relistening:
    """Record what was heard: unit_id -> one of RESULTS, and a note; a later result of the same interview replaces it.

    The audit trail keeps every result. A Fault for interviews that are not in the sample and for unknown results.
    """
    sample = read_relistening(store, programme, wave)
    if sample is None:
        raise Fault(key="relistening.none", wave=wave)
    unknown = sorted(set(results) - set(sample.interviews.unit_id))
    if unknown:
        raise Fault(key="relistening.unknown", wave=wave, units=[masked_text(u) for u in unknown])
    odd = sorted(set(results.values()) - set(RESULTS))
    if odd or not results:
        raise Fault(key="relistening.result", found=odd, expected=list(RESULTS))
    said = {unit: masked_text(" ".join((notes or {}).get(unit, "").split())) for unit in results}
    long = [unit for unit, note in said.items() if len(note) > LONGEST_REASON]
    if long:
        raise Fault(key="left_out.reason", found=len(said[long[0]]), expected=LONGEST_REASON)
    at, who = datetime.now(UTC), store.actor.name
    with store.begin() as connection:
        for unit, result in results.items():
            where = relistened.relistening_id == sample.number, relistened.unit_id == unit
            values = {"result": result, "note": said[unit] or None, "at": at, "by": who}
            connection.execute(schema.relistened.update().where(*where).values(**values))
        details = {"programme": programme, "wave": wave, "results": dict(results)}
        audit.append(connection, store.actor, HEARD, details)
    recorded = read_relistening(store, programme, wave)
    assert recorded is not None
    return recorded
