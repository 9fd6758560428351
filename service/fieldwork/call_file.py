"""A call log's file, checked cell by cell: it is right, or one Fault says where it is wrong."""

from datetime import UTC, datetime

import pandas as pd

from fieldwork import DISPOSITIONS, canonical
from service.files.csv import check_given, refuse
from service.files.xlsx import read_table

UNIT, AT, INTERVIEWER, DISPOSITION = COLUMNS = ("unit_id", "at", "interviewer", "disposition")
SLASHED = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M")  # as Chinese spreadsheets save times
SHORTEST = len("20260102T0304")  # characters of a text that has a time and not only a day


def read_calls(content: bytes, file: str, *, now: datetime) -> pd.DataFrame:
    """unit_id, at (UTC), interviewer and disposition of every attempt in a CSV or XLSX file, by row number.

    at   ISO 8601 or 2026/1/5 18:30; without a time zone it is this machine's time
    now  no attempt may be later
    A Fault names the file, row and column of the first error. Two attempts at one unit at the same time are an error:
    either a line was repeated, or the times need seconds.
    """
    table = read_table(content, file)
    check_given(table, file, COLUMNS, key="calls.columns")
    for column in COLUMNS:
        refuse(table[column] == "", "calls.blank", file, column, table)
    codes = table[DISPOSITION].map(canonical)
    expected = sorted(DISPOSITIONS)
    refuse(~codes.isin(DISPOSITIONS), "calls.disposition", file, DISPOSITION, table, expected=expected)
    times = {text: point_in_time(text) for text in table[AT].unique()}
    refuse([times[text] is None for text in table[AT]], "calls.time", file, AT, table)
    future = {text for text, time in times.items() if time is not None and time > now}
    refuse(table[AT].isin(future), "calls.future", file, AT, table)
    at = pd.Series([times[text] for text in table[AT]], index=table.index, dtype=object)
    log = pd.DataFrame({UNIT: table[UNIT], AT: at, INTERVIEWER: table[INTERVIEWER], DISPOSITION: codes})
    twice = log.duplicated([UNIT, AT])
    if twice.any():
        row = twice.idxmax()
        first = ((log[UNIT] == log[UNIT][row]) & (log[AT] == log[AT][row])).idxmax()
        refuse(twice, "calls.twice", file, UNIT, table, first=int(first), at=table[AT][row])
    return log


def point_in_time(text: str) -> datetime | None:
    """The time that a text says, in UTC; None if it says none, or only a day."""
    local = _iso(text) or next((t for form in SLASHED if (t := _slashed(text, form)) is not None), None)
    return None if local is None else local.astimezone(UTC)


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if len(text) >= SHORTEST else None
    except ValueError:
        return None


def _slashed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)
    except ValueError:
        return None
