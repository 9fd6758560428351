"""Numbers are dealt out to interviewers by lot, within each release and across areas; anybody can draw the lots again.

The lots of a wave's k-th assignment come from its published seed and k, so that nobody chose who calls whom.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from fieldwork.assignment import assigned_interviewers
from service.fieldwork.calling.interviewers import active_interviewers, newest_owners
from service.fieldwork.calls import fieldwork_of
from service.samples.samples import Sample, read_sample
from service.store import audit, schema
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.remembered import remembered_while_called
from service.store.rows import insert_rows
from service.store.runs import add_run, generator
from words import Fault

ASSIGN = "assign-numbers"

assignments, assigned_units = schema.assignments, schema.assigned_units


@dataclass(frozen=True, eq=False)
class Assigned:
    """What an assignment did.

    numbers  how many numbers it dealt out
    rows     everybody on the list who has numbers: release, interviewer, numbers, areas
    """

    numbers: int
    rows: pd.DataFrame


@permitted
def assign_numbers(store: Store, programme: str, wave: str, *, of: str | None = None) -> Assigned:
    """Deal out the released numbers that nobody has; of: instead, the unfinished ones of this interviewer again.

    A Fault if nobody else is on the list, or nothing is to be dealt out.
    """
    sample = read_sample(store, programme, wave)
    if of is not None:
        open_units = frozenset(fieldwork_of(store, programme, sample).units.unit_id)
    with store.begin("interviewers", programme, wave) as connection:
        known = active_interviewers(connection, sample.draw_id)
        if of is not None and of not in known:
            raise Fault(key="calling.interviewer", found=of, wave=wave, expected=sorted(known))
        names = sorted(name for name, active in known.items() if active and name != of)
        if not names:
            raise Fault(key="calling.nobody", wave=wave)
        owners = newest_owners(connection, sample.draw_id)
        if of is None:
            waiting = _undealt(sample, owners)
        else:
            hers = set(owners.unit_id[owners.interviewer == of]) & open_units
            waiting = sample.released[sample.released.unit_id.isin(hers - sample.uncalled)]
        if waiting.empty:
            raise Fault(key="calling.nothing_to_assign", wave=wave)
        first = _count(connection, sample.draw_id) + 1
        for number, release in enumerate(sorted(waiting.release.unique()), first):
            units = list(waiting.unit_id[waiting.release == release])
            _deal(connection, store, sample, programme, int(release), units, names, number=number, of=of)
    return Assigned(len(waiting), assigned_rows(store, sample))


@permitted
@remembered_while_called
def undealt_numbers(store: Store, programme: str, wave: str) -> int:
    """How many released numbers that are called are dealt out to nobody: whoever is free calls them."""
    sample = read_sample(store, programme, wave)
    with store.read() as connection:
        owners = newest_owners(connection, sample.draw_id)
    return len(_undealt(sample, owners))


def _undealt(sample: Sample, owners: pd.DataFrame) -> pd.DataFrame:
    """The released numbers that are called and have no owner."""
    called = sample.units[sample.out & ~sample.units.unit_id.isin(sample.uncalled)]
    return called[~called.unit_id.isin(owners.unit_id)]


def _deal(
    connection: sa.Connection,
    store: Store,
    sample: Sample,
    programme: str,
    release: int,
    units: Sequence[str],
    names: Sequence[str],
    *,
    number: int,
    of: str | None,
) -> None:
    """Write one assignment: numbers of one release, among these interviewers."""
    details: dict[str, Any] = {"programme": programme, "wave": sample.wave, "assignment": number, "release": release}
    details |= {"interviewers": list(names), "units": len(units)} | ({} if of is None else {"of": of})
    run = add_run(connection, store.actor, ASSIGN, details, [("plan", sample.plan.plan_id)])
    row: dict[str, Any] = {
        "draw_id": sample.draw_id,
        "assignment": number,
        "release": release,
        "of": of,
        "units": len(units),
    }
    row |= {"interviewers": list(names), "at": datetime.now(UTC), "by": store.actor.name, "run_id": run}
    connection.execute(assignments.insert().values(**row))
    dealt = assigned_interviewers(units, names, lots(sample, number)).reset_index()
    insert_rows(connection, assigned_units, dealt, draw_id=sample.draw_id, assignment=number)
    audit.append(connection, store.actor, ASSIGN, details)


def lots(sample: Sample, number: int) -> np.random.Generator:
    """The lots of a wave's assignment: Philox, keyed by the wave's published seed, its name and the number."""
    return generator(sample.record.seed, sample.wave, "interviewers", str(number))


@permitted
def differing_assignments(store: Store, programme: str, wave: str) -> pd.DataFrame:
    """Every assignment drawn again from the seed: assignment, release, of, interviewers, units, at, by, and how many of
    its numbers have `another` interviewer in the store than by the lots."""
    sample = read_sample(store, programme, wave)
    made = store.table(
        sa.select(assignments).where(assignments.c.draw_id == sample.draw_id).order_by(assignments.c.assignment)
    )
    stored = store.table(sa.select(assigned_units).where(assigned_units.c.draw_id == sample.draw_id))
    another = []
    for number, names in zip(made.assignment, made.interviewers, strict=True):
        kept = stored[stored.assignment == number].set_index("unit_id").interviewer
        again = assigned_interviewers(list(kept.index), list(names), lots(sample, int(number)))
        another.append(int((again != kept.reindex(again.index)).sum()))
    columns = ["assignment", "release", "of", "interviewers", "units", "at", "by"]
    return made[columns].assign(another=another)


def assigned_rows(store: Store, sample: Sample) -> pd.DataFrame:
    """release, interviewer, numbers and areas (in how many these are) of the numbers dealt out."""
    with store.read() as connection:
        owners = newest_owners(connection, sample.draw_id)
    rows = owners.merge(sample.units[["unit_id", "release", "area"]], on="unit_id")
    counts = rows.groupby(["release", "interviewer"]).agg(numbers=("unit_id", "size"), areas=("area", "nunique"))
    return counts.reset_index()


def _count(connection: sa.Connection, draw_id: int) -> int:
    """How many assignments of a draw were made."""
    of_draw = assignments.c.draw_id == draw_id
    return connection.execute(sa.select(sa.func.count()).select_from(assignments).where(of_draw)).scalar_one()
