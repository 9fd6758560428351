"""The one entrance for tables that come in: what a file is, and its cells as text, whatever it was saved as."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from service.files.bounds import check_size
from service.files.choice import Choice, Note
from service.files.coded import are_among
from service.files.csv import csv_rows, encoding_of
from service.files.faults import CellFault, FaultList
from service.files.kinds import CSV, DTA, PARQUET, SAV, XLSX, kind_of
from service.files.parquet import parquet_rows
from service.files.plain_csv import plain_table
from service.files.rows import Gathered, gather, letters
from service.files.statistical import statistical_rows
from service.files.xlsx import xlsx_rows
from words import Fault

LOOK_UP_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!")
UTF_8 = "UTF-8"
SEPARATED = {",": "file.read.csv.comma", ";": "file.read.csv.semicolon", "\t": "file.read.csv.tab"}


@dataclass(frozen=True, eq=False)
class FileRead:
    """A table as it was read from a file.

    table   every cell as text without blanks around it, by row number
    form    what the file was recognised as: its format, encoding, sheet and header
    notes   what of this is to be said; nothing for a plain file: CSV with commas, UTF-8, its header in row 1
    faults  cells without a value: failed look-ups, formulas never calculated, numbers cut short; uneven rows
    labels  column -> code -> its label, where the file has labels
    """

    table: pd.DataFrame
    form: Note
    notes: tuple[Note, ...] = ()
    faults: tuple[Fault, ...] = ()
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_file(
    content: bytes,
    file: str,
    expected: Sequence[str] = (),
    also: Sequence[str] = (),
    *,
    choice: Choice | None = None,
    usual: str = "utf-8",
    coded: Collection[str] = (),
) -> FileRead:
    """Read a CSV, XLSX, Parquet, SPSS or Stata file.

    expected  the columns that it must have: by them the sheet, the header and the separator are found
    also      further columns that are used; faults of others do not matter. Without either every column is used
    usual     the encoding of a text that is no UTF-8
    coded     columns of few different texts, which of a large file are kept as categories (`coded.Coding`)
    A Fault for what cannot be read at all; it says what the file is, and what to save it as.
    """
    choice = choice or Choice()
    check_size(content, file)
    kind, wanted = kind_of(content, file), list(dict.fromkeys([*expected, *also]))
    if kind == CSV:
        return _csv_file(content, file, wanted, expected, coded, encoding_of(content, file, choice.encoding, usual))
    if kind == PARQUET:
        gathered = gather(parquet_rows(content, file), file, wanted, expected, padded=True)
        return _checked(gathered, file, wanted, ("file.read.parquet", {"file": file}))
    if kind == XLSX:
        sheet, count, rows, marks = xlsx_rows(content, file, expected, choice.sheet)
        gathered = gather(rows, file, wanted, expected, padded=True)
        values = {"file": file, "sheet": sheet.name, "sheets": count, "row": gathered.header_row}
        marked = {"file.uncalculated": marks.uncalculated, "file.long_number": marks.long}
        return _checked(gathered, file, wanted, ("file.read.xlsx", values), marked)
    assert kind in (SAV, DTA)
    encoding, rows, labels = statistical_rows(content, file, kind, choice)
    gathered = gather(rows, file, wanted, expected, padded=True)
    key = "file.read.sav" if kind == SAV else "file.read.dta"
    form = (key, {"file": file, "encoding": encoding, "labelled": len(labels)})
    return replace(_checked(gathered, file, wanted, form), labels=labels)


def _csv_file(
    content: bytes, file: str, wanted: Sequence[str], expected: Sequence[str], coded: Collection[str], encoding: str
) -> FileRead:
    """A CSV file, column by column if it is a plain one, else row by row."""
    plain = plain_table(content, file, encoding, wanted, expected, coded)
    if plain is None:
        separator, rows = csv_rows(content, file, encoding, expected)
        plain = separator, gather(rows, file, wanted, expected, padded=False)
    separator, gathered = plain
    name = UTF_8 if encoding == "utf-8-sig" else encoding.upper()
    values = {"file": file, "separator": separator, "encoding": name}
    key = SEPARATED.get(separator, "file.read.csv.other")
    is_plain = (key, name, gathered.header_row) == ("file.read.csv.comma", UTF_8, 1)
    checked = _checked(gathered, file, wanted, (key, values | {"row": gathered.header_row}))
    return replace(checked, notes=()) if is_plain else checked


def read_table(
    content: bytes, file: str, expected: Sequence[str] = (), also: Sequence[str] = (), *, choice: Choice | None = None
) -> pd.DataFrame:
    """Every cell as text, by row number; a Fault also for a cell without a value. Arguments: those of `read_file`."""
    read = read_file(content, file, expected, also, choice=choice)
    FaultList(file, list(read.faults)).settle()
    return read.table


def _checked(
    gathered: Gathered,
    file: str,
    wanted: Sequence[str],
    form: Note,
    marked: Mapping[str, Sequence[tuple[int, int]]] | None = None,
) -> FileRead:
    faults = FaultList(file, list(gathered.faults))
    table = gathered.table
    used = [c for c in table if not wanted or c in wanted]
    for column in used:
        failed = are_among(table[column], LOOK_UP_ERRORS)
        if failed.any():
            faults.refuse(failed, "file.look_up", column, table)
    for key, cells in (marked or {}).items():
        for position, rows in _by_column(cells).items():
            column = gathered.names[position] if position < len(gathered.names) else ""
            below = [row for row in rows if row > gathered.header_row]
            if column in used and below:
                names = [f"{letters(position)}{row}" for row in below]
                faults.found.append(CellFault(key=key, numbers=below, each={"cell": names}, file=file, column=column))
    return FileRead(table, form, (form,), tuple(faults.found))


def _by_column(cells: Sequence[tuple[int, int]]) -> dict[int, list[int]]:
    rows: dict[int, list[int]] = {}
    for row, column in cells:
        rows.setdefault(column, []).append(row)
    return rows
