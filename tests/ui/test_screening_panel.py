"""The panel on screened numbers: a file is previewed, then imported, and the page says the line and the counts."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from sampling import Wanted
from service.drawing import draws
from service.fieldwork import screening
from service.samples import frames
from service.samples.samples import read_sample
from service.store import audit
from service.store.engine import STORE_VARIABLE
from service.store.permissions import CENTRE, Actor
from words import text

sys.path.append(str(Path(__file__).parents[1] / "service"))
from half_rung import FRAME_KEY
from made_up import MAY, NAME, TOWNS, as_csv, begin_survey
from test_calls_panel import page


@pytest.fixture
def store(fresh_store, monkeypatch, tmp_path):
    """The made-up May drawn with a plan that calls half of the dead, and nothing of it released."""
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))
    made = begin_survey(fresh_store("sqlite")).acting(Actor("ann", CENTRE))
    monkeypatch.setenv(STORE_VARIABLE, str(made.engine.url))
    people = pd.DataFrame({"unit_id": [f"{area}-{i}" for area in TOWNS for i in range(12)]})
    content = as_csv(people.assign(area=people.unit_id.str.split("-").str[0]))
    frames.import_frame(made, NAME, "made_up", content, "made_up.csv", frame_key=FRAME_KEY)
    draws.make_plan(made, NAME, MAY, Wanted(20, portions=(0.5, 0.5), call_dead=0.5))
    draws.approve_plan(made, NAME, MAY, frame_key=FRAME_KEY)
    draws.draw_wave(made, NAME, MAY, frame_key=FRAME_KEY)
    yield made
    made.engine.dispose()


def test_a_screening_is_imported_by_page_and_its_line_and_counts_are_shown(store):
    units = read_sample(store, NAME, MAY).units
    first = units[units.release == 1].reset_index(drop=True)
    said = pd.DataFrame({"unit_id": first.unit_id, "status": np.where(first.index < 4, "空号", "正常")})
    at: AppTest = page("samples")
    assert not at.exception and text("screened.upload", "en") in [e.label for e in at.expander]
    for name in ("look_screened 0", "go_screened 0"):
        at.file_uploader(key="screened_file 0").set_value(("operator.csv", as_csv(said), "text/csv"))
        at.button(key=name).click().run()
        assert not at.exception and not at.error
    (row,) = screening.read_screening(store, NAME, MAY).rows.to_dict("records")
    assert (row["dead"], row["called"]) == (4, 2)
    for language in ("en", "zh"):
        at = page("samples", language)
        assert any(row["line"] in str(c.value) for c in at.caption)
        tables = [d.value for d in at.dataframe if text("screened.column.dead", language) in d.value.columns]
        assert list(tables[0].to_numpy()[0][:6]) == ["1", "10", "6", "4", "0", "2"]
