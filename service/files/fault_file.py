"""A file to send back: every wrong cell of a refused file, with its row, its column, and what is wrong with it."""

from collections.abc import Iterator

import pandas as pd

from fieldwork.phone_numbers import masked_values
from service.files.faults import CellFault, faults_in
from service.files.write import csv_bytes, workbook_bytes
from words import Fault, Speaker, Visible

COLUMNS = ("row", "column", "cell", "fault")
XLSX = ".xlsx"


def fault_table(fault: Fault, t: Speaker) -> pd.DataFrame:
    """row, column, cell and fault of all that is wrong, in the order of the rows; what concerns no row comes first.

    The columns are headed in the reader's language, and telephone numbers are masked.
    """
    lines = [line for kind in faults_in(fault) for line in _lines(kind, t)]
    lines.sort(key=lambda line: line[0])
    columns = list(zip(*lines, strict=True))
    columns[0] = tuple(row or "" for row in columns[0])
    return pd.DataFrame({t(f"file.faults.{name}"): cells for name, cells in zip(COLUMNS, columns, strict=True)})


def _lines(kind: Fault, t: Speaker) -> Iterator[tuple[int, str, str, str]]:
    """row, column, cell and sentence of each place that has a kind of fault; row 0 if it is the whole file's."""
    values = masked_values(kind.values)
    if not isinstance(kind, CellFault):
        yield int(values.get("row", 0)), str(values.get("column", "")), "", t(kind.key, **values)
        return
    alike = t("file.alike", count=1)
    said: dict[tuple, tuple[str, str]] = {}
    for row, *of_row in zip(kind.numbers, *kind.each.values(), strict=True):
        alike_rows = tuple(map(repr, of_row))
        if alike_rows not in said:
            values_of_row = masked_values(dict(zip(kind.each, of_row, strict=True)))
            sentence = (
                t(kind.key, **values | values_of_row | {"count": 1, "row": Visible("\0")}).replace(alike, "").strip()
            )
            said[alike_rows] = sentence, str(values_of_row.get("found", ""))
        sentence, cell = said[alike_rows]
        yield row, str(values.get("column", "")), cell, sentence.replace("\0", str(row))


def fault_file(fault: Fault, name: str, t: Speaker) -> bytes:
    """`fault_table` as a file: a workbook if the name ends in .xlsx, else CSV."""
    table = fault_table(fault, t)
    if not name.lower().endswith(XLSX):
        return csv_bytes(table)
    file = str(fault.values.get("file", ""))
    title, notes = t("file.faults.title"), [t("file.faults.note", file=file)]
    return workbook_bytes(table, title=title, formats={}, notes=notes, notes_title=t("notes.title"))
