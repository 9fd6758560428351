"""Is a figure fit to publish?  Limits on interviews, effective interviews, df and relative error."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from estimation.columns.ties import at_least, onto_ends
from estimation.estimators.estimates import Estimate

N, N_EFFECTIVE, DF, CV = "n", "n_effective", "df", "cv"


@dataclass(frozen=True)
class Limits:
    """The smallest n, effective n and df, and the largest coefficient of variation, of a figure fit to publish.

    The defaults of n, effective n and df are those of the National Center for Health Statistics' presentation
    standards for proportions, Parker et al. (2017), Vital and Health Statistics 2:175; that of the cv is ours.
    """

    n: float = 30
    n_effective: float = 30
    df: float = 8
    cv: float = 0.3


def coefficient_of_variation(value: ArrayLike, se: ArrayLike, *, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """se divided by the distance to the nearer end of the scale (k,): of a share, se/min(p, 1-p); NaN at an end.

    A share and its complement say the same, so 97 % is judged by its 3 %.  At an end there is nothing to divide by.
    """
    value, se = onto_ends(value, low, high), np.asarray(se, dtype=float)
    nearer = np.minimum(value - low, high - value)
    return np.divide(se, nearer, out=np.full(value.shape, np.nan), where=nearer > 0)


def unfit_to_publish(
    estimate: Estimate, sizes: pd.DataFrame, *, low: float = 0.0, high: float = 1.0, limits: Limits | None = None
) -> list[tuple[str, ...]]:
    """For each of k estimates the limits it breaks, of "n", "n_effective", "df" and "cv"; none: it is fit to publish.

    sizes      from `sample_sizes`, indexed by the estimate's names
    low, high  the ends of the measure's scale
    limits     None: the defaults of `Limits`
    A figure exactly at a limit is within it: 30 interviews with equal weights are 30 effective ones, and enough.
    Where all gave the same answer at an end of the scale, n, n_effective and df decide: what is known is said by the
    interval, which for 0 of n is (0, 1 - .025^(1/n)), .116 wide at n = 30 and narrower with more.
    """
    limits = limits or Limits()
    relative = coefficient_of_variation(estimate.value, estimate.se, low=low, high=high)
    area_sizes = sizes.loc[list(estimate.names)]
    broken = {
        N: area_sizes.n.to_numpy() < limits.n,
        N_EFFECTIVE: ~at_least(area_sizes.n_effective.to_numpy(), limits.n_effective),
        DF: ~at_least(estimate.df, limits.df),
        CV: ~(at_least(limits.cv, relative) | np.isnan(relative)),
    }
    return [tuple(name for name, rows in broken.items() if rows[j]) for j in range(len(estimate.names))]
