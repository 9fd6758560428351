"""Against the documents: Laibin has 70 townships; against the census: the counties' populations sum to its totals."""

from pathlib import Path

import pandas as pd
import pytest

from sampling import city_frame, county_strata
from words import LANGUAGES, Fault, text

DATA = Path(__file__).parents[2] / "data" / "guangxi"


@pytest.fixture(scope="module")
def divisions():
    return pd.read_csv(DATA / "divisions.csv", dtype=str)


@pytest.fixture(scope="module")
def census():
    return pd.read_csv(DATA / "population.csv", dtype={"code": str, "code2023": str}).set_index("code2023")


@pytest.fixture(scope="module")
def laibin(divisions):
    return city_frame(divisions, "4513")


def _without(divisions, wrong):
    return divisions[~wrong]


def test_laibin_has_the_seventy_townships_of_the_documents(laibin):
    assert laibin.name == "来宾市"
    counts = laibin.townships.groupby("county_name").size().to_dict()
    expected = {"兴宾区": 24, "忻城县": 12, "象州县": 11, "武宣县": 10, "金秀瑶族自治县": 10, "合山市": 3}
    assert counts == expected
    assert len(laibin.townships) == 70 and laibin.townships.township.is_unique


def test_the_investment_zone_is_left_out_and_named(laibin):
    assert laibin.left_out.to_dict("records") == [
        {"township": "451302402", "name": "来华投资区", "county": "451302", "county_name": "兴宾区"}
    ]


def test_every_unit_of_guangxi_is_a_township_or_listed_as_left_out(divisions):
    frames = [city_frame(divisions, city) for city in divisions.code[divisions.level == "city"]]
    assert sum(len(f.left_out) for f in frames) == 31
    both = pd.concat([part.township for f in frames for part in (f.townships, f.left_out)])
    assert sorted(both) == sorted(divisions.code[divisions.level == "township"])


def test_the_order_of_the_file_does_not_matter_and_the_file_is_not_changed(divisions, laibin):
    turned = divisions.iloc[::-1].copy()
    before = turned.copy()
    pd.testing.assert_frame_equal(city_frame(turned, "4513").townships, laibin.townships)
    pd.testing.assert_frame_equal(turned, before)


def test_the_census_counties_sum_to_region_and_cities(divisions, census):
    counties = set(divisions.code[divisions.level == "county"])
    assert counties <= set(census.index)
    assert census.pop_total[census.index.isin(counties)].sum() == census.pop_total["450000"] == 50_126_804
    for city in divisions.code[divisions.level == "city"]:
        strata = county_strata(city_frame(divisions, city), census.pop_total)
        assert strata.population.sum() == census.pop_total[f"{city}00"]


def test_laibins_counties_sum_to_its_population(laibin, census):
    strata = county_strata(laibin, census.pop_total)
    assert list(strata.stratum) == ["451302", "451321", "451322", "451323", "451324", "451381"]
    assert strata.population.sum() == census.pop_total["451300"] == 2_074_611


FAULTS = {
    "sampling.city_unknown": lambda d, c: city_frame(d, "451300"),
    "sampling.county_without_townships": lambda d, c: city_frame(
        _without(d, (d.parent == "451381") & (d.level == "township")), "4513"
    ),
    "sampling.township_code": lambda d, c: city_frame(d.replace({"code": {"451381100": "451380100"}}), "4513"),
    "sampling.county_without_population": lambda d, c: county_strata(city_frame(d, "4513"), c.drop("451324")),
    "table.key": lambda d, c: city_frame(pd.concat([d, d.iloc[[5]]]), "4513"),
}


@pytest.mark.parametrize("key", FAULTS)
def test_every_fault_of_a_frame_speaks_both_languages(key, divisions, census):
    with pytest.raises(Fault) as caught:
        FAULTS[key](divisions, census.pop_total)
    assert caught.value.key == key
    assert len({text(key, language, **caught.value.values) for language in LANGUAGES}) == 2


def test_a_fault_names_the_county_it_means(divisions, census):
    frame = city_frame(divisions, "4513")
    for population in (census.pop_total.drop("451324"), census.pop_total.where(census.index != "451324", 0)):
        with pytest.raises(Fault, match="451324 金秀瑶族自治县"):
            county_strata(frame, population)
    only_zone = _without(divisions, divisions.parent.eq("451302") & divisions.code.ne("451302402"))
    with pytest.raises(Fault, match="451302 兴宾区"):
        city_frame(only_zone, "4513")


def test_a_city_without_counties_is_a_fault(divisions):
    with pytest.raises(Fault, match="4513 来宾市"):
        city_frame(_without(divisions, divisions.parent == "4513"), "4513")
