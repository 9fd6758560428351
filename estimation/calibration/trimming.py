"""Extreme weights cut off: the excess given to the others, or the weights calibrated again within their limits."""

from dataclasses import dataclass, replace

import numpy as np

from estimation.calibration.calibration import Calibration, base_weights
from estimation.calibration.distances import bounded
from estimation.calibration.equations import g_weights
from words import Fault

ROUNDS = 100
ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Trimming:
    """Weights before and after, all in [lower, upper]; trimmed (n,): whose were cut.

    calibration: the calibration the weights now are (None if they were only cut): `design.calibrated` takes it.
    """

    before: np.ndarray
    weight: np.ndarray
    lower: float
    upper: float
    trimmed: np.ndarray
    calibration: Calibration | None = None


def trim(weight, *, lower: float = 0.0, upper: float = np.inf, once: bool = False) -> Trimming:
    """Weights beyond the limits set to them, what was cut spread in equal parts over the others; the sum stays.

    The others may then be beyond in their turn: repeated until none is; once=True: not repeated (R's
    `trimWeights(strict=FALSE)`).  Weights of 0 stay 0.  Known totals are no longer met: see `trim_calibrated`.
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
    """The calibration anew with no weight outside [lower, upper]: w_i = F(x'λ) d_i cut off at the limits, Σwx = T.

    Limits and totals hold together, which trimming and calibrating in turn only comes near to.
    Raises Fault if no such weights exist.
    """
    d = calibration.base
    used = d > 0
    _check_limits(calibration.weight[used].sum(), int(used.sum()), lower, upper)
    low, high = np.zeros(len(d)), np.ones(len(d))  # as ratios to base weights; those of 0 stay 0
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
    """A Fault for limits that no n weights with this sum can have."""
    if not (0 <= lower < upper and lower <= total / n <= upper):
        raise Fault(key="trimming.limits", lower=float(lower), upper=float(upper), average=total / n, count=n)
