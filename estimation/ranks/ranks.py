"""Confidence sets for ranks: which places an area can hold, jointly for all areas or for one named beforehand."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation.columns.ties import places, scale_of
from estimation.estimators.estimates import Estimate
from estimation.ranks.drawn_pairs import DrawnPairs, DrawnRow
from estimation.ranks.pairs import Pairs
from estimation.ranks.stepdown import surely_larger
from estimation.waves.noise import normal_draws, off_diagonal
from words import Fault


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


def ranks(value, *, largest_is_best: bool = True, scale: float | None = None) -> np.ndarray:
    """1 + the number of better values (p,): equal ones (estimation.columns.ties says which) share the better place.

    Examples: places as in sports: two areas share the second place, and nobody has the third.

    >>> from estimation import ranks
    >>> ranks([90, 86, 86, 80]).tolist()
    [1, 2, 2, 4]
    """
    return places(-np.asarray(value) if largest_is_best else value, scale=scale)


def estimate_ranks(estimate: Estimate, *, largest_is_best: bool = True) -> np.ndarray:
    """`ranks` of the estimates (p,), on the scale that their values and standard errors show."""
    scale = scale_of(estimate.value, estimate.se)
    return ranks(estimate.value, largest_is_best=largest_is_best, scale=scale)


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
    (Romano-Wolf stepdown).  T_jk is first turned to the normal scale by its t distribution with Satterthwaite's df;
    where the estimate has a law, with the error of a pair that is equal, its skewness taken off (`pair_moments`).

    simultaneous  True: all sets hold together (all ordered pairs); False: each area's own (its pairs only)
    draws         how many Z, or the draws themselves: one (B,p) array, or a list of them, one a round
    A true rank is a range under ties: the set covers [1 + #better, p - #worse].  Two areas with standard error 0 are
    told apart unless they are equal (estimation.columns.ties).
    Mogstad, Romano, Shaikh & Wilhelm (2023), 10.1093/restud/rdad006.

    Examples: the four areas of `estimation.ranks.pairs` on paper; csranks' answers to the same draws are in the tests.

    >>> import numpy as np
    >>> from estimation import Estimate, rank_confidence_set
    >>> four = Estimate(("A", "B", "C", "D"), [10, 7.5, 7, 2], 0.5 * np.eye(4), np.inf)
    >>> rank_set = rank_confidence_set(four, rng=np.random.default_rng(1))
    >>> print(rank_set.lower, rank_set.upper)
    [1 2 2 4] [1 3 3 4]
    """
    p = len(estimate.names)

    pairs = area_pairs(estimate, largest_is_best=largest_is_best, width=1.0 if simultaneous else 2.0)
    rounds = [DrawnPairs.of(pairs, z) for z in _rounds(estimate, draws, rng)]
    if simultaneous:
        cut = surely_larger([[drawn] for drawn in rounds], level, stepdown=stepdown)
    else:
        cut = np.empty(p)
        for place, area in enumerate(pairs.order):
            cut[area] = surely_larger([[DrawnRow(drawn, place)] for drawn in rounds], level, stepdown=stepdown)
    better, worse = pairs.counted(cut)
    rank = estimate_ranks(estimate, largest_is_best=largest_is_best)
    return RankSet(estimate.names, rank, 1 + better, p - worse, level)


def area_pairs(estimate: Estimate, *, largest_is_best: bool = True, width: float = 1.0) -> Pairs:
    """All ordered pairs of the estimate's areas, the better area first where T is positive."""
    sign, covariance = 1.0 if largest_is_best else -1.0, off_diagonal(estimate.covariance)
    options = {"law": estimate.law, "sign": sign, "width": width}
    return Pairs.of(sign * estimate.value, estimate.variance, covariance, estimate.df, **options)


def _rounds(estimate: Estimate, draws, rng: np.random.Generator) -> list[np.ndarray]:
    """The draws (B,p) of each round."""
    if isinstance(draws, int | np.integer):
        given = [normal_draws(estimate.covariance, int(draws), rng)]
    else:
        given = [np.asarray(z, dtype=float) for z in (draws if isinstance(draws, list | tuple) else [draws])]
    p = len(estimate.names)
    wrong = [z.shape for z in given if z.ndim != 2 or z.shape[1] != p]
    if wrong:
        raise Fault(key="rank.draws", found=str(wrong[0]), expected=p)
    return given
