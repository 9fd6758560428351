"""A small sample of `make study`: wrong methods are seen to be wrong, the product's are not; the documents agree."""

import gc
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from accountability.league.changes import change_table
from estimation import (
    INDEPENDENT,
    Design,
    change,
    common_psu_covariance,
    domain_means,
    joint_waves,
    linearize_domain_means,
    sample_sizes,
    smooth_shares,
    standing_change,
)
from study import __main__ as main
from study import comparisons, intervals, leagues, lists, move_tables, moves, panels, streams, surveys, written
from study.document import RATES, Numbers, change_summary, document
from study.intervals import CLUSTERS, ELEMENTS
from study.streams import Task, hours, jackknife, run
from words import LANGUAGES, speaker

ROOT = Path(__file__).parents[2]
FIGURE = re.compile(r"-?\d+\.\d+ ±\d+\.\d+")
NOISE = 3  # Monte-Carlo errors


@pytest.fixture(scope="module", autouse=True)
def quiet_collector():
    """What is imported leaves the garbage collector, which statsmodels' Holm calls every time."""
    gc.freeze()
    yield
    gc.unfreeze()


def stream(i: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=[7, i]))


def simulated(study: int, function, cells, chosen, streams: int) -> pd.DataFrame:
    tasks = [Task(function, cells[c], study, c, i, 7) for c in chosen for i in range(streams)]
    return run(tasks, workers=1, say=lambda line: None)


# ---- what is simulated is what is claimed to be


@pytest.mark.parametrize("design", [ELEMENTS, CLUSTERS])
def test_the_true_share_of_the_simulated_samples_is_p(design):
    cell = intervals.Cell(design, 0.9, 60)
    means = []
    for i in range(20):
        found, y = intervals.sample(cell, stream(i))
        means.append((found.weight @ y / found.weight.sum()).mean())
    assert np.mean(means) == pytest.approx(0.9, abs=NOISE * np.std(means) / np.sqrt(20))


def test_the_true_values_of_the_simulated_panels_are_their_means():
    panel = panels.ensu_like(0.25, 0.5, icc=0.3)
    sample, total = panels.draw_sample(panel, stream(1)), {"share": 0, "score": 0}
    for i in range(60):
        for measure, y in panels.draw_answers(sample, stream(2 + i)).items():
            total[measure] += panels.wave_measures(sample, y, measure)[0].areas.value / 60
    assert total["share"] == pytest.approx(panel.truth("share"), abs=0.05)
    assert total["score"] == pytest.approx(panel.truth("score"), abs=4)
    assert panel.truth("share") == pytest.approx(panel.share)


def test_the_simulated_waves_share_the_psus_they_should():
    panel = panels.ensu_like(0.25, 0.5, icc=0.3)
    t = panels.draw_sample(panel, stream(1)).table
    common = t.groupby(["stratum", "psu"]).wave.nunique().eq(2).groupby("stratum").sum()
    assert list(common) == list(panel.common.ravel())
    assert panel.common.sum() / panel.psus.sum() == pytest.approx(0.25)


def test_the_study_tests_changes_as_the_report_does():
    panel = panels.ensu_like(0.25, 0.5, icc=0.3)
    sample = panels.draw_sample(panel, stream(3))
    before, after = panels.wave_measures(sample, panels.draw_answers(sample, stream(4))["share"], "share")
    shift = panels.report_change(before, after)
    waves = {"one": before, "two": after}
    table = change_table(waves, ["one"], ["two"], range(32), level=0.95, rng=stream(5))
    np.testing.assert_array_equal(shift.se, table.se)
    np.testing.assert_array_equal(standing_change(shift, rng=stream(5)).p_standing, table.p_standing)


def test_a_stream_gives_the_same_numbers_whatever_ran_before_it():
    cells = intervals.CELLS[:2]
    both = simulated(0, intervals.coverage, cells, [0, 1], 2)
    alone = simulated(0, intervals.coverage, cells, [1], 2)
    pd.testing.assert_frame_equal(both[both.cell == 1].reset_index(drop=True), alone)


def test_the_jackknife_of_a_mean_is_its_standard_error():
    x = stream(6).normal(size=(30, 1))
    assert jackknife(np.mean, x) == pytest.approx((x.mean(), x.std(ddof=1) / np.sqrt(30)))


# ---- PSU totals give the numbers of the interviews


def interviews(league, counts):
    """Both waves' interviews one by one: area, PSU (the same name if it is kept), weight, answer."""
    waves = []
    for wave, x in enumerate(counts):
        rows = []
        for j, area in enumerate(league.area):
            name = j if league.kept[j] or wave == 0 else -1 - j
            for size, yes, w in zip(league.sizes[:, j], x[:, j, 0], league.weights, strict=True):
                rows += [(area, name, w, 1.0)] * yes + [(area, name, w, 0.0)] * (size - yes)
        waves.append(pd.DataFrame(rows, columns=["area", "psu", "w", "y"]))
    return waves


@pytest.mark.parametrize("kept", [{"common": 0.5, "rho": 0.9}, {"common": 1.0, "same": 0.5}, {}])
def test_psu_totals_give_what_the_interviews_give(kept):
    """Shares, variances, df, smoothed variances and the covariance between the waves, by the product's own functions
    on a table of interviews."""
    cell = moves.Cell(7, (30, 60), moves.FEW, **kept)
    league = moves.league_of(cell)
    found = next(surveys.compared(league, surveys.QUARTERS, stream(8), 1))
    tables = interviews(league, surveys.draw_counts(league, stream(8), 1))
    assert [len(t) for t in tables] == [league.interviews.sum()] * 2
    plain, smooth, linear = [], [], []
    for t in tables:
        design = Design.from_table(t, weight="w", stratum="area", psu="psu")
        estimate = domain_means(t.y, t.area, design)
        n = sample_sizes(t.y, t.area, design).n_effective.to_numpy()
        np.testing.assert_allclose(league.n_effective, n, rtol=1e-12)
        plain.append(estimate)
        smooth.append(smooth_shares(estimate, n))
        linear.append(linearize_domain_means(t.y, t.area, design))
    for expected, got in ((plain, found.plain), (smooth, found.smooth)):
        for e, g in zip(expected, got[:2], strict=True):
            np.testing.assert_allclose(g.value, e.value, rtol=1e-12)
            np.testing.assert_allclose(g.covariance, e.covariance, rtol=1e-10, atol=1e-18)
            np.testing.assert_array_equal(g.df, e.df)
    cross = common_psu_covariance(*linear)
    if not kept:
        assert found.plain[2] == found.smooth[2] == INDEPENDENT and not cross.any()
        return
    assert cross.any()
    np.testing.assert_allclose(found.plain[2], cross, rtol=1e-9, atol=1e-18)
    carried = joint_waves(*(dict(zip("ab", pair, strict=True)) for pair in (linear, smooth))).cross["a", "b"]
    np.testing.assert_allclose(found.smooth[2], carried, rtol=1e-9, atol=1e-18)


def test_the_drawn_areas_have_their_shares_and_a_panel_its_correlation():
    cell = moves.Cell(14, (100, 150), moves.FEW, common=1.0, same=0.5, moves=(-5.0, 5.0))
    league = moves.league_of(cell)
    assert sorted(100 * league.moved[league.moved != 0]) == pytest.approx([-5, 5])
    drawn = [
        np.array([np.bincount(league.area, x, 14) for x in c.sum(axis=0).T]) / league.interviews
        for c in surveys.draw_counts(league, stream(9), 400)
    ]
    for shares, truth in zip(drawn, (league.share, league.share + league.moved), strict=True):
        error = shares.std(axis=0) / 20
        assert (np.abs(shares.mean(axis=0) - truth) < 4.5 * error).all()
    alone = replace(league, icc=0.0, moved=0 * league.moved)
    one, two = (c.sum(axis=0) / alone.sizes.sum(axis=0)[:, None] for c in surveys.draw_counts(alone, stream(9), 400))
    centred = [x - alone.share[alone.area][:, None] for x in (one, two)]
    assert (centred[0] * centred[1]).sum() / (centred[0] ** 2).sum() == pytest.approx(0.5, abs=0.02)


def test_neighbouring_rolling_years_differ_by_a_quarter_of_a_quarters_difference():
    league = moves.league_of(moves.Cell(14, (60, 60)))
    drawn = [surveys.draw(league, stream(4), 1)] * 4
    found = next(surveys.compared(league, surveys.ROLLING, stream(4), 1, answers=lambda *a: drawn[0]))
    one, two = (surveys._wave(league, y[:, 0], k, smooth_shares)[2] for k, y in enumerate(drawn[0]))
    shift = change(*found.smooth[:2], cross=found.smooth[2])
    np.testing.assert_allclose(shift.value, (two.value - one.value) / 4, atol=1e-12)
    np.testing.assert_allclose(shift.variance, (one.variance + two.variance) / 16, rtol=1e-9)


# ---- what is found


@pytest.mark.parametrize("design", [ELEMENTS, CLUSTERS])
def test_near_one_wald_and_logit_alone_undercover_and_the_default_covers(design):
    """p = 0.98, n = 60, 1,500 samples."""
    found = pd.concat(intervals.coverage(intervals.Cell(design, 0.98, 60), stream(i)) for i in range(6))
    rates = found.groupby("method")[["coverage", "point"]].mean()
    error = NOISE * np.sqrt(0.95 * 0.05 / 1500)
    assert rates.coverage["default"] > 0.95 - error
    assert rates.coverage["wald"] < 0.8 and rates.coverage["logit"] < 0.8
    assert rates.point["default"] == 0 and rates.point["logit"] > 0.1


@pytest.fixture(scope="module")
def full_panel():
    cell = panels.CELLS.index((panels.SMALL, 1.0, 0.9))
    return simulated(1, panels.change_errors, panels.CELLS, [cell], 2)


def test_in_a_full_panel_independence_overcovers_and_common_psus_cover(full_panel):
    rates = change_summary(full_panel).set_index(["measure", "estimator"])
    for measure in ("share", "score"):
        independent, common = rates.loc[(measure, "independent")], rates.loc[(measure, "common_psus")]
        assert independent.coverage > 0.97 and independent.ratio > 1.15
        assert abs(common.coverage - 0.95) < 0.02 + NOISE * common.coverage_error
        assert abs(common.ratio - 1) < 0.1 and abs(common.bias) < 0.1 < -independent.bias


def test_where_nothing_changed_false_alarms_are_rare_and_without_t_and_smoothing_they_are_not():
    cell = leagues.Cell(leagues.ENSU, (0.4, 0.95), "share", 0.25, 0.5)
    assert cell in leagues.CELLS
    found = pd.concat(leagues.errors(cell, stream(i)) for i in range(2)).mean()
    assert found.standing <= 0.05 + NOISE * np.sqrt(0.05 * 0.95 / 40)
    assert found.normal > 0.1
    assert found.ranks >= 0.95 - NOISE * np.sqrt(0.05 * 0.95 / 40)


def test_a_rank_set_holds_if_it_has_every_place_that_ties_allow():
    class Sets:
        lower, upper = np.array([1, 1, 3]), np.array([2, 2, 3])

    assert leagues.ranks_hold(Sets, np.array([0.9, 0.9, 0.8]))
    assert not leagues.ranks_hold(Sets, np.array([0.9, 0.8, 0.8]))


@pytest.mark.parametrize("score", [True, False])
def test_a_panels_two_answers_are_correlated_as_said_and_the_mover_moves_as_said(score):
    size = np.full(20, 2000)
    share, moved = np.full(20, 0.9), np.zeros(20)
    share[0], moved[0] = 0.925, -0.05
    league = surveys.League(size, size, share, moved, common=1.0)
    before, after = (y[:, 0] for y in comparisons.persons(league, stream(11), 1, score=score))
    still = league.area > 0
    assert np.corrcoef(before[still], after[still])[0, 1] == pytest.approx(comparisons.CORRELATION, abs=0.02)
    if not score:
        assert before[~still].mean() == pytest.approx(0.925, abs=0.02)
        assert after[~still].mean() == pytest.approx(0.875, abs=0.025)


def test_nobody_ends_where_another_stands_and_without_moves_nothing_is_true():
    for cell in moves.CHANGED:
        league = moves.league_of(cell)
        for share in (league.share, league.share + league.moved):
            assert np.diff(np.sort(share)).min() > 1e-5 and share.min() > 0.79 and share.max() < 0.99
        assert (league.moved != 0).sum() == len(cell.moves) > 0
    assert not any(cell.moves for cell in moves.UNCHANGED)
    assert all(len(set(cells)) == len(cells) for cells in (moves.UNCHANGED, moves.CHANGED, lists.CELLS))


# ---- is the shift real?

USUAL = moves.Cell(70, moves.USUAL)
FALLING = moves.Cell(70, (1600, 1600), moves=moves.FALLS)


@pytest.fixture(scope="module", autouse=True)
def fewer():
    """Fewer replicates a stream of leagues."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moves, "REPEATS", 12)
        yield


@pytest.fixture(scope="module")
def unchanged():
    return simulated(3, moves.rates, moves.UNCHANGED, [moves.UNCHANGED.index(USUAL)], 2)


@pytest.fixture(scope="module")
def falling():
    return simulated(4, moves.rates, moves.CHANGED, [moves.CHANGED.index(FALLING)], 2)


def test_where_nothing_changed_the_levels_err_seldom_and_what_people_do_errs_nearly_always(unchanged):
    """70 areas, 100-150 interviews."""
    rates, n = unchanged.mean(numeric_only=True), 2 * moves.REPEATS
    for level, alpha in move_tables.NOMINAL.items():
        assert rates[f"{level}_false"] <= alpha + NOISE * np.sqrt(alpha * (1 - alpha) / n), level
    assert rates.page_false >= max(rates.standing_false, rates.rank_false)
    assert rates.holds >= 1 - 2 / n
    assert rates.any_move_false == rates.five_places_false == 1.0 and rates.plain_z_false > 0.85
    assert 64 < rates.movers < 70 and 8 < rates.places < 15 and rates.new_faces > 2
    assert rates.deff == pytest.approx(1, abs=0.05)


def test_what_moved_is_seen_the_better_the_less_is_claimed(falling):
    """Five of 70 areas fall by 3 to 6 points, n = 1,600."""
    rates = falling.mean(numeric_only=True)
    assert 0.4 < rates.standing_hits <= rates.page_hits and rates.rank_hits <= rates.standing_hits
    assert rates.score_hits <= rates.plain_z_hits and rates.no_overlap_hits <= rates.plain_z_hits
    for level, alpha in move_tables.NOMINAL.items():
        assert rates[f"{level}_false"] <= alpha + NOISE * np.sqrt(alpha * (1 - alpha) / (2 * moves.REPEATS)), level
    assert rates.any_move_others > 0.8 and rates.plain_z_others > 0.03


def test_a_statement_that_names_the_wrong_direction_is_false():
    league = moves.league_of(moves.Cell(14, (800, 800), moves=(-10.0, 10.0)))
    found = next(surveys.compared(league, surveys.QUARTERS, stream(14), 1))
    row = moves.measured(found, stream(13))
    turned = moves.measured(found._replace(truth=found.truth[::-1]), stream(13))
    assert row["standing_hits"] == row["score_hits"] == 1.0 and not row["score_false"]
    assert turned["standing_hits"] == turned["score_hits"] == 0.0
    assert turned["standing_false"] and turned["score_false"] and turned["page_false"] and turned["any_move_false"]


def test_better_comparisons_see_more_and_years_of_a_panels_scores_see_nearly_all():
    chosen = [comparisons.CELLS.index(name) for name in ("quarters", "years_watch", "years_score_panel")]
    found = simulated(6, comparisons.called, comparisons.CELLS, chosen, 1).power.to_numpy()
    assert found[0] <= 0.3 and found[0] <= found[1] <= found[2] and found[2] >= 0.8
    expected = [comparisons.expected(name).power for name in comparisons.CELLS]
    assert (
        expected[comparisons.CELLS.index("rolling")] == expected[comparisons.CELLS.index("quarters")] == min(expected)
    )


def test_the_last_five_shown_belong_there():
    cell = lists.CELLS.index(moves.Cell(14, (500, 500)))
    rates = simulated(5, lists.listed, lists.CELLS, [cell], 2).mean(numeric_only=True)
    assert rates.in_false <= 0.2 and rates.below_false <= 0.2
    assert 0.5 < rates.shown_in < rates.listed_right <= 5 and rates.shown_below > 2


# ---- the documents


def test_the_document_says_the_same_in_both_languages(full_panel, unchanged, falling):
    rates = {"cell": [0, 0], "stream": [0, 1]}
    found = {
        "intervals": simulated(0, intervals.coverage, intervals.CELLS, [0, 12], 2),
        "changes": full_panel,
        "leagues": pd.DataFrame(rates | {r: [0.0, 0.1] for r in RATES}),
        "sizes": unchanged,
        "powers": falling,
        "lists": pd.DataFrame(rates | {m: [0.0, 0.2] for m in lists.MEASURES}),
        "comparisons": pd.DataFrame(rates | {"power": [0.1, 0.2], "false": [0.0, 0.0]}),
    }
    texts = [document(found, Numbers(*[2] * 7), 7, language) for language in LANGUAGES]
    assert FIGURE.findall(texts[0]) == FIGURE.findall(texts[1]) != []
    assert not any("{" in text for text in texts)


def test_the_documents_in_docs_agree_and_name_the_seed():
    texts = [(ROOT / "docs" / name).read_text("utf-8") for name in ("study.md", "study.zh.md")]
    assert FIGURE.findall(texts[0]) == FIGURE.findall(texts[1]) != []
    assert all("20151119" in text for text in texts)


def test_a_stopped_study_goes_on_from_what_was_kept_and_says_its_hours(tmp_path, monkeypatch):
    cells = intervals.CELLS[:2]
    chosen = [Task(intervals.coverage, cell, 0, c, i, 7) for c, cell in enumerate(cells) for i in range(2)]
    first = run(chosen[:3], workers=1, folder=tmp_path, say=lambda line: None)
    monkeypatch.setattr(streams, "rows", rows_once := CountedCalls(streams.rows))
    assert hours(chosen, tmp_path) == pytest.approx(0.0, abs=1e-4)  # the middle one is kept
    again = run(chosen, workers=1, folder=tmp_path, say=lambda line: None)
    assert rows_once.calls == 1
    pd.testing.assert_frame_equal(again.iloc[: len(first)].reset_index(drop=True), first)
    pd.testing.assert_frame_equal(again, run(chosen, workers=1, say=lambda line: None))


class CountedCalls:
    """A function that counts how often it is called."""

    def __init__(self, function):
        self.function, self.calls = function, 0

    def __call__(self, *values):
        self.calls += 1
        return self.function(*values)


def test_a_smaller_study_says_which_part_of_the_whole_it_is():
    numbers = Numbers(*[2] * len(Numbers._fields))
    chosen, whole = main.tasks(numbers, seed=1), main.tasks(main.FULL, seed=1)
    said = [speaker(x)("study.reduced", streams=len(chosen), whole=len(whole), per_cent="42") for x in LANGUAGES]
    assert len(chosen) == 264 and all("264" in text and "631" in text for text in said)


def test_a_cell_whose_streams_agree_by_chance_is_not_clearly_off():
    np.testing.assert_allclose(written.clear([0.0, 0.03, 0.04]), 2 * np.maximum([0, 0.03, 0.04], 0.05 / 3**0.5))
