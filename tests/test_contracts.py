"""contracts.check: a good table passes with its columns and types; a missing column, cell, key or truth is a Fault."""

import numpy as np
import pandas as pd
import pytest

import contracts
from contracts import check
from words import Fault

CELLS = {str: "a", int: 1, float: 1.0, bool: True}
ALL = {name: t for name, t in vars(contracts).items() if isinstance(t, contracts.Table)}


def good(table: contracts.Table, rows: int = 3) -> pd.DataFrame:
    """Rows that keep every truth: distinct keys, all numbers 1 but those that must add up."""
    frame = pd.DataFrame([{c: CELLS[kind] for c, kind in table.columns.items()}] * rows)
    first = table.key[0]
    frame[first] = [f"{k}" for k in range(rows)]
    if "places" in frame:
        frame["places"] = frame.rank_before - frame.rank_after
        frame["places_lower"], frame["own"], frame["others"] = 0, 0.0, 0.0
    return frame


def refused(frame, table) -> Fault:
    with pytest.raises(Fault) as caught:
        check(frame, table)
    assert caught.value.values["table"] == table.name
    assert table.name in str(caught.value)
    return caught.value


@pytest.mark.parametrize("name", ALL)
def test_a_good_table_is_accepted_with_its_columns_in_order_and_its_types(name):
    table = ALL[name]
    shuffled = good(table)[list(table.columns)[::-1]].assign(more="not ours")
    shuffled.index = [7, 7, 9]
    before = shuffled.copy()
    found = check(shuffled, table)
    assert list(found.columns) == list(table.columns)
    assert list(found.index) == [0, 1, 2]
    for column, kind in table.columns.items():
        assert kind is str or found[column].dtype == np.dtype(kind), column
    pd.testing.assert_frame_equal(shuffled, before)  # nothing changed under the caller's hands


@pytest.mark.parametrize("name", ALL)
def test_an_empty_table_with_its_columns_is_accepted(name):
    assert check(good(ALL[name]).head(0), ALL[name]).empty


@pytest.mark.parametrize("name", ALL)
def test_every_missing_column_is_named(name):
    table = ALL[name]
    for column in table.columns:
        found = refused(good(table).drop(columns=column), table)
        assert (found.key, found.values["columns"]) == ("table.columns", [column])


@pytest.mark.parametrize("name", ALL)
def test_an_empty_cell_is_refused_by_row_unless_its_column_may_be_empty(name):
    table = ALL[name]
    for column in table.columns:
        frame = good(table).astype(object)
        frame.loc[1, column] = None
        if column in table.optional:
            frame = frame.astype({c: float for c, kind in table.columns.items() if kind is float})
            assert check(frame, table)[column].isna().sum() == 1
        else:
            found = refused(frame, table)
            assert (found.key, found.values["columns"], found.values["row"]) == ("table.empty", [column], 2)


@pytest.mark.parametrize("name", ALL)
def test_a_repeated_key_is_refused_with_what_stands_twice(name):
    table = ALL[name]
    frame = good(table)
    frame.loc[2, list(table.key)] = frame.loc[0, list(table.key)]
    found = refused(frame, table)
    assert found.key == "table.key"
    assert found.values["columns"] == list(table.key)
    assert found.values["found"][0] == "0"


BROKEN = [
    ("RESPONDENTS", {"weight": -0.1}),
    ("WEIGHTS", {"weight": 0.0}),
    ("STRATA", {"population": 0}),
    ("ALLOCATION", {"sample": 2}),
    ("ALLOCATION", {"sample": -1}),
    ("ESTIMATES", {"lower": 1.1}),
    ("CONTRASTS", {"lower": 1.1}),
    ("ESTIMATES", {"upper": 0.9}),
    ("ESTIMATES", {"se": -1.0}),
    ("ESTIMATES", {"n": 0}),
    ("ESTIMATES", {"population": 0.5}),
    ("ESTIMATES", {"fpc": 1.5}),
    ("RANKS", {"lower": 0}),
    ("RANKS", {"lower": 2}),
    ("RANKS", {"rank": 2}),
    ("RANKS", {"upper": 0}),
    ("CHANGES", {"lower": 1.5}),
    ("CHANGES", {"upper": 0.5}),
    ("CHANGES", {"places": 1}),
    ("CHANGES", {"own": 2.0}),
    ("CHANGES", {"places_upper": -1}),
    ("VERDICTS", {"lower": 2.0}),
]


@pytest.mark.parametrize(("name", "cells"), BROKEN, ids=[f"{n} {c}" for n, c in BROKEN])
def test_a_broken_truth_is_refused_with_its_words_row_and_count(name, cells):
    frame = good(ALL[name])
    for column, value in cells.items():
        frame.loc[1:, column] = value
    found = refused(frame, ALL[name])
    assert (found.key, found.values["row"], found.values["count"]) == ("table.truth", 2, 2)
    assert found.values["truth"] in [truth for truth, _ in ALL[name].truths]


def test_every_truth_of_every_table_is_broken_by_some_case_above():
    broken = set()
    for name, cells in BROKEN:
        broken.add((name, refused(good(ALL[name]).assign(**cells), ALL[name]).values["truth"]))
    assert broken == {(name, truth) for name, table in ALL.items() for truth, _ in table.truths}


def test_a_tables_key_and_optional_columns_are_columns_of_it():
    assert len(ALL) >= 10
    for table in ALL.values():
        assert set(table.key) <= set(table.columns)
        assert table.optional <= set(table.columns)
