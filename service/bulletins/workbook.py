"""A bulletin as a workbook: its text on the first sheet, and each table on a sheet of its own, numbers as numbers."""

import io
import re
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

import xlsxwriter

from programme.regular_comparisons import PREVIOUS, YEAR_AGO
from service.bulletins.document import ANNEX, NOTE, PARAGRAPH, Column, Document, Grid
from service.bulletins.sealed import sealed

FORMATS = {"count": "#,##0", "place": "0", "move": "+0;-0;0"}
SIGNED, NUMBERS = ("points", "change"), ("share", "points", "score", "change")
LINE, POINTS = 74, 15.5  # characters of a line of text on an upright page; points from line to line
SPARE, ABOVE = 2, 0.35  # characters that a line may lack; lines above a heading
LEAST, NUMBER, HEADING, WIDEST = 5, 9, 15, 36  # characters of a column; a number; a heading's line; at most
BESIDE = 0.8  # characters beside a column
PAGE = 100  # characters beside one another on a page that lies on its side, of the widest usual font
FULL, SMALLEST = 100, 60  # per cent: the size of printed letters, and the smallest one
COMPARED = (PREVIOUS, YEAR_AGO)  # with these begin the names of a comparison's columns
FIRST_CHINESE, BRACKET = 0x2E80, chr(0xFF08)


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


def number_format(form: str) -> str:
    """The spreadsheet's number format of a form of column; empty for texts."""
    kind, _, decimals = form.partition(".")
    if kind not in NUMBERS:
        return FORMATS.get(kind, "")
    places = int(decimals or (0 if kind in ("score", "change") else 1))
    digits = "0" + (f".{'0' * places}" if places else "") + "%" * (kind == "share")
    half = f"{0.5 * 10**-places:.{places + 1}f}"  # whatever is smaller is shown as nought, which has no sign
    return f"[>={half}]+{digits};[<=-{half}]-{digits};{digits}" if kind in SIGNED else digits


def _text_sheet(book: xlsxwriter.Workbook, document: Document) -> None:
    """The sentences one below the other, each row as high as its text needs."""
    sheet = book.add_worksheet(document.words["text"])
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "bottom"})
    sheet.set_column(0, 0, LINE, wrap)
    head = document.head
    lines = [
        (document.mark, bold),
        (head.issuer, wrap),
        (head.number, wrap),
        (document.title, bold),
        (document.lead, wrap),
    ]
    lines += [(f"{number}  {text}", wrap) for number, text in document.tiles]
    lines += [
        (b.text, wrap if b.kind in (PARAGRAPH, NOTE) else bold)
        for b in document.blocks
        if b.kind != ANNEX and _is_text(document, b.text)
    ]
    lines += [(head.signature, wrap), (head.date, wrap), (document.source, wrap)]
    for row, (text, look) in enumerate((text, look) for text, look in lines if text):
        sheet.set_row(row, POINTS * (-(-_wide(text) // (LINE - SPARE)) + (look is bold) * ABOVE))
        sheet.write_string(row, 0, text, look)
    sheet.set_portrait()
    sheet.fit_to_pages(1, 0)
    _printed(sheet, document)


def _is_text(document: Document, text: str) -> bool:
    """Whether a block's text is a sentence and not the name of a table or picture."""
    return text not in {grid.name for grid in document.grids} | {picture.name for picture in document.pictures}


def _grid_sheet(book: xlsxwriter.Workbook, document: Document, grid: Grid) -> None:
    sheet = book.add_worksheet(document.words[f"sheet.{grid.name}"])
    heading = {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1}
    head, text_head = (
        book.add_format({**heading, **more}) for more in ({"align": "right"}, {"align": "left", "indent": 1})
    )
    bold, plain = book.add_format({"bold": True}), book.add_format({"align": "left"})
    indented = book.add_format({"align": "left", "indent": 1, "valign": "top"})
    wrapped = book.add_format({"align": "left", "indent": 1, "valign": "top", "text_wrap": True})
    sheet.write_string(0, 0, grid.title, bold)
    sheet.write_string(1, 0, document.mark or document.source, plain)
    top, widths = 2, [_width(grid, k) for k in range(len(grid.columns))]
    for k, column in enumerate(grid.columns):
        is_text = column.form == "text"
        of_text = wrapped if widths[k] == WIDEST else indented
        look = of_text if is_text else book.add_format({"num_format": number_format(column.form), "valign": "top"})
        sheet.set_column(k, k, widths[k], look)
        sheet.write_string(top, k, _heading(column), text_head if is_text else head)
        for place, row in enumerate(grid.rows, top + 1):
            if row[k] is None:
                continue
            if is_text:
                sheet.write_string(place, k, row[k], of_text)
            else:
                sheet.write_number(place, k, row[k], look)
    for place, row in enumerate(grid.rows, top + 1):
        lines = max((_lines_of_cell(str(row[k])) for k, w in enumerate(widths) if w == WIDEST and row[k]), default=1)
        if lines > 1:
            sheet.set_row(place, POINTS * lines)
    sheet.set_row(
        top, POINTS * max(_lines(_heading(c), width - 1) for c, width in zip(grid.columns, widths, strict=True))
    )
    sheet.freeze_panes(top + 1, 2)
    last = top + 2 + len(grid.rows)
    sheet.print_area(top, 0, last, len(grid.columns) - 1)
    sheet.set_landscape()
    sheet.repeat_rows(top)
    on_first = _divided(sheet, grid, widths)
    _note(book, sheet, grid.note, last, widths[:on_first])
    _printed(sheet, document, grid.title)


def _width(grid: Grid, k: int) -> int:
    """The width of a column: its longest text, or a number; no word of its heading is divided, nor a bracket in it."""
    column = grid.columns[k]
    before, bracket, rest = column.heading.partition(BRACKET)
    heading = max(map(_wide, [before, bracket + rest] if _wide(before) > len(before) else _parts(column.heading))) + 1
    if column.form != "text":
        return min(max(NUMBER, heading), HEADING)
    texts = [str(row[k]) for row in grid.rows if row[k]]
    return min(max([*map(_wide, texts), min(heading, HEADING), LEAST]) + 3, WIDEST)


def _heading(column: Column) -> str:
    """A heading; of a Chinese one the unit in brackets stands on a line of its own."""
    return column.heading.replace(BRACKET, f"\n{BRACKET}")


def _note(book: xlsxwriter.Workbook, sheet, note: str, row: int, widths: list[int]) -> None:
    """The note below the table, across the columns of its first page beside those that are repeated on the others."""
    wrap = book.add_format({"text_wrap": True, "valign": "top", "align": "left"})
    last = next((k for k in range(3, len(widths)) if sum(widths[: k + 1]) > PAGE), len(widths)) - 1
    sheet.merge_range(row, 2, row, last, "", wrap)
    sheet.write_string(row, 2, note, wrap)
    sheet.set_row(row, POINTS * -(-_wide(note) // (sum(widths[2 : last + 1]) - 4)))


def _divided(sheet, grid: Grid, widths: Sequence[float]) -> int:
    """How many columns stand on the first page.

    A table that is wider than a page goes on over several, each of which begins with the first two columns.

    The columns of one comparison stay beside one another; the letters are as large as the fewest pages allow.
    """
    widths = [width + BESIDE for width in widths]
    if sum(widths) * SMALLEST <= PAGE * FULL:
        sheet.fit_to_pages(1, 0)
        return len(widths)
    ways = [(scale, _breaks(grid, widths, PAGE * FULL / scale)) for scale in range(FULL, SMALLEST - 1, -5)]
    scale, breaks = min(ways, key=lambda way: (len(way[1]), -way[0]))
    sheet.repeat_columns(0, 1)
    sheet.set_print_scale(scale)
    sheet.set_v_pagebreaks(breaks)
    sheet.print_across()
    return breaks[0]


def _breaks(grid: Grid, widths: Sequence[float], room: float) -> list[int]:
    """The columns with which a further page of `room` characters begins."""
    filled, breaks = float(sum(widths[:2])), []
    columns = enumerate(grid.columns[2:], 2)
    for _, members in groupby(columns, key=lambda c: next((k for k in COMPARED if c[1].name.startswith(k)), c[1].name)):
        block = [k for k, _ in members]
        size = sum(widths[k] for k in block)
        if filled + size > room and block[0] > 2:
            breaks.append(block[0])
            filled = float(sum(widths[:2]))
        filled += size
    return breaks


def _printed(sheet, document: Document, title: str = "") -> None:
    """The paper: above the table its title and the mark of simulated data, below it the source and the page."""
    sheet.set_paper(9)  # A4
    # inches: two lines stand above a table, and one below it
    sheet.set_margins(top=0.95, bottom=0.55) if title else sheet.set_margins(top=0.75)
    title, mark, source = (text.replace("&", "&&") for text in (title, document.mark, document.source))
    sheet.set_header(f"&L&B{title}&R\n{mark}" if title else f"&C{mark}")
    sheet.set_footer(f"&L{source}&R&P / &N" if title else "&C&P / &N", {"margin": 0.25})


def _lines_of_cell(text: str) -> int:
    """The lines of a text in the widest column: small Latin letters are narrower than the figures it is counted in."""
    return _lines(text, WIDEST - 3 if _wide(text) > len(text) else WIDEST + 6)


def _lines(heading: str, width: float) -> int:
    """The lines of a heading that is broken between words, and between Chinese signs."""
    return sum(_lines_of(line, width) for line in heading.split("\n"))


def _lines_of(line: str, width: float) -> int:
    lines, filled = 1, 0
    for part in _parts(line):
        if filled and filled + _wide(part.rstrip()) > width:
            lines, filled = lines + 1, 0
        filled += _wide(part)
    return lines


def _parts(heading: str) -> list[str]:
    """The words of a heading, each with the blank after it, and its single Chinese signs."""
    return re.findall(r"[^\s\u2e80-\uffff]+\s?|[\u2e80-\uffff]|\s", heading)


def _wide(text: str) -> int:
    return sum(2 if ord(sign) >= FIRST_CHINESE else 1 for sign in text)
