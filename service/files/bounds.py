"""How large a file may be, checked before it is opened: its bytes, rows, columns, and what a zip unpacks to."""

import io
import zipfile
from pathlib import Path

from words import Fault

UPLOADED = 50_000_000  # bytes that a page takes, as .streamlit/config.toml allows
BYTES = 100_000_000  # that a command reads
ROWS, COLUMNS = 1_100_000, 2_000
UNPACKED = 400_000_000  # bytes that all parts of a zip declare together
PARTS = 2_000  # files in a zip
CELLS, CSV_CELLS = 10_000_000, 30_000_000  # rows times columns; of a CSV file, whose cells are short
TEXT = 100_000_000  # characters of all cells together; a text that a workbook repeats counts each time


def check_size(content: bytes, file: str) -> None:
    """A Fault if the file is larger than any upload may be."""
    _limit("file.too_large", file, len(content), BYTES)


def check_rows(rows: int, file: str) -> None:
    """A Fault if there are more rows than any upload may have."""
    _limit("file.too_many_rows", file, rows, ROWS)


def check_columns(columns: int, file: str) -> None:
    """A Fault if there are more columns than any upload may have."""
    _limit("file.too_many_columns", file, columns, COLUMNS)


def check_cells(cells: int, file: str, *, is_csv: bool = False) -> None:
    """A Fault if rows times columns are more than any upload may have."""
    _limit("file.too_many_cells", file, cells, CSV_CELLS if is_csv else CELLS)


def check_text(characters: int, file: str) -> None:
    """A Fault if all cells together have more characters than any upload may have."""
    _limit("file.too_much_text", file, characters, TEXT)


def check_unpacked(unpacked: int, file: str) -> None:
    """A Fault if a file would unpack to more bytes than may be unpacked."""
    _limit("file.unpacks_too_large", file, unpacked, UNPACKED)


def check_zip(content: bytes, file: str) -> None:
    """A Fault if a zip's parts declare more bytes than may be unpacked; no reader reads more than is declared."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            part_list = parts.infolist()
    except zipfile.BadZipFile as error:
        raise Fault(key="file.not_xlsx", file=file, problem=str(error)) from error
    _limit("file.too_many_parts", file, len(part_list), PARTS)
    check_unpacked(sum(part.file_size for part in part_list), file)


def read_bounded(path: Path) -> bytes:
    """A file's bytes; a Fault if it is absent, unreadable, or too large, which is checked before it is read."""
    try:
        _limit("file.too_large", path.name, path.stat().st_size, BYTES)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise Fault(key="file.absent", file=str(path)) from error
    except OSError as error:
        raise Fault(key="file.unreadable", file=str(path), problem=error.strerror) from error


def _limit(key: str, file: str, size: int, most: int) -> None:
    if size > most:
        raise Fault(key=key, file=file, found=size, expected=most)
