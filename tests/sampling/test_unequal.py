"""Unequal probabilities: R's sampling package, full enumeration, and many draws (singly, in pairs, as subsets)."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sampling import draw_pps, inclusion_probabilities, joint_sampford, joint_systematic
from sampling.draw.unequal import pivotal, systematic_pps
from words import LANGUAGES, Fault, text

GOLDEN = Path(__file__).parents[1] / "golden"
CASES = {c["id"]: c["result"] for c in json.loads((GOLDEN / "shared_sampling.json").read_text("utf-8"))["cases"]}
MOS = pd.read_csv(GOLDEN / "shared_mos.csv").mos.to_numpy()
EIGHT = inclusion_probabilities(MOS[np.array([1, 2, 4, 5, 7, 8, 9, 12]) - 1], 3)
ERROR = 1e-6


def _frame(size):
    ids = [f"u{i:02d}" for i in range(len(size))]
    return pd.DataFrame({"unit_id": ids, "prn": np.random.default_rng(1).random(len(size)), "size": size})


def _sampford_subsets(pi, n):
    """P(s) ∝ Π λ_i Σ_{i not in s} … written out: first draw p_i, n-1 draws λ_i, all distinct (any one of s first)."""
    p, weight = pi / n, pi / (1 - pi)
    chance = {
        s: sum(p[i] * np.prod([weight[j] for j in s if j != i]) for i in s) for s in combinations(range(len(pi)), n)
    }
    total = sum(chance.values())
    return {s: c / total for s, c in chance.items()}


@pytest.mark.parametrize("n", [5, 8])
def test_inclusion_probabilities_are_rs(n):
    assert inclusion_probabilities(MOS, n) == pytest.approx(np.array(CASES[f"incl_n{n}"]["value"]), rel=1e-12)


def test_sampfords_joint_probabilities_are_rs_and_those_of_full_enumeration():
    ours = joint_sampford(EIGHT)
    assert ours == pytest.approx(np.array(CASES["joint_sampford"]["matrix"]), rel=1e-10)
    listed = np.zeros((8, 8))
    for s, chance in _sampford_subsets(EIGHT, 3).items():
        listed[np.ix_(s, s)] += chance
    assert ours == pytest.approx(listed, rel=1e-10)


def test_sampfords_design_is_not_that_of_maximum_entropy_whose_single_probabilities_are_the_same():
    """R's UPmaxentropypi2 is no test of `joint_sampford`: the pairs differ, by up to 0.0022 here."""
    ours, other = joint_sampford(EIGHT), np.array(CASES["joint_maxent"]["matrix"])
    assert np.diag(ours) == pytest.approx(np.diag(other), rel=1e-6)
    assert other.sum(axis=1) == pytest.approx(3 * EIGHT, rel=1e-6)
    assert 1e-4 < np.abs(ours - other).max() < 3e-3


def test_systematic_joint_probabilities_are_rs():
    assert joint_systematic(EIGHT) == pytest.approx(np.array(CASES["joint_systematic"]["matrix"]), abs=1e-12)


def test_joint_probabilities_sum_as_they_must():
    """Σ_j π_ij = n π_i for any draw of fixed size: SSW (1992) 2.6."""
    for joint in (joint_sampford(EIGHT), joint_systematic(EIGHT)):
        assert joint.sum(axis=1) == pytest.approx(3 * EIGHT, rel=1e-10)


def test_sampfords_draw_takes_every_subset_as_often_as_it_should():
    chance, trials = _sampford_subsets(EIGHT, 3), 3000
    frame = pd.concat([_frame(EIGHT)] * trials, ignore_index=True).assign(stratum=np.repeat(np.arange(trials), 8))
    drawn = draw_pps(frame, dict.fromkeys(range(trials), 3), "size", start=0.4, method="sampford")
    counts = dict.fromkeys(chance, 0)
    for subset in drawn.unit_id.str[1:].astype(int).groupby(drawn.stratum).agg(lambda u: tuple(sorted(u))):
        counts[subset] += 1
    often = [s for s in chance if chance[s] * trials >= 5]
    rare = [s for s in chance if chance[s] * trials < 5]
    seen = [counts[s] for s in often] + [sum(counts[s] for s in rare)]
    expected = np.array([chance[s] for s in often] + [sum(chance[s] for s in rare)]) * trials
    assert stats.chisquare(seen, expected * sum(seen) / expected.sum()).pvalue > ERROR


@pytest.mark.parametrize("method", ["systematic", "pivotal"])
def test_units_are_drawn_as_often_as_their_probability_says(method):
    rng, trials = np.random.default_rng(3), 20_000
    pi = inclusion_probabilities(MOS, 5)
    pi = pi[pi < 1]
    counts = np.zeros(len(pi))
    for _ in range(trials):
        drawn = systematic_pps(pi, rng.random()) if method == "systematic" else pivotal(pi, rng.random(len(pi)))
        assert len(np.unique(drawn)) == 2
        counts[drawn] += 1
    z = (counts - trials * pi) / np.sqrt(trials * pi * (1 - pi))
    assert np.abs(z).max() < stats.norm.isf(ERROR / 2 / len(pi))


@pytest.mark.parametrize("method", ["systematic", "pivotal", "sampford"])
def test_a_draw_has_its_size_and_certain_units_and_does_not_depend_on_the_order_of_rows(method):
    frame = _frame(MOS)
    drawn = draw_pps(frame, 5, "size", start=0.3, method=method)
    again = draw_pps(frame.iloc[::-1], 5, "size", start=0.3, method=method)
    pd.testing.assert_frame_equal(drawn, again)
    assert len(drawn) == 5 and {"u02", "u05", "u09"} <= set(drawn.unit_id)
    assert drawn.probability.to_numpy() == pytest.approx(
        inclusion_probabilities(MOS, 5)[drawn.unit_id.str[1:].astype(int)]
    )
    assert (drawn.base_weight * drawn.probability).to_numpy() == pytest.approx(1)


def test_strata_are_drawn_apart():
    frame = pd.concat(
        [_frame(MOS).assign(stratum="a"), _frame(MOS).assign(stratum="b", unit_id=lambda t: "b" + t.unit_id)]
    )
    drawn = draw_pps(frame, {"a": 2, "b": 6}, "size", start=0.6)
    assert drawn.groupby("stratum").size().to_dict() == {"a": 2, "b": 6}


def test_equal_sizes_are_simple_random_probabilities():
    assert inclusion_probabilities(np.ones(10), 4) == pytest.approx(0.4)
    assert joint_sampford(np.full(6, 0.5))[0, 1] == pytest.approx(3 * 2 / (6 * 5), rel=1e-12)


FAULTS = {
    "sampling.size": lambda f: draw_pps(f.assign(size=-1.0), 2, "size", start=0.1),
    "sampling.few_sizes": lambda f: draw_pps(f.assign(size=0.0), 2, "size", start=0.1),
    "sampling.method": lambda f: draw_pps(f, 2, "size", start=0.1, method="poisson"),
    "sampling.sampford": lambda f: draw_pps(
        pd.concat([f.assign(unit_id=f.unit_id + str(i)) for i in range(20)]), 100, "prn", start=0.1, method="sampford"
    ),
    "sampling.larger_than_stratum": lambda f: draw_pps(f, 99, "size", start=0.1),
    "table.columns": lambda f: draw_pps(f, 2, "income", start=0.1),
}


@pytest.mark.parametrize("key", FAULTS)
def test_every_fault_speaks_both_languages(key):
    with pytest.raises(Fault) as caught:
        FAULTS[key](_frame(MOS))
    assert caught.value.key == key
    assert len({text(key, language, **caught.value.values) for language in LANGUAGES}) == 2
