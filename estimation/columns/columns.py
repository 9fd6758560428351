"""Columns of a table read as codes or as numbers; a Fault names the column and what was found in it."""

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from contracts import first_row
from estimation.columns.codes import narrow, occurring_codes, occurring_pairs
from estimation.columns.texts import text_codes
from words import Fault


def label_codes(
    table: pd.DataFrame, columns: str | list[str] | None, *, ordered: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Codes 0..c-1 (n,) and labels (c,) of one column, or of several together, whose labels are tuples.

    columns  a name or a list of names; None gives every row the code 0, labelled "all"
    ordered  True: the labels are Python objects in ascending order (or in the order of the column's categories).
             False: they are in any order, texts in a pandas array and integers in a numpy array, because a million
             Python strings would take more memory than the table.
    """
    names = column_names(columns)
    if not names:
        return np.zeros(len(table), dtype=np.int32), np.array(["all"], dtype=object)
    parts = [column_codes(_column(table, name), name, ordered=ordered) for name in names]
    return parts[0] if len(parts) == 1 else joint_codes(parts)


def column_codes(values: ArrayLike, name: Hashable, *, ordered: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """`label_codes` of the values of one column; a Fault names the first row whose cell is empty."""
    array = getattr(values, "array", values)
    if isinstance(array, pd.arrays.NumpyExtensionArray):
        array = array.to_numpy()
    if isinstance(array, np.ndarray) and array.dtype.kind in "iu":
        low = int(array.min())
        codes, occurring = occurring_codes(array.astype(np.int64) - low, int(array.max()) - low + 1)
        return codes, (occurring + low).astype(object if ordered else np.int64)
    if isinstance(array, pd.Categorical):
        _refuse_missing(array.codes < 0, name)
        codes, occurring = occurring_codes(array.codes, len(array.categories))
        return codes, np.asarray(array.categories, dtype=object)[occurring]
    if isinstance(array, pd.arrays.ArrowStringArray) and len(array):
        _refuse_missing(array.isna(), name)
        return text_codes(array, ordered=ordered)
    codes, labels = pd.factorize(array, sort=ordered)
    _refuse_missing(codes < 0, name)
    return codes.astype(narrow(len(labels))), np.asarray(labels, dtype=object)


def joint_codes(parts: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Codes (n,) and labels (c,) of the combinations that occur in several columns; each label is a tuple.

    parts: (codes, labels) of each column.
    """
    codes, places = parts[0][0], [np.arange(len(parts[0][1]))]
    for next_codes, labels in parts[1:]:
        codes, before, last = occurring_pairs(codes, next_codes, len(places[0]), len(labels))
        places = [p[before] for p in places] + [last]
    joint = np.empty(len(places[0]), dtype=object)
    joint[:] = list(zip(*(labels[p] for (_, labels), p in zip(parts, places, strict=True)), strict=True))
    return codes, joint


def number_column(table: pd.DataFrame, name: Hashable) -> np.ndarray:
    """A column as floats (n,), NaN where it is empty; a Fault if it holds text, even text that looks like numbers."""
    column = _column(table, name)
    try:
        return numbers(column)
    except (TypeError, ValueError) as error:
        raise Fault(key="design.not_numbers", column=str(name), found=first_text(column)) from error


def numbers(values: ArrayLike | pd.DataFrame) -> np.ndarray:
    """Values as floats, NaN where they are missing; TypeError or ValueError for anything but numbers.

    An array of floats is returned without being copied: a caller that keeps it must copy it.
    """
    if isinstance(values, pd.DataFrame):
        return np.column_stack([numbers(values[c]) for c in values.columns])
    column: Any = values
    dtype = getattr(column, "dtype", None)
    if isinstance(dtype, pd.StringDtype | pd.CategoricalDtype):
        raise TypeError(str(dtype))
    if isinstance(dtype, pd.api.extensions.ExtensionDtype):
        return column.to_numpy(dtype=float, na_value=np.nan)
    array = np.asarray(values)
    if array.dtype.kind in "USMm" or (array.dtype == object and any(isinstance(v, str) for v in array.ravel())):
        raise TypeError(str(array.dtype))
    return array.astype(float, copy=False)


def first_text(values: ArrayLike) -> str:
    """The first of the values that is text, to be quoted in a Fault; if none is, the first value."""
    flat = np.asarray(values, dtype=object).ravel()
    return next((v for v in flat if isinstance(v, str)), str(flat[0]))


def column_names(columns: Hashable | list) -> list:
    """The column names as a list, from None (an empty list), one name or several."""
    if columns is None:
        return []
    return list(columns) if isinstance(columns, list | tuple) else [columns]


def said(label: Hashable) -> str:
    """A label as a sentence writes it: ("x", "y") is "x-y"; crossed (("a", "b"), ("x", "y")) is "a*b = x*y"."""
    if isinstance(label, tuple) and label and all(isinstance(part, tuple) for part in label):
        return " = ".join("*".join(str(p) for p in part) for part in label)
    return "-".join(str(part) for part in label) if isinstance(label, tuple) else str(label)


def _refuse_missing(missing, name) -> None:
    """A Fault that names the first row where `missing` (n,) is true."""
    if missing.any():
        raise Fault(key="design.code_missing", column=str(name), row=first_row(missing))


def _column(table: pd.DataFrame, name) -> pd.Series:
    if name not in table.columns:
        raise Fault(key="design.column_missing", column=str(name), found=[str(c) for c in table.columns])
    return table[name]
