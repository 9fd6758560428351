"""The rank level of change: whether an area's rank changed, and by how many places at least and at most."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation.changes.changes import change, told_apart
from estimation.columns.matrices import Matrix
from estimation.estimators.estimates import Estimate
from estimation.ranking.drawn_pairs import DrawnPairs
from estimation.ranking.pairs import Pairs
from estimation.ranking.ranks import RankSet, area_pairs, estimate_ranks
from estimation.ranking.stepdown import surely_larger
from estimation.waves.noise import wave_draws
from estimation.waves.waves import is_independent


@dataclass(frozen=True, eq=False)
class RankChange:
    """The rank level, whose null hypothesis is "the area's rank did not change"; arrays (p,) in the order of `names`.

    places         rank before - rank after, positive for a rise
    lower, upper   limits of the true number of places gained, for all areas jointly
    before, after  the rank sets of both waves; these sets and the limits all hold jointly with probability `level`
    critical       a difference is proven if its T exceeds this
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
        """Whether the area's rank surely changed (p,), that is, its limits exclude 0 places."""
        return (self.lower > 0) | (self.upper < 0)

    def to_frame(self) -> pd.DataFrame:
        """A table with one row per name and the columns places, lower, upper and proven."""
        columns = {"places": self.places, "lower": self.lower, "upper": self.upper, "proven": self.proven}
        return pd.DataFrame(columns, index=pd.Index(self.names, name="name"))


def rank_change(
    before: Estimate,
    after: Estimate,
    *,
    cross: Matrix | str,
    rng: np.random.Generator,
    level: float = 0.95,
    largest_is_best: bool = True,
    stepdown: bool = True,
    draws: int | tuple[np.ndarray, np.ndarray] = 10_000,
    shift: Estimate | None = None,
) -> RankChange:
    """Δ_j = Σ_k [k above j after] - [k above j before] lies in [Σ_k low_k, Σ_k high_k]; places gained are -Δ_j.

    One max-T stepdown runs over the ordered pairs of three vectors, before, after and their difference D, with joint
    draws (Z_1, Z_2) that contain the covariance from PSUs in both waves.  The pairs that it proves give, for every k,

        low_k  = [k above j after] - [k not below j before],   at least 0 if "k gained on j" (D),
        high_k = [k not below j after] - [k above j before],   at most 0 if "k lost on j" (D).

    If no true null is rejected, which has probability `level`, the crossing of every k lies between these bounds, so
    the places hold for all areas jointly with the rank sets of both waves.  Without D they would be the difference of
    the two rank sets.  Block R of our methods (docs/methods.md has the proof); the stepdown is that of Romano & Wolf
    (2005), JASA 100:94.

    cross   as in `change`
    draws   their number, or (Z_1, Z_2), each (B,p) in the order of the names of `before`
    shift   the change itself, for windows that share waves: `combine` of all waves by `window_change`; None: `change`.
            If its areas cannot be told apart (`ChangeLaw.told_apart`), D proves nothing
    """
    shift = change(before, after, cross=cross) if shift is None else shift.select(before.names)
    aligned = after.select(before.names)
    c = cross if is_independent(cross) else _columns(cross, after.positions(before.names))
    noise = _noise(before, aligned, c, draws, rng)
    vectors = (before, aligned, shift) if told_apart(shift) else (before, aligned)
    families = [DrawnPairs.of(area_pairs(e, largest_is_best=largest_is_best), noise.pop()) for e in vectors]
    cut = surely_larger([families], level, stepdown=stepdown)
    pairs = [family.pairs for family in families]
    sets = [_rank_set(*wave, cut, level, largest_is_best) for wave in ((before, pairs[0]), (aligned, pairs[1]))]
    sure = [vector_pairs.sure(cut) for vector_pairs in pairs]
    low, high = _crossings(*sure, *[np.zeros_like(sure[0])] * (3 - len(sure)))
    places = sets[0].rank - sets[1].rank
    return RankChange(before.names, places, -high, -low, *sets, cut, level)


def _noise(before, after, cross, draws, rng) -> list[np.ndarray]:
    """[Z_2 - Z_1, Z_2, Z_1], the simulated errors of the three vectors, the last first: popped, none is kept twice."""
    if isinstance(draws, int | np.integer):
        draws = wave_draws(before.covariance, after.covariance, cross, int(draws), rng)
    z1, z2 = (np.asarray(z, dtype=float) for z in draws)
    return [z2 - z1, z2, z1]


def _crossings(one, two, gained) -> tuple[np.ndarray, np.ndarray]:
    """Σ_k low_k and Σ_k high_k (p,) from [j,k] = "j surely above k" before and after, and "j surely gained on k"."""
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
