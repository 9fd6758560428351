"""Designs of comparison: the quoted table from its formula, the standing test simulated, orderings, information."""

import numpy as np
import pytest
from scipy import stats

from estimation import (
    Comparison,
    Estimate,
    comparison_power,
    score_information,
    standing_change,
    usual_comparisons,
)
from words import Fault

QUOTED = {  # power for 5 points and what 80 % detect, in points: p = 70, share 0.9, n = 125 a quarter, alpha 0.045
    "quarters": (0.02, 16.1),
    "quarters_panel": (0.06, 11.4),
    "quarters_score": (0.08, 10.7),
    "years": (0.22, 8.1),
    "years_watch": (0.42, 7.0),
    "years_panel": (0.62, 5.7),
    "years_score": (0.71, 5.4),
    "years_score_panel": (0.99, 3.8),
}
LEAGUE = {"areas": 70, "interviews": 125, "share": 0.9}


@pytest.mark.parametrize("key", QUOTED)
def test_the_quoted_table_is_this_formula_with_bonferroni_and_a_field_that_is_known(key):
    """To the digit with information 2.27 ("about 2.2"); ours adds the field's own noise, worth a hundredth at most."""
    comparison = usual_comparisons(correlation=0.5, information=2.27, watch=5)[key]
    tests, alpha = (5, 0.0225) if key == "years_watch" else (70, 0.045)
    c = stats.norm.isf(alpha / 2 / tests)
    answers = (500 if "years" in key else 125) * (2.27 if "score" in key else 1)
    se = np.sqrt(2 * 0.09 * (0.5 if "panel" in key else 1) / answers)
    power, detectable = QUOTED[key]
    assert round(stats.norm.cdf(0.05 / se - c), 2) == power
    assert round(100 * (c + stats.norm.ppf(0.8)) * se, 1) == detectable
    found = comparison_power(comparison, 0.05, **LEAGUE)
    assert found.se == pytest.approx(se)
    assert abs(found.power - power) < 0.013
    assert 0 < 100 * found.detectable - detectable + 0.05 < 0.2


@pytest.mark.parametrize(("key", "areas"), [("years_panel", 24), ("years_score", 24)])
def test_the_standing_test_calls_the_move_as_often_as_said(key, areas):
    rng, repeats, shift = np.random.default_rng(len(key)), 400, 0.05
    comparison = usual_comparisons(correlation=0.5, information=2.2, watch=5)[key]
    said = comparison_power(comparison, shift, areas=areas, interviews=125, share=0.9)
    true, called = np.r_[shift, np.zeros(areas - 1)], 0
    for _ in range(repeats):
        value = true + rng.normal(size=areas) * said.se
        estimate = Estimate(tuple(range(areas)), value, np.eye(areas) * said.se**2, np.inf)
        found = standing_change(estimate, rng=rng, draws=800)
        called += found.p_standing[0] <= 0.045 and found.relative[0] > 0
    assert 0.3 < said.power < 0.95
    assert abs(called / repeats - said.power) < 3 * np.sqrt(said.power * (1 - said.power) / repeats) + 0.01


def test_what_is_detectable_is_called_with_the_target_s_chance():
    for comparison in usual_comparisons(correlation=0.5, information=2.2, watch=5).values():
        first = comparison_power(comparison, 0.05, target=0.7, design_effect=1.3, **LEAGUE)
        again = comparison_power(comparison, first.detectable, design_effect=1.3, **LEAGUE)
        assert again.power == pytest.approx(0.7)


def test_every_step_of_the_list_detects_less_than_the_one_before():
    found = usual_comparisons(correlation=0.5, information=2.2, watch=5)
    detectable = [comparison_power(c, 0.05, **LEAGUE).detectable for c in found.values()]
    assert sorted(detectable, reverse=True) == detectable
    few = comparison_power(Comparison(watch=1), 0.05, **LEAGUE)
    assert few.critical == pytest.approx(stats.norm.isf(0.045 / 4))
    assert comparison_power(Comparison(), -0.05, **LEAGUE).power == comparison_power(Comparison(), 0.05, **LEAGUE).power


def test_a_score_s_information_is_the_efficiency_of_two_leagues_a_small_shift_apart():
    """(difference/variance^½ of the scores ÷ that of the shares)², from the categories' chances on either side."""
    shares, scores = np.array([0.01, 0.02, 0.07, 0.5, 0.4]), np.arange(1.0, 6)
    found = score_information(shares, scores, satisfied=2)
    assert found == pytest.approx(2.2, abs=0.005)
    cuts = np.r_[-np.inf, stats.norm.ppf(shares.cumsum()[:-1]), np.inf]
    one, two = (np.diff(stats.norm.cdf(cuts - move)) for move in (-0.005, 0.005))

    def effect(y):
        return (two - one) @ y / np.sqrt(shares @ y**2 - (shares @ y) ** 2)

    assert (effect(scores) / effect(np.r_[0.0, 0, 0, 1, 1])) ** 2 == pytest.approx(found, rel=1e-4)


def test_two_categories_hold_no_more_than_their_share():
    assert score_information([0.1, 0.9], [0, 100], satisfied=1) == pytest.approx(1)
    stretched = score_information([0.1, 0.4, 0.5], [10, 20, 30], satisfied=2)
    assert stretched == pytest.approx(score_information([0.1, 0.4, 0.5], [0, 1, 2], satisfied=2))


def test_designs_that_cannot_be_are_refused():
    for wrong in ({"quarters": 0}, {"correlation": 1.0}, {"information": 0.0}):
        with pytest.raises(Fault, match="at least 1 quarter"):
            Comparison(**wrong)
    with pytest.raises(Fault, match="watch list has 71"):
        comparison_power(Comparison(watch=71), 0.05, **LEAGUE)
    with pytest.raises(Fault, match="together 1"):
        score_information([0.5, 0.6], [0, 1], satisfied=1)
    with pytest.raises(Fault, match="counted as satisfied"):
        score_information([0.5, 0.5], [0, 1], satisfied=2)
