"""One page, one guarantee: how the error is split, what the verdicts say, and that under no change they are rare."""

import numpy as np
import pytest

from estimation import (
    INDEPENDENT,
    ChangeVerdict,
    Estimate,
    Waves,
    change,
    combine,
    compare_league,
    no_change_band,
    rank_change,
    score_change,
    shift_split,
    standing_change,
    window_change,
    windows,
)
from words import Fault

NAMES = tuple("abcdefgh")


def two_waves(seed=0, moved=0.0, se=0.3):
    rng, theta = np.random.default_rng(seed), np.linspace(0, 7, 8)
    after = theta - np.where(np.arange(8) == 6, moved, 0.0)
    v = np.full(8, se**2)
    return [Estimate(NAMES, t + rng.normal(size=8) * se, np.diag(v), np.inf) for t in (theta, after)]


def compared(waves, **options):
    return compare_league(*waves, cross=INDEPENDENT, rng=np.random.default_rng(5), **options)


def test_each_part_is_what_its_own_function_gives():
    waves = two_waves(moved=4.0)
    found = compared(waves, draws=20_000)
    shift = change(*waves, cross=INDEPENDENT)
    np.testing.assert_allclose(found.score.p_holm, score_change(shift).p_holm)
    np.testing.assert_allclose(
        found.standing.p_standing,
        standing_change(shift, rng=np.random.default_rng(1), draws=20_000).p_standing,
        atol=0.02,
    )
    alone = rank_change(*waves, cross=INDEPENDENT, rng=np.random.default_rng(2), level=0.995, draws=20_000)
    np.testing.assert_array_equal(found.rank.places, alone.places)
    assert found.rank.level == pytest.approx(0.995) and found.rank.critical == pytest.approx(alone.critical, abs=0.1)
    np.testing.assert_array_equal(found.split.own, shift_split(*waves).own)
    band = no_change_band(*waves, cross=INDEPENDENT, rng=np.random.default_rng(3))
    assert np.abs(found.noise - band).max() <= 1


def test_a_large_move_is_proven_a_middling_one_real_and_a_small_one_chance():
    outcomes = {moved: compared(two_waves(moved=moved, se=0.3)).outcome[6] for moved in (6.0, 1.9, 0.0)}
    assert outcomes == {6.0: "proven", 1.9: "real", 0.0: "chance"}


def test_a_verdict_carries_what_its_sentence_needs():
    found = compared(two_waves(moved=4.0))
    verdict = found.verdicts()[6]
    assert isinstance(verdict, ChangeVerdict) and verdict.name == "g" and verdict.outcome == "proven"
    assert verdict.places == verdict.rank_before - verdict.rank_after == -4
    assert verdict.places_lower <= verdict.places <= verdict.places_upper < 0
    assert verdict.own + verdict.others == verdict.places
    assert verdict.before_lower <= verdict.rank_before <= verdict.before_upper
    assert verdict.lower < verdict.change < verdict.upper < 0 < verdict.noise
    frame = found.to_frame()
    assert list(frame.index) == list(NAMES) and frame.places["g"] == -4


def test_standing_in_the_other_direction_than_the_rank_is_not_called_real():
    """All rise a lot but one, which rises less and still gains a place by the fall of a neighbour: chance."""
    before = Estimate(NAMES, np.linspace(0, 7, 8), np.eye(8) * 0.04, np.inf)
    value = np.linspace(0, 7, 8) + 5
    value[3] -= 3.0
    value[4] -= 9.0
    found = compared([before, Estimate(NAMES, value, np.eye(8) * 0.04, np.inf)], alpha_rank=0.001)
    assert found.standing.p_standing[3] < 0.045
    moved = np.sign(found.rank.places) == np.sign(found.standing.relative)
    assert (found.outcome[~moved & ~found.rank.proven] == "chance").all()


def test_smallest_best_is_largest_best_turned_round():
    waves = two_waves(seed=4, moved=2.0)
    turned = [Estimate(NAMES, -w.value, w.covariance, w.df) for w in waves]
    one = compared(waves)
    two = compared(turned, largest_is_best=False)
    np.testing.assert_array_equal(one.rank.places, two.rank.places)
    np.testing.assert_array_equal(one.outcome, two.outcome)


def test_a_family_of_tables_makes_every_statement_harder_and_is_kept_in_the_result():
    waves = two_waves(moved=1.5)
    alone, shared = compared(waves), compared(waves, family=10)
    assert (shared.alpha_standing, shared.alpha_rank, shared.family) == (0.045, 0.005, 10)
    assert shared.rank.level == pytest.approx(1 - 0.0005) and shared.standing.level == pytest.approx(1 - 0.0045)
    assert (shared.rank.lower <= alone.rank.lower).all() and (alone.rank.upper <= shared.rank.upper).all()
    assert (shared.outcome != "chance").sum() <= (alone.outcome != "chance").sum()


def test_error_rates_that_are_none_are_refused():
    for options in ({"alpha_standing": 0.0}, {"alpha_rank": -0.1}, {"alpha_standing": 0.9, "alpha_rank": 0.2}):
        with pytest.raises(Fault) as fault:
            compared(two_waves(), **options)
        assert fault.value.key == "comparison.alpha"
    for family in (0, 1.5):
        with pytest.raises(Fault) as fault:
            compared(two_waves(), family=family)
        assert fault.value.key == "comparison.family"


def test_two_areas_one_area_and_no_error_at_all_give_documented_results():
    two = [w.select(("a", "b")) for w in two_waves()]
    assert set(compared(two).outcome) == {"chance"}
    one = [w.select(("a",)) for w in two_waves()]
    assert list(compared(one).outcome) == ["chance"]
    certain = [Estimate(NAMES, w.value, np.zeros((8, 8)), np.inf) for w in two_waves(moved=4.0)]
    found = compared(certain)
    np.testing.assert_array_equal(found.outcome == "proven", found.rank.places != 0)


def test_under_no_change_at_most_five_per_cent_of_pages_say_anything_wrong():
    rng, false, pages = np.random.default_rng(17), 0, 120
    theta, v = np.linspace(0, 3, 8), np.full(8, 0.3)
    for _ in range(pages):
        waves = [Estimate(NAMES, theta + rng.normal(size=8) * np.sqrt(v), np.diag(v), np.inf) for _ in "12"]
        found = compare_league(*waves, cross=INDEPENDENT, rng=rng, draws=399)
        false += (found.outcome != "chance").any()
    assert false / pages <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / pages)
    assert false > 0  # a test that never fails to reject says nothing


def test_asked_for_falls_alone_they_are_found_more_often_and_rises_never():
    waves = two_waves(moved=1.3)
    both, worse = compared(waves, draws=20_000), compared(waves, draws=20_000, side="worse")
    assert worse.standing.p_standing[6] < both.standing.p_standing[6]
    np.testing.assert_array_equal(both.worse.p_standing, worse.standing.p_standing)
    assert worse.standing.lower[6] == -np.inf and worse.standing.upper[6] < both.standing.upper[6]
    risen = compared(waves[::-1], side="worse")
    assert risen.outcome[6] == "chance" or risen.rank.proven[6]
    lowest = [Estimate(NAMES, -w.value, w.covariance, w.df) for w in waves]
    turned = compared(lowest, draws=20_000, side="worse", largest_is_best=False)
    np.testing.assert_allclose(turned.standing.p_standing, worse.standing.p_standing, atol=0.01)
    with pytest.raises(Fault) as fault:
        compared(waves, side="better")
    assert fault.value.key == "comparison.side"


def test_windows_that_share_waves_bring_the_change_itself():
    rng, names = np.random.default_rng(0), tuple("pqrst")
    waves = Waves(
        names,
        tuple(Estimate(NAMES, rng.normal(size=8), np.eye(8) * 0.1, np.inf) for _ in names),
        {(s, t): INDEPENDENT for j, t in enumerate(names) for s in names[:j]},
    )
    one, two, cross = windows(waves, names[:4], names[1:])
    shift = combine(waves, window_change(names[:4], names[1:]))
    whole, given = (
        compare_league(one, two, cross=cross, rng=np.random.default_rng(1), shift=s, draws=2000) for s in (None, shift)
    )
    np.testing.assert_allclose(whole.change.value, given.change.value)
    np.testing.assert_allclose(whole.standing.p_standing, given.standing.p_standing, atol=1e-3)
