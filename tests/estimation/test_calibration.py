"""Calibration: published numbers, identities, a naive second implementation, bad input; R's cases: test_golden.py."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import estimation.estimators.residuals
from estimation import (
    INDEPENDENT,
    LINEAR,
    RAKING,
    Design,
    bounded,
    calibrate,
    change,
    contrast,
    domain_means,
    domain_ratios,
    domain_totals,
    linearized_covariance,
    logit,
    mean,
    poststratify,
    rake,
    ratio,
    standardize,
    total,
    trim,
    trim_calibrated,
)
from estimation.calibration.distances import BOUNDED, DISTANCES
from words import LANGUAGES, Fault, text

AGES, SEXES = ("18-34", "35-54", "55+"), ("F", "M")


def sample(n=600, seed=1):
    """n interviews in 6 strata of 8 PSUs or so, with unequal weights and a y that depends on age."""
    rng = np.random.default_rng(seed)
    age, sex = rng.choice(AGES, n, p=[0.2, 0.3, 0.5]), rng.choice(SEXES, n)
    psu = rng.integers(48, size=n)
    table = pd.DataFrame({"age": age, "sex": sex, "psu": psu, "stratum": psu % 6, "area": psu % 12})
    table["weight"] = rng.uniform(5, 20, n)
    table["income"] = rng.gamma(3, 10, n)
    table["y"] = 50 - 10.0 * (table.age == "55+") + 0.3 * table.income + rng.normal(0, 5, n)
    return table


def known(table, change_by=1.3):
    """Margins of age and sex that agree, away from the sample's."""
    sums = table.groupby("age").weight.sum() * pd.Series([change_by, 1.1, 0.9], index=AGES)
    return {"age": sums, "sex": pd.Series([0.52, 0.48], index=SEXES) * sums.sum()}


def design_of(table, **columns):
    return Design.from_table(table, weight="weight", stratum="stratum", psu="psu", **columns)


def fitted_in_turn(w, table, margins, rounds=60):
    """Iterative proportional fitting, as Deming and Stephan describe it."""
    w = np.array(w, dtype=float)
    for _ in range(rounds):
        for column, totals in margins.items():
            w *= (totals / pd.Series(w).groupby(table[column].to_numpy()).sum())[table[column]].to_numpy()
    return w


def indicators(table, columns):
    """Categories as columns of 0 and 1, without the first of every column but the first."""
    parts = [pd.get_dummies(table[c], dtype=float).iloc[:, int(j > 0) :] for j, c in enumerate(columns)]
    return pd.concat(parts, axis=1)


# ---------------------------------------------------------------- published


def test_the_published_example_of_iterative_proportional_fitting_is_reproduced():
    """Wikipedia, "Iterative proportional fitting": the table it prints is that of three sweeps, ours where they end."""
    table = [[40, 30, 20, 10], [35, 50, 100, 75], [30, 80, 70, 120], [20, 30, 40, 50]]
    cells = pd.DataFrame([(f"r{i}", f"c{j}", float(v)) for i, row in enumerate(table) for j, v in enumerate(row)])
    cells.columns = ["row", "column", "count"]
    margins = {
        "row": pd.Series([150, 300, 400, 150.0], index=["r0", "r1", "r2", "r3"]),
        "column": pd.Series([200, 300, 400, 100.0], index=["c0", "c1", "c2", "c3"]),
    }
    printed = [
        [64.61, 46.28, 35.42, 3.83],
        [49.95, 68.15, 156.49, 25.37],
        [56.70, 144.40, 145.06, 53.76],
        [28.74, 41.18, 63.03, 17.03],
    ]
    np.testing.assert_allclose(fitted_in_turn(cells["count"], cells, margins, 3).reshape(4, 4), printed, atol=0.005)
    raked = rake(cells["count"], cells, margins)
    np.testing.assert_allclose(raked.weight, fitted_in_turn(cells["count"], cells, margins), rtol=1e-9)
    np.testing.assert_allclose(raked.weight.reshape(4, 4), printed, atol=0.06)


# ---------------------------------------------------------------- identities


def test_raking_is_what_iterative_proportional_fitting_ends_in():
    table = sample()
    raked = rake(table.weight, table, known(table))
    np.testing.assert_allclose(raked.weight, fitted_in_turn(table.weight, table, known(table)), rtol=1e-9)


def test_raking_is_calibration_with_the_raking_distance_in_weights_and_in_variance():
    table, margins = sample(), known(sample())
    totals = {**margins["age"], "M": margins["sex"]["M"]}
    general = calibrate(table.weight, indicators(table, ["age", "sex"]), totals, distance=RAKING)
    cells = rake(table.weight, table, margins)
    np.testing.assert_allclose(general.weight, cells.weight, rtol=1e-9)
    one, two = (domain_means(table.y, table.area, design_of(table).calibrated(c)) for c in (general, cells))
    np.testing.assert_allclose(one.covariance, two.covariance, rtol=1e-7, atol=1e-12)


def test_post_stratification_is_greg_on_cells():
    table = sample()
    cells = table.age + table.sex
    totals = table.groupby(cells).weight.sum() * np.linspace(0.8, 1.3, 6)
    greg = calibrate(table.weight, pd.get_dummies(cells, dtype=float), totals)
    post = poststratify(table.weight, table, ["age", "sex"], totals.set_axis(pd.MultiIndex.from_product([AGES, SEXES])))
    by_hand = table.weight * (totals / table.groupby(cells).weight.sum())[cells].to_numpy()
    np.testing.assert_allclose(post.weight, by_hand, rtol=1e-12)
    np.testing.assert_allclose(greg.weight, by_hand, rtol=1e-12)
    one, two = (total(table.y, design_of(table).calibrated(c)) for c in (greg, post))
    np.testing.assert_allclose(one.se, two.se, rtol=1e-10)


def test_the_greg_total_is_the_expansion_total_plus_the_fitted_difference():
    table = sample()
    x = pd.DataFrame({"one": 1.0, "income": table.income})
    totals = {"one": 9_000.0, "income": 290_000.0}
    greg = calibrate(table.weight, x, totals)
    b = np.linalg.solve(x.T @ (x * table.weight.to_numpy()[:, None]), x.T @ (table.weight * table.y))
    regression = table.weight @ table.y + (np.array([*totals.values()]) - table.weight @ x) @ b
    assert total(table.y, design_of(table).calibrated(greg)).value[0] == pytest.approx(regression, rel=1e-12)


@pytest.mark.parametrize("distance", [LINEAR, RAKING, logit(0.5, 2.0), bounded(LINEAR, 0.6, 1.8)], ids=lambda d: d.name)
def test_every_distance_reaches_the_totals_and_keeps_within_its_bounds(distance):
    table = sample()
    raked = rake(table.weight, table, known(table), distance=distance)
    margins = raked.margins()
    np.testing.assert_allclose(margins.after, margins.known, rtol=1e-9)
    assert raked.g.min() >= distance.low and raked.g.max() <= distance.high


def test_totals_the_sample_already_has_change_nothing():
    table = sample()
    margins = {c: table.groupby(c).weight.sum() for c in ("age", "sex")}
    np.testing.assert_allclose(rake(table.weight, table, margins).g, 1, rtol=1e-12)


def test_distances_rise_start_at_one_and_have_the_slope_they_say():
    u = np.linspace(-0.8, 0.8, 41)
    by_name = [make((0.3, 2.5)) for make in DISTANCES.values()]
    by_name += [make(None) for name, make in DISTANCES.items() if name not in BOUNDED]
    for distance in (LINEAR, RAKING, logit(0.3, 2.5), bounded(RAKING, 0.2, 4.0), *by_name):
        slope = (distance.g(u + 1e-6) - distance.g(u - 1e-6)) / 2e-6
        np.testing.assert_allclose(slope, distance.slope(u), rtol=1e-6)
        assert distance.g(np.zeros(1))[0] == pytest.approx(1) and distance.slope(np.zeros(1))[0] == pytest.approx(1)


def test_a_calibrated_total_of_an_auxiliary_is_known_and_has_no_error():
    table = sample()
    margins = known(table)
    design = design_of(table).calibrated(rake(table.weight, table, margins))
    found = total((table.age == "55+").astype(float), design)
    assert found.value[0] == pytest.approx(margins["age"]["55+"], rel=1e-9)
    assert found.se[0] < 1e-6 * found.value[0]


def test_standardised_groups_all_have_the_populations_distribution():
    table = sample()
    share = pd.Series([0.3, 0.3, 0.4], index=AGES)
    weight = pd.Series(standardize(table.weight, table, "age", "area", share).weight)
    found = table.assign(weight=weight).pivot_table("weight", "area", "age", aggfunc="sum")
    np.testing.assert_allclose(found.div(found.sum(axis=1), axis=0), np.tile(share, (12, 1)), rtol=1e-12)
    np.testing.assert_allclose(found.sum(axis=1), table.groupby("area").weight.sum(), rtol=1e-12)


# ---------------------------------------------------------------- the one variance


def naive_residual_variance(z, table, calibration, design, x):
    """V of the residual, written row by row with numpy alone: B with base weights, residual with the final weight."""
    d = table.weight.to_numpy()
    b = np.linalg.lstsq(x * np.sqrt(d)[:, None], z * np.sqrt(d)[:, None], rcond=None)[0]
    return linearized_covariance(z - x @ b, design.reweighted(calibration.weight))


def test_every_estimator_has_the_variance_of_its_residuals():
    table = sample()
    raked = rake(table.weight, table, known(table))
    plain, design = design_of(table), design_of(table).calibrated(raked)
    x = indicators(table, ["age", "sex"]).to_numpy()
    w, y, q = raked.weight, table.y.to_numpy(), table.income.to_numpy()
    inside = pd.get_dummies(table.area, dtype=float).to_numpy()
    means, ratios = (inside.T @ (w * y)) / (inside.T @ w), (inside.T @ (w * y)) / (inside.T @ (w * q))
    expected = {
        "mean": (mean(table.y, design), ((y - w @ y / w.sum()) / w.sum())[:, None]),
        "total": (total(table.y, design), y[:, None]),
        "ratio": (ratio(table.y, table.income, design), ((y - q * (w @ y) / (w @ q)) / (w @ q))[:, None]),
        "means": (domain_means(table.y, table.area, design), inside * (y[:, None] - means) / (inside.T @ w)),
        "totals": (domain_totals(table.y, table.area, design), inside * y[:, None]),
        "ratios": (
            domain_ratios(table.y, table.income, table.area, design),
            inside * (y[:, None] - ratios * q[:, None]) / (inside.T @ (w * q)),
        ),
    }
    for name, (found, z) in expected.items():
        naive = naive_residual_variance(z, table, raked, plain, x)
        np.testing.assert_allclose(found.covariance, naive, rtol=1e-8, atol=1e-12 * naive.max(), err_msg=name)


def test_missing_answers_leave_the_domain_and_not_the_regression():
    table = sample()
    table.loc[::7, "y"] = np.nan
    raked = rake(table.weight, table, known(table))
    design = design_of(table).calibrated(raked)
    answered = table.y.notna().to_numpy()
    w, y = raked.weight * answered, table.y.fillna(0).to_numpy()
    z = (answered * (y - w @ y / w.sum()) / w.sum())[:, None]
    naive = naive_residual_variance(z, table, raked, design_of(table), indicators(table, ["age", "sex"]).to_numpy())
    assert mean(table.y, design).variance[0] == pytest.approx(naive[0, 0], rel=1e-9)


def test_contrasts_and_changes_take_calibrated_estimates():
    before, after = sample(seed=1), sample(seed=2)
    first, second = (
        domain_means(t.y, t.area, design_of(t).calibrated(rake(t.weight, t, known(t)))) for t in (before, after)
    )
    moved = change(first, second, cross=INDEPENDENT)
    np.testing.assert_allclose(moved.variance, first.variance + second.variance, rtol=1e-12)
    difference = contrast(first, [{0: 1.0, 1: -1.0}], ["0 - 1"])
    v = first.covariance
    assert difference.variance[0] == pytest.approx(v[0, 0] + v[1, 1] - 2 * v[0, 1], rel=1e-12)


@pytest.mark.parametrize("lonely", ["adjust", "average"])
@pytest.mark.parametrize("stages", [1, 2])
def test_totals_kept_in_two_parts_give_the_variance_of_totals_written_out(monkeypatch, lonely, stages):
    table = sample()
    table.loc[table.stratum == 5, "psu"] = 5  # one stratum with one PSU
    columns = {"lonely": lonely}
    if stages == 2:
        inner = table.assign(first=40, unit=table.index // 2).groupby("psu").unit.transform("nunique") + 9
        table = table.assign(first=40, unit=table.index // 2, inner=inner)
        columns |= {"population": "first", "second_stage": "unit", "second_population": "inner"}
    design = design_of(table, **columns).calibrated(rake(table.weight, table, known(table)))
    areas = table.area.where(table.psu != 5, 99)
    written = domain_means(table[["y", "income"]], areas, design)
    expected, variance = written.covariance, written.variance
    monkeypatch.setattr(estimation.estimators.residuals, "DENSE_TO", 100)
    parts = domain_means(table[["y", "income"]], areas, design)
    np.testing.assert_allclose(parts.variance, variance, rtol=1e-9)
    np.testing.assert_allclose(parts.covariance, expected, rtol=1e-7, atol=1e-12 * expected.max())


def test_where_hardly_anything_is_left_the_parts_are_not_lost_in_rounding(monkeypatch):
    table = sample()
    design = design_of(table).calibrated(rake(table.weight, table, known(table)))
    y = 1e6 * (table.age == "55+") + 1e-2 * table.y
    expected = domain_totals(y, np.zeros(len(y), dtype=int), design).se
    monkeypatch.setattr(estimation.estimators.residuals, "DENSE_TO", 10)
    np.testing.assert_allclose(domain_totals(y, np.zeros(len(y), dtype=int), design).se, expected, rtol=1e-4)


def test_domains_of_many_psus_build_nothing_of_their_product(monkeypatch):
    n = 30_000
    rng = np.random.default_rng(3)
    table = pd.DataFrame({"psu": np.arange(n) // 3, "stratum": np.arange(n) // 300, "area": np.arange(n) // 15})
    table["age"], table["weight"], table["y"] = rng.choice(AGES, n), rng.uniform(1, 3, n), rng.normal(size=n)
    margins = {"age": pd.Series([21e3, 20e3, 19e3], index=AGES)}
    design = design_of(table).calibrated(rake(table.weight, table, margins))
    widest = []
    original = sp.csr_array.toarray
    monkeypatch.setattr(sp.csr_array, "toarray", lambda self, *a, **k: widest.append(self.shape) or original(self))
    se = domain_means(table.y, table.area, design).se
    assert len(se) == 2_000 and all(a * b <= estimation.estimators.residuals.DENSE_TO for a, b in widest)
    some = domain_means(table.y.where(table.area == 77), np.zeros(n, dtype=int), design).se
    assert se[77] == pytest.approx(some[0], rel=1e-9)


# ---------------------------------------------------------------- trimming


def test_trimming_keeps_the_sum_and_the_limits_and_says_whom_it_cut():
    weight = sample().weight
    cut = trim(weight, lower=7, upper=15)
    assert cut.weight.min() >= 7 - 1e-9 and cut.weight.max() <= 15 + 1e-9
    assert cut.weight.sum() == pytest.approx(weight.sum(), rel=1e-12)
    assert cut.trimmed[(weight > 15) | (weight < 7)].all()


def test_trimming_with_calibration_holds_totals_and_limits_together():
    table = sample()
    raked = rake(table.weight, table, known(table))
    top = np.quantile(raked.weight, 0.9)
    cut = trim_calibrated(raked, upper=top)
    assert raked.weight.max() > top * 1.1 and cut.weight.max() <= top * (1 + 1e-12)
    margins = cut.calibration.margins()
    np.testing.assert_allclose(margins.after, margins.known, rtol=1e-8)
    assert total((table.sex == "M") * 1.0, design_of(table).calibrated(cut.calibration)).se[0] < 1e-3


def test_limits_no_calibration_can_keep_are_refused():
    table = sample()
    raked = rake(table.weight, table, known(table))
    with pytest.raises(Fault) as fault:
        trim_calibrated(raked, upper=raked.weight.mean() * 1.02)
    assert fault.value.key in ("calibration.beyond_bounds", "calibration.bounds_not_met")
    with pytest.raises(Fault) as fault:
        trim(table.weight, upper=3)
    assert fault.value.key == "trimming.limits" and "12." in str(fault.value)


# ---------------------------------------------------------------- bad input: which, by how much, the way out


def fault_of(function, *arguments, **options) -> Fault:
    with pytest.raises(Fault) as fault:
        function(*arguments, **options)
    str(fault.value)  # the sentence can be written
    return fault.value


def test_margins_that_disagree_say_which_and_by_how_much():
    table, margins = sample(), known(sample())
    fault = fault_of(rake, table.weight, table, {**margins, "sex": margins["sex"] * 1.02})
    assert fault.key == "margins.disagree" and fault.values["column"] == "sex"
    assert fault.values["difference"] == pytest.approx(0.02 * margins["age"].sum())
    assert fault.values["factor"] == pytest.approx(1 / 1.02)


def test_margins_that_differ_by_rounding_are_brought_together():
    table, margins = sample(), known(sample())
    raked = rake(table.weight, table, {**margins, "sex": margins["sex"] * (1 + 2e-7)})
    assert raked.weight.sum() == pytest.approx(margins["age"].sum(), rel=1e-9)


def test_a_category_nobody_has_is_named_with_its_share():
    table, margins = sample(), known(sample())
    margins["age"]["15-17"] = 100.0
    margins["sex"] = margins["sex"] * (margins["age"].sum() / margins["sex"].sum())
    fault = fault_of(rake, table.weight, table, margins)
    assert fault.key == "margins.nobody" and fault.values["categories"] == ["15-17"]
    assert fault.values["share"] == pytest.approx(100 / margins["age"].sum())


def test_nobody_means_nobody_with_a_weight():
    table, margins = sample(), known(sample())
    table.loc[table.age == "55+", "weight"] = 0.0
    assert fault_of(rake, table.weight, table, margins).values["categories"] == ["55+"]


def test_a_category_without_a_total_is_named_with_its_rows():
    table, margins = sample(), known(sample())
    table.loc[:4, "sex"] = "X"
    fault = fault_of(rake, table.weight, table, margins)
    assert (fault.key, fault.values["categories"], fault.values["count"]) == ("margins.unknown_category", ["X"], 5)


def test_totals_of_another_wave_are_refused():
    table, margins = sample(), known(sample())
    margins["age"].attrs["wave"] = "2025Q1"
    assert fault_of(rake, table.weight, table, margins, wave="2026Q1").key == "margins.other_wave"
    rake(table.weight, table, margins, wave="2025Q1")


def test_margins_a_sample_with_an_empty_cell_cannot_have_are_refused():
    """All old people are women in the sample: more old people than women cannot be reached."""
    table = sample()
    table.loc[table.age == "55+", "sex"] = "F"
    margins = {
        "age": pd.Series([1_000.0, 1_000.0, 5_000.0], index=AGES),
        "sex": pd.Series([3_000.0, 4_000.0], index=SEXES),
    }
    assert fault_of(rake, table.weight, table, margins).key == "calibration.not_reached"


def test_bounds_that_cannot_be_met_say_what_would_be_needed():
    table, margins = sample(), known(sample(), change_by=2.0)
    fault = fault_of(rake, table.weight, table, margins, distance=logit(0.8, 1.5))
    assert fault.key == "calibration.beyond_bounds" and "18-34" in fault.values["name"]
    assert fault.values["total"] > fault.values["high"] and fault.values["most"] > 1.5
    wide = logit(fault.values["least"] * 0.9, fault.values["most"] * 1.1)
    rake(table.weight, table, margins, distance=wide)  # the way out works


def test_linear_weights_below_zero_are_no_design():
    table = sample()
    x = pd.DataFrame({"one": 1.0, "income": table.income})
    far = calibrate(table.weight, x, {"one": 7_500.0, "income": 60_000.0})
    assert far.weight.min() < 0
    assert fault_of(design_of(table).calibrated, far).key == "design.weights_negative"


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        (([1.0, -1.0], [[1.0], [1.0]], [3.0]), "weights.wrong"),
        ((["a", "b"], [[1.0], [1.0]], [3.0]), "weights.not_numbers"),
        (([0.0, 0.0], [[1.0], [1.0]], [3.0]), "weights.zero"),
        (([1.0, 1.0], [[1.0], [np.nan]], [3.0]), "calibration.auxiliary_missing"),
        (([1.0, 1.0], [[1.0], [1.0]], [3.0, 4.0]), "calibration.shapes"),
        (([1.0, 1.0], [[1.0], [1.0]], [np.nan]), "calibration.total_missing"),
        (([1.0, 1.0], [[0.0], [0.0]], [3.0]), "calibration.nobody"),
        (([1.0, 1.0], pd.DataFrame({"a": ["x", "y"]}), {"a": 3.0}), "calibration.auxiliary_text"),
        (([1.0, 1.0], pd.DataFrame({"a": [1, 2]}), {"b": 3.0}), "calibration.totals_names"),
        (([1.0, 1.0], pd.DataFrame({"a": [1, 2]}), [3.0]), "calibration.totals_unnamed"),
        (([1.0, 1.0], [[1.0, 2.0], [1.0, 2.0]], [3.0, 7.0]), "calibration.not_reached"),
    ],
)
def test_what_cannot_be_calibrated_is_refused_by_name(arguments, key):
    assert fault_of(calibrate, *arguments).key == key


@pytest.mark.parametrize(
    ("margins", "key"),
    [
        ({}, "margins.none"),
        ({"age": pd.Series([1.0, 2.0, -1.0], index=AGES)}, "margins.total"),
        ({"age": pd.Series([1.0, 2.0, np.nan], index=AGES)}, "margins.total"),
        ({"age": pd.Series(["a", "b", "c"], index=AGES)}, "margins.not_numbers"),
        ({"age": pd.Series([1.0, 2.0, 0.0], index=AGES)}, "margins.zero"),
        ({"age": pd.Series([1.0, 2.0, 3.0], index=[*AGES[:2], AGES[0]])}, "margins.repeated"),
        ({"town": pd.Series([1.0])}, "margins.column_missing"),
    ],
)
def test_margins_that_are_no_margins_are_refused_by_name(margins, key):
    table = sample()
    assert fault_of(rake, table.weight, table, margins).key == key


def test_an_empty_category_a_short_table_bad_bounds_and_options_are_refused():
    table, margins = sample(), known(sample())
    assert fault_of(rake, table.weight[:-1], table, margins).key == "margins.length"
    assert fault_of(rake, table.weight, table, margins, residual="r").key == "calibration.residual"
    assert fault_of(logit, 1.1, 2.0).key == "calibration.bounds"
    assert fault_of(design_of(table).reweighted, [1.0]).key == "design.weights_length"
    table.loc[3, "age"] = None
    assert fault_of(rake, table.weight, table, margins).values["row"] == 4


def test_the_residual_of_rs_rake_equals_the_regression_where_base_weights_are_equal_and_margins_nearly_unrelated():
    table = sample(2_000).assign(weight=3.0)
    both = [rake(table.weight, table, known(table), residual=r) for r in ("regression", "margin_means")]
    one, two = (mean(table.y, design_of(table).calibrated(c)).se for c in both)
    np.testing.assert_allclose(one, two, rtol=1e-9)
    unequal = sample()
    both = [rake(unequal.weight, unequal, known(unequal), residual=r) for r in ("regression", "margin_means")]
    one, two = (mean(unequal.y, design_of(unequal).calibrated(c)).se[0] for c in both)
    assert one != pytest.approx(two, rel=1e-6)
    assert replace(both[1], swept=None).weight == pytest.approx(both[0].weight)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_distance_a_programme_can_name_has_its_word(language):
    assert all(text(f"weights.distance.{name}", language) for name in DISTANCES)
