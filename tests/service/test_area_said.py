"""One area in words: the model sentences come out to the letter, in both languages."""

from dataclasses import replace

import pytest

from estimation.changes.verdicts import CHANCE, PROVEN, REAL
from presentation.area.sentences import absent_sentence, area_sentence, neighbour_lines, screen_sentence, weak_sentence
from programme.regular_comparisons import PREVIOUS, YEAR_AGO
from service.figures.area_page import Neighbours, neighbours, read_area
from service.figures.screen import Compared, read_screen
from words import speaker

ZH, EN = speaker("zh"), speaker("en")
MEXICO, TAMPICO, COLIMA, VERACRUZ = "01", "10", "33", "12"


@pytest.fixture(scope="module")
def q2(ensu_store):
    return read_screen(ensu_store[0], "ensu2015", wave="2015Q2")


@pytest.fixture(scope="module")
def q3(ensu_store):
    return read_screen(ensu_store[0], "ensu2015")


def with_row(league, area: str, **values):
    table = league.table.copy()
    for column, value in values.items():
        table.loc[area, column] = value
    return replace(league, table=table)


def said(league, area: str) -> tuple[str, str]:
    return area_sentence(league, area, ZH, period=False), area_sentence(league, area, EN, period=False)


def test_a_move_that_is_not_confirmed_says_how_far_chance_alone_moves_it(q3):
    mexico = with_row(q3.league, MEXICO, rank_lower=3)
    assert said(mexico, MEXICO) == (
        "墨西哥城：排第19位，共32个；真实名次在第3至第32位之间。"
        "比上季度升2位，不能确认：即使各地都没有变化，名次也常上下变动7位以内。",
        "Mexico City ranks 19 of 32; its true rank is between 3 and 32. "
        "Up 2 places on last quarter, not confirmed: with no change anywhere, "
        "ranks like this often move by up to 7 places.",
    )
    assert "比上季度（2015年第2季度）升2位" in area_sentence(mexico, MEXICO, ZH)


def test_a_move_beyond_the_usual_is_still_not_confirmed_and_says_why(q3):
    assert said(with_row(q3.league, TAMPICO, rank_lower=3), TAMPICO) == (
        "坦皮科：排第24位，共32个；真实名次在第3至第32位之间。"
        "比上季度降15位，超过常见的14位；但32个城市一起看，难免有几个这样，仍不能确认。",
        "Tampico ranks 24 of 32; its true rank is between 3 and 32. Down 15 places on last quarter, "
        "more than the usual 14; but among 32 cities a few such moves are to be expected, "
        "so it is still not confirmed.",
    )


def test_an_unmoved_rank_is_called_the_same(q3):
    zh, en = said(with_row(q3.league, MEXICO, places=0), MEXICO)
    assert zh.endswith("。名次与上季度相同。") and en.endswith(". Same rank as last quarter.")


def test_a_confirmed_fall_by_uncertain_places(q2):
    colima = with_row(q2.league, COLIMA, change=-0.49, change_lower=-0.738, change_upper=-0.242)
    assert said(colima, COLIMA) == (
        "科利马：排第17位，共32个。单项安全感比上季度下降49.0个百分点（计入误差，在24.2至73.8之间）；"
        "与各地平均变动相比，下降可以确认。名次降16位，真正降了几位，不能确定。",
        "Colima ranks 17 of 32. Feels safe is down 49.0 percentage points on last quarter "
        "(between 24.2 and 73.8, allowing for error): a confirmed fall against the average change. "
        "It dropped 16 places; how many it truly dropped is not certain.",
    )


def test_a_confirmed_rise_whose_own_interval_holds_no_change(q2):
    across = {"change": 0.03, "change_lower": -0.004, "change_upper": 0.05, "toward": 1, "places": 4}
    zh, en = said(with_row(q2.league, COLIMA, **across), COLIMA)
    assert (
        "（计入误差，在下降0.4至上升5.0个百分点之间）；与各地平均变动相比，上升可以确认；它自身是否上升，不能确认。"
        in zh
    )
    assert "(between 0.4 down and 5.0 up, allowing for error): a confirmed rise against the average change" in en
    assert "whether its own figure rose is not confirmed. It rose 4 places" in en


def test_a_confirmed_drop_in_rank_says_the_fewest_and_the_most_places(q2):
    row = {"verdict": PROVEN, "places": -14, "places_lower": -19, "places_upper": -12, "toward": -1}
    assert said(with_row(q2.league, COLIMA, **row), COLIMA) == (
        "科利马：排第17位，共32个，比上季度降14位。名次下降可以确认：真正降了12至19位。",
        "Colima ranks 17 of 32, down 14 places on last quarter. The drop is confirmed: truly 12 to 19 places.",
    )
    zh, en = said(with_row(q2.league, COLIMA, **row | {"places_lower": -14, "places_upper": -14}), COLIMA)
    assert zh.endswith("真正降了14位。") and en.endswith("truly 14 places.")


def test_what_is_not_comparable_or_not_shown_says_so(q2):
    nothing = with_row(q2.league, COLIMA, places=float("nan"), change=float("nan"), verdict=None)
    zh, en = said(nothing, COLIMA)
    assert zh.endswith("2015年第1季度没有访问该地区，升降不可比。")
    assert en.endswith("It was not surveyed in 2015 Q1, so its rise or fall is not known.")
    zh, en = said(replace(nothing, unchanged=(COLIMA,)), COLIMA)
    assert zh.endswith("升降不公布（其中一期受访者太少，或为防止推算）。")
    assert en.endswith(
        "Its change is not shown (too few people answered in one of the waves, or it could be worked out)."
    )
    small = replace(q2.league, programme=replace(q2.league.programme, withhold=10))
    assert absent_sentence(small, VERACRUZ, ZH) == "韦拉克鲁斯：不公布。受访者少于10人，或公布后可推算出来。"
    assert absent_sentence(small, VERACRUZ, EN).startswith("Veracruz: not shown. Fewer than 10 people answered, or")
    nobody = replace(q2.league, missing=(VERACRUZ,))
    assert absent_sentence(nobody, VERACRUZ, ZH) == "韦拉克鲁斯：本期没有访问。"
    assert absent_sentence(nobody, VERACRUZ, EN) == "Veracruz: no interviews this quarter."


def test_a_figure_that_is_indicative_only_says_why(q2):
    few = replace(q2, league=with_row(q2.league, VERACRUZ, n=24), weak={VERACRUZ: ("n", "cv")})
    assert weak_sentence(few, VERACRUZ, ZH) == "韦拉克鲁斯：只访问24人，样本太少，得分和名次仅供参考，不宜用于考核。"
    assert weak_sentence(few, VERACRUZ, EN) == (
        "Veracruz: only 24 interviews. Its figure and rank are indicative and should not be used for assessment."
    )
    error = replace(few, weak={VERACRUZ: ("df",)})
    assert weak_sentence(error, VERACRUZ, ZH).startswith("韦拉克鲁斯：误差太大，")
    assert "the error is too large" in weak_sentence(error, VERACRUZ, EN) and not weak_sentence(error, COLIMA, EN)


def test_an_area_against_last_quarter_and_against_a_year_ago(q2):
    """SIMULATED: the second comparison is made up of the first."""
    now = replace(with_row(q2.league, COLIMA, verdict=CHANCE, places=3), wave="2015Q2")
    year = with_row(now, COLIMA, verdict=REAL, places=5, toward=1)
    rest = {"better": (), "worse": (), "unsaid": (), "least": {}, "ranks_changed": 9, "areas": 32, "error": 0.025}
    pair = {
        PREVIOUS: Compared(PREVIOUS, "2015Q1", now, **rest),
        YEAR_AGO: Compared(YEAR_AGO, "2014Q2", year, **rest),
    }
    screen = replace(q2, league=now, comparisons=pair)
    assert screen_sentence(screen, COLIMA, ZH) == (
        "科利马：排第17位，共32个。与上季度相比升3位，不能确认；与上年同期相比升5位，上升可以确认，升了几位不能确定。"
    )
    assert screen_sentence(screen, COLIMA, EN) == (
        "Colima ranks 17 of 32. Against last quarter: up 3 places, not confirmed. "
        "Against the same quarter last year: up 5 places, a confirmed rise; by how many places is not certain."
    )


def test_years_are_compared_as_averages_and_the_figure_is_that_of_its_quarter(q2):
    years = [f"{year}Q1+{year}Q2+{year}Q3+{year}Q4" for year in (2014, 2015)]
    windows = with_row(replace(q2.league, against=years[0], upto=years[1], wave="2015Q4"), COLIMA, verdict=CHANCE)
    zh, en = said(windows, COLIMA)
    assert zh.endswith(
        "2015年四个季度平均与2014年四个季度平均相比，降16位，不能确认。以上得分和名次是2015年第4季度的。"
    )
    assert en.endswith(
        "The average of 2015 against the average of 2014: down 16 places, not confirmed. "
        "The figure and rank above are those of 2015 Q4."
    )


def test_whom_an_area_cannot_be_told_from_is_everybody_whose_range_of_places_overlaps(q2, ensu_store):
    page = read_area(ensu_store[0], "ensu2015", MEXICO, wave="2015Q2")
    beside, table = page.neighbours, q2.league.table
    everybody = [*beside.better, *beside.untold, *beside.worse]
    assert sorted([*everybody, MEXICO]) == sorted(table.index)
    assert (table.rank_upper[list(beside.better)] < table.rank_lower[MEXICO]).all()
    assert (table.rank_lower[list(beside.untold)] <= table.rank_upper[MEXICO]).all()
    four = table.iloc[:4].assign(rank_lower=[1, 2, 2, 4], rank_upper=[1, 3, 3, 4])
    a, b, c, d = four.index
    assert neighbours(four, b) == Neighbours((a,), (c,), (d,))
    lines = neighbour_lines(Neighbours((a,), (c,), ()), q2.league, ZH)
    assert [said for _, said, _ in lines] == ["确认排在它前面的1个", "分不出先后的1个", "确认排在它后面的0个"]
