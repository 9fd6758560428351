"""Area codes that changed, and areas that were merged: compared over waves as if they had always been called so."""

import numpy as np
import pytest
from made_up import JUNE, MAY, NAME, as_csv, begin_survey, changed, interviews, take, whole_survey

from presentation.league_notes import uncompared_notes
from programme.renames import Renames
from programme.survey import read_programme
from service.figures import waves
from service.figures.judged_history import todays_codes
from service.figures.league import read_league
from words import Fault, speaker

RENAMED = """
[renamed.2024-06]
"03" = "ash"
"d1" = "dill"
"d2" = "dill"
"""
AS_EVER = changed(("[measures.disturbed]", "[measures.disturbed]"))
PROGRAMME = AS_EVER + RENAMED.encode()


def in_old_codes():
    """May as it was: ash was 03, and dill were two towns."""
    table = interviews(1)
    town = table.town.replace("ash", "03")
    return table.assign(town=np.where(town == "dill", np.where(table.side == "quay", "d1", "d2"), town))


def test_a_renamed_area_is_compared_to_the_digit_as_if_nothing_had_been_renamed(fresh_store):
    """The same people in both waves, so that units in strata named after the area must be known again."""
    plain, renamed = fresh_store("sqlite"), fresh_store("sqlite")
    whole_survey(plain, interviews(1), interviews(2), AS_EVER)
    whole_survey(renamed, in_old_codes(), interviews(2), PROGRAMME)
    for league, areas in (("north", ["ash", "birch", "cedar"]), ("south", ["dill", "elder"])):
        one, two = (read_league(store, NAME, measure="disturbed", league=league).table for store in (plain, renamed))
        assert set(two.index) == set(areas) and two.change.notna().all()
        np.testing.assert_allclose(two.change[areas], one.change[areas], rtol=1e-12)
        if league == "north":  # the merged town keeps its strata of before apart, and its units have other names
            np.testing.assert_allclose(two.change_se_design[areas], one.change_se_design[areas], rtol=1e-12)
        of_may = [
            read_league(store, NAME, measure="disturbed", league=league, wave=MAY).table for store in (plain, renamed)
        ]
        np.testing.assert_allclose(of_may[1].estimate[areas], of_may[0].estimate[areas], rtol=1e-12)
    plain.engine.dispose()
    renamed.engine.dispose()


def test_without_the_table_old_codes_are_refused_and_a_sentence_says_where_they_belong(sqlite_store):
    begin_survey(sqlite_store, AS_EVER)
    with pytest.raises(Fault) as caught:
        take(sqlite_store, MAY, as_csv(in_old_codes()))
    assert caught.value.key == "wave.area" and "[renamed]" in str(caught.value)
    take(sqlite_store, MAY, as_csv(interviews(1).query("town != 'ash'")))
    take(sqlite_store, JUNE, as_csv(interviews(2)))
    for wave in (MAY, JUNE):
        waves.estimate_wave(sqlite_store, NAME, wave)
    waves.compare_waves(sqlite_store, NAME, MAY, JUNE)
    league = read_league(sqlite_store, NAME, measure="disturbed", league="north")
    for language, name in (("en", "Ashhaven"), ("zh", "白蜡港")):
        (note,) = uncompared_notes(league, speaker(language))
        assert name in note and "[renamed]" in note


def test_an_old_code_in_a_wave_after_the_change_is_refused(sqlite_store):
    begin_survey(sqlite_store, PROGRAMME)
    with pytest.raises(Fault) as caught:
        take(sqlite_store, JUNE, as_csv(in_old_codes()))
    assert caught.value.key == "wave.area"
    assert take(sqlite_store, MAY, as_csv(in_old_codes())).interviews == 60


def test_codes_change_again_and_may_change_places():
    renames = Renames({"2025Q1": {"a": "b"}, "2026Q1": {"b": "c", "x": "y", "y": "x"}})
    assert renames.current("2024Q4") == {"a": "c", "b": "c", "x": "y", "y": "x"}
    assert renames.current("2025Q1") == {"b": "c", "x": "y", "y": "x"} and not renames.current("2026Q1")
    assert renames.one_to_one("2025Q4") == {"b": "c", "x": "y", "y": "x"} and "a" not in renames.one_to_one("2024Q4")
    assert renames.summed("2024Q4", {"a": 3, "b": 4, "z": 1}) == {"c": 7, "z": 1}


@pytest.mark.parametrize(
    ("table", "entry"),
    [
        ('[renamed.2024-06]\n"03" = "ashe"\n', "renamed.2024-06.03"),
        ('[renamed.june]\n"03" = "ash"\n', "renamed"),
        ("[renamed.2024-06]\n", "renamed"),
    ],
)
def test_a_rename_to_no_area_or_from_no_wave_is_refused(table, entry):
    with pytest.raises(Fault) as caught:
        read_programme(AS_EVER + b"\n" + table.encode(), "p.toml")
    assert caught.value.key == "programme.entry" and caught.value.values["entry"] == entry


GROUPED = """
[rules.shore]
measure = "upkeep"
kind = "mean"
over = "group"
threshold = 50
name = { zh = "岸线平均50分", en = "A mean of 50" }

[consequences.note]
kind = "each"
of = "shore"
name = { zh = "通报", en = "Note" }

[groups]
g2 = { zh = "乙县", en = "County two" }
g3 = { zh = "丙县", en = "County three" }
g4s = { zh = "南县", en = "South county" }

[renamed.2024-06]
g1 = "g2"
ash-old = "ash"

[renamed.2024-07]
g4 = "g3"
g5 = "g3"
"""


def test_a_county_that_was_renamed_keeps_its_verdicts_and_merged_ones_begin_anew():
    text = AS_EVER.decode() + GROUPED
    for town, group in (("cedar", "g2"), ("ash", "g2"), ("birch", "g3"), ("dill", "g4s"), ("elder", "g4s")):
        text = text.replace(f"\n{town} = {{ ", f'\n{town} = {{ group = "{group}", ')
    programme = read_programme(text.encode(), "x.toml")
    assert programme.renames.current("2024-05") == {"ash-old": "ash"}  # a file may not have a county's code
    then = read_programme(AS_EVER, "x.toml")  # the version of that wave knew of no renaming
    codes = todays_codes(programme, then, "2024-05", ["g1", "g4", "g5", "ash-old", "cedar"])
    assert codes == {"g1": "g2", "ash-old": "ash", "cedar": "cedar"}
