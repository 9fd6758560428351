"""Balanced draws: probabilities by brute force over the samples drawn, balance against simple random sampling and R."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sampling import DrawPlan, record_draw, verify_draw
from sampling.draw.balanced import cube, draw_balanced
from words import Fault

CUBE = json.loads((Path(__file__).parents[1] / "golden" / "sampling" / "cube.json").read_text("utf-8"))


def people(count=400):
    rng = np.random.default_rng(2)
    age, sex = rng.integers(18, 80, count), np.where(rng.random(count) < 0.45, "f", "m")
    frame = pd.DataFrame({"unit_id": [f"u{i:04d}" for i in range(count)], "stratum": "a", "prn": rng.random(count)})
    return frame.assign(age=age, sex=sex)


def test_each_unit_is_drawn_with_its_own_probability_and_pairs_that_break_the_balance_are_not():
    """8 units with unequal π, 3,000 times: frequencies are the π, the size is 4, and one of each couple is drawn."""
    pi = np.array([0.2, 0.8, 0.5, 0.5, 0.3, 0.7, 0.6, 0.4])
    couple = np.repeat(np.eye(4), 2, axis=0)  # couples whose π sum to 1
    rng, drawn = np.random.default_rng(1), Counter()
    for _ in range(3_000):
        chosen = cube(pi, couple * pi[:, None], rng.random(20))
        drawn[tuple(chosen.tolist())] += 1
    assert all(len(sample) == 4 and len({k // 2 for k in sample}) == 4 for sample in drawn)
    counts = sum(n * np.isin(np.arange(8), sample) for sample, n in drawn.items())
    z = (counts - 3_000 * pi) / np.sqrt(3_000 * pi * (1 - pi))
    assert np.abs(z).max() < 4


def test_every_unit_is_equally_likely_over_the_starts_also_where_the_balance_is_not_reached():
    frame = people(12).assign(age=lambda f: f.age**2)
    counts = Counter()
    for start in np.linspace(0, 1, 400, endpoint=False):
        sample = draw_balanced(frame, {"a": 4}, ["age", "sex"], start=float(start))
        assert len(sample) == 4 and (sample.probability == 1 / 3).all()
        counts.update(sample.unit_id)
    assert len(counts) == 12 and stats.chisquare(list(counts.values())).pvalue > 1e-6


def test_totals_of_age_and_sex_are_those_of_the_list_and_those_of_a_random_sample_are_not():
    frame, errors, random = people(), [], []
    rng = np.random.default_rng(4)
    women = (frame.sex == "f").to_numpy()
    known = np.column_stack([frame.age, women, np.ones(len(frame))])
    at = dict(zip(frame.unit_id, range(len(frame)), strict=True))
    for start in rng.random(60):
        sample = draw_balanced(frame, {"a": 40}, ["age", "sex"], start=float(start))
        errors.append(known[[at[u] for u in sample.unit_id]].sum(axis=0) * 10 - known.sum(axis=0))
        random.append(known[rng.permutation(400)[:40]].sum(axis=0) * 10 - known.sum(axis=0))
    balanced, by_chance = np.array(errors).std(axis=0), np.array(random).std(axis=0)
    assert np.array(errors)[:, 2].tolist() == [0.0] * 60
    assert (balanced[:2] < 0.15 * by_chance[:2]).all()
    # R 4.x, sampling 2.9-2, set.seed(1), 200 times samplecube(cbind(pik, age, sex == "f"), pik, order=2, method=2)
    np.testing.assert_allclose(balanced[:2], [148.96, 4.254], rtol=0.3)  # three standard errors of 60 draws


def test_units_and_pairs_of_balanced_samples_with_unequal_chances_are_drawn_as_often_as_rs():
    """9 of 30 with unequal π, 700 times, beside R's 20,000 samples: π is met by both, and π_ij is the same.

    Of 10,000 samples (27 s) the 435 pairs have a standard deviation of z of 1.015 and a largest one of 3.5.
    """
    pi, theirs, rng = np.array(CUBE["pik"]), np.array(CUBE["joint"], dtype=float), np.random.default_rng(4)
    known, draws = np.column_stack([pi, CUBE["age"], CUBE["woman"]]), {"R": CUBE["draws"], "ours": 700}
    ours = np.zeros((30, 30))
    for uniforms in rng.random((draws["ours"], 40)):
        chosen = cube(pi, known, uniforms)
        assert len(chosen) == 9
        ours[np.ix_(chosen, chosen)] += 1
    for counts, times in ((theirs, draws["R"]), (ours, draws["ours"])):
        assert np.abs((np.diag(counts) - times * pi) / np.sqrt(times * pi * (1 - pi))).max() < 4
    pairs = np.triu_indices(30, 1)
    together = ((theirs + ours) / sum(draws.values()))[pairs]
    error = np.sqrt(together * (1 - together) * sum(1 / times for times in draws.values()))
    z = (theirs / draws["R"] - ours / draws["ours"])[pairs][error > 0] / error[error > 0]
    assert (ours[pairs][theirs[pairs] == 0] <= 2).all()  # pairs that R never draws
    assert np.abs(z).max() < 4.5 and 0.85 < np.sqrt((z**2).mean()) < 1.15


def test_the_order_of_the_rows_does_not_matter_and_a_record_of_it_is_verified():
    frame = people(60)
    plan = DrawPlan("balanced", (("a", 12),), order=("age", "sex"))
    sample, record = record_draw(frame, plan, seed="a seed of sixteen letters", wave="w", code="v")
    assert verify_draw(frame.sample(frac=1, random_state=3), record, sample=sample).holds
    older = frame.assign(age=frame.age.where(frame.unit_id != "u0003", 99))
    assert next(key for key, _ in verify_draw(older, record).differences) == "proof.numbers"


def test_a_column_that_the_list_does_not_have_is_named():
    with pytest.raises(Fault) as caught:
        draw_balanced(people(10), {"a": 2}, ["height"], start=0.5)
    assert caught.value.key == "table.columns"
