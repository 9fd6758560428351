"""What differs between a table as it was stored and as it is computed again: rows, or cells and the first of them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

import contracts

CLOSE = 1e-12  # relative: what the order of a sum may change


@dataclass(frozen=True)
class Difference:
    """One table that differs: other rows (`cells` is 0), or cells of the same rows, with the first of them in words."""

    table: str
    rows_stored: int
    rows_computed: int
    cells: int = 0
    column: str = ""
    row: str = ""
    stored: str = ""
    computed: str = ""

    def text(self, t) -> str:
        """The difference in a sentence."""
        values = {"table": self.table, "stored": self.stored, "computed": self.computed}
        if not self.cells:
            return t("rerun.rows", **values | {"stored": self.rows_stored, "computed": self.rows_computed})
        return t("rerun.cells", **values, cells=self.cells, column=self.column, row=self.row)


def difference(name: str, stored: pd.DataFrame, computed: pd.DataFrame | None) -> Difference | None:
    """None if the tables agree: the same keys, texts and whole numbers, and numbers within 1e-12 relative."""
    if computed is None:
        return Difference(name, len(stored), 0) if len(stored) else None
    key = list(getattr(contracts, name).key)
    one, two = stored.set_index(key).sort_index(), computed.set_index(key).sort_index()
    if not one.index.equals(two.index):
        return Difference(name, len(one), len(two))
    differs = pd.DataFrame({column: _differs(one[column], two[column]) for column in two.columns}, index=two.index)
    if not differs.to_numpy().any():
        return None
    place = np.argwhere(differs.to_numpy())[0]
    row, column = differs.index[place[0]], differs.columns[place[1]]
    said = " ".join(map(str, row)) if isinstance(row, tuple) else str(row)
    cell = {"stored": str(one[column].iloc[place[0]]), "computed": str(two[column].iloc[place[0]])}
    return Difference(name, len(one), len(two), int(differs.to_numpy().sum()), column, said, **cell)


def _differs(stored: pd.Series, computed: pd.Series) -> np.ndarray:
    if pd.api.types.is_float_dtype(computed):
        return ~np.isclose(computed, stored.astype(float), rtol=CLOSE, atol=0, equal_nan=True)
    return (computed.to_numpy() != stored.to_numpy()) & ~(computed.isna() & stored.isna()).to_numpy()
