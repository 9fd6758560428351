"""A bulletin's content: its blocks in order, and the tables of numbers from which every file is made.

It is kept as JSON in one fixed form, so that the same content is always the same bytes.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

KINDS = NOTICE, THEMATIC, BRIEF, SLIDE = ("notice", "thematic", "brief", "slide")
HEADING, PARAGRAPH, NOTE, TABLE, PICTURE, ANNEX = ("heading", "paragraph", "note", "table", "picture", "annex")
INTERVALS, WAVES, BARS = ("intervals", "waves", "bars")  # kinds of pictures
NEXT, FIRST, ONLY = LISTED = (1, 2, 3)  # an annex of a list: a further one, the first of several, the only one
MINUS = "\u2212"
IDEOGRAPHIC_SPACE = chr(0x3000)


@dataclass(frozen=True)
class Column:
    """A column of numbers or texts.

    form: "text"; "count" 1,234; "place" 12; "move" +3; "share" a fraction shown as per cent; "points" percentage
    points with a sign; "score.1" and "change.1", with a sign: with so many decimals, as "share.2" (without a number: 1)
    """

    name: str
    heading: str
    form: str


@dataclass(frozen=True)
class Shown:
    """A printed column: its heading, the columns it shows, and what stands between two of them.

    group: what stands above the headings of this column and its neighbours of the same group
    """

    heading: str
    names: tuple[str, ...]
    between: str = ""
    group: str = ""


@dataclass(frozen=True)
class Grid:
    """A table of values: all its columns stand in the workbook, those of `shown` on paper."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    shown: tuple[Shown, ...]
    note: str = ""

    def values(self, name: str) -> list[Any]:
        """The values of a column."""
        place = [column.name for column in self.columns].index(name)
        return [row[place] for row in self.rows]


@dataclass(frozen=True)
class Picture:
    """A picture of the values of a table.

    kind: INTERVALS (a point with its interval in each row), WAVES (one point with its interval for each period) or BARS
    label, value, lower, upper: names of the table's columns;  line, line_text: a line across, such as the mean
    alternative: what the picture shows, in words
    """

    name: str
    grid: str
    kind: str
    title: str
    axis: str
    label: str
    value: str
    lower: str = ""
    upper: str = ""
    line: float | None = None
    line_text: str = ""
    alternative: str = ""


@dataclass(frozen=True)
class Block:
    """A part of the text: HEADING (level 1 to 4), PARAGRAPH, NOTE, TABLE or PICTURE (text: its name), ANNEX (title)."""

    kind: str
    text: str
    level: int = 0  # of a PARAGRAPH that lists annexes: LISTED


@dataclass(frozen=True)
class Head:
    """What an office puts around a text; what is empty is left out.

    printed: who prints it, a tabulator, and when
    """

    issuer: str = ""
    number: str = ""
    addressee: str = ""
    signature: str = ""
    date: str = ""
    copies: str = ""
    printed: str = ""


@dataclass(frozen=True)
class Document:
    """A bulletin.

    mark      what stands on every page of simulated data; empty for others
    lead      a slide's and a brief's one sentence
    tiles     a slide's and a brief's (number, what it counts)
    source    the line with wave, survey and run at the foot of a picture or slide
    words     the few words that the files add themselves, by name
    """

    kind: str
    language: str
    programme: str
    wave: str
    measure: str
    league: str
    title: str
    head: Head
    mark: str
    blocks: tuple[Block, ...]
    grids: tuple[Grid, ...]
    pictures: tuple[Picture, ...]
    source: str
    lead: str = ""
    tiles: tuple[tuple[str, str], ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)

    def grid(self, name: str) -> Grid:
        """The table of this name."""
        return next(grid for grid in self.grids if grid.name == name)

    def picture(self, name: str) -> Picture:
        """The picture of this name."""
        return next(picture for picture in self.pictures if picture.name == name)


def document_bytes(document: Document) -> bytes:
    """The content as JSON: keys in order, no blanks, each number with all its digits."""
    return json.dumps(
        asdict(document), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def digest_of(content: bytes) -> str:
    """SHA-256 of a content."""
    return hashlib.sha256(content).hexdigest()


def document_of(content: bytes) -> Document:
    """The content read back from its JSON."""
    values: dict[str, Any] = json.loads(content)
    values["head"] = Head(**values["head"])
    values["blocks"] = tuple(Block(**block) for block in values["blocks"])
    values["grids"] = tuple(_grid(grid) for grid in values["grids"])
    values["pictures"] = tuple(Picture(**picture) for picture in values["pictures"])
    values["tiles"] = tuple(tuple(tile) for tile in values["tiles"])
    return Document(**values)


def _grid(values: dict[str, Any]) -> Grid:
    values["columns"] = tuple(Column(**column) for column in values["columns"])
    values["rows"] = tuple(tuple(row) for row in values["rows"])
    values["shown"] = tuple(
        Shown(s["heading"], tuple(s["names"]), s["between"], s.get("group", "")) for s in values["shown"]
    )
    return Grid(**values)


def cell_text(value: Any, form: str) -> str:
    """A value as it is printed; empty where there is none."""
    if value is None:
        return ""
    kind, _, decimals = form.partition(".")
    written = {
        "text": lambda: str(value),
        "count": lambda: f"{value:,}",
        "place": lambda: f"{value}",
        "move": lambda: f"{value:+d}" if value else "0",
        "share": lambda: f"{100 * value:.{decimals or 1}f}",
        "points": lambda: _signed(value, int(decimals or 1)),
        "score": lambda: f"{value:.{decimals}f}",
        "change": lambda: _signed(value, int(decimals or 1)),
    }[kind]()
    return written.replace("-", MINUS) if kind in ("move", "points", "change", "score") else written


def row_texts(grid: Grid) -> list[list[str]]:
    """The printed cells of every row."""
    place = {column.name: k for k, column in enumerate(grid.columns)}
    form = {column.name: column.form for column in grid.columns}
    rows = []
    for row in grid.rows:
        cells = []
        for shown in grid.shown:
            texts = [cell_text(row[place[name]], form[name]) for name in shown.names]
            cells.append(shown.between.join(texts) if all(texts) else "".join(texts))
        rows.append(cells)
    return rows


def plain(value: Any) -> Any:
    """A number of pandas or numpy as one of Python's; None for a missing one."""
    if value is None or isinstance(value, str | bool):
        return value
    if pd.isna(value):
        return None
    number = float(value)
    return int(number) if number.is_integer() and not isinstance(value, float) else number


def plain_text(document: Document) -> str:
    """The content as it is read aloud: every sentence, and of the tables the printed cells."""
    head = document.head
    lines = [document.mark, head.issuer, head.number, document.title, head.addressee, document.lead]
    lines += [f"{number} {text}" for number, text in document.tiles]
    for block in document.blocks:
        if block.kind == TABLE:
            grid = document.grid(block.text)
            rows = [[f"{s.group} {s.heading}".strip() for s in grid.shown], *row_texts(grid)]
            lines += [grid.title, *(" | ".join(row) for row in rows), grid.note]
        elif block.kind == PICTURE:
            lines.append(f"[{document.picture(block.text).alternative}]")
        else:
            lines.append(block.text)
    lines += [*closing_lines(head), document.source]
    return "\n".join(line for line in lines if line) + "\n"


def closing_lines(head: Head) -> list[str]:
    """What stands under a text: signature, date, who gets copies, and who prints it when."""
    return [head.signature, head.date, head.copies, head.printed.replace("\t", IDEOGRAPHIC_SPACE)]


def is_official(language: str, kind: str) -> bool:
    """Whether a kind is laid out as GB/T 9704 lays out official documents; a report is laid out so, and is none."""
    return language == "zh" and kind in (NOTICE, THEMATIC)


def _signed(value: float, decimals: int) -> str:
    """A number with its sign; what rounds to nothing has none."""
    text = f"{value:+.{decimals}f}"
    return text[1:] if float(text) == 0 else text
