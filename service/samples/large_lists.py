"""A list too large to be held as rows: read from its file column by column, checked as any list, stored as a roll."""

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from service.files import bounds
from service.files.choice import Choice
from service.files.kinds import CSV, PARQUET, kind_of
from service.files.read import FileRead
from service.intake.import_log import refusals_logged
from service.intake.imports import current_programme
from service.protection.keys import Key
from service.samples.frame_file import (
    AREA,
    MODE,
    NAME,
    PHONE,
    PSU,
    SOURCE,
    UNIT,
    by_columns,
    checked_list,
    refuse_findings,
)
from service.samples.frame_versions import (
    ImportedFrame,
    Incoming,
    add_version,
    newest_number,
    numbers_vault,
    tried_import,
)
from service.samples.frames import areas_before
from service.samples.roll_file import file_digest, roll_bytes
from service.store.engine import Store
from service.store.names import name_of
from service.store.permissions import permitted
from words import Fault

START = 65_536  # bytes that tell what a file is
HEADER_ROW = 1


def is_large(path: Path) -> bool:
    """Whether a list is a CSV or Parquet file with more bytes or rows than a list that is held as rows may have."""
    if not path.is_file():
        return False  # whoever reads it says so
    try:
        kind, rows = _kind(path), 0 if path.stat().st_size > bounds.UPLOADED else _rows(path)
    except (OSError, pa.ArrowException, Fault):
        return False
    return kind in (CSV, PARQUET) and (rows > bounds.ROWS or path.stat().st_size > bounds.UPLOADED)


@permitted
def import_large(
    store: Store,
    programme_name: str,
    name: str,
    path: Path,
    *,
    frame_key: Key,
    by: Sequence[str] = (AREA,),
    accept: bool = False,
    key: Key | None = None,
    delete_on: date | None = None,
    choice: Choice | None = None,
) -> ImportedFrame:
    """`frames.import_frame` of a list that is too large for it, from its file; it is checked and drawn in the same way.

    The units are stored as one file (`roll_file`), the telephone numbers in the vault as always.
    """
    tried = tried_import(store, programme_name, name, name_of(path))
    with refusals_logged(store, tried):
        programme_id, programme = current_programme(store, programme_name)
        began, before = newest_number(store, programme_name, name), areas_before(store, programme_name, name)
        read = read_large(
            path, [UNIT, *(c for c in by_columns(by) if c != MODE), PHONE, NAME, SOURCE, PSU, MODE], choice
        )
        listed = checked_list(read, name_of(path), by=by, areas=list(programme.areas), before=before, choice=choice)
        refuse_findings(listed, name_of(path), accept=accept)
        vault = None if listed.numbers is None else numbers_vault(store, key, delete_on)
        how_read = "\0".join([*by, "zeros"] if choice is not None and choice.zeros else by)
        digest = hashlib.sha256(f"{file_digest(path)}\0{how_read}".encode()).hexdigest()
        arguments: dict[str, Any] = {"programme": programme_name, "frame": name, "file": name_of(path), "by": list(by)}
        incoming = Incoming(programme_id, arguments, digest, listed, vault, roll_bytes(listed.units))
        return add_version(store, incoming, tried, began, frame_key)


def read_large(path: Path, wanted: Sequence[str], choice: Choice | None = None) -> FileRead:
    """These columns of a CSV file (UTF-8, or the encoding chosen) or a Parquet file as text, by the row of the file."""
    try:
        table = _parquet(path, wanted) if _kind(path) == PARQUET else _separated(path, wanted, choice)
    except (pa.ArrowException, OSError, UnicodeError) as error:
        raise Fault(key="frame.large_unread", file=name_of(path), problem=str(error)[:200]) from error
    columns = {c: pc.utf8_trim_whitespace(pc.fill_null(_as_text(table.column(c)), "")) for c in table.column_names}
    cells = pa.table(columns).to_pandas()
    cells.index = pd.RangeIndex(HEADER_ROW + 1, HEADER_ROW + 1 + len(cells))
    return FileRead(cells, ("frame.large_read", {"file": name_of(path), "count": len(cells)}))


def _parquet(path: Path, wanted: Sequence[str]) -> pa.Table:
    opened = pq.ParquetFile(path)
    return opened.read(columns=[c for c in dict.fromkeys(wanted) if c in opened.schema_arrow.names])


def _separated(path: Path, wanted: Sequence[str], choice: Choice | None) -> pa.Table:
    encoding = "utf8" if choice is None or choice.encoding is None else choice.encoding
    header = _start(path).split(b"\n", 1)[0].decode(encoding, errors="replace").lstrip("\ufeff")
    separator = max(",;\t", key=header.count)
    names = [name.strip().strip('"') for name in header.strip().split(separator)]
    chosen = [c for c in dict.fromkeys(wanted) if c in names]
    return pa_csv.read_csv(
        path,
        read_options=pa_csv.ReadOptions(encoding=encoding, column_names=names, skip_rows=1),
        parse_options=pa_csv.ParseOptions(delimiter=separator, newlines_in_values=False),
        convert_options=pa_csv.ConvertOptions(
            include_columns=chosen, column_types=dict.fromkeys(chosen, pa.string()), strings_can_be_null=False
        ),
    )


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The cells as text; a whole number that is stored as a float, as a number with gaps is, without its point."""
    if pa.types.is_floating(column.type) and pc.all(pc.equal(column, pc.round(column))).as_py():
        column = column.cast(pa.int64())
    return column.cast(pa.string())


def _kind(path: Path) -> str:
    """CSV, PARQUET, or the empty text: a workbook never has so many rows."""
    start = _start(path)
    return "" if start.startswith(b"PK") else kind_of(start, name_of(path))


def _start(path: Path) -> bytes:
    with path.open("rb") as opened:
        return opened.read(START)


def _rows(path: Path) -> int:
    """How many rows a Parquet file has, or how many lines any other one."""
    if _kind(path) == PARQUET:
        return pq.ParquetFile(path).metadata.num_rows
    with path.open("rb") as opened:
        return sum(block.count(b"\n") for block in iter(lambda: opened.read(2**20), b"")) - 1
