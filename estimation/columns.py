"""Columns of a table as codes and as numbers, or a Fault that names the column and what was found in it."""

import numpy as np
import pandas as pd

from words import Fault

FLAGS_FROM = 8  # codes are found by flags when the numbers they lie in are at most so many times the rows


def label_codes(table: pd.DataFrame, columns, *, ordered: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Codes 0..c-1 (n,) and labels (c,) of one column; of several, labels are tuples; None: one code "all".

    ordered: labels ascend (by the order of the categories if the column has them); False: in any order, faster.
    """
    names = column_names(columns)
    if not names:
        return np.zeros(len(table), dtype=np.int64), np.array(["all"], dtype=object)
    parts = [column_codes(_column(table, name), name, ordered=ordered) for name in names]
    return parts[0] if len(parts) == 1 else joint_codes(parts)


def column_codes(values, name, *, ordered: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """`label_codes` of the values of one column; a Fault names the first row with nothing in it."""
    array = getattr(values, "array", values)
    if isinstance(array, pd.arrays.NumpyExtensionArray):
        array = array.to_numpy()
    if isinstance(array, np.ndarray) and array.dtype.kind in "iu":
        low = int(array.min())
        codes, found = occurring_codes(array.astype(np.int64) - low, int(array.max()) - low + 1)
        return codes, (found + low).astype(object)
    codes, labels = pd.factorize(array, sort=ordered)
    if (codes < 0).any():
        raise Fault(key="design.code_missing", column=str(name), row=int((codes < 0).argmax()))
    return codes, np.asarray(labels, dtype=object)


def joint_codes(parts) -> tuple[np.ndarray, np.ndarray]:
    """Codes and labels of the combinations that occur of several (codes, labels); a label is a tuple."""
    codes, places = parts[0][0], [np.arange(len(parts[0][1]))]
    for more, labels in parts[1:]:
        codes, found = occurring_codes(codes * len(labels) + more, len(places[0]) * len(labels))
        before, last = np.divmod(found, len(labels))
        places = [p[before] for p in places] + [last]
    joint = np.empty(len(places[0]), dtype=object)
    joint[:] = list(zip(*(labels[p] for (_, labels), p in zip(parts, places, strict=True)), strict=True))
    return codes, joint


def occurring_codes(numbers: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Codes 0..c-1 (n,) of integers in 0..size-1, and the c integers that occur, ascending."""
    if size <= FLAGS_FROM * len(numbers):
        flags = np.zeros(size, dtype=bool)
        flags[numbers] = True
        found = np.flatnonzero(flags)
        place = np.empty(size, dtype=np.int32 if size < 2**31 else np.int64)
        place[found] = np.arange(len(found))
        return place[numbers], found
    order = np.argsort(numbers)
    ascending = numbers[order]
    first = np.append(True, ascending[1:] != ascending[:-1])
    codes = np.empty(len(numbers), dtype=np.int64)
    codes[order] = np.cumsum(first) - 1
    return codes, ascending[first]


def number_column(table: pd.DataFrame, name) -> np.ndarray:
    """A column as floats (n,), NaN where it is empty; text is refused even if it looks like numbers."""
    column = _column(table, name)
    try:
        return numbers(column)
    except (TypeError, ValueError) as error:
        raise Fault(key="design.not_numbers", column=str(name), found=first_text(column)) from error


def numbers(values) -> np.ndarray:
    """Values as floats, NaN where they are missing; TypeError or ValueError for anything but numbers."""
    if isinstance(values, pd.DataFrame):
        return np.column_stack([numbers(values[c]) for c in values.columns])
    dtype = getattr(values, "dtype", None)
    if isinstance(dtype, pd.StringDtype | pd.CategoricalDtype):
        raise TypeError(str(dtype))
    if isinstance(dtype, pd.api.extensions.ExtensionDtype):
        return values.to_numpy(dtype=float, na_value=np.nan)
    array = np.asarray(values)
    if array.dtype.kind in "USMm" or (array.dtype == object and any(isinstance(v, str) for v in array.ravel())):
        raise TypeError(str(array.dtype))
    return array.astype(float)


def first_text(values) -> str:
    """The first of the values that is text, to be shown in a Fault."""
    listed = np.asarray(values, dtype=object).ravel()
    return next((v for v in listed if isinstance(v, str)), str(listed[0]))


def column_names(columns) -> list:
    """A list of column names from None, one name or several."""
    if columns is None:
        return []
    return list(columns) if isinstance(columns, list | tuple) else [columns]


def said(label) -> str:
    """A label as a sentence writes it: the parts of a tuple joined by "-"."""
    return "-".join(str(part) for part in label) if isinstance(label, tuple) else str(label)


def _column(table: pd.DataFrame, name) -> pd.Series:
    if name not in table.columns:
        raise Fault(key="design.column_missing", column=str(name), found=[str(c) for c in table.columns])
    return table[name]
