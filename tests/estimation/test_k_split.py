"""Critical values of the K-split: constants, small leagues by enumeration, orderings, the error itself."""

from itertools import combinations, permutations, product

import numpy as np
import pytest
from scipy import integrate, stats

from estimation.ranking import k_split
from estimation.ranking.k_split import critical_any, critical_independent, independent_bound


def spread(low, high, p=70):
    """Standard errors of shares from `low` to `high` interviews."""
    return 1 / np.sqrt(np.linspace(low, high, p))


# ---- values known beforehand


def test_the_constants_of_seventy_townships_and_the_last_five():
    assert critical_any(70, 5, 0.05) == pytest.approx(3.241, abs=5e-4)
    assert critical_any(70, 65, 0.05) == pytest.approx(3.405, abs=5e-4)  # out: the best 65
    assert critical_any(70, 5, 0.05, named=1) == pytest.approx(stats.norm.isf(0.01))  # 2.33
    assert critical_any(70, 65, 0.05, named=1) == pytest.approx(stats.norm.isf(0.05 / 65))
    assert critical_independent(np.ones(70), 5, 0.05) == pytest.approx(2.390, abs=1e-3)
    assert critical_independent(np.ones(70), 65, 0.05) == pytest.approx(3.138, abs=1e-3)
    assert critical_independent(spread(100, 150), 5, 0.05) == pytest.approx(2.464, abs=2e-3)
    assert critical_independent(spread(100, 150), 65, 0.05) == pytest.approx(3.165, abs=2e-3)
    assert critical_independent(spread(30, 400), 5, 0.05) == pytest.approx(2.658, abs=2e-3)
    assert critical_independent(spread(30, 400), 65, 0.05) == pytest.approx(3.210, abs=2e-3)


@pytest.mark.parametrize("se", [[1.0, 1.0], [0.1, 5.0], [0.0, 1.0]])
def test_two_areas_are_one_comparison(se):
    assert critical_any(2, 1, 0.05) == pytest.approx(stats.norm.isf(0.05))
    assert critical_independent(se, 1, 0.05) == pytest.approx(stats.norm.isf(0.05))


@pytest.mark.parametrize(("p", "k", "w"), [(70, 5, 65), (20, 1, 19), (12, 9, 3), (30, 4, 2)])
def test_equal_errors_solve_the_sum_of_binomial_tails(p, k, w):
    named = np.arange(p) < w if w < p - k else None
    c = critical_independent(np.full(p, 0.03), k, 0.05, named=named)

    def tails(z):
        q = stats.norm.sf(z + c * 2**0.5)
        return stats.norm.pdf(z) * sum(stats.binom.sf(m - 1, k + m - 1, q) for m in range(1, w + 1))

    assert integrate.quad(tails, -9, 9, limit=200)[0] == pytest.approx(0.05, rel=2e-3)


def test_equal_errors_through_the_negative_binomial():
    """Σ_m P(at least m of k+m-1) = E min(N, p-k), N the successes before the k-th failure: another road to the sum."""
    p, k, c = 40, 3, 2.3

    def mean(z):
        q = stats.norm.sf(z + c * 2**0.5)
        n = np.arange(2000)
        return stats.norm.pdf(z) * (np.minimum(n, p - k) * stats.nbinom.pmf(n, k, 1 - q)).sum()

    expected = integrate.quad(mean, -8, 8, limit=300)[0]
    found = independent_bound(np.ones(p), k, c, named=np.ones(p, dtype=bool), alpha=0.05)
    assert found == pytest.approx(expected, rel=2e-3)


# ---- small leagues by enumeration

Z, DZ = np.arange(-7.5, 5, 0.01), 0.01


def exceedance(se, i, j, c):
    return stats.norm.sf((c * np.hypot(se[i], se[j]) + se[j] * Z) / se[i])


def at_least(chances, m):
    """P(at least m of independent events), every outcome written out; chances is a list of arrays over z."""
    total = np.zeros(len(Z))
    for outcome in product((0, 1), repeat=len(chances)):
        if sum(outcome) >= m:
            total += np.prod([q if o else 1 - q for q, o in zip(chances, outcome, strict=True)], axis=0)
    return total


def integral(values):
    return (stats.norm.pdf(Z) * values).sum() * DZ


SMALL = np.array([0.5, 0.7, 1.0, 1.3, 2.0, 3.1])


@pytest.mark.parametrize("k", [1, 2, 4])
def test_the_bound_equals_a_naive_second_implementation(k):
    c, p = 2.0, len(SMALL)
    f = np.zeros((p, p - k))
    for j in range(p):
        q = np.sort([exceedance(SMALL, i, j, c) for i in range(p) if i != j], axis=0)[::-1]
        for m in range(1, p - k + 1):
            markov = (k + m - 1) / m * stats.norm.sf(c)
            f[j, m - 1] = min(integral(at_least(list(q[: k + m - 1]), m)), markov)
    expected = max(sum(f[j, m] for m, j in enumerate(order)) for order in permutations(range(p), p - k))
    found = independent_bound(SMALL, k, c, named=np.ones(p, dtype=bool))
    assert found == pytest.approx(expected, rel=5e-3)


@pytest.mark.parametrize("k", [1, 3])
def test_the_bound_holds_for_every_last_k_and_every_order_of_the_others(k):
    se, c = SMALL[[0, 2, 3, 4, 5]], 1.8
    p, largest = len(se), 0.0
    for last in combinations(range(p), k):
        for order in permutations(sorted(set(range(p)) - set(last))):
            total = 0.0
            for m, j in enumerate(order, 1):
                predecessors = [*last, *order[: m - 1]]
                total += integral(at_least([exceedance(se, i, j, c) for i in predecessors], m))
            largest = max(largest, total)
    found = independent_bound(se, k, c, named=np.ones(p, dtype=bool))
    assert largest <= found * (1 + 1e-3)
    assert found < 1.5 * largest  # and is not empty talk


# ---- orderings and shortcuts


@pytest.mark.parametrize("se", [np.ones(24), spread(30, 400, 24), np.r_[np.ones(20), 30.0, 0.01, 0.0, 0.0]])
def test_knowing_more_never_asks_for_more(se):
    p, few = len(se), np.arange(len(se)) < 3
    for k in (1, 4, 12, 23):
        one, all_ = critical_independent(se, k, 0.05, named=few), critical_independent(se, k, 0.05)
        assert stats.norm.isf(0.05) <= one <= all_ <= critical_any(p, k, 0.05)
        assert one <= critical_any(p, k, 0.05, named=3) <= critical_any(p, k, 0.05)
        assert all_ < critical_independent(se, k, 0.01) < critical_independent(se, k, 0.001)
    for critical in (lambda k: critical_any(p, k, 0.05), lambda k: critical_independent(se, k, 0.05)):
        assert (np.diff([critical(k) for k in range(1, 9)]) > 0).all()


@pytest.mark.parametrize(
    ("shortcut", "value", "k"),
    [
        ("MOST_GROUPS", 6, 4),
        ("MOST_GROUPS", 6, 36),
        ("MOST_STEPS", 5, 4),
        ("MOST_STEPS", 5, 36),
        ("NEGLIGIBLE", 0.2, 4),
    ],
)
def test_each_shortcut_only_makes_the_value_more_cautious(monkeypatch, shortcut, value, k):
    se = spread(30, 400, 40)
    exact = critical_independent(se, k, 0.05)
    monkeypatch.setattr(k_split, shortcut, value)
    assert exact - 2e-4 <= critical_independent(se, k, 0.05) < exact + 0.2


def test_errors_that_differ_by_rounding_or_scale_alone_change_nothing():
    first = critical_independent(np.ones(300), 5, 0.05)
    rounded = np.ones(300) * (1 + np.arange(300) * 1e-16)
    assert critical_independent(rounded * 7e-4, 5, 0.05) == pytest.approx(first, abs=1e-3)


def test_areas_without_error_stand_in_nobody_s_way():
    assert critical_independent(np.zeros(6), 2, 0.05) >= 0
    some = critical_independent(np.r_[np.ones(10), np.zeros(10)], 2, 0.05)
    assert stats.norm.isf(0.05) < some <= critical_any(20, 2, 0.05)


# ---- the error itself


def first_crossing(z, se, k):
    """The largest c at which some A_m happens, row by row: the m-th largest T_ij over B_m, areas in the order given."""
    largest = np.full(len(z), -np.inf)
    for m, j in enumerate(range(k, z.shape[1]), 1):
        t = (z[:, :j] - z[:, [j]]) / np.hypot(se[:j], se[j])
        np.maximum(largest, np.sort(t, axis=1)[:, -m], out=largest)
    return largest


@pytest.mark.parametrize("k", [1, 4, 16])
def test_errors_alone_cross_with_probability_alpha_when_areas_are_alike(k):
    """At the critical value P(some A_m) <= alpha, and not far below: the sum over m gives away little."""
    rng, se, repeats = np.random.default_rng(k), np.ones(20), 12_000
    crossing = first_crossing(rng.normal(size=(repeats, 20)), se, k)
    rate, noise = (crossing > critical_independent(se, k, 0.1)).mean(), 3 * np.sqrt(0.09 / repeats)
    assert 0.085 < rate < 0.1 + noise
    assert (
        crossing > critical_independent(se, k, 0.1, named=np.arange(20) < 1)
    ).mean() > 0.1  # a list of one judged on all is too bold


@pytest.mark.parametrize("order", ["precise first", "precise last", "mixed"])
def test_errors_alone_cross_with_probability_at_most_alpha_when_areas_differ(order):
    rng, se, repeats = np.random.default_rng(5), spread(30, 400, 20), 12_000
    se = {"precise first": se[::-1], "precise last": se, "mixed": rng.permutation(se)}[order]
    for k in (3, 17):
        crossing = first_crossing(rng.normal(size=(repeats, 20)) * se, se, k)
        rate = (crossing > critical_independent(se, k, 0.1)).mean()
        assert 0.03 < rate < 0.1 + 3 * np.sqrt(0.09 / repeats)
