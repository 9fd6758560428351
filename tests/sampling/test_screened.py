"""Screened numbers: who of the dead is called, over many seeds; sums of weights where the screening errs; attacks."""

import json
from collections import Counter
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sampling import (
    DrawPlan,
    Screening,
    called_of_screening,
    dead_called,
    differing_screenings,
    draw_key,
    record_rested,
    screened_weights,
    screening_of,
    slip_of,
)
from sampling.draw.releases import released
from sampling.draw.screened import DEAD
from sampling.proof.draw_plan import RESTED
from sampling.proof.record import DrawRecord
from words import Fault

SEED = "a seed of at least sixteen characters"


def dead_of(*sizes: int) -> pd.DataFrame:
    rows = [(f"u{h}{i}", f"s{h}") for h, size in enumerate(sizes) for i in range(size)]
    return pd.DataFrame(rows, columns=["unit_id", "stratum"])


def test_every_choice_of_two_of_five_is_equally_likely_over_seeds():
    """5 dead of one stratum, δ = .4, 1,500 seeds: always two, and all 10 pairs equally often."""
    counts = Counter()
    for number in range(1_500):
        called = dead_called(dead_of(5), 0.4, key=draw_key(f"{SEED} {number}", "w", "7"), name="line")
        counts[tuple(sorted(called))] += 1
    assert set(counts) == set(combinations([f"u0{i}" for i in range(5)], 2))
    assert stats.chisquare(list(counts.values())).pvalue > 1e-4


def test_each_of_the_dead_is_called_with_the_part_exactly_and_strata_have_their_share():
    """3 + 4 + 4 dead, δ = .3, 1,500 seeds: each unit 450 times, 3 or 4 in all, no stratum more than one off."""
    dead, counts = dead_of(3, 4, 4), Counter()
    for number in range(1_500):
        called = dead_called(dead, 0.3, key=draw_key(f"{SEED} {number}", "w", None), name="line")
        assert len(called) in (3, 4)
        by_stratum = Counter(unit[1] for unit in called)
        assert all(abs(by_stratum[str(h)] - 0.3 * size) < 2 for h, size in enumerate((3, 4, 4)))
        counts.update(called)
    z = (np.array([counts[u] for u in dead.unit_id]) - 450) / np.sqrt(1_500 * 0.3 * 0.7)
    assert len(counts) == 11 and np.abs(z).max() < 4


def test_the_order_of_the_file_does_not_matter_and_the_line_does():
    dead, key = dead_of(40), draw_key(SEED, "w", "7")
    assert dead_called(dead.sample(frac=1, random_state=1), 0.1, key=key, name="a") == dead_called(
        dead, 0.1, key=key, name="a"
    )
    assert dead_called(dead, 0.1, key=key, name="a") != dead_called(dead, 0.1, key=key, name="b")
    assert dead_called(dead, 1.0, key=key, name="a") == set(dead.unit_id)
    assert dead_called(dead.iloc[:0], 0.1, key=key, name="a") == frozenset()
    for part in (0.0, 1.01, float("nan"), 1 / 3):
        with pytest.raises(Fault):
            dead_called(dead, part, key=key, name="a")


def test_sums_and_totals_are_unbiased_where_the_screening_errs_and_are_not_where_it_is_believed():
    """200 of 2,000 numbers, half released, 4,000 times: 40 % dead, 5 % of those called dead answer, δ = .1.

    The weights of all that are called sum to N, and totals of those in use are theirs; believing the screening loses
    the wrongly dead, three standard errors and more.
    """
    rng = np.random.default_rng(3)
    N, n, m, times = 2_000, 200, 100, 4_000
    said_dead = rng.random(N) < 0.4
    in_use = ~said_dead | (rng.random(N) < 0.05)
    value = np.where(in_use, 1.0 + said_dead, 0.0)
    drawn = np.array([rng.permutation(N)[:n] for _ in range(times)]).ravel()
    wave, place = np.repeat(np.arange(times), n), np.tile(np.arange(1, n + 1), times)
    names = pd.Series(wave * N + drawn)  # a unit of each of the draws, which are the strata of one table
    sample = pd.DataFrame({"unit_id": names, "stratum": wave, "place": place, "at": drawn, "probability": n / N})
    out = released(sample.assign(release=np.where(place <= m, 1, 2)), 1)
    dead = out[said_dead[out["at"]]].assign(unit_id=lambda of: of.unit_id.astype(str).str.zfill(8))
    called = set()
    for number, of_draw in dead.groupby("stratum"):
        called |= {int(u) for u in dead_called(of_draw, 0.1, key=draw_key(f"{SEED} {number}", "w", None), name="line")}
    weight = screened_weights(out, set(dead.unit_id.astype(int)), called, 0.1).base_weight
    by_draw = lambda w: w.groupby(out.stratum).sum()  # noqa: E731
    sums, totals = by_draw(weight), by_draw(weight * value[out["at"]])
    believed = by_draw(weight.where(~said_dead[out["at"]], 0.0) * value[out["at"]])
    error = lambda x, truth: (np.mean(x) - truth) / (np.std(x) / np.sqrt(len(x)))  # noqa: E731
    assert abs(error(sums, N)) < 3 and abs(error(totals, value.sum())) < 3
    assert error(believed, value.sum()) < -3


# ---------------------------------------------------------------- the proof


FRAME = pd.DataFrame(
    {"unit_id": [f"u{i:03d}" for i in range(400)], "stratum": ["a", "b"] * 200, "first_phase": 1.0}  # nobody real
)
PLAN = DrawPlan(RESTED, (("a", 60), ("b", 40)), rest=4, portions=(0.5, 0.5), public="a made-up lottery", call_dead=0.2)
SAMPLE, RECORD = record_rested(FRAME, PLAN, seed=SEED, wave="2026Q1", code="x", value="3 1 4")


def shown_of(record: DrawRecord = RECORD) -> tuple[list[Screening], pd.DataFrame]:
    """Two screenings of the wave's two portions: every third number is called dead."""
    listed, parts = [], []
    for number in (1, 2):
        units = SAMPLE[SAMPLE.release == number].reset_index(drop=True)
        units = units.assign(status=np.where(np.arange(len(units)) % 3 == 0, DEAD, "alive"), screening=number)
        screening = screening_of(record, number, units)
        listed.append(screening)
        chosen = units.unit_id.isin(called_of_screening(record, screening, units))
        parts.append(units.assign(called=chosen | (units.status != DEAD)))
    return listed, pd.concat(parts, ignore_index=True)[["unit_id", "screening", "status", "called"]]


def keys(listed, shown, published=None, record=RECORD) -> list[str]:
    return [key for key, _ in differing_screenings(record, listed, shown, SAMPLE, published)]


def test_an_untouched_screening_holds_with_its_lines_and_one_line_fewer_is_said():
    listed, shown = shown_of()
    lines = [screening.line for screening in listed]
    assert keys(listed, shown) == [] and keys(listed, shown, [f" {line.upper()}" for line in lines]) == []
    assert keys(listed, shown, lines[:1]) == ["proof.screening_line"]
    assert (shown.called & (shown.status == DEAD)).sum() == pytest.approx(0.2 * (shown.status == DEAD).sum(), abs=2)


def test_a_status_changed_afterwards_and_a_choice_by_hand_are_named():
    listed, shown = shown_of()
    first_alive, first_dead = (shown.index[shown.status == status][0] for status in ("alive", DEAD))
    assert (
        keys(listed, shown.assign(status=shown.status.where(shown.index != first_alive, DEAD)))[0] == "proof.screening"
    )
    by_hand = shown.called ^ (shown.index == first_dead)
    found = [values for key, values in differing_screenings(RECORD, listed, shown.assign(called=by_hand), SAMPLE)]
    assert keys(listed, shown.assign(called=by_hand)) == ["proof.dead_called"]
    assert shown.unit_id[first_dead] in found[0]["added"] + found[0]["missing"]


def read(plan: dict) -> DrawRecord:
    """The record with another plan, as somebody writes it who has the file."""
    return DrawRecord.read(json.loads(json.dumps(RECORD.plain() | {"plan": plan})))


def test_another_part_is_another_line_of_the_wave_and_another_choice():
    listed, shown = shown_of()
    plan = DrawPlan(RESTED, PLAN.allocation, rest=4, portions=(0.5, 0.5), public="a made-up lottery", call_dead=0.5)
    other = read(plan.plain())
    assert slip_of(other) != slip_of(RECORD)
    assert {"proof.screening", "proof.dead_called"} <= set(keys(listed, shown, record=other))
    without = read({k: v for k, v in PLAN.plain().items() if k != "call_dead"})
    assert keys(listed, shown, record=without) == ["proof.screening_unplanned"]


def test_a_screening_forged_in_file_and_record_alike_is_named_by_its_line_alone():
    listed, shown = shown_of()
    lines = [screening.line for screening in listed]
    forged = shown.assign(status=shown.status.where(shown.index != 0, "alive"))
    again = []
    for number in (1, 2):
        of = forged[forged.screening == number].merge(SAMPLE[["unit_id", "stratum"]], on="unit_id")
        again.append(screening_of(RECORD, number, of))
        chosen = called_of_screening(RECORD, again[-1], of)
        is_called = of.unit_id.isin(chosen) | (of.status != DEAD)
        forged.loc[forged.screening == number, "called"] = is_called.to_numpy()
    assert keys(again, forged) == []
    assert keys(again, forged, lines) == ["proof.screening_line"]
    assert keys([], forged.iloc[:0], lines) == ["proof.screening_absent"]


def test_numbers_that_were_not_drawn_or_stand_twice_and_unlisted_screenings_are_named():
    listed, shown = shown_of()
    assert keys(listed, shown.assign(unit_id=shown.unit_id.where(shown.index > 0, "z"))) == ["proof.screened_units"]
    assert keys(listed, pd.concat([shown, shown.iloc[:1]])) == ["proof.screened_units"]
    assert keys(listed, shown.assign(status=shown.status.where(shown.index > 0, "gone"))) == ["proof.screened_units"]
    assert keys(listed[:1], shown) == ["proof.screenings"]
