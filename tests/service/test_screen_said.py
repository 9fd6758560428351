"""The first screen in words: the model sentences come out to the letter, in both languages."""

from dataclasses import replace

import pytest

from presentation import screen as said
from programme.regular_comparisons import PREVIOUS, YEAR_AGO
from service.figures.screen import BREAK, FIRST, Compared, LastPlaces, NotCompared, Target, read_screen
from words import speaker

ZH, EN = speaker("zh"), speaker("en")
COLIMA = "33"
TOWNSHIPS = {"zh": "乡镇", "en": "township|townships"}
NAMES = {"L": ("良塘镇", "Liangtang"), "Z": ("中平镇", "Zhongping"), "A": ("A", "A"), "B": ("B", "B"), "C": ("C", "C")}


@pytest.fixture(scope="module")
def q2(ensu_store):
    return read_screen(ensu_store[0], "ensu2015", wave="2015Q2")


@pytest.fixture(scope="module")
def q3(ensu_store):
    return read_screen(ensu_store[0], "ensu2015")


@pytest.fixture
def townships(q2):
    """SIMULATED: a league of townships in 2026Q4, whose areas are those of NAMES."""
    league, first = q2.league, next(iter(q2.league.programme.areas.values()))
    areas = {code: replace(first, code=code, name={"zh": zh, "en": en}) for code, (zh, en) in NAMES.items()}
    programme = replace(league.programme, areas=areas, units={league.league: TOWNSHIPS}, breaks={"2026Q1": REASON})
    table = league.table.head(len(NAMES)).set_axis(list(NAMES)).assign(toward=-1)
    table.loc[["Z", "C"], "toward"] = 1
    return replace(league, programme=programme, table=table, wave="2026Q4")


REASON = {"zh": "改为短信访问", "en": "people were asked by text message"}


def compared(league, kind=YEAR_AGO, before="2025Q4", **values):
    fixed = {"better": (), "worse": (), "unsaid": (), "least": {}, "ranks_changed": 60, "areas": 70, "error": 0.025}
    return Compared(kind, before, replace(league, against=before, upto=league.wave), **fixed | values)


def test_nothing_confirmed(q3, townships):
    assert said.headline(q3, ZH) == (
        "与上季度（2015年第2季度）相比，没有一个城市能确认上升或下降。名次表上有26个名次有变，都没有超出抽样误差。"
    )
    assert said.headline(q3, EN) == (
        "Compared with last quarter (2015 Q2), no city's rise or fall is confirmed. "
        "26 of 32 ranks changed in the table; sampling alone can do that."
    )
    same = compared(townships, ranks_changed=0)
    assert said.comparison_text(same, ZH, period=False) == "名次与上年同期相同，也没有能确认的升降。"
    assert said.comparison_text(same, EN) == "No rank changed, and no rise or fall is confirmed."


def test_one_fall_by_uncertain_places(q2):
    assert said.comparison_text(q2.compared[0], ZH, period=False) == (
        "与上季度相比，能确认下降的有1个：科利马；降了几位，不能确定。其余31个城市的升降都不能确认。"
    )
    assert said.comparison_text(q2.compared[0], EN, period=False) == (
        "Compared with last quarter, one fall is confirmed: Colima; by how many places is not certain. "
        "No other city's rise or fall is confirmed."
    )
    assert "与上季度（2015年第1季度）相比" in said.headline(q2, ZH)


def test_falls_and_rises_have_their_own_lists(townships):
    both = compared(townships, worse=("A", "B"), better=("C",))
    assert "能确认下降的有2个：A、B；能确认上升的有1个：C。升降了几位，不能确定。" in said.comparison_text(both, ZH)
    assert "two falls are confirmed (A, B) and one rise (C); by how many places is not certain." in (
        said.comparison_text(both, EN)
    )


def test_a_drop_in_rank_with_its_least_places(townships):
    proven = compared(townships, worse=("L",), least={"L": -12})
    assert said.comparison_text(proven, ZH, period=False) == (
        "与上年同期相比，名次下降可以确认的有1个：良塘镇（至少降12位）。其余69个乡镇的升降都不能确认。"
    )
    assert said.comparison_text(proven, EN, period=False) == (
        "Compared with the same quarter last year, one drop in rank is confirmed: Liangtang (at least 12 places). "
        "No other township's rise or fall is confirmed."
    )
    more = compared(townships, worse=("L", "A"), least={"L": -12})
    assert "另有1个能确认下降、但降了几位不能确定：A。" in said.comparison_text(more, ZH)
    assert "1 more has a confirmed fall but by an uncertain number of places: A." in said.comparison_text(more, EN)


def test_against_last_quarter_and_a_year_ago_in_one_sentence(townships, q2):
    pair = {
        PREVIOUS: compared(townships, PREVIOUS, "2026Q3"),
        YEAR_AGO: compared(townships, worse=("L",), better=("Z",)),
    }
    screen = replace(q2, league=townships, comparisons=pair)
    assert said.headline(screen, ZH) == (
        "2026年第4季度：与上季度相比，没有一个乡镇能确认升降；"
        "与上年同期相比，能确认下降的有1个（良塘镇），能确认上升的有1个（中平镇）。"
    )
    assert said.headline(screen, EN) == (
        "2026 Q4: against last quarter, no rise or fall is confirmed; "
        "against the same quarter last year, one fall (Liangtang) and one rise (Zhongping) are confirmed."
    )


def test_what_cannot_be_compared_says_why(townships, q2):
    over = NotCompared(PREVIOUS, BREAK, "2025Q4", "2026Q1")
    assert said.not_compared_text(over, townships, ZH) == (
        "2026年第1季度起改为短信访问，与以前各期不可比；本页只列本期的得分和名次。"
    )
    assert said.not_compared_text(over, townships, EN) == (
        "From 2026 Q1 on, people were asked by text message; earlier waves are not comparable. "
        "This page shows this wave only."
    )
    first = replace(q2, comparisons={PREVIOUS: NotCompared(PREVIOUS, FIRST)})
    assert said.headline(first, ZH) == "这是第一期，尚无升降可比。"
    assert said.headline(first, EN) == "This is the first wave: there is nothing to compare with yet."
    waits = replace(q2, arrived="2015Q3")
    assert said.arrived_text(waits, ZH) == "2015年第3季度的数据已收到，尚未计算；以下是2015年第2季度的结果。"
    assert said.arrived_text(waits, EN) == (
        "The data of 2015 Q3 have arrived but are not computed yet; these are the results of 2015 Q2."
    )
    assert said.opening(waits, EN).startswith(said.arrived_text(waits, EN) + " " + said.headline(waits, EN))


def test_areas_that_are_indicative_only(q2):
    one, two = (replace(q2, weak=dict.fromkeys(areas, ("n",))) for areas in (("12",), ("12", "09")))
    assert said.weak_text(two, ZH) == "有2个城市样本太少或误差太大，得分和名次仅供参考。"
    everybody = replace(q2, weak=dict.fromkeys(q2.league.table.index, ("n",)))
    assert said.weak_text(everybody, ZH).startswith(f"全部{len(q2.league.table)}个城市")
    assert said.weak_text(two, EN) == (
        "2 cities have too few interviews or too large an error; their figures and ranks are indicative only."
    )
    assert said.weak_text(one, EN).startswith("1 city has too few interviews")
    assert said.weak_text(replace(q2, weak={}), EN) == ""


def test_the_last_five(townships):
    some = [str(k) for k in range(51)]
    last = LastPlaces(5, 0.95, "r", ("L",), ("A",) * 4, ("B",) * 14, tuple(some), ("L", "A", "A", "A", "A"))
    last = replace(last, listed=tuple("abcd"), possible=tuple("efghijklmnopqr"))
    assert (
        said.last_text(townships, last, ZH) == "后五名：确认的1个（良塘镇）；不能排除的18个；其余51个确认不在后五名。"
    )
    assert said.last_text(townships, last, EN) == (
        "Last five: 1 confirmed (Liangtang); 18 cannot be ruled out; 51 confirmed not among them."
    )
    listed = tuple(NAMES)
    none = replace(last, confirmed=(), listed=listed, printed=listed)
    assert said.last_text(townships, none, ZH) == (
        "没有一个乡镇能确认在后五名，不能排除的有19个；名次表上列出的后五名（良塘镇、中平镇、A、B、C）都在其中。"
    )
    assert said.last_text(townships, none, EN) == (
        "No township is confirmed among the last five; 19 cannot be ruled out, "
        "and the five listed (Liangtang, Zhongping, A, B, C) are among those."
    )
    assert said.last_area_text(none, "L", ZH) == "列在后五名，但不能确认。"
    assert said.last_area_text(last, "0", EN) == "Confirmed not among the last five."


def test_the_target(townships):
    of = {k: tuple(map(str, range(n))) for k, n in (("reached", 22), ("missed", 3), ("undecided", 7), ("short", 4))}
    target = Target("eighty", 0.8, 0.95, **of)
    assert said.target_text(townships, target, ZH) == (
        "80%的目标：确认达标22个，确认未达标3个，不能确认7个（其中得分低于目标的4个）。"
    )
    assert said.target_text(townships, target, EN) == (
        "Target of 80%: 22 confirmed to reach it, 3 confirmed to miss it, "
        "7 cannot be told (4 of them with a figure below it)."
    )
    told = said.target_area_text(townships, replace(target, reached=(), missed=(), short=("L",)), "L", ZH)
    assert told.endswith("低于80%，但差距没有超出误差，是否达标不能确认。")


def test_a_target_that_is_not_to_be_exceeded_says_so(townships):
    of = {k: tuple(map(str, range(n))) for k, n in (("reached", 22), ("missed", 3), ("undecided", 7), ("short", 4))}
    limit = Target("eighty", 0.8, 0.95, **of, upwards=False)
    assert said.target_text(townships, limit, ZH) == (
        "不超过80%的目标：确认达标22个，确认未达标3个，不能确认7个（其中数值超过目标的4个）。"
    )
    assert said.target_text(townships, limit, EN) == (
        "Target of at most 80%: 22 confirmed to keep it, 3 confirmed to exceed it, "
        "7 cannot be told (4 of them with a figure above it)."
    )
    told = said.target_area_text(townships, replace(limit, reached=(), missed=(), short=("L",)), "L", ZH)
    assert told.endswith("超过80%，但差距没有超出误差，是否达标不能确认。")


def test_the_lines_under_the_headline_promise_what_was_spent(q2):
    pair = replace(q2, error=0.05)
    lines = said.promise_lines(pair, ZH)
    assert lines[0] == (
        "可以确认：升降的判断中，因抽样误差而出现哪怕一处误判的可能不超过5%。"
        "不能确认，不等于没有变化。无应答、访问方式和“打招呼”的影响未计在内。"
    )
    assert len(lines) == 3 and "后五名的判断另计" in lines[1] and "逐个城市" in lines[2]
    assert "at most 10%" in said.promise_lines(replace(q2, error=0.1), EN)[0]


def test_badges(q2):
    league = q2.league
    assert (said.badge(league, COLIMA, ZH), said.badge(league, COLIMA, EN)) == ("确有下降", "Confirmed fall")
    assert said.badge(league, "43", EN) == "Not confirmed"
    assert said.badge(replace(league, withheld=(COLIMA,)), COLIMA, ZH) == "不公布"
