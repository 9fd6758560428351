"""How evenly people responded: the R-indicator with its bias correction and standard error, and its parts."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from estimation.calibration.calibration import base_weights
from estimation.columns.columns import column_codes, label_codes
from estimation.response.propensity import ResponseCells
from words import Fault


@dataclass(frozen=True, eq=False)
class Representativity:
    """The R-indicator of n sampled people, and what each variable has to do with it.

    rate              Σwr/Σw, the weighted response rate
    propensity (n,)   φ_i, the estimated probability of response
    variance          S² = Σw(φ - φ̄)²/(Σw - 1)
    bias              of S² as an estimate of the variance of the true propensities
    bias_published    the same as it is published, which counts the intercept too
    se                of R; NaN where S² is not above its bias: then no unevenness is seen, and R = 1
    variables         variable -> unconditional, conditional: √ of the variance of φ between its categories, and of that
                      within classes of all other variables, both corrected as S² is
    categories        variable, category, n, share (of the weight), rate, unconditional (with the sign of the
                      category's difference from the mean), conditional; these are not corrected
    """

    n: int
    rate: float
    propensity: np.ndarray
    variance: float
    bias: float
    bias_published: float
    se: float
    variables: pd.DataFrame
    categories: pd.DataFrame

    @property
    def r(self) -> float:
        """R = 1 - 2√max(S² - bias, 0): 1 if everybody responds alike."""
        return 1 - 2 * float(np.sqrt(max(self.variance - self.bias, 0.0)))

    @property
    def published(self) -> float:
        """R with the published correction, for comparisons with other surveys."""
        return 1 - 2 * float(np.sqrt(max(self.variance - self.bias_published, 0.0)))

    @property
    def uncorrected(self) -> float:
        """1 - 2S: too small in small samples, in which propensities differ by chance."""
        return 1 - 2 * float(np.sqrt(self.variance))

    @property
    def largest_bias(self) -> float:
        """√max(S² - bias, 0)/φ̄: no unweighted mean of a variable with spread 1 can be further off than this."""
        return float(np.sqrt(max(self.variance - self.bias, 0.0))) / self.rate


def representativity(
    responded: ArrayLike, variables: pd.DataFrame, weight: ArrayLike, stratum: ArrayLike | None = None
) -> Representativity:
    """R and its partial indicators from a logistic model of response with the main effects of `variables`.

    responded (n,)  whether each sampled, eligible person responded
    variables       columns of labels known of all of them
    weight (n,)     the weights before the adjustment for nonresponse;  stratum (n,): of the sample, None for one

        R = 1 - 2√(S² - bias),     bias = Σw z'Σz/Σw - z̄'Σz̄ - V(Σwφ)/(Σw)²,     z = φ(1-φ)x
        Var R = (4a'Σa + 2 tr(BΣBΣ) + V(Σw(φ - φ̄)²)/(Σw)²)/S²,     a = Cov(z, φ), B = Cov(z)

    Σ is the inverse information of the model with weights of mean 1, V the variance of a total by strata.
    Schouten, Cobben & Bethlehem (2009), Survey Methodology 35, 101-113; Shlomo, Skinner & Schouten (2012), Journal of
    Statistical Planning and Inference 142, 201-211, whose correction is without z̄'Σz̄, the variance of the mean of the
    estimated propensities: where everybody responds alike it takes away φ̄(1-φ̄)/n too much (simulated in the tests).
    Raises Fault where there is no variable, or where everybody or nobody responded.
    """
    r, w = np.asarray(responded, dtype=float), base_weights(weight)
    if not len(variables.columns):
        raise Fault(key="responding.no_variable")
    if r.all() or not r.any():
        raise Fault(key="responding.all_alike", count=len(r), responded=int(r.sum()))
    strata = np.zeros(len(r), dtype=int) if stratum is None else column_codes(np.asarray(stratum), "stratum")[0]
    relative = w / w.mean()
    cells = ResponseCells.of(variables)
    phi = cells.probabilities(cells.fit(r, relative))
    slope = phi * (1 - phi)
    x = cells.x
    information = (x.T * np.bincount(cells.cell, relative * slope, minlength=len(x))) @ x
    sigma = np.linalg.pinv(information, hermitian=True)
    size, centre = w.sum(), float(w @ phi / w.sum())
    variance = float(w @ (phi - centre) ** 2 / (size - 1))
    quadratic = np.einsum("cj,jk,ck->c", x, sigma, x)[cells.cell] * slope**2  # z'Σz
    published = float(w @ quadratic / size) - _variance_of_total(phi, w, strata) / size**2
    of_mean = np.bincount(cells.cell, w * slope, minlength=len(x)) @ x / size
    bias = published - float(of_mean @ sigma @ of_mean)
    se = _standard_error(phi, centre, slope, cells, w, sigma, strata, variance)
    factor = max(0.0, 1 - bias / variance) if variance > 0 else 0.0
    by_variable, by_category = _partial(r, phi, centre, w, variables, factor)
    se = se if factor > 0 else np.nan
    rate = float(w @ r / size)
    return Representativity(len(r), rate, phi, variance, bias, published, se, by_variable, by_category)


def _standard_error(phi, centre, slope, cells: ResponseCells, w, sigma, strata, variance: float) -> float:
    """√Var R, see `representativity`."""
    size = w.sum()
    z_weight = np.bincount(cells.cell, w * slope, minlength=len(cells.x))
    z_mean = z_weight @ cells.x / size
    of_square = np.bincount(cells.cell, w * slope**2, minlength=len(cells.x))
    spread = (cells.x.T * of_square) @ cells.x / size - np.outer(z_mean, z_mean)
    together = np.bincount(cells.cell, w * slope * (phi - centre), minlength=len(cells.x)) @ cells.x / size
    product = spread @ sigma
    sampled = _variance_of_total((phi - centre) ** 2, w, strata) / size**2
    of_variance = 4 * together @ sigma @ together + 2 * np.trace(product @ product) + sampled
    population = variance * (size - 1) / size
    return float(np.sqrt(of_variance / population)) if population > 0 else np.nan


def _variance_of_total(y: np.ndarray, w: np.ndarray, strata: np.ndarray) -> float:
    """V = Σ_h (1 - n_h/Σ_h w) n_h/(n_h - 1) Σ (wy - mean)²; strata with one person are taken together."""
    n = np.bincount(strata)
    alone = (n < 2)[strata]
    strata = np.unique(np.where(alone, -1, strata), return_inverse=True)[1]
    n, size, total = np.bincount(strata), np.bincount(strata, w), np.bincount(strata, w * y)
    squares = np.bincount(strata, (w * y - (total / n)[strata]) ** 2)
    return float((np.clip(1 - n / size, 0.0, 1.0) * n / np.maximum(n - 1, 1) * squares).sum())


def _partial(r, phi, centre: float, w, variables: pd.DataFrame, factor: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The partial indicators by variable and by category; factor: 1 - bias/S²."""
    size, by_variable, by_category = w.sum(), {}, []
    for name in variables.columns:
        codes, labels = column_codes(variables[name], name)
        weight = np.bincount(codes, w, minlength=len(labels))
        mean = np.bincount(codes, w * phi, minlength=len(labels)) / weight
        between = weight * (mean - centre) ** 2 / size
        others = [c for c in variables.columns if c != name]
        other = label_codes(variables, others)[0] if others else np.zeros(len(w), dtype=int)
        of_others = np.bincount(other, w * phi) / np.bincount(other, w)
        within = np.bincount(codes, w * (phi - of_others[other]) ** 2, minlength=len(labels)) / size
        root = np.sqrt(factor * np.array([between.sum(), within.sum()]))
        by_variable[name] = {"unconditional": root[0], "conditional": root[1]}
        columns = {"category": labels, "n": np.bincount(codes, minlength=len(labels)), "share": weight / size}
        columns |= {"rate": np.bincount(codes, w * r, minlength=len(labels)) / weight}
        columns |= {"unconditional": np.sign(mean - centre) * np.sqrt(between), "conditional": np.sqrt(within)}
        by_category.append(pd.DataFrame(columns).assign(variable=name))
    ordered = ["variable", "category", "n", "share", "rate", "unconditional", "conditional"]
    return pd.DataFrame.from_dict(by_variable, orient="index"), pd.concat(by_category, ignore_index=True)[ordered]
