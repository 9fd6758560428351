"""Waves that call people of earlier waves again: how many numbers they need, and what their comparisons tell."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import scipy
from numpy.typing import ArrayLike

from estimation import Comparison
from sampling.planning.rotation import MOST_WAVES, rotation_ages
from sampling.planning.size import SampleSize, numbers_needed, yields
from words import Fault


def kept_comparisons(
    designs: Mapping[str, Comparison], *, overlaps: ArrayLike, correlation: float
) -> dict[str, Comparison]:
    """The designs of comparison, made for new people in every wave, if waves have people in common.

    overlaps     o_d, d = 1, 2, …: the part of the people of a wave that answers in the wave d later too; 0 after the
                 last
    correlation  ρ of two answers of one person
    The mean of q waves of n answers has the variance σ²V/(qn), and two such means that follow each other the covariance
    σ²C/(qn):
        V = 1 + (2ρ/q) Σ_{d=1..q-1} (q - d) o_d,      C = (ρ/q) Σ_{d=1..2q-1} (q - |q - d|) o_d.
    An answer then tells 1/V of what a new person's tells, and the two means have the correlation C/V.
    """
    comparisons = {}
    for name, design in designs.items():
        q, d = design.quarters, np.arange(1, 2 * design.quarters)
        known = np.concatenate([np.asarray(overlaps, dtype=float), np.zeros(len(d))])[: len(d)]
        shared = correlation * known / q
        inflation = 1 + 2 * float(shared[: q - 1] @ (q - d[: q - 1]))
        between = float(shared @ (q - np.abs(q - d)))
        comparisons[name] = replace(design, correlation=between / inflation, information=design.information / inflation)
    return comparisons


def overlaps_of(keep: float, rotation: Sequence[int], *, answering: float, respondents: bool) -> np.ndarray:
    """o_d, d = 1..40, of waves of the same size that keep the part o by lot, or call rotation groups.

    answering    r: the part of those called again who answer; of all people called or, with `respondents`, of those who
                 answered before, the only ones who are then called again
    By lot o_d = o^d r or, with respondents, (o r)^d.  In rotation groups called at the ages A, G of them in every wave,
    o_d = r |{a in A: a + d in A}|/G.  With respondents a part r^j of a group's first answers is left when it is called
    for the j-th time after the first, w_a at the age a, and o_d = Σ_{a, a+d in A} w_{a+d}/Σ_{a in A} w_a.

    Examples: half of each wave is called again in the next one, and 60 % of those who are called answer.

    >>> from sampling.planning.kept import overlaps_of
    >>> overlaps_of(0.5, (), answering=0.6, respondents=False)[:3].round(3).tolist()
    [0.3, 0.15, 0.075]
    >>> overlaps_of(0.0, (2, 2, 2), answering=1.0, respondents=False)[:6].tolist()
    [0.5, 0.0, 0.25, 0.5, 0.25, 0.0]
    """
    d = np.arange(1, MOST_WAVES + 1)
    if not len(rotation):
        return (keep * answering) ** d if respondents else keep**d * answering
    ages = rotation_ages(rotation)
    part = answering if respondents else 1.0
    weight = {age: part**calls for calls, age in enumerate(ages)}
    shared = [sum(weight[age + later] for age in ages if age + later in weight) for later in d.tolist()]
    return (1.0 if respondents else answering) * np.array(shared) / sum(weight.values())


def numbers_beside(completes: int, kept: int, again: float, **options: float) -> SampleSize:
    """How many numbers so many interviews need if `kept` people, who answered before, are called too; these included.

    again: their chance to answer again;  options: of `numbers_needed`, for the new numbers
    Draws the fewest new numbers N with P(Binomial(kept, again) + Y_N >= completes) at least as large as the assurance.
    """
    if not 0 < again <= 1:
        raise Fault(key="sampling.rate", name="again", found=again)
    alone = numbers_needed(completes, **options)
    if not kept:
        return alone
    answered = np.arange(kept + 1)
    chance = scipy.stats.binom(kept, again).pmf(answered)
    rate = options.get("response_rate", 1.0) * options.get("eligibility", 1.0)
    of_new = yields(rate, options.get("eligibility", 1.0) * options.get("response_sd", 0.0))
    wanted, low, high = options.get("assurance", 0.95), -1, alone.draw
    while high - low > 1:
        middle = (low + high) // 2
        there = of_new(middle).sf(completes - 1 - answered) if middle else (answered >= completes).astype(float)
        low, high = (low, middle) if float(chance @ there) >= wanted else (middle, high)
    expected = max(0, int(np.ceil((completes - kept * again) / rate - 1e-9)))
    return SampleSize(completes, kept + min(expected, high), kept + high)
