"""Is the shift real?  Change between two waves on two levels: an area's own score, and its standing in its field."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy import stats
from statsmodels.stats.multitest import multipletests

from estimation.estimates import Estimate
from estimation.ranks import dense_covariance, normal_draws, satterthwaite, to_normal
from estimation.smoothing import se_ratio, with_diagonal
from words import Fault

INDEPENDENT = "independent"  # said by the caller who knows that two waves share nobody: never assumed
ROUNDING = 1e-12  # a variance below zero by less than this share of its parts is rounding
REAL, CHANCE = "real", "chance"  # "real movement, exact places unsure" / "cannot be told from chance"


@dataclass(frozen=True, eq=False)
class ScoreChange:
    """The score level: null "this area's own value did not change"; (p,) each.

    p: two-sided; p_holm: familywise over the league; q_screening: Benjamini-Hochberg, a list to look at, no proof.
    """

    names: tuple
    change: np.ndarray
    se: np.ndarray
    df: np.ndarray
    p: np.ndarray
    p_holm: np.ndarray
    q_screening: np.ndarray


@dataclass(frozen=True, eq=False)
class StandingChange:
    """The standing level: null "this area changed as its field did on average"; (p,) each.

    relative: own change minus the field's mean change; p_standing: max-T stepdown, familywise over the league.
    """

    names: tuple
    relative: np.ndarray
    se: np.ndarray
    df: np.ndarray
    p_standing: np.ndarray


def change(before: Estimate, after: Estimate, *, cross) -> Estimate:
    """after - before, covariance V_1 + V_2 - C - C'.  Kish (1965), 12.4.

    cross (k,k): covariance of before's rows with after's columns, each in its own order of names (from the PSUs both
    waves share: `common_psu_covariance`), or INDEPENDENT.  Both waves must have the same names.

    df = V²/[(V_1-C)²/df_1 + (V_2-C)²/df_2 + 2|r|(V_1-C)(V_2-C)/√(df_1 df_2)],  r = C/√(V_1 V_2),  V = V_1 + V_2 - 2C:
    Satterthwaite's for independent waves (r = 0); for a panel with r known, 2 df/(1+|r|), since variances estimated
    from the same PSUs rise and fall together.
    """
    if set(before.names) != set(after.names):
        only = sorted({str(n) for n in set(before.names) ^ set(after.names)})
        raise Fault(key="change.names", names=only, count=len(only))
    order = [after.names.index(name) for name in before.names]
    after = after.select(before.names)
    covariance, c = before.covariance + after.covariance, np.zeros(len(before.names))
    if not _independent(cross):
        shared = _cross(cross, len(before.names))[:, order]
        covariance, c = covariance - shared - shared.T, np.diag(shared)
    v = np.asarray(covariance.diagonal())
    if (v < -ROUNDING * (before.variance + after.variance)).any():
        raise Fault(key="change.variance", names=[str(before.names[j]) for j in np.flatnonzero(v < 0)])
    covariance = with_diagonal(covariance, np.maximum(v, 0))
    return Estimate(before.names, after.value - before.value, covariance, _change_df(before, after, c), after.flags)


def _change_df(before: Estimate, after: Estimate, c) -> np.ndarray:
    v1, v2, df1, df2 = before.variance, after.variance, np.maximum(before.df, 1), np.maximum(after.df, 1)
    r = np.abs(np.divide(c, np.sqrt(v1 * v2), out=np.zeros(len(c)), where=v1 * v2 > 0))
    one, two = v1 - c, v2 - c
    spread = one**2 / df1 + two**2 / df2 + 2 * r * np.abs(one * two) / np.sqrt(df1 * df2)
    df = np.divide((one + two) ** 2, spread, out=np.full(len(c), np.inf), where=spread > 0)
    return np.clip(df, 1.0, df1 + df2)


def _independent(cross) -> bool:
    return isinstance(cross, str) and cross == INDEPENDENT


def aligned_cross(cross, design, smooth) -> np.ndarray:
    """The covariance between two waves (k,k) carried over to smoothed variances: the correlations stay.

    design, smooth: (before, after) pairs of Estimates with the same names, the design's variances and the smoothed.
    """
    r = [se_ratio(d.se, s.se) for d, s in zip(design, smooth, strict=True)]
    return r[0][:, None] * cross * r[1]


def score_change(shift: Estimate) -> ScoreChange:
    """Each area's own change against zero: t on its df, Holm over the league, Benjamini-Hochberg beside it.

    Holm (1979), Scandinavian Journal of Statistics 6:65; Benjamini & Hochberg (1995), JRSS-B 57:289.
    A change of 0 with standard error 0 has p = 1; any other change with standard error 0 has p = 0.
    """
    t = _ratio(shift.value, shift.se)
    p = 2 * stats.norm.sf(np.abs(to_normal(t, shift.df)))
    holm = multipletests(p, method="holm")[1]
    screening = multipletests(p, method="fdr_bh")[1]
    return ScoreChange(shift.names, shift.value, shift.se, shift.df, p, holm, screening)


def standing_change(shift: Estimate, *, rng: np.random.Generator, weights=None, draws: int = 10_000) -> StandingChange:
    """m_j = δ_j - Σ_k a_k δ_k against zero, in both directions, max-T stepdown over the league.

    weights a (p,), summing to 1 and fixed before the data are seen; None: equal.  The adjusted p of a direction is the
    largest so far, from the clearest down, of P(max over it and all less clear ones >= its z), with Z ~ N(0, Var m);
    each m_j is turned to the normal scale by t with Satterthwaite's df.  Block M of our methods; the stepdown is
    Romano & Wolf (2005), JASA 100:94.
    """
    p = len(shift.names)
    a = np.full(p, 1 / p) if weights is None else np.asarray(weights, dtype=float)
    if a.shape != (p,) or abs(a.sum() - 1) > 1e-9:
        raise Fault(key="change.weights", found=float(a.sum()), expected=p)
    contrast = np.eye(p) - a
    covariance = contrast @ dense_covariance(shift) @ contrast.T
    m, se = contrast @ shift.value, np.sqrt(np.maximum(np.diag(covariance), 0))
    df = satterthwaite(contrast**2, shift.variance, shift.df)
    z = to_normal(_ratio(m, se), df)
    scale = np.divide(1.0, se, out=np.zeros(p), where=se > 0)
    noise = normal_draws(covariance, draws, rng) * scale
    return StandingChange(shift.names, m, se, df, _stepdown_p(z, noise))


def verdicts(standing: StandingChange, places, *, alpha: float = 0.05, largest_is_best: bool = True) -> np.ndarray:
    """REAL where the standing changed at `alpha` and in the direction of the places gained (p,); else CHANCE.

    places = rank before - rank after, positive when the area rose.
    """
    rise = np.sign(standing.relative) * (1 if largest_is_best else -1)
    moved = (standing.p_standing <= alpha) & (rise == np.sign(places))
    return np.where(moved, REAL, CHANCE)


def no_change_band(
    before: Estimate,
    after: Estimate,
    *,
    cross,
    rng: np.random.Generator,
    draws: int = 4_000,
    level: float = 0.95,
) -> np.ndarray:
    """How many places an area like this one moves when nobody changed: the `level` quantile of |rank move| (p,).

    True values are drawn from the league shrunken to its mean: θ_j ~ N(m + b_j(e_j - m), b_j v_j), b_j = τ²/(τ² + v_j),
    with e the two waves' mean, v its variance and τ² = max(0, var(e) - mean v), the spread the noise does not explain;
    then both waves are drawn around the same θ with their covariance.  A description of chance, not a test.
    """
    p = len(before.names)
    v1, v2, c = dense_covariance(before), dense_covariance(after), np.zeros((p, p))
    if not _independent(cross):
        c = _cross(cross, p)
    e, v = (before.value + after.value) / 2, np.diag(v1 + v2 + 2 * c) / 4
    tau2 = max(0.0, e.var(ddof=1) - v.mean()) if p > 1 else 0.0
    b = np.divide(tau2, tau2 + v, out=np.ones(p), where=tau2 + v > 0)
    theta = e.mean() + b * (e - e.mean()) + rng.standard_normal((draws, p)) * np.sqrt(b * v)
    noise = normal_draws(np.block([[v1, c], [c.T, v2]]), draws, rng)
    moves = _rank_rows(theta + noise[:, :p]) - _rank_rows(theta + noise[:, p:])
    return np.quantile(np.abs(moves), level, axis=0, method="inverted_cdf").astype(int)


def _rank_rows(value) -> np.ndarray:
    return stats.rankdata(-value, method="min", axis=1)


def _ratio(value, se) -> np.ndarray:
    certain = np.where(value == 0, 0.0, np.copysign(np.inf, value))
    return np.divide(value, se, out=certain, where=se > 0)


def _cross(cross, k: int) -> np.ndarray:
    c = cross.toarray() if sp.issparse(cross) else np.asarray(cross, dtype=float)
    if c.shape != (k, k):
        raise Fault(key="change.cross", found=str(c.shape), expected=str((k, k)))
    return c


def _stepdown_p(z, noise) -> np.ndarray:
    """Adjusted p (p,) of the observed direction of each z, from draws (B,p) of the studentised noise."""
    both = np.concatenate([z, -z])
    least_first = np.argsort(both, kind="stable")
    largest = np.maximum.accumulate(np.hstack([noise, -noise])[:, least_first], axis=1)
    reached = (1 + (largest >= both[least_first]).sum(axis=0)) / (len(noise) + 1)
    adjusted = np.empty(len(both))
    adjusted[least_first[::-1]] = np.maximum.accumulate(reached[::-1])
    p = len(z)
    return np.where(z >= 0, adjusted[:p], adjusted[p:])
