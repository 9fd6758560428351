"""Codes that a spreadsheet took for numbers, 01 becoming 1: recognised by the codes there are, restored on request."""

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from service.files.choice import Choice, Note
from service.files.coded import recoded
from service.files.faults import FaultList


def lost_zeros(cells: Iterable[str], codes: Collection[str]) -> dict[str, str]:
    """cell -> the code that it is without leading zeros, of the cells that are no codes; only where it is one code."""
    without: dict[str, set[str]] = {}
    for code in codes:
        if code.startswith("0"):
            without.setdefault(code.lstrip("0") or "0", set()).add(code)
    known = set(codes)
    unknown = {cell for cell in cells if isinstance(cell, str) and cell not in known}
    return {cell: min(without[cell]) for cell in sorted(unknown) if len(without.get(cell, ())) == 1}


def restored(
    table: pd.DataFrame, column: str, codes: Collection[str], choice: Choice | None
) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """The table with the column's lost zeros restored, if the user asked for it, and what is to be said of it."""
    if choice is None or not choice.zeros or column not in table:
        return table, ()
    lost = lost_zeros(table[column].unique(), codes)
    if not lost:
        return table, ()
    mended = recoded(table[column], lost)
    note = ("file.read.zeros", {"column": column, "pairs": pairs(lost)})
    return table.assign(**{column: mended}), (note,)


def refuse_lost_zeros(faults: FaultList, column: str, table: pd.DataFrame, codes: Collection[str]) -> None:
    """Add a Fault of the cells that are codes without their leading zeros, and no others."""
    lost = lost_zeros(table[column].unique(), codes)
    faults.refuse(
        table[column].isin(list(lost)), "file.lost_zeros", column, table, each={"code": table[column].map(lost)}
    )


def refuse_codes(
    faults: FaultList,
    wrong: ArrayLike,
    key: str,
    column: str,
    table: pd.DataFrame,
    codes: Collection[str],
    **values: Any,
) -> None:
    """Add the Fault `key` of cells that are no codes; those that only lost their zeros are a Fault of their own."""
    if not np.any(wrong):
        return
    lost = lost_zeros(table[column].unique(), codes)
    is_lost = table[column].isin(list(lost))
    faults.refuse(wrong & is_lost, "file.lost_zeros", column, table, each={"code": table[column].map(lost)})
    faults.refuse(wrong & ~is_lost, key, column, table, **values)


def pairs(lost: dict[str, str]) -> list[str]:
    """What is said of cells and their codes: 1 \u2192 01."""
    return [f"{cell} \u2192 {code}" for cell, code in lost.items()]
