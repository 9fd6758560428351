"""Published rank sets: the printed figure, R's answers, naive twins, orderings, coverage by simulation."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from estimation import (
    Estimate,
    count_rank_set,
    joint_interval_rank_set,
    rank_confidence_set,
    tukey_rank_set,
)
from estimation.ranking.rank_methods import BONFERRONI, HOLM, SIDAK
from words import Fault

GOLDEN = Path(__file__).parents[1] / "golden" / "ranks"
KWW = json.loads((GOLDEN / "traveltime_kww_fig1.json").read_text())
COUNTS = json.loads((GOLDEN / "multinom.json").read_text())["cases"]
TUKEY = json.loads((GOLDEN / "icranks_tukey_equal.json").read_text())["cases"]


def estimate(value, se, df=np.inf) -> Estimate:
    return Estimate(tuple(range(len(value))), value, np.diag(np.broadcast_to(np.square(se), len(value))), df)


def travel_times() -> Estimate:
    """Mean travel time to work, 2011, with 90 % margins of error, 51 states."""
    table = pd.read_csv(GOLDEN / "traveltime2011_1dec.csv")
    se = table["MOE.1dec"].to_numpy() / stats.norm.ppf(0.95)
    return Estimate(tuple(table.Abbreviation), table["Estimate.1dec"].to_numpy(), np.diag(se**2), np.inf)


# ---- joint intervals


@pytest.mark.parametrize(("decimals", "expected"), [(1, "published"), (None, "unrounded")])
def test_the_51_states_have_the_ranks_printed_in_figure_1_of_klein_wright_and_wieczorek(decimals, expected):
    found = joint_interval_rank_set(travel_times(), level=0.9, largest_is_best=False, decimals=decimals).to_frame()
    assert {state: list(found.loc[state, ["lower", "upper"]]) for state in found.index} == KWW[expected]


def test_joint_intervals_equal_a_naive_second_implementation():
    rng = np.random.default_rng(0)
    for correction in (SIDAK, BONFERRONI):
        x, se, df = rng.normal(size=12) * 3, rng.uniform(0.2, 1, 12), rng.integers(3, 40, 12)
        found = joint_interval_rank_set(estimate(x, se, df), correction=correction)
        alpha = 1 - 0.95 ** (1 / 12) if correction == SIDAK else 0.05 / 12
        half = stats.t.isf(alpha / 2, df) * se
        for j in range(12):
            assert found.lower[j] == 1 + sum(x[k] - half[k] >= x[j] + half[j] for k in range(12) if k != j)
            assert found.upper[j] == 12 - sum(x[k] + half[k] <= x[j] - half[j] for k in range(12) if k != j)


def test_joint_intervals_are_wider_than_ours_and_bonferroni_s_than_sidak_s():
    times = travel_times()
    ours = rank_confidence_set(times, rng=np.random.default_rng(0), level=0.9, largest_is_best=False)
    sidak, bonferroni = (
        joint_interval_rank_set(times, level=0.9, largest_is_best=False, correction=c) for c in (SIDAK, BONFERRONI)
    )
    for narrow, wide in ((ours, sidak), (sidak, bonferroni)):
        assert (narrow.lower >= wide.lower).all() and (narrow.upper <= wide.upper).all()
    assert (sidak.upper - sidak.lower).sum() > (ours.upper - ours.lower).sum()


def test_areas_without_sampling_error_are_ranked_exactly_and_no_df_means_no_rank():
    exact = joint_interval_rank_set(estimate([3.0, 1.0, 3.0, 2.0], 0.0))
    assert list(exact.lower) == [1, 4, 1, 3] and list(exact.upper) == [2, 4, 2, 3]
    unknown = joint_interval_rank_set(estimate([3.0, 1.0, 2.0], 0.0, [np.inf, 0, np.inf]))
    assert list(unknown.lower) == [1, 1, 2] and list(unknown.upper) == [2, 3, 3]


# ---- counts


@pytest.mark.parametrize("case", range(len(COUNTS)))
@pytest.mark.parametrize(
    ("kind", "options"),
    [("simul_holm", {}), ("simul_bonf", {"correction": BONFERRONI}), ("marg_holm", {"simultaneous": False})],
)
def test_counts_equal_csranks_exactly(case, kind, options):
    golden = COUNTS[case]
    found = count_rank_set(range(len(golden["x"])), golden["x"], level=golden["coverage"], **options)
    assert list(found.rank) == golden["rank"]
    assert (list(found.lower), list(found.upper)) == (golden[kind]["L"], golden[kind]["U"])


def naive_counts(x, level, simultaneous):
    """Holm step by step on exact binomial tails, summed term by term."""
    p = len(x)

    def tail(a, b):
        return sum(stats.binom.pmf(i, a + b, 0.5) for i in range(a, a + b + 1))

    def rejected(family):
        left, out = dict(family), set()
        while left:
            pair = min(left, key=left.get)
            if left[pair] > (1 - level) / len(left):
                break
            out.add(pair)
            del left[pair]
        return out

    every = {(j, k): tail(x[j], x[k]) for j in range(p) for k in range(p) if j != k}
    lower, upper = [], []
    for j in range(p):
        out = rejected(every if simultaneous else {pair: v for pair, v in every.items() if j in pair})
        lower.append(1 + sum(pair[1] == j for pair in out))
        upper.append(p - sum(pair[0] == j for pair in out))
    return lower, upper


@pytest.mark.parametrize("simultaneous", [True, False])
def test_counts_equal_a_naive_second_implementation(simultaneous):
    rng = np.random.default_rng(1)
    for p in (2, 3, 7):
        x = rng.multinomial(150, rng.dirichlet(np.full(p, 0.7)))
        found = count_rank_set(range(p), x, level=0.9, simultaneous=simultaneous)
        assert (list(found.lower), list(found.upper)) == naive_counts(x.tolist(), 0.9, simultaneous)


def test_the_fewest_may_be_best():
    x = [30, 5, 50, 20]
    most, fewest = (count_rank_set("abcd", x, largest_is_best=best) for best in (True, False))
    assert list(fewest.lower) == list(5 - most.upper) and list(fewest.upper) == list(5 - most.lower)
    assert list(fewest.rank) == [3, 1, 4, 2]


def test_nobody_named_anybody_and_a_single_name_leave_every_rank_possible():
    nobody = count_rank_set("abc", [0, 0, 0])
    assert list(nobody.lower) == [1, 1, 1] and list(nobody.upper) == [3, 3, 3]
    assert list(count_rank_set("a", [7]).upper) == [1]


def test_joint_sets_from_counts_cover_at_their_level():
    """Shares with ties, 300 answers, nominal 90 %: all true rank ranges are covered at least so often."""
    rng, share = np.random.default_rng(2), np.array([0.3, 0.2, 0.2, 0.15, 0.1, 0.05])
    lowest, highest = [1, 2, 2, 4, 5, 6], [1, 3, 3, 4, 5, 6]
    sets = [count_rank_set(range(6), rng.multinomial(300, share), level=0.9) for _ in range(300)]
    covered = np.mean([(s.lower <= lowest).all() and (s.upper >= highest).all() for s in sets])
    assert 0.9 - 3 * np.sqrt(0.09 / 300) < covered
    assert np.mean([(s.upper - s.lower).mean() for s in sets]) < 3


@pytest.mark.parametrize("counts", [[1, 2], [1, -1, 2], [1, 2, 0.5], [1, 2, np.nan]])
def test_counts_that_are_none_are_refused(counts):
    with pytest.raises(Fault, match="3 counts, one for each name"):
        count_rank_set("abc", counts)


# ---- Tukey's range


@pytest.mark.parametrize("case", range(len(TUKEY)))
def test_tukey_s_sets_equal_icranks_exactly(case):
    golden = TUKEY[case]
    found = tukey_rank_set(estimate(golden["y"], golden["sigma"]), level=0.95, largest_is_best=False)
    assert (list(found.lower), list(found.upper)) == (golden["Lower"], golden["Upper"])


@pytest.mark.parametrize("p", [2, 70, 3000])
def test_the_studentised_range_is_that_of_normal_variables_however_many_areas(p):
    """P(range <= w) = p ∫ φ(z) [Φ(z + w) - Φ(z)]^(p-1) dz: two areas at that distance are just told apart."""

    def coverage(w):
        return integrate.quad(
            lambda z: p * stats.norm.pdf(z) * (stats.norm.cdf(z + w) - stats.norm.cdf(z)) ** (p - 1), -9, 9, limit=200
        )[0]

    low, high = 0.0, 20.0
    while high - low > 1e-4:
        middle = (low + high) / 2
        low, high = (middle, high) if coverage(middle) < 0.95 else (low, middle)
    for gap, told in ((high + 1e-3, True), (low - 1e-3, False)):
        value = np.full(p, gap / 2)
        value[0], value[-1] = gap, 0.0
        found = tukey_rank_set(estimate(value, 1.0))
        assert (found.lower[-1] == 2) == told


def test_tukey_s_sets_equal_ours_in_one_step_when_areas_are_alike():
    """The same pairs, the same maximum: exact critical value here, drawn there (sets may differ by one place)."""
    x = np.random.default_rng(3).normal(size=30) * 3
    ours = rank_confidence_set(estimate(x, 1.0), rng=np.random.default_rng(4), stepdown=False, draws=20_000)
    tukey = tukey_rank_set(estimate(x, 1.0))
    assert np.abs(ours.lower - tukey.lower).max() <= 1 and np.abs(ours.upper - tukey.upper).max() <= 1


def test_tukey_refuses_correlated_areas_and_ranks_a_single_one():
    with pytest.raises(Fault, match="independent"):
        tukey_rank_set(Estimate(("a", "b"), [1.0, 2.0], [[1.0, 0.2], [0.2, 1.0]], np.inf))
    alone = tukey_rank_set(estimate([4.0], 1.0))
    assert (list(alone.lower), list(alone.upper)) == ([1], [1])


@pytest.mark.parametrize("method", [tukey_rank_set, joint_interval_rank_set])
def test_the_smallest_may_be_best(method):
    x = np.random.default_rng(5).normal(size=15) * 4
    largest, smallest = method(estimate(x, 1.0)), method(estimate(-x, 1.0), largest_is_best=False)
    for field in ("rank", "lower", "upper"):
        np.testing.assert_array_equal(getattr(largest, field), getattr(smallest, field))


@pytest.mark.parametrize("method", [tukey_rank_set, joint_interval_rank_set])
def test_joint_sets_cover_all_true_ranks_at_their_level(method):
    """20 areas, some tied, unequal standard errors, nominal 90 %."""
    rng, true = np.random.default_rng(6), np.repeat(np.arange(5.0), 4)
    lowest, highest = 1 + 4 * (4 - true), 4 + 4 * (4 - true)
    covered = []
    for _ in range(300):
        se = rng.uniform(0.3, 1.2, 20)
        found = method(estimate(true + se * rng.normal(size=20), se), level=0.9)
        covered.append((found.lower <= lowest).all() and (found.upper >= highest).all())
    assert np.mean(covered) > 0.9 - 3 * np.sqrt(0.09 / 300)


@pytest.mark.parametrize(("method", "wrong"), [("joint", HOLM), ("counts", SIDAK)])
def test_a_correction_that_a_method_does_not_have_is_refused(method, wrong):
    with pytest.raises(Fault, match=f"no correction “{wrong}”"):
        if method == "joint":
            joint_interval_rank_set(estimate([1.0, 2.0], 1.0), correction=wrong)
        else:
            count_rank_set("ab", [1, 2], correction=wrong)
