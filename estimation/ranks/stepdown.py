"""The stepdown over pairs of areas: how large chance alone makes the largest difference, and which are surely larger.

The maximum over p² pairs does not need p² work a draw: tiles of pairs are worked out from the highest bound down
(estimation.ranks.pairs), until no bound exceeds what was found: exact, and a few tiles a draw.  Where areas are so
correlated that the bounds say little, all pairs are worked out once a share of the tiles was in vain.

The four areas of `pairs` on paper (values 10, 7.5, 7, 2, s = 1 for every pair).  Round 1: if all four were equal, the
largest of the 12 differences would be the range of four normal values over √2, below 3.633/√2 = 2.57 in 95 of 100
leagues (3.633 is in the tables of the studentized range).  Above 2.57 are A - C, A - D, B - D and C - D; A - B, 2.5,
is not.

>>> from estimation.ranks.drawn_pairs import DrawnPairs
>>> from estimation.ranks.pairs import Pairs
>>> pairs = Pairs.of(np.array([10, 7.5, 7, 2]), np.full(4, 0.5), None, np.full(4, np.inf))
>>> noise = np.sqrt(0.5) * np.random.default_rng(0).standard_normal((100_000, 4))
>>> largest = Maxima([DrawnPairs.of(pairs, noise)])
>>> first = largest.quantile(0.95, np.inf)
>>> print(round(first, 2))
2.57

Round 2: those four are taken as true, so only the other eight pairs can still deceive.  Their largest difference is
below 2.43 in 95 of 100 leagues, and A - B is above that.  Round 3, without A - B: 2.38; B - C, 0.5, is far below it,
and it ends.

>>> second = largest.quantile(0.95, first)
>>> print(round(second, 2), round(largest.quantile(0.95, second), 2))
2.43 2.38

So A is the first, B and C share the places 2 and 3, and D is the last.  Without the stepdown A could be second, and B
first.
"""

import numpy as np

from estimation.ranks.pairs import Tiles, portions

IN_VAIN = 1 / 6  # of the tiles: working out so many, one by one, costs about as much as all pairs at once


def surely_larger(rounds, level, *, stepdown: bool) -> float:
    """The cut c such that exactly the pairs with T > c are surely larger: Romano & Wolf (2005), JASA 100:94.

    rounds: for each round of the stepdown a list of families, DrawnPairs or DrawnRows with the same number of joint
    draws; the last round's draws serve all further rounds.  Every rejected pair has a T above every other's, so what is
    still to be tested is always {T <= c}, and no table of rejections is needed.
    """
    cut = np.inf
    for families in rounds:
        maxima, more = Maxima(families), True
        while more:
            critical = maxima.quantile(level, cut)
            more = stepdown and any(family.exceeded(critical, cut) for family in families)
            cut = min(cut, critical)
            if not more:
                return cut
            more = families is rounds[-1]
    return cut


class Maxima:
    """max (Z_j - Z_k)/s_jk of every draw, over all pairs with T_jk <= cut of all families, while the cut falls."""

    def __init__(self, families):
        self.families = families
        self.bound = np.array([_highest(family) for family in families])  # (families,B): no maximum lies above
        self.patience = [int(np.ceil(IN_VAIN * len(family.tiles.first))) for family in families]

    def quantile(self, level, cut) -> float:
        """Its `level` quantile (type 7); at least 0, as every upper quantile is; 0 where no pair is uncertain.

        cut must not rise from call to call.  Draws that cannot reach the quantile stay unknown.
        """
        b = self.bound.shape[1]
        known = int(np.floor((b - 1) * level))
        best, least = np.zeros(b), 0.0
        alive = [family.tiles.alive(cut) for family in self.families]
        clearest = np.argsort(-self.bound.max(axis=0))
        for start in range(0, b, 2 * (b - known)):
            draws = clearest[start : start + 2 * (b - known)]
            if self.bound[:, draws[0]].max() <= least:
                break
            for f, (family, tiles, bound) in enumerate(zip(self.families, alive, self.bound, strict=True)):
                going = draws[bound[draws] > np.maximum(best[draws], least)]
                at_once = len(tiles.first) if self.patience[f] else 1
                for part in portions(len(going), at_once):
                    own = going[part]
                    found, soon = _climb(family, own, tiles, cut, least, self.patience[f])
                    self.patience[f] *= soon  # bounds that said little once are not asked again
                    best[own] = np.maximum(best[own], found)
                    bound[own] = np.maximum(found, least)
            least = np.partition(best, known)[known]  # the quantile is no lower: a bound below it says enough
        return float(np.quantile(best, level))


def _highest(family) -> np.ndarray:
    """The highest bound of each draw (B,)."""
    found, tiles = family.close(slice(None), np.inf), family.tiles.alive(np.inf)
    for part in portions(len(found), len(tiles.first)):
        found[part] = np.maximum(found[part], family.bounds(part, tiles).max(axis=1, initial=0.0))
    return found


def _climb(family, draws, tiles: Tiles, cut, least, patience: int) -> tuple[np.ndarray, bool]:
    """The draws' maxima (draws,), tile by tile from the highest bound, as far as they exceed `least`.

    After `patience` tiles all pairs are worked out;  and whether that was never needed.
    """
    if not patience:
        return family.largest_of_all(draws, cut), False
    best, going = family.close(draws, cut), np.arange(len(draws) if len(tiles.first) else 0)
    bound, largest = family.bounds(draws, tiles), family.largest(cut)
    for _ in range(patience):
        if not len(going):
            return best, True
        first = bound[going].argmax(axis=1)
        hopeful = bound[going, first] > np.maximum(best[going], least)
        going, first = going[hopeful], first[hopeful]
        if len(going):
            found = largest(draws[going], tiles.first[first], tiles.second[first])
            best[going] = np.maximum(best[going], found)
            bound[going, first] = 0.0
    best[going] = np.maximum(best[going], family.largest_of_all(draws[going], cut))
    return best, not len(going)
