"""The panel on a wave's fieldwork: what is open, a stop with its reason, and the note beside the figures afterwards."""

import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from service.fieldwork import calls
from service.figures import waves
from service.store import audit
from service.store.engine import STORE_VARIABLE
from words import text

sys.path.append(str(Path(__file__).parents[1] / "service"))
from half_rung import INTERVIEW, released, ring, units
from made_up import MAY, NAME, begin_survey, take


@pytest.fixture
def store(fresh_store, monkeypatch, tmp_path):
    """The made-up May, one release out and seven of its ten numbers rung."""
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))
    made = released(begin_survey(fresh_store("sqlite")))
    monkeypatch.setenv(STORE_VARIABLE, str(made.engine.url))
    ring(made, *[(unit, k, INTERVIEW) for k, unit in enumerate(units(made)[:7])])
    yield made
    made.engine.dispose()


def page(name: str, language: str = "en") -> AppTest:
    script = f"""
from service.store.permissions import CENTRE, Actor
from service.store.engine import Store, store_url
from ui.pages import {name}
from ui.faults import explained
from words import speaker
t = speaker({language!r})
explained(lambda: {name}.show(Store.open(store_url()).acting(Actor("ann", CENTRE)), t), t)
"""
    return AppTest.from_string(script, default_timeout=90).run()


def test_the_panel_counts_each_release_and_warns_in_both_languages(store):
    for language in ("en", "zh"):
        at = page("samples", language)
        assert not at.exception and not at.error
        assert text("calls.still_open", language, wave=MAY, open=3, units=10) in [w.value for w in at.warning]
        tables = [d.value for d in at.dataframe if text("calls.column.open", language) in d.value.columns]
        assert [list(row) for row in tables[-1].to_numpy()] == [["1", "10", "7", "7", "3"]]


def test_fieldwork_is_stopped_with_a_reason_that_the_leader_then_reads(store):
    at = page("samples")
    stop = next(b for b in at.button if b.label == text("calls.stop.go", "en"))
    stop.click().run()
    assert "Give a reason" in at.error[0].value
    at.text_input(key="stop_reason").set_value("flood in the call centre")
    next(b for b in at.button if b.label == text("calls.stop.go", "en")).click().run()
    assert not at.error and "flood in the call centre" in "".join(w.value for w in at.warning)
    assert calls.read_fieldwork(store, NAME, MAY).stopped["by"] == "ann"
    take(store, reason="these answers are of a list of before")
    waves.estimate_wave(store, NAME, MAY)
    for name in ("leader", "statistician"):
        shown = page(name)
        assert not shown.exception
        said = [str(p.value) for p in (*shown.warning, *shown.caption)]
        assert any("flood in the call centre" in each and "3 of 10" in each for each in said), name


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_call_log_is_looked_at_first_and_its_file_stays_until_it_is_imported(store, language):
    at = page("samples", language)
    for outcome, wrong in (("\u5929\u6c14\u597d", True), ("\u65e0\u4eba\u63a5\u542c", False)):
        log = f"unit_id,at,interviewer,disposition\n{units(store)[8]},2024/5/9 18:30,v1,{outcome}\n".encode("gb18030")
        at.file_uploader(key="calls_file 0").set_value(("calls.csv", log, "text/csv"))
        at.button(key="look_calls 0").click().run()
        assert not at.exception and bool(at.error) == wrong and "GB18030" in "".join(c.value for c in at.caption)
        assert any(list(d.value.columns)[:2] == ["unit_id", "at"] for d in at.dataframe)
        at.button(key="go_calls 0").click().run()
        assert not at.exception and bool(at.error) == wrong
        assert not wrong or at.file_uploader(key="calls_file 0").value is not None
    assert at.file_uploader(key="calls_file 1").value is None
    assert calls.read_fieldwork(store, NAME, MAY).releases.tried[0] == 8
