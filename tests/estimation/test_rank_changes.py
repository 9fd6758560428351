"""Block R: a naive twin on the same draws, the prototype's PISA and townships, orderings, and its error rate."""

import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from estimation import INDEPENDENT, Estimate, change, rank_change
from estimation.waves.noise import wave_draws
from words import Fault

GOLDEN = Path(__file__).parents[1] / "golden" / "ranks"


def naive_rank_change(x1, x2, joint, z1, z2, level):
    """The definition word by word: every null a tuple (family, j, k), rejected in rounds; then crossings one by one."""
    p = len(x1)
    v1, v2, c = joint[:p, :p], joint[p:, p:], joint[:p, p:]
    x = {"before": x1, "after": x2, "gain": x2 - x1}
    v = {"before": v1, "after": v2, "gain": v1 + v2 - c - c.T}
    z = {"before": z1, "after": z2, "gain": z2 - z1}
    s = {(f, j, k): np.sqrt(v[f][j, j] + v[f][k, k] - 2 * v[f][j, k]) for f in x for j, k in permutations(range(p), 2)}
    t = {(f, j, k): (x[f][j] - x[f][k]) / s[f, j, k] for f, j, k in s}
    rejected = set()
    while True:
        left = [null for null in s if null not in rejected]
        maxima = np.max([(z[f][:, j] - z[f][:, k]) / s[f, j, k] for f, j, k in left], axis=0)
        new = {null for null in left if t[null] > np.quantile(maxima, level)}
        if not new:
            break
        rejected |= new
    low, high = np.zeros(p, dtype=int), np.zeros(p, dtype=int)
    for j, k in permutations(range(p), 2):
        above = {f: (f, k, j) in rejected for f in x}
        below = {f: (f, j, k) in rejected for f in x}
        least, most = above["after"] - (not below["before"]), (not below["after"]) - above["before"]
        low[j] += max(least, 0) if above["gain"] else least
        high[j] += min(most, 0) if below["gain"] else most
    return -high, -low


@pytest.mark.parametrize("seed", range(6))
def test_places_equal_a_naive_second_implementation_on_the_same_draws(seed):
    rng = np.random.default_rng(seed)
    p = int(rng.integers(2, 7))
    a = rng.normal(size=(2 * p, 2 * p)) * 0.3
    joint = a @ a.T + np.eye(2 * p) * 0.2
    x1, x2 = rng.normal(size=p) * 3, rng.normal(size=p) * 3
    v1, v2, c = joint[:p, :p], joint[p:, p:], joint[:p, p:]
    names = tuple(range(p))
    before, after = Estimate(names, x1, v1, np.inf), Estimate(names, x2, v2, np.inf)
    z1, z2 = wave_draws(v1, v2, c, 300, rng)
    found = rank_change(before, after, cross=c, rng=rng, level=0.9, draws=(z1, z2))
    lower, upper = naive_rank_change(x1, x2, joint, z1, z2, 0.9)
    np.testing.assert_array_equal(found.lower, lower)
    np.testing.assert_array_equal(found.upper, upper)


def pisa():
    table = pd.read_csv(GOLDEN / "pisa2018_2022_reading.csv").set_index("jurisdiction")
    golden = json.loads((GOLDEN / "pisa2018_2022_two_wave_reading.json").read_text())["reading"]
    table = table.loc[golden["unit"]]
    waves = [
        Estimate(tuple(table.index), table[f"reading_score_{y}"], np.diag(table[f"reading_se_{y}"] ** 2), np.inf)
        for y in (2018, 2022)
    ]
    return golden, waves


def test_pisa_reading_2018_to_2022_agrees_with_the_prototype_within_its_tolerance():
    golden, (before, after) = pisa()
    found = rank_change(
        before, after, cross=INDEPENDENT, rng=np.random.default_rng(1), level=0.975, draws=20_000, stepdown=True
    )
    np.testing.assert_array_equal(found.before.rank, golden["rank1"])
    np.testing.assert_array_equal(found.after.rank, golden["rank2"])
    assert found.critical == pytest.approx(golden["thr"], abs=0.03)
    for ours, theirs in bounds_of(found):
        assert np.abs(ours - golden[theirs]).max() <= 1


def bounds_of(found):
    """Each of our bounds with its name in the goldens, which count places lost."""
    sets = (found.before.lower, "L1"), (found.before.upper, "U1"), (found.after.lower, "L2"), (found.after.upper, "U2")
    return (*sets, (-found.upper, "dlo"), (-found.lower, "dhi"))


def test_seventy_townships_agree_with_the_prototype_and_nothing_is_proven():
    table = pd.read_csv(GOLDEN / "townships70.csv")
    golden = json.loads((GOLDEN / "townships70.json").read_text())["two_wave"]
    waves = []
    for w in (1, 2):
        n, y = table[f"n{w}"], table[f"y{w}"]
        q = (y + 2) / (n + 4)
        waves.append(Estimate(tuple(table.unit), y / n, np.diag(q * (1 - q) / (n + 4)), np.inf))
    found = rank_change(*waves, cross=INDEPENDENT, rng=np.random.default_rng(3), level=0.975, draws=100_000)
    assert found.critical == pytest.approx(golden["thr"], abs=0.01)
    for ours, theirs in bounds_of(found):
        np.testing.assert_array_equal(ours, golden[theirs])
    assert not found.proven.any()


def test_three_areas_worked_by_hand():
    """j surely above a before, a surely above j after, b undecided; b surely gained on j: [1, 2] places lost."""
    names, c = ("j", "a", "b"), np.diag([0.0, 0.0, 0.9999])
    before = Estimate(names, [10.0, 0.0, 9.9], np.diag([0.01, 0.01, 1.0]), np.inf)
    after = Estimate(names, [10.0, 20.0, 10.8], np.diag([0.01, 0.01, 1.0]), np.inf)
    found = rank_change(before, after, cross=c, rng=np.random.default_rng(0))
    assert (found.lower[0], found.upper[0]) == (-2, -1) and found.proven[0]
    apart = rank_change(before, after, cross=INDEPENDENT, rng=np.random.default_rng(0))
    assert (apart.lower[0], apart.upper[0]) == (-2, 0) and not apart.proven[0]


def test_places_lie_inside_the_difference_of_the_rank_sets_and_hold_what_was_observed():
    rng = np.random.default_rng(3)
    for _ in range(5):
        names = tuple(range(12))
        before, after = (
            Estimate(names, rng.normal(size=12) * 2, np.diag(rng.uniform(0.01, 0.5, 12)), 15.0) for _ in "12"
        )
        c = np.diag(0.7 * before.se * after.se)
        found = rank_change(before, after, cross=c, rng=rng, draws=1000)
        assert (found.before.lower - found.after.upper <= found.lower).all()
        assert (found.upper <= found.before.upper - found.after.lower).all()
        assert (found.lower <= found.places).all() and (found.places <= found.upper).all()
        assert (found.places == found.before.rank - found.after.rank).all()
        wider = rank_change(before, after, cross=c, rng=np.random.default_rng(0), level=0.995, draws=4000)
        closer = rank_change(before, after, cross=c, rng=np.random.default_rng(0), level=0.9, draws=4000)
        assert (wider.lower <= closer.lower).all() and (closer.upper <= wider.upper).all()


def test_the_order_of_areas_the_best_direction_and_zero_errors_do_not_matter():
    rng, names = np.random.default_rng(5), tuple("abcdef")
    before, after = (Estimate(names, rng.normal(size=6) * 3, np.diag(rng.uniform(0.01, 0.5, 6)), np.inf) for _ in "12")
    c = np.diag(0.5 * before.se * after.se)
    one = rank_change(before, after, cross=c, rng=np.random.default_rng(0), draws=4000)
    turned = after.select(tuple("fedcba"))
    two = rank_change(before, turned, cross=c[:, ::-1], rng=np.random.default_rng(0), draws=4000)
    np.testing.assert_array_equal(one.lower, two.lower)
    flipped = [Estimate(names, -e.value, e.covariance, e.df) for e in (before, after)]
    three = rank_change(*flipped, cross=c, rng=np.random.default_rng(1), draws=4000, largest_is_best=False)
    np.testing.assert_array_equal(one.places, three.places)
    certain = [Estimate(names, e.value, np.zeros((6, 6)), np.inf) for e in (before, after)]
    exact = rank_change(*certain, cross=INDEPENDENT, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(exact.lower, exact.places)
    np.testing.assert_array_equal(exact.upper, exact.places)


def test_two_areas_one_area_and_different_areas():
    two = Estimate(("a", "b"), [0.0, 9.0], np.diag([0.1, 0.1]), np.inf)
    back = Estimate(("a", "b"), [9.0, 0.0], np.diag([0.1, 0.1]), np.inf)
    found = rank_change(two, back, cross=INDEPENDENT, rng=np.random.default_rng(0))
    assert list(found.places) == [1, -1] and found.proven.all() and list(found.lower) == [1, -1]
    one = Estimate(("a",), [1.0], [[0.1]], np.inf)
    alone = rank_change(one, one, cross=INDEPENDENT, rng=np.random.default_rng(0))
    assert list(alone.places) == [0] and not alone.proven.any()
    with pytest.raises(Fault) as fault:
        rank_change(two, one, cross=INDEPENDENT, rng=np.random.default_rng(0))
    assert fault.value.key == "change.names"


def test_with_nothing_changed_a_proven_move_is_as_rare_as_promised_and_a_large_one_is_found():
    rng, p, names = np.random.default_rng(11), 8, tuple(range(8))
    theta, v = np.linspace(0, 6, p), np.full(p, 0.4)
    moved = theta.copy()
    moved[0] = 5.5
    false = power = holds = 0
    for _ in range(150):
        z1, z2 = wave_draws(np.diag(v), np.diag(v), np.diag(0.6 * v), 1, rng)
        waves = [Estimate(names, value, np.diag(v), np.inf) for value in (theta + z1[0], theta + z2[0], moved + z2[0])]
        same = rank_change(*waves[:2], cross=np.diag(0.6 * v), rng=rng, level=0.9, draws=499)
        other = rank_change(waves[0], waves[2], cross=np.diag(0.6 * v), rng=rng, level=0.9, draws=499)
        false += same.proven.any()
        power += other.proven[0]
        truth = np.argsort(np.argsort(-theta)) - np.argsort(np.argsort(-moved))
        holds += ((other.lower <= truth) & (truth <= other.upper)).all()
    assert false <= 15 + 3 * np.sqrt(150 * 0.1 * 0.9) and holds >= 135 - 3 * np.sqrt(150 * 0.1 * 0.9)
    assert power >= 45


def test_independent_areas_of_a_province_need_no_joint_matrix():
    p, rng = 600, np.random.default_rng(0)
    v = sp.diags_array(rng.uniform(0.5, 2, p)).tocsr()
    before, after = (Estimate(tuple(range(p)), rng.normal(size=p) * 4, v, np.inf) for _ in "12")
    found = rank_change(before, after, cross=v * 0.5, rng=rng, draws=500)
    assert (found.lower <= found.places).all() and (found.places <= found.upper).all()
    assert change(before, after, cross=v * 0.5).value.shape == (p,)
