"""Another survey is another TOML file: a made-up one goes all the way, and no Python names the demonstration's."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
import sqlalchemy as sa
from made_up import BOTH, JUNE, MAY, NAME, PROGRAMME, interviews, whole_survey

from accountability.league.conventions import PROBABILITIES
from accountability.league.estimates import INTERVIEWER_COLUMNS
from presentation.league_notes import league_notes
from presentation.times import wave_text
from programme.survey import read_programme
from service.figures.league import read_league, rule_summary
from service.store import schema
from words import Fault

ROOT = Path(__file__).parents[2]
ENSU = ROOT / "data" / "ensu2015"
ROOMS = (
    "estimation",
    "sampling",
    "fieldwork",
    "accountability",
    "programme",
    "service",
    "presentation",
    "commands",
    "ui",
)
SOURCES = [
    ROOT / "contracts.py",
    ROOT / "app.py",
    ROOT / "pages.py",
    *(file for room in ROOMS for file in (ROOT / room).rglob("*.py")),
]


@pytest.fixture(scope="module")
def surveyed(fresh_store):
    store = fresh_store("sqlite")
    runs = whole_survey(store, interviews(1), interviews(2))
    return store, runs


def test_a_survey_nobody_thought_of_reaches_its_league_table(surveyed):
    store, runs = surveyed
    assert [run.unanswered for run in runs] == [(), (), ()]
    for measure in ("disturbed", "upkeep"):
        north, south = (read_league(store, NAME, measure=measure, league=x) for x in ("north", "south"))
        assert set(north.table.index) == {"ash", "birch", "cedar"}
        assert set(south.table.index) == {"dill", "elder"}
        assert (north.wave, north.against) == (JUNE, MAY)
        for league in (north, south):
            unknown = [
                "interviewers",
                *INTERVIEWER_COLUMNS,
                "change_se_interviewer",
            ]  # nobody said who they were
            unknown += ["population", "fpc"]  # nor how many people there are
            unknown += [f"{name}one_margins" for name in ("", "change_", "places_", "verdict_")]  # no margins differ
            empty = league.table.columns[league.table.isna().any()]
            assert set(empty) <= {*PROBABILITIES, "fits", *unknown}
            assert (league.table.p_worse.notna() == (len(league.table) > league.table["last"])).all()
            assert sorted(league.table["rank"])[0] == 1
            assert league.table["rank"].max() <= len(league.table)


def test_where_the_smallest_share_is_best_it_comes_first(surveyed):
    table = read_league(surveyed[0], NAME, measure="disturbed", league="north").table
    assert table.estimate.is_monotonic_increasing
    assert table["rank"].tolist() == [1, 2, 3]


def test_where_the_largest_score_is_best_it_comes_first(surveyed):
    table = read_league(surveyed[0], NAME, measure="upkeep", league="north").table
    assert table.estimate.is_monotonic_decreasing
    assert table.estimate.between(0, 100).all()


def test_the_level_is_the_programmes_and_a_rules_own_where_it_names_one(surveyed):
    league = read_league(surveyed[0], NAME, measure="upkeep", league="north")
    assert set(league.table.level) == {0.9}
    assert set(league.rules.level) == {0.95}
    assert set(league.rules.rule) == {"kept"}
    assert set(league.rules.area) == set(league.table.index)


def test_the_rule_not_the_last_is_missed_as_printed_by_the_last_of_each_league(surveyed):
    for name in ("north", "south"):
        league = read_league(surveyed[0], NAME, measure="disturbed", league=name)
        summary = rule_summary(league, "quiet")
        last = league.table.index[league.table["rank"] == league.table["rank"].max()]
        assert summary["printed"] == list(last)


def test_made_up_data_is_marked_as_such_under_every_table_in_both_languages(surveyed):
    league = read_league(surveyed[0], NAME)
    for t, mark in ((BOTH["zh"], "【模拟数据】"), (BOTH["en"], "[SIMULATED DATA]")):
        assert any(note.startswith(mark) for note in league_notes(league, t))


def test_a_month_is_said_as_a_month(surveyed):
    assert wave_text(MAY, BOTH["zh"]) == "2024年5月"
    assert wave_text(MAY, BOTH["en"]) == "2024-05"


def test_without_a_psu_column_every_respondent_is_a_psu():
    assert read_programme(PROGRAMME, "harbours.toml").columns.psu == ("id",)


def _demonstration_names() -> set[str]:
    data = tomllib.loads((ENSU / "programme.toml").read_text("utf-8"))
    names = {name for area in data["areas"].values() for name in (area["zh"], area["en"])}
    names |= set(data["items"]) | set(data["measures"]) | set(data["rules"]) | set(data["leagues"])
    columns = data["columns"]
    names |= {c for value in columns.values() for c in ([value] if isinstance(value, str) else value)}
    header = (ENSU / "ensu_2015Q1.csv").read_text("utf-8").splitlines()[0].split(",")
    return (names | set(header) | {"ensu", "INEGI"}) - {"sex"}  # a census has sexes too


FACTORS = {"factors.py: factor", "published.py: factor"}  # a column of what people named; there no weight is read


def test_no_python_file_names_the_demonstrations_cities_columns_or_items():
    names = _demonstration_names() - {"cities"}  # the league's name, and what the banks of telephone numbers belong to
    assert {"p6_1", "upm_dis", "Colima", "科利马", "factor", "edis"} <= names
    unmistakable = [name for name in names if not re.fullmatch("[a-z]+", name)]  # "factor" is also an English word
    pattern = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in unmistakable))
    found = []
    for file in SOURCES:
        source = file.read_text("utf-8")
        texts = {n.value for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Constant)}
        found += [f"{file.name}: {name}" for name in [*(names & texts), *pattern.findall(source)]]
    assert set(found) == FACTORS


BROKEN = PROGRAMME + '\n[breaks.2024-06]\nreason = { zh = "改为短信访问", en = "asked by text message" }\n'.encode()


def test_a_marked_break_forbids_the_comparison_and_says_why_in_both_languages(fresh_store):
    store = fresh_store("sqlite")
    with pytest.raises(Fault) as refused:
        whole_survey(store, interviews(1), interviews(2), BROKEN)
    assert refused.value.key == "compare.break"
    said = {language: t(refused.value.key, **refused.value.values) for language, t in BOTH.items()}
    assert "asked by text message" in said["en"] and "改为短信访问" in said["zh"]
    assert store.table(sa.select(schema.DERIVED["CHANGES"])).empty


def test_a_break_that_names_no_wave_is_refused():
    with pytest.raises(Fault, match="summer"):
        read_programme(BROKEN.replace(b"2024-06", b"summer"), "harbours.toml")
