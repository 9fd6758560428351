"""A family of pairs with simulated errors: all pairs (`DrawnPairs`), or those of one area (`DrawnRow`).

Both give `stepdown` the bounds of every tile of pairs, and the maxima over the pairs of single tiles.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from estimation.ranking.pairs import AT_ONCE, Pairs, Tiles, inverse_of, portions
from estimation.waves.noise import CommonNormals, group_extremes


@dataclass(frozen=True, eq=False)
class DrawnPairs:
    """All pairs of areas, with simulated errors.

    numbers (B,p)        B draws of Z ~ N(0, Σ), with the areas in the order of `pairs`; or of ε = Z/σ
    scale (p,)           σ if the numbers are ε, which several estimates may have in common; None if they are Z
    top, bottom (B,G)    the largest ε = Z/σ and the largest -ε of each group, at least 0
    """

    pairs: Pairs
    numbers: np.ndarray
    scale: np.ndarray | None
    top: np.ndarray
    bottom: np.ndarray

    @classmethod
    def of(cls, pairs: Pairs, z: np.ndarray) -> "DrawnPairs":
        """All pairs with the draws z (B,p), whose areas are in the caller's order."""
        z = np.ascontiguousarray(z[:, pairs.order])
        unit = np.divide(z, pairs.sigma, out=np.zeros_like(z), where=pairs.sigma > 0)
        return cls(pairs, z, None, *group_extremes(unit, pairs.starts))

    @classmethod
    def of_independent(cls, pairs: Pairs, draws: CommonNormals) -> "DrawnPairs":
        """All pairs of independent areas: they have the columns of the numbers in common in the pairs' order.

        An area without variance has a column too, which only makes bounds higher than need be.
        """
        p = len(pairs.order)
        return cls(pairs, draws.of(p), pairs.sigma, *draws.extremes(p, pairs.starts))

    @cached_property
    def z(self) -> np.ndarray:
        """Z (B,p) of all draws and areas."""
        return self.errors(slice(None), slice(None))

    def errors(self, draws: np.ndarray | slice, areas: slice) -> np.ndarray:
        """Z of these draws (rows) and areas (columns), in the pairs' order."""
        numbers = self.numbers[draws, areas]
        return numbers if self.scale is None else numbers * self.scale[areas]

    @property
    def tiles(self) -> Tiles:
        """As `Pairs.tiles`."""
        return self.pairs.tiles

    @cached_property
    def others(self) -> np.ndarray:
        """The largest -ε of each group, then the largest ε of each (B,2G), for the bounds of one area's pairs."""
        return np.hstack([self.bottom, self.top])

    def exceeded(self, critical: float, cut: float) -> bool:
        """Is there a pair with critical < T <= cut?"""
        return _between(self.pairs.t, critical, cut)

    def close(self, draws: np.ndarray | slice, cut: float) -> np.ndarray:
        """The maximum (draws,) over the close pairs with T <= cut, which the bounds of the tiles leave out."""
        if not len(self.pairs.close.j):
            return np.zeros(len(self.numbers) if isinstance(draws, slice) else len(draws))
        return self.pairs.close.largest(self.errors(draws, slice(None)), cut)

    def bounds(self, draws: slice, tiles: Tiles) -> np.ndarray:
        """The bound of the maximum in each tile (draws,tiles)."""
        return _weighted(self.top[draws], tiles.first, tiles.first_share) + _weighted(
            self.bottom[draws], tiles.second, tiles.second_share
        )

    def highest(self) -> np.ndarray:
        """The highest bound over all tiles (B,), at least 0; close pairs are not in it."""
        groups, tiles = len(self.pairs.groups), self.tiles
        first_share, second_share = (share.reshape(groups, groups) for share in (tiles.first_share, tiles.second_share))
        found = np.zeros(len(self.top))
        for part in portions(len(found), groups):
            top, bottom = np.ascontiguousarray(self.top[part].T), np.ascontiguousarray(self.bottom[part].T)
            for group in range(groups):
                bounds = top[group] * first_share[group][:, None] + bottom * second_share[group][:, None]
                np.maximum(found[part], bounds.max(axis=0), out=found[part])
        return found

    def largest(self, cut: float) -> Callable:
        """The function that gives, for one tile per draw, the maximum of (Z_j - Z_k)/s_jk over its pairs T_jk <= cut.

        Its arguments are the draws, and for each draw the groups `first` and `second` of the tile; the maxima (draws,)
        are at least 0.
        """

        def of_tiles(draws, first, second) -> np.ndarray:
            maxima, tile = np.zeros(len(draws)), first * len(self.pairs.groups) + second
            order = np.argsort(tile, kind="stable")
            for same_tile in np.split(order, np.flatnonzero(np.diff(tile[order])) + 1):
                j, k = self.pairs.groups[first[same_tile[0]]], self.pairs.groups[second[same_tile[0]]]
                share = self.pairs.share(j, k, cut)
                for part in portions(len(same_tile), share.size):
                    rows = draws[same_tile[part]]
                    ratio = self.errors(rows, j)[:, :, None] - self.errors(rows, k)[:, None, :]
                    ratio *= share
                    maxima[same_tile[part]] = ratio.max(axis=(1, 2), initial=0.0)
            return maxima

        return of_tiles

    def largest_of_all(self, draws: np.ndarray, cut: float) -> np.ndarray:
        """max of (Z_j - Z_k)/s_jk (draws,) over all pairs T_jk <= cut, computed for every pair; at least 0."""
        t, p, maxima = self.pairs.t, len(self.pairs.order), np.zeros(len(draws))
        z, up_room, down_room = self.errors(draws, slice(None)), np.empty(AT_ONCE + p), np.empty(AT_ONCE + p)
        for j in range(p - 1):
            later, width = slice(j + 1, p), p - 1 - j
            s = self.pairs.se(slice(j, j + 1), later)[0]
            up, down = inverse_of(s, t[j, later] <= cut), -inverse_of(s, t[later, j] <= cut)
            for part in portions(len(draws), width):
                shape = (part.stop - part.start, width)
                rise = np.subtract(z[part, j, None], z[part, later], out=up_room[: shape[0] * width].reshape(shape))
                fall = np.multiply(rise, down, out=down_room[: rise.size].reshape(shape))
                rise *= up
                np.maximum(maxima[part], rise.max(axis=1), out=maxima[part])
                np.maximum(maxima[part], fall.max(axis=1), out=maxima[part])
        return maxima


@dataclass(frozen=True, eq=False)
class DrawnRow:
    """The pairs (j,k) and (k,j) of one area j with all others, and their draws; it is used like `DrawnPairs`.

    j: the position of the area in the order of the pairs.
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

    def exceeded(self, critical: float, cut: float) -> bool:
        """Is there a pair with critical < T <= cut?"""
        t = self.drawn.pairs.t
        return any(_between(row, critical, cut) for row in (t[self.j], t[:, self.j]))

    def close(self, draws: np.ndarray | slice, cut: float) -> np.ndarray:
        """As `DrawnPairs.close`; it is 0, because the tiles of one area bound its close pairs too."""
        return np.zeros(len(self.z[draws]))

    def bounds(self, draws: slice, tiles: Tiles) -> np.ndarray:
        """As `DrawnPairs.bounds`."""
        pairs, j = self.drawn.pairs, self.j
        unit = self.z[draws, j, None] / (pairs.sigma[j] or 1.0)
        bounds = _weighted(np.maximum(np.hstack([unit, -unit]), 0.0), tiles.first, tiles.first_share)
        column = tiles.first * len(pairs.groups) + tiles.second
        bounds += _weighted(self.drawn.others[draws], column, tiles.second_share)
        return bounds

    def highest(self) -> np.ndarray:
        """As `DrawnPairs.highest`."""
        highest, tiles = np.zeros(len(self.z)), self.tiles
        for part in portions(len(highest), len(tiles.first)):
            highest[part] = self.bounds(part, tiles).max(axis=1, initial=0.0)
        return highest

    def largest(self, cut: float) -> Callable:
        """As `DrawnPairs.largest`."""
        pairs, j = self.drawn.pairs, self.j
        s = pairs.se(slice(j, j + 1), slice(None))[0]
        share = np.concatenate([inverse_of(s, pairs.t[j] <= cut), -inverse_of(s, pairs.t[:, j] <= cut)])

        def of_tiles(draws, first, second) -> np.ndarray:
            k = pairs.members[second]
            ratio = self.z[draws, j][:, None] - self.z[draws[:, None], k]
            ratio *= share[first[:, None] * len(s) + k]
            return ratio.max(axis=1, initial=0.0)

        return of_tiles

    def largest_of_all(self, draws: np.ndarray, cut: float) -> np.ndarray:
        """As `DrawnPairs.largest_of_all`."""
        pairs, j, maxima = self.drawn.pairs, self.j, np.zeros(len(draws))
        s = pairs.se(slice(j, j + 1), slice(None))[0]
        up, down = inverse_of(s, pairs.t[j] <= cut), inverse_of(s, pairs.t[:, j] <= cut)
        for part in portions(len(draws), len(s)):
            difference = self.z[draws[part], j, None] - self.z[draws[part]]
            maxima[part] = np.maximum(difference * up, difference * -down).max(axis=1)
        return maxima


def _between(t, critical, cut) -> bool:
    """Is there a T with critical < T <= cut?"""
    return bool(((t > critical) & (t <= cut)).any())


def _weighted(values, columns, weights) -> np.ndarray:
    """The columns of values (r,G) at `columns`, each times its weight."""
    weighted = values[:, columns]
    weighted *= weights
    return weighted
