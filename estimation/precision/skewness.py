"""A skewed deviation brought to the normal scale, on which a larger deviation never has a larger tail probability."""

import numpy as np
from numpy.typing import ArrayLike

SYMMETRIC = 1e-9  # a skewness up to this is none


def skew_score(z: ArrayLike, skewness: ArrayLike) -> np.ndarray:
    """g(z), which is nearly normal if z has mean 0, variance 1 and skewness γ.

    short tail (γz <= 0)  Hall's cubic  z - γ(z² - 1)/6 + γ²z³/108,  slope (1 - γz/6)².  Hall (1992), JRSS-B 54:221.
    long tail (γz > 0)    the cube root of a gamma variate is nearly normal:  6/γ ((1 + γz/2)^⅓ - 1) + γ/6.
                          Wilson & Hilferty (1931), PNAS 17:684.
    Both have the value γ/6, the slope 1 and the second derivative -γ/3 at z = 0, so g increases everywhere and is
    smooth.  In the long tail Hall's cubic would grow without bound beyond z; the cube root remains below z + γ/6.
    g is 0 where it would have the opposite sign of z: a test concludes only in the direction of its estimate.
    """
    z, skewness = np.broadcast_arrays(np.asarray(z, dtype=float), np.asarray(skewness, dtype=float))
    scores = np.array(z)
    skewed = (np.abs(skewness) > SYMMETRIC) & np.isfinite(z)
    x, g = z[skewed], skewness[skewed]
    long = g * x > 0
    root = 6 / g * (np.cbrt(1 + np.where(long, g * x, 0.0) / 2) - 1) + g / 6
    cubic = x - g * (x**2 - 1) / 6 + g**2 * x**3 / 108
    corrected = np.where(long, root, cubic)
    scores[skewed] = np.where(x > 0, np.maximum(corrected, 0.0), np.where(x < 0, np.minimum(corrected, 0.0), 0.0))
    return scores
