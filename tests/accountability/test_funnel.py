"""Funnel limits: against scipy's binomial distribution, and as mirror images of one another."""

import pytest
import scipy

from accountability.league.funnel import INNER, OUTER, funnel_limits


@pytest.mark.parametrize("level", [INNER, OUTER])
@pytest.mark.parametrize("share", [0.03, 0.31, 0.5, 0.9])
@pytest.mark.parametrize("interviews", [12, 40, 125, 900])
def test_a_limit_lies_within_half_an_interview_of_the_binomial_quantile(level, share, interviews):
    for q, limit in zip(((1 - level) / 2, (1 + level) / 2), funnel_limits(share, interviews, level), strict=True):
        quantile = scipy.stats.binom.ppf(q, interviews, share)
        assert max(quantile - 0.5, 0) - 1e-9 <= limit * interviews <= min(quantile + 0.5, interviews) + 1e-9


@pytest.mark.parametrize("level", [INNER, OUTER])
def test_those_who_feel_safe_and_those_who_do_not_have_mirrored_funnels(level):
    lower, upper = funnel_limits(0.2, 60, level)
    assert (1 - upper, 1 - lower) == pytest.approx(funnel_limits(0.8, 60, level))


def test_about_as_many_equal_areas_lie_outside_as_is_said():
    lower, upper = funnel_limits(0.7, 150, INNER)
    outside = scipy.stats.binom(150, 0.7)
    beyond = outside.cdf(lower * 150 - 1e-9) + outside.sf(upper * 150 + 1e-9)
    assert 0.03 < beyond < 0.07
