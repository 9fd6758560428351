"""Numbering texts, against pandas on Python's strings; and how much memory a design of texts may take."""

import tracemalloc
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from estimation import Design, domain_means
from estimation.columns import texts
from estimation.columns.texts import text_codes

COUNTED = pa.proxy_memory_pool(pa.default_memory_pool())  # Arrow's memory, to be counted; must outlive what is in it
WORDS = {
    "short": lambda i: f"area {i:06d}",
    "long": lambda i: f"a name of more than twelve bytes {i}",
    "short and long": lambda i: "x" * (i % 30) + str(i),
    "Chinese": lambda i: f"杭州市{i}",
    "with zero bytes": lambda i: "é" + "\0" * (i % 9) + str(i // 9),
    "one empty": lambda i: str(i) if i else "",
}


def column(values, chunks: int):
    """Texts in an array of pandas, made of several of Arrow's."""
    return pd.array(pa.chunked_array([list(part) for part in np.array_split(values, chunks)]), dtype="str")


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("distinct", [1, 40, 3_000, 5_000])
@pytest.mark.parametrize("chunks", [1, 3])
@pytest.mark.parametrize("ordered", [True, False])
def test_texts_are_numbered_as_pandas_numbers_strings(words, distinct, chunks, ordered):
    rng, n = np.random.default_rng(7), 5_000
    drawn = rng.permutation(n) if distinct == n else rng.integers(0, distinct, n)
    if distinct == 3_000:
        drawn[:1_000] = rng.permutation(distinct)[:1_000]  # a beginning without repetition
    values = np.array([WORDS[words](i) for i in drawn], dtype=object)
    for given, strings in ((column(values, chunks), values), (column(values, chunks)[3:-2], values[3:-2])):
        codes, labels = text_codes(given, ordered=ordered)
        expected, names = pd.factorize(strings, sort=ordered)
        assert labels.tolist() == names.tolist()
        np.testing.assert_array_equal(codes, expected)


def test_slices_of_rows_make_no_difference(monkeypatch):
    values = np.array([WORDS["short and long"](i % 1_500) for i in range(2_000)], dtype=object)
    whole = text_codes(column(values, 1), ordered=False)
    monkeypatch.setattr(texts, "SLICE", 17)
    sliced = text_codes(column(values, 2), ordered=False)
    np.testing.assert_array_equal(whole[0], sliced[0])
    assert whole[1].tolist() == sliced[1].tolist()


def test_two_texts_with_one_hash_stay_two(monkeypatch):
    def weak(data, bounds):
        return np.array([2 * (int(bytes(data[a:b])) % 2_000) for a, b in pairwise(bounds)], dtype=np.uint64)

    monkeypatch.setattr(texts, "_hashes", weak)
    values = np.array([str(i) for i in range(3_000)], dtype=object)
    codes, labels = text_codes(column(values, 1), ordered=False)
    assert labels.tolist() == values.tolist()
    np.testing.assert_array_equal(codes, np.arange(3_000))


def test_a_design_keeps_its_psu_names_when_the_table_changes():
    table = pd.DataFrame({"w": 1.0, "psu": [f"household {i}" for i in range(1_200)]})
    design = Design.from_table(table, weight="w", psu="psu")
    table.loc[0, "psu"] = "another"
    assert design.psu_names[0] == "household 0"


@pytest.mark.parametrize("interviews_a_psu", [1, 2])
@pytest.mark.parametrize("areas", ["inside strata", "across strata"])
def test_means_of_a_design_of_texts_take_less_memory_than_the_table_and_a_half(interviews_a_psu, areas):
    rng, n = np.random.default_rng(3), 200_000
    psu = rng.permutation(n) // interviews_a_psu
    area = psu % 600 if areas == "inside strata" else rng.integers(0, 600, n)
    table = pd.DataFrame({"weight": rng.uniform(1, 2, n), "y": (rng.random(n) < 0.3).astype(float)})
    for name, codes in (("area", area), ("stratum", psu % 400), ("psu", psu)):
        table[name] = pd.array([f"{name} {code:06d}" for code in codes], dtype="str")
    usual = pa.default_memory_pool()
    pa.set_memory_pool(COUNTED)
    tracemalloc.start()
    try:
        design = Design.from_table(table, weight="weight", stratum="stratum", psu="psu")
        found = domain_means(table.y, table.area, design)
        assert np.isfinite(found.interval().upper).all()
        peak = tracemalloc.get_traced_memory()[1] + COUNTED.max_memory()
    finally:
        tracemalloc.stop()
        pa.set_memory_pool(usual)
    assert peak < 1.5 * table.memory_usage(index=False, deep=True).sum()
