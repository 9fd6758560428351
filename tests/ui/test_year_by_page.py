"""Laibin's waves by page alone: two quarters planned, drawn, released by completed interviews, and checked.

A third party checks the last proof on the page for that, with the line copied before the draw and without the store.
The whole year is played by command (tests/service/test_year_of_waves.py).
"""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from service.intake import imports
from service.protection import keys
from service.samples import samples
from service.samples.proof_files import draw_proof, zipped
from service.store import audit
from service.store.engine import STORE_VARIABLE
from service.store.permissions import CENTRE, Actor

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "surveys" / "laibin_simulated"
NAME, WAVES = "laibin_simulated", ("2026Q1", "2026Q2")


@pytest.fixture
def store(fresh_store, monkeypatch, tmp_path):
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))
    monkeypatch.setenv(keys.FRAME_FILE_VARIABLE, str(tmp_path / "frame_key"))
    monkeypatch.delenv(keys.FRAME_VARIABLE, raising=False)
    keys.new_key(tmp_path / "frame_key")
    of_centre = fresh_store("sqlite").acting(Actor("ann", CENTRE))
    monkeypatch.setenv(STORE_VARIABLE, str(of_centre.engine.url))
    imports.import_programme(of_centre, (DATA / "programme.toml").read_bytes(), "programme.toml")
    yield of_centre
    of_centre.engine.dispose()


def page() -> AppTest:
    script = f"""
from service.store.permissions import Actor
from service.store.engine import Store, store_url
from ui.pages import samples
from words import speaker
samples.show(Store.open(store_url()).acting(Actor("ann", {CENTRE!r})), speaker("zh"))
"""
    return AppTest.from_string(script, default_timeout=90).run()


def clicked(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click().run()
    assert not at.exception and not at.error, [e.value for e in at.error]
    return at


def call_log(sample: samples.Sample, number: int) -> bytes:
    """A made-up log of everybody released: every third gives an interview, in one county every ninth."""
    lines = ["unit_id,at,interviewer,disposition"]
    for k, row in enumerate(sample.released.itertuples()):
        answers = k % (9 if row.area.endswith("4") else 3) == 0
        day = f"2025-{3 * number:02d}-10 10:{k % 60:02d}:00"
        lines.append(f"{row.unit_id},{day},i{k % 5},{'1.1' if answers else '2.11'}")
    return "\n".join(lines).encode()


def test_two_quarters_are_planned_drawn_released_by_completes_and_checked_by_page(store):
    at, lines, called = page(), {}, {}
    at.text_input(key="list_name 0").set_value("residents")
    at.text_input(key="list_by 0").set_value("area,urban")
    listed = (DATA / "list" / "simulated_list.csv").read_bytes()
    at.file_uploader(key="list_file 0").set_value(("simulated_list.csv", listed, "text/csv"))
    at = clicked(at, "go_list 0")
    for number, wave in enumerate(WAVES, 1):
        at.text_input(key="plan_wave").set_value(wave)
        at.number_input(key="plan_interviews").set_value(60)
        at.number_input(key="plan_minimum").set_value(2)
        at.number_input(key="plan_response").set_value(0.4)
        at.text_input(key="plan_portions").set_value("0.6,0.2,0.2")
        at.text_input(key="plan_public").set_value(f"第{number}季度的彩票（虚构）")
        at.selectbox(key="plan_after").set_value(WAVES[number - 2] if number > 1 else None)
        clicked(at, "plan_go").checkbox(key="approve_sure_1").check().run()
        clicked(at, "approve 1")
        lines[wave] = samples.read_plan(store, NAME, wave).slip
        assert lines[wave] in [code.value for code in at.code]  # the line to publish is on the page
        at.text_input(key="value 1").set_value(f"03 11 17 25 3{number}").run()
        at.checkbox(key="draw_sure_1").check().run()
        clicked(clicked(at, "draw 1"), "release 1")
        first = samples.read_sample(store, NAME, wave)
        log = ("calls.csv", call_log(first, number), "text/csv")
        at.file_uploader(key=f"calls_file {number - 1}").set_value(log)
        clicked(at, f"go_calls {number - 1}")
        clicked(at, "short 2")  # only where interviews are short
        sample = samples.read_sample(store, NAME, wave)
        assert len(first.released) < len(sample.released) < len(sample.units)
        assert "451324" in set(sample.released.area[~sample.released.unit_id.isin(first.released.unit_id)])
        called[wave] = set(sample.released.unit_id)
        clicked(at, "proof")
    assert len(set().union(*called.values())) == sum(map(len, called.values()))  # nobody was called twice
    proof = zipped(draw_proof(store, NAME, WAVES[-1]))  # what the page's button hands out
    for line, holds in ((lines[WAVES[-1]], True), (lines[WAVES[0]], False)):
        script = "from ui.pages import check\nfrom words import speaker\ncheck.show(None, speaker('zh'))"
        third = AppTest.from_string(script, default_timeout=60).run()
        third.file_uploader(key="check_file").set_value(("proof.zip", proof, "application/zip"))
        third.text_input(key="check_line").set_value(line)
        third.button(key="check_go").click().run()
        assert bool(third.success) == holds and bool(third.error) != holds and not third.exception
