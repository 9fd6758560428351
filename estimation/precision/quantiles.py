"""Quantiles of a weighted sample by a chosen definition, with Woodruff's intervals."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from estimation.columns.ties import equalized
from estimation.estimators.design import Design
from estimation.estimators.domains import domain_codes
from estimation.estimators.estimates import t_quantile
from estimation.estimators.means import mean, number_columns
from estimation.precision.intervals import proportion_interval
from words import Fault


@dataclass(frozen=True, eq=False)
class Quantiles:
    """k quantiles of one column with Woodruff's limits.

    names (k,)                  the probabilities, or (domain, probability)
    value, lower, upper, df (k,)  the quantiles, their limits, and the degrees of freedom
    level                       of the limits
    """

    names: tuple
    value: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    df: np.ndarray
    level: float

    @property
    def se(self) -> np.ndarray:
        """(upper - lower)/(2 t(df)) (k,), the standard error of a Wald interval as wide as this; NaN for df below 1."""
        known = self.df >= 1
        return np.where(
            known, (self.upper - self.lower) / 2 / np.where(known, t_quantile(self.level, self.df), 1), np.nan
        )

    def to_frame(self) -> pd.DataFrame:
        """A table with one row per name and the columns estimate, se, df, lower and upper."""
        columns = {"estimate": self.value, "se": self.se, "df": self.df, "lower": self.lower, "upper": self.upper}
        return pd.DataFrame(columns, index=pd.Index(self.names, name="name", tupleize_cols=False))


def quantile(
    y: ArrayLike,
    probabilities: ArrayLike,
    design: Design,
    *,
    domain: ArrayLike | pd.DataFrame | None = None,
    rule: str = "math",
    interval: str = "wald",
    level: float = 0.95,
) -> Quantiles:
    """q̂ with F̂(q̂) = p, F̂(t) = Σw 1{y <= t}/Σw, and Woodruff's limits, the quantiles at the limits of the share F̂(q̂).

    y (n,), NaN is left out; probabilities p, a number or several in (0, 1); domain (n,) or a DataFrame: the quantiles
    are then within each domain.  Woodruff (1952).
    rule      the definition, Hyndman & Fan (1996), weighted; C_k is the weight of the k smallest answers
              "math"    the smallest y with F̂(y) >= p                                  (their 1)
              "school"  as "math", but where F̂(y) = p the mean of y and the next one   (their 2)
              "hf4"     linear between the points (C_k/C_n, y_k)                       (their 4)
              "hf7"     linear between the points (C_{k-1}/C_{n-1}, y_k)               (their 7)
    interval  the limits of the share F̂(q̂): "wald", "korn_graubard", "logit", "arcsine" (see `proportion_interval`),
              turned into quantiles by the same rule; NaN where they leave 0..1

    C is summed in extended precision, and F̂ is compared with p without tolerance: where F̂ equals p, the rounding of p
    decides, as in R.  Answers that differ only by rounding (estimation.columns.ties) are equal.  With hf4 and hf7, tied
    answers of unequal weight count in the order of the rows.

    Examples: R's survey, `svyquantile(~api00, dstrat, c(.25, .5, .75))`, has the quartiles 565, 668 and 756.

    >>> import pandas as pd
    >>> from estimation import Design, quantile
    >>> schools = pd.read_csv("tests/golden/shared_apistrat.csv")
    >>> design = Design.from_table(schools, weight="pw", stratum="stype", population="fpc")
    >>> print(quantile(schools.api00, [0.25, 0.5, 0.75], design).value)
    [565. 668. 756.]
    """
    if rule not in RULES:
        raise Fault(key="quantile.rule", found=str(rule), expected=sorted(RULES))
    p = np.atleast_1d(np.asarray(probabilities, dtype=float))
    if not ((p > 0) & (p < 1)).all():
        raise Fault(key="quantile.probability", found=[float(v) for v in p])
    _, y = number_columns(y, design, "quantile")
    y, answered = equalized(y[:, 0]), ~np.isnan(y[:, 0]) & (design.weight > 0)
    if domain is None:
        groups = [((), answered)]
    else:
        codes, labels = domain_codes(domain, design)
        groups = [(_tuple(label), answered & (codes == d)) for d, label in enumerate(labels)]
    rows = [(name, q, inside) for name, inside in groups if inside.any() for q in p]
    if not rows:
        raise Fault(key="estimate.no_answers", names=["quantile"])
    columns = np.array([_quantile(y, inside, q, design, RULES[rule], interval, level) for _, q, inside in rows]).T
    names = tuple((*name, q) if name else q for name, q in ((name, float(q)) for name, q, _ in rows))
    return Quantiles(names, *columns, level)


def _quantile(y, inside, p, design: Design, rule, interval, level):
    """Value, lower, upper and df of one quantile among the rows `inside`."""
    order = np.flatnonzero(inside)[np.argsort(y[inside], kind="stable")]
    ascending, w = y[order], design.weight[order]
    value = rule(ascending, w, p)
    share = mean(np.where(inside, y <= value, np.nan), design)
    lower, upper, _ = proportion_interval(share, len(order), method=interval, level=level)
    limits = [rule(ascending, w, q[0]) if 0 <= q[0] <= 1 else np.nan for q in (lower, upper)]
    return value, *limits, share.df[0]


def _shares(w) -> np.ndarray:
    """C_k/C_n (n,)."""
    cumulative = np.cumsum(w.astype(np.longdouble)).astype(float)
    return cumulative / cumulative[-1]


def _math(y, w, p):
    return y[min(np.searchsorted(_shares(w), p), len(y) - 1)]


def _school(y, w, p):
    shares = _shares(w)
    k = min(np.searchsorted(shares, p), len(y) - 1)
    return (y[k] + y[min(k + 1, len(y) - 1)]) / 2 if shares[k] == p else y[k]


def _hf4(y, w, p):
    return np.interp(p, _shares(w), y)


def _hf7(y, w, p):
    if len(y) == 1:
        return y[0]
    return np.interp(p, np.append(0.0, _shares(w[:-1])), y)


RULES = {"math": _math, "school": _school, "hf4": _hf4, "hf7": _hf7}


def _tuple(label) -> tuple:
    return label if isinstance(label, tuple) else (label,)
