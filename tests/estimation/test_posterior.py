"""The posterior of ranks: HETOP's numbers, the conditional normal by algebra, calibration, orderings, refusals."""

import json
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from estimation import INDEPENDENT, Estimate, ranks, shift_posterior, triple_goal, wave_posterior
from estimation.changes.posterior import posterior_draws
from estimation.changes.spread import League, ModelFit
from words import Fault

GOLDEN = Path(__file__).parents[1] / "golden" / "ranks"
HETOP = json.loads((GOLDEN / "triplegoal.json").read_text())
HETOP_DRAWS = np.loadtxt(GOLDEN / "triplegoal_draws.csv", delimiter=",")


def estimate(value, se, names=None) -> Estimate:
    value = np.asarray(value, dtype=float)
    variance = np.broadcast_to(np.square(se), value.shape)
    return Estimate(names or tuple(range(len(value))), value, np.diag(variance), np.inf)


def two_waves(rng, p=20, spread=1.0, rho=0.8, se=0.7):
    true = rng.multivariate_normal([0, 0], spread**2 * np.array([[1, rho], [rho, 1]]), p)
    e = true + se * rng.normal(size=(p, 2))
    return estimate(e[:, 0], se), estimate(e[:, 1], se), true


def shift(before, after, *, cross=INDEPENDENT, k=3, seed=0, **options):
    return shift_posterior(before, after, cross=cross, k=k, rng=np.random.default_rng(seed), **options)


# ---- triple goal


def test_triple_goal_equals_hetop():
    found = triple_goal(HETOP_DRAWS, largest_is_best=False)
    names = {"mean": "theta_pm", "sd": "theta_psd", "constrained": "theta_cb", "ensemble": "theta_gr"}
    for ours, theirs in names.items():
        np.testing.assert_allclose(getattr(found, ours), HETOP[theirs], atol=1e-10, rtol=0)
    np.testing.assert_array_equal(found.expected_rank, HETOP["rbar"])
    np.testing.assert_array_equal(found.rank, HETOP["rhat"])


def test_triple_goal_with_the_largest_best_is_the_mirror_image():
    largest, smallest = triple_goal(-HETOP_DRAWS), triple_goal(HETOP_DRAWS, largest_is_best=False)
    np.testing.assert_array_equal(largest.rank, smallest.rank)
    np.testing.assert_array_equal(largest.expected_rank, smallest.expected_rank)
    for field in ("mean", "constrained", "ensemble"):
        np.testing.assert_allclose(getattr(largest, field), -getattr(smallest, field), atol=1e-12)
    assert (np.diff(largest.ensemble[np.argsort(largest.rank)]) < 0).all()


def test_triple_goal_equals_a_naive_second_implementation_ties_and_all():
    draws = np.random.default_rng(0).integers(0, 4, (30, 6)).astype(float)
    draws[:, 1] = draws[:, 0]
    found = triple_goal(draws)
    expected = [np.mean([1 + sum(x > row[j] for x in row) for row in draws]) for j in range(6)]
    np.testing.assert_allclose(found.expected_rank, expected)
    for j in range(6):
        assert found.rank[j] == 1 + sum(r < expected[j] - 1e-12 for r in expected)
        middle = np.mean([i + 1 for i, r in enumerate(sorted(expected)) if abs(r - expected[j]) < 1e-12])
        assert found.ensemble[j] == pytest.approx(np.quantile(draws, 1 - (2 * middle - 1) / 12))
    assert found.rank[0] == found.rank[1] and found.ensemble[0] == found.ensemble[1]


def test_the_constrained_values_spread_as_the_true_ones_and_the_means_too_little():
    before, _, true = two_waves(np.random.default_rng(1), p=400)
    goals = wave_posterior(before, k=5, rng=np.random.default_rng(2)).goals
    assert goals.mean.std() < 0.9 * true[:, 0].std() < before.value.std()
    assert goals.constrained.std() == pytest.approx(true[:, 0].std(), rel=0.1)
    assert goals.ensemble.std() == pytest.approx(true[:, 0].std(), rel=0.1)
    squared = [np.mean((x - true[:, 0]) ** 2) for x in (goals.mean, goals.constrained, before.value)]
    assert squared == sorted(squared)


# ---- the draws


@pytest.mark.parametrize("waves", [1, 2])
def test_the_draws_have_the_moments_of_the_conditional_normal_worked_out_by_algebra(waves):
    """Given Τ: all θ jointly normal with covariance Τ + 10⁶ for the common mean, conditioned on all estimates."""
    rng, p, draws = np.random.default_rng(3), 4, 100_000
    a = rng.normal(size=(p, waves, waves))
    v = a @ a.transpose(0, 2, 1) + 0.3 * np.eye(waves)
    e, spread = rng.normal(size=(p, waves)), np.array([[1.0, 0.9], [0.9, 1.2]])[:waves, :waves]
    league = League(np.zeros(waves), spread, spread[None], np.ones(1), 1.0, ModelFit(np.ones(waves), 1.0))
    theta = posterior_draws(e, v, league, draws=draws, rng=rng).transpose(1, 2, 0).reshape(draws, -1)
    prior = np.kron(np.eye(p), spread) + np.kron(np.ones((p, p)), 1e6 * np.eye(waves))
    error = np.zeros_like(prior)
    for j in range(p):
        error[j * waves : (j + 1) * waves, j * waves : (j + 1) * waves] = v[j]
    gain = prior @ np.linalg.inv(prior + error)
    covariance = prior - gain @ prior
    deviation = np.sqrt(np.diag(covariance))
    assert (np.abs(theta.mean(axis=0) - gain @ e.ravel()) < 5 * deviation / np.sqrt(draws) + 1e-4).all()
    np.testing.assert_allclose(np.cov(theta.T), covariance, atol=6 * deviation.max() ** 2 / np.sqrt(draws))


def test_every_weighted_spread_gets_its_share_of_the_draws():
    """Τ of 0.01 with weight 1/4 and of 100 with 3/4, one area far out: a quarter of the draws is shrunken."""
    e, v = np.r_[np.zeros(9), 10.0][:, None], np.ones((10, 1, 1))
    spreads = np.array([[[0.01]], [[100.0]]])
    league = League(np.zeros(1), spreads[0], spreads, np.array([0.25, 0.75]), 2.0, ModelFit(np.ones(1), 1.0))
    for draws in (1000, 1001, 37):
        theta = posterior_draws(e, v, league, draws=draws, rng=np.random.default_rng(4))[0]
        assert theta.shape == (draws, 10)
        assert abs((theta[:, -1] < 4).sum() - draws / 4) < 2


def test_a_value_without_sampling_error_is_its_estimate_and_two_alike_share_the_rank():
    rng = np.random.default_rng(5)
    se, value = np.full(12, 0.5), rng.normal(size=12)
    se[:2], value[:2] = 0, 3.0
    found = shift(estimate(value, se), estimate(rng.normal(size=12), 0.5))
    goals = found.before.goals
    assert list(goals.mean[:2]) == [3, 3] and list(goals.sd[:2]) == [0, 0]
    assert (goals.sd[2:] > 0).all() and (found.after.goals.sd > 0).all()
    assert goals.expected_rank[0] == goals.expected_rank[1] and goals.rank[0] == goals.rank[1] == 1
    assert (found.before.p_last[:2] == 0).all()


def test_many_areas_with_sparse_covariances_are_no_trouble():
    rng, p = np.random.default_rng(6), 1500
    waves = [Estimate(range(p), x, sp.eye_array(p).tocsr(), np.inf) for x in rng.normal(size=(2, p)) * 2]
    found = shift(*waves, cross=sp.csr_array(0.3 * sp.eye_array(p)), k=50, draws=200)
    assert found.after.p_last.sum() == pytest.approx(50)


# ---- probabilities


def from_the_prior(rng, p):
    """One league of the model: shrinkage uniform between 0 and I (by rejection), Τ = B⁻¹ - I, errors of variance 1."""
    while True:
        (a, b), c = rng.random(2), rng.uniform(-1, 1)
        if a * b > c**2 and (1 - a) * (1 - b) > c**2:
            spread = np.linalg.inv([[a, c], [c, b]]) - np.eye(2)
            break
    true = rng.multivariate_normal(rng.normal(size=2), spread, p)
    return true, true + rng.normal(size=true.shape)


def surprise(probability, happened):
    """Two z-scores over leagues (n,p): do the events happen as often as said, and as much more often where more likely?

    Areas of one league depend on each other, so leagues are the unit; both are N(0,1) if the probabilities are right.
    (Of "among the last k" exactly k happen, as said: no score.)
    """
    scores = []
    for weight in (np.ones_like(probability), probability - probability.mean()):
        sums = (weight * (happened - probability)).sum(axis=1)
        if np.ptp(sums) > 1e-9:
            scores.append(sums.mean() / (sums.std(ddof=1) / np.sqrt(len(sums))))
    return np.abs(scores).max()


def test_probabilities_are_calibrated_in_leagues_like_the_model_and_not_with_wrong_standard_errors():
    rng, p, k, leagues = np.random.default_rng(7), 12, 3, 36
    names = ("score_worse", "rank_worse", "rank_better", "last", "last_both")
    happened, said, wrong = ({name: [] for name in names} for _ in range(3))
    for i in range(leagues):
        true, e = from_the_prior(rng, p)
        r = np.column_stack([ranks(true[:, t]) for t in (0, 1)])
        last = r > p - k
        facts = (true[:, 1] < true[:, 0], r[:, 1] > r[:, 0], r[:, 1] < r[:, 0], last[:, 1], last.all(axis=1))
        for name, fact in zip(names, facts, strict=True):
            happened[name].append(fact)
        for table, se in ((said, 1.0), (wrong, 0.4))[: 2 if i < 20 else 1]:
            found = shift_posterior(
                estimate(e[:, 0], se), estimate(e[:, 1], se), cross=INDEPENDENT, k=k, rng=rng, draws=600
            )
            for name in names[:3]:
                table[name].append(getattr(found, f"p_{name}"))
            table["last"].append(found.after.p_last)
            table["last_both"].append(found.p_last_both)
    right = {name: surprise(np.array(said[name]), np.array(happened[name])) for name in names}
    assert max(right.values()) < 3.5, right
    assert max(surprise(np.array(wrong[name]), np.array(happened[name][:20])) for name in names) > 4


def test_the_probability_of_being_among_the_last_is_calibrated_in_ordinary_leagues_of_fixed_spread():
    """Nothing drawn from the prior: deviation 1, errors 0.4 to 1, 40 areas; also the expected number wrongly listed."""
    rng, happened, said, wrong, expected = np.random.default_rng(8), [], [], [], []
    for _ in range(50):
        true, se = rng.normal(size=40), rng.uniform(0.4, 1, 40)
        e = estimate(true + se * rng.normal(size=40), se)
        found = wave_posterior(e, k=5, rng=rng, draws=600)
        last, listed = ranks(true) > 35, ranks(e.value) > 35
        happened.append(last)
        said.append(found.p_last)
        wrong.append((listed & ~last).sum())
        expected.append((1 - found.p_last[listed]).sum())
    assert surprise(np.array(said), np.array(happened)) < 3.5
    difference = np.array(wrong) - expected
    assert abs(difference.mean()) < 3.5 * difference.std() / np.sqrt(50)


def test_a_league_in_which_nothing_shows_is_never_called_certain():
    """Changes smaller than the noise: the likelihood is largest at correlation 1, where no rank can have moved."""
    rng = np.random.default_rng(9)
    true = rng.normal(size=30) * 2
    before = estimate(true + rng.normal(size=30), 1.0)
    found = shift(before, estimate(before.value + 0.3 * rng.normal(size=30), 1.0))
    assert (found.p_rank_worse > 0.02).all() and (found.p_rank_worse < 0.9).all()
    assert not found.league.fit.fits


def test_probabilities_hang_together():
    before, after, _ = two_waves(np.random.default_rng(10))
    found = shift(before, after, k=4)
    for wave in (found.before, found.after):
        assert wave.p_last.sum() == pytest.approx(4)
        assert wave.goals.expected_rank.sum() == pytest.approx(20 * 21 / 2)
    assert (found.p_rank_worse + found.p_rank_better <= 1 + 1e-12).all()
    assert (found.p_last_both <= np.minimum(found.before.p_last, found.after.p_last) + 1e-12).all()
    assert found.places.sum() == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(found.change, found.after.goals.mean - found.before.goals.mean)
    table = found.to_frame()
    assert list(table.index) == list(range(20)) and table.p_last_after.equals(table.p_last_after.clip(0, 1))
    assert found.after.to_frame().p_last.sum() == pytest.approx(4)


def test_with_equal_errors_the_order_of_the_estimates_is_the_order_of_means_and_ranks():
    before, _, _ = two_waves(np.random.default_rng(11))
    found = wave_posterior(before, k=3, rng=np.random.default_rng(0), draws=20_000)
    order = np.argsort(before.value)
    assert (np.diff(found.goals.mean[order]) > -0.02).all()
    assert (np.diff(found.goals.expected_rank[order]) < 0.1).all()
    assert (np.diff(found.p_last[order]) < 0.02).all()
    assert (found.goals.sd < before.se).all()


def test_little_noise_leaves_the_estimates_and_much_noise_the_mean():
    value = np.random.default_rng(12).normal(size=15)
    quiet = wave_posterior(estimate(value, 0.01), k=3, rng=np.random.default_rng(0))
    np.testing.assert_allclose(quiet.goals.mean, value, atol=0.01)
    np.testing.assert_array_equal(quiet.goals.rank, ranks(value))
    np.testing.assert_array_equal(quiet.p_last > 0.5, ranks(value) > 12)
    loud = wave_posterior(estimate(value, 10.0), k=3, rng=np.random.default_rng(0))
    assert np.abs(loud.goals.mean - value.mean()).max() < 0.6
    np.testing.assert_allclose(loud.p_last, 3 / 15, atol=0.06)


def test_a_covariance_between_the_waves_makes_the_change_surer():
    before, after, _ = two_waves(np.random.default_rng(13), p=60)
    alone, panel = shift(before, after), shift(before, after, cross=np.diag(0.8 * before.variance))
    assert (panel.change_sd < alone.change_sd).mean() > 0.9
    only_diagonal = shift(before, after, cross=np.diag(0.8 * before.variance) + 0.05 * np.eye(60, k=1))
    np.testing.assert_array_equal(panel.p_rank_worse, only_diagonal.p_rank_worse)


def test_the_smallest_may_be_best():
    before, after, _ = two_waves(np.random.default_rng(14))
    largest = shift(before, after, draws=20_000)
    mirrored = [Estimate(e.names, -e.value, e.covariance, e.df) for e in (before, after)]
    smallest = shift(*mirrored, largest_is_best=False, draws=20_000, seed=1)
    pairs = [(getattr(largest, f), getattr(smallest, f)) for f in ("p_score_worse", "p_rank_worse", "p_rank_better")]
    pairs += [(largest.after.p_last, smallest.after.p_last), (largest.change, -smallest.change)]
    for one, two in pairs:
        assert np.abs(one - two).mean() < 0.02 and np.abs(one - two).max() < 0.08


def test_areas_go_by_name():
    before, after, _ = two_waves(np.random.default_rng(15), p=6)
    cross = np.diag([0.1, 0.2, 0.0, 0.3, -0.2, 0.1])
    moved = (5, 2, 0, 1, 4, 3)
    found, turned = shift(before, after, cross=cross), shift(before, after.select(moved), cross=cross[:, list(moved)])
    np.testing.assert_array_equal(found.p_rank_worse, turned.p_rank_worse)


def test_two_areas_suffice_and_the_same_draws_give_the_same_answer():
    before, after = estimate([1.0, 2.0], 0.5), estimate([1.5, 1.0], 0.5)
    one, two = shift(before, after, k=1), shift(before, after, k=1)
    assert one.p_rank_worse[1] == one.p_rank_better[0] == two.p_rank_better[0]
    assert one.p_rank_worse[1] > 0.4 > one.p_rank_worse[0]


def test_what_cannot_be_asked_is_refused_by_name():
    before, after, _ = two_waves(np.random.default_rng(16), p=4)
    rng = np.random.default_rng(0)
    with pytest.raises(Fault, match="one wave only: 3"):
        shift(before, after.select((0, 1, 2)))
    for k in (0, 4, 1.5):
        with pytest.raises(Fault, match="from 1 to 3"):
            shift(before, after, k=k)
        with pytest.raises(Fault, match="from 1 to 3"):
            wave_posterior(before, k=k, rng=rng)
    with pytest.raises(Fault, match="only one area"):
        wave_posterior(estimate([1.0], 0.1), k=1, rng=rng)
    with pytest.raises(Fault, match="errors of a wave are 0"):
        shift(before, estimate(after.value, 0.0), k=1)
    with pytest.raises(Fault, match=r"waves of 2 is larger"):
        shift(before, after, cross=np.diag([0, 0, 0.6, 0]), k=1)
    with pytest.raises(Fault, match=r"shape \(2, 2\)"):
        shift(before, after, cross=np.eye(2), k=1)


def test_a_generator_made_from_a_key_serves_as_well():
    rng = np.random.Generator(np.random.Philox(key=[1, 2]))
    estimate = Estimate(tuple(range(10)), np.arange(10.0), np.eye(10), np.inf)
    assert wave_posterior(estimate, k=3, rng=rng, draws=500).p_last.sum() == pytest.approx(3, abs=0.3)
