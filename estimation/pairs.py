"""Every ordered pair of areas at once: how clear each difference is, and bounds of what chance makes of it.

Areas are cut into groups alike in variance and value, a tile (g,h) holds the pairs of group g with group h, and with
ε = Z/σ all of them are bounded by

    (Z_j - Z_k)/s_jk  <=  max_gh(σ_j/s_jk) max_g(ε_j)⁺ + max_gh(σ_k/s_jk) max_h(-ε_k)⁺.

Pairs that are far more correlated than most (close pairs) would loosen the bounds of their tiles: they are kept apart
and worked out one by one.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy import special

AT_ONCE = 100_000  # numbers worked on in one step: they lie in the cache together
NARROWEST = 12  # areas in a group at least: smaller tiles cost more to choose than to work out
KEPT_TO = 1_000  # up to so many areas 1/s of all pairs is kept
CLOSE, AT_MOST = 0.2, 0.1  # close pairs: correlated by so much more than the median, and at most so many of all pairs
CLASS_WIDTH = 0.2  # areas of one class differ in log variance by about so much, if there are classes enough


def satterthwaite(weights, variance, df) -> np.ndarray:
    """df of Σ_k a_k V_k: (Σ a_k V_k)²/Σ (a_k V_k)²/df_k for rows of `weights` a (r,p); inf where nothing varies.

    Satterthwaite (1946), Biometrics Bulletin 2:110.
    """
    parts = np.asarray(weights) * variance
    spread = (parts**2 / np.maximum(df, 1.0)).sum(axis=-1)
    top = parts.sum(axis=-1) ** 2
    return np.divide(top, spread, out=np.full(top.shape, np.inf), where=spread > 0)


def to_normal(t, df) -> np.ndarray:
    """The normal quantile with the same tail as t has under Student's t with df degrees of freedom."""
    t, df = np.broadcast_arrays(np.asarray(t, dtype=float), np.asarray(df, dtype=float))
    finite = np.isfinite(df) & np.isfinite(t)
    z = np.array(t)
    tail = special.stdtr(df[finite], -np.abs(t[finite]))
    z[finite] = np.copysign(special.ndtri(tail), t[finite])
    return z


def from_normal(z, df) -> np.ndarray:
    """The value of Student's t with df degrees of freedom that has the tail of the normal z: `to_normal` undone."""
    z, df = np.broadcast_arrays(np.asarray(z, dtype=float), np.asarray(df, dtype=float))
    finite = np.isfinite(df)
    t = np.array(z)
    t[finite] = special.stdtrit(df[finite], special.ndtr(z[finite]))
    return t


class Tiles(NamedTuple):
    """Pieces of the family of pairs, and what bounds each over its pairs with s > 0 (tiles,): least T, largest σ/s."""

    first: np.ndarray
    second: np.ndarray
    least_t: np.ndarray
    first_share: np.ndarray
    second_share: np.ndarray

    def alive(self, cut) -> "Tiles":
        """Those with a pair T_jk <= cut."""
        at = np.flatnonzero(self.least_t <= cut)
        return Tiles(*(part[at] for part in self))


class ClosePairs(NamedTuple):
    """Pairs of areas j < k (c,), their 1/s, and T_jk and T_kj."""

    j: np.ndarray
    k: np.ndarray
    inverse: np.ndarray
    up: np.ndarray
    down: np.ndarray

    def largest(self, z, cut) -> np.ndarray:
        """max of ±(Z_j - Z_k)/s_jk over those of T_jk, T_kj that are <= cut, for draws z (B,p); >= 0."""
        found = np.zeros(len(z))
        for pairs in portions(len(self.j), AT_ONCE // 32):
            j, k = self.j[pairs], self.k[pairs]
            up = self.inverse[pairs] * (self.up[pairs] <= cut)
            down = self.inverse[pairs] * (self.down[pairs] <= cut)
            for draws in portions(len(z), len(j)):
                difference = z[draws, j] - z[draws, k]
                largest = np.maximum((difference * up).max(axis=1), (difference * -down).max(axis=1))
                np.maximum(found[draws], largest, out=found[draws])
        return found


@dataclass(frozen=True, eq=False)
class Pairs:
    """T_jk = (x_j - x_k)/s_jk of all ordered pairs of p areas, s²_jk = Σ_jj + Σ_kk - 2Σ_jk; largest x is best.

    order (p,), starts (G,): the areas group by group, and where each group starts; all else is in this order
    t (p,p): on the normal scale by Satterthwaite's df where positive, for nobody asks for the others
    variance (p,): Σ's diagonal;  covariance (p,p), or None where areas are independent
    Pairs with s = 0 have t = 0 or ±inf.
    """

    order: np.ndarray
    starts: np.ndarray
    t: np.ndarray
    variance: np.ndarray
    covariance: np.ndarray | None

    @classmethod
    def of(cls, x, variance, covariance, df, *, width: float = 1.0) -> "Pairs":
        """All pairs of x (p,) with variance (p,), covariance (p,p) or None, df (p,), in the caller's order."""
        p, (order, starts) = len(x), _groups(x, variance, width)
        x, variance, df = x[order], variance[order], np.maximum(df, 1.0)[order]
        covariance = None if covariance is None else covariance[np.ix_(order, order)]
        found, everyone = cls(order, starts, np.empty((p, p)), variance, covariance), slice(None)
        for rows in portions(p, p):
            difference = x[rows, None] - x
            s = found.se(rows, everyone)
            certain = np.where(difference == 0, 0.0, np.copysign(np.inf, difference)) if not s.all() else difference
            t = np.divide(difference, s, out=certain, where=s > 0)
            if np.isfinite(df).any():
                up = np.nonzero(t > 0)
                t[up] = to_normal(t[up], _pair_df(variance, df, rows.start + up[0], up[1]))
            found.t[rows] = t
        return found

    def se(self, j: slice, k: slice) -> np.ndarray:
        """s_jk of areas j (rows) and k (columns)."""
        square = self.variance[j, None] + self.variance[k]
        return np.sqrt(square if self.covariance is None else np.maximum(square - 2 * self.covariance[j, k], 0.0))

    def share(self, j: slice, k: slice, cut) -> np.ndarray:
        """1/s_jk of the pairs with T_jk <= cut and s_jk > 0, else 0."""
        if len(self.order) > KEPT_TO:
            return _inverse(self.se(j, k), self.t[j, k] <= cut)
        return self.inverse[j, k] if cut == np.inf else self.inverse[j, k] * (self.t[j, k] <= cut)

    @cached_property
    def inverse(self) -> np.ndarray:
        """1/s_jk (p,p), 0 where s_jk is."""
        return _inverse(self.se(slice(None), slice(None)), True)

    @cached_property
    def closeness(self) -> float:
        """2Σ_jk/(Σ_jj + Σ_kk) above which a pair is close; inf where areas are independent."""
        if self.covariance is None:
            return np.inf
        some = slice(None, None, max(1, len(self.order) // 100))
        c = 2 * self.covariance[some] / np.maximum(self.variance[some, None] + self.variance, np.finfo(float).tiny)
        return max(np.median(c) + CLOSE, np.quantile(c, 1 - AT_MOST))

    def is_close(self, j: slice, k: slice) -> np.ndarray | bool:
        """Which pairs of areas j (rows) and k (columns) are close."""
        if self.closeness == np.inf:
            return False
        return 2 * self.covariance[j, k] > self.closeness * (self.variance[j, None] + self.variance[k])

    @cached_property
    def close(self) -> "ClosePairs":
        """The close pairs of two different areas."""
        p, found = len(self.order), [(np.empty(0, dtype=int), np.empty(0, dtype=int))]
        if self.closeness < np.inf:
            for rows in portions(p, p):
                j, k = np.nonzero(self.is_close(rows, slice(None)))
                found.append((j[j + rows.start < k] + rows.start, k[j + rows.start < k]))
        j, k = (np.concatenate(part) for part in zip(*found, strict=True))
        square = self.variance[j] + self.variance[k]
        s = np.sqrt(square if self.covariance is None else np.maximum(square - 2 * self.covariance[j, k], 0.0))
        return ClosePairs(j, k, _inverse(s, True), self.t[j, k], self.t[k, j])

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
        """The areas of each group (G,w), the last repeated where a group is smaller."""
        width = max(group.stop - group.start for group in self.groups)
        return np.array([np.minimum(np.arange(g.start, g.start + width), g.stop - 1) for g in self.groups])

    @cached_property
    def tiles(self) -> Tiles:
        """All (g,h)."""
        g = len(self.groups)
        bounds = [self._bounded(rows) for rows in self.groups]
        return Tiles(*np.divmod(np.arange(g * g), g), *np.concatenate(bounds, axis=1))

    def row_tiles(self, j: int) -> Tiles:
        """Of area j alone: (j,k) for k in each group, then (k,j): first is 0 and 1, second the group."""
        g = len(self.groups)
        up, own, other = self._bounded(slice(j, j + 1), close=True)
        t = np.where(self.se(slice(j, j + 1), slice(None))[0] > 0, self.t[:, j], np.inf)
        down = np.minimum.reduceat(t, self.starts)
        first, second = np.divmod(np.arange(2 * g), g)
        return Tiles(first, second, np.concatenate([up, down]), np.tile(own, 2), np.tile(other, 2))

    def _bounded(self, rows: slice, *, close: bool = False) -> np.ndarray:
        """Least T, largest σ_j/s and largest σ_k/s (3,G) of the areas in `rows` with each group, close pairs or not."""
        s = self.se(rows, slice(None))
        counted = (s > 0) if close else (s > 0) & ~np.asarray(self.is_close(rows, slice(None)))
        share = _inverse(s, counted)
        t = np.where(counted, self.t[rows], np.inf).min(axis=0)
        own, other = (self.sigma[rows, None] * share).max(axis=0), (self.sigma * share).max(axis=0)
        return np.stack(
            [np.minimum.reduceat(t, self.starts), *(np.maximum.reduceat(x, self.starts) for x in (own, other))]
        )

    def counted(self, cut) -> tuple[np.ndarray, np.ndarray]:
        """How many areas are surely better than each, and surely worse (p,): T > cut; in the caller's order.

        cut: one number, or each area's own (p,).
        """
        own = np.broadcast_to(cut, len(self.order))[self.order]
        better, worse = np.empty(len(own), dtype=int), np.empty(len(own), dtype=int)
        better[self.order] = np.count_nonzero(self.t > own, axis=0)
        worse[self.order] = np.count_nonzero(self.t > own[:, None], axis=1)
        return better, worse

    def sure(self, cut) -> np.ndarray:
        """Whether j is surely larger than k (p,p), in the caller's order: T > cut."""
        place = np.argsort(self.order)
        return (self.t > cut)[np.ix_(place, place)]


@dataclass(frozen=True, eq=False)
class DrawnPairs:
    """All pairs with draws z (B,p) of noise N(0, Σ), in the pairs' order; each group's largest ε and -ε (B,G)."""

    pairs: Pairs
    z: np.ndarray
    top: np.ndarray
    bottom: np.ndarray

    @classmethod
    def of(cls, pairs: Pairs, z) -> "DrawnPairs":
        """The draws z (B,p) in the caller's order."""
        z = np.ascontiguousarray(z[:, pairs.order])
        unit = np.divide(z, pairs.sigma, out=np.zeros_like(z), where=pairs.sigma > 0)
        top = np.maximum.reduceat(unit, pairs.starts, axis=1)
        bottom = -np.minimum.reduceat(unit, pairs.starts, axis=1)
        return cls(pairs, z, np.maximum(top, 0.0), np.maximum(bottom, 0.0))

    @property
    def tiles(self) -> Tiles:
        """As `Pairs.tiles`."""
        return self.pairs.tiles

    @cached_property
    def others(self) -> np.ndarray:
        """Each group's largest -ε, then its largest ε (B,2G): what one area is set against."""
        return np.hstack([self.bottom, self.top])

    def exceeded(self, critical, cut) -> bool:
        """Is there a pair with critical < T <= cut?"""
        return _between(self.pairs.t, critical, cut)

    def close(self, draws, cut) -> np.ndarray:
        """The maximum over the close pairs T <= cut (draws,), which the tiles' bounds leave out."""
        return self.pairs.close.largest(self.z[draws], cut)

    def bounds(self, draws: slice, tiles: Tiles) -> np.ndarray:
        """The bound of each tile (draws,tiles)."""
        return _weighted(self.top[draws], tiles.first, tiles.first_share) + _weighted(
            self.bottom[draws], tiles.second, tiles.second_share
        )

    def largest(self, cut):
        """(draws, first, second) -> max of (Z_j - Z_k)/s_jk over the pairs T_jk <= cut of one tile a draw; >= 0."""

        def of_tiles(draws, first, second) -> np.ndarray:
            found, tile = np.zeros(len(draws)), first * len(self.pairs.groups) + second
            order = np.argsort(tile, kind="stable")
            for alike in np.split(order, np.flatnonzero(np.diff(tile[order])) + 1):
                j, k = self.pairs.groups[first[alike[0]]], self.pairs.groups[second[alike[0]]]
                share = self.pairs.share(j, k, cut)
                for part in portions(len(alike), share.size):
                    z = self.z[draws[alike[part]]]
                    ratio = z[:, j, None] - z[:, None, k]
                    ratio *= share
                    found[alike[part]] = ratio.max(axis=(1, 2), initial=0.0)
            return found

        return of_tiles

    def largest_of_all(self, draws, cut) -> np.ndarray:
        """max of (Z_j - Z_k)/s_jk over all pairs T_jk <= cut, each worked out (draws,); >= 0."""
        t, p, found = self.pairs.t, len(self.pairs.order), np.zeros(len(draws))
        z, up_room, down_room = self.z[draws], np.empty(AT_ONCE + p), np.empty(AT_ONCE + p)
        for j in range(p - 1):
            rest, width = slice(j + 1, p), p - 1 - j
            s = self.pairs.se(slice(j, j + 1), rest)[0]
            up, down = _inverse(s, t[j, rest] <= cut), -_inverse(s, t[rest, j] <= cut)
            for part in portions(len(draws), width):
                shape = (part.stop - part.start, width)
                rise = np.subtract(z[part, j, None], z[part, rest], out=up_room[: shape[0] * width].reshape(shape))
                fall = np.multiply(rise, down, out=down_room[: rise.size].reshape(shape))
                rise *= up
                np.maximum(found[part], rise.max(axis=1), out=found[part])
                np.maximum(found[part], fall.max(axis=1), out=found[part])
        return found


@dataclass(frozen=True, eq=False)
class DrawnRow:
    """The pairs (j,k) and (k,j) of one area with all others, and their draws: to be used as `DrawnPairs`.

    j: the area's place in the pairs' order.
    """

    drawn: DrawnPairs
    j: int

    @property
    def z(self) -> np.ndarray:
        """The draws (B,p)."""
        return self.drawn.z

    @cached_property
    def tiles(self) -> Tiles:
        """As `Pairs.row_tiles`."""
        return self.drawn.pairs.row_tiles(self.j)

    def exceeded(self, critical, cut) -> bool:
        """Is there a pair with critical < T <= cut?"""
        t = self.drawn.pairs.t
        return any(_between(row, critical, cut) for row in (t[self.j], t[:, self.j]))

    def close(self, draws, cut) -> np.ndarray:
        """As `DrawnPairs.close`: a row's tiles bound close pairs too."""
        return np.zeros(len(self.z[draws]))

    def bounds(self, draws: slice, tiles: Tiles) -> np.ndarray:
        """As `DrawnPairs.bounds`."""
        pairs, j = self.drawn.pairs, self.j
        own = self.z[draws, j, None] / (pairs.sigma[j] or 1.0)
        mine = _weighted(np.maximum(np.hstack([own, -own]), 0.0), tiles.first, tiles.first_share)
        mine += _weighted(self.drawn.others[draws], tiles.first * len(pairs.groups) + tiles.second, tiles.second_share)
        return mine

    def largest(self, cut):
        """As `DrawnPairs.largest`."""
        pairs, j = self.drawn.pairs, self.j
        s = pairs.se(slice(j, j + 1), slice(None))[0]
        share = np.concatenate([_inverse(s, pairs.t[j] <= cut), -_inverse(s, pairs.t[:, j] <= cut)])

        def of_tiles(draws, first, second) -> np.ndarray:
            k = pairs.members[second]
            ratio = self.z[draws, j][:, None] - self.z[draws[:, None], k]
            ratio *= share[first[:, None] * len(s) + k]
            return ratio.max(axis=1, initial=0.0)

        return of_tiles

    def largest_of_all(self, draws, cut) -> np.ndarray:
        """As `DrawnPairs.largest_of_all`."""
        pairs, j, found = self.drawn.pairs, self.j, np.zeros(len(draws))
        s = pairs.se(slice(j, j + 1), slice(None))[0]
        up, down = _inverse(s, pairs.t[j] <= cut), _inverse(s, pairs.t[:, j] <= cut)
        for part in portions(len(draws), len(s)):
            difference = self.z[draws[part], j, None] - self.z[draws[part]]
            found[part] = np.maximum(difference * up, difference * -down).max(axis=1)
        return found


def portions(rows: int, columns: int) -> list[slice]:
    """All rows in portions of so many that a table with `columns` columns lies in the cache."""
    step = max(1, AT_ONCE // max(columns, 1))
    return [slice(a, min(a + step, rows)) for a in range(0, rows, step)]


def _inverse(s, counted) -> np.ndarray:
    """1/s where the pair counts and s > 0, else 0."""
    return np.divide(1.0, s, out=np.zeros_like(s), where=(s > 0) & counted)


def _between(t, critical, cut) -> bool:
    return bool(((t > critical) & (t <= cut)).any())


def _weighted(values, columns, weights) -> np.ndarray:
    """values (r,G) in the given columns, each times its weight."""
    found = values[:, columns]
    found *= weights
    return found


def _groups(x, variance, width: float) -> tuple[np.ndarray, np.ndarray]:
    """Areas in an order of groups of about `width` √p, alike in variance and then in value; where each group starts."""
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
    """Satterthwaite's df of x_j - x_k for areas j, k (r,)."""
    return satterthwaite(np.ones(2), np.stack([variance[j], variance[k]], axis=-1), np.stack([df[j], df[k]], axis=-1))
