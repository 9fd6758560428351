"""Numbers dealt out to interviewers: evenly, at random across areas, and again from the same seed."""

import numpy as np
import pandas as pd
import pytest

from fieldwork.assignment import assigned_interviewers
from words import Fault

UNITS, INTERVIEWERS = [f"u{n:03d}" for n in range(100)], ["Li", "Wang", "Zhao"]


def test_everybody_has_as_many_numbers_as_the_others_or_one_more():
    dealt = assigned_interviewers(UNITS, INTERVIEWERS, np.random.default_rng(1))
    assert sorted(dealt.value_counts()) == [33, 33, 34] and set(dealt.index) == set(UNITS)


def test_the_same_seed_deals_the_same_whatever_the_order_of_the_lists():
    first = assigned_interviewers(UNITS, INTERVIEWERS, np.random.default_rng(4))
    again = assigned_interviewers(UNITS[::-1], INTERVIEWERS[::-1], np.random.default_rng(4))
    assert first.equals(again)


def test_every_number_is_as_likely_with_each_interviewer_and_with_each_pair_of_numbers():
    """Simulation: P(a number is Li's) = 1/3, P(two numbers are both Li's) is that of a draw without replacement."""
    rng, draws = np.random.default_rng(7), 1_000
    units = list("abcdef")
    tables = pd.DataFrame([assigned_interviewers(units, INTERVIEWERS, rng) for _ in range(draws)])
    of_li = (tables == "Li").to_numpy(float)
    assert np.allclose(of_li.mean(axis=0), 1 / 3, atol=4 * np.sqrt(2 / 9 / draws))
    both = (of_li.T @ of_li / draws)[np.triu_indices(6, 1)]
    assert np.allclose(both, 2 / 6 * 1 / 5, atol=4 * np.sqrt(1 / 15 / draws))


@pytest.mark.parametrize(
    ("units", "names", "key"),
    [
        (["a", "a"], ["Li"], "assignment.twice"),
        (["a"], ["Li", "Li"], "assignment.twice"),
        (["a"], [], "assignment.nobody"),
    ],
)
def test_doubles_and_nobody_are_refused(units, names, key):
    with pytest.raises(Fault) as caught:
        assigned_interviewers(units, names, np.random.default_rng(1))
    assert caught.value.key == key
