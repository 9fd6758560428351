"""[calling]: when and how often numbers are called, which go first, and in whose time; all of it has defaults."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as of_day
from types import MappingProxyType
from zoneinfo import ZoneInfo

from fieldwork.calling_rules import DELAYS, SLOTS, ZONE, CallingRules, Slot
from fieldwork.dispositions import OUTCOMES
from programme.entry import Entry
from programme.wave_names import WAVE
from words import Fault, sentences

KEYS = ("zone", "per_day", "hold", "appointment", "mode", "slots", "delays", "priority", "until")
OF_DAY = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
LENGTH = re.compile(r"(\d{1,4}) ?(min|h|d)")
UNITS = {"min": "minutes", "h": "hours", "d": "days"}
HOLD, APPOINTMENT = timedelta(minutes=45), timedelta(minutes=30)
LONGEST_HOLD, LONGEST_APPOINTMENT = timedelta(hours=12), timedelta(days=7)


@dataclass(frozen=True)
class Calling:
    """How the waves of a programme are called.

    zone         the survey's own time zone: slots, days and times without a zone are read in it
    per_day      the most calls of a number on one day, besides appointments; None: no limit
    hold         how long a number stays with the interviewer who has it on the screen
    appointment  how long an appointment lasts that is made without an end
    mode         the mode of calls of which the log does not say it; "": it is not known
    priority     area -> what its numbers go by, larger first; an area that is not named has 0
    until        wave -> the last day of its fieldwork
    slots, delays  as in `CallingRules`
    """

    zone: str = ZONE
    per_day: int | None = None
    hold: timedelta = HOLD
    appointment: timedelta = APPOINTMENT
    mode: str = ""
    slots: tuple[Slot, ...] = SLOTS
    delays: Mapping[str, timedelta] = field(default_factory=lambda: DELAYS)
    priority: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    until: Mapping[str, date] = field(default_factory=lambda: MappingProxyType({}))

    def rules(self, wave: str, required: int) -> CallingRules:
        """The rules of a wave whose numbers are given up after so many calls."""
        last_day = self.until.get(wave)
        until = None
        if last_day is not None:
            until = datetime.combine(last_day + timedelta(days=1), of_day(0), ZoneInfo(self.zone))
        return CallingRules(required, self.slots, self.delays, self.zone, until, self.per_day)


def read_calling(entry: Entry, areas: Iterable[str], modes: Iterable[str]) -> Calling:
    """[calling], or the defaults where the programme has none.

    areas: those that may be given a priority;  modes: in which people may be asked
    """
    if "calling" not in entry.data:
        return Calling()
    table = entry.at("calling")
    table.known(KEYS)
    calling = Calling(
        zone=_zone(table),
        per_day=_per_day(table),
        hold=_length(table, "hold", HOLD, LONGEST_HOLD),
        appointment=_length(table, "appointment", APPOINTMENT, LONGEST_APPOINTMENT),
        mode=table.one_of("mode", modes) if "mode" in table.data else "",
        slots=_slots(table),
        delays=_delays(table),
        priority=_priority(table, areas),
        until=_until(table),
    )
    try:
        calling.rules("", 1)
    except Fault as fault:  # the other faults of rules were found where they stand
        both = [fault.values["one"], fault.values["other"]]
        raise table.fault("slots", both, sentences("calling.expected.slots")) from fault
    return calling


def _zone(table: Entry) -> str:
    zone = table.get("zone", str, ZONE)
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:  # a name that is none, or a path; a folder of names
        raise table.fault("zone", repr(zone), "Asia/Shanghai, Asia/Urumqi …") from error
    return zone


def _per_day(table: Entry) -> int | None:
    if "per_day" not in table.data:
        return None
    most = table.get("per_day", int)
    if most < 1:
        raise table.fault("per_day", most, "1, 2, 3 …")
    return most


def _length(table: Entry, key: str, default: timedelta, longest: timedelta | None = None) -> timedelta:
    """A length of time such as "30 min", "3 h" or "7 d"; above 0 where there is a longest one."""
    if key not in table.data:
        return default
    text = table.get(key, str)
    match = LENGTH.fullmatch(text.strip())
    length = timedelta(**{UNITS[match[2]]: int(match[1])}) if match else None
    if length is None or (longest is not None and not timedelta(0) < length <= longest):
        raise table.fault(key, repr(text), "20 min, 3 h, 7 d")
    return length


def _slots(table: Entry) -> tuple[Slot, ...]:
    """[calling.slots.NAME] with weekdays (1 is Monday), start and end; together they take the place of the usual."""
    slots = []
    for name, slot in table.entries("slots", {}).items():
        slot.known(("weekdays", "start", "end"))
        weekdays = slot.get("weekdays", list)
        if not weekdays or not all(type(day) is int and 1 <= day <= 7 for day in weekdays):
            raise slot.fault("weekdays", repr(weekdays), "[1, 2, 3, 4, 5, 6, 7]")
        start, end = _of_day(slot, "start"), _of_day(slot, "end")
        if not start < end:
            raise slot.fault("end", str(slot.data["end"]), f"> {slot.data['start']}")
        slots.append(Slot(name, tuple(sorted({day - 1 for day in weekdays})), start, end))
    return tuple(slots) or SLOTS


def _of_day(slot: Entry, key: str) -> of_day:
    value = slot.get(key, str | of_day)
    if isinstance(value, of_day):
        return value
    match = OF_DAY.fullmatch(value.strip())
    if match is None:
        raise slot.fault(key, repr(value), "18:30")
    return of_day(int(match[1]), int(match[2]))


def _delays(table: Entry) -> Mapping[str, timedelta]:
    """[calling.delays]: a code or a class of outcomes -> the shortest time to the next call, besides the usual."""
    delays = _optional(table, "delays")
    known = {outcome.group for outcome in OUTCOMES.values()} | set(OUTCOMES)
    for outcome in delays.data:
        if outcome not in known:
            raise delays.fault(outcome, repr(outcome), sorted(known))
    return {**DELAYS, **{outcome: _length(delays, outcome, HOLD) for outcome in delays.data}}


def _priority(table: Entry, areas: Iterable[str]) -> Mapping[str, float]:
    priority, known = _optional(table, "priority"), list(areas)
    unknown = [area for area in priority.data if area not in known]
    if unknown:
        raise table.fault("priority", unknown, known)
    return {area: priority.number(area) for area in priority.data}


def _until(table: Entry) -> Mapping[str, date]:
    """[calling.until]: a wave -> the last day of its fieldwork."""
    until, days = _optional(table, "until"), {}
    for wave in until.data:
        if not WAVE.fullmatch(wave):
            raise table.fault("until", repr(wave), '"2026Q1" = 2026-03-20')
        value = until.get(wave, date | str)
        try:
            days[wave] = date.fromisoformat(value) if isinstance(value, str) else _day(value)
        except ValueError as error:
            raise until.fault(wave, repr(value), "2026-03-20") from error
    return days


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _optional(table: Entry, key: str) -> Entry:
    """The table under `key`, or an empty one."""
    return table.at(key) if key in table.data else Entry(table.file, table.where(key), {}, table.lenient)
