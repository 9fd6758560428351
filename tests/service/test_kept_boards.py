"""Boards that are kept: they say what judging says, are out of date never, and each reader has those of the reader."""

import json

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from made_up import ANN, BOTH, JUNE, MAY, NAME, as_csv, begin_survey, changed, interviews, take

from presentation.ladder.board import board_notes, board_rows, count_rows, headline
from service.figures import consequences, waves
from service.figures.consequences import keep_boards, read_consequences
from service.figures.kept_boards import board_of, content_of
from service.figures.publish import publish_wave
from service.intake import imports
from service.store import audit, schema
from service.store.permissions import LEADER, STATISTICIAN, Actor

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
"""
ASKING = changed(('[design]\nlonely = "error"\n', '[design]\nlonely = "error"\n[publish]\nrelease = true\nn = 1\n'))
ASKING += LADDER.encode()
LEA, STAN = Actor("lea", LEADER), Actor("stan", STATISTICIAN)


def disturbed(town: str, wave: str) -> bytes:
    """A wave of other people in which everybody of one town is disturbed."""
    table = interviews(seed=int(wave[-2:]))
    table["noise"] = np.where(table.town == town, "often", table.noise)
    return as_csv(table.assign(id=wave + table.id))


def two_judged(store) -> None:
    begin_survey(store, ASKING)
    for wave in (MAY, JUNE):
        take(store, wave, disturbed("ash", wave))
        waves.estimate_wave(store.acting(ANN), NAME, wave)
    keep_boards(store.acting(ANN), NAME)


@pytest.fixture
def surveyed(prepared):
    """Two waves whose boards are kept, none released."""
    store, _ = prepared("sqlite", two_judged)
    yield store.acting(ANN)
    store.engine.dispose()


def said(board) -> list:
    """All that pages and commands say of a board, in both languages."""
    tables = [
        table
        for t in BOTH.values()
        for table in (board_rows(board, board.listed, t), count_rows(board, t), pd.DataFrame(board_notes(board, t)))
    ]
    return [headline(board, BOTH["en"]), board.together.to_dict(), *(table.to_dict() for table in tables)]


@pytest.fixture
def judged(monkeypatch):
    """The leagues and waves that were judged, and not read from the store, one entry each."""
    calls, judge = [], consequences._judged

    def counted(store, programme, league, wave):
        calls.append((store.actor.role, league, wave))
        return judge(store, programme, league, wave)

    monkeypatch.setattr(consequences, "_judged", counted)
    return calls


def test_a_kept_board_is_read_without_judging_and_says_all_that_judging_says(surveyed, judged):
    kept = read_consequences(surveyed, NAME)
    assert judged == [] and [row.event.area for row in kept.listed if row.event.consequence == "card"] == ["ash"]
    anew = consequences._judged(surveyed, kept.programme, kept.league, JUNE)
    assert said(kept) == said(anew)
    assert [vars(row) for row in kept.listed] == [vars(row) for row in anew.listed]
    assert kept.runs == anew.runs and kept.luck.ever == anew.luck.ever
    assert content_of(board_of(content_of(anew), anew.programme)) == content_of(anew)


def test_what_may_change_a_board_is_never_answered_from_an_older_one(surveyed, judged):
    """A correction, a wave more, another rule: each is judged anew, and keeping it makes it read again."""
    first = said(read_consequences(surveyed, NAME))
    take(surveyed, JUNE, disturbed("birch", JUNE))
    assert said(read_consequences(surveyed, NAME)) == first and judged == []  # imported, and no figure changed yet
    waves.estimate_wave(surveyed, NAME, JUNE)
    corrected = read_consequences(surveyed, NAME)
    assert len(judged) == 1 and not [row for row in corrected.listed if row.event.consequence == "card"]
    take(surveyed, "2024-07", disturbed("birch", "2024-07"))
    waves.estimate_wave(surveyed, NAME, "2024-07")
    assert read_consequences(surveyed, NAME).waves[-1] == "2024-07" and len(judged) == 2
    assert said(read_consequences(surveyed, NAME, wave=JUNE)) == said(corrected)
    other = ASKING.replace(b"times = 2", b"times = 3")
    imports.import_programme(surveyed, other, "harbours.toml")
    assert not [row for row in read_consequences(surveyed, NAME).listed if row.event.consequence == "card"]
    judged.clear()
    assert keep_boards(surveyed, NAME) == len(judged) > 0 == keep_boards(surveyed, NAME)
    judged.clear()
    read_consequences(surveyed, NAME)
    assert judged == []


def test_a_leader_s_board_is_of_released_waves_and_kept_with_the_release(surveyed, judged):
    publish_wave(surveyed.acting(STAN), NAME, MAY)
    assert {role for role, _, _ in judged} == {LEADER}
    judged.clear()
    leader = surveyed.acting(LEA)
    assert read_consequences(leader, NAME).waves == (MAY,) and judged == []
    publish_wave(surveyed.acting(STAN), NAME, JUNE)
    judged.clear()
    board = read_consequences(leader, NAME)
    assert board.waves == (MAY, JUNE) and judged == []
    assert said(board) == said(consequences._judged(leader, board.programme, board.league, JUNE))


def test_a_board_that_was_damaged_is_judged_anew(surveyed, judged):
    whole = said(read_consequences(surveyed, NAME))
    with surveyed.begin() as connection:
        connection.execute(schema.boards.update().values(content=b"{}"))
        audit.append(connection, surveyed.actor, "run", {})  # what was remembered of the store is forgotten
    assert said(read_consequences(surveyed, NAME)) == whole and len(judged) == 1


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_keeping_is_one_line_of_the_trail_and_keeps_one_board_for_each_reader(engine, prepared):
    surveyed = prepared(engine, two_judged)[0].acting(ANN)
    lines = surveyed.table(sa.select(schema.audit.c.action, schema.audit.c.details))
    (line,) = lines[lines.action == "board"].details
    kept = surveyed.table(sa.select(schema.boards.c.key, schema.boards.c.wave))
    assert {row["key"] for row in json.loads(line)["boards"]} == set(kept.key)
    take(surveyed, JUNE, disturbed("birch", JUNE))
    waves.estimate_wave(surveyed, NAME, JUNE)
    keep_boards(surveyed, NAME)
    newer = surveyed.table(sa.select(schema.boards.c.key))
    assert len(newer) == len(kept) and not set(newer.key) & set(kept.key)
    surveyed.engine.dispose()
