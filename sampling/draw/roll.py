"""A rested draw from a list too large for memory: the draw of `draw_rested`, from counts and a few units looked up.

The list is sorted by stratum and unit_id.  All that a draw needs of it is how many units a stratum has, the places of
those who were called lately, and the units at the places drawn.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from sampling.draw.courses import Taken, course_probabilities
from sampling.draw.draw import Allocation, CodedFrame, units_wanted
from sampling.draw.past import Succession, last_answered, waves_rested
from sampling.draw.rested import chosen_of_stratum, kept_of_cells, parts_of_strata, rates_table, turn_of


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

    @property
    def psus(self) -> pd.DataFrame:
        """unit_id, stratum, prn (0: nobody has one) and units of the PSUs, as `psu_list` gives them."""
        ...

    def in_psus(self, psus: Iterable[str]) -> pd.DataFrame:
        """unit_id, stratum, psu and area of the units in these PSUs, by unit_id."""
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
    turn = turn_of(succession)
    parts_of = parts_of_strata(key, coded.strata, population, cells.candidates, sample, turn)
    names = coded.strata.to_numpy(dtype=object)
    nobody = np.empty((0, 3), dtype=np.int64)
    chosen = np.concatenate(
        [
            nobody,
            *(
                chosen_of_stratum(key, str(names[h]), population[h], cells.candidates[h], parts_of[h])
                for h in np.flatnonzero(sample)
            ),
        ]
    )
    at = np.repeat(np.arange(len(sample)), sample)
    strata = names[at]
    units = roll.at(pd.DataFrame({"stratum": strata, "position": _places(listed, at, chosen, longest)}))
    rates = rates_table(coded.strata, population, cells.candidates, sample, parts_of, turn)
    taken = Taken(units.unit_id, at, chosen[:, 0], chosen[:, 2])
    probability = course_probabilities(taken, coded.strata, rates, sample, turn, succession)
    table = pd.DataFrame(
        {
            "unit_id": units.unit_id.to_numpy(),
            "stratum": strata,
            "rest": chosen[:, 0],
            **({} if succession.rotation is None else {"age": chosen[:, 2]}),
            "area": units.area.to_numpy(),
            "place": np.arange(len(at)) - (sample.cumsum() - sample)[at] + 1,
            "probability": probability,
            "base_weight": 1 / probability,
        }
    )
    return table, rates


def _places(listed: pd.DataFrame, stratum: np.ndarray, chosen: np.ndarray, longest: int) -> np.ndarray:
    """The place in its stratum (n,) of each unit chosen, from its rest and position among those who rested so long.

    listed   those who were called lately, by stratum and place (`RollCells`): of those who rested equally long, those
             who can be called again have the first positions
    stratum  the code (n,) of each unit's stratum;  chosen (n,3)  of `chosen_of_stratum`
    The q-th of the others is at q + j, with the smallest j for which the j-th place called, from 0, is above q + j.
    """
    rested, position = chosen[:, 0], chosen[:, 1]
    code, called, rest = (listed[c].to_numpy(dtype=np.int64) for c in ("code", "position", "rest"))
    cell = code * (longest + 1) + rest
    in_cells = np.lexsort((called, ~listed.candidate.to_numpy(dtype=bool), cell))
    lately, wanted = rested <= longest, stratum * (longest + 1) + rested
    places = np.empty(len(chosen), dtype=np.int64)
    places[lately] = called[in_cells][np.searchsorted(cell[in_cells], wanted[lately]) + position[lately]]
    first = np.searchsorted(code, stratum[~lately])  # of the stratum's, in `listed`
    before = called - (np.arange(len(code)) - np.searchsorted(code, code))
    apart = 1 + max(before.max(initial=0), position.max(initial=0))  # so that strata do not mix in one ascending row
    others = np.searchsorted(code * apart + before, stratum[~lately] * apart + position[~lately], side="right")
    places[~lately] = position[~lately] + others - first
    return places
