"""Draws: a naive second implementation, every subset equally often, the same in any order, and what must be refused."""

import hashlib
import sqlite3
from contextlib import closing
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sampling import (
    commitment,
    draw_stratified,
    draw_stream,
    draw_systematic,
    permanent_random_numbers,
    starting_point,
)
from sampling.draw.draw import systematic_places
from words import LANGUAGES, Fault, text

KEY = b"a secret of thirty-two bytes ...."
ERROR = 1e-6  # chance that a right draw fails a test of this file


def _frame(sizes, key=KEY):
    ids = [f"u{h}-{i}" for h, size in enumerate(sizes) for i in range(size)]
    stratum = [f"h{h}" for h, size in enumerate(sizes) for _ in range(size)]
    return pd.DataFrame({"unit_id": ids, "stratum": stratum, "prn": permanent_random_numbers(ids, key=key)})


def _naively(frame, allocation, start):
    """What the SQL of the module says, by sorting whole strata."""
    parts = []
    for name, group in frame.groupby("stratum"):
        ordered = group.assign(before=group.prn < start).sort_values(["before", "prn", "unit_id"])
        parts += list(ordered.unit_id[: allocation.get(name, 0)])
    return parts


@st.composite
def problems(draw):
    """A frame (with ties among coarse numbers now and then), an allocation and a start."""
    sizes = draw(st.lists(st.integers(1, 30), min_size=1, max_size=5))
    frame = _frame(sizes)
    if draw(st.booleans()):
        frame["prn"] = np.floor(frame.prn * 4) / 4
    allocation = {f"h{h}": draw(st.integers(0, size)) for h, size in enumerate(sizes)}
    start = draw(st.sampled_from([0.0, 0.25, 0.5, 1 - 2**-53]) | st.floats(0, 1, exclude_max=True))
    return frame, allocation, start, draw(st.permutations(range(len(frame))))


@settings(max_examples=30, deadline=None)
@given(problems())
def test_the_draw_is_the_sorted_one_in_any_order_of_rows_and_in_pieces(problem):
    frame, allocation, start, order = problem
    expected = _naively(frame, allocation, start)
    mixed = frame.iloc[list(order)]
    drawn = draw_stratified(mixed, allocation, start=start)
    assert list(drawn.unit_id) == expected
    pieces = [mixed.iloc[i : i + 7] for i in range(0, len(mixed), 7)]
    pd.testing.assert_frame_equal(draw_stream(pieces, allocation, start=start), drawn)
    as_codes = mixed.assign(stratum=mixed.stratum.astype("category"))
    assert list(draw_stratified(as_codes, allocation, start=start).unit_id) == expected


@settings(max_examples=20, deadline=None)
@given(problems())
def test_sql_gives_the_same_units_by_the_sentence_of_the_module(problem):
    frame, allocation, start, _ = problem
    with closing(sqlite3.connect(":memory:")) as database:
        frame.to_sql("frame", database, index=False)
        order = "PARTITION BY stratum ORDER BY (prn < ?), prn, unit_id"
        numbered = f"SELECT unit_id, stratum, row_number() OVER ({order}) AS place FROM frame"
        rows = database.execute(f"SELECT * FROM ({numbered}) ORDER BY stratum, place", (start,)).fetchall()
    expected = [(unit_id, place) for unit_id, stratum, place in rows if place <= allocation[stratum]]
    drawn = draw_stratified(frame, allocation, start=start)
    assert list(zip(drawn.unit_id, drawn.place, strict=True)) == expected


@settings(max_examples=20, deadline=None)
@given(problems())
def test_weights_sum_to_the_strata_and_places_count_up(problem):
    frame, allocation, start, _ = problem
    drawn = draw_stratified(frame, allocation, start=start)
    sizes = frame.stratum.value_counts()
    for name, group in drawn.groupby("stratum"):
        assert len(group) == allocation[name] and list(group.place) == list(range(1, len(group) + 1))
        assert group.base_weight.sum() == pytest.approx(sizes[name], rel=1e-12)
        assert (group.probability == allocation[name] / sizes[name]).all()


def test_numbers_that_are_no_random_ones_still_give_the_first_in_order():
    frame = _frame([5000]).assign(prn=0.9)
    assert list(draw_stratified(frame, {"h0": 3}, start=0.1).unit_id) == _naively(frame, {"h0": 3}, 0.1)


def _subsets(drawn, n):
    """How often each subset of the numbers after the dash was drawn, over many strata of one frame."""
    found = (
        drawn.unit_id.str.split("-")
        .str[1]
        .astype(int)
        .groupby(drawn.stratum.to_numpy())
        .agg(lambda u: tuple(sorted(u)))
    )
    counts = dict.fromkeys(combinations(range(n), len(found.iloc[0])), 0)
    for subset in found:
        counts[subset] += 1
    return list(counts.values())


def test_every_subset_is_drawn_equally_often_wherever_one_starts():
    frame = _frame([6] * 3000)
    for start in (0.0, 0.77):
        drawn = draw_stratified(frame, dict.fromkeys(frame.stratum.unique(), 3), start=start)
        assert stats.chisquare(_subsets(drawn, 6)).pvalue > ERROR


def test_permanent_numbers_are_uniform_and_their_pairs_unrelated():
    numbers = permanent_random_numbers((str(i) for i in range(20_000)), key=KEY)
    assert stats.kstest(numbers, "uniform").pvalue > ERROR
    squares = np.histogram2d(numbers[:-1], numbers[1:], bins=8, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(squares.ravel()).pvalue > ERROR
    other = permanent_random_numbers((str(i) for i in range(20_000)), key=KEY + b"!")
    assert abs(np.corrcoef(numbers, other)[0, 1]) < 5 / np.sqrt(20_000)


def test_a_permanent_number_is_the_keyed_hash_of_the_id_and_nothing_else():
    digest = hashlib.blake2b("张三-4513".encode(), key=KEY, digest_size=8).digest()
    expected = (int.from_bytes(digest, "big") >> 11) / 2**53
    ids = ["a", "张三-4513", "b"]
    assert permanent_random_numbers(ids, key=KEY)[1] == expected == permanent_random_numbers(ids[1:], key=KEY)[0]


def test_the_start_comes_from_seed_and_wave_and_fits_its_commitment():
    seed = "lottery 2026-10-01: 03 11 17 25 31"
    assert commitment(seed) == hashlib.sha256(b"rankshift seed\0" + seed.encode()).hexdigest()
    digest = hashlib.sha256(b"rankshift start\0" + seed.encode() + b"\0" + b"2026Q4").digest()
    assert starting_point(seed, "2026Q4") == (int.from_bytes(digest[:8], "big") >> 11) / 2**53
    starts = [starting_point(seed, f"{year}Q{q}") for year in range(1000) for q in range(4)]
    assert stats.kstest(starts, "uniform").pvalue > ERROR


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 60), st.data())
def test_systematic_places_rise_stay_inside_and_are_spread_evenly(population, data):
    sample = data.draw(st.integers(1, population))
    u = data.draw(st.floats(0, 1, exclude_max=True))
    places = systematic_places(u, population, sample)
    assert (places >= 0).all() and (places < population).all() and len(places) == sample
    assert all(population // sample <= b - a <= -(-population // sample) for a, b in pairwise(places))


def test_systematic_probabilities_are_equal_though_the_interval_is_not_whole():
    frame, trials = _frame([7] * 3000), 3000
    drawn = draw_systematic(frame, dict.fromkeys(frame.stratum.unique(), 3), start=0.3)
    counts = drawn.unit_id.str.split("-").str[1].value_counts()
    z = (counts - trials * 3 / 7) / np.sqrt(trials * 3 / 7 * 4 / 7)
    assert len(z) == 7 and z.abs().max() < stats.norm.isf(ERROR / 2 / 7)


def test_a_systematic_sample_is_spread_over_the_order_asked_for():
    frame = _frame([120]).assign(age=np.tile(np.arange(20, 80), 2))
    drawn = draw_systematic(frame.sample(frac=1, random_state=2), {"h0": 12}, start=0.4, order=["age"])
    ages = frame.set_index("unit_id").age[drawn.unit_id].sort_values()
    assert list((ages - 20) // 5) == list(range(12))


def test_the_frame_is_not_changed_and_areas_and_psus_come_along():
    frame = _frame([9, 4]).assign(area="a", psu="p", phone="1")
    before = frame.copy()
    drawn = draw_stratified(frame, {"h0": 2}, start=0.5)
    pd.testing.assert_frame_equal(frame, before)
    assert {"area", "psu"} <= set(drawn) and "phone" not in drawn


PLAN = pd.DataFrame({"stratum": ["h0", "h1"], "population": [5, 9], "sample": [2, 2]})
FAULTS = {
    "sampling.larger_than_stratum": lambda f: draw_stratified(f, {"h0": 6}, start=0.1),
    "sampling.unknown_strata": lambda f: draw_stratified(f, {"h7": 1}, start=0.1),
    "sampling.frame_changed": lambda f: draw_stratified(f, PLAN, start=0.1),
    "sampling.not_counts": lambda f: draw_stratified(f, {"h0": 1.5}, start=0.1),
    "sampling.start": lambda f: draw_stratified(f, {"h0": 1}, start=1.0),
    "sampling.no_start": lambda f: draw_stratified(f, {"h0": 1, "h1": 1}, start={"h0": 0.5}),
    "sampling.frame_row": lambda f: draw_stratified(f.assign(prn=1.0), {"h0": 1}, start=0.1),
    "sampling.no_rows": lambda f: draw_stream([], {"h0": 1}, start=0.1),
    "sampling.key": lambda f: permanent_random_numbers(["a"], key=b"short"),
    "sampling.seed": lambda f: commitment("2026"),
    "table.columns": lambda f: draw_stratified(f.drop(columns="prn"), {"h0": 1}, start=0.1),
}


@pytest.mark.parametrize("key", FAULTS)
def test_every_fault_speaks_both_languages(key):
    with pytest.raises(Fault) as caught:
        FAULTS[key](_frame([5, 4]))
    assert caught.value.key == key
    assert len({text(key, language, **caught.value.values) for language in LANGUAGES}) == 2


def test_a_frame_without_a_stratum_somewhere_is_refused_with_its_row():
    frame = _frame([5])
    frame.loc[3, "stratum"] = None
    with pytest.raises(Fault) as caught:
        draw_stratified(frame, {"h0": 1}, start=0.1)
    assert (caught.value.key, caught.value.values["row"]) == ("sampling.frame_row", 4)
