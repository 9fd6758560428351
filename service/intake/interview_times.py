"""When the interviews of a wave's file began and how long they took, and the strata of numbers without an interview."""

import numpy as np
import pandas as pd

from programme.declared import Columns
from service.files.coded import as_numbers
from service.files.faults import FaultList
from service.intake.of_sample import joined

LONGEST = 24 * 60  # minutes


def read_times(table: pd.DataFrame, unit: pd.Series, faults: FaultList, columns: Columns) -> pd.DataFrame | None:
    """unit_id, began and minutes of the interviews; None without such columns.  A blank cell is an unknown time.

    `faults` gets times that are none ("2026-03-05 18:31" is one) and minutes that are no number from 0 to 1,440.
    """
    named = [c for c in (columns.began, columns.minutes) if c]
    if not named or not set(named) <= set(table):
        return None
    began, minutes = pd.Series(pd.NaT, index=table.index, dtype="datetime64[us]"), np.full(len(table), np.nan)
    if columns.began:
        cells = table[columns.began].astype(str)
        began = pd.to_datetime(cells.str.replace("/", "-"), format="ISO8601", errors="coerce")
        began = began.dt.tz_localize(None) if getattr(began.dtype, "tz", None) is not None else began
        faults.refuse((cells != "") & began.isna(), "wave.began", columns.began, table)
    if columns.minutes:
        cells = table[columns.minutes].astype(str)
        minutes = as_numbers(cells)
        wrong = (cells != "") & ~((minutes >= 0) & (minutes <= LONGEST))
        faults.refuse(wrong, "wave.minutes", columns.minutes, table, high=LONGEST)
    began = began.astype("datetime64[us]").to_numpy()
    return pd.DataFrame({"unit_id": unit.to_numpy(), "began": began, "minutes": minutes}).astype({"unit_id": "str"})


def released_design(table: pd.DataFrame, unit: pd.Series, columns: Columns) -> pd.DataFrame | None:
    """unit_id, stratum and psu of all released numbers, blank where the file does not say them.

    They are what replicates of the whole weighting need; what the file says of the respondents is checked elsewhere.
    """
    if not {*columns.stratum, *columns.psu} <= set(table):
        return None
    stratum = joined(table, columns.stratum).astype(str) if columns.stratum else pd.Series("all", index=table.index)
    psu = joined(table, columns.psu).astype(str)
    for name, of in (("stratum", columns.stratum), ("psu", columns.psu)):
        blank = (table[list(of)] == "").any(axis=1) if of else pd.Series(False, index=table.index)
        stratum, psu = (stratum.mask(blank, ""), psu) if name == "stratum" else (stratum, psu.mask(blank, ""))
    return pd.DataFrame({"unit_id": unit.to_numpy(), "stratum": stratum.to_numpy(), "psu": psu.to_numpy()})
