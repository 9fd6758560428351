"""Migrations: every landed store comes up to date with its data, and what they make is what the code reads."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from made_up import BOTH, JUNE, MAY, NAME, begin_survey, take

from service.figures.computing import COMPUTE
from service.figures.loaded_waves import Wave, load_wave, wave_of_tables
from service.figures.use_cases import COMPARE, ESTIMATE
from service.figures.waves import estimate_wave
from service.intake.imports import current_programme, wave_versions
from service.intake.wave_file import WaveData
from service.store import audit, migration, objects, schema
from service.store.engine import Store, engine_of
from service.store.large_objects import put_out
from service.store.migrations.versions import schema2
from service.store.place import LIMIT_VARIABLE, PLACE_VARIABLE
from service.store.runs import outdated_runs
from words import Fault

LANDED = Path(__file__).parent / "landed"  # dumps of stores made by the code of their time: data, never edited
ENGINES = ("sqlite", "postgresql")
ROWS = {"runs": 7, "programmes": 1, "waves": 3, "run_inputs": 10, "imports": 5}
ROWS |= {"estimates": 24, "covariances": 17, "ranks": 40, "verdicts": 20, "changes": 10}


def landed(url: str) -> sa.Engine:
    """A store at schema 2: a programme, two waves, one of them corrected, a refusal, estimates and a comparison."""
    engine = engine_of(url)
    dump = (LANDED / f"schema2.{engine.dialect.name}.sql").read_text("utf-8")
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(engine.url.database)) as driver:
            driver.executescript(dump)
        return engine
    with engine.begin() as connection:
        connection.connection.driver_connection.execute(dump)
    return engine


ANSWERS = 180  # rows then, Parquet objects now
PERSON = ("unit_id", "area", "stratum", "psu", "weight")


def columns_of(engine: sa.Engine) -> dict[str, list[str]]:
    """The columns of every table of schema 2."""
    return {name: sorted(c["name"] for c in sa.inspect(engine).get_columns(name)) for name in ROWS}


def rows(engine: sa.Engine, columns: dict[str, list[str]]) -> dict[str, list]:
    """Every row of every table of schema 2, by the columns it had then."""
    found = {}
    with engine.connect() as connection:
        for name in ROWS:
            table = sa.table(name, *map(sa.column, columns[name]))
            found[name] = sorted(map(repr, connection.execute(sa.select(table)).mappings()))
    return found


def answers_then(engine: sa.Engine) -> list[tuple]:
    """(version_id, unit_id, area, stratum, psu, weight, item, answer) of every answer in the tables of schema 2."""
    columns = ", ".join(f"p.{name}" for name in PERSON)
    select = f"""SELECT p.version_id, {columns}, item, answer FROM respondents p JOIN responses r
        ON p.version_id = r.version_id AND p.unit_id = r.unit_id"""
    with engine.connect() as connection:
        return sorted(tuple(row) for row in connection.execute(sa.text(select)))


def tables_now(store: Store, version_id: int) -> WaveData:
    """What a version's objects hold."""
    return WaveData(
        *(
            objects.read_object(store, version_id, name)
            for name in (objects.RESPONDENTS, objects.ANSWERS, objects.RECORDS)
        )
    )


def answers_now(store: Store) -> list[tuple]:
    """The answers in the objects of a store that is up to date, as `answers_then` has them."""
    answers = []
    for version_id in store.table(sa.select(schema.waves.c.version_id)).version_id.tolist():
        data = tables_now(store, version_id)
        people = data.respondents[list(PERSON)].itertuples(index=False)
        for person, by_item in zip(people, data.answers.to_dict("records"), strict=True):
            answers += [(version_id, *person, item, answer) for item, answer in by_item.items()]
    return sorted(answers)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("revision", migration.revisions())
def test_a_store_of_every_landed_revision_comes_up_to_date_with_its_data(fresh_url, engine, revision):
    url = fresh_url(engine)
    then = columns_of(old := landed(url))
    before, answers = rows(old, then), answers_then(old)
    migration.upgrade(old, revision)
    old.dispose()
    store = Store.open(url)
    after = rows(store.engine, then)
    waves_before, waves_after = before.pop("waves"), after.pop("waves")
    assert after == before and len(waves_after) == len(waves_before) == ROWS["waves"]
    assert {name: len(found) for name, found in before.items()} == {k: n for k, n in ROWS.items() if k != "waves"}
    assert answers_now(store) == answers and len(answers) == ANSWERS
    with store.read() as connection:
        assert migration.revision_of(connection) == migration.head()
    store.engine.dispose()


@pytest.mark.parametrize(("engine", "outside"), [("sqlite", False), ("postgresql", True)])
def test_runs_of_a_landed_store_s_columns_are_those_of_its_rows_to_the_digit(
    fresh_url, engine, outside, tmp_path, monkeypatch
):
    """Estimates, ranks, verdicts and changes by this code: once from rows, as schema 2 had them, once from objects."""
    url = fresh_url(engine)
    answers = pd.DataFrame(answers_then(old := landed(url)), columns=["version_id", *PERSON, "item", "answer"])
    old.dispose()
    store = Store.open(url)
    _, programme = current_programme(store, NAME)
    versions = store.table(
        sa.select(schema.waves.c.version_id, schema.waves.c.wave).order_by(schema.waves.c.version_id)
    )
    by_way: dict[str, list] = {"rows": [], "columns": []}
    if outside:
        put_outside_all(store, tmp_path, monkeypatch)
    for version_id, name in versions.itertuples(index=False):
        of_version = answers[answers.version_id == version_id]
        people = of_version.drop_duplicates("unit_id")[list(PERSON)].assign(interviewer=None)
        wide = of_version.set_index(["unit_id", "item"]).answer.unstack().loc[people.unit_id]  # noqa: PD010
        tables = {objects.RESPONDENTS: people.reset_index(drop=True), objects.ANSWERS: wide.reset_index(drop=True)}
        by_way["rows"].append(wave_of_tables(version_id, name, tables | {objects.RECORDS: NO_RECORDS}))
        by_way["columns"].append(in_order_of_units(load_wave(store, version_id)))
    ends = {"before": MAY, "after": JUNE}
    for use_case, places, arguments in ((ESTIMATE, [0], {}), (ESTIMATE, [1], {}), (COMPARE, [1, 2], ends)):
        tables = [
            COMPUTE[use_case](programme, [ws[k] for k in places], arguments, "s", print) for ws in by_way.values()
        ]
        assert set(tables[0]) == set(tables[1])
        for table_name, table in tables[0].items():
            pd.testing.assert_frame_equal(table, tables[1][table_name], check_exact=True)
    store.engine.dispose()


NO_RECORDS = pd.DataFrame(columns=["record", "area", "value"])


def in_order_of_units(wave: Wave) -> Wave:
    """A wave with its respondents in the order of their names, in which rows were read."""
    order = wave.respondents.unit_id.argsort()
    respondents = wave.respondents.iloc[order].reset_index(drop=True)
    return replace(wave, respondents=respondents, answers=wave.answers.iloc[order])


def put_outside_all(store: Store, folder: Path, monkeypatch) -> None:
    """Put the objects of a store into the place outside it, where they are read from then on."""
    monkeypatch.setenv(LIMIT_VARIABLE, "0")
    if store.engine.dialect.name == "postgresql":
        monkeypatch.setenv(PLACE_VARIABLE, str(folder))
    with store.begin() as connection:
        audit.append(connection, store.actor, "run", {})  # an old store has no line that could name its folder
        put_out(connection, store.engine.url, store.engine.url)
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.outside_objects))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_store_brought_up_to_date_is_worked_on_as_before(fresh_url, engine):
    url = fresh_url(engine)
    landed(url).dispose()
    store = Store.open(url)
    assert list(wave_versions(store, NAME).wave) == [MAY, MAY, JUNE]
    assert outdated_runs(store) == {4, 6}
    assert estimate_wave(store, NAME, MAY).run_id == 8
    assert take(store, "2024-08").version == 1
    with pytest.raises(Fault), store.begin() as connection:  # foreign keys hold again
        connection.execute(schema.run_inputs.insert().values(run_id=999, kind="wave", version_id=1))
    store.engine.dispose()


def test_the_digest_of_a_migrated_wave_is_the_one_that_an_import_of_the_same_answers_has(fresh_url):
    landed(url := fresh_url("sqlite")).dispose()
    store = Store.open(url)
    stored = store.table(sa.select(schema.waves.c.version_id, schema.waves.c.digest)).set_index("version_id").digest
    assert {version_id: tables_now(store, version_id).digest for version_id in stored.index} == stored.to_dict()
    store.engine.dispose()


def test_what_the_migrations_make_is_what_the_code_reads(store):
    with store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []


def test_the_revisions_are_one_line_from_schema_2():
    history = ScriptDirectory.from_config(migration._config())
    assert migration.revisions() == [step.revision for step in reversed(list(history.walk_revisions()))]
    assert migration.revisions()[0] == "schema2" and migration.head() == history.get_current_head()
    assert migration.OLDEST_SCHEMA == schema2.SCHEMA


@pytest.mark.parametrize("do", [Store.open, Store.create])
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("newer", [True, False])
def test_a_store_no_revision_leads_from_is_refused_with_the_way_out(fresh_url, engine, newer, do):
    url = fresh_url(engine)
    store = begin_survey(Store.create(url))
    with store.begin() as connection:
        if newer:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'from 2031'")
        else:
            connection.exec_driver_sql("DELETE FROM alembic_version")
            connection.execute(schema.about.update().values(schema=1))
    store.engine.dispose()
    with pytest.raises(Fault) as caught:
        do(url)
    found = ("store.newer", "from 2031") if newer else ("store.old", "schema 1")
    assert (caught.value.key, caught.value.values["found"]) == found
    assert caught.value.values["expected"] == migration.head()
    for t in BOTH.values():
        assert "{" not in t(caught.value.key, **caught.value.values)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_migration_that_fails_leaves_the_store_as_it_was(fresh_url, engine):
    url = fresh_url(engine)
    then = columns_of(old := landed(url))
    before = rows(old, then)
    with old.begin() as connection:
        connection.exec_driver_sql("DELETE FROM about")  # what `stamped` changes, found by no code of ours
        connection.exec_driver_sql("INSERT INTO about (schema) VALUES (2), (3)")
    with pytest.raises(sa.exc.DBAPIError):
        migration.upgrade(old)
    assert rows(old, then) == before
    assert not sa.inspect(old).has_table("alembic_version")
    old.dispose()


def test_code_older_than_the_migrations_refuses_a_store_of_now_by_its_schema(store):
    with store.read() as connection:
        assert connection.scalar(sa.select(schema.about.c.schema)) == 3
