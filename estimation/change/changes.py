"""Is the shift real?  Change between two waves on two levels: an area's own score, and its standing in its field."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy

from estimation.change.field import BOTH, FieldContrast, field_contrast_test
from estimation.estimators.estimates import Estimate, Interval
from estimation.estimators.laws import ChangeLaw
from estimation.precision.under_null import inverted, value_score
from estimation.waves.waves import Waves, combine


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
    lower, upper: of `relative`, for all areas together with probability `level` (single step): the test inverted
    side: "both", or "below" or "above" where only a move that way was asked for (its interval has one limit)
    contrasts: the tests they come from, each with its areas (p,): one, or two where a watch list has its own
    """

    names: tuple
    relative: np.ndarray
    se: np.ndarray
    df: np.ndarray
    p_standing: np.ndarray
    level: float
    side: str
    contrasts: tuple[tuple[np.ndarray, FieldContrast], ...]

    @property
    def lower(self) -> np.ndarray:
        """The lower limits (p,)."""
        return self._limits.lower

    @property
    def upper(self) -> np.ndarray:
        """The upper limits (p,)."""
        return self._limits.upper

    @cached_property
    def _limits(self) -> Interval:
        own_level = 1 - (1 - self.level) / len(self.contrasts)
        lower, upper = np.empty(len(self.names)), np.empty(len(self.names))
        for part, contrast in self.contrasts:
            limits = contrast.interval(own_level)
            lower[part], upper[part] = limits.lower[part], limits.upper[part]
        return Interval(lower, upper, self.level)


def change(before: Estimate, after: Estimate, *, cross, third_ratio=1.0) -> Estimate:
    """after - before, covariance V_1 + V_2 - C - C': two waves of `combine`, which says the df.  Kish (1965), 12.4.

    cross (k,k): covariance of before's rows with after's columns, each in its own order of names (from the PSUs both
    waves share: `joint_waves`), or INDEPENDENT.  Both waves must have the same names.
    third_ratio: as in `combine`.

    Examples: two independent waves with standard errors 3 and 4 change with a standard error of 5.

    >>> from estimation import INDEPENDENT, Estimate, change
    >>> before, after = Estimate(("a",), [80.0], [[9.0]], 50), Estimate(("a",), [86.0], [[16.0]], 50)
    >>> estimate = change(before, after, cross=INDEPENDENT)
    >>> print(estimate.value, estimate.se)
    [6.] [5.]
    """
    waves = Waves(("before", "after"), (before, after), {("before", "after"): cross})
    return combine(waves, [-1.0, 1.0], third_ratio=third_ratio)


def score_change(shift: Estimate) -> ScoreChange:
    """Each area's own change against zero: t on its df, Holm over the league, Benjamini-Hochberg beside it.

    Where the estimate has a law, t has the variance under the null and its skewness is taken off (`value_score`).
    Holm (1979), Scandinavian Journal of Statistics 6:65; Benjamini & Hochberg (1995), JRSS-B 57:289.
    A change of 0 (or of rounding alone, estimation.columns.ties) with standard error 0 has p = 1; any other change with
    standard error 0 has p = 0.
    Where a panel shows too few changed answers to tell its areas apart (`ChangeLaw.told`), p_holm is 1.
    """
    p = 2 * scipy.stats.norm.sf(np.abs(value_score(shift, 0.0)))
    familywise = holm(p) if told(shift) else np.ones(len(p))
    return ScoreChange(shift.names, shift.value, shift.se, shift.df, p, familywise, benjamini_hochberg(p))


def told(shift: Estimate) -> bool:
    """Whether the changes of these areas can be told apart; else no level of change confirms any."""
    return not isinstance(shift.law, ChangeLaw) or shift.law.told


def change_interval(shift: Estimate, level: float) -> Interval:
    """The changes (p,) that the score level's test of one area, at 1 - level, does not reject: it excludes 0 where the
    test does.  Without a law value ± t(df) se."""
    c = float(scipy.stats.norm.isf((1 - level) / 2))
    limits = inverted(shift.value, shift.se, lambda d: value_score(shift, d), c, c)
    return Interval(*limits, level)


def standing_change(
    shift: Estimate,
    *,
    rng: np.random.Generator,
    weights=None,
    watch=(),
    level: float = 0.95,
    draws: int = 10_000,
    side: str = BOTH,
) -> StandingChange:
    """m_j = δ_j - Σ_k a_k δ_k against zero, max-T stepdown over the league: `field_contrast_test`.

    weights a (p,), summing to 1 and fixed before the data are seen; None: equal
    watch   names listed before the data were seen: half of the error is theirs alone, so p_standing is twice that of a
            stepdown over them, and for all others twice that of a stepdown over the others
    side    "both" directions, or "below" or "above" alone: sharper there, silent on the other; fixed before the data
    Block M of our methods (docs/methods.md).  A list chosen from the waves compared makes the error rate false.
    """
    watched = np.zeros(len(shift.names), dtype=bool)
    if len(watch):
        watched[shift.positions(list(watch))] = True
    parts = [part for part in (watched, ~watched) if part.any()]
    p, contrasts = np.empty(len(watched)), []
    for part in parts:
        contrast = field_contrast_test(shift, rng=rng, weights=weights, draws=draws, side=side, among=part)
        p[part] = np.minimum(len(parts) * contrast.p[part], 1.0)
        contrasts.append((part, contrast))
    _, contrast = contrasts[-1]  # m, its errors and df are the same in every part
    return StandingChange(shift.names, contrast.relative, contrast.se, contrast.df, p, level, side, tuple(contrasts))


def holm(p) -> np.ndarray:
    """Holm's adjusted p (k,): the largest so far, from the smallest up, of (k - i) p_(i), i = 0, 1, ..."""
    order = np.argsort(p)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    return adjusted


def benjamini_hochberg(p) -> np.ndarray:
    """Benjamini and Hochberg's adjusted p (k,): the smallest so far, from the largest down, of k p_(i)/i, i = 1, ..."""
    order = np.argsort(p)[::-1]
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.minimum.accumulate(p[order] * len(p) / np.arange(len(p), 0, -1)), 1.0)
    return adjusted
