"""The arithmetic of printed figures: published slips are found, sound figures pass, doubts are asked about."""

import pytest

from accountability.printed.check import check
from accountability.printed.numbers import Bounds, cell_number, printed, written
from accountability.printed.orders import Ranked, out_of_order
from accountability.printed.spelled import in_digits
from accountability.printed.tables import Grid, read_table
from words import Fault


def in_text(text: str) -> list[tuple[str, str, str, bool]]:
    """kind, printed, expected and whether it is certain, of each finding in a text."""
    found = check(text, []).findings
    return [(f.key.removeprefix("printed."), f.printed, f.expected, f.certain) for f in found]


def grid(rows: str, name: str = "") -> Grid:
    return Grid(name, [(k, line.split("|")) for k, line in enumerate(rows.strip().splitlines(), 1)])


def in_table(rows: str) -> list[tuple[str, int, str, str, bool]]:
    found = check("", [grid(rows)]).findings
    return [(f.key.removeprefix("printed."), f.place.row, f.printed, f.expected, f.certain) for f in found]


PUBLISHED = [  # slips of published bulletins, each in both languages
    ("最高96.67，最低78.5，相差18.1个百分点。", ("gap", "18.1", "18.2", False)),
    ("The highest is 96.67, the lowest 78.5, a gap of 18.1 points.", ("gap", "18.1", "18.2", False)),
    ("刑事2,768件、治安1,453件，合计4,321件。", ("total", "4,321", "4,221", True)),
    ("2,768 + 1,453 = 4,321", ("total", "4,321", "4,221", True)),
    ("共接警4,321件，其中刑事2,768件、治安1,453件。", ("total", "4,321", "4,221", False)),
    ("共接警4,321件，其中刑事2,768件、治安1,453件，合计4,321件。", ("total", "4,321", "4,221", True)),
    ("全年受理群众反映问题4,321件，其中城区2,768件、农村1,453件。", ("total", "4,321", "4,221", False)),
    (
        "4,321 problems were reported, of which 2,768 in towns and 1,453 in villages.",
        ("total", "4,321", "4,221", False),
    ),
    ("全市173个乡镇中，110个安全感达到90%以上，占比为57.8%。", ("share", "57.8", "63.6", True)),
    ("共有173个乡镇，达标110个，达标率57.8%。", ("share", "57.8", "63.6", True)),
    ("抽查44个乡镇，有问题的分别为22、20、29个，占50%、45.5%、69.5%。", ("share", "69.5", "65.9", True)),
    ("得分89.55，距90分的目标差0.54分。", ("gap", "0.54", "0.45", False)),
    ("In all 4,321 calls came: 2,768 by mobile phone and 1,453 by landline.", ("total", "4,321", "4,221", False)),
    ("173个乡镇中110个占57.8%。", ("share", "57.8", "63.6", True)),
    ("Of 173 townships, 110 reached the target, 57.8 %.", ("share", "57.8", "63.6", True)),
    ("Among 173 townships, 110 reached the target, a share of 57.8 %.", ("share", "57.8", "63.6", True)),
    ("173个乡镇中，110个达标，占57.8%。", ("share", "57.8", "63.6", True)),
    ("全市173个乡镇，110个达标，占57.8%。", ("share", "57.8", "63.6", False)),
    ("全年受理4,321件：刑事2,768件、治安1,453件。", ("total", "4,321", "4,221", False)),
    ("173 townships: 110 reached the target and 73 did not.", ("total", "173", "183", False)),
    ("173个乡镇，达标110个，未达标73个。", ("total", "173", "183", False)),
    ("110 of 173 townships, 57.8 %, were above the target.", ("share", "57.8", "63.6", True)),
    ("7,781个回复中，满意6,554个，基本满意731个，不满意496个，满意率88.93%。", ("half", "88.93", "93.63", True)),
    (
        "7,781 replies: 6,554 satisfied, 731 basically satisfied, 496 dissatisfied; satisfaction rate 88.93 %.",
        ("half", "88.93", "93.63", True),
    ),
    ("排名由第12位上升至第5位，前进8位。", ("rank_change", "8", "7", True)),
    ("由百分之七十八点五〇升至百分之九十六点六七，提高１８．１个百分点。", ("change", "18.1", "18.2", True)),
    ("满意率93.6%，较上年同期上升1.5个百分点（上年同期为92.5%）。", ("change", "1.5", "1.1", True)),
    ("The rate is 93.6 %, up 1.5 percentage points (92.5 % a year ago).", ("change", "1.5", "1.1", True)),
    ("The city rose from 12th to 5th, up 8 places.", ("rank_change", "8", "7", True)),
    ("满意率由88.1%上升到90.4%，上升2.9个百分点。", ("change", "2.9", "2.3", True)),
    ("安全感88.1%，比上季度90.4%提高2.3个百分点。", ("direction", "2.3", "", True)),
    ("案件由2000件增加到2500件，增长20%。", ("growth", "20", "25", True)),
    ("满意的占93.6%，其余6.9%不满意。", ("complement", "6.9", "6.4", True)),
    ("93.6 % were satisfied, the remaining 6.9 % were not.", ("complement", "6.9", "6.4", True)),
    ("得分89.55，低于目标90，差0.54个百分点。", ("gap", "0.54", "0.45", True)),
    (
        "安全感97.3%，比上季度（96.9%）提高0.4个百分点，比去年同期（95.8%）提高1.9个百分点。",
        ("change", "1.9", "1.5", True),
    ),
    ("共受理12.6万件，同比增长8.4%；办结12.3万件，办结率79.6%。", ("share", "79.6", "97.6", True)),
    ("城镇109万人，农村99万人，合计270万人。", ("total", "270", "208", True)),
    ("约有207万人，其中农村约99万人，占84%。", ("share", "84", "48", False)),
]


def test_percentages_in_words_are_read_as_digits():
    words = {"九十六点六七": "96.67", "十": "10", "一百": "100", "零点五": "0.5", "二十": "20", "一百零五": "105"}
    assert [in_digits(f"占百分之{said}左右") for said in words] == [f"占{number}%左右" for number in words.values()]
    assert in_digits("百分之百满意，一百二十人，提高一个百分点") == "100%满意，一百二十人，提高一个百分点"
    assert in_digits("百分之三五") == "百分之三五"


@pytest.mark.parametrize(("text", "finding"), PUBLISHED)
def test_a_printed_slip_is_found_with_what_it_should_be(text, finding):
    assert in_text(text) == [finding]


@pytest.mark.parametrize(
    "text",
    [
        "最高94.10，最低86.22，相差7.88个百分点。",
        "70个乡镇中43个超过90%，占61.43%。",
        "43 of 70 townships (61.43 %) were above.",
        "检查44个乡镇，优22个、良20个、差29个，分别占50%、45.5%、65.9%。",
        "22, 20 and 29 of 44 townships (50, 45.5 and 65.9 %).",
        "来宾市得分89.55，低于目标90，差0.45个百分点。",
        "满意6,554个，基本满意731个（折半计），不满意496个，满意率88.93%。",
        "回复7,781个：满意6,554个，基本满意731个，不满意496个，满意率93.6%。",
        "共回访7,781件，不满意496件，基本满意731件，满意6,554件，满意率93.6%。",
        "受理问题4,321件，其中城区2,000件、农村1,453件。",  # two of several parts
        "抽查44个乡镇，有问题的分别为22、20、29个，占50%、45.5%、65.9%。",
        "得分89.55，距90分的目标差0.45分。",
        "在5个县、70个乡镇共访问3500人。",
        "N = 200，n = 100，全部满意时为97.5%。",
        "Of 173 townships, 110 reached the target, 57.8 % of residents felt safe.",
        "173个乡镇中，110个达标，57.8%的群众满意。",
        "访问173人，回访110人，满意的占57.8%。",
        "全年受理4,321件：刑事2,000件、治安1,453件。",
        "1,660 people were interviewed (830 men and 830 women).",
        "12 townships: 110 calls and 73 visits.",
        "安全感为94.2%，满意度为88.7%，较上季度上升1.3个百分点。",
        "安全感为94.2%，满意度为88.7%，较上季度提高1.3个百分点。",
        "满意率由上季度的92.1%提高到93.4%，提高1.3个百分点，比去年同期提高2.2个百分点。",
        "办结率93.1%，比上月（91.5%）提高1.6个百分点，同比提高3.0个百分点。",
        "Satisfaction rose from 88.4 % last quarter to 91.1 %, up 2.7 points.",
        "Ranked 12th last quarter and 8th now, Shilong climbed 4 places.",
        "The highest is 88.1, the lowest 85.3, a gap of 2.9 points.",  # 88.14 − 85.26 = 2.88
        "城镇109万人，农村99万人，合计207万人。",  # 108.6 + 98.7
        "常住人口207万人，其中男性109万人、女性99万人。",
        "全市共访问约11200人，其中城镇6730人，农村4484人。",
        "安全感97.3%，比上季度（96.9%）提高0.4个百分点，比去年同期（95.8%）提高1.5个百分点。",
        "指数86.3，较去年同期（84.9）上升1.4个点，较上季度回落0.3个点。",
        "接警21,480起，比上年的23,110起减少1,630起，下降7.1%；其中刑事1,204起，减少96起，下降7.4%。",
        "Calls rose from 2.1 million to 2.4 million, up 12.0 %.",  # 2.14 to 2.40
    ],
)
def test_sound_figures_and_figures_about_other_things_pass(text):
    assert in_text(text) == []


def test_a_doubt_says_by_which_other_reading_a_figure_is_right():
    text = "最高96.67，最低78.5，相差18.1个百分点。满意的占93.6%，其余6.5%不满意。"
    assert [f.doubt for f in check(text, []).findings] == ["printed.doubt.digits", "printed.doubt.edge"]


LEAGUE = """Area|Score|Rank|Last score|Last rank|Change|Change of rank
A|96.67|1|95.1|2|1.57|1
B|94.10|2|95.2|1|-1.1|-1
C|93|3|91.22|4|{change}|1
D|92.4|{rank}|93.8|3|-1.4|{places}
E|90.12|5|89.1|5|1.02|0"""


def test_a_league_that_agrees_has_no_finding_also_where_zeros_were_dropped():
    assert in_table(LEAGUE.format(change="1.78", rank=4, places="-1")) == []


def test_changes_ranks_and_changes_of_rank_are_computed_from_the_columns_beside_them():
    assert in_table(LEAGUE.format(change="1.87", rank=4, places="-1")) == [("change", 4, "1.87", "1.78", False)]
    assert in_table(LEAGUE.format(change="2.78", rank=4, places="-1")) == [("change", 4, "2.78", "1.78", True)]
    assert in_table(LEAGUE.format(change="1.78", rank=4, places="1")) == [("rank_change", 5, "1", "−1", True)]
    assert in_table(LEAGUE.format(change="1.78", rank=7, places="-4")) == [("rank", 5, "7", "4", True)]


def test_totals_shares_and_halves_of_a_table_are_computed_again():
    shares = "乡镇|件数|占比\n甲|120|24.0%\n乙|80|16%\n丙|200|40.0%\n丁|100|22.0%\n合计|{total}|100%"
    assert in_table(shares.format(total=500)) == [("share", 5, "22.0%", "20.0", True)]
    assert in_table(shares.format(total=510))[-1] == ("column_total", 6, "510", "500", True)
    half = "回复数|满意|基本满意|不满意|满意率(%)\n7781|6554|731|496|88.93"
    assert in_table(half) == [("half", 2, "88.93", "93.63", True)]
    assert check("基本满意按折半计。", [grid(half)]).findings == ()


COMPARED = """县区|本月|上月|去年同月|环比（百分点）|同比（百分点）
兴宾区|92.35|91.80|90.12|0.55|{yearly}
忻城县|94.12|93.01|94.50|1.11|-0.38
象州县|95.40|95.62|93.71|-0.22|1.69"""
OLDER = """地区|2026年第三季度||2026年第二季度||变化|
|满意度|位次|满意度|位次|升降|位次升降
甲|92.35|2|91.80|3|{change}|1
乙|94.12|1|93.01|1|1.11|0
丙|90.40|3|92.62|2|-2.22|-1"""
CASES = """类别|本期（起）|去年同期（起）|同比（%）
盗窃|1204|1300|-7.4
诈骗|2210|1988|{growth}
抢夺|31|40|-22.5
合计|3445|3328|{of_all}"""
IN_TEN_THOUSANDS = """表2 人口（单位：万人）|
地区|人口|城镇人口
甲|91|49
乙|30|10
丙|28|12
合计|{total}|70"""
YEARBOOK = """指标|2025年|2024年|增长（%）
立案|8462|9105|-7.1
破案|4120|3986|3.4
安全感|97.32|96.08|{points}个百分点
调解|15320|14021|9.3"""


@pytest.mark.parametrize(
    ("rows", "sound", "slipped", "expected"),
    [
        (COMPARED, {"yearly": "2.23"}, {"yearly": "2.32"}, ("change", 2, "2.32", "2.23", True)),
        (OLDER, {"change": "0.55"}, {"change": "0.75"}, ("change", 3, "0.75", "0.55", True)),
        (
            CASES,
            {"growth": "11.2", "of_all": "3.5"},
            {"growth": "12.1", "of_all": "3.5"},
            ("growth", 3, "12.1", "11.2", True),
        ),
        (
            CASES,
            {"growth": "11.2", "of_all": "3.5"},
            {"growth": "11.2", "of_all": "5.3"},
            ("growth", 5, "5.3", "3.5", True),
        ),
        (IN_TEN_THOUSANDS, {"total": 150}, {"total": 194}, ("column_total", 6, "194", "149", True)),
        (YEARBOOK, {"points": "1.24"}, {"points": "1.42"}, ("change", 4, "1.42个百分点", "1.24", True)),
    ],
)
def test_columns_that_offices_print_are_read_by_their_periods_units_and_comparisons(rows, sound, slipped, expected):
    assert in_table(rows.format(**sound)) == []
    assert in_table(rows.format(**slipped)) == [expected]


def test_a_total_is_that_of_each_way_in_which_the_same_people_are_divided():
    rows = "分组|人数\n合计|1000\n按性别分|\n男|480\n女|520\n按城乡分|\n城镇|612\n乡村|{rural}"
    assert in_table(rows.format(rural=388)) == []
    assert in_table(rows.format(rural=338)) == [("column_total", 2, "1000", "950", True)]
    assert in_table("分组|人数\n合计|1000\n男|480\n其中：青年|200\n女|520")[0][-1] is False


def test_a_count_of_call_backs_without_further_words_is_the_whole_of_a_rate():
    rows = """地区|回访数|满意|基本满意|不满意|满意率（%）
东城|7781|6554|731|496|88.93
西城|2000|1500|300|200|90.0
南城|1000|700|200|100|90.0"""
    assert in_table(rows) == [("half", 2, "88.93", "93.63", True)]


@pytest.mark.parametrize("header", ["乡镇|应访|实访|完成率", "乡镇|计划|完成|完成率", "Town|Planned|Achieved|Rate"])
def test_the_rate_of_what_was_planned_and_achieved_is_computed_again_also_in_a_single_row(header):
    assert in_table(f"{header}\n甲|173|110|57.8%") == [("share", 2, "57.8%", "63.6", True)]
    assert in_table(f"{header}\n甲|173|110|63.6%") == []


@pytest.mark.parametrize(
    "header", ["县区|受理件数|满意件数|满意率", "县区|乡镇数|达标个数|达标率", "County|Calls|Satisfied|Rate"]
)
def test_a_count_in_another_count_of_the_row_is_found_where_most_rows_have_it(header):
    rows = f"{header}\n甲|173|110|57.8%\n乙|200|150|75.0%\n丙|180|90|{{last}}"
    assert in_table(rows.format(last="50.0%")) == [("share", 2, "57.8%", "63.6", True)]
    assert in_table(rows.format(last="61.3%")) == []  # in one row of three it may be chance


def test_rows_of_the_highest_the_lowest_and_the_gap_are_read():
    rows = "地区|得分\n甲|96.67\n乙|90.12\n丙|78.50\n最高|{high}\n最低|78.50\n差距|{gap}"
    assert in_table(rows.format(high="96.67", gap="18.17")) == []
    assert in_table(rows.format(high="96.67", gap="18.71")) == [("gap", 7, "18.71", "18.17", True)]
    assert in_table(rows.format(high="96.76", gap="18.26"))[0] == ("highest", 5, "96.76", "96.67", True)


def test_a_change_from_something_that_is_not_printed_is_left_alone():
    rows = "地区|得分|上期得分|同比\n甲|96.7|95.1|3.0\n乙|94.1|95.2|-2.1\n丙|93.0|91.2|0.4\n丁|92.2|91.9|1.1"
    assert all(not certain for *_, certain in in_table(rows))


def test_of_two_exchanged_ranks_both_are_named_and_of_a_wrong_figure_only_its_own_row():
    at = lambda rank, value: Ranked(rank, rank, printed(str(value), exact=False).bounds())  # noqa: E731
    exchanged = [at(1, 97.1), at(3, 95.2), at(2, 94.3), at(4, 92.4), at(5, 90.5)]
    assert [(r.rank, best) for r, best, _ in out_of_order(exchanged, largest_is_best=True)] == [(3, 2), (2, 3)]
    mistyped = [at(1, 97.1), at(2, 59.2), at(3, 94.3), at(4, 92.4), at(5, 90.5), at(6, 89.6)]
    assert [r.rank for r, *_ in out_of_order(mistyped, largest_is_best=True)] == [2]


def test_ranks_of_equal_figures_may_be_shared_or_not_and_may_be_the_last_of_a_longer_list():
    at = lambda row, rank, value: Ranked(row, rank, printed(str(value), exact=False).bounds())  # noqa: E731
    for ranks in ((1, 2, 2, 4), (1, 2, 2, 3), (1, 2, 3, 4), (61, 62, 63, 64), (5, 19, 30, 44)):
        rows = [at(k, rank, value) for k, (rank, value) in enumerate(zip(ranks, (97, 95, 95, 90), strict=True))]
        assert out_of_order(rows, largest_is_best=True) == []


def test_a_heading_that_is_not_understood_is_named_and_may_be_explained():
    table = grid("地区|群众评价|排名\n甲|90.1|1\n乙|88.2|2\n丙|89.0|3\n丁|80|4", "一")
    checked = check("", [table])
    assert [(u.table, u.row, u.headings) for u in checked.unread] == [("一", 1, ("群众评价",))]
    assert len(check("", [table], {"群众评价": "满意率"}).findings) == 2
    found = check("", [table], {"群众评价": "rate"}).findings
    assert [(f.place.of, f.printed, f.expected) for f in found] == [("乙", "2", "3"), ("丙", "3", "2")]
    with pytest.raises(Fault, match="opinion"):
        check("", [table], {"群众评价": "opinion"})


def test_a_header_of_two_rows_under_a_title_is_read():
    rows = grid("二〇一六年第三季度||\n地区|安全感|\n|得分|排名\n甲|90.1|1\n乙|88.2|2")
    assert [c.heading for c in read_table(rows).columns] == ["地区", "安全感 得分", "安全感 排名"]


def test_a_header_in_groups_and_ranges_of_ranks_of_some_rows_are_no_slips():
    rows = """名次|地区|得分|95%置信区间|与上期相比|与上期相比
名次|地区|得分|95%置信区间|名次变动|变化
1|甲|91.0|88～94|+3|+1.2
9|乙|85.0|82～88|−2|−1.0
1|甲|91.0|88～94|+4|+1.4"""
    assert in_table(rows) == [] and not check("", [grid(rows)]).unread
    ranges = "地区|得分|回答人数|名次区间上端|名次区间下端\n甲|91|200|1|2\n乙|90|60|1|3\n丙|88|210|2|3"
    assert in_table(ranges) == []


def test_a_number_stands_for_the_values_that_round_to_it():
    assert printed("96.70", exact=False).bounds() == Bounds(printed("96.695").value, printed("96.705").value)
    assert printed("2,768").bounds() == Bounds(printed("2768").value, printed("2768").value)
    assert [cell_number(text).value for text in ("↓3", "▲1.5", "9６.5％", "−2")] == [-3, 1.5, 96.5, -2]
    assert cell_number("1/2") is None and cell_number("–") is None
    assert written(printed("-1234.565").value, 2) == "−1,234.57"


def test_a_number_of_thousands_of_digits_is_no_year_and_stops_nothing():
    assert in_text("一共" + "1" * 5_000 + "人，其中3人。") == []
