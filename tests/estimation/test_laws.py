"""The law an estimate carries: its moments are those of simulated answers, in one wave, in windows, in changes."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from estimation import (
    INDEPENDENT,
    Design,
    Estimate,
    Waves,
    change,
    combine,
    sample_sizes,
    smooth_scores,
    smooth_shares,
    window_change,
    windows,
)
from estimation.estimators.change_laws import ChangeLaw
from estimation.estimators.laws import SamplingLaw
from estimation.indicators.answer_moments import answer_skewness
from estimation.precision.effects import psu_evenness
from estimation.precision.under_null import null_moments


def shares(p, n) -> Estimate:
    p, n = np.broadcast_arrays(np.asarray(p, dtype=float), n)
    plain = Estimate(tuple(range(len(p))), p, np.diag(p * (1 - p) / n), np.inf)
    return smooth_shares(plain, n, prior=0.0)


def independent_waves(*estimates) -> Waves:
    names = tuple("abcdefgh"[: len(estimates)])
    return Waves(names, estimates, {(s, t): INDEPENDENT for j, t in enumerate(names) for s in names[:j]})


def test_a_smoothed_share_knows_its_interviews_and_the_level_of_its_variance():
    found = smooth_shares(Estimate(("a", "b"), [1.0, 0.5], np.diag([0.0, 0.25 / 50]), np.inf), [40.0, 50.0])
    np.testing.assert_allclose(found.law.interviews, [40.0, 50.0])
    np.testing.assert_allclose(found.law.variance_at(found.law.level), found.variance)
    np.testing.assert_allclose(found.law.variance, found.variance)
    chosen = found.select(("b",))
    assert chosen.law.interviews == pytest.approx([50.0]) and chosen.law.is_share


def test_variance_and_third_cumulant_are_those_of_drawn_shares():
    rng, p, n = np.random.default_rng(0), 0.9, 40
    drawn = rng.binomial(n, p, 400_000) / n - p
    law = shares([p], n).law
    assert law.variance_at(np.array([p]))[0] == pytest.approx((drawn**2).mean(), rel=0.01)
    assert law.third_at(np.array([p]))[0] == pytest.approx((drawn**3).mean(), rel=0.06)


def test_unequal_weights_make_a_share_more_skewed():
    """All 2⁶ outcomes of six persons with the weights 1, 1, 1, 2, 4, 9, against the law."""
    w, p = np.array([1.0, 1, 1, 2, 4, 9]), 0.9
    outcomes = (np.arange(64)[:, None] >> np.arange(6)) & 1
    chance = np.prod(np.where(outcomes, p, 1 - p), axis=1)
    third = chance @ (outcomes @ w / w.sum() - p) ** 3
    sizes = sample_sizes(np.ones(6), np.full(6, "a"), Design.from_table(pd.DataFrame({"w": w}), weight="w"))
    n, n_third = sizes.n_effective.to_numpy(), sizes.n_third.to_numpy()
    found = smooth_shares(Estimate(("a",), [p], [[p * (1 - p) / n[0]]], np.inf), n, n_third=n_third)
    assert found.law.third_at(p)[0] == pytest.approx(third, rel=1e-9)
    assert n_third < 0.9 * n


def test_rarer_answers_that_come_in_clumps_are_more_skewed():
    """2,000 PSUs of 44 with the same probability but for a beta of variance .05 p(1-p): a beta-binomial's skewness."""
    m, size, p, rho = 2000, 44, 0.98, 0.05
    s = 1 / rho - 1
    variance, skewness = (float(x) for x in stats.betabinom(size, p * s, (1 - p) * s).stats("vs"))
    v = variance / (m * size**2)
    found = smooth_shares(Estimate(("a",), [p], [[v]], m - 1.0), [float(m * size)], prior=0.0)
    # SamplingLaw is of the mean of m PSUs: its third cumulant is that of one over m²
    assert found.law.variance == pytest.approx([v], rel=0.01)
    assert found.law.third_at(p)[0] == pytest.approx(skewness * (variance / size**2) ** 1.5 / m**2, rel=0.06)


def test_a_window_s_law_is_that_of_all_its_answers_together_when_waves_are_alike():
    one, two, cross = windows(independent_waves(*[shares([0.9], 50)] * 5), ["e"], ["a", "b", "c", "d"])
    assert isinstance(one.law, SamplingLaw) and cross == INDEPENDENT
    assert two.law.interviews == pytest.approx([200.0])
    assert two.law.third_interviews == pytest.approx([200.0])
    assert two.law.variance == pytest.approx(two.variance)


def test_a_window_of_unequal_waves_has_the_moments_of_the_drawn_mean():
    rng, n = np.random.default_rng(1), np.array([30, 200])
    drawn = (rng.binomial(n, 0.9, (400_000, 2)) / n).mean(axis=1) - 0.9
    found = combine(independent_waves(shares([0.9], 30), shares([0.9], 200)), [0.5, 0.5]).law
    assert found.variance[0] == pytest.approx((drawn**2).mean(), rel=0.01)
    assert found.third_at(np.array([0.9]))[0] == pytest.approx((drawn**3).mean(), rel=0.05)


def test_a_change_s_law_keeps_both_windows_and_shared_waves_cancel():
    waves = independent_waves(*[shares([0.9], 50)] * 5)
    law = combine(waves, window_change(["a", "b", "c", "d"], ["b", "c", "d", "e"])).law
    assert isinstance(law, ChangeLaw) and law.scale == pytest.approx([0.25])
    assert law.before.interviews == law.after.interviews == pytest.approx([50.0])
    plain = change(shares([0.8], 50), shares([0.9], 100), cross=np.array([[0.001]])).law
    assert (plain.first, plain.second, plain.scale) == (0.8, 0.9, 1.0)
    assert plain.common == pytest.approx(2 * 0.001 / (0.16 / 50 + 0.09 / 100))


def test_no_law_where_one_is_not_known():
    plain = Estimate((0,), [0.9], [[0.01]], np.inf)
    assert combine(independent_waves(plain, shares([0.9], 50)), [-1.0, 1.0]).law is None
    waves = independent_waves(*[shares([0.9], 50)] * 2)
    assert combine(waves, [1.0, 1.0]).law is None and combine(waves, [2.0, -1.0]).law is None
    scores = smooth_scores(Estimate((0,), [0.9], [[0.01]], np.inf), [50.0], unit_skewness=-0.2)
    assert combine(independent_waves(scores, shares([0.9], 50)), [0.5, 0.5]).law is None


def test_a_score_s_law_takes_the_skewness_it_is_given():
    plain = Estimate((0, 1), [3.0, 4.0], np.diag([0.02, 0.03]), np.inf)
    found = smooth_scores(plain, [50.0, 60.0], unit_skewness=[-1, -2])
    s2 = found.variance * [50, 60]
    np.testing.assert_allclose(found.law.unit_variance, s2)
    np.testing.assert_allclose(found.law.third_at(found.law.level), [-1, -2] * s2**1.5 / [50**2, 60**2])
    np.testing.assert_allclose(found.law.unit_deviation, np.sqrt((50 * s2[0] + 60 * s2[1]) / 110))
    window = combine(independent_waves(found, found), [0.5, 0.5]).law
    np.testing.assert_allclose(window.unit_skewness, [-1, -2])
    np.testing.assert_allclose(window.unit_deviation, found.law.unit_deviation)
    np.testing.assert_allclose(window.third_interviews, [100, 120])


def test_a_window_of_scores_has_the_third_cumulant_of_its_waves():
    plain = Estimate((0, 1), [3.0, 4.0], np.diag([0.02, 0.03]), np.inf)
    one, two = (smooth_scores(plain, n, unit_skewness=g) for n, g in (([50.0, 60.0], -1.0), ([20.0, 90.0], 2.0)))
    window = combine(independent_waves(one, two), [0.25, 0.75]).law
    parts = [w.law.third_at(w.law.level) for w in (one, two)]
    np.testing.assert_allclose(window.third_at(window.level), 0.25**3 * parts[0] + 0.75**3 * parts[1])


def test_where_all_minutes_double_the_later_ones_vary_four_times_as_much():
    """By as much as the league grew where an area changes as it does, not at all where the area does not change."""
    rng, k, n = np.random.default_rng(5), 40, 200
    minutes = rng.gamma(2.0, 10.0, (2, k, n))
    minutes[1] *= 2
    names = tuple(range(k))
    one, two = (
        smooth_scores(Estimate(names, y.mean(axis=1), np.diag(y.var(axis=1, ddof=1) / n), n - 1.0), np.full(k, n))
        for y in minutes
    )
    law = change(one, two, cross=INDEPENDENT).law
    field = two.value.mean() - one.value.mean()
    np.testing.assert_allclose(law.field, field)
    expected = two.variance.sum() / one.variance.sum()
    np.testing.assert_allclose(law.growth_at(field), expected, rtol=0.05)
    np.testing.assert_allclose(law.growth_at(0.0), 1.0)
    np.testing.assert_allclose(law.growth_at(field / 2), np.sqrt(law.growth), rtol=1e-12)
    added, _ = null_moments(law, field)
    np.testing.assert_allclose(
        (law.before.variance + law.after.variance + added).mean(), 5 * one.variance.mean(), rtol=0.1
    )
    steady = change(one, one, cross=INDEPENDENT).law
    np.testing.assert_allclose(steady.growth, 1.0)
    np.testing.assert_allclose(
        change(shares([0.5, 0.9], 50), shares([0.7, 0.99], 50), cross=INDEPENDENT).law.growth, 1.0
    )


def test_the_df_of_scores_are_fewer_where_few_psus_weigh_most():
    table = pd.DataFrame({"w": [1.0, 1, 1, 3, 1, 1, 5], "psu": [1, 1, 2, 3, 4, 5, 6], "area": list("aaaabbb")})
    y = np.array([1.0, 2, 3, 4, 5, 6, np.nan])
    design = Design.from_table(table, weight="w", psu="psu")
    evenness = psu_evenness(y, table.area, design, ("b", "a"))
    np.testing.assert_allclose(evenness, [1.0, 12**2 / (3 * (4 + 1 + 81))])
    plain = Estimate((0, 1), [3.0, 4.0], np.diag([0.02, 0.03]), np.array([40.0, 1.0]))
    np.testing.assert_allclose(smooth_scores(plain, [50.0, 60.0], evenness=[0.25, 0.25]).df, [10.0, 1.0])


def test_skewness_is_weighted_and_drawn_to_the_league():
    values = np.array([1.0, 0.0, 0.0, 0.0, 3.0, 1.0, np.nan, 9.0])
    domain, weight = np.array(list("aaaabbbb")), np.array([1.0, 1, 1, 1, 1, 3, 5, 0])
    own = answer_skewness(values, domain, weight, ("b", "a"), prior=0.0)
    mean_a, mean_b = 0.25, 1.5
    a = ((1 - mean_a) ** 3 + 3 * (0 - mean_a) ** 3) / 4
    b = ((3 - mean_b) ** 3 + 3 * (1 - mean_b) ** 3) / 4
    s3 = np.array([0.75, 3 / 16]) ** 1.5
    np.testing.assert_allclose(own, np.array([b, a]) / s3)
    n = np.array([1.6, 4.0])
    league = (n @ [b, a]) / (n @ s3)
    drawn = answer_skewness(values, domain, weight, ("b", "a"), prior=10.0)
    np.testing.assert_allclose(drawn, (n * own + 10 * league) / (n + 10))


def test_a_score_s_variance_follows_its_mean_as_a_share_s_does_and_never_vanishes():
    """A share told as a score of 0 and 1 has the variance of the share at the other value."""
    q = np.array([0.9, 0.95])
    deviation = np.sqrt(q * (1 - q))
    skewness = (1 - 2 * q) / deviation
    score = SamplingLaw(np.full(2, 100.0), np.full(2, 100.0), q, deviation**2 / 100, skewness, deviation)
    np.testing.assert_allclose(score.variance_at(q - 0.1) * 100, (q - 0.1) * (1.1 - q))
    assert (score.variance_at(np.ones(2)) * 100 >= q * (1 - q) / 4).all()


def test_few_changed_answers_have_tails_as_heavy_as_the_t_they_are_given():
    """A panel of 125, two or three changed answers expected: the simulated kurtosis of the net change is that t's."""
    n, chance = 125, 0.018
    rng = np.random.default_rng(8)
    steps = rng.multinomial(n, [chance / 2, chance / 2, 1 - chance], size=400_000)
    net = (steps[:, 0] - steps[:, 1]) / n
    ones = np.ones(1)
    share = SamplingLaw(n * ones, n * ones, 0.9 * ones, 0.09 / n * ones)
    law = ChangeLaw(share, share, 0.9 * ones, 0.9 * ones, 0.9 * ones, ones, ones, ones, 0 * ones)
    (df,) = law.tail_df(np.array([chance / n]))
    assert df == pytest.approx(4 + 6 * n * chance / (1 - 3 * chance))
    assert 6 / (df - 4) == pytest.approx(stats.kurtosis(net), abs=0.05)


def test_independent_waves_near_a_half_and_scores_have_no_heavier_tails():
    ones = np.ones(1)
    share = SamplingLaw(125 * ones, 125 * ones, 0.5 * ones, 0.25 / 125 * ones)
    law = ChangeLaw(share, share, 0.5 * ones, 0.5 * ones, 0 * ones, ones, ones, ones, 0 * ones)
    assert np.isinf(law.tail_df(np.array([2 * 0.25 / 125]))).all()
    score = SamplingLaw(125 * ones, 125 * ones, 3 * ones, ones / 125, -0.5 * ones, ones)
    assert np.isinf(
        ChangeLaw(score, score, 3 * ones, 3 * ones, 0 * ones, ones, ones, ones, 0 * ones).tail_df(ones / 100)
    ).all()
