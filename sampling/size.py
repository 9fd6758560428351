"""What a number of interviews can tell: the margin of error to be expected of a share."""

import numpy as np
from scipy import stats

from words import Fault


def margin_of_error(n, *, p: float, level: float = 0.95) -> np.ndarray:
    """Expected half-width z sqrt(p(1-p)/n) of the interval for a share p under simple random sampling.

    n (k,)  interviews.   No finite population correction, no design effect (a design effect widens it by its root).
    A planning figure by the normal approximation: with few expected "no" answers, n(1-p) < 5 or so, it is rough and
    the interval reported later (logit or Korn-Graubard) is not symmetric.  Cochran (1977) ch. 4.
    """
    for name, value in (("p", p), ("level", level)):
        if not 0 < value < 1:
            raise Fault(key="sampling.fraction", name=name, found=value)
    n = np.asarray(n, dtype=float)
    if not (n >= 1).all():
        raise Fault(key="sampling.too_few", found=float(n.min()), expected=1)
    return stats.norm.ppf((1 + level) / 2) * np.sqrt(p * (1 - p) / n)
