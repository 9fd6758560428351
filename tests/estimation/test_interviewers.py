"""Interviewers: ρ by the analysis of variance, pooled over areas; what it adds; and leagues that stay quiet again."""

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from accountability.league.changes import change_table
from accountability.league.estimates import estimate_table
from accountability.league.joined import joined_waves
from accountability.league.wave_measure import WaveMeasure
from estimation import INDEPENDENT, Design, Estimate, interviewer_variance, lasting_correlation
from study import interviewers as study
from study.interviewer_tables import NAME, chapter
from study.streams import Task, run
from study.written import write_between

# three groups of unequal size, made up; by hand: SSB = 194/9 with 2 df, MSW = 1 with 6, n_0 = 26/9
GROUPS = {"A": (3, 5, 4), "B": (8, 6), "C": (2, 4, 3, 3)}


def design(n: int, weight=1.0) -> Design:
    return Design.from_table(pd.DataFrame({"w": np.broadcast_to(weight, n)}), weight="w")


def by_hand() -> tuple[np.ndarray, np.ndarray]:
    answers = np.array([v for group in GROUPS.values() for v in group], dtype=float)
    return answers, np.repeat(list(GROUPS), [len(group) for group in GROUPS.values()])


def test_in_one_area_rho_is_that_of_the_analysis_of_variance_with_unequal_groups():
    answers, who = by_hand()
    found = interviewer_variance(answers, np.zeros(9), who, design(9))
    assert found.theta == pytest.approx((97 / 9 - 1) / (26 / 9))
    assert found.rho == pytest.approx(88 / 114)
    assert (found.interviewers, found.shared, found.alone) == (3, 1, ())
    np.testing.assert_allclose(found.variance, found.theta * 1.0 * (9 + 4 + 16) / 81)


def test_the_degrees_of_freedom_are_those_of_a_quadratic_form_in_the_groups_means():
    """One area: Q = Σ t_j²/m_j, W = diag(m) - mm'/n; V = θ D⁻½WWD⁻½ + D⁻½WD⁻½, df = tr(V)²/tr(V²), as Satterthwaite."""
    answers, who = by_hand()
    found = interviewer_variance(answers, np.zeros(9), who, design(9))
    m = np.array([len(group) for group in GROUPS.values()])
    centred, root = np.diag(m) - np.outer(m, m) / 9, np.diag(m**-0.5)
    v = (97 / 9 - 1) / (26 / 9) * root @ centred @ centred @ root + root @ centred @ root
    assert found.df == pytest.approx(np.trace(v) ** 2 / np.trace(v @ v))


def test_rho_hangs_neither_on_the_order_of_rows_nor_on_the_weights_scale():
    rng = np.random.default_rng(3)
    area, who, w = rng.integers(0, 6, 400), rng.integers(0, 9, 400), rng.uniform(1, 4, 400)
    y = rng.standard_normal(400) + who / 5
    order = rng.permutation(400)
    one = interviewer_variance(y, area, who, design(400, w))
    two = interviewer_variance(y[order], area[order], who[order], design(400, 7 * w[order]))
    assert two.rho == pytest.approx(one.rho) and two.df == pytest.approx(one.df) and one.rho > 0.05
    np.testing.assert_allclose(two.covariance, one.covariance)


@pytest.mark.parametrize("rho", [0.0, 0.05])
def test_rho_is_unbiased_where_workloads_weights_and_variances_differ_and_areas_are_crossed(rho):
    rng = np.random.default_rng(8)
    area = np.repeat(np.arange(10), np.arange(20, 120, 10))
    who = (area + rng.choice(3, len(area), p=[0.6, 0.3, 0.1])) % 8
    weight, spread = rng.uniform(1, 3, len(area)), np.linspace(1, 2, 10)
    mine, found = design(len(area), weight), []
    for _ in range(400):
        effect = rng.standard_normal(8) * np.sqrt(rho / (1 - rho))
        y = spread[area] * (effect[who] + rng.standard_normal(len(area)))
        part = interviewer_variance(y, area, who, mine)
        found.append(part.uncut / (1 - part.uncut))
    error = np.std(found) / np.sqrt(len(found))
    assert abs(np.mean(found) - rho / (1 - rho)) < 4 * error
    assert error < 0.003


def test_what_is_added_is_the_covariance_of_shared_interviewers():
    rng = np.random.default_rng(5)
    area, who = rng.integers(0, 4, 300), rng.integers(0, 5, 300)
    y = rng.standard_normal(300) + who
    part = interviewer_variance(y, area, who, design(300))
    share = pd.crosstab(area, who, normalize="index").to_numpy() * part.spread[:, None]
    np.testing.assert_allclose(part.covariance, part.theta * share @ share.T)
    before = Estimate((3, 1), [0.0, 0.0], np.diag([0.02, 0.01]), [50.0, np.inf])
    after = part.added_to(before)
    np.testing.assert_allclose(after.covariance, before.covariance + part.covariance[np.ix_([3, 1], [3, 1])])
    assert (after.df < [50, 50]).all()
    assert (after.df >= 1).all()


def test_where_rho_is_cut_at_nothing_its_few_degrees_of_freedom_still_count():
    answers = np.array([1.0, 3, 2, 4, 1, 4, 2, 3])  # both interviewers' means are alike
    part = interviewer_variance(answers, np.zeros(8), np.tile(["A", "A", "B", "B"], 2), design(8))
    assert part.rho == 0 < -part.uncut
    after = part.added_to(Estimate((0,), [2.5], [[0.2]], 7.0))
    assert after.variance == pytest.approx([0.2])
    assert after.df < 2


def test_one_interviewer_an_area_tells_nothing_and_adds_nothing():
    area = np.repeat(np.arange(3), 20)
    y = np.random.default_rng(1).standard_normal(60)
    part = interviewer_variance(y, area, area, design(60))
    before = Estimate((0, 1, 2), np.zeros(3), np.eye(3), 19.0)
    assert not part.known
    assert part.alone == (0, 1, 2)
    assert part.added_to(before) is before


def test_an_area_with_one_interviewer_has_the_others_rho_added_whole():
    rng = np.random.default_rng(2)
    area = np.repeat([0, 1, 2], 50)
    who = np.where(area == 2, 9, area * 2 + rng.integers(0, 2, 150))
    part = interviewer_variance(rng.standard_normal(150) + who / 2, area, who, design(150))
    assert part.alone == (2,)
    assert part.variance[2] == pytest.approx(part.theta * part.spread[2] ** 2)


def test_a_league_with_three_interviewers_an_area_is_quiet_again_when_they_are_counted():
    cell, rng = study.Cell(areas=30, interviewers=3, rho=0.05), np.random.default_rng(11)
    leagues = [study.two_waves(cell, rng) for _ in range(40)]
    ignored = [[WaveMeasure(w.measure, w.values, w.area, w.design) for w in league] for league in leagues]
    assert np.mean([study.false_confirmation(league, rng) for league in ignored]) > 0.5  # .05 at most is promised
    assert np.mean([study.false_confirmation(league, rng) for league in leagues]) < 0.15
    assert np.mean([study.held(league[0], cell) for league in ignored]) < 0.85
    assert np.mean([study.held(league[0], cell) for league in leagues]) > 0.92


def test_what_lasts_of_interviewers_is_found_but_never_where_nothing_lasts():
    rng, found = np.random.default_rng(6), {}
    for lasting in (0.0, 1.0):
        cell = study.Cell(areas=40, interviewers=3, rho=0.1, lasting=lasting)
        waves = [study.two_waves(cell, rng) for _ in range(10)]
        found[lasting] = [lasting_correlation([w.interviewers for w in pair]) for pair in waves]
    assert np.mean(found[0.0]) < 0.1
    assert np.mean(found[1.0]) > 0.6
    assert max(found[1.0]) <= 1


def test_the_joint_covariance_of_waves_with_lasting_interviewers_is_one_and_their_change_is_surer():
    cell = study.Cell(areas=40, interviewers=3, rho=0.1, lasting=1.0)
    pair = study.two_waves(cell, np.random.default_rng(7))
    for name, wave in enumerate(pair):  # other people in each wave
        table = pd.DataFrame({"area": wave.area, "weight": 1.0, "psu": np.arange(len(wave.area)) + name * 10**6})
        own = Design.from_table(table, weight="weight", stratum="area", psu="psu")
        pair[name] = replace(wave, design=own)
    areas = list(range(40))
    _, smooth, counted = joined_waves(dict(zip("12", pair, strict=True)), areas)
    one, two = (e.covariance for e in counted.estimates)
    shared = counted.cross["1", "2"]
    assert smooth.cross["1", "2"] == INDEPENDENT
    eigenvalues = np.linalg.eigvalsh(np.block([[one, shared], [shared.T, two]]))
    assert eigenvalues[0] > 0
    options = {"rng": np.random.default_rng(1), "level": 0.95}
    table = change_table(dict(zip("12", pair, strict=True)), ["1"], ["2"], areas, **options)
    new = [w.interviewers.variance for w in pair]
    assert (table.se_interviewer > 0).all()
    assert (table.se_interviewer**2 < new[0] + new[1]).all()
    np.testing.assert_allclose(table.se_interviewer**2, new[0] + new[1] - 2 * shared.diagonal())


def test_an_area_where_all_agree_keeps_an_interval_that_interviewers_widen():
    rng, cell = np.random.default_rng(4), study.Cell(areas=10, interviews=40, interviewers=2, rho=0.05)
    wave = study.two_waves(cell, rng)[0]
    values = np.where(wave.area == 0, 1.0, wave.values)
    counted = WaveMeasure(wave.measure, values, wave.area, wave.design, interviewer=wave.interviewer)
    ignored = WaveMeasure(wave.measure, values, wave.area, wave.design)
    assert counted.interviewers.rho > 0
    one, two = (estimate_table(w, level=0.95).set_index("domain") for w in (ignored, counted))
    assert 0.2 < two.lower[0] < one.lower[0] < 1
    assert (two.se >= one.se).all()
    np.testing.assert_allclose(two.se**2, one.se**2 + two.se_interviewer**2)
    np.testing.assert_allclose(two.deff, one.deff)
    assert one.se_interviewer.isna().all()
    assert two.interviewers.tolist() == [2.0] * 10 + [20.0]


def clustered_league(rng, *, whole: bool, areas: int = 14, n: int = 200, clusters: int = 9, icc: float = 0.05):
    """ρ uncut, the variance added and the sampling variance, where interviewers add nothing but clusters do."""
    area = np.repeat(np.arange(areas), n)
    cluster = np.tile(np.arange(n) % clusters, areas)
    effect = np.sqrt(icc) * rng.standard_normal((areas, clusters))
    y = effect[area, cluster] + np.sqrt(1 - icc) * rng.standard_normal(len(area))
    who = 3 * area + (cluster % 3 if whole else rng.integers(0, 3, len(area)))
    table = pd.DataFrame({"w": 1.0, "area": area, "psu": clusters * area + cluster})
    clustered = Design.from_table(table, weight="w", stratum="area", psu="psu")
    part = interviewer_variance(y, area, who, clustered)
    return part.uncut, part.variance.mean(), WaveMeasure(study.MEASURE, y, area, clustered).areas.variance.mean()


@pytest.mark.parametrize("whole", [False, True], ids=["numbers shared at random", "clusters dealt out whole"])
def test_clusters_are_taken_for_interviewers_only_where_they_are_dealt_out_whole(whole):
    """As docs/methods.md says: whole clusters in one hand make the errors too large, never too small."""
    rng = np.random.default_rng(18)
    rho, added, sampling = np.mean([clustered_league(rng, whole=whole) for _ in range(60)], axis=0)
    if whole:
        assert 0.25 < added / sampling < 1.1
    else:
        assert abs(rho) < 0.002 and added < 0.1 * sampling


def test_the_study_writes_the_promised_designs_between_the_marks_of_both_documents(tmp_path, monkeypatch):
    monkeypatch.setattr(study, "REPEATS", 1)
    cells = {k: cell for k, cell in study.promised().items() if cell.areas == 6 and cell.interviewers in (1, 2)}
    assert {cell.who for cell in cells.values()} == {study.OWN, study.PART, study.POOL, study.LOT}
    tasks = [Task(study.errors, cell, 0, k, i, 1) for k, cell in cells.items() for i in range(2)]
    table = study.summary(run(tasks, workers=1, say=lambda line: None))
    assert (table.leagues == 2).all() and table["false"].between(0, 1).all()
    for name in ("quality.md", "quality.zh.md"):
        shutil.copy(study.DOCS / name, tmp_path)
    write_between(tmp_path, "quality", NAME, lambda language: chapter(table, cells, language, "0.1.0+abc"))
    for name, one in (
        ("quality.md", "| an area’s own, only there | 6 | 1 | 2 |"),
        ("quality.zh.md", "| 6 | 2或1 | 2 |"),
    ):
        text = (tmp_path / name).read_text("utf-8")
        assert one in text and text.count("| 6 |") == len(cells) and "0.1.0+abc" in text


@pytest.mark.parametrize("who", [study.PART, study.LOT])
def test_the_studys_designs_are_what_they_are_called(who):
    cell = study.Cell(areas=6, interviews=60, who=who, interviewers=2)
    caller = study.shared_out(cell, np.random.default_rng(2)).reshape(6, 60)
    callers = [len(set(of_area)) for of_area in caller.tolist()]
    if who == study.PART:
        assert callers == [1, 2] * 3 and len(set(caller.ravel().tolist())) == 9
    else:
        assert min(callers) > 8 and len(set(caller.ravel().tolist())) == 12
