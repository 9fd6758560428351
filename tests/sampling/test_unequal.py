"""Unequal probabilities: R's sampling package, full enumeration, and many draws (singly, in pairs, as subsets)."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sampling import (
    DrawPlan,
    DrawRecord,
    draw_pps,
    inclusion_probabilities,
    joint_sampford,
    joint_systematic,
    record_draw,
    released,
    slip_of,
    verify_draw,
)
from sampling.draw.unequal import pivotal, sampford_never, systematic_pps
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


# R 4.x, sampling 2.9-2: set.seed(1); J[s, s] += 1 for the s = which(UPpivotal(EIGHT) > 0.5) of 100,000 draws
PIVOTAL_PAIRS = """
68678 0 764 24413 30190 5863 21377 54749
0 19953 211 7146 8716 1716 6162 15955
764 211 12344 4199 4926 1022 3764 9802
24413 7146 4199 35758 0 0 8188 27570
30190 8716 4926 0 43832 0 9931 33901
5863 1716 1022 0 0 8601 1904 6697
21377 6162 3764 8188 9931 1904 31080 10834
54749 15955 9802 27570 33901 6697 10834 79754
"""


def _duels(pi):
    """The chance of every subset of the pivotal draw in this order, by both outcomes of each duel."""
    chances = {}

    def duel(i, holder, a, drawn, chance):
        if i == len(pi):
            final = frozenset(drawn | ({holder} if a > 0.5 else set()))
            chances[final] = chances.get(final, 0.0) + chance
            return
        b = pi[i]
        if a + b < 1:
            duel(i + 1, holder, a + b, drawn, chance * a / (a + b))
            duel(i + 1, i, a + b, drawn, chance * b / (a + b))
        else:
            duel(i + 1, i, a + b - 1, drawn | {holder}, chance * (1 - b) / (2 - a - b))
            duel(i + 1, holder, a + b - 1, drawn | {i}, chance * (1 - a) / (2 - a - b))

    duel(1, 0, pi[0], set(), 1.0)
    return chances


def test_pivotal_pairs_are_rs_and_those_of_every_duel():
    exact, ours, times = np.zeros((8, 8)), np.zeros((8, 8)), 20_000
    for subset, chance in _duels(EIGHT).items():
        exact[np.ix_(sorted(subset), sorted(subset))] += chance
    np.testing.assert_allclose(np.diag(exact), EIGHT)
    for uniforms in np.random.default_rng(3).random((times, 8)):
        drawn = pivotal(EIGHT, uniforms)
        ours[np.ix_(drawn, drawn)] += 1
    rs = np.array(PIVOTAL_PAIRS.split(), dtype=float).reshape(8, 8)
    for counts, draws in ((rs, 100_000), (ours, times)):
        assert (counts[exact == 0] == 0).all()
        spread = np.sqrt(draws * exact * (1 - exact))
        assert np.abs((counts - draws * exact)[exact > 0] / spread[exact > 0]).max() < 4


def test_a_variance_as_if_with_replacement_is_never_too_small_for_pivotal_and_sampford_draws_but_systematic_ones():
    """For every y at once: V with replacement less V is a quadratic form, Σ y²/π - (Σy)²/n - Σ Δ_ij y_i y_j/(π_i π_j).

    n/(n-1) times this is the bias of the estimator, so it is never too small if no eigenvalue is negative.  Proved for
    Sampford's draw by Gabler (1984), Biometrika 71:171, and for the pivotal one by Chauvet & Ruiz-Gazen (2017).
    """
    rng = np.random.default_rng(6)
    for pi in (EIGHT, *(inclusion_probabilities(rng.lognormal(0, 0.5, 9), 3) for _ in range(4))):
        assert (pi < 1).all()
        pairs = np.zeros((len(pi), len(pi)))
        for subset, chance in _duels(pi).items():
            pairs[np.ix_(sorted(subset), sorted(subset))] += chance
        excess = {}
        for method, joint in (
            ("pivotal", pairs), ("sampford", joint_sampford(pi)), ("systematic", joint_systematic(pi))
        ):  # fmt: skip
            delta = joint / np.outer(pi, pi) - 1
            excess[method] = np.linalg.eigvalsh(np.diag(1 / pi) - 1 / pi.sum() - delta)
        assert excess["pivotal"].min() > -1e-9 and excess["sampford"].min() > -1e-9
        assert excess["systematic"].min() < -1


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


# ---------------------------------------------------------------- with portions that the plan binds, and a proof


@pytest.mark.parametrize("method", ["pps_systematic", "pps_pivotal", "pps_sampford"])
def test_portions_of_an_unequal_draw_are_random_parts_and_totals_are_unbiased(method):
    """4 of 8 with sizes 1 … 8, half released, 1,000 strata: chances are π/2, Σw x² is the list's total, z < 4."""
    strata, size = 1_000, np.tile(np.arange(1.0, 9.0), 1_000)
    frame = _frame(size).assign(stratum=np.repeat(np.arange(strata), 8).astype(str), first_phase=1.0)
    plan = DrawPlan(method, tuple((str(h), 4) for h in range(strata)), size="size", seeded=True, portions=(0.5, 0.5))
    drawn, _ = record_draw(frame, plan, seed="a seed of sixteen letters", wave="w", code="x")
    out = released(drawn, 1)
    x = out.unit_id.map(frame.set_index("unit_id")["size"])
    counts, pi = np.bincount(x.astype(int), minlength=9)[1:], inclusion_probabilities(np.arange(1.0, 9.0), 4) / 2
    assert np.abs((counts - strata * pi) / np.sqrt(strata * pi * (1 - pi))).max() < 4
    totals = (out.base_weight * x**2).groupby(out.stratum).sum()
    assert abs(totals.mean() - 204) / (totals.std() / np.sqrt(strata)) < 4


def test_a_changed_size_another_method_and_another_portion_are_named():
    frame = _frame(MOS).assign(stratum="a", first_phase=1.0, size=[str(x) for x in MOS])
    plan = DrawPlan("pps_pivotal", (("a", 5),), size="size", seeded=True, portions=(0.5, 0.5))
    sample, record = record_draw(frame, plan, seed="a seed of sixteen letters", wave="w", code="x")
    assert verify_draw(frame.sample(frac=1, random_state=1).drop(columns="prn"), record, sample=sample).holds
    keys = lambda f, r, s: [key for key, _ in verify_draw(f, r, sample=s).differences]  # noqa: E731
    larger = frame.assign(size=frame["size"].where(frame.unit_id != "u03", "99"))
    assert "proof.numbers" in keys(larger, record, sample)
    for change in ({"method": "pps_sampford"}, {"portions": [0.2, 0.8]}):
        plain = json.loads(json.dumps(record.plain()))
        other = DrawRecord.read(plain | {"plan": plain["plan"] | change})
        assert slip_of(other) != slip_of(record) and "proof.sample" in keys(frame, other, sample)


def test_a_plan_that_sampfords_draw_could_fail_is_known_before():
    assert not sampford_never(np.arange(1.0, 60.0), 5)
    assert sampford_never(np.arange(1.0, 60.0), 29)
