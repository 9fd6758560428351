"""Measures: what an answer is worth, and what "don't know" and "not asked" do."""

import numpy as np
import pandas as pd
import pytest

from estimation import Item, Measure, measure_values
from words import Fault

ITEMS = {
    "q1": Item("q1", {"1": "", "2": ""}, frozenset({"9"}), frozenset()),
    "q2": Item("q2", {"1": "", "2": "", "3": ""}, frozenset({"9"}), frozenset({"0"})),
    "q3": Item("q3", {"1": "", "2": "", "3": ""}, frozenset({"9"}), frozenset({"0"})),
}
SHARE = Measure("safe", "share", ("q1",), frozenset({"1"}), {}, True)
SCORE = Measure("score", "score", ("q2", "q3"), frozenset(), {"1": 100.0, "2": 50.0, "3": 0.0}, True)


def test_a_share_counts_its_codes_among_those_who_answered():
    answers = pd.DataFrame({"q1": ["1", "2", "9", "1"]})
    np.testing.assert_array_equal(measure_values(answers, SHARE, ITEMS), [1.0, 0.0, np.nan, 1.0])


def test_a_score_is_the_mean_of_the_items_a_person_answered():
    answers = pd.DataFrame({"q2": ["1", "1", "9", "0"], "q3": ["2", "0", "3", "9"]})
    np.testing.assert_array_equal(measure_values(answers, SCORE, ITEMS), [75.0, 100.0, 0.0, np.nan])


def test_the_scale_of_a_measure_is_0_to_1_or_its_smallest_to_largest_points():
    assert (SHARE.low, SHARE.high) == (0.0, 1.0)
    assert (SCORE.low, SCORE.high) == (0.0, 100.0)


def test_a_missing_item_is_named():
    with pytest.raises(Fault, match="needs the items q3"):
        measure_values(pd.DataFrame({"q2": ["1"]}), SCORE, ITEMS)
