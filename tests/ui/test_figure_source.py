"""From a number to its run: every column is explained, and a chosen cell says formula, versions, method and run."""

import pytest
from streamlit.testing.v1 import AppTest

from presentation.evidence.columns import column_lines
from presentation.evidence.source import source_rows, source_title
from presentation.rules import rule_rows
from service.figures.league import read_league
from service.figures.provenance import provenance
from service.store.engine import STORE_VARIABLE
from ui.panels import changes, estimates
from words import speaker, text

COLIMA = "33"
LANGUAGES = ("zh", "en")


@pytest.fixture(scope="module")
def league(ensu_store):
    return read_league(ensu_store[0], "ensu2015", wave="2015Q2")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_of_the_statistician_s_tables_is_explained(language):
    columns = [*estimates.COLUMNS, *estimates.IF_FINITE, *(c for level in changes.LEVELS.values() for c in level)]
    lines = column_lines(columns, speaker(language))
    assert len(lines) == len(set(columns)) and all(name and what for name, what in lines)


def test_a_change_leads_to_the_comparison_s_run_and_an_estimate_to_its_own(league, ensu_store):
    found, t = provenance(ensu_store[0], league), speaker("en")
    rows = {column: dict(source_rows(league, found, COLIMA, column, t)) for column in ("change", "estimate", "area")}
    assert f"Run {league.runs['compare']['run_id']}:" in rows["change"]["Run"]
    assert (
        rows["change"]["Data versions"].count("version 1") == 3 and "ensu_2015Q1.csv" in rows["change"]["Data versions"]
    )
    assert f"Run {league.runs['estimate']['run_id']}:" in rows["estimate"]["Run"] and rows["area"] == rows["estimate"]
    assert "ensu_2015Q1.csv" not in rows["estimate"]["Data versions"]
    assert "column “factor”" in rows["estimate"]["Weights"] and "cd × edis" in rows["estimate"]["Design"]
    n, df = int(league.table.n[COLIMA]), f"{league.table.df[COLIMA]:g}"
    assert f"{n} interviews, {df} degrees" in rows["estimate"]["Design"] and "mid-p" in rows["estimate"]["Method"]
    assert source_title(league, COLIMA, "change", t) == "Colima, Feels safe, 2015 Q2: Change"


def test_a_chosen_cell_shows_its_source_to_a_leader_and_a_withheld_one_nothing(ensu_store, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, ensu_store[1])

    def page():
        import pandas as pd

        from service.figures.league import read_league
        from service.store.engine import Store, store_url
        from service.store.permissions import LEADER, Actor
        from ui.panels import source
        from words import speaker

        store = Store.open(store_url()).acting(Actor("ann", LEADER))
        league = read_league(store, "ensu2015", wave="2015Q2")
        rows = pd.DataFrame({"code": ["33", "none"]})
        for cell in ((0, "estimate"), (1, "estimate"), None):
            source.show_chosen(store, league, rows, cell, speaker("zh"))

    at = AppTest.from_function(page, default_timeout=60).run()
    assert not at.exception
    (shown,) = [h.proto.body for h in at.get("html")]
    assert "科利马，单项安全感，2015年第2季度" in shown and "ensu_2015Q2.csv" in shown and "Σwy÷Σw" in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_of_a_rule_leads_to_the_run_that_judged_it_and_says_by_which_limits(league, ensu_store, language):
    t = speaker(language)
    rows = rule_rows(league, t)
    assert list(rows.code) == list(league.rules.area) and len(rows)
    for column in ("rule", "printed", "shown", "rule_lower", "rule_upper"):
        said = dict(source_rows(league, provenance(ensu_store[0], league), COLIMA, column, t))
        assert said[t("source.formula")] == text(f"formula.{column}", language)
        assert f"{league.runs['estimate']['run_id']}" in said[t("source.run")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_area_s_card_says_where_its_number_comes_from(ensu_store, monkeypatch, language):
    monkeypatch.setenv(STORE_VARIABLE, ensu_store[1])
    page = "from ui.pages import area\nfrom service.store.engine import Store, store_url\nfrom words import speaker\n"
    at = AppTest.from_string(page + f"area.show(Store.open(store_url()), speaker({language!r}))", default_timeout=60)
    at.query_params["area"] = COLIMA
    at.run()
    assert not at.exception
    shown = [h.proto.body for h in at.get("html") if "<section>" in h.proto.body]
    assert len(shown) == 1 and text("source.run", language) in shown[0] and "ensu_2015Q3.csv" in shown[0]
