"""Importing, on SQLite and PostgreSQL: once, again, corrected, broken off, and by two at the same time."""

import threading

import pytest
import sqlalchemy as sa
from made_up import (
    JUNE,
    MAY,
    NAME,
    PROGRAMME,
    as_csv,
    begin_survey,
    changed,
    interviews,
    row_counts,
    take,
    two_waves,
)

from programme import versions
from service.figures import waves
from service.figures.league import read_league
from service.intake import imports
from service.intake.import_log import import_log
from service.store import objects, rows, schema
from service.store.engine import Store
from service.store.objects import ANSWERS, parquet, read_object
from service.store.rows import insert_rows
from service.store.runs import outdated_runs, run_list
from words import Fault

CORRECTED = changed(("threshold = 50", "threshold = 60"))


def outcomes(store):
    """The import log, oldest first: outcome and version."""
    return [(row.outcome, row.version) for row in import_log(store)[::-1].itertuples()]


def test_importing_the_same_wave_twice_changes_nothing_and_says_so(store):
    begin_survey(store)
    assert take(store).outcome == versions.IMPORTED
    before = row_counts(store)
    again = take(store)
    assert (again.outcome, again.version, again.interviews) == (versions.UNCHANGED, 1, 60)
    assert row_counts(store) == before
    assert outcomes(store) == [("imported", 1), ("imported", 1), ("unchanged", 1)]


def test_the_same_rows_in_another_order_and_with_columns_nobody_uses_are_the_same_wave(store):
    begin_survey(store)
    take(store)
    table = interviews().sample(frac=1, random_state=3)
    table = table[table.columns[::-1]].assign(remark="changed")
    assert take(store, content=as_csv(table)).outcome == versions.UNCHANGED


def test_a_weight_written_otherwise_is_the_same_weight(store):
    begin_survey(store)
    table = interviews()
    take(store, content=as_csv(table))
    table["w"] = [f" {float(w):.4f} " for w in table.w]
    assert take(store, content=as_csv(table)).outcome == versions.UNCHANGED


@pytest.mark.parametrize(("column", "value"), [("w", "7"), ("market", "good"), ("noise", "refused"), ("side", "hill")])
def test_one_corrected_cell_is_a_new_version_beside_the_old_one(sqlite_store, column, value):
    store = begin_survey(sqlite_store)
    table = interviews()
    table.loc[0, [column]] = "1" if column == "w" else {"market": "poor", "noise": "often", "side": "quay"}[column]
    take(store, content=as_csv(table))
    first = read_object(store, 1, ANSWERS)
    table.loc[0, column] = value
    done = take(store, content=as_csv(table))
    assert (done.outcome, done.version) == (versions.CORRECTED, 2)
    stored = imports.wave_versions(store, NAME)
    assert list(zip(stored.version, stored.current, strict=True)) == [(1, False), (2, True)]
    assert first.shape == (60, 3) and read_object(store, 1, ANSWERS).equals(first)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_whatever_was_computed_from_a_corrected_wave_is_flagged_outdated_until_it_is_computed_again(prepared, engine):
    store, (may, june, change) = prepared(engine, two_waves)
    assert outdated_runs(store) == set()
    take(store, JUNE, as_csv(interviews(3)))
    assert outdated_runs(store) == {june.run_id, change.run_id}
    assert read_league(store, NAME).outdated
    assert not read_league(store, NAME, wave=MAY).outdated
    flagged = run_list(store).set_index("run_id").outdated
    assert flagged[june.run_id] and flagged[change.run_id] and not flagged[may.run_id]
    again = [waves.estimate_wave(store, NAME, JUNE), waves.compare_waves(store, NAME, MAY, JUNE)]
    assert [run.repeated for run in again] == [False, False]
    assert not read_league(store, NAME).outdated
    assert outdated_runs(store) == {june.run_id, change.run_id}


def test_a_wave_corrected_back_is_a_third_version(store):
    begin_survey(store)
    for seed, expected in ((1, ("imported", 1)), (2, ("corrected", 2)), (1, ("corrected", 3))):
        done = take(store, seed=seed)
        assert (done.outcome, done.version) == expected


def test_the_same_programme_twice_changes_nothing_and_says_so(store):
    begin_survey(store)
    before = row_counts(store)
    again = imports.import_programme(store, PROGRAMME, "other_name.toml")
    assert (again.outcome, again.version) == (versions.UNCHANGED, 1)
    assert row_counts(store) == before


def test_a_corrected_programme_is_a_new_version_and_flags_what_was_computed_under_the_old_one(prepared):
    store, runs = prepared("sqlite", two_waves)
    done = imports.import_programme(store, CORRECTED, "harbours.toml")
    assert (done.outcome, done.version) == (versions.CORRECTED, 2)
    assert {run.run_id for run in runs} <= outdated_runs(store)
    assert read_league(store, NAME).outdated
    kept = store.table(sa.select(schema.programmes).order_by(schema.programmes.c.version))
    assert [bytes(content) for content in kept.content] == [PROGRAMME, CORRECTED]
    assert waves.rerun(store, runs[-1].run_id) == []  # from the version it read
    new = waves.estimate_wave(store, NAME, JUNE)
    assert not new.repeated
    rules = read_league(store, NAME, measure="upkeep", league="north").rules
    assert set(rules.threshold) == {60}


def test_until_it_is_estimated_again_a_league_speaks_under_the_programme_it_was_estimated_under(prepared):
    sqlite_store, _ = prepared("sqlite", two_waves)
    renamed = changed(("[rules.kept]", "[rules.kept_up]"), ("Upkeep score", "State of repair"))
    imports.import_programme(sqlite_store, renamed, "harbours.toml")
    league = read_league(sqlite_store, NAME, measure="upkeep")
    assert league.outdated
    assert set(league.rules.rule) <= set(league.programme.rule_names)
    assert league.programme.measure_names["upkeep"]["en"] == "Upkeep score"


def test_a_measure_added_by_a_correction_must_be_estimated_first(prepared):
    sqlite_store, _ = prepared("sqlite", two_waves)
    added = (
        PROGRAMME
        + b"""
[measures.silent]
kind = "share"
items = "noise"
counts = ["never"]
best = "largest"
name = { zh = "\xe5\xae\x89\xe9\x9d\x99", en = "Silent at night" }
"""
    )
    imports.import_programme(sqlite_store, added, "harbours.toml")
    with pytest.raises(Fault) as caught:
        read_league(sqlite_store, NAME, measure="silent")
    assert caught.value.key == "league.not_estimated"
    waves.estimate_wave(sqlite_store, NAME, JUNE)
    assert len(read_league(sqlite_store, NAME, measure="silent").table) == 3


def test_an_item_added_by_a_correction_asks_for_the_wave_to_be_imported_again(store):
    begin_survey(store)
    table = interviews().assign(extra="yes")
    take(store, content=as_csv(table))
    item = '[items.extra]\ntext = { zh = "x", en = "x" }\nanswers.yes = { zh = "x", en = "x" }\n'
    item += 'answers.no = { zh = "x", en = "x" }\n'
    measure = '[measures.extra]\nkind = "share"\nitems = "extra"\ncounts = ["yes"]\nbest = "largest"\n'
    added = PROGRAMME + (item + measure + 'name = { zh = "x", en = "x" }\n').encode()
    imports.import_programme(store, added, "harbours.toml")
    with pytest.raises(Fault) as caught:
        waves.estimate_wave(store, NAME, MAY)
    assert caught.value.key == "measure.items_absent"
    assert take(store, content=as_csv(table)).outcome == versions.CORRECTED
    assert waves.estimate_wave(store, NAME, MAY).unanswered == ()


@pytest.mark.parametrize("at", [1, 3])
def test_an_import_that_fails_in_the_middle_of_writing_leaves_nothing_behind(store, monkeypatch, at):
    begin_survey(store)
    take(store, MAY)
    before = row_counts(store)
    written = []

    def broken(table) -> bytes:
        written.append(table)
        if len(written) == at:
            raise RuntimeError("power cut")
        return parquet(table)

    monkeypatch.setattr(objects, "parquet", broken)
    with pytest.raises(RuntimeError, match="power cut"):
        take(store, JUNE)
    assert row_counts(store) == before
    monkeypatch.undo()
    assert take(store, JUNE).outcome == versions.IMPORTED


@pytest.mark.parametrize("at", [1, 3])
def test_an_estimate_that_fails_in_the_middle_of_writing_leaves_nothing_behind(store, monkeypatch, at):
    begin_survey(store)
    take(store, MAY)
    before = row_counts(store)
    _fail_at(monkeypatch, waves, at)
    with pytest.raises(RuntimeError, match="power cut"):
        waves.estimate_wave(store, NAME, MAY)
    assert row_counts(store) == before
    monkeypatch.undo()
    assert not waves.estimate_wave(store, NAME, MAY).repeated


def _fail_at(monkeypatch, module, at: int):
    """insert_rows writes half the rows of its `at`-th table and then breaks off."""
    calls = []

    def broken(connection, table, frame, **fixed):
        calls.append(table.name)
        if len(calls) == at:
            insert_rows(connection, table, frame.head(len(frame) // 2), **fixed)
            raise RuntimeError("power cut")
        insert_rows(connection, table, frame, **fixed)

    monkeypatch.setattr(module, "insert_rows", broken)


def test_a_refused_wave_stands_in_the_log_though_its_import_was_undone(store):
    begin_survey(store)
    with pytest.raises(Fault):
        take(store, content=as_csv(interviews().drop(columns="w")))
    row = import_log(store).iloc[0]
    assert (row.outcome, row.programme, row.wave, row.file, row.by) == ("refused", NAME, MAY, f"{MAY}.csv", "ann")
    assert row.fault == "wave.column"
    assert row.fault_values["columns"] == ["w"]


@pytest.mark.parametrize("wave", ["2024Q5", "2024-13", "2024-5", "24Q1", "may", "", "２０２４Q1", "2024Q1 "])
def test_a_wave_whose_name_is_no_period_is_refused(sqlite_store, wave):
    store = begin_survey(sqlite_store)
    with pytest.raises(Fault) as caught:
        take(store, wave)
    assert caught.value.key == "wave.name"


def test_a_programme_nobody_imported_is_refused_by_name(store):
    with pytest.raises(Fault, match="There is no programme harbours"):
        take(store)


def test_two_who_import_a_programme_at_once_make_one_version(store):
    url = store.engine.url.render_as_string(hide_password=False)
    gate, said = threading.Barrier(2), []

    def go():
        opened = Store.open(url)
        gate.wait()
        try:
            said.append(imports.import_programme(opened, PROGRAMME, "harbours.toml").outcome)
        except Fault as fault:
            said.append(fault.key)
        opened.engine.dispose()

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said.count(versions.IMPORTED) == 1
    assert set(said) == {versions.IMPORTED, versions.UNCHANGED}
    assert row_counts(store)["programmes"] == 1


def test_many_rows_are_written_in_parts_as_few_are_at_once(store, monkeypatch):
    begin_survey(store)
    take(store, MAY)
    monkeypatch.setattr(rows, "AT_ONCE", 7)
    run = waves.estimate_wave(store, NAME, MAY).run_id
    covariances = schema.DERIVED["COVARIANCES"]
    count = sa.select(sa.func.count()).where(covariances.c.run_id == run)
    with store.read() as connection:
        in_parts = connection.scalar(count)
    monkeypatch.undo()
    take(store, JUNE)
    run = waves.estimate_wave(store, NAME, JUNE).run_id
    with store.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).where(covariances.c.run_id == run)) == in_parts > 7
