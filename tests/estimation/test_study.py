"""A small sample of `make study`: wrong methods are seen to be wrong, the product's are not; the documents agree."""

import gc
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from accountability.report import change_table
from estimation import common_psu_covariance, standing_change
from study import intervals, leagues, panels
from study.document import RATES, Numbers, change_summary, document
from study.intervals import CLUSTERS, ELEMENTS
from study.streams import Task, jackknife, run
from words import LANGUAGES

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
    shift = panels.report_change(before, after, common_psu_covariance(before.linearized, after.linearized))
    table = change_table(before, after, range(32), level=0.95, rng=stream(5))
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


# ---- what is found


@pytest.mark.parametrize("design", [ELEMENTS, CLUSTERS])
def test_near_one_wald_and_logit_alone_undercover_and_the_default_covers(design):
    """p = 0.98, n = 60, 2,000 samples."""
    found = pd.concat(intervals.coverage(intervals.Cell(design, 0.98, 60), stream(i)) for i in range(8))
    rates = found.groupby("method")[["coverage", "point"]].mean()
    error = NOISE * np.sqrt(0.95 * 0.05 / 2000)
    assert rates.coverage["default"] > 0.95 - error
    assert rates.coverage["wald"] < 0.8 and rates.coverage["logit"] < 0.8
    assert rates.point["default"] == 0 and rates.point["logit"] > 0.1


@pytest.fixture(scope="module")
def full_panel():
    cell = panels.CELLS.index((panels.SMALL, 1.0, 0.9))
    return simulated(1, panels.change_errors, panels.CELLS, [cell], 3)


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


# ---- the documents


def test_the_document_says_the_same_in_both_languages(full_panel):
    found = {
        "intervals": simulated(0, intervals.coverage, intervals.CELLS, [0, 12], 2),
        "changes": full_panel,
        "leagues": pd.DataFrame({"cell": [0, 0], "stream": [0, 1], **{r: [0.0, 0.1] for r in RATES}}),
    }
    texts = [document(found, Numbers(2, 3, 2), 7, language) for language in LANGUAGES]
    assert FIGURE.findall(texts[0]) == FIGURE.findall(texts[1]) != []
    assert not any("{" in text for text in texts)


def test_the_documents_in_docs_agree_and_name_the_seed():
    texts = [(ROOT / "docs" / name).read_text("utf-8") for name in ("study.md", "study.zh.md")]
    assert FIGURE.findall(texts[0]) == FIGURE.findall(texts[1]) != []
    assert all("20151119" in text for text in texts)
