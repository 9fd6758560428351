"""Margins, that is, known totals by category: checked against the table and each other; rows grouped into cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import scipy

from estimation.columns.codes import occurring_codes
from estimation.columns.columns import column_names, label_codes, said
from words import Fault

AGREEMENT = 1e-6  # margins whose sums differ by no more than this part are scaled to the sum of the first


@dataclass(frozen=True, eq=False)
class MarginCells:
    """The rows grouped into c cells; the rows of a cell have the same category in every margin.

    cell (n,)           the cell of each row
    indicators (c,q)    sparse, 1 where the cell belongs to the category
    names (q,)          (column, category)
    totals (q,)         the known total of each category
    independent (q',)   all categories of the first margin, and all but the first of every other margin
    blocks              the columns of `indicators` that belong to each margin
    """

    cell: np.ndarray
    indicators: scipy.sparse.csr_array
    names: tuple
    totals: np.ndarray
    independent: np.ndarray
    blocks: tuple[slice, ...]


def margin_cells(
    base: np.ndarray, table: pd.DataFrame, margins: Mapping[str | tuple[str, ...], pd.Series], wave: str | None = None
) -> MarginCells:
    """The cells of `table` by the columns of `margins` (column or tuple of columns -> Series of known totals).

    base (n,): the base weights; wave: the wave being weighted.  Raises the faults of `rake`.
    """
    if len(margins) == 0:
        raise Fault(key="margins.none")
    if len(table) != len(base):
        raise Fault(key="margins.length", found=len(table), expected=len(base))
    columns = list(margins)
    known = [_known(column, margins[column], wave) for column in columns]
    known = _agreeing(columns, known)
    codes = [_codes(base, table, column, total) for column, total in zip(columns, known, strict=True)]
    sizes = [len(total) for total in known]
    cell, categories = _cells(codes, sizes)
    starts = np.append(0, np.cumsum(sizes))
    c, m = len(categories[0]), len(columns)
    place = np.column_stack([categories[k] + starts[k] for k in range(m)])
    indicators = scipy.sparse.csr_array((np.ones(c * m), place.ravel(), np.arange(c + 1) * m), shape=(c, starts[-1]))
    names = tuple((column, label) for column, total in zip(columns, known, strict=True) for label in total.index)
    independent = np.setdiff1d(np.arange(starts[-1]), starts[1:-1])
    blocks = tuple(slice(a, b) for a, b in pairwise(starts))
    return MarginCells(cell, indicators, names, np.concatenate([t.to_numpy() for t in known]), independent, blocks)


def _known(column, totals, wave) -> pd.Series:
    """One margin's totals as floats; a Fault if one is negative or missing, or if they belong to another wave."""
    name = said(column)
    series = totals if isinstance(totals, pd.Series) else pd.Series(totals)
    of = series.attrs.get("wave")
    if wave is not None and of is not None and of != wave:
        raise Fault(key="margins.other_wave", column=name, found=str(of), expected=str(wave))
    repeated = series.index[series.index.duplicated()]
    if len(repeated):
        raise Fault(key="margins.repeated", column=name, category=said(repeated[0]))
    try:
        series = series.astype(float)
    except (TypeError, ValueError) as error:
        raise Fault(key="margins.not_numbers", column=name, found=str(series.iloc[0])) from error
    wrong = ~(np.isfinite(series) & (series >= 0))
    if wrong.any():
        category = series.index[int(wrong.argmax())]
        raise Fault(key="margins.total", column=name, category=said(category), found=float(series[wrong].iloc[0]))
    return series


def _agreeing(columns, known: list) -> list:
    """The margins scaled to the sum of the first if their sums differ only by rounding; a Fault if by more."""
    sums = [float(t.sum()) for t in known]
    for column, total in zip(columns, sums, strict=True):
        if abs(total - sums[0]) > AGREEMENT * max(sums[0], total):
            raise Fault(
                key="margins.disagree",
                column=said(column),
                found=total,
                first=said(columns[0]),
                expected=sums[0],
                difference=total - sums[0],
                factor=sums[0] / total if total else np.inf,
            )
    return [t * (sums[0] / s) if s else t for t, s in zip(known, sums, strict=True)]


def _codes(base, table: pd.DataFrame, column, known: pd.Series) -> np.ndarray:
    """The position (n,) of each row's category among the margin's categories."""
    name = said(column)
    for part in column_names(column):
        if part not in table.columns:
            raise Fault(key="margins.column_missing", column=str(part), found=[str(c) for c in table.columns])
        if table[part].hasnans:
            row = int(table[part].isna().to_numpy().argmax())
            raise Fault(key="margins.empty", column=str(part), row=row + 1, count=int(table[part].isna().sum()))
    codes, labels = label_codes(table, column, ordered=False)
    place = known.index.get_indexer(pd.Index(labels, tupleize_cols=isinstance(known.index, pd.MultiIndex)))
    if (place < 0).any():
        unknown = [said(labels[k]) for k in np.flatnonzero(place < 0)]
        count = int(np.isin(codes, np.flatnonzero(place < 0)).sum())
        raise Fault(key="margins.unknown_category", column=name, categories=unknown, count=count)
    codes = place.astype(np.int32)[codes]
    weight = np.bincount(codes, base, minlength=len(known))
    absent = (weight == 0) & (known.to_numpy() > 0)
    if absent.any():
        categories = [said(label) for label in known.index[absent]]
        lost = float(known[absent].sum())
        raise Fault(
            key="margins.nobody", column=name, categories=categories, total=lost, share=lost / float(known.sum())
        )
    zero = (weight > 0) & (known.to_numpy() == 0)
    if zero.any():
        k = int(zero.argmax())
        raise Fault(key="margins.zero", column=name, category=said(known.index[k]), count=int((codes == k).sum()))
    return codes


def _cells(codes: list, sizes: list) -> tuple[np.ndarray, list]:
    """Cells (n,) of the combinations of codes that occur, and each cell's code in every margin."""
    cell, categories, cells = codes[0], [np.arange(sizes[0])], sizes[0]
    for margin_codes, size in zip(codes[1:], sizes[1:], strict=True):
        pairs = np.multiply(cell, size, dtype=np.int64 if cells * size >= 2**31 else np.int32)
        pairs += margin_codes
        cell, occurring = occurring_codes(pairs, cells * size)
        before, last = np.divmod(occurring, size)
        categories = [c[before] for c in categories] + [last]
        cells = len(occurring)
    return cell, categories
