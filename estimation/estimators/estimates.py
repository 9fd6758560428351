"""k estimates and their covariance, and the linearisation of which that covariance is computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy
from numpy.typing import ArrayLike

from estimation.columns.columns import said
from estimation.columns.matrices import Matrix, Spread
from estimation.columns.ties import is_nothing
from estimation.estimators.change_laws import ChangeLaw
from estimation.estimators.design import Design
from estimation.estimators.laws import SamplingLaw
from estimation.estimators.residuals import Totals
from estimation.estimators.variance import (
    CellTotals,
    as_matrix,
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
