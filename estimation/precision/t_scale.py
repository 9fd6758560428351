"""Statistics with different degrees of freedom brought to one scale, that of the normal distribution."""

import numpy as np
import scipy
from numpy.typing import ArrayLike


def satterthwaite(weights: ArrayLike, variance: np.ndarray, df: np.ndarray) -> np.ndarray:
    """The df (r,) of Σ_k a_k V_k: (Σ a_k V_k)²/Σ (a_k V_k)²/df_k for each row a of `weights` (r,p).

    variance, df (p,): V_k and df_k.  The result is inf where all a_k V_k are 0.
    Satterthwaite (1946), Biometrics Bulletin 2:110.
    """
    parts = np.asarray(weights) * variance
    spread = (parts**2 / np.maximum(df, 1.0)).sum(axis=-1)
    squared_sum = parts.sum(axis=-1) ** 2
    return np.divide(squared_sum, spread, out=np.full(squared_sum.shape, np.inf), where=spread > 0)


def to_normal(t: ArrayLike, df: ArrayLike) -> np.ndarray:
    """The normal quantile whose tail probability is that of t under Student's t with df degrees of freedom."""
    t, df = np.broadcast_arrays(np.asarray(t, dtype=float), np.asarray(df, dtype=float))
    finite = np.isfinite(df) & np.isfinite(t)
    z = np.array(t)
    tail = scipy.special.stdtr(df[finite], -np.abs(t[finite]))
    z[finite] = np.copysign(scipy.special.ndtri(tail), t[finite])
    return z


def from_normal(z: ArrayLike, df: ArrayLike) -> np.ndarray:
    """The quantile of Student's t with df degrees of freedom whose tail probability is that of the normal z.

    It is the inverse of `to_normal`.
    """
    z, df = np.broadcast_arrays(np.asarray(z, dtype=float), np.asarray(df, dtype=float))
    finite = np.isfinite(df)
    t = np.array(z)
    t[finite] = scipy.special.stdtrit(df[finite], scipy.special.ndtr(z[finite]))
    return t
