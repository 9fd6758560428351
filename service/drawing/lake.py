"""Frames and interviews too large for memory: Parquet files, each query written once, on an engine chosen by URL.

The engine only filters and sums.  What a draw is stays in `sampling`: a wave's sample are the first n_h units of each
stratum from its starting point on, so the engine fetches a window of random numbers that holds them, and the same
function chooses among these few as among a frame in memory.  No engine's own randomness is used.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contracts import ALLOCATION, check
from sampling import CodedFrame, draw_stratified, permanent_random_numbers
from sampling.draw.draw import starts_by_stratum
from words import Fault

EMBEDDED = "duckdb://"
BATCH = 1_000_000  # units numbered at a time
NUMBER = r"^(\+?86)?1[3-9][0-9]{9}$|^0[0-9]{9,11}$"  # a mobile, or a landline with its area code
FORMULA = r"^\s*[=+\-@]|[\t\r\n]"  # as `files.FORMULA`
SPARE = 6  # a window is wide enough for n_h + 6 √n_h units: hardly a stratum is asked twice


@dataclass(frozen=True, eq=False)
class Lake:
    """An engine that reads Parquet: `engine` is its Ibis backend."""

    engine: ibis.BaseBackend

    def table(self, path: Path | str):
        """The rows of a Parquet file, or of a folder of them."""
        found = Path(path)
        if not found.exists():
            raise Fault(key="lake.absent", file=str(path))
        return self.engine.read_parquet(str(found / "*.parquet" if found.is_dir() else found))


def open_lake(url: str = EMBEDDED, *, memory: str = "2GB", spill: Path | None = None) -> Lake:
    """The engine of a URL: "duckdb://" is embedded; "spark://host:7077", "local[2]", "sc://host" and "yarn" are Spark.

    memory: DuckDB's limit, above which it spills into the folder `spill`.
    """
    if url == EMBEDDED:
        spilling = {} if spill is None else {"temp_directory": str(spill)}
        engine = ibis.duckdb.connect(memory_limit=memory, preserve_insertion_order=False, **spilling)
        engine.raw_sql("SET enable_progress_bar = false")  # it would be written into what a command prints
        return Lake(engine)
    if url.startswith(("spark://", "local", "sc://", "yarn", "k8s://")):
        return Lake(_spark(url))
    raise Fault(key="lake.url", found=url, expected=[EMBEDDED, "spark://host:7077", "local[2]", "sc://host", "yarn"])


def number_frame(
    source: Path,
    target: Path,
    *,
    key: bytes,
    unit: str,
    stratum: str,
    keep: Sequence[str] | None = None,
    memory: str = "2GB",
) -> None:
    """Gives every unit of `source` its permanent random number and writes the frame to `target`, ordered by it.

    keep    further columns to take along; None: all
    Made once, on one machine, in about `memory`; ordered so, every later draw on any engine reads only the part of the
    file that holds its window.  Raises Fault where a unit has no id or no stratum, or stands twice, or where its id is
    a telephone number or would be a formula in a spreadsheet.
    """
    if not source.is_file():
        raise Fault(key="lake.absent", file=str(source))
    lake, numbered = open_lake(memory=memory, spill=target.parent), target.with_suffix(".numbering")
    try:
        _number(source, numbered, key, (unit, stratum), keep)
        lake.table(numbered).order_by("prn", "unit_id").to_parquet(target)
        _refuse_twice(target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    finally:
        numbered.unlink(missing_ok=True)


def populations(lake: Lake, frame: Path) -> pd.DataFrame:
    """N_h: the units of each stratum of a frame, a STRATA table."""
    table = lake.table(frame)
    found = table.group_by("stratum").agg(population=table.count()).to_pandas()
    return found.sort_values("stratum", ignore_index=True)


def draw_from_lake(lake: Lake, frame: Path, allocation: pd.DataFrame, *, start) -> pd.DataFrame:
    """`sampling.draw_stratified` from a frame that `number_frame` wrote: the same sample, unit for unit.

    allocation: an ALLOCATION table; its populations are held against the frame's
    start: in [0, 1), one for all or a Series by stratum.  Raises Fault as `draw_stratified`.
    """
    allocation, found = check(allocation, ALLOCATION), populations(lake, frame)
    wanted = allocation[allocation["sample"] > 0]
    n, population = wanted["sample"].to_numpy(), wanted["population"].to_numpy()
    window = np.minimum((n + SPARE * np.sqrt(n) + SPARE) / population, 1.0)
    starts = starts_by_stratum(pd.Index(wanted.stratum), start, n)
    limits = pd.DataFrame({"stratum": wanted.stratum.to_numpy(), "start": starts, "window": window})
    near = _enough(lake.table(frame), limits, n)
    part = CodedFrame.part_of(near, found.set_index("stratum").population)
    return draw_stratified(part, allocation, start=start)


def sums_by_cell(lake: Lake, interviews: Path, *, weight: str, y: str, by: Sequence[str]) -> pd.DataFrame:
    """Σ over each cell of `by` (stratum, PSU, domain): n, Σw, Σw², Σwy, Σw²y, Σwy² of those who answered y.

    What `Design.from_totals` and the estimators need of any number of interviews.  A cell where nobody answered keeps
    its row, with zeros, for its PSU counts.
    """
    table = lake.table(interviews)
    w, y = table[weight].cast("float64"), table[y].cast("float64")
    answered = y.notnull() & ~y.isnan()  # noqa: PD004
    parts = {"n": answered.cast("int64"), "w": w, "ww": w * w, "wy": w * y, "wwy": w * w * y, "wyy": w * y * y}
    counted: dict[str, Any] = {name: ibis.ifelse(answered, part, 0) for name, part in parts.items()}
    sums = {name: part.sum() for name, part in counted.items()}
    return table.group_by(list(by)).agg(**sums).to_pandas().sort_values(list(by), ignore_index=True)


def _number(source: Path, target: Path, key: bytes, named: tuple[str, str], keep: Sequence[str] | None) -> None:
    """The unit's id, stratum and number, and other columns as they are, batch by batch."""
    (unit, stratum), writer, read = named, None, 0
    opened = _opened(source, [unit, stratum, *(keep or [])])
    try:
        for batch in opened.iter_batches(BATCH):
            table = pa.Table.from_batches([batch])
            _refuse_missing(table, source, unit, stratum, read)
            units = table.column(unit).cast(pa.large_string())
            _refuse_texts(units, NUMBER, "contacts.number_as_unit", source, unit, read)
            strata = table.column(stratum).cast(pa.large_string())
            _refuse_texts(units, FORMULA, "lake.formula", source, unit, read)
            _refuse_texts(strata, FORMULA, "lake.formula", source, stratum, read)
            read += len(batch)
            prn = permanent_random_numbers(units.to_pylist(), key=key)
            others = table.column_names if keep is None else keep
            rest = [name for name in others if name not in (unit, stratum, "unit_id", "stratum", "prn")]
            columns = {"unit_id": units, "stratum": strata, "prn": pa.array(prn)}
            table = pa.table(columns | {name: table.column(name) for name in rest})
            writer = writer or pq.ParquetWriter(target, table.schema)
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def _opened(source: Path, columns: Sequence[str]) -> pq.ParquetFile:
    """The file; a Fault if it is none, or lacks one of the columns."""
    try:
        opened = pq.ParquetFile(source)
    except (pa.ArrowException, OSError) as error:
        raise Fault(key="file.not_parquet", file=source.name, problem=type(error).__name__) from error
    found = opened.schema_arrow.names
    absent = [column for column in columns if column not in found]
    if absent:
        raise Fault(key="lake.column", file=source.name, column=absent[0], found=found)
    return opened


def _refuse_texts(texts: pa.ChunkedArray, pattern: str, key: str, source: Path, column: str, read: int) -> None:
    """A Fault with the file's row, counted from 1, where a text is what it must not be."""
    wrong = pc.match_substring_regex(texts, pattern)
    count = pc.sum(wrong).as_py() or 0
    if count:
        row = read + pc.index(wrong, True).as_py() + 1
        raise Fault(key=key, file=source.name, row=row, column=column, count=count)


def _refuse_missing(table: pa.Table, source: Path, unit: str, stratum: str, read: int) -> None:
    """A Fault with the file's row, counted from 1, where a unit has no id or no stratum."""
    for column in (unit, stratum):
        if table.column(column).null_count:
            row = read + int(np.flatnonzero(table.column(column).is_null().to_numpy())[0]) + 1
            raise Fault(key="lake.missing", file=source.name, column=column, row=row)


def _refuse_twice(frame: Path) -> None:
    """Equal ids have equal numbers, and stand side by side."""
    last = None
    for batch in pq.ParquetFile(frame).iter_batches(BATCH, columns=["prn", "unit_id"]):
        prn, units = batch.column("prn").to_numpy(), batch.column("unit_id")
        same = np.flatnonzero(np.diff(prn) == 0)
        again = same[[units[i] == units[i + 1] for i in same.tolist()]] if len(same) else same
        twice = units[int(again[0])] if len(again) else units[0] if units[0] == last else None
        if twice is not None:
            raise Fault(key="lake.unit_twice", unit=twice.as_py())
        last = units[-1]


def _enough(table, limits: pd.DataFrame, n: np.ndarray) -> pd.DataFrame:
    """The units of each stratum's window; of a stratum whose window holds fewer than n, all units."""
    found = _window(table, limits)
    short = found.stratum.value_counts().reindex(limits.stratum, fill_value=0).to_numpy() < n
    if not short.any():
        return found
    again = _window(table, limits[short].assign(window=1.0))
    return pd.concat([found[~found.stratum.isin(again.stratum)], again], ignore_index=True)


def _window(table, limits: pd.DataFrame) -> pd.DataFrame:
    """The units whose number lies at most `window` after their stratum's `start`, around the circle from 0 to 1."""
    start, end = limits.start.min(), (limits.start + limits.window).max()
    if end <= 1:  # said once more for all strata, so that the engine need not read the rest of the file
        table = table.filter((table.prn >= start) & (table.prn < end))
    elif (limits.start == start).all():
        table = table.filter((table.prn >= start) | (table.prn < end - 1))
    near = table.join(ibis.memtable(limits), "stratum")
    after = ibis.ifelse(near.prn >= near.start, near.prn - near.start, near.prn - near.start + 1)
    return near.filter((after < near.window) | (near.window >= 1)).drop("start", "window").to_pandas()


def _spark(url: str) -> ibis.BaseBackend:
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("rankshift").config("spark.sql.session.timeZone", "UTC")
    builder = builder.config("spark.ui.enabled", False).config("spark.ui.showConsoleProgress", False)
    builder = builder.remote(url) if url.startswith("sc://") else builder.master(url)
    return ibis.pyspark.connect(builder.getOrCreate())
