"""Who is shown to be among the last k: a naive twin, mirrors, ties, limits, and false claims in simulated leagues."""

import numpy as np
import pytest
import scipy.sparse as sp
from scipy import stats

from estimation import Estimate, last_k
from estimation.ranking.k_split import critical_any, critical_independent
from words import Fault


def league(value, se, df=np.inf) -> Estimate:
    value = np.asarray(value, dtype=float)
    return Estimate(tuple(range(len(value))), value, np.diag(np.square(np.broadcast_to(se, len(value)))), df)


def correlated(p, rng, df=np.inf) -> Estimate:
    root = rng.normal(size=(p, p + 3))
    return Estimate(tuple(range(p)), rng.normal(size=p) * 8, root @ root.T / p, df)


def naive(estimate, k, c_in, c_out):
    p, outcome = len(estimate.names), []

    def z(i, j):
        v, w = estimate.variance[[i, j]]
        t = (estimate.value[i] - estimate.value[j]) / np.sqrt(v + w - 2 * estimate.covariance[i, j])
        if np.isinf(estimate.df[[i, j]]).all():
            return t
        df = (v + w) ** 2 / (v**2 / estimate.df[i] + w**2 / estimate.df[j])
        return stats.norm.isf(stats.t.sf(t, df))

    for j in range(p):
        others = [i for i in range(p) if i != j]
        if sum(z(i, j) > c_in for i in others) >= p - k:
            outcome.append("in")
        elif sum(z(j, i) > c_out for i in others) >= k:
            outcome.append("out")
        else:
            outcome.append("possible")
    return outcome


@pytest.mark.parametrize("df", [np.inf, 7.0, np.tile([3.0, np.inf, 40.0], 4)], ids=["normal", "7 df", "mixed"])
@pytest.mark.parametrize("k", [1, 4, 11])
def test_outcomes_equal_a_naive_second_implementation(k, df):
    seen = set()
    for seed in range(6):
        estimate = correlated(12, np.random.default_rng(seed), df)
        found = last_k(estimate, k, alpha=0.2)
        expected = naive(estimate, k, critical_any(12, k, 0.1), critical_any(12, 12 - k, 0.1))
        assert list(found.outcome) == expected
        seen |= set(expected)
    assert seen >= {"in", "out"}


def test_few_degrees_of_freedom_never_show_more():
    rng = np.random.default_rng(2)
    shown = {df: 0 for df in (4, 12, np.inf)}
    for _ in range(8):
        value = rng.normal(size=20) * 4
        for df in shown:
            shown[df] += (last_k(league(value, 1.0, df), 4, covariance="independent").outcome != "possible").sum()
    assert 0 < shown[4] < shown[12] < shown[np.inf]


def test_a_clear_league_is_settled_and_the_sets_keep_their_size():
    found = last_k(league(np.arange(30), 0.01), 5)
    assert list(found.outcome) == ["in"] * 5 + ["out"] * 25
    assert list(found.farther) == list(range(29, -1, -1))
    rng = np.random.default_rng(0)
    for _ in range(30):
        estimate = league(rng.normal(size=15) * rng.choice([0.5, 3, 10]), rng.uniform(0.3, 2, 15))
        found = last_k(estimate, 4, covariance="independent")
        place = stats.rankdata(estimate.value)
        assert (place[found.outcome == "in"] <= 4).all()
        assert (place[found.outcome == "out"] > 4).all()


def test_the_best_k_are_the_last_k_of_the_scores_turned_round():
    estimate = correlated(14, np.random.default_rng(4))
    turned = Estimate(estimate.names, -estimate.value, estimate.covariance, np.inf)
    for k in (1, 3, 10):
        best = last_k(estimate, k, best=True)
        for twin in (last_k(turned, k), last_k(estimate, k, largest_is_best=False)):
            np.testing.assert_array_equal(best.outcome, twin.outcome)
        np.testing.assert_array_equal(best.outcome, last_k(turned, k, best=True, largest_is_best=False).outcome)
        others = last_k(estimate, 14 - k)
        assert (best.critical_in, best.critical_out) == (others.critical_out, others.critical_in)
        np.testing.assert_array_equal(best.outcome == "in", others.outcome == "out")


def test_alpha_is_shared_between_in_and_out_and_between_waves():
    estimate = league(np.arange(10), 1.0)
    found = last_k(estimate, 3, alpha=0.06, in_share=2 / 3, waves=2)
    assert (found.alpha_in, found.alpha_out) == pytest.approx((0.02, 0.01))
    assert found.critical_in == pytest.approx(critical_any(10, 3, 0.02))
    assert found.critical_out == pytest.approx(critical_any(10, 7, 0.01))
    only_in = last_k(estimate, 3, in_share=1.0)
    assert np.isinf(only_in.critical_out) and "out" not in only_in.outcome
    assert only_in.critical_in == pytest.approx(critical_any(10, 3, 0.05))


def test_more_alpha_or_independence_never_takes_a_statement_back():
    rng, gained = np.random.default_rng(1), 0
    for _ in range(20):
        estimate = league(rng.normal(size=12) * 4, rng.uniform(0.5, 1.5, 12))
        weak = last_k(estimate, 3, alpha=0.02)
        for strong in (last_k(estimate, 3, alpha=0.1), last_k(estimate, 3, alpha=0.02, covariance="independent")):
            settled = weak.outcome != "possible"
            np.testing.assert_array_equal(strong.outcome[settled], weak.outcome[settled])
            gained += (strong.outcome != weak.outcome).sum()
    assert gained > 0


def test_only_areas_named_beforehand_are_judged_and_more_sharply():
    value = np.r_[0.0, np.arange(19) * 0.1 + 3.1]
    everybody, listed = last_k(league(value, 1.0), 2), last_k(league(value, 1.0), 2, named=[0])
    assert listed.critical_in == pytest.approx(stats.norm.isf(0.025 / 2)) and listed.critical_in < everybody.critical_in
    assert everybody.outcome[0] == "possible" and listed.outcome[0] == "in"
    clear = last_k(league(np.arange(20), 0.001), 2, named=[3, 7])
    assert [j for j in range(20) if clear.outcome[j] != "possible"] == [3, 7]
    with pytest.raises(Fault, match="nowhere"):
        last_k(league(value, 1.0), 2, named=["nowhere"])
    assert set(last_k(league(value, 1.0), 2, named=[], covariance="independent").outcome) == {"possible"}


def test_equal_scores_and_scores_without_error():
    assert set(last_k(league(np.zeros(8), 1.0), 3).outcome) == {"possible"}
    assert set(last_k(league(np.zeros(8), 0.0), 3).outcome) == {"possible"}
    exact = last_k(league([0, 1, 1, 1, 2, 3], 0.0), 2)
    assert list(exact.outcome) == ["in", "possible", "possible", "possible", "out", "out"]
    exact = last_k(league([0, 1, 1, 1, 2, 3], 0.0), 2, covariance="independent")
    assert list(exact.outcome) == ["in", "possible", "possible", "possible", "out", "out"]
    half = last_k(league([0.0, 1.0, 9.0], [0.0, 0.0, 1.0]), 1, covariance="independent")
    assert list(half.outcome) == ["in", "out", "out"]


def test_two_areas_are_a_single_test_each_way():
    z = stats.norm.isf(0.025)
    for covariance in ("any", "independent"):
        found = last_k(league([0.0, z * 2**0.5 + 0.01], 1.0), 1, covariance=covariance)
        assert list(found.outcome) == ["in", "out"]
        found = last_k(league([0.0, z * 2**0.5 - 0.01], 1.0), 1, covariance=covariance)
        assert list(found.outcome) == ["possible", "possible"]


def test_sparse_and_dense_covariances_give_the_same():
    estimate = correlated(12, np.random.default_rng(3))
    sparse = Estimate(estimate.names, estimate.value, sp.csr_array(estimate.covariance), np.inf)
    for field in ("farther", "nearer", "outcome"):
        np.testing.assert_array_equal(getattr(last_k(estimate, 3), field), getattr(last_k(sparse, 3), field))
    frame = last_k(estimate, 3).to_frame()
    assert list(frame.columns) == ["outcome", "nearer", "farther"] and list(frame.index) == list(range(12))


def test_what_cannot_be_asked_is_refused_by_name():
    estimate = league(np.arange(5), 1.0)
    for k in (0, 5, 6, 2.5):
        with pytest.raises(Fault, match="whole number from 1 to 4"):
            last_k(estimate, k)
    for wrong in ({"alpha": 0.0}, {"alpha": 0.6}):
        with pytest.raises(Fault, match="alpha is"):
            last_k(estimate, 2, **wrong)
    for wrong in ({"in_share": 0.0}, {"in_share": 1.1}, {"waves": 0}):
        with pytest.raises(Fault, match="at most 1"):
            last_k(estimate, 2, **wrong)
    with pytest.raises(Fault, match="“none”"):
        last_k(estimate, 2, covariance="none")
    together = np.eye(5) + 0.3 * (np.eye(5, k=2) + np.eye(5, k=-2))
    with pytest.raises(Fault, match="0 and 2 are correlated"):
        last_k(Estimate(tuple(range(5)), np.arange(5), together, np.inf), 2, covariance="independent")


# ---- false claims


def false_rates(e, s, k, last, c_in, c_out):
    """Part of leagues e (B,p) with an area outside `last` shown in, and with one of `last` shown out; s: s_ij."""
    p = e.shape[1]
    t = (e[:, :, None] - e[:, None, :]) / s  # t[b, i, j]: i above j
    member = np.isin(np.arange(p), last)
    is_in, is_out = (t > c_in).sum(axis=1) >= p - k, (t > c_out).sum(axis=2) >= k
    return is_in[:, ~member].any(axis=1).mean(), is_out[:, member].any(axis=1).mean()


def pair_errors(variance):
    return np.sqrt(variance[..., :, None] + variance[..., None, :])


@pytest.mark.parametrize("k", [3, 9])
def test_areas_tied_with_the_last_k_are_rarely_shown_in_their_place(k):
    """k members, some others at the same value, the rest far away: the worst for a false IN; unequal errors."""
    rng, p, repeats, rates = np.random.default_rng(k), 12, 4_000, []
    se = 1 / np.sqrt(np.linspace(30, 400, p))
    c_in, c_out = (critical_independent(se, size, 0.1) for size in (k, p - k))
    assert (c_in, c_out) == (last_k(league(se, se), k, alpha=0.2, covariance="independent").critical_in, c_out)
    for tied in {1, 2, p - k}:
        order = rng.permutation(p)
        true = np.full(p, 50.0)
        true[order[: k + tied]] = 0.0
        e = true + rng.normal(size=(repeats, p)) * se
        rates += false_rates(e, pair_errors(se**2), k, order[:k], c_in, c_out)
    assert max(rates) < 0.1 + 3 * np.sqrt(0.1 * 0.9 / repeats)
    assert max(rates) > 0.03  # the bound is not empty talk


def test_correlated_areas_are_held_by_the_value_for_any_covariance():
    """Pairs correlated 0.9, and one area so noisy that it drags every comparison with it."""
    rng, k, p, repeats = np.random.default_rng(0), 2, 10, 4_000
    root = np.linalg.cholesky(0.9 * np.kron(np.eye(5), np.ones((2, 2))) + 0.1 * np.eye(p))
    covariance = (root := np.diag(np.r_[8.0, np.ones(9)]) @ root) @ root.T
    v = np.diag(covariance)
    s = np.sqrt(v[:, None] + v - 2 * covariance + np.eye(p))
    c_in, c_out = critical_any(p, k, 0.1), critical_any(p, p - k, 0.1)
    c_bold = critical_independent(np.sqrt(v), k, 0.1, named=np.arange(p) < 1)
    rates, bold = [], []
    for last in ([1, 2], [0, 1], [1, 3], [8, 9]):
        e = np.where(np.isin(np.arange(p), [*last, 0]), 0.0, 100.0) + rng.normal(size=(repeats, p)) @ root.T
        rates += false_rates(e, s, k, last, c_in, c_out)
        bold += false_rates(e, s, k, last, c_bold, np.inf)
    assert max(rates) < 0.1 + 3 * np.sqrt(0.09 / repeats)
    assert max(bold) > max(rates)


def test_estimated_variances_with_eight_degrees_of_freedom_keep_the_error():
    """T turned to the normal scale holds the error, T itself does not; one area named spends all of alpha."""
    rng, k, p, repeats, df = np.random.default_rng(9), 3, 12, 8_000, 8
    v = rng.chisquare(df, (repeats, p)) / df
    e = np.r_[np.zeros(k + 1), np.full(p - k - 1, 1e9)] + rng.normal(size=(repeats, p))
    c = critical_independent(np.ones(p), k, 0.05, named=np.arange(p) == k)
    own = (v[:, :, None] + v[:, None, :]) ** 2 / ((v**2)[:, :, None] + (v**2)[:, None, :]) * df
    limit = stats.t.isf(stats.norm.sf(c), own)  # z > c as T > limit
    rate, _ = false_rates(e, pair_errors(v) * limit, k, np.arange(k), 1.0, np.inf)
    bold, _ = false_rates(e, pair_errors(v), k, np.arange(k), c, np.inf)
    assert rate < 0.05 + 3 * np.sqrt(0.05 * 0.95 / repeats) < bold
