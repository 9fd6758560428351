"""All ordered pairs of areas: how clear each difference is, and bounds on the differences that chance alone makes.

The areas are divided into groups that are alike in variance and value.  A tile (g,h) holds the pairs of group g with
group h; with ε = Z/σ, all of its differences are bounded by

    (Z_j - Z_k)/s_jk  <=  max_gh(σ_j/s_jk) max_g(ε_j)⁺ + max_gh(σ_k/s_jk) max_h(-ε_k)⁺.

Pairs that are much more correlated than most (close pairs) would loosen the bounds of their tiles; they are treated
separately, one by one.

Four areas on paper: A 10, B 7.5, C 7, D 2, independent, each with variance ½.  Then s² = ½ + ½ = 1 for every pair, and
T is simply the difference of two values.  A is clearly above D (T = 8), B hardly above C (T = 0.5):

>>> x, variance, df = np.array([10, 7.5, 7, 2]), np.full(4, 0.5), np.full(4, np.inf)
>>> pairs = Pairs.of(x, variance, None, df)
>>> place = np.argsort(pairs.order)  # the areas are kept in an order of their own
>>> print(pairs.t[np.ix_(place, place)])
[[ 0.   2.5  3.   8. ]
 [-2.5  0.   0.5  5.5]
 [-3.  -0.5  0.   5. ]
 [-8.  -5.5 -5.   0. ]]

Suppose that only a T above 2.6 counts as sure.  Then no area is surely better than A or B, one is surely better than
C, and three than D; two are surely worse than A, one than B, and one than C:

>>> better, worse = pairs.counted(2.6)
>>> print(better, worse)
[0 0 1 3] [2 1 1 0]

So A holds one of the places 1 to 4 - 2 = 2, B one of 1 to 3, C one of 2 to 3, and D is the last.  The example of
`stepdown` finds the right limit, 2.38 and not 2.6; with it B cannot be first.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from estimation.columns.ties import equalized, in_standard_errors, scale_of
from estimation.estimators.change_laws import ChangeLaw
from estimation.estimators.laws import SamplingLaw
from estimation.precision.t_scale import to_normal
from estimation.precision.under_null import pair_moments, score

AT_ONCE = 100_000  # numbers processed in one step, so that they fit into the processor's cache
NARROWEST = 12  # the smallest number of areas in a group: smaller tiles take longer to choose than to compute
KEPT_TO = 2_000  # up to this many areas, 1/s of all pairs is kept in memory
CLOSE = 0.2  # a pair is close if its correlation exceeds the median by this much
AT_MOST = 0.1  # at most this fraction of pairs is close
CLASS_WIDTH = 0.2  # areas are first split by variance into classes about this wide in log variance, then by value


class Tiles(NamedTuple):
    """Tiles of the family of pairs, and what bounds those pairs of each tile that have s > 0.

    first, second (tiles,)              the groups of each tile
    least_t (tiles,)                    the smallest T in it
    first_share, second_share (tiles,)  the largest σ_j/s_jk and the largest σ_k/s_jk
    """

    first: np.ndarray
    second: np.ndarray
    least_t: np.ndarray
    first_share: np.ndarray
    second_share: np.ndarray

    def alive(self, cut: float) -> "Tiles":
        """The tiles that have a pair with T_jk <= cut."""
        at = np.flatnonzero(self.least_t <= cut)
        return Tiles(*(part[at] for part in self))


class ClosePairs(NamedTuple):
    """The close pairs of areas j < k (c,), with 1/s_jk (inverse), T_jk (up) and T_kj (down)."""

    j: np.ndarray
    k: np.ndarray
    inverse: np.ndarray
    up: np.ndarray
    down: np.ndarray

    def largest(self, z: np.ndarray, cut: float) -> np.ndarray:
        """The maximum over the close pairs in each simulated draw (B,); at least 0.  z (B,p): the draws.

        It is the largest (Z_j - Z_k)/s over pairs with T_jk <= cut, and (Z_k - Z_j)/s over those with T_kj <= cut.
        """
        maxima = np.zeros(len(z))
        for pairs in portions(len(self.j), AT_ONCE // 32):
            j, k = self.j[pairs], self.k[pairs]
            up = self.inverse[pairs] * (self.up[pairs] <= cut)
            down = self.inverse[pairs] * (self.down[pairs] <= cut)
            for draws in portions(len(z), len(j)):
                difference = z[draws, j] - z[draws, k]
                largest = np.maximum((difference * up).max(axis=1), (difference * -down).max(axis=1))
                np.maximum(maxima[draws], largest, out=maxima[draws])
        return maxima


@dataclass(frozen=True, eq=False)
class Pairs:
    """T_jk = (x_j - x_k)/s_jk of all ordered pairs of p areas, s²_jk = Σ_jj + Σ_kk - 2Σ_jk; the largest x is best.

    order (p,), starts (G,)  the areas group by group, and where each group starts; all else is in this order
    t (p,p)           T, brought to the normal scale by Satterthwaite's df where it is positive (negative values are not
                      used).  With a law (how variance and skewness depend on the true value) T is a score statistic:
                      variance and skewness are those the pair would have if both true values were equal
                      (`pair_moments`)
    variance (p,)     the diagonal of Σ
    covariance (p,p)  Σ; None if the areas are independent
    Equal values (estimation.columns.ties) have t = 0; other pairs with s = 0 have t = ±inf.
    floor              T up to it may be too large, though not above it: such T can be compared with larger cuts only
    """

    order: np.ndarray
    starts: np.ndarray
    t: np.ndarray
    variance: np.ndarray
    covariance: np.ndarray | None
    floor: float = -np.inf

    @classmethod
    def of(
        cls,
        x: np.ndarray,
        variance: np.ndarray,
        covariance: np.ndarray | None,
        df: np.ndarray,
        *,
        law: SamplingLaw | ChangeLaw | None = None,
        sign: float = 1.0,
        width: float = 1.0,
        floor: float = -np.inf,
    ) -> "Pairs":
        """All pairs of x (p,) with variance (p,), covariance (p,p) or None, and df (p,), in the caller's order.

        law: the law of `sign` x (estimation.estimators.laws), or None
        width: the number of areas in a group is about `width` √p
        """
        x = equalized(x, scale=scale_of(x, np.sqrt(variance)))
        p, (order, starts) = len(x), _groups(x, variance, width)
        x, variance, df = x[order], variance[order], np.maximum(df, 1.0)[order]
        covariance = None if covariance is None else covariance[np.ix_(order, order)]
        law = None if law is None else law.select(order)
        pairs, all_areas = cls(order, starts, np.empty((p, p)), variance, covariance, floor), slice(None)
        for rows in portions(p, p):
            difference = x[rows, None] - x
            s = pairs.se(rows, all_areas)
            t = difference / s if s.all() else in_standard_errors(difference, s)
            if law is not None:
                up = np.nonzero(difference > 0)
                j, k = rows.start + up[0], up[1]
                added, third = pair_moments(law, sign * x, variance, j, k)
                pair_df = _pair_df(variance, df, j, k)
                t[up] = score(difference[up], s[up] ** 2 + added, sign * third, pair_df, floor=floor)
            elif np.isfinite(df).any():
                up = np.nonzero(t > max(floor, 0.0))
                t[up] = to_normal(t[up], _pair_df(variance, df, rows.start + up[0], up[1]))
            pairs.t[rows] = t
        return pairs

    def se(self, j: slice, k: slice) -> np.ndarray:
        """s_jk of areas j (rows) and k (columns)."""
        square = self.variance[j, None] + self.variance[k]
        return np.sqrt(square if self.covariance is None else np.maximum(square - 2 * self.covariance[j, k], 0.0))

    def share(self, j: slice, k: slice, cut: float) -> np.ndarray:
        """1/s_jk of the pairs with T_jk <= cut and s_jk > 0, and 0 for other pairs."""
        if len(self.order) > KEPT_TO:
            return inverse_of(self.se(j, k), self.t[j, k] <= cut)
        return self.inverse[j, k] if cut == np.inf else self.inverse[j, k] * (self.t[j, k] <= cut)

    @cached_property
    def inverse(self) -> np.ndarray:
        """1/s_jk (p,p), 0 where s_jk is 0."""
        return inverse_of(self.se(slice(None), slice(None)), True)

    @cached_property
    def closeness(self) -> float:
        """The value of 2Σ_jk/(Σ_jj + Σ_kk) above which a pair is close; inf if the areas are independent."""
        if self.covariance is None:
            return np.inf
        some = slice(None, None, max(1, len(self.order) // 100))
        c = 2 * self.covariance[some] / np.maximum(self.variance[some, None] + self.variance, np.finfo(float).tiny)
        return max(np.median(c) + CLOSE, np.quantile(c, 1 - AT_MOST))

    def is_close(self, j: slice, k: slice) -> np.ndarray | bool:
        """Which pairs of areas j (rows) and k (columns) are close."""
        if self.covariance is None or self.closeness == np.inf:
            return False
        return 2 * self.covariance[j, k] > self.closeness * (self.variance[j, None] + self.variance[k])

    @cached_property
    def close(self) -> "ClosePairs":
        """The close pairs of two different areas."""
        p, parts = len(self.order), [(np.empty(0, dtype=int), np.empty(0, dtype=int))]
        if self.closeness < np.inf:
            for rows in portions(p, p):
                j, k = np.nonzero(np.asarray(self.is_close(rows, slice(None))))
                parts.append((j[j + rows.start < k] + rows.start, k[j + rows.start < k]))
        j, k = (np.concatenate(part) for part in zip(*parts, strict=True))
        square = self.variance[j] + self.variance[k]
        s = np.sqrt(square if self.covariance is None else np.maximum(square - 2 * self.covariance[j, k], 0.0))
        return ClosePairs(j, k, inverse_of(s, True), self.t[j, k], self.t[k, j])

    @cached_property
    def sigma(self) -> np.ndarray:
        """Standard errors (p,)."""
        return np.sqrt(self.variance)

    @cached_property
    def groups(self) -> list[slice]:
        """The areas of each group."""
        return [slice(a, b) for a, b in zip(self.starts, [*self.starts[1:], len(self.order)], strict=True)]

    @cached_property
    def members(self) -> np.ndarray:
        """The areas of each group (G,w); a group with fewer than w areas has its last one repeated."""
        width = max(group.stop - group.start for group in self.groups)
        return np.array([np.minimum(np.arange(g.start, g.start + width), g.stop - 1) for g in self.groups])

    @cached_property
    def tiles(self) -> Tiles:
        """The tiles (g,h) of all pairs of groups."""
        g = len(self.groups)
        bounds = [self._bounded(rows) for rows in self.groups]
        return Tiles(*np.divmod(np.arange(g * g), g), *np.concatenate(bounds, axis=1))

    def row_tiles(self, j: int) -> Tiles:
        """The tiles of area j alone: its pairs (j,k) with the areas k of each group, then its pairs (k,j).

        Here `first` is not a group: 0 marks pairs (j,k), 1 pairs (k,j); `second` is k's group.
        """
        g = len(self.groups)
        up, area_share, other_share = self._bounded(slice(j, j + 1), close=True)
        t = np.where(self.se(slice(j, j + 1), slice(None))[0] > 0, self.t[:, j], np.inf)
        down = np.minimum.reduceat(t, self.starts)
        first, second = np.divmod(np.arange(2 * g), g)
        return Tiles(first, second, np.concatenate([up, down]), np.tile(area_share, 2), np.tile(other_share, 2))

    def _bounded(self, rows: slice, *, close: bool = False) -> np.ndarray:
        """The smallest T, largest σ_j/s and largest σ_k/s (3,G) of the pairs of the areas in `rows` with each group.

        close: whether close pairs are included.
        """
        kept = len(self.order) <= KEPT_TO
        share = self.inverse[rows] if kept else inverse_of(self.se(rows, slice(None)), True)
        counted = (share > 0) if close else (share > 0) & ~np.asarray(self.is_close(rows, slice(None)))
        share = np.where(counted, share, 0.0)
        t = np.where(counted, self.t[rows], np.inf).min(axis=0)
        shares = (self.sigma[rows, None] * share).max(axis=0), (self.sigma * share).max(axis=0)
        return np.stack([np.minimum.reduceat(t, self.starts), *(np.maximum.reduceat(x, self.starts) for x in shares)])

    def counted(self, cut: float | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """better_j = #{k: T_kj > cut_j}, worse_j = #{k: T_jk > cut_j}, in the caller's order.

        cut: one number, or one for each area (p,), in the caller's order.
        """
        cuts = np.broadcast_to(cut, len(self.order))[self.order]
        better, worse = np.empty(len(cuts), dtype=int), np.empty(len(cuts), dtype=int)
        better[self.order] = np.count_nonzero(self.t > cuts, axis=0)
        worse[self.order] = np.count_nonzero(self.t > cuts[:, None], axis=1)
        return better, worse

    def sure(self, cut: float) -> np.ndarray:
        """Whether j is surely larger than k, that is T > cut (p,p), in the caller's order."""
        place = np.argsort(self.order)
        return (self.t > cut)[np.ix_(place, place)]


def portions(rows: int, columns: int) -> list[slice]:
    """Slices covering `rows` rows, each short enough that its rows × `columns` numbers fit into the cache."""
    step = max(1, AT_ONCE // max(columns, 1))
    return [slice(a, min(a + step, rows)) for a in range(0, rows, step)]


def inverse_of(s: np.ndarray, counted: bool | np.ndarray) -> np.ndarray:
    """1/s where the pair is counted and s > 0, else 0."""
    return np.divide(1.0, s, out=np.zeros_like(s), where=(s > 0) & counted)


def _groups(x, variance, width: float) -> tuple[np.ndarray, np.ndarray]:
    """The areas group by group, and where each group starts.

    About `width` √p areas form a group.  Areas are first split into classes by variance, then each class by value.
    """
    p = len(x)
    groups = -(-p // round(max(width * np.sqrt(p), NARROWEST)))
    positive = variance[variance > 0]
    spread = np.log(positive.max() / positive.min()) if len(positive) else 0.0
    classes = int(np.clip(np.ceil(spread / CLASS_WIDTH), 1, max(1, groups / 2)))
    parts = []
    for alike in np.array_split(np.argsort(variance, kind="stable"), classes):
        in_order = alike[np.argsort(x[alike], kind="stable")]
        parts += np.array_split(in_order, min(len(in_order), -(-groups // classes)))
    parts = [part for part in parts if len(part)]
    return np.concatenate(parts), np.cumsum([0] + [len(part) for part in parts[:-1]])


def _pair_df(variance, df, j, k) -> np.ndarray:
    """Satterthwaite's df (V_j + V_k)²/(V_j²/df_j + V_k²/df_k) of x_j - x_k for areas j, k (r,), as if independent."""
    one, other = variance[j], variance[k]
    squared_sum, spread = (one + other) ** 2, one**2 / df[j] + other**2 / df[k]
    return np.divide(squared_sum, spread, out=np.full(len(one), np.inf), where=spread > 0)
