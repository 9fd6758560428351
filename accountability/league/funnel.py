"""A funnel: within which limits equal areas' shares lie by chance alone, for each number of interviews."""

import math

import numpy as np
from numpy.typing import NDArray

INNER, OUTER = 0.95, 0.998  # the levels of the two pairs of limits that are customary (Spiegelhalter 2005)


def funnel_limits(share: float, interviews: int, level: float) -> tuple[float, float]:
    """Exact binomial limits of a share p observed in n interviews, Spiegelhalter (2005), appendix A.1.

    For q = (1−level)/2 and 1−q:  r is the smallest number with P(R ≤ r) ≥ q, R ~ B(n, p);  a = (P(R ≤ r) − q)/P(R = r);
    the limit is (r + ½ − a)/n.  The part a lets it move with n without steps; ½, which the appendix has not, makes the
    limits of p and of 1−p each other's mirror images.

    >>> [round(limit, 3) for limit in funnel_limits(0.5, 40, 0.95)]
    [0.344, 0.656]
    """
    n, p = interviews, share
    chances = _chances(n, p)
    at_most = np.cumsum(chances)
    limits = []
    for q in ((1 - level) / 2, (1 + level) / 2):
        r = min(int(np.searchsorted(at_most, q)), n)
        a = (at_most[r] - q) / chances[r]
        limits.append(float(np.clip((r + 0.5 - a) / n, 0, 1)))
    return limits[0], limits[1]


def _chances(n: int, p: float) -> NDArray[np.float64]:
    """P(R = r) for r = 0 … n, R ~ B(n, p) with 0 < p < 1."""
    r = np.arange(n + 1)
    log_factorial = np.array([math.lgamma(k + 1) for k in range(n + 1)])
    logs = log_factorial[n] - log_factorial[r] - log_factorial[n - r] + r * math.log(p) + (n - r) * math.log1p(-p)
    return np.exp(logs)
