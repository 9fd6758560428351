"""Extreme weights cut off and the excess spread over the others, or all weights calibrated again within limits."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from estimation.calibration.calibration import Calibration, base_weights
from estimation.calibration.distances import bounded
from estimation.calibration.equations import g_weights
from words import Fault

ROUNDS = 100  # the largest number of times that weights are cut in turn
ROUNDING = 1e-12  # of a limit


@dataclass(frozen=True, eq=False)
class Trimming:
    """Weights before and after trimming to the limits [lower, upper].

    before, weight (n,)  the weights before and after
    trimmed (n,)         whether the weight was cut
    calibration          the calibration within limits, for `design.calibrated`; None if weights were only cut
    """

    before: np.ndarray
    weight: np.ndarray
    lower: float
    upper: float
    trimmed: np.ndarray
    calibration: Calibration | None = None


def trim(weight: ArrayLike, *, lower: float = 0.0, upper: float = np.inf, once: bool = False) -> Trimming:
    """Weights beyond a limit set to that limit; what is cut off is spread equally over the others, so the sum remains.

    This may push others beyond a limit, so it is repeated until none is; once=True does not repeat it, as R's
    `trimWeights(strict=FALSE)`.  Weights of 0 remain 0.  Totals met by calibration are no longer met afterwards: use
    `trim_calibrated` for that.
    Raises Fault for limits that no weights with this sum can respect.
    """
    before = base_weights(weight)
    used = before > 0
    _check_limits(before[used].sum(), int(used.sum()), lower, upper)
    w, trimmed = before.copy(), np.zeros(len(before), dtype=bool)
    for _ in range(ROUNDS):
        beyond = used & ((w < lower * (1 - ROUNDING)) | (w > upper * (1 + ROUNDING)))
        if not beyond.any():
            break
        trimmed |= beyond
        cut, others = np.where(used, np.clip(w, lower, upper), 0.0), used & ~beyond
        if not others.any():
            raise Fault(key="trimming.nobody_left", lower=float(lower), upper=float(upper), count=int(used.sum()))
        w = cut + others * ((w.sum() - cut.sum()) / others.sum())
        if once:
            break
    return Trimming(before, w, lower, upper, trimmed)


def trim_calibrated(calibration: Calibration, *, lower: float = 0.0, upper: float = np.inf) -> Trimming:
    """The calibration repeated with no weight outside [lower, upper]: w_i = F(x'λ) d_i cut off at the limits, Σwx = T.

    The limits and the totals hold at the same time, which alternate trimming and calibrating only approaches.
    Raises Fault if no such weights exist.
    """
    d = calibration.base
    used = d > 0
    _check_limits(calibration.weight[used].sum(), int(used.sum()), lower, upper)
    low, high = np.zeros(len(d)), np.ones(len(d))  # limits as ratios to base weights; base weights of 0 remain 0
    low[used], high[used] = lower / d[used], upper / d[used]
    rows = calibration.x if calibration.cell is None else calibration.x[calibration.cell]
    names = [calibration.names[j] for j in calibration.independent]
    distance = bounded(calibration.distance, low, high)
    totals = calibration.totals[calibration.independent]
    g = g_weights(d, rows, totals, names, distance, tolerance=1e-9, max_steps=200)
    w = d * g
    trimmed = used & ((w <= lower * (1 + ROUNDING)) | (w >= upper * (1 - ROUNDING)))
    return Trimming(calibration.weight, w, lower, upper, trimmed, replace(calibration, g=g, distance=distance))


def _check_limits(total: float, n: int, lower: float, upper: float) -> None:
    """A Fault for limits that no n weights with this sum can respect."""
    if not (0 <= lower < upper and lower <= total / n <= upper):
        raise Fault(key="trimming.limits", lower=float(lower), upper=float(upper), average=total / n, count=n)
