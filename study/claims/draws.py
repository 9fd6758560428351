"""Leagues of a cell drawn at random as counts, where counts are all that a page needs of the answers."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from estimation import (
    INDEPENDENT,
    Estimate,
    Waves,
    combine,
    measure_interval,
    moderate_effects,
    smooth_shares,
    window_change,
    windows,
)
from estimation.estimators.estimates import Interval
from study.claims.cells import FULL, HALF, NONE, PERSONS, SPREAD, Cell, interviews

MEAN, DEVIATION = 0.9, 0.03  # of SPREAD
ICC = 0.05  # latent: a cluster's part of an answer's variance
MOVERS, FARTHEST = 0.1, 0.08  # the part of areas that moves; how far at most (and at most half of the way to 1)
KEPT = {NONE: 0.0, HALF: 0.5, FULL: 1.0}


class League(NamedTuple):
    """One league as a page sees it.

    before, after, cross, shift: both windows, the covariance between them, the change; on smoothed variances
    newest, plain, limits: the newest wave alone, on smoothed variances and on the design's, and its areas' intervals
    """

    before: Estimate
    after: Estimate
    cross: object
    shift: Estimate
    newest: Estimate
    plain: Estimate
    limits: Interval

    @classmethod
    def of(
        cls, smooth: Waves, ends, plain: Estimate, limits: Interval, *, third_ratio: float = 1.0, steps=None
    ) -> "League":
        """The league of smoothed waves, oldest first; ends: the names of both windows' waves."""
        before, after, cross = windows(smooth, *ends)
        shift = combine(smooth, window_change(*ends), third_ratio=third_ratio, steps=steps)
        return cls(before, after, cross, shift, smooth.estimates[-1], plain, limits)


@dataclass(frozen=True, eq=False)
class Truth:
    """True shares (p,) in the first and in the second window."""

    before: np.ndarray
    after: np.ndarray

    @classmethod
    def of(cls, cell: Cell) -> "Truth":
        """The shares, in an order unrelated to interviews; as many movers go up as go down, equally far."""
        p = cell.areas
        before = np.full(p, MEAN if cell.share == SPREAD else cell.share)
        if cell.share == SPREAD:
            before = before + DEVIATION * ndtri((np.arange(p) * 17 % p + 0.5) / p)
        moved, count = np.zeros(p), 2 * max(1, round(MOVERS * p / 2))
        if cell.movers:
            far = min(FARTHEST, (1 - before.max()) / 2)
            moved[:count] = np.where(np.arange(count) % 2, far, -far)
        return cls(before, before + moved + cell.together)


@dataclass(frozen=True, eq=False)
class Wave:
    """Who is asked in one wave, person by person (n,): area, PSU in its area, weight, and whether asked in every wave.

    sizes, psus (p,): persons and PSUs of an area
    """

    sizes: np.ndarray
    psus: np.ndarray
    area: np.ndarray
    psu: np.ndarray
    weight: np.ndarray
    kept: np.ndarray

    @classmethod
    def of(cls, cell: Cell, n, fewest) -> "Wave":
        """n (p,) interviews; `fewest` (p,): those of the smallest wave.  Every fourth interview has a larger weight."""
        psus = n if cell.df == PERSONS else np.full(len(n), cell.df + 1)
        area = np.repeat(np.arange(len(n)), n)
        place = np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
        psu = place * psus[area] // n[area]
        weight = np.where(place % 4 == 3, heavy(cell.deff), 1.0)
        kept = np.floor(KEPT[cell.overlap] * np.minimum(psus, fewest))
        return cls(n, psus, area, psu, weight, psu < kept[area])

    @cached_property
    def unit(self) -> np.ndarray:
        """The PSU's number in the whole wave (n,)."""
        return (np.cumsum(self.psus) - self.psus)[self.area] + self.psu

    @cached_property
    def n_effective(self) -> np.ndarray:
        """Kish's (Σw)²/Σw² (p,)."""
        first, second = (np.bincount(self.area, self.weight**k) for k in (1, 2))
        return np.minimum(first**2 / second, self.sizes)

    @cached_property
    def n_third(self) -> np.ndarray:
        """√((Σw)³/Σw³) (p,)."""
        first, third = (np.bincount(self.area, self.weight**k) for k in (1, 3))
        return np.minimum(np.sqrt(first**3 / third), self.n_effective)

    def smoothed(self, estimate: Estimate) -> Estimate:
        """The estimate on smoothed variances."""
        return smooth_shares(estimate, self.n_effective, n=self.sizes, n_third=self.n_third)


def heavy(deff: float) -> float:
    """r such that a quarter of weights r among ones has n Σw²/(Σw)² = deff:  (3 + r²)/4 = deff (3 + r)²/16."""
    a, b, c = 4 - deff, -6 * deff, 12 - 9 * deff
    return float((-b + np.sqrt(b * b - 4 * a * c)) / (2 * a))


def waves_of(cell: Cell) -> list[Wave]:
    """Every wave, oldest first."""
    sizes = wave_sizes(cell)
    return [Wave.of(cell, n, np.minimum.reduce(sizes)) for n in sizes]


def wave_sizes(cell: Cell) -> list[np.ndarray]:
    """Interviews (p,) of every wave, oldest first."""
    before, after, ratio = cell.windows
    n = interviews(cell)
    return [n] * before + [np.maximum(np.round(n * ratio).astype(int), 2)] * after


class Counts:
    """One wave whose answers are independent of all others': drawn by PSU and weight, estimated from sums.

    Persons that are PSUs of one area and weight are alike: they are one group, drawn together.
    """

    def __init__(self, cell: Cell, wave: Wave):
        self.wave, self.persons = wave, cell.df == PERSONS
        inner = wave.area if self.persons else wave.unit
        groups, count = np.unique(np.stack([inner, (wave.weight > 1).astype(int)]), axis=1, return_counts=True)
        self.inner, self.size = groups[0], count
        self.weight = np.where(groups[1] == 1, heavy(cell.deff), 1.0)
        units = np.repeat(np.arange(len(wave.psus)), wave.psus)
        self.area = self.inner if self.persons else units[self.inner]
        self.starts = np.flatnonzero(np.diff(self.area, prepend=-1))

    def draw(self, share, rng: np.random.Generator, count: int) -> np.ndarray:
        """Answers that count in each group (count,groups); true shares (p,)."""
        chance = share[self.area]
        if not self.persons:
            b = rng.standard_normal((count, self.inner.max() + 1))[:, self.inner]
            chance = ndtr((ndtri(chance) + np.sqrt(ICC) * b) / np.sqrt(1 - ICC))
        return rng.binomial(self.size, chance, (count, len(self.size)))

    def estimate(self, x) -> Estimate:
        """ȳ_d and V_d = m/(m-1) Σ_j u_j², u_j = Σ_{i in j} w_i (y_i - ȳ_d)/Σ_d w, from the groups' counts (groups,)."""
        total = np.add.reduceat(self.weight * self.size, self.starts)
        value = np.add.reduceat(self.weight * x, self.starts) / total
        share = value[self.area]
        if self.persons:
            square = self.weight**2 * (x * (1 - share) ** 2 + (self.size - x) * share**2)
        else:
            square = np.bincount(self.inner, self.weight * (x - share * self.size)) ** 2
        of = self.area if self.persons else np.repeat(np.arange(len(value)), self.wave.psus)
        m = self.wave.psus
        variance = m / (m - 1) * np.bincount(of, square) / total**2
        return Estimate(tuple(range(len(m))), value, np.diag(variance), m - 1.0)


class CountedLeagues:
    """Leagues of a cell in which nobody is asked twice and nothing is calibrated."""

    def __init__(self, cell: Cell):
        self.cell, self.truth = cell, Truth.of(cell)
        self.waves = waves_of(cell)
        alike = {}
        self.counts = [alike.setdefault(tuple(w.sizes), Counts(cell, w)) for w in self.waves]
        self.names = tuple(f"wave{k:02d}" for k in range(len(self.waves)))
        self.apart = {(s, t): INDEPENDENT for j, t in enumerate(self.names) for s in self.names[:j]}

    def counted(self, rng: np.random.Generator, count: int) -> list[np.ndarray]:
        """Counts (count,groups) of every wave."""
        first = self.cell.windows[0]
        shares = [self.truth.before if k < first else self.truth.after for k in range(len(self.waves))]
        return [c.draw(share, rng, count) for c, share in zip(self.counts, shares, strict=True)]

    def league(self, counts) -> League:
        """The league of one row of counts (groups,) a wave."""
        plain = [c.estimate(x) for c, x in zip(self.counts, counts, strict=True)]
        smooth = tuple(w.smoothed(e) for e, w in zip(plain, self.waves, strict=True))
        last, first = self.waves[-1], self.cell.windows[0]
        effects = moderate_effects(plain[-1], last.sizes, last.n_effective)
        sizes = last.sizes, last.n_effective
        limits, _ = measure_interval(plain[-1], *sizes, low=0.0, high=1.0, share=True, effects=effects)
        ends = self.names[:first], self.names[first:]
        return League.of(Waves(self.names, smooth, self.apart), ends, plain[-1], limits)

    def drawn(self, rng: np.random.Generator, count: int):
        """`count` leagues."""
        for row in zip(*self.counted(rng, count), strict=True):
            yield self.league(row)
