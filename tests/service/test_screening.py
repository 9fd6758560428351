"""Numbers screened before their release: who is called, what is refused, what the figures rest on, and the proof."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from half_rung import FRAME_KEY, INTERVIEW, NO_ANSWER, log
from made_up import ANN, BOTH, MAY, NAME, TOWNS, as_csv, begin_survey, interviews

from sampling import Wanted, slip_of
from service.drawing import draws, releases
from service.fieldwork import calls, screening
from service.fieldwork.eligible import _with_dead
from service.files.write import csv_bytes
from service.intake import imports
from service.intake.drawn_wave import drawn_wave
from service.samples import frames, proof_files
from service.samples.samples import read_sample
from service.store import audit, schema
from service.store.engine import Store
from service.store.permissions import CENTRE, Actor
from words import Fault

PART = 0.25
DEAD, ALIVE = "空号", "正常"  # as an operator writes them


@pytest.fixture(autouse=True)
def heads_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))


@pytest.fixture(scope="module")
def drawn_once(tmp_path_factory):
    """The path of a store with the made-up survey's May drawn from 200 people, of whom nothing is released yet."""
    folder = tmp_path_factory.mktemp("screening")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(audit.HEAD_VARIABLE, str(folder / "heads"))
        store = begin_survey(Store.create(f"sqlite:///{folder / 's.db'}")).acting(Actor("ann", CENTRE))
        people = pd.DataFrame({"unit_id": [f"{area}-{i}" for area in TOWNS for i in range(40)]})
        content = as_csv(people.assign(area=people.unit_id.str.split("-").str[0]))
        frames.import_frame(store, NAME, "made_up", content, "made_up.csv", frame_key=FRAME_KEY)
        draws.make_plan(store, NAME, MAY, Wanted(80, portions=(0.5, 0.5), attempts=3, call_dead=PART))
        draws.approve_plan(store, NAME, MAY, frame_key=FRAME_KEY)
        draws.draw_wave(store, NAME, MAY, frame_key=FRAME_KEY)
        store.engine.dispose()
    return folder / "s.db"


@pytest.fixture
def drawn(drawn_once, tmp_path):
    store = Store.open(f"sqlite:///{shutil.copy(drawn_once, tmp_path / 's.db')}").acting(Actor("ann", CENTRE))
    yield store
    store.engine.dispose()


def said(store: Store, portion: int = 1) -> pd.DataFrame:
    """What the operator says of a portion: two of five are dead."""
    units = read_sample(store, NAME, MAY).units
    units = units[units.release == portion].reset_index(drop=True)
    return pd.DataFrame({"unit_id": units.unit_id, "status": np.where(units.index % 5 < 2, DEAD, ALIVE)})


def screen(store: Store, table: pd.DataFrame) -> screening.Screened:
    return screening.screen_numbers(store, NAME, MAY, as_csv(table), "operator.csv")


def fault(do, *arguments) -> Fault:
    with pytest.raises(Fault) as caught:
        do(*arguments)
    assert len({say(caught.value.key, **caught.value.values) for say in BOTH.values()}) == 2
    return caught.value


def test_the_dead_stay_in_the_sample_a_part_is_called_and_the_weights_say_so(drawn):
    screened, sample = screen(drawn, said(drawn)), read_sample(drawn, NAME, MAY)
    (row,) = screened.rows.to_dict("records")
    dead = sample.screened[sample.screened.status == "dead"]
    assert (row["units"], row["alive"], row["dead"], row["unknown"]) == (40, 24, 16, 0)
    assert row["called"] == dead.called.sum() == 16 * PART
    before = len(sample.units)
    releases.release_next(drawn, NAME, MAY)
    weights = read_sample(drawn, NAME, MAY).weighted.set_index("unit_id").base_weight
    assert len(weights) == 40 and before == len(read_sample(drawn, NAME, MAY).units)
    assert set(weights[dead.unit_id[dead.called]].round(9)) == {5 / PART}
    assert set(weights[dead.unit_id[~dead.called]]) == {0.0}
    assert set(weights.drop(dead.unit_id).round(9)) == {5.0} and weights.sum() == pytest.approx(200)
    assert drawn_wave(drawn, NAME, MAY).units.base_weight.sort_index().equals(weights.sort_index())


def test_the_same_file_changes_nothing_and_one_that_says_otherwise_is_refused(drawn):
    first = screen(drawn, said(drawn))
    again = screen(drawn, said(drawn).sample(frac=1, random_state=1))
    assert len(again.rows) == 1 and again.rows.line[0] == first.rows.line[0]
    other = said(drawn).assign(status=ALIVE)
    assert fault(screen, drawn, other).key == "screened.before"
    assert len(screening.read_screening(drawn, NAME, MAY).rows) == 1


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda t: t.assign(status=t.status.where(t.index > 0, "perhaps")), "screened.status"),
        (lambda t: t.assign(unit_id=t.unit_id.where(t.index > 0, "nobody")), "calls.unknown_unit"),
        (lambda t: pd.concat([t, t.iloc[:1]]), "screened.twice"),
        (lambda t: t.drop(columns="status"), "file.columns"),
    ],
)
def test_files_that_say_nothing_sure_are_refused_with_the_row(drawn, change, key):
    assert fault(screen, drawn, change(said(drawn))).key == key
    assert screening.read_screening(drawn, NAME, MAY).rows.empty


def test_numbers_are_screened_before_their_release_and_only_by_a_plan_with_a_part(drawn):
    first = said(drawn)
    releases.release_next(drawn, NAME, MAY)
    assert fault(screen, drawn, first).key == "screened.released"
    assert len(screen(drawn, said(drawn, 2)).rows) == 1
    june = "2024-06"
    draws.make_plan(drawn, NAME, june, Wanted(20, portions=(1.0,), rest=0))
    draws.approve_plan(drawn, NAME, june, frame_key=FRAME_KEY)
    draws.draw_wave(drawn, NAME, june, frame_key=FRAME_KEY)
    assert fault(screening.screen_numbers, drawn, NAME, june, as_csv(first), "f.csv").key == "screened.unplanned"


def test_only_the_dead_that_were_chosen_are_called_and_their_calls_tell_how_often_the_screening_errs(drawn):
    screen(drawn, said(drawn))
    releases.release_next(drawn, NAME, MAY)
    sample = read_sample(drawn, NAME, MAY)
    dead = sample.screened[sample.screened.status == "dead"]
    uncalled, called = sorted(dead.unit_id[~dead.called]), sorted(dead.unit_id[dead.called])
    ring = lambda *rows: calls.import_calls(drawn, NAME, MAY, log(rows), "calls.csv")  # noqa: E731
    assert fault(ring, (uncalled[0], 0, NO_ANSWER)).key == "calls.dead_not_called"
    assert screening.read_screening(drawn, NAME, MAY).false_dead is None
    outcomes = [INTERVIEW, "4.31", "4.31", NO_ANSWER]
    ring(*[(unit, k, code) for k, (unit, code) in enumerate(zip(called, outcomes, strict=True))])
    found = screening.read_screening(drawn, NAME, MAY)
    assert (found.in_use, found.known) == (1, 3) and found.low < 1 / 3 < found.high < 1
    open_units = calls.read_fieldwork(drawn, NAME, MAY).units
    assert not set(open_units.unit_id) & set(uncalled) and len(open_units) == 24 + 1


def test_a_wave_s_file_has_no_interview_of_a_dead_number_that_was_not_called(drawn):
    screen(drawn, said(drawn))
    releases.release_next(drawn, NAME, MAY)
    sample = read_sample(drawn, NAME, MAY)
    table = interviews().iloc[: len(sample.released)].reset_index(drop=True)
    table = table.assign(id=sample.released.unit_id, town=sample.released.area, side=sample.released.stratum)
    refused = fault(imports.import_wave, drawn.acting(ANN), NAME, MAY, as_csv(table), "may.csv")
    assert refused.key == "wave.dead_not_called" or "wave.dead_not_called" in str(refused.values)
    rest = table[~table.id.isin(sample.uncalled)]
    imported = imports.import_wave(drawn.acting(ANN), NAME, MAY, as_csv(rest), "may.csv")
    counts = dict(imported.notes)["wave.of_sample"]
    assert counts["released"] == counts["rows"] == 40 - len(sample.uncalled)


def test_the_eligible_count_all_of_the_dead_with_the_part_found_among_those_called(drawn):
    screen(drawn, said(drawn))
    releases.release_next(drawn, NAME, MAY)
    sample = read_sample(drawn, NAME, MAY)
    dead = sample.screened[sample.screened.status == "dead"]
    others = sample.released.unit_id[~sample.released.unit_id.isin(dead.unit_id)]
    known = pd.Series(1.0, index=[*others, *dead.unit_id[dead.called]])
    known[dead.unit_id[dead.called].iloc[1:]] = 0.0
    assert _with_dead(known, sample).mean() == pytest.approx((24 + 16 / 4) / 40)
    assert _with_dead(known[others], sample).mean() == pytest.approx(24 / 40)


def differences(folder, **noted) -> list[str]:
    return [key for key, _ in proof_files.verify_folder(folder, **noted)[1].differences if key != "proof.code"]


def test_the_proof_has_the_screening_and_what_was_changed_of_it_is_named(drawn, tmp_path):
    line = screen(drawn, said(drawn)).rows.line[0]
    second = screen(drawn, said(drawn, 2)).rows.line[1]
    folder = tmp_path / "proof"
    proof_files.write_proof(proof_files.draw_proof(drawn, NAME, MAY), folder)
    published = read_sample(drawn, NAME, MAY).plan.slip
    assert differences(folder, published=published, screened=[line, second]) == []
    notes = dict(proof_files.verify_folder(folder)[1].notes)
    assert notes["proof.screening_note"]["line"] == second
    file, record = folder / "screened.csv", json.loads((folder / "record.json").read_text("utf-8"))
    shown = pd.read_csv(file, dtype=str)
    for column, value, key in (("status", "alive", "proof.screening"), ("called", "1", "proof.dead_called")):
        at = shown.index[(shown.status == "dead") & (shown.called == "0")][0]
        file.write_bytes(csv_bytes(shown.assign(**{column: shown[column].where(shown.index != at, value)})))
        assert key in differences(folder)
    file.write_bytes(csv_bytes(shown))
    assert differences(folder, screened=[line, "0" * 64]) == ["proof.screening_line"]
    file.unlink()
    assert differences(folder) == ["proof.screenings"]
    (folder / "record.json").write_text(json.dumps({k: v for k, v in record.items() if k != "screenings"}), "utf-8")
    assert differences(folder) == [] and differences(folder, screened=[line]) == ["proof.screening_absent"]
    file.write_bytes(csv_bytes(shown))
    other = record | {"plan": record["plan"] | {"call_dead": 0.5}}
    (folder / "record.json").write_text(json.dumps(other), "utf-8")
    assert {"proof.slip", "proof.dead_called"} <= set(differences(folder, published=published))
    for broken in ([1], [{"number": "1", "digest": "a", "line": "b"}], 7):
        (folder / "record.json").write_text(json.dumps(record | {"screenings": broken}), "utf-8")
        assert fault(proof_files.verify_folder, folder).key == "proof.record"


def test_the_line_binds_the_part_and_the_trail_has_the_screening_s_line(drawn):
    record = read_sample(drawn, NAME, MAY).record
    assert record.plan.call_dead == PART and slip_of(record) == read_sample(drawn, NAME, MAY).plan.slip
    line = screen(drawn, said(drawn)).rows.line[0]
    releases.release_next(drawn, NAME, MAY)
    entries = [
        json.loads(row)
        for row in drawn.table(sa.select(schema.audit.c.details).order_by(schema.audit.c.number)).details
    ]
    assert [e["line"] for e in entries if "line" in e and "screening" in e] == [line]
    assert [e["screenings"] for e in entries if "screenings" in e] == [[line]]
