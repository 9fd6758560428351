"""The released numbers of a wave's file: the outcome of each, and what the weighting steps need to know of it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from estimation import age_spans, base_weight
from estimation.weighting.steps import WeightingSteps
from service.files.faults import FaultList, check_given
from service.intake.outcomes import counted

BLANK = {"all": "wave.blank", "eligible": "wave.blank_eligible", "responded": "wave.blank_responded"}


def check_released(
    table: pd.DataFrame, faults: FaultList, respondent: Sequence[str], steps: WeightingSteps
) -> tuple[np.ndarray, np.ndarray]:
    """Base weights of all numbers, and which of them responded; what is wrong is added to `faults`.

    respondent: the columns that identify a number;  steps: the programme's weighting steps.
    """
    needed, numeric, codes = steps.needed(), steps.number_columns(), steps.dispositions
    columns = list(dict.fromkeys([*respondent, *(c for of in needed.values() for c in of)]))
    check_given(table, faults.file, columns, key="wave.column")
    state = table[codes.column]
    no_code = ~state.isin(codes.codes)
    expected, outcomes = sorted(codes.codes), counted(state[no_code])
    faults.refuse(no_code, "wave.disposition", codes.column, table, expected=expected, outcomes=outcomes)
    responded = state.isin(codes.responded)
    who = {"all": state != "", "eligible": responded | state.isin(codes.not_responded), "responded": responded}
    wrong: dict[str, np.ndarray] = {}  # of a column, the rows whose fault is known
    for name, rows in who.items():
        for column in (*respondent, *needed[name]) if name == "all" else needed[name]:
            blank = rows & (table[column] == "") & ~wrong.get(column, np.False_)
            wrong[column] = wrong.get(column, np.False_) | faults.refuse(blank, BLANK[name], column, table)
        for column in numeric[name]:
            value = _numbers(table, column)
            no_count = rows & ~wrong[column] & ~(np.isfinite(value) & (value >= 0))
            wrong[column] |= faults.refuse(no_count, "wave.count", column, table)
            if steps.phones is not None and column == steps.phones.adults:
                nobody = rows & ~wrong[column] & (value < 1)
                wrong[column] |= faults.refuse(nobody, "wave.adults", column, table)
        if steps.ages is not None and steps.ages.column in needed[name]:
            wrong[steps.ages.column] |= _check_ages(table, rows & ~wrong[steps.ages.column], faults, steps)
    base = np.ones(len(table)) if faults.found else base_weight(table, steps)
    return base, responded.to_numpy()


def released_rows(table: pd.DataFrame, unit: pd.Series, steps: WeightingSteps) -> pd.DataFrame:
    """RELEASED: the columns that weighting needs, one row for each number and column."""
    columns = list(dict.fromkeys(c for of in steps.needed().values() for c in of))
    return pd.DataFrame(
        {
            "unit_id": np.tile(unit, len(columns)),
            "field": np.repeat(columns, len(unit)),
            "value": table[columns].to_numpy().ravel(order="F"),
        }
    )


def released_table(rows: pd.DataFrame) -> pd.DataFrame:
    """One row for each number, in the order of its file, from RELEASED as stored (in the order of `row`)."""
    order = rows.unit_id.drop_duplicates()
    wide = rows.set_index(["unit_id", "field"]).value.unstack("field")  # noqa: PD010
    return wide.reindex(order)


def _check_ages(table: pd.DataFrame, rows: pd.Series, faults: FaultList, steps: WeightingSteps) -> np.ndarray:
    assert steps.ages is not None
    spans, years = age_spans(steps.ages.groups), _numbers(table, steps.ages.column)
    inside = (years >= spans[0].low) & (years < spans[-1].above)
    outside, expected = rows & ~inside, f"{spans[0].label} … {spans[-1].label}"
    return faults.refuse(outside, "wave.age", steps.ages.column, table, expected=expected)


def _numbers(table: pd.DataFrame, column: str) -> np.ndarray:
    return pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float)
