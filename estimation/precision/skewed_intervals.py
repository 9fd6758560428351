"""Confidence limits of a mean whose error is skewed: Student's t with the skewness taken out of it, after Hall."""

import numpy as np
from numpy.typing import ArrayLike

from estimation.estimators.estimates import Estimate, Interval, t_quantile
from estimation.precision.skewness import SYMMETRIC


def skewed_interval(estimate: Estimate, skewness: ArrayLike, level: float = 0.95) -> Interval:
    """θ̂ - se h(t) .. θ̂ - se h(-t), h(x) = 3/γ ((1 + γ(x - γ/6))^⅓ - 1), t the quantile of Student's t.

    skewness (k,)  γ of the error, `estimation.indicators.answer_moments.skewness_of_means`; 0 gives θ̂ ± t se
    The studentised error T of a skewed mean has the median γ/6 too low; g(T) = T + γT²/3 + γ²T³/27 + γ/6 is nearly
    normal and increases everywhere, and h is its inverse.  Hall (1992), JRSS-B 54:221.  Its longer side lies where the
    longer tail is.  Without df nothing is known, and the limits are infinite.
    """
    gamma = np.broadcast_to(np.asarray(skewness, dtype=float), estimate.value.shape)
    known = np.asarray(estimate.df) >= 1
    t = np.where(known, t_quantile(level, estimate.df), 0.0)
    skewed = np.abs(gamma) > SYMMETRIC
    safe = np.where(skewed, gamma, 1.0)

    def without_skewness(x: np.ndarray) -> np.ndarray:
        return np.where(skewed, 3 / safe * (np.cbrt(1 + safe * (x - safe / 6)) - 1), x)

    lower, upper = (estimate.value - estimate.se * without_skewness(x) for x in (t, -t))
    lower, upper = np.where(known, lower, -np.inf), np.where(known, upper, np.inf)
    return Interval(np.minimum(lower, estimate.value), np.maximum(upper, estimate.value), level)
