"""Leagues whose figures are of the people on the areas' lists alone: they are few, and some change their answers."""

import numpy as np
import pandas as pd

from accountability.league.joined import joined_waves
from accountability.league.limits import finite_limits
from accountability.league.wave_measure import WaveMeasure
from estimation import Design, change_steps, third_ratio, window_change
from estimation.precision.finite import Population
from study.claims.cells import FULL, Cell
from study.claims.draws import League, Truth, wave_sizes
from study.claims.numbers import ANSWERS
from study.claims.persons import LEVEL


class PopulationLeagues:
    """Leagues of a cell with lists: in each wave so many of an area's people are drawn at random.

    How many of the N would answer yes is fixed, K = Np.  From wave to wave (1-s) min(K, N-K) of them turn to no and as
    many others to yes, s the steady part.  Overlap FULL: the same people are asked in all waves; else others by chance.
    """

    def __init__(self, cell: Cell):
        self.cell, shares = cell, Truth.of(cell)
        self.satisfied = tuple(np.round(cell.listed * share).astype(int) for share in (shares.before, shares.after))
        self.truth = Truth(*(count / cell.listed for count in self.satisfied))
        self.sizes = [int(n[0]) for n in wave_sizes(cell)]
        self.names = tuple(f"wave{k:02d}" for k in range(len(self.sizes)))
        self.areas = [f"area{a:03d}" for a in range(cell.areas)]
        self.population = Population("area", dict.fromkeys(self.areas, float(cell.listed)))

    def drawn(self, rng: np.random.Generator, count: int):
        """`count` leagues."""
        for _ in range(count):
            yield self.league(self.measured(rng))

    def measured(self, rng: np.random.Generator) -> dict[str, WaveMeasure]:
        """One league's answers in every wave."""
        answers = np.arange(self.cell.listed) < self.satisfied[0][:, None]
        asked, waves = None, {}
        for k, name in enumerate(self.names):
            if k > 0:
                answers = self.changed(answers, self.satisfied[k >= self.cell.windows[0]], rng)
            if asked is None or self.cell.overlap != FULL:
                asked = rng.random(answers.shape).argsort(axis=1)[:, : self.sizes[k]]
            waves[name] = self._wave(answers, asked)
        return waves

    def changed(self, answers: np.ndarray, satisfied: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """The answers (p,N) one wave later, of which `satisfied` (p,) in each area are yes."""
        yes = answers.sum(axis=1)
        swapped = np.round((1 - self.cell.steady) * np.minimum(yes, self.cell.listed - yes)).astype(int)
        place = np.where(answers, 0, 2) + rng.random(answers.shape)  # those who say yes first, in an order by chance
        rank = place.argsort(axis=1).argsort(axis=1)
        stay = rank < np.minimum(yes - swapped, satisfied)[:, None]
        come = (rank >= yes[:, None]) & (rank < (yes + satisfied - stay.sum(axis=1))[:, None])
        return stay | come

    def _wave(self, answers: np.ndarray, asked: np.ndarray) -> WaveMeasure:
        values = np.take_along_axis(answers, asked, axis=1).ravel().astype(float)
        area = np.repeat(np.array(self.areas, dtype=object), asked.shape[1])
        person = (np.arange(len(asked))[:, None] * self.cell.listed + asked).ravel()
        table = pd.DataFrame({"area": area, "psu": person, "weight": 1.0})
        design = Design.from_table(table, weight="weight", stratum="area", psu="psu")
        return WaveMeasure(
            ANSWERS[self.cell.answers].measure, values, area, design, population=self.population, of_people=True
        )

    def league(self, waves: dict[str, WaveMeasure]) -> League:
        """The league of waves as pages have them where changes, ranks and rules too are of the people there are."""
        newest, first = waves[self.names[-1]], self.cell.windows[0]
        ends = self.names[:first], self.names[first:]
        _, _, smooth = joined_waves(waves, self.areas, sides=ends)
        linear, coefficients = {name: wave.linearized for name, wave in waves.items()}, window_change(*ends)
        ratio, steps = third_ratio(linear, coefficients), change_steps(linear, coefficients, self.areas)
        limits, _ = finite_limits(newest, newest.finite_areas.select(self.areas), level=LEVEL)
        return League.of(smooth, ends, newest.areas.select(self.areas), limits, third_ratio=ratio, steps=steps)
