"""Replicate weights: identities with the linearised variance, moments by simulation, bad input; R: test_golden.py."""

import numpy as np
import pandas as pd
import pytest

from estimation import (
    Design,
    balanced_weights,
    bootstrap_weights,
    domain_means,
    given_weights,
    jackknife_weights,
    mean,
    quantile,
    rake,
    ratio,
    replicate_covariance,
    replicate_domain_means,
    replicate_mean,
    replicate_ratio,
    replicate_total,
    replicated,
    total,
)
from words import Fault


def sample(strata=8, psus=4, size=5, seed=1):
    rng = np.random.default_rng(seed)
    n = strata * psus * size
    psu = np.arange(n) // size
    table = pd.DataFrame({"psu": psu, "stratum": psu % strata, "w": rng.uniform(1, 5, n), "N": 2 * psus})
    table["x"] = rng.gamma(4, 2, n)
    table["y"] = 3 + 0.5 * table.x + rng.normal(size=n) + 0.5 * rng.normal(size=strata * psus)[psu]
    table["area"] = table.stratum % 4
    return table.iloc[rng.permutation(n)].reset_index(drop=True)


def design_of(table, **columns):
    return Design.from_table(table, weight="w", stratum="stratum", psu="psu", **columns)


def rng():
    return np.random.default_rng(7)


@pytest.mark.parametrize("fpc", [None, "N"])
def test_the_jackknife_of_a_total_is_the_linearised_variance(fpc):
    design = design_of(sample(), population=fpc)
    y = sample()[["y", "x"]]
    np.testing.assert_allclose(
        replicate_total(y, jackknife_weights(design)).covariance, total(y, design).covariance, rtol=1e-10
    )


@pytest.mark.parametrize("fay", [0.0, 0.5])
def test_balanced_replicates_of_a_total_are_the_linearised_variance(fay):
    design = design_of(sample(psus=2))
    y = sample(psus=2)[["y", "x"]]
    found = replicate_total(y, balanced_weights(design, fay=fay))
    np.testing.assert_allclose(found.covariance, total(y, design).covariance, rtol=1e-10)


def test_replicates_of_ratios_and_domains_are_near_the_linearised_variance():
    table = sample(strata=16, psus=8)
    design = design_of(table)
    made = jackknife_weights(design)
    assert replicate_mean(table.y, made).se == pytest.approx(mean(table.y, design).se, rel=0.02)
    assert replicate_ratio(table.y, table.x, made).se == pytest.approx(ratio(table.y, table.x, design).se, rel=0.02)
    one, two = replicate_domain_means(table.y, table.area, made), domain_means(table.y, table.area, design)
    np.testing.assert_allclose(one.value, two.value, rtol=1e-12)
    np.testing.assert_allclose(one.se, two.se, rtol=0.03)


@pytest.mark.parametrize("fpc", [None, "N"])
def test_the_bootstrap_has_the_expectation_and_the_variance_it_promises(fpc):
    """Over replicates E(weight) = w, and V(total) is the linearised one, within five Monte-Carlo errors."""
    table = sample()
    design = design_of(table, population=fpc)
    made = bootstrap_weights(design, 4_000, rng=rng())
    np.testing.assert_allclose(made.weights.mean(axis=1), design.weight, rtol=0.1)
    found, expected = replicate_total(table.y, made), total(table.y, design)
    assert found.variance[0] == pytest.approx(expected.variance[0], rel=5 * np.sqrt(2 / 4_000))
    if fpc is None:  # n_h - 1 draws, blown up by n_h/(n_h - 1): whole numbers of that
        times = made.weights / design.weight[:, None] / (4 / 3)
        np.testing.assert_allclose(times, times.round(), atol=1e-12)
        psus = pd.DataFrame(times.round()).groupby([table.stratum, table.psu]).first()
        assert (psus.groupby(level=0).sum() == 3).all(axis=None)


def test_replicates_from_unit_totals_are_those_of_the_weights_row_by_row():
    table = sample()
    table.loc[::9, "y"] = np.nan
    made = bootstrap_weights(design_of(table), 50, rng=rng())
    w, y = made.weights, table.y.to_numpy()
    for area, value in zip(
        *(lambda e: (e.names, e.se))(replicate_domain_means(table.y, table.area, made)), strict=True
    ):
        inside = (table.area == area).to_numpy() & ~np.isnan(y)
        estimates = (y[inside] @ w[inside]) / w[inside].sum(axis=0)
        assert value == pytest.approx(estimates.std(ddof=1), rel=1e-9)


def test_any_statistic_of_the_weights_can_be_replicated():
    table = sample()
    design = design_of(table)
    made = bootstrap_weights(design, 200, rng=rng())
    by_function = replicated(lambda w: w @ table.y / w.sum(), ["mean"], made)
    np.testing.assert_allclose(by_function.covariance, replicate_mean(table.y, made).covariance, rtol=1e-9)
    median = replicated(lambda w: quantile(table.y, 0.5, design.reweighted(w)).value, ["median"], made)
    assert median.se[0] == pytest.approx(quantile(table.y, 0.5, design).se[0], rel=0.4)


def test_weights_that_came_with_a_file_give_what_they_gave_here():
    table = sample()
    made = bootstrap_weights(design_of(table), 40, rng=rng())
    columns = [f"bw{r}" for r in range(40)]
    file = pd.concat([table, pd.DataFrame(made.weights, columns=columns)], axis=1)
    back = given_weights(file, weight="w", replicates=columns, scale=1 / 39)
    one, two = replicate_mean(table.y, back), replicate_mean(table.y, made)
    assert one.se == pytest.approx(two.se, rel=1e-10)
    assert back.df == made.df == 8 * 4 - 8  # the rank of the replicate weights knows PSUs and strata


def test_raking_every_replicate_gives_the_variance_of_residuals():
    table = sample(strata=16, psus=8)
    table["big"] = np.where(table.x > 8, "yes", "no")
    margins = {"big": pd.Series({"yes": 1_000.0, "no": 900.0})}
    design = design_of(table)
    raked = jackknife_weights(design).reweighted(lambda w: rake(w, table, margins).weight)
    linear = mean(table.y, design.calibrated(rake(table.w, table, margins)))
    found = replicate_mean(table.y, raked)
    assert found.value == pytest.approx(linear.value, rel=1e-12) and found.se == pytest.approx(linear.se, rel=0.05)
    assert found.se[0] < 0.9 * mean(table.y, design).se[0]  # the margin explains part of y
    known = replicate_total((table.big == "yes").astype(float), raked)
    assert known.value[0] == pytest.approx(1_000) and known.se[0] < 1e-5


def test_the_covariance_is_about_the_centre_asked_for():
    estimates = np.array([[1.0, 2.0], [3.0, 2.0], [2.0, 5.0]])
    np.testing.assert_allclose(replicate_covariance(estimates, estimates.mean(axis=0), 0.5), np.cov(estimates.T))
    table = sample()
    design = design_of(table)
    about_mean, about_value = (jackknife_weights(design, mse=m) for m in (False, True))
    assert replicate_mean(table.y, about_value).se[0] >= replicate_mean(table.y, about_mean).se[0]


def test_the_same_seed_gives_the_same_replicates():
    design = design_of(sample())
    one, two = (bootstrap_weights(design, 10, rng=rng()).weights for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_designs_that_have_no_replicates_are_refused_by_name():
    def fault_of(function, *arguments, **options):
        with pytest.raises(Fault) as fault:
            function(*arguments, **options)
        str(fault.value)
        return fault.value

    design = design_of(sample())
    assert fault_of(balanced_weights, design).key == "replicates.pairs"
    assert fault_of(balanced_weights, design_of(sample(psus=2)), fay=1.0).key == "replicates.fay"
    assert fault_of(bootstrap_weights, design, 1, rng=rng()).key == "replicates.few"
    lonely = design_of(sample().assign(stratum=lambda t: np.where(t.psu == 0, 99, t.stratum)), lonely="adjust")
    for maker in (jackknife_weights, lambda d: bootstrap_weights(d, 10, rng=rng())):
        assert fault_of(maker, lonely).values["strata"] == ["99"]
    table = sample().assign(r1=1.0, r2=-1.0)
    columns = {"weight": "w", "scale": 1.0}
    assert fault_of(given_weights, table, replicates=["r1", "r2"], **columns).key == "replicates.wrong"
    fault = fault_of(given_weights, table, replicates=["r1"], rscales=[1, 1], **columns)
    assert (fault.key, fault.values["found"], fault.values["expected"]) == ("replicates.rscales", 2, 1)
    many = Design.from_table(pd.DataFrame({"w": np.ones(8_000)}), weight="w")
    assert fault_of(jackknife_weights, many).key == "replicates.jackknife_large"
    few = sample().assign(only=lambda t: t.psu == 3)
    made = jackknife_weights(design_of(few))
    assert fault_of(replicate_domain_means, few.y, few.only, made).values["names"] == ["True"]
