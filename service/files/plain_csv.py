"""A plain CSV file, whose lines are its rows, read column by column; any other is left to the reader of rows."""

from collections.abc import Collection, Mapping, Sequence
from itertools import islice

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from service.files import bounds
from service.files.bounds import check_cells
from service.files.coded import Coding
from service.files.csv import csv_rows
from service.files.rows import SEARCHED, Gathered, as_frame, header_of, kept_columns

AT_ONCE = 1_000_000  # bytes of the file that are read at a time
ENCODINGS = {"utf-8": "utf8", "utf-8-sig": "utf8", "gb18030": "gb18030"}  # no letter has a separator's byte


def plain_table(
    content: bytes,
    file: str,
    encoding: str,
    wanted: Sequence[str],
    expected: Sequence[str],
    coded: Collection[str] = (),
) -> tuple[str, Gathered] | None:
    """The separator of a CSV file and the same table that `rows.gather` makes of its rows; None if it is not plain.

    coded: the columns kept as numbers of their texts (`coded.Coding`).
    Plain is a file without quotes, whose header is its first line and has a name in its last cell, and all of whose
    lines have as many cells as the header. Faults are found by the reader of rows alone.
    """
    if len(content) > bounds.TEXT or encoding not in ENCODINGS:
        return None
    if b'"' in content or b"\0" in content:
        return None
    if b"\r" in content and content.count(b"\r") != content.count(b"\r\n"):
        return None
    separator, rows = csv_rows(content, file, encoding, expected)
    top = list(islice(rows, SEARCHED))
    cells = [cell.strip() for cell in top[0][1]] if header_of(top, expected)[0] == 0 else []
    if not cells or top[0][0] != 1 or not cells[-1] or len(cells) > bounds.COLUMNS:
        return None
    codings = {place: Coding() for place, name in enumerate(cells) if name in coded and cells.count(name) == 1}
    read = _parts(content, encoding, separator, len(cells), codings)
    if read is None:
        return None
    count, parts = read
    check_cells(count * len(cells), file, is_csv=True)
    pa.default_memory_pool().release_unused()
    kept = kept_columns(cells, parts, wanted, 1, file)
    frame = as_frame(parts, cells, [place for place in kept if place not in codings], count)
    frame = frame.assign(**{cells[place]: codings.pop(place).column() for place in kept if place in codings})
    frame = frame[[cells[place] for place in kept]].set_axis(pd.RangeIndex(2, count + 2))
    return separator, Gathered(frame, 1, tuple(cells), ())


def _parts(
    content: bytes, encoding: str, separator: str, width: int, codings: Mapping[int, Coding]
) -> tuple[int, list[list[pa.Array]]] | None:
    """How many rows there are, and the parts of each column of texts; those of the others are added to their codings.

    None if the file is not plain, or has no rows or more than are read.

    A row without any text counts for none, though the next one has its number in the file: the reader of rows knows.
    """
    end = len(content)
    while end and content[end - 1] in b"\r\n":
        end -= 1
    names = [str(place) for place in range(width)]
    try:
        batches = pyarrow.csv.open_csv(
            pa.py_buffer(content).slice(0, end),
            pyarrow.csv.ReadOptions(
                use_threads=False, block_size=AT_ONCE, skip_rows=1, column_names=names, encoding=ENCODINGS[encoding]
            ),
            pyarrow.csv.ParseOptions(delimiter=separator, quote_char=False, ignore_empty_lines=False),
            pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )
        count, parts = 0, [[] for _ in names]
        for batch in batches:
            count += len(batch)
            if count >= bounds.ROWS or _has_blank_row(batch):
                return None
            for place, column in enumerate(batch.columns):
                if place in codings:
                    codings[place].add(column)
                else:
                    parts[place].append(pc.utf8_trim_whitespace(column.cast(pa.large_string())))
        return (count, parts) if count else None
    except pa.ArrowException:
        return None


def _has_blank_row(batch: pa.RecordBatch) -> bool:
    """Whether a row has nothing but blanks in every cell."""
    rows = np.arange(len(batch))
    for column in batch.columns:
        blank = pc.equal(pc.utf8_trim_whitespace(column if len(rows) == len(batch) else column.take(rows)), "")
        rows = rows[blank.to_numpy(zero_copy_only=False)]
        if not len(rows):
            return False
    return True
