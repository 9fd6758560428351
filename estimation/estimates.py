"""Totals, means, ratios and means of domains: each linearised, its covariance from the one variance."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy import stats

from estimation.design import Design, label_codes
from estimation.variance import totals_covariance
from words import Fault

SPARSE_FROM = 1000  # estimates of so many domains keep their covariance sparse
SYMMETRY = 1e-9


class Interval(NamedTuple):
    """Confidence limits (k,) each, in the units of the estimate, and the level they were made for (0.95)."""

    lower: np.ndarray
    upper: np.ndarray
    level: float


@dataclass(frozen=True, eq=False)
class Estimate:
    """k estimates and their covariance: all that intervals, changes, ranks and rules ever see.

    names (k,); value (k,); covariance (k,k), numpy or scipy.sparse; df (k,) (a scalar is spread over all; inf: normal).
    flags: keys of what a reader must know ("answerers_only": a total over those who answered).
    Users who bring only scores and standard errors build it as Estimate(names, value, np.diag(se**2), np.inf).
    """

    names: tuple
    value: np.ndarray
    covariance: object
    df: np.ndarray
    flags: tuple[str, ...] = ()

    def __post_init__(self):
        value = np.atleast_1d(np.asarray(self.value, dtype=float))
        k = len(value)
        covariance = self.covariance if sp.issparse(self.covariance) else np.asarray(self.covariance, dtype=float)
        covariance = covariance.reshape(k, k) if covariance.size == 1 and k == 1 else covariance
        names = (self.names,) if isinstance(self.names, str) else tuple(self.names)
        df = np.broadcast_to(np.asarray(self.df, dtype=float), (k,))
        for field, given in (("names", names), ("value", value), ("covariance", covariance), ("df", df)):
            object.__setattr__(self, field, given)
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
        """value ± t(df) se, the Wald interval; shares near 0 or 1 need `proportion_interval` instead.

        With no degrees of freedom and a standard error above 0 nothing is known: the limits are infinite.
        """
        half = np.multiply(t_quantile(level, self.df), self.se, out=np.zeros(len(self.se)), where=self.se > 0)
        return Interval(self.value - half, self.value + half, level)

    def to_frame(self, level: float = 0.95) -> pd.DataFrame:
        """One row a name: estimate, se, df, lower, upper."""
        lower, upper, _ = self.interval(level)
        columns = {"estimate": self.value, "se": self.se, "df": self.df, "lower": lower, "upper": upper}
        return pd.DataFrame(columns, index=pd.Index(self.names, name="name"))

    def select(self, names) -> "Estimate":
        """The estimates of `names` (k',) in that order, with their covariance."""
        position = {name: j for j, name in enumerate(self.names)}
        absent = [str(n) for n in names if n not in position]
        if absent:
            raise Fault(key="estimate.names_absent", names=absent, found=[str(n) for n in self.names])
        at = np.array([position[n] for n in names], dtype=int)
        covariance = self.covariance[at][:, at] if sp.issparse(self.covariance) else self.covariance[np.ix_(at, at)]
        return Estimate(tuple(names), self.value[at], covariance, self.df[at], self.flags)


@dataclass(frozen=True, eq=False)
class Linearization:
    """k estimates before their variance: value (k,), PSU totals u (m,k) of the linearised variable, design, df (k,).

    Two waves' linearisations share PSUs: `common_psu_covariance` takes a pair of them.
    """

    names: tuple
    value: np.ndarray
    totals: object
    design: Design
    df: np.ndarray
    flags: tuple[str, ...] = ()

    def estimate(self) -> Estimate:
        """The estimate, its covariance from the one variance."""
        covariance = totals_covariance(self.totals, self.design)
        if sp.issparse(covariance) and len(self.names) < SPARSE_FROM:
            covariance = covariance.toarray()
        return Estimate(self.names, self.value, covariance, self.df, self.flags)


def t_quantile(level: float, df) -> np.ndarray:
    """The two-sided t quantile t_df((1 + level)/2); df below 1 give infinity, infinite df the normal quantile."""
    df = np.asarray(df, dtype=float)
    return np.where(df >= 1, stats.t.ppf((1 + level) / 2, np.maximum(df, 1)), np.inf)


def mean(y, design: Design) -> Estimate:
    """ȳ = Σwy/Σw, z_i = (y_i - ȳ)/Σw; a ratio with x = 1.  Särndal, Swensson & Wretman (1992), 5.7.

    y (n,), (n,k) or a DataFrame; rows with NaN leave that column's mean, not the design.
    """
    return linearize_mean(y, design).estimate()


def linearize_mean(y, design: Design) -> Linearization:
    """`mean` before its variance is taken."""
    names, y = _columns(y, design, "mean")
    return _linearize_ratio(names, y, np.ones_like(y), design)


def ratio(y, x, design: Design) -> Estimate:
    """R = Y/X, z_i = (y_i - R x_i)/X.  Woodruff (1971); Särndal, Swensson & Wretman (1992), 5.6.

    y (n,) or (n,k), x the same shape or (n,): one ratio a column of y; rows with NaN in y or x leave that ratio.
    """
    names, y = _columns(y, design, "ratio")
    _, x = _columns(x, design, "ratio")
    return _linearize_ratio(names, y, np.broadcast_to(x, y.shape), design).estimate()


def total(y, design: Design) -> Estimate:
    """Y = Σwy, z = y.  Särndal, Swensson & Wretman (1992), 4.2.

    y as in `mean`.  A total of a column with NaN is over those who answered, and says so in .flags.
    """
    names, y = _columns(y, design, "total")
    answered = ~np.isnan(y)
    u = _psu_sums(np.where(answered, y, 0.0), design)
    flags = () if answered.all() else ("answerers_only",)
    return Linearization(names, u.sum(axis=0), u, design, np.full(len(names), design.df), flags).estimate()


def domain_means(y, domain, design: Design) -> Estimate:
    """ȳ_d = Σ_d wy/Σ_d w for every domain d, with their full covariance: ratios with x = 1{d}.

    y (n,): NaN leaves the domain, not the design; domain (n,), or a DataFrame for domains by several columns.
    df are each domain's own: PSUs with an answer in it minus their strata.  A domain nobody answered in has no
    estimate and is not among .names.  Särndal, Swensson & Wretman (1992), 5.8 and 10.3.
    """
    return linearize_domain_means(y, domain, design).estimate()


def linearize_domain_means(y, domain, design: Design) -> Linearization:
    """`domain_means` before its variance is taken: u_jd = Σ_{i in j,d} w_i (y_i - ȳ_d)/Σ_d w, sparse (m, domains)."""
    _, y = _columns(y, design, "mean")
    codes, labels = label_codes(_domain_table(domain, design), list(_domain_table(domain, design).columns))
    y, kept = y[:, 0], ~np.isnan(y[:, 0]) & (design.weight > 0)
    if not kept.any():
        raise Fault(key="estimate.no_answers", names=["mean"])
    w, cell, shape = (
        design.weight[kept],
        (design.psu[kept], codes[kept]),
        (len(design.psu_stratum), len(labels)),
    )
    sw, swy = sp.csc_matrix((w, cell), shape), sp.csc_matrix((w * y[kept], cell), shape)
    answered = np.flatnonzero(np.diff(sw.indptr))
    sw, swy = sw[:, answered], swy[:, answered]
    size = np.asarray(sw.sum(axis=0)).ravel()
    value = np.asarray(swy.sum(axis=0)).ravel() / size
    of = np.repeat(np.arange(len(answered)), np.diff(sw.indptr))
    u = sp.csc_matrix(((swy.data - value[of] * sw.data) / size[of], sw.indices, sw.indptr), sw.shape)
    return Linearization(tuple(labels[answered]), value, u, design, _domain_df(sw, of, design))


def _domain_df(occupied, of, design: Design) -> np.ndarray:
    """PSUs with an answer in the domain minus the strata they lie in (k,)."""
    strata = np.unique(of * len(design.stratum_names) + design.psu_stratum[occupied.indices])
    in_strata = np.bincount(strata // len(design.stratum_names), minlength=occupied.shape[1])
    return np.diff(occupied.indptr) - in_strata


def _linearize_ratio(names, y, x, design: Design) -> Linearization:
    answered = ~(np.isnan(y) | np.isnan(x))
    y, x = np.where(answered, y, 0.0), np.where(answered, x, 0.0)
    denominator = design.weight @ x
    if not denominator.all():
        raise Fault(
            key="estimate.no_answers",
            names=[str(n) for n, d in zip(names, denominator, strict=True) if d == 0],
        )
    value = (design.weight @ y) / denominator
    z = (y - value * x) / denominator
    df = [_answered_df(column & (design.weight > 0), design) for column in answered.T]
    return Linearization(names, value, _psu_sums(z, design), design, np.array(df))


def _answered_df(answered, design: Design) -> int:
    units = np.unique(design.psu[answered])
    return len(units) - len(np.unique(design.psu_stratum[units]))


def _psu_sums(z, design: Design) -> np.ndarray:
    m = len(design.psu_stratum)
    return np.column_stack([np.bincount(design.psu, design.weight * column, minlength=m) for column in z.T])


def _columns(y, design: Design, name: str) -> tuple[tuple, np.ndarray]:
    """Names and a float (n,k) array of a Series, DataFrame or array."""
    if isinstance(y, pd.DataFrame):
        names = tuple(str(c) for c in y.columns)
    else:
        names = (str(getattr(y, "name", None) or name),)
    try:
        values = np.asarray(y, dtype=float)
    except (TypeError, ValueError) as error:
        raise Fault(key="estimate.not_numbers", name=names[0]) from error
    values = values[:, None] if values.ndim == 1 else values
    if len(values) != len(design.weight):
        raise Fault(key="estimate.length", name=names[0], found=len(values), expected=len(design.weight))
    if np.isinf(values).any():
        raise Fault(key="estimate.infinite", name=names[0], row=int(np.isinf(values).any(axis=1).argmax()))
    if len(names) != values.shape[1]:
        names = tuple(f"{name}{j + 1}" for j in range(values.shape[1]))
    return names, values


def _domain_table(domain, design: Design) -> pd.DataFrame:
    table = domain if isinstance(domain, pd.DataFrame) else pd.DataFrame({"domain": np.asarray(domain)})
    if len(table) != len(design.weight):
        raise Fault(key="estimate.length", name="domain", found=len(table), expected=len(design.weight))
    return table


def _check_estimate(names, value, covariance, df) -> None:
    k = len(value)
    if len(names) != k or covariance.shape != (k, k):
        raise Fault(key="estimate.shapes", names=len(names), values=k, covariance=str(covariance.shape))
    if len(set(names)) != k:
        raise Fault(key="estimate.names_repeated", names=sorted({str(n) for n in names if names.count(n) > 1}))
    entries = covariance.data if sp.issparse(covariance) else covariance
    unfit = ~np.isfinite(value) | np.isnan(df)
    if unfit.any() or not np.isfinite(entries).all():
        raise Fault(key="estimate.not_finite", names=[str(names[j]) for j in np.flatnonzero(unfit)] or ["covariance"])
    diagonal = covariance.diagonal()
    if (diagonal < 0).any():
        j = int((diagonal < 0).argmax())
        raise Fault(key="estimate.variance_negative", name=str(names[j]), found=float(diagonal[j]))
    if abs(covariance - covariance.T).max() > SYMMETRY * max(diagonal.max(), np.finfo(float).tiny):
        raise Fault(key="estimate.not_symmetric", difference=float(abs(covariance - covariance.T).max()))
