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


def group_sizes(places: np.ndarray, beginning: Sequence[int]) -> np.ndarray:
    """How many of the places (H,) each group has that begins (H,B): equally many to within one, the youngest more."""
    groups = len(beginning)
    whole = np.floor(np.asarray(places) / groups + 1e-9)
    left_over = (np.asarray(places) - whole * groups)[:, None] - np.arange(groups)
    return whole[:, None] + np.clip(left_over, 0, 1)
