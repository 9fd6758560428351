"""Columns as codes and labels: what each kind of column becomes."""

import numpy as np
import pandas as pd
import pytest

from estimation.columns.columns import label_codes
from words import Fault


def test_categories_keep_their_order_and_those_that_do_not_occur_are_left_out():
    column = pd.Categorical(["high", "low", "high"], categories=["low", "middle", "high"])
    codes, labels = label_codes(pd.DataFrame({"x": column}), "x")
    assert (codes.tolist(), labels.tolist()) == ([1, 0, 1], ["low", "high"])


@pytest.mark.parametrize("ordered", [True, False])
def test_every_kind_of_column_gives_back_its_values(ordered):
    rng = np.random.default_rng(4)
    numbers = rng.integers(-5, 60, 500)
    table = pd.DataFrame({"int": numbers, "small": numbers.astype(np.int16), "float": numbers / 4})
    table["text"] = table.int.astype(str)
    table["object"] = table.text.astype(object)
    table["python"] = table.text.astype("string[python]")
    table["category"] = table.text.astype("category")
    table["numbers as categories"] = table.int.astype("category")
    for name in table:
        codes, labels = label_codes(table, name, ordered=ordered)
        assert [labels[c] for c in codes] == table[name].tolist(), name
        assert len(set(labels)) == len(labels)
        if ordered:
            assert labels.tolist() == sorted(set(table[name])), name


@pytest.mark.parametrize("kind", ["str", "category", object, "string[python]"])
def test_the_first_row_with_nothing_in_it_is_named(kind):
    table = pd.DataFrame({"x": pd.Series(["a", "b", None, "a", None], dtype=kind)})
    with pytest.raises(Fault) as fault:
        label_codes(table, "x")
    assert (fault.value.key, fault.value.values["row"]) == ("design.code_missing", 3)


def test_labels_of_two_columns_are_tuples_of_what_occurs():
    table = pd.DataFrame({"a": ["y", "x", "y"], "b": [2, 1, 2]})
    codes, labels = label_codes(table, ["a", "b"])
    assert (codes.tolist(), labels.tolist()) == ([1, 0, 1], [("x", 1), ("y", 2)])
