"""The number of eligible units, from a wave's file or the programme, checked against the wave's interviews."""

import numpy as np
import pandas as pd

from estimation.precision.finite import STRATUM, refuse_small
from programme.population import RECORD, PopulationPlan
from service.files.faults import FaultList
from words import Fault

LARGEST = 1e12  # eligible units; no survey has more


def check_eligible(table: pd.DataFrame, faults: FaultList, population: PopulationPlan) -> None:
    """Add the cells that are no number of eligible units to `faults`, if the file has a column of them."""
    if population.column is not None and population.column in table:
        faults.refuse(~_units(table, population).between(1, LARGEST), "wave.population", population.column, table)


def check_population(
    table: pd.DataFrame, respondents: pd.DataFrame, file: str, population: PopulationPlan
) -> pd.DataFrame:
    """RECORDS of the file's column of eligible units; empty if the file has none.

    A Fault for names with several numbers, and for fewer units than interviews; `check_eligible` has seen the cells.
    table: the file's rows of those who answered;  respondents: RESPONDENTS of the same rows;
    population: where the programme takes the numbers of eligible units from.
    """
    if population.column is None and not population.units:
        return pd.DataFrame()
    names, units = respondents[population.of].to_numpy(), pd.Series(population.units, dtype=float)
    if population.column is not None:
        by_name = _units(table, population).groupby(names)
        varying = sorted(by_name.min().index[by_name.min() < by_name.max()])
        if varying:
            raise Fault(key="wave.population_varies", file=file, column=population.column, names=varying)
        units = by_name.first()
    elif population.of == STRATUM and population.units:
        missing = sorted(set(names) - set(population.units))
        if missing:
            raise Fault(key="population.strata", file=file, strata=missing, expected=sorted(population.units))
    interviews = pd.Series(names).value_counts()
    eligible = units.reindex(interviews.index).fillna(np.inf)  # a number that is not known limits nothing
    refuse_small(interviews.index.to_numpy(), interviews.to_numpy(), eligible.to_numpy())
    rows = units.rename_axis("area").rename("value").reset_index() if population.column is not None else None
    return pd.DataFrame() if rows is None else rows.assign(record=RECORD)


def _units(table: pd.DataFrame, population: PopulationPlan) -> pd.Series:
    return pd.to_numeric(table[population.column], errors="coerce")
