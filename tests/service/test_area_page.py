"""An area's page as facts: the rows of the league, its waves one by one, and nothing that its reader may not see."""

import pytest

from programme.regular_comparisons import PREVIOUS
from service.figures.area_page import read_area
from service.figures.league import read_league
from words import Fault

COLIMA, ENSU = "33", "ensu2015"


def test_colima_s_page_holds_its_change_its_waves_and_its_rules(ensu_store):
    store = ensu_store[0]
    page = read_area(store, ENSU, COLIMA, wave="2015Q2")
    own = read_league(store, ENSU, wave="2015Q2").table.loc[COLIMA]
    assert list(page.changes) == [PREVIOUS] and page.changes[PREVIOUS].change == own.change
    assert (page.row["rank"], page.changes[PREVIOUS].places) == (17, -16)
    assert list(page.waves.wave) == ["2015Q1", "2015Q2", "2015Q3"] and not page.waves.broken.any()
    assert page.waves.set_index("wave").estimate["2015Q2"] == own.estimate
    assert (page.waves.areas == 32).sum() >= 1 and page.waves.everybody.notna().all()
    assert sorted(page.rules.rule) == ["half", "last_five"]
    assert page.last is not None and page.last.place(COLIMA) == "possible"
    assert page.factors is None and page.needed is not None and len(page.needed.needed) == 3


def test_an_area_that_does_not_exist_is_refused(ensu_store):
    with pytest.raises(Fault) as fault:
        read_area(ensu_store[0], ENSU, "99")
    assert fault.value.key == "cli.league.area_unknown"
