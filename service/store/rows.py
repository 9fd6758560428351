"""Many rows are written into a table at once, by the fastest way that the engine has for their columns."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import sqlalchemy as sa

from service.store.nul import refuse_nul

AT_ONCE = 20_000  # rows that are written at a time
COPIED = (sa.Text, sa.Integer, sa.BigInteger, sa.DateTime)  # types of which PostgreSQL's COPY reads every value exactly
ROOM = 200_000  # KiB of SQLite's pages in memory while many rows are written: indexes are written to everywhere


def insert_rows(connection: sa.Connection, table: sa.Table, rows: pd.DataFrame, **fixed) -> None:
    """Write rows into a table, each with the `fixed` values added; NaN in an optional column becomes NULL.

    They are written in parts: a row of Python's values is ten times as large as a row of a table.
    """
    many = len(rows) > AT_ONCE
    if many and connection.dialect.name == "postgresql" and (texts := _as_copied(table, rows, fixed)) is not None:
        _copy(connection, table, texts)
        return
    with _room(connection, many=many):
        for first in range(0, len(rows), AT_ONCE):
            _insert(connection, table, rows.iloc[first : first + AT_ONCE].assign(**fixed))


def _insert(connection: sa.Connection, table: sa.Table, part: pd.DataFrame) -> None:
    """Write a part.  Where the engine takes every column's values as they are, SQLAlchemy does not look at each of
    them, which takes as long as writing."""
    dialect, names = connection.dialect, list(part.columns)
    times = [
        n for n in names if dialect.name == "sqlite" and _is_utc(part[n]) and isinstance(table.c[n].type, sa.DateTime)
    ]
    as_it_is = all(
        name in times
        or isinstance(table.c[name].type, sa.Float)
        or table.c[name].type.dialect_impl(dialect).bind_processor(dialect) is None
        for name in names
    )
    statement = table.insert().values({table.c[name]: sa.bindparam(name) for name in names})
    compiled = statement.compile(dialect=dialect)
    if as_it_is and compiled.positional:
        texts = part.assign(**{name: _written(part[name]) for name in times})
        columns = _objects(texts)
        values = list(zip(*(columns[name].tolist() for name in compiled.positiontup or []), strict=True))
        connection.exec_driver_sql(str(compiled), values)
    else:
        connection.execute(table.insert(), _objects(part).to_dict("records"))


def _objects(part: pd.DataFrame) -> pd.DataFrame:
    """The values of a part as Python's own, None where there is none."""
    values = part.astype(object)
    return values.where(values.notna(), None)


def _is_utc(column: pd.Series) -> bool:
    return isinstance(column.dtype, pd.DatetimeTZDtype) and str(column.dtype.tz) == "UTC"


def _written(column: pd.Series) -> pd.Series:
    """Times in UTC as SQLAlchemy writes them into SQLite: 2026-01-05 18:30:15.000000."""
    times = pa.array(column.dt.tz_localize(None).astype("datetime64[us]"))
    return pd.Series(times.cast(pa.string()).to_numpy(zero_copy_only=False), index=column.index, dtype=object)


@contextmanager
def _room(connection: sa.Connection, *, many: bool) -> Generator[None]:
    """SQLite keeps `ROOM` in memory meanwhile if many rows are written."""
    if not many or connection.dialect.name != "sqlite":
        yield
        return
    before = connection.exec_driver_sql("PRAGMA cache_size").scalar()
    connection.exec_driver_sql(f"PRAGMA cache_size = -{ROOM}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = {before}")


def _as_copied(table: sa.Table, rows: pd.DataFrame, fixed: dict) -> pa.Table | None:
    """The rows as PostgreSQL's COPY takes them; None if a column is of another type, has values of another, or
    a text of several lines, in which COPY may see its own end."""
    columns: dict[str, pa.ChunkedArray] = {}
    try:
        for name in (*rows.columns, *fixed):
            kind = table.c[name].type
            if type(kind) not in COPIED:
                return None
            values = rows[name] if name in rows.columns else pd.Series(fixed[name], index=rows.index)
            if isinstance(kind, sa.DateTime) and not _is_utc(values):
                return None
            wanted = pa.string() if isinstance(kind, sa.Text) else pa.int64() if isinstance(kind, sa.Integer) else None
            columns[name] = pa.chunked_array([pa.array(values, type=wanted, from_pandas=True)])
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return None
    texts = [column for column in columns.values() if pa.types.is_string(column.type)]
    if any(pc.any(pc.match_substring_regex(column, r"[\r\n]")).as_py() for column in texts):
        return None
    return pa.table(columns)


def _copy(connection: sa.Connection, table: sa.Table, rows: pa.Table) -> None:
    """Write rows by COPY, in the connection's transaction."""
    import psycopg

    for column in rows.columns:
        if pa.types.is_string(column.type) and pc.any(nul := pc.match_substring(column, "\0")).as_py():
            refuse_nul([column.filter(nul)[0].as_py()])
    quoted = [connection.dialect.identifier_preparer.quote(name) for name in (table.name, *rows.column_names)]
    statement = f"COPY {quoted[0]} ({', '.join(quoted[1:])}) FROM STDIN (FORMAT csv)"
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    try:
        with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            for part in _csv(rows):
                copy.write(part)
    except psycopg.Error as error:
        raise sa.exc.DBAPIError(statement, None, error) from error


def _csv(rows: pa.Table) -> Iterable[pa.Buffer]:
    """The rows as lines of CSV without a header; a text is in quotes, and what is absent is not."""
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="all_valid")
    for first in range(0, len(rows), AT_ONCE):
        sink = pa.BufferOutputStream()
        pyarrow.csv.write_csv(rows.slice(first, AT_ONCE), sink, options)
        yield sink.getvalue()
