"""Hypothesis tests on a complex sample: of equal means, of contrasts that are 0, of independent classifications."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy
from numpy.typing import ArrayLike

from estimation.columns.columns import column_codes
from estimation.columns.ties import equalized
from estimation.estimators.contrasts import contrast
from estimation.estimators.design import Design
from estimation.estimators.domains import domain_means
from estimation.estimators.estimates import Estimate
from estimation.estimators.means import mean, number_columns, total
from words import Fault


@dataclass(frozen=True)
class HypothesisTest:
    """A statistic, the degrees of freedom of its reference distribution, and the p-value.

    df: (ν,) of Student's t, (k,) of chi-square or (k, ν) of F, as the test says; they may be fractions.
    """

    statistic: float
    df: tuple[float, ...]
    p_value: float


def t_test(estimate: Estimate, *, null: float = 0.0, df: float | None = None) -> HypothesisTest:
    """t = (θ̂ - θ_0)/se of one mean, change or contrast, against Student's t, two-sided.

    null: θ_0; df: None for the estimate's own.  Raises Fault for several estimates, or if se is 0.
    """
    if len(estimate.value) != 1:
        raise Fault(key="test.one_estimate", found=len(estimate.value))
    _refuse_certain(estimate.variance)
    t, df = (estimate.value[0] - null) / estimate.se[0], estimate.df[0] if df is None else df
    return HypothesisTest(float(t), (float(df),), float(2 * scipy.stats.t.sf(abs(t), df)))


def mean_difference(y: ArrayLike, group: ArrayLike, design: Design) -> Estimate:
    """ȳ_2 - ȳ_1 of two groups (in sorted order), whose covariance enters the variance; df = PSUs - strata - 1.

    It is the slope of a regression on the group, which costs one degree of freedom.  `t_test` of it is the two-sample
    test.  y, group (n,); a Fault if there are not two groups.
    """
    means = domain_means(y, group, design)
    if len(means.names) != 2:
        raise Fault(key="test.two_groups", found=[str(name) for name in means.names])
    shift = contrast(means, [[-1.0, 1.0]], (f"{means.names[1]} - {means.names[0]}",))
    return Estimate(shift.names, shift.value, shift.covariance, max(design.df - 1, 0))


def rank_test(y: ArrayLike, group: ArrayLike, design: Design) -> HypothesisTest:
    """The two-sample test of `mean_difference` on `midranks` of y instead of y itself.

    Under the null hypothesis, estimating the ranks adds nothing to the variance.  Lumley & Scott (2013).
    """
    _, y = number_columns(y, design, "mean")
    return t_test(mean_difference(midranks(y[:, 0], design.weight), group, design))


def midranks(y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """r_i = (Σ_{y_j < y_i} w_j + Σ_{y_j = y_i} w_j / 2)/Σw (n,), the estimated population midranks; NaN where y is."""
    answered = ~np.isnan(y)
    codes, values = pd.factorize(equalized(y[answered]), sort=True)
    w = np.bincount(codes, weight[answered], minlength=len(values))
    ranks = np.full(len(y), np.nan)
    ranks[answered] = ((np.cumsum(w) - w / 2) / w.sum())[codes]
    return ranks


def wald_test(estimate: Estimate, *, null: ArrayLike = 0.0, df: float | None = None) -> HypothesisTest:
    """F = W/k, W = (θ̂-θ_0)'Σ⁻¹(θ̂-θ_0), against F(k, ν).

    null: θ_0, a number or (k,); df: ν, None for the smallest df of the estimates.  Raises Fault if Σ is singular.
    """
    k, nu = len(estimate.value), float(estimate.df.min() if df is None else df)
    f = _wald(estimate.value - null, estimate.covariance) / k
    return HypothesisTest(f, (float(k), nu), float(scipy.stats.f.sf(f, k, nu)))


def independence_test(row: ArrayLike, column: ArrayLike, design: Design, *, statistic: str = "F") -> HypothesisTest:
    """The test of Rao & Scott (1984) that two classifications, row (n,) and column (n,), are independent.

    Rows without an answer in either are left out of the table but remain in the design.
    X² = n Σ (p_ij - p_i p_j)²/(p_i p_j) of the weighted shares of n answers.  Its design effects Δ (k,k) are those of
    the k = (r-1)(c-1) interactions of the log-linear model.  ν = PSUs - strata.
    statistic  "F"              X²/tr Δ against F(d, dν), d = (tr Δ)²/tr Δ²: the second-order correction
               "chi_square"     X² itself, with the p-value of X²/(tr Δ/k) against chi-square(k): the first-order one
               "adjusted_wald"  W (ν-k+1)/(νk) against F(k, ν-k+1), W being the Wald statistic of N_ij - N_i N_j/N = 0

    Examples: R's survey 4.1.1, `svychisq(~stype + sch.wide, dstrat)`, has F = 17.247 on 1.83 and 360.25 degrees of
    freedom.

    >>> import pandas as pd
    >>> from estimation import Design, independence_test
    >>> schools = pd.read_csv("tests/golden/shared_apistrat.csv")
    >>> design = Design.from_table(schools, weight="pw", stratum="stype", population="fpc")
    >>> test = independence_test(schools.stype, schools.sch_wide, design)
    >>> print(round(float(test.statistic), 3), [round(float(df), 2) for df in test.df])
    17.247 [1.83, 360.25]
    """
    if statistic not in ("F", "chi_square", "adjusted_wald"):
        raise Fault(key="test.statistic", found=str(statistic), expected=["F", "chi_square", "adjusted_wald"])
    cells, shape = _table_cells(row, column, design)
    k, nu = (shape[0] - 1) * (shape[1] - 1), design.df
    if statistic == "adjusted_wald":
        w = _wald(*_departures(total(cells, design), shape))
        f = w * (nu - k + 1) / (nu * k)
        return HypothesisTest(f, (float(k), float(nu - k + 1)), float(scipy.stats.f.sf(f, k, nu - k + 1)))
    shares, n = mean(cells, design), np.count_nonzero(~np.isnan(cells[:, 0]))
    x2, effects = _pearson(shares.value, shape, n), _interaction_effects(shares, shape, n)
    trace = np.trace(effects)
    if statistic == "chi_square":
        return HypothesisTest(x2, (float(k),), float(scipy.stats.chi2.sf(x2 * k / trace, k)))
    d = trace**2 / np.trace(effects @ effects)
    return HypothesisTest(x2 / trace, (d, d * nu), float(scipy.stats.f.sf(x2 / trace, d, d * nu)))


def _table_cells(row, column, design: Design) -> tuple[np.ndarray, tuple[int, int]]:
    """1{row = i, column = j} (n, rc), NaN where either has no answer; and the shape (r, c) of the table."""
    answered = ~(pd.isna(np.asarray(row)) | pd.isna(np.asarray(column))) & (design.weight > 0)
    if not answered.any():
        raise Fault(key="estimate.no_answers", names=["table"])
    (i, rows), (j, columns) = (column_codes(np.asarray(side)[answered], "table") for side in (row, column))
    shape = len(rows), len(columns)
    if 1 in shape:
        raise Fault(key="test.one_category", found=f"{shape[0]} x {shape[1]}")
    cells = np.full((len(answered), shape[0] * shape[1]), np.nan)
    cells[answered] = np.eye(cells.shape[1])[i * shape[1] + j]
    return cells, shape


def _pearson(shares, shape, n) -> float:
    """n Σ (p_ij - p_i p_j)²/(p_i p_j)."""
    p = shares.reshape(shape)
    independent = np.outer(p.sum(axis=1), p.sum(axis=0))
    return float(n * ((p - independent) ** 2 / independent).sum())


def _interaction_effects(shares: Estimate, shape, n) -> np.ndarray:
    """Δ = (C'D⁻¹C/n)⁻¹ C'D⁻¹VD⁻¹C (k,k), D = diag(p), C the interactions after projection on the main effects.

    An empty cell has 0 in D⁻¹.
    """
    rows, columns = np.eye(shape[0]), np.eye(shape[1])
    main = np.column_stack([np.kron(rows, np.ones((shape[1], 1))), np.kron(np.ones((shape[0], 1)), columns)])
    interactions = np.kron(rows[:, 1:], columns[:, 1:])
    c = interactions - main @ np.linalg.lstsq(main, interactions, rcond=None)[0]
    p = shares.value
    scaled = c * np.divide(1.0, p, out=np.zeros(len(p)), where=p > 0)[:, None]
    return np.linalg.solve(c.T @ scaled / n, scaled.T @ shares.covariance @ scaled)


def _departures(counts: Estimate, shape) -> tuple[np.ndarray, np.ndarray]:
    """N_ij - N_i N_j/N without the last row and column (k,), and its covariance by the delta method."""
    n_ij = counts.value.reshape(shape)
    n_i, n_j, n = n_ij.sum(axis=1), n_ij.sum(axis=0), n_ij.sum()
    of_row, of_column = np.eye(shape[0])[:, :, None], np.eye(shape[1])[:, None, :]
    gradient = [
        of_row[i] * of_column[j] - of_row[i] * n_j[j] / n - n_i[i] / n * of_column[j] + n_i[i] * n_j[j] / n**2
        for i in range(shape[0] - 1)
        for j in range(shape[1] - 1)
    ]
    gradient = np.array(gradient).reshape(len(gradient), -1)
    return (n_ij - np.outer(n_i, n_j) / n)[:-1, :-1].ravel(), gradient @ counts.covariance @ gradient.T


def _wald(departure, covariance) -> float:
    """W = d'Σ⁻¹d; a Fault if Σ has no inverse."""
    covariance = covariance.toarray() if hasattr(covariance, "toarray") else covariance
    _refuse_certain(np.diag(covariance))
    if np.linalg.matrix_rank(covariance, hermitian=True) < len(covariance):
        raise Fault(key="test.singular", found=len(covariance))
    return float(departure @ np.linalg.solve(covariance, departure))


def _refuse_certain(variance) -> None:
    """A Fault if an estimate has no sampling error, so that there is nothing to test."""
    if not (variance > 0).all():
        raise Fault(key="test.no_variance")
