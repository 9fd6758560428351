"""From a list to figures by pages alone, with several modes and groups of respondents: the bus police and Hebei."""

import base64
import sys
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from programme.survey import read_programme
from service.fieldwork.answering.responses import responses_of
from service.figures import waves
from service.figures.league import read_league
from service.intake import imports
from service.protection import keys
from service.protection.keys import Key
from service.samples.samples import read_sample
from service.store import audit
from service.store.engine import STORE_VARIABLE
from service.store.permissions import CENTRE, STATISTICIAN, Actor
from words import text

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "service"))
from made_up import as_csv  # noqa: E402

WAVE, EACH = "2026Q4", 24
SURVEYS = {"s06_bus_police": "stop.sms", "s08_hebei": "trust"}


@pytest.fixture
def store(fresh_store, monkeypatch, tmp_path):
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))
    monkeypatch.setenv(keys.FRAME_VARIABLE, base64.b64encode(Key(bytes(range(64))).secret).decode())
    made = fresh_store("sqlite").acting(Actor("ann", CENTRE))
    monkeypatch.setenv(STORE_VARIABLE, str(made.engine.url))
    yield made
    made.engine.dispose()


def page(language: str) -> AppTest:
    script = f"""
from service.store.permissions import Actor
from service.store.engine import Store, store_url
from ui.pages import samples
from ui.faults import explained
from words import speaker
t = speaker({language!r})
explained(lambda: samples.show(Store.open(store_url()).acting(Actor("ann", {CENTRE!r})), t), t)
"""
    return AppTest.from_string(script, default_timeout=90).run()


def people(programme, circumstance: str) -> pd.DataFrame:
    """A made-up list: so many people of each area for each mode or group, which their names end in."""
    codes = list(programme.items[circumstance].answers)
    rows = [(f"sim-{a}-{i:03}-{c}", a, c) for a in programme.areas for c in codes for i in range(EACH)]
    return pd.DataFrame(rows, columns=["unit_id", "area", "part"])


def answers(programme, units: list[str], circumstance: str) -> pd.DataFrame:
    """Simulated answers of these units to all that is asked of them, in the texts of the list that cells have."""
    rng, rows, questionnaire = np.random.default_rng(3), [], programme.questionnaire
    for unit in units:
        of = {circumstance: unit.rpartition("-")[2]}
        if questionnaire.mode.name != circumstance:
            of[questionnaire.mode.name] = str(rng.choice(list(questionnaire.mode.answers)))
        asked = [*questionnaire.screener, *questionnaire.put_to(of)]
        said = {q.name: "yes" if q.eligible else str(rng.choice(sorted(q.item.answers))) for q in asked}
        at = (datetime.now() - timedelta(seconds=1)).isoformat(" ", "seconds")
        rows.append({"unit_id": unit, "at": f"{at}+00:00", **of, **said})
    return pd.DataFrame(rows).fillna("")


@pytest.mark.parametrize(("name", "language"), [("s06_bus_police", "zh"), ("s08_hebei", "en")])
def test_a_survey_of_several_modes_and_groups_goes_from_list_to_figures_by_pages_alone(store, name, language):
    file = ROOT / "data" / "programmes" / f"{name}.toml"
    imports.import_programme(store, file.read_bytes(), file.name)
    programme = read_programme(file.read_bytes(), file.name)
    circumstance = (programme.questionnaire.group or programme.questionnaire.mode).name
    table = people(programme, circumstance)
    at = page(language)
    at.text_input(key="list_name 0").set_value("list")
    at.text_input(key="list_by 0").set_value("area,part")
    at.file_uploader(key="list_file 0").set_value(("list.csv", as_csv(table), "text/csv"))
    at.button(key="go_list 0").click().run()
    at.text_input(key="plan_wave").set_value(WAVE)
    at.number_input(key="plan_interviews").set_value(len(table) // 4)
    at.number_input(key="plan_minimum").set_value(2)
    at.number_input(key="plan_response").set_value(1.0).run()
    codes, of = programme.items[circumstance].answers, programme.item_texts[circumstance][language]
    apart = text("sample.note_apart", language, items=[of], count=len(codes), each=EACH // 4, wider=len(codes) ** 0.5)
    assert apart in [caption.value for caption in at.caption]  # said while it is written
    at.button(key="plan_go").click().run()
    assert [c.value for c in at.caption].count(apart) == 2  # the plan's margins are of all modes or groups together
    for step in ("approve", "draw"):
        at.checkbox(key=f"{step}_sure_1").check().run()
        at.button(key=f"{step} 1").click().run()
    at.button(key="release 1").click().run()
    assert not at.exception and not at.error
    asked = next(d.value for d in at.dataframe if text("response.column.wording", language) in d.value.columns)
    assert circumstance in set(asked[text("response.column.question", language)])  # a column that nobody is asked for
    units = sorted(read_sample(store, name, WAVE).released.unit_id)
    given = answers(programme, units, circumstance)
    at.file_uploader(key="responses_file 0").set_value(("r.csv", as_csv(given.assign(unit_id="x")), "text/csv"))
    at.button(key="look_responses_0").click().run()
    assert at.error and text("file.preview.rows", language, rows=len(given)) in [c.value for c in at.caption]
    at.button(key="go_responses_0").click().run()
    assert at.error and responses_of(store, name, WAVE).empty  # refused whole, with the list of faults
    at.file_uploader(key="responses_file 0").set_value(("r.csv", as_csv(given), "text/csv"))
    at.button(key="look_responses_0").click().run()
    assert (
        not at.exception and not at.error and text("incoming.nothing_wrong", language) in [s.value for s in at.success]
    )
    assert responses_of(store, name, WAVE).empty  # a look keeps nothing
    at.button(key="go_responses_0").click().run()
    assert not at.exception and not at.error
    counts = next(d.value for d in at.dataframe if text("response.state.complete", language) in d.value.columns)
    complete = counts[text("response.state.complete", language)].astype(int)
    assert complete.sum() == len(units) and len(counts) >= len(programme.items[circumstance].answers)
    at.button(key="go_make_wave").click().run()
    assert not at.exception and not at.error and any(str(len(units)) in s.value for s in at.success)
    waves.estimate_wave(store, name, WAVE)
    measure = SURVEYS[name]
    league = read_league(store.acting(Actor("eve", STATISTICIAN)), name, measure=measure)
    group = given[given[circumstance] == measure.partition(".")[2]] if "." in measure else given[given.trust != ""]
    assert league.table.n.sum() == len(group)  # of one mode or group alone
