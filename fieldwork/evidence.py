"""Whether a wave's calls suffice for a forecast, and what can be said before they do.

A forecast multiplies the share of calls that end in an interview by all numbers that are left, so it is as uncertain as
that share.  Of C calls, I ended in an interview and D in another final outcome:

    p = I/C, limits p_l and p_u     too early while p_u > WIDEST p_l

With so few interviews only one thing can be found: that the numbers left do not suffice even if each call ends in an
interview with the probability p_u, and otherwise seldom, d = d_l, the lower limit of D/C.  After m calls a number is
given up, so that each of the numbers left gives at most

    V_u = p_u (1 − (1 − p_u − d)^m)/(p_u + d)
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation.precision.intervals import mid_p_limits

LEVEL = 0.9  # of the limits
WIDEST = 2.5  # the upper limit of the share over its lower one, beyond which no forecast is said


@dataclass(frozen=True)
class Evidence:
    """How many numbers answer, as far as the calls of a wave tell.

    calls, interviews  C and I
    low, high          p_l and p_u
    most               V_u: the interviews that a number left gives at most
    """

    calls: int
    interviews: int
    low: float
    high: float
    most: float

    @property
    def too_early(self) -> bool:
        """Whether the limits of the share are too far apart for a forecast."""
        return self.high > WIDEST * self.low


def call_evidence(called: pd.DataFrame, *, required: int, level: float = LEVEL) -> Evidence:
    """The evidence of these calls.

    called    `fieldwork.forecast.calls_and_end` of the numbers called; calls beyond the mth count as the mth
    required  m
    """
    calls = int(np.minimum(called.attempts, required).sum())
    interviews, ended = int(called.interviewed.sum()), int((called.ended & ~called.interviewed).sum())
    shares = np.array([interviews, ended]) / max(calls, 1)
    lower, upper = mid_p_limits(shares, calls, level)
    answered, otherwise = float(upper[0]), min(float(lower[1]), 1 - float(upper[0]))
    either = answered + otherwise
    most = answered * (1 - (1 - either) ** required) / either
    return Evidence(calls, interviews, float(lower[0]), answered, most)
