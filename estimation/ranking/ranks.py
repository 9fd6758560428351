"""Confidence sets for ranks: the places an area can hold, jointly for all areas or for one chosen beforehand."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy
from numpy.typing import ArrayLike

from estimation.columns.ties import places, scale_of
from estimation.estimators.estimates import Estimate
from estimation.ranking.drawn_pairs import DrawnPairs, DrawnRow
from estimation.ranking.pairs import Pairs
from estimation.ranking.stepdown import surely_larger
from estimation.waves.noise import CommonNormals, correlated, normal_draws, off_diagonal
from words import Fault

MANY = 100  # areas from which on pairs that can decide nothing are not brought to the normal scale


@dataclass(frozen=True, eq=False)
class RankSet:
    """Ranks (1 = best) of p areas with confidence limits at `level`: 1 <= lower <= rank <= upper <= p."""

    names: tuple
    rank: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    level: float

    def to_frame(self) -> pd.DataFrame:
        """A table with one row per name and the columns rank, lower and upper."""
        columns = {"rank": self.rank, "lower": self.lower, "upper": self.upper}
        return pd.DataFrame(columns, index=pd.Index(self.names, name="name"))


def ranks(value: ArrayLike, *, largest_is_best: bool = True, scale: float | None = None) -> np.ndarray:
    """1 + the number of better values (p,); equal values (in the sense of estimation.columns.ties) share a rank.

    Examples: places as in sports: two areas share the second place, and nobody has the third.

    >>> from estimation import ranks
    >>> ranks([90, 86, 86, 80]).tolist()
    [1, 2, 2, 4]
    """
    return places(-np.asarray(value) if largest_is_best else value, scale=scale)


def estimate_ranks(estimate: Estimate, *, largest_is_best: bool = True) -> np.ndarray:
    """`ranks` of the estimates (p,); the scale on which values are equal follows from values and standard errors."""
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
    draws: int | np.ndarray | list[np.ndarray] | CommonNormals = 10_000,
) -> RankSet:
    """The places [L_j, U_j] that each area can hold: L_j = 1 + #{k surely better}, U_j = p - #{k surely worse}.

    j is surely better than k if T_jk = (x_j - x_k)/s_jk, s²_jk = Σ_jj + Σ_kk - 2Σ_jk, exceeds the `level` quantile of
    the maximum of (Z_j - Z_k)/s_jk over the pairs not yet rejected, Z ~ N(0, Σ).  Rejected pairs are removed and the
    quantile is computed again, until no more are rejected (Romano-Wolf stepdown).  T_jk is first brought to the normal
    scale by its t distribution with Satterthwaite's df.  If the estimate has a law, T is a score statistic: variance
    and skewness are those the pair would have if both true values were equal (`pair_moments`).

    simultaneous  True: all sets hold jointly (all ordered pairs);  False: each holds by itself (the area's pairs only)
    stepdown      False: only the first step is taken
    draws         the number of simulated Z, or these themselves: one array (B,p), or a list, one for each step; or
                  the numbers that several estimates have in common to make their Z of
    If true values are tied, an area's true rank is the range [1 + #better, p - #worse], and all of it is covered.  Two
    areas with standard error 0 differ unless they are equal (estimation.columns.ties).
    Mogstad, Romano, Shaikh & Wilhelm (2023), 10.1093/restud/rdad006.

    Examples: the four areas of `estimation.ranking.pairs` on paper; csranks' answers to the same draws are tested.

    >>> import numpy as np
    >>> from estimation import Estimate, rank_confidence_set
    >>> four = Estimate(("A", "B", "C", "D"), [10, 7.5, 7, 2], 0.5 * np.eye(4), np.inf)
    >>> rank_set = rank_confidence_set(four, rng=np.random.default_rng(1))
    >>> print(rank_set.lower, rank_set.upper)
    [1 2 2 4] [1 3 3 4]
    """
    p = len(estimate.names)
    numbers = draws if isinstance(draws, CommonNormals) else _rounds(estimate, draws, rng)
    if simultaneous:
        for floor in (_floor(level, p), -np.inf):
            pairs = area_pairs(estimate, largest_is_best=largest_is_best, floor=floor)
            cut = surely_larger([[drawn] for drawn in _drawn(pairs, estimate, numbers)], level, stepdown=stepdown)
            if cut > floor:
                break
    else:
        pairs = area_pairs(estimate, largest_is_best=largest_is_best, width=2.0)
        rounds, cut = _drawn(pairs, estimate, numbers), np.empty(p)
        for place, area in enumerate(pairs.order):
            cut[area] = surely_larger([[DrawnRow(drawn, place)] for drawn in rounds], level, stepdown=stepdown)
    better, worse = pairs.counted(cut)
    rank = estimate_ranks(estimate, largest_is_best=largest_is_best)
    return RankSet(estimate.names, rank, 1 + better, p - worse, level)


def _floor(level: float, areas: int) -> float:
    """A number that the cut of many areas hardly ever comes down to: what one of as many single tests has to exceed.

    The cut is that of the largest of some areas²/2 differences; of few areas the stepdown may leave only two.
    """
    return float(scipy.special.ndtri(1 - (1 - level) / areas)) if areas >= MANY else -np.inf


def area_pairs(
    estimate: Estimate, *, largest_is_best: bool = True, width: float = 1.0, floor: float = -np.inf
) -> Pairs:
    """All ordered pairs of the estimate's areas; T is positive where the first area is the better one."""
    sign, covariance = 1.0 if largest_is_best else -1.0, off_diagonal(estimate.covariance)
    options = {"law": estimate.law, "sign": sign, "width": width, "floor": floor}
    return Pairs.of(sign * estimate.value, estimate.variance, covariance, estimate.df, **options)


def _drawn(pairs: Pairs, estimate: Estimate, numbers: list[np.ndarray] | CommonNormals) -> list[DrawnPairs]:
    """The pairs with their simulated errors, for each step of the stepdown."""
    if isinstance(numbers, CommonNormals):
        return [_in_common(pairs, estimate, numbers)]
    return [DrawnPairs.of(pairs, z) for z in numbers]


def _in_common(pairs: Pairs, estimate: Estimate, draws: CommonNormals) -> DrawnPairs:
    """The pairs with errors made of the numbers that several estimates have in common."""
    covariance = off_diagonal(estimate.covariance)
    if covariance is None:
        return DrawnPairs.of_independent(pairs, draws)
    return DrawnPairs.of(pairs, correlated(draws.of(len(estimate.names)), covariance))


def _rounds(estimate: Estimate, draws, rng: np.random.Generator) -> list[np.ndarray]:
    """The simulated errors (B,p) for each step of the stepdown; the last ones serve all further steps."""
    if isinstance(draws, int | np.integer):
        rounds = [normal_draws(estimate.covariance, int(draws), rng)]
    else:
        rounds = [np.asarray(z, dtype=float) for z in (draws if isinstance(draws, list | tuple) else [draws])]
    p = len(estimate.names)
    wrong = [z.shape for z in rounds if z.ndim != 2 or z.shape[1] != p]
    if wrong:
        raise Fault(key="rank.draws", found=str(wrong[0]), expected=p)
    return rounds
