"""What a plan tells before anybody is rung: the last five, the falls seen."""

import json

import numpy as np
import pandas as pd
import pytest

from estimation import Estimate, usual_comparisons
from sampling import Assumed, Foresight, foresee
from words import LANGUAGES, Fault, text


def fault(do, *arguments, **options) -> Fault:
    with pytest.raises(Fault) as caught:
        do(*arguments, **options)
    assert len({text(caught.value.key, lang, **caught.value.values) for lang in LANGUAGES}) == 2
    return caught.value


def test_a_plan_for_a_mean_is_that_of_a_share_of_a_half_in_standard_deviations():
    by_share = foresee(AREAS, Assumed(share=0.5, spread=0.05, fall=0.1), rng=np.random.default_rng(1))
    by_mean = foresee(AREAS, Assumed(sd=2.0, spread=0.2, fall=0.4), rng=np.random.default_rng(1))
    pd.testing.assert_frame_equal(by_mean.power, by_share.power)
    assert not [d for d in by_mean.designs if "score" in d] and "quarters" in by_mean.designs
    for level in ("score", "standing", "rank"):
        shares = by_share.called("quarters", level)
        assert by_mean.called("quarters", level).to_numpy() == pytest.approx(shares.to_numpy(), abs=0.06)  # other draws
    row = by_mean.precision.iloc[0]
    n, people = row["sample"], row.population
    assert row.margin == pytest.approx(1.959964 * 2.0 * np.sqrt((1 - n / people) / n), rel=1e-6)


@pytest.mark.parametrize(
    "wrong", [{"sd": 0.0}, {"sd": 1.0, "fall": 1.5}, {"sd": 1.0, "spread": 2.0}, {"sd": float("nan")}]
)
def test_a_standard_deviation_that_cannot_be_is_refused(wrong):
    assert fault(Assumed, **wrong).key == "foresight.sd"
    assert fault(Assumed, sd=1.0, wave="2026Q1", measure="safe").key == "foresight.sd_earlier"


def test_more_interviews_list_fewer_areas_wrongly_and_one_area_has_no_list():
    areas = pd.DataFrame({"area": list("abcdefghij"), "population": 9_000, "sample": 200})
    power = foresee(areas, Assumed(), rng=np.random.default_rng(0)).power
    assert power.wrong.is_monotonic_decreasing and power.right.is_monotonic_increasing
    assert foresee(areas[:1], Assumed(), rng=np.random.default_rng(0)).power.empty
    two = foresee(areas[:2], Assumed(), rng=np.random.default_rng(0))
    assert two.k == 1 and len(two.power)
    assert fault(foresee, areas, Assumed(spread=3.0), rng=np.random.default_rng(0)).key == "foresight.assumed"
    assert fault(Assumed, chance=1.0).key == "foresight.chance"
    assert fault(Assumed, wave="2026Q1").key == "foresight.earlier"


AREAS = pd.DataFrame({"area": [f"a{j}" for j in range(12)], "population": 9_000, "sample": [60, 140] * 6})


@pytest.fixture(scope="module")
def seen() -> Foresight:
    return foresee(AREAS, Assumed(fall=0.1), rng=np.random.default_rng(1), cost=2.0)


def test_ten_numbers_of_interviews_every_design_and_the_plan_among_them(seen):
    assert list(seen.power.interviews) == [25, 50, 75, 100, 150, 200, 400, 600, 800, 1600]
    assert list(seen.power.interviews[seen.power.planned]) == [100]
    assert seen.designs == list(usual_comparisons(correlation=0, information=1, watch=1))
    assert len(seen.falls) == 80 and 0 < seen.error < 0.02
    for design in seen.designs:
        assert list(seen.called(design, "score").index) == list(seen.power.interviews)


def test_the_n_for_a_wanted_chance_lies_where_the_curve_passes_it(seen):
    curve = seen.called("years", "standing")
    n = seen.interviews_for(0.8, "years", "standing")
    below, above = curve[curve.index < n].iloc[-1], curve[curve.index >= n].iloc[0]
    assert below < 0.8 <= above
    assert seen.interviews_for(0.8, "years", "standing") < seen.interviews_for(0.8, "quarters", "standing")
    assert seen.interviews_for(0.999) == np.inf  # the last five, all right: not by 1,600


def test_a_foresight_kept_as_json_is_read_back_as_it_was(seen):
    again = Foresight.read(json.loads(json.dumps(seen.plain())))
    assert again.plain() == seen.plain() and again.cost == seen.cost == 12 * 100 * 2.0


def test_small_plans_have_each_number_of_interviews_once():
    seen = foresee(AREAS.assign(sample=3), Assumed(), rng=np.random.default_rng(1))
    shown = [round(n) for n in seen.power.interviews]
    assert len(set(shown)) == len(shown) and list(seen.power.interviews[seen.power.planned]) == [3]


def test_leagues_come_from_earlier_estimates_and_not_from_the_assumption():
    """Estimates spread twice as far as assumed: the last five are easier to tell, though noise is taken out."""
    rng, told = np.random.default_rng(3), []
    true = np.linspace(0.70, 0.98, 12)
    n = 400
    estimate = Estimate(tuple(AREAS.area), rng.binomial(n, true) / n, np.diag(true * (1 - true) / n), np.inf)
    assumed = Assumed(wave="2026Q1", measure="safe")
    from_wave = foresee(AREAS, assumed, rng=rng, earlier=estimate, progress=lambda *a: told.append(a))
    by_assumption = foresee(AREAS, Assumed(), rng=rng)
    assert (from_wave.power.wrong < by_assumption.power.wrong).all()
    assert told == [(j, 20) for j in range(1, 21)]
    few = foresee(AREAS, assumed, rng=rng, earlier=estimate.select(["a0", "a5", "a9"]))
    assert few.power.right.between(0, 1).all()
