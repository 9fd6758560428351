"""What a user names of a file, and what is said of it once it was read."""

import codecs
from dataclasses import dataclass
from typing import Any

from words import Fault

Note = tuple[str, dict[str, Any]]  # a key in words/ and the values of its sentence


@dataclass(frozen=True)
class Choice:
    """What the user named, so that it need not be recognised: the sheet of a workbook, the encoding of a text.

    zeros: whether codes that lost their leading zeros in a spreadsheet (1 for 01) are taken as these codes.
    """

    sheet: str | None = None
    encoding: str | None = None
    zeros: bool = False


def choice_of(sheet: str | None, encoding: str | None, *, zeros: bool = False) -> Choice:
    """What was named; a Fault for an encoding that there is not. A blank text names nothing."""
    encoding = (encoding or "").strip() or None
    try:
        if encoding is not None:
            encoding = codecs.lookup(encoding).name
            "".encode(encoding)  # a LookupError too for codecs that make no text ("hex")
    except LookupError as error:
        raise Fault(key="file.no_encoding", found=encoding) from error
    return Choice((sheet or "").strip() or None, encoding, zeros)
