"""Confidence sets for ranks: which places an area can hold, jointly for all areas or for one named beforehand."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy import stats

from estimation.estimates import Estimate
from words import Fault

NEGATIVE = 1e-8  # an eigenvalue below minus this share of the largest is no rounding: the matrix is no covariance


@dataclass(frozen=True, eq=False)
class RankSet:
    """Ranks (1 = best) with their confidence limits (p,): 1 <= lower <= rank <= upper <= p, at `level`."""

    names: tuple
    rank: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    level: float

    def to_frame(self) -> pd.DataFrame:
        """One row a name: rank, lower, upper."""
        columns = {"rank": self.rank, "lower": self.lower, "upper": self.upper}
        return pd.DataFrame(columns, index=pd.Index(self.names, name="name"))


def ranks(value, *, largest_is_best: bool = True) -> np.ndarray:
    """1 + the number of strictly better values (p,): equal values share the better place."""
    return stats.rankdata(-np.asarray(value) if largest_is_best else value, method="min").astype(int)


def rank_confidence_set(
    estimate: Estimate,
    *,
    rng: np.random.Generator,
    level: float = 0.95,
    largest_is_best: bool = True,
    simultaneous: bool = True,
    stepdown: bool = True,
    draws=10_000,
) -> RankSet:
    """L_j = 1 + #{k surely better}, U_j = p - #{k surely worse}.

    "Surely" is T_jk = (x_j - x_k)/s_jk, s²_jk = Σ_jj + Σ_kk - 2Σ_jk, above the `level` quantile of the maximum of
    (Z_j - Z_k)/s_jk over the pairs not yet rejected, Z ~ N(0, Σ); rejected pairs leave and the quantile falls
    (Romano-Wolf stepdown).  T_jk is first turned to the normal scale by its t distribution with Satterthwaite's df.

    simultaneous  True: all sets hold together (all ordered pairs); False: each area's own (its pairs only)
    draws         how many Z, or the draws themselves: one (B,p) array, or a list of them, one a round
    A true rank is a range under ties: the set covers [1 + #better, p - #worse].  Two areas with standard error 0 are
    told apart exactly.  Mogstad, Romano, Shaikh & Wilhelm (2023), 10.1093/restud/rdad006.
    """
    p = len(estimate.names)
    x = estimate.value if largest_is_best else -estimate.value
    s = pair_se(estimate)
    t = _normal_scale(x, s, estimate)
    rounds = _rounds(estimate, draws, rng)
    if simultaneous:
        sure = _surely_larger(t, s, ~np.eye(p, dtype=bool), rounds, level, stepdown)
        better, worse = sure.sum(axis=0), sure.sum(axis=1)
    else:
        better, worse = np.zeros(p, dtype=int), np.zeros(p, dtype=int)
        for j in range(p):
            own = np.zeros((p, p), dtype=bool)
            own[j], own[:, j] = True, True
            own[j, j] = False
            sure = _surely_larger(t, s, own, rounds, level, stepdown)
            better[j], worse[j] = sure[:, j].sum(), sure[j].sum()
    return RankSet(estimate.names, ranks(x), 1 + better, p - worse, level)


def pair_se(estimate: Estimate) -> np.ndarray:
    """s_jk = √(Σ_jj + Σ_kk - 2Σ_jk) (p,p)."""
    covariance = dense_covariance(estimate)
    v = np.diag(covariance)
    return np.sqrt(np.maximum(v[:, None] + v - 2 * covariance, 0.0))


def dense_covariance(estimate: Estimate) -> np.ndarray:
    """Σ (p,p) as a plain array."""
    return estimate.covariance.toarray() if sp.issparse(estimate.covariance) else estimate.covariance


def normal_draws(covariance, count: int, rng: np.random.Generator) -> np.ndarray:
    """Z (count,p) ~ N(0, Σ); a Fault if Σ is not positive semi-definite."""
    variance = np.diag(covariance)
    z = rng.standard_normal((count, len(variance)))
    if np.count_nonzero(covariance - np.diag(variance)) == 0:
        return z * np.sqrt(variance)
    eigenvalue, vector = np.linalg.eigh(covariance)
    if eigenvalue[0] < -NEGATIVE * eigenvalue[-1]:
        raise Fault(key="rank.not_positive", found=float(eigenvalue[0]))
    return z @ (vector * np.sqrt(np.maximum(eigenvalue, 0))).T


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
    z = -stats.norm.isf(stats.t.sf(np.abs(t), np.where(np.isfinite(df), df, 1.0))) * -np.sign(t)
    return np.where(np.isfinite(df) & np.isfinite(t), z, t)


def _normal_scale(x, s, estimate: Estimate) -> np.ndarray:
    difference = x[:, None] - x
    certain = np.where(difference == 0, 0.0, np.copysign(np.inf, difference))
    t = np.divide(difference, s, out=certain, where=s > 0)
    v, df = estimate.variance, np.maximum(estimate.df, 1.0)
    spread = v**2 / df
    pair_spread = spread[:, None] + spread
    top = (v[:, None] + v) ** 2
    return to_normal(t, np.divide(top, pair_spread, out=np.full(top.shape, np.inf), where=pair_spread > 0))


def _rounds(estimate: Estimate, draws, rng: np.random.Generator):
    """An endless row of draws for the rounds: the same array again, or the next of those given (the last stays)."""
    if isinstance(draws, int | np.integer):
        draws = normal_draws(dense_covariance(estimate), int(draws), rng)
    given = [np.asarray(z, dtype=float) for z in draws] if isinstance(draws, list | tuple) else [np.asarray(draws)]
    p = len(estimate.names)
    wrong = [z.shape for z in given if z.ndim != 2 or z.shape[1] != p]
    if wrong:
        raise Fault(key="rank.draws", found=str(wrong[0]), expected=p)
    return given


def _surely_larger(t, s, family, rounds, level, stepdown) -> np.ndarray:
    """The pairs (j,k) of `family` (p,p) in which j is surely larger than k."""
    rejected = np.zeros_like(family)
    step = 0
    while (remaining := family & ~rejected).any():
        critical = _critical_value(rounds[min(step, len(rounds) - 1)], s, remaining, level)
        new = remaining & (t > critical)
        rejected |= new
        if not stepdown or not new.any():
            break
        step += 1
    return rejected


def _critical_value(z, s, family, level) -> float:
    """The `level` quantile of max (Z_j - Z_k)/s_jk over the family's pairs with s_jk > 0, one row j at a time."""
    largest = np.full(len(z), -np.inf)
    for j in np.flatnonzero(family.any(axis=1)):
        k = np.flatnonzero(family[j] & (s[j] > 0))
        if len(k):
            np.maximum(largest, ((z[:, [j]] - z[:, k]) / s[j, k]).max(axis=1), out=largest)
    return float(np.quantile(largest, level)) if np.isfinite(largest).all() else 0.0
