"""The monitor of a wave drawn here: counted number by number, by command and page's words, refused before a release."""

import numpy as np
import pandas as pd
import pytest
from half_rung import INTERVIEW, NO_ANSWER, WANTED, released, ring, units
from made_up import JUNE, MAY, NAME, begin_survey
from typer.testing import CliRunner

from commands import cli
from fieldwork import forecast
from presentation.calling.monitor import day_rows, monitor_lines, monitor_rows, monitor_table
from service.fieldwork import monitor
from service.samples.samples import read_sample
from service.store.engine import Store
from service.store.permissions import CENTRE, LEADER, Actor
from words import LANGUAGES, Fault, speaker


@pytest.fixture(scope="module")
def called(tmp_path_factory):
    """Each area's May with one release out: nobody of the first area answers, everybody of the others is reached."""
    store = released(begin_survey(Store.create(f"sqlite:///{tmp_path_factory.mktemp('monitor') / 's.db'}")))
    area = read_sample(store, NAME, MAY).released.set_index("unit_id").area
    first = area.iloc[0]
    rows = [(unit, n, NO_ANSWER if area[unit] == first else INTERVIEW) for n, unit in enumerate(units(store))]
    yield ring(store, *rows) and store.acting(Actor("ann", CENTRE)), first
    store.engine.dispose()


def test_the_progress_is_the_one_counted_by_hand(called):
    store, first = called
    progress, sample = monitor.read_monitor(store, NAME, MAY), read_sample(store, NAME, MAY)
    areas = progress.areas
    assert areas.target.sum() == WANTED.interviews
    assert areas.numbers.to_dict() == sample.released.area.value_counts().to_dict()
    assert areas.loc[first, "interviews"] == 0 and areas.loc[first, "open"] == areas.loc[first, "numbers"]
    others = areas.drop(index=first)
    assert (others.interviews == others.numbers).all() and (others.open == 0).all()
    assert (areas.waiting == (sample.units.groupby("area").size() - areas.numbers)).all()
    assert progress.lacking == (areas.target - areas.interviews).clip(lower=0).sum()
    assert progress.days.calls.to_list() == [len(sample.released)] and progress.pace == others.interviews.sum()


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ({"interviews": 5}, forecast.REACHED),
        ({"needed": np.nan}, forecast.UNKNOWN),
        ({"needed": 0, "needed_high": 0}, forecast.COMING),
        ({"needed": 0, "needed_high": 4}, forecast.UNSURE),
        ({"needed": 3, "needed_low": 1, "needed_high": 4}, forecast.SHORT),
        ({"needed": 30, "needed_low": 10, "needed_high": np.inf}, forecast.EXHAUSTED),
    ],
)
def test_an_area_is_said_to_need_what_its_limits_say(row, state):
    areas = {"interviews": 0, "target": 5, "needed": 0.0, "needed_low": 0.0, "needed_high": 0.0, "waiting": 10} | row
    assert forecast.forecast_states(pd.DataFrame([areas])).item() == state


def test_every_language_says_it_by_command_and_for_a_page(called, monkeypatch, tmp_path):
    store, _ = called
    progress = monitor.read_monitor(store, NAME, MAY)
    for code in LANGUAGES:
        t = speaker(code)
        assert len(monitor_lines(progress, t)) == 4
        assert len(monitor_rows(progress, {}, t)) == len(progress.areas) and len(day_rows(progress, t)) == 1
    assert len(monitor_table(progress)) == len(progress.areas)
    url = store.engine.url.render_as_string()
    result = CliRunner().invoke(cli.app, ["sample", "monitor", MAY, "--store", url, "--csv", str(tmp_path / "m.csv")])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "m.csv").read_text("utf-8").count("\n") == len(progress.areas) + 1


def test_it_is_refused_before_a_release_and_to_leaders(called):
    store, _ = called
    with pytest.raises(Fault):
        monitor.read_monitor(store, NAME, JUNE)
    with pytest.raises(Fault):
        monitor.read_monitor(store.acting(Actor("eve", LEADER)), NAME, MAY)
