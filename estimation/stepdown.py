"""The stepdown over pairs of areas: how large chance alone makes the largest difference, and which are surely larger.

The maximum over p² pairs does not need p² work a draw: tiles of pairs are worked out from the highest bound down
(estimation.pairs), until no bound exceeds what was found: exact, and a few tiles a draw.
"""

import numpy as np

from estimation.pairs import Tiles, portions


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
            more = any(family.exceeded(critical, cut) for family in families)
            cut = min(cut, critical)
            if not (stepdown and more):
                return cut
            more = families is rounds[-1]
    return cut


class Maxima:
    """max (Z_j - Z_k)/s_jk of every draw, over all pairs with T_jk <= cut of all families, while the cut falls."""

    def __init__(self, families):
        self.families = families
        self.bound = np.array([_highest(family) for family in families])  # (families,B): no maximum lies above

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
            for family, tiles, bound in zip(self.families, alive, self.bound, strict=True):
                going = draws[bound[draws] > np.maximum(best[draws], least)]
                for part in portions(len(going), len(tiles.first)):
                    own = going[part]
                    found = _climb(family, own, tiles, cut, least)
                    best[own] = np.maximum(best[own], found)
                    bound[own] = np.maximum(found, least)
            least = np.partition(best, known)[known]  # the quantile is no lower: a bound below it says enough
        return float(np.quantile(best, level))


def _highest(family) -> np.ndarray:
    """The highest bound of each draw (B,)."""
    found, tiles = np.zeros(len(family.z)), family.tiles.alive(np.inf)
    for part in portions(len(found), len(tiles.first)):
        found[part] = family.bounds(part, tiles).max(axis=1, initial=0.0)
    return found


def _climb(family, draws, tiles: Tiles, cut, least) -> np.ndarray:
    """The draws' maxima (draws,), tile by tile from the highest bound, as far as they exceed `least`."""
    best, going = np.zeros(len(draws)), np.arange(len(draws) if len(tiles.first) else 0)
    bound, largest = family.bounds(draws, tiles), family.largest(cut)
    while len(going):
        first = bound[going].argmax(axis=1)
        hopeful = bound[going, first] > np.maximum(best[going], least)
        going, first = going[hopeful], first[hopeful]
        if len(going):
            found = largest(draws[going], tiles.first[first], tiles.second[first])
            best[going] = np.maximum(best[going], found)
            bound[going, first] = 0.0
    return best
