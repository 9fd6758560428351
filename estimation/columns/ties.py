"""What makes two computed values equal: one tolerance for ranks, ties, thresholds and the ends of a scale.

Sums of weights are not exact: 32 of 40 is 0.8 or 0.7999999999999999, depending on the weights' scale, the order of the
rows and the engine.  A difference of up to TOLERANCE times the scale on which the values are compared counts as such
rounding: a sum of a million weights errs by at most 1e-10 of the scale, and calibration meets its totals to 1e-9.
No difference that small is evidence of anything.  Whatever asks of values computed from weights whether they are
equal, reach a threshold, lie at an end of their scale or differ at all, asks the functions of this file.
"""

import numpy as np
from numpy.typing import ArrayLike

TOLERANCE = 1e-9  # of the scale


def scale_of(value: ArrayLike, se: ArrayLike | None = None) -> float:
    """The scale of values: the largest |value|, or the median of the standard errors above 0 if that is larger.

    The standard errors matter for scores on -1..1: sums that cancel to 1e-17 say nothing of the scale, their errors do.
    """
    sizes = np.abs(np.asarray(value, dtype=float))
    largest = sizes[np.isfinite(sizes)].max(initial=0.0)
    spread = np.asarray([] if se is None else se, dtype=float)
    spread = spread[(spread > 0) & np.isfinite(spread)]
    return float(max(largest, np.median(spread) if len(spread) else 0.0))


def equalized(value: ArrayLike, *, scale: float | None = None) -> np.ndarray:
    """The values with equal ones made exactly equal, so that `==`, `<` and ranks then mean what they say.

    The sorted values are split into groups at gaps above TOLERANCE x scale, which makes equality transitive; every
    value of a group becomes the group's smallest, whatever the order of the input.  scale: None for `scale_of(value)`.
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


def places(value: ArrayLike, *, scale: float | None = None) -> np.ndarray:
    """Ranks from the smallest up: 1 + the number of smaller values, so that equal values share a rank."""
    exact = equalized(value, scale=scale)
    return np.searchsorted(np.sort(exact), exact, side="left") + 1


def at_least(value: ArrayLike, threshold: float | np.ndarray, *, scale: float | None = None) -> np.ndarray:
    """Does each value reach the threshold, that is, is it larger or equal?  If not, it is below the threshold."""
    value = np.asarray(value, dtype=float)
    scale = scale_of(np.append(value, threshold)) if scale is None else max(scale, scale_of(threshold))
    return value >= threshold - TOLERANCE * scale


def is_nothing(value: ArrayLike, scale: ArrayLike) -> np.ndarray:
    """Is a difference no more than the rounding of numbers as large as `scale` (one number, or one per difference)?"""
    return np.abs(value) <= TOLERANCE * np.asarray(scale)


def without_rounding(value: ArrayLike, scale: ArrayLike) -> np.ndarray:
    """The differences, with 0 for those that are only the rounding of numbers as large as `scale`."""
    return np.where(is_nothing(value, scale), 0.0, value)


def in_standard_errors(difference: np.ndarray, se: np.ndarray) -> np.ndarray:
    """difference/se; where se is 0, the result is 0 if there is no difference and ±inf if there is one.

    Only a difference of exactly 0 counts as none: take differences of `equalized` values, or use `without_rounding`.
    """
    certain = np.where(difference == 0, 0.0, np.copysign(np.inf, difference))
    return np.divide(difference, se, out=certain, where=se > 0)


def onto_ends(value: ArrayLike, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """Values on the scale low..high, set exactly to an end that they equal; those beyond the scale stay as they are."""
    value = np.asarray(value, dtype=float)
    value = np.where(is_nothing(value - low, high - low), low, value)
    return np.where(is_nothing(value - high, high - low), high, value)


def at_end(value: ArrayLike, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """Is the value at an end of the scale low..high, or beyond it?"""
    value = onto_ends(value, low, high)
    return (value <= low) | (value >= high)
