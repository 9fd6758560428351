"""Appointments are made, moved and cancelled; a calendar shows which count, their load by hour, and clashes."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pandas as pd

from fieldwork.appointments import clashing, load_by_hour
from fieldwork.scheduling import APPOINTED, DUE, states_at
from service.fieldwork.calling.attempts import CANCELLED, MOVED, Agreed, add_appointment, checked_appointment
from service.fieldwork.calling.holding import check_unit
from service.fieldwork.calling.lineup import lineup_of, open_appointments
from service.store import audit, schema
from service.store.engine import Store
from service.store.permissions import permitted
from words import Fault

AGREE, CANCEL = "make-appointment", "cancel-appointment"

appointments = schema.appointments

ROWS = ["unit_id", "area", "starts", "ends", "interviewer", "note", "state", "late", "clash"]
LOAD = ["day", "hour", "interviewer", "appointments"]
_NOTHING = pd.DataFrame(columns=ROWS), pd.DataFrame(columns=LOAD)


@dataclass(frozen=True, eq=False)
class Calendar:
    """The appointments of a wave that count and that begin before a day.

    rows     unit_id, area, starts, ends (UTC), interviewer (None: whoever is free), note, state (due, appointed), late
             (nobody called in time) and clash, by their start
    load     day, hour, interviewer and appointments: how many start in each hour
    zone     the time zone of day and hour
    """

    wave: str
    rows: pd.DataFrame
    load: pd.DataFrame
    zone: str


@permitted
def make_appointment(store: Store, programme: str, wave: str, unit_id: str, agreed: Agreed) -> None:
    """Make an appointment with a number, or move the one that it has; a Fault names all that cannot be."""
    lineup, now = lineup_of(store, programme, wave), datetime.now(UTC)
    check_unit(lineup, unit_id)
    wanted = checked_appointment(lineup, agreed, now)
    if lineup.history.ended[lineup.history.ids.get_loc(unit_id)]:
        raise Fault(key="appointment.finished", unit=unit_id)
    with store.begin("round", programme, wave) as connection:
        own = appointments.c
        of_unit = own.draw_id == lineup.sample.draw_id, own.unit_id == unit_id, own.closed.is_(None)
        closing = {"closed": now, "closed_by": store.actor.name, "how": MOVED}
        moved = connection.execute(appointments.update().where(*of_unit).values(**closing)).rowcount > 0
        add_appointment(connection, lineup, unit_id, wanted, store.actor.name)
        details = {"programme": programme, "wave": wave, "unit": unit_id, "moved": moved}
        audit.append(connection, store.actor, AGREE, details | {"starts": wanted.starts.isoformat()})


@permitted
def cancel_appointment(store: Store, programme: str, wave: str, unit_id: str) -> None:
    """Cancel the appointment of a number, which is then called as any other; a Fault if it has none."""
    lineup = lineup_of(store, programme, wave)
    with store.begin("round", programme, wave) as connection:
        own = appointments.c
        of_unit = own.draw_id == lineup.sample.draw_id, own.unit_id == unit_id, own.closed.is_(None)
        closing = {"closed": datetime.now(UTC), "closed_by": store.actor.name, "how": CANCELLED}
        if not connection.execute(appointments.update().where(*of_unit).values(**closing)).rowcount:
            raise Fault(key="appointment.none", unit=unit_id)
        audit.append(connection, store.actor, CANCEL, {"programme": programme, "wave": wave, "unit": unit_id})


@permitted
def read_calendar(store: Store, programme: str, wave: str, *, days: int = 14, now: datetime | None = None) -> Calendar:
    """The appointments that count: those that are late, and those that begin within so many days."""
    moment = now or datetime.now(UTC)
    lineup = lineup_of(store, programme, wave, calls_since=False)
    with store.read() as connection:
        agreed = open_appointments(connection, lineup.sample.draw_id)
    if agreed.empty:
        return Calendar(wave, *_NOTHING, lineup.calling.zone)
    lineup = lineup_of(store, programme, wave)
    places = lineup.history.ids.get_indexer(agreed.unit_id)
    appointed = lineup.history.taking(places[places >= 0])
    rows = agreed.rename(columns={"start": "starts", "end": "ends"})
    rows["state"] = rows.unit_id.map(states_at(appointed, lineup.rules, moment, appointments=agreed).state)
    rows = rows[rows.state.isin((DUE, APPOINTED)) & (rows.starts < moment + timedelta(days=days))]
    rows = rows.sort_values(["starts", "ends", "unit_id"], ignore_index=True)
    area = lineup.numbers.iloc[places[places >= 0]].set_index("unit_id").area
    rows = rows.assign(area=rows.unit_id.map(area), late=rows.ends < moment)
    clash = clashing(rows, sum(lineup.active.values())) if len(rows) else pd.Series(dtype=bool)
    zone = lineup.calling.zone
    return Calendar(wave, rows.assign(clash=clash)[ROWS], load_by_hour(rows, zone), zone)
