"""Numbers with a decimal comma, 1,25 for 1.25, as spreadsheets of many countries write them: recognised and said."""

import re
from collections.abc import Iterable

import pandas as pd

from service.files.choice import Note
from service.files.coded import distinct, recoded

COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+")
THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")  # 1,250 may be meant as 1250
POINT = re.compile(r"[+-]?[0-9]*\.[0-9]+")


def with_points(table: pd.DataFrame, columns: Iterable[str]) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """The table with decimal points for decimal commas in these columns of numbers, and a Note that names them.

    A column is left as it is, to be refused, where some of its numbers have a point, or where each that has a comma
    might be a number of thousands: nobody but the sender knows what is meant.
    """
    mended: dict[str, pd.Series] = {}
    for column in dict.fromkeys(columns):
        if column not in table:
            continue
        if not table[column].str.contains(",", regex=False).any():
            continue
        cells = distinct(table[column])
        with_comma = [cell for cell in cells if COMMA.fullmatch(cell)]
        if not with_comma or any(POINT.fullmatch(cell) for cell in cells):
            continue
        if all(THOUSANDS.fullmatch(cell) for cell in with_comma):
            continue
        mended[column] = recoded(table[column], {cell: cell.replace(",", ".") for cell in with_comma})
    notes = (("file.read.decimal_comma", {"columns": list(mended)}),) if mended else ()
    return table.assign(**mended), notes
