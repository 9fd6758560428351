"""Office files as the same bytes whenever the same content is written: fixed times, and parts in a fixed order."""

import hashlib
import io
import re
import zipfile
from collections.abc import Callable

FIRST_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP file can say
MADE_AT = re.compile(rb"/(Creation|Mod)Date ?\(D:([^)]*)\)")
IDENTITY = re.compile(rb"(?<=<)[0-9A-Fa-f]{32}(?=>)|(?<=/DocChecksum /)[0-9A-Fa-f]{32}")


def sealed(content: bytes) -> bytes:
    """An Office file with every part's time set to the same moment."""
    return with_parts(content, lambda _, part: part)


def with_parts(content: bytes, changed: Callable[[str, bytes], bytes]) -> bytes:
    """An Office file whose parts are what `changed` makes of each part's name and content, all of the same time."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as again:
        for part in parts.infolist():
            entry = zipfile.ZipInfo(part.filename, FIRST_TIME)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            again.writestr(entry, changed(part.filename, parts.read(part.filename)))
    return written.getvalue()


def sealed_pdf(content: bytes) -> bytes:
    """A PDF whose time is that of no clock and whose identity follows from the rest; its length stays.

    LibreOffice makes the identity, and the sum beside it, of the time and of the place where the file was written.
    """

    def first_time(match: re.Match) -> bytes:
        return match[0].replace(match[2], b"19800101000000Z'".ljust(len(match[2]))[: len(match[2])])

    start = content.rfind(b"/CreationDate")
    if start < 0:
        return content
    body, end = content[:start], MADE_AT.sub(first_time, content[start:])
    of_rest = hashlib.sha256(body + IDENTITY.sub(b"", end)).hexdigest()[:32].upper().encode()
    return body + IDENTITY.sub(of_rest, end)
