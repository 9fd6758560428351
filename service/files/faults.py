"""All that is wrong with one file: a fault of each kind with its first rows, and every wrong cell, to be sent back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from words import Fault, Sentences, one_after_another, sentences

FIRST_ROWS = 6  # of a kind of fault, named in the list of all faults


class CellFault(Fault):
    """A kind of fault in one column, and where it is.

    numbers  the file's rows that have it
    each     name -> its value in each of these rows: found, for what stands there, and what else the sentence needs
    """

    def __init__(self, *, key: str, numbers: Sequence[int], each: Mapping[str, Sequence] | None = None, **values: Any):
        where = {"row": numbers[0], "count": len(numbers), "rows": list(numbers[:FIRST_ROWS])}
        self.numbers, self.each = numbers, dict(each or {})
        self.of_all = values
        super().__init__(key=key, **where, **{name: of[0] for name, of in self.each.items()}, **values)

    def with_rows_of(self, other: "CellFault") -> "CellFault":
        """The same kind of fault in the rows of both, in their order."""
        order = np.argsort([*self.numbers, *other.numbers], kind="stable")
        both = lambda one, two: [[*one, *two][k] for k in order]  # noqa: E731
        each = {name: both(self.each[name], other.each[name]) for name in self.each if name in other.each}
        return CellFault(key=self.key, numbers=both(self.numbers, other.numbers), each=each, **self.of_all)


class FileFaults(Fault):
    """Several kinds of fault in one file, `faults`, in one sentence, whose key may be another one."""

    def __init__(self, file: str, faults: Sequence[Fault], key: str = "file.faults"):
        said = [_with_rows(fault) for fault in faults]
        super().__init__(key=key, file=file, count=len(said), problems=numbered(said))
        self.faults = tuple(faults)


@dataclass
class FaultList:
    """The faults found so far in a file; `settle` raises them together, so that nobody sends a file back twice.

    file    its name
    found   one Fault for each kind and column, in the order in which they were found
    same    key -> that of the same kind elsewhere in the file, under which its rows are named too
    """

    file: str
    found: list[Fault] = field(default_factory=list)
    same: Mapping[str, str] = field(default_factory=dict)

    def refuse(
        self,
        wrong: ArrayLike,
        key: str,
        column: str,
        table: pd.DataFrame,
        *,
        private: bool = False,
        each: Mapping[str, ArrayLike] | None = None,
        **values: Any,
    ) -> np.ndarray:
        """Add the Fault `key` of the rows where `wrong` holds; returns the truth of each row.

        private: without the cell, which nobody may see;  each, values: what the sentence needs besides file, row and
        column, of each row of the table or of all of them.
        """
        is_wrong = np.asarray(wrong, dtype=bool)
        if is_wrong.any():
            varying = {} if private else {"found": table[column]}
            each = {name: np.asarray(of)[is_wrong].tolist() for name, of in (varying | dict(each or {})).items()}
            where = {"file": self.file, "column": column, "numbers": table.index[is_wrong].tolist()}
            self._add(CellFault(key=self.same.get(key, key), **where, each=each, **values))
        return is_wrong

    def _add(self, fault: CellFault) -> None:
        """Add a kind of fault, or its rows to those of the same kind that were found in another part of the file."""
        for place, other in enumerate(self.found):
            if isinstance(other, CellFault) and fault.key == other.key and fault.key in self.same.values():
                self.found[place] = other.with_rows_of(fault)
                return
        self.found.append(fault)

    def lacking(self, table: pd.DataFrame, expected: Sequence[str], key: str = "file.columns") -> frozenset[str]:
        """The expected columns that are not there; the Fault `key`, which names them, is added if there are any."""
        missing = [c for c in expected if c not in table]
        if missing:
            columns = {"columns": missing, "found": list(table.columns), "expected": list(expected)}
            self.found.append(Fault(key=key, file=self.file, **columns))
        return frozenset(missing)

    def settle(self) -> None:
        """Raise the one Fault there is, or one that lists them all; nothing if there is none."""
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            raise FileFaults(self.file, self.found)


def faults_in(fault: Fault) -> tuple[Fault, ...]:
    """Each kind of fault that a refusal is about."""
    return fault.faults if isinstance(fault, FileFaults) else (fault,)


def numbered(by_language: Sequence[Mapping[str, str]]) -> Sentences:
    """Sentences as one text in every language, each behind its number."""
    said = enumerate(by_language, 1)
    return one_after_another([sentences("list.numbered", number=k, sentence=sentence) for k, sentence in said])


def _with_rows(fault: Fault) -> Sentences:
    """The fault's sentence in every language, and the first rows that have it."""
    rows, count = fault.values.get("rows", []), fault.values.get("count", 1)
    if len(rows) < 2:
        return fault.sentences
    key = "file.fault_rows" if count <= len(rows) else "file.fault_first_rows"
    by_language = fault.sentences
    written = Fault(key=key, problem=by_language, rows=[str(row) for row in rows])
    return written.sentences


def refuse(wrong: ArrayLike, key: str, file: str, column: str, table: pd.DataFrame, **options: Any) -> None:
    """Raise the Fault `key` of the rows where `wrong` holds; the arguments are those of `FaultList.refuse`."""
    faults = FaultList(file)
    faults.refuse(wrong, key, column, table, **options)
    faults.settle()


def check_given(table: pd.DataFrame, file: str, expected: Sequence[str], key: str = "file.columns") -> None:
    """Raise the Fault `key`, which names the columns that a file must have, if it lacks one of them."""
    faults = FaultList(file)
    faults.lacking(table, expected, key)
    faults.settle()
