"""Leagues of a cell drawn person by person: panels, calibrated weights, interviewers; estimated as a page does."""

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from accountability.league.joined import joined_waves
from accountability.league.limits import measure_limits
from accountability.league.wave_measure import WaveMeasure
from estimation import Design, change_steps, rake, third_ratio, window_change
from study.claims.cells import PERSONS, SHARES, Cell
from study.claims.draws import ICC, League, Truth, Wave, waves_of
from study.claims.numbers import ANSWERS

LEVEL = 0.95
SAME, SAME_EFFECT = 0.5, 0.8  # correlations with itself later: of a person's answer, of a cluster's effect
INTERVIEWERS, RHO = 3, 0.05  # of an area and wave (others in each); their part of the latent variance
MARGINS = {"sex": pd.Series([0.5, 0.5]), "age": pd.Series([0.3, 0.4, 0.3])}
ADDED = {"sex": (0.25, -0.25), "age": (-0.4, 0.1, 4 / 15)}  # what a category adds, as a part of min(p, 1 - p)


class PersonLeagues:
    """Leagues of a cell in which counts are not enough."""

    def __init__(self, cell: Cell):
        self.cell, self.answers = cell, ANSWERS[cell.answers]
        shares = Truth.of(cell)
        self.shares = shares.before, shares.after
        self.truth = Truth(*(self._means(share) for share in self.shares))
        self.waves = waves_of(cell)
        self.names = tuple(f"wave{k:02d}" for k in range(len(self.waves)))
        self.tables = [_table(wave, name) for wave, name in zip(self.waves, self.names, strict=True)]
        columns: dict[str, Any] = {"weight": "weight", "stratum": "area", "psu": "psu"}
        self.designs = [Design.from_table(table, **columns) for table in self.tables]

    def _means(self, share: np.ndarray) -> np.ndarray:
        """The true means (p,) where shares would be these (p,)."""
        chance, part = share[:, None], np.ones(1)
        if self.cell.calibrated:
            shift = np.add.outer(*(np.array(ADDED[name]) for name in MARGINS)).ravel()
            chance = chance + np.minimum(share, 1 - share)[:, None] * shift
            part = np.multiply.outer(*(margin.to_numpy() for margin in MARGINS.values())).ravel()
        return share if self.cell.answers == SHARES else self.answers.mean(chance, part)

    def drawn(self, rng: np.random.Generator, count: int):
        """`count` leagues."""
        for _ in range(count):
            yield self.league(self.measured(rng))

    def league(self, waves: dict[str, WaveMeasure]) -> League:
        """The league of waves as pages have them."""
        areas, newest, first = list(range(self.cell.areas)), waves[self.names[-1]], self.cell.windows[0]
        _, _, smooth = joined_waves(waves, areas)
        ends = self.names[:first], self.names[first:]
        linear, coefficients = {name: wave.linearized for name, wave in waves.items()}, window_change(*ends)
        ratio, steps = third_ratio(linear, coefficients), change_steps(linear, coefficients, areas)
        plain = newest.areas.select(areas)
        limits, _ = measure_limits(newest, plain, level=LEVEL)
        return League.of(smooth, ends, plain, limits, third_ratio=ratio, steps=steps)

    def measured(self, rng: np.random.Generator) -> dict[str, WaveMeasure]:
        """One league's answers in every wave."""
        always = _Kept.drawn(self.waves[0], rng)
        return {name: self._wave(k, always, rng) for k, name in enumerate(self.names)}

    def _wave(self, k: int, always: "_Kept", rng) -> WaveMeasure:
        wave, design = self.waves[k], self.designs[k]
        share = self.shares[k >= self.cell.windows[0]]
        chance, of = share[wave.area], {}
        if self.cell.calibrated:
            for name, part in MARGINS.items():
                of[name] = always.category(name, wave, self.cell, rng, part.to_numpy())
                chance = chance + np.minimum(share, 1 - share)[wave.area] * np.array(ADDED[name])[of[name]]
            totals: dict[Any, pd.Series] = {name: part * wave.weight.sum() for name, part in MARGINS.items()}
            design = design.calibrated(rake(wave.weight, pd.DataFrame(of), totals))
        y = self.answers.given(always.latent(wave, self.cell, rng), chance)
        rung_by = interviewer(wave) if self.cell.interviewers else None
        return WaveMeasure(self.answers.measure, y, wave.area, design, interviewer=rung_by)


class _Kept:
    """What stays the same of those who are asked in every wave, by area and number of the person or of the PSU."""

    def __init__(self, starts, luck, steady, effect, categories):
        self.starts, self.luck, self.steady, self.effect, self.categories = starts, luck, steady, effect, categories

    @classmethod
    def drawn(cls, wave: Wave, rng) -> "_Kept":
        """luck: the number below which a chance makes an answer count; steady: whether a person answers by it again."""
        units = int(wave.psus.sum())
        luck, steady = rng.random(units), rng.random(units) < SAME
        categories = {name: rng.random(units) for name in MARGINS}
        return cls(np.cumsum(wave.psus) - wave.psus, luck, steady, rng.standard_normal(units), categories)

    def at(self, wave: Wave, rows) -> np.ndarray:
        """The numbers of these persons' PSUs in what is kept."""
        return self.starts[wave.area[rows]] + wave.psu[rows]

    def category(self, name: str, wave: Wave, cell: Cell, rng, part) -> np.ndarray:
        """Each person's category (n,), drawn with probabilities `part`; a person asked again keeps it."""
        place = rng.random(len(wave.area))
        if cell.df == PERSONS:
            place[wave.kept] = self.categories[name][self.at(wave, wave.kept)]
        return np.searchsorted(np.cumsum(part)[:-1], place, side="right")

    def latent(self, wave: Wave, cell: Cell, rng) -> np.ndarray:
        """Standard normal numbers (n,): effects of clusters and of interviewers, and the person's own luck."""
        effects, noise = np.zeros(len(wave.area)), 1.0
        if cell.df != PERSONS:
            b = rng.standard_normal(int(wave.psus.sum()))[wave.unit]
            b[wave.kept] *= np.sqrt(1 - SAME_EFFECT)
            b[wave.kept] += np.sqrt(SAME_EFFECT) * self.effect[self.at(wave, wave.kept)]
            effects, noise = effects + np.sqrt(ICC) * b, noise - ICC
        if cell.interviewers:
            b = rng.standard_normal(INTERVIEWERS * len(wave.psus))[interviewer(wave)]
            effects, noise = effects + np.sqrt(RHO) * b, noise - RHO
        luck = rng.random(len(wave.area))
        if cell.df == PERSONS:
            at, again = self.at(wave, wave.kept), np.flatnonzero(wave.kept)
            again, at = again[self.steady[at]], at[self.steady[at]]
            luck[again] = self.luck[at]
        return effects - np.sqrt(noise) * ndtri(luck)


def interviewer(wave: Wave) -> np.ndarray:
    """Who called each person (n,): an area's numbers are shared out among three interviewers of its own, PSU by PSU."""
    return INTERVIEWERS * wave.area + wave.psu % INTERVIEWERS


def _table(wave: Wave, name: str) -> pd.DataFrame:
    """The wave's persons; a PSU asked in every wave has one name in all."""
    wave_of_psu = np.where(wave.kept, "", name)
    psu = pd.Series(wave.area).astype(str) + "-" + pd.Series(wave.psu).astype(str) + "-" + pd.Series(wave_of_psu)
    return pd.DataFrame({"area": wave.area, "psu": psu, "weight": wave.weight})
