"""Number banks: Guangxi's real prefixes, every number once, any sample as likely as any other, and what is refused."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sampling import Bank, NumberBanks, bank_findings, draw_numbers, landline_banks, mobile_banks, placed
from sampling.draw.permutation import KeyedPermutation
from words import LANGUAGES, Fault, text

DATA = Path(__file__).parents[2] / "data" / "guangxi"
KEY = b"a secret of thirty-two bytes ...."


@pytest.fixture(scope="module")
def segments():
    return pd.read_csv(DATA / "mobile_segments.csv", dtype=str)


@pytest.fixture(scope="module")
def laibin(segments):
    return NumberBanks(
        mobile_banks(segments, ["4513"]) + landline_banks("0772", ["42", "52"], ["4502", "4513"], length=7)
    )


def test_laibin_has_four_million_six_hundred_thirty_thousand_mobile_numbers(laibin):
    strata = laibin.strata.set_index("stratum")
    assert strata.population.to_dict() == {"mobile 4513": 4_630_000, "landline 4502+4513": 200_000}
    assert strata.banks["mobile 4513"] == 463


def test_a_draw_from_all_of_guangxi_costs_no_more_than_its_sample(segments):
    cities = sorted(segments.city_code.unique())
    banks = NumberBanks(mobile_banks(segments, cities))
    assert banks.strata.population.sum() == 147_550_000
    drawn = draw_numbers(banks, dict.fromkeys(banks.strata.stratum, 300), key=KEY, start=0.3)
    assert len(drawn) == drawn.unit_id.nunique() == 14 * 300
    assert drawn.unit_id.str.fullmatch("1[0-9]{10}").all()
    city = drawn.unit_id.str[:7].map(segments.set_index("segment7").city_code)
    assert ("mobile " + city == drawn.stratum).all()
    assert drawn.groupby("stratum").base_weight.sum().to_numpy() == pytest.approx(banks.strata.population.to_numpy())


def test_numbers_are_those_of_the_bank_the_place_falls_in():
    banks = NumberBanks([Bank("12", ("x",), 1), Bank("45", ("x",), 2), Bank("33", ("y",), 1)])
    assert list(banks.numbers("mobile x", [0, 9, 10, 109])) == ["120", "129", "4500", "4599"]


@pytest.mark.parametrize("size", [1, 2, 3, 10, 97, 1000, 4630])
def test_a_keyed_permutation_takes_every_value_once(size):
    assert sorted(KeyedPermutation(size, key=KEY)(np.arange(size))) == list(range(size))


def test_a_permutation_is_settled_by_its_key_and_label():
    places = np.arange(1000)
    one = KeyedPermutation(10**7, key=KEY, label="a")(places)
    assert (one == KeyedPermutation(10**7, key=KEY, label="a")(places)).all()
    assert (one != KeyedPermutation(10**7, key=KEY, label="b")(places)).all()
    assert (one != KeyedPermutation(10**7, key=KEY + b"!", label="a")(places)).all()
    assert stats.kstest(one / 10**7, "uniform").pvalue > 1e-6
    assert stats.kstest(np.diff(one) % 10**7 / 10**7, "uniform").pvalue > 1e-6


def test_over_many_keys_every_subset_is_as_likely_as_any_other():
    counts = dict.fromkeys(combinations(range(7), 2), 0)
    for trial in range(3000):
        counts[tuple(sorted(KeyedPermutation(7, key=KEY, label=str(trial))(np.array([2, 3])).tolist()))] += 1
    assert stats.chisquare(list(counts.values())).pvalue > 1e-6


def test_waves_that_follow_each_other_do_not_meet_until_all_numbers_were_used():
    banks = NumberBanks([Bank("130", ("x",), 2)])
    taken = [draw_numbers(banks, {"mobile x": 30}, key=KEY, start=0.8, after=30 * wave) for wave in range(3)]
    assert pd.concat(taken).unit_id.is_unique
    again = draw_numbers(banks, {"mobile x": 30}, key=KEY, start=0.8)
    pd.testing.assert_frame_equal(again, taken[0])
    with pytest.raises(Fault):
        draw_numbers(banks, {"mobile x": 30}, key=KEY, start=0.8, after=90)


def test_banks_say_that_they_stop_at_the_city_and_share_area_codes(laibin):
    found = {finding.key: finding.values for finding in bank_findings(laibin, ["4513", "451302", "451302001", "4601"])}
    assert found["frame.below_city"]["areas"] == ["451302", "451302001"]
    assert found["frame.shared_code"]["areas"] == ["4502+4513"]
    assert found["frame.not_covered"]["areas"] == ["4601"]
    only_city = NumberBanks([Bank("1300069", ("4501",))])
    assert bank_findings(only_city, ["4501"]) == ()


def test_a_shared_bank_is_the_own_of_the_city_a_frame_is_made_for(laibin):
    own = NumberBanks(placed(laibin.banks, ["4513"]))
    assert own.strata.set_index("stratum").population.to_dict() == {"mobile 4513": 4_630_000, "landline 4513": 200_000}
    (shared,) = bank_findings(laibin, ["4513"], cities=["4513"])
    assert shared.key == "frame.shared_code"
    assert "frame.not_covered" in {f.key for f in bank_findings(laibin, ["4502"], cities=["4513"])}
    assert placed(laibin.banks, ["4501"]) == []


@pytest.mark.parametrize("area_code", ["772", "01", "011", "07721", "0١0", "0172"])
def test_what_is_no_area_code_is_refused(area_code):
    with pytest.raises(Fault) as caught:
        landline_banks(area_code, ["42"], ["4513"], length=8)
    assert caught.value.key == "phone.area_code"


FAULTS = {
    "phone.bank": lambda s, b: Bank("13a", ("x",)),
    "phone.overlap": lambda s, b: NumberBanks([Bank("130", ("x",), 5), Bank("1300", ("x",))]),
    "phone.no_prefix": lambda s, b: mobile_banks(s, ["451300"]),
    "phone.prefix": lambda s, b: mobile_banks(s.assign(segment7="130"), ["4513"]),
    "phone.area_code": lambda s, b: landline_banks("772", ["42"], ["4513"], length=7),
    "phone.exchange": lambda s, b: landline_banks("0772", ["02"], ["4513"], length=7),
    "phone.length": lambda s, b: landline_banks("010", ["42"], ["1101"], length=7),
    "phone.shared": lambda s, b: placed(b.banks, ["4502", "4513"]),
    "sampling.unknown_strata": lambda s, b: draw_numbers(b, {"mobile 1": 3}, key=KEY, start=0.1),
    "sampling.larger_than_stratum": lambda s, b: draw_numbers(b, {"mobile 4513": 10**7}, key=KEY, start=0.1),
    "sampling.start": lambda s, b: draw_numbers(b, {"mobile 4513": 10}, key=KEY, start=1.1),
    "sampling.key": lambda s, b: draw_numbers(b, {"mobile 4513": 10}, key=b"", start=0.1),
    "sampling.no_rows": lambda s, b: NumberBanks([]),
}


@pytest.mark.parametrize("key", FAULTS)
def test_every_fault_speaks_both_languages(key, segments, laibin):
    with pytest.raises(Fault) as caught:
        FAULTS[key](segments, laibin)
    assert caught.value.key == key
    assert len({text(key, language, **caught.value.values) for language in LANGUAGES}) == 2
