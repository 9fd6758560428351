"""Which survey opens first where a store has several: the one with the newest wave."""

import pandas as pd

from ui import choosers
from words import speaker


def test_the_survey_with_the_newest_wave_is_first_and_one_without_waves_is_last(monkeypatch):
    waves = {"empty": [], "old": ["2015Q2", "2015Q3"], "recent": ["2026Q3", "2025Q4"]}
    monkeypatch.setattr(choosers, "programme_names", lambda _: sorted(waves))
    monkeypatch.setattr(choosers, "wave_versions", lambda _, name: pd.DataFrame({"wave": waves[name]}, dtype=str))
    monkeypatch.setattr(choosers, "current_programme", lambda _, name: (1, type("P", (), {"title": {"en": name}})))
    monkeypatch.setattr(choosers, "choose", lambda place, name, options, *_, **__: options)
    assert choosers.choose_programme(None, speaker("en"), object()) == ["recent", "old", "empty"]
