"""Moderated variances and design effects: how far areas are drawn to the league is learnt from the league."""

import numpy as np
import pytest
from scipy import stats

from estimation import Estimate, moderate, moderate_effects, own_effects, smooth_scores, smooth_shares
from estimation.estimators.estimates import t_quantile

COUNTIES = np.repeat([1.45, 1.0, 0.53], [7, 20, 20])  # standard deviations: more mixed, ordinary, more uniform


def test_variances_that_differ_by_chance_alone_become_nearly_one_and_others_stay_their_own():
    rng, df = np.random.default_rng(0), 10.0
    alike = rng.chisquare(df, 60) / df
    drawn = moderate(alike, df)
    assert drawn.league_df > 30 and drawn.value.std() < 0.3 * alike.std()
    assert drawn.league == pytest.approx(1, abs=0.1)
    apart = alike * np.geomspace(0.1, 10, 60)
    found = moderate(apart, df)
    assert found.league_df < 3
    assert np.corrcoef(np.log(found.value), np.log(apart))[0, 1] > 0.99


def test_the_league_s_weight_is_the_one_its_variances_were_drawn_with_or_somewhat_less():
    """σ² = d₀/χ²(d₀) with d₀ = 8: taken as different as they may be, so d₀ comes out below 8 and above 4."""
    rng = np.random.default_rng(1)
    true = 8 / rng.chisquare(8, 2_000)
    found = moderate(true * rng.chisquare(12, 2_000) / 12, 12.0)
    assert 6 < found.league_df < 8.5
    assert found.league == pytest.approx(1, rel=0.1)


def test_an_area_above_the_league_is_drawn_down_by_half_the_weight():
    variance = np.array([1.0, 4.0, 0.25, 1.0, 1.0, 2.0, 0.5, 1.0])
    found = moderate(variance, 9.0)
    d0, s0 = found.league_df, found.league
    expected = np.where(variance > s0, (d0 / 2 * s0 + 9 * variance) / (d0 / 2 + 9), (d0 * s0 + 9 * variance) / (d0 + 9))
    np.testing.assert_allclose(found.value, expected)


@pytest.mark.parametrize("smooth", [smooth_shares, smooth_scores])
@pytest.mark.parametrize("areas", [1, 2, 3, 8])
def test_no_variance_is_ever_zero_or_unknown(smooth, areas):
    """Areas of one interview, without df, in which all agree, next to ordinary ones."""
    value = np.array([1.0, 0.0, 0.6, 0.9, 1.0, 0.5, 0.7, 0.8])[:areas]
    variance = np.array([0.0, 0.0, 0.004, 0.002, 0.0, 0.02, 0.005, 0.003])[:areas]
    df, n = np.array([0, 0, 20, 9, 39, 3, 40, 60.0])[:areas], np.array([1, 1, 60, 40, 40, 8, 41, 61.0])[:areas]
    found = smooth(Estimate(tuple(range(areas)), value, np.diag(variance), df), n)
    assert np.isfinite(found.variance).all() and (found.variance > 0).all()
    assert np.isfinite(found.law.interviews).all() and (found.law.interviews > 0).all()


def test_counties_more_mixed_than_the_league_are_covered_like_the_others():
    """47 counties of 30, 200 leagues: one weight for all covered 90.7 % of the mixed and 99.7 % of the uniform."""
    rng, held = np.random.default_rng(2), []
    for _ in range(200):
        y = rng.standard_normal((47, 30)) * COUNTIES[:, None]
        found = smooth_scores(
            Estimate(tuple(range(47)), y.mean(1), np.diag(y.var(1, ddof=1) / 30), 29.0), np.full(47, 30.0)
        )
        held.append(np.abs(found.value) <= t_quantile(0.95, found.df) * found.se)
    for kind in np.unique(COUNTIES):
        rate = np.mean(held, axis=0)[kind == COUNTIES].mean()
        error = np.sqrt(0.95 * 0.05 / (200 * (kind == COUNTIES).sum()))
        assert 0.94 - 2 * error < rate < 0.975, kind


def test_a_simple_random_sample_s_share_has_design_effect_one_and_normal_quantiles():
    p, n = np.array([0.5, 0.9, 1.0]), 40
    e = Estimate(("a", "b", "c"), p, np.diag(p * (1 - p) / (n - 1)), n - 1)
    for effects in (own_effects(e, n, n), moderate_effects(e, n, n)):
        np.testing.assert_allclose(effects.value, 1.0)
        np.testing.assert_allclose(t_quantile(0.95, effects.df), stats.norm.ppf(0.975), rtol=1e-6)


def test_a_league_s_clusters_are_learnt_together_and_one_area_s_noise_is_not_believed():
    """40 areas of 8 PSUs of 10, design effect 1.45; by itself an area with 7 df is between 1 and 4."""
    rng = np.random.default_rng(3)
    chance = rng.beta(0.8 * 19, 0.2 * 19, (40, 8))
    y = rng.binomial(10, chance) / 10
    e = Estimate(tuple(range(40)), y.mean(1), np.diag(y.var(1, ddof=1) / 8), 7)
    league, alone = moderate_effects(e, 80, 80), own_effects(e, 80, 80)
    np.testing.assert_allclose(league.league, 1.45, atol=0.25)
    assert league.value.std() < 0.5 * alone.value.std()
    assert (league.df > alone.df).all() and (league.value >= 1).all()


def test_areas_with_larger_clusters_are_expected_to_have_larger_design_effects():
    """600 areas of 24 PSUs, of 5 and of 40 interviews in turn: design effects of 1.12 and 2.17."""
    rng, psus, size, rho = np.random.default_rng(4), 24, np.tile([5, 40], 300), 0.03
    chance = rng.beta(0.8 * (1 / rho - 1), 0.2 * (1 / rho - 1), (600, psus))
    y = rng.binomial(size[:, None], chance) / size[:, None]
    e = Estimate(tuple(range(600)), y.mean(1), np.diag(y.var(1, ddof=1) / psus), psus - 1)
    moderated = moderate_effects(e, psus * size, psus * size)
    for persons in (5, 40):
        true = 1 + (persons - 1) * rho
        assert moderated.value[size == persons].mean() == pytest.approx(true, rel=0.08)
        assert moderated.league[size == persons] == pytest.approx(true, rel=0.08)
    chosen = moderated.select([1, 3])
    np.testing.assert_array_equal(chosen.league, moderated.league[[1, 3]])
