"""Consequences read from a store: streaks over waves and gaps, luck, small cells, by page-free use case and command."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_up import ANN, BOTH, NAME, PROGRAMME, as_csv, begin_survey, interviews, take

from presentation.ladder.board import behind_notes, board_csv, board_notes, board_rows, count_sentences, headline
from programme.survey import read_programme
from service.figures import waves
from service.figures.consequences import read_behind, read_consequences
from service.figures.judged_history import todays_codes
from service.store.permissions import LEADER, Actor
from words import Fault

LADDER = """
[consequences.talk]
kind = "each"
of = "quiet"
name = { zh = "约谈", en = "Talk" }

[consequences.card]
kind = "streak"
of = "quiet"
times = 2
name = { zh = "黄牌警告", en = "Yellow card" }

[consequences.praise]
kind = "both"
of = ["quiet", "kept"]
when = "met"
name = { zh = "表扬", en = "Praise" }
"""
NOISY = {"2024-05": "ash", "2024-06": "ash", "2024-08": "ash", "2024-09": "birch"}


def wave_of(wave: str, noisy: str, *, new_people: bool = True) -> pd.DataFrame:
    """A wave in which everybody of one town, and a fifth of the others, are disturbed; other people in every wave."""
    table = interviews(seed=int(wave[-2:]))
    order = np.arange(len(table)) % 5
    table["noise"] = np.where((table.town == noisy) | (order == 0), "often", "never")
    table["w"] = "1"
    return table.assign(id=(wave + "-" if new_people else "") + table.id)


def with_waves(store, programme: str = LADDER, **people):
    begin_survey(store, PROGRAMME + programme.encode())
    for wave, noisy in NOISY.items():
        take(store, wave, as_csv(wave_of(wave, noisy, **people)))
        waves.estimate_wave(store.acting(ANN), NAME, wave)
    return store


@pytest.fixture(scope="module")
def surveyed(fresh_store):
    store = with_waves(fresh_store("sqlite"))
    yield store
    store.engine.dispose()


def followed(board, consequence: str) -> list[tuple[str, str]]:
    return [(row.event.wave, row.event.area) for row in board.listed if row.event.consequence == consequence]


def test_a_streak_ends_at_the_month_without_a_survey(surveyed):
    board = read_consequences(surveyed, NAME)
    assert board.waves == ("2024-05", "2024-06", "2024-07", "2024-08", "2024-09")
    assert board.unsurveyed == ("2024-07",)
    assert followed(board, "talk") == [("2024-09", "birch"), ("2024-08", "ash"), ("2024-06", "ash"), ("2024-05", "ash")]
    assert followed(board, "card") == [("2024-06", "ash")]
    card = next(row for row in board.listed if row.event.consequence == "card")
    assert card.evidence == "confirmed" and card.level == 0.9
    praised = {area for wave, area in followed(board, "praise") if wave == "2024-09"}
    table = pd.DataFrame(vars(row.event) for row in board.listed)
    assert praised <= {"ash", "cedar"} and set(table.area) <= {"ash", "birch", "cedar"}


def test_an_earlier_wave_s_board_holds_nothing_later_and_says_the_same_of_what_it_holds(surveyed):
    june, whole = (read_consequences(surveyed, NAME, wave=wave) for wave in ("2024-06", None))
    assert [row.event for row in june.listed] == [row.event for row in whole.listed if row.event.wave <= "2024-06"]


def test_luck_of_a_panel_allows_for_what_its_waves_share(surveyed, fresh_store):
    board = read_consequences(surveyed, NAME)
    assert 4 <= board.luck.expected["talk"] < 8  # one of three in each of four waves, and ties
    assert all(0 < board.chance(row) <= 1 for row in board.listed if row.event.consequence == "talk")
    assert board.panel == 0
    panel = with_waves(fresh_store("sqlite"), new_people=False)
    of_panel = read_consequences(panel, NAME)
    assert 0.1 < of_panel.panel <= 1
    assert of_panel.luck.expected["card"] > board.luck.expected["card"] + 0.2  # who is last once stays so
    for t in BOTH.values():
        note = t("consequences.same_people", correlation=f"{of_panel.panel:.2f}")
        assert note in board_notes(of_panel, t) and note not in board_notes(board, t)
    assert read_consequences(panel.acting(Actor("lea", LEADER)), NAME).panel == of_panel.panel
    panel.engine.dispose()


def test_interviews_that_would_settle_what_is_open_stand_beside_it(surveyed):
    board = read_consequences(surveyed, NAME)
    for row in board.listed:
        assert (row.settling is None) == (row.evidence != "not_ruled_out")
    open_row = next(row for row in board.listed if row.evidence == "not_ruled_out")
    assert open_row.settling > open_row.asked > 0
    for language, t in BOTH.items():
        rows = board_rows(board, [open_row], t)
        shown = rows.consequence_settling[0]
        assert "–" not in shown and ("约" in shown or "以上" in shown or "about" in shown or "over" in shown), language
        assert t("consequences.settling_how") in board_notes(board, t)


def test_a_gap_that_is_passed_over_is_said(fresh_store):
    passing = LADDER.replace("times = 2\n", 'times = 3\ngap = "passes"\n')
    store = with_waves(fresh_store("sqlite"), passing)
    board = read_consequences(store, NAME)
    assert followed(board, "card") == [("2024-08", "ash")]
    for t in BOTH.values():
        assert any(
            note.startswith(t("consequences.passed", waves=["|"]).split("|")[0]) for note in board_notes(board, t)
        )
    store.engine.dispose()


def test_a_renamed_town_keeps_its_history_a_merged_one_begins_anew_and_codes_may_change_places():
    """Ash was 03 before; d1 was merged into dill; birch and cedar changed their codes."""
    before = read_programme(PROGRAMME, "harbours.toml")
    table = '[renamed.2024-06]\n"03" = "ash"\nd1 = "dill"\nbirch = "cedar"\ncedar = "birch"\n'
    after = read_programme(PROGRAMME + table.encode(), "harbours.toml")
    codes = ["03", "birch", "cedar", "d1", "dill", "elder"]
    assert todays_codes(after, before, "2024-05", codes) == {
        "03": "ash",
        "birch": "cedar",
        "cedar": "birch",
        "elder": "elder",
    }
    assert todays_codes(after, before, "2024-06", codes[1:3]) == {"birch": "birch", "cedar": "cedar"}
    assert todays_codes(after, after, "2024-05", ["ash", "birch"]) == {"ash": "ash", "birch": "birch"}


def test_the_board_in_words(surveyed):
    board = read_consequences(surveyed, NAME)
    said = {language: headline(board, t) for language, t in BOTH.items()}
    assert "2024年9月：表扬1个（白蜡港）；约谈1个（桦港）" in said["zh"] and "Talk 1 (Birchhaven)" in said["en"]
    assert said["zh"].startswith(BOTH["zh"]("note.simulated"))
    english = " ".join(count_sentences(board, BOTH["en"]))
    assert "Yellow card: 1 in all. Confirmed: 1; not confirmed: 0; confirmed to be wrong: 0." in english
    rows = board_rows(board, board.of_area("ash"), BOTH["zh"])
    assert set(rows.code) == {"ash"}
    card = rows[rows.consequence == "黄牌警告"].iloc[0]
    assert card.consequence_rests == "2024年5月、2024年6月不符合“不是最后一名”"
    assert card.consequence_sure == "确认成立"
    assert board_csv(board, BOTH["en"]).decode("utf-8-sig").splitlines()[0].endswith("simulated")


def test_a_correction_and_interviews_left_out_are_said_of_what_is_behind_the_board(surveyed):
    behind = read_behind(surveyed, (board := read_consequences(surveyed, NAME)).runs)
    assert len(behind.runs) == len(board.runs) and behind_notes(behind, BOTH["en"]) == []
    lacking = {"version_id": 9, "wave": "2024-09", "left_out": 3, "reason": None}
    noted = replace(behind, runs=({"stopped": [], "origins": [lacking]},), outdated=True)
    for language, found in (("zh", "2024年9月剔除了3份访问"), ("en", "3 interviews of 2024-09 were left out")):
        outdated, left_out = behind_notes(noted, BOTH[language])
        assert outdated == BOTH[language]("app.outdated") and found in left_out


def test_a_leader_sees_only_what_may_be_shown(surveyed):
    leader = surveyed.acting(Actor("lea", LEADER))
    with pytest.raises(Fault) as fault:  # in these leagues so few were asked that nothing is shown
        read_consequences(leader, NAME, league="nowhere")
    assert fault.value.key == "league.unknown_league"
    board = read_consequences(leader, NAME)
    shown = {(row.event.wave, row.event.area) for row in board.listed}
    assert shown <= {(row.event.wave, row.event.area) for row in read_consequences(surveyed, NAME).listed}


def test_without_consequences_the_way_out_is_said(fresh_store):
    store = begin_survey(fresh_store("sqlite"))
    with pytest.raises(Fault) as fault:
        read_consequences(store, NAME)
    assert fault.value.key == "consequences.none"
    store.engine.dispose()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (('of = "quiet"\ntimes', 'of = "loud"\ntimes'), "loud"),
        (("times = 2", "times = 1"), "times"),
        (("times = 2", 'times = 2\nagain = "never"'), "again"),
        (("times = 2", "times = 2\nyears = 2"), "years"),
        (('kind = "streak"', 'kind = "streek"'), "streek"),
        (("[consequences.talk]", "[consequences.quiet]"), "quiet"),
        (('of = ["quiet", "kept"]', 'of = "quiet"'), "of"),
    ],
)
def test_a_programme_that_cannot_be_meant_is_refused_by_name(change, named):
    assert change[0] in LADDER
    with pytest.raises(Fault) as fault:
        read_programme(PROGRAMME + LADDER.replace(*change, 1).encode(), "harbours.toml")
    for t in BOTH.values():
        sentence = t(fault.value.key, **fault.value.values)
        assert "harbours.toml" in sentence and named in sentence and "consequences." in sentence


def test_the_command_lists_and_writes_the_same(surveyed, rankshift, tmp_path):
    url = str(surveyed.engine.url)
    listed = rankshift("consequences", "--store", url, language="en")
    assert listed.code == 0 and "Yellow card" in listed.out and "Birchhaven" in listed.out
    one = rankshift("consequences", "--area", "birch", "--store", url, language="en")
    assert "Ashhaven" not in one.out.split("Probability by chance")[1].split("Talk: ")[0]
    file = tmp_path / "board.csv"
    assert rankshift("consequences", "--csv", str(file), "--store", url, language="zh").code == 0
    assert len(pd.read_csv(file)) == len(read_consequences(surveyed, NAME).listed)
    wrong = rankshift("consequences", "--area", "nowhere", "--store", url, language="en")
    assert wrong.code != 0 and "nowhere" in wrong.err
