"""Is the shift real?  Change between two waves on two levels: an area's own score, and its standing in its field."""

from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests

from estimation.estimates import Estimate
from estimation.field import field_contrast_test
from estimation.t_scale import to_normal
from estimation.ties import scale_of, without_rounding
from estimation.waves import Waves, combine


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

    relative: own change minus the field's mean change; p_standing: max-T stepdown, familywise over the league
    lower, upper: of `relative`, for all areas together with probability `level` (single step)
    """

    names: tuple
    relative: np.ndarray
    se: np.ndarray
    df: np.ndarray
    p_standing: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    level: float


def change(before: Estimate, after: Estimate, *, cross) -> Estimate:
    """after - before, covariance V_1 + V_2 - C - C': two waves of `combine`, which says the df.  Kish (1965), 12.4.

    cross (k,k): covariance of before's rows with after's columns, each in its own order of names (from the PSUs both
    waves share: `wave_correlations`), or INDEPENDENT.  Both waves must have the same names.
    """
    return combine(Waves(("before", "after"), (before, after), {("before", "after"): cross}), [-1.0, 1.0])


def score_change(shift: Estimate) -> ScoreChange:
    """Each area's own change against zero: t on its df, Holm over the league, Benjamini-Hochberg beside it.

    Holm (1979), Scandinavian Journal of Statistics 6:65; Benjamini & Hochberg (1995), JRSS-B 57:289.
    A change of 0 (or of rounding alone, estimation.ties) with standard error 0 has p = 1; any other change with
    standard error 0 has p = 0.
    """
    t = _ratio(without_rounding(shift.value, scale_of(shift.value, shift.se)), shift.se)
    p = 2 * stats.norm.sf(np.abs(to_normal(t, shift.df)))
    holm = multipletests(p, method="holm")[1]
    screening = multipletests(p, method="fdr_bh")[1]
    return ScoreChange(shift.names, shift.value, shift.se, shift.df, p, holm, screening)


def standing_change(
    shift: Estimate, *, rng: np.random.Generator, weights=None, watch=(), level: float = 0.95, draws: int = 10_000
) -> StandingChange:
    """m_j = δ_j - Σ_k a_k δ_k against zero, in both directions, max-T stepdown over the league: `field_contrast_test`.

    weights a (p,), summing to 1 and fixed before the data are seen; None: equal
    watch   names listed before the data were seen: half of the error is theirs alone, so p_standing is twice that of a
            stepdown over them, and for all others twice that of a stepdown over the others
    Block M of our methods (docs/methods.md).  A list chosen from the waves compared makes the error rate false.
    """
    watched = np.zeros(len(shift.names), dtype=bool)
    if len(watch):
        watched[shift.positions(list(watch))] = True
    parts = [part for part in (watched, ~watched) if part.any()]
    own_level = 1 - (1 - level) / len(parts)
    p, lower, upper = (np.empty(len(watched)) for _ in range(3))
    for part in parts:
        found = field_contrast_test(shift, rng=rng, weights=weights, draws=draws, among=part)
        p[part] = np.minimum(len(parts) * found.p[part], 1.0)
        limits = found.interval(own_level)
        lower[part], upper[part] = limits.lower[part], limits.upper[part]
    return StandingChange(shift.names, found.relative, found.se, found.df, p, lower, upper, level)


def _ratio(value, se) -> np.ndarray:
    certain = np.where(value == 0, 0.0, np.copysign(np.inf, value))
    return np.divide(value, se, out=certain, where=se > 0)
