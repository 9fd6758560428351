"""Totals, means, ratios and population variances: each is linearised, and its covariance is the one variance."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from contracts import first_row
from estimation.columns.columns import first_text, numbers, said
from estimation.estimators.design import Design
from estimation.estimators.estimates import ANSWERERS_ONLY, Estimate, Linearization
from estimation.estimators.variance import (
    lonely_raise,
    psu_totals,
)
from words import Fault


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
