"""Means of numbers (a rating, minutes): R's survey on a clustered calibrated sample, identities, and intervals."""

import json

import numpy as np
import pandas as pd
import pytest
from r_calls import GOLDEN, table
from r_weights import calibrated

from accountability.league.changes import change_table
from accountability.league.estimates import estimate_table
from accountability.league.ranks import league_ranks
from accountability.league.wave_measure import WaveMeasure
from estimation import Design, Item, Measure, measure_interval
from estimation.estimators.estimates import Estimate
from estimation.indicators.answer_moments import skewness_of_means
from estimation.precision.skewed_intervals import skewed_interval

SCHOOL = Item("api00", {}, frozenset({"-1"}), frozenset(), range=(200.0, 1000.0))
LEAGUE = [f"area {k}" for k in range(6)]


def a_mean(item: str, low: float, high: float, **options) -> Measure:
    return Measure("rating", "mean", (item,), frozenset(), {}, True, range=(low, high), **options)


def as_wave(measure: Measure, item: Item, cells, area, design: Design) -> WaveMeasure:
    answers = pd.DataFrame({item.name: cells}).astype(str)
    return WaveMeasure.of_answers(measure, answers, np.asarray(area, dtype=object), design, items={item.name: item})


def interviews(seed: int = 1, n: int = 40, *, whole: int = 10):
    """Areas, weights, PSUs of four (answers within them alike: deff about 2) and ratings 0 to `whole`."""
    rng = np.random.default_rng(seed)
    psu = np.arange(len(LEAGUE) * n) // 4
    common = rng.normal(0, 0.8, psu.max() + 1)[psu]
    rating = np.clip(np.rint(whole * (0.7 + 0.15 * (common + rng.normal(0, 0.8, len(psu))))), 0, whole).astype(int)
    rows = pd.DataFrame({"area": np.repeat(LEAGUE, n), "w": rng.uniform(1, 3, len(psu)), "psu": psu, "rating": rating})
    return rows, Design.from_table(rows, weight="w", stratum="area", psu="psu")


@pytest.mark.parametrize(
    ("case", "column"),
    [
        ("clus1_rake_mean", "api00"),
        ("clus1_rake_mean", "enroll"),
        ("clus1_calibrate_linear_mean", "api00"),
        ("clus1_fpc_calibrate_raking_mean", "api00"),
    ],
)
def test_a_mean_of_a_clustered_weighted_calibrated_sample_is_r_s(case, column):
    cases = {c["id"]: c for c in json.loads((GOLDEN / "shared_calibration.json").read_text("utf-8"))["cases"]}
    plan, found = cases[case]["design"], cases[case]["result"]
    data = table(plan["data"])
    design = Design.from_table(data, weight=plan["weights"], psu=plan["ids"], population=plan.get("fpc"))
    design = calibrated(design, data, cases[case]["prep"])
    item = Item(column, {}, frozenset(), frozenset(), range=(0.0, 4000.0))
    wave = as_wave(a_mean(column, 0, 4000), item, data[column], ["all"] * len(data), design)
    row, at = estimate_table(wave, level=0.95).iloc[-1], found["names"].index(column)
    assert row.estimate == pytest.approx(found["coef"][at], rel=1e-6 if "rake" in case else 1e-8)
    assert row.se == pytest.approx(found["se"][at], rel=1e-6 if "rake" in case else 1e-8)
    if row.method == "wald":  # R's confint, with its df
        assert (row.lower, row.upper) == pytest.approx(found["ci_t"][at], rel=1e-6)
    assert row.method == ("skewed" if column == "enroll" else "wald")  # sizes of schools have a long tail


def test_the_mean_of_a_rating_of_0_or_1_is_the_share_to_the_last_digit_with_its_interval_ranks_and_changes():
    item = Item("rating", {}, frozenset({"9"}), frozenset(), range=(0.0, 1.0), whole=True)
    coded = Item("rating", {"0": "no", "1": "yes"}, frozenset({"9"}), frozenset())
    share = Measure("rating", "share", ("rating",), frozenset({"1"}), {}, True)
    tables = []
    for measure, question in ((a_mean("rating", 0, 1, two_valued=True), item), (share, coded)):
        waves = {}
        for name, seed in (("one", 1), ("two", 2)):
            rows, design = interviews(seed, whole=1)
            rows.loc[::11, "rating"] = 9
            waves[name] = as_wave(measure, question, rows.rating, rows.area, design)
        changes = change_table(waves, ["one"], ["two"], LEAGUE, level=0.95, rng=np.random.default_rng(3))
        ranks = league_ranks(waves["one"], LEAGUE, level=0.95, rng=np.random.default_rng(3))
        tables.append((estimate_table(waves["one"], level=0.95), changes, ranks))
    for mean, of_share in zip(tables[0][:2], tables[1][:2], strict=True):
        pd.testing.assert_frame_equal(mean, of_share, check_exact=True)
    assert (tables[0][2].lower == tables[1][2].lower).all() and (tables[0][2].upper == tables[1][2].upper).all()


def test_another_unit_changes_nothing_but_the_unit():
    rows, design = interviews()
    points = as_wave(
        a_mean("rating", 0, 10),
        Item("rating", {}, frozenset(), frozenset(), range=(0.0, 10.0)),
        rows.rating,
        rows.area,
        design,
    )
    item = Item("rating", {}, frozenset(), frozenset(), range=(32.0, 50.0))
    degrees = as_wave(a_mean("rating", 32, 50), item, 32 + 1.8 * rows.rating, rows.area, design)
    one, two = (estimate_table(w, level=0.9) for w in (points, degrees))
    assert list(one.method) == list(two.method) and {"wald", "skewed"} <= set(one.method)
    for column in ("estimate", "lower", "upper"):
        np.testing.assert_allclose(two[column], 32 + 1.8 * one[column], rtol=1e-9)
    np.testing.assert_allclose(two.se, 1.8 * one.se, rtol=1e-9)
    ranks = [league_ranks(w, LEAGUE, level=0.95, rng=np.random.default_rng(3)) for w in (points, degrees)]
    assert (ranks[0].lower == ranks[1].lower).all() and (ranks[0].upper == ranks[1].upper).all()


def test_a_mean_of_coded_answers_is_their_score_but_for_the_interval():
    """The same numbers as codes with points: every figure but the limits, which here know how skewed answers are."""
    rows, design = interviews()
    labels = {str(k): str(k) for k in range(11)}
    item, coded = (
        Item("rating", {}, frozenset(), frozenset(), range=(0.0, 10.0)),
        Item("rating", labels, *[frozenset()] * 2),
    )
    score = Measure("rating", "score", ("rating",), frozenset(), {k: float(k) for k in labels}, True)
    one = estimate_table(as_wave(a_mean("rating", 0, 10), item, rows.rating, rows.area, design), level=0.95)
    two = estimate_table(as_wave(score, coded, rows.rating, rows.area, design), level=0.95)
    pd.testing.assert_frame_equal(
        one.drop(columns=["lower", "upper", "method"]), two.drop(columns=["lower", "upper", "method"])
    )


def test_limits_stay_within_the_range_and_where_all_answer_alike_anything_is_possible():
    rows, _ = interviews(n=8)
    design = Design.from_table(rows, weight="w", stratum="area")
    rows.loc[rows.area == LEAGUE[0], "rating"] = 10
    rows.loc[rows.area == LEAGUE[1], "rating"] = 7
    rows.loc[rows.area == LEAGUE[2], "rating"] = [10] * 7 + [0]
    item = Item("rating", {}, frozenset(), frozenset(), range=(0.0, 10.0))
    found = estimate_table(as_wave(a_mean("rating", 0, 10), item, rows.rating, rows.area, design), level=0.95)
    found = found.set_index("domain")
    assert (found.lower >= 0).all() and (found.upper <= 10).all()
    assert (found.lower < found.upper).all()
    assert list(found.method[LEAGUE[:3]]) == ["mid_p", "mid_p", "skewed"]
    assert found.lower[LEAGUE[0]] == pytest.approx(10 * 0.025 ** (1 / 8), rel=0.3)  # as for a share of 8 of 8, few df
    assert found.upper[LEAGUE[0]] == 10 and found.lower[LEAGUE[1]] < 5


def test_a_range_longer_than_needed_changes_no_interval():
    rows, design = interviews()
    rows = rows.assign(rating=np.exp(rows.rating / 2).round(2))  # a long tail: minutes
    found = []
    for most in (200.0, 1e6):
        item = Item("rating", {}, frozenset(), frozenset(), range=(0.0, most))
        found.append(
            estimate_table(as_wave(a_mean("rating", 0, most), item, rows.rating, rows.area, design), level=0.95)
        )
    assert "skewed" in set(found[0].method)
    for column in ("estimate", "se", "lower", "upper"):
        np.testing.assert_allclose(found[0][column], found[1][column], rtol=1e-8)


def test_the_skewed_interval_undoes_hall_s_transformation():
    gamma, estimate = np.array([0.0, 0.3, -0.3, 1.2]), Estimate(tuple("abcd"), np.zeros(4), np.eye(4), np.inf)
    lower, upper, _ = skewed_interval(estimate, gamma)
    for limits, z in ((-lower, 1.959964), (-upper, -1.959964)):  # T of the true value
        transformed = limits + gamma * limits**2 / 3 + gamma**2 * limits**3 / 27 + gamma / 6
        np.testing.assert_allclose(transformed, z, rtol=1e-6)
    assert upper[1] > -lower[1] and upper[2] < -lower[2]  # the longer side lies where the tail is
    assert np.isinf(skewed_interval(Estimate("a", [0.0], [[1.0]], 0.0), 0.5)[:2]).all()


def test_the_skewness_of_a_mean_falls_with_the_interviews_and_grows_with_clumps():
    y = np.tile([0.0] * 9 + [10.0], 20)
    area, weight = np.array(["a"] * 200), np.ones(200)
    alone = skewness_of_means(y, area, weight, ["a"], deff=[1.0], n_third=[200.0])
    assert alone == pytest.approx((1 - 2 * 0.1) / np.sqrt(0.09) / np.sqrt(200))  # of a share, on any scale
    clumps = skewness_of_means(y, area, weight, ["a"], deff=[2.0], n_third=[200.0])
    assert clumps == pytest.approx(alone * 3 / np.sqrt(2))
    assert skewness_of_means(y * 0, area, weight, ["a"], deff=[np.nan], n_third=[200.0]) == 0


@pytest.mark.parametrize("n", [8, 20, 125])
def test_means_of_minutes_are_covered_where_student_s_t_is_not(n):
    """Log-normal minutes, 200 areas, nominal 95 %: Student's t covers 82 to 93 %."""
    rng = np.random.default_rng(n)
    areas, truth = 200, np.exp(3.5)
    y = rng.lognormal(3, 1, (areas, n))
    area, names = np.repeat(np.arange(areas).astype(str), n), [str(a) for a in range(areas)]
    estimate = Estimate(tuple(names), y.mean(axis=1), np.diag(y.var(axis=1, ddof=1) / n), n - 1.0)
    gamma = skewness_of_means(
        y.ravel(), area, np.ones(y.size), names, deff=np.ones(areas), n_third=np.full(areas, float(n))
    )
    limits, _ = measure_interval(estimate, n, n, low=0, high=1e5, share=False, skewness=gamma)
    covered = ((limits.lower <= truth) & (truth <= limits.upper)).mean()
    by_t = estimate.interval(0.95)
    plain = ((by_t.lower <= truth) & (truth <= by_t.upper)).mean()
    assert covered >= 0.92 and covered > plain
