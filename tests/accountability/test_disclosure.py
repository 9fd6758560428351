"""Small cells withheld: none follows from the published ones, by linear algebra and by linear programming."""

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import null_space
from scipy.optimize import linprog

from accountability.disclosure.cells import WITHHOLD, place_among, withheld_parts, withheld_rows


def determined(relations: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """Which hidden cells every solution of the reader's equations agrees on: zero in the whole null space."""
    free = null_space(relations[:, hidden].astype(float))
    return np.flatnonzero(hidden)[np.abs(free).max(axis=1, initial=0.0) < 1e-9]


def feasible(relations: np.ndarray, values: np.ndarray, hidden: np.ndarray, low) -> np.ndarray:
    """Least and most each hidden cell can be, given the published ones: two linear programs a cell."""
    known = -relations[:, ~hidden] @ values[~hidden]
    cells, found = np.flatnonzero(hidden), []
    for k in range(len(cells)):
        aim = np.zeros(len(cells))
        aim[k] = 1.0
        ends = [
            linprog(sign * aim, A_eq=relations[:, hidden], b_eq=known, bounds=[(low, None)] * len(cells))
            for sign in (1, -1)
        ]
        assert all(end.status == 0 for end in ends)
        found.append((ends[0].fun, -ends[1].fun))
    return np.array(found)


def tables(seed: int, areas: int, mean: float) -> dict[str, int]:
    rng = np.random.default_rng(seed)
    return {f"a{k}": 1 + int(v) for k, v in enumerate(rng.negative_binomial(1.5, 1.5 / (1.5 + mean), areas))}


@pytest.mark.parametrize("limit", [3, 10, 25])
@pytest.mark.parametrize("mean", [5, 20, 60])
def test_no_count_and_no_estimate_follows_from_the_published_ones_and_every_count_stays_wide(limit, mean):
    withheld_somewhere = 0
    for seed in range(12):
        n = tables(seed, 3 + seed, mean)
        found = withheld_parts(n, limit=limit)
        names, counts = list(n), np.array([*n.values(), sum(n.values())], dtype=float)
        hidden = np.array([*(a in found.parts for a in names), found.total])
        assert all(hidden[:-1] | (counts[:-1] >= limit))
        if not hidden.any():
            continue
        withheld_somewhere += 1
        add_up = np.array([[*np.ones(len(names)), -1.0]])
        assert not len(determined(add_up, hidden))
        weights = np.random.default_rng(seed).uniform(1, 9, len(names))  # W_a, known to the reader: W_a θ_a add up
        assert not len(determined(np.array([[*weights, -weights.sum()]]), hidden))
        if not found.total:
            ends = feasible(add_up, counts, hidden, low=1)
            assert (np.diff(ends, axis=1) >= limit - 1e-6).all()
            assert counts[hidden].sum() >= limit  # the union follows by subtraction, and is large enough to be shown
    assert withheld_somewhere


def test_without_complementary_cells_the_reader_finds_the_figure_and_the_proof_sees_it():
    n = {"a": 4, "b": 60, "c": 70}
    alone = np.array([True, False, False, False])
    add_up = np.array([[1.0, 1, 1, -1]])
    assert list(determined(add_up, alone)) == [0]
    assert feasible(add_up, np.array([4.0, 60, 70, 134]), alone, 1).tolist() == [[4, 4]]
    assert withheld_parts(n, limit=10).parts == {"a", "b"}


def test_two_areas_of_one_respondent_each_do_not_protect_one_another():
    found = withheld_parts({"a": 1, "b": 1, "c": 40, "d": 50}, limit=10)
    assert found.parts == {"a", "b", "c"} and not found.total


def test_the_fewest_respondents_are_withheld_with_a_small_cell_and_of_equals_the_first_by_name():
    assert withheld_parts({"a": 3, "b": 90, "c": 30, "d": 30}, limit=10).parts == {"a", "c"}
    assert withheld_parts({"z": 3, "b": 90, "a": 60}, limit=10).parts == {"z", "a"}


def test_nothing_is_withheld_of_a_table_of_large_cells_and_the_total_of_one_of_small_ones():
    assert not withheld_parts({"a": 10, "b": 11}, limit=WITHHOLD).parts
    found = withheld_parts({"a": 2, "b": 3}, limit=WITHHOLD)
    assert found.parts == {"a", "b"} and found.total
    assert withheld_parts({"a": 4}, limit=WITHHOLD).total
    assert withheld_parts({"a": 40}, limit=WITHHOLD) == withheld_parts({}, limit=WITHHOLD)


def test_what_is_withheld_for_another_table_is_withheld_here_and_protected_here_too():
    found = withheld_parts({"a": 30, "b": 40, "c": 50}, limit=10, also=["c", "elsewhere"])
    assert found.parts == {"a", "c"}


@pytest.mark.parametrize("seed", range(8))
def test_groups_that_add_up_to_a_published_whole_are_withheld_as_a_grid_nothing_follows_from(seed):
    rng = np.random.default_rng(seed)
    areas, groups = [f"a{k}" for k in range(8)], ["men", "women", "unknown"][: 2 + seed % 2]
    n = pd.DataFrame(rng.integers(12, 60, (8, len(groups))), index=areas, columns=groups)
    n.iloc[rng.integers(8), 0] = rng.integers(1, 10)
    whole = n.sum(axis=1).to_dict()
    found = withheld_rows(n, whole, limit=10)
    assert found.parts and not found.total and len(found.parts) < 8
    cells = [(a, g) for a in areas for g in groups]
    relations = np.array(
        [[float(a == row) for a, _ in cells] for row in areas] + [[float(g == c) for _, g in cells] for c in groups]
    )
    values = n.to_numpy(float).ravel()
    constant = np.hstack([relations, -(relations @ values)[:, None]])  # wholes and totals are published: one known cell
    hidden = np.array([*(a in found.parts for a, _ in cells), False])
    assert not len(determined(constant, hidden))
    ends = feasible(constant, np.append(values, 1.0), hidden, low=0)
    small = values[hidden[:-1]] < 10
    assert (np.diff(ends, axis=1)[small, 0] >= 10 - 1e-6).all()


def test_two_small_cells_of_one_group_that_are_too_few_together_take_the_next_area_with_them():
    """Five and three: whoever knows that they are eight knows each within eight; the areas' other groups are wide."""
    n = pd.DataFrame([[5, 114, 278], [3, 296, 138], [228, 101, 36], [36, 87, 292]], list("abcd"), list("xyz"))
    found = withheld_rows(n, n.sum(axis=1).to_dict(), limit=10)
    assert found.parts == {"a", "b", "c"} and not found.total


def test_a_group_too_small_everywhere_takes_all_groups_totals_with_it():
    n = pd.DataFrame({"men": [50, 60], "women": [2, 3]}, index=["a", "b"])
    assert withheld_rows(n, {"a": 52, "b": 63}, limit=10).total


def test_a_place_among_the_shown_does_not_change_whoever_is_withheld():
    estimate = pd.Series({"a": 0.9, "b": 0.8, "c": 0.8, "d": 0.5})
    places = []
    for withheld in (0.95, 0.85, 0.6, 0.1):
        everyone = pd.concat([estimate, pd.Series({"x": withheld})]).rank(ascending=False, method="min")
        places.append(place_among(everyone.drop("x")).to_dict())
    assert places == [{"a": 1, "b": 2, "c": 2, "d": 4}] * 4
