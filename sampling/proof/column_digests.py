"""Digests of a table by column, so that whoever has the table can name the columns that were changed."""

import hashlib
from collections.abc import Mapping

import numpy as np
import pandas as pd

from sampling.proof.links import canonical


def column_digests(table: pd.DataFrame) -> dict[str, str]:
    """column -> SHA-256 of its cells in their order: its different values, sorted, and which of them each row has.

    Numbers are written in their shortest exact decimal form, and an empty cell is no value.
    """
    digests = {}
    for name in table:
        cells = table[name]
        codes, values = pd.factorize(cells.astype(object) if cells.dtype == "category" else cells, sort=True)
        digest = hashlib.sha256(canonical([str(value) for value in values.tolist()]).encode())
        digest.update(np.asarray(codes, dtype="<i8").tobytes())
        digests[str(name)] = digest.hexdigest()
    return digests


def digest_of_columns(digests: Mapping[str, str], rows: int) -> str:
    """SHA-256 of the digests of all columns of a table, and how many rows it has."""
    return hashlib.sha256(f"rankshift table\0{canonical([rows, dict(digests)])}".encode()).hexdigest()


def table_digest(table: pd.DataFrame) -> str:
    """`digest_of_columns` of a table in the order of its rows."""
    return digest_of_columns(column_digests(table), len(table))
