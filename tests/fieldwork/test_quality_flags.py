"""Flags of interviews: each against a second way or a planted case, what is said of missing data, and the speed."""

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import scipy

from estimation.indicators.indicators import Item
from fieldwork.quality.against_others import EITHER, HIGH, LOW, against_others, usual_spread
from fieldwork.quality.flags import DURATION, JUMP, STRAIGHT, TOGETHER, TOP, TWINS, flags
from fieldwork.quality.interviews import Interviews
from fieldwork.quality.jumps import jumps
from fieldwork.quality.twins import twins
from study.quality.flags import Cell, simulated

SMALL = Cell(areas=14, people=12)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_an_interviewer_is_compared_with_others_as_if_interviews_were_dealt_out_by_lot():
    area = np.repeat([0, 1, 2], [30, 40, 10])
    who = np.r_[np.arange(30) % 3, np.arange(40) % 2, np.full(10, 4)]
    y = rng().random(80)
    contrast = against_others(y, area, who, EITHER)
    assert contrast.interviews.tolist() == [30, 30, 10, 0, 0] and np.isnan(contrast.own[4])
    np.testing.assert_allclose(contrast.own[2], y[:30][who[:30] == 2].mean())
    np.testing.assert_allclose(contrast.others[2], y[:30][who[:30] != 2].mean())
    # the spread of the total of 10 of the 30 values of area 0, dealt out by lot again and again
    draws = rng(8)
    dealt = np.array([draws.permutation(y[:30])[:10].sum() for _ in range(4000)])
    total = y[:30][who[:30] == 2].sum() - 10 * y[:30].mean()
    assert contrast.z[2] * np.sqrt(1 + contrast.usual**2 * _marks(area, who)[2] / dealt.var()) == pytest.approx(
        total / dealt.std(), rel=0.05
    )


def _marks(area: np.ndarray, who: np.ndarray) -> np.ndarray:
    """Σ_k (δ_jk n_j - M_jk)² (J,) by loops, over areas that several share."""
    people = range(int(who.max()) + 1)
    found = np.zeros((len(people), len(people)))
    for d in set(area.tolist()):
        n = [int(((area == d) & (who == j)).sum()) for j in people]
        if max(n) == sum(n):
            continue
        for j in people:
            for k in people:
                found[j, k] += (n[j] if j == k else 0) - n[j] * n[k] / sum(n)
    return (found**2).sum(axis=1)


def test_what_interviewers_usually_differ_by_is_what_most_of_them_show():
    draws = rng(3)
    marks, by_lot = np.full(200, 100.0), np.full(200, 4.0)
    total = draws.normal(0, np.sqrt(4 + 0.2**2 * 100), 200)
    total[:20] += 30  # planted ones move the median little
    _, usual, p = usual_spread(total, by_lot, marks, HIGH)
    assert usual == pytest.approx(0.2, abs=0.06)
    assert (p[:20] < 1e-4).all() and (p[20:] < 1e-3).mean() < 0.02
    _, none, _ = usual_spread(draws.normal(0, 1.0, 200), by_lot, marks, LOW)
    assert none == 0.0


def test_near_duplicates_are_counted_as_pairs_and_dealt_out_again():
    codes = rng(4).integers(0, 4, (60, 8))
    area, who = np.repeat([0, 1], 30), np.tile([0, 1, 2], 20)
    copies = np.flatnonzero((who == 1) & (area == 0))
    codes[copies[1:8]] = codes[copies[0]]
    found = twins(codes, area, who, rng=rng())
    assert found.own[1] == pytest.approx(1.0) and found.others[1] < 0.5 and found.z[1] > 3
    assert set(found.pairs[1]) <= set(copies[:8]) and 0 not in found.pairs
    assert found.interviews[1] == 8


def test_the_largest_jump_is_found_and_its_probability_is_that_of_the_largest_of_many():
    draws = rng(5)
    day = np.tile(np.repeat(np.arange(20), 6), 300)
    area = np.repeat(np.arange(300), 120)
    y = draws.normal(size=36000)
    found = jumps(y, day + draws.random(36000), area, day, 300)
    assert (found.p <= 0.05).mean() <= 0.075  # 300 areas in which nothing happens; the bound is an upper one
    y[(area == 7) & (day >= 12)] += 1.2
    found = jumps(y, day + draws.random(36000), area, day, 300)
    assert found.p[7] < 1e-5 and day[found.first[7]] in (11, 12, 13)
    rows = np.flatnonzero(area == 7)
    late = day[rows] >= day[found.first[7]]
    welch = scipy.stats.ttest_ind(y[rows][late], y[rows][~late])  # one split by another program
    np.testing.assert_allclose(found.z[7], welch.statistic)


def test_planted_interviewers_and_areas_are_flagged_with_evidence():
    interviews = simulated(Cell(lazy=1.0, coached=0.9), rng(11))
    found = flags(interviews, rng=rng())
    people = {"00", "01", "02"} & set(found.flagged.interviewer)
    assert len(people) >= 2 and set(found.flagged.area) & {"0", "1", "2"}
    lazy = found.flagged[found.flagged.interviewer != ""]
    assert set(lazy.kind) & {DURATION, STRAIGHT, TOGETHER, TOP}
    own = set(interviews.unit_id[np.isin(interviews.interviewer, sorted(people))])
    named = [unit for units in lazy[lazy.interviewer.isin(people)].evidence for unit in units]
    assert named and set(named) <= own
    assert all(day >= "2026-03-08" for days in found.flagged[found.flagged.kind == JUMP].evidence for day in days)


def test_of_two_interviewers_nobody_is_flagged_lightly_and_of_one_nothing_is_said():
    interviews = simulated(SMALL, rng(2))
    two = replace(interviews, interviewer=np.where(interviews.interviewer < "06", "a", "b").astype(object))
    found = flags(two, rng=rng())
    assert ("flags.unsaid.few_interviewers", {"count": 2}) in found.unsaid
    one = replace(interviews, interviewer=np.full(len(interviews.area), "a", dtype=object))
    found = flags(one, rng=rng())
    assert ("flags.unsaid.one_interviewer", {"name": "a"}) in found.unsaid and set(found.tests.kind) == {JUMP}


def test_what_is_missing_is_said_and_all_else_is_tested():
    interviews = simulated(SMALL, rng(2))
    bare = replace(interviews, interviewer=None, began=None, minutes=None)
    found = flags(bare, rng=rng())
    assert found.tests.empty and found.facts.empty
    assert {key for key, _ in found.unsaid} == {"flags.unsaid.no_interviewers", "flags.unsaid.no_jump"}
    minutes = np.where(np.arange(len(interviews.area)) % 9 == 0, np.nan, interviews.minutes)
    found = flags(replace(interviews, minutes=minutes, began=None), rng=rng())
    said = {key for key, _ in found.unsaid}
    assert {"flags.unsaid.some_minutes", "flags.unsaid.no_times"} <= said and DURATION in set(found.tests.kind)
    few = ["q1", "q2"]
    found = flags(replace(interviews, items={k: interviews.items[k] for k in few}, best={}), rng=rng())
    said = {key for key, _ in found.unsaid}
    assert {"flags.unsaid.few_items", "flags.unsaid.no_battery", "flags.unsaid.no_best"} <= said
    assert TWINS not in set(found.tests.kind) and TOP not in set(found.tests.kind)


def test_interviews_that_overlap_are_a_fact():
    began = pd.to_datetime(["2026-03-02 10:00", "2026-03-02 10:05", "2026-03-02 10:09", "2026-03-02 10:12"] * 2)
    items = {"q": Item("q", {"1": ""}, frozenset(), frozenset())}
    interviews = Interviews(
        np.array([f"u{k}" for k in range(8)], dtype=object),
        np.full(8, "a", dtype=object),
        np.repeat(np.array(["x", "y"], dtype=object), 4),
        pd.DataFrame({"q": ["1"] * 8}),
        items,
        {"q": frozenset("1")},
        began.to_numpy(),
        np.array([6.0, 6, 6, 6, 2, 2, 2, 2]),
    )
    (fact,) = flags(interviews, rng=rng()).facts.to_dict("records")
    assert fact == {"interviewer": "x", "interviews": 4, "overlapping": 3, "evidence": ["u1", "u2", "u3"]}


def test_ten_thousand_interviews_are_flagged_in_two_seconds():
    interviews = simulated(Cell(), rng(1))
    begin = time.process_time()
    found = flags(interviews, rng=rng())
    assert len(interviews.area) == 10_500 and len(found.tests) > 400
    assert time.process_time() - begin < 2
