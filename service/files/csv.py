"""A CSV file's cells with their row numbers, or one message that says why it is not a CSV."""

import csv
import io
from collections.abc import Sequence

import numpy as np
import pandas as pd

from service.files.bounds import check_columns, check_rows, check_size
from words import Fault

HEADER_ROW = 1  # as a spreadsheet counts
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read_csv(content: bytes, file: str, *, encoding: str = "utf-8") -> pd.DataFrame:
    """Every cell of a CSV file as text without blanks around it, indexed by row number; the header is row 1.

    Raises one Fault naming file and row for what is no CSV: empty, binary, a workbook, another encoding, ragged rows.
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
        found = content[start : start + 1].hex()
        row = content[:start].count(b"\n") + 1
        raise Fault(key="file.encoding", file=file, expected=encoding, row=row, found=f"0x{found}") from error
    lines, read = {}, 0
    try:
        for read, line in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), HEADER_ROW):
            check_rows(read, file)
            lines[read] = [cell.strip() for cell in line]
    except csv.Error as error:  # in the row after the last one read whole, where an open quote began
        raise Fault(key="file.not_csv", file=file, row=read + 1, problem=str(error)) from error
    return framed(lines, file)


def framed(lines: dict[int, list[str]], file: str) -> pd.DataFrame:
    """Rows of text by number as a table under the first; a Fault if they are ragged, none, or two columns are one."""
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


def refuse(wrong, key: str, file: str, column: str, table: pd.DataFrame, *, private: bool = False, **values) -> None:
    """Raise the Fault `key` for the first row where `wrong` holds; private: without the cell, which nobody may see."""
    wrong = np.asarray(wrong)
    if wrong.any():
        row = int(wrong.argmax())
        cell = {} if private else {"found": table[column].iloc[row]}
        where = {"file": file, "row": int(table.index[row]), "column": column}
        raise Fault(key=key, **where, **cell, count=int(wrong.sum()), **values)


def check_given(table: pd.DataFrame, file: str, expected: Sequence[str], key: str = "file.columns") -> None:
    """Raise the Fault `key`, which names the columns a file must have and lacks."""
    missing = [c for c in expected if c not in table]
    if missing:
        raise Fault(key=key, file=file, columns=missing, found=list(table.columns), expected=list(expected))
