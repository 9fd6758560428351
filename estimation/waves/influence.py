"""What every PSU adds to the estimates of several waves, side by side: where waves meet, and how much they share."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from estimation.estimators.estimates import Linearization
from estimation.estimators.residuals import ResidualTotals, values_at
from estimation.estimators.variance import CellTotals, stage_factors, stratum_sums


@dataclass(frozen=True, eq=False)
class SharedInfluence:
    """e_tj = √scale_h (u_tj - ū_th) of PSU j in wave t, so that Σ_j e_t² is the variance; areas a, waves t = 0..T-1.

    A group is a stratum and an area in it.  n, square, fourth (T,g): the PSUs with an answer, Σe² and Σe⁴ over them.
    group (c,), e (c,T), present (c,T): the cells of a PSU and an area answered in two waves or more; e 0 if absent.
    """

    areas: tuple
    group_area: np.ndarray
    n: np.ndarray
    square: np.ndarray
    fourth: np.ndarray
    group: np.ndarray
    e: np.ndarray
    present: np.ndarray

    @classmethod
    def of(cls, waves: Mapping[str, Linearization], areas) -> "SharedInfluence":
        """Waves' influence on the estimates of `areas`; PSUs are the same if stratum and PSU have the same labels."""
        found, areas = list(waves.values()), tuple(areas)
        strata, units = label_ids(found)
        cells = [_cells(w, areas, s, u) for w, s, u in zip(found, strata, units, strict=True)]
        wave = np.repeat(np.arange(len(found)), [len(c[0]) for c in cells])
        area, stratum, unit, e = (np.concatenate(part) for part in zip(*cells, strict=True))
        group_key, group = np.unique(stratum * len(areas) + area, return_inverse=True)
        at = wave * len(group_key) + group
        shape = (len(found), len(group_key))
        n, square, fourth = (
            np.bincount(at, part, minlength=shape[0] * shape[1]).reshape(shape) for part in (None, e**2, e**4)
        )
        _, first, cell, times = np.unique(
            unit * len(areas) + area, return_index=True, return_inverse=True, return_counts=True
        )
        kept = times > 1
        row = np.cumsum(kept) - 1
        inside = kept[cell]
        both = np.zeros((int(kept.sum()), len(found)))
        present = np.zeros(both.shape, dtype=bool)
        both[row[cell[inside]], wave[inside]] = e[inside]
        present[row[cell[inside]], wave[inside]] = True
        return cls(areas, group_key % len(areas), n, square, fourth, group[first[kept]], both, present)

    @property
    def area(self) -> np.ndarray:
        """The area of each cell (c,)."""
        return self.group_area[self.group]

    def by_group(self, values, cells=slice(None)) -> np.ndarray:
        """Sums (g,) of values over cells."""
        return np.bincount(self.group[cells], values, minlength=len(self.group_area))

    def by_area(self, values) -> np.ndarray:
        """Sums (a,) of values (g,) over an area's groups."""
        return np.bincount(self.group_area, values, minlength=len(self.areas))


def label_ids(waves) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The strata's and the PSUs' numbers, wave by wave, the same number for the same labels in any wave."""
    designs = [w.design for w in waves]
    names = [np.asarray(d.stratum_names, dtype=object) for d in designs]
    strata = _numbered(names)
    units = _numbered([np.asarray(d.psu_names, dtype=object) for d in designs])
    most = 1 + max(int(u.max(initial=0)) for u in units)
    inside = [s[d.psu_stratum] * most + u for s, u, d in zip(strata, units, designs, strict=True)]
    return strata, inside


def common_rows(one: Linearization, two: Linearization) -> tuple[np.ndarray, np.ndarray]:
    """Where the PSUs that both waves have stand in the one and in the other (c,)."""
    _, (first, second) = label_ids([one, two])
    _, at_one, at_two = np.intersect1d(first, second, assume_unique=True, return_indices=True)
    return at_one, at_two


def gram(one: Linearization, two: Linearization, names):
    """Σ_j e_1j e_2j' (k,k) over the PSUs in both waves, rows and columns the estimates `names`; dense or sparse.

    With V_1 and V_2 it is one block of the Gram matrix of the stacked e, which is positive semi-definite whatever the
    calibration; e as in `SharedInfluence`, of all areas that the auxiliaries or a PSU link.
    """
    j1, j2 = common_rows(one, two)
    (u1, y1, b1), (u2, y2, b2) = (_parts(w, j, names) for w, j in ((one, j1), (two, j2)))
    between = u1.T @ u2
    if b1 is not None:
        between = between - b1.T @ (y1.T @ u2)
    if b2 is not None:
        between = between - (u1.T @ y2) @ b2
    if b1 is not None and b2 is not None:
        between = between + b1.T @ ((y1.T @ y2) @ b2)
    return between


def _parts(wave: Linearization, rows, names):
    """√scale (u - y b) of some PSUs and estimates: u (c,k), y (c,q) and b (q,k), the last two None if not needed."""
    design, totals = wave.design, wave.totals
    position = {name: j for j, name in enumerate(wave.names)}
    at = np.array([position[name] for name in names], dtype=int)
    scale, centre = stage_factors(design, 1.0)
    h = design.psu_stratum[rows]
    root, raised = np.sqrt(scale[h]), np.sqrt(wave.raised[at])
    mean = _scaled_rows(stratum_sums(totals, design), centre / design.sampled, at)
    if isinstance(totals, np.ndarray):
        return (totals[np.ix_(rows, at)] - mean[h]) * root[:, None] * raised, None, None
    weigh = sp.diags_array(root)
    inside = sp.csr_array((root, (np.arange(len(rows)), h)), shape=(len(rows), len(scale)))
    if isinstance(totals, ResidualTotals):
        y = sp.hstack([weigh @ sp.csr_array(totals.x)[rows], inside], format="csr")
        b = np.vstack([totals.coefficients[:, at], mean]) * raised
        return weigh @ sp.csr_array(totals.u)[rows][:, at] * raised, y, b
    return weigh @ sp.csr_array(totals)[rows][:, at] * raised, inside, mean * raised


def _scaled_rows(sums, factor, at):
    """Chosen columns of stratum sums of any form, each row times its factor: dense, or sparse as they were."""
    if isinstance(sums, ResidualTotals):
        return sums.columns(at) * factor[:, None]
    if isinstance(sums, np.ndarray):
        return sums[:, at] * factor[:, None]
    return sp.diags_array(factor) @ sp.csr_array(sums)[:, at]


def _cells(wave: Linearization, areas, strata, units):
    """Area, stratum, PSU and e (c,) of every PSU and area with an answer; strata, units: numbers of the labels."""
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
