"""The study that judges every promise: its cells, its draws, its judgement; what it counts is what pages would say."""

import re
from functools import partial
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest

from accountability.league.changes import change_table
from accountability.league.joined import joined_waves
from accountability.league.limits import measure_limits
from accountability.league.wave_measure import WaveMeasure
from estimation import Design, change, domain_means, standing_change, windows
from study.claims import judged, probabilities, sequential, tables, year_pages
from study.claims.cells import (
    CELLS,
    FULL,
    HALF,
    LEVELS,
    MINUTES,
    PERSONS,
    RATINGS,
    SCORES,
    SHARES,
    SPREAD,
    Cell,
    covering_array,
    kind,
    possible,
)
from study.claims.checks import CLAIMS, Covered, covered
from study.claims.draws import CountedLeagues, Truth, heavy, waves_of
from study.claims.numbers import ANSWERS
from study.claims.persons import PersonLeagues, interviewer
from words import LANGUAGES, speaker

NOISE = 4  # Monte-Carlo errors
FIGURE = re.compile(r"-?\d+\.\d+ ±\d+\.\d+")
COLUMNS = {"weight": "weight", "stratum": "area", "psu": "psu"}


def stream(i: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=[11, i]))


# ---- cells


def test_every_pair_of_levels_that_a_cell_can_have_stands_in_a_cell():
    seen = {pair for cell in CELLS for pair in combinations(cell._asdict().items(), 2)}
    missing = []
    for a, b in combinations(LEVELS, 2):
        for x, y in product(LEVELS[a], LEVELS[b]):
            if ((a, x), (b, y)) not in seen and possible(Cell(**{a: x, b: y})):
                missing.append((a, x, b, y))
    assert not missing
    assert all(possible(cell) for cell in CELLS) and len(set(CELLS)) == len(CELLS)
    assert covering_array() == covering_array()


# ---- draws


@pytest.mark.parametrize(
    "cell",
    [
        Cell(areas=14, interviews=(30, 400), share=SPREAD, deff=1.5, windows=(2, 1, 0.5)),
        Cell(areas=14, interviews=(50,), share=0.95, deff=2.0, df=8, windows=(1, 2, 1.0), movers=True),
        Cell(areas=14, interviews=(8,), share=0.9),
    ],
)
def test_counts_give_what_a_page_makes_of_the_same_persons(cell):
    """Windows, covariances, df and the newest wave's own figures, to 1e-12; and the verdicts, on the same draws."""
    leagues = CountedLeagues(cell)
    counts = [x[0] for x in leagues.counted(stream(1), 1)]
    league = leagues.league(counts)
    waves = {}
    for name, wave, group, x in zip(leagues.names, leagues.waves, leagues.counts, counts, strict=True):
        y = persons(wave, group, x)
        table = {"area": wave.area, "weight": wave.weight, "psu": wave.unit + 100_000 * int(name[-2:])}
        waves[name] = WaveMeasure(
            ANSWERS[SHARES].measure, y, wave.area, Design.from_table(pd.DataFrame(table), **COLUMNS)
        )
    areas = list(range(cell.areas))
    _, _, smooth = joined_waves(waves, areas)
    before, after, cross = windows(smooth, leagues.names[: cell.windows[0]], leagues.names[cell.windows[0] :])
    newest = waves[leagues.names[-1]]
    pairs = [(league.before, before), (league.after, after), (league.newest, newest.smoothed.select(areas))]
    pairs += [(league.plain, newest.areas.select(areas))]
    for mine, pages in pairs:
        np.testing.assert_allclose(mine.value, pages.value, rtol=1e-12)
        np.testing.assert_allclose(mine.variance, pages.variance, rtol=1e-12, atol=1e-18)
        np.testing.assert_allclose(mine.df, pages.df, rtol=1e-12)
    limits, _ = measure_limits(newest, newest.areas.select(areas), level=0.95)
    np.testing.assert_allclose(league.limits.lower, limits.lower, rtol=1e-6)  # roots, found to 1e-8
    np.testing.assert_allclose(league.limits.upper, limits.upper, rtol=1e-6)
    shift = league.shift
    np.testing.assert_allclose(shift.variance, change(before, after, cross=cross).variance, rtol=1e-12)
    first, second = leagues.names[: cell.windows[0]], leagues.names[cell.windows[0] :]
    table = change_table(waves, first, second, areas, level=0.95, rng=stream(2))
    own = standing_change(shift, rng=stream(2))
    np.testing.assert_allclose(own.p_standing, table.p_standing, rtol=1e-12)


def persons(wave, counts, x) -> np.ndarray:
    """Answers (n,) of which each group's first x count."""
    inner = wave.area if counts.persons else wave.unit
    y = np.zeros(len(wave.area))
    for g, count in enumerate(x):
        rows = np.flatnonzero((inner == counts.inner[g]) & (wave.weight == counts.weight[g]))
        y[rows[:count]] = 1.0
    return y


@pytest.mark.parametrize("deff", [1.0, 1.5, 2.0])
def test_weights_have_the_design_effect_of_their_cell(deff):
    wave = waves_of(Cell(areas=14, interviews=(400,), deff=deff))[0]
    assert wave.n_effective == pytest.approx(np.full(14, 400 / deff))
    assert heavy(1.0) == 1.0


@pytest.mark.parametrize("cell", [Cell(share=SPREAD, movers=True), Cell(areas=14, share=0.998, movers=True), Cell()])
def test_as_many_movers_rise_as_fall_so_nobody_elses_standing_moves(cell):
    truth = Truth.of(cell)
    moved = truth.after - truth.before
    assert moved.sum() == pytest.approx(0, abs=1e-12) and truth.after.max() < 1
    assert (moved > 0).sum() == (moved < 0).sum() and (moved != 0).any() == cell.movers


def test_counted_leagues_have_their_shares_and_their_clusters_their_design_effect():
    cell = Cell(areas=14, interviews=(400,), share=SPREAD, df=8)
    leagues = CountedLeagues(cell)
    x = leagues.counted(stream(3), 400)[0]
    value = np.add.reduceat(x, leagues.counts[0].starts, axis=1) / 400
    error = value.std(axis=0) / 20
    assert (np.abs(value.mean(axis=0) - leagues.truth.before) < NOISE * error).all()
    effect = value.var(axis=0) / (leagues.truth.before * (1 - leagues.truth.before) / 400)
    assert 1.3 < effect.mean() < 2.5


@pytest.mark.parametrize(("overlap", "expected"), [(FULL, 0.5), (HALF, 0.25)])
def test_a_panels_persons_answer_alike_as_often_as_said(overlap, expected):
    leagues = PersonLeagues(Cell(areas=14, interviews=(1000,), overlap=overlap))
    one, two = (w.values for w in leagues.measured(stream(4)).values())
    assert np.corrcoef(one, two)[0, 1] == pytest.approx(expected, abs=0.03)
    assert one.mean() == pytest.approx(0.9, abs=0.01)


def test_calibrated_persons_keep_the_true_share_and_interviewers_share_out_psus():
    cell = Cell(areas=14, interviews=(400,), calibrated=True, interviewers=True, df=24, overlap=HALF)
    leagues, drawn = PersonLeagues(cell), []
    for i in range(30):
        waves = leagues.measured(stream(5 + i))
        drawn.append([w.areas.value for w in waves.values()])
    mean = np.mean(drawn, axis=(0, 2))
    assert mean == pytest.approx([0.9, 0.9], abs=NOISE * 0.015 / np.sqrt(30))
    wave = leagues.waves[0]
    assert len(np.unique(interviewer(wave))) == 3 * 14
    for psu in (0, 1, 2):
        assert len(np.unique(interviewer(wave)[wave.unit == psu])) == 1


@pytest.mark.parametrize("answers", [SCORES, RATINGS, MINUTES])
def test_the_true_means_of_numbers_are_those_of_many_answers(answers):
    cell = Cell(areas=14, interviews=(1000,), answers=answers, calibrated=True, movers=True, interviewers=True)
    leagues, drawn = PersonLeagues(cell), []
    for i in range(12):
        drawn.append([w.areas.value for w in leagues.measured(stream(70 + i)).values()])
    mean, error = np.mean(drawn, axis=0), np.std(drawn, axis=0, ddof=1) / np.sqrt(len(drawn))
    z = (mean - [leagues.truth.before, leagues.truth.after]) / error
    assert np.abs(z).max() < NOISE * 2 and np.abs(z.mean()) < NOISE / np.sqrt(z.size) * 1.5
    assert (leagues.truth.before[:2] != leagues.truth.after[:2]).all()


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        (Cell(areas=30, interviews=(50,), windows=(8, 1, 1.0), together=0.08, answers=MINUTES), ("page", "fallen")),
        (Cell(areas=30, interviews=(8,), answers=MINUTES), ("field_below", "field_above")),
    ],
)
def test_long_waits_are_no_evidence(cell, names):
    """Where all minutes doubled, four of five leagues had an area called fallen against them; in eight answers, nine of
    ten one above its field.  Of twelve leagues at 5 %, three or more are false in 2 % of all runs."""
    false, rng = dict.fromkeys(names, 0), stream(90)
    leagues = PersonLeagues(cell)
    for league in leagues.drawn(stream(91), 12):
        for claim in CLAIMS:
            if claim.name in names:
                false[claim.name] += claim.false(league, leagues.truth, rng)
    assert max(false.values()) <= 3


def test_fewer_interviews_afterwards_are_fewer_and_keep_their_panel():
    before, after = waves_of(Cell(areas=14, interviews=(50,), windows=(1, 1, 0.5), overlap=FULL))
    assert (before.sizes == 50).all() and (after.sizes == 25).all()
    assert after.kept.all() and before.kept.sum() == after.kept.sum()


# ---- judgement


def test_errors_decide_a_claim_as_often_as_its_two_bounds_say():
    """1,000 sequences at the allowed rate and at 2 points more; both bounds are never passed more often."""
    for allowed in (0.05, 0.005):
        for rate, wrong, most in ((allowed, sequential.ABOVE, 0.01), (allowed + 0.02, sequential.KEPT, 0.1)):
            ended = [decided(stream(i), allowed, rate) for i in range(1000)]
            share = np.mean([found == wrong for found, _ in ended])
            assert share <= most + 3 * np.sqrt(most * (1 - most) / 1000), (allowed, rate)
            if wrong == sequential.ABOVE:
                leagues = np.mean([count for _, count in ended])
                assert leagues == pytest.approx(sequential.expected_leagues(allowed, allowed), rel=0.3)


def decided(rng, allowed: float, rate: float) -> tuple[str, int]:
    """The verdict of one cell alone, and after how many leagues."""
    errors = np.cumsum(rng.random(20_000) < rate)
    count = np.arange(1, 20_001)
    evidence = sequential.log_ratio(allowed, count, errors)
    end = int(np.argmax((evidence >= np.log(1 / 0.01)) | (evidence <= np.log(0.1))))
    return sequential.verdict(allowed, int(count[end]), int(errors[end]), 1), int(count[end])


def test_few_errors_settle_a_claim_soon_and_many_too():
    assert sequential.verdict(0.05, 0, 0, 74) == sequential.OPEN == sequential.verdict(0.05, 250, 12, 74)
    assert (
        sequential.verdict(0.05, 109, 0, 74) == sequential.KEPT
        and sequential.verdict(0.05, 250, 40, 74) == sequential.ABOVE
    )


def tally(errors: int, leagues: int = 4000, coverage: float = 0.95) -> judged.Tally:
    found = judged.Tally({c.name: [leagues, 0] for c in CLAIMS}, leagues, leagues)
    found.claims["page"][1] = errors
    means = np.array(Covered(coverage, 0.1, 0.95, 0.1))
    found.sums, found.squares = list(leagues * means), list(leagues * (means**2 + 0.03**2))
    return found


def test_a_cell_above_its_promise_is_found_and_one_within_it_is_not():
    found = judged.rejected({0: tally(180), 1: tally(300), 2: tally(200)})
    assert found["page"] == {1} and not any(found[name] for name in found if name != "page")


def test_coverage_below_94_or_needlessly_above_97_is_found():
    found = judged.rejected({0: tally(0, coverage=0.98), 1: tally(0, coverage=0.93), 2: tally(0, coverage=0.98)})
    assert judged.changed_answers(CELLS[0]) >= judged.CHANGED > judged.changed_answers(CELLS[2])
    assert found["coverage_low"] == {1} and found["coverage_high"] == {0}


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_every_claim_is_seen_to_be_false_where_the_truth_is_turned_round(claim):
    """A league with clear differences and moves: nothing is false of its truth, everything of the opposite."""
    low, high = np.linspace(0.3, 0.9, 14), np.linspace(0.9, 0.3, 14)
    leagues = CountedLeagues(Cell(areas=14, interviews=(400,), windows=(1, 1, 4.0)))
    leagues.truth = Truth(low, high)
    league = next(leagues.drawn(stream(9), 1))
    assert not claim.false(league, Truth(low, high), stream(10))
    assert claim.false(league, Truth(high, low), stream(10))


def test_coverage_is_that_of_the_intervals_on_the_page():
    leagues = CountedLeagues(Cell(areas=14, interviews=(400,)))
    found = np.mean([covered(x, leagues.truth) for x in leagues.drawn(stream(12), 40)], axis=0)
    assert abs(found[0] - 0.95) < 0.04 and abs(found[2] - 0.95) < 0.04
    assert 0.05 < found[3] < found[1] < 0.12


def test_a_run_that_was_stopped_goes_on_and_ends_as_one_that_was_not(tmp_path, monkeypatch):
    numbers = [CELLS.index(Cell()), next(k for k, c in enumerate(CELLS) if c.overlap == HALF and c.areas == 14)]
    monkeypatch.setattr(judged, "FIRST_LOOK", 2)
    monkeypatch.setattr(judged, "CLAIMS", [c for c in CLAIMS if c.name in ("page", "field_both")])
    options = {"seed": 5, "say": lambda line: None}
    once = judged.run(numbers, 4, record=judged.Record(5, tmp_path / "a"), **options)
    record = judged.Record(5, tmp_path / "b")
    judged.run(numbers[:1], 2, record=record, **options)
    assert record.read(numbers[0]).leagues == 2 and record.read(numbers[1]).leagues == 0
    twice = judged.run(numbers, 4, record=record, **options)
    for k in numbers:
        assert (once[k].claims, once[k].sums) == (twice[k].claims, twice[k].sums) and once[k].leagues == 4


def test_the_newest_waves_figures_are_those_of_the_table_of_estimates():
    leagues = PersonLeagues(Cell(areas=14, interviews=(50,), overlap=HALF, df=PERSONS))
    waves = leagues.measured(stream(13))
    league, last = leagues.league(waves), waves[leagues.names[-1]]
    expected = domain_means(last.values, last.area, last.design)
    np.testing.assert_allclose(league.plain.variance, expected.variance, rtol=1e-12)
    assert league.cross is not None and np.diag(league.cross).mean() > 0


# ---- the chapter


def test_the_chapter_says_the_same_in_both_languages_and_takes_the_place_of_the_one_before():
    pages = year_pages.simulated(Cell(areas=14, interviews=(50,)), 2, seed=3)
    rows = probabilities.leagues(2, seed=3)
    found = {"calibration": probabilities.calibration(rows.assign(fits=True)), "leagues": 2}
    found["year"] = {0.9: (2, year_pages.rates(pages))}
    tallies = {0: tally(180), 30: tally(300, coverage=0.96)}
    texts = [tables.chapter(tallies, {"page": {30}}, found, speaker(x), short=True) for x in LANGUAGES]
    figures = [FIGURE.findall(text) for text in texts]
    assert figures[0] == figures[1] != [] and not any("{" in text for text in texts)
    assert any("31" in line for line in texts[1].splitlines() if line.startswith("- **"))
    once = tables.with_claims("# Study", texts[0])
    assert once.startswith("# Study") and tables.with_claims(once, texts[0]) == once


def test_a_part_made_alone_takes_the_place_of_the_one_before_and_leaves_the_other():
    t = speaker("en")
    numbers, people = (next(k for k, c in enumerate(CELLS) if kind(c) == name) for name in tables.PART_MARKS)
    parts = {
        name: tables.part(name, {k: tally(0, leagues=200)}, {}, t, short=True)
        for name, k in zip(tables.PART_MARKS, (numbers, people), strict=True)
    }
    text = tables.with_part("# Study\n", "people", parts["people"])
    both = tables.with_part(text, "numbers", parts["numbers"])
    assert both.index("<!-- numbers -->") < both.index("<!-- people -->")
    for name in parts:
        assert tables.with_part(both, name, parts[name]) == both
    assert "200 leagues in 1 cells, in which 10 of 10 claims" in parts["people"]


@pytest.mark.parametrize("only", judged.Only)
def test_a_part_of_the_study_can_be_run_alone(only, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(judged, "Record", partial(judged.Record, folder=tmp_path))
    judged.main(quick=True, only=only, processes=1, cells=0, minutes=10, seed=3)
    said = capsys.readouterr().out
    assert "2 of 171,684 possible cells" in said and said.splitlines()[-1] == "cells 2, cells above 0"
    judged_cells = [CELLS[int(file.stem)] for file in tmp_path.rglob("*.json")]
    assert len(judged_cells) == 2 and {kind(cell) for cell in judged_cells} == {only}


def test_probabilities_are_judged_by_band_with_leagues_as_units():
    rows = pd.DataFrame({"kind": ["5"] * 4, "fits": True, "league": [1, 1, 2, 2]})
    rows = rows.assign(p_worse=[0.96, 0.97, 0.99, 0.5], true_p_worse=[True, True, False, False])
    rows = rows.assign(**{f"{x}{name}": 0.0 for name in ("p_rank_worse", "p_last") for x in ("", "true_")})
    found = probabilities.calibration(rows).set_index("low")
    assert found.true[0.95] == pytest.approx(2 / 3) and found["count"][0.95] == 3 and found.wrong[0.95] == 0.5
    assert found.error[0.95] == pytest.approx(np.sqrt(2 * (2 / 3) ** 2) / 3)
