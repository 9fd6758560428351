"""The survey centre's page of samples: a plan with its tables, approval, draw, releases, proof; faults in words."""

import base64
import io
import sys
import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from service import audit, draws, frames, imports, keys, proof_files, samples
from service.keys import Key
from service.permissions import CENTRE, Actor
from service.store import STORE_VARIABLE, Store
from words import text

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "service"))
from township_list import FILE, FRAME, NAME, as_csv, programme, residents  # noqa: E402

FRAME_KEY, WAVE = Key(bytes(range(64))), "2026Q1"


@pytest.fixture
def store(fresh_url, monkeypatch, tmp_path):
    """A store with the simulated frame, without numbers, and the frames' key in the environment."""
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))
    monkeypatch.setenv(keys.FRAME_VARIABLE, base64.b64encode(FRAME_KEY.secret).decode())
    url = fresh_url("sqlite")
    monkeypatch.setenv(STORE_VARIABLE, url)
    made = Store.create(url).acting(Actor("ann", CENTRE))
    imports.import_programme(made, programme(), "simulated.toml")
    table = residents(12).drop(columns=["phone", "name"])
    frames.import_frame(made, NAME, FRAME, as_csv(table), FILE, frame_key=FRAME_KEY)
    yield made
    made.engine.dispose()


def page(language: str = "en") -> AppTest:
    script = f"""
from service.permissions import CENTRE, Actor
from service.store import Store, store_url
from ui.pages import samples
from ui.parts import explained
from words import speaker
t = speaker({language!r})
explained(lambda: samples.show(Store.open(store_url()).acting(Actor("ann", CENTRE)), t), t)
"""
    return AppTest.from_string(script, default_timeout=90).run()


def said(at: AppTest) -> str:
    parts = [*at.title, *at.subheader, *at.caption, *at.info, *at.error, *at.markdown]
    return "\n".join(str(p.value) for p in parts)


def test_a_wave_is_planned_approved_drawn_and_released_on_the_page(store):
    at = page()
    at.text_input(key="plan_wave").set_value(WAVE)
    at.number_input(key="plan_interviews").set_value(210)
    at.button(key="plan_go").click().run()
    assert not at.exception and not at.error
    assert "210 interviews in 70 areas" in said(at) and text("sample.draft", "en") in said(at)
    assert any(len(table.value) == 71 for table in at.dataframe)
    at.button(key="approve 1").click().run()
    slip = samples.read_plan(store, NAME, WAVE).slip
    assert not at.error and slip in [code.value for code in at.code]
    at.button(key="draw 1").click().run()
    sample = samples.read_sample(store, NAME, WAVE)
    assert not at.error and sample.record.seed in said(at)
    at.button(key="release 1").click().run()
    assert not at.error and len(samples.read_sample(store, NAME, WAVE).releases) == 1
    at.button(key="proof").click().run()
    assert not at.exception and not at.error


def test_a_plan_that_cannot_be_is_one_sentence_in_the_readers_language(store):
    at = page("zh")
    assert at.title[0].value == text("samples.title", "zh")
    at.text_input(key="plan_wave").set_value(WAVE)
    at.number_input(key="plan_interviews").set_value(100)
    at.button(key="plan_go").click().run()
    assert [e.value for e in at.error] == [text("sampling.too_few", "zh", found=100, expected=140)]
    assert samples.sample_waves(store, NAME).empty


def test_the_proof_of_the_page_is_the_proof_of_the_command(store, tmp_path):
    from sampling import Wanted

    draws.make_plan(store, NAME, WAVE, Wanted(140))
    draws.approve_plan(store, NAME, WAVE, frame_key=FRAME_KEY)
    draws.draw_wave(store, NAME, WAVE, frame_key=FRAME_KEY)
    content = proof_files.zipped(proof_files.draw_proof(store, NAME, WAVE))
    zipfile.ZipFile(io.BytesIO(content)).extractall(tmp_path / "proof")
    slip = samples.read_plan(store, NAME, WAVE).slip
    assert proof_files.verify_folder(tmp_path / "proof", published=slip)[1].holds


def test_without_a_frame_the_page_says_how_to_take_one_in(fresh_url, monkeypatch):
    url = fresh_url("sqlite")
    monkeypatch.setenv(STORE_VARIABLE, url)
    imports.import_programme(Store.create(url), programme(), "simulated.toml")
    assert "rankshift frame import" in said(page())
