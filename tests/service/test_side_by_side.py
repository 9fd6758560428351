"""Measures of one league side by side, and the last five by a rolling year against a quarter, simulated."""

from pathlib import Path

import numpy as np
import pytest
from simulated import read_toml, simulated

from presentation.evidence import side_by_side
from programme.survey import read_programme
from service.figures import waves
from service.figures.league import read_league
from service.figures.side_by_side import read_side_by_side
from service.intake import imports
from study.claims.rolling_last import right
from words import speaker

PROGRAMMES = sorted((Path(__file__).parents[2] / "data" / "programmes").glob("s*.toml"))


@pytest.mark.parametrize(("system", "measures"), [(0, ["safe", "composite"]), (9, ["safe", "trust", "close"])])
def test_measures_stand_side_by_side_each_with_its_own_ranks_and_are_never_put_together(
    fresh_store, rankshift, system, measures
):
    file, store = PROGRAMMES[system], fresh_store("sqlite")
    imports.import_programme(store, file.read_bytes(), file.name)
    data = read_toml(file.read_bytes())
    content = simulated(data, 1).to_csv(index=False).encode()
    imports.import_wave(store, data["programme"], "2026Q1", content, "simulated.csv")
    waves.estimate_wave(store, data["programme"], "2026Q1")
    beside = read_side_by_side(store, data["programme"])
    first = read_programme(file.read_bytes(), file.name).league_areas(next(iter(data["leagues"])))
    assert list(beside.by_measure) == measures and list(beside.areas) == first
    shown = side_by_side.rows(beside, speaker("en"))
    assert shown.shape == (len(first), 1 + 2 * len(measures))  # a figure and a rank of each, and nothing else
    for k, measure in enumerate(measures):
        own = read_league(store, data["programme"], measure=measure).table.loc[first]
        assert [int(cell.split(" (")[0]) for cell in shown.iloc[:, 2 + 2 * k]] == own["rank"].tolist()
    where = ["-s", store.engine.url.render_as_string()]
    for language in ("zh", "en"):
        said = rankshift("beside", *where, language=language).out
        assert all(data["measures"][measure]["name"][language] in said for measure in measures)
    assert rankshift("beside", *where, "--measure", "nowhere").code == 1


def test_a_rolling_year_lists_three_of_the_last_five_rightly_where_a_quarter_lists_two():
    found = right(0.05, rng=np.random.default_rng(20), leagues=800)
    assert abs(found[1][0] - 2.1) < 0.15 and abs(found[4][0] - 3.1) < 0.15  # as the requirements say
