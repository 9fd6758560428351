"""The forecast of a fieldwork: the life table by hand, and its limits counted in simulated fieldwork."""

import numpy as np
import pandas as pd
import pytest

from fieldwork.evidence import call_evidence
from fieldwork.forecast import (
    EXHAUSTED,
    LEAST,
    calls_and_end,
    forecast_interviews,
    forecast_states,
    interview_hazards,
)
from fieldwork.hours import calls_by_day
from words import Fault

INTERVIEW, NOT_IN_SERVICE, NO_ANSWER = "1.1", "4.3", "3.13"


def outcomes(rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["unit_id", "disposition", "attempts"])


def test_the_life_table_is_the_one_made_by_hand():
    # 100 numbers: at the first call 20 interviews and 10 dead numbers; 40 called again: 8 interviews; 30 wait for it
    rows = [(f"a{i}", INTERVIEW, 1) for i in range(20)] + [(f"b{i}", NOT_IN_SERVICE, 1) for i in range(10)]
    for i in range(8):
        rows += [(f"c{i}", NO_ANSWER, 1), (f"c{i}", INTERVIEW, 1)]
    rows += [(f"d{i}", NO_ANSWER, 2) for i in range(32)] + [(f"e{i}", NO_ANSWER, 1) for i in range(30)]
    table = interview_hazards(calls_and_end(outcomes(rows)), required=2)
    assert table.numbers.to_list() == [100, 40]
    assert np.allclose(table.interview, [0.2, 8 / 40]) and np.allclose(table.other, [0.1, 0])
    assert np.allclose(table.chance, [0.2 + 0.7 * 0.2, 0.2])
    numbers = pd.DataFrame({"unit_id": [*dict.fromkeys(row[0] for row in rows), "new"], "area": "all"})
    forecast = forecast_interviews(numbers, outcomes(rows), {"all": 40}, required=2).loc["all"]
    assert forecast[["interviews", "numbers", "called", "open"]].to_list() == [28, 101, 100, 31]
    assert np.isclose(forecast.coming, 30 * 0.2 + 0.34, rtol=0.02)


def test_calls_that_few_numbers_had_are_taken_together():
    rows = [(f"a{i}", NO_ANSWER, 1) for i in range(LEAST)] + [("b", NO_ANSWER, 3), ("b", INTERVIEW, 1)]
    table = interview_hazards(calls_and_end(outcomes(rows)), required=6)
    assert table.numbers.to_list() == [LEAST + 1, 1, 1, 1, 0, 0]
    assert np.allclose(table.interview, [0, *[1 / (LEAST + 4)] * 5])  # three later calls are no share of their own
    rows += [(f"c{i}", NO_ANSWER, 4) for i in range(9)]  # with 4 * 9 calls they are
    table = interview_hazards(calls_and_end(outcomes(rows)), required=6)
    assert np.allclose(table.interview, [0, *[1 / (3 + 27)] * 5])
    with pytest.raises(Fault):
        interview_hazards(calls_and_end(outcomes(rows)), required=0)


def test_nothing_is_foreseen_before_the_first_call_and_nothing_needed_once_the_target_is_reached():
    numbers = pd.DataFrame({"unit_id": ["a", "b"], "area": ["x", "y"]})
    before = forecast_interviews(numbers, outcomes([]), {"x": 1, "y": 1}, required=3)
    assert before[["coming", "needed_low"]].isna().all(axis=None) and before.open.to_list() == [1, 1]
    many = pd.DataFrame({"unit_id": [f"a{i}" for i in range(20)], "area": "x"})
    rows = [(unit, INTERVIEW, 1) for unit in many.unit_id]
    reached = forecast_interviews(many, outcomes(rows), {"x": 20, "z": 2}, required=3)
    assert reached.loc["x", ["interviews", "open", "needed", "needed_high"]].to_list() == [20, 0, 0, 0]
    assert reached.loc["z", "numbers"] == 0 and reached.loc["z", "needed"] >= 2


def test_the_most_that_few_calls_allow_is_the_one_by_hand():
    none = call_evidence(calls_and_end(outcomes([(f"a{i}", NO_ANSWER, 1) for i in range(10)])), required=2)
    high = 1 - 0.05 ** (1 / 10)  # the exact limit of a share of which nothing was seen
    assert np.isclose(none.high, high) and none.low == 0 and none.too_early
    assert np.isclose(none.most, high + (1 - high) * high)  # at the first call or at the second
    assert call_evidence(calls_and_end(outcomes([])), required=3).most == 1
    interviews = lambda i: call_evidence(  # noqa: E731
        calls_and_end(outcomes([(f"a{n}", INTERVIEW if n < i else NO_ANSWER, 1) for n in range(200)])), required=2
    )
    assert interviews(9).too_early and not interviews(14).too_early


@pytest.mark.parametrize(("answers", "calls", "named"), [(0.15, 3, 0.0), (0.15, 30, 0.0), (0.01, 200, 1.0)])
def test_few_calls_frighten_nobody_and_a_true_shortage_is_named_before_a_twentieth_of_the_calls(answers, calls, named):
    # 40 areas of 140 numbers that wait or are open, 16 interviews wanted: enough at 15% a call, far from it at 1%
    rng = np.random.default_rng(8)
    numbers = pd.DataFrame({"unit_id": [f"u{i}" for i in range(40 * 90)], "area": np.repeat(np.arange(40), 90)})
    numbers = numbers.astype({"area": str})
    first = rng.permutation(numbers.unit_id)[:calls]
    ends = np.select([rng.random(calls) < answers, rng.random(calls) < 0.06], [INTERVIEW, NOT_IN_SERVICE], NO_ANSWER)
    log = outcomes(list(zip(first, ends, [1] * calls, strict=True)))
    targets = {area: 16 for area in numbers.area.unique()}
    areas = forecast_interviews(numbers, log, targets, required=3).assign(waiting=50)
    states = forecast_states(areas, call_evidence(calls_and_end(log), required=3))
    assert (states == EXHAUSTED).mean() == named
    assert areas.needed.isna().all()


@pytest.mark.parametrize("of", [{"areas": 40}, {"areas": 40, "differ": 0.0}, {"areas": 6, "answers": 0.4}])
def test_the_limits_hold_in_simulated_fieldwork(of):
    rng = np.random.default_rng(22)
    inside, later = [], []
    for _ in range(3 if of["areas"] > 6 else 20):
        coming, needed = _fieldwork(rng, **of)
        inside.append(coming.truth.between(coming.coming_low, coming.coming_high).mean())
        later.append(needed.truth.le(needed.needed_high).mean())
    assert np.mean(inside) >= 0.85 and np.mean(later) >= 0.88  # 90 % and 95 %, counted in 120 areas


def _fieldwork(rng, *, areas: int, differ: float = 0.3, answers: float = 0.15, each: int = 200, required: int = 4):
    """Half of each area's numbers released and called so far, beside how calling them all would have ended."""
    shares = answers * np.array([1, 0.7, 0.5, 0.4])
    factor = rng.gamma(1 / differ**2, differ**2, areas) if differ else np.ones(areas)
    area = np.repeat(np.arange(areas), each)
    end, interviewed = np.zeros(len(area), dtype=int), np.zeros(len(area), dtype=bool)
    for call in range(required):
        chance = rng.random(len(area))
        share = np.minimum(shares[call] * factor[area], 0.9)
        now_ended = (end == 0) & (chance < share + 0.06)
        interviewed |= now_ended & (chance < share)
        end[now_ended] = call + 1
    released = np.tile(np.arange(each) < each // 2, areas)
    reached = rng.integers(0, required + 1, len(area))
    reached = np.where(end > 0, np.minimum(reached, end), reached)
    finished, ids = (end > 0) & (reached == end), np.array([f"u{i}" for i in range(len(area))])
    codes = np.where(finished & interviewed, INTERVIEW, np.where(finished, NOT_IN_SERVICE, NO_ANSWER))
    called = released & (reached > 0)
    log = pd.DataFrame({"unit_id": ids[called], "disposition": codes[called], "attempts": reached[called]})
    names, target = area.astype(str), int(each * answers)
    numbers = pd.DataFrame({"unit_id": ids[released], "area": names[released]})
    forecast = forecast_interviews(numbers, log, {str(a): target for a in range(areas)}, required=required)
    totals = pd.Series(interviewed & released).groupby(names).sum().reindex(forecast.index)
    further = [np.cumsum(interviewed[(names == a) & ~released]) for a in forecast.index]
    lacking = target - totals
    more = [
        0 if n <= 0 else np.inf if n > sums[-1] else np.argmax(sums >= n) + 1
        for n, sums in zip(lacking, further, strict=True)
    ]
    return forecast.assign(truth=totals - forecast.interviews), forecast.assign(truth=more)


def test_days_are_those_of_the_survey_s_own_time():
    calls = pd.DataFrame({"at": ["2026-05-01 15:30", "2026-05-01 16:30"], "disposition": [NO_ANSWER, INTERVIEW]})
    days = calls_by_day(calls, "Asia/Shanghai")  # half past eleven at night, and half past midnight
    assert [str(day) for day in days.index] == ["2026-05-01", "2026-05-02"]
    assert days.to_numpy().tolist() == [[1, 0], [1, 1]]
    assert len(calls_by_day(calls, "UTC")) == 1
