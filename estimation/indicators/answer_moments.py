"""Third central moments of answers by area: how skewed one answer is, which a covariance does not say."""

import numpy as np
import pandas as pd

PRIOR = 300.0  # interviews' worth of the league's moment: a third moment of 100 answers is mostly noise


def third_moments(values, domain, weight, names, *, prior: float = PRIOR) -> np.ndarray:
    """μ₃ (k,) of one answer in each named domain, drawn to the league's: (n_d m_d + c m̄)/(n_d + c), c = prior.

    m_d = Σ w(y - ȳ_d)³/Σ w, n_d Kish's (Σw)²/Σw², m̄ the n_d-weighted mean.  values (n,) with NaN for no answer.
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
