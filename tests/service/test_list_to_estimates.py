"""Laibin's next quarter from the shipped list to its figures, by nothing but what is recorded here."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from made_up import BOTH, as_csv

from presentation.calling.responses import question_rows
from programme.survey import read_programme
from reference.laibin_quarters import LIST, TOTALS, small_list
from sampling import Wanted
from service.drawing import draws, releases
from service.fieldwork.answering.lacking import lacking_for, lonely_ahead
from service.fieldwork.answering.making import make_wave
from service.fieldwork.answering.responses import import_responses
from service.fieldwork.calls import import_calls, stop_fieldwork
from service.figures import waves
from service.figures.league import read_league
from service.figures.wave_steps import steps_of_wave
from service.figures.weighing import read_weights
from service.intake import imports
from service.intake.imports import current_programme
from service.protection.keys import Key
from service.samples import frames
from service.samples.samples import read_plan, read_sample
from service.store import schema
from service.store.permissions import CENTRE, STATISTICIAN, Actor
from words import Fault

FOLDER = Path(__file__).parents[2] / "data" / "laibin_quarters"
CONTENT = (FOLDER / "programme.toml").read_bytes()
NAME, WAVE, KEY = "laibin_quarters", "2027Q1", Key(bytes(64))
OTHER_ITEMS = [name for name in read_programme(CONTENT, "programme.toml").items if name != "safe"]
NOW = datetime.now(UTC).replace(microsecond=0).isoformat()


def drawn(store) -> None:
    """Four interviews in each township, from the list with its column of ages, all released."""
    store = store.acting(Actor("ann", CENTRE))
    imports.import_programme(store, CONTENT, "programme.toml")
    imports.import_margins(store, NAME, TOTALS.read_bytes(), TOTALS.name)
    plain = pd.read_csv(LIST, dtype=str).drop(columns="phone").to_csv(index=False).encode()
    for name, keep in (("bare", ()), ("residents", ("listed_age",))):
        frames.import_frame(store, NAME, name, plain, LIST.name, frame_key=KEY, keep=keep)
    draws.make_plan(store, NAME, "2027Q2", Wanted(280, "equal", portions=(1.0,)), frame="bare")
    wanted = Wanted(280, "equal", response_rate=0.6, portions=(1.0,))
    draws.make_plan(store, NAME, WAVE, wanted, frame="residents")
    draws.approve_plan(store, NAME, WAVE, frame_key=KEY)
    draws.draw_wave(store, NAME, WAVE, frame_key=KEY)
    releases.release_next(store, NAME, WAVE)


@pytest.fixture
def centre(prepared):
    store, _ = prepared("sqlite", drawn)
    yield store.acting(Actor("ann", CENTRE))
    store.engine.dispose()


def answers(units: pd.DataFrame) -> pd.DataFrame:
    """The answers of the first four people of each township: age, sex, and every tenth feels unsafe."""
    people = units.groupby("stratum").head(4).reset_index(drop=True)
    k = np.arange(len(people))
    return pd.DataFrame(
        {
            "unit_id": people.unit_id,
            "at": NOW,
            "interviewer": "bea",
            "age": [str(20 + 10 * (i % 5)) for i in k],
            "sex": np.where(k // 5 % 2, "m", "f"),
            "safe": np.where(k % 10, "2", "4"),
            **dict.fromkeys(OTHER_ITEMS, "1"),
        }
    )


def test_the_shipped_quarter_goes_from_list_to_figures_by_what_is_recorded_here(centre):
    assert steps_of_wave(centre, NAME, WAVE).ahead == ()
    for t in BOTH.values():
        (age,) = question_rows(current_programme(centre, NAME)[1].questionnaire, t).iloc[:1].to_numpy().tolist()
        assert age[0] == "age" and "120" in age[-1]
    units = read_sample(centre, NAME, WAVE).released
    said = answers(units)
    import_responses(centre, NAME, WAVE, as_csv(said), "answers.csv")
    others = units.unit_id[~units.unit_id.isin(said.unit_id)]
    log = pd.DataFrame({"unit_id": others, "at": NOW, "interviewer": "bea"})
    log["disposition"] = np.resize(["2.11", "3.13", "4.3", "4.7"], len(log))
    import_calls(centre, NAME, WAVE, as_csv(log.iloc[1:]), "calls.csv")  # one number was never called
    made = make_wave(centre, NAME, WAVE)
    assert (made.outcome, made.interviews) == ("imported", 280)
    assert steps_of_wave(centre, NAME, WAVE).following.name == "call"  # numbers are open
    stop_fieldwork(centre, NAME, WAVE, "the quarter is over")
    waves.estimate_wave(centre, NAME, WAVE)
    seeing_all = centre.acting(Actor("sun", STATISTICIAN))
    assert len(read_league(seeing_all, NAME, wave=WAVE).table) == 70
    totals, steps = pd.read_csv(TOTALS), read_weights(seeing_all, NAME, WAVE).weighting.steps
    assert steps[-2].weight.sum() == pytest.approx(totals.total[totals.margin == "township"].sum(), rel=1e-6)
    assert steps_of_wave(centre, NAME, WAVE).following.name == "released"


def test_what_refusers_do_not_tell_is_missed_in_the_plan_before_anybody_is_called(centre):
    ahead = steps_of_wave(centre, NAME, "2027Q2").ahead
    assert [fault.key for fault in ahead] == ["response.lacks.eligible_unasked"]
    for say in BOTH.values():
        assert "listed_age" in say(ahead[0].key, **ahead[0].values)
    declared, plan = current_programme(centre, NAME)[1], read_plan(centre, NAME, WAVE)
    first = plan.allocation.stratum.iloc[0]
    thin = replace(plan, allocation=plan.allocation.assign(interviews=[1, *plan.allocation.interviews[1:]]))
    assert not lonely_ahead(declared, thin)  # the programme says what such a stratum contributes
    strict = replace(declared, lonely="error")
    assert not lonely_ahead(strict, plan) and not lonely_ahead(replace(strict, merged_strata={first: ("b",)}), thin)
    (lonely,) = lonely_ahead(strict, thin)
    of_modes = replace(
        plan, allocation=thin.allocation.assign(stratum=[f"{s}/mobile" for s in plan.allocation.stratum])
    )
    (by_mode,) = lonely_ahead(strict, of_modes)
    for language, say in BOTH.items():
        area, mode = declared.areas[first].name[language], declared.modes["mobile"][language]
        assert f"{area} / {mode}" in say(by_mode.key, **by_mode.values) and area in say(lonely.key, **lonely.values)


OUTCOME, PERSONS = b'disposition = "outcome"', b'[weighting.persons]\nprobability = "p"\n[weighting.trimming]'
CHANGES = [
    (b'cells = ["listed_age"]', b'cells = ["age_group"]', "response.lacks.eligible", "age"),
    (b'cells = ["township"]', b'cells = ["urban"]', "response.lacks.all", "urban"),
    (b'"sex*age_group"]', b'"urban"]', "response.lacks.responded", "urban"),
    (b'stratum = ["township"]', b'stratum = ["township", "urban"]', "response.lacks.stratum", "urban"),
    (b'weight = "base_weight" ', b'weight = "base_weight"\nframe = "kind" ', "response.lacks.frame", "kind"),
    (b"[weighting.trimming]", PERSONS, "response.lacks.person", "p"),
    (OUTCOME, OUTCOME + b'\nresponded = ["1.1"]\nnot_responded = ["2.11"]', "response.lacks.outcomes", "3.11"),
]


@pytest.mark.parametrize("before, after, key, named", CHANGES)
def test_every_column_and_outcome_that_weighting_asks_for_in_vain_is_named_and_refused(
    centre, before, after, key, named
):
    assert before in CONTENT
    imports.import_programme(centre, CONTENT.replace(before, after), "programme.toml")
    lacks = lacking_for(centre, NAME, WAVE)
    assert [fault.key for fault in lacks] == [key]
    units = read_sample(centre, NAME, WAVE).released
    import_responses(centre, NAME, WAVE, as_csv(answers(units).head(1)), "answers.csv")
    with pytest.raises(Fault) as refused:
        make_wave(centre, NAME, WAVE)
    assert refused.value.key == key and named in str(refused.value)
    if key == "response.lacks.outcomes":  # before the calls all that can be chosen; of a wave what its calls ended in
        assert {"4.51", "2.35", "3.16"} < set(lacks[0].values["outcomes"])
        assert refused.value.values["outcomes"] == ["3.11"]
    assert len({say(key, **refused.value.values) for say in BOTH.values()}) == 2


def test_a_cell_that_is_missing_is_said_of_its_number_for_there_is_no_file(centre):
    """The list does not have the age of one person who refuses."""
    units = read_sample(centre, NAME, WAVE).released
    import_responses(centre, NAME, WAVE, as_csv(answers(units)), "answers.csv")
    refuser = units[~units.unit_id.isin(answers(units).unit_id)].unit_id.iloc[0]
    import_calls(
        centre, NAME, WAVE, f"unit_id,at,interviewer,disposition\n{refuser},{NOW},bea,2.11\n".encode(), "c.csv"
    )
    of_refuser = sa.update(schema.frame_units).where(schema.frame_units.c.unit_id == refuser)
    with centre.begin() as connection:
        connection.execute(of_refuser.values(known={"listed_age": ""}))
    with pytest.raises(Fault) as refused:
        make_wave(centre, NAME, WAVE)
    assert refused.value.key == "response.cell.blank_eligible" and refuser in str(refused.value)
    assert "row" not in str(refused.value) and "listed_age" in str(refused.value)


def test_the_small_list_is_the_one_that_is_made_and_its_totals_are_its_own():
    for file, table in zip((LIST, TOTALS), small_list(), strict=True):
        assert file.read_text("utf-8") == table.to_csv(index=False, lineterminator="\n")
    assert read_programme(CONTENT, "programme.toml").simulated
