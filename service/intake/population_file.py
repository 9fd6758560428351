"""How many eligible units a wave's file says there are, checked against its interviews."""

import numpy as np
import pandas as pd

from estimation.precision.finite import STRATUM, refuse_small
from programme.population import RECORD, PopulationPlan
from service.files.csv import refuse
from words import Fault


def check_population(table: pd.DataFrame, respondents: pd.DataFrame, file: str, plan: PopulationPlan) -> pd.DataFrame:
    """RECORDS of the file's column; a Fault for what is no number of units, and for fewer units than interviews.

    table: the file's rows of those who answered;  respondents: RESPONDENTS of the same rows
    """
    names, units = respondents[plan.of].to_numpy(), pd.Series(plan.units, dtype=float)
    if plan.column is not None:
        if plan.column not in table:
            raise Fault(key="wave.column", file=file, columns=[plan.column], found=list(table.columns))
        value = pd.to_numeric(table[plan.column], errors="coerce")
        refuse(~(value.ge(1) & value.lt(np.inf)), "wave.population", file, plan.column, table)
        by = value.groupby(names)
        varying = sorted(by.min().index[by.min() < by.max()])
        if varying:
            raise Fault(key="wave.population_varies", file=file, column=plan.column, names=varying)
        units = by.first()
    elif plan.of == STRATUM and plan.units:
        unsaid = sorted(set(names) - set(plan.units))
        if unsaid:
            raise Fault(key="population.strata", file=file, strata=unsaid, expected=sorted(plan.units))
    interviews = pd.Series(names).value_counts()
    known = units.reindex(interviews.index).fillna(np.inf)
    refuse_small(interviews.index.to_numpy(), interviews.to_numpy(), known.to_numpy())
    rows = units.rename_axis("area").rename("value").reset_index() if plan.column is not None else None
    return pd.DataFrame() if rows is None else rows.assign(record=RECORD)
