"""Interviews by kind of person: what is expected by hand, the limits beside scipy's binomial law, what is unknown."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from fieldwork.composition import FEWER, MORE, USUAL, composition, count_limits

PEOPLE = {"a*m": 60, "a*f": 40, "b*m": 100, "b*f": 300}  # of area and sex
MADE = {"a*m": 2, "a*f": 8, "b*m": 12, "b*f": 18}


def interviews(made: dict[str, int]) -> pd.DataFrame:
    rows = [category.split("*") for category, n in made.items() for _ in range(n)]
    return pd.DataFrame(rows, columns=["town", "sex"])


def test_within_areas_the_expected_numbers_are_those_worked_by_hand():
    """10 · .6 + 30 · .25 = 13.5 men and 10 · .4 + 30 · .75 = 26.5 women."""
    told = composition(interviews(MADE), "town*sex", "town", PEOPLE, None)
    assert told.columns == ("sex",) and told.unknown == 0
    assert told.kinds.interviews.to_dict() == {"m": 14, "f": 26}
    assert np.allclose(told.kinds.expected, [13.5, 26.5]) and told.kinds.state.to_list() == [USUAL, USUAL]
    assert told.kinds.population.to_list() == [160, 340]
    assert np.allclose(told.cells.expected, [6, 4, 7.5, 22.5])


def test_over_all_areas_the_expected_numbers_are_those_worked_by_hand():
    """40 interviews, 160 of 500 people are men: 12.8; with ten for the other sex alone, men are few beyond chance."""
    totals = {"m": 160, "f": 340}
    told = composition(interviews(MADE), "sex", "town", totals, None)
    assert np.allclose(told.kinds.expected, [12.8, 27.2]) and told.cells is None
    uneven = composition(interviews({"a*m": 2, "a*f": 38}), "sex", "town", totals, None)
    assert uneven.kinds.state.to_list() == [FEWER, MORE]


def test_who_has_no_kind_is_counted_apart_and_expected_nowhere():
    people = interviews(MADE | {"a*": 3, "b*x": 2})
    told = composition(people, "sex", "town", {"m": 160, "f": 340}, None)
    assert told.unknown == 5 and told.kinds.expected.sum() == pytest.approx(40)


def test_quotas_stand_beside_the_people_or_alone():
    both = composition(interviews(MADE), "sex", "town", {"m": 160, "f": 340}, {"f": 30, "m": 10})
    assert both.kinds.quota.to_dict() == {"m": 10, "f": 30}
    alone = composition(interviews(MADE), "town*sex", "town", None, {"a*m": 5})
    assert alone.kinds.quota.to_dict() == {"a*m": 5} and alone.kinds.interviews.to_list() == [2]
    assert alone.kinds.expected.isna().all() and alone.kinds.state.to_list() == [""] and alone.unknown == 38
    some = composition(interviews(MADE), "town*sex", "town", PEOPLE, {"a*m": 5})
    assert some.kinds.quota.isna().all()  # that of one area is none of all areas
    areas = composition(interviews(MADE), "town", "town", None, {"a": 12, "b": 12})
    assert areas.kinds.interviews.to_dict() == {"a": 10, "b": 30}


def test_limits_are_those_of_the_binomial_law_and_hold_together():
    shares = np.array([0.0, 0.004, 0.1, 0.396, 0.5])
    for n in (1, 7, 200):
        low, high = count_limits(n * shares, level=0.95)
        assert np.array_equal(low, np.maximum(binom.ppf(0.005, n, shares), 0))
        assert np.array_equal(high, binom.ppf(0.995, n, shares).clip(0))
        outside = binom.cdf(low - 1, n, shares) + binom.sf(high, n, shares)
        assert outside.sum() <= 0.05
