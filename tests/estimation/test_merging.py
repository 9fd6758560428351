"""Merge rules of margins: which neighbour, in which order, and the refusal where no rule helps."""

from dataclasses import replace

import numpy as np
import pytest
from test_weighting import NUMBERS, PLAN, TOTALS

from estimation import weigh
from estimation.weighting.merging import merged_categories
from estimation.weighting.steps import Calibrating
from words import Fault

MARGIN = "sex*age_group"
KNOWN = {"a": 10.0, "b": 20.0, "c": 30.0, "d": 5.0}


def steps(**rules):
    """The plan of test_weighting, calibrated to one margin, with merge rules."""
    merge = {MARGIN: {category.replace("_", "*").replace("to", "-"): of for category, of in rules.items()}}
    return replace(PLAN, calibrating=Calibrating((MARGIN, "town"), merge=merge if rules else {}))


def test_an_empty_category_joins_its_first_neighbour_that_has_answers():
    rules = {"a": ("b", "c"), "d": ("a", "c")}
    assert merged_categories({"b": 1, "c": 1, "d": 1}, KNOWN, rules) == {"a": "a + b", "b": "a + b"}
    assert merged_categories({"c": 1, "d": 1}, KNOWN, {"a": ("b", "c"), "b": ("c",)}) == dict.fromkeys(
        "abc", "a + b + c"
    )
    assert merged_categories({"b": 1, "c": 1}, KNOWN, rules) == dict.fromkeys("abd", "a + b + d")  # where a is by then
    assert not merged_categories({"a": 1, "b": 1, "c": 1, "d": 1}, KNOWN, rules)  # nobody is missing
    assert not merged_categories({"a": 0, "b": 1}, {"a": 0.0, "b": 2.0}, rules)  # nobody lives there


def test_a_category_without_rules_or_without_neighbours_that_answered_stays_as_it_is():
    assert not merged_categories({"b": 1, "d": 1}, KNOWN, {"b": ("a",)})
    assert not merged_categories({"d": 1}, KNOWN, {"a": ("b", "c")})


def test_calibration_with_a_merged_category_meets_the_sum_of_the_totals_and_shows_it_in_its_step():
    """The sample has no young men: without a rule it is refused, as before."""
    with pytest.raises(Fault) as caught:
        weigh(NUMBERS.query("not (sex == 'm' and age == '20')"), steps(), TOTALS)
    assert caught.value.key == "margins.nobody" and "[weighting.calibration.merge]" in str(caught.value)
    found = weigh(NUMBERS.query("not (sex == 'm' and age == '20')"), steps(m_18to39=("m*40-70",)), TOTALS)
    margins = found.margins().set_index(["margin", "category"])
    merged = margins.loc[(MARGIN, "m*18-39 + m*40-70")]
    assert merged.known == 60 and merged.after == pytest.approx(60)
    assert margins.after[(MARGIN, "f*18-39")] == pytest.approx(25)
    assert f"{MARGIN} = m*18-39 + m*40-70" in found.steps[-1].changes.index


def test_rules_that_are_not_needed_change_no_weight():
    plain, ruled = (weigh(NUMBERS, each, TOTALS) for each in (steps(), steps(m_18to39=("m*40-70",))))
    np.testing.assert_array_equal(plain.weight, ruled.weight)


def test_a_rule_about_a_category_that_nobody_knows_is_refused():
    with pytest.raises(Fault) as caught:
        weigh(NUMBERS, steps(m_18to29=("m*40-70",)), TOTALS)
    assert caught.value.key == "weighting.merge_unknown" and "m*18-29" in caught.value.sentences["zh"]
