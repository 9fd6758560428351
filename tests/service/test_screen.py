"""A leader's first screen as facts: both comparisons, the last k, targets, what is weak, withheld, or not compared."""

from dataclasses import replace
from weakref import WeakKeyDictionary

import pytest
from made_up import NAME, as_csv, begin_survey, changed, interviews, take
from test_speed import listening

from accountability import MET, MISSED
from estimation.changes.verdicts import PROVEN, REAL
from programme.regular_comparisons import PREVIOUS, YEAR_AGO
from service.care import jobs
from service.figures import screen as screens
from service.figures.league import read_league
from service.figures.screen import Compared, NotCompared, last_places, read_screen
from service.store import remembered
from service.store.permissions import LEADER, Actor

YEAR_BEFORE, BEFORE, NOW, NEXT = "2024-06", "2025-05", "2025-06", "2025-07"
COLIMA = "33"


@pytest.fixture(scope="module")
def refreshed(fresh_store):
    store = begin_survey(fresh_store("sqlite"))
    for seed, wave in enumerate((YEAR_BEFORE, BEFORE, NOW)):
        take(store, wave, as_csv(interviews(seed)))
    jobs.refresh(store, NAME)
    take(store, NEXT, as_csv(interviews(9)))
    yield store
    store.engine.dispose()


def test_of_ensu_s_second_quarter_colima_s_fall_is_confirmed_and_of_its_year_nothing_can_be_said(ensu_store):
    found = read_screen(ensu_store[0], "ensu2015", wave="2015Q2")
    previous = found.comparisons[PREVIOUS]
    assert isinstance(previous, Compared) and (previous.worse, previous.better) == ((COLIMA,), ())
    assert (previous.ranks_changed, previous.areas, previous.before) == (26, 32, "2015Q1") and not previous.least
    assert found.comparisons[YEAR_AGO] == NotCompared(YEAR_AGO, screens.NOT_SURVEYED, "2014Q2")
    assert found.error == pytest.approx(0.05) and found.league is previous.league


def test_the_first_wave_has_nothing_to_be_compared_with(ensu_store):
    found = read_screen(ensu_store[0], "ensu2015", wave="2015Q1")
    assert found.comparisons[PREVIOUS] == NotCompared(PREVIOUS, screens.FIRST)
    assert found.compared == () and found.error == 0 and found.league.against is None


def test_the_last_five_the_targets_and_the_weak_are_those_of_the_stored_verdicts(ensu_store):
    found = read_screen(ensu_store[0], "ensu2015", wave="2015Q2")
    league = read_league(ensu_store[0], "ensu2015", wave="2015Q2")
    last, verdicts = found.last, league.rules[league.rules.rule == "last_five"].set_index("area")
    assert len(last.printed) == 5 and set(last.printed) == set(verdicts.index[~verdicts.printed.astype(bool)])
    assert set(last.confirmed) == set(verdicts.index[verdicts.outcome == MISSED])
    assert set(last.out) == set(verdicts.index[verdicts.outcome == MET])
    groups = (last.confirmed, last.listed, last.possible, last.out)
    assert sorted(sum(groups, ())) == sorted(league.table.index)  # each area stands in one group
    assert [last.place(group[0]) for group in groups if group] == [screens.LISTED, screens.POSSIBLE, screens.OUT]
    (target,) = found.targets
    assert (len(target.reached), len(target.missed), len(target.undecided)) == (2, 17, 13)
    assert len(target.short) == 11 and set(target.short) < set(target.undecided)
    assert found.weak["28"] == ("df",) and set(found.weak) == set(league.table.index[league.table.unfit != ""])


def test_without_a_rule_the_joint_rank_sets_say_who_is_surely_among_the_last(ensu_store):
    league = read_league(ensu_store[0], "ensu2015", wave="2015Q2")
    league = replace(league, programme=replace(league.programme, rules={"safe": ()}))
    last = last_places(league)
    assert (last.k, last.rule, last.level, len(last.printed)) == (5, None, 0.95, 5)
    assert set(last.out) == set(league.table.index[league.table.rank_upper <= 27])
    table = league.table.copy()
    table.loc[COLIMA, ["rank", "rank_lower", "rank_upper"]] = 32, 28, 32
    assert last_places(replace(league, table=table)).confirmed == (COLIMA,)
    few = replace(league, table=league.table.head(5))
    assert last_places(few) is None


def test_both_comparisons_stand_side_by_side_with_the_error_of_one_page(refreshed):
    found = read_screen(refreshed, NAME)
    assert [c.before for c in found.compared] == [BEFORE, YEAR_BEFORE] and found.league.wave == NOW
    assert [c.error for c in found.compared] == pytest.approx([0.05, 0.05]) and found.error == pytest.approx(0.1)
    assert found.arrived == NEXT and read_screen(refreshed, NAME, wave=BEFORE).arrived is None
    assert read_screen(refreshed, NAME, wave=BEFORE).comparisons[YEAR_AGO].why == screens.NOT_SURVEYED


def test_a_comparison_that_nobody_computed_and_one_over_a_break_say_so(fresh_store):
    store = begin_survey(fresh_store("sqlite"))
    for seed, wave in enumerate((BEFORE, NOW)):
        take(store, wave, as_csv(interviews(seed)))
    screens_estimate(store, NOW)
    assert read_screen(store, NAME).comparisons[PREVIOUS].why == screens.NOT_COMPUTED
    text = "[leagues.north]", f'[breaks.{NOW}]\nreason = {{ en = "another mode" }}\n\n[leagues.north]'
    begin_survey(store, changed(text))
    assert read_screen(store, NAME).comparisons[PREVIOUS] == NotCompared(PREVIOUS, screens.BREAK, BEFORE, NOW)


def screens_estimate(store, wave):
    from service.figures.waves import estimate_wave

    estimate_wave(store, NAME, wave)


def test_directions_and_least_places_are_taken_from_the_stored_rows(ensu_store, monkeypatch):
    league = read_league(ensu_store[0], "ensu2015", wave="2015Q2")
    table = league.table.copy()
    rows = {"43": (PROVEN, 1, 3, 9), "08": (REAL, 1, -2, 9), "13": (PROVEN, -1, -9, -4), "16": (REAL, 0, -9, 1)}
    for area, (verdict, toward, lower, upper) in rows.items():
        table.loc[area, ["verdict", "toward", "places_lower", "places_upper"]] = verdict, toward, lower, upper
    monkeypatch.setattr(screens.Estimated, "league", lambda *_: replace(league, table=table))
    monkeypatch.setattr(remembered, "_memories", WeakKeyDictionary())  # nothing was written: an answer would be kept
    found = read_screen(ensu_store[0], "ensu2015", wave="2015Q2").compared[0]
    order = [a for a in league.table.index if a in rows or a == COLIMA]
    assert found.confirmed == tuple(order)
    assert (set(found.better), set(found.worse), found.unsaid) == ({"43", "08"}, {COLIMA, "13"}, ("16",))
    assert found.least == {"43": 3, "13": -4}


def test_a_leader_sees_no_more_than_the_league_shows_and_reading_asks_few_questions(refreshed):
    leader = refreshed.acting(Actor("lea", LEADER))
    with listening(leader.engine) as asked:
        found = read_screen(leader, NAME)
    assert len(asked.statements) <= 60
    assert found.league.withheld == read_league(leader, NAME, against=BEFORE).withheld
    shown = {*found.league.table.index}
    assert all({*c.confirmed} <= shown for c in found.compared) and {*found.weak} <= shown
