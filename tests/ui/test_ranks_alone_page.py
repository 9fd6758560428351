"""The statistician's page: each area's own rank range is there after its button was pressed, and stays."""

import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from service.figures import waves
from service.store.engine import STORE_VARIABLE
from service.store.runs import run_list
from words import text

sys.path.append(str(Path(__file__).parents[1] / "service"))
from made_up import MAY, NAME, begin_survey, take

SCRIPT = """
from importlib import import_module
from service.store.engine import Store, store_url
from ui.faults import explained
from words import speaker
t = speaker({language!r})
explained(lambda: import_module("ui.pages.statistician").show(Store.open(store_url()), t), t)
"""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_button_makes_the_column_and_is_gone(sqlite_store, monkeypatch, language):
    take(begin_survey(sqlite_store), MAY, seed=3)
    waves.estimate_wave(sqlite_store, NAME, MAY)
    monkeypatch.setenv(STORE_VARIABLE, sqlite_store.engine.url.render_as_string(hide_password=False))
    at = AppTest.from_string(SCRIPT.format(language=language), default_timeout=60).run()
    assert "rank_range_alone" not in at.dataframe[0].value
    (button,) = [b for b in at.button if b.label == text("statistician.alone", language)]
    at = button.click().run()
    assert not at.exception and not at.error
    assert at.dataframe[0].value.rank_range_alone.str.fullmatch(r"\d+–\d+").all()
    assert not [b for b in at.button if b.label == button.label]
    assert list(run_list(sqlite_store).use_case).count("ranks-alone") == 1
