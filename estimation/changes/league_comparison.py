"""A league compared between two waves on all levels of change, with one error rate that is split among them."""

from collections.abc import Hashable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from estimation.changes.changes import (
    ScoreChange,
    StandingChange,
    change,
    change_interval,
    score_change,
    standing_change,
    told_apart,
)
from estimation.changes.movement import ShiftSplit, no_change_band, shift_split
from estimation.changes.rank_changes import RankChange, rank_change
from estimation.changes.verdicts import ABOVE, BELOW, BOTH, CHANCE, PROVEN, REAL, WORSE
from estimation.columns.matrices import Matrix
from estimation.estimators.estimates import Estimate, Interval
from words import Fault

ALPHA_STANDING, ALPHA_RANK = 0.045, 0.005
TAIL = 20  # the smallest number of draws expected beyond the critical value of the rank level


@dataclass(frozen=True)
class ChangeVerdict:
    """What is known of one area's movement, for the sentence that reports it.

    outcome      PROVEN: its rank changed;  REAL: it moved against the average in the direction in which its rank did,
                 but by how many places is not certain;  CHANCE: everything observed could be chance
    change       of its value; lower, upper: the 1 - alpha interval (of this area alone)
    places       rank_before - rank_after; the true number is between places_lower and places_upper, for all areas
                 jointly
    own, others  the parts of `places` that are due to its own movement and to that of the others
    noise        by chance alone, an area like it moves at most this many places 19 times in 20
    """

    name: Hashable
    outcome: str
    change: float
    lower: float
    upper: float
    rank_before: int
    rank_after: int
    before_lower: int
    before_upper: int
    after_lower: int
    after_upper: int
    places: int
    places_lower: int
    places_upper: int
    own: float
    others: float
    noise: int


@dataclass(frozen=True, eq=False)
class LeagueComparison:
    """A league compared between two waves.

    All statements by PROVEN and REAL, and all rank ranges and limits of places in `rank`, are true jointly with
    probability >= 1 - alpha_standing - alpha_rank over all `family` tables compared; nothing else has this guarantee.

    change, interval        the changes of the areas' values, and the interval of each area alone
    score, standing, rank   the three levels
    worse                   the standing level tested for falls only; the same as `standing` if `side` is "worse"
    split, noise            what the observed shift of ranks consists of, and how far chance moves an area
    outcome (p,)            PROVEN, REAL or CHANCE
    alpha_standing, alpha_rank   the errors of the two levels, over the whole family
    family                  the number of tables (leagues times indicators) that share the error
    """

    names: tuple
    change: Estimate
    interval: Interval
    score: ScoreChange
    standing: StandingChange
    worse: StandingChange
    side: str
    rank: RankChange
    split: ShiftSplit
    noise: np.ndarray
    outcome: np.ndarray
    alpha_standing: float
    alpha_rank: float
    family: int

    @property
    def told_apart(self) -> bool:
        """Whether enough answers changed to confirm any area's change (`ChangeLaw.told_apart`)."""
        return told_apart(self.change)

    def verdicts(self) -> tuple[ChangeVerdict, ...]:
        """One verdict per area."""
        return tuple(ChangeVerdict(name, **row) for name, row in zip(self.names, self._rows(), strict=True))

    def to_frame(self) -> pd.DataFrame:
        """A table with one row per name and the fields of `ChangeVerdict`."""
        return pd.DataFrame(list(self._rows()), index=pd.Index(self.names, name="name", tupleize_cols=False))

    def _rows(self):
        columns = {
            "outcome": self.outcome,
            "change": self.change.value,
            "lower": self.interval.lower,
            "upper": self.interval.upper,
            "rank_before": self.rank.before.rank,
            "rank_after": self.rank.after.rank,
            "before_lower": self.rank.before.lower,
            "before_upper": self.rank.before.upper,
            "after_lower": self.rank.after.lower,
            "after_upper": self.rank.after.upper,
            "places": self.rank.places,
            "places_lower": self.rank.lower,
            "places_upper": self.rank.upper,
            "own": self.split.own,
            "others": self.split.others,
            "noise": self.noise,
        }
        lists = [values.tolist() for values in columns.values()]
        return (dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True))


def compare_league(
    before: Estimate,
    after: Estimate,
    *,
    cross: Matrix | str,
    rng: np.random.Generator,
    alpha_standing: float = ALPHA_STANDING,
    alpha_rank: float = ALPHA_RANK,
    family: int = 1,
    weights: ArrayLike | None = None,
    watch: Sequence = (),
    largest_is_best: bool = True,
    draws: int = 10_000,
    side: str = BOTH,
    shift: Estimate | None = None,
) -> LeagueComparison:
    """The changes of score, standing and rank of all areas, and the verdict on each.

    before, after   the same areas in two waves or windows (`windows`); smooth the variances of small areas beforehand
    cross           their covariance, or INDEPENDENT, as in `change`
    alpha_standing, alpha_rank   the errors of the two levels; by Bonferroni's inequality the error of both is their sum
    family          the number of tables looked at together; each receives 1/family of both errors
    weights, watch  as in `standing_change`; fixed before these waves are seen
    side            "both": rises and falls against the field are confirmed;  "worse": only falls, which are then found
                    more often; fixed before these waves are seen
    shift           the change itself, for windows that share waves: `combine` of all waves by `window_change`
    Raises Fault for errors that do not lie between 0 and 1, and for the faults of the levels.

    Examples: ten areas with standard errors of 1; the best, j, falls by 12, from place 1 to 6.  It is proven that it
    lost at least one place, and at most eight.

    >>> import numpy as np
    >>> from estimation import INDEPENDENT, Estimate, compare_league
    >>> names, value = tuple("abcdefghij"), np.arange(60.0, 80.0, 2.0)
    >>> fallen = value - np.array([0] * 9 + [12.0])
    >>> waves = [Estimate(names, x, np.eye(10), np.inf) for x in (value, fallen)]
    >>> estimate = compare_league(*waves, cross=INDEPENDENT, rng=np.random.default_rng(1))
    >>> print(estimate.outcome.tolist()[7:], estimate.rank.places[-1], estimate.rank.lower[-1], estimate.rank.upper[-1])
    ['chance', 'chance', 'proven'] -5 -8 -1
    """
    if not (alpha_standing > 0 and alpha_rank > 0 and alpha_standing + alpha_rank < 1):
        raise Fault(key="comparison.alpha", standing=alpha_standing, rank=alpha_rank)
    if not (family == int(family) and family >= 1):
        raise Fault(key="comparison.family", found=family)
    alpha, beta = alpha_standing / family, alpha_rank / family
    if side not in (BOTH, WORSE):
        raise Fault(key="comparison.side", found=str(side))
    shift = change(before, after, cross=cross) if shift is None else shift.select(before.names)
    options: dict[str, Any] = {"weights": weights, "watch": watch, "level": 1 - alpha, "draws": draws}
    two_sided = standing_change(shift, rng=deepcopy(rng), **options)
    worse = standing_change(shift, rng=rng, side=BELOW if largest_is_best else ABOVE, **options)  # with the same draws
    standing = two_sided if side == BOTH else worse
    enough = max(draws, int(np.ceil(TAIL / beta)))
    rank = rank_change(
        before, after, cross=cross, rng=rng, level=1 - beta, largest_is_best=largest_is_best, draws=enough, shift=shift
    )
    return LeagueComparison(
        names=shift.names,
        change=shift,
        interval=change_interval(shift, 1 - alpha_standing - alpha_rank),
        score=score_change(shift),
        standing=standing,
        worse=worse,
        side=side,
        rank=rank,
        split=shift_split(before, after, largest_is_best=largest_is_best),
        noise=no_change_band(before, after, cross=cross, rng=rng),
        outcome=_outcome(standing, rank, alpha, largest_is_best),
        alpha_standing=alpha_standing,
        alpha_rank=alpha_rank,
        family=int(family),
    )


def _outcome(standing: StandingChange, rank: RankChange, alpha: float, largest_is_best: bool) -> np.ndarray:
    """PROVEN by the rank level; REAL by the standing level in the direction of the places gained; else CHANCE.

    An area that kept its rank is never REAL.  A p of exactly alpha is enough, as in any test at level alpha.
    """
    rise = np.sign(standing.relative) * (1 if largest_is_best else -1)
    moved = (standing.p_standing <= alpha) & (rank.places != 0) & (rise == np.sign(rank.places))
    return np.where(rank.proven, PROVEN, np.where(moved, REAL, CHANCE))
