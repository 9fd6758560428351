"""A bulletin as it comes in, a table, a document or a text, checked by its own figures; no store is needed."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from accountability.printed.check import Checked, check
from accountability.printed.numbers import cell_number
from accountability.printed.tables import Grid
from service.files.bounds import check_size
from service.files.csv import csv_rows, encoding_of
from service.files.docx import docx_parts, is_docx
from service.files.kinds import CSV, XLSX, kind_of
from service.files.rows import Row
from service.files.xlsx import shown_sheets
from words import Fault

ENDINGS = ["csv", "xlsx", "docx", "txt"]
OF_TEXT = (".txt", ".md")
TEXT, CELLS = 2_000_000, 500_000  # characters of running text, and cells of tables: a thick book


def check_bulletin(content: bytes, file: str, meanings: Mapping[str, str] | None = None) -> Checked:
    """What the figures of a CSV, XLSX, DOCX or text file say of one another, computed again.

    meanings: heading -> what its column is (`column_meanings`), where the headings do not say it
    A Fault if the file cannot be read, has no figures, or none of its headings is understood.
    """
    check_size(content, file)
    text, grids = _read(content, file)
    cells = sum(len(row) for grid in grids for _, row in grid.rows)
    for found, most, key in ((len(text), TEXT, "printed.too_long"), (cells, CELLS, "printed.too_many_cells")):
        if found > most:
            raise Fault(key=key, file=file, found=found, expected=most)
    return _understood(check(text, grids, meanings), file)


def check_text(text: str, name: str) -> Checked:
    """The same of a text that somebody typed or pasted."""
    if len(text) > TEXT:
        raise Fault(key="printed.too_long", file=name, found=len(text), expected=TEXT)
    return _understood(check(text, []), name)


def _understood(checked: Checked, file: str) -> Checked:
    if checked.figures == 0 and not checked.unread:
        raise Fault(key="printed.nothing", file=file)
    if not checked.understood:
        raise Fault(key="printed.not_understood", file=file, found=[h for u in checked.unread for h in u.headings])
    return checked


def _read(content: bytes, file: str) -> tuple[str, list[Grid]]:
    if is_docx(content):
        text, tables = docx_parts(content, file)
        return text, [Grid(str(k), list(enumerate(rows, 1))) for k, rows in enumerate(tables, 1)]
    kind = kind_of(content, file)
    if kind == XLSX:
        sheets = shown_sheets(content, file)
        return "", [Grid(name, rows) for name, whole in sheets for rows in _tables(whole)]
    if kind != CSV:
        raise Fault(key="printed.no_bulletin", file=file, expected=[ending.upper() for ending in ENDINGS])
    encoding = encoding_of(content, file, None, "utf-8")
    if file.lower().endswith(OF_TEXT):
        return content.decode(encoding).lstrip("\ufeff").replace("\r\n", "\n"), []
    _, rows = csv_rows(content, file, encoding, ())
    return "", [Grid("", part) for part in _tables(list(rows))]


def _tables(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows of a sheet as its tables: another one begins below an empty row where a row has words only."""
    filled: list[Row] = [(number, list(cells)) for number, cells in rows if any(cell.strip() for cell in cells)]
    starts = [0]
    for place, ((number, _), (following, cells)) in enumerate(pairwise(filled), 1):
        words_only = sum(bool(cell.strip()) for cell in cells) > 1 and not any(map(cell_number, cells))
        if following > number + 1 and words_only:
            starts.append(place)
    return [filled[start:end] for start, end in pairwise([*starts, len(filled)]) if filled[start:end]]
