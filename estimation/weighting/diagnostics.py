"""What weighting did: the variation of the weights after every step, extreme weights, and the cost of trimming."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from estimation.columns.ties import at_least
from estimation.estimators.design import Design
from estimation.estimators.means import linearize_mean

EXTREME = 5.0  # times the median: a weight above this is extreme


def kish_effect(weight: ArrayLike) -> float:
    """deff_w = n Σw²/(Σw)² = 1 + cv²_w over the weights above 0.  Kish (1965), 11.7.

    Examples: one person in three counts twice: 3 (1 + 1 + 4)/(1 + 1 + 2)² = 18/16.

    >>> from estimation import kish_effect
    >>> kish_effect([1, 1, 2])
    1.125
    """
    w = np.asarray(weight, dtype=float)
    return float(np.count_nonzero(w) * (w @ w) / w.sum() ** 2)


def weight_summary(steps: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """One row per step (name -> weights): n, sum, smallest, median, largest, largest/median, deff_w and n/deff_w.

    All are over the weights above 0; deff_w is `kish_effect`.
    """
    rows = {}
    for name, weight in steps.items():
        w = np.asarray(weight, dtype=float)
        w = w[w > 0]
        deff, middle = kish_effect(w), float(np.median(w))
        rows[name] = {
            "n": len(w),
            "sum": w.sum(),
            "smallest": w.min(),
            "median": middle,
            "largest": w.max(),
            "largest_over_median": w.max() / middle,
            "deff": deff,
            "n_effective": len(w) / deff,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("step")


def extreme_weights(weight: ArrayLike, *, times: float = EXTREME) -> pd.DataFrame:
    """The rows whose weight is above `times` the median, heaviest first: row, weight, weight/median, share of Σw²."""
    w = np.asarray(weight, dtype=float)
    middle = float(np.median(w[w > 0]))
    rows = np.flatnonzero(~at_least(times * middle, w))
    rows = rows[np.argsort(-w[rows], kind="stable")]
    columns = {
        "row": rows,
        "weight": w[rows],
        "over_median": w[rows] / middle,
        "share_of_squares": w[rows] ** 2 / (w @ w),
    }
    return pd.DataFrame(columns)


def trimming_cost(y: ArrayLike | pd.DataFrame, before: Design, after: Design) -> pd.DataFrame:
    """How far trimming moved the means of y, against what it saved in standard error.

    y (n,) or (n,k); before, after: the design with the weights before and after trimming.
    Columns: before, after, shift, se_before, se_after, and rmse_after = √(se_after² + max(shift² - V(shift), 0)), where
    the untrimmed mean is taken as unbiased: trimming was worth its cost if rmse_after is below se_before.  V(shift) is
    the variance of the difference of two means from the same sample.
    """
    one, two = linearize_mean(y, before), linearize_mean(y, after)
    shift = two.value - one.value
    subtotals = None if one.subtotals is None else two.subtotals - one.subtotals
    shift_estimate = replace(one, value=shift, u=two.totals - one.totals, subtotals=subtotals).estimate()
    se_one, se_two = one.estimate().se, two.estimate().se
    bias_squared = np.maximum(shift**2 - shift_estimate.variance, 0)
    columns = {"before": one.value, "after": two.value, "shift": shift, "se_before": se_one, "se_after": se_two}
    columns["rmse_after"] = np.sqrt(se_two**2 + bias_squared)
    return pd.DataFrame(columns, index=pd.Index(one.names, name="mean"))
