"""Draws in several stages, such as townships, households and one person in each, with the probability of each stage."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sampling.draw.draw import Allocation, draw_stratified
from sampling.draw.random_numbers import derived_numbers
from sampling.draw.unequal import draw_pps
from words import Fault

# Kish (1949), JASA 44:380: which adult to ask, counted from the oldest man down to the youngest woman, in households
# of 1, 2, 3, 4, 5 and of 6 or more adults; and how many of 12 households get each table
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
    psus: pd.DataFrame,
    units: pd.DataFrame,
    clusters: Allocation,
    each: int,
    *,
    size: str,
    start: float,
    method: str = "systematic",
) -> pd.DataFrame:
    """PSUs drawn with probability proportional to size, then a simple random sample of `each` units in every PSU drawn.

    psus      unit_id (of the PSU), stratum, prn, and the column `size`
    units     unit_id, psu, prn: the frame of the second stage (households, numbers)
    clusters  how many PSUs to draw, by stratum
    method    as in `draw_pps`
    Gives SAMPLE with psu, the place within it, first_probability π_I and probability π = π_I m_i/M_i, where m_i = each
    and M_i is the PSU's number of units in the frame.  If the sizes are the M_i, π is the same for all units of a
    stratum (SSW 4.3).  A PSU drawn with certainty is to be treated as a stratum of its own.
    Raises Fault for a PSU with fewer than `each` units.
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


def kish_tables(unit_ids: Iterable[str], prn: Iterable[float]) -> np.ndarray:
    """Each household's table, "A" … "F" (n,), in the proportions of TWELFTHS, from its id and permanent random number.

    The table depends on u_i in [0, 1), which is `derived_numbers` of prn_i and the household's id.  Who is shown the
    random numbers can check the tables without the key, and an interviewer cannot choose one.  u_i is unrelated to
    prn_i, so the tables are mixed among the households drawn, although their prn lie together.  A household keeps its
    table for good.
    """
    shares = np.cumsum(list(TWELFTHS.values()))
    numbers = [derived_numbers(u, f"kish {unit_id}", 1)[0] for unit_id, u in zip(unit_ids, prn, strict=True)]
    return np.array(list(TWELFTHS))[np.searchsorted(shares, 12 * np.array(numbers, dtype=float), side="right")]


def kish_person(tables: ArrayLike, adults: ArrayLike) -> pd.DataFrame:
    """Whom to ask in each household: table, adults, person (1 = first of the list), probability of that person.

    tables  of the households (n,), from `kish_tables`
    adults  how many live there (n,), as reported on the telephone, >= 1
    The probability is exactly that of the grid: of five adults the third and the fifth are chosen in 3 of 12
    households, the others in 2.  In households of more than six the seventh and later adults are never chosen.
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


def last_birthday_probability(adults: ArrayLike) -> np.ndarray:
    """1/adults (n,): the probability of the person with the last birthday, if birthdays are unrelated to the answers.

    This is a convention, not a draw: nobody can check it, and people who answer the telephone tend to name themselves.
    Only the Kish grid has known probabilities.
    """
    adults = np.asarray(adults, dtype=float)
    if not (adults >= 1).all():
        raise Fault(key="sampling.adults", found=float(adults.min()))
    return 1 / adults
