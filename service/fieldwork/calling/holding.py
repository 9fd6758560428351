"""A number is held by one interviewer at a time: it is booked in one transaction, given back, or let go in time.

Looking again books nothing: whoever has a number on the screen is given the same one until its call is recorded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from fieldwork.scheduling import states_at
from service.fieldwork.calling.lineup import (
    FREE,
    FRESH,
    Lineup,
    Order,
    lineup_of,
    open_appointments,
    order_of,
)
from service.fieldwork.calls import calls
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted
from words import Fault

MOST = 500  # numbers at a time
ROUNDS = 5  # how often others are asked for in place of numbers that somebody else took meanwhile

holds = schema.holds


@dataclass(frozen=True, eq=False)
class Next:
    """The numbers that an interviewer has, in the order in which she calls them.

    rows   unit_id, state (of `states_at`, holds aside), attempts, area, stratum, release, until, and
           of an appointment starts, ends and note
    """

    wave: str
    interviewer: str
    rows: pd.DataFrame


@permitted
def next_numbers(
    store: Store, programme: str, wave: str, interviewer: str, count: int = 1, *, now: datetime | None = None
) -> Next:
    """The next numbers of an interviewer, held for her; those that she holds already come first.

    count  how many she then has, at most; fewer if no more may be called now
    A Fault for somebody who is not on the list.
    """
    moment = now or datetime.now(UTC)
    if not 1 <= count <= MOST:
        raise Fault(key="calling.count", found=count, expected=MOST)
    order = order_of(store, programme, wave, moment)
    check_interviewer(order.lineup, interviewer)
    with store.read() as connection:
        held = _held_by(connection, order.lineup, interviewer, moment)
    hers = _filled(store, order, interviewer, count, list(held)[:count], moment)
    if not hers and moment - order.at >= FRESH:  # perhaps some number may be called since
        order = order_of(store, programme, wave, moment, oldest=FRESH)
        hers = _filled(store, order, interviewer, count, hers, moment)
    until = {unit: held.get(unit, moment + order.lineup.calling.hold) for unit in hers}
    return Next(wave, interviewer, _rows(store, order, until))


@permitted
def held_numbers(store: Store, programme: str, wave: str, interviewer: str, *, now: datetime | None = None) -> Next:
    """The numbers that an interviewer holds already; nothing is booked."""
    moment = now or datetime.now(UTC)
    order = order_of(store, programme, wave, moment)
    check_interviewer(order.lineup, interviewer)
    with store.read() as connection:
        held = _held_by(connection, order.lineup, interviewer, moment)
    return Next(wave, interviewer, _rows(store, order, held))


@permitted
def take_number(
    store: Store, programme: str, wave: str, interviewer: str, unit_id: str, *, now: datetime | None = None
) -> Next:
    """Hold this number for an interviewer, whatever its state: the person called back, or wants to be called now.

    A Fault for a number that is not released, and for one that somebody else has.
    """
    moment = now or datetime.now(UTC)
    lineup = lineup_of(store, programme, wave)
    check_interviewer(lineup, interviewer)
    check_unit(lineup, unit_id)
    with store.begin() as connection:
        if not _held(connection, lineup, interviewer, [unit_id], moment):
            owner = holder_of(connection, lineup, unit_id, moment)
            raise Fault(key="calling.held", unit=unit_id, interviewer=owner or "-")
    order = order_of(store, programme, wave, moment)
    return Next(wave, interviewer, _rows(store, order, {unit_id: moment + lineup.calling.hold}))


@permitted
def give_back(store: Store, programme: str, wave: str, interviewer: str, units: Sequence[str] | None = None) -> int:
    """Let go of numbers that an interviewer holds, of all by default; returns how many she held."""
    draw_id = lineup_of(store, programme, wave, calls_since=False).sample.draw_id
    of_hers = [holds.c.draw_id == draw_id, holds.c.interviewer == interviewer]
    if units is not None:
        of_hers.append(holds.c.unit_id.in_(list(units)))
    with store.begin() as connection:
        return connection.execute(holds.delete().where(*of_hers)).rowcount


def check_interviewer(lineup: Lineup, interviewer: str) -> None:
    """A Fault if somebody is not on the list, or left."""
    if not lineup.active.get(interviewer, False):
        expected = sorted(name for name, active in lineup.active.items() if active)
        key = "calling.interviewer" if expected else "calling.nobody"
        raise Fault(key=key, found=interviewer, wave=lineup.sample.wave, expected=expected)


def check_unit(lineup: Lineup, unit_id: str) -> None:
    """A Fault if a number was not drawn, is not released yet, or is dead and not called."""
    if lineup.history.ids.get_indexer([unit_id])[0] >= 0:
        return
    sample = lineup.sample
    values = {"unit": unit_id, "wave": sample.wave}
    if unit_id in sample.uncalled:
        raise Fault(key="calling.dead", **values)
    if unit_id in set(sample.units.unit_id):
        raise Fault(key="calling.not_released", **values, out=len(sample.releases))
    raise Fault(key="calling.unknown_unit", **values)


def holder_of(connection: sa.Connection, lineup: Lineup, unit_id: str, now: datetime) -> str | None:
    """Who has a number now."""
    of_unit = holds.c.draw_id == lineup.sample.draw_id, holds.c.unit_id == unit_id
    return connection.scalar(sa.select(holds.c.interviewer).where(*of_unit, holds.c.until > now))


def _candidates(order: Order, interviewer: str, count: int, held: Sequence[str]) -> np.ndarray:
    """Places of the first numbers of the order that an interviewer may have: hers, and those of whoever is free."""
    none = np.array([], dtype=np.int64)
    if count <= 0:
        return none
    waiting = [places[~order.taken[places]] for places in (order.places.get(o, none) for o in (interviewer, FREE))]
    first = np.concatenate([places[: count + len(held)] for places in waiting])
    first = first[~order.lineup.history.ids[first].isin(held)]
    return first[np.argsort(order.rank[first], kind="stable")][:count]


def _filled(store: Store, order: Order, interviewer: str, count: int, held: list[str], now: datetime) -> list[str]:
    """The numbers that she holds and the next ones of the order, which she holds from now on, up to the count."""
    hers = list(held)
    for _ in range(ROUNDS):
        places = _candidates(order, interviewer, count - len(hers), hers)
        if not len(places):
            break
        with store.begin() as connection:
            hers += _book(connection, order, interviewer, list(order.lineup.history.ids[places]), now)
        order.taken[places] = True
    return hers


def _book(connection: sa.Connection, order: Order, interviewer: str, units: Sequence[str], now: datetime) -> list[str]:
    """Hold these numbers; returns those that nobody else has and to which nothing happened since the order was made."""
    lineup = order.lineup
    booked = set(_held(connection, lineup, interviewer, sorted(units), now))
    changed = booked & _changed(connection, order, sorted(booked))
    if changed:
        of_changed = holds.c.draw_id == lineup.sample.draw_id, holds.c.unit_id.in_(sorted(changed))
        connection.execute(holds.delete().where(*of_changed))
    return [unit for unit in units if unit in booked - changed]


def _held(
    connection: sa.Connection, lineup: Lineup, interviewer: str, units: Sequence[str], now: datetime
) -> list[str]:
    """Hold those of the numbers that nobody else has now, and return them."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    until = now + lineup.calling.hold
    values = [
        {"draw_id": lineup.sample.draw_id, "unit_id": unit, "interviewer": interviewer, "until": until}
        for unit in units
    ]
    free = (holds.c.until <= now) | (holds.c.interviewer == interviewer)
    statement = insert(holds)
    statement = statement.on_conflict_do_update(
        index_elements=[holds.c.draw_id, holds.c.unit_id],
        set_={"interviewer": statement.excluded.interviewer, "until": statement.excluded.until},
        where=free,
    )
    connection.execute(statement, values)
    of_hers = holds.c.draw_id == lineup.sample.draw_id, holds.c.interviewer == interviewer, holds.c.until == until
    return list(connection.scalars(sa.select(holds.c.unit_id).where(*of_hers, holds.c.unit_id.in_(units))))


def _changed(connection: sa.Connection, order: Order, units: Sequence[str]) -> set[str]:
    """Those of the numbers that were called, or whose appointment was made, moved or cancelled, since the order."""
    lineup, own, rounds = order.lineup, schema.appointments.c, schema.rounds.c
    draw_id, wave = lineup.sample.draw_id, lineup.sample.wave
    of_wave = rounds.programme == lineup.programme, rounds.wave == wave
    later = calls.c.unit_id.in_(units), calls.c.call_id > lineup.seen
    called = set(connection.scalars(sa.select(calls.c.unit_id).join(schema.rounds).where(*of_wave, *later)))
    counts = own.draw_id == draw_id, own.unit_id.in_(units), own.closed.is_(None)
    rows = connection.execute(sa.select(own.unit_id, own.appointment_id).where(*counts)).all()
    agreed = {row.unit_id: row.appointment_id for row in rows}
    return called | {unit for unit in units if agreed.get(unit) != order.appointments.get(unit)}


def _held_by(connection: sa.Connection, lineup: Lineup, interviewer: str, now: datetime) -> dict[str, datetime]:
    """The numbers that an interviewer has now, and until when, but for those that are finished: their answers may have
    been stored since."""
    of_hers = holds.c.draw_id == lineup.sample.draw_id, holds.c.interviewer == interviewer, holds.c.until > now
    asked = sa.select(holds.c.unit_id, holds.c.until).where(*of_hers).order_by(holds.c.unit_id)
    rows = connection.execute(asked).all()
    places = lineup.history.ids.get_indexer([row.unit_id for row in rows])
    pairs = [(row, place) for row, place in zip(rows, places, strict=True) if not lineup.history.ended[place]]
    return {row.unit_id: row.until.replace(tzinfo=row.until.tzinfo or UTC) for row, _ in pairs}


def _rows(store: Store, order: Order, until: Mapping[str, datetime]) -> pd.DataFrame:
    """What an interviewer sees of the numbers that she holds, in the order in which she calls them."""
    lineup, own = order.lineup, schema.appointments.c
    places = lineup.history.ids.get_indexer(list(until))
    places = places[np.lexsort((places, order.rank[places]))]
    rows = lineup.numbers.iloc[places].drop(columns="owner").reset_index(drop=True)
    columns = own.unit_id, own.starts, own.ends, own.note
    counts = own.draw_id == lineup.sample.draw_id, own.unit_id.in_(list(until)), own.closed.is_(None)
    with store.read() as connection:
        agreed = {row.unit_id: row for row in connection.execute(sa.select(*columns).where(*counts))}
    of_row = [agreed.get(unit) for unit in rows.unit_id]
    return rows.assign(
        state=order.states.state.iloc[places].to_numpy(),
        attempts=lineup.history.attempts[places],
        until=pd.to_datetime([until[unit] for unit in rows.unit_id], utc=True),
        starts=pd.to_datetime([None if row is None else row.starts for row in of_row], utc=True),
        ends=pd.to_datetime([None if row is None else row.ends for row in of_row], utc=True),
        note=["" if row is None else row.note for row in of_row],
    )


def states_now(store: Store, programme: str, wave: str, now: datetime) -> tuple[Lineup, pd.DataFrame]:
    """The line-up as the store is now, and the state of each of its numbers, holds aside."""
    lineup = lineup_of(store, programme, wave)
    with store.read() as connection:
        agreed = open_appointments(connection, lineup.sample.draw_id)
    return lineup, states_at(lineup.history, lineup.rules, now, appointments=agreed)
