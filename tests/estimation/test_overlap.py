"""The joint covariance of waves that share PSUs: a covariance by construction, Gram's where it can be, and unbiased."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from scipy import stats

from estimation import (
    INDEPENDENT,
    Design,
    change,
    combine,
    domain_means,
    joint_waves,
    linearize_domain_means,
    linearize_mean,
    rake,
    smooth_scores,
    third_ratio,
    window_change,
)
from estimation.estimators import estimates as estimates_module
from estimation.precision.smoothing import with_variance
from estimation.waves.drawn_correlations import _overlap, drawn
from estimation.waves.influence import gram, influence_parts
from estimation.waves.noise import wave_draws
from estimation.waves.waves import Waves


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


def covariances(waves: dict, used=None) -> dict:
    """Those between the waves, for the design's variances or for the estimates `used`."""
    return joint_waves(waves, used or {name: w.estimate() for name, w in waves.items()}).cross


def joint(waves: dict, used=None) -> np.ndarray:
    """The covariance (Tk,Tk) of all waves' estimates."""
    estimates = used or {name: w.estimate() for name, w in waves.items()}
    cross, k = covariances(waves, estimates), len(next(iter(estimates.values())).names)
    whole = {(name, name): e.covariance for name, e in estimates.items()}
    for (s, t), c in cross.items():
        c = np.zeros((k, k)) if isinstance(c, str) else c
        whole |= {(s, t): c, (t, s): c.T}
    return np.block([[whole[s, t] for t in waves] for s in waves])


def correlation(waves: dict) -> np.ndarray:
    """The areas' own correlations between the two waves (k,)."""
    one, two = (w.estimate().se for w in waves.values())
    (cross,) = covariances(waves).values()
    return cross.diagonal() / (one * two)


@pytest.mark.parametrize("raked", [False, True])
@pytest.mark.parametrize("cross_strata", [False, True])
@pytest.mark.parametrize("waves", [2, 4])
def test_the_joint_matrix_is_a_covariance_for_random_samples_and_calibrations(raked, cross_strata, waves):
    """With the design's standard errors and with any others; the waves' own blocks are theirs to the digit."""
    for seed in range(6):
        rng = np.random.default_rng(seed)
        tables = survey(
            rng, waves=waves, kept=rng.uniform(0.2, 1), rho=rng.uniform(0, 0.999), cross_strata=cross_strata
        )
        linear = {f"w{t}": linearized(table, raked=raked) for t, table in enumerate(tables)}
        assert not all(isinstance(c, str) for c in covariances(linear).values())
        smooth = {n: with_variance(w.estimate(), rng.uniform(0.1, 9, 6)) for n, w in linear.items()}
        for used in (None, smooth):
            whole = joint(linear, used)
            eigenvalues = np.linalg.eigvalsh(whole)
            assert eigenvalues[0] > -1e-12 * eigenvalues[-1]
        whole = joint(linear)
        k = len(next(iter(linear.values())).names)
        for t, w in enumerate(linear.values()):
            np.testing.assert_array_equal(whole[t * k : (t + 1) * k, t * k : (t + 1) * k], w.estimate().covariance)


def test_calibration_that_couples_areas_reaches_between_the_waves():
    rng = np.random.default_rng(3)
    linear = {f"w{t}": linearized(x, raked=True) for t, x in enumerate(survey(rng, persons=60, kept=1.0))}
    found = joint(linear)[:6, 6:]
    expected = gram(*influence_parts(linear.values(), range(6)))
    apart = ~np.eye(6, dtype=bool)
    assert np.abs(expected[apart]).max() > 0
    np.testing.assert_allclose(found[apart], expected[apart], atol=0.35 * np.abs(expected[apart]).max())


def test_the_gram_matrix_of_a_wave_with_itself_is_its_covariance():
    for raked, cross_strata in ((False, False), (True, False), (True, True), (False, True)):
        (table,) = survey(np.random.default_rng(5), waves=1, cross_strata=cross_strata)
        wave = linearized(table, raked=raked)
        found = gram(*influence_parts([wave, wave], wave.names))
        found = found.toarray() if sp.issparse(found) else found
        np.testing.assert_allclose(found, wave.estimate().covariance, rtol=1e-9, atol=1e-15)


def test_residuals_kept_in_two_parts_give_what_written_out_ones_give(monkeypatch):
    tables = survey(np.random.default_rng(7), cross_strata=True)
    written = covariances({str(t): linearized(x, raked=True) for t, x in enumerate(tables)})
    monkeypatch.setattr("estimation.estimators.residuals.DENSE_TO", 50)
    in_parts = covariances({str(t): linearized(x, raked=True) for t, x in enumerate(tables)})
    np.testing.assert_allclose(in_parts["0", "1"], written["0", "1"], rtol=1e-8, atol=1e-12)


def test_sparse_covariances_stay_sparse_and_say_the_same(monkeypatch):
    tables = survey(np.random.default_rng(8))
    dense = covariances({str(t): linearized(x) for t, x in enumerate(tables)})["0", "1"]
    monkeypatch.setattr(estimates_module, "SPARSE_FROM", 3)
    sparse = covariances({str(t): linearized(x) for t, x in enumerate(tables)})["0", "1"]
    assert sp.issparse(sparse) and sparse.nnz == 6
    np.testing.assert_allclose(sparse.toarray(), dense, rtol=1e-12)


def test_waves_that_share_nobody_are_independent_and_some_pairs_may_be():
    one, two, three = survey(np.random.default_rng(9), waves=3)
    linear = {"a": linearized(one), "b": linearized(two.assign(id=two.id + 1000)), "c": linearized(three)}
    found = covariances(linear)
    assert found["a", "b"] == found["b", "c"] == INDEPENDENT
    assert found["a", "c"].diagonal().min() > 0


def test_the_same_wave_twice_has_correlation_one_and_a_change_without_error():
    for raked in (False, True):
        (table,) = survey(np.random.default_rng(10), waves=1, persons=40)
        waves = {"a": linearized(table, raked=raked), "b": linearized(table, raked=raked)}
        estimate = waves["a"].estimate()
        cross = covariances(waves)["a", "b"]
        np.testing.assert_allclose(cross, estimate.covariance, rtol=1e-9, atol=1e-12)
        shift = change(estimate, estimate, cross=cross)
        assert (shift.se < 1e-6 * estimate.se).all()
        first, second = wave_draws(estimate.covariance, estimate.covariance, cross, 50, np.random.default_rng(0))
        np.testing.assert_allclose(first, second, atol=1e-6)


def test_an_area_where_all_agree_in_one_wave_has_a_correlation_too():
    tables = survey(np.random.default_rng(11), persons=30, kept=1.0)
    tables[1].loc[tables[1].area == 2, "y"] = 7.0
    linear = {str(t): linearized(x) for t, x in enumerate(tables)}
    smooth = {name: with_variance(w.estimate(), np.full(6, 0.1)) for name, w in linear.items()}
    found = covariances(linear, smooth)["0", "1"].diagonal() / 0.1
    assert 0.5 < found[2] < np.delete(found, 2).mean()


def test_large_areas_keep_their_own_correlation_and_small_ones_change_as_the_league_s_do():
    """12 areas of 300 persons, half with ρ = 0.5 and half 0.95, and 12 of 6 persons."""
    rng, rows = np.random.default_rng(12), []
    for area in range(24):
        n, rho = (300, (0.5, 0.95)[area % 2]) if area < 12 else (6, 0.8)
        trait = rng.standard_normal(n)
        for wave in (0, 1):
            y = np.sqrt(rho) * trait + np.sqrt(1 - rho) * rng.standard_normal(n)
            columns = {"wave": wave, "area": area, "stratum": area, "id": np.arange(n), "y": y, "w": 1.0}
            rows.append(pd.DataFrame(columns))
    table = pd.concat(rows, ignore_index=True)
    linear = {str(t): linearized(table[table.wave == t]) for t in (0, 1)}
    pairs = table.pivot_table(index=["area", "id"], columns="wave", values="y")
    own = pairs.groupby("area").corr().to_numpy()[::2, 1]
    np.testing.assert_allclose(correlation(linear)[:12], own[:12], atol=0.02)
    one, two = (w.estimate() for w in linear.values())
    drawn_se = change(one, two, cross=covariances(linear)["0", "1"]).se[12:]
    own_se = (pairs[1] - pairs[0]).groupby("area").std().to_numpy()[12:] / np.sqrt(6)
    assert drawn_se.std() < 0.5 * own_se.std()


def test_areas_are_drawn_all_the_way_where_sampling_explains_the_differences_and_hardly_where_it_cannot():
    rng, nu = np.random.default_rng(13), np.full(200, 50.0)
    size, spread = rng.uniform(1, 3, 200), np.full(200, 0.04)
    few = rng.normal(1.0, 0.2, 200)
    found, expected, df = drawn(few, spread, nu, size)
    assert np.ptp(found) < 0.5 * np.ptp(few) and expected.std() < 0.05
    assert (df > nu).all()
    wide = rng.uniform(0.3, 4, 200)
    np.testing.assert_allclose(drawn(wide, spread, nu, size)[0], wide, atol=0.15)
    grown = 0.5 + 2 * size + rng.normal(0, 0.2, 200)
    np.testing.assert_allclose(drawn(grown, spread, nu, size)[1], 0.5 + 2 * size, atol=0.2)
    assert drawn(np.array([0.3]), np.array([9.0]), np.array([4.0]), np.array([1.0]))[0] == 0.3


def test_every_combination_of_waves_is_the_quadratic_form_of_the_joint_matrix():
    tables = survey(np.random.default_rng(14), waves=5, cross_strata=True)
    linear = {f"w{t}": linearized(x, raked=True) for t, x in enumerate(tables)}
    estimates = {name: w.estimate() for name, w in linear.items()}
    cross = covariances(linear)
    a = window_change(["w0", "w1", "w2", "w3"], ["w4"])
    found = combine(Waves(tuple(linear), tuple(estimates.values()), cross), a)
    spread = np.kron([a[name] for name in linear], np.eye(6))
    np.testing.assert_allclose(found.covariance, spread @ joint(linear) @ spread.T, rtol=1e-9, atol=1e-12)


def test_a_mean_without_domains_is_one_area():
    tables = survey(np.random.default_rng(15), kept=1.0)
    linear = {}
    for t, x in enumerate(tables):
        linear[str(t)] = linearize_mean(x.y, Design.from_table(x, weight="w", stratum="stratum", psu="id", nest=True))
    u = [w.totals for w in linear.values()]
    centred = [x - pd.DataFrame(x).groupby(tables[0].stratum.to_numpy()).transform("mean").to_numpy() for x in u]
    expected = 12 / 11 * (centred[0] * centred[1]).sum()
    cross = covariances(linear)["0", "1"]
    assert cross[0, 0] == pytest.approx(expected, rel=1e-9)


SCHOOLS = Path(__file__).parents[1] / "golden" / "california_schools.csv"


def test_california_s_counties_change_as_surely_as_their_own_paired_variances_show():
    """A tenth of the schools of 47 counties, at least five, tested in 1999 and in 2000: how many changes are found."""
    schools, rng = pd.read_csv(SCHOOLS), np.random.default_rng(23)
    found, by_own, held = [], [], []
    true = schools.groupby("county").apply(lambda c: (c.api00 - c.api99).mean(), include_groups=False)
    for _ in range(5):
        table = schools.sample(frac=1, random_state=rng)
        place = table.groupby("county").cumcount()
        size = table.groupby("county").county.transform("size")
        taken = table[place < np.maximum(5, np.round(size / 10))].assign(w=1.0)
        design = Design.from_table(taken, weight="w", stratum="county", psu="school")
        linear = {y: linearize_domain_means(taken[y].astype(float), taken.county, design) for y in ("api99", "api00")}
        n = taken.groupby("county").size()
        smooth = {y: smooth_scores(w.estimate(), n[list(w.names)].to_numpy()) for y, w in linear.items()}
        shift = combine(joint_waves(linear, smooth), [-1.0, 1.0])
        limits = shift.interval()
        found.append(((limits.lower > 0) | (limits.upper < 0)).sum())
        expected = true[list(shift.names)].to_numpy()
        held.append(((limits.lower <= expected) & (expected <= limits.upper)).mean())
        own = (taken.api00 - taken.api99).groupby(taken.county).agg(["mean", "std", "size"])
        by_own.append(
            (abs(own["mean"]) > stats.t.ppf(0.975, own["size"] - 1) * own["std"] / np.sqrt(own["size"])).sum()
        )
    assert np.mean(found) >= 0.9 * np.mean(by_own) and np.mean(by_own) > 25
    assert 0.94 <= np.mean(held) <= 0.99


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


def test_an_area_without_an_interview_in_one_wave_overlaps_in_nothing():
    """The second area has no variance in either wave: 2 of √(4·4) interviews are common."""
    with np.errstate(all="raise"):
        part = _overlap(np.array([0.0, 2.0]), np.zeros(2), n=np.array([[0.0, 4], [3, 4]]), v=np.zeros((2, 2)))
    np.testing.assert_array_equal(part, [0, 0.5])
