"""The line of steps of a wave: where it stands after each step, what is next and for whom, by command too."""

from datetime import UTC, datetime

import pytest
from half_rung import FRAME_KEY, INTERVIEW, WANTED, ring, units
from made_up import ANN, BOTH, JUNE, MAY, NAME, TOWNS, as_csv, begin_survey, changed, interviews, take
from typer.testing import CliRunner

from commands import cli
from presentation.calling.wave_steps import next_text, step_fact, step_rows
from presentation.times import wave_text
from service.drawing import draws, releases
from service.fieldwork.calls import round_of
from service.figures import waves
from service.figures.publish import publish_wave
from service.figures.wave_steps import STEPS, steps_of_wave, waves_with_steps
from service.intake.imports import current_programme
from service.samples import frames
from service.samples.samples import read_sample
from service.store import audit, schema
from service.store.engine import Store
from service.store.permissions import LEADER, STATISTICIAN, Actor
from words import Fault

TWO_PEOPLE = '[sample]\ntwo_people = true\n[design]\nlonely = "adjust"\n[publish]\nrelease = true\n'
ASKING = changed(('[design]\nlonely = "error"\n', TWO_PEOPLE))
EVE = Actor("eve", ANN.role)


@pytest.fixture
def begun(tmp_path):
    store = begin_survey(Store.create(f"sqlite:///{tmp_path / 's.db'}"), ASKING).acting(ANN)
    yield store
    store.engine.dispose()


def following(store: Store, wave: str = MAY) -> str | None:
    """The next step, after every language said where the wave stands."""
    steps = steps_of_wave(store, NAME, wave)
    for t in BOTH.values():
        assert len(step_rows(steps, t)) == len(STEPS) and next_text(steps, t)
        assert all(step_fact(step, t) or not step.facts for step in steps.steps)
    return steps.following and steps.following.name


def states(store: Store, wave: str) -> list[str]:
    return [step.state for step in steps_of_wave(store, NAME, wave).steps]


def test_a_wave_goes_from_the_frame_to_its_release_step_by_step(begun):
    assert following(begun) == "frame" and waves_with_steps(begun, NAME) == []
    people = interviews()[["id", "town"]].set_axis(["unit_id", "area"], axis=1)
    frames.import_frame(begun, NAME, "made_up", as_csv(people), "made_up.csv", frame_key=FRAME_KEY)
    assert following(begun) == "plan"
    draws.make_plan(begun, NAME, MAY, WANTED)
    assert following(begun) == "approve" and waves_with_steps(begun, NAME) == [MAY]
    with pytest.raises(Fault) as caught:
        draws.approve_plan(begun, NAME, MAY, frame_key=FRAME_KEY)
    assert caught.value.key == "sample.same_person"
    draws.approve_plan(begun.acting(EVE), NAME, MAY, frame_key=FRAME_KEY)
    assert following(begun) == "draw"
    draws.draw_wave(begun, NAME, MAY, frame_key=FRAME_KEY)
    assert following(begun) == "release"
    releases.release_next(begun, NAME, MAY)
    assert following(begun) == "call"
    first, *others = units(begun)
    ring(begun, (first, 0, INTERVIEW))
    call = steps_of_wave(begun, NAME, MAY).following
    assert (call.name, call.state, call.facts["interviews"]) == ("call", "begun", 1)
    for t in BOTH.values():  # one calls on one page, and imports what was called elsewhere on the other
        said = next_text(steps_of_wave(begun, NAME, MAY), t)
        assert t("calling.page") in said and t("samples.page") in said
    ring(begun, *((unit, n, INTERVIEW) for n, unit in enumerate(others, 1)))
    assert following(begun) == "responses"
    for t in BOTH.values():
        said = next_text(steps_of_wave(begun, NAME, MAY), t)
        assert t("samples.page") in said and t("centre.page") in said
    answers = interviews().rename(columns={"id": "unit_id"})
    released = read_sample(begun, NAME, MAY).weighted.set_index("unit_id")
    answers = answers[answers.unit_id.isin(released.index)].rename(columns={"unit_id": "id"})
    take(begun, MAY, as_csv(answers), reason="the made-up survey's weights are its own")
    assert following(begun) == "figures"
    waves.estimate_wave(begun, NAME, MAY)
    assert following(begun) == "released"
    publish_wave(begun.acting(Actor("sam", STATISTICIAN)), NAME, MAY)
    assert following(begun) is None
    take(begun, MAY, as_csv(answers.assign(noise="never")), reason="the made-up survey's weights are its own")
    assert following(begun) == "figures"  # what was computed and released is out of date
    assert states(begun, MAY)[:7] == ["done"] * 7


def test_a_wave_that_was_not_drawn_here_begins_with_its_answers(begun):
    take(begun, JUNE)
    assert states(begun, JUNE)[:6] == ["elsewhere"] * 6 and following(begun, JUNE) == "figures"
    assert waves_with_steps(begun, NAME) == [JUNE] and len(TOWNS) == 5


def test_the_command_says_what_is_next(begun, monkeypatch):
    monkeypatch.setenv("RANKSHIFT_STORE", str(begun.engine.url))
    done = CliRunner().invoke(cli.app, ["sample", "steps", MAY], catch_exceptions=False)
    assert done.exit_code == 0 and "▶" in done.output, done.output
    with pytest.raises(Fault):
        steps_of_wave(begun.acting(Actor("liz", LEADER)), NAME, MAY)


def test_responses_that_are_recorded_are_a_step_under_way(begun, tmp_path, monkeypatch):
    people = interviews()[["id", "town"]].set_axis(["unit_id", "area"], axis=1)
    frames.import_frame(begun, NAME, "made_up", as_csv(people), "made_up.csv", frame_key=FRAME_KEY)
    draws.make_plan(begun, NAME, MAY, WANTED)
    draws.approve_plan(begun.acting(EVE), NAME, MAY, frame_key=FRAME_KEY)
    draws.draw_wave(begun, NAME, MAY, frame_key=FRAME_KEY)
    monkeypatch.setenv("RANKSHIFT_STORE", str(begun.engine.url))
    listed = CliRunner().invoke(cli.app, ["sample", "list", MAY, str(tmp_path / "list.csv")])
    assert isinstance(listed.exception, Fault) and listed.exception.key == "sample.none_out"
    shown = CliRunner().invoke(cli.app, ["responses", "show", MAY])
    assert BOTH["en"]("response.none_yet", wave=wave_text(MAY, BOTH["en"])) in shown.output
    releases.release_next(begun, NAME, MAY)
    answered = units(begun)
    ring(begun, *((unit, n, INTERVIEW) for n, unit in enumerate(answered)))
    with begun.begin() as connection:
        row = {"round_id": round_of(connection, NAME, MAY), "unit_id": answered[0], "part": 1, "at": datetime.now(UTC)}
        row |= {"interviewer": "i1", "mode": "", "respondent_group": "", "state": "complete", "disposition": INTERVIEW}
        row |= {"answers": {"noise": "never"}, "programme_id": current_programme(begun, NAME)[0]}
        connection.execute(schema.responses.insert().values(**row))
        audit.append(connection, begun.actor, "test", {})
    step = steps_of_wave(begun, NAME, MAY).following
    assert (step.name, step.state, step.facts) == ("responses", "begun", {"stored": 1}) and following(begun)
