"""What a rank move is made of: the split against its definition word by word, and chance's own moves."""

import numpy as np
import pytest
import scipy.sparse as sp
from scipy import stats

from estimation import INDEPENDENT, Estimate, no_change_band, ranks, shift_split
from estimation.changes.movement import rank_rows
from words import Fault


def estimate(value, se=1.0, names=None) -> Estimate:
    value = np.asarray(value, dtype=float)
    variance = np.broadcast_to(np.square(se), value.shape)
    return Estimate(names or tuple(range(len(value))), value, np.diag(variance), np.inf)


# ---- own and others' movement


def naive_split(one, two, largest_is_best):
    """The Shapley value by definition: both orders in which the area and the rest may move, loops over areas."""

    def rank(own, field, j):
        others = [field[k] for k in range(len(field)) if k != j]
        return 1 + sum(x > own if largest_is_best else x < own for x in others)

    own, others = [], []
    for j in range(len(one)):
        start, end = rank(one[j], one, j), rank(two[j], two, j)
        own_first, others_first = rank(two[j], one, j), rank(one[j], two, j)
        own.append(((start - own_first) + (others_first - end)) / 2)
        others.append(((own_first - end) + (start - others_first)) / 2)
    return own, others


@pytest.mark.parametrize("largest_is_best", [True, False])
@pytest.mark.parametrize("values", [3, 8, 1000])
def test_the_split_equals_a_naive_second_implementation_ties_and_all(values, largest_is_best):
    rng = np.random.default_rng(values)
    for p in (1, 2, 5, 30):
        one, two = rng.integers(0, values, (2, p)).astype(float)
        found = shift_split(estimate(one), estimate(two), largest_is_best=largest_is_best)
        own, others = naive_split(one, two, largest_is_best)
        np.testing.assert_array_equal(found.own, own)
        np.testing.assert_array_equal(found.others, others)
        np.testing.assert_array_equal(found.rank_before, ranks(one, largest_is_best=largest_is_best))
        np.testing.assert_array_equal(found.rank_after, ranks(two, largest_is_best=largest_is_best))
        np.testing.assert_array_equal(found.own + found.others, found.rank_before - found.rank_after)


def test_who_stands_still_owes_the_shift_to_others_and_who_moves_alone_to_itself():
    before = estimate([50, 40, 30, 20])
    fell = shift_split(before, estimate([25, 40, 30, 20]))
    assert list(fell.own) == [-2, 0, 0, 0]
    assert list(fell.others) == [0, 1, 1, 0]
    assert list(fell.rank_before - fell.rank_after) == [-2, 1, 1, 0]


def test_a_move_of_everybody_by_the_same_amount_may_have_two_large_parts_that_cancel():
    found = shift_split(estimate([5, 4, 3, 2]), estimate([15, 14, 13, 12]))
    assert list(found.own) == [1.5] * 4
    assert list(found.others) == [-1.5] * 4


def test_the_split_follows_names_not_positions():
    names, moved = ("a", "b", "c", "d"), ("d", "b", "a", "c")
    one, two = estimate([5, 3, 9, 1], names=names), estimate([2, 8, 4, 6], names=names)
    found, turned = shift_split(one, two), shift_split(one, two.select(moved))
    np.testing.assert_array_equal(found.own, turned.own)
    assert turned.to_frame().loc["d"].to_dict() == found.to_frame().loc["d"].to_dict()
    with pytest.raises(Fault, match="one wave only: d"):
        shift_split(one, two.select(("a", "b", "c")))


def test_splitting_the_shifts_of_many_areas_takes_no_pairs():
    rng = np.random.default_rng(0)
    one, two = rng.normal(size=(2, 200_000))
    wide = [Estimate(range(len(x)), x, sp.eye_array(len(x)).tocsr(), np.inf) for x in (one, two)]
    found = shift_split(*wide)
    assert (found.own + found.others == found.rank_before - found.rank_after).all()


# ---- how far chance moves an area


def test_rows_are_ranked_as_scipy_ranks_them():
    rng = np.random.default_rng(3)
    for value in (rng.integers(0, 5, (40, 9)).astype(float), rng.normal(size=(40, 9)), np.zeros((2, 3))):
        np.testing.assert_array_equal(rank_rows(value), stats.rankdata(value, method="min", axis=1))


def test_no_change_band_grows_when_areas_are_alike_and_noise_is_large():
    rng = np.random.default_rng(0)
    spread, alike = np.linspace(0, 1, 20), np.full(20, 0.5) + rng.normal(size=20) * 0.01
    quiet, loud = (
        no_change_band(estimate(v, 0.05), estimate(v, 0.05), cross=INDEPENDENT, rng=rng) for v in (spread, alike)
    )
    assert quiet.max() < loud.min()
    assert loud.max() <= 19


def test_no_change_band_is_what_pure_noise_does():
    """20 areas with one true value: the band is the 95 % quantile of moves simulated from scratch, give or take one."""
    rng = np.random.default_rng(1)
    before, after = (estimate(0.5 + rng.normal(size=20) * 0.05, 0.05) for _ in range(2))
    band = np.median(no_change_band(before, after, cross=INDEPENDENT, rng=rng))
    one, two = (rng.normal(size=(4000, 20)).argsort(axis=1).argsort(axis=1) for _ in range(2))
    assert abs(np.quantile(np.abs(one - two), 0.95) - band) <= 1


def test_the_band_follows_names_not_positions():
    rng = np.random.default_rng(4)
    names, moved = tuple("abcdef"), tuple("fbdaec")
    se = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    before, after = estimate(rng.normal(size=6), se, names), estimate(rng.normal(size=6), se, names)
    cross = np.diag(se**2) / 2
    bands = [
        no_change_band(before, after, cross=cross, rng=np.random.default_rng(1)),
        no_change_band(
            before, after.select(moved), cross=cross[:, after.positions(moved)], rng=np.random.default_rng(1)
        ),
    ]
    np.testing.assert_array_equal(*bands)


def test_nobody_moves_when_the_same_people_answer_alike_twice():
    before, after = (estimate([1.0, 2.0, 3.0, 4.0], [0.5, 1, 1.5, 2]) for _ in range(2))
    assert (no_change_band(before, after, cross=before.covariance, rng=np.random.default_rng(0)) == 0).all()


def test_the_band_of_independent_areas_is_the_same_by_the_joint_covariance():
    """A covariance between two areas, too small to matter, sends the draws through the joint matrix instead."""
    rng = np.random.default_rng(5)
    before, after = (estimate(rng.normal(size=15), rng.uniform(0.3, 1, 15)) for _ in range(2))
    cross = np.diag(0.5 * before.se * after.se)
    joint = cross + 1e-12 * np.eye(15, k=1)
    bands = [no_change_band(before, after, cross=c, rng=rng, draws=20_000) for c in (cross, joint, sp.csr_array(cross))]
    assert np.abs(bands[0] - bands[1]).max() <= 1 and np.abs(bands[0] - bands[2]).max() <= 1
    assert no_change_band(before, after, cross=INDEPENDENT, rng=rng).mean() > bands[0].mean()


def test_the_band_refuses_a_covariance_that_cannot_be():
    one = estimate([1.0, 2.0], 0.1, ("x", "y"))
    with pytest.raises(Fault, match=r"between the waves of y .* larger"):
        no_change_band(one, one, cross=np.diag([0.01, 0.02]), rng=np.random.default_rng(0))
    with pytest.raises(Fault, match=r"shape \(1, 1\)"):
        no_change_band(one, one, cross=[[0.01]], rng=np.random.default_rng(0))
