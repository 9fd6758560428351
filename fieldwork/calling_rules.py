"""The rules by which numbers are called: parts of the week, delays after outcomes, the most calls, the time zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from datetime import time as of_day
from types import MappingProxyType

import numpy as np
import pandas as pd

from fieldwork.dispositions import OUTCOMES
from words import Fault

NO_SLOT = -1
WEEK, QUARTER = np.timedelta64(7, "D"), np.timedelta64(15, "m")
EVERY_DAY, MONDAY_TO_FRIDAY, WEEKEND = tuple(range(7)), tuple(range(5)), (5, 6)  # Monday is 0
ZONE = "Asia/Shanghai"


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
    per_day   the most calls of a number on one day, at least 1; appointments come on top; None: no limit
    """

    required: int
    slots: Sequence[Slot] = SLOTS
    delays: Mapping[str, timedelta] = field(default_factory=lambda: DELAYS)
    zone: str = ZONE
    until: datetime | None = None
    per_day: int | None = None

    def __post_init__(self) -> None:
        if not self.required >= 1:
            raise Fault(key="fieldwork.required", found=self.required)
        if self.per_day is not None and not self.per_day >= 1:
            raise Fault(key="scheduling.per_day", found=self.per_day)
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


def in_utc(times: Sequence[datetime] | pd.Series) -> np.ndarray:
    """Times with a time zone as UTC (n,), datetime64[us] without one."""
    return pd.DatetimeIndex(pd.to_datetime(pd.Series(times), utc=True)).tz_localize(None).to_numpy("datetime64[us]")


def local_times(utc: np.ndarray, zone: str) -> pd.DatetimeIndex:
    """Times in UTC, datetime64 without a zone, as they are read in a zone."""
    return pd.DatetimeIndex(utc).tz_localize("UTC").tz_convert(zone)


def slot_at(local: pd.DatetimeIndex, slots: Sequence[Slot]) -> np.ndarray:
    """The place in `slots` of the one that each local time is in (n,); NO_SLOT outside all of them."""
    seconds = local.hour * 3600 + local.minute * 60 + local.second
    slot_of_time = np.full(len(local), NO_SLOT)
    for number, slot in enumerate(slots):
        inside = (
            np.isin(local.day_of_week, slot.weekdays) & (seconds >= _second(slot.start)) & (seconds < _second(slot.end))
        )
        slot_of_time[inside] = number
    return slot_of_time


def slot_now(rules: CallingRules, now: datetime, zone: str | None = None) -> int:
    """The place of the present slot in a zone, by default the one of the rules; NO_SLOT outside all of them."""
    return int(slot_at(local_times(in_utc([now]), zone or rules.zone), rules.slots)[0])


def slots_coming(rules: CallingRules, now: np.datetime64, zone: str) -> np.ndarray:
    """Of each slot, whether some of it lies between now and the end of the fieldwork: by the quarter of an hour."""
    if rules.until is None:
        return np.ones(len(rules.slots), dtype=bool)
    last = min(in_utc([rules.until])[0], now + WEEK)
    places = slot_at(local_times(np.arange(now, max(last, now + QUARTER), QUARTER), zone), rules.slots)
    return np.isin(np.arange(len(rules.slots)), places)


def _second(moment: of_day) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second
