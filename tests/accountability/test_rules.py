"""Rules: what is printed and what is shown, worked by hand; and the bulletin's tables on ENSU."""

import numpy as np
import pytest

from accountability import MET, MISSED, UNDECIDED, Rule, judge
from estimation import Estimate, RankSet
from words import Fault

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
