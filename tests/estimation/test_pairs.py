"""The largest of all pairwise differences: exactly what loops over pairs find, whatever is left out."""

import numpy as np
import pytest
from scipy import stats

from estimation.precision.t_scale import from_normal, satterthwaite, to_normal
from estimation.ranking import stepdown
from estimation.ranking.drawn_pairs import DrawnPairs, DrawnRow
from estimation.ranking.pairs import Pairs
from estimation.ranking.stepdown import Maxima, surely_larger
from estimation.waves.noise import normal_draws, wave_draws
from estimation.waves.waves import INDEPENDENT
from words import Fault


def naive_t(x, covariance, df) -> np.ndarray:
    """T_jk pair by pair, on the normal scale."""
    p = len(x)
    t = np.zeros((p, p))
    for j in range(p):
        for k in range(p):
            v, w = covariance[j, j], covariance[k, k]
            s = np.sqrt(max(v + w - 2 * covariance[j, k], 0))
            if s == 0:
                t[j, k] = 0.0 if x[j] == x[k] else np.copysign(np.inf, x[j] - x[k])
                continue
            t[j, k] = (x[j] - x[k]) / s
            if np.isfinite(df):
                own = (v + w) ** 2 / (v**2 / df + w**2 / df)
                t[j, k] = np.sign(t[j, k]) * stats.norm.isf(stats.t.sf(abs(t[j, k]), own))
    return t


def naive_maxima(t, covariance, z, cut, row=None) -> np.ndarray:
    """max (Z_j - Z_k)/s_jk over the pairs with T <= cut (of area `row` if one is named), draw by draw; 0 at least."""
    p, found = len(t), []
    for draw in z:
        largest = 0.0
        for j in range(p):
            for k in range(p):
                s = np.sqrt(max(covariance[j, j] + covariance[k, k] - 2 * covariance[j, k], 0))
                if s > 0 and t[j, k] <= cut and row in (None, j, k):
                    largest = max(largest, (draw[j] - draw[k]) / s)
        found.append(largest)
    return np.array(found)


def example(seed: int, kind: str, p: int):
    rng = np.random.default_rng(seed)
    v = np.exp(rng.normal(0, 2.0 if kind == "wild" else 0.3, p))
    if kind == "zeros":
        v[:3] = 0.0
    covariance = np.diag(v)
    if kind == "dense":
        a = rng.normal(size=(p, p))
        covariance = a @ a.T / p + np.diag(v)
    if kind == "near":  # neighbours share most of their noise, others next to none: close pairs
        distance = np.abs(np.subtract.outer(np.arange(p), np.arange(p)))
        covariance = 0.9**distance * np.sqrt(np.outer(v, v))
    x = rng.normal(size=p) * 2
    x[:2] = x[0]
    return x, covariance, normal_draws(covariance, 60, rng)


@pytest.mark.parametrize("in_vain", [stepdown.IN_VAIN, 0.0], ids=["by tiles", "all pairs"])
@pytest.mark.parametrize("kind", ["alike", "wild", "zeros", "dense", "near"])
@pytest.mark.parametrize("p", [2, 7, 30])
def test_quantiles_of_the_maximum_equal_loops_over_all_pairs(kind, p, in_vain, monkeypatch):
    monkeypatch.setattr(stepdown, "IN_VAIN", in_vain)
    x, covariance, z = example(p, kind, p)
    t = naive_t(x, covariance, 9.0)
    full = covariance if kind in ("dense", "near") else None
    pairs = Pairs.of(x, np.diag(covariance), full, np.full(p, 9.0))
    assert (len(pairs.close.j) > 0) == (kind == "near" and p == 30) or kind == "dense"
    maxima = Maxima([DrawnPairs.of(pairs, z)])
    for cut in (np.inf, 2.0, 0.5):
        expected = naive_maxima(t, covariance, z, cut)
        for level in (0.5, 0.95):
            assert maxima.quantile(level, cut) == pytest.approx(np.quantile(expected, level), rel=1e-12)


@pytest.mark.parametrize("in_vain", [stepdown.IN_VAIN, 0.0], ids=["by tiles", "all pairs"])
def test_one_area_alone_and_several_families_together_equal_the_loops(in_vain, monkeypatch):
    monkeypatch.setattr(stepdown, "IN_VAIN", in_vain)
    found = [example(seed, kind, 30) for seed, kind in ((1, "wild"), (2, "dense"), (3, "near"))]
    drawn, expected = [], []
    for x, covariance, z in found:
        full = covariance if np.count_nonzero(covariance) > 30 else None
        pairs = Pairs.of(x, np.diag(covariance), full, np.full(30, np.inf))
        drawn.append(DrawnPairs.of(pairs, z))
        t = naive_t(x, covariance, np.inf)
        expected.append(naive_maxima(t, covariance, z, 1.5))
        place = int(np.flatnonzero(pairs.order == 4)[0])
        alone = Maxima([DrawnRow(drawn[-1], place)]).quantile(0.9, 1.5)
        assert alone == pytest.approx(np.quantile(naive_maxima(t, covariance, z, 1.5, row=4), 0.9), rel=1e-12)
    together = np.max(expected, axis=0)
    assert Maxima(drawn).quantile(0.9, 1.5) == pytest.approx(np.quantile(together, 0.9), rel=1e-12)


def test_the_stepdown_ends_where_no_further_pair_exceeds_its_quantile():
    x, covariance, z = example(5, "alike", 25)
    drawn = DrawnPairs.of(Pairs.of(x * 2, np.diag(covariance), None, np.full(25, np.inf)), z)
    t = naive_t(x * 2, covariance, np.inf)
    cut, rounds = np.inf, 0
    while True:
        critical = np.quantile(naive_maxima(t, covariance, z, cut), 0.9)
        more = ((t > critical) & (t <= cut)).any()
        cut, rounds = min(cut, critical), rounds + 1
        if not more:
            break
    found = surely_larger([[drawn]], 0.9, stepdown=True)
    assert rounds >= 3 and found == pytest.approx(cut, rel=1e-12)
    single = surely_larger([[drawn]], 0.9, stepdown=False)
    assert single == pytest.approx(np.quantile(naive_maxima(t, covariance, z, np.inf), 0.9)) and single > found


def test_draws_have_the_covariance_they_were_asked_for():
    rng, p = np.random.default_rng(4), 4
    a = rng.normal(size=(2 * p, 2 * p))
    joint = a @ a.T
    v1, v2, c = joint[:p, :p], joint[p:, p:], joint[:p, p:]
    found = np.cov(np.hstack(wave_draws(v1, v2, c, 200_000, rng)).T)
    np.testing.assert_allclose(found, joint, atol=0.03 * np.abs(joint).max())
    d1, d2, dc = np.diag([1.0, 2.0, 0.0]), np.diag([2.0, 2.0, 1.0]), np.diag([1.0, -1.5, 0.0])
    found = np.cov(np.hstack(wave_draws(d1, d2, dc, 200_000, rng)).T)
    np.testing.assert_allclose(found, np.block([[d1, dc], [dc, d2]]), atol=0.03)
    apart = np.cov(np.hstack(wave_draws(v1, v2, INDEPENDENT, 200_000, rng)).T)
    np.testing.assert_allclose(apart[:p, p:], 0, atol=0.03 * np.abs(joint).max())


def test_a_covariance_that_is_none_is_refused_whether_written_as_a_block_or_area_by_area():
    two = np.diag([1.0, 1.0])
    for cross in (np.diag([1.5, 0.0]), np.array([[0.0, 1.5], [0.0, 0.0]])):
        with pytest.raises(Fault) as fault:
            wave_draws(two, two, cross, 10, np.random.default_rng(0))
        assert fault.value.key == "rank.not_positive"
    with pytest.raises(Fault):
        wave_draws(np.diag([0.0, 1.0]), two, np.diag([0.5, 0.0]), 10, np.random.default_rng(0))


def test_a_singular_covariance_is_drawn_by_its_eigenvalues():
    contrast = np.eye(5) - 1 / 5
    z = normal_draws(contrast, 50_000, np.random.default_rng(1))
    np.testing.assert_allclose(z.sum(axis=1), 0, atol=1e-5)
    np.testing.assert_allclose(np.cov(z.T), contrast, atol=0.02)


def test_the_normal_scale_keeps_the_tail_and_the_sign():
    t, df = np.array([-3.0, 0.0, 2.0, 40.0, np.inf]), np.array([5.0, 5.0, np.inf, 3.0, 4.0])
    z = to_normal(t, df)
    assert z[0] == pytest.approx(-stats.norm.isf(stats.t.sf(3.0, 5)), rel=1e-12)
    assert z[1] == 0 and z[2] == 2.0 and z[4] == np.inf
    assert z[3] == pytest.approx(stats.norm.isf(stats.t.sf(40.0, 3)), rel=1e-9)
    assert satterthwaite(np.ones(2), np.array([1.0, 1.0]), np.array([7.0, 7.0])) == pytest.approx(14.0)


def test_the_normal_scale_and_back_is_where_one_started():
    df = np.array([1.0, 4.0, 30.0, np.inf])
    np.testing.assert_allclose(from_normal(to_normal([-7.0, 2.5, 0.1, 3.0], df), df), [-7.0, 2.5, 0.1, 3.0], rtol=1e-9)
