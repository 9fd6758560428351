"""A CSV file's cells with their row numbers, or one Fault that says why it is not a CSV file."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from service.files.bounds import check_columns, check_rows, check_size
from words import Fault

HEADER_ROW = 1  # rows are counted as a spreadsheet counts them
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read_csv(content: bytes, file: str, *, encoding: str = "utf-8") -> pd.DataFrame:
    """Every cell of a CSV file as text without blanks around it, indexed by row number; the header is row 1.

    A Fault that names file and row if it is no CSV file: empty, binary, a workbook, in another encoding, or ragged.
    """
    check_size(content, file)
    if not content.strip():
        raise Fault(key="file.empty", file=file)
    if content.startswith((ZIP, OLE)):
        raise Fault(key="file.workbook", file=file)
    if b"\x00" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Fault(key="file.binary", file=file, row=content[: content.index(b"\x00")].count(b"\n") + 1)
    try:
        text = content.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
    except (UnicodeDecodeError, LookupError) as error:
        start = getattr(error, "start", 0)
        byte = content[start : start + 1].hex()
        row = content[:start].count(b"\n") + 1
        raise Fault(key="file.encoding", file=file, expected=encoding, row=row, found=f"0x{byte}") from error
    lines, number = {}, 0
    try:
        for number, line in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), HEADER_ROW):
            check_rows(number, file)
            lines[number] = [cell.strip() for cell in line]
    except csv.Error as error:  # in the row after the last complete one, where an open quote began
        raise Fault(key="file.not_csv", file=file, row=number + 1, problem=str(error)) from error
    return table_of(lines, file)


def table_of(lines: dict[int, list[str]], file: str) -> pd.DataFrame:
    """Rows of text by row number as a table, with the first row as its headings.

    A Fault if there are none, if they are ragged, or if two columns have the same name.
    """
    if not any(lines.values()):
        raise Fault(key="file.empty", file=file)
    header, rows = lines.pop(HEADER_ROW), {number: line for number, line in lines.items() if line}
    for number, row in rows.items():
        if len(row) != len(header):
            raise Fault(key="file.ragged", file=file, row=number, found=len(row), expected=len(header))
    check_columns(len(header), file)
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise Fault(key="file.header_twice", file=file, columns=twice)
    if not rows:
        raise Fault(key="file.no_rows", file=file)
    return pd.DataFrame.from_dict(rows, orient="index", columns=header, dtype=str)


def refuse(
    wrong: ArrayLike, key: str, file: str, column: str, table: pd.DataFrame, *, private: bool = False, **values: Any
) -> None:
    """Raise the Fault `key` for the first row where `wrong` holds; private: without the cell, which nobody may see.

    wrong: one truth value for each row of the table; values: what the sentence needs besides file, row and column.
    """
    is_wrong = np.asarray(wrong)
    if is_wrong.any():
        row = int(is_wrong.argmax())
        cell = {} if private else {"found": table[column].iloc[row]}
        where = {"file": file, "row": int(table.index[row]), "column": column}
        raise Fault(key=key, **where, **cell, count=int(is_wrong.sum()), **values)


def check_given(table: pd.DataFrame, file: str, expected: Sequence[str], key: str = "file.columns") -> None:
    """Raise the Fault `key`, which names the columns that a file must have, if it lacks one of them."""
    missing = [c for c in expected if c not in table]
    if missing:
        raise Fault(key=key, file=file, columns=missing, found=list(table.columns), expected=list(expected))
