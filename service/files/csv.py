"""A CSV file's rows: its encoding and its separator are recognised and reported, or named by the user."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice

from service.files.kinds import unmarked_utf_16
from service.files.rows import SEARCHED, Row, header_of
from words import Fault

SEPARATORS = (",", ";", "\t")
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
GUESSED = "gb18030"  # of a text that is no UTF-8; it contains GBK and GB2312
BLOCK = 1 << 20  # bytes that are decoded at a time
BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
FREQUENT = re.compile(rb"(?:[\xc2-\xd7][\xa1-\xbf])+")  # in GB2312's first plane and in UTF-8's two-byte characters
BESIDE_LETTERS = re.compile(rb"[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]")
NAMED_SEPARATOR = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)  # a first line that Excel reads and writes


def encoding_of(content: bytes, file: str, named: str | None, usual: str) -> str:
    """The encoding of a text: that of its mark, UTF-8, the usual one of the programme, or GB18030.

    named: by the user; then no other is tried.  A Fault with row and byte if none fits. A text whose longer characters
    are mostly UTF-8 is UTF-8 that was damaged, though its bytes may mean something else in GB18030; a text that is
    UTF-8 only by accident, as a few Chinese characters may be, is GB18030 (`_chinese`).
    """
    mark = next((encoding for mark, encoding in MARKS.items() if content.startswith(mark)), None)
    mark = mark or unmarked_utf_16(content)
    tried = [named] if named else [mark] if mark else ["utf-8"]
    wrong = None if tried[0] == "utf-8" and content.isascii() else _wrong_byte(content, tried[0])
    if wrong is None:
        return tried[0] if named or mark or not _chinese(content) else GUESSED
    if not named and not mark and not _damaged(content):
        for encoding in dict.fromkeys((usual, GUESSED)):
            if _wrong_byte(content, encoding) is None:
                return encoding
    row = content[:wrong].count(b"\n") + 1
    byte = content[wrong : wrong + 1].hex()
    raise Fault(key="file.encoding", file=file, expected=tried[0].upper(), row=row, found=f"0x{byte}")


def csv_rows(content: bytes, file: str, encoding: str, expected: Sequence[str]) -> tuple[str, Iterator[Row]]:
    """The separator and the rows of a CSV file; a Fault with the row where it is no CSV file."""
    text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    first = text.readline()
    match = NAMED_SEPARATOR.fullmatch(first)
    skipped = 1 if match else 0
    separator = match[1] if match else _separator(content, encoding, expected)
    text.seek(0)
    return separator, _rows(text, file, separator, skipped)


def _rows(text: io.TextIOWrapper, file: str, separator: str, skipped: int) -> Iterator[Row]:
    number = 0
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=separator, strict=True), 1):
            if number > skipped:
                yield number, cells
    except csv.Error as error:  # in the row after the last complete one, where an open quote began
        raise Fault(key="file.not_csv", file=file, row=number + 1, problem=str(error)) from error


def _separator(content: bytes, encoding: str, expected: Sequence[str]) -> str:
    """The separator by which a row has the most of the expected names, else the most cells; a comma in doubt."""
    best, most = SEPARATORS[0], (0, 0)
    for separator in SEPARATORS:
        text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
        top: list[Row] = []
        with suppress(Fault):  # what is wrong below the header is said when the file is read
            top.extend(islice(_rows(text, "", separator, 0), SEARCHED))
        at, known = header_of(top, expected)
        score = (known, len(top[at][1]) if at >= 0 else 0)
        if score > most:
            best, most = separator, score
    return best


def _wrong_byte(content: bytes, encoding: str) -> int | None:
    """Where the text is not in this encoding, or None if it is; it is decoded in parts, and as a whole if one fails."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
        for start in range(0, len(content), BLOCK):
            decoder.decode(content[start : start + BLOCK])
        decoder.decode(b"", final=True)
        return None
    except (UnicodeDecodeError, LookupError):
        pass
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start
    except LookupError:
        return 0
    return None


def _chinese(content: bytes) -> bool:
    """Whether a text that could be UTF-8 is Chinese in GB2312: 某某 has the bytes of two Latin letters.

    All of its characters beyond ASCII are frequent Chinese ones in GB2312, none stands beside an ASCII letter, as
    letters with accents do, and as UTF-8 none of them is Chinese.
    """
    if content.isascii():
        return False
    frequent = all(FREQUENT.fullmatch(run[0]) for run in BEYOND_ASCII.finditer(content))
    return frequent and not BESIDE_LETTERS.search(content)


def _damaged(content: bytes) -> bool:
    """Whether most of the characters beyond ASCII are right in UTF-8."""
    text = content.decode("utf-8", errors="replace")
    longer = sum(character > "\x7f" for character in text)
    return longer > 2 * text.count("\ufffd")
