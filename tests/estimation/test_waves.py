"""Combinations of waves: identities with pairwise changes, rolling windows, trends, breaks that forbid a comparison."""

from dataclasses import replace

import numpy as np
import pytest

from estimation import INDEPENDENT, Estimate, Waves, change, combine, slope, standing_change, window_change, windows
from words import Fault

QUARTERS = tuple(f"{year}Q{q}" for year in (2014, 2015) for q in (1, 2, 3, 4))
AREAS = ("x", "y", "z")


def eight_quarters(rng, *, correlation=0.0, df=20.0, breaks=frozenset()) -> Waves:
    """Eight waves; neighbours correlated, others not."""
    estimates = [Estimate(AREAS, rng.normal(size=3), np.diag(rng.uniform(0.5, 1.5, 3)), df) for _ in QUARTERS]
    cross = {(s, t): INDEPENDENT for j, t in enumerate(QUARTERS) for s in QUARTERS[:j]}
    for j in range(7):
        c = np.diag(correlation * estimates[j].se * estimates[j + 1].se)
        cross[QUARTERS[j], QUARTERS[j + 1]] = c if correlation else INDEPENDENT
    return Waves(QUARTERS, tuple(estimates), cross, breaks)


def joint(waves: Waves) -> np.ndarray:
    """The covariance (8p,8p) of all waves, written out."""
    blocks = [[np.zeros((3, 3)) for _ in QUARTERS] for _ in QUARTERS]
    for j, s in enumerate(QUARTERS):
        blocks[j][j] = waves.estimates[j].covariance
        for k in range(j + 1, 8):
            c = waves.cross[s, QUARTERS[k]]
            if not isinstance(c, str):
                blocks[j][k], blocks[k][j] = c, c.T
    return np.block(blocks)


@pytest.mark.parametrize(
    "coefficients",
    [
        window_change(["2015Q3"], ["2015Q4"]),
        window_change(["2014Q4"], ["2015Q4"]),
        window_change(QUARTERS[:4], QUARTERS[4:]),
        window_change(QUARTERS[3:7], QUARTERS[4:8]),
        dict(zip(QUARTERS, slope(range(8)), strict=True)),
    ],
    ids=["quarter", "same quarter last year", "disjoint years", "rolling years", "trend"],
)
def test_every_combination_is_the_quadratic_form_of_the_joint_covariance(coefficients):
    waves = eight_quarters(np.random.default_rng(1), correlation=0.4)
    found = combine(waves, coefficients)
    rows = np.kron([coefficients.get(q, 0.0) for q in QUARTERS], np.eye(3))
    np.testing.assert_allclose(found.covariance, rows @ joint(waves) @ rows.T, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(found.value, rows @ np.concatenate([e.value for e in waves.estimates]))


def test_change_is_the_combination_of_two_waves():
    waves = eight_quarters(np.random.default_rng(2), correlation=0.5)
    one = change(*waves.estimates[:2], cross=waves.cross[QUARTERS[0], QUARTERS[1]])
    two = combine(waves, window_change(QUARTERS[:1], QUARTERS[1:2]))
    np.testing.assert_allclose(one.covariance, two.covariance)
    np.testing.assert_allclose(one.df, two.df)


def test_neighbouring_rolling_years_differ_by_a_quarter_of_the_quarters_at_their_ends():
    a = window_change(QUARTERS[:4], QUARTERS[1:5])
    assert {w: round(x, 12) for w, x in a.items() if abs(x) > 1e-12} == {"2014Q1": -0.25, "2015Q1": 0.25}


def test_disjoint_years_of_independent_quarters_have_half_the_standard_error_of_a_quarter_s_change():
    estimates = tuple(Estimate(("x",), [0.0], [[1.0]], 20) for _ in QUARTERS)
    cross = {(s, t): INDEPENDENT for j, t in enumerate(QUARTERS) for s in QUARTERS[:j]}
    waves = Waves(QUARTERS, estimates, cross)
    years = combine(waves, window_change(QUARTERS[:4], QUARTERS[4:]))
    quarter = combine(waves, window_change(QUARTERS[6:7], QUARTERS[7:]))
    assert years.se[0] == pytest.approx(quarter.se[0] / 2)
    assert years.df[0] == pytest.approx(160) and quarter.df[0] == pytest.approx(40)


def test_a_trend_finds_the_slope_of_a_straight_line():
    estimates = tuple(Estimate(("x",), [3 + 0.7 * k], [[1.0]], 20) for k in range(8))
    cross = {(s, t): INDEPENDENT for j, t in enumerate(QUARTERS) for s in QUARTERS[:j]}
    found = combine(Waves(QUARTERS, estimates, cross), slope(range(8)))
    assert found.value[0] == pytest.approx(0.7)
    assert found.variance[0] == pytest.approx(1 / ((np.arange(8) - 3.5) ** 2).sum())


def test_areas_may_stand_in_another_order_in_each_wave():
    before = Estimate(("x", "y"), [1.0, 2.0], np.diag([1.0, 2.0]), 9)
    after = Estimate(("y", "x"), [5.0, 4.0], np.diag([3.0, 4.0]), 9)
    c = np.array([[0.0, 0.5], [0.25, 0.0]])  # rows x, y of before; columns y, x of after
    found = change(before, after, cross=c)
    assert found.variance == pytest.approx([1 + 4 - 2 * 0.5, 2 + 3 - 2 * 0.25])


def test_nothing_is_compared_over_a_marked_break():
    waves = eight_quarters(np.random.default_rng(3), breaks=frozenset({"2015Q1"}))
    combine(waves, window_change(["2015Q1"], ["2015Q2"]))
    combine(waves, window_change(["2014Q1"], ["2014Q4"]))
    with pytest.raises(Fault, match="2014 Q4 and 2015 Q2 cannot be compared"):
        combine(waves, window_change(["2014Q4"], ["2015Q2"]))


def test_unknown_waves_missing_covariances_and_idle_coefficients_are_refused():
    waves = eight_quarters(np.random.default_rng(4))
    with pytest.raises(Fault, match="no waves 2016Q1"):
        combine(waves, {"2016Q1": 1.0})
    with pytest.raises(Fault, match="not all 0"):
        combine(waves, np.zeros(8))
    with pytest.raises(Fault, match="two different times"):
        slope([1, 1])
    with pytest.raises(Fault, match="2014Q1-2014Q2"):
        Waves(QUARTERS[:2], waves.estimates[:2], {})


YEARS, ROLLING, BACKWARDS = ((0, 4), (4, 8)), ((2, 6), (3, 7)), ((5, 6), (2, 5))


@pytest.mark.parametrize("spans", [YEARS, ROLLING, BACKWARDS])
def test_two_windows_and_their_covariance_give_the_change_of_the_windows(spans):
    """Disjoint years, rolling years, and windows the wrong way round: variances of the joint matrix, written out."""
    before, after = (QUARTERS[slice(*span)] for span in spans)
    rng = np.random.default_rng(8)
    waves = eight_quarters(rng, correlation=0.6)
    one, two, cross = windows(waves, before, after)
    found, expected = change(one, two, cross=cross), combine(waves, window_change(before, after))
    np.testing.assert_allclose(found.value, expected.value)
    np.testing.assert_allclose(found.covariance, expected.covariance, atol=1e-12)
    a = np.kron([(q in before) / len(before) for q in QUARTERS], np.eye(3))
    b = np.kron([(q in after) / len(after) for q in QUARTERS], np.eye(3))
    np.testing.assert_allclose(cross, a @ joint(waves) @ b.T, atol=1e-12)


def test_windows_of_independent_waves_say_so_and_a_break_between_them_is_refused():
    rng = np.random.default_rng(9)
    assert windows(eight_quarters(rng), QUARTERS[:2], QUARTERS[4:6])[2] == INDEPENDENT
    with pytest.raises(Fault) as fault:
        windows(eight_quarters(rng, breaks=frozenset({"2015Q1"})), QUARTERS[4:], QUARTERS[:4])
    assert fault.value.key == "change.break"


@pytest.mark.parametrize(("before", "after"), [(1, 1), (4, 1), (4, 4), (7, 1), (1, 7)])
def test_a_change_of_one_panel_has_the_df_of_its_psus_however_long_the_windows_are(before, after):
    """All waves ask the same PSUs: their differences are one variance, also those within a window, with their sign."""
    names = QUARTERS[: before + after]
    estimate = Estimate(AREAS, np.zeros(3), np.diag([1.0, 2.0, 3.0]), 20.0)
    pairs = [(s, t) for j, t in enumerate(names) for s in names[:j]]
    covariance = 0.6 * estimate.covariance
    common = dict.fromkeys(pairs, (estimate.variance, estimate.variance, np.full(3, 7.0)))
    waves = Waves(names, (estimate,) * len(names), dict.fromkeys(pairs, covariance), common=common)
    shift = combine(waves, window_change(names[:before], names[before:]))
    np.testing.assert_allclose(shift.df, 7.0)
    np.testing.assert_allclose(shift.variance, 0.4 * estimate.variance * (1 / before + 1 / after))


def test_waves_with_the_same_answers_of_the_same_people_change_by_nothing_and_nothing_is_confirmed():
    generator = np.random.default_rng(4)
    factor = generator.normal(size=(5, 5)) / 100
    covariance = factor @ factor.T
    wave = Estimate(tuple("abcde"), np.full(5, 0.9), covariance, 60)
    moved = change(wave, wave, cross=covariance * (1 + 1e-14))  # rounding, below 0 as well as above
    assert not moved.value.any() and not np.asarray(moved.covariance).any()
    standing = standing_change(moved, rng=np.random.default_rng(1), draws=99)
    assert (standing.p_standing >= 1).all()
    one = change(wave, replace(wave, covariance=covariance + np.diag([1e-6, 0, 0, 0, 0])), cross=covariance)
    assert one.se[0] == pytest.approx(1e-3) and not one.se[1:].any()
