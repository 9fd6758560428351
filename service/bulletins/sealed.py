"""Office files as the same bytes whenever the same content is written: fixed times, and parts in a fixed order."""

import io
import zipfile
from collections.abc import Callable

FIRST_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP file can say


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
