"""Turning points of many functions at once: where they are known, and in how many evaluations."""

import numpy as np
import pytest

from estimation.columns.roots import turning_points

ROOTS = np.random.default_rng(1).random(70) * 3
KINDS = {  # a function of the distance from its root -> the most evaluations it may take
    "smooth": (np.tanh, 15),
    "flat at its root": (lambda x: x**3, 60),
    "jumps": (lambda x: np.where(x > 0, 1.0, -1.0), 45),
    "jumps to infinity": (lambda x: np.where(x > 0, np.inf, -1.0), 45),
    "zero up to its root": (lambda x: np.maximum(x, 0.0), 80),
}


@pytest.mark.parametrize("inside, outside, sign", [(0.0, 4.0, 1), (4.0, -1.0, -1)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_turning_point_is_found_from_either_side_to_the_width_that_was_asked_for(kind, inside, outside, sign):
    function, most = KINDS[kind]
    evaluations = []

    def excess(x):
        evaluations.append(x)
        return function(sign * (x - ROOTS))

    ends = np.full(70, inside), np.full(70, outside)
    found = turning_points(excess, *ends, halvings=40)
    assert np.abs(found - ROOTS).max() <= 5 * 2.0**-40
    assert (function(sign * (found - ROOTS)) <= 0).all()  # on the side of the functions that are not positive
    assert len(evaluations) <= most


def test_functions_whose_bracket_is_one_number_do_not_hold_up_the_others():
    evaluations = []

    def excess(x):
        evaluations.append(x)
        return np.where(ROOTS > 1, np.tanh(x - ROOTS), -1.0)

    outside = np.where(ROOTS > 1, 4.0, 0.0)
    found = turning_points(excess, np.zeros(70), outside, halvings=40)
    assert np.array_equal(found[ROOTS <= 1], np.zeros((ROOTS <= 1).sum()))
    assert np.abs(found - ROOTS)[ROOTS > 1].max() <= 5 * 2.0**-40 and len(evaluations) <= 15


def test_functions_that_are_found_are_no_longer_evaluated_which_changes_none():
    fast = np.arange(70) % 7 > 0
    evaluated = []

    def some(x, at):
        evaluated.append(len(x))
        distance = x - ROOTS[at]
        return np.where(fast[at], np.tanh(distance), distance**3)

    def excess(x):
        return some(x, np.ones(70, dtype=bool))

    ends = np.zeros(70), np.full(70, 4.0)
    expected = turning_points(excess, *ends, halvings=40)
    evaluated.clear()
    np.testing.assert_array_equal(turning_points(excess, *ends, halvings=40, some=some), expected)
    assert max(evaluated[-5:]) <= 10 < 70 == evaluated[0]
