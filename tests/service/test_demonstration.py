"""The demonstration, small: quarters of eight townships, played by the use cases of real ones, beside the truth."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from presentation.evidence import known_truth as truth_words
from presentation.quality.flags import flag_rows
from programme.survey import read_programme
from reference.laibin_quarters import FILE, MEAN, MOVES, SPREAD, WAVES, truth
from service.demonstration.playing import play
from service.demonstration.story import PLAY, TRUE, is_story, people_of, read_story
from service.fieldwork.calls import read_fieldwork
from service.figures import waves
from service.figures.known_truth import read_truth
from service.figures.league import read_league
from service.figures.quality import read_flags
from service.figures.response import read_response
from service.intake import imports
from service.protection import people
from service.protection.keys import Key, public_key
from service.protection.seeds import wave_seed
from service.samples.frames import frame_key_of
from service.samples.samples import read_sample
from service.store import schema
from service.store.engine import STORE_VARIABLE
from service.store.permissions import LEADER, Actor
from words import LANGUAGES, Fault, speaker, text

FOLDER = Path(__file__).parents[2] / "data" / "laibin_quarters"
CONTENT = (FOLDER / "programme.toml").read_bytes()
pytestmark = pytest.mark.xdist_group("test_demonstration")  # all tests share what is played once
NAME, NOW = "laibin_quarters", datetime.now(UTC)
FALLEN = "451302001"


def few() -> bytes:
    """The programme with eight townships."""
    lines = CONTENT.decode().splitlines()
    first = lines.index("[areas]")
    return "\n".join([*lines[: first + 1], *lines[first + 1 :: 9]]).encode()


def small():
    """The story of these townships: 80 interviews in each of two quarters; the first falls deeply, p invents hers."""
    whole = read_story(FOLDER, read_programme(CONTENT, "programme.toml"))
    areas = whole.areas.loc[list(read_programme(few(), "programme.toml").areas)].assign(people=400)
    areas.loc[:, ["2026Q2", "2026Q3"]] = 0.95
    areas.loc[FALLEN, "2026Q3"] = 0.55
    days = {"2026Q2": date(2026, 5, 11), "2026Q3": date(2026, 8, 3)}
    return replace(
        whole,
        waves=days,
        areas=areas,
        interviews=80,
        interviewers=tuple("abcdefghijklmnop"),
        lazy=1,
        rho=0.0,
        coached_wave="",
    )


def played(store):
    """The demonstration of eight townships, estimated and compared."""
    people.mark_demo(store)
    imports.import_programme(store, few(), "programme.toml")
    said = []
    play(store, NAME, small(), now=NOW, progress=said.append)
    for wave in ("2026Q2", "2026Q3"):
        waves.estimate_wave(store, NAME, wave)
    waves.compare_waves(store, NAME, "2026Q2", "2026Q3")
    return said


@pytest.fixture
def demonstration(prepared):
    store, said = prepared("sqlite", played)
    yield store, said
    store.engine.dispose()


def test_the_quarters_are_drawn_called_answered_and_weighted_and_the_present_one_has_something_to_do(demonstration):
    store, said = demonstration
    assert said == ["2026Q2", "2026Q3", "2026Q4"]
    versions = imports.wave_versions(store, NAME)
    assert list(versions.wave) == ["2026Q2", "2026Q3"]
    for wave in versions.wave:
        over = read_fieldwork(store, NAME, wave)
        assert over.open <= 0.02 * over.releases.units.sum() and (over.open == 0) == (over.stopped is None)
    present = read_fieldwork(store, NAME, "2026Q4")
    assert present.open > 0 and present.releases.tried.sum() > 0
    with store.read() as connection:
        drawn = connection.execute(sa.select(schema.draws.c.draw_id, schema.draws.c.wave)).all()
        ahead = connection.execute(sa.select(schema.appointments)).all()
    assert {row.wave for row in drawn} == {"2026Q2", "2026Q3", "2026Q4"} and ahead
    assert all(row.note == "simulated" and row.interviewer for row in ahead)


def test_the_draws_follow_from_the_name_of_the_survey_but_those_of_real_lists_from_chance(demonstration):
    store, _ = demonstration
    public, place = public_key(NAME), (NAME, "2026Q3", "1")
    assert read_sample(store, NAME, "2026Q3").record.seed == wave_seed(public, place)
    assert frame_key_of(store, NAME) == public and public != public_key("another")
    secret = Key(public.secret)
    assert wave_seed(secret, place) != wave_seed(secret, place)


def test_who_truly_moved_stands_beside_what_is_confirmed_for_leaders_too(demonstration):
    store, _ = demonstration
    league = read_league(store, NAME, wave="2026Q3", against="2026Q2")
    table = read_truth(store.acting(Actor("lee", LEADER)), league)
    expected = [small().expected(people_of(small()), wave) for wave in ("2026Q2", "2026Q3")]
    assert np.allclose(table.true_before, expected[0][table.index], atol=1e-6)
    assert np.allclose(table.moved, (expected[1] - expected[0])[table.index], atol=2e-6)
    assert table.moved[FALLEN] < -0.3 and table.true_rank[FALLEN] == 8
    se = league.table.se
    assert ((league.table.estimate - table.true).abs() < 6 * se.clip(lower=0.03)).all()
    small_change = truth_words.rows(league, table.assign(change=-0.0002, called=-1), speaker("en")).iloc[:, 3]
    assert set(small_change) == {"+0.0"}  # a change that rounds to 0 has no minus
    table.loc[FALLEN, "called"] = -1  # as in the loads in which the fall is confirmed
    for language in LANGUAGES:
        t = speaker(language)
        said, rows = truth_words.headline(league, table, t), truth_words.rows(league, table, t)
        assert "1" in said and rows.iloc[0, 0] == league.name(FALLEN)[language]
        assert rows.iloc[0, 4] == t("truth.said.fall") and rows.iloc[0, 2].startswith("−")


def test_the_league_is_printed_with_the_truth_below_what_each_level_says(demonstration, rankshift):
    store, _ = demonstration
    options = ["--wave", "2026Q3", "--against", "2026Q2", "--store", store.engine.url.database]
    said = rankshift("league", "--levels", *options)
    title = text("truth.title", "en")
    assert said.code == 0 and said.out.index(title) > 0 and text("truth.note", "en").split(".")[0] in said.out


def test_the_areas_are_one_variable_of_the_nonresponse_report_though_file_and_sample_name_them(demonstration):
    even = read_response(demonstration[0], NAME, "2026Q3").even
    assert even is not None and set(even.variables.index) == {"township", "listed_age"}


def test_the_quality_page_names_the_interviewer_who_makes_interviews_up(demonstration, monkeypatch):
    store, _ = demonstration
    flagged = read_flags(store, NAME, "2026Q3").flags
    assert "p" in flagged.interviewers and not len(flagged.facts)
    monkeypatch.setenv(STORE_VARIABLE, str(store.engine.url))
    page = AppTest.from_file(str(Path(__file__).parents[2] / "app.py"), default_timeout=60)
    page.query_params.update(lang="en", programme=NAME, wave="2026Q3", role="centre")
    page.run()
    page._page_hash = next(k for k, of in page._registered_pages.items() if of["url_pathname"] == "quality")
    page.run()
    assert not page.exception
    tables = [html.proto.body for html in page.get("html") if "<table" in html.proto.body]
    rows = flag_rows(read_flags(store, NAME, "2026Q3"), speaker("en"))
    assert len(rows) and any(all(cell in table for cell in rows.iloc[0, :3]) for table in tables)


def test_playing_again_changes_nothing(demonstration):
    store, _ = demonstration
    tables = schema.calls, schema.draws, schema.waves, schema.appointments
    count = lambda: [store.table(sa.select(sa.func.count()).select_from(t)).iloc[0, 0] for t in tables]  # noqa: E731
    before = count()
    play(store, NAME, small(), now=NOW + timedelta(days=1), progress=lambda _: None)
    assert count() == before


def test_the_truth_that_comes_with_the_program_is_what_the_study_makes():
    assert FILE.read_text("utf-8") == truth().to_csv(index=False, lineterminator="\n")
    table = pd.read_csv(FILE, dtype={"area": str})
    assert len(table) == 70 and set(table.simulated) == {True} and is_story(FOLDER)
    unmoved = table["2025Q2"].drop(table["2025Q2"].nsmallest(2).index)
    assert abs(unmoved.mean() - MEAN) < 0.002 and abs(unmoved.std() - SPREAD) < 0.003
    moved = (table["2026Q3"] - table["2025Q2"]).round(4)
    assert sorted(moved[moved != 0]) == sorted([by for _, by, first, _ in MOVES if first > "2025Q2"] + [0.2, 0.24])
    assert set(WAVES) <= set(table)


@pytest.mark.parametrize(
    "file, before, after, found",
    [
        (PLAY, b"lazy = 2", b"lazy = 99", "99"),
        (PLAY, b"coached_from = 5", b"coached_from = 22", "22"),
        (PLAY, b'+2025Q3"', b'+2023Q3"', "2023Q3"),
        (PLAY, b"interviews = ", b"interview = ", "interview"),
        (PLAY, b'measure = "safe"', b'measure = "safer"', "safer"),
        (TRUE, b"451302001,", b"999999999,", "999999999"),
        (TRUE, b"willing", b"unwilling", "willing"),
    ],
)
def test_a_folder_that_cannot_be_played_is_refused_with_what_is_wrong(tmp_path, file, before, after, found):
    for name in (PLAY, TRUE):
        content = (FOLDER / name).read_bytes()
        assert name != file or before in content
        (tmp_path / name).write_bytes(content.replace(before, after, 1) if name == file else content)
    with pytest.raises(Fault) as refused:
        read_story(tmp_path, read_programme(CONTENT, "programme.toml"))
    assert found in str(refused.value)
