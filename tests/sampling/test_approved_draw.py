"""An approved wave's draw: only from the frame then fixed, apart from the waves before it, and released in portions."""

from dataclasses import replace

import pandas as pd
import pytest

from sampling import (
    ApprovedWave,
    DrawPlan,
    EarlierWave,
    approved_digests,
    draw_approved,
    permanent_random_numbers,
    record_draw,
    released,
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


def drawn(frame, wave, plan=PLAN, earlier=()):
    return draw_approved(frame, approved(frame, plan, wave), seed=SEED, code="v1", earlier=earlier)


def earlier_wave(frame, wave="2026Q3", earlier=(), through=1):
    plan = PLAN if not earlier else replace(PLAN, keep=0.0)
    sample, _ = drawn(frame, wave, plan, earlier)
    return EarlierWave(wave, released(sample, through) if through else sample.iloc[:0], staged=False)


def fault(frame, wave, earlier=(), seed=SEED):
    with pytest.raises(Fault) as caught:
        draw_approved(frame, wave, seed=seed, code="v1", earlier=earlier)
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


def test_a_wave_that_keeps_nobody_rings_nobody_of_the_chain_it_continues(frame):
    first = earlier_wave(frame)
    second = earlier_wave(frame, "2026Q4", [first])
    sample, record = drawn(frame, "2027Q1", replace(PLAN, keep=0.0), [second, first])
    before = set(first.released.unit_id) | set(second.released.unit_id)
    assert len(before) == 14 and not before & set(sample.unit_id) and record.earlier is not None


def test_a_unit_of_any_earlier_wave_stops_the_draw_unless_some_are_kept(frame):
    first = earlier_wave(frame)
    sample, _ = drawn(frame, "2026Q4", replace(PLAN, keep=0.0), [first])
    long_ago = EarlierWave("2026Q2", sample.iloc[:2], staged=False)
    none_kept = approved(frame, replace(PLAN, keep=0.0), "2026Q4")
    found = fault(frame, none_kept, [first, long_ago])
    assert found.key == "sampling.rung_again" and found.values["count"] == 2
    half = approved(frame, replace(PLAN, keep=0.5), "2026Q4")
    panel, _ = draw_approved(frame, half, seed=SEED, code="v1", earlier=[first, long_ago])
    assert set(panel.unit_id) & set(first.released.unit_id)


def test_only_released_waves_of_one_stage_can_be_continued(frame):
    wave = approved(frame, replace(PLAN, keep=0.0), "2026Q4")
    assert fault(frame, wave, [earlier_wave(frame, through=0)]).key == "sample.earlier_unreleased"
    assert fault(frame, wave, [replace(earlier_wave(frame), staged=True)]).key == "sample.earlier_staged"
