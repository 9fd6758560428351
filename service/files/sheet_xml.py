"""A workbook's cells and shared texts, from its elements of XML as these are read, within what a sheet may hold."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from service.files import bounds
from service.files.cell_text import Formats, number_text
from service.files.rows import Row

TEXTS = 1_500_000  # shared texts
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384  # of a spreadsheet
LONGEST = 200_000  # characters of one cell; a spreadsheet allows 32,767
DIGIT = "0123456789"  # of a cell's name, after its column's letters
DIGITS = 1e15  # a number from here on has more digits than a spreadsheet keeps


NumberText = Callable[[str, str, Formats], str]


class Forbidden(ValueError):
    """A part of a workbook that no spreadsheet writes: an entity, too many elements, a cell without end."""


@dataclass
class Marks:
    """Cells (row, column) whose value cannot be trusted: formulas never calculated, and numbers too long to be kept."""

    uncalculated: list[tuple[int, int]] = field(default_factory=list)
    long: list[tuple[int, int]] = field(default_factory=list)


class SharedTexts:
    """The texts that cells refer to by number, without the readings that are noted beside Chinese characters."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.pieces: list[str] = []
        self.length = 0
        self.listening = self.beside = False

    def start(self, name: str, attributes: dict) -> None:
        if name == "si":
            self.pieces = []
        elif name == "rPh":
            self.beside = True
        elif name == "t":
            self.listening = not self.beside

    def end(self, name: str) -> None:
        self.listening = False
        if name == "rPh":
            self.beside = False
        elif name == "si":
            if len(self.texts) >= TEXTS:
                raise Forbidden("TooManyTexts")
            self.texts.append("".join(self.pieces))

    def add(self, piece: str) -> None:
        if self.listening:
            self.length += len(piece)
            if self.length > bounds.TEXT:
                raise Forbidden("TooMuchText")
            self.pieces.append(piece)


class Cells:
    """A sheet's cells while its XML is read; `done` gives the rows that are complete."""

    def __init__(self, texts: list[str], formats: Formats, marks: Marks, number_text: NumberText = number_text):
        self.texts, self.formats, self.marks, self.number_text = texts, formats, marks, number_text
        self.complete: list[Row] = []
        self.cells: list[str] = []
        self.row = self.column = self.length = self.in_row = self.far = 0
        self.kind, self.style, self.formula, self.beside = "n", "0", False, False
        self.pieces: list[str] = []
        self.listening = False

    def done(self) -> list[Row]:
        complete, self.complete = self.complete, []
        return complete

    def start(self, name: str, a: dict) -> None:
        if name == "c":
            self.column = _column(a["r"].rstrip(DIGIT)) if "r" in a else len(self.cells)
            self.kind, self.style, self.formula = a.get("t", "n"), a.get("s", "0"), False
            self.in_row += 1
            if self.in_row > LAST_COLUMN:
                raise Forbidden("TooManyCells")
            self.pieces, self.length = [], 0
        elif name == "v" or name == "t":
            self.listening = not self.beside
        elif name == "f":
            self.formula = True
        elif name == "rPh":
            self.beside = True
        elif name == "row":
            number = int(a["r"]) if "r" in a else self.row + 1
            if number <= self.row:
                raise Forbidden("RowsOutOfOrder")
            if number > LAST_ROW:
                raise Forbidden("NoSuchRow")
            self.row, self.cells, self.in_row = number, [], 0

    def end(self, name: str) -> None:
        if name == "c":
            text = self._text("".join(self.pieces))
            if text:
                gap = self.column - len(self.cells)
                if gap < 0:
                    raise Forbidden("CellsOutOfOrder")
                if self.column >= bounds.COLUMNS:
                    self.far = self.far or self.column + 1
                    return
                self.cells += [""] * gap
                self.cells.append(text)
        elif name == "row":
            if self.cells:
                self.complete.append((self.row, self.cells))
        elif name == "rPh":
            self.beside = False
        self.listening = False

    def add(self, piece: str) -> None:
        if not self.listening:
            return
        self.length += len(piece)
        if self.length > LONGEST:
            raise Forbidden("CellTooLong")
        self.pieces.append(piece)

    def _text(self, raw: str) -> str:
        kind = self.kind
        if kind == "s":
            if raw.startswith("-"):
                raise Forbidden("NoSuchText")
            return self.texts[int(raw)] if raw else ""
        if kind == "n":
            if not raw:
                if self.formula:
                    self.marks.uncalculated.append((self.row, self.column))
                return ""
            if self.style == "0" and len(raw) < 16 and raw.isdecimal() and raw.isascii():
                return raw
            text = self.number_text(raw, self.style, self.formats)
            if (len(raw) > 15 or "E" in raw or "e" in raw) and abs(float(raw)) >= DIGITS:
                self.marks.long.append((self.row, self.column))
            return text
        if kind == "b":
            return "TRUE" if raw == "1" else "FALSE"
        return raw  # str, inlineStr, e, d


@lru_cache(LAST_COLUMN)
def _column(letters: str) -> int:
    """The number of a column from its letters, A is 0; a Forbidden for what no spreadsheet has."""
    column = 0
    for character in letters:
        if not "A" <= character <= "Z":
            raise Forbidden("NoSuchColumn")
        column = column * 26 + ord(character) - 64
    if not 0 < column <= LAST_COLUMN:
        raise Forbidden("NoSuchColumn")
    return column - 1
