"""The list of a sample's interviewers: only who is on it gets numbers and may have made a call."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd
import sqlalchemy as sa

from fieldwork.phone_numbers import masked_text
from service.fieldwork.calling.faults import settle
from service.fieldwork.stored_calls import in_parts
from service.samples.samples import read_sample
from service.store import audit, schema
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.remembered import remembered_while_called
from words import Fault, visible

LIST, RETIRE = "list-interviewers", "retire-interviewer"
LONGEST = 64  # characters of a name

interviewers = schema.interviewers


@permitted
@remembered_while_called
def interviewer_list(store: Store, programme: str, wave: str) -> pd.DataFrame:
    """interviewer, active, numbers (dealt out to her), at and by of everybody on a wave's list, by name."""
    draw_id = read_sample(store, programme, wave).draw_id
    with store.read() as connection:
        rows = connection.execute(sa.select(interviewers).where(interviewers.c.draw_id == draw_id)).all()
        owners = newest_owners(connection, draw_id)
    table = pd.DataFrame(
        [(row.interviewer, bool(row.active), row.at, row.by) for row in rows],
        columns=["interviewer", "active", "at", "by"],
    ).sort_values("interviewer", ignore_index=True)
    numbers = owners.interviewer.value_counts()
    table.insert(2, "numbers", table.interviewer.map(numbers).fillna(0).astype(int))
    return table


@permitted
def list_interviewers(store: Store, programme: str, wave: str, names: Sequence[str]) -> pd.DataFrame:
    """Put interviewers on the list of a wave's sample; who left comes back.  A Fault lists all names that cannot be."""
    sample = read_sample(store, programme, wave)
    plain = [" ".join(name.split()) for name in names]
    settle(_faults(plain))
    now = datetime.now(UTC)
    with store.begin("interviewers", programme, wave) as connection:
        known = active_interviewers(connection, sample.draw_id)
        for name in [name for name in plain if not known.get(name, False)]:
            of_name = interviewers.c.draw_id == sample.draw_id, interviewers.c.interviewer == name
            values = {"active": True, "at": now, "by": store.actor.name}
            if name in known:
                connection.execute(interviewers.update().where(*of_name).values(**values))
            else:
                row = {"draw_id": sample.draw_id, "interviewer": name, **values}
                connection.execute(interviewers.insert().values(**row))
        details = {"programme": programme, "wave": wave, "interviewers": plain}
        audit.append(connection, store.actor, LIST, details)
    return interviewer_list(store, programme, wave)


@permitted
def retire_interviewer(store: Store, programme: str, wave: str, name: str) -> pd.DataFrame:
    """Take somebody from the list: she gets no more numbers, and hers are for whoever is free until dealt out again."""
    sample = read_sample(store, programme, wave)
    with store.begin("interviewers", programme, wave) as connection:
        known = active_interviewers(connection, sample.draw_id)
        if not known.get(name, False):
            expected = sorted(other for other, active in known.items() if active)
            raise Fault(key="calling.interviewer", found=name, wave=wave, expected=expected)
        of_name = interviewers.c.draw_id == sample.draw_id, interviewers.c.interviewer == name
        connection.execute(interviewers.update().where(*of_name).values(active=False, at=datetime.now(UTC)))
        connection.execute(
            schema.holds.delete().where(schema.holds.c.draw_id == sample.draw_id, schema.holds.c.interviewer == name)
        )
        audit.append(connection, store.actor, RETIRE, {"programme": programme, "wave": wave, "interviewers": [name]})
    return interviewer_list(store, programme, wave)


def active_interviewers(connection: sa.Connection, draw_id: int) -> dict[str, bool]:
    """Everybody on the list of a draw -> whether they still get numbers."""
    columns = interviewers.c.interviewer, interviewers.c.active
    rows = connection.execute(sa.select(*columns).where(interviewers.c.draw_id == draw_id)).all()
    return {row.interviewer: bool(row.active) for row in rows}


def newest_owners(connection: sa.Connection, draw_id: int) -> pd.DataFrame:
    """unit_id, assignment and interviewer of every number that was dealt out, by its newest assignment."""
    assigned = schema.assigned_units.c
    columns = assigned.unit_id, assigned.assignment, assigned.interviewer
    asked = sa.select(*columns).where(assigned.draw_id == draw_id).order_by(assigned.assignment)
    parts = list(in_parts(connection, asked))
    table = pd.concat(parts) if parts else pd.DataFrame(columns=["unit_id", "assignment", "interviewer"])
    return table.drop_duplicates("unit_id", keep="last", ignore_index=True)


def _faults(names: Sequence[str]) -> list[Fault]:
    """What is wrong with names for the list."""
    found = [Fault(key="calling.no_names")] if not names else []
    for name in sorted({name for name in names if names.count(name) > 1}):
        found.append(Fault(key="calling.name_twice", found=name))
    for name in dict.fromkeys(names):
        if not 1 <= len(name) <= LONGEST or name != visible(name):
            found.append(Fault(key="calling.name", found=name, expected=LONGEST))
        elif masked_text(name) != name:
            found.append(Fault(key="calling.name_number", found=masked_text(name)))
    return found
