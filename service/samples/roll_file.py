"""A list too large for rows, as one Parquet file sorted by stratum and unit_id, and what a draw looks up in it.

The file has unit_id, stratum, area, mode, position and, if the list has PSUs, psu, and no telephone number, so that an
auditor may have it.  Its SHA-256 is what a line binds of it.  DuckDB counts and checks it, on one machine; units are
looked up in its column of unit_ids, which is read once and kept: to hash ten million texts costs more than to read it.
"""

import hashlib
import tempfile
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from service.store import schema
from service.store.engine import Store
from service.store.large_objects import content_outside, put_outside
from words import Fault

PART = 8_000_000  # bytes of the file in one row of the store
BLOCK = 2**20  # bytes digested at a time
COLUMNS = ["unit_id", "stratum", "area", "mode", "psu", "position"]
SHOWN = "unit_id, stratum, area, position"


class RollFile:
    """A `sampling.draw.roll.Roll` in a Parquet file.

    holder: what must stay as long as the file is read, such as the temporary folder that it is in
    """

    def __init__(self, path: Path, holder: Any = None):
        self.path, self._holder = path, holder

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the file, in hexadecimal, as by `sha256sum`."""
        return file_digest(self.path)

    @cached_property
    def population(self) -> pd.Series:
        """N_h by stratum."""
        counted = self.asked("SELECT stratum, count(*) AS population FROM roll GROUP BY stratum").set_index("stratum")
        return counted.population.astype(np.int64).sort_index()

    @property
    def strata(self) -> pd.DataFrame:
        """stratum, area, mode and population of every combination that occurs."""
        of = "stratum, area, mode"
        return self.asked(f"SELECT {of}, count(*) AS population FROM roll GROUP BY {of} ORDER BY {of}")

    def find(self, unit_ids: Iterable[str]) -> pd.DataFrame:
        """unit_id, stratum, area and position of those that are in the list, in its order."""
        import pyarrow as pa
        import pyarrow.compute as pc

        wanted = pa.array(list(unit_ids), pa.string())
        if not len(wanted):
            return self._rows(np.empty(0, dtype=np.int64))
        listed = pc.is_in(self._unit_ids, value_set=wanted, skip_nulls=True)
        return self._rows(np.flatnonzero(listed.to_numpy()))

    def at(self, places: pd.DataFrame) -> pd.DataFrame:
        """The same columns of the units at these places (stratum, position), in their order."""
        first = self.population.cumsum() - self.population
        return self._rows((places.stratum.map(first) + places.position).to_numpy(dtype=np.int64))

    @cached_property
    def psus(self) -> pd.DataFrame:
        """unit_id, stratum, prn (0: nobody has one) and units of the PSUs, by unit_id.

        Raises Fault for a list without PSUs, a unit without one, and a PSU in two strata.
        """
        if not self._staged:
            raise Fault(key="sampling.without_psu", count=int(self.population.sum()))
        psus = self.asked(
            """SELECT psu AS unit_id, min(stratum) AS stratum, 0.0 AS prn, count(*) AS units,
               count(DISTINCT stratum) AS strata FROM roll GROUP BY psu ORDER BY psu"""
        )
        if (without := psus.unit_id.isna()).any():
            raise Fault(key="sampling.without_psu", count=int(psus.units[without].sum()))
        if (spread := psus.strata > 1).any():
            raise Fault(key="sampling.psu_in_strata", psus=sorted(psus.unit_id[spread]))
        return psus.drop(columns="strata").astype({"prn": float})

    def in_psus(self, psus: Iterable[str]) -> pd.DataFrame:
        """unit_id, stratum, psu and area of the units in these PSUs, by unit_id; none of a list without PSUs."""
        if not self._staged:
            return pd.DataFrame(columns=["unit_id", "stratum", "psu", "area"], dtype=object)
        self._engine.register("wanted", pd.DataFrame({"psu": list(psus)}))
        return self.asked(
            "SELECT unit_id, stratum, psu, area FROM roll SEMI JOIN wanted USING (psu) ORDER BY unit_id"
        ).astype(object)

    @property
    def _staged(self) -> bool:
        return "psu" in self.asked("SELECT * FROM roll LIMIT 0").columns

    def _rows(self, rows: np.ndarray) -> pd.DataFrame:
        """unit_id, stratum, area and position of these rows (n,) of the file, counted from 0."""
        ends = self.population.to_numpy().cumsum()
        code = np.searchsorted(ends, rows, side="right")
        texts = {c: column.take(rows).to_numpy() for c, column in (("unit_id", self._unit_ids), ("area", self._areas))}
        first = np.concatenate([[0], ends])[code]
        return pd.DataFrame(
            {"unit_id": texts["unit_id"], "stratum": self.population.index.to_numpy(dtype=object)[code]}
            | {"area": texts["area"], "position": rows - first}
        )

    @cached_property
    def _unit_ids(self) -> Any:
        return self._column("unit_id").cast("string")

    @cached_property
    def _areas(self) -> Any:
        return self._column("area", read_dictionary=["area"])

    def _column(self, name: str, **options: Any) -> Any:
        """A column of the file, as pyarrow has it."""
        import pyarrow.parquet as pq  # imported here: few commands need it

        return pq.read_table(self.path, columns=[name], **options).column(0)

    def check(self) -> "RollFile":
        """The roll itself; a Fault unless its rows are sorted, each unit is in it once, and every place is right."""
        try:
            self.asked(f"SELECT {SHOWN} FROM roll LIMIT 1")
            wrong = self.asked(
                """SELECT count(*) FILTER (file_row_number <> line OR position <> place OR position IS NULL
                   OR unit_id IS NULL OR stratum IS NULL) + count(*) - count(DISTINCT unit_id) AS wrong
                   FROM (SELECT *, row_number() OVER (ORDER BY stratum, unit_id) - 1 AS line,
                         row_number() OVER (PARTITION BY stratum ORDER BY unit_id) - 1 AS place FROM roll)"""
            ).wrong[0]
        except Fault:
            raise
        except Exception as error:  # DuckDB's own, of a file that is none or lacks a column
            raise Fault(key="file.not_parquet", file=self.path.name, problem=type(error).__name__) from error
        if wrong:
            raise Fault(key="proof.roll", file=self.path.name, count=int(wrong))
        return self

    def asked(self, query: str) -> pd.DataFrame:
        """The answer to a query on the view `roll`."""
        return self._engine.execute(query).df()

    @cached_property
    def _engine(self):
        import duckdb  # imported here: few commands need it

        engine, place = duckdb.connect(), str(self.path).replace("'", "''")
        engine.execute("SET enable_progress_bar = false")
        engine.execute(f"CREATE VIEW roll AS SELECT * FROM read_parquet('{place}', file_row_number = true)")
        return engine


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal; a Fault if there is none."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as opened:
            for block in iter(lambda: opened.read(BLOCK), b""):
                digest.update(block)
    except FileNotFoundError as error:
        raise Fault(key="file.absent", file=str(path)) from error
    return digest.hexdigest()


def roll_bytes(units: pd.DataFrame) -> bytes:
    """The file of a list: unit_id, stratum, area, mode, position and, where a unit has one, psu."""
    import duckdb

    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as engine:
        engine.execute("SET enable_progress_bar = false")
        engine.register("units", units[[c for c in COLUMNS if c in units]])
        psu = "psu::VARCHAR AS psu," if "psu" in units and units.psu.notna().any() else ""
        path, mode = Path(folder) / "units.parquet", "mode::VARCHAR" if "mode" in units else "NULL::VARCHAR"
        engine.execute(
            f"""COPY (SELECT unit_id::VARCHAR AS unit_id, stratum::VARCHAR AS stratum, area::VARCHAR AS area,
                {mode} AS mode, {psu} row_number() OVER (PARTITION BY stratum ORDER BY unit_id) - 1 AS position
                FROM units ORDER BY stratum, unit_id) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"""
        )
        return path.read_bytes()


def store_roll(connection: sa.Connection, frame_id: int, content: bytes) -> None:
    """Write a frame's file, in the transaction that adds the frame; one too large for the store lies outside it."""
    if put_outside(connection, hashlib.sha256(content).hexdigest(), content):
        content = b""
    for part, first in enumerate(range(0, max(len(content), 1), PART)):
        values = {"frame_id": frame_id, "part": part, "content": content[first : first + PART]}
        connection.execute(schema.frame_parts.insert().values(**values))


def stored_roll(store: Store, frame_id: int) -> RollFile | None:
    """The roll of a stored frame, as a file that is there as long as the roll is; None for a frame in rows.

    A Fault if it lies outside the store and is absent there, or is another.
    """
    parts, frames = schema.frame_parts.c, schema.frames.c
    folder = None
    with store.read() as connection:
        select = sa.select(parts.content).where(parts.frame_id == frame_id).order_by(parts.part)
        for row in connection.execute(select):
            folder = folder or tempfile.TemporaryDirectory()
            digest = sa.select(frames.digest).where(frames.version_id == frame_id)
            blocks = [row.content] if row.content else content_outside(connection, connection.scalar(digest))
            with (Path(folder.name) / "units.parquet").open("ab") as opened:
                opened.writelines(blocks)
    return None if folder is None else RollFile(Path(folder.name) / "units.parquet", folder)
