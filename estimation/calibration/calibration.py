"""Weights that reproduce known totals: post-stratification, raking, linear and bounded calibration."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import scipy.sparse as sp

from estimation.calibration.distances import LINEAR, RAKING, Distance
from estimation.calibration.equations import cross_product, g_weights, solve, sweep
from estimation.calibration.margins import margin_cells
from estimation.columns.columns import first_text, numbers, said
from words import Fault

RESIDUALS = ("regression", "margin_means")
R_SWEEPS = 10
UNTIL_REACHED = {"tolerance": 1e-9, "max_steps": 200}


@dataclass(frozen=True, eq=False)
class Calibration:
    """Weights w_i = d_i g_i with Σ w_i x_i = T, and what the residual variance needs.

    base (n,)         d_i, the weights before
    auxiliary (c,q)   x of each cell (rows with the same x), numpy or scipy.sparse;  cell (n,): the cell of each row,
                      None where every row is its own
    totals (q,)       T, names (q,) what they count;  g (n,) = F(x'λ)
    independent       columns of x that are not sums of others: λ and B are over these
    swept             None: e = z - x'B, the regression with the base weights;  else the margins' columns of x: z less
                      its unweighted margin means, ten times in turn, as the variance of R's `rake()` has it
    Estimates with these weights: `design.calibrated(calibration)`, then any estimator.
    """

    base: np.ndarray
    auxiliary: object
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
    def x(self):
        """The columns of x that B is over (c,q')."""
        return self.auxiliary[:, self.independent] if self.swept is None else self.auxiliary

    def margins(self) -> pd.DataFrame:
        """One row a total: known T, before Σdx, after Σwx, and the ratio known/before the base weights were out by."""
        before, after = (self.auxiliary.T @ self.cell_sums(w) for w in (self.base, self.weight))
        ratio = np.divide(self.totals, before, out=np.full(len(before), np.nan), where=before != 0)
        columns = {"known": self.totals, "before": before, "after": after, "ratio": ratio}
        names = np.empty(len(self.names), dtype=object)
        names[:] = self.names  # of crossed margins tuples of tuples, which pandas would take for a table
        return pd.DataFrame(columns, index=pd.Index(names, name="margin", tupleize_cols=False))

    def cell_sums(self, values):
        """Sums of values (n,) or (n,k), dense or sparse, over the rows of each cell."""
        if self.cell is None:
            return values
        if values.ndim == 1:
            return np.bincount(self.cell, values, minlength=self.auxiliary.shape[0])
        return self._grouping @ values

    @cached_property
    def _grouping(self):
        n = len(self.cell)
        return sp.csr_array((np.ones(n), (self.cell, np.arange(n))), shape=(self.auxiliary.shape[0], n))

    def unit_totals(self, unit: np.ndarray, units: int):
        """Σ_{i in unit} w_i x_i (units,q'): totals by sampling unit of the auxiliaries under the calibrated weights."""
        rows = np.arange(len(unit)) if self.cell is None else self.cell
        shape = (units, self.auxiliary.shape[0])
        return sp.coo_array((self.weight, (unit, rows)), shape=shape).tocsr() @ self.x

    def coefficients(self, z, weight: np.ndarray) -> np.ndarray:
        """B = (Σ d xx')⁻¹ Σ d x (w/dg) z (q',k): the regression whose residual enters the variance.

        z (n,k) dense or sparse, linearised; weight (n,): w, other than dg only if weights were trimmed afterwards.
        Särndal, Swensson & Wretman (1992), 6.6: B with the base weights, the final weight on the residual.
        """
        d = self.base if self.swept is None else np.ones_like(self.base)
        kept = np.divide(weight, self.weight, out=np.ones_like(weight), where=self.weight != 0)
        moments = self.x.T @ self.cell_sums(sp.diags_array(d * kept) @ z)
        moments = moments.toarray() if sp.issparse(moments) else moments
        matrix = cross_product(self.x, self.cell_sums(d))
        return solve(matrix, moments) if self.swept is None else sweep(matrix, moments, self.swept, R_SWEEPS)


def calibrate(
    base, auxiliary, totals, *, distance: Distance = LINEAR, tolerance: float = 1e-9, max_steps: int = 50
) -> Calibration:
    """w = d F(x'λ) with Σ w x = T, λ by Newton's method.  Deville & Särndal (1992), JASA 87, 376-382.

    base (n,)       d, weights >= 0
    auxiliary       x (n,q): DataFrame, numpy or scipy.sparse; no NaN
    totals          T (q,); for a DataFrame a mapping or Series by its columns' names
    distance        LINEAR (GREG), RAKING, `logit(low, high)`, `bounded(LINEAR, low, high)`
    tolerance       largest |Σwx - T| beside Σd|x| and |T|
    Raises Fault if names differ, a column is 0 for everybody, a total lies beyond the bounds, or T is not reached.

    Examples: R's survey, `calibrate(dclus1, ~stype + api99, c(6194, 755, 1018, 3914069))`, then `svymean(~api00, …)`:
    665.31 with standard error 3.4418, where the cluster sample alone has 23.54.

    >>> import pandas as pd
    >>> from estimation import Design, calibrate, mean
    >>> schools = pd.read_csv("tests/golden/shared_apiclus1.csv")
    >>> design = Design.from_table(schools, weight="pw", psu="dnum", population="fpc")
    >>> x = pd.DataFrame({"all": 1.0, "H": schools.stype == "H", "M": schools.stype == "M", "api99": schools.api99})
    >>> totals = {"all": 6194, "H": 755, "M": 1018, "api99": 3914069}
    >>> found = mean(schools.api00, design.calibrated(calibrate(schools.pw, x, totals)))
    >>> print(found.value.round(2), found.se.round(4))
    [665.31] [3.4418]
    """
    base = base_weights(base)
    names, x, totals = _auxiliary(base, auxiliary, totals)
    g = g_weights(base, x, totals, names, distance, tolerance=tolerance, max_steps=max_steps)
    return Calibration(base, x, totals, g, distance, names, None, np.arange(len(totals)))


def rake(
    weight, table: pd.DataFrame, margins, *, distance: Distance = RAKING, residual: str = "regression", wave=None
) -> Calibration:
    """Weights whose sums over every category of every margin are the known totals; one margin is post-stratification.

    weight (n,)     base weights
    table           one row an interview
    margins         column (or a tuple of columns crossed) -> Series of known totals, indexed by category
    distance        RAKING gives what iterative proportional fitting ends in (Deming & Stephan 1940); others as in
                    `calibrate`
    residual        for the variance: "regression", B fitted with the base weights (R's `calibrate(calfun="raking")`);
                    "margin_means", ten sweeps of unweighted margin means (R's `rake()`); the weights are the same
    wave            the wave being weighted: a margin whose `.attrs["wave"]` names another is refused
    Rows with the same categories are one cell: a million interviews are raked as some thousand cells.
    Raises Fault for margins whose sums disagree, categories nobody has or without a total, and totals of another wave.

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


def poststratify(weight, table: pd.DataFrame, columns, totals, *, wave=None) -> Calibration:
    """w_i = d_i T_c/Σ_c d in each cell c of `columns` (a name, or several crossed): GREG on cells.

    totals: Series of known totals, indexed by category (a MultiIndex for several columns); else as in `rake`.
    Särndal, Swensson & Wretman (1992), 7.6.

    Examples: R's survey, `svytotal(~enroll, dclus1p)` after `postStratify`, prints 3680893 with standard error 406293.

    >>> import pandas as pd
    >>> from estimation import Design, poststratify, total
    >>> schools = pd.read_csv("tests/golden/shared_apiclus1.csv")
    >>> design = Design.from_table(schools, weight="pw", psu="dnum", population="fpc")
    >>> types = pd.Series({"E": 4421, "H": 755, "M": 1018})
    >>> found = total(schools.enroll, design.calibrated(poststratify(schools.pw, schools, "stype", types)))
    >>> print(found.value.round(), found.se.round())
    [3680893.] [406293.]
    """
    return rake(weight, table, {tuple(columns) if isinstance(columns, list) else columns: totals}, wave=wave)


def standardize(weight, table: pd.DataFrame, by: str, over: str, population: pd.Series) -> Calibration:
    """Weights under which every group of `over` has the population's distribution of `by`: direct standardisation.

    Each group keeps its sum of weights.  population: Series by category of `by`, counts or shares.
    """
    groups = pd.Series(base_weights(weight), index=table.index).groupby(table[over]).sum()
    share = population / population.sum()
    cells = {(group, category): size * share[category] for group, size in groups.items() for category in share.index}
    return poststratify(weight, table, [over, by], pd.Series(cells))


def base_weights(weight) -> np.ndarray:
    """Base weights as floats (n,); a Fault for negative, missing or infinite ones, or nothing above 0."""
    try:
        w = numbers(weight)
    except (TypeError, ValueError) as error:
        raise Fault(key="weights.not_numbers", found=first_text(weight)) from error
    wrong = ~np.isfinite(w) | (w < 0)
    if wrong.any():
        row = int(wrong.argmax())
        raise Fault(key="weights.wrong", row=row, found=float(w[row]), count=int(wrong.sum()))
    if not w.any():
        raise Fault(key="weights.zero", count=len(w))
    return w


def _auxiliary(base, auxiliary, totals) -> tuple[tuple, object, np.ndarray]:
    """Names (q,), x (n,q) and T (q,) of what `calibrate` was given."""
    if isinstance(auxiliary, pd.DataFrame):
        names = tuple(auxiliary.columns)
        totals = _named_totals(names, totals)
        x = np.column_stack([_auxiliary_column(auxiliary[name], name) for name in names])
    else:
        x = auxiliary.tocsr() if sp.issparse(auxiliary) else np.asarray(auxiliary, dtype=float)
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
    if not hasattr(totals, "keys"):
        raise Fault(key="calibration.totals_unnamed", expected=[said(n) for n in names])
    given = dict(totals)
    absent, unknown = [said(n) for n in names if n not in given], [said(n) for n in given if n not in names]
    if absent or unknown:
        raise Fault(key="calibration.totals_names", absent=absent or ["-"], unknown=unknown or ["-"])
    return [given[name] for name in names]


def _auxiliary_column(column: pd.Series, name) -> np.ndarray:
    try:
        return numbers(column)
    except (TypeError, ValueError) as error:
        raise Fault(key="calibration.auxiliary_text", name=said(name), found=first_text(column)) from error
