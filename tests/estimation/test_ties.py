"""Equal values are equal: what one tolerance does to ranks, thresholds, ends of scales and changes."""

import numpy as np
import pandas as pd
import pytest

from estimation import (
    INDEPENDENT,
    Design,
    Estimate,
    Limits,
    change,
    compare_league,
    extreme_weights,
    joint_interval_rank_set,
    last_k,
    rank_change,
    rank_confidence_set,
    ranks,
    sample_sizes,
    score_change,
    shift_posterior,
    shift_split,
    standing_change,
    tukey_rank_set,
    unfit_to_publish,
)
from estimation.columns.ties import (
    at_end,
    at_least,
    equalized,
    in_standard_errors,
    is_nothing,
    onto_ends,
    places,
    scale_of,
)
from estimation.estimators.hypothesis_tests import midranks
from estimation.precision.flags import coefficient_of_variation

EPS = np.finfo(float).eps
NOISY = 0.8 + EPS * np.array([0, 1, -1, 2, -2, 3])  # six towns with 32 of 40


def league(value, se=0.0) -> Estimate:
    value = np.asarray(value, dtype=float)
    return Estimate(tuple(range(len(value))), value, np.diag(np.broadcast_to(se, len(value)) ** 2.0), np.inf)


def rng():
    return np.random.default_rng(1)


def test_groups_are_split_at_gaps_above_the_tolerance_so_that_equality_is_transitive():
    near = 1.0 + 0.9e-9 * np.arange(5)  # the first and the last differ by more than the tolerance, their neighbours not
    assert (equalized(near) == 1.0).all() and places([*near, 2.0]).tolist() == [1, 1, 1, 1, 1, 6]
    assert places([1.0, 1.0 + 2.1e-9]).tolist() == [1, 2]


def test_equal_values_take_the_smallest_of_them_in_any_order_and_any_shape():
    value = np.array([3.0, 1 + EPS, 2.0, 1.0, 1 - EPS])
    for order in (np.arange(5), np.arange(5)[::-1], np.array([3, 1, 4, 0, 2])):
        np.testing.assert_array_equal(equalized(value[order]), np.array([3, 1 - EPS, 2, 1 - EPS, 1 - EPS])[order])
    assert equalized(value.reshape(5, 1)).shape == (5, 1)
    np.testing.assert_array_equal(equalized([np.inf, 1.0, np.inf, -np.inf]), [np.inf, 1.0, np.inf, -np.inf])


@pytest.mark.parametrize("factor", [1e-6, 1.0, 100.0, 1e12])
def test_the_tolerance_goes_with_the_scale(factor):
    assert places(factor * np.array([0.8, 0.8 * (1 + 1e-12), 0.9])).tolist() == [1, 1, 3]
    assert places(factor * np.array([0.8, 0.8 * (1 + 1e-8), 0.9])).tolist() == [1, 2, 3]


def test_values_that_cancel_to_nothing_are_told_by_their_standard_errors():
    """Scores on -1..1 whose means are 0 but for rounding: nothing but the standard errors knows their size."""
    value = np.array([1e-17, -3e-18, 0.0])
    assert scale_of(value) == 1e-17 and scale_of(value, [0.1, 0.1, 0.0]) == 0.1
    found = rank_confidence_set(league(value, 0.1), rng=rng(), draws=200)
    assert found.rank.tolist() == [1, 1, 1]


def test_a_threshold_is_reached_by_a_value_equal_to_it_and_not_by_one_below():
    assert at_least(NOISY, 0.8).all()
    assert at_least([0.8 - 1e-8, -np.inf, np.inf, 0.9], 0.8).tolist() == [False, False, True, True]
    assert at_least([0.0, -1e-17], 0.0, scale=1.0).all() and not at_least([-1e-8], 0.0, scale=1.0).any()


def test_ends_of_a_scale_are_reached_within_the_tolerance_and_values_beyond_stay_beyond():
    value = np.array([1 - EPS, 1 + EPS, -1e-17, 0.5, 1.1])
    np.testing.assert_array_equal(onto_ends(value), [1, 1, 0, 0.5, 1.1])
    assert at_end(value).tolist() == [True, True, True, False, True]
    assert at_end([100 - 1e-12, 99.99], 0, 100).tolist() == [True, False]
    assert is_nothing([1e-10, 1e-8], 1.0).tolist() == [True, False]


@pytest.mark.parametrize("largest_is_best", [True, False])
def test_towns_that_differ_by_rounding_alone_are_tied_by_every_kind_of_rank_even_without_sampling_error(
    largest_is_best,
):
    best = {"largest_is_best": largest_is_best}
    assert (ranks(NOISY, **best) == 1).all()
    for se in (0.0, 0.05):
        estimate = league(NOISY, se)
        for found in (
            rank_confidence_set(estimate, rng=rng(), draws=200, **best),
            rank_confidence_set(estimate, rng=rng(), draws=200, simultaneous=False, **best),
            joint_interval_rank_set(estimate, **best),
            tukey_rank_set(estimate, **best),
        ):
            assert (found.rank == 1).all() and (found.lower == 1).all() and (found.upper == 6).all()
        assert (last_k(estimate, 1, **best).outcome == "possible").all()


def test_nothing_moved_between_two_waves_that_differ_by_rounding_alone():
    """The same people twice: the change has no standard error, and what is left of 0.8 - 0.8 is no change."""
    for se, cross in ((0.0, INDEPENDENT), (0.05, INDEPENDENT), (0.05, np.diag(np.full(6, 0.05**2)))):
        before, after = league(NOISY, se), league(NOISY[::-1], se)
        shift = change(before, after, cross=cross)
        assert (shift.value == 0).all() and (score_change(shift).p == 1).all()
        standing = standing_change(shift, rng=rng(), draws=200)
        assert (standing.relative == 0).all() and (standing.p_standing == 1).all()
        found = compare_league(before, after, cross=cross, rng=rng())
        assert (found.outcome == "chance").all() and (found.rank.places == 0).all()
        split = shift_split(before, after)
        assert (split.rank_before == 1).all() and (split.rank_after == 1).all()
        assert (split.own == 0).all() and (split.others == 0).all()


def test_a_standing_that_is_rounding_alone_has_not_moved_where_all_moved_alike():
    before, after = league(NOISY), league(NOISY[::-1] + 0.1)
    found = compare_league(before, after, cross=INDEPENDENT, rng=rng())
    assert (found.standing.relative == 0).all() and (found.standing.p_standing == 1).all()
    assert (found.outcome == "chance").all() and not found.rank.proven.any()
    assert (score_change(found.change).p == 0).all()  # that they all changed is certain
    relative = league([0.1, 1e-17, 0.1, 0.2])
    assert score_change(relative).p.tolist() == [0, 1, 0, 0]


def test_a_rank_change_is_proven_only_over_values_that_differ():
    before, after = league([*NOISY, 0.7]), league([*NOISY[::-1], 0.9])
    found = rank_change(before, after, cross=INDEPENDENT, rng=rng(), draws=200)
    assert found.places.tolist() == [-1] * 6 + [6]
    assert found.proven.tolist() == [False] * 6 + [True] and found.lower[6] == found.upper[6] == 6


def test_areas_known_without_error_have_no_probability_of_a_change_that_is_rounding_alone():
    value = np.array([0.6, 0.7, 0.8, 0.75, 0.65, 0.85])
    known = np.diag([0.0, 0, 0, 1e-3, 1e-3, 1e-3])
    waves = [Estimate(tuple(range(6)), v, known, np.inf) for v in (value, value * (1 - EPS))]
    found = shift_posterior(*waves, cross=INDEPENDENT, k=2, rng=rng(), draws=200)
    assert (found.p_score_worse[:3] == 0).all() and (found.change[:3] == 0).all()


def test_differences_in_standard_errors_are_certain_where_there_is_no_error():
    found = in_standard_errors(np.array([0.0, 2.0, -2.0, 3.0]), np.array([0.0, 0.0, 0.0, 1.5]))
    assert found.tolist() == [0.0, np.inf, -np.inf, 2.0]


@pytest.mark.parametrize("weight", [17.3, 1 / 3, 23.71, 8.9])
def test_thirty_interviews_of_one_weight_are_thirty_effective_ones_and_fit_to_publish(weight):
    design = Design.from_table(pd.DataFrame({"w": np.full(30, weight)}), weight="w")
    y = np.arange(30) % 2.0
    sizes = sample_sizes(y, np.full(30, "a"), design)
    share = Estimate(("a",), [0.5], [[0.01]], 8.0 * (1 - EPS))
    assert unfit_to_publish(share, sizes.assign(n_effective=30 * (1 - 2 * EPS))) == [()]
    assert unfit_to_publish(share, sizes.assign(n_effective=29.99)) == [("n_effective",)]
    limits = Limits(cv=0.2)  # 0.1/0.5
    assert unfit_to_publish(share, sizes, limits=limits) == [()]
    assert np.isnan(coefficient_of_variation([1 - EPS], [0.0])).all()  # at an end of the scale


def test_midranks_of_answers_that_differ_by_rounding_are_equal():
    y = np.array([0.1 + 0.2, 0.3, 0.5])
    assert midranks(y, np.ones(3)).tolist() == midranks(np.array([0.3, 0.3, 0.5]), np.ones(3)).tolist()


def test_a_weight_at_the_limit_is_not_beyond_it():
    weight = np.array([0.1, 0.1, 0.1, 0.3 + EPS / 4])
    assert len(extreme_weights(weight, times=3)) == 0 and len(extreme_weights([0.1, 0.1, 0.1, 0.31], times=3)) == 1
