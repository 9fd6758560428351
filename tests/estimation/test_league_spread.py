"""The spread of a league: the density by a second derivation, the posterior by quadrature, the checks of the model."""

import numpy as np
import pytest
from scipy import stats

from estimation.changes.spread import fit_league, inverse, learnt_variances, log_posterior, root, spread_of
from words import Fault


def league(rng, p, *, ratio=1.0, rho=0.8, waves=2, error=0.0):
    """Estimates (p,d) and covariances: true values of deviation `ratio` and correlation rho, errors of 0.7 to 1.4."""
    se = rng.uniform(0.7, 1.4, (p, waves))
    true = rng.multivariate_normal(np.zeros(2), ratio**2 * np.array([[1, rho], [rho, 1]]), p)[:, :waves]
    noise = rng.multivariate_normal(np.zeros(2), [[1, error], [error, 1]], p)[:, :waves]
    v = np.einsum("ja,jb->jab", se, se) * (np.eye(waves) + error * (1 - np.eye(waves)))
    return true + se * noise, v


@pytest.mark.parametrize("waves", [1, 2])
def test_the_posterior_density_equals_that_of_the_stacked_estimates_with_a_wide_prior_on_the_mean(waves):
    """log p(x) up to a constant: all p·d estimates jointly normal with covariance V + Τ + 10⁶ for a common mean."""
    rng = np.random.default_rng(0)
    e, v = league(rng, 6, waves=waves, error=0.4)
    mixed = np.kron(np.ones((6, 6)), 1e6 * np.eye(waves))

    def naive(x):
        spread = spread_of(x)
        covariance = mixed + np.kron(np.eye(6), spread)
        for j in range(6):
            at = slice(j * waves, (j + 1) * waves)
            covariance[at, at] += v[j]
        likelihood = stats.multivariate_normal(np.zeros(6 * waves), covariance).logpdf(e.ravel())
        prior = -(waves + 1) * np.linalg.slogdet(spread + np.eye(waves))[1]
        upper = np.triu_indices(waves)
        step = 1e-6 * np.eye(len(x))
        moved = [(spread_of(x + h)[upper] - spread_of(x - h)[upper]) / 2e-6 for h in step]
        return likelihood + prior + np.linalg.slogdet(np.array(moved))[1]

    points = rng.normal(size=(5, 1 if waves == 1 else 3))
    found, expected = (np.array([f(x) for x in points]) for f in (lambda x: log_posterior(x, e, v), naive))
    np.testing.assert_allclose(found - found[0], expected - expected[0], atol=1e-4)


def test_the_spread_s_posterior_is_that_of_quadrature():
    """One wave: E τ and E τ²/(τ² + 1) over draws against the trapezoidal rule on a fine grid of log τ."""
    e, v = league(np.random.default_rng(1), 25, waves=1)
    found = fit_league(e, v, rng=np.random.default_rng(2))
    scale = np.median(v)
    grid = np.linspace(-9, 6, 3001)
    log_density = np.array([log_posterior(np.array([x]), e / np.sqrt(scale), v / scale) for x in grid])
    density = np.exp(log_density - log_density.max())
    tau = np.sqrt(scale) * np.exp(grid)
    drawn = np.sqrt(found.spreads[:, 0, 0])
    quarter = tau[np.searchsorted(density.cumsum(), 0.25 * density.sum())]
    for function in (lambda t: t, lambda t: t**2 / (t**2 + 1), lambda t: t < quarter):
        expected = (function(tau) * density).sum() / density.sum()
        deviation = np.sqrt(found.weight @ (function(drawn) - expected) ** 2 / found.effective)
        assert abs(found.weight @ function(drawn) - expected) < 4 * deviation + 1e-9


@pytest.mark.parametrize("waves", [1, 2])
def test_small_matrices_are_inverted_and_rooted_as_numpy_does(waves):
    rng = np.random.default_rng(3)
    a = rng.normal(size=(7, waves, waves))
    m = a @ a.transpose(0, 2, 1)
    np.testing.assert_allclose(inverse(m), np.linalg.inv(m), rtol=1e-8)
    np.testing.assert_allclose(root(m), np.linalg.cholesky(m), rtol=1e-8)
    assert (root(np.zeros((1, waves, waves))) == 0).all()


def test_mean_and_spread_are_found_in_the_estimates_own_units():
    e, v = league(np.random.default_rng(4), 3000, ratio=1.5, rho=0.6)
    found = fit_league(50 + 10 * e, 100 * v, rng=np.random.default_rng(5))
    np.testing.assert_allclose(found.mean, 50, atol=1.5)
    np.testing.assert_allclose(found.spread, 225 * np.array([[1, 0.6], [0.6, 1]]), rtol=0.1)
    assert found.weight.sum() == pytest.approx(1)


@pytest.mark.parametrize("areas", [2, 3, 6, 32, 140, 1000])
@pytest.mark.parametrize("kind", ["no spread", "no change", "opposed", "wide", "panel", "certain areas"])
def test_the_draws_are_worth_a_hundred_in_leagues_of_every_shape(areas, kind):
    rng = np.random.default_rng(areas)
    options = {"no spread": {"ratio": 0}, "no change": {"rho": 1}, "opposed": {"rho": -1}, "wide": {"ratio": 40}}
    e, v = league(rng, areas, error=0.95 if kind == "panel" else 0, **options.get(kind, {}))
    if kind == "certain areas":
        some = slice(0, max(1, areas // 8))
        v[some], e[some] = 0, e.max()
    found = fit_league(e, v, rng=rng)
    assert found.effective > 100
    assert (np.linalg.eigvalsh(found.spreads) > 0).all()


def test_an_area_without_sampling_error_counts_but_does_not_decide():
    """Two areas with one value and no error: the likelihood of "no spread, mean = that value" is infinite."""
    rng = np.random.default_rng(6)
    e, v = league(rng, 30, waves=1)
    e[:2], v[:2] = e.max(), 0
    learnt = learnt_variances(v)
    np.testing.assert_allclose(learnt[:2, 0, 0], 0.01 * np.median(v[2:]))
    np.testing.assert_array_equal(learnt[2:], v[2:])
    found = fit_league(e, v, rng=rng)
    assert found.mean[0] < e.max() - 0.5 and found.spread[0, 0] > 0.1


def test_nothing_to_learn_is_said_by_name():
    with pytest.raises(Fault, match="errors of a wave are 0"):
        fit_league(np.arange(4.0)[:, None], np.zeros((4, 1, 1)), rng=np.random.default_rng(0))


def test_standard_errors_far_too_small_are_refused_rather_than_drawn_badly():
    rng = np.random.default_rng(7)
    e, v = league(rng, 6, ratio=1e5, rho=-1)
    with pytest.raises(Fault, match="worth only"):
        fit_league(e, v, rng=rng)


# ---- does the model fit?


def test_leagues_like_the_model_are_said_to_fit_at_the_stated_rate():
    rng, repeats = np.random.default_rng(8), 60
    poor = [not fit_league(*league(rng, 30, waves=1), rng=rng).fit.fits for _ in range(repeats)]
    poor += [not fit_league(*league(rng, 30, rho=0.95), rng=rng).fit.fits for _ in range(repeats // 4)]
    assert np.mean(poor) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / len(poor))


def test_an_outlier_two_camps_a_lone_mover_and_a_hidden_panel_are_seen_each_by_its_own_check():
    rng = np.random.default_rng(9)
    e, v = league(rng, 60, ratio=1)
    outlier, camps, mover = e.copy(), e.copy(), e.copy()
    outlier[0] += 12
    camps[:30] += 9
    mover[0, 1] += 12
    fits = [fit_league(x, v, rng=rng).fit for x in (outlier, camps, mover)]
    assert not any(f.fits for f in fits)
    assert fits[0].normal_p[0] < 0.01 and fits[1].normal_p[0] < 0.01
    assert fits[2].normal_p[1] < 0.01 < fits[2].normal_p[0]
    hidden, v = league(rng, 60, rho=1, error=0.9)
    told, untold = fit_league(hidden, v, rng=rng).fit, fit_league(hidden, v * np.eye(2), rng=rng).fit
    assert told.fits and not untold.fits
    assert untold.narrow_p < 0.001 < told.narrow_p


def test_the_checks_are_the_textbook_s():
    """narrow_p is Cochran's Q in its lower tail; the whole is Bonferroni; seven areas are too few to judge a shape."""
    rng = np.random.default_rng(10)
    e, v = league(rng, 7, waves=1)
    found = fit_league(e, v, rng=rng).fit
    w = 1 / v[:, 0, 0]
    q = (w * (e[:, 0] - (w @ e[:, 0]) / w.sum()) ** 2).sum()
    assert found.narrow_p == pytest.approx(stats.chi2(6).cdf(q))
    assert list(found.normal_p) == [1.0]
    assert found.p == pytest.approx(min(1, 2 * found.narrow_p))
