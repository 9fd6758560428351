"""What people answer where an answer is a number: the points of a score, a rating, minutes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from estimation import Measure
from estimation.indicators.indicators import MEAN, SCORE, SHARE
from study.claims.cells import MINUTES, RATINGS, SCORES, SHARES

POINTS = np.array([0.0, 30.0, 60.0, 80.0, 100.0])  # very dissatisfied, dissatisfied, fair, satisfied, very satisfied
AT_POINTS = np.array([0.03, 0.08, 0.18, 0.45])  # how many have at most each of the first four, at a share of BASE
BASE = 0.9  # the share whose latent mean is 0
LONGEST = 240.0  # minutes, at most
GRID = ndtri((np.arange(20_000) + 0.5) / 20_000)  # of the standard normal, for means


@dataclass(frozen=True, eq=False)
class Answers:
    """A measure, and the numbers (n,) that latent standard normal numbers shifted by ndtri(chance) become."""

    measure: Measure
    numbers: Callable[[np.ndarray], np.ndarray]

    def given(self, latent: np.ndarray, chance: np.ndarray) -> np.ndarray:
        """The answers (n,) of persons with these latent numbers (n,) where a share would be `chance` (n,)."""
        return self.numbers(latent + ndtri(chance))

    def mean(self, chance: np.ndarray, part: np.ndarray) -> np.ndarray:
        """The true mean (p,) of areas in which a part (c,) of the people each has the chance (p,c)."""
        means = [[self.given(GRID, np.full(len(GRID), x)).mean() for x in row] for row in chance]
        return np.array(means) @ part


def _share(x):
    return (x > 0).astype(float)


def _score(x):
    return POINTS[np.searchsorted(ndtri(AT_POINTS), x - ndtri(BASE))]


def _rating(x):
    return np.clip(np.round(8.2 + 2 * (x - ndtri(BASE))), 0, 10)


def _minutes(x):
    return np.minimum(np.round(15 * np.exp(x - ndtri(BASE)), 1), LONGEST)


ANSWERS = {
    SHARES: Answers(Measure(SHARES, SHARE, ("q",), frozenset("1"), {}, True), _share),
    SCORES: Answers(Measure(SCORES, SCORE, ("q",), frozenset(), dict(zip("abcde", POINTS, strict=True)), True), _score),
    RATINGS: Answers(Measure(RATINGS, MEAN, ("q",), frozenset(), {}, True, range=(0.0, 10.0)), _rating),
    MINUTES: Answers(Measure(MINUTES, MEAN, ("q",), frozenset(), {}, False, range=(0.0, LONGEST)), _minutes),
}
