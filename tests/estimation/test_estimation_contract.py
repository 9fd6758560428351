"""What every estimator promises, tested once for all; and what happens to input that cannot be used."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from estimation import (
    Design,
    Estimate,
    contrast,
    design_effect,
    domain_means,
    domain_ratios,
    domain_totals,
    independence_test,
    linearized_covariance,
    mean,
    mean_difference,
    population_variance,
    proportion_interval,
    quantile,
    rank_test,
    ratio,
    sample_sizes,
    t_test,
    total,
    transform,
    wald_test,
)
from words import Fault

COLUMNS = {"weight": "w", "stratum": "stratum", "psu": "psu", "population": "N"}


@pytest.fixture
def table() -> pd.DataFrame:
    """400 interviews in 5 strata, 8 PSUs each, areas that cross strata, some answers missing, some weights 0."""
    rng = np.random.default_rng(20240601)
    stratum = rng.integers(0, 5, 400)
    psu = stratum * 8 + rng.integers(0, 8, 400)
    return pd.DataFrame(
        {
            "stratum": np.array(list("abcde"))[stratum],
            "psu": psu,
            "N": 20.0 + stratum,
            "w": np.where(rng.random(400) < 0.02, 0.0, rng.uniform(0.5, 3, 400)),
            "area": np.array(["north", "south", "west"])[rng.integers(0, 3, 400)],
            "sex": np.array(["f", "m"])[rng.integers(0, 2, 400)],
            "y": np.where(rng.random(400) < 0.05, np.nan, rng.normal(3, 1, 400)),
            "x": rng.uniform(1, 2, 400),
            "share": (rng.random(400) < 0.8).astype(float),
        }
    )


def read(table, **changes) -> Design:
    return Design.from_table(table, **{**COLUMNS, **changes})


ESTIMATORS = {
    "mean": lambda t, d: mean(t[["y", "share"]], d),
    "ratio": lambda t, d: ratio(t.y, t.x, d),
    "total": lambda t, d: total(t.x, d),
    "population_variance": lambda t, d: population_variance(t.y, d),
    "domain_means": lambda t, d: domain_means(t.y, t.area, d),
    "domain_means_by_two": lambda t, d: domain_means(t[["y", "share"]], t[["area", "sex"]], d),
    "domain_ratios": lambda t, d: domain_ratios(t.y, t.x, t.area, d),
    "domain_totals": lambda t, d: domain_totals(t.x, t.area, d),
}
SCALED = {"total", "domain_totals"}
estimators = pytest.mark.parametrize("name", ESTIMATORS)


def same(one: Estimate, two: Estimate, rtol=1e-10) -> None:
    assert one.names == two.names
    floor = 1e-12 * abs(one.covariance).max()
    for field, atol in (("value", 0), ("se", 1e-13), ("covariance", floor), ("df", 0)):
        np.testing.assert_allclose(getattr(one, field), getattr(two, field), rtol=rtol, atol=atol)


@estimators
def test_scaling_every_weight_changes_no_mean_or_ratio_and_scales_totals(table, name):
    one = ESTIMATORS[name](table, read(table))
    two = ESTIMATORS[name](table.assign(w=7 * table.w), read(table.assign(w=7 * table.w)))
    factor = 7 if name in SCALED else 1
    same(Estimate(one.names, factor * one.value, factor**2 * one.covariance, one.df), two)


@estimators
def test_the_order_of_rows_does_not_matter(table, name):
    shuffled = table.sample(frac=1, random_state=5)
    same(ESTIMATORS[name](table, read(table)), ESTIMATORS[name](shuffled, read(shuffled)))


@estimators
def test_a_row_of_weight_zero_adds_nothing_but_its_psu_is_counted(table, name):
    row = table.iloc[[0]].assign(w=0.0, y=1e6, x=1e6, share=0.5)
    inside, alone = pd.concat([table, row]), pd.concat([table, row.assign(psu=999)])
    without, design = ESTIMATORS[name](table, read(table)), read(alone)
    same(without, ESTIMATORS[name](inside, read(inside)))
    found = ESTIMATORS[name](alone, design)
    assert design.sampled[0] == read(table).sampled[0] + 1
    np.testing.assert_allclose(found.value, without.value, rtol=1e-12)
    assert (found.se != without.se).all()


@estimators
def test_what_is_given_is_not_changed(table, name):
    before = table.copy(deep=True)
    design = read(table)
    weight = design.weight.copy()
    ESTIMATORS[name](table, design)
    pd.testing.assert_frame_equal(table, before)
    np.testing.assert_array_equal(design.weight, weight)


@estimators
def test_standard_errors_are_the_diagonal_of_a_positive_semidefinite_covariance(table, name):
    found = ESTIMATORS[name](table, read(table))
    np.testing.assert_allclose(found.se**2, np.diag(found.covariance), rtol=1e-10, atol=1e-16)
    assert np.linalg.eigvalsh(found.covariance).min() > -1e-10 * np.diag(found.covariance).max()


def test_domains_pooled_by_their_size_are_the_whole(table):
    design, kept = read(table), table.y.notna()
    parts = domain_means(table.y, table.area, design)
    size = domain_totals(kept.astype(float), table.area, design)
    whole = mean(table.y, design)
    assert size.value @ parts.value / size.value.sum() == pytest.approx(whole.value[0], rel=1e-12)
    pooled = contrast(domain_totals(table.x, table.area, design), [[1, 1, 1]], ["whole"])
    same(pooled, replace(total(table.x, design), names=("whole",), df=pooled.df))


def test_a_domain_mean_is_a_ratio_with_the_domain_as_denominator(table):
    design = read(table)
    inside = ((table.area == "south") & table.y.notna()).astype(float)
    parts = domain_means(table.y, table.area, design).select(["south"])
    by_hand = ratio(table.y.fillna(0) * inside, inside, design)
    np.testing.assert_allclose(parts.covariance, by_hand.covariance, rtol=1e-12)
    assert parts.value[0] == pytest.approx(by_hand.value[0], rel=1e-12)


@pytest.mark.parametrize("lonely", ["adjust", "average", "certainty", "remove"])
def test_dense_and_sparse_storage_give_the_same_covariance(table, lonely):
    table = table[(table.stratum != "c") | (table.psu == table.psu[table.stratum == "c"].iloc[0])]
    design = read(table, lonely=lonely)
    z = pd.get_dummies(table.area).to_numpy(float) * table[["x"]].to_numpy()
    dense, sparse = linearized_covariance(z, design), linearized_covariance(sp.csr_array(z), design)
    assert sp.issparse(sparse)
    np.testing.assert_allclose(sparse.toarray(), dense, rtol=1e-11, atol=1e-13 * dense.max())


def test_areas_that_share_no_stratum_build_no_dense_covariance():
    n = 30_000
    table = pd.DataFrame({"w": 1.0, "area": np.arange(n) % 3000, "y": np.arange(n) % 7})
    found = domain_means(table.y, table.area, Design.from_table(table, weight="w", stratum="area"))
    assert sp.issparse(found.covariance) and found.covariance.nnz <= 3000
    np.testing.assert_allclose(found.covariance.diagonal(), found.variance, rtol=1e-10)


def test_two_stages_without_subsampling_are_one_stage(table):
    table = table.assign(unit=np.arange(len(table)), M=table.groupby("psu").psu.transform("size"))
    whole = read(table, second_stage="unit", second_population="M")
    for estimator in ESTIMATORS.values():
        same(estimator(table, read(table)), estimator(table, whole), rtol=1e-9)


def test_sums_by_cell_give_what_the_interviews_give(table):
    answered = table.y.notna()
    sums = table.assign(sw=table.w.where(answered, 0.0), n=answered)
    sums = sums.assign(swy=sums.sw * sums.y.fillna(0.0), swx=sums.sw * sums.x)
    keys = ["stratum", "psu", "N", "area"]
    cells = sums.groupby(keys, as_index=False)[["n", "sw", "swy", "swx"]].sum()
    y, x = cells.swy / cells.sw.where(cells.sw > 0), cells.swx / cells.sw.where(cells.sw > 0)
    whole, grouped = read(table), Design.from_totals(cells, sum_w="sw", stratum="stratum", psu="psu", population="N")
    area = table.area
    same(domain_means(table.y, area, whole), domain_means(y.rename("y"), cells.area, grouped), rtol=1e-12)
    same(mean(table.y, whole), mean(y.rename("y"), grouped), rtol=1e-12)
    same(total(table.y, whole), total(y.rename("y"), grouped), rtol=1e-12)
    same(ratio(table.y, table.x, whole), ratio(y.rename("y"), x, grouped), rtol=1e-12)


def test_sampling_fractions_and_counts_are_the_same_population(table):
    sampled = table.groupby("stratum").psu.transform("nunique")
    same(mean(table.x, read(table)), mean(table.x, read(table.assign(N=sampled / table.N))))


def test_weights_come_from_the_population_when_no_column_holds_them(table):
    design = read(table, weight=None)
    sampled = table.groupby("stratum").psu.transform("nunique")
    np.testing.assert_allclose(design.weight, table.N / sampled)


def test_codes_local_to_strata_are_nested(table):
    local = table.assign(psu=table.psu % 8)
    same(mean(table.x, read(table)), mean(local.x, read(local, nest=True)))


def test_text_and_integer_codes_are_the_same_design(table):
    text = table.assign(psu="P" + table.psu.astype(str), stratum=table.stratum.astype("category"))
    same(domain_means(table.y, table.area, read(table)), domain_means(text.y, text.area, read(text)))


def test_the_likelihood_limits_solve_their_equation():
    p, variance, n, t = 0.9, 0.0004, 300, 2.0452296421327034  # t of 29 df
    limits = proportion_interval(Estimate("a", p, variance, 29), n, method="likelihood")
    effective = p * (1 - p) / variance * (n - 1) / n
    for root in (limits.lower[0], limits.upper[0]):
        kullback = p * np.log(p / root) + (1 - p) * np.log((1 - p) / (1 - root))
        assert 2 * effective * kullback == pytest.approx(t**2, rel=1e-10)


@pytest.mark.parametrize("method", [None, "korn_graubard", "wilson", "likelihood"])
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_an_interval_at_share_zero_or_one_is_no_point(method, share):
    limits = proportion_interval(Estimate("a", share, 0.0, 20), 50, method=method)
    assert limits.lower[0] <= share <= limits.upper[0]
    assert 0.02 < limits.upper[0] - limits.lower[0] < 0.2


@pytest.mark.parametrize("method", ["logit", "xlogit", "korn_graubard", "wilson", "likelihood", "arcsine", "wald"])
def test_a_wider_level_gives_a_wider_interval_around_the_share(method):
    estimate = Estimate("a", 0.83, 0.0009, 12)
    narrow, wide = (proportion_interval(estimate, 200, method=method, level=level) for level in (0.8, 0.99))
    assert wide.lower[0] < narrow.lower[0] < 0.83 < narrow.upper[0] < wide.upper[0]


def test_a_contrast_and_the_delta_method_agree_on_a_difference(table):
    found = domain_means(table.y, table.area, read(table))
    linear = contrast(found, [{"south": 1, "north": -1}], ["gap"])
    same(linear, transform(found, [found.value[1] - found.value[0]], [[-1, 1, 0]], ["gap"]))
    assert linear.df[0] == found.df[:2].min()


def test_the_square_of_t_is_the_wald_statistic_of_one_contrast(table):
    shift = mean_difference(table.y, table.sex, read(table))
    t, f = t_test(shift), wald_test(shift)
    assert t.statistic**2 == pytest.approx(f.statistic) and t.p_value == pytest.approx(f.p_value)


def test_ranks_do_not_depend_on_the_scale_of_answers(table):
    one, two = (rank_test(y, table.sex, read(table)) for y in (table.y, np.exp(table.y)))
    assert one == two


def test_a_simple_random_sample_has_design_effect_one():
    table = pd.DataFrame({"w": 5.0, "y": np.arange(40.0)})
    design = Design.from_table(table, weight="w")
    for of, found in (("mean", mean(table.y, design)), ("total", total(table.y, design))):
        assert design_effect(found, table.y, design, reference="wr", of=of)[0] == pytest.approx(1)


# --- input that cannot be used


@pytest.mark.parametrize("wrong", [-1.0, np.nan, np.inf])
def test_a_weight_must_be_finite_and_not_negative(table, wrong):
    refused("design.weight", lambda: read(table.assign(w=table.w.where(table.index != 3, wrong))))


def test_a_psu_lies_in_one_stratum(table):
    refused("design.psu_in_two_strata", lambda: read(table.assign(psu=1)))


def test_a_population_is_not_smaller_than_its_sample(table):
    refused("design.population_small", lambda: read(table.assign(N=7)))


@pytest.mark.parametrize("wrong", [0.0, -2.0, np.nan])
def test_a_population_is_a_number_above_zero(table, wrong):
    refused("design.population_value", lambda: read(table.assign(N=wrong)))


def test_counts_and_fractions_do_not_mix(table):
    refused("design.population_mixed", lambda: read(table.assign(N=np.where(table.stratum == "a", 0.5, 30))))


def test_text_is_not_taken_for_numbers(table):
    refused("design.not_numbers", lambda: read(table.assign(w=table.w.astype(str))))
    refused("estimate.not_numbers", lambda: mean(table.area, read(table)))
    refused("estimate.not_numbers", lambda: mean(np.array(["1", 2.0] * 200, dtype=object), read(table)))


def test_missing_columns_and_codes_are_named(table):
    assert "height" in refused("design.column_missing", lambda: read(table, weight="height"))
    assert "row 8 (counted from 1)" in refused(
        "design.code_missing", lambda: read(table.assign(stratum=table.stratum.where(table.index != 7)))
    )
    refused("design.code_missing", lambda: domain_means(table.y, table.area.where(table.index != 7), read(table)))


def test_weights_need_a_column_or_a_population(table):
    refused("design.weight_or_population", lambda: read(table, weight=None, population=None))


def test_answers_of_the_wrong_length_or_infinite_are_refused(table):
    refused("estimate.length", lambda: mean(table.y[:5], read(table)))
    refused("estimate.infinite", lambda: mean(table.y.where(table.index != 2, np.inf), read(table)))


def test_a_domain_nobody_answered_in_has_no_estimate(table):
    y = table.y.where(table.area != "west")
    assert domain_means(y, table.area, read(table)).names == ("north", "south")
    assert list(sample_sizes(y, table.area, read(table)).index) == ["north", "south"]
    refused("estimate.no_answers", lambda: domain_means(y * np.nan, table.area, read(table)))
    refused("estimate.no_answers", lambda: mean(y * np.nan, read(table)))


def test_equal_answers_have_error_zero_and_nothing_to_test(table):
    found = domain_means(np.full(len(table), 4.0), table.area, read(table))
    np.testing.assert_array_equal(found.value, 4.0)
    np.testing.assert_array_equal(found.se, 0.0)
    refused("test.no_variance", lambda: t_test(mean(np.ones(len(table)), read(table))))
    refused("test.one_category", lambda: independence_test(np.ones(len(table)), table.sex, read(table)))


def test_one_psu_in_all_is_refused_or_says_nothing(table):
    one = table.assign(psu=1, stratum="a", N=50.0)
    refused("design.lonely", lambda: read(one))
    refused("design.lonely_average", lambda: read(one, lonely="average"))
    for lonely in ("adjust", "certainty", "remove"):
        found = mean(one.share, read(one, lonely=lonely))
        assert found.df[0] == 0 and np.isinf(found.interval().lower[0])
        limits = proportion_interval(found, len(one))
        assert (limits.lower[0], limits.upper[0]) == (0.0, 1.0)


def test_options_that_are_not_there_are_named(table):
    design = read(table)
    refused("design.lonely_option", lambda: read(table, lonely="guess"))
    refused("interval.method", lambda: proportion_interval(mean(table.share, design), 400, method="exact"))
    refused("quantile.rule", lambda: quantile(table.y, 0.5, design, rule="hf9"))
    refused("quantile.probability", lambda: quantile(table.y, 1.5, design))
    refused("test.statistic", lambda: independence_test(table.area, table.sex, design, statistic="G"))
    refused("test.two_groups", lambda: mean_difference(table.y, table.area, design))
    refused("effect.reference", lambda: design_effect(mean(table.y, design), table.y, design, reference="srs"))


def refused(key: str, attempt) -> str:
    with pytest.raises(Fault) as fault:
        attempt()
    assert fault.value.key == key
    return str(fault.value)


def test_very_many_psus_times_very_many_areas_do_not_overflow_their_codes():
    rng, n = np.random.default_rng(0), 120_000
    table = pd.DataFrame({"psu": rng.integers(0, 60_000, n), "area": rng.integers(0, 50_000, n), "w": 1.0})
    y = rng.integers(0, 2, n).astype(float)
    found = domain_means(y, table.area, Design.from_table(table, weight="w", psu="psu"))
    expected = pd.Series(y).groupby(table.area.to_numpy()).mean()
    np.testing.assert_allclose(found.value, expected.loc[list(found.names)])
    assert np.isfinite(found.se).all()
