"""Coverage of 95 % intervals for shares: stratified interviews with unequal weights, and clusters of five."""

from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, logit

from estimation import Design, mean, proportion_interval, sample_sizes

ELEMENTS, CLUSTERS = "elements", "clusters"
SHARES, SIZES = (0.5, 0.9, 0.98), (30, 60, 125, 400)
METHODS = ("default", "logit", "korn_graubard", "wilson", "likelihood", "arcsine", "wald")
COLUMNS = 250  # replicates a stream: they have the design in common, and each is a column of y
LOG_ODDS = 0.6  # strata's shares lie evenly between log odds of -0.6 and +0.6 about their middle

SAMPLED = np.array([0.3, 0.3, 0.2, 0.2])  # shares of the sample in the four strata, each a quarter of the population
WEIGHT_CV = {ELEMENTS: 0.5, CLUSTERS: 0.3}  # of lognormal weights within strata
CLUSTER, CORRELATION = 5, 0.05  # interviews a PSU, and their intracluster correlation
CLUSTER_STRATA = {30: 2, 60: 3, 125: 4, 400: 4}


class Cell(NamedTuple):
    """A design, the true share p, and n interviews."""

    design: str
    share: float
    n: int


CELLS = [Cell(*c) for c in product((ELEMENTS, CLUSTERS), SHARES, SIZES)]


def coverage(cell: Cell, rng: np.random.Generator) -> pd.DataFrame:
    """One row per method: how often its interval covers p, how wide it is, how often it is a point; n_eff and df."""
    design, y = sample(cell, rng)
    estimate = mean(y, design)
    n_effective = sample_sizes(y[:, 0], np.zeros(cell.n, dtype=int), design).n_effective.iloc[0]
    lines = []
    for method in METHODS:
        chosen = None if method == "default" else method
        lower, upper, _ = proportion_interval(estimate, cell.n, method=chosen, n_effective=n_effective)
        measured = {
            "coverage": ((lower <= cell.share) & (cell.share <= upper)).mean(),
            "width": (upper - lower).mean(),
            "point": (lower == upper).mean(),
        }
        lines.append({"method": method, **measured, "n_effective": n_effective, "df": float(design.df)})
    return pd.DataFrame(lines)


def sample(cell: Cell, rng: np.random.Generator) -> tuple[Design, np.ndarray]:
    """A design with drawn weights, and answers y (n, COLUMNS) whose weighted mean is p on average, exactly.

    Weights are scaled so that every stratum's add up to its population; its share is p's of `stratum_shares`.
    elements: answers are independent.  clusters: beta-binomial, in PSUs of `CLUSTER`.
    """
    stratum, psu = strata(cell)
    weight = stratum_weights(rng, stratum, np.full(stratum.max() + 1, 1.0), WEIGHT_CV[cell.design])
    p = stratum_shares(cell.share, np.full(stratum.max() + 1, 1.0))[stratum]
    if cell.design == CLUSTERS:
        first, spread = np.unique(psu, return_index=True)[1], 1 / CORRELATION - 1
        p = rng.beta(p[first] * spread, (1 - p[first]) * spread, size=(COLUMNS, len(first))).T[psu]
    else:
        p = p[:, None]
    y = (rng.random((cell.n, COLUMNS)) < p).astype(float)
    table = pd.DataFrame({"weight": weight, "stratum": stratum, "psu": psu})
    return Design.from_table(table, weight="weight", stratum="stratum", psu="psu"), y


def strata(cell: Cell) -> tuple[np.ndarray, np.ndarray]:
    """Stratum and PSU codes (n,) of the cell's interviews; elements are their own PSUs."""
    if cell.design == ELEMENTS:
        ends = np.round(np.cumsum(SAMPLED) * cell.n).astype(int)
        return np.searchsorted(ends, np.arange(cell.n), side="right"), np.arange(cell.n)
    psus = cell.n // CLUSTER
    psu = np.repeat(np.arange(psus), CLUSTER)
    return (np.arange(psus) * CLUSTER_STRATA[cell.n] // psus)[psu], psu


def stratum_weights(rng: np.random.Generator, stratum, population, cv: float) -> np.ndarray:
    """Lognormal weights (n,) with coefficient of variation `cv`, scaled so that stratum h's add up to N_h."""
    weight = rng.lognormal(sigma=np.sqrt(np.log1p(cv**2)), size=len(stratum))
    return weight * (population / np.bincount(stratum, weight))[stratum]


def stratum_shares(p: float, population) -> np.ndarray:
    """Shares p_h (H,) with log odds a + LOG_ODDS (-1 … 1) and Σ N_h p_h / N = p."""
    offset = np.linspace(-LOG_ODDS, LOG_ODDS, len(population))
    share = np.asarray(population) / np.sum(population)
    a = brentq(lambda a: share @ expit(a + offset) - p, logit(p) - 2, logit(p) + 2)
    return expit(a + offset)
