"""The rank level of change: whether an area's rank is truly different, and by how many places at least and at most."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation.change.changes import change, told
from estimation.estimators.estimates import Estimate
from estimation.ranks.drawn_pairs import DrawnPairs
from estimation.ranks.pairs import Pairs
from estimation.ranks.ranks import RankSet, area_pairs, estimate_ranks
from estimation.ranks.stepdown import surely_larger
from estimation.waves.noise import wave_draws
from estimation.waves.waves import is_independent


@dataclass(frozen=True, eq=False)
class RankChange:
    """The rank level: null "this area's rank did not change"; (p,) each, in the order of `names`.

    places: rank before - rank after, positive for a rise; lower <= true places gained <= upper for all areas jointly
    before, after: both waves' rank sets;  all three hold together with probability `level`
    critical: a difference is proven where T is above it
    """

    names: tuple
    places: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    before: RankSet
    after: RankSet
    critical: float
    level: float

    @property
    def proven(self) -> np.ndarray:
        """Areas whose rank changed for sure (p,): zero places are excluded."""
        return (self.lower > 0) | (self.upper < 0)

    def to_frame(self) -> pd.DataFrame:
        """One row a name: places, lower, upper, proven."""
        columns = {"places": self.places, "lower": self.lower, "upper": self.upper, "proven": self.proven}
        return pd.DataFrame(columns, index=pd.Index(self.names, name="name"))


def rank_change(
    before: Estimate,
    after: Estimate,
    *,
    cross,
    rng: np.random.Generator,
    level: float = 0.95,
    largest_is_best: bool = True,
    stepdown: bool = True,
    draws=10_000,
    shift: Estimate | None = None,
) -> RankChange:
    """Δ_j = Σ_k [k above j after] - [k above j before] lies in [Σ_k low_k, Σ_k high_k]; places gained are -Δ_j.

    One max-T stepdown over the ordered pairs of three vectors - before, after and their difference D - with joint draws
    (Z_1, Z_2), so that PSUs in both waves bring their covariance.  From the pairs it proves, for every k,

        low_k  = [k above j after] - [k not below j before],   at least 0 if "k gained on j" (D),
        high_k = [k not below j after] - [k above j before],   at most 0 if "k lost on j" (D).

    If no true null is rejected, which has probability `level`, every k's crossing lies between them; so the places
    hold for all areas together with both waves' rank sets.  Without D the set is the two rank sets' difference.
    Block R of our methods (docs/methods.md has the proof); the stepdown is Romano & Wolf (2005), JASA 100:94.

    cross   as in `change`;  draws: how many, or (Z_1, Z_2), (B,p) each, in the order of before's names
    shift   the change itself, of windows that share waves: `combine` of all waves by `window_change`; None: `change`;
            where it cannot be told apart (`ChangeLaw.told`) D proves nothing
    """
    shift = change(before, after, cross=cross) if shift is None else shift.select(before.names)
    aligned = after.select(before.names)
    c = cross if is_independent(cross) else _columns(cross, after.positions(before.names))
    noise = _noise(before, aligned, c, draws, rng)
    vectors = (before, aligned, shift) if told(shift) else (before, aligned)
    families = [DrawnPairs.of(area_pairs(e, largest_is_best=largest_is_best), noise.pop()) for e in vectors]
    cut = surely_larger([families], level, stepdown=stepdown)
    pairs = [family.pairs for family in families]
    sets = [_rank_set(*wave, cut, level, largest_is_best) for wave in ((before, pairs[0]), (aligned, pairs[1]))]
    sure = [each.sure(cut) for each in pairs]
    low, high = _crossings(*sure, *[np.zeros_like(sure[0])] * (3 - len(sure)))
    places = sets[0].rank - sets[1].rank
    return RankChange(before.names, places, -high, -low, *sets, cut, level)


def _noise(before, after, cross, draws, rng) -> list[np.ndarray]:
    """The draws [Z_2 - Z_1, Z_2, Z_1] of the three vectors, last first: taken off one by one, none is kept twice."""
    if isinstance(draws, int | np.integer):
        draws = wave_draws(before.covariance, after.covariance, cross, int(draws), rng)
    z1, z2 = (np.asarray(z, dtype=float) for z in draws)
    return [z2 - z1, z2, z1]


def _crossings(one, two, gained) -> tuple[np.ndarray, np.ndarray]:
    """Σ_k low_k, Σ_k high_k (p,) from [j,k] = "j surely above k" before, after, and "j surely gained on k" (p,p)."""
    p, low, high = len(one), np.empty(len(one), dtype=int), np.empty(len(one), dtype=int)
    for j in range(p):
        below, above, below_after, above_after = one[j], one[:, j], two[j], two[:, j]
        least = above_after.astype(np.int8) - ~below
        most = (~below_after).astype(np.int8) - above
        least[gained[:, j]] = np.maximum(least[gained[:, j]], 0)
        most[gained[j]] = np.minimum(most[gained[j]], 0)
        least[j] = most[j] = 0
        low[j], high[j] = least.sum(dtype=int), most.sum(dtype=int)
    return low, high


def _rank_set(estimate: Estimate, pairs: Pairs, cut, level, largest_is_best) -> RankSet:
    better, worse = pairs.counted(cut)
    rank = estimate_ranks(estimate, largest_is_best=largest_is_best)
    return RankSet(estimate.names, rank, 1 + better, len(rank) - worse, level)


def _columns(cross, order):
    return cross[:, order] if np.any(order != np.arange(len(order))) else cross
