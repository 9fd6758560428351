"""Change between two waves on two levels: an area's own score, and its standing against the average of all areas."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy
from numpy.typing import ArrayLike

from estimation.changes.field import FieldContrast, field_contrast_test
from estimation.changes.verdicts import BOTH
from estimation.columns.matrices import Matrix
from estimation.estimators.change_laws import ChangeLaw
from estimation.estimators.estimates import Estimate, Interval
from estimation.precision.under_null import inverted, value_score
from estimation.waves.waves import Waves, combine


@dataclass(frozen=True, eq=False)
class ScoreChange:
    """The score level, whose null hypothesis is "the area's own value did not change"; arrays (p,).

    change, se, df   of each area
    p, p_holm        two-sided p-values: of the area alone, and Holm's, familywise over the league
    q_screening      Benjamini and Hochberg's, for a list of areas to look at; it proves nothing
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
    """The standing level, whose null hypothesis is "the area changed as all areas did on average"; arrays (p,).

    relative      the area's change minus the mean change of all areas;  se, df: of this difference
    p_standing    max-T stepdown, familywise over the league
    lower, upper  limits of `relative`, valid jointly for all areas at `level`: the single-step test inverted
    side          "both", or "below" or "above" if only moves in that direction were tested (the interval then has one
                  limit)
    contrasts     (areas, test): one of all areas, or one of the watch list and one of the others; areas: bool (p,)
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
        part_level = 1 - (1 - self.level) / len(self.contrasts)
        lower, upper = np.empty(len(self.names)), np.empty(len(self.names))
        for part, contrast in self.contrasts:
            limits = contrast.interval(part_level)
            lower[part], upper[part] = limits.lower[part], limits.upper[part]
        return Interval(lower, upper, self.level)


def change(
    before: Estimate, after: Estimate, *, cross: Matrix | str, third_ratio: float | np.ndarray = 1.0
) -> Estimate:
    """after - before, with covariance V_1 + V_2 - C - C' and the df of `combine`.  Kish (1965), 12.4.

    cross        C (k,k), the covariance of the rows of `before` with the columns of `after`, each in its own order of
                 names (from the PSUs that both waves have: `joint_waves`), or INDEPENDENT
    third_ratio  as in `combine`
    Raises Fault if the waves do not have the same names.

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
    """Each area's own change tested against 0 by Student's t, with Holm's correction over the league.

    If the estimate has a law, t has the variance under the null and is corrected for skewness (`value_score`).
    Holm (1979), Scandinavian Journal of Statistics 6:65; Benjamini & Hochberg (1995), JRSS-B 57:289.
    A change of 0 (or of rounding alone, see estimation.columns.ties) with standard error 0 has p = 1; any other change
    with standard error 0 has p = 0.  If a panel has too few changed answers to tell its areas apart
    (`ChangeLaw.told_apart`), p_holm is 1.
    """
    p = 2 * scipy.stats.norm.sf(np.abs(value_score(shift, 0.0)))
    familywise = holm(p) if told_apart(shift) else np.ones(len(p))
    return ScoreChange(shift.names, shift.value, shift.se, shift.df, p, familywise, benjamini_hochberg(p))


def told_apart(shift: Estimate) -> bool:
    """Whether the changes of these areas can be told apart; if not, no level of change confirms any of them."""
    return not isinstance(shift.law, ChangeLaw) or shift.law.told_apart


def change_interval(shift: Estimate, level: float) -> Interval:
    """Limits of the change of each area alone: the values that its score test does not reject at 1 - level.

    The interval excludes 0 exactly where the test rejects it.  Without a law it is value ± t(df) se.
    """
    c = float(scipy.stats.norm.isf((1 - level) / 2))
    limits = inverted(shift.value, shift.se, lambda d: value_score(shift, d), c, c)
    return Interval(*limits, level)


def standing_change(
    shift: Estimate,
    *,
    rng: np.random.Generator,
    weights: ArrayLike | None = None,
    watch: Sequence = (),
    level: float = 0.95,
    draws: int = 10_000,
    side: str = BOTH,
) -> StandingChange:
    """m_j = δ_j - Σ_k a_k δ_k tested against 0, max-T stepdown over the league: `field_contrast_test`.

    weights  a (p,), which sum to 1 and are fixed before the data are seen; None: equal
    watch    names listed before the data were seen: half of the error is reserved for them, so the watched areas and
             the others have a stepdown each, and p_standing is twice that of the area's own stepdown
    level    of the joint limits
    side     "both" directions, or only "below" or "above", which is sharper in that direction and silent about the
             other; fixed before the data are seen
    Block M of our methods (docs/methods.md).  A list chosen from the waves compared makes the error larger than stated.
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


def holm(p: np.ndarray) -> np.ndarray:
    """Holm's adjusted p (k,): from the smallest p up, the running maximum of (k - i) p_(i), i = 0, 1, ..."""
    order = np.argsort(p)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    return adjusted


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """Benjamini and Hochberg's adjusted p (k,): from the largest p down, the running minimum of k p_(i)/i, i = 1, …"""
    order = np.argsort(p)[::-1]
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.minimum.accumulate(p[order] * len(p) / np.arange(len(p), 0, -1)), 1.0)
    return adjusted
