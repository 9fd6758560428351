"""Rules: what is printed and what is shown, worked by hand; and the bulletin's tables on ENSU."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from accountability import MET, MISSED, UNDECIDED, Figures, Rule, judge
from accountability.rules import KINDS, NO_KINDS, verdicts_among_shown
from estimation import Estimate, Interval, LastK, RankSet
from words import Fault, dictionary

RULES = Path(__file__).parents[2] / "accountability" / "rules"
FOUR = Estimate(("a", "b", "c", "d"), [4.0, 3.0, 2.0, 1.0], np.eye(4), np.inf)
SHARES = Estimate(("a", "b", "c"), [0.90, 0.82, 0.70], np.diag([0.02, 0.02, 0.02]) ** 2, np.inf)


def verdicts(rule, **options):
    return {v.area: v for v in judge([rule], Figures(SHARES, **options))}


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


@pytest.mark.parametrize(
    ("kind", "places", "listed"),
    [  # of a, b, c, d; the last two are listed
        ("not_last", [1, 2, 2, 4], "bcd"),
        ("not_last_none_beyond", [1, 2, 2, 4], "d"),
        ("not_last_in_order", [1, 2, 2, 4], "cd"),
        ("not_last", [1, 1, 3, 3], "cd"),
        ("not_last_none_beyond", [1, 1, 3, 3], "cd"),
        ("not_last_in_order", [1, 1, 3, 3], "cd"),
        ("not_last", [1, 1, 1, 1], "abcd"),
        ("not_last_none_beyond", [1, 1, 1, 1], ""),
        ("not_last_in_order", [1, 1, 1, 1], "cd"),
        ("not_last_in_order", [4, 2, 2, 1], "ac"),
    ],
)
def test_ties_at_the_last_allowed_place_are_in_or_out_or_go_by_the_programme_s_order(kind, places, listed):
    rank = np.array(places)
    ranks = RankSet(tuple("abcd"), rank, np.full(4, 1), np.full(4, 4), 0.95)
    found = judge([Rule("last", kind, 2)], Figures(FOUR, ranks))
    assert [v.area for v in found if not v.printed] == list(listed)
    shown = pd.DataFrame({"rank": rank, "rank_lower": 1, "rank_upper": 4}, index=list("abcd"))
    best_last = verdicts_of(Rule("last", kind, 2), [UNDECIDED] * 4).iloc[::-1]
    among = verdicts_among_shown(best_last, [Rule("last", kind, 2)], shown, withheld=1)
    assert sorted(among.area[~among.printed.astype(bool)]) == list(listed)


def test_an_unknown_kind_and_a_rank_rule_without_ranks_are_refused():
    with pytest.raises(Fault, match="no kind furthest"):
        Rule("x", "furthest", 3)
    with pytest.raises(Fault, match="needs rank"):
        judge([Rule("x", "not_last", 3)], Figures(SHARES))


def one(value, lower, upper, rule, **options):
    interval = Interval(np.array([lower]), np.array([upper]), 0.95)
    estimate = Estimate(("a",), [value], [[1e-4]], np.inf)
    (verdict,) = judge([rule], Figures(estimate, limits=lambda _: interval, **options))
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


@pytest.mark.parametrize("rounding", [0.0, 1e-16, -1e-16, 3e-13, -3e-13])
def test_a_limit_is_kept_at_exactly_the_limit_and_is_the_mirror_image_of_a_target(rounding):
    at = 0.8 + rounding
    limit = Rule("limit", "at_most", 0.8)
    assert one(at, 0.7, 0.9, limit) == (True, UNDECIDED)
    assert one(0.75, 0.7, at, limit) == (True, MET)  # an interval that ends at the limit shows it kept
    assert one(0.85, at, 0.9, limit) == (False, UNDECIDED)  # one that begins there does not show it exceeded
    assert one(0.85, 0.8 + 1e-6, 0.9, limit) == (False, MISSED)
    assert one(0.75, 0.7, 0.8 + 1e-6, limit) == (True, UNDECIDED)


@pytest.mark.parametrize(
    "threshold, value, kept",
    [
        (10.0, 10.04, True),  # printed as 10.0 minutes
        (10.0, 10.05, False),  # halves are printed up
        (10.0, 9.99, True),
        (9.98, 9.99, False),  # a limit finer than what is printed, 10.0, is kept by the value itself alone
        (9.98, 9.97, True),
    ],
)
def test_a_figure_printed_as_the_limit_keeps_it_as_printed(threshold, value, kept):
    rule = Rule("limit", "at_most", threshold)
    assert one(value, 5.0, 20.0, rule, printed_unit=0.1) == (kept, UNDECIDED)
    assert one(value, 5.0, 20.0, rule)[0] == (value <= threshold)


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
    found = judge([rule], Figures(Estimate(("a", "b"), [0.9996e-6, 1e-6], np.diag([1e-18, 1e-18]), np.inf)))
    assert [v.printed for v in found] == [False, True]


def test_a_verdict_from_a_rank_set_has_the_level_of_the_set():
    ranks = RankSet(FOUR.names, *(np.array([1, 2, 3, 4]),) * 3, 0.95)
    assert {v.level for v in judge([Rule("last", "not_last", 1, level=0.9)], Figures(FOUR, ranks))} == {0.95}


def test_the_last_place_that_is_not_among_the_last_is_safe():
    """Four areas, one is the last: place 3 is safe, place 4 is not."""
    places = (np.array([1, 2, 3, 4]), np.array([1, 2, 3, 4]), np.array([1, 2, 3, 4]))
    found = judge([Rule("last", "not_last", 1)], Figures(FOUR, RankSet(FOUR.names, *places, 0.95)))
    assert [v.outcome for v in found] == [MET, MET, MET, MISSED]
    assert [v.printed for v in found] == [True, True, True, False]
    wide = (np.array([1, 2, 3, 4]), np.array([1, 2, 3, 3]), np.array([1, 2, 4, 4]))
    found = judge([Rule("last", "not_last", 1)], Figures(FOUR, RankSet(FOUR.names, *wide, 0.95)))
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
        assert [v.printed for v in judge([rule], Figures(FOUR, sets))] == printed


def test_with_a_split_only_the_split_shows_who_is_in_or_out():
    ranks = RankSet(FOUR.names, *(np.array([1, 2, 3, 4]),) * 3, 0.95)
    outcome = np.array(["out", "possible", "possible", "in"])
    split = LastK(FOUR.names, 1, False, outcome, *(np.zeros(4, dtype=int),) * 2, 2.0, 2.0, 0.025, 0.025)
    found = judge([Rule("last", "not_last", 1, level=0.9)], Figures(FOUR, ranks, split=lambda *_: split))
    assert [v.outcome for v in found] == [MET, UNDECIDED, UNDECIDED, MISSED]
    assert {v.level for v in found} == {0.9}


def test_a_split_is_asked_for_the_rules_own_k_and_level():
    asked = []
    ranks = RankSet(FOUR.names, *(np.array([1, 2, 3, 4]),) * 3, 0.95)
    figures = Figures(FOUR, ranks, split=lambda k, level: asked.append((k, level)))
    judge([Rule("one", "not_last", 1, level=0.9), Rule("two", "not_last", 2), Rule("target", "at_least", 2)], figures)
    assert asked == [(1, 0.9), (2, 0.95)]


def verdicts_of(rule, outcomes):
    """VERDICTS of FOUR's areas a to d, ranked 1 to 4."""
    numbers = {"estimate": [1.0, 2.0, 3.0, 4.0], "lower": 1.0, "upper": 4.0}
    rows = pd.DataFrame({"area": list("abcd"), "printed": [True, True, True, False], "outcome": outcomes, **numbers})
    return rows.assign(rule=rule.name)


def test_where_an_area_is_withheld_places_are_judged_among_those_shown_and_values_stay():
    """b is withheld: of three shown, c is second and its range, 1 to 2, ends before the last place; a's does not."""
    shown = pd.DataFrame({"rank": [1, 2, 3], "rank_lower": [1, 1, 2], "rank_upper": [3, 2, 3]}, index=list("acd"))
    last, target = Rule("last", "not_last", 1), Rule("target", "at_least", 2)
    verdicts = pd.concat([verdicts_of(rule, [MET, MET, MET, MISSED]) for rule in (last, target)], ignore_index=True)
    found = verdicts_among_shown(verdicts, [target, last], shown, withheld=1)
    assert list(found.index) == [0, 2, 3, 4, 6, 7]
    places = found[found.rule == "last"]
    assert list(places.outcome) == [UNDECIDED, MET, MISSED] and list(places.printed) == [True, True, False]
    assert places[["estimate", "lower", "upper"]].to_numpy().tolist() == [[1, 1, 3], [2, 1, 2], [3, 2, 3]]
    pd.testing.assert_frame_equal(found[found.rule == "target"], verdicts.loc[[4, 6, 7]])


def test_where_none_is_withheld_verdicts_stay_as_they_are():
    shown = pd.DataFrame({"rank": [1, 2, 3, 4], "rank_lower": 1, "rank_upper": 4}, index=list("abcd"))
    rule = Rule("last", "not_last", 1)
    verdicts = verdicts_of(rule, [MET] * 4)
    pd.testing.assert_frame_equal(verdicts_among_shown(verdicts, [rule], shown, withheld=0), verdicts)
    assert verdicts_among_shown(verdicts, [rule], shown.iloc[:0], withheld=4).empty


def test_every_file_of_the_folder_is_one_kind_of_rule_with_the_files_name():
    files = {file.stem for file in RULES.glob("*.py")} - {"__init__", *NO_KINDS}
    assert set(KINDS) == files
    assert all(type(kind).__module__ == f"accountability.rules.{name}" for name, kind in KINDS.items())


def test_every_kind_says_all_that_a_programme_and_a_page_ask_of_it():
    for name, kind in KINDS.items():
        assert kind.name == name and {kind.sentence} <= set(dictionary("en"))
        assert kind.expected(-1e9, low=0.0, high=1.0, areas=9) is not None  # what is expected, for a Fault
        assert isinstance(kind.of_places, bool) and kind.listed(3) in (None, 3)


def test_among_the_first_all_tied_at_the_last_place_listed_are_in():
    ranks = RankSet(("a", "b", "c", "d"), np.array([1, 2, 2, 4]), np.array([1, 1, 2, 3]), np.array([1, 3, 4, 4]), 0.95)
    found = verdicts(Rule("best", "first", 2), ranks=ranks)
    assert {a: v.printed for a, v in found.items()} == {"a": True, "b": True, "c": True, "d": False}
    assert {a: v.outcome for a, v in found.items()} == {"a": MET, "b": UNDECIDED, "c": UNDECIDED, "d": MISSED}
    assert KINDS["first"].expected(4, low=0, high=1, areas=4) is not None
    assert KINDS["first"].expected(3, low=0, high=1, areas=4) is None
    with pytest.raises(Fault, match="needs rank"):
        judge([Rule("best", "first", 2)], Figures(FOUR))


def test_where_areas_are_withheld_the_first_are_judged_among_those_shown():
    shown = pd.DataFrame({"rank": [1, 2, 3], "rank_lower": [1, 1, 3], "rank_upper": [2, 3, 3]}, index=list("bcd"))
    rule = Rule("best", "first", 2)
    found = verdicts_among_shown(verdicts_of(rule, [MET, UNDECIDED, MISSED, MISSED]), [rule], shown, withheld=1)
    assert list(found.printed) == [True, True, False]
    assert list(found.outcome) == [UNDECIDED, UNDECIDED, MISSED]


@pytest.mark.parametrize("largest_is_best", [True, False])
@pytest.mark.parametrize(
    "kind, threshold",
    [
        ("not_last", 2),
        ("not_last_none_beyond", 2),
        ("not_last_in_order", 2),
        ("first", 2),
        ("at_least", 0.8),
        ("at_most", 0.8),
    ],
)
def test_what_is_missed_by_simulated_values_is_what_is_printed_of_estimates(kind, threshold, largest_is_best):
    """Values with many ties, as simulations of luck judge them and as the league's own figures are judged."""
    rng, areas = np.random.default_rng(4), tuple("abcdef")
    for values in rng.integers(12, 20, (40, 6)) / 20:
        better = (values > values[:, None]) if largest_is_best else (values < values[:, None])
        rank = 1 + better.sum(axis=1)
        ranks = RankSet(areas, rank, rank, rank, 0.95)
        figures = Figures(Estimate(areas, values, np.eye(6) * 1e-4, np.inf), ranks, printed_unit=0.001)
        printed = [not verdict.printed for verdict in judge([Rule("x", kind, threshold)], figures)]
        options = {"largest_is_best": largest_is_best, "printed_unit": 0.001}
        missed = KINDS[kind].missed_by(np.array([values, values]), threshold, **options)
        assert missed.tolist() == [printed, printed]
