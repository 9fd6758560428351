"""Rows of the call log by columns: the engine writes them as CSV itself, where an object for each cell takes longer."""

from collections.abc import Iterator

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import sqlalchemy as sa

from service.store import schema

AT_ONCE = 100_000  # rows read at a time
OF_LOG = 1_000_000  # numbers of calls of which one part of the log is made
UTC_TIME = "datetime64[us, UTC]"
NAMES = ("call_id", "unit_id", "at", "disposition")
TEXTS = pa.dictionary(pa.int32(), pa.string())
TYPES = dict(zip(NAMES, (pa.int64(), TEXTS, pa.timestamp("us"), TEXTS), strict=True))
# by the number of the call, and not by the index of the round, which has all calls of the wave
WHERE = "FROM calls WHERE +round_id = {round_id} AND call_id > {after} AND call_id <= {last}"
QUOTED = "call_id || ',\"' || replace(unit_id, '\"', '\"\"') || '\",' || {at} || ',\"' || disposition || '\"'"
AT_OF_POSTGRESQL = "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
AS_CSV = {
    "sqlite": f"SELECT group_concat({QUOTED.format(at='at')}, char(10)) {WHERE}",
    "postgresql": f"SELECT string_agg({QUOTED.format(at=AT_OF_POSTGRESQL)}, chr(10)) {WHERE}",
}


def in_parts(connection: sa.Connection, asked: sa.Select) -> Iterator[pd.DataFrame]:
    """The rows that a SELECT returns, in parts of `AT_ONCE`; a column `at` has times in UTC."""
    cursor = connection.execute(asked).cursor
    names = list(asked.selected_columns.keys())
    while cursor is not None and (rows := cursor.fetchmany(AT_ONCE)):
        table = pd.DataFrame(dict(zip(names, zip(*rows, strict=True), strict=True)))
        if "at" in names:
            texts = isinstance(rows[0][names.index("at")], str)  # in SQLite
            table["at"] = pd.to_datetime(table["at"], utc=True, format="ISO8601" if texts else None).astype(UTC_TIME)
        yield table


def log_after(connection: sa.Connection, round_id: int, seen: int) -> Iterator[pd.DataFrame]:
    """call_id, unit_id, at (UTC) and disposition of a wave's calls after the one seen last, in their order, in parts;
    unit_id and disposition are categories."""
    call_id = schema.calls.c.call_id
    first, newest = seen, connection.scalar(sa.select(sa.func.max(call_id))) or 0
    if not seen:
        of_wave = schema.calls.c.round_id == round_id
        first = (connection.scalar(sa.select(sa.func.min(call_id)).where(of_wave)) or newest + 1) - 1
    for after in range(first, newest, OF_LOG):
        bounds = {"round_id": int(round_id), "after": after, "last": min(after + OF_LOG, newest)}
        content = connection.exec_driver_sql(AS_CSV[connection.dialect.name].format(**bounds)).scalar()
        if content:
            read = pyarrow.csv.read_csv(
                pa.BufferReader(content.encode()),
                pyarrow.csv.ReadOptions(column_names=NAMES, use_threads=False),
                pyarrow.csv.ParseOptions(newlines_in_values=True),
                pyarrow.csv.ConvertOptions(column_types=TYPES, strings_can_be_null=False),
            )
            table = read.unify_dictionaries().to_pandas()
            table["at"] = table["at"].dt.tz_localize("UTC")
            yield table if table.call_id.is_monotonic_increasing else table.sort_values("call_id", ignore_index=True)
