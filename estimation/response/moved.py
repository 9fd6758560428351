"""How far each weighting step moved each estimate, and the standard error of having been moved."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from estimation.columns.ties import is_nothing
from estimation.estimators.design import Design
from estimation.estimators.domains import linearize_domain_means


def moved_by_steps(
    values: ArrayLike, domain: ArrayLike, design: Design, weights: Mapping[str, np.ndarray]
) -> pd.DataFrame:
    """One row for each domain and step: estimate after it, moved (since the step before), se_moved.

    values (n,), NaN for no answer;  domain (n,);  design: of those who responded
    weights: step -> weights (n,) after it, in the order of the steps; those that change nobody's weight are left out
    se_moved is the standard error of the difference of two means of the same people, whose weights are taken as fixed.
    """
    tables, before = [], None
    for name, weight in weights.items():
        part = weight / weight.sum()
        if before is not None and is_nothing(part - before[1], part).all():
            continue
        linear = linearize_domain_means(values, domain, design.reweighted(weight))
        moved = se = np.full(len(linear.names), np.nan)
        if before is not None:
            moved = linear.value - before[0].value
            subtotals = None if linear.subtotals is None else linear.subtotals - before[0].subtotals
            difference = replace(linear, value=moved, u=linear.totals - before[0].totals, subtotals=subtotals)
            se = difference.estimate().se
        columns = {"domain": list(linear.names), "step": name, "estimate": linear.value, "moved": moved, "se_moved": se}
        tables.append(pd.DataFrame(columns))
        before = linear, part
    return pd.concat(tables, ignore_index=True)
