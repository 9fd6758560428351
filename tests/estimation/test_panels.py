"""Panels in which everybody is asked again and nothing changes: what a change is measured by, and what is called."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtr, ndtri

from estimation import Estimate, combine, score_change, smooth_shares, standing_change, window_change
from estimation.precision.under_null import null_moments
from estimation.waves.drawn_correlations import drawn, drawn_correlations
from estimation.waves.fourth_moments import shared_steps
from estimation.waves.influence import SharedInfluence
from estimation.waves.waves import Waves

ALPHA = 0.045


def answers(rng, waves: int, areas: int, persons: int, share: float) -> np.ndarray:
    """0 and 1 (waves, areas, persons): half of the persons answer in every wave as in the first, half anew."""
    luck = rng.random((waves, areas, persons))
    steady = rng.random((areas, persons)) < 0.5
    return (np.where(steady, luck[0], luck) < share).astype(float)


def clustered(rng, persons, areas: int, psus: int, icc: float = 0.05, same: float = 0.8) -> np.ndarray:
    """How many of `persons` (waves,) in each PSU answer 1 (waves, areas, psus); true ½, PSUs keep their effect."""
    lasting, fresh = rng.standard_normal((areas, psus)), rng.standard_normal((len(persons), areas, psus))
    effect = np.sqrt(same) * lasting + np.sqrt(1 - same) * fresh
    chance = ndtr((ndtri(0.5) + np.sqrt(icc) * effect) / np.sqrt(1 - icc))
    return rng.binomial(np.reshape(persons, (-1, 1, 1)), chance).astype(float)


def panel(totals, persons, before: int) -> Estimate:
    """The change between the first `before` waves and the others, from the PSUs' totals (waves, areas, psus).

    persons (waves,): in each PSU.  Variances are smoothed and waves joined as pages do it.
    """
    waves, areas, m = totals.shape
    n = m * np.broadcast_to(persons, waves)
    share = totals.sum(axis=2) / n[:, None]
    e = np.sqrt(m / (m - 1)) * (totals - totals.mean(axis=2, keepdims=True)) / n[:, None, None]
    names, area = tuple(f"wave{t}" for t in range(waves)), np.arange(areas)
    psus, cells = np.full((waves, areas), float(m)), np.repeat(area, m)
    square, third, fourth = ((e**k).sum(axis=2) for k in (2, 3, 4))
    stacked = e.reshape(waves, -1).T
    present = np.ones(stacked.shape, dtype=bool)
    shared = SharedInfluence(tuple(area), area, psus, square, third, fourth, cells, stacked, present)
    smooth = tuple(
        smooth_shares(Estimate(tuple(area), p, np.diag(v), np.full(areas, m - 1.0)), np.full(areas, float(size)))
        for p, v, size in zip(share, square, n, strict=True)
    )
    r, overlap, df = drawn_correlations(shared, np.stack([x.variance for x in smooth]))
    cross, common = {}, {}
    for t, late in enumerate(smooth):
        for s, early in enumerate(smooth[:t]):
            cross[names[s], names[t]] = np.diag(r[:, s, t] * early.se * late.se)
            common[names[s], names[t]] = (
                overlap[:, s, t] * early.variance,
                overlap[:, s, t] * late.variance,
                df[:, s, t],
            )
    whole = Waves(names, smooth, cross, common=common)
    a = window_change(names[:before], names[before:])
    steps = shared_steps(shared, list(a.values()), mean_change=float(list(a.values()) @ share.mean(axis=1)))
    return combine(whole, a, third_ratio=0.5, steps=steps)


def calls(shift: Estimate, rng) -> bool:
    """Is any area called?"""
    standing = standing_change(shift, rng=rng, level=1 - ALPHA, draws=399)
    return bool((standing.p_standing <= ALPHA).any() or (score_change(shift).p_holm <= 0.05).any())


def test_alike_areas_of_few_psus_have_variances_as_steady_as_their_df_say():
    """140 areas of 8 df, n halved: variances varied as those of 33 df, and 85 were taken for them."""
    rng, spread, df = np.random.default_rng(46), [], []
    for _ in range(8):
        shift = panel(clustered(rng, (14, 7), 140, 9), (14, 7), 1)
        spread.append(shift.variance.var(ddof=1) / shift.variance.mean() ** 2)
        df.append(np.mean(2 / shift.df))
    assert np.mean(spread) < 0.5 * np.mean(df)


def test_what_is_expected_of_an_area_keeps_the_league_s_sum_and_grows_at_most_as_the_areas_do():
    """Sizes that carry the sampling error of the differences themselves: a regression on them is steep and low."""
    rng, nu = np.random.default_rng(20), np.full(140, 8.0)
    own = rng.chisquare(8, 140) / 8
    size = 1 + 0.1 * (own - 1)
    _, expected, _ = drawn(own, 2 * own**2 / 8, nu, size)
    assert expected.sum() == pytest.approx(own.sum())
    assert np.ptp(expected) / expected.mean() <= np.ptp(size) / size.mean() + 1e-9


def test_one_wave_on_four_of_the_same_people_is_not_called_more_often_than_promised():
    """70 areas of 125 persons at 95 %: 10 % of leagues held an own change that was none, where 5 % are promised."""
    rng = np.random.default_rng(19)
    shifts = (panel(answers(rng, 5, 70, 125, 0.95), 1, 4) for _ in range(100))
    assert sum((score_change(shift).p_holm <= 0.05).any() for shift in shifts) <= 0.05 * 100


def test_a_panel_of_rare_answers_in_which_nothing_changes_is_not_called():
    """70 areas of 50 persons at 99.8 %, two waves on eight: 44 % of leagues held a false call."""
    rng = np.random.default_rng(53)
    assert sum(calls(panel(answers(rng, 10, 70, 50, 0.998), 1, 8), rng) for _ in range(12)) <= 1


# ---- what the changes are made of


@pytest.mark.parametrize(("before", "after"), [(1, 1), (4, 1), (4, 4)])
def test_the_steps_of_one_league_tell_the_kurtosis_of_its_changes(before, after):
    """Half of 125 persons answer anew in every wave: the smaller their steps, the lighter the tails."""
    rng, a = np.random.default_rng(21), np.repeat([-1 / before, 1 / after], [before, after])
    law = panel(answers(rng, before + after, 70, 125, 0.95), 1, before).law
    many = np.einsum("t,tan->an", a, answers(rng, before + after, 4000, 125, 0.95))
    kurtosis = stats.kurtosis(many.ravel()) / 125
    variance = many.var() / 125
    assert law.steps.excess(np.full(70, variance)).mean() == pytest.approx(kurtosis, rel=0.1)
    assert law.steps.units.tolist() == [125.0] * 70


def test_where_a_panel_s_whole_field_rises_its_changes_are_skewed_upwards():
    """One wave on four, 96 to 99 %: nearly everyone who answers otherwise than before does so for the better."""
    rng, share = np.random.default_rng(54), np.repeat([0.96, 0.99], [4, 1]).reshape(-1, 1, 1)
    # of one person, half of whom keep their luck: 0.03 of these change by one step; the others answer anew
    variance = (0.03 * 0.97 + 0.99 * 0.01 + 0.96 * 0.04 / 4) / 2
    third = (0.03 * 0.97 * 0.94 - 0.99 * 0.01 * 0.98 + 0.96 * 0.04 * 0.92 / 16) / 2
    shift = panel(answers(rng, 5, 70, 125, share), 1, 4)
    added, of_field = null_moments(shift.law, 0.03)
    assert (shift.variance + added).mean() == pytest.approx(variance / 125, rel=0.1)
    assert of_field.mean() == pytest.approx(third / 125**2, rel=0.25)
    # of an area that does not change, as many answers rise as fall
    assert null_moments(shift.law, 0.0)[1].mean() < third / 125**2 / 2


def test_changed_answers_are_counted_and_normal_ones_are_very_many():
    """Persons of whom 17 change by one step, in areas of unequal size."""
    e, area = np.zeros((180, 2)), np.repeat([0, 1], [60, 120])
    for row in [*range(5), *range(60, 72)]:
        e[row, row % 2] = 1 / (60, 120)[area[row]]
    sizes = np.tile([60.0, 120.0], (2, 1))
    powers = (np.stack([np.bincount(area, e[:, t] ** k) for t in (0, 1)]) for k in (2, 3, 4))
    shared = SharedInfluence((0, 1), np.arange(2), sizes, *powers, area, e, np.ones((180, 2), dtype=bool))
    steps = shared_steps(shared, [-1.0, 1.0])
    np.testing.assert_allclose(steps.changed, 1 / (1 / 17 - 3 / 180))
    np.testing.assert_allclose(steps.square, [1 / 60**2, 1 / 120**2])
    normal = panel(clustered(np.random.default_rng(1), (40, 40), 140, 9), (40, 40), 1).law.steps
    assert (normal.changed > 400).all()


def test_where_fewer_than_ten_answers_changed_no_area_is_confirmed():
    """One area of twelve falls from 50 satisfied to 43: nobody else changes; to 42, and 20 others change too."""
    for fallen, others, told in ((7, 0, False), (8, 20, True)):
        y = np.ones((2, 12, 50))
        y[1, 0, :fallen] = 0
        for k in range(others):
            y[k % 2, 1 + k % 11, k] = 0
        shift = panel(y, 1, 1)
        assert shift.law.told_apart == told
        score, rng = score_change(shift), np.random.default_rng(2)
        standing = standing_change(shift, rng=rng, draws=999)
        assert (score.p_holm[0] < 0.05) == told and (standing.p_standing[0] < 0.05) == told
        assert score.p[0] < 0.05
        assert (score.p_holm[1:] > 0.05).all() and (standing.p_standing[1:] > 0.05).all()
