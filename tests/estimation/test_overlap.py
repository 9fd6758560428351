"""The joint covariance of waves that share PSUs: a covariance by construction, Gram's where it can be, and unbiased."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from estimation import (
    INDEPENDENT,
    Design,
    between_waves,
    change,
    combine,
    domain_means,
    linearize_domain_means,
    linearize_mean,
    rake,
    third_ratio,
    wave_correlations,
    window_change,
)
from estimation import estimates as estimates_module
from estimation.drawn_correlations import trust
from estimation.influence import gram
from estimation.noise import wave_draws
from estimation.waves import Waves


def survey(rng, *, waves=2, areas=6, persons=12, kept=0.7, rho=0.8, cross_strata=False, skew=False) -> list:
    """Tables of interviews: a person keeps its name, area, sex and income; who is asked in a wave is drawn anew."""
    n = areas * persons
    person = pd.DataFrame({"id": np.arange(n), "area": np.arange(n) % areas})
    person["sex"], person["income"] = rng.integers(2, size=n), rng.integers(3, size=n)
    person["stratum"] = np.arange(n) // areas % 2 if cross_strata else person.area
    trait = rng.standard_normal(n) + person.income
    tables = []
    for _ in range(waves):
        y = np.sqrt(rho) * trait + np.sqrt(1 - rho) * rng.standard_normal(n)
        asked = rng.random(n) < kept
        asked[: 2 * areas * 2] = True
        tables.append(person.assign(y=np.exp(y) if skew else y, w=rng.uniform(1, 3, n))[asked].reset_index(drop=True))
    return tables


def linearized(table, *, raked=False, psu="id", lonely="adjust"):
    design = Design.from_table(table, weight="w", stratum="stratum", psu=psu, lonely=lonely, nest=True)
    if raked:
        margins = {c: table.groupby(c).w.sum() * r for c, r in (("sex", 1), ("income", 1), ("area", 1))}
        design = design.calibrated(rake(table.w.to_numpy(), table, margins))
    return linearize_domain_means(table.y, table.area, design)


def joint(waves: dict, correlations: dict, of=lambda w: w.estimate()) -> np.ndarray:
    """The covariance (Tk,Tk) of all waves' estimates."""
    names, found = list(waves), {name: of(w) for name, w in waves.items()}
    rows = []
    for s in names:
        row = []
        for t in names:
            if s == t:
                block = found[s].covariance
            elif (s, t) in correlations:
                block = between_waves(correlations[s, t], found[s], found[t])
            else:
                block = between_waves(correlations[t, s], found[t], found[s])
                block = block if isinstance(block, str) else block.T
            k = len(found[s].names)
            row.append(np.zeros((k, k)) if isinstance(block, str) else block.toarray() if sp.issparse(block) else block)
        rows.append(row)
    return np.block(rows)


@pytest.mark.parametrize("raked", [False, True])
@pytest.mark.parametrize("cross_strata", [False, True])
@pytest.mark.parametrize("waves", [2, 4])
def test_the_joint_matrix_is_a_covariance_for_random_samples_and_calibrations(raked, cross_strata, waves):
    """With the design's standard errors and with any others; the waves' own blocks are theirs to the digit."""
    for seed in range(12):
        rng = np.random.default_rng(seed)
        tables = survey(
            rng, waves=waves, kept=rng.uniform(0.2, 1), rho=rng.uniform(0, 0.999), cross_strata=cross_strata
        )
        linear = {f"w{t}": linearized(table, raked=raked) for t, table in enumerate(tables)}
        correlations = wave_correlations(linear)
        assert not all(isinstance(p, str) for p in correlations.values())
        whole = joint(linear, correlations)
        eigenvalues = np.linalg.eigvalsh(whole)
        assert eigenvalues[0] > -1e-12 * eigenvalues[-1]
        stretch = np.exp(rng.normal(0, 2, len(whole)))
        eigenvalues = np.linalg.eigvalsh(stretch[:, None] * whole * stretch)
        assert eigenvalues[0] > -1e-10 * eigenvalues[-1]
        k = len(next(iter(linear.values())).names)
        for t, w in enumerate(linear.values()):
            np.testing.assert_array_equal(whole[t * k : (t + 1) * k, t * k : (t + 1) * k], w.estimate().covariance)


def test_calibration_that_couples_areas_reaches_between_the_waves():
    rng = np.random.default_rng(3)
    linear = {f"w{t}": linearized(x, raked=True) for t, x in enumerate(survey(rng, persons=60, kept=1.0))}
    found = joint(linear, wave_correlations(linear))[:6, 6:]
    expected = gram(*linear.values(), range(6))
    apart = ~np.eye(6, dtype=bool)
    assert np.abs(expected[apart]).max() > 0
    np.testing.assert_allclose(found[apart], expected[apart], atol=0.35 * np.abs(expected[apart]).max())


def test_the_gram_matrix_of_a_wave_with_itself_is_its_covariance():
    for raked, cross_strata in ((False, False), (True, False), (True, True), (False, True)):
        (table,) = survey(np.random.default_rng(5), waves=1, cross_strata=cross_strata)
        wave = linearized(table, raked=raked)
        found = gram(wave, wave, wave.names)
        found = found.toarray() if sp.issparse(found) else found
        np.testing.assert_allclose(found, wave.estimate().covariance, rtol=1e-9, atol=1e-15)


def test_residuals_kept_in_two_parts_give_what_written_out_ones_give(monkeypatch):
    tables = survey(np.random.default_rng(7), cross_strata=True)
    written = wave_correlations({str(t): linearized(x, raked=True) for t, x in enumerate(tables)})
    monkeypatch.setattr("estimation.residuals.DENSE_TO", 50)
    in_parts = wave_correlations({str(t): linearized(x, raked=True) for t, x in enumerate(tables)})
    np.testing.assert_allclose(in_parts["0", "1"], written["0", "1"], rtol=1e-8, atol=1e-12)


def test_sparse_covariances_stay_sparse_and_say_the_same(monkeypatch):
    tables = survey(np.random.default_rng(8))
    dense = wave_correlations({str(t): linearized(x) for t, x in enumerate(tables)})["0", "1"]
    monkeypatch.setattr(estimates_module, "SPARSE_FROM", 3)
    sparse = wave_correlations({str(t): linearized(x) for t, x in enumerate(tables)})["0", "1"]
    assert sp.issparse(sparse) and sparse.nnz == 6
    np.testing.assert_allclose(sparse.toarray(), dense, rtol=1e-12)


def test_waves_that_share_nobody_are_independent_and_some_pairs_may_be():
    one, two, three = survey(np.random.default_rng(9), waves=3)
    linear = {"a": linearized(one), "b": linearized(two.assign(id=two.id + 1000)), "c": linearized(three)}
    found = wave_correlations(linear)
    assert found["a", "b"] == found["b", "c"] == INDEPENDENT
    assert found["a", "c"].diagonal().min() > 0


def test_the_same_wave_twice_has_correlation_one_and_a_change_without_error():
    for raked in (False, True):
        (table,) = survey(np.random.default_rng(10), waves=1, persons=40)
        waves = {"a": linearized(table, raked=raked), "b": linearized(table, raked=raked)}
        estimate = waves["a"].estimate()
        cross = between_waves(wave_correlations(waves)["a", "b"], estimate, estimate)
        np.testing.assert_allclose(cross, estimate.covariance, rtol=1e-9, atol=1e-12)
        shift = change(estimate, estimate, cross=cross)
        assert (shift.se < 1e-6 * estimate.se).all()
        first, second = wave_draws(estimate.covariance, estimate.covariance, cross, 50, np.random.default_rng(0))
        np.testing.assert_allclose(first, second, atol=1e-6)


def test_an_area_where_all_agree_in_one_wave_has_the_league_s_correlation():
    tables = survey(np.random.default_rng(11), persons=30, kept=1.0)
    tables[1].loc[tables[1].area == 2, "y"] = 7.0
    linear = {str(t): linearized(x) for t, x in enumerate(tables)}
    found = wave_correlations(linear)["0", "1"].diagonal()
    assert found[2] == pytest.approx(np.delete(found, 2).mean(), abs=0.1)


def test_large_areas_keep_their_own_correlation_and_small_ones_take_the_league_s():
    """12 areas of 300 persons, half with ρ = 0.5 and half 0.95, and 12 of 6 persons."""
    rng, rows = np.random.default_rng(12), []
    for area in range(24):
        n, rho = (300, (0.5, 0.95)[area % 2]) if area < 12 else (6, 0.8)
        trait = rng.standard_normal(n)
        for wave in (0, 1):
            y = np.sqrt(rho) * trait + np.sqrt(1 - rho) * rng.standard_normal(n)
            rows.append(
                pd.DataFrame({"wave": wave, "area": area, "stratum": area, "id": np.arange(n), "y": y, "w": 1.0})
            )
    table = pd.concat(rows, ignore_index=True)
    linear = {str(t): linearized(table[table.wave == t]) for t in (0, 1)}
    found = wave_correlations(linear)["0", "1"].diagonal()
    own = [np.corrcoef(*(table[(table.area == a) & (table.wave == t)].y for t in (0, 1)))[0, 1] for a in range(24)]
    np.testing.assert_allclose(found[:12], own[:12], atol=0.02)
    assert np.ptp(found[12:]) < 0.45 * np.ptp(own[12:])


def test_trust_is_nothing_where_sampling_explains_the_differences_and_nearly_all_where_it_cannot():
    rng = np.random.default_rng(13)
    nu, few = np.full(200, 50.0), rng.normal(0.5, np.sqrt(0.5 / 50), 200)
    assert trust(few, nu, 0.5).mean() < 0.35
    wide = rng.normal(0.5, 0.5, 200)
    assert (trust(wide, nu, 0.5) > 0.9).all()
    larger = trust(wide, np.linspace(5, 500, 200), 0.5)
    assert (np.diff(larger) > 0).all()
    assert trust(np.array([0.3]), np.array([4.0]), 0.5) == 1


def test_every_combination_of_waves_is_the_quadratic_form_of_the_joint_matrix():
    tables = survey(np.random.default_rng(14), waves=5, cross_strata=True)
    linear = {f"w{t}": linearized(x, raked=True) for t, x in enumerate(tables)}
    p = wave_correlations(linear)
    estimates = {name: w.estimate() for name, w in linear.items()}
    cross = {(s, t): between_waves(m, estimates[s], estimates[t]) for (s, t), m in p.items()}
    a = window_change(["w0", "w1", "w2", "w3"], ["w4"])
    found = combine(Waves(tuple(linear), tuple(estimates.values()), cross), a)
    spread = np.kron([a[name] for name in linear], np.eye(6))
    np.testing.assert_allclose(found.covariance, spread @ joint(linear, p) @ spread.T, rtol=1e-9, atol=1e-12)


def test_a_mean_without_domains_is_one_area():
    tables = survey(np.random.default_rng(15), kept=1.0)
    linear = {}
    for t, x in enumerate(tables):
        linear[str(t)] = linearize_mean(x.y, Design.from_table(x, weight="w", stratum="stratum", psu="id", nest=True))
    u = [w.totals for w in linear.values()]
    centred = [x - pd.DataFrame(x).groupby(tables[0].stratum.to_numpy()).transform("mean").to_numpy() for x in u]
    expected = 12 / 11 * (centred[0] * centred[1]).sum()
    cross = between_waves(wave_correlations(linear)["0", "1"], *(w.estimate() for w in linear.values()))
    assert cross[0, 0] == pytest.approx(expected, rel=1e-9)


# ---- skewness of a change


def asked_again(rng, waves: int, n: int, areas: int, p: float, rho: float, shared: bool):
    """0/1 answers (waves, areas, n): each person's all come from one share 0 or 1 mixed in with probability √ρ."""
    lasting = rng.random((areas, n)) < p
    fresh = rng.random((waves, areas, n)) < p
    keep = rng.random((waves, areas, n)) < np.sqrt(rho)
    return np.where(keep, lasting, fresh) if shared else fresh


@pytest.mark.parametrize("before", [1, 4])
def test_the_third_cumulant_of_a_panel_s_change_is_the_ratio_times_that_of_independent_waves(before):
    """One wave on four, p = 0.95, ρ = 0.5: simulated skewness of the change beside the ratio from one league."""
    rng, n, areas, p, rho = np.random.default_rng(16), 125, 70, 0.95, 0.5
    a = np.array([*[-1 / before] * before, 1.0])
    y = asked_again(rng, before + 1, n, areas, p, rho, shared=True)
    rows = [
        pd.DataFrame({"area": np.repeat(np.arange(areas), n), "id": np.tile(np.arange(n), areas), "y": x.ravel() * 1.0})
        for x in y
    ]
    linear = {str(t): linearized(x.assign(w=1.0, stratum=x.area)) for t, x in enumerate(rows)}
    found = third_ratio(linear, dict(zip(linear, a, strict=True)))
    many = np.einsum("t,tan->an", a, asked_again(rng, before + 1, 1, 4_000_000, p, rho, shared=True) - p)
    alone = (a**3).sum() * p * (1 - p) * (1 - 2 * p)
    if before == 1:
        assert found == 0 and abs((many**3).mean()) < 0.003
    else:
        expected = (many**3).mean() / alone
        assert found == pytest.approx(expected, abs=0.12)
        assert 0.1 < expected < 0.35


def test_waves_that_share_nobody_are_as_skewed_as_the_formula_says():
    tables = survey(np.random.default_rng(17), skew=True)
    linear = {"a": linearized(tables[0]), "b": linearized(tables[1].assign(id=tables[1].id + 999))}
    assert third_ratio(linear, {"a": -1.0, "b": 1.0}) == 1.0


def test_a_window_of_one_panel_is_more_skewed_than_independent_waves():
    tables = survey(np.random.default_rng(18), waves=4, kept=1.0, rho=0.95, skew=True, persons=200)
    linear = {str(t): linearized(x) for t, x in enumerate(tables)}
    assert third_ratio(linear, dict.fromkeys(linear, 0.25)) > 5


def test_domain_means_of_two_columns_know_their_cells():
    (table,) = survey(np.random.default_rng(19), waves=1)
    design = Design.from_table(table, weight="w", stratum="stratum", psu="id", nest=True)
    found = linearize_domain_means(table[["y", "w"]], table.area, design)
    psu, column = found.cells
    assert len(psu) == 2 * len(table) and column.max() == 11
    np.testing.assert_allclose(found.estimate().value, domain_means(table[["y", "w"]], table.area, design).value)
