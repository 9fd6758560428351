"""Default intervals: logit for shares, Wald for scores, and never a point where every answer was the same."""

import numpy as np
import pytest
from scipy import stats

from estimation import Estimate, measure_interval, proportion_interval
from words import Fault


def one(value, se, df=np.inf) -> Estimate:
    return Estimate(("a",), [value], [[se**2]], df)


def test_wilson_at_simple_random_sampling_is_wilson_s_closed_form():
    p, n, z = 0.9, 100, stats.norm.ppf(0.975)
    found = proportion_interval(one(p, np.sqrt(p * (1 - p) / n)), n, method="wilson")
    centre, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert found.lower[0] == pytest.approx((centre - half) / (1 + z**2 / n))
    assert found.upper[0] == pytest.approx((centre + half) / (1 + z**2 / n))


def test_korn_graubard_at_simple_random_sampling_is_clopper_pearson():
    found = proportion_interval(one(0.9, np.sqrt(0.09 / 50)), 50, method="korn_graubard")
    t_ratio = (stats.t.ppf(0.975, 49) / stats.norm.ppf(0.975)) ** 2
    n = 50 * t_ratio
    assert found.lower[0] == pytest.approx(stats.beta.ppf(0.025, 0.9 * n, 0.1 * n + 1))
    assert found.upper[0] == pytest.approx(stats.beta.ppf(0.975, 0.9 * n + 1, 0.1 * n))


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_at_a_share_of_0_or_1_the_interval_is_exact_and_no_point(p):
    found = proportion_interval(one(p, 0.0), 40)
    width = 1 - 0.025 ** (1 / (40 * (stats.t.ppf(0.975, 39) / stats.norm.ppf(0.975)) ** 2))
    assert found.upper[0] - found.lower[0] == pytest.approx(width)
    assert found.lower[0] == 0.0 or found.upper[0] == 1.0


def test_more_confidence_widens_and_fewer_df_widen_every_method():
    for method in ("logit", "korn_graubard", "wilson", "wald"):
        width = [
            np.diff(proportion_interval(one(0.85, 0.04, df), 80, method=method, level=level)[:2], axis=0)[0, 0]
            for df, level in ((np.inf, 0.9), (np.inf, 0.95), (8, 0.95))
        ]
        assert width[0] < width[1] < width[2]


def test_no_degrees_of_freedom_means_nothing_is_known():
    found = proportion_interval(one(0.6, 0.1, 0), 20)
    assert (found.lower[0], found.upper[0]) == (0.0, 1.0)
    assert np.isinf(one(0.6, 0.1, 0).interval().lower[0])


def test_scores_get_wald_limits_except_where_these_leave_the_scale_or_are_a_point():
    e = Estimate(("a", "b", "c"), [60.0, 99.0, 100 / 3], np.diag([4.0, 4.0, 0.0]), np.inf)
    limits, methods = measure_interval(e, [50] * 3, [45.0] * 3, low=0, high=100, share=False)
    assert list(methods) == ["wald", "logit", "korn_graubard"]
    assert limits.lower[0] == pytest.approx(60 - 2 * stats.norm.ppf(0.975))
    assert limits.upper[1] <= 100 and limits.lower[1] < 99
    assert limits.lower[2] < 30 and limits.upper[2] > 37


def test_percentages_are_refused_as_shares_and_unknown_methods_are_named():
    with pytest.raises(Fault, match=r"83\.0 is no share"):
        proportion_interval(one(83.0, 1.0), 50)
    with pytest.raises(Fault, match="no interval method clopper"):
        proportion_interval(one(0.5, 0.1), 50, method="clopper")
