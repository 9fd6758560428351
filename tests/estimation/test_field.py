"""Areas against their field's mean: a naive stepdown, orderings, weights, zero errors, and the familywise error."""

import sys

import numpy as np
import pytest
import scipy.sparse as sp
from scipy import stats

from estimation import Estimate, field_contrast_test, smooth_shares
from estimation.changes.field import FieldContrast
from estimation.changes.verdicts import BELOW, UNDECIDED
from estimation.waves.noise import normal_draws
from words import Fault


def league(value, se, df=np.inf) -> Estimate:
    return Estimate(tuple(range(len(value))), value, np.diag(np.square(np.broadcast_to(se, len(value)))), df)


def naive(estimate, a, noise, side):
    """Word by word: contrast matrix, Satterthwaite from its rows, members taken out one by one."""
    p = len(a)
    contrast = np.eye(p) - a
    m, covariance = contrast @ estimate.value, contrast @ estimate.covariance @ contrast.T
    se = np.sqrt(np.diag(covariance))
    parts = contrast**2 * np.diag(estimate.covariance)
    df = parts.sum(axis=1) ** 2 / (parts**2 / estimate.df).sum(axis=1)
    z = stats.norm.ppf(stats.t.cdf(m / se, df))
    noise = noise @ contrast.T / se
    left = [(j, sign) for j in range(p) for sign in {"both": (1, -1), "below": (-1,), "above": (1,)}[side]]
    adjusted, worst = {}, 0.0
    while left:
        j, sign = max(left, key=lambda member: member[1] * z[member[0]])
        maxima = np.max([s * noise[:, i] for i, s in left], axis=0)
        worst = max(worst, (1 + (maxima >= sign * z[j]).sum()) / (len(noise) + 1))
        adjusted[j, sign] = worst
        left.remove((j, sign))
    return [adjusted[j, {"both": 1 if z[j] >= 0 else -1, "below": -1, "above": 1}[side]] for j in range(p)]


@pytest.mark.parametrize("side", ["both", "below", "above"])
@pytest.mark.parametrize("correlated", [False, True])
def test_the_stepdown_equals_a_naive_second_implementation(side, correlated):
    rng = np.random.default_rng(3)
    p, root = 6, rng.normal(size=(6, 6))
    covariance = root @ root.T if correlated else np.diag(rng.uniform(0.5, 2, p))
    estimate = Estimate(tuple("abcdef"), rng.normal(size=p) * 3, covariance, rng.integers(4, 40, p))
    a = rng.dirichlet(np.ones(p))
    found = field_contrast_test(estimate, rng=np.random.default_rng(8), weights=a, draws=500, side=side)
    noise = normal_draws(covariance, 500, np.random.default_rng(8))
    np.testing.assert_allclose(found.p, naive(estimate, a, noise, side), rtol=1e-12)


def test_sparse_dense_and_blockwise_draws_give_the_same(monkeypatch):
    rng = np.random.default_rng(0)
    dense = league(rng.normal(size=30), 0.4)
    sparse = Estimate(dense.names, dense.value, sp.csr_array(dense.covariance), dense.df)
    first = field_contrast_test(dense, rng=np.random.default_rng(1), draws=300).p
    np.testing.assert_array_equal(first, field_contrast_test(sparse, rng=np.random.default_rng(1), draws=300).p)
    monkeypatch.setattr(sys.modules[FieldContrast.__module__], "BLOCK", 200)  # estimation.change is also a function
    np.testing.assert_array_equal(first, field_contrast_test(dense, rng=np.random.default_rng(1), draws=300).p)


def test_one_side_is_sharper_on_its_side_and_silent_on_the_other():
    estimate = league([-2.9, 0.0, 0.2, -0.1, 0.1, 2.9], 0.9)
    both, below = (
        field_contrast_test(estimate, rng=np.random.default_rng(0), draws=20_000, side=s) for s in ("both", "below")
    )
    assert below.p[0] < both.p[0] and below.p[5] > 0.99
    assert list(below.outcome(0.05)) == ["below"] + ["undecided"] * 5
    assert list(both.outcome(0.05)) == ["below", "undecided", "undecided", "undecided", "undecided", "above"]


def test_a_common_move_of_the_whole_field_changes_nothing():
    estimate = league(np.linspace(0, 1, 8), 0.2)
    moved = Estimate(estimate.names, estimate.value + 5, estimate.covariance, estimate.df)
    first, second = (field_contrast_test(e, rng=np.random.default_rng(0), draws=999) for e in (estimate, moved))
    assert first.relative.sum() == pytest.approx(0)
    np.testing.assert_allclose(first.z, second.z)
    np.testing.assert_array_equal(first.p, second.p)


def test_the_field_s_mean_takes_the_weights_it_is_given():
    estimate = league([0.0, 1.0, 5.0], 0.5)
    found = field_contrast_test(estimate, rng=np.random.default_rng(0), weights=[0.5, 0.5, 0.0])
    assert found.relative == pytest.approx([-0.5, 0.5, 4.5])
    assert found.se[2] ** 2 == pytest.approx(0.25 * 1.5)
    for wrong in ([0.5, 0.6, 0.0], [0.5, 0.5]):
        with pytest.raises(Fault, match="summing to 1"):
            field_contrast_test(estimate, rng=np.random.default_rng(0), weights=wrong)
    with pytest.raises(Fault, match="sideways"):
        field_contrast_test(estimate, rng=np.random.default_rng(0), side="sideways")


def test_areas_without_sampling_error_are_certain_or_equal_to_the_mean():
    found = field_contrast_test(league([1.0, 2.0, 3.0], 0.0), rng=np.random.default_rng(0), draws=99)
    assert list(found.outcome(0.05)) == ["below", "undecided", "above"]
    assert found.p[1] == 1.0
    two = field_contrast_test(league([0.0, 4.0], 1.0), rng=np.random.default_rng(0), draws=2_000)
    assert two.z == pytest.approx([-(8**0.5), 8**0.5])
    assert two.p == pytest.approx([stats.norm.sf(8**0.5) * 2] * 2, abs=0.004)  # one contrast, seen from both ends


@pytest.mark.parametrize("side", ["both", "below"])
def test_the_familywise_error_is_alpha_when_all_areas_are_alike_and_fewer_when_some_are_not(side):
    rng, wrong = np.random.default_rng(11), {"alike": 0, "movers": 0}
    se, repeats = np.linspace(0.5, 2, 20), 400
    for _ in range(repeats):
        noise = rng.normal(size=20) * se
        wrong["alike"] += (field_contrast_test(league(noise, se), rng=rng, draws=400, side=side).p <= 0.1).any()
        true = np.r_[-10.0, 10.0, np.zeros(18)]  # the mean stays 0: the other 18 nulls are true
        found = field_contrast_test(league(true + noise, se), rng=rng, draws=400, side=side)
        wrong["movers"] += (found.p[2:] <= 0.1).any()
    margin = 3 * np.sqrt(0.1 * 0.9 / repeats)
    assert abs(wrong["alike"] / repeats - 0.1) < margin
    assert 0.02 < wrong["movers"] / repeats < 0.1 + margin


def test_one_dissatisfied_answer_in_a_league_that_is_else_satisfied_is_no_evidence():
    n, share = 8, np.ones(14)
    share[3] = 7 / 8
    league = smooth_shares(Estimate(range(14), share, np.diag(share * (1 - share) / n), np.inf), n, n=n)
    found = field_contrast_test(league, rng=np.random.default_rng(5))
    assert (found.z == 0).all() and (found.p > 0.05).all() and (found.outcome(0.05) == UNDECIDED).all()


@pytest.mark.parametrize("share", [0.95, 0.998])
def test_equal_small_areas_near_the_end_are_seldom_told_from_their_field(share):
    """Without an error pooled from both sides 28 to 58 of 100 such leagues at .998 had an area "below"."""
    rng, n, wrong = np.random.default_rng(6), 8, 0
    for _ in range(200):
        p = rng.binomial(n, share, 14) / n
        league = smooth_shares(Estimate(range(14), p, np.diag(p * (1 - p) / n), np.inf), n, n=n)
        wrong += (field_contrast_test(league, rng=rng, side=BELOW, draws=999).p <= 0.05).any()
    assert wrong <= 20  # at 5 % more come once in a thousand
