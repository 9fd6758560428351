"""The released numbers of a wave's file: the outcome of each, and what the weighting steps need to know of it."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from contracts import LANDLINE, MOBILE
from estimation import age_spans, base_weight
from estimation.weighting.steps import WeightingSteps
from service.files.faults import FaultList
from service.intake.outcomes import counted
from service.store.engine import Store
from service.store.objects import RELEASED, read_object
from words import sentences

TELEPHONE = {LANDLINE: "file.phone.landline", MOBILE: "file.phone.mobile"}  # keys in words/
SMALLEST, LARGEST = 1e-9, 1e12  # of a weight above zero; no person stands for more, and squares stay numbers
NUMBER = "released unit_id"  # the column of the numbers among those of the file that weighting needs

BLANK = {"all": "wave.blank", "eligible": "wave.blank_eligible", "responded": "wave.blank_responded"}


def check_released(
    table: pd.DataFrame, faults: FaultList, respondent: Sequence[str], steps: WeightingSteps
) -> tuple[np.ndarray, np.ndarray]:
    """Base weights of all numbers, and which of them responded; `faults` gets what is wrong in the columns there are.

    respondent: the columns that identify a number;  steps: the programme's weighting steps.
    """
    codes, there = steps.dispositions, set(table)
    needed, numeric = (
        {who: [c for c in columns if c in there] for who, columns in of.items()}
        for of in (steps.needed(), steps.number_columns())
    )
    if codes.column not in there:
        return np.ones(len(table)), np.ones(len(table), dtype=bool)
    state = table[codes.column]
    no_code = ~state.isin(codes.codes)
    expected, outcomes = sorted(codes.codes), counted(state[no_code])
    faults.refuse(no_code, "wave.disposition", codes.column, table, expected=expected, outcomes=outcomes)
    responded = state.isin(codes.responded)
    who = {"all": state != "", "eligible": responded | state.isin(codes.not_responded), "responded": responded}
    wrong: dict[str, np.ndarray] = {}  # of a column, the rows whose fault is known
    for name, rows in who.items():
        for column in (*there.intersection(respondent), *needed[name]) if name == "all" else needed[name]:
            blank = rows & (table[column] == "") & ~wrong.get(column, np.False_)
            wrong[column] = wrong.get(column, np.False_) | faults.refuse(blank, BLANK[name], column, table)
        for column in numeric[name]:
            value = _numbers(table, column)
            no_count = rows & ~wrong[column] & ~(np.isfinite(value) & (value >= 0))
            wrong[column] |= faults.refuse(no_count, "wave.count", column, table)
            if steps.phones is not None and column == steps.phones.adults:
                nobody = rows & ~wrong[column] & (value < 1)
                wrong[column] |= faults.refuse(nobody, "wave.adults", column, table)
            if column == steps.persons:
                impossible = rows & ~wrong[column] & ~((value > 0) & (value <= 1 + 1e-12))
                wrong[column] |= faults.refuse(impossible, "wave.person_probability", column, table)
            if column == steps.base.weight:
                beyond = rows & ~wrong[column] & (value > 0) & ~((value >= SMALLEST) & (value <= LARGEST))
                wrong[column] |= faults.refuse(beyond, "wave.weight_size", column, table, low=SMALLEST, high=LARGEST)
        if steps.ages is not None and steps.ages.column in needed[name]:
            wrong[steps.ages.column] |= _check_ages(table, rows & ~wrong[steps.ages.column], faults, steps)
    _check_frames(table, responded, faults, steps, wrong)
    base = np.ones(len(table)) if faults.found else base_weight(table, steps)
    return base, responded.to_numpy()


def _check_frames(
    table: pd.DataFrame, responded: pd.Series, faults: FaultList, steps: WeightingSteps, wrong: Mapping[str, np.ndarray]
) -> None:
    """Numbers of a frame that there is not, and people reached by a telephone of which they say they have none."""
    column = steps.base.frame
    if column is None or column not in table:
        return
    known = list(steps.base.numbers) if steps.base.weight is None else [LANDLINE, MOBILE]
    if steps.base.weight is None or steps.phones is not None:
        faults.refuse(~wrong[column] & ~table[column].isin(known), "wave.frame", column, table, expected=known)
    if steps.phones is not None:
        for frame, telephones in ((LANDLINE, steps.phones.landlines), (MOBILE, steps.phones.mobiles)):
            if telephones in table:
                none = responded & (table[column] == frame) & ~wrong[telephones] & (_numbers(table, telephones) == 0)
                faults.refuse(none, "wave.no_such_phone", telephones, table, frame=sentences(TELEPHONE[frame]))


def released_numbers(table: pd.DataFrame, unit: pd.Series, steps: WeightingSteps) -> pd.DataFrame:
    """One row for each number: `NUMBER`, and the columns that weighting needs."""
    columns = list(dict.fromkeys(c for of in steps.needed().values() for c in of))
    return table[columns].assign(**{NUMBER: unit}).reset_index(drop=True)


def read_released(store: Store, version_id: int) -> pd.DataFrame:
    """What weighting needs to know of the released numbers of a wave's version, by unit_id, in the file's order."""
    return by_number(read_object(store, version_id, RELEASED))


def by_number(released: pd.DataFrame) -> pd.DataFrame:
    """The released numbers as they are kept, by their unit_id."""
    return released.set_index(NUMBER).rename_axis(index="unit_id")


def _check_ages(table: pd.DataFrame, rows: pd.Series, faults: FaultList, steps: WeightingSteps) -> np.ndarray:
    assert steps.ages is not None
    spans, years = age_spans(steps.ages.groups), _numbers(table, steps.ages.column)
    inside = (years >= spans[0].low) & (years < spans[-1].above)
    outside, expected = rows & ~inside, f"{spans[0].label} … {spans[-1].label}"
    return faults.refuse(outside, "wave.age", steps.ages.column, table, expected=expected)


def _numbers(table: pd.DataFrame, column: str) -> np.ndarray:
    return pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float)
