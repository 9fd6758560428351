"""Functions of estimates: linear contrasts, and smooth functions by the delta method."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from estimation.estimators.estimates import Estimate
from words import Fault


def contrast(estimate: Estimate, matrix: ArrayLike | list[dict], names: Sequence) -> Estimate:
    """Lθ̂ with covariance L Σ L', for example differences between domains or changes between columns.

    matrix  L (c,k), or a list of c mappings name -> coefficient, where names that are left out have 0
    names   (c,), of the contrasts
    The df of a contrast are the smallest of the estimates that enter it.

    Examples: R's survey, `svycontrast(svyby(~api00, ~stype, dstrat, svymean, covmat = TRUE), c(1, -1, 0))`: 48.61, the
    elementary schools' mean less that of the high schools.

    >>> import pandas as pd
    >>> from estimation import Design, contrast, domain_means
    >>> schools = pd.read_csv("tests/golden/shared_apistrat.csv")
    >>> design = Design.from_table(schools, weight="pw", stratum="stype", population="fpc")
    >>> means = domain_means(schools.api00, schools.stype, design)
    >>> print(contrast(means, [[1, -1, 0]], ["E - H"]).to_frame().estimate.round(2).to_dict())
    {'E - H': 48.61}
    """
    matrix = _coefficients(matrix, estimate)
    return transform(estimate, matrix @ estimate.value, matrix, names)


def transform(estimate: Estimate, value: ArrayLike, gradient: ArrayLike, names: Sequence) -> Estimate:
    """g(θ̂) with covariance G Σ G' by the delta method, where the caller supplies g(θ̂) and its derivatives.

    value     g(θ̂) (c,), for instance [θ̂_1/θ̂_2, log θ̂_2]
    gradient  G (c,k), ∂g_i/∂θ_j at θ̂, for instance [[1/θ̂_2, -θ̂_1/θ̂_2²], [0, 1/θ̂_2]]
    names     (c,), of the functions
    The df of a function are the smallest of the estimates that enter it.  Särndal, Swensson & Wretman (1992), 5.5.
    """
    gradient = np.atleast_2d(np.asarray(gradient, dtype=float))
    if gradient.shape[1] != len(estimate.names):
        raise Fault(key="contrast.shape", found=str(gradient.shape), expected=len(estimate.names))
    df = np.array([estimate.df[row != 0].min(initial=np.inf) for row in gradient])
    covariance = gradient @ (estimate.covariance @ gradient.T)
    return Estimate(tuple(names), np.asarray(value), (covariance + covariance.T) / 2, df, estimate.flags)


def _coefficients(matrix, estimate: Estimate) -> np.ndarray:
    """L (c,k) from an array or from mappings."""
    if isinstance(matrix, np.ndarray) or not isinstance(matrix[0], dict):
        return np.atleast_2d(np.asarray(matrix, dtype=float))
    rows = np.zeros((len(matrix), len(estimate.names)))
    for row, coefficients in zip(rows, matrix, strict=True):
        row[estimate.positions(list(coefficients))] = list(coefficients.values())
    return rows
