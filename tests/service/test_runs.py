"""Every figure points to a run, and the same run gives the same figures: again, in another store, on another engine."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from made_up import ANN, JUNE, MAY, NAME, begin_survey, contents, take, two_waves

from service.figures import computing, waves
from service.figures.league import read_league
from service.store import runs, schema
from service.store.runs import code_version, generator, local_time, run_inputs, run_list, run_text
from words import Fault, speaker

ROOT = Path(__file__).parents[2]
WEIGHED = {"WEIGHTS", "CONTRASTS"}  # the harbours' file brings its weights and tells no types of person apart
ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="module")
def on_engine(prepared):
    """on_engine("sqlite"): (store, its three computed runs), made when first asked for."""
    made = {}

    def ask(engine):
        if engine not in made:
            made[engine] = prepared(engine, two_waves)
        return made[engine]

    yield ask
    for store, _ in made.values():
        store.engine.dispose()


@pytest.fixture(scope="module", params=ENGINES)
def surveyed(request, on_engine):
    """(store, its three computed runs), on both engines."""
    return on_engine(request.param)


def test_every_row_that_was_computed_or_taken_in_points_to_a_run(surveyed):
    store, _ = surveyed
    known = set(run_list(store).run_id)
    for name, frame in contents(store, [*(set(schema.DERIVED) - WEIGHED), "WAVES", "PROGRAMMES"]).items():
        assert len(frame), name
        assert set(frame.run_id) <= known, name


def test_a_run_says_use_case_arguments_seed_code_version_time_and_person(surveyed):
    store, (may, _, change) = surveyed
    runs = run_list(store).set_index("run_id")
    assert sorted(runs.use_case) == [
        "compare",
        "estimate",
        "estimate",
        "import-programme",
        "import-wave",
        "import-wave",
    ]
    assert runs.arguments[may.run_id] == {"programme": NAME, "wave": MAY}
    assert runs.arguments[change.run_id] == {"programme": NAME, "before": MAY, "after": JUNE}
    assert set(runs.by) == {"ann"}
    assert set(runs.version) == {code_version()}
    assert runs.seed[may.run_id] == waves.SEED
    now = datetime.now(UTC)
    for at in runs["at"]:
        assert now - timedelta(minutes=10) < at.replace(tzinfo=at.tzinfo or UTC) <= now
    said = run_text({"run_id": may.run_id, **runs.loc[may.run_id]}, speaker("en"))
    for part in (f"Run {may.run_id}:", "estimate harbours 2024-05", "seed rankshift", code_version(), "ann"):
        assert part in said


def test_a_run_says_which_versions_it_read(surveyed):
    store, (may, _, change) = surveyed
    with store.read() as connection:
        assert sorted(run_inputs(connection, may.run_id)) == [("programme", 1), ("wave", 1)]
        assert sorted(run_inputs(connection, change.run_id)) == [("programme", 1), ("wave", 1), ("wave", 2)]


def test_a_time_is_shown_on_this_machines_clock_whatever_the_engine_keeps(surveyed):
    at = run_list(surveyed[0])["at"].iloc[0]
    shown = datetime.strptime(local_time(at), "%Y-%m-%d %H:%M")
    assert abs(datetime.now() - shown) < timedelta(minutes=11)


@pytest.mark.parametrize("room", [*runs.PURE_ROOMS, *runs.DRAWING])
def test_a_changed_formula_in_any_file_of_a_pure_room_is_another_version_of_the_code(room, tmp_path, monkeypatch):
    for name in {*runs.PURE_ROOMS, *runs.DRAWING}:
        source = ROOT / name
        shutil.copy(source, tmp_path) if source.is_file() else shutil.copytree(source, tmp_path / name)
    rooms = runs.PURE_ROOMS if room in runs.PURE_ROOMS else runs.DRAWING
    monkeypatch.setattr(runs, "__file__", str(tmp_path / "service" / "store" / "runs.py"))
    here = code_version.__wrapped__
    assert here(rooms) == code_version(rooms)
    deeper = tmp_path / room / "deeper" / "formula.py"
    files = [tmp_path / room]
    if files[0].is_dir():
        deeper.parent.mkdir()
        deeper.write_text("value = 1 + 2", "utf-8")
        files = sorted(files[0].rglob("*.py"))
        assert deeper in files and len(files) > 3
    for file in files:
        before, text = here(rooms), file.read_text("utf-8")
        file.write_text(text + "\nvalue = 1 - 2\n", "utf-8")
        assert here(rooms) != before, file
        file.write_text(text, "utf-8")
        assert here(rooms) == before


def test_what_other_code_computed_is_computed_again_and_the_old_run_stays(sqlite_store, monkeypatch):
    begin_survey(sqlite_store)
    take(sqlite_store, MAY, seed=1)
    store = sqlite_store.acting(ANN)
    first = waves.estimate_wave(store, NAME, MAY)
    monkeypatch.setattr(runs, "code_version", lambda: "0.1.0+another")
    second = waves.estimate_wave(store, NAME, MAY)
    assert not second.repeated and second.run_id != first.run_id
    versions = run_list(store).set_index("run_id").version
    assert versions[first.run_id] == code_version() != versions[second.run_id] == "0.1.0+another"
    assert waves.estimate_wave(store, NAME, MAY) == waves.Computed(second.run_id, repeated=True)
    monkeypatch.undo()
    assert waves.estimate_wave(store, NAME, MAY) == waves.Computed(first.run_id, repeated=True)


def test_computing_the_same_again_adds_nothing_and_names_the_run(surveyed):
    store, (may, _, change) = surveyed
    before = contents(store)
    assert waves.estimate_wave(store, NAME, MAY) == waves.Computed(may.run_id, repeated=True)
    assert waves.compare_waves(store, NAME, MAY, JUNE) == waves.Computed(change.run_id, repeated=True)
    after = contents(store)
    assert all(after[name].equals(before[name]) for name in before)


def test_every_computed_run_gives_the_same_figures_when_computed_again(surveyed):
    store, runs = surveyed
    assert [waves.rerun(store, run.run_id) for run in runs] == [[], [], []]


def test_measures_of_a_large_league_have_their_draws_in_common(sqlite_store, monkeypatch):
    begin_survey(sqlite_store)
    take(sqlite_store)
    drawn, drawing = [], computing.CommonNormals.drawn
    monkeypatch.setattr(computing.CommonNormals, "drawn", lambda n, rng: drawn.append(n) or drawing(n, rng, draws=500))
    waves.estimate_wave(sqlite_store, NAME, MAY)
    assert not drawn  # leagues of two or three areas have their own
    monkeypatch.setattr(computing, "IN_COMMON", 1)
    run = waves.estimate_wave(sqlite_store, NAME, MAY, seed="another").run_id
    assert sorted(drawn) == [2, 3]  # once for each league, however many measures there are
    assert waves.rerun(sqlite_store, run) == []


def test_what_is_no_estimate_or_comparison_cannot_be_computed_again(surveyed):
    for number in (1, 2, 99):  # importing a programme, importing a wave, nothing
        with pytest.raises(Fault) as caught:
            waves.rerun(surveyed[0], number)
        assert caught.value.key == "rerun.unknown"


def test_fresh_stores_hold_the_same_tables_on_one_engine_and_on_both(on_engine, sqlite_store):
    two_waves(sqlite_store)
    one, *others = (contents(store) for store in (sqlite_store, *(on_engine(engine)[0] for engine in ENGINES)))
    for name in set(schema.DERIVED) - WEIGHED:
        assert len(one[name])
        for other in others:
            pd.testing.assert_frame_equal(one[name], other[name], check_dtype=False, check_exact=True)


def test_leagues_and_their_rules_come_in_the_same_order_from_both_engines(on_engine):
    tables = []
    for engine in ENGINES:
        store, _ = on_engine(engine)
        leagues = [
            read_league(store, NAME, measure=m, league=x) for m in ("disturbed", "upkeep") for x in ("north", "south")
        ]
        whole = [x.table.reset_index().astype(object).fillna("") for x in leagues]
        tables.append(
            [
                (w.to_dict("list"), x.rules.to_dict("list"), pd.Series(x.everybody, dtype=object).fillna("").to_dict())
                for w, x in zip(whole, leagues, strict=True)
            ]
        )
        assert all(list(x.rules.area) == list(x.table.index) for x in leagues)
    assert tables[0] == tables[1]


def test_another_seed_is_another_run_with_the_same_estimates(sqlite_store):
    store = begin_survey(sqlite_store)
    take(store, MAY)
    one, two = (waves.estimate_wave(store, NAME, MAY, seed=seed) for seed in ("one", "two"))
    assert one.run_id != two.run_id
    estimates = contents(store)["ESTIMATES"]
    first, second = (estimates[estimates.run_id == r.run_id].drop(columns="run_id") for r in (one, two))
    assert first.to_dict("list") == second.to_dict("list")


def test_random_streams_differ_by_seed_and_label_and_are_the_same_again():
    draws = {
        labels: generator(*labels).random()
        for labels in (("a", "b"), ("a", "c"), ("b", "b"), ("ab", ""), ("a", "b", ""))
    }
    assert len(set(draws.values())) == 5
    assert all(generator(*labels).random() == value for labels, value in draws.items())


TAMPERED = [
    ("ESTIMATES", "estimate", lambda v: v + 1e-9),
    ("ESTIMATES", "n", lambda v: v + 1),
    ("ESTIMATES", "method", lambda v: "wald"),
    ("ESTIMATES", "deff", lambda v: None),
    ("COVARIANCES", "covariance", lambda v: v * 1.001),
    ("RANKS", "upper", lambda v: v + 1),
    ("VERDICTS", "outcome", lambda v: "missed" if v != "missed" else "met"),
    ("VERDICTS", "printed", lambda v: not v),
    ("CHANGES", "verdict", lambda v: "real" if v == "chance" else "chance"),
    ("CHANGES", "p_holm", lambda v: v / 2),
]


@pytest.mark.parametrize(("name", "column", "tamper"), TAMPERED, ids=[f"{n}.{c}" for n, c, _ in TAMPERED])
def test_a_stored_figure_that_was_tampered_with_is_reported(on_engine, name, column, tamper):
    store, (may, _, change) = on_engine("sqlite")
    run, table = (change if name == "CHANGES" else may).run_id, schema.DERIVED[name]
    with store.read() as connection:
        row = connection.execute(sa.select(table).where(table.c.run_id == run)).mappings().first()
    this = sa.and_(*(key == row[key.name] for key in table.primary_key))
    _set(store, table, this, column, tamper(row[column]))
    try:
        (found,) = waves.rerun(store, run)
        assert (found.table, found.column, found.cells) == (name, column, 1)
        shown = "None" if name == "ESTIMATES" and column == "deff" else str(tamper(row[column]))
        assert found.computed == str(row[column]) and found.stored in (shown, "nan")
        for t in map(speaker, ("zh", "en")):
            assert f"{name}" in found.text(t) and f"{row[column]}" in found.text(t) and column in found.text(t)
    finally:
        _set(store, table, this, column, row[column])


def _set(store, table, this, column, value):
    with store.begin() as connection:
        assert connection.execute(table.update().where(this).values({column: value})).rowcount == 1


def test_rows_taken_away_or_added_are_reported(prepared):
    sqlite_store, (may, _, change) = prepared("sqlite", two_waves)
    added = contents(sqlite_store)["CHANGES"].iloc[:1].assign(run_id=may.run_id)
    with sqlite_store.begin() as connection:
        for name in ("RANKS", "VERDICTS"):
            connection.execute(schema.DERIVED[name].delete().where(schema.DERIVED[name].c.run_id == may.run_id))
        connection.execute(schema.DERIVED["CHANGES"].insert(), added.to_dict("records"))
    found = {each.table: each for each in waves.rerun(sqlite_store, may.run_id)}
    assert sorted(found) == ["CHANGES", "RANKS", "VERDICTS"]
    assert (found["CHANGES"].rows_stored, found["CHANGES"].rows_computed) == (1, 0)
    assert found["RANKS"].rows_stored == 0 < found["RANKS"].rows_computed
    assert found["RANKS"].text(speaker("en")).startswith("RANKS: 0 rows are stored")
    assert waves.rerun(sqlite_store, change.run_id) == []


def test_waves_are_compared_in_the_order_of_time(sqlite_store):
    store = begin_survey(sqlite_store)
    take(store, MAY)
    for before, after in ((JUNE, MAY), (MAY, MAY)):
        with pytest.raises(Fault) as caught:
            waves.compare_waves(store, NAME, before, after)
        assert caught.value.key == "compare.order"


def test_a_wave_that_was_never_taken_in_is_refused_with_those_there_are(sqlite_store):
    store = begin_survey(sqlite_store)
    take(store, MAY)
    with pytest.raises(Fault, match="Programme harbours has no wave 2024-06; imported are: 2024-05"):
        waves.estimate_wave(store, NAME, JUNE)


def test_the_demonstration_gives_the_same_figures_again(ensu_store):
    store, _ = ensu_store
    runs = run_list(store)
    newest = {use_case: runs.run_id[runs.use_case == use_case].iloc[0] for use_case in ("estimate", "compare")}
    assert [waves.rerun(store, int(number)) for number in newest.values()] == [[], []]
