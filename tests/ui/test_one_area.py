"""An area's page: its verdict, its waves as pictures and numbers, and nothing where nothing may be shown."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from presentation.area.waves import drawn_waves, wave_rows
from service.figures.area_page import read_area
from service.store.engine import STORE_VARIABLE
from ui import charts
from ui.pages import area
from words import speaker, text

ROOT = Path(__file__).parents[2]
COLIMA = "33"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_link_to_colima_shows_a_leader_its_fall_and_its_three_quarters(ensu_store, monkeypatch, language):
    monkeypatch.setenv(STORE_VARIABLE, ensu_store[1])
    page = "from ui.pages import area\nfrom service.store.engine import Store, store_url\nfrom words import speaker\n"
    page += "from service.store.permissions import LEADER, Actor\n"
    page += f"area.show(Store.open(store_url()).acting(Actor('ann', LEADER)), speaker({language!r}))"
    at = AppTest.from_string(page, default_timeout=60)
    at.query_params["area"], at.query_params["wave"] = COLIMA, "2015Q2"
    at.run()
    assert not at.exception and not at.error
    assert at.title[0].value == {"zh": "科利马", "en": "Colima"}[language]
    assert {"zh": "确有下降", "en": "Confirmed fall"}[language] in at.subheader[0].value
    assert any("49.0" in sentence.value for sentence in at.markdown)
    waves = next(table.value for table in at.dataframe if text("app.wave", language) in table.value.columns)
    assert list(waves.iloc[:, 1]) == ["33.1", "30.2", "79.3"]
    assert text("note.simulated", language) not in "".join(caption.value for caption in at.caption)


def test_the_pictures_hold_the_numbers_of_the_table(ensu_store):
    t = speaker("en")
    page = read_area(ensu_store[0], "ensu2015", COLIMA, wave="2015Q2")
    waves = drawn_waves(page, t)
    figure = json.dumps(charts.history_chart(waves, [50.0], "share", t))
    ranks = json.dumps(charts.rank_history_chart(waves, t))
    for value, rank in zip(waves.estimate, waves["rank"], strict=True):
        assert f'"estimate": {json.dumps(value)}' in figure and f'"rank": {json.dumps(rank)}' in ranks
    rows = wave_rows(page, t)
    assert list(rows.iloc[:, 3]) == ["14", "17", "1"] and rows.iloc[2, 4] == "1–15"


def test_an_area_whose_figures_are_not_shown_says_so_and_has_no_number(ensu_store, monkeypatch):
    """As a reader who may not see this area would find it."""
    read = area.read_area
    monkeypatch.setattr(area, "read_area", lambda *asked, **more: _without_row(read(*asked, **more)))
    monkeypatch.setenv(STORE_VARIABLE, ensu_store[1])
    page = "from ui.pages import area\nfrom service.store.engine import Store, store_url\nfrom words import speaker\n"
    at = AppTest.from_string(page + "area.show(Store.open(store_url()), speaker('en'))", default_timeout=60).run()
    assert not at.exception and at.info[0].value.startswith("Mexico City: not shown. Fewer than")
    waves = next(table.value for table in at.dataframe if text("app.wave", "en") in table.value.columns)
    assert set(waves.iloc[:, 1:].to_numpy().ravel()) == {"–"}


def _without_row(page):
    columns = ["estimate", "lower", "upper", "n", "rank", "rank_lower", "rank_upper"]
    waves = page.waves.copy()
    waves[columns] = float("nan")
    return replace(page, row=None, changes={}, waves=waves, rules=page.rules.iloc[:0], factors=None)
