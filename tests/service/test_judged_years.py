"""A year judged on the mean of its waves: a run like others, refused where a wave is missing."""

import numpy as np
import pytest
import sqlalchemy as sa
from made_up import ANN, BOTH, NAME, PROGRAMME, as_csv, begin_survey, interviews, take

from presentation.tiles import tiles
from programme.survey import read_programme
from service.figures import waves
from service.figures.consequences import read_consequences
from service.figures.regular import wave_steps
from service.figures.screen import read_screen
from service.store import schema
from service.store.permissions import LEADER, Actor
from words import Fault

RULES = """
[rules.quiet_year]
measure = "disturbed"
kind = "not_last"
threshold = 1
period = "year"
name = { zh = "年度不是最后一名", en = "Not the last of the year" }

[consequences.poor_year]
kind = "each"
of = "quiet_year"
name = { zh = "年度约谈", en = "Annual talk" }
"""
MONTHS = [f"2024-{month:02}" for month in range(1, 13)]


def month(wave: str):
    """Ash is disturbed in every second month, birch never: over the year ash is the last."""
    table = interviews(seed=int(wave[-2:]))
    order = np.arange(len(table)) % 6
    noisy = (table.town == "ash") & (int(wave[-2:]) % 2 == 0)
    table["noise"] = np.where(noisy | ((order == 0) & (table.town != "birch")), "often", "never")
    return table.assign(id=wave + table.id, w="1")


@pytest.fixture(scope="module")
def eleven_months(fresh_store):
    store = begin_survey(fresh_store("sqlite"), PROGRAMME + RULES.encode())
    for wave in MONTHS[:-1]:
        take(store, wave, as_csv(month(wave)))
    yield store.acting(ANN)
    store.engine.dispose()


def test_a_year_is_judged_once_all_its_months_are_there(eleven_months, rankshift):
    store, url = eleven_months, eleven_months.engine.url.render_as_string()
    with pytest.raises(Fault) as fault:
        waves.judge_year(store, NAME, "2024")
    assert (fault.value.key, fault.value.values["waves"]) == ("annual.incomplete", ["2024-12"])
    assert len(wave_steps(store, NAME, "2024-11")) == 2  # its estimate, and the comparison with the month before
    with pytest.raises(Fault) as fault:
        waves.judge_year(store, NAME, "2031")
    assert fault.value.key == "annual.no_waves"

    take(store, "2024-12", as_csv(month("2024-12")))
    assert [what for what, _ in wave_steps(store, NAME, "2024-12")][-2:] == ["2024", "+".join(MONTHS)]
    run = waves.judge_year(store, NAME, "2024")
    assert waves.judge_year(store, NAME, "2024") == waves.Computed(run.run_id, repeated=True)
    assert waves.rerun(store, run.run_id) == []
    table = schema.DERIVED["VERDICTS"]
    verdicts = store.table(sa.select(table).where(table.c.run_id == run.run_id)).set_index("area")
    assert list(verdicts.printed.astype(bool)[["ash", "birch", "cedar"]]) == [False, True, True]

    waves.estimate_wave(store, NAME, "2024-12")
    for wave in MONTHS[:-1]:
        waves.estimate_wave(store, NAME, wave)
    board = read_consequences(store, NAME)
    (poor,) = board.listed
    assert (poor.event.consequence, poor.event.wave, poor.event.area) == ("poor_year", "2024-12", "ash")
    assert board.luck is not None and 0.2 < board.luck.expected["poor_year"] < 2
    leader = read_consequences(store.acting(Actor("lea", LEADER)), NAME)
    assert [row.event for row in leader.listed] in ([], [poor.event])

    with pytest.raises(Fault) as fault:
        waves.judge_rolling(store, NAME, "2024-11")
    assert (fault.value.key, fault.value.values["waves"]) == ("rolling.incomplete", ["2023-12"])
    rolling = waves.judge_rolling(store, NAME, "2024-12")
    by_year = store.table(sa.select(table).where(table.c.run_id == rolling.run_id, table.c.rule == "quiet"))
    by_year = by_year.set_index("area").loc[verdicts.index]  # the year that ends with December is the calendar year
    for column in ("printed", "outcome", "estimate", "lower", "upper"):
        assert list(by_year[column]) == list(verdicts[column]), column
    screen = read_screen(store, NAME, measure="disturbed", league="north")
    assert screen.rolling.places.printed == ("ash",) and screen.rolling.waves == tuple(MONTHS)
    assert screen.rolling.places.confirmed == tuple(verdicts.index[verdicts.outcome == "missed"])
    for language, name in (("zh", "白蜡港"), ("en", "Ashhaven")):
        said = rankshift("league", "--measure", "disturbed", "--league", "north", "--store", url, language=language).out
        assert BOTH[language]("screen.rolling", first="|", last="|", said="", names=[], count=1).split("|")[0] in said
        tile = next(tile for tile in tiles(screen, BOTH[language]) if tile.name == "last")
        assert (name,) in [line.names for line in tile.lines[-2:]]
    withheld = read_screen(store.acting(Actor("lea", LEADER)), NAME, measure="disturbed", league="north")
    assert withheld.rolling is None or withheld.rolling.places == screen.rolling.places

    said = rankshift("estimate", "2024", "--store", url, language="en")
    assert said.code == 0 and "2024" in said.out
    board_said = rankshift("consequences", "--store", url, language="zh")
    assert "2024年不符合“年度不是最后一名”" in board_said.out


def test_a_break_within_the_year_and_a_programme_without_annual_rules_are_refused(fresh_store):
    broken = RULES + '[breaks.2024-06]\nreason = { zh = "改用短信", en = "now by text message" }\n'
    store = begin_survey(fresh_store("sqlite"), PROGRAMME + broken.encode())
    for wave in MONTHS:
        take(store, wave, as_csv(month(wave)))
    with pytest.raises(Fault) as fault:
        waves.judge_year(store.acting(ANN), NAME, "2024")
    assert fault.value.key == "annual.break"
    assert not {"2024", "+".join(MONTHS)} & {what for what, _ in wave_steps(store, NAME, "2024-12")}
    with pytest.raises(Fault) as fault:
        waves.judge_rolling(store, NAME, "2024-12")
    assert fault.value.key == "rolling.break"
    begin_survey(store, PROGRAMME)
    with pytest.raises(Fault) as fault:
        waves.judge_year(store, NAME, "2024")
    assert fault.value.key == "annual.no_rules"
    store.engine.dispose()


def test_a_period_that_is_neither_wave_nor_year_is_refused():
    with pytest.raises(Fault) as fault:
        read_programme(PROGRAMME + RULES.replace('"year"', '"month"').encode(), "harbours.toml")
    for t in BOTH.values():
        assert "rules.quiet_year.period" in t(fault.value.key, **fault.value.values)
