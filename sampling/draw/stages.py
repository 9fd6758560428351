"""Several stages: townships, then households, then one person of each, with the probability of every stage kept."""

import numpy as np
import pandas as pd

from sampling.draw.draw import draw_stratified
from sampling.draw.random_numbers import derived_numbers
from sampling.draw.unequal import draw_pps
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


def kish_tables(unit_ids, prn) -> np.ndarray:
    """Each household's table, "A" … "F" (n,): settled by its id and its permanent random number, 12 parts to TWELFTHS.

    u_i in [0, 1) is `derived_numbers` of prn_i with the household's id.  Whoever is shown the random numbers finds the
    tables without the key that made them; whoever is not cannot, nor can an interviewer choose one.  u_i says nothing
    of prn_i, so among the drawn, whose prn lie together, tables are as mixed as anywhere.  A household keeps its table.
    """
    shares = np.cumsum(list(TWELFTHS.values()))
    numbers = [derived_numbers(u, f"kish {unit_id}", 1)[0] for unit_id, u in zip(unit_ids, prn, strict=True)]
    return np.array(list(TWELFTHS))[np.searchsorted(shares, 12 * np.array(numbers, dtype=float), side="right")]


def kish_person(tables, adults) -> pd.DataFrame:
    """Whom to ask in each household: table, adults, person (1 = first on the list), probability of that person.

    tables  the households' (n,), of `kish_tables`;   adults  how many live there (n,), as told on the telephone, >= 1
    With five adults the third and the fifth are taken in 3 of 12 tables, the others in 2; in households of more than
    six the seventh and further ones are never taken: the probability is that of the grid, exactly.
    """
    adults = np.asarray(adults)
    if not (adults >= 1).all():
        raise Fault(key="sampling.adults", found=int(adults.min()))
    column = np.minimum(adults, LARGEST) - 1
    names, grid = list(KISH), np.array(list(KISH.values()))
    share = np.array([TWELFTHS[name] for name in names])
    tables = np.asarray(tables)
    unknown = sorted(set(tables) - set(names))
    if unknown:
        raise Fault(key="sampling.kish", found=unknown, expected=names)
    person = grid[[names.index(table) for table in tables], column]
    chance = np.array([share[grid[:, c] == p].sum() for c, p in zip(column, person, strict=True)]) / 12
    return pd.DataFrame({"table": tables, "adults": adults, "person": person, "probability": chance})


def last_birthday_probability(adults) -> np.ndarray:
    """1/adults (n,): the chance of whoever had a birthday last, if birthdays say nothing about answers.

    A convention, not a draw: nobody can check it, and whoever answers the telephone tends to name himself.  The Kish
    grid is the one with known probabilities.
    """
    adults = np.asarray(adults, dtype=float)
    if not (adults >= 1).all():
        raise Fault(key="sampling.adults", found=float(adults.min()))
    return 1 / adults
