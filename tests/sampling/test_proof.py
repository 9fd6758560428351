"""Proof of a draw: a third party finds the same, and everything that was tampered with is said."""

from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest

from sampling import (
    DrawPlan,
    commitment,
    draw_stratified,
    frame_digest,
    permanent_random_numbers,
    record_draw,
    released,
    verify_draw,
)
from sampling.draw.releases import split_releases
from words import LANGUAGES, Fault, text

SEED = "lottery 2026-10-01: 03 11 17 25 31"
KEY = b"a secret of thirty-two bytes ...."
PLAN = DrawPlan("stratified", (("a", 4), ("b", 3)))


@pytest.fixture
def frame():
    ids = [f"u{i}" for i in range(60)]
    columns = {"unit_id": ids, "stratum": ["a"] * 40 + ["b"] * 20, "prn": permanent_random_numbers(ids, key=KEY)}
    return pd.DataFrame(columns | {"households": np.arange(1, 61), "age": np.arange(60) % 7})


def _keys(verification):
    assert all(len({text(k, lang, **values) for lang in LANGUAGES}) == 2 for k, values in verification.differences)
    return [key for key, _ in verification.differences]


@pytest.mark.parametrize(
    "plan",
    [
        PLAN,
        DrawPlan("systematic", PLAN.allocation, order=("age",)),
        *(DrawPlan(f"pps_{m}", PLAN.allocation, size="households") for m in ("systematic", "pivotal", "sampford")),
    ],
    ids=lambda plan: plan.method,
)
def test_a_third_party_draws_the_same_from_the_rows_in_another_order_and_without_telephone_numbers(frame, plan):
    sample, record = record_draw(frame.assign(number="1"), plan, seed=SEED, wave="2026Q4", code="v1")
    shown = frame.sample(frac=1, random_state=1)
    found = verify_draw(shown, record, sample=sample, published=commitment(SEED), code="v1")
    assert found.holds and found.differences == ()
    assert record.units == 7


def test_the_record_is_plain_values(frame):
    import json

    _, record = record_draw(frame, PLAN, seed=SEED, wave="2026Q4", code="v1")
    read = json.loads(json.dumps(asdict(record)))
    plan = DrawPlan(**read["plan"] | {"order": tuple(read["plan"]["order"])})
    assert replace(record, **read | {"plan": plan}) == record


def test_what_was_changed_is_said(frame):
    sample, record = record_draw(frame, PLAN, seed=SEED, wave="2026Q4", code="v1")

    def keys(changed=frame, rec=record, **options):
        verification = verify_draw(changed, rec, **options)
        assert not verification.holds
        return _keys(verification)

    moved = frame.assign(stratum=frame.stratum.where(frame.unit_id != "u3", "b"))
    assert keys(moved)[0] == "proof.frame"
    assert keys(frame[frame.unit_id != sample.unit_id[0]]) == ["proof.frame", "proof.sample"]
    assert keys(frame.assign(prn=frame.prn.to_numpy()[::-1])) == ["proof.numbers", "proof.sample"]
    assert keys(rec=replace(record, seed=SEED + "!")) == ["proof.commitment", "proof.start"]
    assert keys(rec=replace(record, start=0.5))[0] == "proof.start"
    assert keys(published=commitment(SEED + "!")) == ["proof.published"]
    swapped = sample.assign(unit_id=sample.unit_id.replace(sample.unit_id[0], "u99"))
    assert keys(sample=swapped) == ["proof.units"]
    assert keys(frame[frame.stratum == "a"])[-1] == "proof.cannot_draw"


def test_another_version_is_said_and_is_no_failure(frame):
    _, record = record_draw(frame, PLAN, seed=SEED, wave="2026Q4", code="v1")
    found = verify_draw(frame, record, code="v2")
    assert found.holds and _keys(found) == ["proof.code"]


def test_a_wave_that_continues_another_is_verified_with_it(frame):
    first, _ = record_draw(frame, PLAN, seed=SEED, wave="2026Q3", code="v1")
    rung = released(split_releases(first, (0.5, 0.5)), 1)
    plan = replace(PLAN, keep=0.0)
    second, record = record_draw(frame, plan, seed=SEED, wave="2026Q4", code="v1", earlier=rung)
    assert not set(second.unit_id) & set(rung.unit_id)
    assert verify_draw(frame, record, sample=second, earlier=rung).holds
    assert "proof.earlier" in _keys(verify_draw(frame, record, earlier=first))
    with pytest.raises(Fault, match="earlier wave"):
        verify_draw(frame, record)


def test_a_stratum_the_earlier_wave_did_not_have_starts_where_the_seed_says(frame):
    first, _ = record_draw(frame, DrawPlan("stratified", (("a", 4),)), seed=SEED, wave="2026Q3", code="v1")
    second, record = record_draw(frame, replace(PLAN, keep=0.5), seed=SEED, wave="2026Q4", code="v1", earlier=first)
    assert len(set(first.unit_id) & set(second.unit_id)) == 2
    alone = draw_stratified(frame, {"b": 3}, start=record.start)
    assert list(second.unit_id[second.stratum == "b"]) == list(alone.unit_id)


def test_the_digest_knows_units_and_strata_and_not_the_order(frame):
    digest = frame_digest(frame)
    assert digest == frame_digest(frame.iloc[::-1]) == frame_digest(frame.assign(prn=0.5))
    others = [frame[1:], frame.assign(stratum="a"), frame.assign(unit_id=frame.unit_id + "x")]
    assert len({digest, *(frame_digest(other) for other in others)}) == 4
    with pytest.raises(Fault, match="u5"):
        frame_digest(pd.concat([frame, frame[5:6]]))


def test_a_plan_names_a_known_method():
    for call in (lambda: DrawPlan("poisson", ()), lambda: DrawPlan("systematic", (), keep=0.0)):
        with pytest.raises(Fault, match="stratified"):
            call()
