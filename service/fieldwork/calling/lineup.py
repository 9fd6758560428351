"""A wave's numbers in the order in which they are called now, kept between looks and brought up to date by later calls.

What seldom changes (numbers, their interviewers, rules) is read again when the store says that it changed; of the calls
only those are read that came since.  An order that was computed is given out for `FRESH`, as long as the part of the
week is the same; whoever books a number checks in the same transaction that nothing happened to it since.
"""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock, Thread
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
import sqlalchemy as sa

from estimation.columns.texts import among
from fieldwork.calling_rules import CallingRules, slot_now
from fieldwork.history import CallHistory
from fieldwork.scheduling import DUE, call_order, states_at
from programme.calling import Calling
from service.fieldwork.calling.interviewers import active_interviewers, newest_owners
from service.fieldwork.stored_calls import log_after
from service.intake.imports import current_programme
from service.samples.samples import Sample, read_sample
from service.store import schema
from service.store.engine import Store
from words import Fault

FRESH, OLDEST = timedelta(seconds=15), timedelta(seconds=60)
FREE = ""  # in the place of an interviewer: whoever is free

holds, appointments = schema.holds, schema.appointments


@dataclass(frozen=True, eq=False)
class Lineup:
    """The numbers of a wave's releases, by release and place, and what the calls up to one of them say of each.

    numbers   unit_id, stratum, area, release, place, owner (the interviewer it is dealt out to; FREE: nobody), and kish
    active    interviewers on the list -> whether they still get numbers
    seen      the call_id up to which calls are counted
    version   what the store said when this was read
    """

    programme: str
    sample: Sample
    calling: Calling
    outcomes: dict[str, str]
    rules: CallingRules
    numbers: pd.DataFrame
    priority: pd.Series | None
    active: dict[str, bool]
    history: CallHistory
    seen: int
    version: tuple


@dataclass(frozen=True, eq=False)
class Order:
    """The numbers that may be called at a moment, in their order, by who may have them.

    places        interviewer, or FREE for whoever is free -> places of her numbers in `lineup.numbers`, in order
    rank          place -> its rank in the whole order, held numbers included
    states        as in `states_at`, holds aside
    appointments  the appointments that count: appointment_id by unit_id
    taken         whether each place was given to somebody since, or turned out not to be free: asked for no more
    """

    lineup: Lineup
    at: datetime
    slot: int
    places: dict[str, np.ndarray]
    rank: np.ndarray
    states: pd.DataFrame
    appointments: dict[str, int]
    taken: np.ndarray


@dataclass(eq=False)
class _Kept:
    """The newest line-up and order of one wave of one store, and the lock of whoever brings them up to date."""

    lineup: Lineup | None = None
    order: Order | None = None
    lock: Any = field(default_factory=Lock)


_kept: WeakKeyDictionary[sa.Engine, dict[tuple[str, str], _Kept]] = WeakKeyDictionary()
_lock = Lock()


def lineup_of(store: Store, programme: str, wave: str, *, calls_since: bool = True) -> Lineup:
    """The line-up as the store is now; perhaps without the calls since the last look."""
    kept = _of_wave(store, programme, wave)
    with kept.lock:
        return _renewed(store, programme, wave, kept, calls_since=calls_since)


def order_of(store: Store, programme: str, wave: str, now: datetime, *, oldest: timedelta = OLDEST) -> Order:
    """The order of the numbers now, or one computed less than `FRESH` ago that holds still.

    An order that is older, but not as old as `oldest`, is given out once more while it is made again beside: nobody
    waits for it.
    """
    kept = _of_wave(store, programme, wave)
    order = kept.order
    if order is not None and _holds(store, programme, wave, order, now, min(FRESH, oldest)):
        return order
    if order is not None and _holds(store, programme, wave, order, now, oldest):
        if kept.lock.acquire(blocking=False):
            Thread(target=_made_again, args=(store, programme, wave, kept, now), daemon=True).start()
        return order
    with kept.lock:
        if kept.order is None or not _holds(store, programme, wave, kept.order, now, min(FRESH, oldest)):
            kept.order = _ordered(store, _renewed(store, programme, wave, kept), now)
        return kept.order


def _made_again(store: Store, programme: str, wave: str, kept: _Kept, now: datetime) -> None:
    """Make an order again, of which the caller has the lock; if the store fails, whoever looks next is told."""
    try:
        with suppress(Fault, sa.exc.SQLAlchemyError):
            kept.order = _ordered(store, _renewed(store, programme, wave, kept), now)
    finally:
        kept.lock.release()


def _holds(store: Store, programme: str, wave: str, order: Order, now: datetime, longest: timedelta) -> bool:
    """Whether an order may still be given out: it is not older, and the part of the week and what it rests on are the
    same."""
    if not timedelta(0) <= now - order.at < longest or slot_now(order.lineup.rules, now) != order.slot:
        return False
    with store.read() as connection:
        return _version(connection, programme, wave) == order.lineup.version


def open_appointments(connection: sa.Connection, draw_id: int) -> pd.DataFrame:
    """appointment_id, unit_id, start, end, interviewer and note of the appointments that nobody closed."""
    own = appointments.c
    columns = own.appointment_id, own.unit_id, own.starts.label("start"), own.ends.label("end")
    asked = sa.select(*columns, own.interviewer, own.note).where(own.draw_id == draw_id, own.closed.is_(None))
    rows = [tuple(row) for row in connection.execute(asked.order_by(own.appointment_id))]
    table = pd.DataFrame(rows, columns=["appointment_id", "unit_id", "start", "end", "interviewer", "note"])
    for column in ("start", "end"):
        table[column] = pd.to_datetime(table[column], utc=True)
    return table


def current_holds(connection: sa.Connection, draw_id: int, now: datetime) -> pd.DataFrame:
    """unit_id, interviewer and until of the numbers that somebody has now."""
    columns = holds.c.unit_id, holds.c.interviewer, holds.c.until
    asked = sa.select(*columns).where(holds.c.draw_id == draw_id, holds.c.until > now)
    rows = [tuple(row) for row in connection.execute(asked.order_by(holds.c.unit_id))]
    table = pd.DataFrame(rows, columns=["unit_id", "interviewer", "until"])
    return table.assign(until=pd.to_datetime(table.until, utc=True))


def _of_wave(store: Store, programme: str, wave: str) -> _Kept:
    with _lock:
        return _kept.setdefault(store.engine, {}).setdefault((programme, wave), _Kept())


def _renewed(store: Store, programme: str, wave: str, kept: _Kept, *, calls_since: bool = True) -> Lineup:
    """The kept line-up with the calls since; read again if what it rests on changed."""
    with store.read() as connection:
        version = _version(connection, programme, wave)
    if kept.lineup is None or kept.lineup.version != version:
        kept.lineup = _read(store, programme, wave, version)
    if calls_since:
        kept.lineup = _with_later_calls(store, programme, wave, kept.lineup)
    return kept.lineup


def _version(connection: sa.Connection, programme: str, wave: str) -> tuple:
    """What a line-up rests on besides calls: the draw, how many releases, screenings, assignments and changes of the
    list of interviewers there are, and the version of the programme."""
    draws, people = schema.draws.c, schema.interviewers.c
    draw = sa.select(draws.draw_id).where(draws.programme == programme, draws.wave == wave).scalar_subquery()

    def count(table: sa.Table) -> sa.ScalarSelect:
        return sa.select(sa.func.count()).select_from(table).where(table.c.draw_id == draw).scalar_subquery()

    listed = sa.select(sa.func.count()).where(people.draw_id == draw)
    newest = sa.select(sa.func.max(schema.programmes.c.version_id)).where(schema.programmes.c.programme == programme)
    asked = sa.select(
        draw,
        count(schema.releases),
        count(schema.screenings),
        count(schema.assignments),
        listed.scalar_subquery(),
        sa.select(sa.func.max(people.at)).where(people.draw_id == draw).scalar_subquery(),
        newest.scalar_subquery(),
    )
    return tuple(connection.execute(asked).one())


def _read(store: Store, programme: str, wave: str, version: tuple) -> Lineup:
    """A line-up without calls."""
    sample, declared = read_sample(store, programme, wave), current_programme(store, programme)[1]
    if sample.releases.empty:
        raise Fault(key="calling.nothing_released", wave=wave)
    rules = declared.calling.rules(wave, sample.plan.wanted.attempts)
    out = sample.units[sample.out & ~among(sample.units.unit_id, sample.uncalled)]
    columns = ["unit_id", "stratum", "area", "release", "place", *(["kish"] if "kish" in out else [])]
    numbers = out.sort_values(["release", "place", "stratum"])[columns].reset_index(drop=True)
    with store.read() as connection:
        owners = newest_owners(connection, sample.draw_id).set_index("unit_id").interviewer
        active = active_interviewers(connection, sample.draw_id)
    owner = owners.reindex(numbers.unit_id).reset_index(drop=True)
    owner = owner.where(owner.map(active).fillna(False).astype(bool), FREE)
    by_area = declared.calling.priority
    priority = numbers.set_index("unit_id").area.map(by_area).fillna(0.0).astype(float) if by_area else None
    history = CallHistory.begun(numbers, rules)
    words = dict(declared.outcomes)
    numbers = numbers.assign(owner=owner)
    return Lineup(programme, sample, declared.calling, words, rules, numbers, priority, active, history, 0, version)


def _with_later_calls(store: Store, programme: str, wave: str, lineup: Lineup) -> Lineup:
    """The line-up with the wave's calls after those seen.

    Whoever writes calls of a wave takes its turn, so that their numbers come in the order in which they are committed.
    """
    rounds, history, seen = schema.rounds.c, lineup.history, lineup.seen
    with store.read() as connection:
        asked = sa.select(rounds.round_id).where(rounds.programme == programme, rounds.wave == wave)
        round_id = connection.scalar(asked)
        if round_id is None:
            return lineup
        for part in log_after(connection, round_id, seen):
            history, seen = history.adding(part, lineup.rules), int(part.call_id.iloc[-1])
    return lineup if seen == lineup.seen else replace(lineup, history=history, seen=seen)


def _ordered(store: Store, lineup: Lineup, now: datetime) -> Order:
    """The order of a line-up's numbers now."""
    with store.read() as connection:
        agreed = open_appointments(connection, lineup.sample.draw_id)
        held = current_holds(connection, lineup.sample.draw_id, now)
    states = states_at(lineup.history, lineup.rules, now, appointments=agreed)
    places = lineup.history.ids.get_indexer(call_order(states, lineup.priority))
    owner = lineup.numbers.owner.to_numpy(dtype=object).copy()
    appointed = agreed[agreed.unit_id.isin(states.index[states.state == DUE])]
    at = lineup.history.ids.get_indexer(appointed.unit_id)
    named = appointed.interviewer.map(lineup.active).fillna(False).astype(bool)
    owner[at[named]] = appointed.interviewer[named]
    owner[at[(appointed.end < now).to_numpy()]] = FREE  # nobody kept it in time: whoever is free does
    rank = np.full(len(owner), len(owner))
    rank[places] = np.arange(len(places))
    places = places[~lineup.history.ids[places].isin(held.unit_id)]
    owners = owner[places]
    codes, names = pd.factorize(owners)
    by_owner = {name: places[codes == code] for code, name in enumerate(names)}
    ids = dict(zip(agreed.unit_id, agreed.appointment_id, strict=True))
    return Order(
        lineup, now, slot_now(lineup.rules, now), by_owner, rank, states, ids, np.zeros(len(owner), dtype=bool)
    )
