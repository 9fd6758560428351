"""The tables of a wave's version, kept as columns: one Parquet object for each, with its SHA-256, never changed.

A question then costs a column and not a row for each answer, and whoever needs one measure reads its columns alone.
No telephone number and no name is in an object: these are in the vault.
"""

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from service.store import schema
from service.store.engine import Store
from words import Fault

RESPONDENTS, ANSWERS, RELEASED, RECORDS = "respondents", "answers", "released", "records"
AT_ONCE = 50_000  # values written at a time
PART = 2**26  # bytes of a row; SQLite keeps no row above a billion

objects = schema.objects.c


def add_objects(connection: sa.Connection, version_id: int, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write the tables of a wave's version, name -> rows, in the transaction that adds the version."""
    for name, table in tables.items():
        content = parquet(table)
        insert = schema.objects.insert().values(
            version_id=version_id, name=name, digest=hashlib.sha256(content).hexdigest()
        )
        for part, first in enumerate(range(0, len(content), PART)):
            connection.execute(insert.values(part=part, content=content[first : first + PART]))


def read_object(store: Store, version_id: int, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """A table of a wave's version in the order of its file, or some of its columns; empty if the version has none.

    A Fault if the object is not the one that was written.
    """
    import pyarrow.parquet as pq

    with store.read() as connection:
        digest, content = object_of(connection, version_id, name)
    if not content:
        return pd.DataFrame(columns=list(columns or ()))
    if hashlib.sha256(content).hexdigest() != digest:
        raise Fault(key="store.object", version=version_id, table=name)
    wanted = None if columns is None else list(columns)
    return pq.read_table(io.BytesIO(content), columns=wanted).to_pandas()


def object_of(connection: sa.Connection, version_id: int, name: str) -> tuple[str, bytes]:
    """The digest that was written with an object, and its content; ("", b"") if there is none."""
    select = sa.select(objects.digest, objects.content).where(objects.version_id == version_id, objects.name == name)
    parts = connection.execute(select.order_by(objects.part)).all()
    return (parts[0].digest, b"".join(part.content for part in parts)) if parts else ("", b"")


def damaged_objects(connection: sa.Connection) -> Iterator[tuple[int, str]]:
    """(version_id, name) of every object whose content has another digest than the one that was written with it."""
    for version_id, name in connection.execute(sa.select(objects.version_id, objects.name).distinct()).all():
        digest, content = object_of(connection, version_id, name)
        if hashlib.sha256(content).hexdigest() != digest:
            yield version_id, name


def parquet(table: pd.DataFrame) -> bytes:
    """A table as a Parquet file: zstd, and a dictionary of each column of text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    written = io.BytesIO()
    plain = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(plain, written, compression="zstd")
    return written.getvalue()


def content_digest(tables: Sequence[tuple[pd.DataFrame, Sequence[str]]]) -> str:
    """SHA-256 of what tables (rows, the columns that identify a row) say, whatever the order of their rows and columns.

    A column without any value makes no difference.
    """
    digest = hashlib.sha256()
    for table, key in tables:
        filled = table.dropna(axis="columns", how="all")
        order, written = _order(filled, [column for column in key if column in filled]), {}
        digest.update(f"{len(filled)}\n".encode())
        for column in sorted(filled):
            cells = filled[column]
            same = next((name for name in written if filled[name].array.equals(cells.array)), None)
            codes, values = written[same] if same is not None else _codes(cells, order)
            digest.update(f"{column}\n".encode())
            for part in values:
                digest.update(part.encode())
            digest.update(b"\n")
            digest.update(codes.astype("<i8").tobytes())
            if same is None and isinstance(cells.dtype, pd.StringDtype):
                written[column] = codes, values
    return digest.hexdigest()


def _order(table: pd.DataFrame, key: Sequence[str]) -> np.ndarray:
    """The places of the rows in the order of what identifies them."""
    if len(key) == 1:
        return table[key[0]].array.argsort()
    return table[list(key)].reset_index(drop=True).sort_values(list(key)).index.to_numpy()


def _codes(cells: pd.Series, order: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """In the rows' order, the number of each one's value among those that occur, in ascending order, -1 where there is
    none; and the values as a list is written, in parts."""
    if isinstance(cells.dtype, pd.CategoricalDtype):
        texts, codes = cells.cat.categories.tolist(), cells.cat.codes.to_numpy()[order]
        occurring = np.bincount(codes[codes >= 0], minlength=len(texts)).nonzero()[0].tolist()
        ascending = sorted(occurring, key=texts.__getitem__)
        rank = np.full(len(texts) + 1, -1)  # the last one is that of -1
        rank[ascending] = np.arange(len(ascending))
        return rank[codes], _listed(pd.array([texts[k] for k in ascending], dtype=object))
    if isinstance(cells.dtype, pd.StringDtype):
        ascending: Any = cells.array.take(order)
        if (ascending[1:] > ascending[:-1]).all():
            return np.arange(len(cells), dtype=np.int32), _listed(ascending)  # it identifies the rows
    codes, values = pd.factorize(cells, sort=True)
    return codes[order], _listed(values)


def _listed(values: Any) -> list[str]:
    """The parts of what Python writes for the list of the values' texts."""
    parts = [
        repr([str(value) for value in values[first : first + AT_ONCE].tolist()])[1:-1]
        for first in range(0, len(values), AT_ONCE)
    ]
    return ["[", *(f"{', ' if k else ''}{part}" for k, part in enumerate(parts)), "]"]
