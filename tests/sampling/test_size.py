"""Against textbook figures and tables, statsmodels, Miluo's published yield, and the binomial distribution itself."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import samplesize_proportions_2indep_onetail

from sampling import (
    SampleSize,
    detectable_change,
    expected_precision,
    margin_of_error,
    numbers_needed,
    sample_size_change,
    sample_size_difference,
    sample_size_proportion,
)
from words import LANGUAGES, Fault, text


def test_a_thousand_interviews_give_three_points_at_a_half():
    assert margin_of_error(1000, p=0.5) == pytest.approx(0.03099, abs=5e-6)
    assert margin_of_error([100, 400], p=0.9) == pytest.approx([0.0588, 0.0294], abs=5e-5)
    assert margin_of_error(400, p=0.9, deff=4) == pytest.approx(margin_of_error(100, p=0.9))


def test_shares_fall_within_the_margin_as_often_as_the_level_says():
    n, p = 2000, 0.9
    margin = margin_of_error(n, p=p)
    low, high = np.ceil(n * (p - margin)), np.floor(n * (p + margin))
    inside = stats.binom.cdf(high, n, p) - stats.binom.cdf(low - 1, n, p)
    assert inside == pytest.approx(0.95, abs=0.005)


def test_a_higher_level_or_fewer_interviews_widen_the_margin():
    assert margin_of_error(100, p=0.9, level=0.99) > margin_of_error(100, p=0.9) > margin_of_error(101, p=0.9)


@pytest.mark.parametrize(
    ("key", "n", "options"),
    [
        ("sampling.fraction", 100, {"p": 90}),
        ("sampling.fraction", 100, {"p": 1}),
        ("sampling.fraction", 100, {"p": 0.9, "level": 95}),
        ("sampling.too_few", [100, 0], {"p": 0.9}),
        ("sampling.factor", 100, {"p": 0.9, "deff": -1.0}),
    ],
)
def test_every_fault_of_a_margin_speaks_both_languages(key, n, options):
    with pytest.raises(Fault) as caught:
        margin_of_error(n, **options)
    assert caught.value.key == key
    assert len({text(key, language, **caught.value.values) for language in LANGUAGES}) == 2


# ---------------------------------------------------------------- interviews needed


def test_the_textbook_numbers_of_interviews():
    """384.16 → 385 for ±5 points at a half; 278 of 1,000 and 370 of 10,000: Krejcie and Morgan's (1970) table."""
    assert sample_size_proportion(0.05).completes == 385
    assert sample_size_proportion(0.05, population=1000).completes == 278
    assert sample_size_proportion(0.05, population=10_000).completes == 370
    assert sample_size_proportion(0.05, deff=1.5).completes == 577


@pytest.mark.parametrize(
    ("population", "interviews"), [(10, 10), (30, 28), (100, 80), (200, 132), (1000, 278), (5000, 357)]
)
def test_krejcie_and_morgans_table_of_finite_populations(population, interviews):
    """Their table (1970) rounds to the nearest: here the rows in which that is upwards."""
    assert sample_size_proportion(0.05, population=population).completes == interviews


def test_a_hundred_people_within_ten_points_take_fifty_interviews():
    """n_0 = 96.04, n = 96.04/(1 + 95.04/100) = 49.2; without the -1 it would be 48.99."""
    assert sample_size_proportion(0.1, population=100).completes == 50
    assert sample_size_proportion(0.1, population=1).completes == 1
    assert sample_size_proportion(0.001, population=49.5).completes == 49


def test_a_margin_and_its_sample_size_are_inverse():
    n = sample_size_proportion(0.03, p=0.9).completes
    assert margin_of_error(n, p=0.9) <= 0.03 < margin_of_error(n - 1, p=0.9)
    assert sample_size_proportion(0.01, population=50).completes == 50


@pytest.mark.parametrize("population", [60, 100, 500, 2000, 10**7])
def test_a_margin_among_few_people_and_its_sample_size_are_inverse(population):
    def margin(n):
        allocation = pd.DataFrame({"stratum": ["a"], "population": [population * 2], "sample": [n]})
        return expected_precision(allocation, p=0.7, eligibility=0.5).margin.to_numpy()

    n = sample_size_proportion(0.1, p=0.7, population=population).completes
    assert (margin(n) <= 0.1).all() and (margin(n - 1) > 0.1).all()


def test_a_planned_margin_is_the_spread_of_means_of_all_samples():
    """Of 9 people, 6 of them satisfied, 4 are asked: the exact variance, from the hypergeometric distribution."""
    exact = stats.hypergeom(9, 6, 4).var() / 16
    allocation = pd.DataFrame({"stratum": ["a", "b"], "population": [9, 18], "sample": [4, 18]})
    table = expected_precision(allocation, p=2 / 3)
    z = stats.norm.ppf(0.975)
    assert table.margin.to_numpy() == pytest.approx([z * np.sqrt(exact), 0, z * np.sqrt(exact) / 3])
    assert table.weight.tolist() == [9 / 4, 1, 27 / 22]
    assert expected_precision(allocation.assign(population=[1, 1], sample=[1, 0]), p=0.5).margin[0] == 0


def test_a_difference_needs_what_statsmodels_says():
    ours = sample_size_difference(0.05, p=0.9).completes
    theirs = samplesize_proportions_2indep_onetail(-0.05, 0.9, 0.8, alpha=0.05)
    assert abs(ours - theirs) / theirs < 0.02  # they pool the variance under the null
    z = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    assert ours == int(np.ceil(z**2 * (0.9 * 0.1 + 0.85 * 0.15) / 0.05**2))


def test_a_panel_needs_fewer_and_sees_smaller_changes():
    alone, panel = (sample_size_change(0.05, p=0.9, overlap=o, rho=0.5).completes for o in (0, 1))
    assert panel == pytest.approx(alone / 2, rel=0.02)
    seen = [detectable_change(500, 500, p=0.9, deff=1.0, overlap=o, rho=0.5) for o in (0, 0.5, 1)]
    assert seen[2] == pytest.approx(seen[0] / np.sqrt(2)) and seen[0] > seen[1] > seen[2]


def test_a_detectable_change_is_called_as_often_as_it_says():
    rng, n, deff = np.random.default_rng(2), 800, 1.0
    delta = detectable_change(n, n, p=0.5, deff=deff)
    before, after = rng.binomial(n, 0.5, 20_000) / n, rng.binomial(n, 0.5 - delta, 20_000) / n
    z = (before - after) / np.sqrt((before * (1 - before) + after * (1 - after)) / n)
    assert (z > 1.96).mean() == pytest.approx(0.8, abs=0.015)


def test_miluo_rang_seventy_nine_numbers_for_an_interview():
    """28,834 numbers, 365 interviews over 31 townships."""
    size = numbers_needed(365, response_rate=365 / 28_834)
    assert size.completes == 365 and size.expected_numbers == 28_834 and round(size.expected_numbers / 365) == 79
    drawn = stats.binom.sf(364, [size.draw - 1, size.draw], 365 / 28_834)
    assert drawn[0] < 0.95 <= drawn[1]


@pytest.mark.parametrize("population", [np.inf, 2_000, 40])
def test_the_numbers_to_draw_for_a_margin_are_those_for_its_interviews_at_the_rates_given(population):
    rates = {"response_rate": 0.3, "eligibility": 0.6}
    found = sample_size_proportion(0.05, p=0.4, population=population, **rates)
    assert found == numbers_needed(sample_size_proportion(0.05, p=0.4, population=population).completes, **rates)
    assert (
        found.expected_numbers == pytest.approx(found.completes / 0.18, abs=1) and found.draw > found.expected_numbers
    )


def test_certain_answers_need_no_more_numbers_than_interviews():
    assert numbers_needed(100) == SampleSize(100, 100, 100)
    assert numbers_needed(100, response_rate=0.5, eligibility=0.4).expected_numbers == 500


def test_a_plan_shows_its_precision_by_stratum_and_over_all():
    allocation = pd.DataFrame({"stratum": ["a", "b"], "population": [1000, 10**9], "sample": [1000, 400]})
    table = expected_precision(allocation, p=0.9, deff=2.0, cost=30.0)
    assert table.margin[0] == 0 and table.margin[1] == pytest.approx(np.sqrt(2) * margin_of_error(400, p=0.9), rel=1e-6)
    assert table.margin[2] == pytest.approx(table.margin[1], rel=1e-5)
    assert list(table.cost) == [30_000, 12_000, 42_000] and table.stratum.isna().tolist() == [False, False, True]
    equal = pd.DataFrame({"stratum": list("ab"), "population": [10**8] * 2, "sample": [200] * 2})
    assert expected_precision(equal, p=0.5).margin[2] == pytest.approx(margin_of_error(400, p=0.5), rel=1e-5)


SEVEN = pd.DataFrame({"stratum": ["a", "b"], "population": [10, 10], "sample": [7, 6]})


@pytest.mark.parametrize(
    ("key", "call"),
    [
        ("sampling.rate", lambda: numbers_needed(100, response_rate=0)),
        ("sampling.factor", lambda: sample_size_proportion(0.05, deff=0)),
        ("sampling.population", lambda: sample_size_proportion(0.05, population=0.99)),
        ("sampling.rate", lambda: expected_precision(pd.DataFrame(), p=0.5, eligibility=1.1)),
        ("sampling.larger_than_stratum", lambda: expected_precision(SEVEN, p=0.5, eligibility=0.6)),
        ("sampling.fraction", lambda: sample_size_change(0.3, p=0.2)),
        ("sampling.no_change", lambda: sample_size_difference(0, p=0.2)),
        ("needed.overlap", lambda: detectable_change(50, 50, p=0.9, deff=1, overlap=2)),
        ("sampling.too_few", lambda: detectable_change(0, 50, p=0.9, deff=1)),
    ],
)
def test_every_fault_of_a_size_speaks_both_languages(key, call):
    with pytest.raises(Fault) as caught:
        call()
    assert caught.value.key == key
    assert len({text(key, language, **caught.value.values) for language in LANGUAGES}) == 2
