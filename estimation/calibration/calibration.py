"""Weights that reproduce known totals: post-stratification, raking, linear and bounded calibration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import ArrayLike

from estimation.calibration.distances import LINEAR, RAKING, Distance
from estimation.calibration.equations import cross_product, g_weights, solve, sweep
from estimation.calibration.margins import margin_cells
from estimation.columns.columns import first_text, numbers, said
from estimation.columns.matrices import Matrix
from words import Fault

RESIDUALS = ("regression", "margin_means")
R_SWEEPS = 10  # the rounds of margin means in the variance of R's `rake()`
UNTIL_REACHED: dict[str, Any] = {"tolerance": 1e-9, "max_steps": 200}


@dataclass(frozen=True, eq=False)
class Calibration:
    """Weights w_i = d_i g_i with Σ w_i x_i = T, and what the variance of estimates with these weights needs.

    base (n,)         d_i, the weights before calibration
    auxiliary (c,q)   x of each cell, numpy or scipy.sparse; a cell is the set of rows with the same x
    totals (q,)       T, the known totals
    g (n,)            F(x'λ), the ratios of calibrated to base weights
    distance          F
    names (q,)        what each total counts
    cell (n,)         the cell of each row; None where every row is a cell of its own
    independent (q',) a linearly independent subset of the columns of x; λ (and B unless `swept`) is over these only
    swept             None: B is the regression of z on x with the base weights (`coefficients`).  Otherwise the columns
                      of x that belong to each margin: e is z less its unweighted margin means, subtracted margin by
                      margin in ten rounds, as in the variance of R's `rake()`
    To estimate with these weights, pass `design.calibrated(calibration)` to any estimator.
    """

    base: np.ndarray
    auxiliary: Matrix
    totals: np.ndarray
    g: np.ndarray
    distance: Distance
    names: tuple
    cell: np.ndarray | None
    independent: np.ndarray
    swept: tuple[slice, ...] | None = None

    @cached_property
    def weight(self) -> np.ndarray:
        """w = d g (n,)."""
        return self.base * self.g

    @cached_property
    def x(self) -> Matrix:
        """The columns of x over which B is: the `independent` ones (c,q'), or all (c,q) if `swept`."""
        return self.auxiliary[:, self.independent] if self.swept is None else self.auxiliary

    def margins(self) -> pd.DataFrame:
        """One row per total: `known` T, `before` Σdx, `after` Σwx, and `ratio` T/Σdx, NaN where Σdx is 0."""
        before, after = (self.auxiliary.T @ self.cell_sums(w) for w in (self.base, self.weight))
        ratio = np.divide(self.totals, before, out=np.full(len(before), np.nan), where=before != 0)
        columns = {"known": self.totals, "before": before, "after": after, "ratio": ratio}
        names = np.empty(len(self.names), dtype=object)
        names[:] = self.names  # tuples of tuples for crossed margins, which pandas would read as a table
        return pd.DataFrame(columns, index=pd.Index(names, name="margin", tupleize_cols=False))

    def cell_sums(self, values: Matrix) -> Matrix:
        """Sums of values (n,) or (n,k), dense or sparse, over the rows of each cell."""
        if self.cell is None:
            return values
        if values.ndim == 1:
            return np.bincount(self.cell, values, minlength=self.auxiliary.shape[0])
        return self._grouping @ values

    @cached_property
    def _grouping(self) -> scipy.sparse.csr_array:
        """(c,n), 1 where the row belongs to the cell."""
        assert self.cell is not None
        n = len(self.cell)
        return scipy.sparse.csr_array((np.ones(n), (self.cell, np.arange(n))), shape=(self.auxiliary.shape[0], n))

    def unit_totals(self, unit: np.ndarray, units: int) -> Matrix:
        """Σ_{i in unit} w_i x_i (units,q'): the auxiliaries' totals by sampling unit under the calibrated weights.

        unit (n,): code of each row's unit, below `units`.
        """
        rows = np.arange(len(unit)) if self.cell is None else self.cell
        shape = (units, self.auxiliary.shape[0])
        return scipy.sparse.coo_array((self.weight, (unit, rows)), shape=shape).tocsr() @ self.x

    def coefficients(self, z: Matrix, weight: np.ndarray) -> np.ndarray:
        """B = (Σ d xx')⁻¹ Σ d x (w/dg) z (q',k), the regression whose residual enters the variance.

        z       (n,k) dense or sparse, the linearised variable
        weight  (n,) w, the final weights, which differ from dg only if weights were trimmed after calibration
        The residual is e = (w/dg) z - x'B, with the calibrated weight dg; without trimming w = dg and e = z - x'B.
        With `swept`, B comes from sweeps of unweighted margin means instead.  Särndal, Swensson & Wretman (1992), 6.6.
        """
        d = self.base if self.swept is None else np.ones_like(self.base)
        kept = np.divide(weight, self.weight, out=np.ones_like(weight), where=self.weight != 0)
        moments: Matrix = self.x.T @ self.cell_sums(scipy.sparse.diags_array(d * kept) @ z)
        moments = moments.toarray() if scipy.sparse.issparse(moments) else moments
        matrix = cross_product(self.x, self.cell_sums(d))
        return solve(matrix, moments) if self.swept is None else sweep(matrix, moments, self.swept, R_SWEEPS)


def calibrate(
    base: ArrayLike,
    auxiliary: pd.DataFrame | ArrayLike | scipy.sparse.sparray,
    totals: Mapping | pd.Series | ArrayLike,
    *,
    distance: Distance = LINEAR,
    tolerance: float = 1e-9,
    max_steps: int = 50,
) -> Calibration:
    """w = d F(x'λ) with Σ w x = T, λ by Newton's method.  Deville & Särndal (1992), JASA 87, 376-382.

    base (n,)       d, weights >= 0
    auxiliary       x (n,q), a DataFrame, numpy or scipy.sparse, without NaN
    totals          T (q,); where x is a DataFrame, a mapping or Series from its columns' names
    distance        LINEAR (GREG), RAKING, `logit(low, high)` or `bounded(LINEAR, low, high)`
    tolerance       the largest |Σwx - T| allowed, relative to the larger of Σd|x| and |T|
    max_steps       the largest number of Newton steps
    Raises Fault if a column has no total or a total has no column, a column is 0 for everybody although its total is
    not 0, a total lies beyond what the bounds allow, or T is not reached.

    Examples: R's survey, `calibrate(dclus1, ~stype + api99, c(6194, 755, 1018, 3914069))`, then `svymean(~api00, …)`:
    665.31 with standard error 3.4418, where the uncalibrated sample's is 23.54.

    >>> import pandas as pd
    >>> from estimation import Design, calibrate, mean
    >>> schools = pd.read_csv("tests/golden/shared_apiclus1.csv")
    >>> design = Design.from_table(schools, weight="pw", psu="dnum", population="fpc")
    >>> x = pd.DataFrame({"all": 1.0, "H": schools.stype == "H", "M": schools.stype == "M", "api99": schools.api99})
    >>> totals = {"all": 6194, "H": 755, "M": 1018, "api99": 3914069}
    >>> estimate = mean(schools.api00, design.calibrated(calibrate(schools.pw, x, totals)))
    >>> print(estimate.value.round(2), estimate.se.round(4))
    [665.31] [3.4418]
    """
    base = base_weights(base)
    names, x, totals = _auxiliary(base, auxiliary, totals)
    g = g_weights(base, x, totals, names, distance, tolerance=tolerance, max_steps=max_steps)
    return Calibration(base, x, totals, g, distance, names, None, np.arange(len(totals)))


def rake(
    weight: ArrayLike,
    table: pd.DataFrame,
    margins: Mapping[str | tuple[str, ...], pd.Series],
    *,
    distance: Distance = RAKING,
    residual: str = "regression",
    wave: str | None = None,
) -> Calibration:
    """Weights whose sums over every category of every margin are the known totals; one margin is post-stratification.

    weight (n,)     base weights
    table           one row per interview
    margins         column (or a tuple of columns to be crossed) -> Series of known totals, indexed by category
    distance        RAKING converges to the result of iterative proportional fitting (Deming & Stephan 1940); the other
                    distances are those of `calibrate`
    residual        used by the variance only: "regression", B fitted with the base weights, as R's
                    `calibrate(calfun="raking")` does; "margin_means", ten sweeps of unweighted margin means, as R's
                    `rake()` does
    wave            the wave being weighted; a margin whose `.attrs["wave"]` names another wave is refused
    Rows with the same categories form one cell: a million interviews are raked as a few thousand cells.
    Raises Fault if the margins' sums disagree, a category with a total occurs in no row, a category in the table has
    no total, or the totals belong to another wave.

    Examples: R's survey 4.1.1, `rake(dclus1, list(~stype, ~sch.wide), …)`, then `svymean(~api00, …)`: 641.23.

    >>> import pandas as pd
    >>> from estimation import Design, mean, rake
    >>> schools = pd.read_csv("tests/golden/shared_apiclus1.csv")
    >>> design = Design.from_table(schools, weight="pw", psu="dnum", population="fpc")
    >>> types, awards = pd.Series({"E": 4421, "H": 755, "M": 1018}), pd.Series({"Yes": 5122, "No": 1072})
    >>> raked = rake(schools.pw, schools, {"stype": types, "sch_wide": awards})
    >>> print(mean(schools.api00, design.calibrated(raked)).value.round(2))
    [641.23]
    >>> print(raked.margins().after.round(6).tolist())
    [4421.0, 755.0, 1018.0, 5122.0, 1072.0]
    """
    if residual not in RESIDUALS:
        raise Fault(key="calibration.residual", found=str(residual), expected=list(RESIDUALS))
    base = base_weights(weight)
    cells = margin_cells(base, table, margins, wave)
    sums = np.bincount(cells.cell, base, minlength=cells.indicators.shape[0])
    x, names = cells.indicators[:, cells.independent], [cells.names[j] for j in cells.independent]
    steps = LINEAR if distance is RAKING and len(margins) == 1 else distance  # the same weights, in one step
    g = g_weights(sums, x, cells.totals[cells.independent], names, steps, **UNTIL_REACHED)
    swept = None if residual == "regression" else cells.blocks
    return Calibration(
        base, cells.indicators, cells.totals, g[cells.cell], distance, cells.names, cells.cell, cells.independent, swept
    )


def poststratify(
    weight: ArrayLike, table: pd.DataFrame, columns: str | list[str], totals: pd.Series, *, wave: str | None = None
) -> Calibration:
    """w_i = d_i T_c/Σ_c d in each cell c of `columns` (one name, or a list of names to be crossed).

    totals: Series of the known totals T_c, indexed by category (a MultiIndex for several columns).  The other
    parameters and the faults are those of `rake`.  Särndal, Swensson & Wretman (1992), 7.6.

    Examples: R's survey, `svytotal(~enroll, dclus1p)` after `postStratify`, prints 3680893 with standard error 406293.

    >>> import pandas as pd
    >>> from estimation import Design, poststratify, total
    >>> schools = pd.read_csv("tests/golden/shared_apiclus1.csv")
    >>> design = Design.from_table(schools, weight="pw", psu="dnum", population="fpc")
    >>> types = pd.Series({"E": 4421, "H": 755, "M": 1018})
    >>> estimate = total(schools.enroll, design.calibrated(poststratify(schools.pw, schools, "stype", types)))
    >>> print(estimate.value.round(), estimate.se.round())
    [3680893.] [406293.]
    """
    return rake(weight, table, {tuple(columns) if isinstance(columns, list) else columns: totals}, wave=wave)


def standardize(weight: ArrayLike, table: pd.DataFrame, by: str, over: str, population: pd.Series) -> Calibration:
    """Direct standardisation: weights under which every group of `over` has the population's distribution of `by`.

    Each group keeps its sum of weights.  by, over: columns of `table`; population: Series of counts or shares, indexed
    by category of `by`.
    """
    groups = pd.Series(base_weights(weight), index=table.index).groupby(table[over]).sum()
    share = population / population.sum()
    cells = {(group, category): size * share[category] for group, size in groups.items() for category in share.index}
    return poststratify(weight, table, [over, by], pd.Series(cells))


def base_weights(weight: ArrayLike) -> np.ndarray:
    """Base weights as floats (n,); a Fault if one is negative, missing or infinite, or if none is above 0."""
    try:
        w = numbers(weight)
    except (TypeError, ValueError) as error:
        raise Fault(key="weights.not_numbers", found=first_text(weight)) from error
    wrong = ~np.isfinite(w) | (w < 0)
    if wrong.any():
        row = int(wrong.argmax())
        raise Fault(key="weights.wrong", row=row + 1, found=float(w[row]), count=int(wrong.sum()))
    if not w.any():
        raise Fault(key="weights.zero", count=len(w))
    return w


def _auxiliary(base, auxiliary, totals) -> tuple[tuple, object, np.ndarray]:
    """Names (q,), x (n,q) and T (q,) from the arguments of `calibrate`."""
    if isinstance(auxiliary, pd.DataFrame):
        names = tuple(auxiliary.columns)
        totals = _named_totals(names, totals)
        x = np.column_stack([_auxiliary_column(auxiliary[name], name) for name in names])
    else:
        x = auxiliary.tocsr() if scipy.sparse.issparse(auxiliary) else np.asarray(auxiliary, dtype=float)
        x = x.reshape(-1, 1) if x.ndim == 1 else x
        names = tuple(f"x{j + 1}" for j in range(x.shape[1]))
    totals = np.atleast_1d(np.asarray(totals, dtype=float))
    if x.shape != (len(base), len(totals)):
        raise Fault(key="calibration.shapes", rows=x.shape[0], columns=x.shape[1], n=len(base), totals=len(totals))
    missing = ~np.isfinite(x).all(axis=0) if isinstance(x, np.ndarray) else ~np.isfinite(x.sum(axis=0))
    if missing.any():
        raise Fault(key="calibration.auxiliary_missing", name=said(names[int(missing.argmax())]))
    if not np.isfinite(totals).all():
        raise Fault(key="calibration.total_missing", name=said(names[int((~np.isfinite(totals)).argmax())]))
    return names, x, totals


def _named_totals(names: tuple, totals) -> list:
    """The totals in the order of `names`; a Fault if a column has no total or a total has no column."""
    if not hasattr(totals, "keys"):
        raise Fault(key="calibration.totals_unnamed", expected=[said(n) for n in names])
    by_name = dict(totals)
    absent, unknown = [said(n) for n in names if n not in by_name], [said(n) for n in by_name if n not in names]
    if absent or unknown:
        raise Fault(key="calibration.totals_names", absent=absent or ["-"], unknown=unknown or ["-"])
    return [by_name[name] for name in names]


def _auxiliary_column(column: pd.Series, name) -> np.ndarray:
    try:
        return numbers(column)
    except (TypeError, ValueError) as error:
        raise Fault(key="calibration.auxiliary_text", name=said(name), found=first_text(column)) from error
