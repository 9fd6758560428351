"""Times as call logs write them: ISO 8601, as Chinese spreadsheets and people write them, or a spreadsheet's number."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from fieldwork.calling_rules import ZONE
from service.files.cell_text import serial_text

BETWEEN = r"[/.\-\u5e74\u6708]"  # 2026/1/5, 2026.1.5, and with the characters of year, month and day
WRITTEN = re.compile(
    rf"(\d{{4}}){BETWEEN}(\d{{1,2}}){BETWEEN}(\d{{1,2}})\u65e5?\s*"
    r"(\d{1,2})[:\uff1a\u65f6\u70b9](\d{1,2})(?:[:\uff1a\u5206](\d{1,2})\u79d2?|\u5206)?"
)  # a time as Chinese spreadsheets and people write it
SERIAL_TIME = re.compile(r"[3-7][0-9]{4}\.[0-9]+")  # a spreadsheet's number of a time, from 1982 on
SHORTEST = len("20260102T0304")  # characters of a text that has a time and not only a day
TO_THE_SECOND = r"^(19[89]\d|20\d\d)-\d\d-\d\d[ T]([01]\d|2[0-3]):\d\d:[0-5]\d$"  # clocks change between two minutes
MINUTE, SECOND = len("2026-01-02 03:04"), len("2026-01-02 03:04:05")


def times_of(texts: pd.Series, zone: str = ZONE) -> pd.Series:
    """The time that each text says, in UTC, as `point_in_time` reads it; NaT where it says none.

    Of the usual form, 2026-01-05 18:30:15, each minute is read once, and its seconds are added.
    """
    cells = pa.chunked_array([pa.array(texts.to_numpy(dtype=object), type=pa.string())]).combine_chunks()
    usual = pc.match_substring_regex(cells, TO_THE_SECOND)
    read = pc.dictionary_encode(pc.if_else(usual, pc.utf8_slice_codeunits(cells, 0, MINUTE), cells))
    seconds = pc.if_else(usual, pc.utf8_slice_codeunits(cells, MINUTE + 1, SECOND), "0").cast(pa.int64())
    points = [point_in_time(text, zone) for text in read.dictionary.to_pylist()]
    in_utc = np.array([None if point is None else point.replace(tzinfo=None) for point in points], "datetime64[us]")
    times = in_utc[read.indices.to_numpy()] + seconds.to_numpy().astype("timedelta64[s]")
    return pd.Series(pd.DatetimeIndex(times).tz_localize(UTC), index=texts.index)


def point_in_time(text: str, zone: str = ZONE) -> datetime | None:
    """The time that a text says, in UTC; None if it says none, or only a day.  Without a zone it is of this one."""
    text = _of_serial(number) if (number := SERIAL_TIME.fullmatch(text)) else text
    local = _iso(text) or _written(text)
    try:
        if local is None:
            return None
        return (local if local.tzinfo else local.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (OverflowError, ValueError, OSError):  # a year beyond those that a time zone knows
        return None


def _of_serial(number: re.Match) -> str:
    return serial_text(float(number[0])) or number[0]


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if len(text) >= SHORTEST else None
    except ValueError:
        return None


def _written(text: str) -> datetime | None:
    match = WRITTEN.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None
