"""How many a wave takes of those who rested equally long: what is expected, and what a key makes of it.

Weights that are right whoever moves need chances that are never 0 where the plan has one, and never 1 where it has none
(`courses`).  So what is no whole number is rounded up by chance, and groups that are too many give way by lot.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from sampling.draw.seeded import drawn_positions
from sampling.planning.rotation import beginning_ages, group_sizes, rotation_ages

FINEST = 10_000  # the largest denominator of the part that is kept


@dataclass(frozen=True)
class Turn:
    """By which rules a wave takes its units.

    classes    A, the longest rest that is counted: one more than the waves for which nobody is taken again
    keep       o, the part that is kept of those with rest 1
    ages       of rotation groups: the ages at which they are called; None: it has none
    beginning  the ages of the groups that begin with this wave
    answered   whether only those who answered are called again
    """

    classes: int
    keep: float = 0.0
    ages: tuple[int, ...] | None = None
    beginning: tuple[int, ...] = (0,)
    answered: bool = False

    @classmethod
    def of(cls, rest: int, keep: float, answered: bool, rotation: Sequence[int] | None, in_groups: int) -> "Turn":
        """The rules of a plan; in_groups: how many waves of the same rotation were before it."""
        if rotation is None:
            return cls(rest + 1, keep, answered=answered)
        ages = rotation_ages(rotation)
        return cls(rest + ages[-1] + 1, 0.0, ages, beginning_ages(ages, in_groups), answered)

    @property
    def order(self) -> list[int]:
        """The rests 1..A in the order in which they are drawn from: the longest first.

        In rotation groups first those whose time is over, then those who wait, at last those of the groups called now.
        """
        if self.ages is None:
            return [*range(self.classes, 0, -1)]
        waiting = [age for age in range(self.ages[-1], 0, -1) if age not in self.ages]
        return [*range(self.classes, self.ages[-1], -1), *waiting, *self.ages[:0:-1]]


@dataclass(frozen=True, eq=False)
class Expected:
    """The expected numbers of a wave by stratum and rest, (H,A): of those called again, and of those drawn."""

    again: np.ndarray
    drawn: np.ndarray


def kept_wanted(candidates: np.ndarray, sample: np.ndarray, keep: float) -> np.ndarray:
    """min(o C_h, o n_h) (H,); with o = 1 one place, and of a single one half, is left for those who came since."""
    fresh = (1 - keep) * sample if keep < 1 else np.minimum(1.0, sample / 2)
    return np.minimum(keep * candidates, sample - fresh)


def room_again(population: np.ndarray, sample: np.ndarray, turn: Turn) -> np.ndarray:
    """The places (H,) for groups called again: n_h without the ⌊n_h/G⌋, and one at least, of a new group.

    G: at how many ages groups are called.  There are no more new places than people whose group is over, or in none.
    """
    assert turn.ages is not None
    over = population[:, turn.ages[-1] :].sum(axis=1)
    return sample - np.minimum(np.maximum(sample // len(turn.ages), 1), over).clip(max=sample)


def expected_counts(population: np.ndarray, candidates: np.ndarray, sample: np.ndarray, turn: Turn) -> Expected:
    """What a wave takes on average of N_ha people, of whom C_ha can be called again, for n_h places; all (H,A), (H,).

    N_ha and C_ha may be no whole numbers, as those of a plan are.
    """
    again = np.zeros(population.shape)
    classes = turn.order
    if turn.ages is not None:
        called = [age - 1 for age in turn.ages[1:]]
        to_call = candidates[:, called].sum(axis=1)
        room = room_again(population, sample, turn)
        part = np.minimum(1.0, room / np.where(to_call > 0, to_call, 1.0))
        again[:, called] = candidates[:, called] * part[:, None]
        return Expected(again, drawn_in_turn(population - again, sample - again.sum(axis=1), classes))
    if population.shape[1] == 1 or turn.keep <= 0:
        return Expected(again, drawn_in_turn(population, sample, classes))
    wanted = kept_wanted(candidates[:, 0], sample, turn.keep)
    if turn.answered:
        wanted = np.minimum(np.floor(wanted + 0.5), candidates[:, 0])
    fewer = np.floor(wanted + 1e-9)
    drawn = np.zeros(population.shape)
    for kept, chance in ((fewer, 1 - (wanted - fewer)), (fewer + 1, wanted - fewer)):
        left = population.astype(float)
        left[:, 0] = np.maximum(left[:, 0] - kept, 0)
        drawn += chance[:, None] * drawn_in_turn(left, np.maximum(sample - kept, 0), classes)
    again[:, 0] = wanted
    return Expected(again, drawn)


def drawn_in_turn(population: np.ndarray, sample: np.ndarray, classes: Sequence[int]) -> np.ndarray:
    """How many (H,A) of each rest are drawn for n_h places: of those who rested longest, then of the next `classes`."""
    drawn, left = np.zeros(population.shape), np.asarray(sample, dtype=float)
    for rest in classes:
        drawn[:, rest - 1] = np.minimum(population[:, rest - 1], left)
        left = left - drawn[:, rest - 1]
    return drawn


# of one stratum: (rest, age of the group, how many) of those called again, and of those drawn
Parts = tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]


def taken_of_stratum(
    below: Callable[[int], int], population: np.ndarray, candidates: np.ndarray, sample: int, turn: Turn
) -> Parts:
    """What is taken of each rest of one stratum, by the whole numbers of its stream; arrays (A,)."""
    again = np.zeros(len(population), dtype=np.int64)
    if turn.ages is not None:
        called = np.array([age - 1 for age in turn.ages[1:]], dtype=np.int64)
        room = int(room_again(population[None, :], np.array([sample]), turn)[0])
        again[called] = _split(below, candidates[called], min(room, int(candidates[called].sum())))
    elif len(population) > 1 and turn.keep > 0:
        again[0] = _kept(below, int(candidates[0]), sample, turn)
    left, wanted = population - again, sample - int(again.sum())
    by_rest = drawn_in_turn(left[None, :], np.array([wanted]), turn.order)[0].astype(np.int64)
    rests, drawn = np.flatnonzero(by_rest) + 1, []
    left = by_rest[rests - 1]
    for age, places in zip(turn.beginning, group_sizes(np.array([wanted]), turn.beginning)[0], strict=True):
        counts = _split(below, left, int(places))
        drawn += [(int(rest), age, int(n)) for rest, n in zip(rests, counts, strict=True) if n]
        left = left - counts
    called_again = [(a, 0 if turn.ages is None else a, int(n)) for a, n in enumerate(again, 1) if n]
    return called_again, sorted(drawn)


def _kept(below: Callable[[int], int], candidates: int, sample: int, turn: Turn) -> int:
    """How many are kept: what is wanted, as a fraction, rounded up with the chance of what is left over."""
    part = Fraction(turn.keep).limit_denominator(FINEST)
    if turn.answered:
        wanted = kept_wanted(np.array([candidates]), np.array([sample]), turn.keep)
        return min(int(np.floor(wanted[0] + 0.5)), candidates)
    fresh = (1 - part) * sample if part < 1 else min(Fraction(1), Fraction(sample, 2))
    whole = min(part * candidates, sample - fresh)
    left_over = whole - whole.numerator // whole.denominator
    return whole.numerator // whole.denominator + (
        0 if not left_over else int(below(left_over.denominator) < left_over.numerator)
    )


def _split(below: Callable[[int], int], population: np.ndarray, sample: int) -> np.ndarray:
    """How many of each class a simple random sample of all of them has."""
    among = int(population.sum())
    if np.count_nonzero(population) <= 1 or sample >= among:
        return np.minimum(population, sample)
    positions = drawn_positions(below, among, sample)
    return np.bincount(np.searchsorted(population.cumsum(), positions, side="right"), minlength=len(population))
