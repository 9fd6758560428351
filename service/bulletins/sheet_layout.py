"""How the tables of a workbook are laid out: their columns, the heights of their rows, and their printed pages.

Widths are counted in characters, of which a Chinese sign is two, heights in points.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from math import ceil

from programme.regular_comparisons import PREVIOUS, YEAR_AGO
from service.bulletins.document import Column, Grid

POINTS = 15.5  # from line to line
ROW = 17.0  # a row of a table, so that its letters do not touch the line above the first
LEAST, PLACE, NUMBER, HEADING, WIDEST = 5, 7, 9, 15, 36  # a column; a rank; a number; a heading; a column at most
HEADING_LINES = (4, 5, 6, 7, 12)  # of a heading in words, for which its column becomes wider, up to HEADING
BESIDE = 0.8  # beside a column
PAGE = 100  # on a page on its side, in the widest usual font
TALL = 480  # of a page on its side
FULL, SMALLEST = 100, 60  # per cent: the size of printed letters, and the smallest one
COMPARED = (PREVIOUS, YEAR_AGO)  # with these begin the names of a comparison's columns
ABOUT = ("method", "unfit", "runs")  # columns that say where a row's figures come from
FIRST_CHINESE, BRACKET = 0x2E80, chr(0xFF08)
BOLD, LATIN = 1.12, 1.15  # the room of a bold letter of a heading, and of another beside Chinese signs, at most
BEGIN = (0xFF08, 0x3010, 0x3014, 0x201C, 0x2018, 0x300A)  # brackets and quotation marks, which end no line
END = (0xFF09, 0x3011, 0x3015, 0x201D, 0x2019, 0x300B)  # and those that begin none
STOPS = (0xFF0C, 0x3002, 0xFF1B, 0xFF1A, 0x3001, 0xFF1F, 0xFF01, 0xFF05, 0xFF5E)  # nor do these
OPENING, CLOSING = "".join(map(chr, BEGIN)), "%" + "".join(map(chr, (*END, *STOPS)))
PIECE = re.compile(  # what no line divides: a sign or a number with the marks that stand close before and after it
    rf"[{OPENING}]*(?:[^\s\u2e80-\uffff{OPENING}{CLOSING}]+|[^{OPENING}{CLOSING}])?[{CLOSING}]*\s*|\s+"
)
LEVEL = re.compile(r"(?<=[\u4e00-\u9fff])(?=\d)")


@dataclass(frozen=True)
class Division:
    """How a table is divided among printed pages.

    scale: per cent;  across: the columns with which a further page begins;  down: the rows of the table that do
    """

    scale: int
    across: tuple[int, ...]
    down: tuple[int, ...]

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return (len(self.across) + 1) * (len(self.down) + 1)


def divided(grid: Grid, widths: Sequence[float], heights: Sequence[float]) -> Division:
    """The division into the fewest pages, with the largest letters that these allow."""
    widths = [width + BESIDE for width in widths]
    ways = (_way(grid, widths, heights, scale) for scale in range(FULL, SMALLEST - 1, -5))
    return min(ways, key=lambda way: (way.pages, -way.scale))


def _way(grid: Grid, widths: Sequence[float], heights: Sequence[float], scale: int) -> Division:
    """The division with letters of this size."""
    across = _breaks(grid, widths, PAGE * FULL / scale)
    first, end = note_columns(widths, across)
    note = ROW + POINTS * note_lines(grid.note, sum(widths[first:end]))
    return Division(scale, tuple(across), tuple(_breaks_down(heights, note, TALL * FULL / scale)))


def _breaks(grid: Grid, widths: Sequence[float], room: float) -> list[int]:
    """The columns with which a further page of `room` characters begins; each page begins with the first two.

    The columns of one comparison stay beside one another, and so do those that say where the figures come from.
    """
    filled, breaks = float(sum(widths[:2])), []
    columns = enumerate(grid.columns[2:], 2)
    for _, members in groupby(columns, key=lambda c: _group(c[1].name)):
        block = [k for k, _ in members]
        size = sum(widths[k] for k in block)
        if filled + size > room and block[0] > 2:
            breaks.append(block[0])
            filled = float(sum(widths[:2]))
        filled += size
    return breaks


def _group(name: str) -> str:
    """What the columns that are not parted have in common."""
    return next((kind for kind in COMPARED if name.startswith(kind)), "about" if name in ABOUT else name)


def _breaks_down(heights: Sequence[float], note: float, room: float) -> list[int]:
    """The rows with which a further page of `room` points begins, about as many on each; the note follows the last."""
    head, *rows = heights
    places = _pages_of_rows(rows, note, 1)
    for pages in range(1, len(rows) + 1):
        places = _pages_of_rows(rows, note, pages)
        filled = [head] * (places[-1] + 1)
        for place, height in zip(places, rows, strict=True):
            filled[place] += height
        filled[-1] += note
        if max(filled) <= room:
            break
    return [k for k in range(1, len(rows)) if places[k] != places[k - 1]]


def _pages_of_rows(rows: Sequence[float], note: float, pages: int) -> list[int]:
    """The page, from 0, of each row, where rows and note are spread evenly."""
    each = (sum(rows) + note) / pages
    ends = accumulate(rows)
    return [int((end - height / 2) / each) for end, height in zip(ends, rows, strict=True)]


def row_heights(grid: Grid, widths: Sequence[float]) -> list[float]:
    """The points of the heading and of each row."""
    lines = max(heading_text(c, width).count("\n") + 1 for c, width in zip(grid.columns, widths, strict=True))
    wide = [k for k, width in enumerate(widths) if width == WIDEST]
    rows = [max((_lines_of_cell(str(row[k])) for k in wide if row[k]), default=1) for row in grid.rows]
    return [POINTS * lines, *(max(ROW, POINTS * count) for count in rows)]


def column_widths(grid: Grid) -> list[int]:
    """The widths of all columns with which the headings have the fewest lines that cost no printed page."""
    ways = [[column_width(grid, k, lines) for k in range(len(grid.columns))] for lines in HEADING_LINES]
    return min(ways, key=lambda widths: divided(grid, widths, row_heights(grid, widths)).pages)


def column_width(grid: Grid, k: int, lines: int) -> int:
    """The width of a column: its longest text, or a number; no word of its heading is divided, nor a bracket in it.

    lines: of a heading in words, for which the column is wider than its longest word, but not than HEADING
    """
    column = grid.columns[k]
    chinese = _chinese_heading(column).split("\n")
    if _is_chinese(column.heading):
        heading = max(map(_wide, chinese)) + 1
    else:
        narrowest = ceil(BOLD * max(len(word) for word in column.heading.split())) + 1
        widths = range(narrowest, max(narrowest, HEADING) + 1)
        fitting = (width for width in widths if heading_text(column, width).count("\n") < lines)
        heading = next(fitting, widths[-1])
    if column.form != "text":
        return min(max(PLACE if column.form == "place" else NUMBER, heading), HEADING)
    texts = [str(row[k]) for row in grid.rows if row[k]]
    return min(max([*map(_wide, texts), min(heading - 1, HEADING), LEAST]) + 2, WIDEST)


def heading_text(column: Column, width: float) -> str:
    """A heading in the lines of a column of this width, so that it never touches the one beside it."""
    if _is_chinese(column.heading):
        return _chinese_heading(column)
    lines: list[str] = []
    for word in column.heading.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and BOLD * len(joined) <= width - 1:
            lines[-1] = joined
        else:
            lines.append(word)
    return "\n".join(lines)


def _chinese_heading(column: Column) -> str:
    """Of a Chinese heading the unit in brackets stands on a line of its own, and so does a level inside it."""
    return LEVEL.sub("\n", column.heading).replace(BRACKET, f"\n{BRACKET}")


def note_columns(widths: Sequence[float], across: Sequence[int]) -> tuple[int, int]:
    """The first column of the note, and the one after its last: beside those that are repeated on every page."""
    first, end = (2, across[0]) if across else (0, len(widths))
    return first, next((k for k in range(first + 1, end) if sum(widths[: k + 1]) > PAGE), end)


def note_lines(note: str, width: float) -> int:
    """The lines of a note across columns of `width` characters."""
    return text_lines(note, width) if _is_chinese(note) else -(-len(note) // int(width - 4))


def text_lines(text: str, width: float) -> int:
    """The lines of a sentence: small Latin letters are narrower than the figures in which a width is counted."""
    return in_lines(text, width).count("\n") + 1 if _is_chinese(text) else -(-len(text) // int(width + 6))


def in_lines(text: str, width: float) -> str:
    """A Chinese text in lines of `width` characters, none of which begins with a mark that closes or ends with one
    that opens; not every program keeps to this by itself.  Other texts are left as they are.
    """
    if not _is_chinese(text):
        return text
    room, lines, filled = width - 2, [""], 0.0
    for piece in PIECE.findall(text):
        size = sum(2 if ord(sign) >= FIRST_CHINESE else LATIN for sign in piece)
        if filled and filled + size > room:
            lines, filled = [*lines, ""], 0.0
        lines[-1] += piece
        filled += size
    return "\n".join(lines)


def _lines_of_cell(text: str) -> int:
    """The lines of a text in the widest column: small Latin letters are narrower than the figures it is counted in."""
    return text_lines(text, WIDEST)


def _is_chinese(text: str) -> bool:
    return _wide(text) > len(text)


def _wide(text: str) -> int:
    return sum(2 if ord(sign) >= FIRST_CHINESE else 1 for sign in text)
