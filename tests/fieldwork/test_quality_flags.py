"""Flags of interviews: each against a second way or a planted case, what is said of missing data, and the speed."""

import shutil
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import scipy

from estimation.indicators.indicators import Item
from fieldwork.quality.against_others import EITHER, HIGH, against_others, freedom, tail, usual_spread
from fieldwork.quality.dealt import adjusted, dealt_again
from fieldwork.quality.flags import DURATION, HOURS, JUMP, STRAIGHT, TOGETHER, TOP, TWINS, flags
from fieldwork.quality.interviews import Interviews
from fieldwork.quality.jumps import jumps
from fieldwork.quality.twins import twins
from study.quality import flags as study
from study.quality.planted import Cell, rate_and_error, simulated, summary
from study.streams import run, those_kept

SMALL = Cell(areas=14, people=12)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_an_interviewer_is_compared_with_others_as_if_interviews_were_dealt_out_by_lot():
    area = np.repeat([0, 1, 2], [30, 40, 10])
    who = np.r_[np.arange(30) % 3, np.arange(40) % 2, np.full(10, 4)]
    y = rng().random(80)
    deals = list(dealt_again(area, who, rng=rng(8), deals=4000))
    contrast = against_others(y, area, who, EITHER, deals)
    assert contrast.interviews.tolist() == [30, 30, 10, 0, 0] and np.isnan(contrast.own[4])
    np.testing.assert_allclose(contrast.own[2], y[:30][who[:30] == 2].mean())
    np.testing.assert_allclose(contrast.others[2], y[:30][who[:30] != 2].mean())
    # the spread of the total of 10 of the 30 values of area 0, dealt out by lot again and again
    draws = rng(9)
    dealt = np.array([draws.permutation(y[:30])[:10].sum() for _ in range(4000)])
    total = y[:30][who[:30] == 2].sum() - 10 * y[:30].mean()
    marks = contrast.usual**2 * _marks(area, who)[2]
    by_points = (total / np.sqrt(dealt.var() + marks)) / contrast.z[2]
    assert by_points == pytest.approx(1, rel=0.05) or by_points > 1  # by logits it may be less conspicuous
    # and in the deals, interviewer by interviewer
    assert contrast.z_dealt.shape == (4000, 5) and np.nanmean(contrast.z_dealt[:, 2]) == pytest.approx(0, abs=0.06)
    assert 0.8 < np.nanstd(contrast.z_dealt[:, 2]) < 1.02


def _marks(area: np.ndarray, who: np.ndarray) -> np.ndarray:
    """Σ_k (δ_jk n_j - M_jk)² (J,) by loops, over areas that several share."""
    people = range(int(who.max()) + 1)
    found = np.zeros((len(people), len(people)))
    for d in set(area.tolist()):
        n = [int(((area == d) & (who == j)).sum()) for j in people]
        if max(n) == sum(n):
            continue
        for j in people:
            for k in people:
                found[j, k] += (n[j] if j == k else 0) - n[j] * n[k] / sum(n)
    return (found**2).sum(axis=1)


def test_what_interviewers_usually_differ_by_is_what_most_of_them_show():
    draws = rng(3)
    marks, by_lot = np.full(200, 100.0), np.full(200, 4.0)
    total = draws.normal(0, np.sqrt(4 + 0.2**2 * 100), 200)
    total[:20] += 30  # planted ones move the median little
    _, usual, (p, _) = usual_spread(np.vstack([total, draws.normal(0, 1.0, 200)]), by_lot, marks, HIGH, 0.37 * 199)
    assert usual[0] == pytest.approx(0.2, abs=0.06) and usual[1] == 0.0
    assert (p[:20] < 1e-4).all() and (p[20:] < 1e-3).mean() < 0.02


def test_interviewers_who_share_no_area_with_others_do_not_add_to_what_is_known_of_their_differences():
    shared, by_lot = np.zeros((6, 3), dtype=bool), np.ones(6)
    shared[[0, 1], 0] = shared[[2, 3], 1] = shared[[4, 5], 2] = True  # three pairs, each with an area of its own
    assert freedom(shared, by_lot) == pytest.approx(0.37 * 3)
    shared[0, 1] = shared[0, 2] = True
    assert freedom(shared, by_lot) == pytest.approx(0.37 * 5)


def test_adjusted_probabilities_are_how_often_the_smallest_of_a_deal_is_as_small():
    of_deals = rng(6).random((999, 4))
    p = np.array([0.03, 0.5, 1e-9, 0.03])
    least = of_deals.min(axis=1)
    expected = (1 + (least <= 1e-9).sum()) / 1000, (1 + (of_deals[:, [0, 1, 3]].min(axis=1) <= 0.03).sum()) / 1000
    stepped = adjusted(p, of_deals)
    assert (stepped[2], stepped[[0, 3]].min()) == expected and stepped[1] >= stepped[0]


def test_a_rare_answer_and_a_handful_of_interviews_are_no_flag():
    """One interview of two hundred at seven in the morning: the normal curve would call it ten standard errors."""
    interviews = simulated(Cell(areas=4, interviews=50, people=4, items=1, rho=0.0), rng(3))
    early = pd.Series(interviews.began).dt.floor("D") + pd.Timedelta(hours=12)
    who = interviews.interviewer.copy()
    who[[0, 60]] = "new"
    early[60] = early[60].floor("D") + pd.Timedelta(hours=7)
    found = flags(replace(interviews, interviewer=who, began=early.to_numpy()), rng=rng())
    (odd,) = found.tests[(found.tests.kind == HOURS) & (found.tests.interviewer == "new")].to_dict("records")
    assert odd["z"] > 2 and not odd["flagged"]


def test_a_change_of_interviewers_in_the_middle_of_the_fieldwork_is_no_jump():
    day, area, draws = np.tile(np.repeat(np.arange(20), 6), 30), np.repeat(np.arange(30), 120), rng(4)
    who = (day >= 9).astype(int)
    y = 0.5 + 0.4 * who + draws.normal(0, 0.1, len(day))  # the second interviewer hears better answers
    apart = jumps(y, day + 0.0, area, day, 30, rng=rng(), who=who, deals=50)
    together = jumps(y, day + 0.0, area, day, 30, rng=rng(), deals=50)
    assert np.nanmin(apart.p) > 1e-4 and together.p.max() < 1e-9


def test_near_duplicates_are_counted_as_pairs_and_dealt_out_again():
    codes = rng(4).integers(0, 4, (60, 8))
    area, who = np.repeat([0, 1], 30), np.tile([0, 1, 2], 20)
    copies = np.flatnonzero((who == 1) & (area == 0))
    codes[copies[1:8]] = codes[copies[0]]
    found = twins(codes, area, who, list(dealt_again(area, who, rng=rng(), deals=200)))
    assert found.own[1] == pytest.approx(1.0) and found.others[1] < 0.5 and found.z[1] > 3
    assert set(found.pairs[1]) <= set(copies[:8]) and 0 not in found.pairs
    assert found.interviews[1] == 8


def test_pairs_that_are_looked_up_give_what_products_of_matrices_give(monkeypatch):
    codes, area, who = rng(4).integers(0, 2, (60, 5)), np.repeat([0, 1], 30), np.tile(np.arange(12), 5)
    deals = list(dealt_again(area, who, rng=rng(), deals=50))
    both = []
    for cost in (0, np.inf):
        monkeypatch.setattr("fieldwork.quality.twins.LOOKED_UP", cost)
        both.append(twins(codes, area, who, deals))
    assert np.nanmax(np.abs(both[0].z_dealt)) > 1
    np.testing.assert_allclose(both[0].z_dealt, both[1].z_dealt, atol=1e-9)
    np.testing.assert_allclose(both[0].z, both[1].z)


def test_an_honest_interviewer_who_hears_many_best_answers_is_not_flagged_for_those_alike_and_one_who_copies_is():
    """Seed 11 of 30: the duplicates' shares alone would flag an honest one of 120 interviewers."""
    interviews = simulated(Cell(own=True, rho=0.08, areas=40), rng(11))
    codes, area, who = _codes(interviews), interviews.areas[0], interviews.people[0]
    deals = list(dealt_again(area, who, rng=rng(), deals=30))
    honest = twins(codes, area, who, deals)
    assert 120 * tail(honest.signs[0], HIGH, 0.37 * 80).min() < 0.005 and 120 * honest.p.min() > 0.05
    own = np.flatnonzero(who == 60)
    codes[own[: len(own) // 2]] = codes[own[-(len(own) // 2) :]]
    assert 120 * twins(codes, area, who, deals).p[60] < 0.05


def _codes(interviews: Interviews) -> np.ndarray:
    return np.column_stack([interviews.coded[name][0] for name in interviews.plain])


def test_the_largest_jump_is_found_and_its_probability_is_that_of_the_largest_of_many():
    draws = rng(5)
    day = np.tile(np.repeat(np.arange(20), 6), 300)
    area = np.repeat(np.arange(300), 120)
    y = draws.normal(size=36000)
    found = jumps(y, day + draws.random(36000), area, day, 300, rng=rng(), deals=40)
    assert (found.p <= 0.05).mean() <= 0.075  # 300 areas in which nothing happens; the bound is an upper one
    y[(area == 7) & (day >= 12)] += 1.2
    found = jumps(y, day + draws.random(36000), area, day, 300, rng=rng(), deals=40)
    assert found.p[7] < 1e-5 and day[found.first[7]] in (11, 12, 13)
    rows = np.flatnonzero(area == 7)
    late = day[rows] >= day[found.first[7]]
    welch = scipy.stats.ttest_ind(y[rows][late], y[rows][~late])  # one split by another program
    np.testing.assert_allclose(found.z[7], welch.statistic)


def test_planted_interviewers_and_areas_are_flagged_with_evidence():
    interviews = simulated(Cell(lazy=1.0, coached=0.9), rng(11))
    found = flags(interviews, rng=rng())
    people = {"00", "01", "02"} & set(found.flagged.interviewer)
    assert len(people) >= 2 and set(found.flagged.area) & {"0", "1", "2"}
    lazy = found.flagged[found.flagged.interviewer != ""]
    assert set(lazy.kind) & {DURATION, STRAIGHT, TOGETHER, TOP}
    own = set(interviews.unit_id[np.isin(interviews.interviewer, sorted(people))])
    named = [unit for units in lazy[lazy.interviewer.isin(people)].evidence for unit in units]
    assert named and set(named) <= own
    assert all(day >= "2026-03-08" for days in found.flagged[found.flagged.kind == JUMP].evidence for day in days)


def test_of_two_interviewers_nobody_is_flagged_lightly_and_of_one_nothing_is_said():
    interviews = simulated(SMALL, rng(2))
    two = replace(interviews, interviewer=np.where(interviews.interviewer < "06", "a", "b").astype(object))
    found = flags(two, rng=rng())
    assert ("flags.unsaid.few_interviewers", {"count": 2}) in found.unsaid
    one = replace(interviews, interviewer=np.full(len(interviews.area), "a", dtype=object))
    found = flags(one, rng=rng())
    assert ("flags.unsaid.one_interviewer", {"name": "a"}) in found.unsaid and set(found.tests.kind) == {JUMP}


def test_what_is_missing_is_said_and_all_else_is_tested():
    interviews = simulated(SMALL, rng(2))
    bare = replace(interviews, interviewer=None, began=None, minutes=None)
    found = flags(bare, rng=rng())
    assert found.tests.empty and found.facts.empty
    assert {key for key, _ in found.unsaid} == {"flags.unsaid.no_interviewers", "flags.unsaid.no_times"}
    minutes = np.where(interviews.people[0] == 0, np.nan, interviews.minutes)  # of one interviewer nobody knows them
    found = flags(replace(interviews, minutes=minutes, began=None), rng=rng())
    said = {key for key, _ in found.unsaid}
    assert {"flags.unsaid.some_minutes", "flags.unsaid.no_times"} <= said and DURATION in set(found.tests.kind)
    assert "flags.unsaid.alone" not in said  # others took interviews in the same areas
    few = ["q1", "q2"]
    found = flags(replace(interviews, items={k: interviews.items[k] for k in few}, best={}), rng=rng())
    said = {key for key, _ in found.unsaid}
    assert {"flags.unsaid.few_items", "flags.unsaid.no_battery", "flags.unsaid.no_best"} <= said
    assert TWINS not in set(found.tests.kind) and TOP not in set(found.tests.kind)
    alike = interviews.answers.astype(object).assign(**{name: "1" for name in interviews.items})
    in_time = replace(interviews, minutes=np.full(len(interviews.area), 8.0))
    found = flags(in_time, rng=rng())  # nobody was short: that sign says nothing, and the others count together
    (kinds,) = [values["kinds"] for key, values in found.unsaid if key == "flags.unsaid.alike"]
    assert DURATION in kinds and DURATION not in set(found.tests.kind)
    assert (found.tests.kind == TOGETHER).sum() == len(interviews.people[1])
    found = flags(replace(interviews, answers=alike, began=None), rng=rng())
    (kinds,) = [values["kinds"] for key, values in found.unsaid if key == "flags.unsaid.alike"]
    assert {TWINS, TOP, STRAIGHT} <= set(kinds) and set(found.tests.kind) <= {DURATION, TOGETHER}


def test_a_change_of_modes_in_the_middle_of_the_fieldwork_is_no_jump():
    interviews = simulated(Cell(areas=3, people=12), rng(2))
    early = pd.Series(interviews.began) < pd.Series(interviews.began).median()
    frank = early.to_numpy() & (rng(3).random(len(early)) < 0.7)  # in the first mode fewer give the best answers
    changed = replace(interviews, answers=interviews.answers.astype(object).mask(pd.Series(frank), "4"))
    jumps_of = lambda wave: (flags(wave, rng=rng()).flagged.kind == JUMP).sum()  # noqa: E731
    assert jumps_of(changed) > 0
    assert jumps_of(replace(changed, mode=np.where(early, "web", "telephone").astype(object))) == 0


def test_interviews_that_overlap_are_a_fact():
    began = pd.to_datetime(["2026-03-02 10:00", "2026-03-02 10:05", "2026-03-02 10:09", "2026-03-02 10:12"] * 2)
    items = {"q": Item("q", {"1": ""}, frozenset(), frozenset())}
    interviews = Interviews(
        np.array([f"u{k}" for k in range(8)], dtype=object),
        np.full(8, "a", dtype=object),
        np.repeat(np.array(["x", "y"], dtype=object), 4),
        pd.DataFrame({"q": ["1"] * 8}),
        items,
        {"q": frozenset("1")},
        began.to_numpy(),
        np.array([6.0, 6, 6, 6, 2, 2, 2, 2]),
    )
    (fact,) = flags(interviews, rng=rng()).facts.to_dict("records")
    assert fact == {"interviewer": "x", "interviews": 4, "overlapping": 3, "evidence": ["u1", "u2", "u3"]}


def test_ten_thousand_interviews_of_sixty_interviewers_in_every_area_are_flagged_in_two_seconds():
    interviews = simulated(Cell(team=60), rng(1))
    begin = time.process_time()
    found = flags(interviews, rng=rng())
    assert len(interviews.area) == 10_500 and len(found.tests) > 400
    assert time.process_time() - begin < 2


def test_what_the_study_of_flags_simulated_is_kept_and_written_between_the_marks_of_both_documents(tmp_path):
    cells = study.smallest()
    assert {cell.untouched for cell in cells.values()} == {True, False}
    kept, chosen = tmp_path / "kept", study.tasks(cells, 3)
    waves = run(chosen, workers=1, folder=kept)
    for file in list(kept.glob("*-00001-*")):
        file.unlink()  # as if the run had been stopped
    assert [task.stream for task in those_kept(chosen, kept)] == [0, 0]
    pd.testing.assert_frame_equal(run(chosen, workers=1, folder=kept), waves)
    assert those_kept(chosen, kept) == chosen
    table = summary(waves)
    for name in ("quality.md", "quality.zh.md"):
        shutil.copy(study.DOCS / name, tmp_path)
    study.write(table, tmp_path, "0.1.0+abc")
    once = {name: (tmp_path / name).read_text("utf-8") for name in ("quality.md", "quality.zh.md")}
    study.write(table, tmp_path, "0.1.0+abc")
    for name, text in once.items():
        assert (tmp_path / name).read_text("utf-8") == text and text.count("flags -->") == 2
        before, _, after = (study.DOCS / name).read_text("utf-8").partition("<!-- flags -->")
        assert text.startswith(before) and text.endswith(after.partition("<!-- end of flags -->")[2])
        assert text.count("6 × 20") == text.count("20 × 60") == 1


def test_the_error_of_a_rate_is_never_nothing_and_counts_that_finds_of_a_wave_go_together():
    rate, error = rate_and_error(np.zeros(50), np.ones(50))
    assert rate == 0 and error == pytest.approx(np.sqrt(1 / 52 * 51 / 52 / 52))
    together = np.repeat([0.0, 3.0], 20)
    rate, error = rate_and_error(together, np.full(40, 3.0))
    assert rate == 0.5 and error == pytest.approx(scipy.stats.sem(together / 3))
