"""S6 whole: four areas of work, fifteen items, four levels, and five modes that are never pooled."""

from pathlib import Path

import numpy as np
import pytest
from simulated import read_toml, simulated
from streamlit.testing.v1 import AppTest

from programme.survey import read_programme
from service.figures import waves
from service.figures.league import read_league
from service.intake import imports
from service.store.engine import STORE_VARIABLE
from words import Fault, text

FILE = Path(__file__).parents[2] / "data" / "programmes" / "s06_bus_police.toml"
NAME, WAVE = "s06_bus_police", "2026Q1"
WORK = {"stop": 4, "ride": 4, "answer": 4, "conduct": 3}  # area of work -> its items
MODES = ("sms", "phone", "paper", "visit", "meeting")
POINTS = {"1": 100, "2": 80, "3": 40, "4": 0}
PAGE = """
from importlib import import_module
from service.store.engine import Store, store_url
from words import speaker
import_module("ui.pages.leader").show(Store.open(store_url()), speaker({language!r}))
"""


@pytest.fixture(scope="module")
def bus(fresh_store):
    """One wave of simulated answers of all modes, estimated; the answers."""
    store, table = fresh_store("sqlite"), simulated(read_toml(FILE.read_bytes()), 6, per_area=60)
    imports.import_programme(store, FILE.read_bytes(), FILE.name)
    imports.import_wave(store, NAME, WAVE, table.to_csv(index=False).encode(), "simulated.csv")
    waves.estimate_wave(store, NAME, WAVE)
    yield store, table
    store.engine.dispose()


def score(table, area: str, mode: str, items: list[str]) -> float:
    """By hand: the weighted mean, over an area's people of a mode, of each one's mean of the points answered."""
    people = table[(table.route == area) & (table["mode"] == mode)]
    points = people[items].replace(POINTS | {"9": np.nan, "0": np.nan}).astype(float).mean(axis=1)
    weight = people.weight.astype(float)[points.notna()]
    return float((weight * points.dropna()).sum() / weight.sum())


def test_four_areas_of_work_fifteen_items_and_four_levels_in_each_mode_apart():
    programme = read_programme(FILE.read_bytes(), FILE.name)
    items = [name for name in programme.items if name != "mode"]
    assert len(items) == 15 and all(len(programme.items[name].answers) == 4 for name in items)
    assert {name: len(programme.measures[f"{name}.sms"].items) for name in WORK} == WORK
    assert len(programme.measures["all.phone"].items) == 15
    assert {name.split(".")[1] for name in programme.measures} == set(MODES)  # none is of several modes
    assert len(programme.measures) == 6 * len(MODES)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_by_command_each_mode_has_its_own_league_and_its_score_is_the_one_worked_by_hand(bus, rankshift, language):
    store, table = bus
    data, where = read_toml(FILE.read_bytes()), ["--store", str(store.engine.url)]
    for mode in ("sms", "meeting"):
        league = read_league(store, NAME, measure=f"stop.{mode}")
        said = rankshift("league", "--measure", f"stop.{mode}", *where, language=language)
        assert said.code == 0 and data["items"]["mode"]["answers"][mode][language] in said.out
        for area, row in league.table.iterrows():
            by_hand = score(table, area, mode, data["measures"]["stop"]["items"])
            assert row.estimate == pytest.approx(by_hand) and f"{by_hand:.1f}" in said.out
    pooled = rankshift("league", "--measure", "stop", *where, language=language)
    assert pooled.code != 0 and "stop.sms" in pooled.err  # there is no figure over the modes
    beside = rankshift("beside", *where, language=language)
    assert beside.code == 0 and all(data["items"]["mode"]["answers"][mode][language] in beside.out for mode in MODES)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_by_page_one_chooses_a_mode_and_never_all_of_them(bus, monkeypatch, language):
    store, table = bus
    monkeypatch.setenv(STORE_VARIABLE, str(store.engine.url))
    names = read_programme(FILE.read_bytes(), FILE.name).measure_names
    at = AppTest.from_string(PAGE.format(language=language), default_timeout=60).run()
    chooser = next(box for box in at.selectbox if box.label == text("app.measure", language))
    assert chooser.options == [
        names[f"{work}.{mode}"][language] for work in (*WORK, "all", "result_good") for mode in MODES
    ]
    chooser.set_value("conduct.visit").run()
    assert not at.exception and not at.error
    table_shown = next(frame.value for frame in at.dataframe if "estimate" in frame.value)
    by_hand = [score(table, area, "visit", ["conduct1", "conduct2", "conduct3"]) for area in ("r1", "r4", "r22", "r52")]
    assert sorted(table_shown.estimate) == pytest.approx(sorted(by_hand))


@pytest.mark.parametrize(
    "change",
    [
        ('by = "mode"\nname = { zh = "站台秩序"', 'name = { zh = "站台秩序"'),
        ('by = "mode"\nname = { zh = "站台秩序"', 'where = { mode = ["sms", "phone"] }\nname = { zh = "站台秩序"'),
    ],
)
def test_a_measure_over_several_modes_is_refused(change):
    content = FILE.read_text("utf-8")
    assert change[0] in content
    with pytest.raises(Fault) as fault:
        read_programme(content.replace(*change, 1).encode(), FILE.name)
    assert fault.value.key == "programme.pooled"


def test_an_index_of_two_modes_is_refused():
    index = '\n[measures.both]\nkind = "index"\nbest = "largest"\nname = { zh = "合", en = "Both" }\n'
    index += '[measures.both.parts]\n"stop.sms" = { weight = 0.5 }\n"stop.phone" = { weight = 0.5 }\n'
    with pytest.raises(Fault) as fault:
        read_programme((FILE.read_text("utf-8") + index).encode(), FILE.name)
    assert fault.value.key == "programme.pooled"
