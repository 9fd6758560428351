"""Age groups and census bands: whole bands go untouched, cut ones by years, and every mistake says which."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimation import age_spans, cut_ages, split_bands
from words import Fault

BANDS = ["0", "1-4", *(f"{a}-{a + 4}" for a in range(5, 85, 5)), "85+"]
COUNTS = pd.DataFrame([np.arange(1.0, 20.0) * 1000, np.arange(19.0, 0.0, -1.0) * 10], index=["a", "b"], columns=BANDS)


def key_of(function, *arguments) -> str:
    with pytest.raises(Fault) as caught:
        function(*arguments)
    assert str(caught.value)
    return caught.value.key


def test_the_survey_s_ages_take_two_fifths_of_15_19_and_one_fifth_of_70_74():
    found = split_bands(COUNTS, ["18-29", "30-70"])
    by_hand = COUNTS["15-19"] * 2 / 5 + COUNTS["20-24"] + COUNTS["25-29"]
    pd.testing.assert_series_equal(found.totals["18-29"], by_hand, check_names=False)
    whole = COUNTS[[f"{a}-{a + 4}" for a in range(30, 70, 5)]].sum(axis=1)
    pd.testing.assert_series_equal(found.totals["30-70"], whole + COUNTS["70-74"] / 5, check_names=False)
    assert found.rule == "uniform"
    assert found.parts.to_numpy().tolist() == [["15-19", "18-29", 2, 5], ["70-74", "30-70", 1, 5]]


def test_whole_bands_are_untouched_and_the_totals_are_the_census_s():
    found = split_bands(COUNTS, ["0-4", "5-64", "65+"])
    assert found.parts.empty
    np.testing.assert_array_equal(found.totals.sum(axis=1), COUNTS.sum(axis=1))
    np.testing.assert_array_equal(found.totals["0-4"], COUNTS["0"] + COUNTS["1-4"])
    np.testing.assert_array_equal(split_bands(COUNTS, BANDS).totals.to_numpy(), COUNTS.to_numpy())


@given(st.sets(st.integers(1, 85), min_size=1, max_size=8))
def test_however_ages_are_cut_people_are_neither_lost_nor_made_and_years_are_counted_one_by_one(starts):
    limits = [0, *sorted(starts), 86]
    groups = [f"{a}-{b - 1}" for a, b in pairwise(limits[:-1])] + [f"{limits[-2]}+"]
    found = split_bands(COUNTS, groups)
    np.testing.assert_allclose(found.totals.sum(axis=1), COUNTS.sum(axis=1), rtol=1e-12)
    for group, (low, above) in zip(groups, pairwise(limits), strict=True):
        naive = np.zeros(2)
        for year in range(low, min(above, 85)):  # a second way: single years, each an equal part of its band
            band = next(b for b in BANDS[:-1] if int(b.split("-")[0]) <= year <= int(b.split("-")[-1]))
            naive += COUNTS[band].to_numpy() / (int(band.split("-")[-1]) - int(band.split("-")[0]) + 1)
        naive += COUNTS["85+"].to_numpy() * (above == 86)
        np.testing.assert_allclose(found.totals[group], naive, rtol=1e-12)


def test_ages_fall_into_their_groups_at_the_limits():
    assert list(cut_ages(["18", "29", "30", "70"], ["18-29", "30-70"])) == ["18-29", "18-29", "30-70", "30-70"]
    assert list(cut_ages([18.0, 120], ["18-59", "60+"])) == ["18-59", "60+"]
    assert [s.above for s in age_spans(["0", "1-4", "5+"])] == [1, 5, np.inf]


def test_mistakes_in_ages_are_named():
    assert key_of(cut_ages, [17], ["18-29"]) == key_of(cut_ages, ["old"], ["18+"]) == "ages.outside"
    assert key_of(age_spans, ["18-29", "31-40"]) == key_of(age_spans, ["18+", "30-40"]) == "ages.neighbours"
    assert key_of(age_spans, ["adults"]) == key_of(age_spans, ["30-20"]) == "ages.span"
    assert key_of(age_spans, []) == "ages.none"
    assert key_of(split_bands, COUNTS, ["18-89", "90+"]) == "ages.open_band"
    assert key_of(split_bands, COUNTS[["15-19", "20-24"]], ["10-19"]) == "ages.beyond_bands"
