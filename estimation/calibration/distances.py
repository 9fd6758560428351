"""How far calibrated weights may lie from base weights: a distance is an object with its g-weights and their slope."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from words import Fault

LARGEST_EXPONENT = 300.0  # exp(300) is no weight of a survey; a step so long is shortened


@dataclass(frozen=True, eq=False)
class Distance:
    """F: weights w_i = d_i F(x_i'λ), and its slope F'.  F(0) = F'(0) = 1: no calibration, no change.

    g, slope: u (n,) -> (n,);  low, high: the range of F, numbers or one of each row.
    Deville & Särndal (1992), Journal of the American Statistical Association 87, 376-382.
    """

    name: str
    g: Callable
    slope: Callable
    low: object = -np.inf
    high: object = np.inf

    @property
    def bounded(self) -> bool:
        """Whether F ends above or, other than at 0, below."""
        return bool(np.isfinite(self.high).any() or (np.isfinite(self.low) & (np.asarray(self.low) != 0)).any())


def _exponential(u):
    return np.exp(np.minimum(u, LARGEST_EXPONENT))


LINEAR = Distance("linear", lambda u: 1 + u, np.ones_like)  # GREG; weights may become negative
RAKING = Distance("raking", _exponential, _exponential, low=0.0)  # what iterative proportional fitting ends in


def logit(low: float, high: float) -> Distance:
    """F(u) = (L(U-1) + U(1-L)e^{Au}) / (U-1 + (1-L)e^{Au}), A = (U-L)/((1-L)(U-1)): weights stay in (L d, U d).

    low, high: L < 1 < U, ratios of final to base weight.  Deville & Särndal (1992), case 6.
    """
    _check_bounds(low, high)
    rate, start = (high - low) / ((1 - low) * (high - 1)), np.log((1 - low) / (high - 1))

    def g(u):
        return low + (high - low) * expit(rate * u + start)

    def slope(u):
        p = expit(rate * u + start)
        return (high - low) * rate * p * (1 - p)

    return Distance("logit", g, slope, low, high)


def bounded(distance: Distance, low, high) -> Distance:
    """The distance with F cut off at L and U: truncated linear from LINEAR.  Deville & Särndal (1992), case 7.

    low, high: numbers, or arrays with one of each row (then 1 need not lie between them).
    """
    if np.ndim(low) == np.ndim(high) == 0:
        _check_bounds(low, high)

    def slope(u):
        g = distance.g(u)
        return np.where((g > low) & (g < high), distance.slope(u), 0.0)

    return Distance(f"{distance.name} bounded", lambda u: np.clip(distance.g(u), low, high), slope, low, high)


def _check_bounds(low, high) -> None:
    if not low < 1 < high:
        raise Fault(key="calibration.bounds", low=float(low), high=float(high))
