"""Which numbers may be called now, and in which order: a pure function of the sample, calls, rules and the time.

A number is called while it is neither finished nor held by somebody, its last outcome's delay is over, no appointment
lies ahead, it has calls left, and the present time slot is one of those in which it was called least often.  A due
appointment goes before all of that but an outcome that ends the work and a hold.  Times are compared in UTC; slots
count in the number's own time zone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from datetime import time as of_day
from types import MappingProxyType

import numpy as np
import pandas as pd

from fieldwork.dispositions import ENDING, OUTCOMES
from words import Fault

DUE, READY = "due", "ready"  # an appointment is due; nothing stands against a call
ENDED, GIVEN_UP, HELD = "ended", "given_up", "held"  # a final outcome; called as often as wanted; somebody has it
APPOINTED, TOO_EARLY, OTHER_SLOT, CLOSED = "appointed", "too_early", "other_slot", "closed"
STATES = (DUE, READY, ENDED, GIVEN_UP, HELD, APPOINTED, TOO_EARLY, OTHER_SLOT, CLOSED)
NO_SLOT, NEVER = -1, np.datetime64("NaT", "us")
WEEK, QUARTER = np.timedelta64(7, "D"), np.timedelta64(15, "m")
EVERY_DAY, MONDAY_TO_FRIDAY, WEEKEND = tuple(range(7)), tuple(range(5)), (5, 6)  # Monday is 0


@dataclass(frozen=True)
class Slot:
    """A part of the week in which numbers are called: on these weekdays, from start until before end."""

    name: str
    weekdays: tuple[int, ...]
    start: of_day
    end: of_day


SLOTS = (
    Slot("day", MONDAY_TO_FRIDAY, of_day(9), of_day(18)),
    Slot("evening", MONDAY_TO_FRIDAY, of_day(18), of_day(21)),
    Slot("weekend", WEEKEND, of_day(9), of_day(21)),
)
# code or class -> the shortest time to the next call; a code goes before its class
DELAYS = MappingProxyType(
    {
        "3.12": timedelta(hours=1),
        "4.33": timedelta(days=1),
        "4.8": timedelta(days=1),
        **dict.fromkeys(("UH", "UR", "UO", "NC", "O"), timedelta(hours=3)),
    }
)


@dataclass(frozen=True)
class CallingRules:
    """The rules of a wave's calls.

    required  calls after which a number is given up, at least 1; appointments come on top
    slots     the parts of the week in which numbers are called; they do not overlap
    delays    code or class of an outcome -> the shortest time to the next call
    zone      time zone of numbers that have none of their own
    until     the end of the fieldwork: slots that do not come again before it are not waited for; None: no end
    """

    required: int
    slots: Sequence[Slot] = SLOTS
    delays: Mapping[str, timedelta] = field(default_factory=lambda: DELAYS)
    zone: str = "Asia/Shanghai"
    until: datetime | None = None

    def __post_init__(self) -> None:
        if not self.required >= 1:
            raise Fault(key="fieldwork.required", found=self.required)
        for slot in self.slots:
            if not (slot.weekdays and set(slot.weekdays) <= set(EVERY_DAY) and slot.start < slot.end):
                raise Fault(key="scheduling.slot", slot=slot.name)
        if len(names := [slot.name for slot in self.slots]) != len(set(names)) or not names:
            raise Fault(key="scheduling.slot_names", found=names)
        for one in self.slots:
            for other in self.slots:
                shared = set(one.weekdays) & set(other.weekdays)
                if one.name < other.name and shared and one.start < other.end and other.start < one.end:
                    raise Fault(key="scheduling.overlap", one=one.name, other=other.name)
        for outcome, delay in self.delays.items():
            if outcome not in OUTCOMES and outcome not in {known.group for known in OUTCOMES.values()}:
                raise Fault(key="scheduling.outcome", found=outcome)
            if delay < timedelta(0):
                raise Fault(key="scheduling.delay", outcome=outcome, found=str(delay))

    def delay(self, code: str) -> timedelta:
        """The shortest time to the next call after this outcome."""
        return self.delays.get(code, self.delays.get(OUTCOMES[code].group, timedelta(0)))


def call_states(
    numbers: pd.DataFrame,
    calls: pd.DataFrame,
    rules: CallingRules,
    now: datetime,
    *,
    appointments: pd.DataFrame | None = None,
    holds: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What stands for or against calling each number now: one row for each number, in the order of `numbers`.

    numbers       unit_id and perhaps zone, an IANA name: the numbers released
    calls         unit_id, at (with a time zone) and disposition of every call
    appointments  unit_id, start, end (with a time zone): the one that counts of each number, which a call from its
                  start on keeps
    holds         unit_id, until (with a time zone): numbers that an interviewer has on the screen
    now           with a time zone

    state     one of STATES
    attempts  calls made
    last      time of the last call, in UTC
    ready_at  the end of the last outcome's delay, in UTC
    ends      the end of an appointment that is due or lies ahead, in UTC
    """
    ids, moment = pd.Index(numbers.unit_id, name="unit_id"), _utc([now])[0]
    if ids.has_duplicates:
        raise Fault(key="scheduling.twice", unit=str(ids[ids.duplicated()][0]))
    place = ids.get_indexer(calls.unit_id)
    of_wave = place >= 0
    place, at, codes = place[of_wave], _utc(calls["at"])[of_wave], calls.disposition[of_wave]
    attempts = np.bincount(place, minlength=len(ids))
    ended = np.zeros(len(ids), dtype=bool)
    ended[place[codes.isin(ENDING).to_numpy()]] = True

    in_time = np.argsort(at, kind="stable")
    last, ready_at = np.full(len(ids), NEVER), np.full(len(ids), NEVER)
    last[place[in_time]] = at[in_time]  # the last assignment of a number stands
    delays = codes.map({code: rules.delay(code) for code in codes.unique()}).to_numpy("timedelta64[us]")
    ready_at[place[in_time]] = (at + delays)[in_time]

    start, end = _appointments(ids, appointments)
    appointed = ~np.isnat(start) & ~(last >= start)
    begun = appointed & (start <= moment)
    present, fewest = _slots(numbers, place, at, rules, moment)
    state = np.full(len(ids), READY, dtype=object)
    state[~fewest] = OTHER_SLOT
    state[ready_at > moment] = TOO_EARLY
    state[present == NO_SLOT] = CLOSED
    state[attempts >= rules.required] = GIVEN_UP
    state[appointed] = APPOINTED
    state[begun & ((moment <= end) | (present != NO_SLOT))] = DUE  # one that was missed waits for the next slot
    if holds is not None and len(holds):
        held = ids.get_indexer(holds.unit_id[_utc(holds.until) > moment])
        state[held[held >= 0]] = HELD
    state[ended] = ENDED
    times = {"last": last, "ready_at": ready_at, "ends": np.where(appointed, end, NEVER)}
    table = pd.DataFrame({"state": state, "attempts": attempts}, index=ids)
    return table.assign(**{name: pd.DatetimeIndex(column).tz_localize("UTC") for name, column in times.items()})


def call_order(states: pd.DataFrame, priority: pd.Series | None = None) -> pd.Index:
    """The numbers that may be called now, the first one first: due appointments by their end, then by priority
    (larger first), then those never called, in the order in which they were released, then by the oldest call.

    states    `call_states` of numbers in the order of their release
    priority  by unit_id; what is left out has 0
    """
    ready = states[states.state.isin((DUE, READY))]
    ranked = pd.DataFrame(
        {
            "due": ready.state != DUE,
            "ends": ready.ends.where(ready.state == DUE),
            "priority": 0.0 if priority is None else -priority.reindex(ready.index).fillna(0.0),
            "last": ready["last"],
            "place": np.arange(len(ready)),
        }
    )
    return ranked.sort_values(["due", "ends", "priority", "last", "place"], na_position="first").index


def _utc(times: Sequence[datetime] | pd.Series) -> np.ndarray:
    """Times with a time zone as UTC (n,), datetime64[us] without one."""
    return pd.DatetimeIndex(pd.to_datetime(pd.Series(times), utc=True)).tz_localize(None).to_numpy("datetime64[us]")


def _appointments(ids: pd.Index, appointments: pd.DataFrame | None) -> tuple[np.ndarray, np.ndarray]:
    """Start and end of each number's appointment, in UTC; NEVER without one."""
    start, end = np.full(len(ids), NEVER), np.full(len(ids), NEVER)
    if appointments is None:
        return start, end
    twice = appointments.unit_id[appointments.unit_id.duplicated()]
    if len(twice):
        raise Fault(key="scheduling.appointments", unit=str(twice.iloc[0]))
    place = ids.get_indexer(appointments.unit_id)
    known = place >= 0
    start[place[known]], end[place[known]] = _utc(appointments.start)[known], _utc(appointments.end)[known]
    return start, end


def _slots(
    numbers: pd.DataFrame, place: np.ndarray, at: np.ndarray, rules: CallingRules, now: np.datetime64
) -> tuple[np.ndarray, np.ndarray]:
    """The present slot of each number, NO_SLOT outside all of them; is it one of those it was called in least often?"""
    zones = numbers.zone.fillna(rules.zone).to_numpy() if "zone" in numbers else np.full(len(numbers), rules.zone)
    tries = np.zeros((len(numbers), len(rules.slots)), dtype=np.int64)
    present, coming = np.full(len(numbers), NO_SLOT), np.ones((len(numbers), len(rules.slots)), dtype=bool)
    for zone in pd.unique(zones):
        here, of_calls = zones == zone, zones[place] == zone
        slot_of_call = slot_at(_local(at[of_calls], zone), rules.slots)
        counted = slot_of_call != NO_SLOT
        np.add.at(tries, (place[of_calls][counted], slot_of_call[counted]), 1)
        present[here] = slot_at(_local(np.array([now]), zone), rules.slots)[0]
        coming[here] = _coming(rules, now, zone)
    fewest = np.where(coming, tries, np.iinfo(np.int64).max).min(axis=1)
    in_present = np.take_along_axis(tries, np.maximum(present, 0)[:, None], axis=1)[:, 0]
    return present, in_present <= fewest


def _local(utc: np.ndarray, zone: str) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(utc).tz_localize("UTC").tz_convert(zone)


def slot_at(local: pd.DatetimeIndex, slots: Sequence[Slot]) -> np.ndarray:
    """The place in `slots` of the one that each local time is in (n,); NO_SLOT outside all of them."""
    seconds = local.hour * 3600 + local.minute * 60 + local.second
    found_in = np.full(len(local), NO_SLOT)
    for number, slot in enumerate(slots):
        inside = (
            np.isin(local.day_of_week, slot.weekdays) & (seconds >= _second(slot.start)) & (seconds < _second(slot.end))
        )
        found_in[inside] = number
    return found_in


def _second(moment: of_day) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second


def _coming(rules: CallingRules, now: np.datetime64, zone: str) -> np.ndarray:
    """Of each slot, whether some of it lies between now and the end of the fieldwork: by the quarter of an hour."""
    if rules.until is None:
        return np.ones(len(rules.slots), dtype=bool)
    last = min(_utc([rules.until])[0], now + WEEK)
    places = slot_at(_local(np.arange(now, max(last, now + QUARTER), QUARTER), zone), rules.slots)
    return np.isin(np.arange(len(rules.slots)), places)
