"""Default intervals: mid-p for shares, Wald for scores inside their scale, and never a point."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from estimation import Estimate, measure_interval, mid_p_limits, moderate_effects, proportion_interval
from study import fine_grid
from words import Fault


def one(value, se, df=np.inf) -> Estimate:
    return Estimate(("a",), [value], [[se**2]], df)


def test_wilson_at_simple_random_sampling_is_wilson_s_closed_form():
    p, n, z = 0.9, 100, stats.norm.ppf(0.975)
    found = proportion_interval(one(p, np.sqrt(p * (1 - p) / n)), n, method="wilson")
    centre, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert found.lower[0] == pytest.approx((centre - half) / (1 + z**2 / n))
    assert found.upper[0] == pytest.approx((centre + half) / (1 + z**2 / n))


def test_korn_graubard_at_simple_random_sampling_is_clopper_pearson():
    found = proportion_interval(one(0.9, np.sqrt(0.09 / 50)), 50, method="korn_graubard")
    t_ratio = (stats.t.ppf(0.975, 49) / stats.norm.ppf(0.975)) ** 2
    n = 50 * t_ratio
    assert found.lower[0] == pytest.approx(stats.beta.ppf(0.025, 0.9 * n, 0.1 * n + 1))
    assert found.upper[0] == pytest.approx(stats.beta.ppf(0.975, 0.9 * n + 1, 0.1 * n))


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_at_a_share_of_0_or_1_the_interval_is_exact_and_no_point(p):
    found = proportion_interval(one(p, 0.0), 40)
    assert found.upper[0] - found.lower[0] == pytest.approx(1 - 0.025 ** (1 / 40))
    assert found.lower[0] == 0.0 or found.upper[0] == 1.0


def test_mid_p_limits_solve_their_equation_and_meet_the_exact_ones_without_a_jump():
    lower, upper = mid_p_limits(np.array([37, 20, 3]) / 40, 40.0)
    for x, low, high in zip((37, 20, 3), lower, upper, strict=True):
        assert stats.binom.sf(x, 40, low) + stats.binom.pmf(x, 40, low) / 2 == pytest.approx(0.025)
        assert stats.binom.cdf(x, 40, high) - stats.binom.pmf(x, 40, high) / 2 == pytest.approx(0.025)
    all_but_a_trace, nearly_one = mid_p_limits(1 - np.array([1e-9, 1.0]) / 40, 40.0)[0]
    assert all_but_a_trace == pytest.approx(0.025 ** (1 / 40), abs=1e-6)
    assert nearly_one < all_but_a_trace


@pytest.mark.parametrize("n", [0.01, 0.5, 1.0, 3.7, 8.0, 125.0, 1e6])
def test_mid_p_limits_are_numbers_around_the_share_however_near_it_is_to_an_end(n):
    tiny = 10.0 ** -np.arange(1, 16)
    share = np.sort(np.concatenate([tiny, 3 * tiny, 1 - tiny, np.linspace(0, 1, 101)]))
    lower, upper = mid_p_limits(share, n)
    assert (lower <= share).all() and (upper >= share).all()  # a NaN is neither
    assert (np.diff(lower) >= -1e-9).all() and (np.diff(upper) >= -1e-9).all()


def exact_coverage(n: int, share) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coverage, mean width, and mean width of Clopper and Pearson's limits, for n answers at each true share."""
    x = np.arange(n + 1)
    lower, upper = mid_p_limits(x / n, float(n))
    chance = stats.binom.pmf(x, n, share[:, None])
    exact = proportion_confint(x, n, method="beta")
    inside = (lower <= share[:, None]) & (share[:, None] <= upper)
    return (chance * inside).sum(axis=1), chance @ (upper - lower), chance @ (exact[1] - exact[0])


@pytest.mark.parametrize("n", [8, 12, 14, 20, 35, 50, 80, 125, 220, 400])
def test_shares_of_a_simple_random_sample_are_covered_as_often_as_promised_and_by_less_than_exact_limits(n):
    """No simulation: all x of 0..n at 499 true shares from 0.5 to 0.998.  From n = 50 on the widths are at most 0.95 of
    Clopper and Pearson's, up to n = 125; at n = 400 these are only 3 % wider than any limits that cover 95 %."""
    covered, width, exact = exact_coverage(n, np.linspace(0.5, 0.998, 499))
    assert covered.mean() >= 0.95 and covered.min() >= 0.92
    assert (width <= exact).all()
    if n >= 50:
        assert (width / exact).mean() <= (0.951 if n <= 125 else 0.969)


def weighted_shares(rng, share: float, psus: int, size: int, correlation: float, cv: float, areas: int):
    """Estimates (areas,) of clusters with beta-binomial answers and lognormal weights, and Kish's n of each."""
    spread = 1 / correlation - 1 if correlation else np.inf
    chance = rng.beta(share * spread, (1 - share) * spread, (areas, psus, 1)) if correlation else share
    y = rng.random((areas, psus, size)) < chance
    w = rng.lognormal(sigma=np.sqrt(np.log1p(cv**2)), size=y.shape)
    total = w.sum(axis=(1, 2))
    p = np.where(y.all(axis=(1, 2)), 1.0, (w * y).sum(axis=(1, 2)) / total)
    u = (w * (y - p[:, None, None])).sum(axis=2) / total[:, None]
    variance = psus / (psus - 1) * (u**2).sum(axis=1)
    return Estimate(tuple(range(areas)), p, np.diag(variance), psus - 1), total**2 / (w**2).sum(axis=(1, 2))


@pytest.mark.parametrize(("psus", "size", "correlation"), [(100, 1, 0.0), (8, 10, 0.05), (20, 5, 0.1)])
def test_weighted_and_clustered_shares_of_a_league_are_covered(psus, size, correlation):
    """Weights of cv 0.8 (deff 1.64): 40 areas, 15 leagues at each of 6 shares; 3 Monte-Carlo errors are 0.011."""
    rng, covered = np.random.default_rng(14), []
    for share in (0.5, 0.7, 0.85, 0.9, 0.95, 0.98):
        for _ in range(15):
            estimate, kish = weighted_shares(rng, share, psus, size, correlation, 0.8, 40)
            effects = moderate_effects(estimate, psus * size, kish)
            found = proportion_interval(estimate, psus * size, n_effective=kish, effects=effects)
            covered.append(((found.lower <= share) & (share <= found.upper)).mean())
    assert 0.945 - 0.011 <= np.mean(covered) <= 0.98


def test_a_score_near_the_end_of_its_scale_is_covered_where_wald_s_limits_miss_from_one_side():
    """Five answers, mean 95 of 100, 60 interviews with weights of cv 0.7: Wald's limits cover 90 %."""
    rng, points = np.random.default_rng(15), np.array([0.0, 25.0, 50.0, 75.0, 100.0])
    chance = np.array([0.002, 0.008, 0.03, 0.11, 0.85])
    y = rng.choice(points, p=chance, size=(1_000, 60))
    w = rng.lognormal(sigma=np.sqrt(np.log1p(0.5)), size=y.shape)
    value = (w * y).sum(axis=1) / w.sum(axis=1)
    variance = (w**2 * (y - value[:, None]) ** 2).sum(axis=1) / w.sum(axis=1) ** 2 * 60 / 59
    estimate = Estimate(tuple(range(1_000)), value, np.diag(variance), 59)
    kish = w.sum(axis=1) ** 2 / (w**2).sum(axis=1)
    limits, methods = measure_interval(estimate, 60, kish, low=0, high=100, share=False)
    truth, wald = chance @ points, estimate.interval()
    assert (methods == "mid_p").mean() > 0.95
    assert ((limits.lower <= truth) & (truth <= limits.upper)).mean() > 0.95
    assert ((wald.lower <= truth) & (truth <= wald.upper)).mean() < 0.93
    assert (limits.upper <= 100).all()


def test_more_confidence_widens_and_fewer_df_widen_every_method():
    for method in ("logit", "korn_graubard", "wilson", "wald"):
        width = [
            np.diff(proportion_interval(one(0.85, 0.04, df), 80, method=method, level=level)[:2], axis=0)[0, 0]
            for df, level in ((np.inf, 0.9), (np.inf, 0.95), (8, 0.95))
        ]
        assert width[0] < width[1] < width[2]


def test_no_degrees_of_freedom_means_nothing_is_known():
    found = proportion_interval(one(0.6, 0.1, 0), 20)
    assert (found.lower[0], found.upper[0]) == (0.0, 1.0)
    assert np.isinf(one(0.6, 0.1, 0).interval().lower[0])


def test_scores_get_wald_limits_except_where_these_leave_the_scale_or_are_a_point():
    e = Estimate(("a", "b", "c"), [60.0, 99.0, 100 / 3], np.diag([4.0, 4.0, 0.0]), np.inf)
    limits, methods = measure_interval(e, [50] * 3, [45.0] * 3, low=0, high=100, share=False)
    assert list(methods) == ["wald", "mid_p", "mid_p"]
    assert limits.lower[0] == pytest.approx(60 - 2 * stats.norm.ppf(0.975))
    assert limits.upper[1] <= 100 and limits.lower[1] < 99
    assert limits.lower[2] < 30 and limits.upper[2] > 37


def test_percentages_are_refused_as_shares_and_unknown_methods_are_named():
    with pytest.raises(Fault, match=r"83\.0 is not a share"):
        proportion_interval(one(83.0, 1.0), 50)
    with pytest.raises(Fault, match="no interval method clopper"):
        proportion_interval(one(0.5, 0.1), 50, method="clopper")


def test_limits_of_a_score_are_mirrored_when_its_scale_is_turned():
    """n* counts what is expected at the nearer end, whichever end that is."""
    value, variance, sizes = np.array([0.93, 0.97, 0.6]), np.array([0.0004, 0.0001, 0.0002]), np.full(3, 60.0)
    limits = []
    for theta in (value, 1 - value):
        estimate = Estimate(("a", "b", "c"), theta, np.diag(variance), np.full(3, 50.0))
        limits.append(measure_interval(estimate, sizes, sizes, low=0, high=1, share=False)[0])
    np.testing.assert_allclose(limits[0].lower, 1 - limits[1].upper, atol=1e-9)
    np.testing.assert_allclose(limits[0].upper, 1 - limits[1].lower, atol=1e-9)


def test_from_200_interviews_on_no_interval_that_covers_95_per_cent_is_much_narrower_than_the_exact_one():
    """What docs/methods.md says beside its table: .95 of Clopper-Pearson's up to n = 125, and not beyond."""
    for n, widest in ((50, 0.935), (125, 0.951)):
        mean, least, width = fine_grid.exactly(n, fine_grid.default_limits(0.95))
        assert mean > 0.95 and least > 0.92 and width < widest
    mean, least, width = fine_grid.exactly(400, fine_grid.default_limits(0.95))
    assert 0.95 < mean < 0.952 and least > 0.935 and 0.96 < width < 0.97
    jeffreys = fine_grid.exactly(400, lambda x, n: proportion_confint(x, n, method="jeffreys"))
    assert jeffreys[0] < 0.951 and jeffreys[1] < 0.92 and jeffreys[2] > 0.95
    assert fine_grid.exactly(400, fine_grid.default_limits(0.944))[2] < 0.95
