"""Ranks: csranks on the same draws exactly, csranks on PISA within its Monte-Carlo range, orderings, a naive twin."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from estimation import Estimate, rank_confidence_set, ranks
from estimation.ranking.ranks import area_pairs
from estimation.waves.noise import CommonNormals
from words import Fault

GOLDEN = Path(__file__).parents[1] / "golden" / "ranks"
EXACT = np.load(GOLDEN / "exact_draws.npz")
CASES = sorted({key.split("_")[0] for key in EXACT})
KINDS = {
    "simul": {},
    "single": {"stepdown": False},
    "marg": {"simultaneous": False},
}


def normal(value, covariance) -> Estimate:
    return Estimate(tuple(range(len(value))), value, covariance, np.inf)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", CASES)
def test_rank_sets_equal_csranks_on_the_same_draws_exactly(case, kind):
    rounds = [EXACT[f"{case}_Z{k}"] for k in range(1, 7)]
    estimate, level = normal(EXACT[f"{case}_x"], EXACT[f"{case}_Sigma"]), float(EXACT[f"{case}_coverage"])
    found = rank_confidence_set(estimate, rng=np.random.default_rng(0), level=level, draws=rounds, **KINDS[kind])
    np.testing.assert_array_equal(found.lower, EXACT[f"{case}_{kind}_L"])
    np.testing.assert_array_equal(found.upper, EXACT[f"{case}_{kind}_U"])


@pytest.mark.parametrize("subject", ["math", "reading"])
@pytest.mark.parametrize("family", ["simultaneous", "marginal"])
def test_pisa_2018_rank_sets_lie_in_the_range_of_csranks_seeds_widened_by_one(subject, family):
    golden = json.loads((GOLDEN / f"pisa2018_{subject}_csranks.json").read_text())
    scores = pd.read_csv(GOLDEN / "pisa2018.csv").dropna(subset=f"{subject}_score")
    value, se = scores[f"{subject}_score"].to_numpy(), scores[f"{subject}_se"].to_numpy()
    estimate = Estimate(tuple(scores.jurisdiction), value, np.diag(se**2), np.inf)
    found = rank_confidence_set(
        estimate, rng=np.random.default_rng(1), draws=20_000, simultaneous=family == "simultaneous"
    ).to_frame()
    found = found.loc[golden["unit"]]
    np.testing.assert_array_equal(found["rank"], golden["rank"])
    seeds = golden["seed_range_R1000"][family]
    for bound, limits in (("lower", ("L_min", "L_max")), ("upper", ("U_min", "U_max"))):
        low, high = (np.array(seeds[k]) for k in limits)
        assert ((found[bound] >= low - 1) & (found[bound] <= high + 1)).all()


@pytest.mark.parametrize("family", ["simultaneous", "marginal"])
def test_the_published_rank_sets_of_pisa_2018_mathematics_are_ours_within_one_place(family):
    """Read from the figures of csranks' authors (2020): 37 OECD countries, 1,000 draws."""
    golden = json.loads((GOLDEN / "pisa_fig2020_math.json").read_text())[family]
    scores = pd.read_csv(GOLDEN / "pisa2018_37.csv").set_index("jurisdiction").loc[list(golden)]
    estimate = Estimate(tuple(golden), scores.math_score, np.diag(scores.math_se**2), np.inf)
    found = rank_confidence_set(
        estimate, rng=np.random.default_rng(1), draws=20_000, simultaneous=family == "simultaneous"
    )
    published = np.array(list(golden.values()))
    np.testing.assert_array_equal(found.rank, published[:, 2])
    assert np.abs(found.lower - published[:, 0]).max() <= 1 and np.abs(found.upper - published[:, 1]).max() <= 1
    assert (found.lower != published[:, 0]).sum() + (found.upper != published[:, 1]).sum() <= 2


def test_the_vignettes_claims_on_pisa_hold():
    """csranks' vignette: the 95 % set of the five best holds 12 countries; the United Kingdom is 13th, in [7, 23]."""
    golden = json.loads((GOLDEN / "pisa_vignette_claims.json").read_text())["published"]
    scores = pd.read_csv(GOLDEN / "pisa2018_37.csv").set_index("jurisdiction")
    estimate = Estimate(tuple(scores.index), scores.math_score, np.diag(scores.math_se**2), np.inf)
    joint = rank_confidence_set(estimate, rng=np.random.default_rng(2), draws=20_000)
    assert (joint.lower <= 5).sum() == golden["top5_95_size"]
    alone = rank_confidence_set(estimate, rng=np.random.default_rng(2), draws=20_000, simultaneous=False).to_frame()
    rank, lower, upper = alone.loc["United Kingdom"]
    assert (
        rank == golden["uk_rank"] and abs(lower - golden["uk_marginal"][0]) <= 1 and upper == golden["uk_marginal"][1]
    )


def naive_rank_set(x, covariance, df, z, level, simultaneous):
    """The definition word by word: loops over pairs, nothing shared with the code under test."""
    p, better, worse = len(x), [], []

    def surely_larger(family):
        family, rejected = set(family), set()
        while family:
            s = {(j, k): np.sqrt(covariance[j, j] + covariance[k, k] - 2 * covariance[j, k]) for j, k in family}
            maxima = [max((row[j] - row[k]) / s[j, k] for j, k in family) for row in z]
            critical = np.quantile(maxima, level)
            new = set()
            for j, k in family:
                t = (x[j] - x[k]) / s[j, k]
                v, w = covariance[j, j], covariance[k, k]
                own = (v + w) ** 2 / (v**2 / df[j] + w**2 / df[k])
                if stats.norm.isf(stats.t.sf(t, own)) > critical:
                    new.add((j, k))
            if not new:
                break
            rejected |= new
            family -= new
        return rejected

    every = [(j, k) for j in range(p) for k in range(p) if j != k]
    for j in range(p):
        sure = surely_larger(every if simultaneous else [pair for pair in every if j in pair])
        better.append(sum(1 for _, k in sure if k == j))
        worse.append(sum(1 for k, _ in sure if k == j))
    return 1 + np.array(better), p - np.array(worse)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("simultaneous", [True, False])
def test_rank_sets_equal_a_naive_second_implementation_on_the_same_draws(seed, simultaneous):
    rng = np.random.default_rng(seed)
    p = int(rng.integers(2, 6))
    a = rng.normal(size=(p, p)) * 0.4
    covariance, x, df = a @ a.T + np.eye(p) * 0.3, rng.normal(size=p) * 3, rng.integers(5, 60, p).astype(float)
    z = rng.multivariate_normal(np.zeros(p), covariance, size=200)
    estimate = Estimate(tuple(range(p)), x, covariance, df)
    found = rank_confidence_set(estimate, rng=rng, level=0.9, draws=z, simultaneous=simultaneous)
    lower, upper = naive_rank_set(x, covariance, df, z, 0.9, simultaneous)
    np.testing.assert_array_equal(found.lower, lower)
    np.testing.assert_array_equal(found.upper, upper)


def some_estimate(seed: int = 3, p: int = 15) -> Estimate:
    rng = np.random.default_rng(seed)
    return Estimate(tuple(range(p)), rng.normal(size=p) * 2, np.diag(rng.uniform(0.05, 0.5, p)), 12.0)


def test_sets_contain_the_rank_and_nest_as_theory_says():
    e, z = some_estimate(), np.random.default_rng(1).normal(size=(4000, 15))
    z = z * e.se
    sets = {
        name: rank_confidence_set(e, rng=np.random.default_rng(0), draws=z, **options)
        for name, options in {
            "joint": {},
            "single": {"stepdown": False},
            "alone": {"simultaneous": False},
            "joint 99": {"level": 0.99},
        }.items()
    }
    for s in sets.values():
        assert (
            (s.lower >= 1).all() and (s.lower <= s.rank).all() and (s.rank <= s.upper).all() and (s.upper <= 15).all()
        )
    for inner, outer in (("alone", "joint"), ("joint", "single"), ("joint", "joint 99")):
        assert (sets[outer].lower <= sets[inner].lower).all() and (sets[inner].upper <= sets[outer].upper).all()
    assert (sets["alone"].lower > sets["joint"].lower).any()


def test_smallest_best_mirrors_largest_best():
    e, z = some_estimate(), np.random.default_rng(1).normal(size=(1000, 15))
    largest = rank_confidence_set(e, rng=np.random.default_rng(0), draws=z)
    turned = Estimate(e.names, -e.value, e.covariance, e.df)
    smallest = rank_confidence_set(turned, rng=np.random.default_rng(0), draws=z, largest_is_best=False)
    np.testing.assert_array_equal(largest.rank, smallest.rank)
    np.testing.assert_array_equal(largest.lower, smallest.lower)


def test_the_same_seed_gives_the_same_sets_and_few_df_widen_them():
    e = some_estimate()
    one, two = (rank_confidence_set(e, rng=np.random.default_rng(9)) for _ in range(2))
    np.testing.assert_array_equal(one.upper, two.upper)
    few = rank_confidence_set(Estimate(e.names, e.value, e.covariance, 3.0), rng=np.random.default_rng(9))
    assert (few.lower <= one.lower).all() and (few.upper >= one.upper).all() and (few.upper > one.upper).any()


def test_equal_values_share_the_better_place_and_equal_areas_span_all_places():
    assert list(ranks([3.0, 5.0, 5.0, 1.0])) == [3, 1, 1, 4]
    tied = normal([1.0, 1.0, 1.0], np.eye(3))
    found = rank_confidence_set(tied, rng=np.random.default_rng(0))
    assert list(found.lower) == [1, 1, 1] and list(found.upper) == [3, 3, 3]


def test_areas_without_sampling_error_are_told_apart_exactly_and_one_area_is_first():
    certain = rank_confidence_set(normal([2.0, 1.0, 1.0], np.zeros((3, 3))), rng=np.random.default_rng(0))
    assert list(certain.lower) == [1, 2, 2] and list(certain.upper) == [1, 3, 3]
    alone = rank_confidence_set(normal([2.0], [[1.0]]), rng=np.random.default_rng(0))
    assert (alone.lower[0], alone.rank[0], alone.upper[0]) == (1, 1, 1)


def test_a_matrix_that_is_no_covariance_and_draws_of_another_shape_are_refused():
    with pytest.raises(Fault, match="not positive"):
        rank_confidence_set(normal([1.0, 2.0], [[1.0, 2.0], [2.0, 1.0]]), rng=np.random.default_rng(0))
    with pytest.raises(Fault, match="shape"):
        rank_confidence_set(normal([1.0, 2.0], np.eye(2)), rng=np.random.default_rng(0), draws=np.zeros((10, 3)))
    with pytest.raises(Fault, match="missing or infinite"):
        normal([1.0, np.nan], np.eye(2))


@pytest.mark.parametrize("simultaneous", [True, False])
def test_rank_sets_cover_the_true_ranks(simultaneous):
    """30 areas, some tied, 6 df each: joint sets cover all at once, single ones each, within Monte-Carlo error."""
    rng, p, repeats = np.random.default_rng(11), 12, 160
    theta = np.repeat(np.arange(6), 2) * 0.8
    low, high = 1 + (theta[:, None] < theta).sum(axis=1), p - (theta[:, None] > theta).sum(axis=1)
    covered = []
    for _ in range(repeats):
        units = theta[:, None] + rng.normal(size=(p, 7))
        e = Estimate(tuple(range(p)), units.mean(axis=1), np.diag(units.var(axis=1, ddof=1) / 7), 6.0)
        found = rank_confidence_set(e, rng=rng, draws=500, simultaneous=simultaneous)
        inside = (found.lower <= low) & (found.upper >= high)
        covered.append(inside.all() if simultaneous else inside.mean())
    error = np.std(covered) / np.sqrt(repeats)
    assert np.mean(covered) > 0.95 - 3 * max(error, 0.005)


@pytest.mark.parametrize("stepdown", [True, False])
@pytest.mark.parametrize("correlated", [False, True])
def test_numbers_in_common_give_the_sets_of_the_errors_that_are_made_of_them(correlated, stepdown):
    rng = np.random.default_rng(8)
    common = CommonNormals.drawn(25, rng, draws=2_000)
    for p in (25, 14):  # another measure has fewer areas with answers
        root = rng.normal(size=(p, p)) if correlated else np.diag(rng.uniform(0.3, 2, p))
        estimate = normal(3 * rng.normal(size=p), root @ root.T)
        numbers, order = common.of(p), area_pairs(estimate).order
        z = numbers @ np.linalg.cholesky(estimate.covariance).T
        if not correlated:  # each area takes a column in the order of the pairs
            z[:, order] = numbers * estimate.se[order]
        found, expected = (
            rank_confidence_set(estimate, rng=rng, draws=draws, stepdown=stepdown) for draws in (common, z)
        )
        np.testing.assert_array_equal(found.lower, expected.lower)
        np.testing.assert_array_equal(found.upper, expected.upper)
    with pytest.raises(Fault):
        common.of(26)


def test_the_extremes_of_groups_are_found_once_for_measures_whose_groups_have_the_same_sizes():
    common = CommonNormals.drawn(9, np.random.default_rng(2), draws=50)
    for areas, starts in ((9, [0, 4, 6]), (9, [0, 3, 6]), (6, [0, 3])):
        top, bottom = common.extremes(areas, np.array(starts))
        for group, columns in enumerate(np.split(common.numbers[:, :areas], starts[1:], axis=1)):
            np.testing.assert_array_equal(top[:, group], np.maximum(columns.max(axis=1), 0))
            np.testing.assert_array_equal(bottom[:, group], np.maximum(-columns.min(axis=1), 0))
        assert common.extremes(areas, np.array(starts))[0] is top


def test_measures_that_have_their_draws_in_common_each_keep_their_level():
    rng, kept = np.random.default_rng(4), np.zeros(2)
    truth = [np.zeros(12), np.repeat([0.0, 1.5], 6)]
    for _ in range(300):
        common = CommonNormals.drawn(12, rng, draws=400)
        for measure, values in enumerate(truth):
            se = rng.uniform(0.3, 1, 12)
            found = rank_confidence_set(
                normal(values + se * rng.normal(size=12), np.diag(se**2)), rng=rng, draws=common
            )
            best, worst = 1 + (values > values[:, None]).sum(axis=1), 12 - (values < values[:, None]).sum(axis=1)
            kept[measure] += (found.lower <= best).all() and (found.upper >= worst).all()
    assert (kept >= stats.binom.ppf(0.001, 300, 0.95)).all()
