"""A rested draw from a list too large for memory: the draw of `draw_rested`, from counts and a few units looked up.

The list is sorted by stratum and unit_id.  All that a draw needs of it is how many units a stratum has, the places of
those who were called lately, and the units at the places drawn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from sampling.draw.draw import Allocation, CodedFrame, units_wanted
from sampling.draw.rested import (
    PastWave,
    check_rest,
    chosen_of_stratum,
    quotas,
    rates_table,
    rest_chances,
    waves_rested,
)


class Roll(Protocol):
    """A list of units in which each has a place: 0 for the first of its stratum by unit_id, 1 for the next, …

    digest      what a line binds of it
    population  N_h by stratum
    """

    @property
    def digest(self) -> str: ...

    @property
    def population(self) -> pd.Series: ...

    def find(self, unit_ids: Iterable[str]) -> pd.DataFrame:
        """unit_id, stratum, area and position of those that are in the list, in any order."""
        ...

    def at(self, places: pd.DataFrame) -> pd.DataFrame:
        """The same columns of the units at these places (stratum, position), in their order."""
        ...


@dataclass(frozen=True, eq=False)
class RollStrata:
    """The strata of a roll's units, looked up when they are asked for."""

    roll: Roll

    def reindex(self, unit_ids: Iterable[str], /) -> pd.Series:
        """The strata of these units, in their order; missing for those that are not in the list."""
        listed = self.roll.find(unit_ids).set_index("unit_id").stratum
        return listed.reindex(pd.Index(list(unit_ids)))


def draw_rested_roll(
    roll: Roll, allocation: Allocation, *, key: bytes, rest: int, keep: float = 0.0, past: Sequence[PastWave] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """SAMPLE and RATES as `draw_rested` gives them, unit for unit, in O(n + those called in the last k waves) steps."""
    check_rest(rest, keep)
    coded = CodedFrame.part_of(pd.DataFrame({"unit_id": [], "stratum": [], "prn": []}), roll.population)
    sample = units_wanted(coded, allocation)
    recent = sorted({unit for wave in past[max(len(past) - rest, 0) :] for unit in wave.released})
    listed = roll.find(recent).sort_values(["stratum", "position"], ignore_index=True)
    rested = waves_rested(listed.unit_id, [wave.released for wave in past], rest)
    code = coded.strata.get_indexer(pd.Index(listed.stratum))
    population = np.bincount(code * (rest + 1) + rested - 1, minlength=len(sample) * (rest + 1))
    population = population.reshape(len(sample), rest + 1)
    population[:, rest] = coded.population - population.sum(axis=1)
    counts = quotas(population, sample, keep)
    called, ends = listed.position.to_numpy(), np.searchsorted(code, np.arange(len(sample) + 1))
    rests, positions = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for h in np.flatnonzero(sample):
        chosen = chosen_of_stratum(key, str(coded.strata[h]), population[h], counts[h])
        of_stratum = slice(ends[h], ends[h + 1])
        rests.append(chosen[:, 0])
        positions.append(_places(called[of_stratum], rested[of_stratum], chosen, rest))
    at = np.repeat(np.arange(len(sample)), sample)
    strata = coded.strata.to_numpy()[at]
    units = roll.at(pd.DataFrame({"stratum": strata, "position": np.concatenate(positions)}))
    rates = rates_table(coded.strata, population, counts)
    rate = np.divide(counts, population, out=np.zeros(counts.shape), where=population > 0)
    probability = (rest_chances(units.unit_id, past, rest) * rate[at]).sum(axis=1)
    table = pd.DataFrame(
        {
            "unit_id": units.unit_id.to_numpy(),
            "stratum": strata,
            "rest": np.concatenate(rests),
            "area": units.area.to_numpy(),
            "place": np.arange(len(at)) - (sample.cumsum() - sample)[at] + 1,
            "probability": probability,
            "base_weight": 1 / probability,
        }
    )
    return table, rates


def _places(called: np.ndarray, rested: np.ndarray, chosen: np.ndarray, rest: int) -> np.ndarray:
    """The place in its stratum of each unit chosen, from its rest and its position among those who rested so long.

    called, rested  the places, ascending, of those who were called lately, and their rests
    The q-th of the others is at q + j, with the smallest j for which the j-th place called, from 0, is above q + j.
    """
    places = np.empty(len(chosen), dtype=np.int64)
    for a in range(1, rest + 1):
        places[chosen[:, 0] == a] = called[rested == a][chosen[chosen[:, 0] == a, 1]]
    others = chosen[:, 0] == rest + 1
    before = called - np.arange(len(called))
    places[others] = chosen[others, 1] + np.searchsorted(before, chosen[others, 1], side="right")
    return places
