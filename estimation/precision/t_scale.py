"""Differences with different degrees of freedom on one scale: that of the normal distribution."""

import numpy as np
from scipy import special


def satterthwaite(weights, variance, df) -> np.ndarray:
    """df of Σ_k a_k V_k: (Σ a_k V_k)²/Σ (a_k V_k)²/df_k for rows of `weights` a (r,p); inf where nothing varies.

    Satterthwaite (1946), Biometrics Bulletin 2:110.
    """
    parts = np.asarray(weights) * variance
    spread = (parts**2 / np.maximum(df, 1.0)).sum(axis=-1)
    top = parts.sum(axis=-1) ** 2
    return np.divide(top, spread, out=np.full(top.shape, np.inf), where=spread > 0)


def to_normal(t, df) -> np.ndarray:
    """The normal quantile with the same tail as t has under Student's t with df degrees of freedom."""
    t, df = np.broadcast_arrays(np.asarray(t, dtype=float), np.asarray(df, dtype=float))
    finite = np.isfinite(df) & np.isfinite(t)
    z = np.array(t)
    tail = special.stdtr(df[finite], -np.abs(t[finite]))
    z[finite] = np.copysign(special.ndtri(tail), t[finite])
    return z


def from_normal(z, df) -> np.ndarray:
    """The value of Student's t with df degrees of freedom that has the tail of the normal z: `to_normal` undone."""
    z, df = np.broadcast_arrays(np.asarray(z, dtype=float), np.asarray(df, dtype=float))
    finite = np.isfinite(df)
    t = np.array(z)
    t[finite] = special.stdtrit(df[finite], special.ndtr(z[finite]))
    return t
