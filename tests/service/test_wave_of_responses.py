"""A wave made of its responses: its weights worked by hand, what it refuses, and the chain of proof that goes on."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from half_rung import FRAME_KEY, record_response, released
from made_up import ANN, BOTH, MAY, NAME, PROGRAMME, TOWNS, as_csv, begin_survey

from sampling import Wanted
from sampling.draw.stages import KISH, TWELFTHS
from service.drawing import draws, releases
from service.fieldwork import calls
from service.fieldwork.answering.making import make_wave
from service.fieldwork.answering.responses import Response, import_responses, responses_of
from service.figures import waves
from service.intake.imports import current_wave
from service.proof import proof_links
from service.samples import frames
from service.samples.samples import read_sample
from service.store.objects import ANSWERS, RESPONDENTS, read_object
from service.store.permissions import Actor
from words import Fault

QUESTIONNAIRE = b"""
[questionnaire]
partial = { complete = 0.9, partial = 0.3, needed = ["noise"] }
"""
STATES = {  # town -> what became of its two numbers
    "ash": ("complete", "2.11"),
    "birch": ("complete", "complete"),
    "cedar": ("complete", "4.7"),
    "dill": ("complete", "3.13"),
    "elder": ("complete", "partial"),
}


def answered(store):
    """The made-up survey's May with one release of ten out, two in each town, and no number open but one."""
    programme = PROGRAMME.replace(b'stratum = ["town", "side"]', b'stratum = ["town"]')
    programme = programme.replace(b'lonely = "error"', b'lonely = "adjust"')
    for name in (b"pier", b"market"):
        programme = programme.replace(b"[items." + name + b"]", b"[items." + name + b']\nnot_answered = ["?"]')
    at = released(begin_survey(store, programme + QUESTIONNAIRE))
    units = read_sample(at, NAME, MAY).released.groupby("stratum").unit_id.apply(list)
    rows, log, now = [], [], datetime.now(UTC).replace(microsecond=0).isoformat()
    for town, became in STATES.items():
        for unit, state in zip(units[town], became, strict=True):
            if state in ("complete", "partial"):
                whole = {"pier": "fair", "market": "good"} if state == "complete" else {"pier": "", "market": ""}
                rows.append({"unit_id": unit, "at": now, "interviewer": "i1", "noise": "often", **whole})
            else:
                log.append((unit, now, "i1", state))
    import_responses(at, NAME, MAY, as_csv(pd.DataFrame(rows)), "responses.csv")
    lines = pd.DataFrame(log, columns=["unit_id", "at", "interviewer", "disposition"])
    calls.import_calls(at, NAME, MAY, as_csv(lines), "calls.csv")


@pytest.fixture
def store(prepared):
    return prepared("sqlite", answered)[0].acting(Actor("ann", "centre"))


def test_the_weights_are_those_worked_by_hand(store):
    """Of twelve people two were released: 6.  The 6 of a refusal or of an open number go to the town's interviews."""
    made = make_wave(store, NAME, MAY)
    assert (made.outcome, made.interviews) == ("imported", 7)
    people = read_object(store, current_wave(store, NAME, MAY), RESPONDENTS)
    found = {town: sorted(part.weight) for town, part in people.groupby("area", observed=True)}
    assert found == {"ash": [12], "birch": [6, 6], "cedar": [6], "dill": [12], "elder": [6, 6]}
    assert (people.stratum == people.area).all()
    notes = dict(made.notes)
    assert "response.weighted" in notes and "wave.without_row" not in notes  # it lacks no row that it should have
    assert notes["response.without_interview"]["absent"] == notes["wave.of_sample"]["released"] - 7


def test_answers_of_a_partial_interview_are_used_item_by_item(store):
    make_wave(store, NAME, MAY)
    answers = read_object(store, current_wave(store, NAME, MAY), ANSWERS)
    assert sorted(answers.noise) == ["often"] * 7
    assert sorted(answers.pier) == ["?"] + ["fair"] * 6


def test_the_same_responses_make_the_same_version_and_a_new_one_another(store):
    make_wave(store, NAME, MAY)
    assert make_wave(store, NAME, MAY).outcome == "unchanged"
    part = responses_of(store, NAME, MAY).set_index("state").loc["partial"]
    whole = {"noise": "never", "pier": "good", "market": "poor"}
    record_response(store, NAME, MAY, Response(part.unit_id, datetime.now(UTC), whole, "i1"))
    assert make_wave(store, NAME, MAY).outcome == "corrected"


def test_the_chain_of_proof_binds_the_responses_and_every_attempt_before_the_estimate(store):
    make_wave(store, NAME, MAY)
    calls.stop_fieldwork(store, NAME, MAY, "the survey ended")
    waves.estimate_wave(store, NAME, MAY)
    of = proof_links.estimated(store, NAME, MAY)
    assert of.recorded is not None and len(of.recorded) == 64
    assert proof_links.responses_say(of.version, {}, of.origin, of.recorded)["recorded"] == of.recorded
    before = proof_links.attempts_then(store, of)
    assert len(before) == 10 and sorted(before.disposition) == ["1.1"] * 6 + ["1.2", "2.11", "3.13", "4.7"]
    part = responses_of(store, NAME, MAY).set_index("state").loc["partial"]
    whole = {"noise": "never", "pier": "good", "market": "poor"}
    record_response(store, NAME, MAY, Response(part.unit_id, datetime.now(UTC), whole, "i1"))
    assert proof_links.attempts_then(store, of).equals(before)  # what came later changes nothing


def test_interviews_of_the_call_log_without_answers_are_named(store):
    units = read_sample(store, NAME, MAY).released.unit_id
    unit = next(u for u in units if u not in set(responses_of(store, NAME, MAY).unit_id))
    later = datetime.now(UTC).isoformat()
    line = f"unit_id,at,interviewer,disposition\n{unit},{later},i1,1.1\n".encode()
    calls.import_calls(store, NAME, MAY, line, "more.csv")
    with pytest.raises(Fault, match=unit) as caught:
        make_wave(store, NAME, MAY)
    assert len({say(caught.value.key, **caught.value.values) for say in BOTH.values()}) == 2


def test_a_wave_without_responses_says_so(store):
    with pytest.raises(Fault, match="not been drawn"):
        make_wave(store, NAME, "2024-06")


def test_a_file_with_texts_for_codes_and_several_faults_is_taken_or_refused_whole(store):
    units = read_sample(store, NAME, MAY).released.unit_id
    free = next(u for u in units if u not in set(responses_of(store, NAME, MAY).unit_id))
    row = {"unit_id": free, "at": "2024-05-06 08:00", "noise": "经常", "pier. In what state is the pier?": "good good"}
    one = pd.DataFrame([row | {"market": "fair", "phone": "13900000001"}])
    recorded = import_responses(store, NAME, MAY, as_csv(one), "r.csv")
    assert recorded.states == {"complete": 1}
    assert responses_of(store, NAME, MAY).set_index("unit_id").answers[free] == {
        "noise": "often",
        "pier": "good",
        "market": "fair",
    }
    bad = pd.DataFrame([{"unit_id": "x", "at": "yesterday", "noise": "loud", "mood": "fine"}])
    with pytest.raises(Fault) as caught:
        import_responses(store, NAME, MAY, as_csv(bad), "bad.csv")
    keys = {fault.key for fault in caught.value.faults}
    assert keys == {"response.time", "response.unknown_item", "response.level", "response.not_drawn"}
    assert np.isin("x", responses_of(store, NAME, MAY).unit_id).sum() == 0


HOUSEHOLDS = b"""
[questionnaire]
adults = "adults"
[questionnaire.screener.adults]
text = { en = "How many adults live in your household?" }
range = [1, 30]
whole = true
"""
ADULTS = (1, 2, 3, 5, 7)  # of the first, second, … household of a town that answered


def test_one_adult_of_each_household_counts_by_kish_s_table(sqlite_store):
    """w = base weight × (released households)/(households that answered) / p(person of the table | adults)."""
    programme = PROGRAMME.replace(b'stratum = ["town", "side"]', b'stratum = ["town"]\npsu = ["village"]')
    at = begin_survey(sqlite_store, programme + HOUSEHOLDS).acting(ANN)
    rows = [(f"{t}-{v}-{i}", t, f"{t}-{v}") for t in TOWNS for v in ("v1", "v2", "v3") for i in range(20)]
    frame = as_csv(pd.DataFrame(rows, columns=["unit_id", "area", "psu"]))
    frames.import_frame(at, NAME, "made_up", frame, "made_up.csv", frame_key=FRAME_KEY)
    draws.make_plan(at, NAME, MAY, Wanted(20, portions=(1.0,), each=2, response_rate=0.5, person="kish"))
    draws.approve_plan(at, NAME, MAY, frame_key=FRAME_KEY)
    draws.draw_wave(at, NAME, MAY, frame_key=FRAME_KEY)
    sample = releases.release_next(at, NAME, MAY).released
    now, said = datetime.now(UTC).replace(microsecond=0).isoformat(), []
    for _, households in sample.groupby("stratum"):
        for k, unit in enumerate(households.sort_values("place").unit_id[:5]):
            said.append({"unit_id": unit, "at": now, "adults": str(ADULTS[k]), "noise": "often"})
    table = pd.DataFrame(said).assign(pier="fair", market="good")
    import_responses(at, NAME, MAY, as_csv(table), "responses.csv")
    make_wave(at, NAME, MAY)
    people = read_object(at, current_wave(at, NAME, MAY), RESPONDENTS).set_index("unit_id")
    units, adults = sample.set_index("unit_id"), table.set_index("unit_id").adults.astype(int)
    for unit, person in people.iterrows():
        households = sample[sample.stratum == units.stratum[unit]]
        grid = KISH[units.kish[unit]]
        column = min(adults[unit], 6) - 1
        p = sum(TWELFTHS[name] for name, of in KISH.items() if of[column] == grid[column]) / 12
        expected = units.base_weight[unit] * len(households) / 5 / p
        assert person.weight == pytest.approx(expected, rel=1e-12)
    assert sum(people.weight > 3 * units.base_weight[people.index]) > 5
    assert (people.psu.str.len() > 0).all()
