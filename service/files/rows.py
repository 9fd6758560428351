"""Rows of text become one table: its header is found below a title, blank rows and trailing empty columns go."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from service.files import bounds
from service.files.bounds import check_cells, check_columns, check_rows, check_text
from service.files.coded import TEXTS
from service.files.faults import CellFault
from words import Fault

SEARCHED = 40  # rows at the top of a file among which the header is looked for
CHUNK = 500  # rows held as Python texts at a time: with ten thousand, a million rows take twice as long
JOINED = 50_000  # rows in each part of a column
HEADER_ROW = 1  # of formats that have no row for it; rows are counted as a spreadsheet counts them

Row = tuple[int, Sequence[str]]  # its number and its cells


@dataclass(frozen=True, eq=False)
class Gathered:
    """The cells as text without blanks around them, by row number, and the row of the header.

    names   what the header says in each of its cells;  faults: rows of another width
    """

    table: pd.DataFrame
    header_row: int
    names: tuple[str, ...]
    faults: tuple[Fault, ...]


def header_of(rows: Sequence[Row], expected: Sequence[str]) -> tuple[int, int]:
    """Which of these rows is the header, and how many of the expected names it has.

    The row with the most of them, the first of several; where no row has any, the first row with two filled cells,
    else the first filled one. -1 if all are blank.
    """
    names = set(expected)
    known = [len(names.intersection(cell.strip() for cell in cells)) for _, cells in rows]
    if max(known, default=0):
        return known.index(max(known)), max(known)
    filled = [sum(bool(cell.strip()) for cell in cells) for _, cells in rows]
    for least in (2, 1):
        at = next((k for k, count in enumerate(filled) if count >= least), -1)
        if at >= 0:
            return at, 0
    return -1, 0


def gather(rows: Iterable[Row], file: str, wanted: Sequence[str], expected: Sequence[str], *, padded: bool) -> Gathered:
    """The table that rows of text make up.

    wanted    the columns that are used, which may occur only once; none: all
    expected  the columns that the header must have, by which it is found
    padded    rows may be shorter than the header, as in a workbook; else they are faults, as in a CSV file
    """
    stream = iter(rows)
    top = list(islice(stream, SEARCHED))
    at, _ = header_of(top, expected)
    if at < 0:
        raise Fault(key="file.empty", file=file)
    header_row, cells = top[at]
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    check_columns(len(names), file)
    numbers = array("q")  # eight bytes a row, where a list of Python's numbers takes forty
    ragged: list[tuple[int, int]] = []
    parts, last = ([[] for _ in names] for _ in range(2))  # of each column: long arrays, and short ones to be joined
    body = _even(chain(top[at + 1 :], stream), len(names), ragged, padded=padded, file=file)
    while chunk := list(islice(body, CHUNK)):
        numbers.extend(number for number, _ in chunk)
        check_cells(len(numbers) * len(names), file, is_csv=not padded)
        for short, cells in zip(last, zip(*(cells for _, cells in chunk), strict=True), strict=True):
            short.append(pc.utf8_trim_whitespace(pa.array(cells, pa.large_string())))
        if len(numbers) % JOINED < CHUNK:
            _join(last, parts)
    _join(last, parts)
    faults = ()
    if ragged:
        lines, widths = zip(*ragged, strict=True)
        faults = (CellFault(key="file.ragged", numbers=lines, each={"found": widths}, file=file, expected=len(names)),)
    if not numbers:
        if faults:
            raise faults[0]
        raise Fault(key="file.no_rows", file=file)
    kept = kept_columns(names, parts, wanted, header_row, file)
    frame = as_frame(parts, names, kept, len(numbers))
    return Gathered(frame.set_index(pd.Index(np.array(numbers))), header_row, tuple(names), faults)


def as_frame(parts: Sequence[list[pa.Array]], names: Sequence[str], kept: Sequence[int], rows: int) -> pd.DataFrame:
    """The columns that are kept, of so many rows, by name; the lists of parts are emptied.

    Each column becomes one array: its parts lie between what was freed since, which the process could not give back.
    """
    if not kept:
        return pd.DataFrame(index=range(rows))
    columns = []
    for k in kept:
        columns.append(pa.concat_arrays(parts[k]))
        parts[k].clear()
    pa.default_memory_pool().release_unused()
    table = pa.table(columns, names=[names[k] for k in kept])
    return table.to_pandas(types_mapper={pa.large_string(): TEXTS}.get)


def _even(rows: Iterable[Row], width: int, ragged: list[tuple[int, int]], *, padded: bool, file: str) -> Iterator[Row]:
    """The rows that are not blank, as wide as the header; those that cannot be made so are added to `ragged`."""
    characters = beside = 0
    for number, cells in rows:
        if number > bounds.ROWS:  # a call for each row would take a tenth of the time
            check_rows(number, file)
        if len(cells) != width:
            beside += max(0, len(cells) - width)
            check_cells(beside, file)
            beyond = cells[width:]
            if beyond and any(cell.strip() for cell in reversed(beyond)):  # a workbook's row ends in a filled cell
                ragged.append((number, len(cells)))
                continue
            if len(cells) < width:
                if not any(cell.strip() for cell in cells):
                    continue
                if not padded:
                    ragged.append((number, len(cells)))
                    continue
                cells = [*cells, *[""] * (width - len(cells))]
            else:
                cells = cells[:width]
        filled = next(filter(None, cells), "")
        if filled and (not filled.isspace() or any(cell.strip() for cell in cells)):
            characters += sum(map(len, cells))
            if characters > bounds.TEXT:
                check_text(characters, file)
            yield number, cells


def _join(last: list[list[pa.Array]], parts: list[list[pa.Array]]) -> None:
    """Add each column's short arrays to its parts, as one."""
    for short, part in zip(last, parts, strict=True):
        if short:
            part.append(pa.concat_arrays(short))
            short.clear()


def kept_columns(
    names: Sequence[str], parts: Sequence[Sequence[pa.Array]], wanted: Sequence[str], row: int, file: str
) -> list[int]:
    """Which columns are kept: a Fault for a wanted name that occurs twice, or for cells under no name."""
    twice = sorted({name for name in names if name and names.count(name) > 1})
    refused = [name for name in twice if not wanted or name in wanted]
    if refused:
        raise Fault(key="file.header_twice", file=file, row=row, columns=refused)
    nameless = [k for k, name in enumerate(names) if not name]
    filled = [k for k in nameless if not wanted and any(pc.any(pc.not_equal(part, "")).as_py() for part in parts[k])]
    if filled:
        raise Fault(key="file.nameless", file=file, row=row, columns=[letters(k) for k in filled])
    return [k for k, name in enumerate(names) if name and name not in twice]


def letters(column: int) -> str:
    """A spreadsheet's name of a column: 0 is A, 26 is AA."""
    text = ""
    column += 1
    while column:
        column, k = divmod(column - 1, 26)
        text = chr(65 + k) + text
    return text
