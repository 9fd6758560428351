"""When two computed values are equal: one tolerance and one meaning for ranks, ties, thresholds and ends of a scale.

Sums of weights are not exact: 32 of 40 is 0.8 or 0.7999999999999999, depending on the weights' scale, the order of the
rows and the engine.  Differences up to TOLERANCE of the scale on which values are compared are such rounding (sums of a
million weights err by 1e-10 of it at most, calibrated weights are reached to 1e-9); 1e-9 of a scale is never evidence.
All that asks "equal?", "reached?", "at an end?" or "nothing?" of values computed from weights asks here.
"""

import numpy as np
from scipy import stats

TOLERANCE = 1e-9  # of the scale


def scale_of(value, se=None) -> float:
    """The scale of values: the largest |value|, or the middle of the standard errors above 0 where that is larger.

    Scores on -1..1 whose sums cancel to 1e-17 still have standard errors of their own size.
    """
    sizes = np.abs(np.asarray(value, dtype=float))
    largest = sizes[np.isfinite(sizes)].max(initial=0.0)
    spread = np.asarray([] if se is None else se, dtype=float)
    spread = spread[(spread > 0) & np.isfinite(spread)]
    return float(max(largest, np.median(spread) if len(spread) else 0.0))


def equalized(value, *, scale: float | None = None) -> np.ndarray:
    """The values, equal ones made exactly equal: after this `==`, `<` and ranks mean what they say.

    Sorted values are split into groups at gaps above TOLERANCE x scale, so that equality is transitive; each group
    takes its smallest value, whatever the order it came in.  scale: None is `scale_of` the values.
    """
    value = np.asarray(value, dtype=float)
    tolerance = TOLERANCE * (scale_of(value) if scale is None else scale)
    flat = value.ravel()
    order = np.argsort(flat, kind="stable")
    ordered = flat[order]
    with np.errstate(invalid="ignore"):  # inf - inf: two infinite values are equal
        gap = np.diff(ordered)
    first = np.ones(len(flat), dtype=bool)
    first[1:] = (gap > tolerance) | (np.isnan(gap) & (ordered[1:] != ordered[:-1]))
    equal = np.empty_like(flat)
    equal[order] = ordered[first][np.cumsum(first) - 1]
    return equal.reshape(value.shape)


def places(value, *, scale: float | None = None) -> np.ndarray:
    """1 + the number of smaller values: equal values share the first of their places."""
    return stats.rankdata(equalized(value, scale=scale), method="min").astype(int)


def at_least(value, threshold, *, scale: float | None = None) -> np.ndarray:
    """Does a value reach the threshold: is it larger, or equal to it?  "Below the threshold" is the opposite."""
    value = np.asarray(value, dtype=float)
    scale = scale_of(np.append(value, threshold)) if scale is None else max(scale, scale_of(threshold))
    return value >= threshold - TOLERANCE * scale


def is_nothing(value, scale) -> np.ndarray:
    """Is a difference no more than rounding of numbers as large as `scale` (a number, or one for each)?"""
    return np.abs(value) <= TOLERANCE * np.asarray(scale)


def without_rounding(value, scale) -> np.ndarray:
    """The differences, 0 where they are only rounding of numbers as large as `scale`."""
    return np.where(is_nothing(value, scale), 0.0, value)


def in_standard_errors(difference, se) -> np.ndarray:
    """difference/se; where se is 0, 0 for no difference and ±inf for any other.

    The difference is of `equalized` values, or `without_rounding`: here no difference is exactly 0.
    """
    certain = np.where(difference == 0, 0.0, np.copysign(np.inf, difference))
    return np.divide(difference, se, out=certain, where=se > 0)


def onto_ends(value, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """Values on the scale low..high, exactly at an end where they are equal to it; those beyond stay beyond."""
    value = np.asarray(value, dtype=float)
    value = np.where(is_nothing(value - low, high - low), low, value)
    return np.where(is_nothing(value - high, high - low), high, value)


def at_end(value, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """Is the value at an end of the scale low..high, or beyond it?"""
    value = onto_ends(value, low, high)
    return (value <= low) | (value >= high)
