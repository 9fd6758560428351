"""What is only rounding is nothing: no spread, no variance, no covariance, no value beyond its scale; and properties.

Whoever permutes rows, changes the weights' scale (of all, or of an area) or writes one respondent in two lines of the
same sampling unit has said the same: ranks, ties, sets, verdicts and intervals stay.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accountability import Figures, Rule, judge
from accountability.league.estimates import estimate_table
from accountability.league.wave_measure import WaveMeasure
from accountability.rules.table import verdict_table
from estimation import (
    INDEPENDENT,
    Design,
    Estimate,
    Item,
    Measure,
    Part,
    change,
    compare_league,
    design_effect,
    domain_means,
    indicator_values,
    last_k,
    linearize_domain_means,
    mean,
    measure_interval,
    proportion_interval,
    rake,
    rank_change,
    rank_confidence_set,
    ratio,
    shift_split,
    smooth_shares,
)
from estimation.waves.noise import linked_pair, off_diagonal

SAFE = Measure("safe", "share", ("a",), frozenset({"1"}), {}, True)
ITEMS = {name: Item(name, {"1": "", "2": "", "3": ""}, frozenset({"9"}), frozenset()) for name in "abc"}
POINTS = {"1": 100.0, "2": 200 / 3, "3": 0.0}
SCORE = Measure("score", "score", ("a",), frozenset(), POINTS, True)


def table_of(answers, weight, area, psu=None) -> pd.DataFrame:
    """Interviews of areas that are strata; a PSU a person unless given."""
    n = len(answers)
    psu = np.arange(n) if psu is None else psu
    return pd.DataFrame({"answer": answers, "w": weight, "area": area, "psu": psu})


def means(table: pd.DataFrame) -> Estimate:
    design = Design.from_table(table, weight="w", stratum="area", psu="psu")
    return domain_means(table.answer, table.area, design)


def towns(count: int, n: int, weight, one_stratum=False, constant=1.0):
    area = np.repeat([f"t{j:02}" for j in range(count)], n)
    table = table_of(np.full(count * n, constant), weight, area)
    return table, Design.from_table(table, weight="w", stratum=None if one_stratum else "area", psu="psu")


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), constant=st.sampled_from([1.0, 0.0, 100.0, 200 / 3, -1 / 3]))
def test_where_all_answered_alike_there_is_no_sampling_error_and_the_value_is_the_answer(seed, constant):
    weight = np.random.default_rng(seed).gamma(2, 10.0 ** (seed % 7 - 3), 120)
    table, design = towns(4, 30, weight, constant=constant)
    for found in (
        domain_means(table.answer, table.area, design),
        mean(table.answer, design),
        ratio(table.answer, np.ones(120), design),
    ):
        np.testing.assert_allclose(found.value, constant, rtol=1e-14)
        assert (found.variance == 0).all() and (np.asarray(found.covariance) == 0).all()
    areas = domain_means(table.answer, table.area, design)
    assert (areas.value == constant).all()
    middle = np.where(table.area == "t00", 200 / 3, np.where(table.area == "t01", 0.0, 100.0))  # alike in each town
    influence = linearize_domain_means(middle, table.area, design).totals  # what waves' correlations are made of
    assert np.abs(influence).max() == 0
    assert np.isnan(design_effect(areas, table.answer, design, reference="wr", domain=table.area)).all()


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6))
def test_a_share_never_leaves_0_to_1_and_one_town_at_an_end_is_exactly_there(seed):
    rng = np.random.default_rng(seed)
    weight = rng.gamma(2, 10.0 ** (seed % 7 - 3), 120)
    table, design = towns(4, 30, weight)
    table["answer"] = np.where(table.area == "t00", rng.integers(0, 2, 120), (table.area == "t01") * 1.0)
    found = domain_means(table.answer, table.area, design)
    assert found.value[1] == 1 and found.value[2] == 0 and ((found.value >= 0) & (found.value <= 1)).all()
    assert (found.variance[1:] == 0).all() and found.variance[0] > 0
    smooth = smooth_shares(found, 30.0)
    assert (smooth.variance > 0).all()


def test_a_league_at_100_per_cent_has_no_negative_variance_after_smoothing_and_is_not_certain():
    for n in (35.84965994, 34.64784693, 34.87414767, 35.75785483, 34.39134873, 35.702095):
        league = Estimate(("a", "b"), [1.0, 1.0], np.zeros((2, 2)), 39)
        variance = smooth_shares(league, [n, 33.3]).variance
        assert ((variance > 0) & (variance < 0.015**2)).all()


def test_areas_of_one_stratum_have_no_covariance_and_stay_independent():
    """Σ of each area's residuals is 0, so its covariance with another is -n ū_1 ū_2 = 0, but for rounding."""
    rng = np.random.default_rng(3)
    table, design = towns(6, 40, rng.uniform(1, 3, 240), one_stratum=True)
    found = domain_means(rng.integers(0, 2, 240).astype(float), table.area, design)
    assert off_diagonal(found.covariance) is None and np.count_nonzero(found.covariance) == 6
    assert last_k(found, 1, covariance="independent").critical_in < last_k(found, 1).critical_in


def test_covariances_above_rounding_link_areas_and_those_below_do_not():
    se = np.array([0.1, 0.2, 0.0])
    for share, linked in ((1e-12, None), (1e-3, (0, 1))):
        covariance = np.diag(se**2)
        covariance[0, 1] = covariance[1, 0] = share * 0.1 * 0.2
        assert linked_pair(covariance, se, se) == linked
        assert (off_diagonal(covariance) is None) == (linked is None)


def test_a_mean_that_calibration_fixes_is_known_exactly():
    rng = np.random.default_rng(5)
    table = pd.DataFrame({"sex": rng.choice(["F", "M"], 200), "psu": np.arange(200), "w": rng.uniform(1, 3, 200)})
    design = Design.from_table(table, weight="w", psu="psu")
    raked = rake(table.w, table, {"sex": pd.Series({"F": 210.0, "M": 190.0})})
    women = (table.sex == "F").to_numpy(float)
    area = rng.choice(["x", "y"], 200)
    calibrated = design.calibrated(raked)
    assert mean(women, calibrated).variance == 0 and mean(women, calibrated).value == pytest.approx(210 / 400)
    assert mean(women, design).variance > 0
    assert (domain_means(np.ones(200), area, calibrated).variance == 0).all()
    assert (domain_means(women, area, calibrated).variance > 0).all()


def wave_of(measure, answers: pd.DataFrame, weight, area, **options) -> WaveMeasure:
    table = table_of(np.zeros(len(answers)), weight, area)
    design = Design.from_table(table, weight="w", stratum="area", psu="psu")
    return WaveMeasure.of_answers(measure, answers, table.area.to_numpy(), design, items=ITEMS, **options)


THREE = tuple("abc")
COMPOSITES = {
    "answered": Measure("m", "score", THREE, frozenset(), POINTS, True, weights=(1 / 3, 1 / 6, 1 / 2)),
    "item means": Measure(
        "m", "score", THREE, frozenset(), POINTS, True, weights=(0.3, 0.6, 0.1), missing="item_means"
    ),
    "share": Measure("m", "share", THREE, frozenset({"1"}), {}, True, weights=(0.7, 0.1, 0.2)),
    "index": Measure(
        "m",
        "index",
        (),
        frozenset(),
        {},
        True,
        parts=(
            Part("safe", False, 0.3, (0.0, 1.0), (0.0, 100.0), (0.0, 1.0)),
            Part("score", False, 0.6, (0.0, 100.0), (0.0, 100.0), (0.0, 100.0)),
            Part("score", False, 0.1, (0.0, 100.0), (0.0, 100.0), (0.0, 100.0)),
        ),
    ),
}


@settings(max_examples=4)
@given(seed=st.integers(0, 10**6))
@pytest.mark.parametrize("end", ["1", "3"])
@pytest.mark.parametrize("kind", COMPOSITES)
def test_a_composite_or_index_at_its_end_has_the_interval_of_a_single_item(kind, end, seed):
    """A single share knows its design effect from the league, a composite of shares does not: it is a little wider."""
    rng = np.random.default_rng(seed)
    area, weight = np.repeat(["east", "west"], 40), rng.gamma(2, 5.0, 80)
    answers = pd.DataFrame({name: np.where(area == "east", end, rng.choice(["1", "3"], 80)) for name in "abc"})
    single = COMPOSITES[kind].unit
    one = estimate_table(wave_of(SAFE if single == "share" else SCORE, answers, weight, area), level=0.95)
    measures = {"safe": SAFE, "score": SCORE}
    found = estimate_table(wave_of(COMPOSITES[kind], answers, weight, area, measures=measures), level=0.95)
    columns = ["estimate", "se", "lower", "upper", "n_effective"]
    at_end, expected = (t.set_index("domain").loc["east"] for t in (found, one))
    near = 0.01 if kind == "share" else 1e-9
    np.testing.assert_allclose(at_end[columns].astype(float), expected[columns].astype(float), rtol=1e-9, atol=near)
    assert at_end.upper - at_end.lower >= expected.upper - expected.lower - 1e-9
    assert at_end.se == 0 and at_end.method == expected.method
    assert at_end.lower < at_end.upper


def test_an_interval_knows_an_end_that_rounding_missed():
    near = Estimate(("a", "b"), [1 - 1e-16, 1 + 2e-16], np.diag([1e-33, 0.0]), 30)
    exact = Estimate(("a", "b"), [1.0, 1.0], np.zeros((2, 2)), 30)
    for low, high in ((0.0, 1.0), (-1.0, 1.0)):
        options = {"low": low, "high": high, "share": False}
        one, other = (measure_interval(e, 40, 38.0, **options)[0] for e in (near, exact))
        np.testing.assert_allclose(one.lower, other.lower, rtol=1e-9)
    default = proportion_interval(near, 40)
    np.testing.assert_allclose(default.lower, proportion_interval(exact, 40).lower, rtol=1e-9)


AREAS, N = 6, 12


def survey(seed: int) -> pd.DataFrame:
    """Six areas of twelve in PSUs of two; shares of a few values only, so that ties are common; constant weights."""
    rng = np.random.default_rng(seed)
    counts = rng.choice([6, 9, 10, 12], AREAS)
    answers = np.concatenate([rng.permutation(np.repeat([1.0, 0.0], [k, N - k])) for k in counts])
    area = np.repeat([f"t{j}" for j in range(AREAS)], N)
    weight = np.repeat(rng.uniform(0.5, 40, AREAS), N)
    return table_of(answers, weight, area, psu=np.arange(AREAS * N) // 2)


def permuted(table, rng):
    return table.iloc[rng.permutation(len(table))]


def rescaled(table, rng):
    return table.assign(w=table.w * 10 ** rng.uniform(-8, 8))


def rescaled_by_area(table, rng):
    factors = dict(zip(table.area.unique(), 10 ** rng.uniform(-4, 4, AREAS), strict=True))
    return table.assign(w=table.w * table.area.map(factors))


def split(table, rng):
    """One respondent's weight in two rows of the same PSU."""
    at, share = int(rng.integers(len(table))), rng.uniform(0.05, 0.95)
    first, second = (table.iloc[[at]].assign(w=table.w.iloc[at] * part) for part in (share, 1 - share))
    return pd.concat([table.drop(index=table.index[at]), first, second], ignore_index=True)


SAID_AGAIN = {f.__name__: f for f in (permuted, rescaled, rescaled_by_area, split)}


def statements(before: pd.DataFrame, after: pd.DataFrame) -> dict:
    """All that ranks, sets, verdicts and intervals say of two waves."""

    def rng():
        return np.random.default_rng(7)

    one, two = means(before), means(after)
    sized = [smooth_shares(e, float(N)) for e in (one, two)]
    sets = rank_confidence_set(sized[1], rng=rng(), draws=200)
    alone = rank_confidence_set(sized[1], rng=rng(), draws=200, simultaneous=False)
    moved = rank_change(*sized, cross=INDEPENDENT, rng=rng(), draws=200)
    cut, compared = shift_split(one, two), compare_league(*sized, cross=INDEPENDENT, rng=rng(), draws=200)
    limits, methods = measure_interval(two, N, float(N), low=0.0, high=1.0, share=True)
    listed = last_k(sized[1], 2, covariance="independent")
    rules = (Rule("three_quarters", "at_least", 0.75), Rule("last", "not_last", 2))
    verdicts = judge(rules, Figures(two, sets, limits=lambda _: limits, printed_unit=0.001))
    whole = {
        "rank": sets.rank,
        "lower": sets.lower,
        "upper": sets.upper,
        "alone": np.stack([alone.lower, alone.upper]),
        "places": np.stack([moved.places, moved.lower, moved.upper]),
        "split": np.stack([cut.rank_before, cut.rank_after, cut.own, cut.others]),
        "outcome": compared.outcome.astype(str),
        "listed": listed.outcome.astype(str),
        "methods": methods.astype(str),
        "verdicts": np.array([f"{v.printed} {v.outcome}" for v in verdicts]),
        "no change": change(one, two, cross=INDEPENDENT).value == 0,
    }
    numbers = {"limits": np.stack([limits.lower, limits.upper]), "critical": listed.critical_in}
    numbers |= {"p": compared.score.p, "p_standing": compared.standing.p_standing}
    return {"exactly": whole, "nearly": numbers}


@settings(max_examples=3)
@given(seed=st.integers(0, 10**6))
@pytest.mark.parametrize("again", SAID_AGAIN)
def test_the_same_answers_said_otherwise_lead_to_the_same_statements(again, seed):
    rng = np.random.default_rng(seed)
    before, after = survey(seed), survey(seed + 1)
    said = statements(before, after)
    other = statements(SAID_AGAIN[again](before, rng), SAID_AGAIN[again](after, rng))
    for name, value in said["exactly"].items():
        np.testing.assert_array_equal(value, other["exactly"][name], err_msg=name)
    for name, value in said["nearly"].items():
        np.testing.assert_allclose(value, other["nearly"][name], rtol=1e-6, atol=1e-9, err_msg=name)
    ties = survey(seed + 1).groupby("area").answer.sum().to_numpy()
    np.testing.assert_array_equal(said["exactly"]["rank"], 1 + (ties > ties[:, None]).sum(axis=1))


@settings(max_examples=8)
@given(seed=st.integers(0, 10**6))
def test_verdicts_of_a_whole_wave_do_not_hang_on_rows_or_weights(seed):
    """Through the tables of a bulletin: printed and shown, by a target on the value itself and by the last place."""
    rng = np.random.default_rng(seed)
    rules = (Rule("half", "at_least", 0.5), Rule("last", "not_last", 1))
    found = []
    for table in (survey(seed), rescaled_by_area(permuted(survey(seed), rng), rng)):
        design = Design.from_table(table, weight="w", stratum="area", psu="psu")
        wave = WaveMeasure(SAFE, table.answer.to_numpy(), table.area.to_numpy(), design)
        areas = sorted(table.area.unique())
        sets = rank_confidence_set(wave.league(areas), rng=np.random.default_rng(7), draws=400)
        found.append(verdict_table(wave, sets, rules)[["area", "rule", "printed", "outcome"]])
    pd.testing.assert_frame_equal(*found)
    assert found[0][found[0].rule == "half"].printed.all()  # six of twelve is a half


def test_composites_that_are_equal_are_tied_whichever_items_make_them():
    """(100, 0, 0) and (0, 0, 100) with weights a third each: the same composite, summed in another order."""
    area, rows = np.repeat(["p", "q", "r"], 6), []
    for first, second, third in (("1", "3", "3"), ("3", "1", "3"), ("3", "3", "1")):
        rows += [{"a": first, "b": second, "c": third}] * 6
    m = Measure("m", "score", THREE, frozenset(), POINTS, True, weights=(1 / 3, 1 / 3, 1 - 2 / 3))
    wave = wave_of(m, pd.DataFrame(rows), np.random.default_rng(1).uniform(1, 9, 18), area)
    sets = rank_confidence_set(wave.areas, rng=np.random.default_rng(1), draws=200)
    assert (sets.rank == 1).all()
    values = indicator_values(pd.DataFrame(rows), m, area, wave.design, items=ITEMS)
    assert np.ptp(values) < 1e-9
