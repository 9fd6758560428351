"""The monitor of a wave drawn here: counted number by number, by command and page's words, refused before a release."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from half_rung import INTERVIEW, NO_ANSWER, WANTED, record_response, released, ring, units
from made_up import JUNE, MAY, NAME, PROGRAMME, begin_survey, changed
from typer.testing import CliRunner

from commands import cli
from fieldwork import forecast
from fieldwork.evidence import Evidence
from presentation.calling.kinds import kind_lines, kind_notes, kind_rows, kind_table
from presentation.calling.monitor import beside_short, day_rows, monitor_lines, monitor_rows, monitor_table
from programme.survey import read_programme
from service.fieldwork import monitor
from service.fieldwork.answering.responses import Response
from service.fieldwork.kinds import read_kinds
from service.intake import imports
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
        ({"needed": np.nan, "target": 8}, forecast.EXHAUSTED),  # 8 of 15 numbers, each of which gives at most a half
        ({"needed": 0, "needed_high": 0}, forecast.COMING),
        ({"needed": 0, "needed_high": 4}, forecast.UNSURE),
        ({"needed": 3, "needed_low": 1, "needed_high": 4}, forecast.SHORT),
        ({"needed": 30, "needed_low": 10, "needed_high": np.inf}, forecast.EXHAUSTED),
    ],
)
def test_an_area_is_said_to_need_what_its_limits_say(row, state):
    areas = {
        "interviews": 0,
        "target": 5,
        "needed": 0.0,
        "needed_low": 0.0,
        "needed_high": 0.0,
        "open": 5,
        "waiting": 10,
    }
    few = Evidence(calls=9, interviews=1, low=0.01, high=0.4, most=0.5)
    assert forecast.forecast_states(pd.DataFrame([areas | row]), few).item() == state


def test_every_language_says_it_by_command_and_for_a_page(called, monkeypatch, tmp_path):
    store, _ = called
    progress = monitor.read_monitor(store, NAME, MAY)
    for code in LANGUAGES:
        t = speaker(code)
        assert len(monitor_lines(progress, t)) == 4
        few = replace(progress, evidence=replace(progress.evidence, low=0.01, high=0.4))
        early = monitor_lines(few, t)
        assert len(early) == 3 and "40.0" in early[-1] and beside_short(few, t) == t("monitor.short.early")
        before = replace(progress, areas=progress.areas.assign(called=0))
        assert beside_short(before, t) == t("monitor.short.before") != beside_short(progress, t)
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


KINDS = """
[weighting]
disposition = "outcome"
base.weight = "w"
ages = { column = "age", groups = ["18-39", "40+"] }
calibration = { period = "2024", margins = ["sex*age_group", "town", "home", "pets"] }
labels.sex = { name = { en = "Sex" }, codes = { m = { en = "male" }, f = { en = "female" } } }
[questionnaire.screener]
age = { text = { en = "How old are you?" } }
sex = { text = { en = "Sex" } }
[quotas.noise]
often = 3
never = 1
[quotas."town*noise"]
"ash*often" = 1
[types.age]
item = "years"
groups = { "1-9" = { en = "lately" }, "10+" = { en = "long ago" } }
name = { en = "Moved here" }
measures = ["disturbed"]
[items.years]
text = { en = "How many years ago did you move here?" }
range = [1, 120]
[quotas.age]
"10+" = 2
"""
WEIGHTED = changed(('weight = "w"\n', "")) + KINDS.encode()
ANSWERED = [("m", 20, "often"), ("m", 25, "often"), ("m", 50, "never"), ("f", 70, "rarely")]  # sex, age, noise
TOTALS = {"m*18-39": 400, "m*40+": 100, "f*18-39": 300, "f*40+": 200}


@pytest.fixture(scope="module")
def of_kinds(tmp_path_factory):
    """A wave with four interviews with answers and one of which only the call log knows, and known totals."""
    store = begin_survey(Store.create(f"sqlite:///{tmp_path_factory.mktemp('kinds') / 's.db'}"), WEIGHTED)
    store = released(store)
    rows = [f"sex*age_group,{kind},{people},2024" for kind, people in TOTALS.items()]
    content = "\n".join(["margin,category,total,period", *rows, "town,ash,1000,2024", "home,own,1000,2024"]).encode()
    imports.import_margins(store, NAME, content, "totals.csv")
    outside_ash = [unit for unit in units(store) if not unit.startswith("ash")]
    for unit, (sex, age, noise) in zip(outside_ash, ANSWERED, strict=False):
        said = {"sex": sex, "age": str(age), "noise": noise, "pier": "good", "market": "good", "years": str(age - 19)}
        record_response(store, NAME, MAY, Response(unit, datetime.now(UTC), said, "i1"))
    ring(store, (outside_ash[len(ANSWERED)], 5, INTERVIEW))
    yield store
    store.engine.dispose()


def test_interviews_by_kind_stand_beside_what_the_people_would_give(of_kinds):
    """Four interviews of known kind: 40 % of the people are young men, 1.6 of the four, and so on."""
    kinds = read_kinds(of_kinds, NAME, MAY)
    assert (kinds.interviews, kinds.period) == (5, "2024")
    of_people, of_noise, of_town, of_years = kinds.compositions
    assert of_people.kinds.interviews.to_dict() == {"m*18-39": 2, "m*40+": 1, "f*18-39": 0, "f*40+": 1}
    assert np.allclose(of_people.kinds.expected, [1.6, 0.4, 1.2, 0.8]) and of_people.unknown == 1
    assert of_noise.kinds[["interviews", "quota"]].to_numpy().tolist() == [[2, 3], [1, 1]]
    assert of_town.kinds[["interviews", "quota"]].T.to_dict("list") == {"ash*often": [0, 1]}
    assert of_years.kinds.interviews.to_dict() == {"10+": 2}  # a type of person, and not the age
    unsaid = {key: values["margin"] for key, values in kinds.unsaid}  # no totals have pets, and no answer has a home
    assert unsaid == {"monitor.kinds.no_margin": "pets", "monitor.kinds.lacking": "home"}


def test_kinds_are_said_in_every_language_and_written_by_the_command(of_kinds, tmp_path):
    declared, kinds = imports.current_programme(of_kinds, NAME)[1], read_kinds(of_kinds, NAME, MAY)
    for code in LANGUAGES:
        t = speaker(code)
        lines = [line for told in kinds.compositions for line in kind_lines(told, declared, t)]
        assert any("2" in line and "3" in line for line in lines)  # the quota of "often" is not reached
        assert len(kind_notes(kinds, declared, t)) == 4
        assert kind_rows(kinds.compositions[0], declared, t).shape == (4, 6)
    assert len(kind_table(kinds)) == 4 + 2 + 1 + 1
    url, file = of_kinds.engine.url.render_as_string(), tmp_path / "kinds.csv"
    result = CliRunner().invoke(cli.app, ["sample", "monitor", MAY, "--store", url, "--kinds", str(file)])
    assert result.exit_code == 0, result.output
    assert "40.0%" in result.output and file.read_text("utf-8").count("\n") == 9


def test_what_cannot_be_told_by_kind_is_said(called):
    assert [key for key, _ in read_kinds(called[0], NAME, MAY).unsaid] == ["monitor.kinds.none"]


@pytest.mark.parametrize(
    ("quotas", "entry"),
    [
        ("[quotas.shoes]\na = 1", "quotas"),
        ("[quotas.noise]\nloud = 1", "quotas.noise.loud"),
        ('[quotas."town*noise"]\nash = 1', "quotas.town*noise.ash"),
        ("[quotas.noise]\noften = 1.5", "quotas.noise.often"),
        ("[quotas.noise]", "quotas"),
    ],
)
def test_a_quota_of_no_kind_or_no_number_is_refused(quotas, entry):
    with pytest.raises(Fault) as caught:
        read_programme(PROGRAMME + quotas.encode(), "p.toml")
    assert caught.value.values["entry"] == entry
