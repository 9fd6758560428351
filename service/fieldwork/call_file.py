"""A call log's file: attempts to ring, checked cell by cell; all is good, or one message says where it is not."""

from datetime import UTC, datetime

import pandas as pd

from fieldwork import DISPOSITIONS, canonical
from service.files.csv import check_given, refuse
from service.files.xlsx import read_table

UNIT, AT, INTERVIEWER, DISPOSITION = COLUMNS = ("unit_id", "at", "interviewer", "disposition")
SLASHED = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M")  # as Chinese spreadsheets save times
SHORTEST = len("20260102T0304")  # of a text that says a time and not only a day


def read_calls(content: bytes, file: str, *, now: datetime) -> pd.DataFrame:
    """unit_id, at (UTC), interviewer, disposition of every attempt in a CSV or XLSX file, by its row.

    at   ISO 8601 or 2026/1/5 18:30; without a zone it is this machine's time;   now  nothing may be later
    Raises one Fault naming file, row and column for the first thing wrong; two attempts at a unit at one time are one
    line written twice, or times that want seconds.
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
    """The time somebody wrote, in UTC; None if it is none, or a day without a time."""
    written = _iso(text) or next((t for form in SLASHED if (t := _slashed(text, form)) is not None), None)
    return None if written is None else written.astimezone(UTC)


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
