"""Rotation groups: who is drawn together is called together, by a plan over the waves such as 2-2-2.

A plan is a row of whole numbers, waves in, waves out, waves in, …: a group of the plan 2-2-2 is called in two waves,
rests for two, is called in two more, and its time is over.  The age of a group is the number of waves since its first
one, so that the group is called at the ages 0, 1, 4 and 5.  In every wave one group of each of these ages is called.
"""

from collections.abc import Sequence

import numpy as np

from words import Fault

MOST_WAVES = 40  # from the first wave of a group to its last


def rotation_ages(rotation: Sequence[int]) -> tuple[int, ...]:
    """The ages at which a group is called: 0, 1, 4, 5 for (2, 2, 2).  Raises Fault for what is no plan of rotation.

    Examples: two waves in, two out, two in.

    >>> from sampling.planning.rotation import rotation_ages
    >>> rotation_ages((2, 2, 2))
    (0, 1, 4, 5)
    """
    lengths = [int(length) for length in rotation]
    if len(lengths) % 2 == 0 or min(lengths) < 1 or sum(lengths) > MOST_WAVES:
        raise Fault(key="sampling.rotation", found=[str(length) for length in lengths], most=MOST_WAVES)
    edges = np.concatenate([[0], np.cumsum(lengths)])
    return tuple(age for first, end in zip(edges[:-1:2], edges[1::2], strict=True) for age in range(first, end))


def beginning_ages(ages: Sequence[int], waves: int) -> tuple[int, ...]:
    """The ages of the groups that are drawn in the wave that follows so many waves of the same rotation.

    0 and, while the rotation begins, those of groups that would have been called first before its first wave, and that
    no wave since then has called: all ages in the first wave, as if the rotation had gone on for long.
    """
    called = lambda age: any(waves - age + earlier >= 0 for earlier in ages if earlier < age)  # noqa: E731
    return tuple(age for age in ages if not age or (age > waves and not called(age)))


def rotated_counts(
    population: np.ndarray, candidates: np.ndarray, sample: np.ndarray, ages: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """How many are called again and how many are drawn, both (H,A), of those whose group has the age a = 1..A.

    population, candidates (H,A)  N_ha, and those of them who may be called again;  sample (H,)  n_h
    The last of the ages counts those who were in no group, or whose group's time and rest are over.  A new group has
    ⌊n_h/G⌋ places at least, and one, with G the ages at which groups are called, as long as there are people for it;
    otherwise groups are called again whole, the youngest first, as long as n_h is not reached.  (Without these places
    movers who bring their groups with them leave nobody to be drawn now and then, and weights are 3 % too large.)
    What is left of n_h is drawn from the last age; where that is used up, from groups whose time is over, the oldest
    first; then from those that wait to be called again, and in the end from what is left of the groups called now.
    """
    again, drawn = np.zeros_like(population), np.zeros_like(population)
    over = range(population.shape[1], ages[-1], -1)
    for_new = np.minimum(np.maximum(sample // len(ages), 1), population[:, ages[-1] :].sum(axis=1))
    room = np.maximum(sample - for_new, 0)
    for age in ages[1:]:
        again[:, age - 1] = np.minimum(candidates[:, age - 1], room)
        room = room - again[:, age - 1]
    left = sample - again.sum(axis=1)
    waiting = [age for age in range(ages[-1], 0, -1) if age not in ages]
    for age in (*over, *waiting, *ages[:0:-1]):
        drawn[:, age - 1] = np.minimum(population[:, age - 1] - again[:, age - 1], left)
        left = left - drawn[:, age - 1]
    return again, drawn


def divided_by_age(drawn: np.ndarray, beginning: Sequence[int]) -> list[tuple[int, int, int]]:
    """(age of those drawn from, age of the new group, how many) of one stratum, from what `rotated_counts` draws (A,).

    The groups that begin are equally large to within one unit, and the youngest are the larger ones.
    """
    total, rows = int(drawn.sum()), []
    wanted = [total // len(beginning) + (place < total % len(beginning)) for place in range(len(beginning))]
    for age in range(len(drawn), 0, -1):
        available = int(drawn[age - 1])
        for place, new_age in enumerate(beginning):
            count = min(available, wanted[place])
            if count:
                rows.append((age, new_age, count))
            available -= count
            wanted[place] -= count
    return rows
