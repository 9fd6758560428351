"""An index with other weights: its leaves add up to it, and its ranks are those of a naive second computation."""

from dataclasses import replace

import numpy as np
import pytest

from accountability.league.index_leaves import leaves_of
from accountability.league.moved_weights import DOWN, UP, moved_weights
from estimation.indicators.indicators import INDEX, SCORE, SHARE, Measure, Part

SAFE = Measure("safe", SHARE, ("q",), frozenset({"1"}), {}, True)
SCORED = Measure("scored", SCORE, ("r",), frozenset(), {"1": 0.0, "2": 10.0}, True)
INNER = Measure(
    "inner",
    INDEX,
    (),
    frozenset(),
    {},
    True,
    parts=(
        Part("safe", False, 0.25, (0.0, 1.0), (0.0, 100.0), (0.0, 1.0)),
        Part("crimes", True, 0.75, (0.0, 80.0), (100.0, 0.0), (0.0, 80.0)),
    ),
)
OUTER = replace(
    INNER,
    name="outer",
    parts=(
        Part("inner", False, 0.4, (20.0, 80.0), (0.0, 10.0), (0.0, 100.0)),
        Part("scored", False, 0.6, (0.0, 10.0), (0.0, 10.0), (0.0, 10.0)),
    ),
)
MEASURES = {m.name: m for m in (SAFE, SCORED, INNER, OUTER)}
AREAS = ["a", "b", "c", "d", "e", "f"]
VALUES = np.random.default_rng(7).uniform(0, 1, (6, 3)) * [1.0, 80.0, 10.0]


def naive(values, weights, within, k=2):
    """Ranks of each area by explicit loops, for one set of weights of safe, crimes, scored."""
    index = []
    for safe, crimes, scored in values:
        inner = 0.25 * 100 * safe, 0.75 * (100 - 100 * crimes / 80)
        pieces = [(inner[0] / 0.25 - 20) / 60 * 10, (inner[1] / 0.75 - 20) / 60 * 10, scored]
        index.append(sum(w * s for w, s in zip(weights, pieces, strict=True)))
    return [1 + sum(other > own for other in index) for own in index], index


def test_the_leaves_of_an_index_of_indexes_add_up_to_it_and_keep_the_group_they_lie_in():
    leaves = leaves_of(OUTER, MEASURES)
    assert [(x.name, x.group, x.record) for x in leaves] == [
        ("safe", "inner", False),
        ("crimes", "inner", True),
        ("scored", "scored", False),
    ]
    np.testing.assert_allclose([x.weight for x in leaves], [0.1, 0.3, 0.6], rtol=1e-14)
    for safe, crimes, scored in VALUES:
        inner = 0.25 * 100 * safe + 0.75 * (100 - 100 * crimes / 80)
        outer = 0.4 * (inner - 20) / 60 * 10 + 0.6 * scored
        added = sum(x.weight * x.scaled(v) for x, v in zip(leaves, (safe, crimes, scored), strict=True))
        np.testing.assert_allclose(added, outer, rtol=1e-13)


def test_ranks_with_moved_weights_are_those_of_a_naive_computation():
    rng = np.random.default_rng(3)
    moved = moved_weights(
        VALUES, AREAS, leaves_of(OUTER, MEASURES), within=0.5, k=2, largest_is_best=True, rng=rng, draws=300
    )
    stated, index = naive(VALUES, (0.1, 0.3, 0.6), 0.5)
    assert list(moved.areas["rank"]) == stated
    np.testing.assert_allclose(moved.areas.value, index, rtol=1e-12)
    rng = np.random.default_rng(3)
    draws = []
    for factors in rng.uniform(0.5, 1.5, size=(300, 3)):
        weights = np.array([0.1, 0.3, 0.6]) * factors
        draws.append(naive(VALUES, weights / weights.sum(), 0.5)[0])
    draws = np.array(draws)
    assert list(moved.areas.best) == list(draws.min(axis=0)) and list(moved.areas.worst) == list(draws.max(axis=0))
    np.testing.assert_allclose(moved.areas["last"], (draws >= 5).mean(axis=0), atol=1e-12)
    assert ((moved.areas.best <= moved.areas.moved_lower) & (moved.areas.moved_upper <= moved.areas.worst)).all()


def test_a_single_weight_or_that_of_a_group_is_moved_alone_and_the_others_share_the_rest():
    leaves = leaves_of(OUTER, MEASURES)
    rng = np.random.default_rng(3)
    moved = moved_weights(VALUES, AREAS, leaves, within=0.5, k=2, largest_is_best=True, rng=rng, draws=10)
    single = moved.single.set_index(["name", "direction"])
    assert list(dict.fromkeys(moved.single.name)) == ["inner", "safe", "crimes", "scored"]
    stated = np.array(naive(VALUES, (0.1, 0.3, 0.6), 0.5)[0])
    for name, way, weights in (
        ("inner", UP, (0.15, 0.45, 0.4)),
        ("safe", DOWN, (0.05, 0.3 * 0.95 / 0.9, 0.6 * 0.95 / 0.9)),
        ("scored", UP, (0.1 * 0.1 / 0.4, 0.3 * 0.1 / 0.4, 0.9)),
    ):
        change = np.abs(np.array(naive(VALUES, weights, 0.5)[0]) - stated)
        assert single.moved[name, way] == (change > 0).sum() and single.most[name, way] == change.max()


@pytest.mark.parametrize("largest", [True, False])
def test_the_weights_of_alike_areas_move_nothing_and_all_that_are_tied_are_among_the_last(largest):
    leaves = leaves_of(OUTER, MEASURES)
    rng = np.random.default_rng(3)
    same = np.repeat(VALUES[:1], 6, axis=0)
    moved = moved_weights(same, AREAS, leaves, within=0.5, k=2, largest_is_best=largest, rng=rng, draws=20)
    assert set(moved.areas["rank"]) == {1} and set(moved.areas.worst) == {1} and set(moved.areas["last"]) == {1.0}
    assert moved.single.moved.sum() == 0
