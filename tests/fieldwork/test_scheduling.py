"""Who is called next: against a slow second implementation, by hand, and in fieldwork played by chance."""

from datetime import UTC, datetime, time, timedelta

import numpy as np
import pandas as pd
import pytest

from fieldwork.calling_rules import DELAYS, NO_SLOT, SLOTS, CallingRules, Slot, slot_at
from fieldwork.dispositions import ENDING
from fieldwork.scheduling import call_order, call_states
from words import Fault

RULES = CallingRules(required=4)
MONDAY_NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)  # 12:00 in Shanghai


def _calls(*rows) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["unit_id", "at", "disposition"])


def _states(calls, now=MONDAY_NOON, rules=RULES, units="abc", **others) -> dict[str, str]:
    return call_states(pd.DataFrame({"unit_id": list(units)}), calls, rules, now, **others).state.to_dict()


def _ago(hours: float) -> datetime:
    return MONDAY_NOON - timedelta(hours=hours)


def test_a_busy_line_waits_an_hour_and_no_answer_three():
    weekend = [("a", MONDAY_NOON - timedelta(days=1), "3.13"), ("b", MONDAY_NOON - timedelta(days=1), "3.13")]
    evening = [(unit, MONDAY_NOON - timedelta(days=2, hours=15), "3.13") for unit in "ab"]  # Friday 21:00 less 24 h
    calls = _calls(*weekend, *evening, ("a", _ago(0.9), "3.12"), ("b", _ago(2.9), "3.13"))
    assert _states(calls) == {"a": "too_early", "b": "too_early", "c": "ready"}
    assert _states(calls, MONDAY_NOON + timedelta(minutes=10))["a"] != "too_early"
    assert _states(calls, MONDAY_NOON + timedelta(minutes=10))["b"] != "too_early"


def test_a_number_tried_by_day_waits_for_the_evening_and_the_weekend():
    calls = _calls(("a", _ago(4 * 24), "3.13"))  # Thursday noon
    assert _states(calls)["a"] == "other_slot"
    assert _states(calls, MONDAY_NOON + timedelta(hours=7))["a"] == "ready"  # 19:00
    ends_today = CallingRules(required=4, until=MONDAY_NOON + timedelta(hours=3))
    assert _states(calls, rules=ends_today)["a"] == "ready"  # neither evening nor weekend comes again


def test_nobody_is_called_at_night_but_for_an_appointment_at_night():
    night = datetime(2026, 11, 23, 15, tzinfo=UTC)  # 23:00
    due = pd.DataFrame({"unit_id": ["b"], "start": [night], "end": [night + timedelta(hours=1)]})
    assert _states(_calls(), night, appointments=due) == {"a": "closed", "b": "due", "c": "closed"}


def test_a_number_counts_the_hours_of_its_own_zone():
    numbers = pd.DataFrame({"unit_id": ["a", "b"], "zone": [None, "America/Mexico_City"]})
    assert call_states(numbers, _calls(), RULES, MONDAY_NOON).state.tolist() == ["ready", "closed"]


@pytest.mark.parametrize(
    ("opens", "closes"),
    [("2026-03-27T08:00Z", "2026-03-27T20:00Z"), ("2026-03-30T07:00Z", "2026-03-30T19:00Z"),  # the clock goes forward
     ("2026-10-23T07:00Z", "2026-10-23T19:00Z"), ("2026-10-26T08:00Z", "2026-10-26T20:00Z")],  # and back
)  # fmt: skip
def test_numbers_are_called_from_nine_to_nine_by_the_clock_before_and_after_it_is_changed(opens, closes):
    numbers, minute = pd.DataFrame({"unit_id": ["a"], "zone": ["Europe/Berlin"]}), timedelta(minutes=1)
    first, last = (datetime.fromisoformat(text) for text in (opens, closes))
    moments = first - minute, first, last - minute, last
    states = [call_states(numbers, _calls(), CallingRules(required=3), now).state.iloc[0] for now in moments]
    assert states == ["closed", "ready", "ready", "closed"]


def test_an_appointment_overrides_delays_and_the_last_call_but_not_a_refusal_or_a_hold():
    calls = _calls(*[("a", _ago(h), "3.13") for h in (1, 2, 3, 4)], ("b", _ago(1), "2.11"), ("c", _ago(1), "2.21"))
    due = pd.DataFrame({"unit_id": list("abc"), "start": [_ago(0.5)] * 3, "end": [_ago(-0.5)] * 3})
    held = pd.DataFrame({"unit_id": ["c"], "until": [_ago(-0.1)]})
    assert _states(calls)["a"] == "given_up"
    assert _states(calls, appointments=due, holds=held) == {"a": "due", "b": "ended", "c": "held"}
    gone = pd.DataFrame({"unit_id": ["c"], "until": [_ago(0.1)]})
    assert _states(calls, appointments=due, holds=gone)["c"] == "due"


def test_an_appointment_that_lies_ahead_holds_other_calls_and_one_that_was_missed_is_still_due():
    due = pd.DataFrame({"unit_id": ["a", "b"], "start": [_ago(-2), _ago(5)], "end": [_ago(-3), _ago(4)]})
    assert _states(_calls(), appointments=due) == {"a": "appointed", "b": "due", "c": "ready"}
    kept = _calls(("b", _ago(4.5), "3.13"))
    assert _states(kept, appointments=due)["b"] != "due"
    before_it = _calls(("b", _ago(6), "3.13"))
    assert _states(before_it, appointments=due)["b"] == "due"


def test_the_order_is_due_by_end_then_priority_then_never_called_then_the_oldest_call():
    weekend = MONDAY_NOON - timedelta(days=2)
    calls = _calls(
        *[(unit, weekend - timedelta(days=d), code) for unit in "fg" for d, code in ((7, "3.13"), (2, "3.13"))],
        ("f", weekend - timedelta(hours=1), "3.13"),
        ("g", weekend, "3.13"),
    )
    ends = [_ago(-2), _ago(-1)]
    due = pd.DataFrame({"unit_id": ["a", "b"], "start": [_ago(1)] * 2, "end": ends})
    rules = CallingRules(required=9, slots=(Slot("any", tuple(range(7)), time(0), time(23, 59, 59)),))
    states = call_states(pd.DataFrame({"unit_id": list("abcdfg")}), calls, rules, MONDAY_NOON, appointments=due)
    assert list(call_order(states, pd.Series({"g": 1.0}))) == ["b", "a", "g", "c", "d", "f"]


def test_slots_are_found_as_by_going_through_every_minute():
    local = pd.date_range("2026-11-20", "2026-11-27", freq="17min", tz="Asia/Shanghai")
    for moment, place in zip(local, slot_at(local, SLOTS), strict=True):
        inside = [s for s in SLOTS if moment.weekday() in s.weekdays and s.start <= moment.time() < s.end]
        assert (NO_SLOT if not inside else SLOTS.index(inside[0])) == place


def _naive_state(unit, calls, now, due, rules) -> str:
    own = calls[calls.unit_id == unit].sort_values("at")
    local = pd.Timestamp(now).tz_convert("Asia/Shanghai")
    slot = slot_at(pd.DatetimeIndex([local]), rules.slots)[0]
    if own.disposition.isin(ENDING).any():
        return "ended"
    if unit in due and not (len(own) and own["at"].iloc[-1] >= due[unit][0]):
        start, end = due[unit]
        return "due" if start <= now and (now <= end or slot != NO_SLOT) else "appointed"
    if len(own) >= rules.required:
        return "given_up"
    if slot == NO_SLOT:
        return "closed"
    if len(own) and own["at"].iloc[-1] + rules.delay(own.disposition.iloc[-1]) > now:
        return "too_early"
    places = slot_at(pd.DatetimeIndex(own["at"]).tz_convert("Asia/Shanghai"), rules.slots) if len(own) else []
    tries = [sum(p == number for p in places) for number in range(len(rules.slots))]
    return "ready" if tries[slot] == min(tries) else "other_slot"


def test_three_weeks_of_calls_by_chance_keep_every_rule():
    """Some numbers are called by `call_order` every few hours; states are those of the naive function."""
    rng, rules = np.random.default_rng(3), CallingRules(required=6)
    units = [f"u{n}" for n in range(30)]
    numbers, log, appointments = pd.DataFrame({"unit_id": units}), [], {}
    codes = ["3.13", "3.12", "2.21", "2.11", "1.1", "4.31"]
    for hour in range(0, 21 * 24, 4):
        now = datetime(2026, 11, 2, tzinfo=UTC) + timedelta(hours=hour, minutes=int(rng.integers(60)))
        calls = _calls(*log)
        calls["at"] = pd.to_datetime(calls["at"], utc=True)
        table = pd.DataFrame([(u, *times) for u, times in appointments.items()], columns=["unit_id", "start", "end"])
        states = call_states(numbers, calls, rules, now, appointments=table)
        if hour % 28 == 0:
            naive = {unit: _naive_state(unit, calls, now, appointments, rules) for unit in units}
            assert states.state.to_dict() == naive
        for unit in call_order(states)[: rng.integers(0, 8)]:
            code = rng.choice(codes, p=[0.5, 0.1, 0.22, 0.08, 0.05, 0.05])
            log.append((unit, now, str(code)))
            if code == "2.21":
                start = now + timedelta(hours=int(rng.integers(1, 72)))
                appointments[unit] = (start, start + timedelta(hours=2))
    calls = _calls(*log)
    by_unit = calls.groupby("unit_id")
    assert not any(code in ENDING for _, own in by_unit for code in own.disposition.iloc[:-1])  # nobody after an end
    for unit, own in by_unit:
        gaps = own["at"].diff().iloc[1:]
        shortest = [rules.delay(code) for code in own.disposition.iloc[:-1]]
        early = [gap < delay for gap, delay in zip(gaps, shortest, strict=True)]
        assert not any(early) or unit in appointments
    places = slot_at(pd.DatetimeIndex(calls["at"]).tz_convert("Asia/Shanghai"), rules.slots)
    never_appointed = ~calls.unit_id.isin(list(appointments))
    tries = pd.crosstab(calls.unit_id[never_appointed], places[never_appointed]).reindex(columns=range(3), fill_value=0)
    assert (tries.max(axis=1) - tries.min(axis=1)).max() <= 1  # slots even out


def test_looking_changes_nothing_and_asking_twice_gives_the_same():
    numbers, calls = pd.DataFrame({"unit_id": list("abc")}), _calls(("a", _ago(1), "3.13"))
    before = calls.copy()
    first, again = (call_states(numbers, calls, RULES, MONDAY_NOON) for _ in range(2))
    assert first.equals(again) and calls.equals(before)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"required": 0}, "fieldwork.required"),
        ({"slots": ()}, "scheduling.slot_names"),
        ({"slots": (Slot("x", (0,), time(9), time(9)),)}, "scheduling.slot"),
        ({"slots": (Slot("x", (7,), time(9), time(10)),)}, "scheduling.slot"),
        ({"slots": (Slot("x", (0,), time(9), time(11)), Slot("y", (0, 1), time(10), time(12)))}, "scheduling.overlap"),
        ({"delays": {"9.9": timedelta(hours=1)}}, "scheduling.outcome"),
        ({"delays": {**DELAYS, "3.13": timedelta(hours=-1)}}, "scheduling.delay"),
    ],
)
def test_rules_that_contradict_themselves_are_refused(change, key):
    with pytest.raises(Fault) as caught:
        CallingRules(**{"required": 4, **change})
    assert caught.value.key == key


def test_two_appointments_or_two_rows_of_one_number_are_refused():
    twice = pd.DataFrame({"unit_id": ["a", "a"], "start": [MONDAY_NOON] * 2, "end": [MONDAY_NOON] * 2})
    with pytest.raises(Fault) as caught:
        _states(_calls(), appointments=twice)
    assert caught.value.key == "scheduling.appointments"
    with pytest.raises(Fault) as caught:
        _states(_calls(), units="aa")
    assert caught.value.key == "scheduling.twice"
