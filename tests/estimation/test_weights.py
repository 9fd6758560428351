"""Weighting step by step: by hand, as identities, with a known population, and where nonresponse would mislead."""

import numpy as np
import pandas as pd
import pytest

from estimation import (
    Design,
    adjust_eligibility,
    adjust_nonresponse,
    adjust_phones,
    adjust_propensity,
    extreme_weights,
    kish_effect,
    mean,
    phone_weight,
    rake,
    regression,
    trim,
    trimming_cost,
    weight_summary,
    weights_table,
)
from words import Fault


def fault_of(function, *arguments, **options) -> Fault:
    with pytest.raises(Fault) as fault:
        function(*arguments, **options)
    str(fault.value)
    return fault.value


# ---------------------------------------------------------------- steps by hand


def test_unknown_eligibility_goes_to_the_known_of_its_cell():
    step = adjust_eligibility([10.0, 10.0, 20.0, 5.0], [True, True, False, True], ["a", "a", "a", "b"])
    assert step.weight.tolist() == [20.0, 20.0, 0.0, 5.0]
    assert step.changes.loc["a"].to_dict() == {"n": 2, "before": 40.0, "after": 40.0, "multiplier": 2.0}


def test_nonresponse_goes_to_the_respondents_of_its_cell_and_not_to_the_ineligible():
    step = adjust_nonresponse([10.0, 30.0, 8.0, 2.0], [1, 0, 1, 0], ["a", "a", "b", "b"], eligible=[1, 1, 1, 0])
    assert step.weight.tolist() == [40.0, 0.0, 8.0, 0.0]


def test_the_steps_keep_the_sum_of_weights_of_those_they_are_about():
    rng = np.random.default_rng(4)
    n = 500
    weight, known, responded = rng.uniform(1, 9, n), rng.random(n) < 0.8, rng.random(n) < 0.5
    cell = pd.DataFrame({"area": rng.integers(5, size=n), "urban": rng.integers(2, size=n)})
    first = adjust_eligibility(weight, known, cell)
    second = adjust_nonresponse(first.weight, responded & known, cell)
    for step in (first, second):
        assert step.weight.sum() == pytest.approx(weight.sum(), rel=1e-12)
        np.testing.assert_allclose(step.changes.before, step.changes.after, rtol=1e-12)


def test_a_persons_telephones_make_the_weight_of_the_dual_frame():
    """1/(0.001·2/3 + 0.002·1): two landlines for three adults, one mobile."""
    assert phone_weight(0.001, 0.002, 2, 3, 1)[0] == pytest.approx(1 / (0.002 / 3 + 0.002))
    assert phone_weight(0.001, 0, 1, 2, 5)[0] == pytest.approx(2_000)  # a landline frame alone: A/(π L)
    assert phone_weight(0, 0.002, 4, 1, 2)[0] == pytest.approx(250)  # a mobile frame alone: 1/(π M)


def test_the_weight_of_a_number_becomes_that_of_a_person_and_earlier_steps_stay():
    columns = {"landlines": [1, 1], "adults": [2, 2], "mobiles": [0, 1]}
    step = adjust_phones(
        [1_000 * 1.5, 500.0], ["landline", "mobile"], landline_probability=0.001, mobile_probability=0.002, **columns
    )
    np.testing.assert_allclose(step.weight, [1.5 * 2_000, 1 / (0.0005 + 0.002)])


def test_dual_frame_weights_count_everybody_once_on_average():
    """A population with landlines, mobiles or both, drawn 3,000 times: Σw estimates its size, Σwy its total."""
    rng = np.random.default_rng(8)
    households, size = 600, 3
    landlines = np.repeat(rng.integers(0, 3, households), size)
    mobiles = rng.integers(0, 3, households * size)
    mobiles[landlines == 0] = np.maximum(mobiles[landlines == 0], 1)
    y = 1.0 + mobiles
    w = phone_weight(0.05, 0.03, landlines, size, mobiles)
    found = []
    for _ in range(3_000):
        calls = rng.binomial(landlines[::size], 0.05)  # each number that is drawn reaches one adult at random
        reached = rng.binomial(mobiles, 0.03).astype(float)
        np.add.at(reached, np.repeat(np.arange(households), calls) * size + rng.integers(size, size=calls.sum()), 1)
        found.append([reached @ w, reached @ (w * y)])
    found = np.array(found)
    error = found.std(axis=0) / np.sqrt(len(found))
    assert (np.abs(found.mean(axis=0) - [len(y), y.sum()]) < 4 * error).all()
    assert (error / found.mean(axis=0) < 0.003).all()


def test_propensity_classes_are_cells_and_propensities_follow_the_model():
    rng = np.random.default_rng(5)
    n = 4_000
    age, urban = rng.integers(18, 80, n), rng.choice(["city", "town"], n)
    chance = 1 / (1 + np.exp(2 - 0.04 * age - 0.5 * (urban == "town")))
    responded, weight = rng.random(n) < chance, rng.uniform(1, 3, n)
    predictors = pd.DataFrame({"age": age, "urban": urban})
    straight = adjust_propensity(weight, responded, predictors, classes=None)
    fitted = weight[responded] / straight.weight[responded]
    assert np.abs(fitted / chance[responded] - 1).mean() < 0.05
    cells = adjust_propensity(weight, responded, predictors)
    assert len(cells.changes) == 5 and cells.weight.sum() == pytest.approx(weight.sum())
    for step in (straight, cells):
        w = step.weight
        assert w @ age / w.sum() == pytest.approx(weight @ age / weight.sum(), rel=0.01)
        assert weight[responded] @ age[responded] / weight[responded].sum() > 1.05 * (weight @ age / weight.sum())


def test_a_model_of_one_groupings_indicators_gives_back_each_groups_weight():
    """φ̂ is the weighted response rate of its group: Σ w/φ̂ over those who answered is Σ w over all of the group."""
    rng = np.random.default_rng(8)
    n = 600
    group = pd.Series(rng.choice(["north", "south", "west"], n))
    weight = rng.uniform(1, 5, n)
    responded = rng.random(n) < 0.2 + 0.12 * weight  # the heavier answer more often, inside every group
    found = adjust_propensity(weight, responded, pd.DataFrame({"group": group}), classes=None).weight
    kept = pd.Series(found).groupby(group).sum()
    np.testing.assert_allclose(kept, pd.Series(weight).groupby(group).sum(), rtol=1e-6)
    counts = pd.Series(responded).groupby(group).mean()
    unweighted = pd.Series(np.where(responded, weight / counts[group].to_numpy(), 0)).groupby(group).sum()
    assert (unweighted / kept > 1.05).all()


def test_the_response_models_coefficients_have_design_based_errors():
    rng = np.random.default_rng(6)
    table = pd.DataFrame({"x": rng.normal(size=900), "w": rng.uniform(1, 4, 900), "psu": np.arange(900) // 9})
    table["y"] = (rng.random(900) < 1 / (1 + np.exp(-table.x))).astype(float)
    design = Design.from_table(table, weight="w", psu="psu")
    found = regression(table.y, table[["x"]], design, family="logistic")
    p = 1 / (1 + np.exp(-(found.value[0] + found.value[1] * table.x)))
    scores = [table.w @ (table.y - p), table.w @ ((table.y - p) * table.x)]
    np.testing.assert_allclose(scores, 0, atol=1e-7)
    assert found.df[0] == 98 and abs(found.value[1] - 1) < 4 * found.se[1]


# ---------------------------------------------------------------- diagnostics


def test_kishs_effect_is_one_plus_the_squared_coefficient_of_variation():
    w = np.random.default_rng(1).gamma(2, 1, 100)
    assert kish_effect(w) == pytest.approx(1 + w.var() / w.mean() ** 2)
    assert kish_effect(np.append(w, 0)) == pytest.approx(kish_effect(w))


def test_the_summary_and_the_extreme_weights_say_who_weighs_how_much():
    w = np.append(np.ones(99), 30.0)
    summary = weight_summary({"base": np.ones(100), "raked": w})
    assert summary.loc["base", "deff"] == pytest.approx(1) and summary.loc["raked", "largest_over_median"] == 30
    assert summary.loc["raked", "n_effective"] == pytest.approx(129**2 / 999)
    heavy = extreme_weights(w)
    assert heavy.row.tolist() == [99] and heavy.share_of_squares[0] == pytest.approx(900 / 999)


def test_trimming_costs_a_shift_and_saves_variance():
    rng = np.random.default_rng(2)
    n = 400
    w = np.where(rng.random(n) < 0.05, 20.0, 1.0)
    table = pd.DataFrame({"w": w, "y": 10 + 2.0 * (w > 1) + rng.normal(size=n)})
    design = Design.from_table(table, weight="w")
    cost = trimming_cost(table.y, design, design.reweighted(trim(table.w, upper=6).weight)).iloc[0]
    assert cost["shift"] == pytest.approx(cost["after"] - cost["before"]) and cost["shift"] < 0
    assert cost["se_after"] < cost["se_before"] < cost["rmse_after"]  # here the bias costs more than it saves
    none = trimming_cost(table.y, design, design).iloc[0]
    assert none["shift"] == 0 and none["rmse_after"] == pytest.approx(none["se_before"])


def test_the_weights_table_holds_each_step_of_each_unit_until_it_drops_out():
    base = np.array([2.0, 2.0, 3.0])
    step = adjust_nonresponse(base, [1, 0, 1], ["a", "a", "b"])
    table = weights_table("2026Q1", ["u1", "u2", "u3"], {"base": base, "nonresponse": step.weight})
    assert table.columns.tolist() == ["wave", "unit_id", "step", "weight"]
    assert table[table.step == "nonresponse"][["unit_id", "weight"]].to_numpy().tolist() == [["u1", 4.0], ["u3", 3.0]]


# ---------------------------------------------------------------- bad input


def test_a_cell_where_nobody_responded_is_named():
    fault = fault_of(adjust_nonresponse, [1.0, 2.0, 3.0], [1, 0, 0], ["a", "b", "b"])
    assert (fault.key, fault.values["cells"], fault.values["weight"]) == ("weights.empty_nonresponse", ["b"], 5.0)
    assert fault_of(adjust_eligibility, [1.0, 2.0], [1, 0], ["a", "b"]).values["cells"] == ["b"]


def test_bad_steps_are_refused_by_name():
    assert fault_of(adjust_nonresponse, [1.0, 2.0], [1], ["a", "b"]).key == "weights.length"
    assert fault_of(adjust_nonresponse, [1.0, 2.0], [1, 0], ["a"]).key == "weights.length"
    assert fault_of(adjust_nonresponse, [1.0, 2.0], [1, 2], ["a", "b"]).key == "weights.flag"
    assert fault_of(phone_weight, 0.1, 0.1, 0, 1, 0).key == "phones.unreachable"
    assert fault_of(phone_weight, 0.1, 0.1, 1, 0, 0).key == "phones.adults"
    assert fault_of(phone_weight, 0.1, 0.1, -1, 1, 0).key == "phones.count"
    numbers = {"landline_probability": 0.1, "mobile_probability": 0.1, "adults": [1]}
    assert fault_of(adjust_phones, [1.0], ["fax"], landlines=[1], mobiles=[1], **numbers).key == "phones.frame"
    assert fault_of(adjust_phones, [1.0], ["mobile"], landlines=[1], mobiles=[0], **numbers).key == "phones.not_own"


def test_response_models_that_cannot_be_fitted_are_refused():
    x = pd.DataFrame({"x": np.arange(10.0)})
    assert fault_of(adjust_propensity, np.ones(10), x.x > 4, x).key == "regression.separated"
    twice = x.assign(twice=2 * x.x)
    assert fault_of(adjust_propensity, np.ones(10), x.x % 2 == 0, twice).key == "regression.dependent"
    x.loc[2, "x"] = np.nan
    assert fault_of(adjust_propensity, np.ones(10), [1, 0] * 5, x).key == "propensity.missing"
    design = Design.from_table(pd.DataFrame({"w": np.ones(10)}), weight="w")
    assert fault_of(regression, np.arange(10), x, design, family="logistic").key == "regression.not_binary"
    assert fault_of(regression, np.arange(10), x, design, family="probit").key == "regression.family"


# ---------------------------------------------------------------- simulation: nonresponse that depends on age


def survey(population, chance, rng, n=1_500):
    """A stratified sample of numbers in which the young respond less often; those who responded."""
    drawn = population.iloc[rng.permutation(len(population))].groupby("stratum", sort=False).head(n // 5)
    sample = drawn.assign(weight=drawn.stratum.map(population.stratum.value_counts()) / (n // 5))
    return sample, rng.random(n) < chance[sample.age].to_numpy()


def test_weighting_removes_the_bias_of_nonresponse_and_its_intervals_hold_and_without_it_they_do_not():
    rng = np.random.default_rng(15)
    size, repeats = 20_000, 100
    population = pd.DataFrame({"age": rng.choice(["young", "middle", "old"], size, p=[0.35, 0.35, 0.3])})
    population["stratum"] = rng.integers(5, size=size)
    share = pd.Series({"young": 0.60, "middle": 0.75, "old": 0.90})
    population["safe"] = (rng.random(size) < share[population.age].to_numpy()).astype(float)
    chance = pd.Series({"young": 0.15, "middle": 0.35, "old": 0.60})
    ages, truth = population.age.value_counts(), population.safe.mean()
    found = {name: [] for name in ("unweighted", "raked", "cells", "propensity")}
    for _ in range(repeats):
        sample, responded = survey(population, chance, rng)
        answers = sample[responded]
        columns = {"weight": "weight", "stratum": "stratum"}
        base = Design.from_table(answers, **columns)
        found["unweighted"].append(mean(answers.safe, base))
        found["raked"].append(mean(answers.safe, base.calibrated(rake(answers.weight, answers, {"age": ages}))))
        cells = adjust_nonresponse(sample.weight, responded, sample.age).weight[responded]
        found["cells"].append(mean(answers.safe, base.reweighted(cells)))
        modelled = adjust_propensity(sample.weight, responded, sample[["age"]], classes=None).weight[responded]
        found["propensity"].append(mean(answers.safe, base.reweighted(modelled)))
    bias, coverage, error = {}, {}, {}
    for name, estimates in found.items():
        value = np.array([e.value[0] for e in estimates])
        limits = np.array([e.interval()[:2] for e in estimates])[:, :, 0]
        bias[name], error[name] = value.mean() - truth, value.std() / np.sqrt(repeats)
        coverage[name] = ((limits[:, 0] <= truth) & (truth <= limits[:, 1])).mean()
    assert bias["unweighted"] > 0.03 and coverage["unweighted"] < 0.5
    for name in ("raked", "cells", "propensity"):
        assert abs(bias[name]) < 3.5 * error[name], name
        assert 0.89 <= coverage[name] <= 0.99, name
