"""How changes are said: with their direction, against a named wave, in sizes without signs, no more than is shown."""

from dataclasses import replace

import pytest

from estimation.changes.verdicts import PROVEN, REAL
from presentation import changes
from service.figures.league import read_league
from words import speaker

ZH, EN = speaker("zh"), speaker("en")
COLIMA, MERIDA = "33", "08"


@pytest.fixture
def league(ensu_store):
    """The second quarter of 2015 against the first: one confirmed fall, Colima's."""
    return read_league(ensu_store[0], "ensu2015", wave="2015Q2")


def with_row(league, area: str, **values):
    """The league with other values in one area's row."""
    table = league.table.copy()
    for column, value in values.items():
        table.loc[area, column] = value
    return replace(league, table=table)


def test_a_fall_is_called_a_fall_and_nothing_else_is_confirmed(league):
    assert changes.direction(league, COLIMA) == "fall" and changes.direction(league, MERIDA) == "changed"
    assert "能确认下降的有1个：科利马。" in changes.headline(league, ZH)
    assert "1 fall is confirmed (Colima)" in changes.headline(league, EN)
    assert changes.verdict_text(league, COLIMA, ZH) == "确有下降"
    assert changes.verdict_text(league, MERIDA, EN, short=True) == "not confirmed"


def test_rises_and_falls_are_counted_apart_and_none_of_their_names_is_cut(league):
    up = [area for area in league.table.index if area != COLIMA][:8]
    for area in up:
        league = with_row(league, area, verdict=REAL, toward=1)
    said = changes.headline(league, ZH)
    assert "能确认下降的有1个：科利马；能确认上升的有8个：" in said and "其余23个地区" in said
    assert all(league.name(area)["zh"] in said for area in up)


def test_where_the_smallest_value_is_best_areas_get_better_or_worse(league):
    smallest = replace(league, measure=replace(league.measure, largest_is_best=False))
    assert "能确认变差的有1个" in changes.headline(smallest, ZH)
    assert "deterioration" in changes.headline(smallest, EN)


@pytest.mark.parametrize(
    ("before", "wave", "said"),
    [
        ("2015Q1", "2015Q2", "last quarter (2015 Q1)"),
        ("2014Q4", "2015Q1", "last quarter (2014 Q4)"),
        ("2014Q2", "2015Q2", "the same quarter last year (2014 Q2)"),
        ("2014Q1", "2015Q2", "2014 Q1"),
        ("2015-01", "2015-02", "last month (2015-01)"),
        ("2014-02", "2015-02", "the same month last year (2014-02)"),
        ("2014", "2015", "last year (2014)"),
        ("2014", "2015Q1", "2014"),
    ],
)
def test_the_earlier_wave_is_named_as_people_name_it(league, before, wave, said):
    other = replace(league, against=before, upto=wave, wave=wave)
    assert changes.against_text(other, EN) == f"Compared with {said},"


def test_both_windows_are_named_where_several_waves_are_compared(league):
    years = replace(league, against="2014Q1+2014Q2", upto="2015Q1+2015Q2")
    assert changes.against_text(years, ZH).endswith("2014年第1季度、2014年第2季度平均相比")
    assert "2015 Q1, 2015 Q2" in changes.against_text(years, EN)


def test_a_proven_change_of_rank_says_the_fewest_places(league):
    row = {"verdict": PROVEN, "places": -14, "places_lower": -19, "places_upper": -12, "toward": -1}
    proven = with_row(league, COLIMA, **row)
    assert "科利马（至少下降12位）" in changes.headline(proven, ZH)
    assert changes.verdict_text(proven, COLIMA, EN) == "rank fall confirmed"


def test_a_range_of_places_that_holds_no_change_is_not_said_of_an_area(league):
    assert league.table.places_lower[MERIDA] <= 0 <= league.table.places_upper[MERIDA]
    assert "能够确认的名次变动" not in changes.movement_sentence(league, MERIDA, ZH)
