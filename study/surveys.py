"""Leagues surveyed before and after a move, drawn as PSU totals: the sums that interviews would give, for less work."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from estimation import (
    INDEPENDENT,
    Design,
    Estimate,
    Waves,
    joint_waves,
    linearize_domain_means,
    smooth_shares,
    windows,
)

QUARTERS, YEARS, ROLLING = "quarters", "years", "rolling"
QUARTERS_A_YEAR = 4


@dataclass(frozen=True, eq=False)
class League:
    """p areas, each a stratum of its own, surveyed alike in every quarter.

    interviews, psus (p,)  of an area and quarter, PSUs as equal as they can be
    share, moved (p,)      true shares before, and what is added to them afterwards
    icc        a PSU's part of an answer's latent variance
    weight_cv  every other interview of a PSU weighs 1 - cv, the others 1 + cv
    common     the part of an area's PSUs interviewed both before and after
    rho        correlation of a common PSU's effects
    same       correlation of a person's two answers, if common PSUs keep their persons; None if others are asked
    An answer is latent, √icc b_jt + √(1-icc) e, all normal; it counts below Φ⁻¹(p_t), so that its mean is p_t exactly.
    """

    interviews: np.ndarray
    psus: np.ndarray
    share: np.ndarray
    moved: np.ndarray
    icc: float = 0.0
    weight_cv: float = 0.0
    common: float = 0.0
    rho: float = 0.0
    same: float | None = None

    @cached_property
    def area(self) -> np.ndarray:
        """The area of each PSU (m,)."""
        return np.repeat(np.arange(len(self.psus)), self.psus)

    @cached_property
    def sizes(self) -> np.ndarray:
        """Interviews (2,m) of each PSU with the lower and with the higher weight."""
        place = np.arange(len(self.area)) - (np.cumsum(self.psus) - self.psus)[self.area]
        n, m = self.interviews[self.area], self.psus[self.area]
        end, begin = (place + 1) * n // m, place * n // m  # interviews begin..end-1 of the area; even ones weigh less
        light = (end + 1) // 2 - (begin + 1) // 2
        return np.stack([light, end - begin - light])

    @cached_property
    def weights(self) -> np.ndarray:
        """The lower and the higher weight (2,)."""
        return np.array([1 - self.weight_cv, 1 + self.weight_cv])

    @cached_property
    def n_effective(self) -> np.ndarray:
        """Kish's (Σw)²/Σw² of each area (p,)."""
        first, second = (np.bincount(self.area, self.weights**k @ self.sizes) for k in (1, 2))
        return first**2 / second

    @cached_property
    def kept(self) -> np.ndarray:
        """Whether a PSU is interviewed both before and after (m,)."""
        place = np.arange(len(self.area)) - (np.cumsum(self.psus) - self.psus)[self.area]
        return place < np.round(self.common * self.psus)[self.area]

    @cached_property
    def designs(self) -> tuple[Design, Design]:
        """The designs before and after, of PSU totals: a PSU that is kept has one name in both."""
        names = np.arange(len(self.area))
        table = pd.DataFrame({"area": self.area, "sum_w": self.weights @ self.sizes})
        codes = names, np.where(self.kept, names, names + len(names))
        tables = (table.assign(psu=c) for c in codes)
        before, after = (Design.from_totals(wave, sum_w="sum_w", stratum="area", psu="psu") for wave in tables)
        return before, after


def draw(league: League, rng: np.random.Generator, repeats: int) -> tuple[np.ndarray, np.ndarray]:
    """Weighted mean answers (m,repeats) of every PSU before and after; the interviews inside are binomial."""
    counts = draw_counts(league, rng, repeats)
    sum_w = (league.weights @ league.sizes)[:, None]
    return tuple(np.tensordot(league.weights, x, axes=1) / sum_w for x in counts)


def draw_counts(league: League, rng: np.random.Generator, repeats: int) -> tuple[np.ndarray, np.ndarray]:
    """Answers that count (2,m,repeats), lower weight first, before and after."""
    one, two = _chances(league, rng, repeats)
    size = np.broadcast_to(league.sizes[:, :, None], (*league.sizes.shape, repeats))
    before, after = rng.binomial(size, one), rng.binomial(size, two)
    if league.same is not None:
        kept = league.kept
        p, q = (np.broadcast_to(x, size.shape[1:])[kept] for x in (one, two))
        shared = np.minimum(league.same * np.sqrt(p * (1 - p) * q * (1 - q)), np.minimum(p * (1 - q), (1 - p) * q))
        yes, no = (np.clip(q + shared / p, 0, 1), np.clip(q - shared / (1 - p), 0, 1))
        after[:, kept] = rng.binomial(before[:, kept], yes) + rng.binomial((size - before)[:, kept], no)
    return before, after


def _chances(league: League, rng: np.random.Generator, repeats: int) -> list[np.ndarray]:
    """Each PSU's share of answers that count, (m,repeats) before and after."""
    level = [ndtri(league.share + moved)[league.area, None] for moved in (0.0, league.moved)]
    if not league.icc:
        return [ndtr(x) for x in level]
    b = rng.standard_normal((2, len(league.area), repeats))
    b[1, league.kept] *= np.sqrt(1 - league.rho**2)
    b[1, league.kept] += league.rho * b[0, league.kept]
    return [ndtr((x + np.sqrt(league.icc) * e) / np.sqrt(1 - league.icc)) for x, e in zip(level, b, strict=True)]


class Compared(NamedTuple):
    """Two windows as the product compares them: the design's variances (plain), smoothed ones; true shares (2,p).

    plain, smooth: (before, after, covariance between the two);  n, n_effective (p,) of a window.
    """

    plain: tuple
    smooth: tuple
    n: np.ndarray
    n_effective: np.ndarray
    truth: np.ndarray


def compared(
    league: League, comparison: str, rng: np.random.Generator, repeats: int, *, answers=draw, smooth=smooth_shares
) -> Iterator[Compared]:
    """`repeats` samples of two windows; answers: `draw` or another with its results.

    quarters  one before, one after
    years     four before and four after;  kept PSUs are interviewed again a year later
    rolling   quarters 1-4 and 2-5 (other people in each); the move is before quarter 5: the means move by a quarter
    """
    waves = 1 if comparison == QUARTERS else QUARTERS_A_YEAR
    drawn = [answers(league, rng, repeats) for _ in range(waves)]
    moved = league.moved / QUARTERS_A_YEAR if comparison == ROLLING else league.moved
    sizes = league.interviews * waves, league.n_effective * waves
    for i in range(repeats):
        before = [_wave(league, y[0][:, i], 0, smooth) for y in drawn]
        after = [_wave(league, y[1][:, i], 1, smooth) for y in (drawn[:1] if comparison == ROLLING else drawn)]
        plain, smoothed = (
            _window_pair([w[k] for w in before], [w[k] for w in after], _crosses(league, before, after, k))
            for k in (1, 2)
        )
        yield Compared(plain, smoothed, *sizes, np.stack([league.share, league.share + moved]))


def _wave(league: League, y, which: int, smooth):
    """The linearised means, the means with their design's variances, the means with smoothed ones."""
    means = linearize_domain_means(y, league.area, league.designs[which])
    estimate = means.estimate()
    plain = Estimate(estimate.names, estimate.value, np.diag(estimate.variance), estimate.df)
    return means, plain, smooth(plain, league.n_effective)


def _crosses(league: League, before: list, after: list, which: int) -> list:
    """The covariance between quarter q before and quarter q after, for the design's estimates (1) or smoothed (2)."""
    if not league.common:
        return [INDEPENDENT] * len(after)
    pairs = [{"before": a, "after": b} for a, b in zip(before, after, strict=True)]
    return [
        joint_waves({k: w[0] for k, w in pair.items()}, {k: w[which] for k, w in pair.items()}).cross["before", "after"]
        for pair in pairs
    ]


def _window_pair(before: list, after: list, crosses: list) -> tuple:
    """Both windows and the covariance between them; crosses[q]: between quarter q before and quarter q after.

    Rolling windows have one quarter after: the second window holds it and all before but the first.
    """
    if len(before) == 1:
        return before[0], after[0], crosses[0]
    names = tuple(str(q) for q in range(len(before) + len(after)))
    shared = {(s, t): INDEPENDENT for j, t in enumerate(names) for s in names[:j]}
    if len(after) == len(before):
        shared |= {(names[q], names[q + len(before)]): c for q, c in enumerate(crosses)}
    waves = Waves(names, (*before, *after), shared)
    return windows(waves, names[: len(before)], names[-len(before) :])
