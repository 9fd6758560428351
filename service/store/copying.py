"""Rows from one store to another, table by table, whatever the engines."""

from datetime import UTC

import sqlalchemy as sa

from service.store import schema

ROWS = 5_000  # copied at a time


def copy_rows(source: sa.Connection, target: sa.Connection) -> None:
    """Copy each table after those it refers to, replacing what the migrations wrote when the target was created."""
    for table in reversed(schema.metadata.sorted_tables):
        if row_count(target, table):
            target.execute(table.delete())
    for table in schema.metadata.sorted_tables:
        times = [c.name for c in table.columns if isinstance(c.type, sa.DateTime)]
        rows = source.execution_options(yield_per=ROWS).execute(sa.select(table)).mappings()
        for part in rows.partitions():
            target.execute(table.insert(), [_moments(row, times) for row in part])
        if target.dialect.name == "postgresql":
            _continue_numbers(target, table)


def row_count(connection: sa.Connection, table: sa.Table) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def _moments(row: sa.RowMapping, times: list[str]) -> dict:
    """The row with its times in UTC and marked as such: SQLite stores UTC without its name."""
    in_utc = {c: row[c].replace(tzinfo=row[c].tzinfo or UTC).astimezone(UTC) for c in times if row[c] is not None}
    return {**row, **in_utc}


def _continue_numbers(connection: sa.Connection, table: sa.Table) -> None:
    """Have PostgreSQL continue the table's own numbers after the highest one copied."""
    key = table.autoincrement_column
    if key is None or (last := connection.scalar(sa.select(sa.func.max(key)))) is None:
        return
    sequence = sa.func.pg_get_serial_sequence(table.name, key.name)
    if connection.scalar(sa.select(sequence)) is not None:
        connection.execute(sa.select(sa.func.setval(sequence, last)))
