"""Means, ratios and totals of domains, with the covariance between all domains."""

from __future__ import annotations

from collections.abc import Callable, Sized
from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy
from numpy.typing import ArrayLike

from estimation.columns.codes import occurring_pairs
from estimation.columns.columns import column_codes, label_codes
from estimation.columns.ties import is_nothing
from estimation.estimators.design import Design
from estimation.estimators.estimates import ANSWERERS_ONLY, Estimate, Linearization
from estimation.estimators.means import number_columns
from estimation.estimators.residuals import residual_totals, side_by_side
from estimation.estimators.variance import CellTotals, StratumCells, as_matrix, lonely_raise, stage_totals
from words import Fault


def domain_means(y: ArrayLike | pd.DataFrame, domain: ArrayLike | pd.DataFrame, design: Design) -> Estimate:
    """ȳ_d = Σ_d wy/Σ_d w for every domain d, with the covariance between all domains: ratios with x = 1{d}.

    y       (n,), a row with NaN is left out of its domain's mean, but its PSU remains in the design; or a DataFrame,
            which gives the means of every column, named (domain, column)
    domain  (n,), or a DataFrame for domains by several columns, whose names are tuples
    The df of a domain are the PSUs with an answer in it minus their strata.  A domain in which nobody answered has no
    estimate and is not among .names.  Särndal, Swensson & Wretman (1992), 5.8 and 10.3.

    Examples: R's survey, `svyby(~api00, ~stype, dstrat, svymean)`, prints 674.43, 625.82 and 636.60.

    >>> import pandas as pd
    >>> from estimation import Design, domain_means
    >>> schools = pd.read_csv("tests/golden/shared_apistrat.csv")
    >>> design = Design.from_table(schools, weight="pw", stratum="stype", population="fpc")
    >>> estimate = domain_means(schools.api00, schools.stype, design)
    >>> print(estimate.names, estimate.value.round(2))
    ('E', 'H', 'M') [674.43 625.82 636.6 ]
    """
    return linearize_domain_means(y, domain, design).estimate()


def linearize_domain_means(
    y: ArrayLike | pd.DataFrame, domain: ArrayLike | pd.DataFrame, design: Design
) -> Linearization:
    """`domain_means` before its variance is computed: u_jd = Σ_{i in j,d} w_i (y_i - ȳ_d)/Σ_d w (m, domains)."""
    names, y = number_columns(y, design, "mean")
    codes, labels = domain_codes(domain, design)
    return _beside(names, [_domain_ratio(column, None, codes, labels, design) for column in y.T])


def domain_ratios(
    y: ArrayLike | pd.DataFrame, x: ArrayLike | pd.DataFrame, domain: ArrayLike | pd.DataFrame, design: Design
) -> Estimate:
    """R_d = Σ_d wy/Σ_d wx, u_jd = Σ_{i in j,d} w_i (y_i - R_d x_i)/Σ_d wx, for every domain d.

    y, x (n,) or (n,k): a row with NaN in either is left out; domain, df and names as in `domain_means`.
    Särndal, Swensson & Wretman (1992), 5.6 and 5.8.
    """
    names, y = number_columns(y, design, "ratio")
    _, x = number_columns(x, design, "ratio")
    codes, labels = domain_codes(domain, design)
    pairs = zip(y.T, np.broadcast_to(x, y.shape).T, strict=True)
    return _beside(names, [_domain_ratio(a, b, codes, labels, design) for a, b in pairs]).estimate()


def domain_totals(y: ArrayLike | pd.DataFrame, domain: ArrayLike | pd.DataFrame, design: Design) -> Estimate:
    """Y_d = Σ_d wy, z_i = y_i 1{i in d}, for every domain d; y, domain, df and names as in `domain_means`.

    If y has NaN, the totals are over those who answered, and .flags says so.
    """
    names, y = number_columns(y, design, "total")
    codes, labels = domain_codes(domain, design)
    return _beside(names, [_domain_total(column, codes, labels, design) for column in y.T]).estimate()


class _Cells(NamedTuple):
    """The c cells of a last-stage unit and a domain that have an answer.

    kept (n,)     which rows have an answer and a weight above 0; None: all of them
    of            the cell of each kept row
    unit, domain  (c,), the unit and the domain of each cell
    labels, df, raised  of each domain with an answer: its name, degrees of freedom and factor of `lonely_raise`
    strata        the pairs of a stratum and a domain with an answer
    """

    kept: np.ndarray | None
    of: np.ndarray
    unit: np.ndarray
    domain: np.ndarray
    labels: tuple
    df: np.ndarray
    raised: np.ndarray
    strata: StratumCells

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sums (c,) of values (n,) over each cell's rows."""
        return np.bincount(self.of, self.rows(values), minlength=len(self.unit))

    def linearized(self, z: np.ndarray, n: int) -> scipy.sparse.csr_array:
        """The linearised variable (n, domains), sparse: each kept row has its z in the column of its domain."""
        answered = np.ones(n, dtype=int) if self.kept is None else self.kept.astype(int)
        starts = np.append(0, np.cumsum(answered))
        return scipy.sparse.csr_array((z, self.domain[self.of], starts), shape=(n, len(self.labels)))

    def domain_sums(self, sums: np.ndarray) -> np.ndarray:
        """Sums (domains,) of the cells' sums (c,)."""
        return np.bincount(self.domain, sums, minlength=len(self.labels))

    def rows(self, values: np.ndarray) -> np.ndarray:
        """The values of the kept rows, from values (n,)."""
        return values if self.kept is None else values[self.kept]

    def linearization(
        self, value: np.ndarray, u: np.ndarray, z: Callable[[], np.ndarray], design: Design, flags: tuple[str, ...] = ()
    ) -> Linearization:
        """The linearisation of `value` (domains,): u (c,) are the totals of the linearised variable, z() its rows."""
        shape = (len(_last(design).psu_stratum), len(self.labels))
        totals, subtotals = CellTotals(u, self.unit, self.domain, self.strata, shape), None
        if design.calibration is not None:
            totals = residual_totals(totals.matrix(), self.linearized(z(), len(design.weight)), design)
        if design.second is not None:
            totals, subtotals = stage_totals(as_matrix(totals), design)
        cells = self.psu_cells(design)
        return Linearization(self.labels, value, totals, design, self.df, self.raised, flags, subtotals, cells)

    def psu_cells(self, design: Design) -> tuple[np.ndarray, np.ndarray]:
        """The PSU and the domain of each pair with an answer."""
        if design.second is None:
            return self.unit, self.domain
        of_psu = design.second.psu_stratum[self.unit]
        _, psu, domain = occurring_pairs(of_psu, self.domain, len(design.psu_stratum), len(self.labels))
        return psu, domain


def _domain_ratio(y, x, codes, labels, design: Design) -> Linearization:
    """`domain_ratios` of one pair of columns; x None stands for 1 in every row, which gives means.

    A mean is kept between the smallest and the largest answer.  Where all in a domain gave the same answer, u is only
    rounding and is set to 0.
    """
    cells = _cells(y if x is None else y + x, codes, labels, design)
    swx = cells.sums(design.weight if x is None else design.weight * x)
    swy = cells.sums(design.weight * y)
    size = cells.domain_sums(swx)
    if not size.all():
        raise Fault(key="estimate.no_answers", names=[str(cells.labels[int((size == 0).argmax())])])
    value = cells.domain_sums(swy) / size
    if x is None:
        value = np.clip(value, np.nanmin(cells.rows(y)), np.nanmax(cells.rows(y)))
    u = np.subtract(swy, np.multiply(value[cells.domain], swx, out=swx), out=swy)  # cells may be as many as interviews
    u /= size[cells.domain]
    alike = is_nothing(np.sqrt(cells.domain_sums(u**2)), np.abs(value))
    if alike.any():
        u[alike[cells.domain]] = 0.0

    def z() -> np.ndarray:
        d = cells.domain[cells.of]
        residual = cells.rows(y) - value[d] * (1.0 if x is None else cells.rows(x))
        return np.where(alike[d], 0.0, residual) / size[d]

    return cells.linearization(value, u, z, design)


def _domain_total(y, codes, labels, design: Design) -> Linearization:
    """`domain_totals` of one column."""
    cells = _cells(y, codes, labels, design)
    swy = cells.sums(design.weight * y)
    flags = (ANSWERERS_ONLY,) if np.isnan(y).any() else ()
    return cells.linearization(cells.domain_sums(swy), swy, lambda: cells.rows(y), design, flags)


def _cells(answer, codes, labels, design: Design) -> _Cells:
    """The cells with an answer, ordered by unit and domain; answer (n,) is NaN where a row has no answer."""
    assert not design.alone, "rows that stand for several PSUs have no PSU totals: grouped_means"
    kept, unit, domain = None, _last(design).psu, codes
    if np.isnan(answer).any() or not design.counts_all:
        kept = ~np.isnan(answer) & (design.weight > 0)
        unit, domain = unit[kept], codes[kept]
    if len(unit) == 0:
        raise Fault(key="estimate.no_answers", names=[str(label) for label in labels])
    of, unit, domain = occurring_pairs(unit.astype(np.intp), domain, len(_last(design).psu_stratum), len(labels))
    answered = np.flatnonzero(np.bincount(domain, minlength=len(labels)))
    if len(answered) < len(labels):
        domain = np.searchsorted(answered, domain)
    return _Cells(kept, of, unit, domain, tuple(labels[answered]), *_domain_strata(unit, domain, len(answered), design))


def _domain_strata(unit, domain, domains: int, design: Design) -> tuple[np.ndarray, np.ndarray, StratumCells]:
    """By domain, from the cells' units and domains (c,): df and `lonely_raise`; and the strata with an answer."""
    psu = unit
    if design.second is not None:
        _, psu, domain = occurring_pairs(design.second.psu_stratum[unit], domain, len(design.psu_stratum), domains)
    strata = StratumCells.of_entries(design.psu_stratum[psu], domain, len(design.stratum_names), domains)
    df = np.bincount(domain, minlength=domains) - np.bincount(strata.column, minlength=domains)
    return df.astype(float), lonely_raise(strata.stratum, strata.column, domains, design), strata


def _last(design: Design) -> Design:
    """The design of the last stage."""
    return design if design.second is None else design.second


def _beside(names, columns: list) -> Linearization:
    """The linearisations of several columns joined; the names are (domain, column) if there is more than one column."""
    if len(columns) == 1:
        return columns[0]
    first = columns[0]
    joined = [
        (*(d if isinstance(d, tuple) else (d,)), name) for name, c in zip(names, columns, strict=True) for d in c.names
    ]
    subtotals = None if first.subtotals is None else side_by_side([c.subtotals for c in columns])
    return Linearization(
        tuple(joined),
        np.concatenate([c.value for c in columns]),
        side_by_side([c.totals for c in columns]),
        first.design,
        np.concatenate([c.df for c in columns]),
        np.concatenate([c.raised for c in columns]),
        tuple(sorted({flag for c in columns for flag in c.flags})),
        subtotals,
        _cells_beside(columns),
    )


def _cells_beside(columns: list) -> tuple[np.ndarray, np.ndarray]:
    """The PSU and the joined estimate of each pair with an answer, from the linearisations of several columns."""
    begin = np.cumsum([0, *(len(c.names) for c in columns)])
    pairs = [(c.cells[0], c.cells[1] + start) for c, start in zip(columns, begin, strict=False)]
    psu, estimate = (np.concatenate(part) for part in zip(*pairs, strict=True))
    return psu, estimate


def domain_codes(domain: ArrayLike | pd.DataFrame, design: Design) -> tuple[np.ndarray, np.ndarray]:
    """Codes (n,) and labels of the domains, given as (n,) or as a DataFrame of several columns."""
    rows = len(domain) if isinstance(domain, Sized) else 0
    if rows != len(design.weight):
        raise Fault(key="estimate.length", name="domain", found=rows, expected=len(design.weight))
    if isinstance(domain, pd.DataFrame):
        return label_codes(domain, list(domain.columns))
    return column_codes(domain if hasattr(domain, "dtype") else np.asarray(domain), "domain")
