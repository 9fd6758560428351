"""Means, totals and ratios of domains, with their full covariance: ratios and totals with x = 1{domain}."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sp

from estimation.columns.codes import occurring_pairs
from estimation.columns.columns import column_codes, label_codes
from estimation.columns.ties import is_nothing
from estimation.estimators.design import Design
from estimation.estimators.estimates import ANSWERERS_ONLY, Estimate, Linearization, number_columns
from estimation.estimators.residuals import residual_totals, side_by_side
from estimation.estimators.variance import CellTotals, StratumCells, as_matrix, lonely_raise, stage_totals
from words import Fault


def domain_means(y, domain, design: Design) -> Estimate:
    """ȳ_d = Σ_d wy/Σ_d w for every domain d, with their full covariance: ratios with x = 1{d}.

    y (n,): NaN leaves the domain, not the design; of a DataFrame every column's means, names (domain, column).
    domain (n,), or a DataFrame for domains by several columns: their names are tuples of the columns' values.
    df are each domain's own: PSUs with an answer in it minus their strata.  A domain nobody answered in has no
    estimate and is not among .names.  Särndal, Swensson & Wretman (1992), 5.8 and 10.3.

    Examples: R's survey, `svyby(~api00, ~stype, dstrat, svymean)`, prints 674.43, 625.82 and 636.60.

    >>> import pandas as pd
    >>> from estimation import Design, domain_means
    >>> schools = pd.read_csv("tests/golden/shared_apistrat.csv")
    >>> design = Design.from_table(schools, weight="pw", stratum="stype", population="fpc")
    >>> found = domain_means(schools.api00, schools.stype, design)
    >>> print(found.names, found.value.round(2))
    ('E', 'H', 'M') [674.43 625.82 636.6 ]
    """
    return linearize_domain_means(y, domain, design).estimate()


def linearize_domain_means(y, domain, design: Design) -> Linearization:
    """`domain_means` before its variance is taken: u_jd = Σ_{i in j,d} w_i (y_i - ȳ_d)/Σ_d w, sparse (m, domains)."""
    names, y = number_columns(y, design, "mean")
    codes, labels = domain_codes(domain, design)
    return _beside(names, [_domain_ratio(column, None, codes, labels, design) for column in y.T])


def domain_ratios(y, x, domain, design: Design) -> Estimate:
    """R_d = Σ_d wy/Σ_d wx, u_jd = Σ_{i in j,d} w_i (y_i - R_d x_i)/Σ_d wx, for every domain; else as `domain_means`.

    Särndal, Swensson & Wretman (1992), 5.6 and 5.8.
    """
    names, y = number_columns(y, design, "ratio")
    _, x = number_columns(x, design, "ratio")
    codes, labels = domain_codes(domain, design)
    pairs = zip(y.T, np.broadcast_to(x, y.shape).T, strict=True)
    return _beside(names, [_domain_ratio(a, b, codes, labels, design) for a, b in pairs]).estimate()


def domain_totals(y, domain, design: Design) -> Estimate:
    """Y_d = Σ_d wy, z_i = y_i 1{i in d}, for every domain; else as `domain_means`.

    A total with NaN among its domain's y is over those who answered, and the estimate says so in .flags.
    """
    names, y = number_columns(y, design, "total")
    codes, labels = domain_codes(domain, design)
    return _beside(names, [_domain_total(column, codes, labels, design) for column in y.T]).estimate()


class _Cells(NamedTuple):
    """The cells of last-stage unit by domain with an answer: each row's cell, each cell's unit and domain, labels.

    kept (n,): which rows have an answer and a weight above 0; None: all.
    """

    kept: np.ndarray | None
    of: np.ndarray
    unit: np.ndarray
    domain: np.ndarray
    labels: tuple
    df: np.ndarray
    raised: np.ndarray
    strata: StratumCells

    def sums(self, values) -> np.ndarray:
        """Sums (cells,) of values (n,) over each cell's rows."""
        return np.bincount(self.of, self.rows(values), minlength=len(self.unit))

    def linearized(self, z, n: int):
        """The linearised variable (n, domains), sparse: each row with an answer has it in its own domain's column."""
        answered = np.ones(n, dtype=int) if self.kept is None else self.kept.astype(int)
        starts = np.append(0, np.cumsum(answered))
        return sp.csr_array((z, self.domain[self.of], starts), shape=(n, len(self.labels)))

    def domain_sums(self, sums) -> np.ndarray:
        """Sums (domains,) of cells' sums."""
        return np.bincount(self.domain, sums, minlength=len(self.labels))

    def rows(self, values) -> np.ndarray:
        """Values (n,) of the rows with an answer."""
        return values if self.kept is None else values[self.kept]

    def linearization(self, value, u, z, design, flags=()) -> Linearization:
        """The estimates `value` whose linearised variable has the totals `u` (cells,); z() is it, row by row."""
        shape = (len(_last(design).psu_stratum), len(self.labels))
        totals, subtotals = CellTotals(u, self.unit, self.domain, self.strata, shape), None
        if design.calibration is not None:
            totals = residual_totals(totals.matrix(), self.linearized(z(), len(design.weight)), design)
        if design.second is not None:
            totals, subtotals = stage_totals(as_matrix(totals), design)
        cells = self.psu_cells(design)
        return Linearization(self.labels, value, totals, design, self.df, self.raised, flags, subtotals, cells)

    def psu_cells(self, design: Design) -> tuple[np.ndarray, np.ndarray]:
        """PSU and domain of each pair with an answer."""
        if design.second is None:
            return self.unit, self.domain
        of_psu = design.second.psu_stratum[self.unit]
        _, psu, domain = occurring_pairs(of_psu, self.domain, len(design.psu_stratum), len(self.labels))
        return psu, domain


def _domain_ratio(y, x, codes, labels, design: Design) -> Linearization:
    """`domain_ratios` of one pair of columns; x None is 1 for everybody, a mean.

    A mean stays between the smallest and the largest answer.  Where all in a domain answered alike u is rounding: 0.
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

    def z():
        d = cells.domain[cells.of]
        residual = cells.rows(y) - value[d] * (1.0 if x is None else cells.rows(x))
        return np.where(alike[d], 0.0, residual) / size[d]

    return cells.linearization(value, u, z, design)


def _domain_total(y, codes, labels, design: Design) -> Linearization:
    cells = _cells(y, codes, labels, design)
    swy = cells.sums(design.weight * y)
    flags = (ANSWERERS_ONLY,) if np.isnan(y).any() else ()
    return cells.linearization(cells.domain_sums(swy), swy, lambda: cells.rows(y), design, flags)


def _cells(answer, codes, labels, design: Design) -> _Cells:
    """The occupied cells, ordered by unit and domain; answer (n,) is NaN where a row has no answer."""
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
    """df (PSUs with an answer in the domain minus the strata they lie in), `lonely_raise`, the strata themselves."""
    psu = unit
    if design.second is not None:
        _, psu, domain = occurring_pairs(design.second.psu_stratum[unit], domain, len(design.psu_stratum), domains)
    strata = StratumCells.of_entries(design.psu_stratum[psu], domain, len(design.stratum_names), domains)
    df = np.bincount(domain, minlength=domains) - np.bincount(strata.column, minlength=domains)
    return df.astype(float), lonely_raise(strata.stratum, strata.column, domains, design), strata


def _last(design: Design) -> Design:
    return design if design.second is None else design.second


def _beside(names, columns: list) -> Linearization:
    """One linearisation of several columns' domains; names (domain, column) if there is more than one column."""
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
    """PSU and column of each pair with an answer, of several columns' domains."""
    begin = np.cumsum([0, *(len(c.names) for c in columns)])
    pairs = [(c.cells[0], c.cells[1] + start) for c, start in zip(columns, begin, strict=False)]
    return tuple(np.concatenate(part) for part in zip(*pairs, strict=True))


def domain_codes(domain, design: Design):
    """Codes (n,) and labels of the domains."""
    if len(domain) != len(design.weight):
        raise Fault(key="estimate.length", name="domain", found=len(domain), expected=len(design.weight))
    if isinstance(domain, pd.DataFrame):
        return label_codes(domain, list(domain.columns))
    return column_codes(domain if hasattr(domain, "dtype") else np.asarray(domain), "domain")
