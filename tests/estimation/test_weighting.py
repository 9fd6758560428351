"""All steps in order: by hand, as identities, against the truth of the made-up quarter, and each mistake named."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import telephone_survey as laibin

from estimation import Design, mean, rake, weigh
from estimation.weighting.steps import (
    Ages,
    Base,
    Calibrating,
    Dispositions,
    Nonresponse,
    Phones,
    TrimmingLimits,
    WeightingSteps,
)
from estimation.weighting.weighting import known_totals
from words import Fault

CODES = Dispositions("o", frozenset({"yes"}), frozenset({"no"}), frozenset({"?"}), frozenset({"shop"}))
PLAN = WeightingSteps(
    CODES,
    Base(None, "frame", {"mobile": 80, "landline": 30}),
    eligibility_cells=("frame",),
    ages=Ages("age", ("18-39", "40-70")),
    nonresponse=Nonresponse(cells=("age_group",)),
    phones=Phones("mobiles", "landlines", "adults"),
    calibrating=Calibrating(("sex*age_group", "town")),
)
NUMBERS = pd.DataFrame(
    [
        ("mobile", "yes", "20", "m", "x", "1", "0", "2"),
        ("mobile", "yes", "50", "f", "y", "2", "1", "2"),
        ("mobile", "yes", "35", "f", "y", "1", "0", "1"),
        ("mobile", "no", "25", "", "", "", "", ""),
        ("mobile", "?", "", "", "", "", "", ""),
        ("mobile", "shop", "", "", "", "", "", ""),
        ("mobile", "yes", "61", "m", "x", "1", "0", "3"),
        ("mobile", "?", "", "", "", "", "", ""),
        ("landline", "yes", "70", "m", "y", "0", "1", "2"),
        ("landline", "no", "40", "", "", "", "", ""),
        ("landline", "shop", "", "", "", "", "", ""),
    ],
    columns=["frame", "o", "age", "sex", "town", "mobiles", "landlines", "adults"],
)
TOTALS = pd.DataFrame(
    [
        ("sex*age_group", "m*18-39", 20.0),
        ("sex*age_group", "m*40-70", 40.0),
        ("sex*age_group", "f*18-39", 25.0),
        ("sex*age_group", "f*40-70", 15.0),
        ("town", "x", 45.0),
        ("town", "y", 55.0),
    ],
    columns=["margin", "category", "total"],
)


def fault_of(table=NUMBERS, plan=PLAN, totals=TOTALS) -> Fault:
    with pytest.raises(Fault) as caught:
        weigh(table, plan, totals)
    assert str(caught.value)
    return caught.value


def test_every_step_by_hand():
    made = weigh(NUMBERS, PLAN, TOTALS).weights()
    assert list(made) == ["base", "eligibility", "eligible", "nonresponse", "phones", "calibration"]
    d = np.where(NUMBERS.frame == "mobile", 10.0, 10.0)  # 80 of 8 mobiles, 30 of 3 landlines
    np.testing.assert_allclose(made["base"], d)
    known = (NUMBERS.o != "?").to_numpy()
    w = np.where(known, np.where(NUMBERS.frame == "mobile", 10 * 80 / 60, 10.0), 0.0)  # six of eight mobiles are known
    np.testing.assert_allclose(made["eligibility"], w)
    eligible, yes = NUMBERS.o.isin(["yes", "no"]).to_numpy(), (NUMBERS.o == "yes").to_numpy()
    np.testing.assert_allclose(made["eligible"], w * eligible)
    young = NUMBERS.age.isin(["20", "35", "25"]).to_numpy()
    rate = [
        (w * yes * young).sum() / (w * eligible * young).sum(),
        (w * yes * ~young).sum() / (w * eligible * ~young).sum(),
    ]
    w = w * yes / np.where(young, *rate)
    np.testing.assert_allclose(made["nonresponse"], w)
    # equal chances 1/10 in both frames: w times 1/(L/A + M)
    ways = np.array([1, 2 + 1 / 2, 1, 0, 0, 0, 1, 0, 1 / 2, 0, 0])
    np.testing.assert_allclose(made["phones"], np.divide(w, ways, out=np.zeros(11), where=ways > 0))
    answered = NUMBERS[yes].assign(age_group=np.where(young[yes], "18-39", "40-70"))
    for margin in ("sex*age_group", "town"):
        own = TOTALS[TOTALS.margin == margin].set_index("category").total
        labels = answered[margin.split("*")].agg("*".join, axis=1)
        sums = pd.Series(made["calibration"][yes]).groupby(labels.to_numpy()).sum()
        pd.testing.assert_series_equal(sums.sort_index(), own.sort_index(), check_names=False, rtol=1e-9)


def test_adjustments_keep_the_sum_until_the_ineligible_leave():
    steps = {s.name: s for s in weigh(NUMBERS, PLAN, TOTALS).steps}
    assert steps["eligibility"].weight.sum() == pytest.approx(110)
    assert steps["nonresponse"].weight.sum() == pytest.approx(steps["eligible"].weight.sum())
    left = 110 - steps["eligible"].weight.sum()
    assert left == pytest.approx(steps["eligible"].changes.before["ineligible"])
    for step in steps.values():
        assert step.changes.n.sum() == (step.weight > 0).sum() * (2 if step.name == "calibration" else 1)


def test_a_column_of_base_weights_gives_what_the_counts_of_its_frame_give():
    given = NUMBERS.assign(d="10")
    other = replace(PLAN, base=Base("d", "frame", {}))
    np.testing.assert_allclose(weigh(given, other, TOTALS).weight, weigh(NUMBERS, PLAN, TOTALS).weight, rtol=1e-12)
    uneven = given.assign(d=np.where(given.index == 0, "11", "10"))
    assert fault_of(uneven, other).key == "weighting.base_varies"
    single = uneven[uneven.frame == "mobile"].reset_index(drop=True)  # one frame: chances may differ
    step = weigh(single, replace(other, calibrating=None)).steps[-1]
    np.testing.assert_allclose(step.weight * single.mobiles.replace("", "1").astype(float), step.before)


def test_steps_that_are_not_asked_for_are_not_taken():
    plan = WeightingSteps(CODES, Base(None, "frame", {"mobile": 80, "landline": 30}))
    everybody = NUMBERS[NUMBERS.o == "yes"]
    made = weigh(everybody, plan)
    assert [s.name for s in made.steps] == ["base"] and made.calibration is None and made.margins().empty
    np.testing.assert_allclose(made.weight, [20, 20, 20, 20, 30])


@pytest.fixture(scope="module")
def quarter():
    """The made-up quarter: its numbers, its plan as the programme has it, its totals, and its people."""
    census = pd.read_csv(laibin.ROOT / "data" / "guangxi" / "population.csv", dtype={"code2023": str})
    divisions = pd.read_csv(laibin.ROOT / "data" / "guangxi" / "divisions.csv", dtype=str)
    plan = WeightingSteps(
        Dispositions(
            "outcome",
            frozenset({"complete"}),
            frozenset({"refused", "broken_off"}),
            frozenset(laibin.NOT_REACHED),
            frozenset(laibin.WHY_NOT),
        ),
        Base(None, "frame", {"mobile": 1_900_000, "landline": 150_000}),
        ("frame",),
        Ages("age", laibin.GROUPS),
        Nonresponse(("age_group",)),
        Phones("mobiles", "landlines", "adults"),
        Calibrating(("sex*age_group", "county*urban")),
        TrimmingLimits(largest=4.5),
    )
    people = laibin.population(census, divisions, np.random.default_rng(1))
    table = laibin.quarter(people, "2026Q1", np.random.default_rng(2)).astype(str)
    return table, plan, laibin.margins(census), people


def test_trimming_holds_the_limits_and_the_totals_at_once(quarter):
    table, plan, totals, _ = quarter
    made = weigh(table, plan, totals)
    before, after = made.trimming.before, made.weight
    assert before.max() > 4.5 * np.median(before) and after.max() <= 4.5 * np.median(before) * (1 + 1e-9)
    margins = made.margins()
    np.testing.assert_allclose(margins.after, margins.known, rtol=1e-8)
    cut = made.steps[-1].changes.loc["cut"]
    assert cut.n == np.isclose(after, after.max(), rtol=1e-9).sum() > 0 and cut.multiplier < 1


def test_the_design_s_variance_is_that_of_residuals_and_calibration_leaves_the_totals_none(quarter):
    table, plan, totals, _ = quarter
    made = weigh(table, replace(plan, trimming=None), totals)
    rows = table[made.responded].assign(w=made.weight)
    design = made.design(Design.from_table(rows, weight="w", stratum="frame"))
    urban = (rows.urban == "urban").to_numpy(dtype=float)
    known = totals[totals.margin == "urban"].set_index("category").total
    assert mean(urban, design).value[0] == pytest.approx(known.urban / known.sum(), rel=1e-7)
    assert mean(urban, design).se[0] < 1e-9 < mean(urban, design.reweighted(made.weight)).se[0]
    again = rake(
        made.steps[-2].weight[made.responded],
        rows.assign(age_group=pd.cut(rows.age.astype(int), [17, 29, 39, 49, 59, 70], labels=laibin.GROUPS).astype(str)),
        known_totals(totals, ("sex*age_group", "county*urban")),
    )
    np.testing.assert_allclose(again.weight, made.weight, rtol=1e-9)


def test_weights_find_the_truth_of_the_made_up_quarter_where_its_raw_answers_miss_it(quarter):
    table, plan, totals, people = quarter
    truth, rng = laibin.chance_safe(people, "2026Q1").mean(), np.random.default_rng(3)
    weighted, raw = [], []
    for _ in range(12):
        table = laibin.quarter(people, "2026Q1", rng).astype(str)
        made = weigh(table, replace(plan, trimming=None), totals)
        rows = table[made.responded]
        safe = rows.safe.map({"1": 1.0, "2": 1.0, "3": 0.0, "4": 0.0}).to_numpy()
        design = made.design(Design.from_table(rows.assign(w=made.weight), weight="w", stratum="frame"))
        weighted.append((mean(safe, design).value[0] - truth) / mean(safe, design).se[0])
        raw.append(np.nanmean(safe) - truth)
    assert abs(np.mean(weighted)) < 3 / np.sqrt(12)
    assert np.mean(raw) > 0.02 and np.mean(raw) > 4 * np.std(raw) / np.sqrt(12)


def test_the_files_are_those_the_generator_makes():
    folder = Path(laibin.FOLDER)
    for name, table in laibin.files().items():
        assert table.to_csv(index=False, lineterminator="\n") == (folder / name).read_text("utf-8"), name


def test_mistakes_are_named_with_their_size():
    assert fault_of(NUMBERS.assign(o="no")).key == "weighting.nobody"
    assert fault_of(NUMBERS.assign(frame="fax")).values["found"] == "fax"
    few = replace(PLAN, base=Base(None, "frame", {"mobile": 5, "landline": 30}))
    assert fault_of(plan=few).values | {"found": 5, "released": 8} == fault_of(plan=few).values
    assert fault_of(totals=None).key == fault_of(totals=TOTALS[:4]).key == "weighting.margin_absent"
    assert fault_of(totals=TOTALS.replace("m*18-39", "m")).values["category"] == "m"
    disagree = TOTALS.assign(total=TOTALS.total.replace(55.0, 60.0))
    assert fault_of(totals=disagree).values["difference"] == pytest.approx(5)
    nobody = pd.concat([TOTALS, pd.DataFrame([("town", "z", 0.5)], columns=TOTALS.columns)])
    nobody.loc[nobody.category == "y", "total"] = 54.5
    assert fault_of(totals=nobody).values["categories"] == ["z"]
    assert fault_of(totals=TOTALS[TOTALS.category != "x"].replace(55.0, 100.0)).key == "margins.unknown_category"


def test_negative_weights_and_limits_that_cannot_be_met_say_the_way_out(quarter):
    table, plan, totals, _ = quarter
    skewed = totals.copy()
    skewed.loc[skewed.category == "m*18-29", "total"] -= 100_000
    skewed.loc[skewed.category == "f*18-29", "total"] += 100_000
    linear = replace(plan, calibrating=Calibrating(("sex*age_group", "county*urban"), distance="linear"))
    fault = fault_of(table, linear, skewed)
    assert fault.key in ("weighting.negative", "weighting.limits_not_met")
    fault = fault_of(table, replace(plan, trimming=TrimmingLimits(largest=1.3)), totals)
    assert fault.key == "weighting.limits_not_met" and fault.values["upper"] == pytest.approx(
        1.3 * fault.values["median"]
    )
    bounded = replace(plan, calibrating=Calibrating(("sex*age_group", "county*urban"), bounds=(0.99, 1.01)))
    assert fault_of(table, bounded, totals).key in ("calibration.beyond_bounds", "calibration.bounds_not_met")
