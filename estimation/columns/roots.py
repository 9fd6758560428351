"""Where many increasing functions of one number each turn positive, between two bounds, in one vectorised search."""

from collections.abc import Callable

import numpy as np


def turning_points(
    excess: Callable[[np.ndarray], np.ndarray],
    inside: np.ndarray,
    outside: np.ndarray,
    *,
    halvings: int,
    some: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None,
) -> np.ndarray:
    """The numbers (k,) up to which the functions are not positive, to 2^-halvings of each bracket.

    excess            the function from numbers (k,) to the values (k,) of the k functions
    inside, outside   where each function is not positive, and where it is; `outside` may be the smaller of the two
    some              the function from the numbers (r,) of some of the functions and a mask (k,) of which these are to
                      their values (r,): functions whose turning point is known are then no longer evaluated, which
                      changes no result.  A few functions take five times as many trials as most
    Chandrupatla (1997), Advances in Engineering Software 28:145: inverse quadratic interpolation through the last three
    trials where it can be trusted, else the middle.  Smooth functions take some ten evaluations, and one that jumps,
    or whose values are not finite, as many as halving its bracket.  Every trial is half the wanted width away from both
    ends at least, so that in the end both are near the root.

    Examples: the square roots of 2 and 9, between 0 and 4.

    >>> import numpy as np
    >>> from estimation.columns.roots import turning_points
    >>> print(turning_points(lambda x: x**2 - np.array([2.0, 9.0]), np.zeros(2), np.full(2, 4.0), halvings=40).round(9))
    [1.41421356 3.        ]
    """
    width, least = outside - inside, 0.5 ** (halvings + 1)
    a, b = np.ones(inside.shape), np.zeros(inside.shape)  # the last trial, and the nearest one of the other sign
    at_a, at_b = excess(outside), excess(inside)
    part = np.full(inside.shape, 0.5)
    for _ in range(3 * halvings):
        wide = (np.abs(b - a) > 2 * least) & (np.abs(width) > 0)
        if not wide.any():
            break
        trial = a + part * (b - a)
        numbers = inside + trial * width
        if some is None:
            value = excess(numbers)
        else:
            value = at_a.copy()
            value[wide] = some(numbers[wide], wide)
        same = (value > 0) == (at_a > 0)
        c, at_c = np.where(same, a, b), np.where(same, at_a, at_b)
        b, at_b = np.where(wide & ~same, a, b), np.where(wide & ~same, at_a, at_b)
        a, at_a = np.where(wide, trial, a), np.where(wide, value, at_a)
        part = _next_part(a, b, c, at_a, at_b, at_c, least)
    return inside + np.where(at_a > 0, b, a) * width


def _next_part(a, b, c, at_a, at_b, at_c, least: float) -> np.ndarray:
    """How far from a towards b the next trial is (k,)."""
    with np.errstate(all="ignore"):  # what is not finite is halved
        xi, phi = (a - b) / (c - b), (at_a - at_b) / (at_c - at_b)
        trusted = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
        first = at_a / (at_b - at_a) * at_c / (at_b - at_c)
        part = first + (c - a) / (b - a) * at_a / (at_c - at_a) * at_b / (at_c - at_b)
        margin = np.minimum(least / np.abs(b - a), 0.5)
    return np.clip(np.where(trusted & np.isfinite(part), part, 0.5), margin, 1 - margin)
