"""A Word document's paragraphs and tables as text: deleted text, comments and notes are left out."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from service.files.bounds import check_size
from words import Fault

SPACE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
MAIN = "word/document.xml"
LARGEST = 50_000_000  # bytes of its XML: thousands of pages
WIDEST = 63  # columns of a table, as Word allows
BROKEN = (zipfile.BadZipFile, zlib.error, KeyError, ParseError, DefusedXmlException, RuntimeError, OSError, ValueError)


def is_docx(content: bytes) -> bool:
    """Whether a file is a zip with a document in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            return MAIN in opened.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def docx_parts(content: bytes, file: str) -> tuple[str, list[list[list[str]]]]:
    """The text, a line for each paragraph outside tables, and the cells of each table, by rows.

    A cell that spans columns or rows stands in each of them.  A Fault if the document cannot be read.
    """
    check_size(content, file)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            size = opened.getinfo(MAIN).file_size
            if size > LARGEST:
                raise Fault(key="file.unpacks_too_large", file=file, found=size, expected=LARGEST)
            root = fromstring(opened.read(MAIN), forbid_dtd=True)
    except BROKEN as error:
        if isinstance(error, Fault):
            raise
        raise Fault(key="file.not_docx", file=file, problem=str(error)[:100] or type(error).__name__) from error
    lines: list[str] = []
    tables: list[list[list[str]]] = []
    for block in _blocks(next((e for e in root if _name(e) == "body"), root)):
        if _name(block) == "p":
            lines.append(_text(block))
        else:
            tables.append(_cells(block))
    return "\n".join(lines), tables


def _blocks(parent: Element) -> Iterator[Element]:
    """The paragraphs and tables of a part in their order, also those within content controls."""
    for child in parent:
        if _name(child) in ("p", "tbl"):
            yield child
        elif _name(child) in ("sdt", "sdtContent", "customXml", "ins"):
            yield from _blocks(child)


def _text(part: Element) -> str:
    signs = {"tab": "\t", "br": "\n", "cr": "\n"}
    return "".join(e.text or "" if _name(e) == "t" else signs.get(_name(e), "") for e in part.iter())


def _cells(table: Element) -> list[list[str]]:
    rows: list[list[str]] = []
    for row in (e for e in table if _name(e) == "tr"):
        cells: list[str] = []
        for cell in (e for e in row if _name(e) == "tc"):
            span, continued = _span(cell)
            above = rows[-1][len(cells)] if continued and rows and len(cells) < len(rows[-1]) else None
            text = "\n".join(_text(block) for block in cell if _name(block) == "p") if above is None else above
            cells += [text.strip()] * min(span, max(WIDEST - len(cells), 0))
        rows.append(cells)
    return rows


def _span(cell: Element) -> tuple[int, bool]:
    """How many columns a cell has, and whether it continues the one above."""
    span, continued = 1, False
    for setting in (e for part in cell if _name(part) == "tcPr" for e in part):
        value = next((v for k, v in setting.attrib.items() if k.rpartition("}")[2] == "val"), "")
        if _name(setting) == "gridSpan" and value.isdecimal():
            span = int(value)
        if _name(setting) == "vMerge" and value != "restart":
            continued = True
    return span, continued


def _name(element: Element) -> str:
    tag = element.tag if isinstance(element.tag, str) else ""
    return tag.removeprefix(SPACE).removeprefix(STRICT)
