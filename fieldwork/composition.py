"""How the interviews made are spread over kinds of people, beside the population and beside an office's quotas.

This is a monitor and no more: in a probability sample nobody is turned away because others of the same kind were
interviewed before, and weighting adjusts for what is uneven in the end.

    E_c = Σ_a n_a N_ac/N_a       n_a  interviews in area a of which the kind is known,   N_ac  people of kind c in a

is what n interviews would be if they were spread as the population: within each area, where the population of the
areas is known, so that the areas' shares of the interviews count as the plan has them; else E_c = n N_c/N.

The limits are those of Bin(n, E_c/n) at 1 − (1 − level)/C for each of the C kinds, so that by chance alone no kind lies
outside them with a probability of at least `level`.  A sum of binomial counts with different probabilities varies less
than the binomial one with their mean, so within areas they are not too narrow.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

CROSSED = "*"  # between the columns of a margin, and between the codes of its categories
LEVEL = 0.95
FEWER, USUAL, MORE = "fewer", "usual", "more"
COUNTS = ("interviews", "population", "expected", "quota")


@dataclass(frozen=True, eq=False)
class Composition:
    """The interviews of a wave by one margin, such as sex*age_group.

    margin   as it was declared
    columns  those of its columns that tell kinds of people apart: without that of the areas if it has others and the
             population is known, since kinds are then shown over all areas
    kinds    one row for each kind, over all areas, by the text of its codes: interviews; population, expected, low,
             high and state (FEWER, USUAL, MORE) if the population is known, else NaN and ""; quota if one is stated,
             in every area where the margin is crossed with areas, else NaN
    cells    where kinds are summed over areas: interviews, population, expected and quota of each kind in each area
    unknown  interviews of which the kind, or its number of people, is not known
    """

    margin: str
    columns: tuple[str, ...]
    kinds: pd.DataFrame
    cells: pd.DataFrame | None
    unknown: int


def composition(
    interviews: pd.DataFrame,
    margin: str,
    area: str,
    population: Mapping[str, float] | None,
    quota: Mapping[str, float] | None,
) -> Composition:
    """The interviews by the kinds of people that a margin tells apart.

    interviews  one row for each, with the margin's columns as text; "" where the answer is not known
    margin      columns, crossed by "*"
    area        the name of the column of areas
    population  category -> people, as in a file of known totals; None: not known
    quota       category -> interviews wanted; None: none stated
    """
    columns = margin.split(CROSSED)
    categories = list(dict.fromkeys([*(population or {}), *(quota or {})]))
    known = (interviews[columns] != "").all(axis=1).to_numpy()
    texts = interviews[columns].astype(object).agg(CROSSED.join, axis=1)
    counted = texts[known].value_counts().reindex(categories, fill_value=0)
    cells = pd.DataFrame({"interviews": counted.to_numpy(dtype=float)}, index=pd.Index(categories, dtype=object))
    for name, given in (("population", population), ("quota", quota)):
        cells[name] = np.nan if given is None else pd.Series(given, dtype=float).reindex(categories).to_numpy()
    parts = pd.DataFrame([c.split(CROSSED) for c in categories], index=cells.index, columns=columns)
    crossed = area in columns and len(columns) > 1 and population is not None
    of_area = parts[area] if crossed else pd.Series("", index=cells.index)
    kind_columns = tuple(c for c in columns if not (crossed and c == area))
    cells.insert(0, "kind", parts[list(kind_columns)].agg(CROSSED.join, axis=1))
    cells.insert(0, "area", of_area)
    cells["expected"] = _expected(cells)
    by_kind = cells.groupby("kind", sort=False)[list(COUNTS)]
    kinds = by_kind.sum().where(by_kind.count().eq(by_kind.size(), axis=0))
    unknown = len(interviews) - int(cells.interviews.sum())
    return Composition(margin, kind_columns, _judged(kinds), cells if crossed else None, unknown)


def _expected(cells: pd.DataFrame) -> np.ndarray:
    """n_a N_ac/N_a of each cell, of the interviews whose kind has a number of people; NaN for other kinds."""
    has = cells.population.notna()
    inside = cells[["interviews", "population"]].where(has).groupby(cells.area, sort=False).transform("sum")
    people = inside.population.to_numpy()
    share = np.divide(cells.population.to_numpy(), people, out=np.zeros(len(cells)), where=people > 0)
    return np.where(has, inside.interviews * share, np.nan)


def _judged(kinds: pd.DataFrame) -> pd.DataFrame:
    """The kinds with their limits and what these say of the interviews."""
    has = kinds.expected.notna().to_numpy()
    low, high = np.full(len(kinds), np.nan), np.full(len(kinds), np.nan)
    low[has], high[has] = count_limits(kinds.expected[has], level=LEVEL)
    conditions = [~has, kinds.interviews < low, kinds.interviews > high]
    return kinds.assign(low=low, high=high, state=np.select(conditions, ["", FEWER, MORE], USUAL))


def count_limits(expected: ArrayLike, *, level: float) -> tuple[np.ndarray, np.ndarray]:
    """The smallest and the largest count of each kind (C,) that chance leaves in n = Σ E_c interviews: all of them lie
    within with at least the probability `level`."""
    expected = np.asarray(expected, dtype=float)
    n = float(np.round(expected.sum()))
    share = expected / max(n, 1.0)
    outside = (1 - level) / max(len(expected), 1) / 2
    counts = np.arange(n + 1)
    low, high = np.zeros(len(expected)), np.zeros(len(expected))
    for c, p in enumerate(np.clip(share, 0, 1)):
        below = special.bdtr(counts, int(n), p)  # P(X ≤ k)
        low[c] = np.searchsorted(below, outside, side="right")
        high[c] = np.searchsorted(below, 1 - outside, side="left")
    return low, np.minimum(high, n)
