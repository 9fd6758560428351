"""The spread of true values behind estimates of unequal precision: the equation it solves."""

import numpy as np
import pytest
from scipy import stats

from estimation.precision.moderation import _random_effects

VALUES, NOISE = np.array([1.0, 3.0, 4.0, 8.0, 9.5]), np.array([1.0, 0.5, 1.0, 2.0, 0.7])


def test_the_spread_leaves_a_sum_of_squares_that_chance_falls_below_in_ten_per_cent():
    centre, excess = _random_effects(VALUES, NOISE)
    assert centre == pytest.approx(np.average(VALUES, weights=1 / (NOISE + excess)))
    assert ((VALUES - centre) ** 2 / (NOISE + excess)).sum() == pytest.approx(stats.chi2.ppf(0.1, 4))


def test_values_more_alike_than_that_have_no_spread():
    centre, excess = _random_effects(np.array([5.0, 5.01, 4.99]), np.ones(3))
    assert excess == 0 and centre == pytest.approx(5)
