"""Each area's own rank set: made when somebody asks, in a run of its own that can be made again, and kept."""

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from made_up import ANN, BOTH, MAY, NAME, begin_survey, take

from accountability.league.conventions import MARGINAL, SIMULTANEOUS
from presentation import league_table
from presentation.league_notes import league_notes
from presentation.league_table import shown_rows
from service.figures import waves
from service.figures.league import read_league
from service.store import runs, schema
from service.store.permissions import LEADER, STATISTICIAN, Actor
from service.store.rows import insert_rows
from service.store.runs import run_list
from service.store.trail import trail_lines
from words import Fault

ALONE = ["alone_lower", "alone_upper"]
NOISE = {"measure": "disturbed", "league": "north"}
STAN = Actor("stan", STATISTICIAN)


@pytest.fixture
def estimated(sqlite_store):
    """(store as Ann, the estimate's run)."""
    take(begin_survey(sqlite_store), MAY, seed=3)
    store = sqlite_store.acting(ANN)
    return store, waves.estimate_wave(store, NAME, MAY).run_id


def ask(store, run: int, measure: str = "disturbed", league: str = "north") -> waves.Computed:
    return waves.rank_alone(store, run, measure, league)


def ranks(store, run: int) -> pd.DataFrame:
    table = schema.DERIVED["RANKS"]
    return store.table(sa.select(table).where(table.c.run_id == run))


def test_an_estimate_has_the_sets_of_all_areas_together_and_no_area_has_one_of_its_own_before_somebody_asks(estimated):
    store, run = estimated
    assert set(ranks(store, run).family) == {SIMULTANEOUS}
    league = read_league(store, NAME, **NOISE)
    assert not league.alone and not set(ALONE) & set(league.table)
    for t in BOTH.values():
        assert "alone_lower" not in league_table.league_csv(league, t).decode()
        assert "rank_range_alone" not in shown_rows(league, league_table.league_rows(league, t), t)


def test_who_asks_gets_the_sets_in_a_run_that_is_kept_shown_and_made_again(estimated):
    store, run = estimated
    made = ask(store.acting(STAN), run)
    assert not made.repeated and ask(store, run) == waves.Computed(made.run_id, repeated=True)
    row = run_list(store).set_index("run_id").loc[made.run_id]
    assert row.use_case == "ranks-alone" and row.by == "stan" and row.seed == waves.SEED
    assert row.arguments == {"programme": NAME, "wave": MAY, **NOISE}
    with store.read() as connection:
        assert runs.run_inputs(connection, made.run_id) == runs.run_inputs(connection, run)
    kept = ranks(store, made.run_id)
    assert set(kept.family) == {MARGINAL} and set(kept.area) == {"ash", "birch", "cedar"}
    assert waves.rerun(store, made.run_id) == []
    league = read_league(store, NAME, **NOISE)
    assert league.alone and league.runs["ranks-alone"]["run_id"] == made.run_id
    table = league.table
    np.testing.assert_array_equal(table[ALONE], kept.set_index("area").loc[table.index, ["lower", "upper"]])
    assert (table.alone_lower >= table.rank_lower).all() and (table.alone_upper <= table.rank_upper).all()
    assert table["rank"].between(table.alone_lower, table.alone_upper).all()
    for t in BOTH.values():
        assert "alone_lower" in league_table.league_csv(league, t).decode()
        assert any("ranks-alone" in note for note in league_notes(league, t))
        rows = shown_rows(league, league_table.league_rows(league, t), t)
        low, high = rows.iloc[0][ALONE]
        assert rows.rank_range_alone[0] == f"{low}–{high}"
    assert "ranks-alone" in trail_lines(store.acting(STAN), newest=3).details.str.cat()


def test_the_other_leagues_and_measures_are_not_computed_with_it(estimated):
    store, run = estimated
    ask(store, run)
    assert not read_league(store, NAME, measure="disturbed", league="south").alone
    assert not read_league(store, NAME, measure="upkeep", league="north").alone


def test_a_rerun_names_the_cell_that_was_changed(estimated):
    store, run = estimated
    made, table = ask(store, run).run_id, schema.DERIVED["RANKS"]
    with store.begin() as connection:
        mine = table.c.run_id == made, table.c.area == "ash"
        connection.execute(table.update().where(*mine).values(level=0.5))
    assert [each.table for each in waves.rerun(store, made)] == ["RANKS"]


def test_an_estimate_of_an_earlier_version_shows_the_sets_it_holds(estimated):
    store, run = estimated
    made = ask(store, run).run_id
    held = ranks(store, made).drop(columns="run_id")
    with store.begin() as connection:
        for table in (schema.DERIVED["RANKS"], schema.run_inputs, schema.runs):
            connection.execute(table.delete().where(table.c.run_id == made))
        insert_rows(connection, schema.DERIVED["RANKS"], held, run_id=run)
    league = read_league(store, NAME, **NOISE)
    assert league.alone and "ranks-alone" not in league.runs
    assert ask(store, run) == waves.Computed(run, repeated=True)


def test_a_corrected_wave_has_none_until_somebody_asks_again(estimated):
    store, run = estimated
    first = ask(store, run).run_id
    take(store, MAY, seed=4)
    assert read_league(store, NAME, **NOISE).alone and read_league(store, NAME, **NOISE).outdated
    again = waves.estimate_wave(store, NAME, MAY).run_id
    assert not read_league(store, NAME, **NOISE).alone
    second = ask(store, again).run_id
    assert second != first and read_league(store, NAME, **NOISE).runs["ranks-alone"]["run_id"] == second


def test_sets_of_other_code_than_the_estimates_are_not_made(estimated, monkeypatch):
    store, run = estimated
    for module in (runs, waves):
        monkeypatch.setattr(module, "code_version", lambda: "0.1.0+another")
    with pytest.raises(Fault) as refused:
        ask(store, run)
    assert refused.value.key == "ranks_alone.code"
    assert ask(store, waves.estimate_wave(store, NAME, MAY).run_id).repeated is False


def test_what_is_no_estimate_or_has_no_ranks_of_the_measure_is_refused(estimated):
    store, run = estimated
    made = ask(store, run).run_id
    for number, measure in ((9_999, "disturbed"), (made, "disturbed"), (run, "nothing")):
        with pytest.raises(Fault) as refused:
            ask(store, number, measure, "south")
        assert refused.value.key == "ranks_alone.unknown"
    with pytest.raises(Fault) as refused:
        ask(store, run, league="east")
    assert refused.value.key == "league.unknown_league"


def test_a_leader_reads_the_sets_but_has_none_made(estimated):
    store, run = estimated
    leader = store.acting(Actor("lea", LEADER))
    with pytest.raises(Fault) as refused:
        ask(leader, run)
    assert refused.value.key == "permission.denied"
    ask(store, run)
    assert read_league(leader, NAME, **NOISE).alone


def test_the_command_makes_them_and_prints_and_writes_them(estimated, rankshift, tmp_path):
    store, _ = estimated
    url = store.engine.url.render_as_string(hide_password=False)
    asked = ("league", "--measure", "disturbed", "--league", "north", "--store", url)
    assert "Alone" not in rankshift(*asked).out
    said = rankshift(*asked, "--alone")
    assert said.code == 0 and "Alone" in said.out
    rankshift(*asked, "--alone", "--csv", tmp_path / "north.csv")
    written = pd.read_csv(tmp_path / "north.csv")
    assert (written.alone_lower <= written["rank"]).all() and (written["rank"] <= written.alone_upper).all()
    assert list(run_list(store).use_case).count("ranks-alone") == 1
