"""Eligible people of a wave: from the programme, from a column of its file, from its draw; and what is refused."""

import numpy as np
import pytest
from half_rung import INTERVIEW, released, ring, units
from made_up import BOTH, JUNE, MAY, NAME, TOWNS, as_csv, begin_survey, changed, interviews, take

from accountability.league.limits import EVERYONE
from presentation import league_table, terminal
from presentation.league_notes import league_notes
from presentation.notes import finite_note
from programme.survey import read_programme
from service.drawing import releases
from service.fieldwork.eligible import drawn_population
from service.figures import waves
from service.figures.league import read_league
from service.intake.imports import current_programme
from service.store.permissions import ADMINISTRATOR, Actor
from words import Fault

HEAD = "[columns]"
TWELVE = {town: 12 for town in TOWNS}


def programme(entry: str) -> bytes:
    return changed((HEAD, f"[population]\n{entry}\n\n{HEAD}"))


def fault(do, *arguments, **options) -> Fault:
    with pytest.raises(Fault) as caught:
        do(*arguments, **options)
    assert len({say(caught.value.key, **caught.value.values) for say in BOTH.values()}) == 2
    return caught.value


def north(store, measure: str = "disturbed"):
    waves.estimate_wave(store, NAME, MAY)
    return read_league(store, NAME, wave=MAY, measure=measure, league="north")


def test_a_town_of_which_everyone_was_asked_has_no_sampling_error_and_the_page_says_so(sqlite_store):
    entry = "units = { ash = 12, birch = 24, dill = 120, elder = 60 }"
    store = begin_survey(sqlite_store, programme(entry))
    take(store, MAY, as_csv(interviews().assign(pier="good", noise=lambda t: t.noise.replace("refused", "never"))))
    league = north(store)
    row = league.table.loc["ash"]
    assert (row.se, row.fpc, row.method) == (0, 0, EVERYONE) and row.lower == row.estimate == row.upper
    assert league.table.fpc["birch"] == pytest.approx(0.5) and np.isnan(league.table.population["cedar"])
    for language, t in BOTH.items():
        notes = finite_note(league, t)
        assert len(notes) == 2 and league.name("ash")[language] in notes[1] and notes[0] in league_notes(league, t)
        assert t("method.everyone") in league_table.league_csv(league, t).decode("utf-8-sig")
        assert "24" in [str(c) for column in terminal.league_table(league, t).columns for c in column.cells]
    assert waves.rerun(store, waves.estimate_wave(store, NAME, MAY).run_id) == []


def test_without_numbers_of_people_nothing_is_taken_off_and_nothing_said(sqlite_store):
    store = begin_survey(sqlite_store)
    take(store)
    league = north(store)
    assert league.table.fpc.isna().all() and finite_note(league, BOTH["en"]) == []


@pytest.mark.parametrize(("of", "per"), [("area", 24), ("stratum", 12)])
def test_a_column_of_the_file_says_how_many_people_an_area_or_a_stratum_has(sqlite_store, of, per):
    store = begin_survey(sqlite_store, programme(f'of = "{of}"\ncolumn = "people"'))
    take(store, MAY, as_csv(interviews().assign(people=per)))
    table = north(store, "upkeep").table
    assert (table.population == 24).all()
    assert take(store, MAY, as_csv(interviews().assign(people=per))).outcome == "unchanged"
    assert take(store, MAY, as_csv(interviews().assign(people=per + 1))).outcome == "corrected"


def test_a_wrong_column_of_people_is_refused_with_the_place_and_the_way_out(sqlite_store):
    store, rows = begin_survey(sqlite_store, programme('column = "people"')), interviews()
    assert fault(take, store).key == "wave.column"
    found = fault(take, store, MAY, as_csv(rows.assign(people=["", *["24"] * 59]))).values
    assert (found["row"], found["column"], found["count"]) == (2, "people", 1)
    found = fault(take, store, MAY, as_csv(rows.assign(people=np.arange(60) + 24)))
    assert found.key == "wave.population_varies" and found.values["names"] == list(TOWNS)
    found = fault(take, store, MAY, as_csv(rows.assign(people=11)))
    assert found.key == "population.small" and found.values["found"] == [f"{town}: 12 > 11" for town in TOWNS]


def test_a_table_of_strata_names_every_stratum_of_the_file(sqlite_store):
    named = ", ".join(f'"{town} / {side}" = 9' for town in TOWNS for side in ("quay", "hill"))
    assert read_programme(programme(f'of = "stratum"\nunits = {{ {named} }}'), "p.toml").population.of == "stratum"
    store = begin_survey(sqlite_store, programme(f'of = "stratum"\nunits = {{ {named.replace("ash / quay", "x")} }}'))
    found = fault(take, store)
    assert found.key == "population.strata" and found.values["strata"] == ["ash / quay"]


# ---------------------------------------------------------------- a wave drawn here


def drawn_here(store, eligible=10):
    """Twenty of sixty people drawn and released, the first ten rung: `eligible` of them are, two of each town."""
    store = released(begin_survey(store))
    releases.release_next(store, NAME, MAY)
    chosen = units(store)
    ring(store, *((unit, k, INTERVIEW if k % 10 < eligible else "4.7") for k, unit in enumerate(chosen)))
    asked = [unit for k, unit in enumerate(chosen) if k % 10 < eligible]
    towns = [unit.split("-")[0] for unit in asked]
    return store, interviews().iloc[: len(asked)].assign(id=asked, town=towns, side="quay"), chosen


def test_a_drawn_wave_knows_its_people_from_the_frame_and_the_call_log(sqlite_store):
    store, rows, chosen = drawn_here(sqlite_store, eligible=8)
    take(store, MAY, as_csv(rows))
    plan = current_programme(store, NAME)[1]
    found = drawn_population(store, plan, MAY)
    part = {town: [k % 10 < 8 for k, unit in enumerate(chosen) if unit.startswith(town)] for town in TOWNS}
    assert found == {"of": "area", "units": {town: 12 * float(np.mean(part[town])) for town in TOWNS}}
    store = store.acting(Actor("eve", ADMINISTRATOR))  # who may see figures of so few
    table = north(store, "upkeep").table
    assert dict(table.population) == {town: found["units"][town] for town in table.index}
    run = waves.estimate_wave(store, NAME, MAY)
    assert run.repeated and waves.rerun(store, run.run_id) == []
    text = league_notes(read_league(store, NAME, wave=MAY, league="north"), BOTH["en"])[-1]
    assert "{" not in text and "harbours 2024-05;" in text


def test_other_people_than_those_drawn_tell_nothing_of_the_frame(sqlite_store):
    store, _, _ = drawn_here(sqlite_store)
    take(store, MAY, as_csv(interviews()), reason="these are other people")
    assert drawn_population(store, current_programme(store, NAME)[1], MAY) is None


def test_a_programme_may_ask_for_changes_of_the_people_there_are(sqlite_store):
    units = ", ".join(f"{town} = 12" for town in TOWNS)
    store = begin_survey(sqlite_store, programme(f'units = {{ {units} }}\nchanges = "finite"'))
    for wave, seed in ((MAY, 5), (JUNE, 6)):
        take(store, wave, as_csv(interviews(seed).replace({"noise": {"refused": "never"}})))
        waves.estimate_wave(store, NAME, wave)
    assert waves.rerun(store, waves.compare_waves(store, NAME, MAY, JUNE).run_id) == []
    league = read_league(store, NAME, wave=JUNE, measure="disturbed", league="north")
    assert (league.table.change_se < 1e-4).all() and (league.table.rank_lower == league.table["rank"]).all()
    assert (league.table.change != 0).any()
    for language, t in BOTH.items():
        assert finite_note(league, t)[0] == t("notes.finite_changes"), language
