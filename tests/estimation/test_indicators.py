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


def test_no_answer_leaves_or_counts_as_the_definition_says():
    answers = pd.DataFrame({"q1": ["1", "2", "9", "1"]})
    strict = Measure("safe", "share", ("q1",), frozenset({"1"}), {}, True, against=frozenset({"9"}))
    np.testing.assert_array_equal(measure_values(answers, strict, ITEMS), [1.0, 0.0, 0.0, 1.0])
    scored = Measure("s", "score", ("q1",), frozenset(), {"1": 100.0, "2": 0.0, "9": 50.0}, True)
    np.testing.assert_array_equal(measure_values(answers, scored, ITEMS), [100.0, 0.0, 50.0, 100.0])


def test_a_weighted_score_is_over_the_answered_items_or_over_complete_answers():
    answers = pd.DataFrame({"q2": ["1", "2", "0"], "q3": ["3", "9", "2"]})
    options = {"weights": (0.2, 0.8)}
    score = Measure("s", "score", ("q2", "q3"), frozenset(), SCORE.points, True, **options)
    np.testing.assert_allclose(measure_values(answers, score, ITEMS), [20.0, 50.0, 50.0])
    complete = Measure("s", "score", ("q2", "q3"), frozenset(), SCORE.points, True, missing="complete", **options)
    np.testing.assert_allclose(measure_values(answers, complete, ITEMS), [20.0, np.nan, np.nan])


def test_of_several_answers_a_share_of_respondents_asks_whether_any_is_counted():
    why = Item("why", {"1": "", "2": "", "3": ""}, frozenset({"9"}), frozenset({""}), ";")
    measure = Measure("m", "share", ("why",), frozenset({"1", "2"}), {}, True)
    answers = pd.DataFrame({"why": ["1;3", "3", "9", "", "2;1"]})
    np.testing.assert_array_equal(measure_values(answers, measure, {"why": why}), [1.0, 0.0, np.nan, np.nan, 1.0])


@pytest.mark.parametrize("cell", ["1;1", "1;9", "4", "1;", "1,2"])
def test_a_cell_of_several_answers_that_is_none_is_not_taken(cell):
    why = Item("why", {"1": "", "2": ""}, frozenset({"9"}), frozenset(), ";")
    assert why.codes_in(cell) is None
    assert why.codes_in("9") == {"9"} and why.codes_in("2;1") == {"1", "2"}


def test_a_measure_outside_its_where_has_no_value():
    answers = pd.DataFrame({"q1": ["1", "2", "1"], "q2": ["1", "1", "3"]})
    measure = Measure("m", "share", ("q1",), frozenset({"1"}), {}, True, where={"q2": frozenset({"1"})})
    np.testing.assert_array_equal(measure_values(answers, measure, ITEMS), [1.0, 0.0, np.nan])
