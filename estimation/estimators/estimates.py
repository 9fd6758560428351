"""Totals, means, ratios and population variances: each is linearised, and its covariance is the one variance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy
from numpy.typing import ArrayLike

from contracts import first_row
from estimation.columns.columns import first_text, numbers, said
from estimation.columns.matrices import Matrix, Spread
from estimation.columns.ties import is_nothing
from estimation.estimators.change_laws import ChangeLaw
from estimation.estimators.design import Design
from estimation.estimators.laws import SamplingLaw
from estimation.estimators.residuals import Totals
from estimation.estimators.variance import (
    CellTotals,
    as_matrix,
    lonely_raise,
    psu_totals,
    totals_covariance,
    totals_variance,
)
from words import Fault

SPARSE_FROM = 1000  # the covariance of this many domains or more is kept sparse
SYMMETRY = 1e-9  # how far from symmetric a covariance may be, as a part of the largest variance
ANSWERERS_ONLY = "answerers_only"


class Interval(NamedTuple):
    """Lower and upper confidence limits (k,), in the units of the estimate, and their level, such as 0.95."""

    lower: np.ndarray
    upper: np.ndarray
    level: float


@dataclass(frozen=True, eq=False)
class Estimate:
    """k estimates and their covariance: all that intervals, changes, ranks and rules ever see.

    names (k,)        what was estimated: areas, or (area, measure)
    value (k,)        the estimates
    covariance (k,k)  of their errors, numpy or scipy.sparse
    df (k,)           degrees of freedom, inf for a normal error; one number applies to all estimates
    flags             keys of what a reader must know ("answerers_only": a total over those who answered)
    law               how the errors depend on the true values (`laws`, `change_laws`), from which tests of
                      change take the variance and the skewness under the null hypothesis; None: it is not known
    From a table of scores and standard errors: Estimate(names, value, np.diag(se**2), np.inf).
    """

    names: tuple
    value: np.ndarray
    covariance: Matrix
    df: Spread
    flags: tuple[str, ...] = ()
    law: SamplingLaw | ChangeLaw | None = None

    def __post_init__(self):
        value = np.atleast_1d(np.asarray(self.value, dtype=float))
        k = len(value)
        covariance = (
            self.covariance if scipy.sparse.issparse(self.covariance) else np.asarray(self.covariance, dtype=float)
        )
        covariance = covariance.reshape(k, k) if covariance.size == 1 and k == 1 else covariance
        names = (self.names,) if isinstance(self.names, str) else tuple(self.names)
        df = np.broadcast_to(np.asarray(self.df, dtype=float), (k,))
        for field, array in (("names", names), ("value", value), ("covariance", covariance), ("df", df)):
            object.__setattr__(self, field, array)
        _check_estimate(names, value, covariance, df)

    @cached_property
    def variance(self) -> np.ndarray:
        """Σ_jj (k,)."""
        return np.asarray(self.covariance.diagonal())

    @property
    def se(self) -> np.ndarray:
        """Standard errors √Σ_jj (k,)."""
        return np.sqrt(self.variance)

    def interval(self, level: float = 0.95) -> Interval:
        """value ± t(df) se, the Wald interval; for shares near 0 or 1 use `proportion_interval` instead.

        Without degrees of freedom (one PSU) nothing is known, and the limits are infinite whatever the standard error.
        """
        half = t_times(level, self.df, self.se)
        return Interval(self.value - half, self.value + half, level)

    def to_frame(self, level: float = 0.95) -> pd.DataFrame:
        """A table with one row per name and the columns estimate, se, df, lower and upper."""
        lower, upper, _ = self.interval(level)
        columns = {"estimate": self.value, "se": self.se, "df": self.df, "lower": lower, "upper": upper}
        return pd.DataFrame(columns, index=pd.Index(self.names, name="name", tupleize_cols=False))

    def select(self, names: Sequence) -> "Estimate":
        """The estimates of `names` (k',) in that order, with their covariance."""
        at = self.positions(names)
        covariance = (
            self.covariance[at][:, at] if scipy.sparse.issparse(self.covariance) else self.covariance[np.ix_(at, at)]
        )
        law = None if self.law is None else self.law.select(at)
        return Estimate(tuple(names), self.value[at], covariance, self.df[at], self.flags, law)

    def positions(self, names: Sequence) -> np.ndarray:
        """The position (k',) of each of `names` among the estimate's names; a Fault for names it does not have."""
        position = {name: j for j, name in enumerate(self.names)}
        absent = [said(n) for n in names if n not in position]
        if absent:
            raise Fault(key="estimate.names_absent", names=absent, found=[said(n) for n in self.names])
        return np.array([position[n] for n in names], dtype=int)


@dataclass(frozen=True, eq=False)
class Linearization:
    """k estimates before their variance is computed; `joint_waves` takes those of waves that may share PSUs.

    names, value (k,)  what was estimated, and the estimates
    u (m,k)       PSU totals of the linearised variables, numpy or scipy.sparse, or `CellTotals`, because the standard
                  errors of domains need no matrix
    design        the design with which the variance is to be computed
    df (k,)       degrees of freedom
    raised (k,)   the factor of `lonely_raise`
    flags         as in `Estimate`
    subtotals     totals by second-stage unit; None if the design has one stage
    cells         the PSU and the estimate (c,) of each pair with an answer; None: every PSU has one for every estimate
    """

    names: tuple
    value: np.ndarray
    u: Totals | CellTotals
    design: Design
    df: np.ndarray
    raised: np.ndarray
    flags: tuple[str, ...] = ()
    subtotals: Totals | None = None
    cells: tuple[np.ndarray, np.ndarray] | None = None

    @cached_property
    def totals(self) -> Totals:
        """u as a matrix (m,k)."""
        return as_matrix(self.u)

    def estimate(self) -> Estimate:
        """The estimate with its covariance, which is computed when it is first asked for."""
        return LinearizedEstimate.of(self)

    def variance(self) -> np.ndarray:
        """The variances (k,), without the covariances."""
        variance = totals_variance(self.u, self.subtotals, self.raised, self.design)
        return np.where(self._known(variance), 0.0, variance)

    def _known(self, variance) -> np.ndarray:
        """Which estimates (k,) have no sampling error, that is, a standard error that is only rounding of the value.

        Where all gave the same answer, or calibration fixes the estimate, Σ(u - ū)² is the square of rounding errors.
        """
        return is_nothing(np.sqrt(variance), np.abs(self.value))

    def covariance(self) -> Matrix:
        """The covariance (k,k), sparse only for many domains."""
        covariance = totals_covariance(self.totals, self.subtotals, self.raised, self.design)
        known = self._known(covariance.diagonal())
        if known.any():
            uncertain = scipy.sparse.diags_array(1.0 - known)
            covariance = uncertain @ covariance @ uncertain
        return (
            covariance.toarray() if scipy.sparse.issparse(covariance) and len(self.names) < SPARSE_FROM else covariance
        )


class LinearizedEstimate(Estimate):
    """An Estimate from a linearisation: its variances are computed at once, its covariance when it is first asked for.

    The covariance of p areas may take work and memory of the order p², which standard errors alone do not need.
    """

    @classmethod
    def of(cls, linearization: Linearization) -> "LinearizedEstimate":
        """The estimate with the values and the variances of a linearisation."""
        estimate = cls.__new__(cls)
        check_names(linearization.names)
        fields = {name: getattr(linearization, name) for name in ("names", "value", "df", "flags")}
        estimate.__dict__.update(fields, variance=linearization.variance(), linearization=linearization)
        return estimate

    linearization: Linearization

    @cached_property
    def covariance(self) -> Matrix:
        """The covariance (k,k), numpy, or scipy.sparse for many domains."""
        return self.linearization.covariance()


def t_quantile(level: float, df: ArrayLike) -> np.ndarray:
    """The two-sided quantile t_df((1 + level)/2) of Student's t: inf for df below 1, the normal one for df = inf."""
    df = np.asarray(df, dtype=float)
    return np.where(df >= 1, scipy.special.stdtrit(np.maximum(df, 1), (1 + level) / 2), np.inf)


def t_times(level: float, df: ArrayLike, se: ArrayLike) -> np.ndarray:
    """t(df) se, the half-width of an interval; infinite for df below 1, even if se is 0."""
    known = np.asarray(df) >= 1
    return np.where(known, np.where(known, t_quantile(level, df), 0.0) * se, np.inf)


def mean(y: ArrayLike | pd.DataFrame, design: Design) -> Estimate:
    """ȳ = Σwy/Σw, z_i = (y_i - ȳ)/Σw; a ratio with x = 1.  Särndal, Swensson & Wretman (1992), 5.7.

    y (n,), (n,k) or a DataFrame, one mean per column; a row with NaN is left out of that column's mean, but its PSU
    remains in the design.

    Examples: R's survey, `svymean(~api00, dstrat)`, prints 662.29 with standard error 9.4089.

    >>> import pandas as pd
    >>> from estimation import Design, mean
    >>> schools = pd.read_csv("tests/golden/shared_apistrat.csv")
    >>> design = Design.from_table(schools, weight="pw", stratum="stype", population="fpc")
    >>> estimate = mean(schools.api00, design)
    >>> print(estimate.value.round(2), estimate.se.round(4))
    [662.29] [9.4089]
    """
    return linearize_mean(y, design).estimate()


def linearize_mean(y: ArrayLike | pd.DataFrame, design: Design) -> Linearization:
    """`mean` before its variance is computed."""
    names, y = number_columns(y, design, "mean")
    return _linearize_ratio(names, y, np.ones_like(y), design)


def ratio(y: ArrayLike | pd.DataFrame, x: ArrayLike | pd.DataFrame, design: Design) -> Estimate:
    """R = Y/X, z_i = (y_i - R x_i)/X.  Woodruff (1971); Särndal, Swensson & Wretman (1992), 5.6.

    y (n,) or (n,k), x of the same shape or (n,): one ratio per column of y; a row with NaN in y or x is left out of it.
    Raises Fault where X is 0.

    Examples: R's survey, `svyratio(~api.stu, ~enroll, dstrat)`, prints 0.8369569 with standard error 0.007757103.

    >>> import pandas as pd
    >>> from estimation import Design, ratio
    >>> schools = pd.read_csv("tests/golden/shared_apistrat.csv")
    >>> design = Design.from_table(schools, weight="pw", stratum="stype", population="fpc")
    >>> estimate = ratio(schools.api_stu, schools.enroll, design)
    >>> print(estimate.value.round(7), estimate.se.round(9))
    [0.8369569] [0.0077571]
    """
    names, y = number_columns(y, design, "ratio")
    _, x = number_columns(x, design, "ratio")
    return _linearize_ratio(names, y, np.broadcast_to(x, y.shape), design).estimate()


def total(y: ArrayLike | pd.DataFrame, design: Design) -> Estimate:
    """Y = Σwy, z = y.  Särndal, Swensson & Wretman (1992), 4.2.

    y as in `mean`.  The total of a column with NaN is over those who answered, and .flags says so.

    Examples: R's survey, `svytotal(~enroll, dstrat)`, prints 3687178 with standard error 114642.

    >>> import pandas as pd
    >>> from estimation import Design, total
    >>> schools = pd.read_csv("tests/golden/shared_apistrat.csv")
    >>> design = Design.from_table(schools, weight="pw", stratum="stype", population="fpc")
    >>> estimate = total(schools.enroll, design)
    >>> print(estimate.value.round(), estimate.se.round())
    [3687178.] [114642.]
    """
    names, y = number_columns(y, design, "total")
    answered = ~np.isnan(y)
    flags = () if answered.all() else (ANSWERERS_ONLY,)
    y = np.where(answered, y, 0.0)
    linearization = linearize(names, design.weight @ y, y, answered, design)
    return replace(linearization, df=np.full(len(names), float(design.df)), flags=flags).estimate()


def population_variance(y: ArrayLike | pd.DataFrame, design: Design) -> Estimate:
    """S² = n/(n-1) Σw(y-ȳ)²/Σw, z_i = ((y_i - ȳ)² n/(n-1) - S²)/Σw: the variance of y in the population.

    y as in `mean`; n is the number of answers with a weight above 0; a Fault if it is below 2.
    """
    names, y = number_columns(y, design, "variance")
    counted = ~np.isnan(y) & (design.weight > 0)[:, None]
    n = counted.sum(axis=0)
    _refuse_empty(names, n > 1)
    centre = linearize_mean(y, design).value
    return _linearize_ratio(names, (y - centre) ** 2 * n / (n - 1), np.ones_like(y), design).estimate()


def _linearize_ratio(names, y, x, design: Design) -> Linearization:
    answered = ~(np.isnan(y) | np.isnan(x))
    y, x = np.where(answered, y, 0.0), np.where(answered, x, 0.0)
    denominator = design.weight @ x
    _refuse_empty(names, denominator != 0)
    value = (design.weight @ y) / denominator
    return linearize(names, value, (y - value * x) / denominator, answered, design)


def linearize(names: tuple, value: np.ndarray, z: np.ndarray, answered: np.ndarray, design: Design) -> Linearization:
    """The linearisation of `value` (k,) whose linearised variable is z (n,k).

    answered (n,k): whether the row has an answer; the df and the lonely strata are counted over these rows.
    """
    strata, df = zip(*(_answered_strata(c & (design.weight > 0), design) for c in answered.T), strict=True)
    column = np.repeat(np.arange(len(names)), [len(s) for s in strata])
    raised = lonely_raise(np.concatenate(strata), column, len(names), design)
    totals, subtotals = psu_totals(z, design)
    return Linearization(names, value, totals, design, np.array(df, dtype=float), raised, (), subtotals)


def _answered_strata(answered, design: Design) -> tuple[np.ndarray, int]:
    """The strata with an answer, and the degrees of freedom: PSUs with an answer minus these strata."""
    units = np.flatnonzero(np.bincount(design.psu[answered], minlength=len(design.psu_stratum)))
    strata = np.flatnonzero(np.bincount(design.psu_stratum[units], minlength=len(design.stratum_names)))
    return strata, len(units) - len(strata)


def _refuse_empty(names, estimable) -> None:
    empty = [said(name) for name, good in zip(names, estimable, strict=True) if not good]
    if empty:
        raise Fault(key="estimate.no_answers", names=empty)


def number_columns(y: ArrayLike | pd.DataFrame, design: Design, name: str) -> tuple[tuple, np.ndarray]:
    """Names (k,) and values (n,k) as floats of an array, a Series or a DataFrame.

    name: the name where y has none.  Raises Fault for text, an infinite value, or a length other than the design's.
    """
    if isinstance(y, pd.DataFrame):
        names = tuple(str(c) for c in y.columns)
    else:
        names = (str(getattr(y, "name", None) or name),)
    try:
        values = numbers(y)
    except (TypeError, ValueError) as error:
        raise Fault(key="estimate.not_numbers", name=names[0], found=first_text(y)) from error
    values = values[:, None] if values.ndim == 1 else values
    if len(values) != len(design.weight):
        raise Fault(key="estimate.length", name=names[0], found=len(values), expected=len(design.weight))
    if np.isinf(values).any():
        raise Fault(key="estimate.infinite", name=names[0], row=first_row(np.isinf(values).any(axis=1)))
    if len(names) != values.shape[1]:
        names = tuple(f"{name}{j + 1}" for j in range(values.shape[1]))
    return names, values


def check_names(names: tuple) -> None:
    """A Fault if a name occurs twice."""
    if len(set(names)) != len(names):
        raise Fault(key="estimate.names_repeated", names=sorted({said(n) for n in names if names.count(n) > 1}))


def _check_estimate(names, value, covariance, df) -> None:
    k = len(value)
    if len(names) != k or covariance.shape != (k, k):
        raise Fault(key="estimate.shapes", names=len(names), values=k, covariance=str(covariance.shape))
    check_names(names)
    entries = covariance.data if scipy.sparse.issparse(covariance) else covariance
    unfit = ~np.isfinite(value) | np.isnan(df)
    if unfit.any() or not np.isfinite(entries).all():
        raise Fault(key="estimate.not_finite", names=[str(names[j]) for j in np.flatnonzero(unfit)] or ["covariance"])
    diagonal = covariance.diagonal()
    if (diagonal < 0).any():
        j = int((diagonal < 0).argmax())
        raise Fault(key="estimate.variance_negative", name=str(names[j]), found=float(diagonal[j]))
    if abs(covariance - covariance.T).max() > SYMMETRY * max(diagonal.max(), np.finfo(float).tiny):
        raise Fault(key="estimate.not_symmetric", difference=float(abs(covariance - covariance.T).max()))
