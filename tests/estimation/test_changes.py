"""Change between waves: identities, the covariance of common PSUs by simulation, and the two levels of what is real."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from estimation import (
    INDEPENDENT,
    Design,
    Estimate,
    change,
    common_psu_covariance,
    domain_means,
    linearize_domain_means,
    score_change,
    smooth_scores,
    smooth_shares,
    standing_change,
)
from words import Fault


def estimate(value, se, df=np.inf, names=None) -> Estimate:
    value = np.asarray(value, dtype=float)
    return Estimate(names or tuple("abcdefghijklmnopqrstuvwxyz"[: len(value)]), value, np.diag(np.square(se)), df)


def test_change_adds_variances_and_takes_off_the_covariance_twice():
    before, after = estimate([1.0, 2.0], [0.3, 0.4]), estimate([1.5, 1.0], [0.1, 0.2])
    assert change(before, after, cross=INDEPENDENT).variance == pytest.approx([0.10, 0.20])
    found = change(before, after, cross=np.array([[0.02, 0.01], [0.0, 0.03]]))
    assert found.value == pytest.approx([0.5, -1.0])
    assert found.covariance == pytest.approx(np.array([[0.06, -0.01], [-0.01, 0.14]]))


def test_change_matches_names_in_whatever_order():
    before = estimate([1.0, 2.0], [0.3, 0.4], names=("x", "y"))
    after = estimate([5.0, 4.0], [0.2, 0.1], names=("y", "x"))
    found = change(before, after, cross=INDEPENDENT)
    assert found.names == ("x", "y")
    assert found.value == pytest.approx([3.0, 3.0])
    assert found.variance == pytest.approx([0.10, 0.20])


def test_change_refuses_areas_of_one_wave_only_and_a_covariance_that_cannot_be():
    with pytest.raises(Fault, match="one wave only: b"):
        change(estimate([1.0, 2.0], [0.1, 0.1]), estimate([1.0], [0.1]), cross=INDEPENDENT)
    with pytest.raises(Fault, match="negative"):
        change(estimate([1.0], [0.1]), estimate([1.0], [0.1]), cross=[[1.0]])


def test_change_never_has_more_df_than_its_waves_and_satterthwaite_s_between():
    found = change(estimate([0.0], [1.0], 9), estimate([0.0], [1.0], 9), cross=INDEPENDENT)
    assert found.df[0] == pytest.approx(18)
    unequal = change(estimate([0.0], [1.0], 9), estimate([0.0], [0.1], 9), cross=INDEPENDENT)
    assert 9 < unequal.df[0] < 10


def test_score_level_is_holm_and_benjamini_hochberg_on_t_tests():
    shift = estimate([2.5, 0.1, -3.5, 1.0], [1, 1, 1, 1])
    found = score_change(shift)
    np.testing.assert_allclose(found.p_holm, multipletests(found.p, method="holm")[1])
    np.testing.assert_allclose(found.q_screening, multipletests(found.p, method="fdr_bh")[1])
    assert (found.p <= found.q_screening).all() and (found.q_screening <= found.p_holm).all()


def test_a_change_without_sampling_error_is_certain_or_none():
    found = score_change(estimate([0.0, 0.3], [0.0, 0.0]))
    assert list(found.p) == [1.0, 0.0]


def test_standing_is_relative_to_the_field_and_its_values_sum_to_zero():
    shift = estimate([0.10, 0.11, 0.09, 0.40], [0.03] * 4)
    found = standing_change(shift, rng=np.random.default_rng(0))
    assert found.relative.sum() == pytest.approx(0)
    assert found.p_standing.argmin() == 3
    moved_together = standing_change(estimate([0.3] * 4, [0.03] * 4), rng=np.random.default_rng(0))
    assert (moved_together.p_standing > 0.9).all()


def test_standing_stepdown_equals_a_naive_second_implementation():
    """p of a direction: the largest over all clearer ones of the chance that the maximum of those left is as large."""
    rng, p = np.random.default_rng(5), 5
    shift = estimate(rng.normal(size=p) * 2, rng.uniform(0.5, 1, p))
    found = standing_change(shift, rng=np.random.default_rng(7), draws=400)
    contrast = np.eye(p) - 1 / p
    covariance = contrast @ shift.covariance @ contrast.T
    se = np.sqrt(np.diag(covariance))
    z = np.random.default_rng(7).standard_normal((400, p)) * shift.se @ contrast.T / se
    t = contrast @ shift.value / se
    left = [(j, sign) for j in range(p) for sign in (1, -1)]
    adjusted, worst = {}, 0.0
    while left:
        j, sign = max(left, key=lambda member: member[1] * t[member[0]])
        maxima = np.max([s * z[:, k] for k, s in left], axis=0)
        worst = max(worst, (1 + (maxima >= sign * t[j]).sum()) / 401)
        adjusted[j, sign] = worst
        left.remove((j, sign))
    expected = [adjusted[j, 1 if t[j] >= 0 else -1] for j in range(p)]
    np.testing.assert_allclose(found.p_standing, expected)


def rotating_panel(rng, *, areas=12, strata=2, psus=6, common=3, size=5, rho=0.7, shift=0.0):
    """Two waves of areas x strata x PSUs, `common` PSUs a stratum kept, PSU effects correlated rho between waves."""
    strata_in_all, kept_from = areas * strata, psus - common
    effects = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], size=(strata_in_all, 2 * psus - common))
    waves = []
    for wave, first in ((0, 0), (1, kept_from)):
        stratum, psu = (index.ravel() for index in np.indices((strata_in_all, psus)))
        y = effects[stratum, first + psu, wave][:, None] + rng.normal(size=(len(psu), size)) + wave * shift
        names = pd.DataFrame({"wave": wave, "stratum": stratum, "psu": stratum * 1_000 + first + psu})
        table = names.loc[names.index.repeat(size)].reset_index(drop=True)
        area = pd.Series([f"{k:02}" for k in range(areas)]).iloc[table.stratum // strata].to_numpy()
        waves.append(table.assign(area=area, y=y.ravel(), w=rng.uniform(1, 3, len(table))))
    return waves


def linearized(table):
    design = Design.from_table(table, weight="w", stratum="stratum", psu="psu")
    return linearize_domain_means(table.y, table.area, design)


def test_a_full_panel_of_one_area_gives_the_textbook_covariance_of_paired_psu_totals():
    before, after = (linearized(t) for t in rotating_panel(np.random.default_rng(2), areas=1, strata=1, common=6))
    u1, u2 = (np.asarray(x.totals.todense()).ravel() for x in (before, after))
    expected = 6 / 5 * ((u1 - u1.mean()) * (u2 - u2.mean())).sum()
    assert common_psu_covariance(before, after)[0, 0] == pytest.approx(expected, rel=1e-12)


def test_waves_without_a_common_psu_have_no_covariance():
    before, after = (linearized(t) for t in rotating_panel(np.random.default_rng(2), common=0))
    assert (common_psu_covariance(before, after) == 0).all()


def test_the_covariance_never_exceeds_what_the_variances_allow():
    for seed in range(20):
        waves = rotating_panel(np.random.default_rng(seed), areas=3, strata=2, psus=2, common=2, size=2, rho=0.99)
        before, after = (linearized(t) for t in waves)
        covariance = common_psu_covariance(before, after)
        assert (np.abs(np.diag(covariance)) <= before.estimate().se * after.estimate().se * (1 + 1e-12)).all()


@pytest.mark.parametrize("common", [1, 3, 6])
def test_common_psu_covariance_is_unbiased_and_the_change_s_interval_covers(common):
    """Simulated rotating panel: mean estimated covariance = true one, and 95 % intervals of change cover 95 %."""
    rng, repeats, areas = np.random.default_rng(common), 75, 12
    found, covered, changes = [], {"common": [], "independent": []}, []
    for _ in range(repeats):
        before, after = (linearized(t) for t in rotating_panel(rng, common=common, size=3))
        cross = common_psu_covariance(before, after)
        found.append(np.diag(cross).mean())
        changes.append(np.column_stack([before.value, after.value]))
        waves = before.estimate(), after.estimate()
        for kind, c in (("common", cross), ("independent", INDEPENDENT)):
            limits = change(*waves, cross=c).interval()
            covered[kind].append(((limits.lower <= 0) & (limits.upper >= 0)).mean())
    stacked = np.array(changes)
    true = np.mean([np.cov(stacked[:, a].T)[0, 1] for a in range(areas)])
    error = np.std([np.cov(stacked[:, a].T)[0, 1] for a in range(areas)]) / np.sqrt(areas)
    assert abs(np.mean(found) - true) < 3 * error + 0.002
    rate, noise = np.mean(covered["common"]), 3 * np.std(covered["common"]) / np.sqrt(repeats)
    assert abs(rate - 0.95) < noise + 0.012
    assert np.mean(covered["independent"]) > rate
    if common == 6:
        assert np.mean(covered["independent"]) > 0.975  # a panel taken for independent samples is too cautious


# ---- smoothing


def test_smoothed_shares_are_never_certain_and_keep_value_and_correlation():
    covariance = np.array([[0.0, 0.0, 0.0], [0.0, 0.004, 0.001], [0.0, 0.001, 0.005]])
    e = Estimate(("a", "b", "c"), [1.0, 0.6, 0.7], covariance, 9)
    found = smooth_shares(e, [40.0, 50.0, 45.0])
    assert (found.se > 0).all() and list(found.value) == [1.0, 0.6, 0.7]
    correlation = found.covariance[1, 2] / (found.se[1] * found.se[2])
    assert correlation == pytest.approx(0.001 / np.sqrt(0.004 * 0.005))


def test_smoothed_variance_is_the_formula_worked_by_hand():
    e = Estimate(("a", "b"), [1.0, 0.5], np.diag([0.0, 0.25 / 50]), np.inf)
    found = smooth_shares(e, [40.0, 50.0], prior=30)
    mean_p = (40 * 1.0 + 50 * 0.5 + 0.5) / 91
    q = (40 * 1.0 + 30 * mean_p) / 70
    assert found.variance[0] == pytest.approx(q * (1 - q) / 40)


def test_smoothed_scores_where_all_answers_are_equal_have_the_league_s_variance():
    e = Estimate(("a", "b"), [100.0, 60.0], np.diag([0.0, 9.0]), 9)
    assert smooth_scores(e, [50.0, 50.0]).variance == pytest.approx([9.0, 9.0])


@pytest.mark.parametrize("smooth", [smooth_shares, smooth_scores])
def test_a_league_that_agrees_without_exception_is_not_certain(smooth):
    found = smooth(Estimate(tuple("abcdef"), [1.0] * 6, np.zeros((6, 6)), 39), [40.0] * 6)
    assert (found.variance > 0).all() and (found.se < 0.02).all()


def test_under_no_change_the_standing_level_errs_at_most_at_its_level():
    """20 areas, 30-120 interviews, shares 0.8-0.95, 8-15 PSUs an area: familywise error at 5 %, within error."""
    rng, repeats, wrong = np.random.default_rng(4), 80, 0
    p_true, psus = rng.uniform(0.8, 0.95, 20), rng.integers(8, 16, 20)
    for _ in range(repeats):
        waves = []
        for _ in range(2):
            sizes = [(a, j, 4 + a % 4) for a in range(20) for j in range(psus[a])]
            rows = [(a, j, rng.random() < p_true[a]) for a, j, size in sizes for _ in range(size)]
            table = pd.DataFrame(rows, columns=["area", "psu", "y"]).assign(w=1.0)
            d = Design.from_table(table, weight="w", stratum="area", psu="psu", nest=True)
            n = table.groupby("area").size().to_numpy()
            waves.append(smooth_shares(domain_means(table.y.astype(float), table.area, d), n))
        shift = change(*waves, cross=INDEPENDENT)
        wrong += (standing_change(shift, rng=rng, draws=1000).p_standing <= 0.05).any()
    assert wrong / repeats < 0.05 + 3 * np.sqrt(0.05 * 0.95 / repeats)


def test_joint_intervals_of_standing_cover_all_areas_as_often_as_they_say_and_agree_with_the_test():
    rng, p, held = np.random.default_rng(21), 10, 0
    v, df = rng.uniform(0.5, 2, p), 12.0
    for _ in range(300):
        noise = rng.standard_normal(p) * np.sqrt(v)
        s2 = v * rng.chisquare(df, p) / df
        found = standing_change(Estimate(tuple(range(p)), noise, np.diag(s2), df), rng=rng, draws=800)
        held += bool(((found.lower <= 0) & (found.upper >= 0)).all())
        outside = (found.lower > 0) | (found.upper < 0)
        assert not (outside & (found.p_standing > 0.06)).any()
    assert 0.95 - 3 * np.sqrt(0.95 * 0.05 / 300) <= held / 300 <= 0.99


def test_a_watch_list_makes_its_own_test_sharper_and_the_others_hardly_weaker():
    shift = Estimate(tuple(range(30)), [-2.9, *np.zeros(29)], np.eye(30), np.inf)
    plain = standing_change(shift, rng=np.random.default_rng(0), draws=40_000)
    watched = standing_change(shift, rng=np.random.default_rng(0), watch=[0, 1], draws=40_000)
    assert watched.p_standing[0] < plain.p_standing[0] / 2
    other = standing_change(shift, rng=np.random.default_rng(0), watch=[1, 2], draws=40_000)
    assert plain.p_standing[0] < other.p_standing[0] < 3 * plain.p_standing[0]
    np.testing.assert_allclose(watched.relative, plain.relative)
    with pytest.raises(Fault, match="nobody"):
        standing_change(shift, rng=np.random.default_rng(0), watch=["nobody"])
