"""Linear and logistic regression on survey data: statsmodels fits them, the one variance gives their errors."""

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from contracts import first_row
from estimation.columns.columns import first_text, numbers, said
from estimation.estimators.design import Design
from estimation.estimators.estimates import Estimate
from estimation.estimators.means import linearize, number_columns
from words import Fault

FAMILIES = ("linear", "logistic")
INTERCEPT = "(Intercept)"
CLOSE = {"tol": 1e-12, "tol_criterion": "params", "maxiter": 100}  # when the iterations of the fit stop


def regression(y: ArrayLike, predictors: pd.DataFrame, design: Design, *, family: str = "linear") -> Estimate:
    """B solves Σ w x (y - μ(x'B)) = 0, z = A⁻¹ x (y - μ) with A = Σ w μ' x x'.  Binder (1983), Int. Stat. Review 51.

    y           (n,), numbers; 0 or 1 if family="logistic"
    predictors  columns of numbers, or of texts, which become indicators of every label but the first; an intercept is
                added
    family      "linear", μ(t) = t, or "logistic", μ(t) = 1/(1 + e^-t)
    Rows with NaN are left out of the regression but remain in the design.  The df are design df + 1 - p for p columns.
    Raises Fault if predictors are linear combinations of one another, or separate the 0s from the 1s.

    Examples: R's survey, `svyglm(api00 ~ ell + meals + mobility, dstrat)`, prints 820.8873, -0.4806, -3.1415 and
    0.2257.

    >>> import pandas as pd
    >>> from estimation import Design, regression
    >>> schools = pd.read_csv("tests/golden/shared_apistrat.csv")
    >>> design = Design.from_table(schools, weight="pw", stratum="stype", population="fpc")
    >>> estimate = regression(schools.api00, schools[["ell", "meals", "mobility"]], design)
    >>> print(estimate.value.round(4).tolist())
    [820.8873, -0.4806, -3.1415, 0.2257]
    """
    if family not in FAMILIES:
        raise Fault(key="regression.family", found=str(family), expected=list(FAMILIES))
    _, y = number_columns(y, design, "y")
    x = indicator_columns(predictors)
    answered = ~np.isnan(y[:, 0]) & ~np.isnan(x.to_numpy()).any(axis=1) & (design.weight > 0)
    rows, outcome, w = x.to_numpy()[answered], y[answered, 0], design.weight[answered]
    fitted = _fit(outcome, rows, w, family)
    mu = fitted.mu
    slope = mu * (1 - mu) if family == "logistic" else np.ones_like(mu)
    bread = np.linalg.inv((rows.T * (w * slope)) @ rows)
    z = np.zeros(x.shape)
    z[answered] = (rows * (outcome - mu)[:, None]) @ bread
    within = np.repeat(answered[:, None], x.shape[1], axis=1)
    linearization = linearize(tuple(str(c) for c in x.columns), np.asarray(fitted.params), z, within, design)
    return replace(linearization, df=linearization.df + 1.0 - x.shape[1]).estimate()


def response_propensity(responded: ArrayLike, predictors: pd.DataFrame, weight: ArrayLike) -> np.ndarray:
    """φ̂ (n,), the probability of response by a weighted logistic regression of `responded` (n,) on the predictors."""
    x = indicator_columns(predictors).to_numpy()
    if np.isnan(x).any():
        raise Fault(key="propensity.missing", row=first_row(np.isnan(x).any(axis=1)))
    return np.asarray(_fit(np.asarray(responded, dtype=float), x, np.asarray(weight), "logistic").mu)


def indicator_columns(predictors: pd.DataFrame) -> pd.DataFrame:
    """An intercept, the columns of numbers, and for every column of texts an indicator of each label but the first."""
    columns = {INTERCEPT: np.ones(len(predictors))}
    for name in predictors.columns:
        try:
            columns[name] = numbers(predictors[name])
        except TypeError:
            values = predictors[name]
            for label in sorted(values.dropna().unique())[1:]:
                columns[f"{name}{label}"] = (values == label).astype(float).where(values.notna()).to_numpy()
        except ValueError as error:
            raise Fault(key="regression.column", name=said(name), found=first_text(predictors[name])) from error
    return pd.DataFrame(columns)


def _fit(y, x, weight, family: str):
    """The weighted maximum-likelihood fit; a Fault if predictors are linear combinations or separate the answers."""
    from statsmodels.genmod.families import Binomial, Gaussian  # imported here: they cost a second
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationError, PerfectSeparationWarning

    if family == "logistic" and not np.isin(y, (0, 1)).all():
        raise Fault(key="regression.not_binary", found=float(y[~np.isin(y, (0, 1))][0]))
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise Fault(key="regression.dependent", columns=x.shape[1], rank=int(np.linalg.matrix_rank(x)))
    with warnings.catch_warnings():
        warnings.simplefilter("error", PerfectSeparationWarning)
        try:
            chosen = Binomial() if family == "logistic" else Gaussian()
            return GLM(y, x, family=chosen, var_weights=weight / weight.mean()).fit(**CLOSE)
        except (PerfectSeparationError, PerfectSeparationWarning) as error:
            raise Fault(key="regression.separated", count=len(y)) from error
