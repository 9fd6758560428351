"""Third central moments of the answers by area: how skewed one answer is, which a covariance does not say."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

PRIOR = 300.0  # the interviews that the league's moment counts as: a third moment of 100 answers is mostly noise


def third_moments(
    values: np.ndarray, domain: ArrayLike, weight: np.ndarray, names: Sequence, *, prior: float = PRIOR
) -> np.ndarray:
    """μ₃ (k,) of one answer in each domain, shrunk towards the league's: (n_d m_d + c m̄)/(n_d + c), c = prior.

    values (n,)  NaN for no answer;  domain, weight (n,);  names (k,): the domains, in order
    m_d = Σ w(y - ȳ_d)³/Σ w, n_d = (Σw)²/Σw² (Kish), and m̄ is the mean of m_d weighted by n_d.
    """
    answered = ~np.isnan(values) & (np.asarray(weight) > 0)
    table = pd.DataFrame({"domain": np.asarray(domain)[answered], "y": values[answered], "w": weight[answered]})
    total = table.w.groupby(table.domain).sum()
    mean = (table.w * table.y).groupby(table.domain).sum() / total
    deviation = table.y - table.domain.map(mean)
    moment = (table.w * deviation**3).groupby(table.domain).sum() / total
    n = (total**2 / (table.w**2).groupby(table.domain).sum()).reindex(list(names)).to_numpy()
    moment = moment.reindex(list(names)).to_numpy()
    return (n * moment + prior * (n @ moment) / n.sum()) / (n + prior)
