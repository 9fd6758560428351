"""Interviewers from the programme to the page: declared and counted, or said to be unknown and why."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from made_up import ANN, BOTH, JUNE, MAY, NAME, PROGRAMME, as_csv, begin_survey, interviews, take

from presentation import league_table
from presentation.interviewers import interviewer_notes, one_interviewer_line
from presentation.league_notes import league_notes
from programme import versions
from service.figures import waves
from service.figures.league import read_league
from service.intake import imports
from service.intake.wave_file import read_wave
from service.store import schema
from service.store.objects import RESPONDENTS, read_object
from words import Fault


def declared(**entries) -> bytes:
    """The programme with a table [interviewers]."""
    lines = [
        f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}" for key, value in entries.items()
    ]
    return PROGRAMME + ("\n\n[interviewers]\n" + "\n".join(lines) + "\n").encode()


def rung(seed: int = 5, each: int = 2) -> pd.DataFrame:
    """Sixty interviews, each town's shared by `each` interviewers, who make the answers vary."""
    table = interviews(seed)
    number = np.random.default_rng(seed).integers(0, each, len(table))
    table["rang"] = table.town.str[0] + pd.Series(number).astype(str)
    return table.assign(noise=np.where(number > 0, "often", table.noise))


def league(store, **options):
    return read_league(store, NAME, wave=options.pop("wave", MAY), measure="disturbed", league="north", **options)


def said(store, **options) -> list[str]:
    """The keys' sentences in English."""
    return interviewer_notes(league(store, **options), BOTH["en"])


def two_waves(store, programme: bytes, **options):
    begin_survey(store, programme)
    for wave, seed in ((MAY, 5), (JUNE, 6)):
        take(store, wave, as_csv(rung(seed, **options)))
        waves.estimate_wave(store, NAME, wave)
    waves.compare_waves(store, NAME, MAY, JUNE)
    return store


def test_what_the_programme_declares_is_counted_and_its_size_stands_beside_the_figures(sqlite_store):
    store = two_waves(sqlite_store, declared(column="rang", at_random=True))
    found = league(store, wave=JUNE, against=MAY)
    assert (found.table.interviewers == 2).all()
    assert len(set(found.table.rho_interviewer)) == 1
    assert (found.table.se_interviewer > 0).all()
    assert (found.table.se > found.table.se_interviewer).all()
    assert (found.table.change_se > found.table.change_se_interviewer).all()
    assert found.everybody["interviewers"] == 10
    assert f"correlation {found.table.rho_interviewer.iloc[0]:.4f}" in said(store, wave=JUNE)[0]
    for t in BOTH.values():
        assert interviewer_notes(found, t)[0] in league_notes(found, t)
        rows = league_table.league_rows(found, t)
        assert {"se_interviewer", "rho_interviewer", "change_se_interviewer"} <= set(rows)
    run = found.runs[waves.ESTIMATE]["run_id"]
    assert waves.rerun(store, run) == []


def test_what_is_not_declared_or_not_at_random_is_said_and_not_counted(sqlite_store):
    store = two_waves(sqlite_store, PROGRAMME)
    assert said(store) == [BOTH["en"]("interviewers.undeclared")]
    assert league(store).table.se_interviewer.isna().all()
    plain = league(store).table.se
    imports.import_programme(store, declared(column="rang", at_random=True), "harbours.toml")
    waves.estimate_wave(store, NAME, MAY)  # taken in before anybody said who rang
    assert said(store) == [BOTH["en"]("interviewers.absent")]
    imports.import_programme(store, declared(column="rang", at_random=False), "harbours.toml")
    assert take(store, MAY, as_csv(rung())).outcome == versions.CORRECTED
    waves.estimate_wave(store, NAME, MAY)
    assert said(store) == [BOTH["en"]("interviewers.not_random")]
    np.testing.assert_array_equal(league(store).table.se, plain)


def test_one_interviewer_a_town_is_said_to_tell_nothing(sqlite_store):
    store = two_waves(sqlite_store, declared(column="rang", at_random=True), each=1)
    (note,) = said(store)
    assert "nothing can be known" in note and "3 (" in note
    n = league(store).table.n_effective.median()
    assert f"errors would be {np.sqrt(1 + 0.02 * (n - 1)):.1f} times those shown" in note and n > 10
    assert league(store).table.se_interviewer.isna().all()
    assert (league(store).table.interviewers == 1).all()
    (line,) = one_interviewer_line(league(store), BOTH["en"])
    assert f"{np.sqrt(1 + 0.02 * (n - 1)):.1f} times" in line and "correlation" not in line


def test_a_respondent_without_an_interviewer_is_refused_with_the_row(sqlite_store):
    begin_survey(sqlite_store, declared(column="rang", at_random=True))
    table = rung()
    table.loc[[4, 7], "rang"] = ""
    with pytest.raises(Fault) as caught:
        take(sqlite_store, MAY, as_csv(table))
    assert (caught.value.key, caught.value.values["row"], caught.value.values["count"]) == ("wave.no_interviewer", 6, 2)


def test_a_wave_without_interviewers_has_the_identity_it_always_had(sqlite_store):
    store = begin_survey(sqlite_store)
    take(store)
    stored = store.table(sa.select(schema.waves.c.digest)).digest[0]
    table = interviews()
    assert stored == read_wave(as_csv(table), "w.csv", imports.current_programme(store, NAME)[1]).digest
    respondents = read_object(store, 1, RESPONDENTS)
    assert respondents.interviewer.isna().all()
    assert take(store).outcome == versions.UNCHANGED


def test_the_call_log_says_who_held_each_interview(sqlite_store):
    store, table = begin_survey(sqlite_store, declared(at_random=True)), rung()
    with pytest.raises(Fault) as caught:
        take(store, MAY, as_csv(table))
    assert caught.value.key == "wave.not_rung"
    times = [datetime(2024, 5, 2, 18, minute, tzinfo=UTC) for minute in (0, 30)]
    first = [(unit, times[0], "x", "3.13") for unit in table.id]  # nobody answered at first
    log = first + [(unit, times[1], who, "1.1") for unit, who in zip(table.id, table.rang, strict=True)]
    with store.begin() as connection:
        number = connection.execute(schema.rounds.insert().values(programme=NAME, wave=MAY)).inserted_primary_key[0]
        columns = ("unit_id", "at", "interviewer", "disposition")
        rows = [dict(zip(columns, line, strict=True), round_id=number) for line in log]
        connection.execute(schema.calls.insert(), rows)
    take(store.acting(ANN), MAY, as_csv(table))
    kept = read_object(store, 1, RESPONDENTS).set_index("unit_id").interviewer
    assert kept[table.id].tolist() == table.rang.tolist()
