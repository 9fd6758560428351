"""Waves on one circle of numbers: who is kept, who is spared, and each wave still a simple random sample."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sampling import coordinated_start, draw_stratified
from words import LANGUAGES, Fault, text

ERROR = 1e-6


def _frame(rng, sizes):
    stratum = [f"h{h}" for h, size in enumerate(sizes) for _ in range(size)]
    ids = [f"u{i}" for i in range(len(stratum))]
    return pd.DataFrame({"unit_id": ids, "stratum": stratum, "prn": rng.random(len(ids))})


def test_nobody_comes_again_before_all_others_have():
    frame = _frame(np.random.default_rng(1), [20, 7])
    wanted = {"h0": 6, "h1": 3}
    waves = [draw_stratified(frame, wanted, start=0.9)]
    for _ in range(2):
        waves.append(draw_stratified(frame, wanted, start=coordinated_start(waves[-1])))
    assert len(set(pd.concat(waves[:2]).unit_id)) == 18
    first = waves[0][waves[0].stratum == "h0"].unit_id
    assert not set(first) & set(waves[2].unit_id)
    again = set(waves[2].unit_id[waves[2].stratum == "h1"]) & set(waves[0].unit_id)
    assert len(again) == 2  # three waves of three from seven


@pytest.mark.parametrize(("keep", "stay"), [(0.0, 0), (0.25, 2), (0.5, 4), (1.0, 8)])
def test_a_rotating_panel_keeps_what_was_wanted(keep, stay):
    frame = _frame(np.random.default_rng(2), [30, 50])
    first = draw_stratified(frame, {"h0": 8, "h1": 8}, start=0.7)
    second = draw_stratified(frame, {"h0": 8, "h1": 8}, start=coordinated_start(first, keep=keep))
    common = first.merge(second, on=["unit_id", "stratum"])
    assert common.groupby("stratum").size().reindex(["h0", "h1"], fill_value=0).tolist() == [stay, stay]


def test_a_random_start_does_not_spare_those_rung_before():
    rng, overlaps = np.random.default_rng(3), 0
    frame = _frame(rng, [40])
    first = draw_stratified(frame, {"h0": 10}, start=0.0)
    for start in rng.random(60):
        overlaps += bool(set(first.unit_id) & set(draw_stratified(frame, {"h0": 10}, start=start).unit_id))
    assert overlaps > 15


@pytest.mark.parametrize("keep", [0.0, 0.5])
def test_the_next_wave_is_a_simple_random_sample_of_its_own(keep):
    frame = _frame(np.random.default_rng(4), [6] * 3000)
    wanted = dict.fromkeys(frame.stratum.unique(), 2)
    first = draw_stratified(frame, wanted, start=0.35)
    second = draw_stratified(frame, wanted, start=coordinated_start(first, keep=keep))
    within = second.unit_id.str[1:].astype(int) % 6
    subsets = dict.fromkeys(combinations(range(6), 2), 0)
    for subset in within.groupby(second.stratum.to_numpy()).agg(lambda u: tuple(sorted(u))):
        subsets[subset] += 1
    assert stats.chisquare(list(subsets.values())).pvalue > ERROR


@pytest.mark.parametrize(("keep", "outcomes"), [(0.0, 30), (0.5, 60)])
def test_two_waves_together_are_any_pair_of_samples_with_that_overlap_equally_often(keep, outcomes):
    """2 of 5 twice: C(5,2) C(3,2) = 30 pairs of samples without overlap, C(5,2)·2·3 = 60 with one unit in both.

    So P(k in both) = m/N and P(k in the first, l in the second) = (n² - m)/(N(N-1)), m = ⌊o n + 1/2⌋: pairwise, too.
    """
    frame = _frame(np.random.default_rng(6), [5] * 4000)
    wanted = dict.fromkeys(frame.stratum.unique(), 2)
    first = draw_stratified(frame, wanted, start=0.8)
    second = draw_stratified(frame, wanted, start=coordinated_start(first, keep=keep))
    subsets = [
        (wave.unit_id.str[1:].astype(int) % 5).groupby(wave.stratum).agg(lambda u: tuple(sorted(u)))
        for wave in (first, second)
    ]
    both = list(combinations(range(5), 2))
    kept = round(2 * keep)
    counts = {(a, b): 0 for a in both for b in both if len(set(a) & set(b)) == kept}
    for pair in zip(*subsets, strict=True):
        counts[pair] += 1
    assert len(counts) == outcomes
    assert stats.chisquare(list(counts.values())).pvalue > ERROR


def test_the_wave_with_which_the_circle_closes_and_one_after_a_part_released_are_simple_random_samples_too():
    frame = _frame(np.random.default_rng(7), [5] * 3000)
    wanted = dict.fromkeys(frame.stratum.unique(), 2)
    waves = [draw_stratified(frame, wanted, start=0.1)]
    for _ in range(2):
        waves.append(draw_stratified(frame, wanted, start=coordinated_start(waves[-1])))
    after_part = draw_stratified(frame, wanted, start=coordinated_start(waves[0][waves[0].place == 1]))
    again = waves[0].merge(waves[2], on="unit_id").groupby("stratum_x").size()
    assert again.eq(1).all() and len(again) == 3000  # the third takes one of the first two again
    for wave in (waves[2], after_part):
        counts = dict.fromkeys(combinations(range(5), 2), 0)
        for subset in (wave.unit_id.str[1:].astype(int) % 5).groupby(wave.stratum).agg(lambda u: tuple(sorted(u))):
            counts[subset] += 1
        assert stats.chisquare(list(counts.values())).pvalue > ERROR


def test_the_circle_closes_at_one_and_only_what_was_released_counts_as_rung():
    frame = pd.DataFrame({"unit_id": list("abc"), "stratum": "h", "prn": [0.2, 0.6, 1 - 2**-53]})
    drawn = draw_stratified(frame, {"h": 2}, start=0.5)
    assert coordinated_start(drawn)["h"] == 0.0
    assert list(draw_stratified(frame, {"h": 1}, start=coordinated_start(drawn)).unit_id) == ["a"]
    only_first = drawn[drawn.place == 1]
    assert list(draw_stratified(frame, {"h": 2}, start=coordinated_start(only_first)).unit_id) == ["c", "a"]


def test_every_fault_speaks_both_languages():
    first = draw_stratified(_frame(np.random.default_rng(1), [5]), {"h0": 2}, start=0.1)
    with pytest.raises(Fault) as caught:
        coordinated_start(first, keep=2)
    assert len({text(caught.value.key, language, **caught.value.values) for language in LANGUAGES}) == 2
