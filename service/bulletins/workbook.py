"""A bulletin as a workbook: its text on the first sheet, and each table on a sheet of its own, numbers as numbers."""

import io
import re
from datetime import datetime

import xlsxwriter

from service.bulletins.document import NOTE, PARAGRAPH, Document, Grid
from service.bulletins.sealed import sealed

FORMATS = {"count": "#,##0", "place": "0", "move": "+0;-0;0"}
SIGNED, NUMBERS = ("points", "change"), ("share", "points", "score", "change")
LONGEST, POINTS = 92, 15.5  # characters of a line of text; from line to line
LEAST, WIDEST = 6, 40  # characters of a column
FIRST_CHINESE = 0x2E80


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
    return f"+{digits};-{digits};{digits}" if kind in SIGNED else digits


def _text_sheet(book: xlsxwriter.Workbook, document: Document) -> None:
    sheet = book.add_worksheet(document.words["text"])
    wrap, bold = (
        book.add_format({"text_wrap": True, "valign": "top"}),
        book.add_format({"bold": True, "text_wrap": True}),
    )
    sheet.set_column(0, 0, 100, wrap)
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
        (b.text, wrap if b.kind in (PARAGRAPH, NOTE) else bold) for b in document.blocks if _is_text(document, b.text)
    ]
    lines += [(head.signature, wrap), (head.date, wrap), (document.source, wrap)]
    for row, (text, look) in enumerate((text, look) for text, look in lines if text):
        sheet.set_row(row, POINTS * (1 + _wide(text) // LONGEST))
        sheet.write_string(row, 0, text, look)
    _printed(sheet, document)


def _is_text(document: Document, text: str) -> bool:
    """Whether a block's text is a sentence and not the name of a table or picture."""
    return text not in {grid.name for grid in document.grids} | {picture.name for picture in document.pictures}


def _grid_sheet(book: xlsxwriter.Workbook, document: Document, grid: Grid) -> None:
    sheet = book.add_worksheet(document.words[f"sheet.{grid.name}"])
    heading = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
    head, text_head = (
        book.add_format({**heading, **more}) for more in ({"align": "right"}, {"align": "left", "indent": 1})
    )
    bold, plain = book.add_format({"bold": True}), book.add_format({"align": "left"})
    indented = book.add_format({"align": "left", "indent": 1})
    sheet.write_string(0, 0, grid.title, bold)
    sheet.write_string(1, 0, document.mark or document.source, plain)
    top, lines = 2, 1
    for k, column in enumerate(grid.columns):
        written = number_format(column.form)
        is_text = column.form == "text"
        look = indented if is_text else book.add_format({"num_format": written})
        texts = [column.heading, *(str(row[k]) for row in grid.rows if column.form == "text" and row[k])]
        width = min(max(*map(_wide, [*texts[1:], *_parts(column.heading)]), LEAST) + 3 if texts[1:] else 11, WIDEST)
        lines = max(lines, _lines(column.heading, width))
        sheet.set_column(k, k, width, look)
        sheet.write_string(top, k, column.heading, text_head if is_text else head)
        for place, row in enumerate(grid.rows, top + 1):
            if row[k] is None:
                continue
            if is_text:
                sheet.write_string(place, k, row[k], indented)
            else:
                sheet.write_number(place, k, row[k], look)
    sheet.set_row(top, POINTS * lines)
    sheet.freeze_panes(top + 1, 2)
    sheet.write_string(top + 2 + len(grid.rows), 0, grid.note, plain)
    _printed(sheet, document)


def _printed(sheet, document: Document) -> None:
    """How the sheet is printed: across, as wide as a page, with the mark above and the page below."""
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, 2)
    sheet.set_header(f"&C{document.mark}" if document.mark else "")
    sheet.set_footer("&C&P / &N")


def _lines(heading: str, width: int) -> int:
    """The lines of a heading that is broken between words, and between Chinese signs."""
    lines, filled = 1, 0
    for part in _parts(heading):
        if filled and filled + _wide(part.rstrip()) > width:
            lines, filled = lines + 1, 0
        filled += _wide(part)
    return lines


def _parts(heading: str) -> list[str]:
    """The words of a heading, each with the blank after it, and its single Chinese signs."""
    return re.findall(r"[^\s\u2e80-\uffff]+\s?|[\u2e80-\uffff]|\s", heading)


def _wide(text: str) -> int:
    return sum(2 if ord(sign) >= FIRST_CHINESE else 1 for sign in text)
