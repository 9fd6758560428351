"""Frames and interviews too large for memory: Parquet files, each query written once, on an engine chosen by URL.

The engine only filters and sums. The draw itself is that of `sampling`: a wave's sample consists of the first n_h units
of each stratum from its starting point on. The engine fetches a window of random numbers that contains them, and the
same function chooses among these few units as in a frame in memory. No engine's own randomness is used.
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
from service.store.aside import PART, moved, refuse_precious, synced
from words import Fault

PARQUET = b"PAR1"  # how every Parquet file begins
EMBEDDED = "duckdb://"
BATCH = 1_000_000  # units numbered at a time
NUMBER = r"^(\+?86)?1[3-9][0-9]{9}$|^0[0-9]{9,11}$"  # a mobile, or a landline with its area code
FORMULA = r"^\s*[=+\-@]|[\t\r\n]"  # as `files.FORMULA`
SPARE = 6  # a window is wide enough for n_h + 6 √n_h + 6 units, so that hardly any stratum needs a second query


@dataclass(frozen=True, eq=False)
class Lake:
    """An engine that reads Parquet: `engine` is its Ibis backend."""

    engine: ibis.BaseBackend

    def table(self, path: Path | str):
        """The rows of a Parquet file, or of a folder of them."""
        place = Path(path)
        if not place.exists():
            raise Fault(key="lake.absent", file=str(path))
        for file in sorted(place.glob("*.parquet")) if place.is_dir() else [place]:
            with file.open("rb") as opened:
                if opened.read(len(PARQUET)) != PARQUET:
                    raise Fault(key="lake.not_parquet", file=str(file))
        return self.engine.read_parquet(str(place / "*.parquet" if place.is_dir() else place))


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
    """Give every unit of `source` its permanent random number, and write the frame to `target` in their order.

    keep    further columns to copy; None: all
    This is done once, on one machine, in about `memory`. Thanks to the order, every later draw, on any engine, reads
    only the part of the file with its window. A Fault if a unit has no id or stratum or occurs twice, or if its id is a
    telephone number or would be a formula in a spreadsheet.
    """
    if not source.is_file():
        raise Fault(key="lake.absent", file=str(source))
    refuse_precious(target)
    lake = open_lake(memory=memory, spill=target.parent)
    numbered, sorted_part = (target.with_name(f"{target.name}.{step}{PART}") for step in ("numbered", "sorted"))
    try:
        _number(source, numbered, key, (unit, stratum), keep)
        lake.table(numbered).order_by("prn", "unit_id").to_parquet(sorted_part)
        _refuse_twice(sorted_part)
        synced(sorted_part)
        moved(sorted_part, target)
    finally:
        numbered.unlink(missing_ok=True)
        sorted_part.unlink(missing_ok=True)


def populations(lake: Lake, frame: Path) -> pd.DataFrame:
    """N_h, the number of units in each stratum of a frame, as a STRATA table."""
    table = lake.table(frame)
    strata = table.group_by("stratum").agg(population=table.count()).to_pandas()
    return strata.sort_values("stratum", ignore_index=True)


def draw_from_lake(lake: Lake, frame: Path, allocation: pd.DataFrame, *, start: float | pd.Series) -> pd.DataFrame:
    """`sampling.draw_stratified` from a frame that `number_frame` wrote: the same sample, unit for unit.

    allocation: an ALLOCATION table; its populations must be those of the frame
    start: in [0, 1), one for all strata or a Series by stratum.  Faults as in `draw_stratified`.
    """
    allocation, strata = check(allocation, ALLOCATION), populations(lake, frame)
    to_draw = allocation[allocation["sample"] > 0]
    n, population = to_draw["sample"].to_numpy(), to_draw["population"].to_numpy()
    window = np.minimum((n + SPARE * np.sqrt(n) + SPARE) / population, 1.0)
    starts = starts_by_stratum(pd.Index(to_draw.stratum), start, n)
    limits = pd.DataFrame({"stratum": to_draw.stratum.to_numpy(), "start": starts, "window": window})
    units = _enough(lake.table(frame), limits, n)
    frame_part = CodedFrame.part_of(units, strata.set_index("stratum").population)
    return draw_stratified(frame_part, allocation, start=start)


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


def _number(
    source: Path, target: Path, key: bytes, unit_and_stratum: tuple[str, str], keep: Sequence[str] | None
) -> None:
    """Write each unit's id, stratum and random number, and the other columns unchanged, batch by batch."""
    (unit, stratum), writer, rows_read = unit_and_stratum, None, 0
    opened = _opened(source, [unit, stratum, *(keep or [])])
    try:
        for batch in opened.iter_batches(BATCH):
            table = pa.Table.from_batches([batch])
            _refuse_missing(table, source, unit, stratum, rows_read)
            units = table.column(unit).cast(pa.large_string())
            _refuse_texts(units, NUMBER, "contacts.number_as_unit", source, unit, rows_read)
            strata = table.column(stratum).cast(pa.large_string())
            _refuse_texts(units, FORMULA, "lake.formula", source, unit, rows_read)
            _refuse_texts(strata, FORMULA, "lake.formula", source, stratum, rows_read)
            rows_read += len(batch)
            prn = permanent_random_numbers(units.to_pylist(), key=key)
            others = table.column_names if keep is None else keep
            further = [name for name in others if name not in (unit, stratum, "unit_id", "stratum", "prn")]
            columns = {"unit_id": units, "stratum": strata, "prn": pa.array(prn)}
            table = pa.table(columns | {name: table.column(name) for name in further})
            writer = writer or pq.ParquetWriter(target, table.schema)
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def _opened(source: Path, columns: Sequence[str]) -> pq.ParquetFile:
    """The open file; a Fault if it is not Parquet, or lacks one of the columns."""
    try:
        opened = pq.ParquetFile(source)
    except (pa.ArrowException, OSError) as error:
        raise Fault(key="file.not_parquet", file=source.name, problem=type(error).__name__) from error
    names = opened.schema_arrow.names
    absent = [column for column in columns if column not in names]
    if absent:
        raise Fault(key="lake.column", file=source.name, column=absent[0], found=names)
    return opened


def _refuse_texts(texts: pa.ChunkedArray, pattern: str, key: str, source: Path, column: str, read: int) -> None:
    """A Fault with the file's row, counted from 1, if a text matches the pattern; read: rows of earlier batches."""
    wrong = pc.match_substring_regex(texts, pattern)
    count = pc.sum(wrong).as_py() or 0
    if count:
        row = read + pc.index(wrong, True).as_py() + 1
        raise Fault(key=key, file=source.name, row=row, column=column, count=count)


def _refuse_missing(table: pa.Table, source: Path, unit: str, stratum: str, read: int) -> None:
    """A Fault with the file's row, counted from 1, if a unit has no id or no stratum."""
    for column in (unit, stratum):
        if table.column(column).null_count:
            row = read + int(np.flatnonzero(table.column(column).is_null().to_numpy())[0]) + 1
            raise Fault(key="lake.missing", file=source.name, column=column, row=row)


def _refuse_twice(frame: Path) -> None:
    """A Fault if a unit occurs twice: equal ids have equal random numbers, and are therefore neighbours."""
    last = None
    for batch in pq.ParquetFile(frame).iter_batches(BATCH, columns=["prn", "unit_id"]):
        prn, units = batch.column("prn").to_numpy(), batch.column("unit_id")
        equal = np.flatnonzero(np.diff(prn) == 0)
        repeats = equal[[units[i] == units[i + 1] for i in equal.tolist()]] if len(equal) else equal
        repeated = units[int(repeats[0])] if len(repeats) else units[0] if units[0] == last else None
        if repeated is not None:
            raise Fault(key="lake.unit_twice", unit=repeated.as_py())
        last = units[-1]


def _enough(table, limits: pd.DataFrame, n: np.ndarray) -> pd.DataFrame:
    """The units in each stratum's window; all units of a stratum whose window has fewer than n."""
    units = _window(table, limits)
    too_few = units.stratum.value_counts().reindex(limits.stratum, fill_value=0).to_numpy() < n
    if not too_few.any():
        return units
    whole = _window(table, limits[too_few].assign(window=1.0))
    return pd.concat([units[~units.stratum.isin(whole.stratum)], whole], ignore_index=True)


def _window(table, limits: pd.DataFrame) -> pd.DataFrame:
    """The units whose number is at most `window` after their stratum's `start`, around the circle from 0 to 1."""
    start, end = limits.start.min(), (limits.start + limits.window).max()
    if end <= 1:  # one condition for all strata together, so that the engine need not read the rest of the file
        table = table.filter((table.prn >= start) & (table.prn < end))
    elif (limits.start == start).all():
        table = table.filter((table.prn >= start) | (table.prn < end - 1))
    joined = table.join(ibis.memtable(limits), "stratum")
    distance = ibis.ifelse(joined.prn >= joined.start, joined.prn - joined.start, joined.prn - joined.start + 1)
    return joined.filter((distance < joined.window) | (joined.window >= 1)).drop("start", "window").to_pandas()


def _spark(url: str) -> ibis.BaseBackend:
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("rankshift").config("spark.sql.session.timeZone", "UTC")
    builder = builder.config("spark.ui.enabled", False).config("spark.ui.showConsoleProgress", False)
    builder = builder.remote(url) if url.startswith("sc://") else builder.master(url)
    return ibis.pyspark.connect(builder.getOrCreate())
