"""Versions of a wave that lack interviews which somebody left out: what they lack, their tables, how one is added."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from programme.declared import Programme
from service.intake.released import NUMBER
from service.intake.wave_file import WaveData
from service.store import audit, schema
from service.store.engine import Store, inserted_id
from service.store.objects import ANSWERS, DESIGN, RECORDS, RELEASED, RESPONDENTS, TIMES, add_objects, read_object
from service.store.runs import add_run
from words import Fault

waves, left_out = schema.waves, schema.left_out


@dataclass(frozen=True, eq=False)
class LeftOut:
    """The interviews that the newest version of a wave lacks because somebody left them out.

    interviews  unit_id, reason, at, by;  version_id: the newest version;  from_id: the one with all interviews
    """

    interviews: pd.DataFrame
    version_id: int
    from_id: int


def left_out_of(store: Store, version_id: int) -> LeftOut:
    """What a version of a wave lacks because it was left out."""
    columns = left_out.c.unit_id, left_out.c.reason, left_out.c.at, left_out.c.by, left_out.c.from_id
    rows = store.table(sa.select(*columns).where(left_out.c.version_id == version_id).order_by(left_out.c.unit_id))
    whole = int(rows.from_id.iloc[0]) if len(rows) else version_id
    return LeftOut(rows.drop(columns="from_id"), version_id, whole)


def without_interviews(
    programme: Programme, tables: dict[str, pd.DataFrame], units: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """The tables of a wave's version without some interviews, whose numbers did not respond then."""
    kept = ~tables[RESPONDENTS].unit_id.isin(list(units)).to_numpy()
    of_people = {name: tables[name][kept].reset_index(drop=True) for name in (RESPONDENTS, ANSWERS)}
    changed = tables | of_people
    if TIMES in tables:
        changed[TIMES] = tables[TIMES][~tables[TIMES].unit_id.isin(list(units))].reset_index(drop=True)
    if RELEASED in tables and programme.weighting is not None:
        codes = programme.weighting.dispositions
        if not codes.not_responded:
            raise Fault(key="left_out.no_code", column=codes.column)
        released = tables[RELEASED].copy()
        state = released[codes.column].astype(str)
        out = released[NUMBER].isin(list(units))
        released[codes.column] = state.mask(out, min(codes.not_responded))
        changed[RELEASED] = released
    return changed


def tables_of(store: Store, version_id: int) -> dict[str, pd.DataFrame]:
    """All tables of a version, by the names of `service.store.objects`."""
    tables = {n: read_object(store, version_id, n) for n in (RESPONDENTS, ANSWERS, RECORDS, RELEASED, DESIGN, TIMES)}
    return {name: table for name, table in tables.items() if name in (RESPONDENTS, ANSWERS, RECORDS) or len(table)}


def add_version(
    connection: sa.Connection, store: Store, of: LeftOut, tables, rows: pd.DataFrame, action: str, details: dict
) -> None:
    """Write the next version of a wave and a line of the trail, in a transaction that has begun.

    of: what the newest version lacks;  tables: all of the new one;  rows: the interviews that it lacks, as in `LeftOut`
    """
    origins = schema.origins
    old = connection.execute(sa.select(waves).where(waves.c.version_id == of.version_id)).mappings().one()
    newest = sa.select(sa.func.max(waves.c.version)).where(
        waves.c.programme == old["programme"], waves.c.wave == old["wave"]
    )
    if connection.scalar(newest) != old["version"]:
        raise Fault(key="left_out.newer", wave=old["wave"])
    data = WaveData(
        tables[RESPONDENTS], tables[ANSWERS], tables[RECORDS], tables.get(RELEASED), times=tables.get(TIMES)
    )
    row = {name: old[name] for name in ("programme", "wave", "file", "file_digest")}
    row |= {"version": old["version"] + 1, "digest": data.digest, "interviews": len(data.respondents)}
    row["run_id"] = add_run(connection, store.actor, action, details, [("wave", of.version_id)])
    version_id = inserted_id(connection, waves.insert().values(**row))
    add_objects(connection, version_id, tables)
    origin = connection.execute(sa.select(origins).where(origins.c.version_id == of.version_id)).mappings().first()
    if origin is not None:
        connection.execute(origins.insert().values(**{**origin, "version_id": version_id}))
    if len(rows):
        listed = rows.assign(version_id=version_id, from_id=of.from_id).to_dict("records")
        connection.execute(left_out.insert(), [{str(k): _plain(v) for k, v in r.items()} for r in listed])
    audit.append(connection, store.actor, action, details)


def _plain(value):
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
