"""The stepdown over pairs of areas: how large the largest difference can be by chance, and which pairs exceed it.

The maximum over p² pairs does not take p² operations per draw: tiles of pairs (estimation.ranking.pairs) are computed
in the order of their bounds, from the highest down, until no bound exceeds the maximum found so far.  The result is
exact, and usually needs few tiles.  Where areas are so correlated that the bounds exclude little, all pairs are
computed at once after IN_VAIN of the tiles have not sufficed.

The four areas of `pairs` on paper: values 10, 7.5, 7, 2, and s = 1 for every pair.  Step 1: if all four were equal,
the largest of the 12 differences would be the range of four normal values divided by √2, which is below
3.633/√2 = 2.57 in 95 of 100 leagues (3.633 is in the tables of the studentized range).  The differences A - C, A - D,
B - D and C - D exceed 2.57; A - B = 2.5 does not.

>>> from estimation.ranking.drawn_pairs import DrawnPairs
>>> from estimation.ranking.pairs import Pairs
>>> pairs = Pairs.of(np.array([10, 7.5, 7, 2]), np.full(4, 0.5), None, np.full(4, np.inf))
>>> noise = np.sqrt(0.5) * np.random.default_rng(0).standard_normal((100_000, 4))
>>> largest = Maxima([DrawnPairs.of(pairs, noise)])
>>> first = largest.quantile(0.95, np.inf)
>>> print(round(first, 2))
2.57

Step 2: these four are taken as true, so that only the other eight pairs can still be rejected falsely.  Their largest
difference is below 2.43 in 95 of 100 leagues, and A - B exceeds that.  Step 3, without A - B: the limit is 2.38;
B - C = 0.5 is far below it, and the procedure ends.

>>> second = largest.quantile(0.95, first)
>>> print(round(second, 2), round(largest.quantile(0.95, second), 2))
2.43 2.38

So A is the first, B and C hold the places 2 and 3 in an unknown order, and D is the last.  Without the stepdown, A
could be the second and B the first.
"""

import numpy as np

from estimation.ranking.pairs import Tiles, portions

IN_VAIN = 1 / 6  # computing this fraction of the tiles one by one takes about as long as all pairs at once


def surely_larger(rounds: list[list], level: float, *, stepdown: bool) -> float:
    """The cut c such that j is surely larger than k exactly where T_jk > c.  Romano & Wolf (2005), JASA 100:94.

    rounds    for each step of the stepdown a list of families (`DrawnPairs` or `DrawnRow`) that have the same number
              of joint draws; those of the last one serve all further steps
    stepdown  False: only the first step is taken
    Every rejected pair has a larger T than every other pair, so the pairs still to be tested are always {T <= c}, and
    no table of rejections is needed.
    """
    cut = np.inf
    for families in rounds:
        maxima, same_draws = Maxima(families), True
        while same_draws:
            critical = maxima.quantile(level, cut)
            rejecting = stepdown and any(family.exceeded(critical, cut) for family in families)
            cut = min(cut, critical)
            if not rejecting:
                return cut
            same_draws = families is rounds[-1]
    return cut


class Maxima:
    """The maximum of (Z_j - Z_k)/s_jk in every draw over the pairs T_jk <= cut of all families, as the cut falls."""

    def __init__(self, families):
        self.families = families
        highest = [np.maximum(family.close(slice(None), np.inf), family.highest()) for family in families]
        self.bound = np.array(highest)  # (families,B), at least the maxima
        self.patience = [int(np.ceil(IN_VAIN * len(family.tiles.first))) for family in families]

    def quantile(self, level: float, cut: float) -> float:
        """The `level` quantile (R's type 7) of the maxima over the pairs with T_jk <= cut; 0 if there is no such pair.

        The cut must not rise from call to call.  Maxima that cannot reach the quantile are not computed.
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
                    climbing = going[part]
                    maxima, soon = _climb(family, climbing, tiles, cut, least, self.patience[f])
                    self.patience[f] *= soon  # bounds that excluded little once are not used again
                    best[climbing] = np.maximum(best[climbing], maxima)
                    bound[climbing] = np.maximum(maxima, least)
            least = np.partition(best, known)[known]  # the quantile is at least this: lower bounds need not be followed
        return float(np.quantile(best, level))


def _climb(family, draws, tiles: Tiles, cut, least, patience: int) -> tuple[np.ndarray, bool]:
    """The maxima (draws,), tile by tile from the highest bound down, exact where they exceed `least`.

    After `patience` tiles all pairs are computed at once; the second result is True if this was not needed.
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
            maxima = largest(draws[going], tiles.first[first], tiles.second[first])
            best[going] = np.maximum(best[going], maxima)
            bound[going, first] = 0.0
    best[going] = np.maximum(best[going], family.largest_of_all(draws[going], cut))
    return best, not len(going)
