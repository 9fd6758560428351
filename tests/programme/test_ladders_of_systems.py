"""The ladders that ship with S1, S2 and S4, walked rung by rung: ties, a missing quarter, the turn of a year."""

from pathlib import Path

import numpy as np
import pytest

from accountability.ladders.events import events_of
from accountability.ladders.history import History
from accountability.rules import KINDS
from programme.survey import read_programme
from words import Fault

PROGRAMMES = Path(__file__).parents[2] / "data" / "programmes"
S1, S2, S4 = (
    read_programme((PROGRAMMES / f"{name}.toml").read_bytes(), name)
    for name in ("s01_guangxi", "s02_laibin", "s04_callback")
)


def walked(programme, a_year: int, **marks: str) -> dict[str, str]:
    """consequence -> x in each period in which it follows for one area; marks: rule -> x missed, . met, - not judged.

    A rule without marks was never judged; annual ones are due in a year's last period.
    """
    T = len(next(iter(marks.values())))
    rules = [rule.name for name in programme.measures for rule in programme.rules_of(name)]
    text = {rule: marks.get(rule, "-" * T) for rule in rules}
    judged, missed = (
        {rule: np.array([[mark in wanted] for mark in text[rule]]) for rule in rules} for wanted in (("x", "."), ("x",))
    )
    last = np.arange(T) % a_year == a_year - 1
    due = {rule.name: last for of in programme.annual_rules.values() for rule in of}
    year, waves = 2015 + np.arange(T) // a_year, tuple(f"{2015 + t // a_year}-{t % a_year + 1:02}" for t in range(T))
    history = History(waves, year, a_year, ("area",), judged, missed, due)
    events = events_of(history, programme.consequences)
    return {name: "".join("x" if e else "." for e in of[:, 0]) for name, of in events.items()}


@pytest.mark.parametrize(
    ("last_five", "talk", "yellow_card", "listed", "veto"),
    [
        ("x.......", "x.......", "........", "........", "........"),  # 每季度后五名 → 约谈
        (".xx.....", ".xx.....", "..x.....", "........", "........"),  # 连续两个季度 → 黄牌警告
        ("xxx.....", "xxx.....", ".x......", "..x.....", "........"),  # 连续三个季度 → 挂牌重点整治
        ("xxx..xxx", "xxx..xxx", ".x....x.", "..x....x", ".......x"),  # 两年内两次挂牌 → 一票否决
        ("xxxxxxxx", "xxxxxxxx", ".x......", "..x.....", "........"),  # one streak is listed once
        ("xx-xx-xx", "xx.xx.xx", ".x..x..x", "........", "........"),  # a missing quarter ends the streak
        ("xxx.-xxx", "xxx..xxx", ".x....x.", "..x....x", ".......x"),
    ],
)
def test_laibin_s_ladder_of_quarters(last_five, talk, yellow_card, listed, veto):
    followed = walked(S2, 4, last_five=last_five)
    assert [followed[name] for name in ("talk", "yellow_card", "listed", "veto")] == [talk, yellow_card, listed, veto]


def test_laibin_s_veto_of_two_poor_years_in_a_row_below_80_and_among_the_last_five():
    both = walked(S2, 4, year_last_five="---x---x---x", year_eighty="---x---x---.")
    assert both["poor_year"] == "...x...x...." and both["veto_by_year"] == ".......x...."
    between = walked(S2, 4, year_last_five="---x---x---x", year_eighty="---x---.---x")
    assert between["veto_by_year"] == "." * 12  # the years must follow one another
    assert walked(S2, 4, year_last_five="---x---x", year_eighty="---.---.")["poor_year"] == "........"
    unjudged = walked(S2, 4, year_last_five="---x-------x", year_eighty="---x-------x")
    assert unjudged["veto_by_year"] == "." * 12  # a year without a verdict ends the streak


def test_all_townships_tied_at_the_fifth_last_place_are_in():
    (rule,) = [rule for rule in S2.rules["safe"] if rule.name == "last_five"]
    values = np.array([0.7, 0.75, 0.8, 0.8, 0.85, 0.85, 0.85, 0.9])
    missed = KINDS[rule.kind].missed_by(values, rule.threshold, largest_is_best=True, printed_unit=0.0)
    assert missed.tolist() == [True] * 7 + [False]


@pytest.mark.parametrize(
    ("last_three", "talk", "criticism", "self_criticism"),
    [
        ("x...........", "x...........", "............", "............"),  # 当月后三名 → 约谈
        ("x..x........", "x..x........", "...x........", "............"),  # 一年内两次 → 通报批评
        ("x..x.....x..", "x..x.....x..", "...x........", ".........x.."),  # 一年内三次 → 检讨并取消评先资格
        ("..........xxx", "..........xxx", "...........x.", "............."),  # a new year begins anew
        ("x-x-x-------", "x.x.x.......", "..x.........", "....x......."),  # months without a figure end nothing
    ],
)
def test_the_call_back_s_ladder_of_months(last_three, talk, criticism, self_criticism):
    followed = walked(S4, 12, last_three=last_three)
    expected = {"talk": talk, "criticism": criticism, "self_criticism": self_criticism}
    assert {name: followed[name] for name in expected} == expected


def test_guangxi_s_title_is_lost_by_a_year_below_80_or_among_the_last_two():
    """A county by rank too, and a city by the share of its counties."""
    city = walked(S1.in_league("cities"), 4, year_title="---x---.", year_last_two="---.---x", title="xxxxxxxx")
    assert city == {"title_lost": "...x....", "title_lost_last_two": ".......x", "city_title_lost": "........"}
    county = walked(S1.in_league("counties"), 4, year_title="---.---.", year_first_80="---.---x")
    assert county == {"title_lost": "........", "title_lost_by_rank": ".......x", "city_title_lost": "........"}
    assert walked(S1, 4, year_enough_counties="---x---.")["city_title_lost"] == "...x...."


def with_line(name: str, after: str, line: str):
    """A programme of the folder with one more line after a text that stands in it once."""
    text = (PROGRAMMES / f"{name}.toml").read_text("utf-8")
    assert text.count(after) == 1
    return read_programme(text.replace(after, f"{after}\n{line}").encode(), name)


LAST_FIVE = '[rules.last_five]\nmeasure = "safe"\nkind = "not_last"'


@pytest.mark.parametrize(
    ("ties", "listed"),
    [
        (None, [3, 4, 5, 6, 7, 8]),
        ("all_in", [3, 4, 5, 6, 7, 8]),
        ("none_beyond", [5, 6, 7, 8]),
        ("in_order", [4, 5, 6, 7, 8]),
    ],
)
def test_ties_at_the_fifth_last_place_go_by_the_rule_s_setting_and_by_default_all_are_in(ties, listed):
    programme = S2 if ties is None else with_line("s02_laibin", LAST_FIVE, f'ties = "{ties}"')
    (rule,) = [rule for rule in programme.rules["safe"] if rule.name == "last_five"]
    values = np.array([99, 98, 97, 90, 90, 84, 83, 82, 81])
    missed = KINDS[rule.kind].missed_by(values, rule.threshold, largest_is_best=True, printed_unit=0)
    assert list(np.flatnonzero(missed)) == listed and rule.listed == 5


def test_what_a_programme_may_say_of_ties_is_named():
    with pytest.raises(Fault, match=r"all_in.*none_beyond.*in_order"):
        with_line("s02_laibin", LAST_FIVE, 'ties = "by_lot"')
    with pytest.raises(Fault, match=r"rules\.eighty\.ties"):
        with_line("s02_laibin", "[rules.eighty]", 'ties = "all_in"')
    text = (PROGRAMMES / "s02_laibin.toml").read_text("utf-8")
    with pytest.raises(Fault, match="not_last_in_order"):
        read_programme(text.replace(LAST_FIVE, LAST_FIVE[:-1] + '_in_order"').encode(), "s02")


@pytest.mark.parametrize(("kind", "veto"), [('"streak"', "............"), ('"window"\nyears = 3', "...........x")])
def test_two_years_with_a_good_one_between_bring_the_veto_only_if_they_need_not_be_consecutive(kind, veto):
    text = (PROGRAMMES / "s02_laibin.toml").read_text("utf-8")
    in_a_row = '[consequences.veto_by_year]\nkind = "streak"'
    assert text.count(in_a_row) == 1
    content = text.replace(in_a_row, f"[consequences.veto_by_year]\nkind = {kind}").encode()
    year = "---x---.---x"
    found = walked(read_programme(content, "s02"), 4, year_last_five=year, year_eighty=year)
    assert found["veto_by_year"] == veto
