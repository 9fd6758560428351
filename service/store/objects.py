"""The tables of a wave's version, kept as columns: one Parquet object for each, with its SHA-256, never changed.

A question then costs a column and not a row for each answer, and whoever needs one measure reads its columns alone.
No telephone number and no name is in an object: these are in the vault.  An object that is too large for the store lies
outside it (`service.store.large_objects`).
"""

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from estimation.columns.codes import which_occur
from service.store import schema
from service.store.engine import Store
from service.store.large_objects import PART, content_outside, put_outside
from words import Fault

RESPONDENTS, ANSWERS, RELEASED, RECORDS = "respondents", "answers", "released", "records"
DESIGN, TIMES = "design", "times"  # strata and PSUs of released numbers; when interviews began and how long they took
AT_ONCE = 50_000  # values written at a time
PLAIN = np.array([32 <= byte < 127 and chr(byte) not in "'\\" for byte in range(256)])  # written by Python as it is

objects = schema.objects.c


def add_objects(connection: sa.Connection, version_id: int, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write the tables of a wave's version, name -> rows, in the transaction that adds the version."""
    for name, table in tables.items():
        content = parquet(table)
        digest = hashlib.sha256(content).hexdigest()
        if put_outside(connection, digest, content):
            content = b""
        insert = schema.objects.insert().values(version_id=version_id, name=name, digest=digest)
        for part, first in enumerate(range(0, max(len(content), 1), PART)):
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
    """The digest that was written with an object, and its content; ("", b"") if there is none.

    A Fault if it lies outside the store and is absent there, or is another.
    """
    select = sa.select(objects.digest, objects.content).where(objects.version_id == version_id, objects.name == name)
    parts = connection.execute(select.order_by(objects.part)).all()
    if not parts:
        return "", b""
    digest, content = parts[0].digest, b"".join(part.content for part in parts)
    return digest, content or b"".join(content_outside(connection, digest))


def damaged_objects(connection: sa.Connection) -> Iterator[tuple[int, str]]:
    """(version_id, name) of every object in the store whose content has another digest than the one written with it.

    Those outside it are examined by `large_objects.unsound`.
    """
    outside = sa.select(schema.outside_objects.c.digest)
    inside = sa.select(objects.version_id, objects.name).where(objects.digest.not_in(outside)).distinct()
    for version_id, name in connection.execute(inside).all():
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


def content_digest(tables: Sequence[tuple[pd.DataFrame, np.ndarray]]) -> str:
    """SHA-256 of what tables (rows, `order_by` of what identifies a row) say, whatever the order of rows and columns.

    A column without any value makes no difference.
    """
    digest = hashlib.sha256()
    for table, order in tables:
        written: dict[str, tuple[np.ndarray, list]] = {}
        digest.update(f"{len(table)}\n".encode())
        for column in sorted(column for column in table if not table[column].isna().all()):
            cells = table[column]
            same = next((name for name in written if table[name].array.equals(cells.array)), None)
            codes, values = written[same] if same is not None else _codes(cells, order)
            digest.update(f"{column}\n".encode())
            for part in values:
                digest.update(part)
            digest.update(b"\n")
            for first in range(0, len(codes), AT_ONCE):
                digest.update(np.ascontiguousarray(codes[first : first + AT_ONCE], dtype="<i8").data)
            if same is None and isinstance(cells.dtype, pd.StringDtype):
                written[column] = codes, values
    return digest.hexdigest()


def order_by(table: pd.DataFrame, key: Sequence[str]) -> np.ndarray:
    """The places of the rows in the order of those columns that they are identified by and that are not empty."""
    key = [column for column in key if column in table and not table[column].isna().all()]
    if len(key) == 1:
        return table[key[0]].array.argsort()
    return table[key].reset_index(drop=True).sort_values(key).index.to_numpy()


def _codes(cells: pd.Series, order: np.ndarray) -> tuple[np.ndarray, list]:
    """In the rows' order, the number of each one's value among those that occur, in ascending order, -1 where there is
    none; and the values as a list is written, in parts of bytes."""
    if isinstance(cells.dtype, pd.CategoricalDtype):
        texts, codes = cells.cat.categories.tolist(), cells.cat.codes.to_numpy()
        there = which_occur(codes, len(texts))
        ascending = sorted(there.nonzero()[0].tolist(), key=texts.__getitem__)
        codes = codes[order]
        if ascending != list(range(len(texts))):
            rank = np.full(len(texts) + 1, -1)  # the last one is that of -1
            rank[ascending] = np.arange(len(ascending))
            codes = rank[codes]
        return codes, _listed(pd.array([texts[k] for k in ascending], dtype=object))
    if isinstance(cells.dtype, pd.StringDtype):
        listed = _listed_ascending(cells.array, order)
        if listed is not None:  # it identifies the rows
            return np.arange(len(cells), dtype=np.int32), listed
    codes, values = pd.factorize(cells, sort=True)
    return codes.astype(np.int32)[order], _listed(values)


def _listed_ascending(texts: Any, order: np.ndarray) -> list | None:
    """`_listed` of texts in an order in which each is larger than the one before; None if one is not."""
    last, parts = None, []
    for first in range(0, len(texts), AT_ONCE):
        part = texts.take(order[first : first + AT_ONCE])
        if not (part[1:] > part[:-1]).all() or (last is not None and not part[0] > last):
            return None
        last = part[-1]
        parts.append(_written(part))
    return _in_brackets(parts)


def _listed(values: Any) -> list:
    """The parts, in bytes, of what Python writes for the list of the values' texts."""
    return _in_brackets([_written(values[first : first + AT_ONCE]) for first in range(0, len(values), AT_ONCE)])


def _in_brackets(parts: list[list]) -> list:
    """A list as Python writes it, from the parts of it without their brackets."""
    return [b"[", *(piece for k, part in enumerate(parts) for piece in ([b", "] if k else []) + part), b"]"]


def _written(values: Any) -> list:
    """The values' texts as Python writes them in a list."""
    return _plainly_listed(values) or [repr([str(value) for value in values.tolist()])[1:-1].encode()]


def _plainly_listed(values: Any) -> list | None:
    """The texts between single quotes, as Python writes them if no sign in them has to be written otherwise.

    None if one has to be, or if the values are no texts.
    """
    if not isinstance(values.dtype, pd.StringDtype):
        return None
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pa.array(values).cast(pa.string())
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    signs = np.frombuffer(texts.buffers()[2] or b"", dtype=np.uint8)[offsets[0] : offsets[-1]]
    if texts.null_count or not PLAIN[signs].all():
        return None
    one_list = pa.ListArray.from_arrays(pa.array([0, len(texts)], pa.int32()), texts)
    return [b"'", pc.binary_join(one_list, "', '")[0].as_buffer(), b"'"]
