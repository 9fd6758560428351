"""The regular comparisons: which each wave has, that both are made with its estimate, and the error they share."""

from dataclasses import replace

import pytest
from made_up import BOTH, NAME, as_csv, begin_survey, changed, interviews, take

from presentation.league_notes import year_notes
from programme.declared import Comparing
from programme.regular_comparisons import PREVIOUS, YEAR_AGO, regular_comparisons, shared_level, sharing_error
from programme.survey import read_programme
from service.care import jobs
from service.figures import waves
from service.figures.comparable import check_comparison, never_comparable, regular_of_wave
from service.figures.detection import detection
from service.figures.league import comparisons, read_league
from service.store.engine import Store
from service.store.permissions import LEADER, Actor
from words import Fault

PROGRAMME = read_programme(changed(), "harbours.toml")
QUARTERS = ["2024Q4", "2025Q1", "2025Q2", "2025Q4", "2026Q1"]
YEAR_BEFORE, BEFORE, NOW = "2024-06", "2025-05", "2025-06"


def named(waves_known, wave, programme=PROGRAMME):
    return {c.kind: c.before for c in regular_comparisons(programme, waves_known, wave) if c.broken is None}


@pytest.mark.parametrize(
    ("known", "wave", "expected"),
    [
        (QUARTERS, "2024Q4", {}),
        (QUARTERS, "2025Q1", {PREVIOUS: "2024Q4"}),
        (QUARTERS, "2025Q4", {PREVIOUS: "2025Q2", YEAR_AGO: "2024Q4"}),
        (QUARTERS, "2026Q1", {PREVIOUS: "2025Q4", YEAR_AGO: "2025Q1"}),
        (["2024", "2025"], "2025", {PREVIOUS: "2024"}),
        (["2025", "2025Q1", "2025-12"], "2026Q1", {PREVIOUS: "2025Q1", YEAR_AGO: "2025Q1"}),
        (["2025-01", "2025-12"], "2026-01", {PREVIOUS: "2025-12", YEAR_AGO: "2025-01"}),
    ],
)
def test_a_wave_is_compared_with_the_one_before_of_its_kind_and_with_that_of_a_year_ago(known, wave, expected):
    expected = {PREVIOUS: expected[PREVIOUS]} if len(set(expected.values())) == 1 else expected
    assert named(known, wave) == expected


def test_a_break_between_two_waves_bars_the_comparison_over_it_alone():
    broken = replace(PROGRAMME, breaks={"2025Q2": {"en": "by text message"}})
    assert named(QUARTERS, "2025Q4", broken) == {PREVIOUS: "2025Q2"}
    assert [c.broken for c in regular_comparisons(broken, QUARTERS, "2025Q4")] == [None, "2025Q2"]


def test_the_regular_comparisons_share_one_error_and_any_other_has_a_page_of_its_own():
    regular = regular_comparisons(PROGRAMME, QUARTERS, "2026Q1")
    assert sharing_error(regular, "2025Q1", "2026Q1") == sharing_error(regular, "2025Q4", "2026Q1") == 2
    assert sharing_error(regular, "2025Q2", "2026Q1") == 1
    assert shared_level(PROGRAMME, 1) == pytest.approx(0.9) and shared_level(PROGRAMME, 2) == pytest.approx(0.95)
    yearly = replace(PROGRAMME, comparing=Comparing(yearly_error=0.05, pages_a_year=8))
    assert shared_level(yearly, 2) == pytest.approx(1 - 0.05 / 8)  # each comparison is one of the year's pages


@pytest.fixture(scope="module")
def refreshed(fresh_store):
    store = begin_survey(fresh_store("sqlite"))
    for seed, wave in enumerate((YEAR_BEFORE, BEFORE, NOW)):
        take(store, wave, as_csv(interviews(seed)))
    jobs.refresh(store, NAME)
    yield store
    store.engine.dispose()


def test_both_are_made_with_the_estimate_and_together_they_spend_the_error_of_one_page(refreshed):
    assert comparisons(refreshed, NAME, NOW) == [BEFORE, YEAR_BEFORE]
    leagues = [read_league(refreshed, NAME, wave=NOW, against=before) for before in (BEFORE, YEAR_BEFORE)]
    assert [league.error for league in leagues] == pytest.approx([0.05, 0.05])
    assert [league.pages for league in leagues] == [2, 2]  # of May 2025, and of June with both its comparisons
    assert read_league(refreshed, NAME, wave=BEFORE).error == pytest.approx(0.1)  # one comparison has all of it
    assert all(waves.rerun(refreshed, league.runs["compare"]["run_id"]) == [] for league in leagues)
    for t in BOTH.values():
        assert "10%" in (said := year_notes(leagues[0], t)[0]) and "12" in said  # twelve pages a year of 10% each


def test_planned_interviews_are_those_for_the_error_that_the_comparison_has(refreshed):
    shared, alone = (detection(read_league(refreshed, NAME, wave=wave)) for wave in (NOW, BEFORE))
    assert (shared.needed.standing / shared.needed.standing.min() >= 1).all()
    assert shared.needed.standing.iloc[0] != alone.needed.standing.iloc[0]


def test_a_pair_asked_for_by_hand_is_the_run_that_was_made(refreshed):
    assert waves.compare_waves(refreshed, NAME, YEAR_BEFORE, NOW).repeated
    assert not waves.compare_waves(refreshed, NAME, YEAR_BEFORE, NOW, sharing=1, seed="other").repeated


def test_the_estimate_command_makes_both_and_says_why_one_is_left_out(fresh_url, rankshift):
    url = fresh_url("sqlite")
    text = (
        "[leagues.north]",
        '[breaks.2024-09]\nreason = { en = "another mode", zh = "另一种方式" }\n\n[leagues.north]',
    )
    store = begin_survey(Store.create(url), changed(text))
    for seed, wave in enumerate((YEAR_BEFORE, BEFORE, NOW)):
        take(store, wave, as_csv(interviews(seed)))
    said = rankshift("estimate", NOW, "--store", url)
    assert said.code == 0 and "2024-06 and 2025-06 are not comparable: from 2024-09 on, another mode" in said.out
    assert comparisons(store, NAME, NOW) == [BEFORE]
    assert read_league(store, NAME, wave=NOW).error == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [(NOW, BEFORE, "compare.order"), (BEFORE, "2025-12", "wave.unknown"), (f"{BEFORE}+{BEFORE}", NOW, "compare.twice")],
)
def test_a_comparison_that_would_fail_is_refused_before_its_job_begins(refreshed, before, after, key):
    found = never_comparable(refreshed, NAME, before, after)
    assert found is not None and found.key == key
    for refuse in (
        lambda: check_comparison(refreshed, NAME, before, after),
        lambda: jobs.start(refreshed, jobs.COMPARE, NAME, before=before, after=after),
    ):
        with pytest.raises(Fault) as fault:
            refuse()
        assert fault.value.key == key
    assert jobs.job_list(refreshed).empty


def test_any_two_windows_are_compared_by_a_job_that_says_what_it_does(refreshed):
    heard = []
    run = jobs.compare_windows(refreshed, NAME, f"{YEAR_BEFORE}+{BEFORE}", NOW, report=lambda *said: heard.append(said))
    assert heard[0] == (0.0, f"{YEAR_BEFORE}+{BEFORE} → {NOW}") and " · " in heard[1][1]
    league = read_league(refreshed, NAME, wave=NOW, against=f"{YEAR_BEFORE}+{BEFORE}>{NOW}")
    assert league.runs["compare"]["run_id"] == run and league.error == pytest.approx(0.1)


def test_everybody_may_ask_what_is_comparable_and_workers_alone_compare(refreshed):
    leader = refreshed.acting(Actor("lea", LEADER))
    assert [c.kind for c in regular_of_wave(leader, NAME, NOW)] == [PREVIOUS, YEAR_AGO]
    assert never_comparable(leader, NAME, BEFORE, NOW) is None
    with pytest.raises(Fault) as fault:
        jobs.start(leader, jobs.COMPARE, NAME, before=BEFORE, after=NOW)
    assert fault.value.key == "permission.denied"
