"""Interviews of a plan shared out over its strata: every method, both modes, every plan that cannot be kept."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sampling import Wanted, allocate, numbers_needed
from words import LANGUAGES, Fault, text

AREAS, MODES = [f"township {j:02d}" for j in range(70)], ("landline", "mobile")


def fault(do, *arguments, **options) -> Fault:
    with pytest.raises(Fault) as caught:
        do(*arguments, **options)
    assert len({text(caught.value.key, lang, **caught.value.values) for lang in LANGUAGES}) == 2
    return caught.value


@pytest.fixture(scope="module")
def strata():
    rows = [(area, mode, 10 + j % 7 + 20 * (mode == "mobile")) for j, area in enumerate(AREAS) for mode in MODES]
    made = pd.DataFrame(rows, columns=["area", "mode", "population"])
    return made.assign(stratum=made.area + "/" + made["mode"])


def test_every_method_gives_whole_numbers_that_sum_and_keep_the_minimum(strata):
    shares = dict.fromkeys(AREAS[:10], 0.5)
    made = {m: allocate(strata, Wanted(500, m, minimum=3, shares=shares)) for m in ("proportional", "equal", "neyman")}
    made["power"] = allocate(strata, Wanted(500, "power", minimum=3, shares=shares))
    for table in made.values():
        by = table.groupby("area").interviews.sum()
        assert by.sum() == 500 and by.min() >= 3
    spread = {m: t[t.area.isin(shares)].interviews.sum() for m, t in made.items()}
    assert spread["neyman"] > spread["proportional"] and spread["power"] > spread["proportional"]
    assert made["equal"].groupby("area").interviews.sum().between(7, 8).all()


def test_interviews_are_split_between_mobiles_and_landlines(strata):
    made = allocate(strata, Wanted(560, "equal", modes={"mobile": 3, "landline": 1}))
    assert dict(made.groupby("mode").interviews.sum()) == {"landline": 140, "mobile": 420}
    assert fault(allocate, strata.assign(mode=None), Wanted(560, modes={"mobile": 1})).key == "sample.modes"
    only = strata[strata["mode"] == "mobile"]
    assert fault(allocate, only, Wanted(560, modes={"mobile": 3, "landline": 1})).key == "sample.mode_absent"


@pytest.mark.parametrize(
    ("wanted", "key"),
    [
        (lambda: Wanted(280, "lottery"), "sample.method"),
        (lambda: Wanted(280, portions=(0.5, 0.6)), "sampling.portions"),
        (lambda: Wanted(280, cost=-1.0), "sample.cost"),
        (lambda: Wanted(200, minimum=3), "sampling.too_few_for_minimum"),
        (lambda: Wanted(280, response_rate=0.01), "sample.small_strata"),
        (lambda: Wanted(280, shares={"nowhere": 0.5}), "sample.shares"),
    ],
)
def test_a_plan_that_cannot_be_kept_is_refused_by_name(strata, wanted, key):
    assert fault(lambda: allocate(strata, wanted())).key == key


def test_no_stratum_of_the_frame_gets_nobody(strata):
    """Two interviews an area and 3 : 1 left 70 of 140 strata to nobody, and weights summed to fewer people."""
    small = strata.assign(population=np.where(strata["mode"] == "landline", 4, 90))
    for modes in ({"mobile": 3, "landline": 1}, {}):
        made = allocate(small, Wanted(140, modes=modes))
        assert made.interviews.sum() == 140 and (made.interviews == 1).all()
        assert (allocate(small, Wanted(300, modes=modes)).interviews >= 1).all()
    assert (allocate(small.iloc[1:], Wanted(300, modes=modes)).interviews >= 1).all()


def test_a_frame_with_more_strata_than_interviews_or_a_mode_without_a_part_is_refused(strata):
    found = fault(allocate, strata, Wanted(139, minimum=1))
    assert found.key == "sample.few_for_strata" and found.values == {"found": 139, "expected": 140}
    assert fault(allocate, strata, Wanted(560, modes={"mobile": 1, "landline": 0})).key == "sample.mode_nobody"


@pytest.mark.parametrize("sd", [0.0, 0.08])
def test_all_strata_reach_their_interviews_together_as_often_as_the_plan_says(sd):
    """70 of 50 interviews: 95 % for each is 4 % for all; what is drawn now gives them all at once in 95 % of waves."""
    towns = pd.DataFrame({"stratum": AREAS, "area": AREAS, "mode": None, "population": 5_000})
    wanted = Wanted(3_500, response_rate=0.4, eligibility=0.8, response_sd=sd)
    numbers = allocate(towns, wanted).numbers.to_numpy()
    rng, waves = np.random.default_rng(8), 4_000
    rate, spread = 0.32, 0.8 * sd
    both = rate * (1 - rate) / spread**2 - 1 if sd else 0.0
    yields = rng.beta(rate * both, (1 - rate) * both, (waves, 70)) if sd else rate
    together = (rng.binomial(numbers, yields, (waves, 70)) >= 50).all(axis=1).mean()
    assert together + 0.004 > 0.945 and together < 0.985
    each = numbers_needed(50, response_rate=0.4, eligibility=0.8).draw
    assert (rng.binomial(each, 0.32, (waves, 70)) >= 50).all(axis=1).mean() == pytest.approx(0.037, abs=0.01)
    older = Wanted.read({k: v for k, v in wanted.plain().items() if k not in ("together", "response_sd", "census")})
    assert not older.together and set(allocate(towns, older).numbers) == {each}


def test_small_strata_are_taken_whole_where_that_is_wanted_and_the_others_as_before(strata):
    """One landline number in every fifth township: refused with the name of the option, or all of it is called."""
    small = strata.assign(population=np.where(strata["mode"] == "landline", 3, 400))
    plan = Wanted(560, modes={"mobile": 3, "landline": 1}, response_rate=0.5)
    found = fault(allocate, small, plan)
    assert found.key == "sample.small_strata" and "--census" in text(found.key, "zh", **found.values)
    whole = allocate(small, replace(plan, census=True)).set_index("mode")
    landlines, mobiles = whole.loc["landline"], whole.loc["mobile"]
    assert (landlines.numbers == 3).all() and (landlines.interviews == 1).all() and (landlines.release <= 3).all()
    assert (mobiles.numbers < mobiles.population).all() and mobiles.interviews.sum() == 420


def test_response_rates_that_differ_more_than_they_can_are_refused():
    assert fault(numbers_needed, 5, response_rate=0.1, response_sd=0.31).key == "sampling.response_sd"
    assert (
        fault(numbers_needed, 5, response_rate=0.1, response_sd=0.29, assurance=0.9999).key == "sampling.never_enough"
    )
