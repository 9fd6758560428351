"""Numbers with a decimal comma, 1,25 for 1.25, as spreadsheets of many countries write them: recognised and said."""

import re
from collections.abc import Iterable

import pandas as pd

from service.files.choice import Note

COMMA = r"[+-]?[0-9]*,[0-9]+"
THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")  # 1,250 may be meant as 1250
POINT = r"[+-]?[0-9]*\.[0-9]+"


def with_points(table: pd.DataFrame, columns: Iterable[str]) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """The table with decimal points for decimal commas in these columns of numbers, and a Note that names them.

    A column is left as it is, to be refused, where some of its numbers have a point, or where each that has a comma
    might be a number of thousands: nobody but the sender knows what is meant.
    """
    mended: dict[str, pd.Series] = {}
    for column in dict.fromkeys(columns):
        if column not in table:
            continue
        cells = table[column]
        commas = cells.str.fullmatch(COMMA)
        if not commas.any() or cells.str.fullmatch(POINT).any():
            continue
        if all(THOUSANDS.fullmatch(cell) for cell in cells[commas].unique()):
            continue
        mended[column] = cells.mask(commas, cells.str.replace(",", ".", regex=False))
    notes = (("file.read.decimal_comma", {"columns": list(mended)}),) if mended else ()
    return table.assign(**mended), notes
