"""A plan at a glance, without simulation: how many people are called, and what an area's figures can tell."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from estimation.changes.needed import ALPHA, SCORE, score_critical
from sampling.planning.area_precision import area_precision
from sampling.planning.foresight import Assumed

POWER = 0.8  # the chance for which `visible` is


@dataclass(frozen=True)
class Outline:
    """What a plan comes to.

    areas, interviews, numbers, population  in all; the numbers are those to be drawn
    fewest, most     interviews in an area
    margin           of all areas together, at 95 %
    widest           the largest margin of an area
    visible          the fall of an area with the median of interviews that is confirmed with the chance POWER
    chance           the chance that the fall which the plan assumes is confirmed there
    """

    areas: int
    interviews: int
    numbers: int
    population: int
    fewest: int
    most: int
    margin: float
    widest: float
    visible: float
    chance: float


def outline(allocation: pd.DataFrame, assumed: Assumed, *, eligibility: float = 1.0) -> Outline:
    """A plan's outline, from its allocation (stratum, area, population, interviews, numbers).

    By the normal approximation, for two waves of different people, with s² = 2 deff p(1 − p)/n (of a mean of numbers
    2 deff S²/n), n the median of the areas' interviews, and c = Φ⁻¹(1 − α/(2m)), Holm's first step over the m areas:

        visible = (c + Φ⁻¹(POWER)) s        chance = Φ(fall/s − c)

    `foresee` simulates the same with the product's own procedures, which differ where shares are near 1.
    """
    options = {"deff": assumed.design_effect, "eligibility": eligibility, "sd": assumed.sd}
    precision = area_precision(allocation.rename(columns={"interviews": "sample"}), p=assumed.share, **options)
    of_areas, of_all = precision.iloc[:-1], precision.iloc[-1]
    n = of_areas["sample"].to_numpy(dtype=float)
    variance = assumed.share * (1 - assumed.share) if assumed.sd is None else assumed.sd**2
    s = float(np.sqrt(2 * assumed.design_effect * variance / np.median(n)))
    c = score_critical(len(of_areas), ALPHA[SCORE])
    return Outline(
        areas=len(of_areas),
        interviews=int(n.sum()),
        numbers=int(allocation.numbers.sum()),
        population=int(of_all.population),
        fewest=int(n.min()),
        most=int(n.max()),
        margin=float(of_all.margin),
        widest=float(of_areas.margin.max()),
        visible=float((c + scipy.stats.norm.ppf(POWER)) * s),
        chance=float(scipy.stats.norm.cdf(assumed.fall / s - c)),
    )
