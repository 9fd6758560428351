"""Call logs and releases: what is taken in and refused, what is finished, and that nothing half worked is weighted."""

import io
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from half_rung import FILE, FRAME_KEY, INTERVIEW, NO_ANSWER, WANTED, log, released, ring, units
from made_up import BOTH, JUNE, MAY, NAME, begin_survey, take

from presentation.league_notes import league_notes
from sampling import Wanted
from service.care import jobs
from service.drawing import draws, releases
from service.fieldwork import calls
from service.fieldwork.call_file import read_calls
from service.fieldwork.call_times import point_in_time, times_of
from service.figures import waves
from service.figures.league import read_league
from service.intake import imports
from service.samples import proof_files
from service.samples.samples import read_sample
from service.store import audit, schema
from service.store.engine import Store
from service.store.permissions import CENTRE, Actor
from service.store.runs import run_list
from service.store.trail import trail_lines
from words import Fault

SHANGHAI = ZoneInfo("Asia/Shanghai")
LAIBIN = Path(__file__).parents[2] / "tests" / "surveys" / "laibin_simulated"
# in one of the zones the clocks change on each of these days
CHANGES = ("1986-05-04", "1991-09-15", "2026-03-29", "2026-10-25", "2026-04-05", "2026-10-04")


@pytest.fixture(autouse=True)
def heads_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv(audit.HEAD_VARIABLE, str(tmp_path / "heads"))


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """The path of a store with the made-up survey, its May drawn from a list of 60 people, one release of two out."""
    folder = tmp_path_factory.mktemp("released")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(audit.HEAD_VARIABLE, str(folder / "heads"))
        released(begin_survey(Store.create(f"sqlite:///{folder / 's.db'}"))).engine.dispose()
    return folder / "s.db"


@pytest.fixture
def begun(made_once, tmp_path):
    store = Store.open(f"sqlite:///{shutil.copy(made_once, tmp_path / 's.db')}").acting(Actor("ann", CENTRE))
    yield store
    store.engine.dispose()


@pytest.fixture
def begun_on_both(store):
    """The same on SQLite and on PostgreSQL."""
    return released(begin_survey(store))


def fault(do, *arguments, **options) -> Fault:
    with pytest.raises(Fault) as caught:
        do(*arguments, **options)
    assert len({say(caught.value.key, **caught.value.values) for say in BOTH.values()}) == 2
    return caught.value


def counts(store: Store) -> list[tuple]:
    return [tuple(row) for row in calls.read_fieldwork(store, NAME, MAY).releases.itertuples(index=False)]


# ---------------------------------------------------------------- taking in


def test_each_release_says_how_many_are_tried_finished_and_open(begun_on_both):
    first = units(begun_on_both)
    assert counts(begun_on_both) == [(1, 10, 0, 0, 10)]
    ring(begun_on_both, (first[0], 0, INTERVIEW), (first[1], 1, NO_ANSWER), (first[2], 2, "2.11"))
    assert counts(begun_on_both) == [(1, 10, 3, 2, 8)]
    ring(begun_on_both, (first[1], 61, NO_ANSWER), (first[1], 121, "3.12"))  # the third of three attempts
    assert counts(begun_on_both) == [(1, 10, 3, 3, 7)]
    releases.release_next(begun_on_both, NAME, MAY)
    assert counts(begun_on_both) == [(1, 10, 3, 3, 7), (2, 10, 0, 0, 10)]
    told = trail_lines(begun_on_both.acting(Actor("eve", "administrator")))
    assert '"open":7' in told.details[list(told.action).index(releases.RELEASE)].replace(" ", "")


def test_the_same_log_again_changes_nothing_and_a_longer_one_adds_its_new_lines(begun_on_both):
    first = units(begun_on_both)
    rows = [(first[0], 0, NO_ANSWER), (first[1], 1, INTERVIEW)]
    assert ring(begun_on_both, *rows) == calls.ImportedCalls(2, 0)
    runs = len(run_list(begun_on_both))
    assert ring(begun_on_both, *reversed(rows)) == calls.ImportedCalls(0, 2)
    assert len(run_list(begun_on_both)) == runs
    assert ring(begun_on_both, *rows, (first[0], 90, INTERVIEW)) == calls.ImportedCalls(1, 2)
    assert len(begun_on_both.table(sa.select(schema.calls))) == 3


def test_a_log_is_refused_whole_and_nothing_of_it_is_kept(begun):
    drawn = read_sample(begun, NAME, MAY)
    later = drawn.units.unit_id[drawn.units.release == 2].iloc[0]
    good = (units(begun)[0], 0, INTERVIEW)
    for row, key, says in (
        (("nobody-1", 1, INTERVIEW), "calls.unknown_unit", "nobody-1"),
        ((later, 1, INTERVIEW), "calls.not_released", later),
        ((good[0], 1, "9.9"), "calls.disposition", "9.9"),
        ((good[0], 1, "3.11"), "calls.disposition", "3.11"),
        ((good[0], 60 * 24 * 365 * 40, INTERVIEW), "calls.future", "2064"),
        (good, "calls.twice", "row 2"),
        ((good[0], 0, NO_ANSWER), "calls.twice", "row 2"),
    ):
        found = fault(ring, begun, good, row)
        assert found.key == key and says in str(found) and "row 3" in str(found) and FILE in str(found)
    assert counts(begun) == [(1, 10, 0, 0, 10)] and begun.table(sa.select(schema.calls)).empty


def test_a_number_written_for_a_unit_is_not_repeated_in_the_refusal(begun):
    assert "13912345678" not in str(fault(ring, begun, ("13912345678", 0, INTERVIEW)))


def test_an_attempt_taken_in_is_never_changed(begun):
    unit = units(begun)[0]
    ring(begun, (unit, 0, NO_ANSWER))
    found = fault(ring, begun, (unit, 30, NO_ANSWER), (unit, 0, INTERVIEW))
    assert found.key == "calls.changed" and "3.13, i1" in str(found) and "row 3" in str(found)
    assert len(begun.table(sa.select(schema.calls))) == 1


def test_columns_and_cells_that_are_missing_are_named():
    now = datetime.now(UTC)
    assert "disposition" in str(fault(read_calls, b"unit_id,at,interviewer\nu,2024-05-06 08:00,i\n", FILE, now))
    blank = b"unit_id,at,interviewer,disposition\nu,2024-05-06 08:00,,1.1\n"
    assert fault(read_calls, blank, FILE, now).values["column"] == "interviewer"
    for text in ("2024-05-06", "yesterday", "2024-13-01 08:00", "08:00"):
        content = f"unit_id,at,interviewer,disposition\nu,{text},i,1.1\n".encode()
        assert fault(read_calls, content, FILE, now).key == "calls.time"


def test_times_are_read_as_people_and_spreadsheets_write_them():
    same = datetime(2024, 5, 6, 8, 5, tzinfo=UTC)
    assert point_in_time("2024-05-06T08:05:00Z") == point_in_time("2024-05-06 16:05+08:00") == same
    here = datetime(2024, 5, 6, 8, 5, tzinfo=SHANGHAI)
    for text in ("2024-05-06 08:05", "2024/5/6 8:05", "2024/05/06 08:05:00"):
        assert point_in_time(text) == here


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe"])
def test_times_of_many_cells_are_those_of_each_cell_also_where_clocks_change(zone):
    hours = [f"{day} {hour:02}:{minute}:15" for hour in range(25) for minute in (0, 29, 30, 59) for day in CHANGES]
    others = ["1901-01-01 00:05:43", "2026/5/3 8:05", "2026-05-03 08:00:05.5", "2026-05-03", "", "9999-12-31 23:59:59"]
    cells = [*hours, *others]
    read = times_of(pd.Series(cells, index=range(2, len(cells) + 2)), zone)
    assert [None if pd.isna(at) else at for at in read] == [point_in_time(cell, zone) for cell in cells]


def test_a_workbook_is_a_log_too_with_its_cells_of_time_and_its_numbers_for_codes():
    cells = {"unit_id": ["u1", "u2"], "at": [datetime(2024, 5, 6, 8, 5), datetime(2024, 5, 6, 8, 6, 7)]}
    buffer = io.BytesIO()
    pd.DataFrame(cells | {"interviewer": [7, 8], "disposition": [1.1, 2.10]}).to_excel(buffer, index=False)
    found, _ = read_calls(buffer.getvalue(), "calls.xlsx", datetime.now(UTC))
    assert list(found.disposition) == ["1.1", "2.1"] and list(found.interviewer) == ["7", "8"]
    assert list(found["at"]) == [at.replace(tzinfo=SHANGHAI) for at in cells["at"]]


def test_a_wave_that_was_not_drawn_has_no_log(begun):
    assert fault(calls.import_calls, begun, NAME, JUNE, log([("u", 0, INTERVIEW)]), FILE).key == "sample.not_drawn"


# ---------------------------------------------------------------- where interviews are short


def test_more_is_released_where_interviews_are_short_and_the_next_wave_follows_from_it(begun_on_both, tmp_path):
    store = begun_on_both
    sample = read_sample(store, NAME, MAY)
    short = sorted(set(sample.units.stratum))[0]
    out = sample.released.set_index("unit_id").stratum
    assert fault(releases.release_next, store, NAME, MAY, areas=["nowhere"]).key == "release.areas"
    ring(
        store, *[(unit, k, "2.11" if stratum == short else INTERVIEW) for k, (unit, stratum) in enumerate(out.items())]
    )
    rows = calls.short_strata(store, NAME, sample).set_index("stratum")
    assert rows.short.all()  # ten of the twenty interviews are had or refused
    assert (rows.interviews == out.value_counts().where(lambda n: n.index != short, 0)).all()
    with store.begin("plans") as connection:  # as if only half had been wanted
        plans = schema.plans
        half = sample.plan.allocation.assign(interviews=sample.plan.allocation.interviews // 2)
        connection.execute(plans.update().values(allocation=half.to_dict("records")))
    after = releases.release_next(store, NAME, MAY, short=True)
    assert set(after.released.stratum[after.released.release == 2]) == {short} and after.left == sorted(
        {*rows.index} - {short}
    )
    assert after.released.groupby("stratum").base_weight.sum().tolist() == pytest.approx([12.0] * len(rows))
    waiting = after.units.unit_id[~after.out].iloc[0]
    assert fault(ring, store, (waiting, 99, INTERVIEW)).key == "calls.not_released"
    newly = after.released.unit_id[(after.released.release == 2)]
    ring(store, *[(unit, 200 + k, INTERVIEW) for k, unit in enumerate(newly)])
    assert fault(releases.release_next, store, NAME, MAY, short=True).key == "release.none_short"
    assert calls.read_fieldwork(store, NAME, MAY).releases.units.tolist() == [len(out), len(newly)]
    other = next(s for s in after.left)
    (area,) = set(after.plan.allocation.area[after.plan.allocation.stratum == other])
    third = releases.release_next(store, NAME, MAY, areas=[area])
    assert third.through() == {s: 1 + (s in (short, other)) for s in rows.index}
    draws.make_plan(store, NAME, JUNE, Wanted(10, after=MAY, rest=2))
    draws.approve_plan(store, NAME, JUNE, frame_key=FRAME_KEY)
    draws.draw_wave(store, NAME, JUNE, frame_key=FRAME_KEY)
    assert fault(releases.release_next, store, NAME, MAY).key == "release.continued"
    june = read_sample(store, NAME, JUNE)
    assert not set(june.units.unit_id) & set(third.released.unit_id)
    np.testing.assert_allclose(june.units.probability, 2 / 12, rtol=1e-12)  # all the same: nobody moved
    proof_files.write_proof(proof_files.draw_proof(store, NAME, JUNE), tmp_path / "proof")
    assert proof_files.verify_folder(tmp_path / "proof", published=june.plan.slip)[1].holds
    record = json.loads((tmp_path / "proof" / "record.json").read_bytes())
    assert record["continued"]["releases"] == third.through()
    record["continued"]["releases"][short] = 1
    (tmp_path / "proof" / "record.json").write_text(json.dumps(record))
    assert not proof_files.verify_folder(tmp_path / "proof", published=june.plan.slip)[1].holds


# ---------------------------------------------------------------- weighting


@pytest.fixture
def answered(begun):
    """May drawn and half rung, June not drawn here; both waves' answers are in."""
    first = units(begun)
    ring(begun, *[(unit, k, INTERVIEW) for k, unit in enumerate(first[:7])])
    take(begun, MAY, reason="these answers are of a list of before")
    take(begun, JUNE, seed=6)
    return begun, first


def test_a_wave_with_open_numbers_is_not_estimated_and_the_way_out_is_said(answered):
    store, first = answered
    for do in (lambda: waves.estimate_wave(store, NAME, MAY), lambda: compared(store)):
        found = fault(do)
        assert found.key == calls.OPEN and (found.values["open"], found.values["units"]) == (3, 10)
        assert "import the call log" in str(found) and "stop the fieldwork" in str(found)
    assert waves.estimate_wave(store, NAME, JUNE).run_id  # drawn elsewhere: nothing is known to be open
    ring(store, *[(unit, 30 + k, "2.11") for k, unit in enumerate(first[7:])])
    run = waves.estimate_wave(store, NAME, MAY).run_id
    with store.read() as connection:
        assert ("stop", 1) not in waves.run_inputs(connection, run)
    assert compared(store).run_id > run
    releases.release_next(store, NAME, MAY)  # begun anew: the next estimate has to wait again
    assert fault(waves.estimate_wave, store, NAME, MAY).key == calls.OPEN


def compared(store: Store) -> waves.Computed:
    return waves.compare_waves(store, NAME, MAY, JUNE)


def test_a_stop_lets_it_be_estimated_and_its_reason_stands_beside_every_figure(answered):
    store, first = answered
    calls.stop_fieldwork(store, NAME, MAY, "  flood:  the call centre is closed ")
    run = waves.estimate_wave(store, NAME, MAY).run_id
    assert waves.rerun(store, run) == []
    waves.estimate_wave(store, NAME, JUNE)
    compared(store)
    for league in (read_league(store, NAME, wave=MAY), read_league(store, NAME, wave=JUNE)):  # June: by the comparison
        for say in BOTH.values():
            notes = [n for n in league_notes(league, say) if "flood: the call centre is closed" in n]
            assert len(notes) == 1 and "3" in notes[0] and "10" in notes[0]
    found = calls.read_fieldwork(store, NAME, MAY)
    assert (found.open, found.stopped["open"], found.stopped["by"]) == (3, 3, "ann")
    assert fault(calls.stop_fieldwork, store, NAME, MAY, "again").key == "calls.stopped"
    # finished after all: the newest estimate rests on no stop, and nothing is said any more
    ring(store, *[(unit, 30 + k, "2.11") for k, unit in enumerate(first[7:])])
    assert not waves.estimate_wave(store, NAME, MAY).repeated
    league = read_league(store, NAME, wave=MAY)
    assert not [n for n in league_notes(league, BOTH["en"]) if "flood" in n]


def test_a_stop_holds_for_the_releases_that_were_out(answered):
    store, _ = answered
    calls.stop_fieldwork(store, NAME, MAY, "flood")
    releases.release_next(store, NAME, MAY)
    found = fault(waves.estimate_wave, store, NAME, MAY)
    assert (found.values["open"], found.values["units"]) == (13, 20)
    calls.stop_fieldwork(store, NAME, MAY, "flood, still")
    waves.estimate_wave(store, NAME, MAY)


def test_a_stop_needs_a_reason_and_something_open(begun):
    for reason in ("", "   ", "x" * 501):
        assert fault(calls.stop_fieldwork, begun, NAME, MAY, reason).key == "calls.reason"
    ring(begun, *[(unit, k, INTERVIEW) for k, unit in enumerate(units(begun))])
    assert fault(calls.stop_fieldwork, begun, NAME, MAY, "flood").key == "calls.nothing_open"


def test_a_refresh_computes_all_that_may_be_computed_and_then_names_the_wave_that_waits(answered):
    store, _ = answered
    assert fault(jobs.refresh, store, NAME).values["wave"] == MAY
    made = run_list(store)
    assert [a["wave"] for a in made.arguments[made.use_case == "estimate"]] == [JUNE]


def test_a_programme_that_makes_its_weights_waits_before_it_makes_them(sqlite_store):
    imports.import_programme(sqlite_store, (LAIBIN / "programme.toml").read_bytes(), "p.toml")
    imports.import_margins(sqlite_store, "laibin_simulated", (LAIBIN / "margins.csv").read_bytes(), "m.csv")
    content = (LAIBIN / "laibin_simulated_2026Q1.csv").read_bytes()
    counties = ["451302", "451321", "451322", "451323", "451324", "451381"]
    store = released(sqlite_store, "laibin_simulated", "2026Q1", counties)
    imports.import_wave(store, "laibin_simulated", "2026Q1", content, "numbers.csv", reason="numbers of another draw")
    for do in (waves.weigh_wave, waves.estimate_wave):
        assert fault(do, store, "laibin_simulated", "2026Q1").key == calls.OPEN
    assert not {"weigh", "estimate"} & set(run_list(store).use_case)


def test_a_plan_made_before_attempts_were_planned_has_the_default():
    plain = WANTED.plain()
    del plain["attempts"]
    assert Wanted.read(plain).attempts == Wanted.attempts == 5
    assert fault(Wanted, 20, attempts=0).key == "fieldwork.required"


@pytest.mark.parametrize(
    "text", ["2025年5月1日 18:30", "2025年5月1日18时30分", "2025/5/1 18:30:00", "2025.5.1 18：30", "45778.770833333336"]
)
def test_a_time_is_read_as_chinese_spreadsheets_write_it(text):
    assert point_in_time(text) == point_in_time("2025-05-01 18:30:00") is not None
    assert point_in_time("9999年12月31日 23:59") is None or point_in_time("9999年12月31日 23:59").year >= 9999
    assert point_in_time("2025年13月1日 18:30") is None
