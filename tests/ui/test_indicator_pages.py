"""Pages of a programme with factors and an index: what people named, what a measure is, a records upload."""

import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from service.figures import waves
from service.intake import imports
from service.intake.records_file import RecordsFile
from service.store.engine import STORE_VARIABLE, Store

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "service"))
from simulated import read_toml, simulated, simulated_records  # noqa: E402

SYSTEMS = ("s02_laibin", "s07_harmony")


@pytest.fixture(scope="module")
def urls(fresh_url):
    """The stores of two simulated surveys, by name."""
    made = {}
    for name in SYSTEMS:
        content = (ROOT / "data" / "programmes" / f"{name}.toml").read_bytes()
        data, url = read_toml(content), fresh_url("sqlite")
        store = Store.create(url)
        imports.import_programme(store, content, f"{name}.toml")
        known = simulated_records(data)
        records = RecordsFile(known.to_csv(index=False).encode(), "simulated_records.csv") if len(known) else None
        table = simulated(data).to_csv(index=False).encode()
        imports.import_wave(store, name, "2026Q1", table, "simulated.csv", records=records)
        waves.estimate_wave(store, name, "2026Q1")
        store.engine.dispose()
        made[name] = url
    return made


def page(name: str, language: str) -> AppTest:
    script = f"""
from importlib import import_module
from service.store.engine import Store, store_url
from ui.faults import explained
from words import speaker
t = speaker({language!r})
explained(lambda: import_module("ui.pages.{name}").show(Store.open(store_url()), t), t)
"""
    return AppTest.from_string(script, default_timeout=60).run()


def captions(at: AppTest) -> str:
    return "\n".join(str(c.value) for c in at.caption)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_statistician_sees_what_people_named_of_everybody_and_of_an_area(urls, monkeypatch, language):
    monkeypatch.setenv(STORE_VARIABLE, urls["s02_laibin"])
    at = page("statistician", language)
    assert not at.exception and not at.error
    word = {"zh": "盗窃抢劫", "en": "theft and robbery"}[language]
    tables = [d.value for d in at.dataframe if word in d.value.iloc[:, 0].tolist()]
    assert len(tables) == 1 and len(tables[0]) == 25
    before = tables[0].to_csv()
    at.selectbox(key=f"area factors {language}").set_value("451302001").run()
    after = [d.value for d in at.dataframe if word in d.value.iloc[:, 0].tolist()]
    assert not at.exception and after[0].to_csv() != before


@pytest.mark.parametrize("name", ["leader", "statistician"])
def test_an_index_says_that_its_records_are_taken_as_known(urls, monkeypatch, name):
    monkeypatch.setenv(STORE_VARIABLE, urls["s07_harmony"])
    at = page(name, "en")
    at.selectbox(key="measure en").set_value("composition").run()
    assert not at.exception and not at.error
    assert "taken as known" in captions(at)
    assert ["SIMULATED" in warning.value for warning in at.warning] == [True]


def test_the_survey_centre_is_asked_for_records_only_where_the_programme_takes_some(urls, monkeypatch):
    seen = {}
    for name in SYSTEMS:
        monkeypatch.setenv(STORE_VARIABLE, urls[name])
        at = page("centre", "en")
        assert not at.exception
        seen[name] = len(at.get("file_uploader"))
    assert seen == {"s02_laibin": 1, "s07_harmony": 2}
