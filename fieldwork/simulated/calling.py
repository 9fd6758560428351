"""Calls made up for a sample by the rules of scheduling: block by block, each interviewer from the front of the order.

A fieldwork is cut into blocks of at most three hours inside the time slots.  At the start of each, `call_order` says
who may be called, and every interviewer calls her own numbers in that order for as long as the block lasts.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from fieldwork.calling_rules import CallingRules
from fieldwork.dispositions import DISPOSITIONS
from fieldwork.history import CallHistory
from fieldwork.scheduling import call_order, states_at
from fieldwork.simulated.assumptions import Interviewing, Reaching
from fieldwork.simulated.people import PERSON
from words import Fault

BLOCK, HOUR, HALF_HOUR = timedelta(hours=3), timedelta(hours=1), timedelta(minutes=30)
LONGEST = timedelta(days=120)
DELAY = 0.1  # of the time that an interviewer has for a call, before she makes it; so that calls hardly meet
DAY = timedelta(days=1)
UNANSWERED = {"3.13": 0.75, "3.12": 0.1, "3.16": 0.15}
INTERVIEW, REFUSAL, BREAK_OFF, APPOINTMENT, HUNG_UP = "1.1", "2.11", "2.12", "2.21", "3.21"
ANSWERED = (INTERVIEW, REFUSAL, BREAK_OFF, APPOINTMENT, HUNG_UP)
TOLD = ("4.32",)  # what the network says of a number by itself
CODES = sorted(DISPOSITIONS)
_NOBODY_CALLED = pd.DataFrame(
    {"unit_id": np.array([], int), "at": pd.DatetimeIndex([], tz="UTC"), "disposition": pd.Categorical([], CODES)}
)
_NO_APPOINTMENT = pd.DataFrame({"unit_id": np.array([], int), **dict.fromkeys(("start", "end"), _NOBODY_CALLED["at"])})


def play_calls(
    people: pd.DataFrame,
    interviewer: pd.Series,
    reaching: Reaching,
    interviewing: Interviewing,
    rules: CallingRules,
    begins: datetime,
    ends: datetime,
    *,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The calls (unit_id, at, interviewer, disposition), and the appointments that lie ahead at the end (unit_id,
    start, end).

    people       `made_up_people` of the numbers released, in the order of their release
    interviewer  whose each number is, by unit_id
    begins, ends with a time zone; at the end numbers may be open
    """
    if not begins < ends <= begins + LONGEST:
        raise Fault(key="simulated.days", begins=str(begins), ends=str(ends), expected=LONGEST.days)
    slots = {slot.name for slot in rules.slots}
    if missing := sorted(slots - set(reaching.answering)):
        raise Fault(key="simulated.slots", found=missing, expected=sorted(reaching.answering))
    blocks = _blocks(rules, begins, ends)
    behind = people.reset_index(drop=True)  # in here a number is known by its place
    owner = pd.Series(interviewer.reindex(people.index).to_numpy(), index=behind.index)
    history, appointments = CallHistory.begun(pd.DataFrame({"unit_id": behind.index}), rules), _NO_APPOINTMENT
    parts = [_NOBODY_CALLED]
    for start, stop, slot in blocks:
        order = call_order(states_at(history, rules, start, appointments=appointments))
        if not len(order):
            continue
        capacity = max(1, int(interviewing.an_hour * (stop - start) / HOUR))
        turn = owner[order].groupby(owner[order].to_numpy(), observed=True).cumcount().to_numpy()
        units, turn = order[turn < capacity], turn[turn < capacity]
        outcome = _outcomes(behind.loc[units], slot, reaching, rng)
        seconds = (turn + DELAY * rng.random(len(units))) * (stop - start).total_seconds() / capacity
        at = (pd.Timestamp(start).tz_convert("UTC") + pd.to_timedelta(seconds, unit="s")).floor("s")
        parts.append(pd.DataFrame({"unit_id": units, "at": at, "disposition": pd.Categorical(outcome, CODES)}))
        appointments = _appointments(appointments, units, outcome, start, rng)
        history = history.adding(parts[-1], rules)
    calls = pd.concat(parts).sort_values(["at", "unit_id"], ignore_index=True)
    name = people.index.to_numpy()
    made = pd.DataFrame(
        {
            "unit_id": name[calls.unit_id],
            "at": calls["at"],
            "interviewer": owner.to_numpy()[calls.unit_id],
            "disposition": calls.disposition.astype(str),
        }
    )
    ahead = appointments[(appointments.start > ends) & ~history.ended[appointments.unit_id.to_numpy(int)]].reset_index(
        drop=True
    )
    ahead = _spread(ahead)
    return made, ahead.assign(unit_id=name[ahead.unit_id.to_numpy(int)])


def _spread(ahead: pd.DataFrame) -> pd.DataFrame:
    """Appointments asked for in the same block, of half an hour each, in turn at each half hour of the block.

    People name the hour, and interviewers write it down: now and then one has two at the same time.
    """
    turn = ahead.groupby("start").cumcount().to_numpy() % (BLOCK // HALF_HOUR)
    starts = ahead.start + pd.to_timedelta(30 * turn, unit="min")
    return ahead.assign(start=starts, end=starts + HALF_HOUR)


def possible_outcomes(reaching: Reaching) -> set[str]:
    """The outcomes that a number may end with, but for that of one never called."""
    return {*ANSWERED, *UNANSWERED, *reaching.nobody}


def _blocks(rules: CallingRules, begins: datetime, ends: datetime) -> list[tuple[datetime, datetime, str]]:
    """start, end and slot of every block of the fieldwork, in the rules' time zone."""
    zone = ZoneInfo(rules.zone)
    day, blocks = begins.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0), []
    while day < ends:
        for slot in rules.slots:
            if day.weekday() not in slot.weekdays:
                continue
            first, last = (day.replace(hour=t.hour, minute=t.minute) for t in (slot.start, slot.end))
            while first < last:
                blocks.append((first, min(first + BLOCK, last), slot.name))
                first += BLOCK
        day += DAY
    inside = [(max(a, begins), min(b, ends), s) for a, b, s in blocks if a < ends and b > begins]
    return sorted(inside)


def _outcomes(people: pd.DataFrame, slot: str, reaching: Reaching, rng: np.random.Generator) -> np.ndarray:
    """The outcome of one call to each of these people (n,)."""
    n, group = len(people), people.age_group
    willing = people.area.astype(str).map(reaching.willing).fillna(1.0).to_numpy(float)
    gives = rng.random(n) < group.map(reaching.response).to_numpy(float) * willing
    without = np.where(rng.random(n) < reaching.broken_off, BREAK_OFF, REFUSAL)
    outcome = np.where(gives, INTERVIEW, without).astype(object)
    outcome[rng.random(n) < reaching.appointments] = APPOINTMENT
    outcome[rng.random(n) < reaching.hung_up] = HUNG_UP
    number = people.number.to_numpy()
    outcome = np.where(number == PERSON, outcome, number)
    at_home = np.minimum(1, reaching.answering[slot] * group.map(reaching.at_home).to_numpy(float))
    answers = (rng.random(n) < at_home) | np.isin(number, TOLD)
    silent = rng.choice(np.array(list(UNANSWERED), dtype=object), n, p=list(UNANSWERED.values()))
    return np.where(answers, outcome, silent)


def _appointments(
    before: pd.DataFrame, units: pd.Index, outcome: np.ndarray, start: datetime, rng: np.random.Generator
) -> pd.DataFrame:
    """The appointments that count after a block: a call ends that of its number, unless another one is asked for."""
    kept, wanting = before[~before.unit_id.isin(units)], units[outcome == APPOINTMENT]
    if not len(wanting):
        return kept
    starts = pd.Timestamp(start).tz_convert("UTC") + pd.to_timedelta(rng.integers(1, 4, len(wanting)), unit="D")
    asked = pd.DataFrame({"unit_id": wanting, "start": starts, "end": starts + HOUR})
    return asked if kept.empty else pd.concat([kept, asked], ignore_index=True)
