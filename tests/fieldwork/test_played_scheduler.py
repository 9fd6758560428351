"""Fieldwork played by hypothesis: whatever interviewers do and whenever they look, every rule of calling holds."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from fieldwork.calling_rules import NO_SLOT, CallingRules, slot_now
from fieldwork.dispositions import ENDING
from fieldwork.history import CallHistory
from fieldwork.scheduling import DUE, READY, call_order, states_at

UNITS = [f"u{k}" for k in range(5)]
ZONES = dict(zip(UNITS, [None, None, None, "Asia/Urumqi", "America/Mexico_City"], strict=True))
RULES = CallingRules(required=3, per_day=1)
BEGAN = datetime(2026, 11, 2, 1, tzinfo=UTC)  # Monday, 9:00 in Shanghai
CODES = ["3.13", "3.12", "2.21", "2.11", "1.1", "4.31", "4.33"]
HOLD = timedelta(minutes=45)


class Played(RuleBasedStateMachine):
    """Two interviewers call five numbers; what is allowed is said once more here, number by number, in plain Python."""

    def __init__(self):
        super().__init__()
        self.now, self.log, self.agreed, self.held = BEGAN, [], {}, {}
        self.appointed_ever = set()
        numbers = pd.DataFrame({"unit_id": UNITS, "zone": [ZONES[u] for u in UNITS]})
        self.history = CallHistory.begun(numbers, RULES)

    def states(self) -> pd.DataFrame:
        agreed = pd.DataFrame([(u, *t) for u, t in self.agreed.items()], columns=["unit_id", "start", "end"])
        held = pd.DataFrame([(u, end) for u, (_, end) in self.held.items()], columns=["unit_id", "until"])
        return states_at(self.history, RULES, self.now, appointments=agreed, holds=held)

    def calls_of(self, unit: str) -> list[tuple[datetime, str]]:
        return sorted((at, code) for own, at, code in self.log if own == unit)

    def slot(self, unit: str, at: datetime) -> int:
        return slot_now(RULES, at, ZONES[unit])

    def is_due(self, unit: str) -> bool:
        calls = self.calls_of(unit)
        if unit not in self.agreed or any(code in ENDING for _, code in calls):
            return False
        start, end = self.agreed[unit]
        kept = bool(calls) and calls[-1][0] >= start
        return start <= self.now and not kept and (self.now <= end or self.slot(unit, self.now) != NO_SLOT)

    @rule(minutes=st.sampled_from([1, 10, 50, 130, 190, 600, 1500, 4000]))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule(who=st.sampled_from(["ann", "bea"]), code=st.sampled_from(CODES), hours=st.integers(-1, 60))
    def somebody_takes_the_first_number_and_calls_it(self, who, code, hours):
        first = call_order(self.states())
        if not len(first):
            return
        unit = first[0]
        self.may_be_called(unit)
        self.held[unit] = who, self.now + HOLD
        assert unit not in call_order(self.states())  # nobody else has it meanwhile
        self.now += timedelta(minutes=3)
        self.record(unit, code)
        if code == "2.21" and hours >= 0:
            start = self.now + timedelta(hours=hours)
            self.agreed[unit] = start, start + timedelta(minutes=30)
            self.appointed_ever.add(unit)

    @rule(who=st.sampled_from(["ann", "bea"]))
    def somebody_takes_a_number_and_goes_home(self, who):
        for unit in call_order(self.states())[:1]:
            self.may_be_called(unit)
            self.held[unit] = who, self.now + HOLD

    @rule(unit=st.sampled_from(UNITS), code=st.sampled_from(CODES))
    def a_person_calls_back(self, unit, code):
        if self.held.get(unit, ("", self.now))[1] <= self.now:
            self.now += timedelta(seconds=1)
            self.record(unit, code)
            self.appointed_ever.add(unit)  # whoever calls back chooses the slot

    @precondition(lambda self: self.agreed)
    @rule(data=st.data())
    def an_appointment_is_cancelled(self, data):
        del self.agreed[data.draw(st.sampled_from(sorted(self.agreed)))]

    def record(self, unit: str, code: str) -> None:
        self.log.append((unit, self.now, code))
        call = pd.DataFrame([self.log[-1]], columns=["unit_id", "at", "disposition"])
        self.history = self.history.adding(call, RULES)
        self.held.pop(unit, None)
        if unit in self.agreed and (self.agreed[unit][0] <= self.now or code in ENDING):
            del self.agreed[unit]

    def may_be_called(self, unit: str) -> None:
        """Not held, not finished, not too early, not too often, in an open slot that was tried least; or it is due."""
        calls = self.calls_of(unit)
        assert self.held.get(unit, ("", self.now))[1] <= self.now
        assert not any(code in ENDING for _, code in calls)
        if self.is_due(unit):
            return
        assert unit not in self.agreed or self.agreed[unit][0] <= calls[-1][0]
        assert len(calls) < RULES.required
        slot, zone = self.slot(unit, self.now), ZoneInfo(ZONES[unit] or RULES.zone)
        assert slot != NO_SLOT
        if calls:
            assert calls[-1][0] + RULES.delay(calls[-1][1]) <= self.now
        today = self.now.astimezone(zone).date()
        assert sum(at.astimezone(zone).date() == today for at, _ in calls) < RULES.per_day
        tries = [sum(self.slot(unit, at) == place for at, _ in calls) for place in range(len(RULES.slots))]
        assert tries[slot] == min(tries)

    @invariant()
    def a_due_appointment_is_first_and_never_lost(self):
        due = [u for u in UNITS if self.is_due(u) and self.held.get(u, ("", self.now))[1] <= self.now]
        order = list(call_order(self.states()))
        assert sorted(order[: len(due)]) == sorted(due)
        assert [self.agreed[u][1] for u in order[: len(due)]] == sorted(self.agreed[u][1] for u in due)

    def teardown(self):
        """The parts of the week in which a number was called as the rules say differ by one call at most, and all of
        them are called until they are finished, once nothing else happens."""
        for unit in set(UNITS) - self.appointed_ever:
            tries = [sum(self.slot(unit, at) == place for at, _ in self.calls_of(unit)) for place in range(3)]
            assert max(tries) - min(tries) <= 1
        self.the_history_is_that_of_all_calls_at_once_in_any_order()
        looked = None
        for _ in range(80):  # ten days
            self.now += timedelta(hours=3)
            slots = [self.slot(unit, self.now) for unit in UNITS]
            if slots == looked:
                continue
            looked, order = slots, call_order(self.states())
            for unit in order:
                self.may_be_called(unit)
                self.record(unit, "3.13")
        assert not set(self.states().state) & {DUE, READY} and not set(self.agreed)

    def the_history_is_that_of_all_calls_at_once_in_any_order(self):
        numbers = pd.DataFrame({"unit_id": UNITS, "zone": [ZONES[u] for u in UNITS]})
        calls = pd.DataFrame(self.log[::-1], columns=["unit_id", "at", "disposition"])
        begun, half = CallHistory.begun(numbers, RULES), len(calls) // 2
        at_once = begun.adding(calls, RULES)
        later_first = begun.adding(calls[:half], RULES).adding(calls[half:], RULES)  # as logs are taken in
        for name in ("attempts", "ended", "last", "ready_at", "tries", "day", "of_day"):
            for history in (at_once, later_first):
                np.testing.assert_array_equal(getattr(history, name), getattr(self.history, name))


TestPlayed = Played.TestCase
TestPlayed.settings = settings(max_examples=3, stateful_step_count=20, deadline=None, phases=(Phase.generate,))
