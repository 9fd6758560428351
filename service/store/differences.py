"""What differs between a table as it is stored and as it is computed again: its rows, or some cells of them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

import contracts
from words import Speaker

CLOSE = 1e-12  # relative difference that the order of summation may cause


@dataclass(frozen=True)
class Difference:
    """One table that differs: it has other rows (`cells` is 0), or so many cells differ; the first one is given."""

    table: str
    rows_stored: int
    rows_computed: int
    cells: int = 0
    column: str = ""
    row: str = ""
    stored: str = ""
    computed: str = ""

    def text(self, t: Speaker) -> str:
        """The difference in a sentence."""
        values = {"table": self.table, "stored": self.stored, "computed": self.computed}
        if not self.cells:
            return t("rerun.rows", **values | {"stored": self.rows_stored, "computed": self.rows_computed})
        return t("rerun.cells", **values, cells=self.cells, column=self.column, row=self.row)


def difference(name: str, stored: pd.DataFrame, computed: pd.DataFrame | None) -> Difference | None:
    """None if the tables agree: the same keys, texts and whole numbers, and other numbers within 1e-12 relative.

    name: of a table in contracts, whose key identifies the rows; computed: None if it was not computed again.
    """
    if computed is None:
        return Difference(name, len(stored), 0) if len(stored) else None
    key = list(getattr(contracts, name).key)
    stored, computed = stored.set_index(key).sort_index(), computed.set_index(key).sort_index()
    if not stored.index.equals(computed.index):
        return Difference(name, len(stored), len(computed))
    cells = {column: _differs(stored[column], computed[column]) for column in computed.columns}
    differs = pd.DataFrame(cells, index=computed.index)
    if not differs.to_numpy().any():
        return None
    place = np.argwhere(differs.to_numpy())[0]
    row, column = differs.index[place[0]], differs.columns[place[1]]
    row_text = " ".join(map(str, row)) if isinstance(row, tuple) else str(row)
    values = {"stored": str(stored[column].iloc[place[0]]), "computed": str(computed[column].iloc[place[0]])}
    return Difference(name, len(stored), len(computed), int(differs.to_numpy().sum()), column, row_text, **values)


def _differs(stored: pd.Series, computed: pd.Series) -> np.ndarray:
    """For each row, whether the two cells differ; two missing ones do not."""
    if pd.api.types.is_float_dtype(computed):
        return ~np.isclose(computed, stored.astype(float), rtol=CLOSE, atol=0, equal_nan=True)
    return (computed.to_numpy() != stored.to_numpy()) & ~(computed.isna() & stored.isna()).to_numpy()
