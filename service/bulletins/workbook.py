"""A bulletin as a workbook: its text on the first sheet, and each table on a sheet of its own, numbers as numbers."""

import io
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from math import ceil
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format

from service.bulletins.document import ANNEX, MINUS, NOTE, PARAGRAPH, Document, Grid, closing_lines
from service.bulletins.sealed import sealed
from service.bulletins.sheet_layout import (
    POINTS,
    WIDEST,
    Division,
    column_widths,
    divided,
    heading_text,
    in_lines,
    note_columns,
    note_lines,
    row_heights,
    text_lines,
)

FORMATS = {"count": "#,##0", "place": "0", "move": f'+0;"{MINUS}"0;0'}
SIGNED, SCORE, SHARE = ("points", "change"), "score", "share"
LINE, BELOW = 74, 4  # characters of a line of text on an upright page; points below a sentence
UPRIGHT, SMALLER = 730, 0.85  # points of an upright page; how small its text may be so that no page has a few lines


def workbook_bytes(document: Document) -> bytes:
    """The bulletin as XLSX; the mark of simulated data stands above every table and on every printed page."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"title": document.title, "created": datetime(1980, 1, 1), "comments": document.mark})
        _text_sheet(book, document)
        for grid in document.grids:
            if grid.rows:
                _grid_sheet(book, document, grid)
    return sealed(buffer.getvalue())


def number_format(form: str, value: float = 1) -> str:
    """The spreadsheet's number format of a value in a column of this form; empty for texts.

    What rounds to nothing is shown without a sign.
    """
    kind, _, decimals = form.partition(".")
    if kind not in (*SIGNED, SCORE, SHARE):
        return FORMATS.get(kind, "")
    places = int(decimals or (0 if kind in (SCORE, "change") else 1))
    digits = "0" + (f".{'0' * places}" if places else "")
    if kind == SHARE:
        return f"{digits}%"
    if not round(abs(value), places):
        return f"{digits};{digits}"
    return f'{"+" if kind in SIGNED else ""}{digits};"{MINUS}"{digits};{digits}'


def _text_sheet(book: xlsxwriter.Workbook, document: Document) -> None:
    """The sentences one below the other, each row as high as its text needs.

    A heading stands in the cell of the sentence after it, so that no page ends with a heading.
    """
    sheet = book.add_worksheet(document.words["text"])
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, LINE, wrap)
    height = 0.0
    for row, (headings, sentence, is_bold) in enumerate(_cells(document)):
        text = in_lines(sentence, LINE)
        points = POINTS * sum(text_lines(line, LINE) for line in (*headings, sentence)) + BELOW
        height += points
        sheet.set_row(row, points)
        if headings:
            pieces = [piece for heading in headings for piece in (bold, f"{heading}\n")]
            sheet.write_rich_string(row, 0, *pieces, text, wrap)
        else:
            sheet.write_string(row, 0, text, bold if is_bold else wrap)
    sheet.set_portrait()
    sheet.fit_to_pages(1, ceil(height * SMALLER / UPRIGHT))
    _printed(sheet, document)


def _cells(document: Document) -> Iterator[tuple[list[str], str, bool]]:
    """The headings before a sentence, the sentence, and whether it is bold."""
    yield from (([], text, is_bold) for text, is_bold in _titles(document))
    above: list[str] = []
    for text, is_heading in _sentences(document):
        if is_heading:
            above.append(text)
        else:
            yield above, text, False
            above = []


def _titles(document: Document) -> Iterator[tuple[str, bool]]:
    """What stands above the text, and whether it is bold."""
    head = document.head
    lines = [(document.mark, True), (head.issuer, False), (head.number, False), (document.title, True)]
    yield from ((text, is_bold) for text, is_bold in lines if text)


def _sentences(document: Document) -> Iterator[tuple[str, bool]]:
    """What follows the title, and whether it is a heading; the names of tables, pictures and annexes are left out."""
    head = document.head
    names = {grid.name for grid in document.grids} | {picture.name for picture in document.pictures}
    yield from ((text, False) for text in (head.addressee, document.lead) if text)
    yield from ((f"{number}  {text}", False) for number, text in document.tiles)
    for block in document.blocks:
        if block.kind != ANNEX and block.text not in names:
            yield block.text, block.kind not in (PARAGRAPH, NOTE)
    yield from ((text, False) for text in (*closing_lines(head), document.source) if text)


def _grid_sheet(book: xlsxwriter.Workbook, document: Document, grid: Grid) -> None:
    sheet = book.add_worksheet(document.words[f"sheet.{grid.name}"])
    heading = {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1}
    head, text_head = (
        book.add_format({**heading, **more}) for more in ({"align": "right"}, {"align": "left", "indent": 1})
    )
    sheet.write_string(0, 0, grid.title, book.add_format({"bold": True}))
    sheet.write_string(1, 0, document.mark or document.source, book.add_format({"align": "left"}))
    top, widths = 2, column_widths(grid)
    look = _looks(book)
    for k, column in enumerate(grid.columns):
        sheet.set_column(k, k, widths[k], look(column.form, 1, widths[k]))
        sheet.write_string(top, k, heading_text(column, widths[k]), text_head if column.form == "text" else head)
        for place, row in enumerate(grid.rows, top + 1):
            if row[k] is None:
                continue
            write = sheet.write_string if column.form == "text" else sheet.write_number
            write(place, k, row[k], look(column.form, row[k], widths[k]))
    heights = row_heights(grid, widths)
    for place, height in enumerate(heights, top):
        sheet.set_row(place, height)
    sheet.freeze_panes(top + 1, 2)
    last = top + 2 + len(grid.rows)
    sheet.print_area(top, 0, last, len(grid.columns) - 1)
    sheet.set_landscape()
    sheet.repeat_rows(top)
    division = divided(grid, widths, heights)
    _note(book, sheet, grid.note, last, widths, division)
    _paged(sheet, division, top + 1)
    _printed(sheet, document, grid.title)


def _looks(book: xlsxwriter.Workbook) -> Callable[[str, Any, float], Format]:
    """What gives the look of a cell by its column's form, its value and its column's width; each look is made once."""
    made: dict[tuple, Format] = {}

    def look(form: str, value: Any, width: float) -> Format:
        key = ("text", width == WIDEST) if form == "text" else (number_format(form, value), False)
        if key not in made:
            text = {"align": "left", "indent": 1, "text_wrap": key[1]}
            made[key] = book.add_format({"valign": "vcenter", **(text if form == "text" else {"num_format": key[0]})})
        return made[key]

    return look


def _note(book: xlsxwriter.Workbook, sheet, note: str, row: int, widths: Sequence[float], division: Division) -> None:
    """The note below the table."""
    wrap = book.add_format({"text_wrap": True, "valign": "top", "align": "left"})
    first, end = note_columns(widths, division.across)
    sheet.merge_range(row, first, row, end - 1, "", wrap)
    width = sum(widths[first:end])
    sheet.write_string(row, first, in_lines(note, width), wrap)
    sheet.set_row(row, POINTS * note_lines(note, width))


def _paged(sheet, division: Division, first_row: int) -> None:
    """Size and breaks of the printed pages, beside one another first."""
    sheet.set_print_scale(division.scale)
    if division.across:
        sheet.repeat_columns(0, 1)
        sheet.set_v_pagebreaks(list(division.across))
        sheet.print_across()
    if division.down:
        sheet.set_h_pagebreaks([first_row + row for row in division.down])


def _printed(sheet, document: Document, title: str = "") -> None:
    """The paper: above the table the mark of simulated data and its title, below it the source and the page."""
    sheet.set_paper(9)  # A4
    # inches: two lines stand above a table, and one below it
    sheet.set_margins(top=0.95, bottom=0.55) if title else sheet.set_margins(top=0.75)
    title, mark, source = (text.replace("&", "&&") for text in (title, document.mark, document.source))
    above = f"{mark}\n" if mark else ""
    sheet.set_header(f"&L{above}&B{title}" if title else f"&C{mark}")
    sheet.set_footer(f"&L{source}&R&P / &N" if title else "&C&P / &N", {"margin": 0.25})
