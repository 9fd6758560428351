"""Which numbers may be called now, and in which order: a pure function of the sample, calls, rules and the time.

A number is called while it is neither finished nor held by somebody, its last outcome's delay is over, no appointment
lies ahead, it has calls left, and the present time slot is one of those in which it was called least often.  A due
appointment goes before all of that but an outcome that ends the work and a hold.  Times are compared in UTC; slots
count in the number's own time zone.
"""

from datetime import datetime

import numpy as np
import pandas as pd

from fieldwork.calling_rules import NO_SLOT, CallingRules, in_utc, local_times, slot_at, slots_coming
from fieldwork.history import NEVER, CallHistory
from words import Fault

DUE, READY = "due", "ready"  # an appointment is due; nothing stands against a call
ENDED, GIVEN_UP, HELD = "ended", "given_up", "held"  # a final outcome; called as often as wanted; somebody has it
APPOINTED, TOO_EARLY, OTHER_SLOT, CLOSED = "appointed", "too_early", "other_slot", "closed"
STATES = (DUE, READY, ENDED, GIVEN_UP, HELD, APPOINTED, TOO_EARLY, OTHER_SLOT, CLOSED)


def call_states(
    numbers: pd.DataFrame,
    calls: pd.DataFrame,
    rules: CallingRules,
    now: datetime,
    *,
    appointments: pd.DataFrame | None = None,
    holds: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What stands for or against calling each number now: `states_at` of the history of all calls.

    numbers       unit_id and perhaps zone, an IANA name: the numbers released
    calls         unit_id, at (with a time zone) and disposition of every call
    """
    history = CallHistory.begun(numbers, rules).adding(calls, rules)
    return states_at(history, rules, now, appointments=appointments, holds=holds)


def states_at(
    history: CallHistory,
    rules: CallingRules,
    now: datetime,
    *,
    appointments: pd.DataFrame | None = None,
    holds: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What stands for or against calling each number now: one row for each number, in the order of the history.

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
    ids, moment = history.ids, in_utc([now])[0]
    start, end = _appointments(ids, appointments)
    appointed = ~np.isnat(start) & ~(history.last >= start)
    begun = appointed & (start <= moment)
    present, fewest, day_full = _slots(history, rules, moment)
    state = np.full(len(ids), READY, dtype=object)
    state[~fewest] = OTHER_SLOT
    state[(history.ready_at > moment) | day_full] = TOO_EARLY
    state[present == NO_SLOT] = CLOSED
    state[history.attempts >= rules.required] = GIVEN_UP
    state[appointed] = APPOINTED
    state[begun & ((moment <= end) | (present != NO_SLOT))] = DUE  # one that was missed waits for the next slot
    if holds is not None and len(holds):
        held = ids.get_indexer(holds.unit_id[in_utc(holds.until) > moment])
        state[held[held >= 0]] = HELD
    state[history.ended] = ENDED
    times = {"last": history.last, "ready_at": history.ready_at, "ends": np.where(appointed, end, NEVER)}
    table = pd.DataFrame({"state": state, "attempts": history.attempts}, index=ids)
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
    start[place[known]], end[place[known]] = in_utc(appointments.start)[known], in_utc(appointments.end)[known]
    return start, end


def _slots(history: CallHistory, rules: CallingRules, now: np.datetime64) -> tuple[np.ndarray, ...]:
    """The present slot of each number, NO_SLOT outside all of them; whether it is one of those in which the number was
    called least often; whether the number was called as often today as it may be."""
    count, (zone_of_number, zones) = len(history.ids), pd.factorize(history.zones)
    present, today = np.full(count, NO_SLOT), np.full(count, NEVER).astype("datetime64[D]")
    coming = np.ones((count, len(rules.slots)), dtype=bool)
    for k, zone in enumerate(zones):
        here, local = zone_of_number == k, local_times(np.array([now]), zone)
        present[here] = slot_at(local, rules.slots)[0]
        today[here] = local.tz_localize(None).to_numpy().astype("datetime64[D]")[0]
        coming[here] = slots_coming(rules, now, zone)
    fewest = np.where(coming, history.tries, np.iinfo(np.int64).max).min(axis=1)
    in_present = np.take_along_axis(history.tries, np.maximum(present, 0)[:, None], axis=1)[:, 0]
    most = np.inf if rules.per_day is None else rules.per_day
    return present, in_present <= fewest, (history.day == today) & (history.of_day >= most)
