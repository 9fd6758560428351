"""A workbook's rows as text, read by expat from the cells themselves: `<dimension>` is not believed, nor any entity."""

import io
import lzma
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from xml.parsers import expat

from service.files import bounds
from service.files.cell_text import Formats, number_text, shown_text
from service.files.rows import SEARCHED, Row, header_of
from service.files.sheet_xml import Cells, Forbidden, Marks, SharedTexts
from words import Fault

BLOCK = 1 << 15  # bytes of XML that are parsed at a time
ELEMENTS = 5_000_000  # of a sheet, or of the shared texts; a cell with a value has two
CELLS = 2_500_000  # as a round number, what these elements can hold
OTHER_ELEMENTS = 500_000  # of a part that holds neither
SEARCHED_ELEMENTS = 500_000  # of all sheets together, while the one that is meant is looked for
DEEPEST = 64  # elements within one another
NAMES = 5_000  # different names of elements and attributes
LONGEST_TOKEN = 1_000_000  # bytes from < to >: an older expat reads an unfinished one anew with each block
BROKEN = (
    expat.ExpatError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    LookupError,
    ValueError,
    OverflowError,
    OSError,
    NotImplementedError,
    RuntimeError,
)


class TooWide(ValueError):
    """A cell beyond the columns that are read: a row of nothing before it would take memory all the same."""


class TooMany(Forbidden):
    """More elements than may be read."""


@dataclass
class Elements:
    """How many elements of XML may still be read."""

    left: int

    def count(self, read: int) -> None:
        """Count those that were read; raises TooMany."""
        self.left -= read
        if self.left < 0:
            raise TooMany("TooManyElements")


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook: its name, its part of the zip, and whether it is shown."""

    name: str
    part: str
    shown: bool


def xlsx_rows(
    content: bytes, file: str, expected: Sequence[str], named: str | None
) -> tuple[Sheet, int, Iterator[Row], Marks]:
    """The sheet that is read, how many there are, its rows and its marked cells.

    The sheet is the one named by the user, or the one with a row of all expected names, or else the first with cells.
    A Fault if it is no workbook, too large, malicious, has no such sheet, or if several sheets could be meant.
    """
    bounds.check_zip(content, file)
    try:
        book = _Book(content)
        sheet = _chosen(book, file, expected, named)
    except BROKEN as error:
        raise _no_workbook(error, file) from error
    marks = Marks()
    return sheet, len(book.sheets), _safely(book.rows(sheet, marks), file), marks


def shown_sheets(content: bytes, file: str) -> list[tuple[str, list[Row]]]:
    """The sheets that are shown, each with its name and its rows, numbers as their formats show them."""
    bounds.check_zip(content, file)
    try:
        book, elements = _Book(content), Elements(ELEMENTS)
        return [
            (sheet.name, list(_safely(book.rows(sheet, Marks(), elements, shown=True), file)))
            for sheet in book.sheets
            if sheet.shown
        ]
    except BROKEN as error:
        raise _no_workbook(error, file) from error


def _safely(rows: Iterator[Row], file: str) -> Iterator[Row]:
    try:
        yield from rows
    except TooWide as error:
        raise Fault(key="file.too_many_columns", file=file, found=error.args[0], expected=bounds.COLUMNS) from error
    except TooMany as error:
        raise Fault(key="file.workbook_too_large", file=file, expected=CELLS) from error
    except BROKEN as error:
        raise _no_workbook(error, file) from error


def _no_workbook(error: BaseException, file: str) -> Fault:
    if isinstance(error, Fault):
        return error
    if isinstance(error, RuntimeError) and "encrypted" in str(error):
        return Fault(key="file.encrypted", file=file)
    return Fault(key="file.not_xlsx", file=file, problem=str(error)[:100] or type(error).__name__)


def _chosen(book: "_Book", file: str, expected: Sequence[str], named: str | None) -> Sheet:
    if named is not None:
        chosen = next((sheet for sheet in book.sheets if sheet.name == named), None)
        if chosen is None:
            raise Fault(key="file.no_sheet", file=file, found=named, expected=[sheet.name for sheet in book.sheets])
        return chosen
    candidates = [s for s in book.sheets if s.shown] or book.sheets
    if len(candidates) == 1:
        return candidates[0]
    tops, elements = {}, Elements(SEARCHED_ELEMENTS)
    for sheet in candidates:
        rows: list[Row] = []
        try:
            rows.extend(islice(book.rows(sheet, Marks(), elements), SEARCHED))
        except TooWide:  # said when the sheet is read
            tops[sheet] = 0
        except TooMany as error:
            raise Fault(key="file.sheets_too_large", file=file, found=len(candidates)) from error
        at, known = header_of(rows, expected)
        if at >= 0:
            tops[sheet] = known
    if not tops:
        raise Fault(key="file.empty", file=file)
    most = max(tops.values())
    best = [sheet for sheet, known in tops.items() if known == most]
    if most == len(set(expected)) > 0 and len(best) > 1:
        raise Fault(key="file.sheets", file=file, sheets=[sheet.name for sheet in best])
    return best[0]


class _Book:
    """An opened workbook: its sheets in their order, its shared texts and its number formats."""

    def __init__(self, content: bytes):
        self.zip = zipfile.ZipFile(io.BytesIO(content))
        self.parts = set(self.zip.namelist())
        main = next(
            (t for kind, t in self._relations("", "_rels/.rels") if kind == "officeDocument"), "xl/workbook.xml"
        )
        folder, name = posixpath.split(main)
        relations = posixpath.join(folder, "_rels", name + ".rels")
        by_id, by_kind = dict(self._relations(folder, relations, by_id=True)), dict(self._relations(folder, relations))
        self.sheets: list[Sheet] = []
        self.formats = Formats()
        self._read_book(main, by_id)
        styles, texts = by_kind.get("styles"), by_kind.get("sharedStrings")
        if styles in self.parts:
            self._parse(styles, self.formats.start, self.formats.end)
        self.texts_part, self._texts = texts if texts in self.parts else None, None

    @property
    def texts(self) -> list[str]:
        if self._texts is None:
            shared = SharedTexts()
            if self.texts_part is not None:
                for _ in self.blocks(self.texts_part, shared.start, shared.end, shared, Elements(ELEMENTS)):
                    pass
            self._texts = shared.texts
        return self._texts

    def rows(
        self, sheet: Sheet, marks: Marks, elements: Elements | None = None, *, shown: bool = False
    ) -> Iterator[Row]:
        """The rows of a sheet that have cells, as they are read; shown: numbers as their formats show them."""
        cells = Cells(self.texts, self.formats, marks, number_text if not shown else shown_text)
        for _ in self.blocks(sheet.part, cells.start, cells.end, cells, elements or Elements(ELEMENTS)):
            yield from cells.done()
            if cells.far:
                raise TooWide(cells.far)

    def blocks(self, part: str, start, end, text, elements: Elements) -> Iterator[None]:
        """Parse a part block by block; entities, endless parts and tokens, and nests without end are refused."""
        parser, local_names, depth, count, read = expat.ParserCreate(), _LocalNames(), 0, 0, 0

        def started(name: str, attributes: dict) -> None:
            nonlocal depth, count
            count += 1
            depth += 1
            if depth > DEEPEST:
                raise Forbidden("TooDeep")
            start(local_names[name], attributes)

        def ended(name: str) -> None:
            nonlocal depth
            depth -= 1
            end(local_names[name])

        def forbidden(*_) -> int:
            raise Forbidden("EntitiesForbidden")

        parser.StartElementHandler, parser.EndElementHandler = started, ended
        if text is not None:
            parser.CharacterDataHandler = text.add
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = forbidden
        parser.buffer_text = True
        with self.zip.open(part) as opened:
            while block := opened.read(BLOCK):
                parser.Parse(block, False)
                read += len(block)
                elements.count(count)
                count = 0
                if read - parser.CurrentByteIndex > LONGEST_TOKEN:
                    raise Forbidden("TokenTooLong")
                if len(parser.intern) > NAMES:
                    raise Forbidden("TooManyNames")
                yield
            parser.Parse(b"", True)
            yield

    def _parse(self, part: str, start, end=lambda name: None) -> None:
        for _ in self.blocks(part, start, end, None, Elements(OTHER_ELEMENTS)):
            pass

    def _relations(self, folder: str, part: str, *, by_id: bool = False) -> list[tuple[str, str]]:
        """(kind or id, target) of the parts that a part names."""
        targets: list[tuple[str, str]] = []

        def start(name: str, a: dict) -> None:
            if name == "Relationship" and a.get("TargetMode") != "External":
                target = a["Target"]
                place = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                targets.append((a["Id"] if by_id else a["Type"].rpartition("/")[2], posixpath.normpath(place)))

        if part in self.parts:
            self._parse(part, start)
        return targets

    def _read_book(self, part: str, by_id: dict[str, str]) -> None:
        def start(name: str, a: dict) -> None:
            if name == "sheet":
                key = next((a[k] for k in a if k.rpartition(":")[2] == "id"), "")
                place = by_id.get(key, "")
                if "worksheets" in place or place in self.parts:
                    if len(self.sheets) >= bounds.PARTS:
                        raise Forbidden("TooManySheets")
                    self.sheets.append(Sheet(a["name"], place, a.get("state", "visible") == "visible"))
            elif name == "workbookPr":
                self.formats.from_1904 = a.get("date1904") in ("1", "true")

        self._parse(part, start)


class _LocalNames(dict):
    """The names of elements without their prefixes: x:row is row."""

    def __missing__(self, name: str) -> str:
        return self.setdefault(name, name.rpartition(":")[2])
