"""Releases: places, probabilities of what was released, and that a release is a random part of the stratum."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sampling import draw_stratified, interviews_short, release_progress, released, split_releases, unfinished
from words import LANGUAGES, Fault, text


def _frame(rng, sizes):
    stratum = [f"h{h}" for h, size in enumerate(sizes) for _ in range(size)]
    ids = [f"u{i}" for i in range(len(stratum))]
    return pd.DataFrame({"unit_id": ids, "stratum": stratum, "prn": rng.random(len(ids))})


def test_probabilities_are_those_of_the_released_and_weights_sum_to_the_strata():
    frame = _frame(np.random.default_rng(1), [100, 37, 1])
    sample = split_releases(draw_stratified(frame, {"h0": 20, "h1": 7, "h2": 1}, start=0.2), (0.5, 0.25, 0.25))
    for through, counts in ((1, [10, 4, 1]), (2, [15, 6, 1]), (3, [20, 7, 1])):
        now = released(sample, through)
        assert now.groupby("stratum").size().tolist() == counts
        assert now.groupby("stratum").probability.first().tolist() == pytest.approx(np.array(counts) / [100, 37, 1])
        assert now.groupby("stratum").base_weight.sum().tolist() == pytest.approx([100, 37, 1])
        assert (now.groupby("stratum").place.max() == counts).all()
        assert list(now.columns) == list(sample.columns) and list(now.index) == list(range(sum(counts)))


def test_the_first_release_is_every_subset_equally_often():
    frame = _frame(np.random.default_rng(2), [5] * 3000)
    sample = split_releases(draw_stratified(frame, dict.fromkeys(frame.stratum.unique(), 4), start=0.6), (0.5, 0.5))
    first = released(sample, 1)
    counts = dict.fromkeys(combinations(range(5), 2), 0)
    for subset in (first.unit_id.str[1:].astype(int) % 5).groupby(first.stratum).agg(lambda u: tuple(sorted(u))):
        counts[subset] += 1
    assert stats.chisquare(list(counts.values())).pvalue > 1e-6


def test_a_release_begun_is_finished_before_the_wave_is():
    sample = split_releases(draw_stratified(_frame(np.random.default_rng(3), [10]), {"h0": 6}, start=0.1), (0.5, 0.5))
    first = list(released(sample, 1).unit_id)
    assert list(unfinished(sample, first[:2], through=1).unit_id) == first[2:]
    assert unfinished(sample, first, through=1).empty
    assert len(unfinished(sample, first, through=2)) == 3


def test_progress_counts_each_release_begun_and_nothing_of_those_that_are_not_out():
    frame = _frame(np.random.default_rng(4), [30, 9])
    sample = split_releases(draw_stratified(frame, {"h0": 12, "h1": 4}, start=0.3), (0.5, 0.25, 0.25))
    tried, finished = sample.unit_id[sample.place <= 4], sample.unit_id[sample.place <= 2]
    rows = release_progress(sample, tried, finished, through=2)
    assert rows.release.tolist() == [1, 2]
    for row in rows.itertuples():
        mine = sample[sample.release == row.release]
        assert row.units == len(mine) and row.finished + row.open == row.units
        assert row.tried == mine.unit_id.isin(tried).sum() and row.finished == mine.unit_id.isin(finished).sum()
    assert rows.open.sum() == len(unfinished(sample, finished, through=2)) > 0


def test_where_more_portions_are_out_weights_are_those_of_the_stratum():
    frame = _frame(np.random.default_rng(5), [100, 36, 40])
    sample = split_releases(draw_stratified(frame, {"h0": 20, "h1": 12, "h2": 8}, start=0.7), (0.5, 0.25, 0.25))
    now = released(sample, {"h0": 1, "h1": 3})
    assert now.groupby("stratum").size().to_dict() == {"h0": 10, "h1": 12}
    assert now.groupby("stratum").base_weight.first().to_dict() == pytest.approx({"h0": 10.0, "h1": 3.0})
    assert (now.groupby("stratum").place.max() == [10, 12]).all()
    rows = release_progress(sample, [], now.unit_id[:3], through={"h0": 1, "h1": 3})
    assert rows.units.tolist() == [16, 3, 3] and rows.open.sum() == 19
    pd.testing.assert_frame_equal(released(sample, dict.fromkeys(["h0", "h1", "h2"], 2)), released(sample, 2))
    assert interviews_short(sample, {"h0": 9}, [], [], through={"h0": 1}, rate=1.0).out.tolist() == [1, 0, 0]


def test_interviews_are_short_where_those_had_and_those_to_be_expected_do_not_suffice():
    frame = _frame(np.random.default_rng(6), [60] * 3)
    sample = split_releases(draw_stratified(frame, {"h0": 20, "h1": 20, "h2": 20}, start=0.1), (0.5, 0.5))
    first, wanted = released(sample, 1), {"h0": 6, "h1": 6, "h2": 6}
    of = {s: list(first.unit_id[first.stratum == s]) for s in wanted}
    answered = [*of["h0"][:6], *of["h1"][:4], *of["h2"][:4]]
    closed = [*of["h0"], *of["h1"], *of["h2"][:6]]  # four of h2's numbers are open
    rows = interviews_short(sample, wanted, answered, closed, through=1, rate=0.5)
    assert rows.interviews.tolist() == [6, 4, 4] and rows.open.tolist() == [0, 0, 4]
    assert rows.short.tolist() == [False, True, False]
    assert interviews_short(sample, wanted, answered, closed, through=1, rate=0.3).short.tolist() == [False, True, True]
    assert not interviews_short(sample, wanted, answered, closed, through=2, rate=0.0).short.any()  # nothing is left


def test_means_stay_unbiased_when_more_is_released_until_there_are_enough_interviews():
    """600 strata of 60, of whom those who answer differ from the others: the mean of all who would answer is met."""
    rng = np.random.default_rng(7)
    answers, y = rng.random(60) < 0.4, rng.normal(size=60)
    frame = _frame(rng, [60] * 600)
    sample = split_releases(draw_stratified(frame, dict.fromkeys(frame.stratum.unique(), 32), start=0.3), [0.125] * 8)
    person = sample.unit_id.str[1:].astype(int).to_numpy() % 60
    through, wanted = dict.fromkeys(frame.stratum.unique(), 1), dict.fromkeys(frame.stratum.unique(), 5)
    says, everybody = list(sample.unit_id[answers[person]]), list(sample.unit_id)
    for _ in range(8):
        rows = interviews_short(sample, wanted, says, everybody, through=through, rate=0.5)
        through = {s: n + short for s, n, short in zip(rows.stratum, rows.out, rows.short, strict=True)}
    assert set(through.values()) >= {1 + 1, 3, 4, 5, 6}
    now = released(sample, through)
    who = now.unit_id.str[1:].astype(int).to_numpy() % 60
    now = now.assign(y=y[who])[answers[who]]
    assert (now.groupby("stratum").size() >= 5).mean() > 0.99
    means = now.groupby("stratum").y.mean()
    assert abs(means.mean() - y[answers].mean()) < 4 * means.sem()


def test_every_fault_speaks_both_languages():
    sample = draw_stratified(_frame(np.random.default_rng(3), [10]), {"h0": 6}, start=0.1)
    split = split_releases(sample, (1.0,))
    for call in (lambda: split_releases(sample, (0.5, 0.4)), lambda: released(split, 2)):
        with pytest.raises(Fault) as caught:
            call()
        assert len({text(caught.value.key, language, **caught.value.values) for language in LANGUAGES}) == 2
