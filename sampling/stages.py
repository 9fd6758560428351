"""Several stages: townships, then households, then one person of each, with the probability of every stage kept."""

import numpy as np
import pandas as pd

from sampling.draw import draw_stratified
from sampling.random_numbers import permanent_random_numbers
from sampling.unequal import draw_pps
from words import Fault

# Kish (1949), JASA 44:380: the adult to ask, counted from the eldest man down to the youngest woman, in households of
# 1, 2, 3, 4, 5 and 6 or more adults; and how many of 12 households get each table
KISH = {
    "A": (1, 1, 1, 1, 1, 1),
    "B1": (1, 1, 1, 1, 2, 2),
    "B2": (1, 1, 1, 2, 2, 2),
    "C": (1, 1, 2, 2, 3, 3),
    "D": (1, 2, 2, 3, 4, 4),
    "E1": (1, 2, 3, 3, 3, 5),
    "E2": (1, 2, 3, 4, 5, 5),
    "F": (1, 2, 3, 4, 5, 6),
}
TWELFTHS = {"A": 2, "B1": 1, "B2": 1, "C": 2, "D": 2, "E1": 1, "E2": 1, "F": 2}
LARGEST = 6


def draw_two_stage(
    psus: pd.DataFrame, units: pd.DataFrame, clusters, each: int, *, size: str, start: float, method: str = "systematic"
) -> pd.DataFrame:
    """PSUs with probability proportional to size, then `each` units in every PSU drawn, simple random.

    psus      unit_id (of the PSU), stratum, prn, and the column `size`;   clusters  PSUs to draw, by stratum
    units     unit_id, psu, prn: the second stage's frame (households, numbers)
    SAMPLE with psu, place within it, first_probability π_I, and π = π_I m_i/M_i, M_i the PSU's units in the frame.
    If sizes are the M_i, π is the same for all within a stratum.  SSW 4.3.  A PSU drawn for certain is a stratum
    of its own.
    Raises Fault for a PSU with fewer than `each` units, or none.
    """
    first = draw_pps(psus, clusters, size, start=start, method=method)
    first = first.set_index("unit_id")
    inside = units.loc[units.psu.isin(first.index), ["unit_id", "psu", "prn"]].rename(columns={"psu": "stratum"})
    absent = sorted(set(first.index) - set(inside.stratum))
    if absent:
        raise Fault(key="sampling.psu_empty", psus=absent)
    second = draw_stratified(inside, dict.fromkeys(first.index, each), start=start)
    chance = second.stratum.map(first.probability)
    return second.assign(
        psu=second.stratum,
        stratum=second.stratum.map(first.stratum),
        first_probability=chance,
        probability=chance * second.probability,
        base_weight=1 / (chance * second.probability),
    )


def kish_person(unit_ids, adults, *, key: bytes) -> pd.DataFrame:
    """Whom to ask in each household: table, person (1 = first on the list), probability of that person.

    unit_ids  households (n,);   adults  how many live there (n,), known or as told on the telephone, at least 1
    The table follows from the household's id and the key, not from the interviewer.  With five adults the third and
    the fifth are taken in 3 of 12 tables, the others in 2; in households of more than six the seventh and further ones
    are never taken: the probability is that of the grid, exactly.
    """
    adults = np.asarray(adults)
    if not (adults >= 1).all():
        raise Fault(key="sampling.adults", found=int(adults.min()))
    column = np.minimum(adults, LARGEST) - 1
    names, grid = list(KISH), np.array(list(KISH.values()))
    share = np.array([TWELFTHS[name] for name in names])
    number = permanent_random_numbers([f"kish {unit_id}" for unit_id in unit_ids], key=key)
    table = np.searchsorted(share.cumsum(), number * 12, side="right")
    person = grid[table, column]
    chance = np.array([share[grid[:, c] == p].sum() for c, p in zip(column, person, strict=True)]) / 12
    columns = {"table": np.array(names)[table], "adults": adults, "person": person, "probability": chance}
    return pd.DataFrame(columns, index=pd.Index(list(unit_ids), name="unit_id"))


def last_birthday_probability(adults) -> np.ndarray:
    """1/adults (n,): the chance of whoever had a birthday last, if birthdays say nothing about answers.

    A convention, not a draw: nobody can check it, and whoever answers the telephone tends to name himself.  The Kish
    grid is the one with known probabilities.
    """
    adults = np.asarray(adults, dtype=float)
    if not (adults >= 1).all():
        raise Fault(key="sampling.adults", found=float(adults.min()))
    return 1 / adults
