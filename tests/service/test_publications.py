"""Releases to leaders: they see released waves alone, and a correction says what changed."""

import json

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from made_up import BOTH, JUNE, MAY, NAME, as_csv, changed, interviews, take, two_waves

from presentation.evidence.publication import change_texts, publication_rows, published_note
from service.figures import waves
from service.figures.factors import newest_run
from service.figures.league import comparisons, read_league, waves_to_choose, waves_with_estimates
from service.figures.publish import publication_list, publish_wave
from service.figures.screen import read_screen
from service.figures.use_cases import ESTIMATE
from service.store import schema
from service.store.permissions import CENTRE, LEADER, STATISTICIAN, Actor
from words import Fault

ASKING = changed(('[design]\nlonely = "error"\n', '[design]\nlonely = "error"\n[publish]\nrelease = true\nn = 1\n'))
LEA, STAN = Actor("lea", LEADER), Actor("stan", STATISTICIAN)
ENGINES = ("sqlite", "postgresql")
pytestmark = pytest.mark.xdist_group("test_publications")  # in one process, where the survey is made once


@pytest.fixture(params=ENGINES)
def surveyed(request, prepared):
    """Two waves estimated and compared, none released, on both engines."""
    store, _ = prepared(request.param, two_waves, ASKING)
    yield store.acting(STAN)
    store.engine.dispose()


def corrected(store) -> None:
    """May once more: everybody of ash is disturbed."""
    table = interviews(1)
    table["noise"] = np.where(table.town == "ash", "often", table.noise)
    take(store, MAY, as_csv(table))
    waves.estimate_wave(store, NAME, MAY)
    waves.compare_waves(store, NAME, MAY, JUNE)


def test_leaders_see_a_wave_once_it_is_released_and_others_see_all(surveyed):
    leader = surveyed.acting(LEA)
    assert waves_with_estimates(leader, NAME) == [] == waves_to_choose(leader, NAME)
    assert waves_to_choose(surveyed, NAME) == [JUNE, MAY]
    with pytest.raises(Fault) as fault:
        read_screen(leader, NAME)
    assert fault.value.key == "league.not_published"
    with pytest.raises(Fault):
        read_league(leader, NAME, wave=MAY)
    publish_wave(surveyed, NAME, MAY)
    assert waves_to_choose(leader, NAME) == [MAY]
    screen = read_screen(leader, NAME)
    assert screen.league.wave == MAY and screen.arrived is None
    with pytest.raises(Fault):
        read_league(leader, NAME, wave=JUNE)
    assert comparisons(leader, NAME, JUNE) == []
    publish_wave(surveyed, NAME, JUNE)
    assert read_screen(leader, NAME).league.wave == JUNE and comparisons(leader, NAME, JUNE) == [MAY]
    assert read_league(leader, NAME, wave=JUNE).against == MAY


def test_a_correction_is_seen_by_leaders_only_once_it_is_released_and_says_what_changed(surveyed):
    leader = surveyed.acting(LEA)
    publish_wave(surveyed, NAME, MAY)
    before = read_league(leader, NAME, wave=MAY)
    corrected(surveyed)
    still, newer = read_league(leader, NAME, wave=MAY), read_league(surveyed, NAME, wave=MAY)
    pd.testing.assert_frame_equal(still.table, before.table)
    assert newer.table.estimate["ash"] == 1 > still.table.estimate["ash"]
    for t in BOTH.values():
        assert t("publish.newer") in published_note(newer, t)
    with pytest.raises(Fault) as fault:
        publish_wave(surveyed, NAME, MAY)
    assert fault.value.key == "publish.no_reason"
    again = publish_wave(surveyed, NAME, MAY, note=" wrong file ")
    assert (again.number, again.note) == (2, "wrong file")
    assert again.changed["estimates"] == {"disturbed": ["ash"]}
    ranks = {name: table["rank"] for name, table in (("old", before.table), ("new", newer.table))}
    moved = [area for area in ranks["old"].index if ranks["old"][area] != ranks["new"][area]]
    assert set(again.changed.get("ranks", {}).get("disturbed", [])) == set(moved)
    pd.testing.assert_series_equal(read_league(leader, NAME, wave=MAY).table.estimate, newer.table.estimate)
    english = "".join(change_texts(again, newer.programme, BOTH["en"]))
    assert "the figures of 1 area changed (Ashhaven)" in english
    note = published_note(read_league(leader, NAME, wave=MAY), BOTH["zh"])
    assert "更正" in note[0] and "wrong file" in note[0] and "白蜡港" in note[0]
    rows = publication_rows(publication_list(surveyed, NAME), newer.programme, BOTH["en"])
    assert list(rows["No."]) == ["2", "1"] and list(rows["Reason"]) == ["wrong file", ""]


def test_what_cannot_be_released_is_refused(surveyed):
    with pytest.raises(Fault) as fault:
        publish_wave(surveyed, NAME, "2024-09")
    assert "2024-09" in str(fault.value)
    publish_wave(surveyed, NAME, MAY)
    with pytest.raises(Fault) as fault:
        publish_wave(surveyed, NAME, MAY)
    assert fault.value.key == "publish.same"
    take(surveyed, MAY, as_csv(interviews(3)))  # not estimated again yet
    with pytest.raises(Fault) as fault:
        publish_wave(surveyed, NAME, MAY, note="x")
    assert fault.value.key == "publish.outdated"
    for somebody in (LEA, Actor("cen", CENTRE)):  # the statistician releases, not who gathers the data
        with pytest.raises(Fault) as fault:
            publish_wave(surveyed.acting(somebody), NAME, JUNE)
        assert fault.value.key == "permission.denied"


def test_a_release_is_one_line_of_the_trail_with_its_runs(surveyed):
    publish_wave(surveyed, NAME, MAY)
    lines = surveyed.table(sa.select(schema.audit.c.action, schema.audit.c.details))
    (line,) = lines[lines.action == "publish"].details
    run = newest_run(surveyed, ESTIMATE, programme=NAME, wave=MAY)
    details = json.loads(line)
    assert (details["wave"], details["runs"], details["changed"]) == (MAY, [run["run_id"]], {})


def test_a_comparison_made_later_is_released_without_a_reason(surveyed):
    publish_wave(surveyed, NAME, JUNE)
    waves.compare_waves(surveyed, NAME, MAY, JUNE, seed="another")
    again = publish_wave(surveyed, NAME, JUNE)
    assert (again.number, again.changed) == (2, {})
    for t in BOTH.values():
        note = published_note(read_league(surveyed, NAME, wave=JUNE), t)
        assert len(note) == 1 and note[0].endswith(t("publish.unchanged"))


def test_without_the_setting_leaders_see_what_is_estimated_and_a_release_is_recorded(prepared):
    sqlite_store, _ = prepared("sqlite", two_waves)
    leader = sqlite_store.acting(LEA)
    assert waves_to_choose(leader, NAME) == [JUNE, MAY]
    assert published_note(read_league(leader, NAME), BOTH["en"]) == []
    publish_wave(sqlite_store.acting(STAN), NAME, JUNE)
    (note,) = published_note(read_league(leader, NAME), BOTH["en"])
    assert note.startswith("Figures of 2024-06 released to leaders on ")


def test_by_command(surveyed, rankshift):
    url = surveyed.engine.url.render_as_string(hide_password=False)
    assert "Nothing has been released yet." in rankshift("publish", "--store", url, language="en").out
    said = rankshift("publish", MAY, "--store", url, language="en")
    assert said.code == 0 and "Figures of 2024-05 released to leaders" in said.out
    refused = rankshift("publish", MAY, "--store", url, language="zh")
    assert refused.code != 0 and "没有新的数字" in refused.err
    assert "2024" in rankshift("publish", "--store", url, language="zh").out
