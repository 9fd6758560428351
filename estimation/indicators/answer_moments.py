"""How skewed one answer is, and a mean of answers, by area: third central moments, which a covariance does not say."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from estimation.columns.ties import without_rounding

PRIOR = 100.0  # the interviews that the league's skewness counts as: that of few answers is mostly noise


def answer_skewness(
    values: np.ndarray,
    domain: ArrayLike,
    weight: np.ndarray,
    names: Sequence,
    *,
    prior: float = PRIOR,
    square: np.ndarray | None = None,
) -> np.ndarray:
    """γ₁ (k,) of one answer in each domain, shrunk towards the league's: (n_d g_d + c ḡ)/(n_d + c), c = prior.

    values (n,)  NaN for no answer;  domain, weight (n,);  names (k,): the domains, in order
    square (n,)  Σw² where a row stands for several interviews with this answer (`Design.squares`); None: w²
    g = m₃/s³ with m_q = Σ w(y - ȳ_d)^q/Σ w, s² = m₂, and ḡ = Σ n_d m₃/Σ n_d s³, n_d = (Σw)²/Σw² (Kish): in few answers
    a long tail often goes unseen, so that the league's is borrowed.  0 where no answers differ.
    """
    return _answer_skewness(*_moments(values, domain, weight, names, square), prior)


def _answer_skewness(n: np.ndarray, square: np.ndarray, third: np.ndarray, prior: float) -> np.ndarray:
    s3 = square**1.5
    unit = np.divide(third, s3, out=np.zeros(len(n)), where=s3 > 0)
    pooled = (n @ third) / (n @ s3) if s3.any() else 0.0
    return np.where(s3 > 0, (n * unit + prior * pooled) / (n + prior), 0.0)


def skewness_of_means(
    values: np.ndarray,
    domain: ArrayLike,
    weight: np.ndarray,
    names: Sequence,
    *,
    deff: ArrayLike,
    n_third: ArrayLike,
    prior: float = PRIOR,
    square: np.ndarray | None = None,
) -> np.ndarray:
    """γ (k,) of the mean of each domain: γ₁ n_K^1.5 (2δ - 1)/(√δ n₃²), γ₁ being `answer_skewness`.

    deff (k,)     δ, the design effect; NaN and values below 1 count as 1.  As in `smooth_shares`, the third cumulant of
                  answers that come in clumps has the factor δ(2δ - 1), nearly, so that with V = δ s²/n it leaves this
    n_third (k,)  n₃ of `sample_sizes`;  square (n,): as in `answer_skewness`
    Equally weighted independent answers have γ₁/√n.
    """
    n, second, third = _moments(values, domain, weight, names, square)
    unit = _answer_skewness(n, second, third, prior)
    effect = np.maximum(np.nan_to_num(np.asarray(deff, dtype=float), nan=1.0), 1.0)
    return unit * n**1.5 * (2 * effect - 1) / (np.sqrt(effect) * np.asarray(n_third, dtype=float) ** 2)


def _moments(values, domain, weight, names: Sequence, square) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """n_d, m₂ and m₃ (k,): Kish's number of the answers in each domain, and their central moments."""
    answered = ~np.isnan(values) & (np.asarray(weight) > 0)
    table = pd.DataFrame({"domain": np.asarray(domain)[answered], "y": values[answered], "w": weight[answered]})
    total = table.w.groupby(table.domain).sum()
    mean = (table.w * table.y).groupby(table.domain).sum() / total
    deviation = without_rounding(table.y - table.domain.map(mean), table.y.abs())
    second, third = ((table.w * deviation**m).groupby(table.domain).sum() / total for m in (2, 3))
    squares = table.w**2 if square is None else pd.Series(square[answered])
    n = total**2 / squares.groupby(table.domain).sum()
    return tuple(column.reindex(list(names)).to_numpy() for column in (n, second, third))
