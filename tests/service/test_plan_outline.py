"""The values a new plan begins with, and the outline of a plan that is not stored."""

from dataclasses import replace

import pytest
from half_rung import INTERVIEW, NO_ANSWER, released, ring, units
from made_up import ANN, BOTH, JUNE, MAY, NAME, begin_survey

from presentation.samples.outline import beginning_text, outline_lines
from programme.wave_names import following_wave
from sampling import Assumed, Wanted
from service.drawing import outlines
from service.drawing.draws import make_plan
from service.store.engine import Store
from words import Fault


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = begin_survey(Store.create(f"sqlite:///{tmp_path_factory.mktemp('outline') / 's.db'}")).acting(ANN)
    yield store
    store.engine.dispose()


def test_a_plan_begins_with_what_is_known_and_its_outline_is_that_of_the_plan_made(store, monkeypatch):
    first = outlines.plan_beginning(store, NAME)
    assert (first.wave, first.response_rate, first.called) == ("", None, None)
    assert (first.minimum, first.interviews) == (30, 5 * outlines.PER_AREA)
    released(store)
    comes_to = outlines.plan_outline(store, NAME, Wanted(20, minimum=3))
    plan = make_plan(store, NAME, JUNE, Wanted(20, minimum=3))
    assert comes_to.numbers == plan.allocation.numbers.sum() and comes_to.interviews == 20
    assert comes_to.margin == pytest.approx(plan.foresight.precision.margin.iloc[-1])
    known = outlines.plan_beginning(store, NAME)
    assert (known.interviews, known.minimum, known.response_rate) == (20, 3, None)  # nobody was called yet
    monkeypatch.setattr(outlines, "LEAST", 4)
    tried = units(store)[:4]
    ring(store, *((unit, n, INTERVIEW if n else NO_ANSWER) for n, unit in enumerate(tried)))
    called = outlines.plan_beginning(store, NAME)
    assert called.called == MAY and 0.5 < called.response_rate <= 1
    for t in BOTH.values():
        assert len(outline_lines(comes_to, Assumed(), t)) == len(outline_lines(comes_to, Assumed(sd=3.0), t)) == 4
        assert beginning_text(first, t) != beginning_text(called, t)
    equal = replace(comes_to, fewest=4, most=4, visible=0.448)
    counts, *_, falls = outline_lines(equal, Assumed(fall=0.05), BOTH["zh"])
    assert counts.endswith("每个地区4人。") and "下降44.8个百分点" in falls and "下降5.0个百分点" in falls
    *_, falls = outline_lines(replace(equal, visible=1.002), Assumed(), BOTH["zh"])  # more than the share itself
    assert "任何下降（最多90个百分点）" in falls
    with pytest.raises(Fault):
        outlines.plan_outline(store, NAME, Wanted(2))


@pytest.mark.parametrize(
    ("wave", "following"), [("2026Q4", "2027Q1"), ("2026Q1", "2026Q2"), ("2026-12", "2027-01"), ("2026", "2027")]
)
def test_the_next_wave_follows_the_newest(wave, following):
    assert following_wave(wave) == following
