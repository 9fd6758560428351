"""Samples spread over what a list says of people: systematic from the sorted list, or balanced on its columns.

Either replaces the simple random sample among units that rested equally long (`draw_rested`).  Every unit keeps its
chance n/N, and the sample comes in a random order, so that every portion is a random part of it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sampling.draw.balanced import cube
from sampling.draw.seeded import drawn_positions
from words import Fault

SORTED, BALANCED = KINDS = ("sorted", "balanced")
MOST_VALUES = 30  # texts that a column to balance on may have


@dataclass(frozen=True)
class Spread:
    """How a sample is spread.

    kind     sorted: the units are sorted by the columns, the first one first, and every N/n-th is taken; those with the
             same values are in a random order.  balanced: the cube method, Σ_s x_k/π_k = Σ_U x_k as nearly as whole
             units allow
    columns  numbers where all cells are numbers, otherwise texts
    """

    kind: str
    columns: tuple[str, ...]

    def __post_init__(self):
        if self.kind not in KINDS or not self.columns or len(set(self.columns)) < len(self.columns):
            raise Fault(key="sampling.spread", kind=str(self.kind), columns=[*self.columns] or ["-"])

    def known(self, frame: pd.DataFrame) -> np.ndarray:
        """What is known of each unit (N,p): for `sorted` the rank of its cells, for `balanced` a constant, then x_k.

        A text column to balance on is an indicator for each of its values but the first in sorted order.
        Raises Fault for a column that the frame does not have and, to balance on, for one with blank cells among
        numbers or with more than 30 texts.
        """
        missing = [column for column in self.columns if column not in frame]
        if missing:
            raise Fault(key="sampling.no_columns", columns=missing)
        if self.kind == SORTED:
            return np.column_stack([_ranks(frame[column]) for column in self.columns])
        return np.column_stack([np.ones(len(frame)), *(_indicators(frame[column]) for column in self.columns)])

    def chosen(self, below: Callable[[int], int], known: np.ndarray, sample: int) -> np.ndarray:
        """The positions (n,) of `sample` of the N units with these rows of `known`, in random order.

        below: from `whole_numbers`.  Sorted: of the places 0 … N-1 those of ⌊(u + iN)/n⌋, i = 0 … n-1, with u one of
        0 … N-1, equally likely, so that π = n/N exactly.  Balanced: `cube` of the units in a random order.
        """
        N = len(known)
        if not 0 < sample < N:
            return drawn_positions(below, N, sample)
        order = drawn_positions(below, N, N)
        if self.kind == SORTED:
            order = order[np.lexsort(known[order].T[::-1])]
            u = below(N)
            places = (u + np.arange(sample) * N) // sample
        else:
            uniforms = np.array([below(2**53) for _ in range(N + known.shape[1])]) / 2.0**53
            places = cube(np.full(N, sample / N), known[order], uniforms)
        taken = order[places]
        return taken[drawn_positions(below, len(taken), len(taken))]


def _ranks(column: pd.Series) -> np.ndarray:
    """The rank (N,) of each cell: blanks first, then numbers by size, or texts in the order of their characters."""
    text = column.fillna("").astype(str)
    number = pd.to_numeric(text, errors="coerce")
    if (number.notna() | (text == "")).all():
        return number.fillna(-np.inf).to_numpy(dtype=float)
    return pd.factorize(text, sort=True)[0].astype(float)


def _indicators(column: pd.Series) -> np.ndarray:
    """The numbers of a column (N,1), or an indicator (N,c) of each of its texts but the first."""
    text = column.fillna("").astype(str)
    number, blank = pd.to_numeric(text, errors="coerce"), text == ""
    finite = number.notna() & np.isfinite(number.fillna(0.0))
    if finite.all():
        return number.to_numpy(dtype=float)[:, None]
    values = sorted(set(text))
    if (finite | blank).all() or len(values) > MOST_VALUES:
        counts = {"blank": int(blank.sum()), "values": len(values), "most": MOST_VALUES}
        raise Fault(key="sampling.not_to_balance", column=str(column.name), **counts)
    return (text.to_numpy()[:, None] == np.array(values[1:])[None, :]).astype(float)
