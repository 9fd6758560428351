"""A printed table: its header, what each column is, its rows of areas and those that sum them up."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

from accountability.printed.numbers import SIMPLE, Printed, cell_number
from accountability.printed.vocabulary import meanings_of, pattern, words_for

SERIAL, PRECISION, AREA, BEFORE, SCALED = "serial", "precision", "area", "before", "scaled"
YEARS = range(1900, 2101)
LEFT_OUT = (SERIAL, PRECISION, AREA)  # columns of which nothing is computed
HEADER_ROWS = 3
PERIOD = re.compile(r"(?:19|20)\d\d(?:\D{0,2}\d{1,2}\D{0,2}|\D?)")  # 2016, 2016Q3, 2016-03
BLANKS = re.compile(r"\s+")
WRAPPED = re.compile(r"(?<=[\u2e80-\uffff])\s*\n\s*(?=[\u2e80-\uffff])")  # a line that ends within Chinese words


@dataclass(frozen=True)
class Grid:
    """A table as it stands in a file: its name, and (number of the row, cells) of each row."""

    name: str
    rows: Sequence[tuple[int, Sequence[str]]]


@dataclass(frozen=True)
class Column:
    """A column: its place, its heading, what it is, and whether it is of an earlier wave.

    meaning  one of the words of printed.csv, "" if the heading is not understood
    label    satisfied, basically or dissatisfied, if the heading names one of them
    """

    place: int
    heading: str
    meaning: str
    label: str
    earlier: bool

    @property
    def name(self) -> str:
        """The heading without what says that it is of an earlier wave."""
        return pattern(BEFORE).sub("", self.heading)


@dataclass(frozen=True)
class Row:
    """A row below the header: its number in the file, its first text, its numbers by column, and what it sums up."""

    number: int
    of: str
    numbers: Mapping[int, Printed]
    meaning: str


@dataclass(frozen=True, eq=False)
class Table:
    """A table that was read: its columns and its rows below the header."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    header: int

    @cached_property
    def areas(self) -> tuple[Row, ...]:
        """The rows that are no sum, mean or extreme of others."""
        return tuple(row for row in self.rows if not row.meaning)

    @cached_property
    def blocks(self) -> tuple[tuple[Row, ...], ...]:
        """The rows of areas between rows without numbers, which are headings such as “by sex”."""
        blocks: list[list[Row]] = [[]]
        for row in self.rows:
            if not row.numbers:
                blocks.append([])
            elif not row.meaning:
                blocks[-1].append(row)
        return tuple(tuple(block) for block in blocks if block)

    @cached_property
    def not_understood(self) -> tuple[Column, ...]:
        """The columns of numbers whose heading is not understood."""
        counted = {place for row in self.areas for place in row.numbers}
        return tuple(c for c in self.columns if not c.meaning and c.place in counted)

    def of(self, *meanings: str) -> list[Column]:
        """The columns with one of these meanings."""
        return [column for column in self.columns if column.meaning in meanings]

    def digits(self, column: Column) -> int:
        """The most digits after the point that a number of the column has."""
        return max((row.numbers[column.place].digits for row in self.rows if column.place in row.numbers), default=0)


def read_table(grid: Grid, meanings: Mapping[str, str] | None = None, *, beside: str = "") -> Table:
    """The table with the meaning of each column, by its heading or as `meanings` (heading -> meaning) says.

    beside: the text beside the table, which may say the unit of its counts
    """
    rows = [(number, [BLANKS.sub(" ", WRAPPED.sub("", cell)).strip() for cell in cells]) for number, cells in grid.rows]
    rows = [(number, cells) for number, cells in rows if any(cells)]
    titles = [beside]
    while rows and sum(map(bool, rows[0][1])) <= 1 and len(rows) > 1:  # a title
        titles += rows[0][1]
        rows = rows[1:]
    is_scaled = any(pattern(SCALED).search(title) for title in titles)
    count = _header_rows([cells for _, cells in rows])
    width = max((len(cells) for _, cells in rows), default=0)
    headings = [_heading([cells for _, cells in rows[:count]], place) for place in range(width)]
    columns = _with_earlier(tuple(_column(place, heading, meanings or {}) for place, heading in enumerate(headings)))
    percent = {c.place for c in columns if _is_rounded(c, is_scaled)}
    below = tuple(_row(number, cells, columns, percent) for number, cells in rows[count:])
    return Table(grid.name, columns, below, rows[0][0] if rows else 0)


def _header_rows(rows: Sequence[Sequence[str]]) -> int:
    """How many rows from the top have no number below their first cell: at least one, at most three.

    A heading that stands in two rows, as “95 % interval”, is no number in the second.
    """
    count = 0
    for cells in rows[: HEADER_ROWS + 1]:
        if count and any(cell_number(cell) is not None and cell not in rows[0] for cell in cells[1:]):
            break
        count += 1
    return min(max(count, 1), HEADER_ROWS)


def _heading(header: Sequence[Sequence[str]], place: int) -> str:
    """The words of a column's header; in all rows of it but the last an empty cell belongs to the one on its left."""
    parts = []
    for cells in header[:-1]:
        filled = [cell for cell in cells[: place + 1] if cell]
        parts += filled[-1:]
    last = header[-1] if header else []
    parts += [cell for cell in last[place : place + 1] if cell]
    return " ".join(dict.fromkeys(parts))


def _column(place: int, heading: str, meanings: Mapping[str, str]) -> Column:
    plain = heading.translate(SIMPLE)
    without_unit = re.sub(r"[(\uff08][^)\uff09]*[)\uff09]", "", plain)
    earlier = pattern(BEFORE).search(plain) is not None
    if heading in meanings:
        return Column(place, heading, meanings[heading], "", earlier)
    if PERIOD.fullmatch(without_unit.strip()):
        return Column(place, heading, "period", "", earlier)
    label = next((name for name in meanings_of("label") if pattern(name).search(without_unit)), "")
    found = next((name for name in meanings_of("header") if pattern(name).search(without_unit)), "")
    if found in (BEFORE, ""):
        found = "rate" if "%" in plain else "count" if label else "period" if found else ""
    if label and found in ("area", "count", "serial"):
        found = "count"
    if found in ("total", "sample", "period") and "%" in plain:
        found = "share"
    return Column(place, heading, found, label, earlier and found not in ("change", "rank_change"))


def _with_earlier(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The columns, those headed by the older of two periods marked as earlier: 2025 beside 2026."""
    periods = {c.place: _period(c.heading) for c in columns if c.meaning and c.meaning not in LEFT_OUT}
    known = sorted({period for period in periods.values() if period})
    if len(known) != 2 or len(known[0]) != len(known[1]) or any(c.earlier for c in columns):
        return columns
    return tuple(replace(c, earlier=True) if periods.get(c.place) == known[0] else c for c in columns)


def _period(heading: str) -> tuple[int, ...]:
    """The year of a heading and the numbers after it, as (2026, 3); () where it has no year."""
    numbers = tuple(map(int, re.findall(r"\d+", heading.translate(SIMPLE).translate(_spelled_digits()))))
    return numbers if numbers and numbers[0] in YEARS else ()


@cache
def _spelled_digits() -> dict[int, str]:
    return {ord(sign): str(number % 10) for number, sign in enumerate(words_for("digit"))}


def _is_rounded(column: Column, is_scaled: bool) -> bool:
    """Whether a column's whole numbers are rounded: percentages, and counts in ten thousands or millions."""
    if column.meaning in ("rate", "share", "change", "gap"):
        return True
    in_scale = is_scaled or pattern(SCALED).search(column.heading) is not None
    return in_scale and column.meaning in ("count", "total", "sample", "period")


def _row(number: int, cells: Sequence[str], columns: Sequence[Column], rounded: set[int]) -> Row:
    texts = [cell for cell, column in zip(cells, columns, strict=False) if cell and column.meaning not in (SERIAL,)]
    of = next((cell for cell in texts if cell_number(cell) is None), texts[0] if texts else "")
    meaning = next((name for name in meanings_of("row") if _sums_up(name, of)), "")
    numbers = {}
    for column, cell in zip(columns, cells, strict=False):
        figure = cell_number(cell) if column.meaning not in LEFT_OUT else None
        if figure is not None:
            exact = column.meaning == "target" or (figure.exact and column.place not in rounded)
            numbers[column.place] = replace(figure, exact=exact)
    return Row(number, of, numbers, meaning)


def _sums_up(meaning: str, of: str) -> bool:
    """Whether a row's name is one of the words, perhaps with two further signs: 最高分, Total:, 全市平均."""
    match = pattern(meaning).search(of)
    return match is not None and len(of) - (match.end() - match.start()) <= 4
