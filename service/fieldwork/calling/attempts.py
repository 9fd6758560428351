"""A call's outcome is recorded, with the appointment that was agreed: all that is wrong is named, or all is written.

What an interviewer records counts as a line of an imported call log does, and neither is changed afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from fieldwork.appointments import check_appointment
from fieldwork.dispositions import DISPOSITIONS, ENDING, OUTCOMES, code_of
from fieldwork.phone_numbers import masked_text
from service.fieldwork.call_file import minute_of
from service.fieldwork.calling.faults import settle
from service.fieldwork.calling.holding import check_interviewer, check_unit, holder_of
from service.fieldwork.calling.lineup import Lineup, lineup_of
from service.fieldwork.calls import calls, round_of
from service.store import audit, schema
from service.store.engine import Store
from service.store.permissions import permitted
from words import Fault

RECORD = "record-attempt"
KEPT, MOVED, CANCELLED, OVER = "kept", "moved", "cancelled", "over"  # how an appointment came to its end
LONGEST_NOTE = 200  # characters
COMPLETE = "I"

appointments, holds = schema.appointments, schema.holds


@dataclass(frozen=True)
class Agreed:
    """An appointment as it was agreed: times without a zone are the survey's own.

    ends         None: as long after the start as the programme says
    interviewer  who calls; None: whoever is free
    """

    starts: datetime
    ends: datetime | None = None
    interviewer: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Recorded:
    """A call as it was recorded; known: it was there already, and nothing was changed."""

    unit_id: str
    at: datetime
    interviewer: str
    disposition: str
    known: bool = False

    @property
    def final(self) -> bool:
        """Whether the number is not called again."""
        return self.disposition in ENDING


@permitted
def record_attempt(
    store: Store,
    programme: str,
    wave: str,
    unit_id: str,
    interviewer: str,
    outcome: str,
    *,
    at: datetime | None = None,
    agreed: Agreed | None = None,
    shown_at: datetime | None = None,
    alongside: Callable[[sa.Connection], None] | None = None,
) -> Recorded:
    """Record a call with its outcome, and let go of its number; the same call again changes nothing.

    outcome    a code, or a word that the programme or the usual words map to one
    at         when it was made; None: now;  without a time zone it is the survey's own time
    agreed     the appointment that was made in it
    shown_at   since when the number has been on the caller's screen; a call of it that was recorded since then, as in
               another window, is refused
    alongside  what else is written in the same transaction, such as the answers
    One Fault names all that is wrong: an outcome that no map knows, a time to come or before the number was released,
    an interviewer who is not on the list, a number that is not released or that somebody else has, a second complete
    interview, another call at the same time or recorded since `shown_at`, an appointment that cannot be.
    """
    now, lineup = datetime.now(UTC), lineup_of(store, programme, wave, calls_since=False)
    moment = now if at is None else in_utc_of(lineup, at)
    code = code_of(outcome, lineup.outcomes)
    wanted = None if agreed is None else _checked(lineup, agreed)
    settle(_faults(lineup, unit_id, interviewer, outcome, code, moment, now, agreed=wanted))
    assert code is not None
    recorded = Recorded(unit_id, moment, interviewer, code)
    with store.begin("round", programme, wave) as connection:
        number = round_of(connection, programme, wave)
        if _is_known(connection, number, recorded):
            return Recorded(unit_id, moment, interviewer, code, known=True)
        settle(_taken(connection, lineup, number, recorded, now, shown_at))
        row = {"unit_id": unit_id, "at": moment, "interviewer": interviewer, "disposition": code}
        connection.execute(calls.insert().values(round_id=number, **row))
        own = holds.c.draw_id == lineup.sample.draw_id, holds.c.unit_id == unit_id
        connection.execute(holds.delete().where(*own))
        _close(connection, lineup, recorded, store.actor.name, moved=wanted is not None)
        if wanted is not None:
            add_appointment(connection, lineup, unit_id, wanted, store.actor.name)
        if alongside is not None:
            alongside(connection)
        details = {"programme": programme, "wave": wave, "unit": unit_id, "disposition": code}
        audit.append(connection, store.actor, RECORD, details)
    return recorded


def in_utc_of(lineup: Lineup, moment: datetime) -> datetime:
    """A time in UTC; one without a time zone is the survey's own."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(lineup.calling.zone))).astimezone(UTC)


def _checked(lineup: Lineup, agreed: Agreed) -> Agreed:
    """An appointment with its times in UTC, an end, and a note in which no number can be read."""
    starts = in_utc_of(lineup, agreed.starts)
    ends = starts + lineup.calling.appointment if agreed.ends is None else in_utc_of(lineup, agreed.ends)
    return Agreed(starts, ends, agreed.interviewer or None, masked_text(" ".join(agreed.note.split())))


def appointment_faults(lineup: Lineup, agreed: Agreed, now: datetime) -> list[Fault]:
    """What is wrong with an appointment."""
    assert agreed.ends is not None
    zone = ZoneInfo(lineup.calling.zone)
    starts, ends, here = (moment.astimezone(zone) for moment in (agreed.starts, agreed.ends, now))
    found = _raised(lambda: check_appointment(starts, ends, here))
    if agreed.interviewer is not None:
        found += _raised(lambda: check_interviewer(lineup, agreed.interviewer or ""))
    if len(agreed.note) > LONGEST_NOTE:
        found.append(Fault(key="appointment.note", found=len(agreed.note), expected=LONGEST_NOTE))
    last = lineup.rules.until
    if last is not None and agreed.starts >= last:
        day = (last - timedelta(days=1)).date().isoformat()
        found.append(Fault(key="appointment.after", wave=lineup.sample.wave, day=day))
    return found


def _faults(
    lineup: Lineup,
    unit_id: str,
    interviewer: str,
    outcome: str,
    code: str | None,
    moment: datetime,
    now: datetime,
    *,
    agreed: Agreed | None,
) -> list[Fault]:
    """What is wrong with a call, as far as it can be said before anything is written."""
    found = _raised(lambda: check_unit(lineup, unit_id)) + _raised(lambda: check_interviewer(lineup, interviewer))
    if code is None:
        found.append(Fault(key="calling.outcome", found=outcome, expected=sorted(DISPOSITIONS)))
    if moment > now:
        found.append(Fault(key="calling.future", found=_written(lineup, moment)))
    elif moment < (since := minute_of(released_at(lineup))):
        found.append(Fault(key="calling.before", found=_written(lineup, moment), expected=_written(lineup, since)))
    if agreed is not None:
        found += appointment_faults(lineup, agreed, now)
        if code in ENDING:
            found.append(Fault(key="calling.appointment_of_final", outcome=outcome, unit=unit_id))
    return found


def released_at(lineup: Lineup) -> datetime:
    """When the first numbers of a wave were released, in UTC."""
    at = lineup.sample.releases["at"].iloc[0]
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _taken(
    connection: sa.Connection,
    lineup: Lineup,
    number: int,
    recorded: Recorded,
    now: datetime,
    shown_at: datetime | None,
) -> list[Fault]:
    """What is wrong with a call by what the store has at this moment."""
    of_unit = calls.c.round_id == number, calls.c.unit_id == recorded.unit_id
    rows = connection.execute(sa.select(calls.c.at, calls.c.disposition).where(*of_unit)).all()
    found = []
    holder = holder_of(connection, lineup, recorded.unit_id, now)
    if holder not in (None, recorded.interviewer):
        found.append(Fault(key="calling.held", unit=recorded.unit_id, interviewer=holder))
    times = [row.at if row.at.tzinfo else row.at.replace(tzinfo=UTC) for row in rows]
    if shown_at is not None and (since := [time for time in times if time > shown_at]):
        found.append(
            Fault(key="calling.recorded_since", unit=recorded.unit_id, found=_written(lineup, max(since), "seconds"))
        )
    if recorded.at in times:
        found.append(
            Fault(key="calling.same_time", unit=recorded.unit_id, found=_written(lineup, recorded.at, "seconds"))
        )
    completes = [row for row in rows if OUTCOMES[row.disposition].group == COMPLETE]
    if completes and OUTCOMES[recorded.disposition].group == COMPLETE:
        found.append(Fault(key="calling.complete_twice", unit=recorded.unit_id))
    return found


def _is_known(connection: sa.Connection, number: int, recorded: Recorded) -> bool:
    """Whether this very call is recorded already."""
    same = (
        calls.c.round_id == number,
        calls.c.unit_id == recorded.unit_id,
        calls.c.at == recorded.at,
        calls.c.disposition == recorded.disposition,
        calls.c.interviewer == recorded.interviewer,
    )
    return connection.scalar(sa.select(calls.c.call_id).where(*same).limit(1)) is not None


def _close(connection: sa.Connection, lineup: Lineup, recorded: Recorded, name: str, *, moved: bool) -> None:
    """Close the number's appointment if this call kept it, ended the work, or made another one."""
    own = appointments.c
    of_unit = own.draw_id == lineup.sample.draw_id, own.unit_id == recorded.unit_id, own.closed.is_(None)
    values = {"closed": datetime.now(UTC), "closed_by": name}
    kept = appointments.update().where(*of_unit, own.starts <= recorded.at).values(**values, how=KEPT)
    connection.execute(kept)
    if recorded.final or moved:
        how = OVER if recorded.final else MOVED
        connection.execute(appointments.update().where(*of_unit).values(**values, how=how))


def add_appointment(connection: sa.Connection, lineup: Lineup, unit_id: str, agreed: Agreed, name: str) -> None:
    """Write an appointment of a number that has no other one that counts."""
    row = {"draw_id": lineup.sample.draw_id, "unit_id": unit_id, "starts": agreed.starts, "ends": agreed.ends}
    row |= {"interviewer": agreed.interviewer, "note": agreed.note, "at": datetime.now(UTC), "by": name}
    connection.execute(appointments.insert().values(**row))


def checked_appointment(lineup: Lineup, agreed: Agreed, now: datetime) -> Agreed:
    """An appointment as it is written; a Fault names all that is wrong with it."""
    wanted = _checked(lineup, agreed)
    settle(appointment_faults(lineup, wanted, now))
    return wanted


def _raised(check: Callable[[], None]) -> list[Fault]:
    """The Fault that a check raises, or none."""
    try:
        check()
    except Fault as fault:
        return [fault]
    return []


def _written(lineup: Lineup, moment: datetime, exactly: str = "minutes") -> str:
    """A time as people of the survey read it."""
    return moment.astimezone(ZoneInfo(lineup.calling.zone)).replace(tzinfo=None).isoformat(" ", exactly)
