"""The figures that the published documents print (requirements.md), computed again by the product."""

import numpy as np
import pandas as pd
import pytest

from accountability.league.wave_measure import WaveMeasure
from accountability.printed.check import check
from accountability.rules import Rule, judge_together
from accountability.rules.joint import JointFigures
from accountability.rules.kind import Figures
from estimation import Design, Estimate, Item, Measure, compare_league
from presentation.numbers import change_text, percent_text, value_text
from words import speaker

SHARE = Measure("safe", "share", ("q",), frozenset({"1"}), {}, True)
SCORE = Measure("composite", "score", ("q",), frozenset(), {"1": 100, "2": 0}, True)
BOTH = [speaker(language) for language in ("zh", "en")]
CITIES = tuple(f"city{k:02}" for k in range(14))


def cities(rank: int, value: float = 90.0) -> Estimate:
    """Guangxi's 14 cities, of which Laibin (the first) has this rank and this composite score."""
    others = value + np.array([0.3 * (k + 1) if k < rank - 1 else -0.3 * (k + 1) for k in range(13)])
    return Estimate(CITIES, [value, *others], np.eye(14) * 1e-4, np.inf)


@pytest.mark.parametrize(
    ("before", "after", "places"), [(8, 7, 1), (7, 7, 0), (7, 5, 2), (5, 2, 3), (1, 4, -3), (4, 3, 1)]
)
def test_laibin_s_ranks_2011_to_2015_and_of_three_quarters_of_2016(before, after, places):
    compared = compare_league(
        cities(before), cities(after), cross=np.zeros((14, 14)), rng=np.random.default_rng(1), draws=200
    )
    assert compared.to_frame().places.iloc[0] == places


def test_laibin_s_composite_score_rose_by_9_26():
    pair = cities(8, 74.40), cities(2, 83.66)
    compared = compare_league(*pair, cross=np.zeros((14, 14)), rng=np.random.default_rng(1), draws=200)
    assert compared.to_frame().change.iloc[0] == pytest.approx(9.26)
    assert [value_text(SCORE, v, BOTH[1]) for v in (74.40, 83.66)] == ["74.4", "83.7"]


def findings_of(text: str) -> list[tuple[str, str, str]]:
    """kind, what is printed and what it should be, of each finding in a text."""
    return [(finding.key, finding.printed, finding.expected) for finding in check(text, []).findings]


def test_the_gap_of_the_cities_holds_and_that_of_the_townships_was_misprinted():
    assert findings_of("最高94.10%，最低86.22%，相差7.88个百分点") == []
    assert findings_of("最高96.67%，最低78.5%，相差18.1个百分点") == [("printed.gap", "18.1", "18.2")]
    for t in BOTH:
        assert "18.2" in change_text(SHARE, 0.9667 - 0.785, t) and "7.9" in change_text(SHARE, 0.9410 - 0.8622, t)


def test_laibin_missed_90_by_0_45_and_43_of_70_townships_reached_it():
    assert findings_of("来宾市得分89.55分，低于目标90分，差0.45个百分点") == []
    assert findings_of("来宾市得分89.55分，低于目标90分，差0.54个百分点") == [("printed.gap", "0.54", "0.45")]
    assert findings_of("70个乡镇中43个超过90%，占61.43%") == []
    assert findings_of("70个乡镇中43个超过90%，占64.13%") == [("printed.share", "64.13", "61.43")]
    townships = tuple(f"t{k:02}" for k in range(70))
    values = np.where(np.arange(70) < 43, 0.93, 0.86)
    figures = Figures(Estimate(townships, values, np.eye(70) * 1e-8, np.inf), printed_unit=0.001)
    rule = Rule("ninety", "enough", 0.9, over="league", share=0.61)
    (verdict,) = judge_together([rule], JointFigures(figures, {"laibin": townships}, lambda: figures))
    assert verdict.estimate == 43 and verdict.printed
    assert percent_text(verdict.estimate / 70) == "61.43%"
    (not_so,) = judge_together(
        [Rule("ninety", "enough", 0.9, over="league", share=0.62)],
        JointFigures(figures, {"laibin": townships}, lambda: figures),
    )
    assert not not_so.printed


def test_theft_and_drugs_as_shares_of_what_was_named():
    """53.7 % and 15.87 % of 10,000 mentions."""
    named = ["1"] * 5370 + ["2"] * 1587 + ["3"] * 3043
    answers = pd.DataFrame({"why": [f"{a};{b}" if a != b else a for a, b in zip(named[::2], named[1::2], strict=True)]})
    mentions = answers.why.str.split(";").explode()
    item = Item("why", {code: {} for code in "123"}, frozenset(), frozenset(), separator=";")
    area = np.full(len(answers), "all", dtype=object)
    table = pd.DataFrame({"weight": 1.0, "psu": np.arange(len(answers)).astype(str), "stratum": "all"})
    design = Design.from_table(table, weight="weight", stratum="stratum", psu="psu")
    for code in "12":
        measure = Measure("why", "share", ("why",), frozenset({code}), {}, False, of="mentions")
        data = WaveMeasure.of_answers(measure, answers, area, design, items={"why": item}, measures={}, records={})
        assert data.areas.value[0] == pytest.approx((mentions == code).mean())
    assert [percent_text(n / 10_000) for n in (5370, 1587)] == ["53.7%", "15.87%"]


@pytest.mark.parametrize(("count", "printed"), [(22, 50.0), (20, 45.5), (29, 65.9)])
def test_the_field_inspection_of_44_townships(count, printed):
    values = (np.arange(44) < count).astype(float)
    table = pd.DataFrame({"weight": 1.0, "psu": np.arange(44).astype(str), "stratum": "all"})
    design = Design.from_table(table, weight="weight", stratum="stratum", psu="psu")
    data = WaveMeasure(SHARE, values, np.full(44, "all", dtype=object), design)
    for t in BOTH:
        assert value_text(SHARE, data.areas.value[0], t) == f"{printed}%"


@pytest.mark.parametrize("text", ["共接警4,321件，其中刑事2,768件、治安1,453件。", "2,768 + 1,453 = 4,321"])
def test_liunan_s_calls_are_4_221_and_not_the_4_321_that_were_printed(text):
    (finding,) = check(text, []).findings
    assert (finding.printed, finding.expected) == ("4,321", "4,221")
    assert check(text.replace("4,321", "4,221"), []).findings == ()
