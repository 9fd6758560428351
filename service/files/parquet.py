"""A Parquet file's rows as text; its size is checked before it is unpacked."""

import io
from collections.abc import Iterator
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from service.files.bounds import check_cells, check_columns, check_rows, check_unpacked
from service.files.rows import CHUNK, HEADER_ROW, Row
from words import Fault

PARQUET = b"PAR1"
MIDNIGHT = " 00:00:00"


def parquet_rows(content: bytes, file: str) -> Iterator[Row]:
    """The rows of a Parquet file: row 1 holds the names, the first row of data is row 2, as in a spreadsheet.

    A Fault if it is no Parquet file, too large, or has columns whose values are not single cells (lists, structures).
    """
    try:
        yield from _rows(content, file)
    except (pa.ArrowException, OSError, OverflowError, UnicodeError) as error:
        raise Fault(key="file.not_parquet", file=file, problem=type(error).__name__) from error


def _rows(content: bytes, file: str) -> Iterator[Row]:
    opened = pq.ParquetFile(io.BytesIO(content))
    rows, names = opened.metadata.num_rows, opened.schema_arrow.names
    check_rows(rows, file)
    check_columns(len(names), file)
    check_cells(rows * len(names), file)
    groups = [opened.metadata.row_group(k) for k in range(opened.metadata.num_row_groups)]
    check_unpacked(sum(group.total_byte_size for group in groups), file)
    nested = [field.name for field in opened.schema_arrow if pa.types.is_nested(field.type)]
    if nested:
        raise Fault(key="file.nested", file=file, columns=nested)
    # a text that is repeated a million times takes few bytes in a dictionary; its length written out is checked first
    table = pq.ParquetFile(io.BytesIO(content), read_dictionary=_texts(opened.schema_arrow)).read()
    check_unpacked(sum(_length(column) for column in table.columns), file)
    yield HEADER_ROW, names
    number = HEADER_ROW
    for batch in table.to_batches(max_chunksize=CHUNK):
        cells = [[_text(value) for value in _values(column)] for column in batch.columns]
        for line in zip(*cells, strict=True):
            number += 1
            yield number, line


def _texts(schema: pa.Schema) -> list[str]:
    """The names of the columns that hold text or bytes."""
    kinds = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    return [field.name for field in schema if any(kind(field.type) for kind in kinds)]


def _length(column: pa.ChunkedArray) -> int:
    """How many bytes a dictionary column's texts take when each of them is written out."""
    total = 0
    for chunk in column.chunks:
        if pa.types.is_dictionary(chunk.type):
            lengths = pc.binary_length(chunk.dictionary)
            total += pc.sum(lengths.take(chunk.indices)).as_py() or 0
    return total


def _values(column: pa.Array) -> list:
    """The values of a column; days and times that Python does not know (after the year 9999) as texts."""
    if not pa.types.is_temporal(column.type):
        return column.to_pylist()
    try:
        return column.to_pylist()
    except (OverflowError, ValueError):
        return column.cast(pa.string()).to_pylist()


def _text(value) -> str:
    """A cell as a person reads it: a whole number without a decimal point, a day without a time at midnight."""
    if value is None or value != value:
        return ""
    if isinstance(value, datetime) and value.tzinfo is None:
        return str(value).removesuffix(MIDNIGHT)
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()
