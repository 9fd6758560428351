"""Against a published table (an election by the same divisor method), identities, orderings and a naive condition."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import ALLOCATION, check
from sampling import allocate_equally, allocate_power, allocate_proportional, allocate_townships, split_modes
from words import LANGUAGES, Fault, text

POPULATIONS = st.lists(st.integers(1, 60), min_size=1, max_size=8)


def _strata(populations):
    return pd.DataFrame({"stratum": [f"h{i}" for i in range(len(populations))], "population": populations})


def _largest_remainders(population, n):
    share = n * population / population.sum()
    whole = share.astype(int)
    more = (share - whole).rank(ascending=False, method="first") <= n - whole.sum()
    return whole + more


@st.composite
def problems(draw):
    """Strata, a minimum, and an n that can be divided over them."""
    strata, minimum = _strata(draw(POPULATIONS)), draw(st.integers(0, 4))
    lowest = int(strata.population.clip(upper=minimum).sum())
    return strata, minimum, draw(st.integers(lowest, int(strata.population.sum())))


def test_the_seats_of_a_published_election_are_found_again():
    """New Zealand 2017, seats by Sainte-Laguë: Electoral Commission, official results of 7 October 2017."""
    votes = _strata([1_152_075, 956_184, 186_706, 162_443, 13_075])
    assert list(allocate_proportional(votes, 120, minimum=0)) == [56, 46, 9, 8, 1]


def test_one_more_interview_takes_none_away_where_largest_remainders_do():
    strata = _strata([601, 601, 201])
    assert [list(_largest_remainders(strata.population, n)) for n in (10, 11)] == [[4, 4, 2], [5, 5, 1]]
    ten, eleven = (allocate_proportional(strata, n, minimum=0) for n in (10, 11))
    assert (list(ten), list(eleven)) == ([4, 4, 2], [5, 4, 2])


@settings(max_examples=50, deadline=None)
@given(problems())
def test_an_allocation_sums_to_n_and_keeps_its_bounds(problem):
    strata, minimum, n = problem
    sample = allocate_proportional(strata, n, minimum=minimum).reset_index()
    table = check(strata.merge(sample, on="stratum"), ALLOCATION)
    assert table["sample"].sum() == n
    assert (table["sample"] >= table.population.clip(upper=minimum)).all()
    assert (table["sample"] <= table.population).all()


@settings(max_examples=50, deadline=None)
@given(problems())
def test_one_more_interview_never_takes_one_from_a_stratum(problem):
    strata, minimum, n = problem
    if n < strata.population.sum():
        before, after = (allocate_proportional(strata, m, minimum=minimum) for m in (n, n + 1))
        assert (after >= before).all()


@settings(max_examples=50, deadline=None)
@given(problems())
def test_no_interview_could_go_where_it_is_more_due(problem):
    """Webster's condition: N_h/(n_h + 1/2) of whoever may still gain <= N_g/(n_g - 1/2) of whoever may still lose."""
    strata, minimum, n = problem
    sample = [int(m) for m in allocate_proportional(strata, n, minimum=minimum)]
    pairs = list(zip(map(int, strata.population), sample, strict=True))
    gain = [Fraction(2 * size, 2 * m + 1) for size, m in pairs if m < size]
    lose = [Fraction(2 * size, 2 * m - 1) for size, m in pairs if m > min(minimum, size)]
    assert not gain or not lose or max(gain) <= min(lose)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(2, 500), min_size=1, max_size=8), st.integers(1, 5000))
def test_where_exact_shares_are_whole_numbers_they_are_given(sample, people_an_interview):
    strata = _strata([m * people_an_interview for m in sample])
    assert list(allocate_proportional(strata, sum(sample))) == sample


@settings(max_examples=50, deadline=None)
@given(problems())
def test_a_larger_stratum_never_gets_fewer(problem):
    strata, minimum, n = problem
    sample = allocate_proportional(strata, n, minimum=minimum).to_numpy()
    ordered = sorted(zip(strata.population, sample, strict=True))
    assert all(small[1] <= large[1] for small, large in pairwise(ordered) if small[0] < large[0])


def test_a_small_stratum_keeps_two_or_all_it_has():
    sample = allocate_proportional(_strata([1_000_000, 5, 1]), 100)
    assert sample.to_dict() == {"h0": 97, "h1": 2, "h2": 1}


def test_minimums_may_differ_by_stratum():
    assert list(allocate_proportional(_strata([900, 100]), 50, minimum=[2, 20])) == [30, 20]


def test_a_tie_goes_to_the_stratum_that_stands_first():
    assert list(allocate_proportional(_strata([100, 100, 100]), 10)) == [4, 3, 3]


@given(st.integers(1, 40), st.integers(0, 500))
def test_equal_parts_differ_by_at_most_one_and_the_first_get_more(count, n):
    sample = allocate_equally(range(count), n)
    assert sample.sum() == n
    assert sample.max() - sample.min() <= 1
    assert sample.is_monotonic_decreasing


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=5), st.randoms(use_true_random=False), st.integers(0, 100))
def test_townships_get_equal_parts_of_their_countys_share(counts, random, more):
    counties = [f"h{i}" for i, count in enumerate(counts) for _ in range(count)]
    townships = pd.DataFrame({"township": range(len(counties)), "county": random.sample(counties, len(counties))})
    strata = _strata([random.randint(200, 9000) for _ in counts])
    sample = allocate_townships(townships, strata, 2 * len(counties) + more)
    assert list(sample.index) == list(townships.township)
    assert sample.sum() == 2 * len(counties) + more and (sample >= 2).all()
    by_county = sample.groupby(townships.county.to_numpy())
    assert (by_county.max() - by_county.min() <= 1).all()
    least = [2 * count for count in counts]
    expected = allocate_proportional(strata, 2 * len(counties) + more, minimum=least)
    assert by_county.sum().to_dict() == expected.to_dict()


FAULTS = {
    "sampling.too_few": [
        lambda: allocate_proportional(_strata([50, 1, 50]), 4),
        lambda: allocate_equally(["a"], -1),
    ],
    "sampling.too_many": [lambda: allocate_proportional(_strata([50, 50]), 101)],
    "sampling.minimum": [lambda: allocate_proportional(_strata([50, 50]), 10, minimum=-1)],
    "sampling.units": [lambda: allocate_equally([], 5), lambda: allocate_equally(["a", "b", "a"], 5)],
    "sampling.counties_differ": [
        lambda: allocate_townships(pd.DataFrame({"township": ["t"], "county": ["h1"]}), _strata([50]), 9)
    ],
    "table.truth": [lambda: allocate_proportional(_strata([50, 0]), 10)],
}


@pytest.mark.parametrize(("key", "call"), [(key, call) for key, calls in FAULTS.items() for call in calls])
def test_every_fault_of_an_allocation_speaks_both_languages(key, call):
    with pytest.raises(Fault) as caught:
        call()
    assert caught.value.key == key
    assert len({text(key, language, **caught.value.values) for language in LANGUAGES}) == 2


@pytest.mark.parametrize("unit", [1.0, 0.1, 1 / 3, 7e5])
def test_equal_claims_go_to_the_stratum_that_stands_first_whatever_their_unit(unit):
    """Three to one: the fourth interview is claimed alike by both, 3/1.5 = 1/0.5."""
    parts = split_modes(pd.Series([2, 4, 6]), {"mobile": 3 * unit, "landline": unit})
    assert parts.equals(split_modes(pd.Series([2, 4, 6]), {"mobile": 3.0, "landline": 1.0}))
    strata = pd.DataFrame({"stratum": list("abc"), "population": [300, 100, 500], "size": np.array([3, 1, 5]) * unit})
    for n in range(3, 30):
        found = allocate_power(strata, n, q=1.0, minimum=1)
        assert found.equals(allocate_power(strata.assign(size=[3.0, 1.0, 5.0]), n, q=1.0, minimum=1))
