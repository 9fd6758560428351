"""A plan for Laibin on its real files, and every bad file refused by name, row and column."""

from pathlib import Path

import numpy as np
import pytest

from sampling import margin_of_error
from service.drawing.city_plan import plan_city
from words import LANGUAGES, Fault, text

DATA = Path(__file__).parents[2] / "data" / "guangxi"
DIVISIONS, POPULATION = (DATA / "divisions.csv").read_bytes(), (DATA / "population.csv").read_bytes()


@pytest.fixture(scope="module")
def plan():
    return plan_city(DIVISIONS, POPULATION, "4513", 7000)


def test_the_plan_gives_every_interview_to_one_of_seventy_townships(plan):
    assert (plan.city_name, len(plan.townships), plan.townships.interviews.sum()) == ("来宾市", 70, 7000)
    assert list(plan.left_out.name) == ["来华投资区"]


def test_counties_get_interviews_in_proportion_to_their_people(plan):
    assert dict(zip(plan.counties.name, plan.counties.interviews, strict=True)) == {
        "兴宾区": 3122,
        "忻城县": 1005,
        "象州县": 951,
        "武宣县": 1148,
        "金秀瑶族自治县": 440,
        "合山市": 334,
    }
    assert plan.counties.population.sum() == 2_074_611
    assert (abs(plan.counties.interviews - plan.counties.proportional) < 1).all()
    assert plan.counties.proportional.sum() == pytest.approx(7000)


def test_townships_of_a_county_differ_by_at_most_one_interview(plan):
    by_county = plan.townships.groupby("county").interviews
    assert (by_county.max() - by_county.min() <= 1).all()
    assert list(by_county.sum()) == list(plan.counties.interviews)
    assert list(by_county.size()) == list(plan.counties.townships)


def test_every_township_carries_its_expected_margin(plan):
    assert (plan.p, plan.level) == (0.9, 0.95)
    expected = 1.959964 * np.sqrt(0.9 * 0.1 / plan.townships.interviews)
    assert plan.townships.margin_srs.to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-6)
    other = plan_city(DIVISIONS, POPULATION, "4513", 7000, p=0.5, level=0.9).townships
    assert list(other.margin_srs) == list(margin_of_error(other.interviews, p=0.5, level=0.9))


def test_the_smallest_plan_gives_two_interviews_a_township_and_no_fewer():
    assert set(plan_city(DIVISIONS, POPULATION, "4513", 140).townships.interviews) == {2}
    with pytest.raises(Fault, match="139 interviews are too few; at least 140"):
        plan_city(DIVISIONS, POPULATION, "4513", 139)


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(plan):
    marked = b"\xef\xbb\xbf" + DIVISIONS.replace(b"\r\n", b"\n")
    again = plan_city(marked, b"\xef\xbb\xbf" + POPULATION, "4513", 7000)
    assert again.townships.equals(plan.townships)


def test_the_notes_say_what_the_plan_rests_on_in_both_languages(plan):
    chinese, english = ([text(key, language, **values) for key, values in plan.notes] for language in LANGUAGES)
    assert "没有乡镇人口数" in chinese[0] and "no populations of townships exist" in english[0]
    assert "简单随机抽样" in chinese[1] and "simple random sampling" in english[1]
    assert "来华投资区" in chinese[2] and "来华投资区" in english[2]
    assert len(plan_city(DIVISIONS, POPULATION, "4511", 7000).notes) == 2


CENSUS = "code2023,pop_total\n451302,5\n"
BAD_DIVISIONS = {
    "file.encoding": DIVISIONS + b"4,\xe5,x,\n",
    "file.not_csv": b'code,name,level,parent\n45,"a"b,province,\n',
    "file.no_rows": b"code,name,level,parent\n\n",
    "plan.column": DIVISIONS.replace(b"parent", b"above", 1),
    "file.ragged": DIVISIONS.replace(b",province,", b",province", 1),
    "plan.repeated": DIVISIONS + b"4513,a,city,45\n",
    "sampling.city_unknown": b"code,name,level,parent\n45,a,province,\n",
}
BAD_POPULATIONS = {
    "file.encoding": CENSUS.encode("utf-16")[:-1],
    "file.empty": b"",
    "plan.column": CENSUS.replace("code2023", "code").encode(),
    "file.ragged": (CENSUS + "451321\n").encode(),
    "plan.repeated": (CENSUS + "451302,6\n").encode(),
    "plan.not_a_count": (CENSUS + '451321,"297,825"\n').encode(),
    "sampling.county_without_population": CENSUS.encode(),
}
BAD = [(key, content, POPULATION) for key, content in BAD_DIVISIONS.items()]
BAD += [(key, DIVISIONS, content) for key, content in BAD_POPULATIONS.items()]


@pytest.mark.parametrize(("key", "divisions", "population"), BAD)
def test_every_bad_file_is_refused_in_both_languages_and_by_name(key, divisions, population):
    names = {"divisions_file": "区划.csv", "population_file": "人口.csv"}
    with pytest.raises(Fault) as caught:
        plan_city(divisions, population, "4513", 7000, **names)
    assert caught.value.key == key
    said = {text(key, language, **caught.value.values) for language in LANGUAGES}
    assert len(said) == 2
    if key.startswith("plan."):
        assert all(("区划.csv" if population is POPULATION else "人口.csv") in sentence for sentence in said)


def test_a_fault_says_row_and_column_as_a_spreadsheet_counts():
    with pytest.raises(Fault, match=r"population.csv, row 3, column pop_total: “-1”"):
        plan_city(DIVISIONS, (CENSUS + "451321,-1\n").encode(), "4513", 7000)
    with pytest.raises(Fault, match=r"divisions.csv, row 1412, column code: “4513” is in an earlier row"):
        plan_city(BAD_DIVISIONS["plan.repeated"], POPULATION, "4513", 7000)
