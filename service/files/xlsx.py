"""A workbook's first sheet read as the cells of a CSV file: text, indexed by row; defusedxml parses its XML."""

import io
import zipfile
from xml.etree.ElementTree import ParseError

import pandas as pd
from defusedxml import DefusedXmlException

from service.files.bounds import check_columns, check_rows, check_size, check_zip
from service.files.csv import HEADER_ROW, ZIP, read_csv, table_of
from service.files.parquet import PARQUET, read_parquet
from words import Fault


def read_table(content: bytes, file: str) -> pd.DataFrame:
    """Every cell of a CSV, XLSX or Parquet file as text, indexed by row number; the header is row 1."""
    if content.startswith(PARQUET):
        return read_parquet(content, file)
    return read_xlsx(content, file) if content.startswith(ZIP) else read_csv(content, file)


def read_xlsx(content: bytes, file: str) -> pd.DataFrame:
    """Every cell of a workbook's first sheet; a Fault if it is no workbook, too large, or has malicious XML."""
    import openpyxl  # imported here: it costs a quarter of a command's start
    from openpyxl.utils.exceptions import InvalidFileException

    check_size(content, file)
    check_zip(content, file)
    if not openpyxl.DEFUSEDXML or openpyxl.LXML:
        raise RuntimeError("openpyxl does not read through defusedxml")
    broken = (ParseError, DefusedXmlException, InvalidFileException, zipfile.BadZipFile)
    try:
        lines = _lines(content, file)
    except (*broken, KeyError, ValueError, TypeError, IndexError) as error:
        if isinstance(error, Fault):
            raise
        raise Fault(key="file.not_xlsx", file=file, problem=type(_first(error)).__name__) from error
    return table_of(lines, file)


def _first(error: BaseException) -> BaseException:
    """The error that was raised first: openpyxl wraps the errors of its parser."""
    while error.__context__ is not None:
        error = error.__context__
    return error


def _lines(content: bytes, file: str) -> dict[int, list[str]]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    lines = {}
    for number, row in enumerate(book.worksheets[0].iter_rows(values_only=True), HEADER_ROW):
        check_rows(number, file)
        check_columns(len(row), file)
        lines[number] = [_text(value) for value in row]
    filled = [k + 1 for k, cell in enumerate(lines.get(HEADER_ROW, [])) if cell]
    width = max(filled, default=0)
    return {
        number: line[:width] + [""] * (width - len(line)) if not any(line[width:]) else line
        for number, line in lines.items()
        if any(line)
    }


def _text(value) -> str:
    """A cell as a person reads it: a whole number without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()
