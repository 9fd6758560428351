"""Flags from the store: what a wave without interviewers or times cannot say, words of every flag, the command."""

import numpy as np
import pytest
from test_response_report import TIMED
from test_weighing import NAME, NUMBERS, WAVE, begun, replaced

from presentation.quality import flags as said
from service.figures.quality import best_answers, read_flags
from service.files.read import read_table
from service.intake import imports
from service.store.engine import Store
from words import speaker

WITH_INTERVIEWERS = replaced("[design]\n", '[interviewers]\ncolumn = "who"\nat_random = true\n\n[design]\n', TIMED)


@pytest.fixture(scope="module")
def timed(tmp_path_factory):
    """A wave with interviewers and times, of whom one takes a minute for each interview and says that all are safe."""
    path = tmp_path_factory.mktemp("flags") / "s.db"
    store = begun(Store.create(f"sqlite:///{path}"))
    imports.import_programme(store, WITH_INTERVIEWERS, "p.toml")
    imports.import_wave(store, NAME, "2026Q2", timed_table().to_csv(index=False).encode(), "n.csv")
    yield store
    store.engine.dispose()


def timed_table():
    """The file of that wave."""
    table, draws = read_table(NUMBERS, "n.csv").reset_index(drop=True), np.random.default_rng(1)
    answered = (table.outcome == "complete").to_numpy()
    table["who"] = np.where(answered, [f"i{k}" for k in draws.integers(0, 30, len(table))], "")
    turn = table.groupby("who").cumcount()
    at = [f"2026-03-{1 + k % 20:02d} {9 + k // 20 % 12:02d}:30" for k in turn]
    table["began"], table["minutes"] = np.where(answered, at, ""), np.where(answered, "8", "")
    odd = (table.who == "i3").to_numpy()
    table.loc[odd, ["minutes", "safe"]] = ["1", "1"]
    return table


def test_the_interviewer_of_minute_long_interviews_is_flagged(timed):
    found = read_flags(timed, NAME, "2026Q2")
    assert found.flags.interviewers == ["i3"] and found.at_random and found.left_aside == 0
    assert "duration" in set(found.flags.flagged.kind)
    assert best_answers(found.programme)["safe"] == frozenset({"1", "2"})


def test_a_wave_without_interviewers_and_times_says_so(timed):
    found = read_flags(timed, NAME, WAVE)
    assert found.flags.tests.empty
    keys = {key.rpartition(".")[2] for key, _ in found.flags.unsaid}
    assert keys == {"no_interviewers", "no_times"}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("wave", [WAVE, "2026Q2"])
def test_flags_are_words_and_where_no_test_was_possible_it_is_not_said_that_there_is_no_flag(timed, language, wave):
    t, found = speaker(language), read_flags(timed, NAME, wave)
    for rows in (said.flag_rows(found, t), said.usual_rows(found, t)):
        assert rows.map(lambda cell: isinstance(cell, str) and cell != "").all(axis=None)
    assert all(said.headline(found, t)) and all(said.notes(found, t)) and said.title(found, t)
    assert (t("flags.none") in said.headline(found, t)) == (wave != WAVE and not len(found.flags.flagged))
    assert (wave == WAVE) == (said.headline(found, t)[0] == t("flags.untested", count=found.interviews))


def test_the_command_prints_flags_and_writes_every_test(timed, rankshift, tmp_path):
    url = timed.engine.url.render_as_string()
    printed = rankshift("quality", "flags", "--store", url)
    assert printed.code == 0 and "i3" in printed.out
    file = tmp_path / "f.csv"
    assert rankshift("quality", "flags", "--store", url, "--csv", file).code == 0
    assert file.read_text("utf-8-sig").count("duration") == 30
