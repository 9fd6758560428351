"""Screened numbers: what the operator says of a wave's next portion is imported before the portion is released.

Numbers that are called dead stay in the sample and are not called, but for the part that the plan names; which of them
are called follows from the wave's seed and from a line that binds what the operator said.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from estimation import mid_p_limits
from fieldwork import in_use, status_of
from sampling import called_of_screening, screening_of
from sampling.draw.screened import ALIVE, DEAD, STATUSES, UNKNOWN
from service.fieldwork.calls import outcomes_of
from service.files.choice import Choice, Note
from service.files.faults import FaultList
from service.files.preview import Preview, preview
from service.files.read import read_file
from service.files.zeros import refuse_codes, restored
from service.intake.outcomes import counted
from service.protection import vault
from service.protection.keys import Key
from service.samples.frame_versions import contact_place
from service.samples.samples import Sample, read_sample, release_count
from service.store import audit, schema
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.rows import insert_rows
from service.store.runs import add_run
from words import Fault

SCREEN, UNIT, STATUS = "screen-numbers", "unit_id", "status"
LEVEL = 0.95

screenings = schema.screenings


@dataclass(frozen=True, eq=False)
class Screened:
    """What is known of a wave's screenings.

    rows       one row for each: screening, units, alive, dead, unknown, called (of the dead), line, at, by
    known      of how many of the dead that were called their calls tell whether they are in use
    in_use     how many of these are
    low, high  the interval of the part of the dead that is in use (mid-P, 95 %); 0 and 1 if nothing is known
    notes      what was recognised in the file
    """

    wave: str
    rows: pd.DataFrame
    known: int
    in_use: int
    low: float
    high: float
    notes: tuple[Note, ...] = field(default=(), compare=False)

    @property
    def false_dead(self) -> float | None:
        """The part of the dead that is in use, as far as calls tell; None if they tell nothing."""
        return self.in_use / self.known if self.known else None


@permitted
def screen_numbers(
    store: Store, programme: str, wave: str, content: bytes, file: str, choice: Choice | None = None
) -> Screened:
    """Import an operator's file (unit_id, status) on numbers that are drawn and not released, completely or not at all.

    Numbers that the file leaves out are called as always.  The same file again changes nothing.  A Fault for a plan
    without a part of the dead that is called, and for a number that was not drawn, is released or was screened before.
    """
    sample = read_sample(store, programme, wave)
    statuses, notes = _statuses(sample, content, file, choice)
    with store.begin("draw", programme) as connection:
        earlier = connection.execute(sa.select(screenings).where(screenings.c.draw_id == sample.draw_id)).all()
        if release_count(connection, sample.draw_id) != len(sample.releases):
            raise Fault(key="screened.overtaken", wave=wave)
        screening = screening_of(sample.record, len(earlier) + 1, statuses)
        if screening.digest not in [row.digest for row in earlier]:
            _refuse_twice(sample, statuses, file)
            called = called_of_screening(sample.record, screening, statuses)
            is_called = (statuses.status != DEAD) | statuses.unit_id.isin(called)
            counts = {status: int((statuses.status == status).sum()) for status in STATUSES} | {"called": len(called)}
            details = {"programme": programme, "wave": wave, "screening": screening.number, **counts}
            details |= {"digest": screening.digest, "line": screening.line}
            run = add_run(connection, store.actor, SCREEN, details, [("plan", sample.plan.plan_id)])
            row = {"draw_id": sample.draw_id, "screening": screening.number, "digest": screening.digest}
            row |= {"line": screening.line, "at": datetime.now(UTC), "by": store.actor.name, "run_id": run}
            connection.execute(screenings.insert().values(**row))
            rows = statuses[[UNIT, STATUS]].assign(screening=screening.number, called=is_called)
            insert_rows(connection, schema.screened_units, rows, draw_id=sample.draw_id)
            audit.append(connection, store.actor, SCREEN, details)
    return read_screening(store, programme, wave, notes)


@permitted
def preview_screening(
    store: Store, programme: str, wave: str, content: bytes, file: str, choice: Choice | None = None
) -> Preview:
    """What `screen_numbers` would make of an operator's file."""
    sample = read_sample(store, programme, wave)

    def check() -> tuple[Note, ...]:
        statuses, notes = _statuses(sample, content, file, choice)
        _refuse_twice(sample, statuses, file)
        return notes

    return preview(content, file, {UNIT: UNIT, STATUS: STATUS}, check, expected=[UNIT, STATUS], choice=choice)


@permitted
def read_screening(store: Store, programme: str, wave: str, notes: tuple[Note, ...] = ()) -> Screened:
    """What is known of a wave's screenings, with the part of the dead that calls show to be in use."""
    sample = read_sample(store, programme, wave)
    stored = store.table(sa.select(screenings).where(screenings.c.draw_id == sample.draw_id))
    units = sample.screened
    counts = pd.crosstab(units.screening, units.status).reindex(columns=list(STATUSES), fill_value=0)
    dead = units[units.status == DEAD]
    called = dead.groupby("screening").called.sum().reindex(counts.index, fill_value=0)
    by_number = counts.assign(units=counts.sum(axis=1), called=called.astype(int))
    rows = stored.sort_values("screening").merge(by_number, left_on="screening", right_index=True)
    shown = rows[["screening", "units", ALIVE, DEAD, UNKNOWN, "called", "line", "at", "by"]].reset_index(drop=True)
    of_dead = in_use(outcomes_of(store, programme, wave))
    of_dead = of_dead[of_dead.index.isin(dead.unit_id[dead.called])]
    known, used = len(of_dead), int(of_dead.sum())
    low, high = mid_p_limits(np.array([used / max(known, 1)]), np.array([float(known)]), LEVEL)
    return Screened(wave, shown, known, used, float(low[0]), float(high[0]), notes)


@permitted
def screening_sheet(store: Store, programme: str, wave: str, *, key: Key) -> pd.DataFrame:
    """unit_id and phone of the next portion's numbers that are not screened yet; recorded in the trail."""
    sample = read_sample(store, programme, wave)
    waiting = sample.units[~sample.out & ~sample.units.unit_id.isin(set(sample.screened.unit_id))]
    within = waiting.groupby("stratum").release.transform("min")
    chosen = waiting[waiting.release == within]
    place = contact_place(sample.plan.frame, sample.plan.frame_version)
    rows = vault.call_sheet(store, programme, place, key=key, units=list(chosen.unit_id))
    return chosen[[UNIT]].merge(rows[[UNIT, "phone"]], on=UNIT, how="left").fillna("")


def _statuses(
    sample: Sample, content: bytes, file: str, choice: Choice | None
) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """unit_id, status and stratum of a file's numbers; a Fault names what is wrong with its rows."""
    if sample.record.plan.call_dead is None:
        raise Fault(key="screened.unplanned", wave=sample.wave)
    read = read_file(content, file, [UNIT, STATUS], choice=choice)
    faults = FaultList(file, list(read.faults))
    faults.lacking(read.table, [UNIT, STATUS])
    faults.settle()
    table, mended = restored(read.table, UNIT, frozenset(sample.units.unit_id), choice)
    blank = faults.refuse(table[UNIT] == "", "wave.blank", UNIT, table)
    code = table[STATUS].map({word: status_of(word) for word in table[STATUS].unique()})
    words: dict[str, Any] = {"expected": list(STATUSES), "found_words": counted(table[STATUS][code.isna()])}
    faults.refuse(code.isna(), "screened.status", STATUS, table, **words)
    faults.refuse(~blank & table[UNIT].duplicated(), "screened.twice", UNIT, table)
    out = table[UNIT].map(dict(zip(sample.units.unit_id, sample.out, strict=True)))
    refuse_codes(faults, out.isna() & ~blank, "calls.unknown_unit", UNIT, table, sample.units.unit_id, wave=sample.wave)
    is_new = ~table[UNIT].isin(set(sample.screened.unit_id))
    faults.refuse(out.eq(True) & is_new, "screened.released", UNIT, table, wave=sample.wave)
    faults.settle()
    stratum = table[UNIT].map(sample.units.set_index(UNIT).stratum)
    statuses = pd.DataFrame({UNIT: table[UNIT], STATUS: code, "stratum": stratum})
    return statuses, (*read.notes, *mended)


def _refuse_twice(sample: Sample, statuses: pd.DataFrame, file: str) -> None:
    """A Fault for numbers that were screened before: what was said first counts, else one could look for a choice."""
    faults = FaultList(file)
    before = statuses.unit_id.isin(set(sample.screened.unit_id))
    faults.refuse(before, "screened.before", UNIT, statuses, wave=sample.wave)
    faults.settle()
