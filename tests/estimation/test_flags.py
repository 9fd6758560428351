"""Figures not fit to publish: each limit by itself, and a share judged like its complement."""

import numpy as np
import pandas as pd
import pytest

from estimation import Estimate, Limits, proportion_interval, unfit_to_publish
from estimation.precision.flags import coefficient_of_variation

AREAS = ("a", "b", "c", "d", "e")
SIZES = pd.DataFrame({"n": [29, 100, 100, 100, 100], "n_effective": [29.0, 25.0, 90.0, 90.0, 90.0]}, index=AREAS)
SE, DF = np.array([0.05, 0.05, 0.05, 0.02, 0.0]), np.array([20, 20, 5, 20, 20])
SHARES = Estimate(AREAS, [0.5, 0.5, 0.5, 0.97, 1.0], np.diag(SE**2), DF)


def test_each_limit_is_named_where_it_is_broken():
    assert unfit_to_publish(SHARES, SIZES) == [("n", "n_effective"), ("n_effective",), ("df",), ("cv",), ()]


def test_at_an_end_of_the_scale_the_interviews_decide_whose_exact_interval_is_narrow_from_30_on():
    all_alike = Estimate(AREAS, [1.0, 1.0, 0.0, 1.0, 1.0], np.zeros((5, 5)), DF)
    assert unfit_to_publish(all_alike, SIZES) == [("n", "n_effective"), ("n_effective",), ("df",), (), ()]
    limits = proportion_interval(Estimate(("a",), [0.0], [[0.0]], 29), 30)
    assert limits.lower[0] == 0 and limits.upper[0] == pytest.approx(1 - 0.025 ** (1 / 30)) == pytest.approx(
        0.1157, abs=5e-5
    )


def test_limits_are_the_caller_s():
    none = Limits(n=0, n_effective=0, df=0, cv=np.inf)
    assert unfit_to_publish(SHARES, SIZES, limits=none) == [()] * 5


def test_a_share_and_its_complement_are_judged_alike_and_so_is_a_score():
    assert coefficient_of_variation([0.03, 0.97], [0.01, 0.01]) == pytest.approx([1 / 3, 1 / 3])
    assert coefficient_of_variation([97.0], [1.0], low=0, high=100)[0] == pytest.approx(1 / 3)
