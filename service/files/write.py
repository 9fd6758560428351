"""Tables as files: CSV that Excel reads as UTF-8, and XLSX with numbers as numbers and without formulas."""

import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

FORMULA = re.compile(r"\s*[=+\-@]|[\t\r\n]")  # matched after NFKC, so that full-width signs count too
UNSAFE = re.compile(r"[^\w.-]+")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)  # names that Windows reserves
LONGEST_NAME = 180  # bytes


def csv_bytes(table: pd.DataFrame, *, simulated: bool = False) -> bytes:
    """The table as CSV with a byte-order mark; text that a spreadsheet would run as a formula gets an apostrophe.

    simulated: the figures rest on simulated data; a last column, `simulated`, says so in every row.
    """
    table = table.assign(simulated=True) if simulated else table
    safe = table.apply(lambda column: column.map(_no_formula) if _is_text(column) else column)
    safe.columns = [_no_formula(name) for name in safe.columns]
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def workbook_bytes(
    table: pd.DataFrame, *, title: str, formats: Mapping[str, str], notes: Sequence[str], notes_title: str
) -> bytes:
    """An XLSX file with the table on one sheet, and the notes that must accompany the figures on another.

    formats: the spreadsheet's number format of a column ("0.0%").
    """
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with pd.ExcelWriter(buffer, engine="xlsxwriter", engine_kwargs={"options": options}) as writer:
        bold = writer.book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        wrap = writer.book.add_format({"text_wrap": True, "valign": "top"})
        table.to_excel(writer, sheet_name=title, index=False, header=False, startrow=1)
        sheet = writer.sheets[title]
        for k, name in enumerate(table.columns):
            sheet.write_string(0, k, str(name), bold)
            number = writer.book.add_format({"num_format": formats[name]}) if name in formats else None
            sheet.set_column(k, k, _width(table[name], str(name)), number)
        sheet.freeze_panes(1, 2)
        sheet = writer.book.add_worksheet(notes_title)
        sheet.set_column(0, 0, 110, wrap)
        for row, note in enumerate(notes):
            sheet.write_string(row, 0, note, wrap)
    return buffer.getvalue()


def file_name(*parts: str, suffix: str) -> str:
    """A file name that any system can save: letters, digits and . _ - of the parts, joined by _; it names no folder."""
    plain = "_".join(unicodedata.normalize("NFC", part) for part in parts)
    name = UNSAFE.sub("_", plain).strip("._-") or "table"
    name = f"_{name}" if RESERVED.match(name) else name
    return name.encode()[: LONGEST_NAME - len(suffix)].decode(errors="ignore") + suffix


def _is_text(column: pd.Series) -> bool:
    return not pd.api.types.is_numeric_dtype(column)


def _no_formula(value: Any) -> Any:
    """The value, or a text with an apostrophe before it if a spreadsheet would run it as a formula."""
    runs = isinstance(value, str) and FORMULA.match(unicodedata.normalize("NFKC", value).lstrip("\ufeff\u200b"))
    return f"'{value}" if runs or (isinstance(value, str) and FORMULA.match(value)) else value


def _width(column: pd.Series, name: str) -> float:
    """How many characters wide a column must be; a Chinese character counts as two."""
    texts = [name] if pd.api.types.is_numeric_dtype(column) else [name, *column.dropna().astype(str).head(200)]
    return min(max(sum(2 if ord(c) > 0x2E80 else 1 for c in text) for text in texts) + 2, 60)
