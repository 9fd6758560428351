"""What every PSU contributes to the estimates of several waves, so that one sees where and how much waves share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from estimation.columns.matrices import Matrix
from estimation.estimators.estimates import Linearization
from estimation.estimators.residuals import ResidualTotals, values_at
from estimation.estimators.variance import CellTotals, stage_factors, stratum_sums


@dataclass(frozen=True, eq=False)
class SharedInfluence:
    """e_tj = √scale_h (u_tj - ū_th) of PSU j in wave t, so that Σ_j e_tj² is the variance; waves t = 0..T-1.

    A group is a stratum and an area in it.  A cell is a PSU and an area with answers in two waves or more.

    areas                    their names
    group_area (g,)          the area of each group
    n (T,g)                  the number of PSUs with an answer
    square, third, fourth (T,g)   Σe², Σe³ and Σe⁴ over them
    group (c,)               the group of each cell
    e, present (c,T)         e of each cell (0 if absent), and whether the cell has an answer in the wave
    """

    areas: tuple
    group_area: np.ndarray
    n: np.ndarray
    square: np.ndarray
    third: np.ndarray
    fourth: np.ndarray
    group: np.ndarray
    e: np.ndarray
    present: np.ndarray

    @classmethod
    def of(cls, waves: Mapping[str, Linearization], areas: Sequence) -> "SharedInfluence":
        """The influence values for the estimates of `areas`; PSUs with the same stratum and PSU labels are the same."""
        linearizations, areas = list(waves.values()), tuple(areas)
        strata, units = label_ids(linearizations)
        cells = [_cells(w, areas, s, u) for w, s, u in zip(linearizations, strata, units, strict=True)]
        wave = np.repeat(np.arange(len(linearizations)), [len(c[0]) for c in cells])
        area, stratum, unit, e = (np.concatenate(part) for part in zip(*cells, strict=True))
        group_key, group = np.unique(stratum * len(areas) + area, return_inverse=True)
        at = wave * len(group_key) + group
        shape = (len(linearizations), len(group_key))
        n, square, third, fourth = (
            np.bincount(at, part, minlength=shape[0] * shape[1]).reshape(shape) for part in (None, e**2, e**3, e**4)
        )
        _, first, cell, times = np.unique(
            unit * len(areas) + area, return_index=True, return_inverse=True, return_counts=True
        )
        kept = times > 1
        row = np.cumsum(kept) - 1
        inside = kept[cell]
        influence = np.zeros((int(kept.sum()), len(linearizations)))
        present = np.zeros(influence.shape, dtype=bool)
        influence[row[cell[inside]], wave[inside]] = e[inside]
        present[row[cell[inside]], wave[inside]] = True
        return cls(areas, group_key % len(areas), n, square, third, fourth, group[first[kept]], influence, present)

    @property
    def area(self) -> np.ndarray:
        """The area of each cell (c,)."""
        return self.group_area[self.group]

    def by_group(self, values: np.ndarray, cells: np.ndarray | slice = slice(None)) -> np.ndarray:
        """Sums (g,) of values over cells."""
        return np.bincount(self.group[cells], values, minlength=len(self.group_area))

    def by_area(self, values: np.ndarray) -> np.ndarray:
        """Sums (a,) of values (g,) over the groups of each area."""
        return np.bincount(self.group_area, values, minlength=len(self.areas))


def label_ids(waves: Sequence[Linearization]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Numbers of the strata and of the PSUs, wave by wave; the same labels have the same number in every wave."""
    designs = [w.design for w in waves]
    names = [np.asarray(d.stratum_names, dtype=object) for d in designs]
    strata = _numbered(names)
    units = _numbered([np.asarray(d.psu_names, dtype=object) for d in designs])
    most = 1 + max(int(u.max(initial=0)) for u in units)
    inside = [s[d.psu_stratum] * most + u for s, u, d in zip(strata, units, designs, strict=True)]
    return strata, inside


@dataclass(frozen=True, eq=False)
class InfluenceParts:
    """e = u - y b (m,k): what each of the m PSUs of one wave contributes to k estimates, kept in parts.

    unit (m,)  the number of each PSU, the same in every wave that has it
    u (m,k)    dense or sparse
    fitted     y (m,q) and b (q,k), dense or sparse; None where u alone is e
    """

    unit: np.ndarray
    u: Matrix
    fitted: tuple[Matrix, Matrix] | None = None

    @classmethod
    def of(cls, wave: Linearization, unit: np.ndarray, names: Sequence) -> "InfluenceParts":
        """e_j = √scale_h (u_j - ū_h) of the wave's PSUs for the estimates `names`."""
        design, totals = wave.design, wave.totals
        position = {name: j for j, name in enumerate(wave.names)}
        at = np.array([position[name] for name in names], dtype=int)
        scale, centre = stage_factors(design, 1.0)
        h = design.psu_stratum
        root, raised = np.sqrt(scale[h]), np.sqrt(wave.raised[at])
        mean = _scaled_rows(stratum_sums(totals, design), centre / design.sampled, at)
        if isinstance(totals, np.ndarray):
            return cls(unit, (totals[:, at] - mean[h]) * root[:, None] * raised)
        weigh = scipy.sparse.diags_array(root)
        inside = scipy.sparse.csr_array((root, (np.arange(len(h)), h)), shape=(len(h), len(scale)))
        if isinstance(totals, ResidualTotals):
            y = scipy.sparse.hstack([weigh @ scipy.sparse.csr_array(totals.x), inside], format="csr")
            b = np.vstack([totals.coefficients[:, at], mean]) * raised
            return cls(unit, scipy.sparse.csr_array(weigh @ scipy.sparse.csr_array(totals.u)[:, at] * raised), (y, b))
        u = scipy.sparse.csr_array(weigh @ scipy.sparse.csr_array(totals)[:, at] * raised)
        return cls(unit, u, (inside, mean * raised))

    def rows(self, at: np.ndarray) -> "InfluenceParts":
        """The parts of the PSUs at these positions."""
        fitted = None if self.fitted is None else (self.fitted[0][at], self.fitted[1])
        return InfluenceParts(self.unit[at], self.u[at], fitted)

    def left_product(self, left: Matrix) -> Matrix:
        """left @ e, for a matrix (r,m)."""
        if self.fitted is None:
            return left @ self.u
        y, b = self.fitted
        return left @ self.u - (left @ y) @ b


def influence_parts(waves: Sequence[Linearization], names: Sequence) -> list[InfluenceParts]:
    """What the PSUs of each wave contribute to the estimates `names`, the PSUs numbered over all waves."""
    _, units = label_ids(waves)
    return [InfluenceParts.of(wave, unit, names) for wave, unit in zip(waves, units, strict=True)]


def gram(one: InfluenceParts, two: InfluenceParts) -> Matrix:
    """Σ_j e_1j e_2j' (k,k) over the PSUs in both waves; dense or sparse.

    Together with V_1 and V_2 it is a block of the Gram matrix of the stacked e, which is positive semi-definite for any
    calibration; e is that of `SharedInfluence`, for all areas that are linked by the auxiliaries or a PSU.
    """
    _, in_one, in_two = np.intersect1d(one.unit, two.unit, assume_unique=True, return_indices=True)
    one, two = one.rows(in_one), two.rows(in_two)
    between = two.left_product(one.u.T)
    if one.fitted is None:
        return between
    y, b = one.fitted
    return between - b.T @ two.left_product(y.T)


def _scaled_rows(sums, factor, at):
    """The columns `at` of stratum sums of any form, each row times its factor, dense or sparse as they are."""
    if isinstance(sums, ResidualTotals):
        return sums.columns(at) * factor[:, None]
    if isinstance(sums, np.ndarray):
        return sums[:, at] * factor[:, None]
    return scipy.sparse.diags_array(factor) @ scipy.sparse.csr_array(sums)[:, at]


def _cells(wave: Linearization, areas, strata, units):
    """The area, stratum, PSU and e (c,) of every PSU and area with an answer; strata, units: from `label_ids`."""
    design = wave.design
    place = {name: j for j, name in enumerate(areas)}
    column_area = np.array([place.get(name, -1) for name in wave.names])
    m, k = len(design.psu_stratum), len(wave.names)
    psu, column = wave.cells or (np.repeat(np.arange(m), k), np.tile(np.arange(k), m))
    kept = column_area[column] >= 0
    value = None
    if isinstance(wave.u, CellTotals) and len(wave.u.u) == len(psu):
        value = wave.u.u[kept]
    psu, column = psu[kept].astype(np.intp), column[kept].astype(np.intp)
    if value is None:
        value = values_at(wave.totals, psu, column)
    h = design.psu_stratum[psu].astype(np.intp)
    scale, centre = stage_factors(design, 1.0)
    mean = values_at(stratum_sums(wave.totals, design), h, column) * (centre / design.sampled)[h]
    e = np.sqrt(scale[h] * wave.raised[column]) * (value - mean)
    return column_area[column], strata[h], units[psu], e


def _numbered(labels: list[np.ndarray]) -> list[np.ndarray]:
    """Numbers of labels, the same wherever the label is the same."""
    numbers, _ = pd.factorize(np.concatenate(labels))
    return np.split(numbers.astype(np.int64), np.cumsum([len(x) for x in labels])[:-1])
