"""All pairs, or one area's, with draws of noise: bounds of every tile, and the maxima within those that matter.

What `stepdown` asks of a family of pairs: `DrawnPairs` and `DrawnRow` answer alike.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from estimation.ranks.pairs import AT_ONCE, Pairs, Tiles, inverse_of, portions


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
            up, down = inverse_of(s, t[j, rest] <= cut), -inverse_of(s, t[rest, j] <= cut)
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
        share = np.concatenate([inverse_of(s, pairs.t[j] <= cut), -inverse_of(s, pairs.t[:, j] <= cut)])

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
        up, down = inverse_of(s, pairs.t[j] <= cut), inverse_of(s, pairs.t[:, j] <= cut)
        for part in portions(len(draws), len(s)):
            difference = self.z[draws[part], j, None] - self.z[draws[part]]
            found[part] = np.maximum(difference * up, difference * -down).max(axis=1)
        return found


def _between(t, critical, cut) -> bool:
    return bool(((t > critical) & (t <= cut)).any())


def _weighted(values, columns, weights) -> np.ndarray:
    """values (r,G) in the given columns, each times its weight."""
    found = values[:, columns]
    found *= weights
    return found
