"""Equal values all the way from file to page: tied towns, a reached target, nobody moved, everybody satisfied."""

import io
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from presentation import changes, league_table
from service.figures import waves
from service.figures.league import read_league
from service.intake import imports
from service.store.engine import Store
from words import speaker

CASES = Path(__file__).parents[1] / "cases"
TIES, ALL_SAFE = CASES / "ties", CASES / "all_satisfied"
ENGLISH = speaker("en")
NAME, FIRST, SECOND = "riverside", "2026Q1", "2026Q2"


def people(file: str) -> pd.DataFrame:
    return pd.read_csv(TIES / file, dtype=str)


def with_weights(weights) -> pd.DataFrame:
    """The tied people with a weight a town."""
    rows = people("weight_1.csv")
    towns = sorted(rows.town.unique())
    return rows.assign(weight=rows.town.map(dict(zip(towns, map(str, weights), strict=True))))


def shuffled(rows: pd.DataFrame, seed: int = 1) -> pd.DataFrame:
    return rows.sample(frac=1.0, random_state=np.random.default_rng(seed))


def taken(store: Store, folder: Path, **tables: pd.DataFrame) -> None:
    """The programme of a folder and its waves, imported and estimated."""
    imports.import_programme(store, (folder / "programme.toml").read_bytes(), "programme.toml")
    for wave, rows in tables.items():
        file = io.StringIO()
        rows.to_csv(file, index=False)
        imports.import_wave(store, NAME, wave, file.getvalue().encode(), f"{wave}.csv")
        waves.estimate_wave(store, NAME, wave)


def all_tied(store: Store, wave: str, **options):
    league = read_league(store, NAME, wave=wave, measure="safe", **options)
    waves.rank_alone(store, league.runs[waves.ESTIMATE]["run_id"], "safe", league.league)
    league = read_league(store, NAME, wave=wave, measure="safe", **options)
    table = league.table
    assert (table["rank"] == 1).all() and (table.rank_lower == 1).all() and (table.rank_upper == 6).all()
    assert (table.alone_lower == 1).all() and (table.alone_upper == 6).all()
    assert table[["estimate", "lower", "upper"]].round(9).nunique().max() == 1
    assert ((table.lower < table.estimate - 0.05) | (table.estimate == 0)).all()
    return league


OWN = people("own_weights.csv").groupby("town").weight.first()
WEIGHTS = {
    "one": np.ones(6),
    "own": OWN.to_numpy(),
    "tiny": [1e-7, 3e-7, 7e-7, 1.1e-6, 1.3e-6, 1.7e-6],
    "huge": [1e9 / 3, 1e9 / 7, 1e9 / 9, 1e9 / 11, 1e9 / 13, 1e9 / 17],
    "thirds": np.arange(1, 7) / 3,
}


@pytest.mark.parametrize("weights", WEIGHTS)
def test_six_towns_with_the_same_answers_are_tied_and_reach_their_target_whatever_the_weights(sqlite_store, weights):
    taken(sqlite_store, TIES, **{FIRST: shuffled(with_weights(WEIGHTS[weights]))})
    league = all_tied(sqlite_store, FIRST)
    rules = league.rules.set_index("rule")
    assert league.table.estimate.to_numpy() == pytest.approx(0.8, abs=1e-12)
    assert rules.loc["eighty"].printed.astype(bool).all() and (rules.loc["eighty"].outcome == "undecided").all()
    assert not rules.loc["last"].printed.astype(bool).any()  # all tied at the last place are among the last
    assert (rules.loc["last"].outcome == "undecided").all()


@pytest.mark.parametrize("second", ["own_weights.csv", "other_people.csv"])
def test_nobody_moved_between_two_waves_of_the_same_answers(sqlite_store, second):
    """own_weights.csv: the same people as weight_1.csv, so that the change has no sampling error at all."""
    taken(sqlite_store, TIES, **{FIRST: people("weight_1.csv"), SECOND: shuffled(people(second))})
    waves.compare_waves(sqlite_store, NAME, FIRST, SECOND)
    league = all_tied(sqlite_store, SECOND, against=FIRST)
    table = league.table
    assert (table.places == 0).all() and (table.change == 0).all() and (table.relative == 0).all()
    assert (table.own == 0).all() and (table.others == 0).all() and (table.verdict == "chance").all()
    assert (table.p == 1).all() and (table.p_holm == 1).all() and (table.p_standing == 1).all()
    assert (table.places_lower <= 0).all() and (table.places_upper >= 0).all()
    assert not league.movers and "no rise or fall is confirmed" in changes.headline(league, ENGLISH)
    assert set(league_table.league_rows(league, ENGLISH).verdict) == {ENGLISH("verdict.chance")}


def test_the_command_says_of_the_same_people_twice_that_nobody_moved(rankshift, tmp_path):
    for name, file in (("programme.toml",) * 2, ("weight_1.csv", "p_2026Q1.csv"), ("own_weights.csv", "p_2026Q2.csv")):
        shutil.copy(TIES / name, tmp_path / file)
    store = tmp_path / "rankshift.db"
    assert rankshift("load", tmp_path, "-s", store).code == 0
    said = rankshift("league", "--measure", "safe", "-s", store)
    assert said.code == 0
    league = read_league(Store.open(f"sqlite:///{store}"), NAME, measure="safe")
    assert league.against == FIRST and "no rise or fall is confirmed" in said.out
    assert (league.table["rank"] == 1).all() and not league.movers
    assert said.out.count("+0.0") == 6 and "-0.0" not in said.out


def test_nobody_moved_where_the_second_wave_asked_twice_as_many(sqlite_store):
    """Waves of unequal n have a skewed difference; a change of nothing is still nothing."""
    more = pd.concat([people("other_people.csv"), people("own_weights.csv")])
    taken(
        sqlite_store, TIES, **{FIRST: people("weight_1.csv").assign(id="f" + people("weight_1.csv").id), SECOND: more}
    )
    waves.compare_waves(sqlite_store, NAME, FIRST, SECOND)
    table = all_tied(sqlite_store, SECOND, against=FIRST).table
    assert (table.change == 0).all() and (table.p == 1).all() and (table.p_standing == 1).all()
    assert (table.places == 0).all() and (table.verdict == "chance").all()


def test_a_score_of_equal_answers_is_tied_too(sqlite_store):
    taken(sqlite_store, TIES, **{FIRST: shuffled(people("own_weights.csv"))})
    table = read_league(sqlite_store, NAME, wave=FIRST, measure="score").table
    assert (table["rank"] == 1).all()


def test_a_wave_in_which_everybody_is_satisfied_is_estimated_like_one_town_at_100_per_cent(sqlite_store):
    everybody = pd.read_csv(ALL_SAFE / "all_safe.csv", dtype=str)
    taken(sqlite_store, ALL_SAFE, **{FIRST: everybody, SECOND: shuffled(everybody.assign(id="x" + everybody.id))})
    for measure, end in (("safe", 1.0), ("score", 100.0)):
        table = read_league(sqlite_store, NAME, wave=FIRST, measure=measure).table
        assert (table["rank"] == 1).all() and (table.rank_lower == 1).all() and (table.rank_upper == 6).all()
        assert (table.estimate == end).all() and (table.se == 0).all() and table.deff.isna().all()
        assert (table.upper == end).all() and (table.lower < 0.93 * end).all() and (table.lower > 0.85 * end).all()
    waves.compare_waves(sqlite_store, NAME, FIRST, SECOND)
    table = read_league(sqlite_store, NAME, wave=SECOND, measure="safe", against=FIRST).table
    assert (table.places == 0).all() and (table.change == 0).all() and (table.verdict == "chance").all()


def test_one_town_at_100_per_cent_beside_others_has_nearly_the_same_interval(sqlite_store):
    """Town 01 is all satisfied, alone or with the others, whose design effects its interval knows."""
    everybody = pd.read_csv(ALL_SAFE / "all_safe.csv", dtype=str)
    mixed = everybody.assign(safe=np.where((everybody.town != "01") & (everybody.index % 3 == 0), "4", "1"))
    taken(sqlite_store, ALL_SAFE, **{FIRST: everybody, SECOND: mixed})
    all_safe, one_safe = (
        read_league(sqlite_store, NAME, wave=w, measure="safe").table.loc["01"] for w in (FIRST, SECOND)
    )
    assert one_safe.estimate == all_safe.estimate == 1
    assert one_safe.lower == pytest.approx(all_safe.lower, abs=1e-3) and one_safe.upper == all_safe.upper == 1
