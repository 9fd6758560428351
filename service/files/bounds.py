"""What a file may at most be, looked at before it is opened: bytes, rows, columns, and what a zip unpacks to."""

import io
import zipfile
from pathlib import Path

from words import Fault

BYTES = 50_000_000  # as .streamlit/config.toml lets through
ROWS, COLUMNS = 1_100_000, 2_000
UNPACKED = 400_000_000  # bytes declared in a zip, all parts together
PARTS = 2_000
CELLS = 20_000_000


def check_size(content: bytes, file: str) -> None:
    """A Fault if the file is larger than any upload may be."""
    _limit("file.too_large", file, len(content), BYTES)


def check_rows(rows: int, file: str) -> None:
    """A Fault if there are more rows than any upload may have."""
    _limit("file.too_many_rows", file, rows, ROWS)


def check_columns(columns: int, file: str) -> None:
    """A Fault if there are more columns than any upload may have."""
    _limit("file.too_many_columns", file, columns, COLUMNS)


def check_cells(cells: int, file: str) -> None:
    """A Fault if rows times columns are more than any upload may have."""
    _limit("file.too_many_cells", file, cells, CELLS)


def check_unpacked(unpacked: int, file: str) -> None:
    """A Fault if a file would unpack to more bytes than may be unpacked."""
    _limit("file.unpacks_too_large", file, unpacked, UNPACKED)


def check_zip(content: bytes, file: str) -> None:
    """A Fault if the parts of a zip declare more bytes than may be unpacked; more than declared is never read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            declared = parts.infolist()
    except zipfile.BadZipFile as error:
        raise Fault(key="file.not_xlsx", file=file, problem=str(error)) from error
    _limit("file.too_many_parts", file, len(declared), PARTS)
    check_unpacked(sum(part.file_size for part in declared), file)


def read_bounded(path: Path) -> bytes:
    """A file's bytes; a Fault if it is absent, cannot be read, or is too large, which is seen without reading it."""
    try:
        _limit("file.too_large", path.name, path.stat().st_size, BYTES)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise Fault(key="file.absent", file=str(path)) from error
    except OSError as error:
        raise Fault(key="file.unreadable", file=str(path), problem=error.strerror) from error


def _limit(key: str, file: str, found: int, most: int) -> None:
    if found > most:
        raise Fault(key=key, file=file, found=found, expected=most)
