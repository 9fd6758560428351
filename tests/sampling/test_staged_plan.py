"""A plan of two stages: the PSUs that a list has, how many are drawn, and what is refused."""

import pandas as pd
import pytest

from sampling import numbers_needed
from sampling.planning.staged_plan import allocate_stages, psu_list
from sampling.planning.wanted import Wanted
from words import LANGUAGES, Fault, text

UNITS = pd.DataFrame(
    [
        (f"{village}{k}", village[0], village, prn)
        for village, size, prn in (("n1", 40, 0.3), ("n2", 60, 0.6), ("n3", 50, 0.1), ("s1", 30, 0.8), ("s2", 70, 0.2))
        for k in range(size)
    ],
    columns=["unit_id", "stratum", "psu", "prn"],
)
UNITS["prn"] += UNITS.groupby("psu").cumcount() / 1_000
STRATA = pd.DataFrame({"stratum": ["n", "s"], "area": ["n", "s"], "mode": None, "population": [150, 100]})


def fault_of(call) -> Fault:
    with pytest.raises(Fault) as caught:
        call()
    assert len({text(caught.value.key, language, **caught.value.values) for language in LANGUAGES}) == 2
    return caught.value


def test_the_psus_of_a_list_have_its_sizes_and_the_smallest_number_of_their_units():
    found = psu_list(UNITS.sample(frac=1, random_state=1)).set_index("unit_id")
    assert found.units.to_dict() == {"n1": 40, "n2": 60, "n3": 50, "s1": 30, "s2": 70}
    assert found.stratum.to_dict() == {"n1": "n", "n2": "n", "n3": "n", "s1": "s", "s2": "s"}
    assert found.prn.to_dict() == pytest.approx({"n1": 0.3, "n2": 0.6, "n3": 0.1, "s1": 0.8, "s2": 0.2})


@pytest.mark.parametrize(("interviews", "each", "psus"), [(20, 4, (3, 2)), (25, 5, (3, 2)), (10, 5, (2, 2))])
def test_a_stratum_has_as_many_psus_as_its_interviews_fill_and_two_at_least(interviews, each, psus):
    wanted = Wanted(interviews, each=each, response_rate=0.5, eligibility=0.8)
    found = allocate_stages(STRATA, psu_list(UNITS), wanted)
    rates = {"response_rate": 0.5, "eligibility": 0.8}
    need = [numbers_needed(k * each, **rates, assurance=0.95**0.5) for k in psus]
    assert tuple(found.psus) == psus
    assert list(found.interviews) == [k * each for k in psus]
    assert list(found.release) == [size.expected_numbers for size in need]
    per_psu = {n / k for n, k in zip(found.numbers, psus, strict=True)}
    assert per_psu == {max(-(-size.draw // k) for size, k in zip(need, psus, strict=True))}


def test_a_stratum_with_too_few_psus_is_named_with_how_many_it_needs_and_has():
    fault = fault_of(lambda: allocate_stages(STRATA, psu_list(UNITS), Wanted(40, each=4)))
    assert fault.key == "sampling.few_psus" and fault.values["strata"] == ["n: 6 > 3", "s: 4 > 2"]


def test_psus_smaller_than_what_is_drawn_in_each_are_named_with_how_many_that_is():
    fault = fault_of(lambda: allocate_stages(STRATA, psu_list(UNITS), Wanted(100, each=35)))
    assert fault.key == "sampling.small_psus" and fault.values == {"psus": ["s1"], "expected": 35}
    exactly = allocate_stages(STRATA, psu_list(UNITS), Wanted(100, each=30))
    assert list(exactly.psus) == [2, 2]


def test_units_without_a_psu_and_psus_in_two_strata_are_refused():
    without = UNITS.assign(psu=UNITS.psu.where(UNITS.index > 1))
    fault = fault_of(lambda: psu_list(without))
    assert fault.key == "sampling.without_psu" and fault.values["count"] == 2
    assert fault_of(lambda: psu_list(UNITS.drop(columns="psu"))).values["count"] == len(UNITS)
    torn = UNITS.assign(stratum=UNITS.stratum.where(UNITS.index != 0, "s"))
    assert fault_of(lambda: psu_list(torn)).values["psus"] == ["n1"]
