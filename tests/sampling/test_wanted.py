"""Interviews of a plan shared out over its strata: every method, both modes, every plan that cannot be kept."""

import numpy as np
import pandas as pd
import pytest

from sampling import Wanted, allocate
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
        (lambda: Wanted(200, minimum=3), "sampling.too_few"),
        (lambda: Wanted(280, response_rate=0.01), "sampling.larger_than_stratum"),
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
