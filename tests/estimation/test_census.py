"""Laibin's margins against the census file itself: its own sums, the survey's ages, and what the file does not have."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimation import census_margins
from words import Fault

FILE = Path(__file__).parents[2] / "data" / "guangxi" / "population.csv"
GROUPS = ["18-29", "30-39", "40-49", "50-59", "60-70"]


@pytest.fixture(scope="module")
def census():
    return pd.read_csv(FILE, dtype={"code": str, "code2023": str})


def test_the_census_file_s_own_sums_hold_for_every_county_city_and_the_region(census):
    bands = {sex: [c for c in census if c.startswith(f"{sex}_")] for sex in "mf"}
    assert [len(of) for of in bands.values()] == [19, 19]
    for column, parts in (
        ("pop_male", bands["m"]),
        ("pop_female", bands["f"]),
        ("pop_total", ["pop_male", "pop_female"]),
        ("pop_total", ["pop_urban", "pop_rural"]),
    ):
        assert (census[column] == census[parts].sum(axis=1)).all(), column
    region, city = census.code2023.str.endswith("0000"), census.code2023.str.endswith("00")
    counts = [c for c in census if c.startswith(("pop_", "m_", "f_"))]
    county = census[~city]
    assert (county[counts].sum() == census[region][counts].iloc[0]).all()
    for code in census.code2023[city & ~region]:
        own = county[county.code2023.str[:4] == code[:4]]
        assert (own[counts].sum() == census[census.code2023 == code][counts].iloc[0]).all(), code


def test_laibin_has_six_counties_and_its_people_of_18_to_70_are_counted_as_by_hand(census):
    found = census_margins(census, "4513", GROUPS, ["county", "sex*age_group", "county*urban"])
    table = found.table.set_index(["margin", "category"]).total
    city = census.set_index("code2023").loc["451300"]
    inner = [f"{a}-{a + 4}" for a in range(20, 70, 5)]
    by_hand = sum(
        city[f"{sex}_15-19"] * 2 / 5 + city[[f"{sex}_{band}" for band in inner]].sum() + city[f"{sex}_70-74"] / 5
        for sex in "mf"
    )
    np.testing.assert_allclose(table.groupby("margin").sum(), by_hand, rtol=1e-12)
    assert len(table.county) == 6 and len(table["sex*age_group"]) == 10 and len(table["county*urban"]) == 12
    assert table["sex*age_group", "f*30-39"] == city["f_30-34"] + city["f_35-39"]  # whole bands: whole numbers
    assert found.urban_all_ages and found.split.rule == "uniform"
    heshan = census.set_index("code2023").loc["451381"]
    share = table["county*urban", "451381*urban"] / table["county", "451381"]
    assert share == pytest.approx(heshan.pop_urban / heshan.pop_total, rel=1e-12)


def test_margins_of_one_city_are_sums_of_its_finest(census):
    margins = ["county*sex*age_group", "sex", "county*sex", "age_group"]
    table = census_margins(census, "4513", GROUPS, margins).table
    fine = table[table.margin == margins[0]]
    parts = fine.category.str.split("*", expand=True).set_axis(["county", "sex", "age_group"], axis=1)
    for margin in margins[1:]:
        columns = margin.split("*")
        mine = table[table.margin == margin].set_index("category").total
        sums = fine.total.groupby([parts[c] for c in columns]).sum()
        sums.index = ["*".join(k) if isinstance(k, tuple) else k for k in sums.index]
        pd.testing.assert_series_equal(mine.sort_index(), sums.sort_index(), check_names=False, rtol=1e-12)


def test_what_the_census_does_not_have_is_said(census):
    for margins, key in ((["urban*sex"], "census.no_cross"), (["township"], "census.margin"), ([], "margins.none")):
        with pytest.raises(Fault) as caught:
            census_margins(census, "4513", GROUPS, margins)
        assert caught.value.key == key and str(caught.value)
    with pytest.raises(Fault) as caught:
        census_margins(census, "9999", GROUPS, ["sex"])
    assert caught.value.key == "census.city" and "4513" in caught.value.values["expected"]
