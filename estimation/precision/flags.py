"""Is a figure fit to publish?  Limits on interviews, effective interviews, df and relative error."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation.columns.ties import at_least, onto_ends
from estimation.estimators.estimates import Estimate

N, N_EFFECTIVE, DF, CV = "n", "n_effective", "df", "cv"


@dataclass(frozen=True)
class Limits:
    """The least n, effective n and df, and the largest coefficient of variation, of a figure fit to publish.

    The defaults for n, effective n and df are those of the National Center for Health Statistics' presentation
    standards for proportions, Parker et al. (2017), Vital and Health Statistics 2:175; the cv is ours.
    """

    n: float = 30
    n_effective: float = 30
    df: float = 8
    cv: float = 0.3


def coefficient_of_variation(value, se, *, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """se over the distance to the nearer end of the scale (k,): of a share, se/min(p, 1-p); infinite at the ends.

    A share and its complement are the same figure, so 97 % is judged by its 3 %.
    """
    value, se = onto_ends(value, low, high), np.asarray(se, dtype=float)
    nearer = np.minimum(value - low, high - value)
    return np.divide(se, nearer, out=np.full(value.shape, np.inf), where=nearer > 0)


def unfit_to_publish(
    estimate: Estimate, sizes: pd.DataFrame, *, low: float = 0.0, high: float = 1.0, limits: Limits | None = None
) -> list[tuple[str, ...]]:
    """Which limits each estimate breaks (k,), of "n", "n_effective", "df", "cv"; empty: fit to publish.

    A figure exactly at a limit is within it (30 effective interviews of 30 that have one weight each are enough).
    sizes: `sample_sizes`, its index the estimate's names;  low, high: the measure's scale.
    """
    limits = limits or Limits()
    own = sizes.loc[list(estimate.names)]
    broken = {
        N: own.n.to_numpy() < limits.n,
        N_EFFECTIVE: ~at_least(own.n_effective.to_numpy(), limits.n_effective),
        DF: ~at_least(estimate.df, limits.df),
        CV: ~at_least(limits.cv, coefficient_of_variation(estimate.value, estimate.se, low=low, high=high)),
    }
    return [tuple(name for name, rows in broken.items() if rows[j]) for j in range(len(estimate.names))]
