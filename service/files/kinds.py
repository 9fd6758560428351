"""What a file is by its first bytes: one that is read here, or one for which a sentence says what to save it as."""

import io
import zipfile

from words import Fault, sentences

CSV, XLSX, PARQUET, SAV, DTA = "csv", "xlsx", "parquet", "sav", "dta"
ENDINGS = ("csv", "txt", "tsv", "xlsx", "xlsm", "parquet", "sav", "zsav", "dta")  # of the names of files that are read
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
EMPTY = b" \t\r\n\xef\xbb\xbf"
START = 2_000  # bytes by which a text is recognised
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
OTHERS = (  # first bytes of files that are not read, and the keys of the words that say what each is
    (b"%PDF", "file.kind.pdf"),
    (b"\x89PNG", "file.kind.picture"),
    (b"\xff\xd8\xff", "file.kind.picture"),
    (b"GIF8", "file.kind.picture"),
    (b"Rar!", "file.kind.archive"),
    (b"7z\xbc\xaf", "file.kind.archive"),
    (b"\x1f\x8b", "file.kind.archive"),
    (b"BZh", "file.kind.archive"),
    (b"{\\rtf", "file.kind.document"),
    (b"SQLite format 3", "file.kind.database"),
    (b"\x00\x01\x00\x00Standard", "file.kind.database"),
    (b"ASCII SPSS PORT FILE", "file.kind.por"),
    (b"\x00" * 12 + b"\xc2\xea\x81\x60", "file.kind.sas"),
    (b"\xd0\xcf\x11\xe0", "file.kind.old_workbook"),
)
STATA_OLD = frozenset((0x69, 0x6C, 0x6E, 0x6F, 0x71, 0x72, 0x73))  # versions 105 to 115 in the first byte


def kind_of(content: bytes, file: str) -> str:
    """CSV, XLSX, PARQUET, SAV or DTA; a Fault that says what any other file is, and what to save it as."""
    if not content[:START].strip(EMPTY) and not content.strip(EMPTY):  # the whole text would be copied
        raise Fault(key="file.empty", file=file)
    if content.startswith(b"PAR1"):
        return PARQUET
    if content.startswith((b"$FL2", b"$FL3")):
        return SAV
    if content.startswith(b"<stata_dta>") or (
        len(content) > 109 and content[0] in STATA_OLD and content[1] in (1, 2) and content[2] == 1 and not content[3]
    ):
        return DTA
    if content.startswith(b"PK\x03\x04"):
        return _zipped(content, file)
    if content.startswith(OLE) and ENCRYPTED in content:
        raise Fault(key="file.encrypted", file=file)
    other = next((kind for start, kind in OTHERS if content.startswith(start)), None) or _marked_up(content[:4000])
    if other:
        raise _other(other, file)
    if b"\x00" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")) and unmarked_utf_16(content) is None:
        raise Fault(key="file.binary", file=file, row=content[: content.index(b"\x00")].count(b"\n") + 1)
    return CSV


def unmarked_utf_16(content: bytes) -> str | None:
    """UTF-16 in its byte order, of a text that does not begin with its mark; None if it seems to be no such text.

    At its beginning at least three in ten of its characters, and four of them, are ASCII, as separators and digits
    are: their other byte is zero, always on the same side.
    """
    start = content[:START]
    first, second = start[::2].count(0), start[1::2].count(0)
    if len(content) % 2 or min(first, second) or max(first, second) < max(4, 0.3 * (len(start) // 2)):
        return None
    return "utf-16-be" if first else "utf-16-le"


def _zipped(content: bytes, file: str) -> str:
    """XLSX, or a Fault that says what else the zip is."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            names = opened.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError) as error:
        raise Fault(key="file.not_xlsx", file=file, problem=str(error)[:100]) from error
    if "xl/workbook.bin" in names:
        raise _other("file.kind.binary_workbook", file)
    if "content.xml" in names:
        raise _other("file.kind.open_document", file)
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise _other("file.kind.document", file)
    if not any(name.endswith("workbook.xml") for name in names):
        raise _other("file.kind.archive", file)
    return XLSX


def _marked_up(start: bytes) -> str | None:
    """What a text is that is no table: a web page, or a workbook written as XML."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<html", b"<!doctype html", b"<table", b"<meta")):
        return "file.kind.web_page"
    if text.startswith(b"<?xml"):
        return "file.kind.xml"
    return None


def _other(kind: str, file: str) -> Fault:
    return Fault(key="file.other_kind", file=file, what=sentences(kind))
