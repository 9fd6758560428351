"""All that is wrong with one file: a fault of each kind, with its first row and how many rows are like it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from words import Fault

FIRST_ROWS = 6  # of a kind of fault, named in the list of all faults


@dataclass
class FaultList:
    """The faults found so far in a file; `settle` raises them together, so that nobody sends a file back twice.

    file    its name
    found   one Fault for each kind and column, in the order in which they were found
    """

    file: str
    found: list[Fault] = field(default_factory=list)

    def refuse(
        self, wrong: ArrayLike, key: str, column: str, table: pd.DataFrame, *, private: bool = False, **values: Any
    ) -> np.ndarray:
        """Add the Fault `key` of the rows where `wrong` holds; returns the truth of each row.

        private: without the cell, which nobody may see;  values: what the sentence needs besides file, row and column.
        """
        is_wrong = np.asarray(wrong, dtype=bool)
        if is_wrong.any():
            first = int(is_wrong.argmax())
            cell = {} if private else {"found": table[column].iloc[first]}
            rows = [int(row) for row in table.index[np.flatnonzero(is_wrong)[:FIRST_ROWS]]]
            where = {"file": self.file, "row": rows[0], "column": column}
            self.found.append(Fault(key=key, **where, **cell, count=int(is_wrong.sum()), rows=rows, **values))
        return is_wrong

    def settle(self) -> None:
        """Raise the one Fault there is, or one that lists them all; nothing if there is none."""
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            kinds = [_with_rows(fault) for fault in self.found]
            problems = {
                language: "".join(f" ({k}) {kind[language]}" for k, kind in enumerate(kinds, 1)).strip()
                for language in kinds[0]
            }
            raise Fault(key="file.faults", file=self.file, count=len(kinds), problems=problems)


def _with_rows(fault: Fault) -> dict[str, str]:
    """The fault's sentence in every language, and the first rows that have it."""
    rows, count = fault.values.get("rows", []), fault.values.get("count", 1)
    if len(rows) < 2:
        return fault.sentences
    key = "file.fault_rows" if count <= len(rows) else "file.fault_first_rows"
    by_language = fault.sentences
    written = Fault(key=key, problem=by_language, rows=[str(row) for row in rows])
    return written.sentences


def refuse(
    wrong: ArrayLike, key: str, file: str, column: str, table: pd.DataFrame, *, private: bool = False, **values: Any
) -> None:
    """Raise the Fault `key` for the first row where `wrong` holds; the arguments are those of `FaultList.refuse`."""
    faults = FaultList(file)
    faults.refuse(wrong, key, column, table, private=private, **values)
    faults.settle()


def check_given(table: pd.DataFrame, file: str, expected: Sequence[str], key: str = "file.columns") -> None:
    """Raise the Fault `key`, which names the columns that a file must have, if it lacks one of them."""
    missing = [c for c in expected if c not in table]
    if missing:
        raise Fault(key=key, file=file, columns=missing, found=list(table.columns), expected=list(expected))
