"""An approved wave's draw: only from the frame then fixed, apart from the waves before it, and released in portions."""

from dataclasses import replace

import pandas as pd
import pytest

from sampling import (
    ApprovedWave,
    DrawnWave,
    DrawPlan,
    approved_digests,
    draw_approved,
    permanent_random_numbers,
    record_draw,
    slip_of,
    split_releases,
    verify_draw,
)
from words import LANGUAGES, Fault, text

KEY, SEED = b"a secret of thirty-two bytes ....", "lottery 2026-10-01: 03 11 17 25 31"
PLAN = DrawPlan("stratified", (("a", 8), ("b", 6)))
STAGED = DrawPlan("two_stage", (("a", 2), ("b", 2)), size="units", each=3, pps="systematic")
PORTIONS = (0.5, 0.5)


@pytest.fixture
def frame():
    ids = [f"u{i}" for i in range(60)]
    columns = {"unit_id": ids, "stratum": ["a"] * 40 + ["b"] * 20, "prn": permanent_random_numbers(ids, key=KEY)}
    psu = [f"p{i // 10}" for i in range(60)]
    area = ["north"] * 20 + ["south"] * 40
    return pd.DataFrame(columns | {"psu": psu, "area": area, "first_phase": [0.5] * 30 + [1.0] * 30})


def approved(frame, plan=PLAN, wave="2026Q3"):
    return ApprovedWave(wave, "list", plan, approved_digests(frame, plan), PORTIONS)


def drawn(frame, wave, plan=PLAN, **chain):
    return draw_approved(frame, approved(frame, plan, wave), seed=SEED, code="v1", **chain)


def fault(frame, wave, **chain):
    with pytest.raises(Fault) as caught:
        draw_approved(frame, wave, seed=SEED, code="v1", **chain)
    assert len({text(caught.value.key, lang, **caught.value.values) for lang in LANGUAGES}) == 2
    return caught.value


def test_the_draw_is_that_of_the_record_split_by_strata_with_the_frame_s_area_and_first_phase(frame):
    sample, record = drawn(frame, "2026Q3")
    plain, same = record_draw(frame, PLAN, seed=SEED, wave="2026Q3", code="v1")
    assert record == same and verify_draw(frame, record, sample=sample).holds
    pd.testing.assert_frame_equal(sample[[*plain.columns, "release"]], split_releases(plain, PORTIONS))
    assert sample.groupby("stratum").release.value_counts().to_dict() == {
        ("a", 1): 4, ("a", 2): 4, ("b", 1): 3, ("b", 2): 3
    }  # fmt: skip
    of_frame = frame.set_index("unit_id").loc[sample.unit_id]
    assert list(sample.area) == list(of_frame.area) and list(sample.first_phase) == list(of_frame.first_phase)


def test_of_two_stages_the_psus_are_listed_from_the_frame_and_each_is_released_in_portions(frame):
    sample, record = drawn(frame, "2026Q3", STAGED)
    assert record.psus is not None and record.psus == approved_digests(frame, STAGED)[2]
    assert set(sample.groupby("psu").release.agg(tuple)) == {(1, 1, 2)}


@pytest.mark.parametrize(
    "changed",
    [
        lambda frame: frame.iloc[1:],
        lambda frame: frame.assign(prn=frame.prn / 2),
        lambda frame: frame.assign(stratum="a"),
    ],
    ids=["a unit gone", "other numbers", "other strata"],
)
def test_nothing_is_drawn_from_a_frame_that_is_not_the_one_approved(frame, changed):
    found = fault(changed(frame), approved(frame))
    assert found.key == "sample.frame_changed" and found.values == {"wave": "2026Q3", "frame": "list"}


RESTED = DrawPlan("rested", PLAN.allocation, rest=2, portions=PORTIONS)


def chained(frame, wave, plan=RESTED, chain=(), **options):
    """A wave that continues the DrawnWaves `chain`, of each of which the first portion is released."""
    past = [earlier.past(1) for earlier in chain]
    continued = chain[-1].continued(1) if chain else None
    sample, record = drawn(frame, wave, plan, past=past, continued=continued, **options)
    return DrawnWave(record, frame, sample)


def released_units(wave):
    return set(wave.sample.unit_id[wave.sample.release == 1])


def test_a_wave_that_keeps_nobody_rings_nobody_of_the_chain_it_continues(frame):
    first = chained(frame, "2026Q3")
    second = chained(frame, "2026Q4", replace(RESTED, keep=0.0), [first])
    third = chained(frame, "2027Q1", replace(RESTED, keep=0.0), [first, second])
    before = released_units(first) | released_units(second)
    assert len(before) == 14 and not before & set(third.sample.unit_id)
    assert third.record.continued == second.continued(1) and third.record.continued.releases == 1
    half = chained(frame, "2027Q1", replace(RESTED, keep=0.5), [first, second])
    kept = half.sample[half.sample.rest == 1]
    assert set(kept.unit_id) <= released_units(second) and len(kept) in (3, 4)  # half of four, and of three


def test_a_chain_needs_the_waves_before_it_and_the_public_value_that_its_plan_names(frame):
    first = chained(frame, "2026Q3")
    wave = approved(frame, replace(RESTED, keep=0.0), "2026Q4")
    assert fault(frame, wave).key == "proof.earlier_needed"
    assert fault(frame, wave, past=[first.past(1)]).key == "proof.earlier_needed"
    named = replace(RESTED, public="the lottery of 1 December")
    assert fault(frame, approved(frame, named)).key == "proof.value_needed"
    assert fault(frame, approved(frame, RESTED), value="3 1 4").key == "proof.value_unwanted"
    one, two = (chained(frame, "2026Q3", named, value=value) for value in ("3 1 4", "3 1 5"))
    assert set(one.sample.unit_id) != set(two.sample.unit_id) and slip_of(one.record) == slip_of(two.record)


def test_random_numbers_that_a_frame_has_decide_nothing_of_a_rested_draw(frame):
    one, two = (chained(f, "2026Q3") for f in (frame, frame.assign(prn=1 - frame.prn)))
    pd.testing.assert_frame_equal(one.sample.drop(columns="prn"), two.sample.drop(columns="prn"))
