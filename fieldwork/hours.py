"""Calls by the hour of the day and by the day: how many there were, and how many of them ended in an interview."""

from datetime import tzinfo

import numpy as np
import pandas as pd

from estimation.precision.intervals import mid_p_limits
from fieldwork.dispositions import OUTCOMES
from fieldwork.rates import ANY_INTERVIEW, CONTACTED

SHARES = ("reached", "interviewed")


def calls_by_hour(calls: pd.DataFrame, zone: tzinfo | str, *, level: float = 0.95) -> pd.DataFrame:
    """calls, and reached and interviewed as shares of them with their limits (reached_low …), by hour 0…23.

    calls  at (without a time zone: UTC) and disposition of every call
    zone   whose hours they are
    reached: somebody eligible was spoken to, an outcome of the classes I, P, R and O; interviewed: I and P.  Only hours
    with calls have a row.  The limits are mid-p, as if calls were independent.
    """
    groups = calls.disposition.map({code: outcome.group for code, outcome in OUTCOMES.items()})
    hours = pd.DatetimeIndex(pd.to_datetime(calls["at"], utc=True)).tz_convert(zone).hour
    by_hour = pd.DataFrame({"reached": groups.isin(CONTACTED), "interviewed": groups.isin(ANY_INTERVIEW)})
    grouped = by_hour.groupby(np.asarray(hours))
    table = grouped.mean().assign(calls=grouped.size()).rename_axis(index="hour")
    for share in SHARES:
        table[f"{share}_low"], table[f"{share}_high"] = mid_p_limits(table[share], table.calls, level)
    return table[["calls", *(f"{share}{end}" for share in SHARES for end in ("", "_low", "_high"))]]


def calls_by_day(calls: pd.DataFrame, zone: tzinfo | str) -> pd.DataFrame:
    """calls and interviews (classes I and P) by day, the oldest first; only days with calls have a row.

    calls, zone: as in `calls_by_hour`
    """
    groups = calls.disposition.map({code: outcome.group for code, outcome in OUTCOMES.items()})
    days = pd.DatetimeIndex(pd.to_datetime(calls["at"], utc=True)).tz_convert(zone).date
    by_day = groups.isin(ANY_INTERVIEW).groupby(np.asarray(days))
    return pd.DataFrame({"calls": by_day.size(), "interviews": by_day.sum()}).rename_axis(index="day").astype(int)
