"""Distances between base and calibrated weights: each is an object that has the function F of the g-weights."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from words import Fault

LARGEST_EXPONENT = 300.0  # no weight of a survey is exp(300); Newton steps that lead so far are shortened


@dataclass(frozen=True, eq=False)
class Distance:
    """The function F of the calibrated weights w_i = d_i F(x_i'λ), and its slope F'.

    g, slope   F and F', each from u (n,) to (n,); F(0) = F'(0) = 1, so that λ = 0 leaves the weights unchanged
    low, high  the range of F: numbers, or arrays with one number per row
    Deville & Särndal (1992), Journal of the American Statistical Association 87, 376-382.
    """

    name: str
    g: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]
    low: float | np.ndarray = -np.inf
    high: float | np.ndarray = np.inf

    @property
    def bounded(self) -> bool:
        """Whether F has an upper bound, or a lower bound other than 0."""
        return bool(np.isfinite(self.high).any() or (np.isfinite(self.low) & (np.asarray(self.low) != 0)).any())


def _exponential(u):
    return np.exp(np.minimum(u, LARGEST_EXPONENT))


LINEAR = Distance("linear", lambda u: 1 + u, np.ones_like)  # the GREG estimator; weights may become negative
# the limit of iterative proportional fitting
RAKING = Distance("raking", _exponential, _exponential, low=0.0)  # F(u) = eᵘ, from Σ w ln(w/d) - w + d


def logit(low: float, high: float) -> Distance:
    """F(u) = (L(U-1) + U(1-L)e^{Au}) / (U-1 + (1-L)e^{Au}), A = (U-L)/((1-L)(U-1)): weights stay in (L d, U d).

    low, high: L < 1 < U, ratios of final to base weight; other bounds are a Fault.  Deville & Särndal (1992), case 6.
    """
    _check_bounds(low, high)
    rate, start = (high - low) / ((1 - low) * (high - 1)), np.log((1 - low) / (high - 1))

    def g(u):
        return low + (high - low) * scipy.special.expit(rate * u + start)

    def slope(u):
        p = scipy.special.expit(rate * u + start)
        return (high - low) * rate * p * (1 - p)

    return Distance("logit", g, slope, low, high)


def bounded(distance: Distance, low: float | np.ndarray, high: float | np.ndarray) -> Distance:
    """The distance with F cut off at L and U; of LINEAR, the truncated linear distance.

    low, high: L and U, numbers with L < 1 < U (others are a Fault), or arrays with one number per row, which need not
    have 1 between them.  Deville & Särndal (1992), case 7.
    """
    if np.ndim(low) == np.ndim(high) == 0:
        _check_bounds(low, high)

    def slope(u):
        g = distance.g(u)
        return np.where((g > low) & (g < high), distance.slope(u), 0.0)

    return Distance(f"{distance.name} bounded", lambda u: np.clip(distance.g(u), low, high), slope, low, high)


# what a programme calls a distance -> the distance, given its bounds (L, U) or None
DISTANCES: dict[str, Callable[[Any], Distance]] = {
    "raking": lambda bounds: _within(RAKING, bounds),
    "linear": lambda bounds: _within(LINEAR, bounds),
    "logit": lambda bounds: logit(*bounds),
}
BOUNDED = frozenset({"logit"})  # those that are nothing without bounds


def _within(distance: Distance, bounds: tuple[float, float] | None) -> Distance:
    return distance if bounds is None else bounded(distance, *bounds)


def _check_bounds(low, high) -> None:
    if not low < 1 < high:
        raise Fault(key="calibration.bounds", low=float(low), high=float(high))
