"""Interviews needed: other software, the tests themselves simulated at the n found, scaling; and shrunken moves."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import NormalIndPower

from estimation import Estimate, field_contrast_test, interviews_needed, shrunken_move
from estimation.changes.needed import rank_critical, score_critical, standing_critical
from words import Fault


def league(value, variance) -> Estimate:
    return Estimate(tuple(range(len(value))), value, np.diag(np.broadcast_to(variance, len(value))), np.inf)


# ---- critical values


def test_the_standing_level_s_value_is_the_quantile_of_the_maximum_and_never_below_it():
    rng = np.random.default_rng(0)
    for areas in (3, 10, 70):
        z = rng.standard_normal((60_000, areas))
        largest = np.abs(z - z.mean(axis=1, keepdims=True)).max(axis=1) / np.sqrt(1 - 1 / areas)
        below = (largest <= standing_critical(areas, 0.045)).mean()
        assert 0.955 - 0.003 < below < 0.963
    assert standing_critical(70, 0.045) == pytest.approx(3.4067, abs=1e-4)
    assert standing_critical(1, 0.05) == pytest.approx(stats.norm.isf(0.025))


@pytest.mark.parametrize("areas", [2, 7, 70])
def test_the_rank_level_s_value_is_the_studentized_range_s(areas):
    expected = stats.studentized_range.isf(0.005 / 3, areas, np.inf) / 2**0.5
    assert rank_critical(areas, 0.005) == pytest.approx(expected, rel=1e-6)
    assert rank_critical(areas, 0.005) <= stats.norm.isf(0.005 / (3 * areas * (areas - 1))) + 1e-9


def test_the_rank_level_s_value_holds_the_three_families_of_pairs_together():
    rng, areas = np.random.default_rng(1), 12
    before, after = rng.standard_normal((2, 20_000, areas))
    ranges = [np.ptp(z, axis=1) / 2**0.5 for z in (before, after, (after - before) / 2**0.5)]
    wrong = (np.max(ranges, axis=0) > rank_critical(areas, 0.1)).mean()
    assert 0.06 < wrong < 0.1 + 3 * np.sqrt(0.09 / 20_000)


# ---- interviews


def test_the_score_level_is_the_textbook_s_two_sample_test_at_holm_s_first_step():
    for delta in (0.03, 0.1):
        found = interviews_needed(delta, level="score", areas=70, share=0.9)
        n = NormalIndPower().solve_power(delta / 0.3, alpha=0.05 / 70, power=0.8, alternative="two-sided")
        assert found == np.ceil(n)
    assert score_critical(1, 0.05) == pytest.approx(1.95996, abs=1e-5)


def test_at_the_n_found_the_standing_level_calls_the_move_with_the_power_asked_for():
    rng, areas, delta, repeats = np.random.default_rng(2), 12, 0.05, 600
    n = interviews_needed(delta, level="standing", areas=areas, share=0.9, overlap=0.5, correlation=0.6)
    variance = 2 * 0.09 / n * (1 - 0.3)
    true, called = np.r_[-delta, np.zeros(areas - 1)], 0
    for _ in range(repeats):
        shift = league(true + rng.normal(size=areas) * variance**0.5, variance)
        found = field_contrast_test(shift, rng=rng, draws=800)
        called += found.p[0] <= 0.045 and found.z[0] < 0
    assert abs(called / repeats - 0.8) < 3 * np.sqrt(0.16 / repeats) + 0.01


def proven_move(before, after, s, s_change, c):
    """Block R of the first area, word by word: places lost for certain, from pairs of three vectors."""
    lost = 0
    for k in range(1, len(before)):
        low = int(after[k] - after[0] > c * s) - int(not before[0] - before[k] > c * s)
        gained = (after[k] - before[k]) - (after[0] - before[0]) > c * s_change
        lost += max(low, 0) if gained else low
    return lost > 0


@pytest.mark.parametrize(("gap", "near", "others"), [(0.05, 4, 0.04), (0.03, 0, 9.0)])
def test_at_the_n_found_the_rank_level_proves_the_passing_of_a_neighbour(gap, near, others):
    """One neighbour passed at `gap`; the four others crowd around the place left behind, or are far away."""
    rng, delta, repeats, c = np.random.default_rng(3), 0.1, 1_500, rank_critical(6, 0.005)
    n = interviews_needed(delta, level="rank", areas=6, share=0.9, gap=gap, near=near)
    before = np.r_[0.0, -gap, np.full(4, others)]
    after = np.r_[-delta, -gap, np.full(4, others)]
    power = []
    for interviews in (n, n / 2):
        s = (2 * 0.09 / interviews) ** 0.5
        noise = rng.normal(size=(repeats, 2, 6)) * s / 2**0.5
        power.append(np.mean([proven_move(before + a, after + b, s, s * 2**0.5, c) for a, b in noise]))
    assert power[0] > 0.8 - 3 * np.sqrt(0.16 / repeats)
    assert power[0] < 0.9 and power[1] < 0.4


def test_n_follows_the_move_the_design_and_the_panel():
    def n(delta=0.05, **changes):
        return interviews_needed(delta, **{"level": "standing", "areas": 70, "share": 0.9} | changes)

    assert n(0.025) == pytest.approx(4 * n(), abs=4)
    assert n(-0.05) == n()
    assert n(design_effect=2.0) == pytest.approx(2 * n(), abs=2)
    assert n(overlap=1.0, correlation=0.5) == pytest.approx(n() / 2, abs=1)
    assert n(share=None, sd=0.3) == n()
    assert n(areas=10) < n() < n(areas=200)
    assert n(power=0.5) < n() < n(power=0.9)
    assert n(level="score") < n() < n(level="rank")
    assert n(alpha=0.01) > n()
    np.testing.assert_array_equal(n(np.array([0.05, 0.0])), [n(), np.inf])
    assert n(0.0, level="rank") == np.inf


def test_a_neighbour_halfway_is_the_easiest_to_pass_and_unclear_others_only_cost():
    def n(**changes):
        return interviews_needed(0.05, **{"level": "rank", "areas": 70, "share": 0.9} | changes)

    assert n() == n(gap=0.025) < n(gap=0.02) == n(gap=0.03) < n(gap=0.01)
    assert n(near=0) <= n(near=20) <= n(near=68) == n()


def test_what_cannot_be_planned_is_refused():
    good = {"level": "rank", "areas": 70, "share": 0.9}
    for wrong, message in (
        ({"level": "place"}, "place is not known"),
        ({"sd": 0.3}, "either the share"),
        ({"share": 1.0}, "either the share"),
        ({"areas": 1}, "at least 2 areas"),
        ({"power": 1.0}, "at least 2 areas"),
        ({"alpha": 0.0}, "at least 2 areas"),
        ({"overlap": 1.5}, "Overlap 1.5"),
        ({"gap": 0.05}, "passes it only if"),
    ):
        with pytest.raises(Fault, match=message):
            interviews_needed(0.05, **good | wrong)


# ---- shrunken moves


def test_the_spread_solves_fay_and_herriot_s_equation_by_another_iteration():
    rng = np.random.default_rng(4)
    v = rng.uniform(0.5, 2, 40)
    delta = 0.3 + rng.normal(size=40) * np.sqrt(1.5 + v)
    found, tau2 = shrunken_move(league(delta, v)), 0.0
    for _ in range(500):  # Newton's step of Fay & Herriot
        a = 1 / (tau2 + v)
        m = a @ delta / a.sum()
        tau2 = max(0.0, tau2 + ((delta - m) ** 2 @ a - 39) / ((delta - m) ** 2 @ a**2))
    assert found.spread**2 == pytest.approx(tau2, rel=1e-8)
    assert found.mean == pytest.approx(m)
    np.testing.assert_allclose(found.value, m + tau2 / (tau2 + v) * (delta - m))
    np.testing.assert_allclose(found.se**2, 1 / (1 / tau2 + 1 / v))


def test_the_largest_observed_move_overstates_and_the_shrunken_one_does_not():
    """Winner's curse: true spread 1, noise 2; what the biggest mover of 70 truly did, against both."""
    rng, observed, shrunken, true = np.random.default_rng(5), [], [], []
    for _ in range(400):
        theta = rng.normal(size=70)
        delta = theta + 2 * rng.normal(size=70)
        j = delta.argmax()
        observed.append(delta[j])
        shrunken.append(shrunken_move(league(delta, 4.0)).value[j])
        true.append(theta[j])
    assert np.mean(observed) > 4 * np.mean(true)
    assert abs(np.mean(shrunken) - np.mean(true)) < 3 * np.std(np.subtract(shrunken, true)) / 20


def test_where_noise_explains_the_moves_nobody_moved_and_without_noise_everybody_did():
    still = shrunken_move(league([0.1, -0.1, 0.05, 0.0], 1.0))
    assert still.spread == 0 and (still.value == still.mean).all()
    assert interviews_needed(still.value - still.mean, level="standing", areas=4, share=0.9).tolist() == [np.inf] * 4
    moved = [0.1, -0.4, 0.2, 0.0]
    np.testing.assert_allclose(shrunken_move(league(moved, 0.0)).value, moved)
    some = shrunken_move(league([0.1, -0.4, 0.2, 9.0], [0.0, 0.1, 0.1, 0.1]))
    assert some.value[0] == pytest.approx(0.1) and some.weight[0] == pytest.approx(1)
    assert shrunken_move(league([0.2], 0.1)).value == pytest.approx([0.2])
