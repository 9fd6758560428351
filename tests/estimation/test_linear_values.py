"""Shares of mentions, composites of item means and indexes: their values, and that the variance is the right one."""

import numpy as np
import pandas as pd
import pytest

from estimation import (
    Design,
    Item,
    Measure,
    Part,
    combined_values,
    contrast,
    domain_means,
    domain_ratios,
    indicator_values,
    jackknife_weights,
    mean,
    measure_values,
    rake,
    ratio,
    ratio_values,
    replicated,
)
from words import Fault

AREAS = ("east", "north", "west")


@pytest.fixture(scope="module")
def survey():
    """Ninety interviews in clusters of three, with weights, an item asked of some only, and gaps."""
    rng = np.random.default_rng(11)
    n = 90
    table = pd.DataFrame(
        {
            "area": np.repeat(AREAS, n // 3),
            "psu": np.repeat(np.arange(n // 3), 3),
            "w": rng.uniform(0.5, 3, n),
            "a": rng.choice(["1", "2", "3", "9"], n),
            "b": rng.choice(["1", "2", "3", "9", "0"], n),
            "c": rng.choice(["1", "2"], n, p=[0.8, 0.2]),
            "why": rng.choice(["1", "2;3", "1;2;3", "3", "9", "0"], n),
            "mode": rng.choice(["phone", "paper"], n),
        }
    )
    return table, Design.from_table(table, weight="w", stratum="area", psu="psu")


def item(name, codes, separator="", **more):
    none = {"not_answered": frozenset({"9"}), "not_asked": frozenset({"0"})} | more
    return Item(name, dict.fromkeys(codes, ""), **none, separator=separator)


ITEMS = {name: item(name, "123") for name in "ab"} | {"c": item("c", "12"), "why": item("why", "123", ";")}
ITEMS["mode"] = item("mode", ("phone", "paper"))
POINTS = {"1": 100.0, "2": 50.0, "3": 0.0}
MEANS = Measure("m", "score", ("a", "b"), frozenset(), POINTS, True, weights=(0.25, 0.75), missing="item_means")
SAFE = Measure("safe", "share", ("c",), frozenset({"1"}), {}, True)
THEFT = Measure("theft", "share", ("why",), frozenset({"1", "2"}), {}, False, of="mentions")


def same(one, other):
    """Names, values, covariances and df agree."""
    assert one.names == other.names
    np.testing.assert_allclose(one.value, other.value, rtol=1e-12)
    np.testing.assert_allclose(np.asarray(one.covariance), np.asarray(other.covariance), rtol=1e-10, atol=1e-18)


def test_a_share_of_mentions_is_the_ratio_of_the_domain_with_its_variance(survey):
    table, design = survey
    v = indicator_values(table, THEFT, table.area, design, items=ITEMS)
    y = table.why.map({"1": 1, "2;3": 1, "1;2;3": 2, "3": 0})
    x = table.why.map({"1": 1, "2;3": 2, "1;2;3": 3, "3": 1})
    same(domain_means(v, table.area, design), domain_ratios(y, x, table.area, design))
    assert domain_means(v, table.area, design).df.tolist() == domain_ratios(y, x, table.area, design).df.tolist()


def test_over_everybody_a_share_of_mentions_is_the_ratio(survey):
    table, design = survey
    y, x = table.why.map({"1": 1, "2;3": 1, "1;2;3": 2, "3": 0}), table.why.map({"1": 1, "2;3": 2, "1;2;3": 3, "3": 1})
    found = mean(ratio_values(y.to_numpy(), x.to_numpy(), np.full(len(table), "*"), design), design)
    expected = ratio(y, x, design)
    np.testing.assert_allclose([found.value, found.se], [expected.value, expected.se], rtol=1e-12)


def test_a_composite_of_item_means_is_the_contrast_of_their_joint_covariance(survey):
    table, design = survey
    v = indicator_values(table, MEANS, table.area, design, items=ITEMS)
    found = domain_means(v, table.area, design)
    items = pd.DataFrame({k: table[k].map(POINTS) for k in "ab"})
    joint = domain_means(items, table.area, design)
    rows = np.zeros((3, len(joint.names)))
    for j, area in enumerate(AREAS):
        rows[j, joint.names.index((area, "a"))], rows[j, joint.names.index((area, "b"))] = 0.25, 0.75
    expected = contrast(joint, rows, AREAS)
    np.testing.assert_allclose(found.value, expected.value, rtol=1e-12)
    np.testing.assert_allclose(found.covariance, expected.covariance, rtol=1e-10, atol=1e-18)


def test_the_composite_s_variance_is_not_that_of_independent_items(survey):
    table, design = survey
    twice = table.assign(b=table.a)  # the same answers again: their mean is as uncertain as one of them
    both = Measure("m", "score", ("a", "b"), frozenset(), POINTS, True, missing="item_means")
    one = Measure("m", "score", ("a",), frozenset(), POINTS, True)
    se = [
        domain_means(indicator_values(twice, m, table.area, design, items=ITEMS), table.area, design).se
        for m in (both, one)
    ]
    np.testing.assert_allclose(*se, rtol=1e-12)


def test_where_everyone_answered_every_item_all_three_ways_agree(survey):
    table, design = survey
    whole = table.assign(a=table.a.replace("9", "2"), b=table.b.replace({"9": "1", "0": "3"}))
    found = []
    for missing in ("answered", "complete", "item_means"):
        m = Measure("m", "score", ("a", "b"), frozenset(), POINTS, True, weights=(0.25, 0.75), missing=missing)
        found.append(domain_means(indicator_values(whole, m, table.area, design, items=ITEMS), table.area, design))
    same(found[0], found[1])
    same(found[0], found[2])


def test_the_jackknife_of_the_composite_itself_agrees_with_its_linearised_variance(survey):
    table, design = survey
    y = {k: table[k].map(POINTS).to_numpy() for k in "ab"}
    east = (table.area == "east").to_numpy()

    def composite(w):
        parts = [np.nansum(w[east] * y[k][east]) / w[east & ~np.isnan(y[k])].sum() for k in "ab"]
        return np.array([0.25 * parts[0] + 0.75 * parts[1]])

    jackknife = replicated(composite, ("east",), jackknife_weights(design))
    v = indicator_values(table, MEANS, table.area, design, items=ITEMS)
    se = domain_means(v, table.area, design).se[0]
    np.testing.assert_allclose(jackknife.value[0], domain_means(v, table.area, design).value[0], rtol=1e-12)
    assert abs(jackknife.se[0] / se - 1) < 0.06  # linear approximation against replication, n = 30
    assert jackknife.se[0] != se


def part(name, weight, *, record=False, bounds=(0.0, 100.0), onto=(0.0, 100.0), given=None):
    return Part(name, record, weight, bounds, onto, given or bounds)


INDEX = Measure(
    "index",
    "index",
    (),
    frozenset(),
    {},
    True,
    parts=(
        part("m", 0.5),
        part("safe", 0.3, bounds=(0.0, 1.0)),
        part("crimes", 0.2, record=True, bounds=(0.0, 50.0), onto=(100.0, 0.0)),
    ),
)
RECORDS = {("crimes", "east"): 10.0, ("crimes", "north"): 40.0, ("crimes", "west"): 25.0}


def test_an_index_adds_survey_and_records_and_its_variance_is_the_surveys(survey):
    table, design = survey
    options = {"items": ITEMS, "measures": {"m": MEANS, "safe": SAFE}, "records": RECORDS}
    found = domain_means(indicator_values(table, INDEX, table.area, design, **options), table.area, design)
    m, safe = (
        domain_means(indicator_values(table, x, table.area, design, items=ITEMS), table.area, design)
        for x in (MEANS, SAFE)
    )
    crimes = np.array([80.0, 20.0, 50.0])  # 100 at none, 0 at fifty
    np.testing.assert_allclose(found.value, 0.5 * m.value + 0.3 * 100 * safe.value + 0.2 * crimes, rtol=1e-12)
    without = {**RECORDS, ("crimes", "north"): 11.0}
    changed = indicator_values(table, INDEX, table.area, design, **(options | {"records": without}))
    np.testing.assert_allclose(domain_means(changed, table.area, design).se, found.se, rtol=1e-12)
    apart = np.sqrt(0.25 * m.variance + 0.09 * 1e4 * safe.variance)
    assert (abs(found.se / apart - 1) > 1e-3).all()  # the same people answered both: the covariance is in it


def test_an_area_without_its_record_has_no_index(survey):
    table, design = survey
    short = {key: value for key, value in RECORDS.items() if key[1] != "west"}
    v = indicator_values(
        table, INDEX, table.area, design, items=ITEMS, measures={"m": MEANS, "safe": SAFE}, records=short
    )
    assert domain_means(v, table.area, design).names == ("east", "north")


def test_an_area_where_nobody_was_asked_one_of_the_items_has_no_composite_of_item_means(survey):
    table, design = survey
    unasked = table.assign(b=table.b.where(table.area != "north", "0"))
    v = indicator_values(unasked, MEANS, table.area, design, items=ITEMS)
    assert domain_means(v, table.area, design).names == ("east", "west")


def test_an_index_without_any_measure_of_the_survey_is_refused(survey):
    table, design = survey
    only = Measure("index", "index", (), frozenset(), {}, True, parts=(INDEX.parts[2],))
    with pytest.raises(Fault, match="index"):
        indicator_values(table, only, table.area, design, items=ITEMS, records=RECORDS)


def test_a_part_s_scale_runs_backwards_where_its_smallest_is_best():
    crimes = INDEX.parts[2]
    assert [crimes.scaled(v) for v in (0.0, 25.0, 50.0)] == [100.0, 50.0, 0.0]
    assert (INDEX.low, INDEX.high) == (0.0, 100.0)


def test_where_is_a_domain_of_the_design_and_not_a_cut_table(survey):
    table, design = survey
    on_paper = Measure("safe", "share", ("c",), frozenset({"1"}), {}, True, where={"mode": frozenset({"paper"})})
    v = measure_values(table, on_paper, ITEMS)
    assert np.isnan(v[table["mode"] == "phone"]).all()
    found = mean(v, design)
    y, x = (table.c == "1") * (table["mode"] == "paper") * 1.0, (table["mode"] == "paper") * 1.0
    np.testing.assert_allclose([found.value, found.se], [ratio(y, x, design).value, ratio(y, x, design).se], rtol=1e-12)
    cut = table[table["mode"] == "paper"]
    alone = mean((cut.c == "1") * 1.0, Design.from_table(cut, weight="w", stratum="area", psu="psu"))
    np.testing.assert_allclose(found.value, alone.value, rtol=1e-12)
    assert abs(found.se / alone.se - 1).item() > 1e-4  # PSUs where nobody answered on paper count in the design


def test_combined_values_of_one_part_are_that_part(survey):
    table, design = survey
    y = table.a.map(POINTS).to_numpy()
    np.testing.assert_allclose(combined_values([y], [1.0], table.area, design), y, rtol=1e-12)


def test_under_calibrated_weights_the_residuals_are_those_of_the_ratio_and_of_the_composite(survey):
    table, design = survey
    totals = {"area": pd.Series({"east": 90.0, "north": 60.0, "west": 75.0})}
    calibrated = design.calibrated(
        rake(design.weight, table, totals | {"mode": pd.Series({"phone": 125.0, "paper": 100.0})})
    )
    y, x = table.why.map({"1": 1, "2;3": 1, "1;2;3": 2, "3": 0}), table.why.map({"1": 1, "2;3": 2, "1;2;3": 3, "3": 1})
    v = indicator_values(table, THEFT, table.area, calibrated, items=ITEMS)
    same(domain_means(v, table.area, calibrated), domain_ratios(y, x, table.area, calibrated))
    found = domain_means(indicator_values(table, MEANS, table.area, calibrated, items=ITEMS), table.area, calibrated)
    joint = domain_means(pd.DataFrame({k: table[k].map(POINTS) for k in "ab"}), table.area, calibrated)
    rows = np.array([[0.25 * (n == (a, "a")) + 0.75 * (n == (a, "b")) for n in joint.names] for a in AREAS])
    np.testing.assert_allclose(found.covariance, contrast(joint, rows, AREAS).covariance, rtol=1e-8, atol=1e-16)
