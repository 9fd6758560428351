"""Rules: what is printed and what is shown, worked by hand; and the bulletin's tables on ENSU."""

import numpy as np
import pytest

from accountability import MET, MISSED, UNDECIDED, Rule, judge
from estimation import Estimate, Interval, LastK, RankSet
from words import Fault

FOUR = Estimate(("a", "b", "c", "d"), [4.0, 3.0, 2.0, 1.0], np.eye(4), np.inf)
SHARES = Estimate(("a", "b", "c"), [0.90, 0.82, 0.70], np.diag([0.02, 0.02, 0.02]) ** 2, np.inf)


def verdicts(rule, **options):
    return {v.area: v for v in judge([rule], SHARES, **options)}


def test_a_target_is_missed_or_met_only_if_the_whole_interval_says_so():
    found = verdicts(Rule("target", "at_least", 0.80))
    assert {a: v.outcome for a, v in found.items()} == {"a": MET, "b": UNDECIDED, "c": MISSED}
    assert {a: v.printed for a, v in found.items()} == {"a": True, "b": True, "c": False}
    assert found["a"].lower == pytest.approx(0.90 - 1.96 * 0.02, abs=1e-4)


def test_among_the_last_is_shown_only_by_a_rank_set_wholly_among_the_last():
    ranks = RankSet(("a", "b", "c"), np.array([1, 2, 3]), np.array([1, 1, 3]), np.array([1, 3, 3]), 0.95)
    found = verdicts(Rule("last", "not_last", 1), ranks=ranks)
    assert {a: v.outcome for a, v in found.items()} == {"a": MET, "b": UNDECIDED, "c": MISSED}
    assert {a: v.printed for a, v in found.items()} == {"a": True, "b": True, "c": False}
    assert (found["b"].lower, found["b"].estimate, found["b"].upper) == (1, 2, 3)


def test_all_areas_tied_at_the_last_allowed_place_are_among_the_last():
    ranks = RankSet(("a", "b", "c"), np.array([1, 2, 2]), np.array([1, 1, 1]), np.array([3, 3, 3]), 0.95)
    found = verdicts(Rule("last", "not_last", 1), ranks=ranks)
    assert {a: v.printed for a, v in found.items()} == {"a": True, "b": False, "c": False}


def test_an_unknown_kind_and_a_rank_rule_without_ranks_are_refused():
    with pytest.raises(Fault, match="no kind first"):
        Rule("x", "first", 3)
    with pytest.raises(Fault, match="needs rank"):
        judge([Rule("x", "not_last", 3)], SHARES)


def one(value, lower, upper, rule, **options):
    interval = Interval(np.array([lower]), np.array([upper]), 0.95)
    (verdict,) = judge([rule], Estimate(("a",), [value], [[1e-4]], np.inf), interval=interval, **options)
    return verdict.printed, verdict.outcome


@pytest.mark.parametrize("rounding", [0.0, 1e-16, -1e-16, 3e-13, -3e-13])
def test_a_target_is_reached_at_exactly_the_target_whatever_rounding_did(rounding):
    at = 0.8 + rounding
    target = Rule("target", "at_least", 0.8)
    assert one(at, 0.7, 0.9, target) == (True, UNDECIDED)
    assert one(0.85, at, 0.9, target) == (True, MET)  # an interval that begins at the target shows it met
    assert one(0.75, 0.7, at, target) == (False, UNDECIDED)  # one that ends there does not show it missed
    assert one(0.75, 0.7, 0.8 - 1e-6, target) == (False, MISSED)
    assert one(0.85, 0.8 - 1e-6, 0.9, target) == (True, UNDECIDED)


@pytest.mark.parametrize("threshold", [0.0, -10.0, 66.0])
def test_targets_anywhere_on_a_scale_are_reached_at_the_target(threshold):
    rule = Rule("target", "at_least", threshold)
    for value, reached in ((threshold, True), (threshold - 1e-17, True), (threshold - 1e-4, False)):
        assert one(value, value - 1, value + 1, rule) == (reached, UNDECIDED)


@pytest.mark.parametrize(
    "threshold, value, reached",
    [
        (0.8, 0.7996, True),  # printed as 80.0 %
        (0.8, 0.7995, True),  # halves are printed up
        (0.8, 0.79949, False),  # printed as 79.9 %
        (0.79, 0.7895, True),
        (0.7, 0.6996, True),
        (0.7992, 0.7993, True),  # a target finer than what is printed: reached by the value itself
        (0.7992, 0.7991, False),
        (0.7997, 0.7996, True),  # ... or by what is printed, 80.0 %
    ],
)
def test_a_figure_printed_as_the_target_reaches_it_as_printed(threshold, value, reached):
    rule = Rule("target", "at_least", threshold)
    assert one(value, 0.6, 0.9, rule, printed_unit=0.001) == (reached, UNDECIDED)
    assert one(value, 0.6, 0.9, rule)[0] == (value >= threshold)


@pytest.mark.parametrize("threshold, unit", [(0.07, 0.01), (1.12, 0.01), (4.001, 0.001)])
def test_a_target_on_the_printed_grid_is_on_it_whatever_rounding_did(threshold, unit):
    """0.07/0.01 is 7.000000000000001."""
    rule = Rule("target", "at_least", threshold)
    for below, reached in ((0.4, True), (0.6, False)):
        value = threshold - below * unit
        assert one(value, value - 1, value + 1, rule, printed_unit=unit)[0] == reached


def test_targets_far_smaller_than_one_are_compared_on_their_own_scale():
    rule = Rule("target", "at_least", 1e-6)
    found = judge([rule], Estimate(("a", "b"), [0.9996e-6, 1e-6], np.diag([1e-18, 1e-18]), np.inf))
    assert [v.printed for v in found] == [False, True]


def test_a_verdict_from_a_rank_set_has_the_level_of_the_set():
    ranks = RankSet(FOUR.names, *(np.array([1, 2, 3, 4]),) * 3, 0.95)
    assert {v.level for v in judge([Rule("last", "not_last", 1, level=0.9)], FOUR, ranks)} == {0.95}


def test_the_last_place_that_is_not_among_the_last_is_safe():
    """Four areas, one is the last: place 3 is safe, place 4 is not."""
    places = (np.array([1, 2, 3, 4]), np.array([1, 2, 3, 4]), np.array([1, 2, 3, 4]))
    found = judge([Rule("last", "not_last", 1)], FOUR, RankSet(FOUR.names, *places, 0.95))
    assert [v.outcome for v in found] == [MET, MET, MET, MISSED]
    assert [v.printed for v in found] == [True, True, True, False]
    wide = (np.array([1, 2, 3, 4]), np.array([1, 2, 3, 3]), np.array([1, 2, 4, 4]))
    found = judge([Rule("last", "not_last", 1)], FOUR, RankSet(FOUR.names, *wide, 0.95))
    assert [v.outcome for v in found] == [MET, MET, UNDECIDED, UNDECIDED]


def test_ties_at_the_boundary_are_among_the_last_and_exactly_k_worse_areas_are_enough():
    rule = Rule("last", "not_last", 2)
    for rank, printed in (
        ([1, 2, 3, 4], [True, True, False, False]),
        ([1, 2, 2, 4], [True, False, False, False]),  # one worse area where two are asked for
        ([1, 1, 3, 3], [True, True, False, False]),  # exactly two worse areas
        ([1, 1, 1, 1], [False] * 4),
    ):
        own = np.array(rank)
        sets = RankSet(FOUR.names, own, np.ones(4, dtype=int), np.full(4, 4), 0.95)
        assert [v.printed for v in judge([rule], FOUR, sets)] == printed


def test_with_a_split_only_the_split_shows_who_is_in_or_out():
    ranks = RankSet(FOUR.names, *(np.array([1, 2, 3, 4]),) * 3, 0.95)
    outcome = np.array(["out", "possible", "possible", "in"])
    split = LastK(FOUR.names, 1, False, outcome, *(np.zeros(4, dtype=int),) * 2, 2.0, 2.0, 0.025, 0.025)
    found = judge([Rule("last", "not_last", 1, level=0.9)], FOUR, ranks, split=split)
    assert [v.outcome for v in found] == [MET, UNDECIDED, UNDECIDED, MISSED]
    assert {v.level for v in found} == {0.9}
