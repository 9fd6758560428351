"""Panels of people by the command: those who answered are called again, rotation groups, and a proof of both."""

import json
from datetime import date, timedelta

import pandas as pd
import pytest
from township_list import FRAME, NAME, as_csv, programme, residents

from fieldwork.dispositions import INTERVIEW
from presentation import samples as sample_words
from service.fieldwork import calls
from service.files.write import csv_bytes
from service.intake import imports
from service.protection import keys, people
from service.samples import samples
from service.store import audit
from service.store.engine import Store
from service.store.permissions import CENTRE, Actor
from words import LANGUAGES, speaker

WAVES = ("2026Q1", "2026Q2", "2026Q3")
ANSWER = sorted(INTERVIEW)[0]


@pytest.fixture
def ready(tmp_path, monkeypatch, rankshift):
    """A store with a list of 2,100 people in 70 townships, and what every command begins and ends with."""
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))
    for variable, name in ((keys.FILE_VARIABLE, "key"), (keys.FRAME_FILE_VARIABLE, "frame_key")):
        monkeypatch.setenv(variable, str(tmp_path / "keys" / name))
    for variable in (keys.KEY_VARIABLE, keys.FRAME_VARIABLE):
        monkeypatch.delenv(variable, raising=False)
    store = Store.create(f"sqlite:///{tmp_path}/store.db")
    imports.import_programme(store, programme(), "simulated.toml")
    people.add_person(store, "ann", CENTRE, identity="ann@example.org")
    (tmp_path / "list.csv").write_bytes(as_csv(residents(30)))
    at = ["--store", f"sqlite:///{tmp_path}/store.db", "--as", "ann"]

    def run(*arguments: object, language: str = "en"):
        return rankshift(*arguments, *at, language=language)

    assert rankshift("key", "new").code == 0 and rankshift("frame", "new-key").code == 0
    day = (date.today() + timedelta(days=9)).isoformat()
    taken = run("frame", "import", FRAME, tmp_path / "list.csv", "--by", "area", "--delete-on", day)
    assert taken.code == 0, taken.err
    yield run, store.acting(Actor("ann", CENTRE)), tmp_path
    store.engine.dispose()


def go(run, wave: str, *options: object, portions: int = 1) -> None:
    for command in (("plan", wave, 140, *options), ("approve", wave), ("draw", wave), *[("release", wave)] * portions):
        done = run("sample", *command)
        assert done.code == 0, done.err


def answered(store: Store, wave: str, units: pd.Series) -> None:
    log = pd.DataFrame({"unit_id": units, "at": f"{date.today()}T00:00:00+00:00"})
    log = log.assign(interviewer="i", disposition=ANSWER)
    calls.import_calls(store, NAME, wave, csv_bytes(log), "calls.csv")


def test_a_share_of_those_who_answered_is_called_again_and_the_proof_shows_who_they_are(ready, rankshift):
    run, store, folder = ready
    first, second = WAVES[:2]
    go(run, first, "--portions", "0.5,0.5", "--response", 0.5, portions=2)
    panel = ["--after", first, "--keep", 0.5, "--respondents", "--again", 0.8, "--response", 0.5]
    refused = run("sample", "plan", second, 140, *panel)
    assert refused.code == 1 and "nobody who was called" in refused.err
    units = samples.read_sample(store, NAME, first).released
    firm = units.groupby("stratum").head(2)
    answered(store, first, firm.unit_id)
    go(run, second, *panel, "--portions", "0.5,0.5")
    plan = samples.read_plan(store, NAME, second)
    assert plan.allocation["kept"].eq(1).all()  # 2 answered in each township
    alone = samples.read_plan(store, NAME, first).allocation
    assert (plan.allocation.numbers < alone.numbers).all()  # who answered before is likelier to answer
    sample = samples.read_sample(store, NAME, second)
    again = set(sample.units.unit_id) & set(units.unit_id)
    assert len(again) == 70 and again <= set(firm.unit_id)
    for language in LANGUAGES:
        notes = sample_words.plan_notes(plan, speaker(language))
        assert any("70" in note and "80" in note for note in notes)
    late = next(u for u in units.unit_id if u not in set(firm.unit_id))
    answered(store, first, pd.Series([late]))  # what comes later changes nothing that the line has bound
    written = run("draw-proof", second, "--out", folder / "proof")
    assert written.code == 0, written.err
    holds = rankshift("verify", folder / "proof", "--published", sample.plan.slip)
    assert holds.code == 0, holds.err
    file = folder / "proof" / "earlier" / "01" / "answered.csv"
    assert late not in file.read_text("utf-8")
    file.write_text(file.read_text("utf-8") + f"{late}\n", "utf-8")
    forged = rankshift("verify", folder / "proof", "--published", sample.plan.slip)
    assert forged.code == 1 and "not the one that wave 2026 Q2 continued" in forged.out


def test_rotation_groups_are_planned_drawn_and_verified_wave_after_wave(ready, rankshift):
    run, store, folder = ready
    for before, wave in zip((None, *WAVES), WAVES, strict=False):
        after = [] if before is None else ["--after", before]
        go(run, wave, "--rotation", "1-1-1", "--rest", 2, "--portions", "1", *after)
    first, second, third = (samples.read_sample(store, NAME, wave) for wave in WAVES)
    called = [set(sample.released.unit_id) for sample in (first, second, third)]
    assert not called[0] & called[1] and not called[1] & called[2] and len(called[0] & called[2]) == 70
    assert set(third.units.age) == {0, 2}
    assert first.plan.foresight.kept is None or first.plan.foresight.kept >= 0
    said = " ".join(sample_words.plan_notes(third.plan, speaker("en")))
    assert "1-1-1" in said and "Continues 2026 Q2, and its rotation groups" in said
    assert "Weights are right on average whoever moves" in said
    other = run("sample", "plan", "2026Q4", 140, "--after", WAVES[2], "--rotation", "2-2-2")
    assert other.code == 1 and "must have the same rotation, not 2-2-2" in other.err
    assert run("draw-proof", WAVES[2], "--out", folder / "proof").code == 0
    assert rankshift("verify", folder / "proof", "--published", third.plan.slip).code == 0
    record = json.loads((folder / "proof" / "record.json").read_text("utf-8"))
    assert record["plan"]["rotation"] == [1, 1, 1] and len(record["rates"][0]) == 5


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--rotation", "2-2"), "odd number"),
        (("--rotation", "two"), "rotation"),
        (("--rotation", "2-2-2", "--keep", 0.5), "2-2-2"),
        (("--again", 0), "answers again"),
    ],
)
def test_a_panel_that_makes_no_sense_is_refused_in_a_sentence(ready, options, says):
    run, *_ = ready
    refused = run("sample", "plan", WAVES[0], 140, *options)
    assert refused.code == 1 and says in refused.err
