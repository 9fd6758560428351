"""A rested draw from a list too large for memory: the draw of `draw_rested`, from counts and a few units looked up.

The list is sorted by stratum and unit_id.  All that a draw needs of it is how many units a stratum has, the places of
those who were called lately, and the units at the places drawn.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from sampling.draw.draw import Allocation, CodedFrame, units_wanted
from sampling.draw.past import Succession, last_answered, rest_chances, waves_rested
from sampling.draw.rested import chosen_of_stratum, kept_of_cells, parts_of_strata, rates_table


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


@dataclass(frozen=True, eq=False)
class RollCells:
    """A roll's units by stratum and rest, before a draw; arrays as in `rested.Cells`.

    listed  those called lately: unit_id, position, code of the stratum, rest, and whether they can be called again
    """

    coded: CodedFrame
    population: np.ndarray
    candidates: np.ndarray
    listed: pd.DataFrame


def roll_cells(roll: Roll, succession: Succession) -> RollCells:
    """The cells of a roll, from its counts and those called in the last waves."""
    coded = CodedFrame.part_of(pd.DataFrame({"unit_id": [], "stratum": [], "prn": []}), roll.population)
    past, longest = succession.past, succession.longest
    recent = sorted({unit for wave in past[max(len(past) - longest, 0) :] for unit in wave.released})
    listed = roll.find(recent).sort_values(["stratum", "position"], ignore_index=True)
    listed = listed.assign(code=coded.strata.get_indexer(pd.Index(listed.stratum)))
    listed["rest"] = waves_rested(listed.unit_id, succession)
    listed["candidate"] = last_answered(listed.unit_id, past) if succession.respondents else True
    listed = listed[listed["rest"] <= longest].reset_index(drop=True)
    shape = len(coded.strata), longest + 1
    cell = (listed.code * (longest + 1) + listed["rest"] - 1).to_numpy()
    population = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    again = cell[listed.candidate.to_numpy(dtype=bool)]
    candidates = np.bincount(again, minlength=shape[0] * shape[1]).reshape(shape)
    population[:, longest] = candidates[:, longest] = coded.population - population.sum(axis=1)
    return RollCells(coded, population, candidates, listed)


def kept_counts_roll(roll: Roll, succession: Succession) -> pd.Series:
    """`kept_counts` of a roll: how many can at most be called again, by stratum."""
    cells = roll_cells(roll, succession)
    return kept_of_cells(cells.coded.strata, cells.population, cells.candidates, cells.coded.population, succession)


def draw_rested_roll(
    roll: Roll, allocation: Allocation, succession: Succession, *, key: bytes
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """SAMPLE and RATES as `draw_rested` gives them, unit for unit, in O(n + those called in the last k waves) steps."""
    cells = roll_cells(roll, succession)
    coded, population, listed, longest = cells.coded, cells.population, cells.listed, succession.longest
    sample = units_wanted(coded, allocation)
    parts_of = parts_of_strata(population, cells.candidates, sample, succession)
    ends = np.searchsorted(listed.code.to_numpy(), np.arange(len(sample) + 1))
    columns = [listed[c].to_numpy() for c in ("position", "rest", "candidate")]
    nobody = np.empty(0, dtype=np.int64)
    rests, positions, ages = [nobody], [nobody], [nobody]
    for h in np.flatnonzero(sample):
        of_cells = population[h], cells.candidates[h]
        chosen = chosen_of_stratum(key, str(coded.strata[h]), *of_cells, parts_of[h])
        rests.append(chosen[:, 0])
        positions.append(_places(*(column[ends[h] : ends[h + 1]] for column in columns), chosen, longest))
        ages.append(chosen[:, 2])
    at = np.repeat(np.arange(len(sample)), sample)
    strata = coded.strata.to_numpy()[at]
    units = roll.at(pd.DataFrame({"stratum": strata, "position": np.concatenate(positions)}))
    rates = rates_table(coded.strata, population, parts_of, succession.rotation)
    rate = rates.groupby(["stratum", "rest"]).rate.sum().to_numpy().reshape(population.shape)
    probability = (rest_chances(units.unit_id, succession) * rate[at]).sum(axis=1)
    table = pd.DataFrame(
        {
            "unit_id": units.unit_id.to_numpy(),
            "stratum": strata,
            "rest": np.concatenate(rests),
            **({} if succession.rotation is None else {"age": np.concatenate(ages)}),
            "area": units.area.to_numpy(),
            "place": np.arange(len(at)) - (sample.cumsum() - sample)[at] + 1,
            "probability": probability,
            "base_weight": 1 / probability,
        }
    )
    return table, rates


def _places(
    called: np.ndarray, rested: np.ndarray, candidate: np.ndarray, chosen: np.ndarray, longest: int
) -> np.ndarray:
    """The place in its stratum of each unit chosen, from its rest and its position among those who rested so long.

    called, rested, candidate  the places, ascending, of those who were called lately, their rests, and whether they can
                               be called again: these have the first positions
    The q-th of the others is at q + j, with the smallest j for which the j-th place called, from 0, is above q + j.
    """
    places = np.empty(len(chosen), dtype=np.int64)
    for a in range(1, longest + 1):
        of_rest = rested == a
        in_order = called[of_rest][np.argsort(~candidate[of_rest].astype(bool), kind="stable")]
        places[chosen[:, 0] == a] = in_order[chosen[chosen[:, 0] == a, 1]]
    others = chosen[:, 0] == longest + 1
    before = called - np.arange(len(called))
    places[others] = chosen[others, 1] + np.searchsorted(before, chosen[others, 1], side="right")
    return places
