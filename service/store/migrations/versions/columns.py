"""The tables of a wave's version become Parquet objects: a column for each item instead of a row for each answer."""

import hashlib
import io
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa
from alembic import op

revision = "columns"
down_revision = "known"
branch_labels = depends_on = None

PART = 2**26
RESPONDENTS = ("unit_id", "area", "stratum", "psu", "weight", "interviewer")
NUMBER = "released unit_id"
OLD = ("responses", "released", "records", "respondents")


def upgrade() -> None:
    """Write every version's rows as objects, then drop the tables of rows; the digests are those of the new form."""
    connection = op.get_bind()
    op.create_table(
        "objects",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["waves.version_id"]),
        sa.PrimaryKeyConstraint("version_id", "name", "part"),
    )
    for version_id in connection.scalars(sa.text("SELECT version_id FROM waves ORDER BY version_id")).all():
        tables = _tables(connection, version_id)
        for name, table in tables.items():
            _write(connection, version_id, name, table)
        digest = _digest(tables, _origin(connection, version_id))
        update = sa.text("UPDATE waves SET digest = :digest WHERE version_id = :version_id")
        connection.execute(update, {"digest": digest, "version_id": version_id})
    for name in OLD:
        op.drop_table(name)


def _tables(connection: sa.Connection, version_id: int) -> dict[str, pd.DataFrame]:
    people = _rows(connection, "respondents", RESPONDENTS, version_id)
    answers = _rows(connection, "responses", ("unit_id", "item", "answer"), version_id)
    tables = {
        "respondents": people,
        "answers": _wide(answers, "item", "answer", people.unit_id),
        "records": _rows(connection, "records", ("record", "area", "value"), version_id),
    }
    released = _rows(connection, "released", ("unit_id", "field", "value"), version_id)
    if len(released):
        numbers = released.unit_id.drop_duplicates().reset_index(drop=True)
        tables["released"] = _wide(released, "field", "value", numbers).assign(**{NUMBER: numbers})
    return tables


def _rows(connection: sa.Connection, table: str, columns: tuple[str, ...], version_id: int) -> pd.DataFrame:
    source = sa.table(table, *(sa.column(name) for name in (*columns, "version_id", "row")))
    select = sa.select(*(source.c[name] for name in columns)).where(source.c.version_id == version_id)
    rows = [tuple(row) for row in connection.execute(select.order_by(source.c.row))]
    return pd.DataFrame(rows, columns=list(columns))


def _wide(rows: pd.DataFrame, column: str, value: str, order: pd.Series) -> pd.DataFrame:
    names = list(dict.fromkeys(rows[column]))
    wide = rows.set_index(["unit_id", column])[value].unstack(column)  # noqa: PD010
    return wide.reindex(order)[names].reset_index(drop=True).rename_axis(columns=None)


def _write(connection: sa.Connection, version_id: int, name: str, table: pd.DataFrame) -> None:
    written = io.BytesIO()
    plain = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(plain, written, compression="zstd")
    content = written.getvalue()
    objects = sa.table("objects", *map(sa.column, ("version_id", "name", "part", "digest", "content")))
    values = {"version_id": version_id, "name": name, "digest": hashlib.sha256(content).hexdigest()}
    for part, first in enumerate(range(0, len(content), PART)):
        connection.execute(objects.insert().values(**values, part=part, content=content[first : first + PART]))


def _origin(connection: sa.Connection, version_id: int) -> str:
    """The digest of how the version belongs to its sample, as `service.intake.of_sample.Origin` has it."""
    names = ("draw_id", "releases", "released", "rows", "calls", "differences", "reason")
    kinds = {"calls": sa.Boolean, "differences": sa.JSON}
    origins = sa.table("origins", sa.column("version_id"), *(sa.column(name, kinds.get(name)) for name in names))
    select = sa.select(*(origins.c[name] for name in names)).where(origins.c.version_id == version_id)
    row = connection.execute(select).first()
    if row is None:
        return ""
    return hashlib.sha256(json.dumps(dict(zip(names, row, strict=True)), sort_keys=True).encode()).hexdigest()


def _digest(tables: dict[str, pd.DataFrame], origin: str) -> str:
    people = tables["respondents"]
    people = people.assign(**{f"answer {item}": tables["answers"][item] for item in tables["answers"]})
    keyed = [(people, ("unit_id",)), (tables["records"], ("record", "area"))]
    keyed += [(tables["released"], (NUMBER,))] if "released" in tables else []
    digest = hashlib.sha256()
    for table, key in keyed:
        filled = table.dropna(axis="columns", how="all")
        filled = filled.sort_values([column for column in key if column in filled])
        digest.update(f"{len(filled)}\n".encode())
        for column in sorted(filled):
            codes, values = pd.factorize(filled[column], sort=True)
            digest.update(f"{column}\n{[str(value) for value in values.tolist()]!r}\n".encode())
            digest.update(np.asarray(codes, dtype="<i8").tobytes())
    return hashlib.sha256(f"{digest.hexdigest()}{origin}".encode()).hexdigest()
