"""Who responded: the R-indicator against statsmodels and loops, the recipe against repeated rows, random signs."""

import itertools

import numpy as np
import pandas as pd
import pytest

from estimation import Design, linearized_covariance, replicate_domain_means, weigh
from estimation.estimators.random_signs import STEP, SignFactors, shared_signs
from estimation.response.moved import moved_by_steps
from estimation.response.propensity import ResponseCells
from estimation.response.recipe import change_errors, recipe, replicates_of
from estimation.response.representativity import representativity
from estimation.weighting.steps import (
    Base,
    Calibrating,
    Dispositions,
    Nonresponse,
    TrimmingLimits,
    WeightingSteps,
)
from words import Fault

OUTCOMES = Dispositions("outcome", frozenset("I"), frozenset("R"), frozenset("U"), frozenset("X"))
TOTALS = pd.DataFrame(
    {
        "margin": ["sex", "sex", "age", "age", "age"],
        "category": ["f", "m", "1", "2", "3"],
        "total": [5200.0, 4800.0, 3000.0, 4000.0, 3000.0],
    }
)
RECIPES = {
    "cells": WeightingSteps(OUTCOMES, Base("base", None, {}), ("sex",), nonresponse=Nonresponse(cells=("age",))),
    "classes": WeightingSteps(
        OUTCOMES, Base("base", None, {}), nonresponse=Nonresponse(predictors=("age", "sex"), classes=3)
    ),
    "propensity": WeightingSteps(
        OUTCOMES, Base("base", None, {}), nonresponse=Nonresponse(predictors=("age",), classes=0)
    ),
    "calibrated": WeightingSteps(
        OUTCOMES,
        Base("base", None, {}),
        nonresponse=Nonresponse(cells=("age",)),
        calibrating=Calibrating(("sex", "age")),
    ),
    "trimmed": WeightingSteps(
        OUTCOMES,
        Base("base", None, {}),
        nonresponse=Nonresponse(cells=("age",)),
        trimming=TrimmingLimits(0.5, 1.6),
    ),
    "calibrated within limits": WeightingSteps(
        OUTCOMES,
        Base("base", None, {}),
        nonresponse=Nonresponse(cells=("age",)),
        calibrating=Calibrating(("sex", "age")),
        trimming=TrimmingLimits(0.0, 2.9),
    ),
}


def numbers(n: int = 600, seed: int = 1) -> pd.DataFrame:
    """SIMULATED numbers of which the young respond less."""
    rng = np.random.default_rng(seed)
    age, sex = rng.choice(list("123"), n, p=[0.3, 0.4, 0.3]), rng.choice(list("fm"), n)
    chance = pd.Series(age).map({"1": 0.35, "2": 0.5, "3": 0.7}).to_numpy() - 0.1 * (sex == "m")
    outcome = np.where(rng.random(n) < chance, "I", "R")
    outcome = np.where(rng.random(n) < 0.1, "U", np.where(rng.random(n) < 0.05, "X", outcome))
    base = np.where(rng.random(n) < 0.3, 24.0, 12.0)
    return pd.DataFrame({"age": age, "sex": sex, "outcome": outcome, "base": base, "area": rng.choice(list("abcd"), n)})


def naive_r(r, table, w):
    """R, its standard error and √ of the corrected between-variance of `age`, as the RISQ manual writes them."""
    import statsmodels.api as sm

    x = sm.add_constant(pd.get_dummies(table, drop_first=True).astype(float)).to_numpy()
    fitted = sm.GLM(r, x, sm.families.Binomial(), var_weights=w / w.mean()).fit(tol=1e-14, maxiter=100)
    phi, sigma, size, n = fitted.mu, fitted.cov_params(), w.sum(), len(r)
    centre = (w * phi).sum() / size
    square = (w * (phi - centre) ** 2).sum() / (size - 1)
    z = (phi * (1 - phi))[:, None] * x

    def of_total(y):
        u = w * y
        return (1 - n / size) * n / (n - 1) * ((u - u.mean()) ** 2).sum()

    bias = sum(w[i] * z[i] @ sigma @ z[i] for i in range(n)) / size - of_total(phi) / size**2
    zc = z - (w[:, None] * z).sum(0) / size
    a, b = (w * (phi - centre)) @ zc / size, (zc.T * w) @ zc / size
    var = 4 * a @ sigma @ a + 2 * np.trace(b @ sigma @ b @ sigma) + of_total((phi - centre) ** 2) / size**2
    between = 0.0
    for label in table.age.unique():
        at = (table.age == label).to_numpy()
        between += w[at].sum() / size * ((w * phi)[at].sum() / w[at].sum() - centre) ** 2
    ml = square * (size - 1) / size
    unbiased = bias - ((w[:, None] * z).sum(0) / size) @ sigma @ ((w[:, None] * z).sum(0) / size)
    indicators = [1 - 2 * np.sqrt(square - taken_away) for taken_away in (bias, unbiased, 0)]
    return indicators, np.sqrt(var / ml), np.sqrt(between * (1 - unbiased / square))


def test_the_r_indicator_is_that_of_statsmodels_and_of_loops_over_people():
    table = numbers().query("outcome in ['I', 'R']").reset_index(drop=True)
    r, w = (table.outcome == "I").to_numpy(dtype=float), table.base.to_numpy()
    even = representativity(r, table[["age", "sex"]], w)
    indicators, se, between = naive_r(r, table[["age", "sex"]], w)
    np.testing.assert_allclose([even.published, even.r, even.uncorrected, even.se], [*indicators, se], rtol=1e-7)
    np.testing.assert_allclose(even.variables.unconditional["age"], between, rtol=1e-7)
    assert even.uncorrected < even.r < even.published < 1
    age = even.categories.query("variable == 'age'").set_index("category")
    assert age.unconditional["1"] < 0 < age.unconditional["3"]
    np.testing.assert_allclose(age.rate["1"], w[table.age == "1"] @ r[table.age == "1"] / w[table.age == "1"].sum())


def test_the_bias_correction_removes_unevenness_that_is_only_chance():
    rng, corrected, plain = np.random.default_rng(3), [], []
    table = numbers(400, 2)[["age", "sex", "area"]]
    for _ in range(150):
        even = representativity(rng.random(400) < 0.5, table, np.full(400, 30.0))
        corrected.append(even.variance - even.bias)
        plain.append(even.variance)
        assert np.isnan(even.se) == (even.bias >= even.variance)
    error = np.std(corrected) / np.sqrt(150)
    assert abs(np.mean(corrected)) < 3 * error < np.mean(plain)


def test_the_standard_error_of_r_is_what_repeated_samples_show():
    rng, table = np.random.default_rng(5), numbers(500, 4)[["age", "sex"]]
    values, errors = [], []
    for _ in range(150):
        sample = table.sample(500, replace=True, random_state=rng).reset_index(drop=True)
        chance = sample.age.map({"1": 0.3, "2": 0.5, "3": 0.75}).to_numpy()
        even = representativity(rng.random(500) < chance, sample, np.full(500, 1000.0))
        values.append(even.r)
        errors.append(even.se)
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.2)  # 150 samples: the error of the right side is 6 %


def test_variables_that_say_the_same_and_categories_in_which_all_respond_are_no_hindrance():
    table = numbers()[["age", "sex"]].assign(twin=lambda t: t.age + "x")
    r = (table.age == "1").to_numpy() | (np.arange(len(table)) % 2 == 0)
    even = representativity(r, table, np.ones(len(table)) * 9)
    assert 0 < even.r < 1 and even.variables.conditional["twin"] < 1e-6
    with pytest.raises(Fault) as caught:
        representativity(np.ones(10), table[:10], np.ones(10))
    assert caught.value.key == "responding.all_alike"
    with pytest.raises(Fault) as caught:
        representativity(r, table[[]], np.ones(len(table)))
    assert caught.value.key == "responding.no_variable"


@pytest.mark.parametrize("name", RECIPES)
def test_the_recipe_gives_the_weights_that_weigh_gives(name):
    steps, table = RECIPES[name], numbers()
    weighting = weigh(table, steps, TOTALS)
    np.testing.assert_allclose(recipe(table, steps, weighting).final(np.ones(len(table))), weighting.weight, rtol=1e-7)


@pytest.mark.parametrize("name", RECIPES)
def test_a_number_with_the_factor_three_counts_as_three_numbers(name):
    steps, table = RECIPES[name], numbers()
    factor = np.where(np.arange(len(table)) % 5 == 0, 3, 1)
    taken = recipe(table, steps, weigh(table, steps, TOTALS)).final(factor.astype(float))
    repeated = table.loc[np.repeat(table.index, factor)]
    weighting = weigh(repeated.reset_index(drop=True), steps, TOTALS)
    expected = np.bincount(repeated.index[weighting.responded], weighting.weight, minlength=len(table))
    np.testing.assert_allclose(taken, expected[(table.outcome == "I").to_numpy()], rtol=1e-6)


def test_over_all_signs_the_variance_of_a_total_is_the_linearised_one_also_between_waves():
    table = pd.DataFrame({"h": list("aaabbb"), "j": list("123456"), "w": [2.0, 3, 1, 4, 2, 2]})
    later = table.iloc[[0, 1, 2, 4, 5]].reset_index(drop=True)
    designs = [Design.from_table(t, weight="w", stratum="h", psu="j") for t in (table, later)]
    signs = np.array(list(itertools.product((-1, 1), repeat=6)), dtype=np.int8).T
    where = [[list("123456").index(name) for name in d.psu_names] for d in designs]
    y = [np.array([1.0, 4, 2, 7, 3, 5]), np.array([2.0, 1, 6, 3, 9])]
    deviations = []
    for design, at, values in zip(designs, where, y, strict=True):
        factors = SignFactors.of(design, signs[at])
        weights = np.column_stack([design.weight * factors.factor(r) for r in range(factors.count)])
        assert weights.min() > 0
        deviations.append(values @ weights - values @ design.weight)
        variance = (deviations[-1] ** 2).mean() / STEP**2
        np.testing.assert_allclose(variance, linearized_covariance(values, design).ravel())
    # stratum a is the same in both waves: its part of the covariance is that of one wave's two variables
    first = Design.from_table(table[:3], weight="w", stratum="h", psu="j")
    both = linearized_covariance(np.column_stack([y[0][:3], y[1][:3]]), first)[0, 1]
    # of b, PSUs 5 and 6 are shared: a_1 a_2 times the covariance of their centred signs
    u, v = designs[0].weight[3:] * y[0][3:], np.append(0.0, designs[1].weight[3:] * y[1][3:])
    together = np.eye(3) - 1 / 3
    second = np.diag([0.0, 1, 1]) - np.array([[0, 0, 0], [0, 1, 1], [0, 1, 1]]) / 2
    both += np.sqrt(3 / 2 * 2) * u @ together @ second @ v
    np.testing.assert_allclose((deviations[0] * deviations[1]).mean() / STEP**2, both)


def test_psus_of_two_waves_with_one_name_have_one_sign():
    one, two = shared_signs([["a", "b", "c"], ["c", "d"]], 50, rng=np.random.default_rng(1))
    np.testing.assert_array_equal(one[2], two[0])
    assert set(np.unique(one)) == {-1, 1} and (one[0] != one[1]).any()


def test_replicates_of_the_whole_recipe_estimate_what_the_weights_do():
    steps, table = RECIPES["calibrated within limits"], numbers()
    weighting = weigh(table, steps, TOTALS)
    released = Design.from_table(table.assign(w=1.0), weight="w")
    factors = SignFactors.of(released, shared_signs([released.psu_names], 60, rng=np.random.default_rng(2))[0])
    people = table[weighting.responded].reset_index(drop=True)
    design = weighting.design(Design.from_table(people, weight="base"))
    made = replicates_of(recipe(table, steps, weighting), factors, design)
    replicates = made.replicates
    assert made.failed == 0 and replicates.count == 60
    of_sex = replicate_domain_means((people.sex == "f").to_numpy(float), np.full(len(people), "all"), replicates)
    np.testing.assert_allclose(of_sex.value, 0.52)  # a known total: no replicate can move it
    assert of_sex.se[0] < 1e-8
    of_area = replicate_domain_means((people.age == "1").to_numpy(float), people.area.to_numpy(), replicates)
    assert (of_area.se > 0.01).all()
    deviations = made.deviations((people.age == "1").to_numpy(float), people.area.to_numpy(), of_area.names)
    np.testing.assert_allclose(change_errors(np.zeros_like(deviations), deviations), of_area.se)  # before: certain
    np.testing.assert_allclose(change_errors(deviations, deviations), 0)  # the same people twice


def test_each_step_says_how_far_it_moved_an_estimate():
    steps, table = RECIPES["calibrated"], numbers()
    weighting = weigh(table, steps, TOTALS)
    people, at = table[weighting.responded].reset_index(drop=True), weighting.responded
    weights = {name: w[at] for name, w in weighting.weights().items()}
    y, design = (people.age == "1").to_numpy(float), Design.from_table(people, weight="base")
    moved = moved_by_steps(y, np.full(len(people), "all"), design, weights).set_index("step")
    plain = [w @ y / w.sum() for w in weights.values()]
    np.testing.assert_allclose(moved.estimate.iloc[[0, -1]], [plain[0], 0.3])
    np.testing.assert_allclose(moved.moved.sum(), 0.3 - plain[0])
    assert moved.moved["nonresponse"] > 3 * moved.se_moved["nonresponse"] > 0


def test_cells_of_numbers_and_of_labels_give_the_same_model():
    table = numbers()
    r, w = (table.outcome == "I").to_numpy(float), table.base.to_numpy()
    labels = ResponseCells.of(table[["sex"]])
    as_numbers = ResponseCells.of_numbers(np.column_stack([np.ones(len(table)), table.sex == "m"]), ("1", "m"))
    np.testing.assert_allclose(labels.fit(r, w), as_numbers.fit(r, w), rtol=1e-8)
