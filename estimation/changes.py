"""Is the shift real?  Change between two waves on two levels: an area's own score, and its standing in its field."""

from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests

from estimation.estimates import Estimate
from estimation.ranks import dense_covariance, normal_draws, satterthwaite, to_normal
from estimation.smoothing import se_ratio
from estimation.waves import Waves, combine
from words import Fault

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
    """after - before, covariance V_1 + V_2 - C - C': two waves of `combine`, which says the df.  Kish (1965), 12.4.

    cross (k,k): covariance of before's rows with after's columns, each in its own order of names (from the PSUs both
    waves share: `common_psu_covariance`), or INDEPENDENT.  Both waves must have the same names.
    """
    return combine(Waves(("before", "after"), (before, after), {("before", "after"): cross}), [-1.0, 1.0])


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


def _ratio(value, se) -> np.ndarray:
    certain = np.where(value == 0, 0.0, np.copysign(np.inf, value))
    return np.divide(value, se, out=certain, where=se > 0)


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
