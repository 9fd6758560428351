"""Balanced draws: a sample whose totals of known variables, such as age and sex, are those of the list."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sampling.draw.draw import Allocation, CodedFrame, order_of_draw, rows_sorted, sample_table, units_wanted
from sampling.draw.random_numbers import derived_numbers
from words import Fault

ROUNDING = 1e-9


def draw_balanced(frame: pd.DataFrame, allocation: Allocation, balance: Sequence[str], *, start: float) -> pd.DataFrame:
    """A sample of n_h units in each stratum with π = n_h/N_h, balanced on the columns of `balance`: the cube method.

    frame    unit_id, stratum, prn, and the columns: numbers as they are, texts as one indicator for each value
    balance  what Σ_s x_k/π_k = Σ_U x_k is to hold for, as nearly as whole units allow; n_h is met exactly
    Where it cannot hold exactly, the last columns are given up first, as `cube` says.  The random numbers are derived
    from `start` and the stratum's name, and the rows are taken in the order of unit_id, so that the order of the file
    does not matter.  Gives SAMPLE as `draw_stratified` does, with places in the order of prn: the first m are a random
    part of the sample.  Some pairs cannot be drawn together, and variances must be approximated by those of the
    residuals of a regression on the columns (Deville & Tillé 2005, J. Statist. Plann. Inference 128:569).
    """
    missing = [column for column in balance if column not in frame]
    if missing:
        raise Fault(key="table.columns", table="FRAME", columns=missing)
    coded = CodedFrame.of(frame)
    sample = units_wanted(coded, allocation)
    rows, first = rows_sorted(coded, [])
    known = np.column_stack([np.ones(len(frame)), *(_columns(frame[column]) for column in balance)])
    drawn = []
    for h, name in enumerate(coded.strata):
        units = rows[first[h] : first[h + 1]]
        if not sample[h]:
            continue
        probability = np.full(len(units), sample[h] / len(units))
        uniforms = derived_numbers(start, f"balanced {name}", len(units) + known.shape[1])
        drawn.append(units[cube(probability, known[units], uniforms)])
    chosen = np.concatenate([np.empty(0, dtype=np.int64), *drawn]).astype(np.int64)
    chosen = order_of_draw(coded, chosen, np.full(len(coded.strata), start))
    return sample_table(coded, chosen, sample, (sample / coded.population)[coded.code[chosen]])


def cube(probability: ArrayLike, known: np.ndarray, uniforms: np.ndarray) -> np.ndarray:
    """The positions drawn with probability π_k (N,) so that Σ_s x_k/π_k = Σ_U x_k as nearly as whole units allow.

    known (N,p)   x_k, the most important columns first; with π_k first, or a constant where all π are equal, the size
                  of the sample is Σπ
    uniforms      random numbers in [0, 1), at least N + p of them, one for each step
    Flight: of p + 1 units with 0 < π < 1, in their order, a vector u with Σ u_k x_k/π_k = 0 is found, and π moves along
    it, up by λ_1 with chance λ_2/(λ_1 + λ_2) or else down by λ_2, each the farthest that keeps all within 0 and 1: the
    mean of each π_k stays, the balance stays, and at least one unit is decided.  Landing: when no such vector is left,
    the last column is given up, and so on.
    Deville & Tillé (2004), Biometrika 91:893; in units one after the other Chauvet & Tillé (2006), Computational
    Statistics 21:53.  The time is O(N p³).
    """
    pi = np.asarray(probability, dtype=float).copy()
    constraints = (known / np.where(pi > 0, pi, 1.0)[:, None]).T
    steps, columns = iter(uniforms.tolist()), constraints.shape[0]
    open_ = [int(k) for k in np.flatnonzero((pi > ROUNDING) & (pi < 1 - ROUNDING))]
    window: list[int] = []
    while True:
        while open_ and len(window) <= columns:
            window.append(open_.pop(0))
        if not window:
            break
        direction = _null_vector(constraints[:columns, window])
        if direction is None:
            columns -= 1
            continue
        pi[window] = _moved(pi[window], direction, next(steps))
        window = [k for k in window if ROUNDING < pi[k] < 1 - ROUNDING]
    return np.flatnonzero(pi > 0.5)


def _null_vector(constraints: np.ndarray) -> np.ndarray | None:
    """A vector u (m,) with A u = 0 for A (p,m), from the first column that the others give; None: only 0 is one.

    By Gauss and Jordan's elimination, number by number, so that every machine finds the same vector.
    """
    rows, m = constraints.shape
    left = constraints / np.maximum(np.abs(constraints).max(axis=1, initial=0.0, keepdims=True), 1e-300)
    pivots: list[int] = []
    for column in range(m):
        below = np.abs(left[len(pivots) :, column])
        if len(pivots) == rows or below.max() < 1e-10:
            vector = np.zeros(m)
            vector[column] = 1.0
            vector[pivots] = -left[: len(pivots), column]
            return vector
        at, pivot = len(pivots), len(pivots) + int(below.argmax())
        left[[at, pivot]] = left[[pivot, at]]
        left[at] = left[at] / left[at, column]
        others = np.arange(rows) != at
        left[others] = left[others] - left[others, column][:, None] * left[at]
        pivots.append(column)
    return None


def _moved(pi: np.ndarray, direction: np.ndarray, u: float) -> np.ndarray:
    """π moved along a direction, up or down as far as all stay within 0 and 1, with the means unchanged."""
    up, down = (_farthest(pi, sign * direction) for sign in (1, -1))
    moved = pi + up * direction if u * (up + down) < down else pi - down * direction
    return np.where(moved < ROUNDING, 0.0, np.where(moved > 1 - ROUNDING, 1.0, moved))


def _farthest(pi: np.ndarray, direction: np.ndarray) -> float:
    """The largest λ >= 0 for which 0 <= π + λu <= 1."""
    clear = np.abs(direction) > 1e-12
    room = np.where(direction > 0, 1 - pi, pi)[clear]
    return float((room / np.abs(direction[clear])).min())


def _columns(column: pd.Series) -> np.ndarray:
    """A column's numbers (N,1), or an indicator (N,c) for each of its values but the first, in sorted order."""
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(dtype=float)[:, None]
    values = sorted(set(column.astype(str)))[1:]
    return (column.astype(str).to_numpy()[:, None] == np.array(values)[None, :]).astype(float)
