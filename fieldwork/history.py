"""What the calls made so far say of each number, in arrays to which later calls are added without reading all again."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from fieldwork.calling_rules import NO_SLOT, CallingRules, in_utc, local_times, slot_at
from fieldwork.dispositions import ENDING
from words import Fault

NEVER = np.datetime64("NaT", "us")


@dataclass(frozen=True, eq=False)
class CallHistory:
    """The calls of n numbers, in the order in which the numbers were released.

    ids       unit_id of each number
    zones     the time zone of each, an IANA name
    attempts  calls made
    ended     whether some call had a final outcome
    last      time of the last call, in UTC; NEVER without one
    ready_at  the end of the last outcome's delay, in UTC
    tries     (n, slots): calls made in each part of the week
    day       the local day of the last call
    of_day    calls made on that day
    """

    ids: pd.Index
    zones: np.ndarray
    attempts: np.ndarray
    ended: np.ndarray
    last: np.ndarray
    ready_at: np.ndarray
    tries: np.ndarray
    day: np.ndarray
    of_day: np.ndarray

    @classmethod
    def begun(cls, numbers: pd.DataFrame, rules: CallingRules) -> "CallHistory":
        """Numbers (unit_id and perhaps zone) that nobody called yet; a Fault for one that is given twice."""
        ids, count = pd.Index(numbers.unit_id, name="unit_id"), len(numbers)
        if ids.has_duplicates:
            raise Fault(key="scheduling.twice", unit=str(ids[ids.duplicated()][0]))
        zones = numbers.zone.fillna(rules.zone).to_numpy() if "zone" in numbers else np.full(count, rules.zone)
        never = np.full(count, NEVER)
        return cls(
            ids=ids,
            zones=zones,
            attempts=np.zeros(count, dtype=np.int64),
            ended=np.zeros(count, dtype=bool),
            last=never,
            ready_at=never,
            tries=np.zeros((count, len(rules.slots)), dtype=np.int64),
            day=never.astype("datetime64[D]"),
            of_day=np.zeros(count, dtype=np.int64),
        )

    def taking(self, places: np.ndarray) -> "CallHistory":
        """The history of the numbers at these places alone, in their order."""
        of_numbers = {name: getattr(self, name)[places] for name in self.__dataclass_fields__}
        return CallHistory(**of_numbers)

    def adding(self, calls: pd.DataFrame, rules: CallingRules) -> "CallHistory":
        """The history with further calls (unit_id, at with a time zone, disposition); those of other numbers are left
        out.  Of two calls at the same time the one that is added later is the last."""
        unit, units = pd.factorize(calls.unit_id)
        code, codes = pd.factorize(calls.disposition)
        place = self.ids.get_indexer(units)[unit]
        of_wave = place >= 0
        if not of_wave.any():
            return self
        place, at, code = place[of_wave], in_utc(calls["at"])[of_wave], code[of_wave]
        in_time = np.argsort(at, kind="stable")
        place, at, code = place[in_time], at[in_time], code[in_time]
        ended = self.ended.copy()
        ended[place[np.isin(codes, list(ENDING))[code]]] = True
        delays = np.array([rules.delay(str(name)) for name in codes], "timedelta64[us]")[code]
        last, ready_at = self.last.copy(), self.ready_at.copy()
        newer = ~(at < last[place])
        last[place[newer]] = at[newer]  # the last assignment of a number stands
        ready_at[place[newer]] = (at + delays)[newer]
        slots, days = self._slots_and_days(place, at, rules)
        tries = self.tries.copy()
        np.add.at(tries, (place[slots != NO_SLOT], slots[slots != NO_SLOT]), 1)
        day, of_day = self._counted(place, days)
        attempts = self.attempts + np.bincount(place, minlength=len(self.ids))
        return replace(
            self, attempts=attempts, ended=ended, last=last, ready_at=ready_at, tries=tries, day=day, of_day=of_day
        )

    def _slots_and_days(self, place: np.ndarray, at: np.ndarray, rules: CallingRules) -> tuple[np.ndarray, np.ndarray]:
        """The slot and the day of each call, in the time zone of its number."""
        slots, days = np.full(len(at), NO_SLOT), np.full(len(at), NEVER).astype("datetime64[D]")
        zone_of_number, zones = pd.factorize(self.zones)
        zone_of_call = zone_of_number[place]
        for k, zone in enumerate(zones):
            here = zone_of_call == k
            local = local_times(at[here], zone)
            slots[here] = slot_at(local, rules.slots)
            days[here] = local.tz_localize(None).to_numpy().astype("datetime64[D]")
        return slots, days

    def _counted(self, place: np.ndarray, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The last day of each number's calls, and how many of its calls were on it."""
        day = self.day.copy()
        order = np.argsort(days, kind="stable")
        later = order[~(days[order] < day[place[order]])]
        day[place[later]] = days[later]
        kept = np.where(day == self.day, self.of_day, 0)  # calls before a later day count no more
        on_last = days == day[place]
        return day, kept + np.bincount(place[on_last], minlength=len(self.ids))
