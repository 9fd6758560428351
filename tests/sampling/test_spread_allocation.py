"""Neyman, power and mode splits: against exhaustive search, the textbook formula, an apportionment, and orderings."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling import allocate_equally, allocate_neyman, allocate_power, allocate_proportional, split_modes
from sampling.allocation.divisors import ARITHMETIC, GEOMETRIC, divide
from words import LANGUAGES, Fault, text


def _strata(population, **columns):
    return pd.DataFrame({"stratum": [f"h{i}" for i in range(len(population))], "population": population, **columns})


def _variance(strata, sample):
    return float(((strata.population * strata.sd) ** 2 / np.asarray(sample)).sum())


@st.composite
def problems(draw):
    """Strata with spread, bounds, and an n within them."""
    count = draw(st.integers(1, 4))
    strata = _strata(
        draw(st.lists(st.integers(4, 40), min_size=count, max_size=count)),
        sd=draw(st.lists(st.floats(0.05, 3), min_size=count, max_size=count)),
        cost=draw(st.lists(st.sampled_from([1.0, 2.0, 5.0]), min_size=count, max_size=count)),
    )
    minimum, maximum = draw(st.integers(1, 3)), draw(st.integers(4, 12))
    lowest, highest = strata.population.clip(upper=minimum).sum(), strata.population.clip(upper=maximum).sum()
    return strata, minimum, maximum, draw(st.integers(int(lowest), int(highest)))


def test_the_seats_of_the_house_by_equal_proportions_are_found_again():
    """Five states of the 2020 apportionment (census populations), their 153 seats: Huntington and Hill's method."""
    states = _strata([39_576_757, 29_183_290, 21_570_527, 20_215_751, 13_011_844], sd=1.0)
    assert list(allocate_neyman(states, 52 + 38 + 28 + 26 + 17, minimum=1)) == [52, 38, 28, 26, 17]


@settings(max_examples=30, deadline=None)
@given(problems())
def test_no_whole_numbers_have_a_smaller_variance(problem):
    strata, minimum, maximum, n = problem
    ours = allocate_neyman(strata.assign(cost=1.0), n, minimum=minimum, maximum=maximum)
    ranges = [range(min(minimum, N), min(maximum, N) + 1) for N in strata.population]
    best = min(_variance(strata, found) for found in product(*ranges) if sum(found) == n)
    assert _variance(strata, ours) == pytest.approx(best, rel=1e-12)


@settings(max_examples=12, deadline=None)
@given(problems())
def test_with_costs_nothing_as_cheap_has_a_smaller_variance(problem):
    strata, minimum, maximum, n = problem
    ours = allocate_neyman(strata, n, minimum=minimum, maximum=maximum)
    spent = strata.cost @ ours.to_numpy()
    ranges = [range(min(minimum, N), min(maximum, N) + 1) for N in strata.population]
    best = min(_variance(strata, found) for found in product(*ranges) if strata.cost @ np.array(found) <= spent)
    assert _variance(strata, ours) <= best * (1 + 1e-12)


@settings(max_examples=40, deadline=None)
@given(problems())
def test_sums_and_bounds_hold_and_one_more_interview_takes_none_away(problem):
    strata, minimum, maximum, n = problem
    for allocate in (
        allocate_neyman,
        allocate_proportional,
        lambda *a, **k: allocate_power(*a, q=0.5, **k),
    ):
        sample = allocate(strata, n, minimum=minimum, maximum=maximum).to_numpy()
        assert sample.sum() == n
        assert (sample >= strata.population.clip(upper=minimum)).all()
        assert (sample <= strata.population.clip(upper=maximum)).all()
        if n < strata.population.clip(upper=maximum).sum():
            assert (allocate(strata, n + 1, minimum=minimum, maximum=maximum) >= sample).all()


def test_large_samples_follow_neymans_formula_with_costs():
    rng = np.random.default_rng(3)
    strata = _strata(rng.integers(10**5, 10**6, 40), sd=rng.uniform(0.1, 0.5, 40), cost=rng.uniform(1, 9, 40))
    share = strata.population * strata.sd / np.sqrt(strata.cost)
    sample = allocate_neyman(strata, 100_000).to_numpy()
    assert np.abs(sample - 100_000 * share / share.sum()).max() < 2


def test_the_power_one_is_neyman_and_smaller_powers_bring_the_strata_s_precision_together():
    mean = np.array([0.9, 0.8, 0.95, 0.7])
    strata = _strata([90_000, 20_000, 50_000, 8_000], sd=np.sqrt(mean * (1 - mean)))
    by_total = strata.assign(size=strata.population * mean, cv=strata.sd / mean)
    assert list(allocate_power(by_total, 700, q=1)) == list(allocate_neyman(strata, 700))
    cv = [by_total.cv / np.sqrt(allocate_power(by_total, 7000, q=q).to_numpy()) for q in (0, 0.5, 1)]
    apart = [c.max() / c.min() for c in cv]
    assert apart[0] < apart[1] < apart[2] and apart[0] < 2


def test_a_stratum_without_spread_keeps_its_minimum_until_the_others_are_full():
    strata = _strata([50, 10, 100, 100], sd=[1.0, 2.0, 0.0, 0.0])
    assert list(allocate_neyman(strata, 30)) == [18, 8, 2, 2] or allocate_neyman(strata, 30).iloc[2:].eq(2).all()
    assert list(allocate_neyman(strata, 81)) == [50, 10, 11, 10]


def test_ties_and_large_numbers_are_given_as_one_by_one():
    rng = np.random.default_rng(4)
    for divisor in (ARITHMETIC, GEOMETRIC):
        for _ in range(150):
            weight = rng.integers(1, 61, rng.integers(1, 9)).astype(float)
            lowest, highest = np.minimum(rng.integers(1, 4), weight).astype(int), weight.astype(int)
            n = int(rng.integers(lowest.sum(), highest.sum() + 1))
            one_by_one = lowest.copy()
            for _ in range(n - lowest.sum()):
                one_by_one[np.where(one_by_one < highest, weight / divisor.value(one_by_one), -1.0).argmax()] += 1
            assert list(divide(weight, n, lowest=lowest, highest=highest, divisor=divisor)) == list(one_by_one)


def test_many_interviews_cost_no_more_time_than_few():
    rng = np.random.default_rng(1)
    strata = _strata(rng.integers(10**5, 10**6, 2000))
    assert allocate_proportional(strata, 10**8).sum() == 10**8


def test_equal_parts_keep_bounds():
    assert list(allocate_equally(list("abcd"), 20, minimum=[0, 8, 0, 0], maximum=[2, 20, 20, 20])) == [2, 8, 5, 5]


@given(st.lists(st.integers(0, 60), min_size=1, max_size=12), st.sampled_from([(3, 1), (1, 1), (5, 2), (1, 0)]))
def test_modes_sum_by_stratum_and_over_all_and_stay_near_their_shares(sample, parts):
    sample = pd.Series(sample, index=[f"h{i}" for i in range(len(sample))])
    split = split_modes(sample, dict(zip(("mobile", "landline"), parts, strict=True)))
    assert (split.sum(axis=1) == sample).all()
    share = np.array(parts) / sum(parts)
    assert np.abs(split.sum() - sample.sum() * share).max() <= 0.5
    assert np.abs(split - np.outer(sample, share)).to_numpy().max() <= 1 + 1e-9


def test_changpings_quarter_is_split_three_to_one():
    """3,390 interviews a quarter, mobile : landline about 3 : 1 (the approved 2024 scheme)."""
    split = split_modes(pd.Series([3390], index=["Changping"]), {"mobile": 3, "landline": 1})
    assert split.loc["Changping"].to_dict() in ({"mobile": 2542, "landline": 848}, {"mobile": 2543, "landline": 847})


FAULTS = {
    "sampling.bounds": lambda: allocate_proportional(_strata([50, 50]), 10, minimum=5, maximum=4),
    "sampling.minimum_one": lambda: allocate_neyman(_strata([50, 50], sd=1.0), 10, minimum=0),
    "sampling.power": lambda: allocate_power(_strata([50, 50]), 10, q=2),
    "sampling.parts": lambda: split_modes(pd.Series([3]), {"mobile": -1, "landline": 2}),
    "sampling.column": lambda: allocate_neyman(_strata([50, 50], sd=1.0, cost=[1.0, -2.0]), 10),
    "sampling.too_many": lambda: allocate_proportional(_strata([50, 50]), 30, maximum=10),
    "table.columns": lambda: allocate_neyman(_strata([50, 50]), 10),
}


@pytest.mark.parametrize("key", FAULTS)
def test_every_fault_speaks_both_languages(key):
    with pytest.raises(Fault) as caught:
        FAULTS[key]()
    assert caught.value.key == key
    assert len({text(key, language, **caught.value.values) for language in LANGUAGES}) == 2
