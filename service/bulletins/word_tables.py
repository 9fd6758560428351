"""A bulletin's table as one piece of Word's XML, which a thousand rows need; its head is repeated on every page."""

from collections.abc import Sequence
from itertools import groupby
from xml.sax.saxutils import escape

from docx.document import Document as Word
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length

from service.bulletins.column_widths import Layout, layout_of, lines_of
from service.bulletins.document import Grid, row_texts
from service.bulletins.templates import style_id

LAST = 3  # rows of any table that stay with each other and with its note
SHORT = 12  # rows of a table that is never divided between two pages
USUAL = 9.0  # points of a cell whose style does not say its own
KEPT, TO_THE_LEFT = "<w:keepNext/>", '<w:jc w:val="left"/>'
UNDER = '<w:tcBorders><w:bottom w:val="single" w:sz="{size}" w:space="0" w:color="000000"/></w:tcBorders>'


def table_of(word: Word, grid: Grid, width: Length):
    """The table in the styles of the Word file, its letters smaller where its columns would not fit."""
    rows, heads = row_texts(grid), [shown.heading for shown in grid.shown]
    layout = layout_of(heads, rows, width.pt, _points(word))
    twips = [int(share * width.twips) for share in layout.shares]
    words = {k for k, shown in enumerate(grid.shown) if all(_form(grid, name) == "text" for name in shown.names)}
    left = {k for k in words if any(len(row[k]) > 1 for row in rows)}  # a sign alone stands in the middle
    keep, size = len(rows) <= SHORT, "" if layout.points == _points(word) else _size(layout.points)
    parts = [*_heads(grid, layout, twips, size, width, keep=keep)]
    for place, row in enumerate(rows):
        kept = keep or place >= len(rows) - LAST  # the note is never on a page without a row
        cells = enumerate(zip(row, twips, strict=True))
        parts.append(_row([_cell(text, w, size, k in left, kept) for k, (text, w) in cells]))
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>'
        for edge, size, colour in (("top", 8, "000000"), ("bottom", 8, "000000"), ("insideH", 2, "A6A6A6"))
    )
    columns = "".join(f'<w:gridCol w:w="{w}"/>' for w in twips)
    margins = "".join(f'<w:{side} w:w="40" w:type="dxa"/>' for side in ("left", "right"))
    return parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(twips)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar>'
        f"</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{''.join(parts)}</w:tbl>"
    )


def _points(word: Word) -> float:
    """The size of a cell's letters, which an office's template may have changed."""
    styles = (style for style in word.styles if style.element.get(qn("w:styleId")) == style_id("Cell"))
    font = getattr(next(styles, None), "font", None)
    return USUAL if font is None or font.size is None else font.size.pt


def _form(grid: Grid, name: str) -> str:
    return next(column.form for column in grid.columns if column.name == name)


def _heads(grid: Grid, layout: Layout, twips: Sequence[int], size: str, width: Length, *, keep: bool) -> list[str]:
    """The headings, in two rows where some stand in groups: a heading without a group then stands in both."""
    if not any(shown.group for shown in grid.shown):
        return [
            _row([_head(lines, w, size, keep=keep) for lines, w in zip(layout.headings, twips, strict=True)], head=True)
        ]
    above, below, place = [], [], 0
    for group, members in groupby(grid.shown, key=lambda shown: shown.group):
        count = len(list(members))
        columns = [(layout.headings[k], twips[k]) for k in range(place, place + count)]
        if group:
            room = sum(layout.shares[place : place + count]) * width.pt / layout.points
            above.append(_head(lines_of(group, room), sum(w for _, w in columns), size, span=count, keep=keep))
            below += [_head(lines, w, size, keep=keep) for lines, w in columns]
        else:
            above += [_head(lines, w, size, merge='<w:vMerge w:val="restart"/>', keep=keep) for lines, w in columns]
            below += [_head((), w, size, merge="<w:vMerge/>", keep=keep) for _, w in columns]
        place += count
    return [_row(above, head=True), _row(below, head=True)]


def _row(cells: Sequence[str], *, head: bool = False) -> str:
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr>{''.join(cells)}</w:tr>"


def _head(lines: Sequence[str], twips: int, size: str, *, span: int = 1, merge: str = "", keep: bool = False) -> str:
    """A heading's cell.  span: the columns that it stands above; merge: that it is one with the cell above or below."""
    spanning = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    under = UNDER.format(size=2 if span > 1 else 6)
    text = "<w:br/>".join(f"<w:t>{escape(line)}</w:t>" for line in lines)
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{twips}" w:type="dxa"/>{spanning}{merge}{under}<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{style_id("TableHead")}"/>{KEPT if keep else ""}</w:pPr>'
        f"<w:r>{size}{text}</w:r></w:p></w:tc>"
    )


def _cell(text: str, twips: int, size: str, left: bool, keep: bool) -> str:
    """A cell.  keep: on the page of what follows its row, the next row or the note."""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{twips}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{style_id("Cell")}"/>{KEPT if keep else ""}{TO_THE_LEFT if left else ""}</w:pPr>'
        f"<w:r>{size}<w:t>{escape(text)}</w:t></w:r></w:p></w:tc>"
    )


def _size(points: float) -> str:
    """The size of a run's letters, where it is not its style's."""
    half = round(2 * points)
    return f'<w:rPr><w:sz w:val="{half}"/><w:szCs w:val="{half}"/></w:rPr>'
