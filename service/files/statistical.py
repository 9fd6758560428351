"""The rows and the value labels of SPSS and Stata files, as texts; `foreign` reads their bytes."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from service.files.choice import Choice
from service.files.foreign import Unreadable, read_apart
from service.files.kinds import SAV
from service.files.rows import HEADER_ROW, Row
from words import Fault

GUESSED = "GB18030"  # of a file whose texts are not in the encoding that it names, or that names none
SPSS_FIRST, STATA_FIRST = datetime(1582, 10, 14), datetime(1960, 1, 1)
SPSS_DAYS = ("DATE", "ADATE", "EDATE", "SDATE", "JDATE")
SPSS_TIMES = ("DATETIME", "YMDHMS")
SPSS_PERIODS, STATA_PERIODS = ("MOYR", "QYR"), ("%TM", "%TQ")  # months and quarters
DAY = 86_400  # seconds
AT_ONCE = 10_000  # rows turned into text at a time


def statistical_rows(
    content: bytes, file: str, kind: str, choice: Choice
) -> tuple[str, Iterator[Row], dict[str, dict[str, str]]]:
    """The encoding, the rows and the value labels (column -> code -> label) of a .sav or .dta file.

    Values that the survey declared as missing keep their codes. The first row of data is row 2, as under a header.
    A Fault if it cannot be read or is too large, which is checked before its values are unpacked.
    """
    try:
        opened = read_apart(content, file, kind, [choice.encoding] if choice.encoding else ["", GUESSED])
    except Unreadable as error:
        key = "file.not_sav" if kind == SAV else "file.not_dta"
        raise Fault(key=key, file=file, problem=str(error)[:100]) from error
    labels = {
        name: {_text(code, ""): label.strip() for code, label in of.items()} for name, of in opened.labels.items()
    }
    return (opened.encoding or "UTF-8").upper(), _rows(opened.columns, opened.names, opened.formats), labels


def _rows(columns: Mapping[str, Any], names: list[str], formats: Mapping[str, str]) -> Iterator[Row]:
    yield HEADER_ROW, [name or "" for name in names]
    count = len(columns[names[0]]) if names else 0
    for start in range(0, count, AT_ONCE):
        part = [[_text(value, formats[name]) for value in columns[name][start : start + AT_ONCE]] for name in names]
        for k, cells in enumerate(zip(*part, strict=True)):
            yield HEADER_ROW + 1 + start + k, cells


def _text(value: Any, form: str) -> str:
    """A value as text: a whole number without a decimal point, a day or a time by its variable's format."""
    if value is None or value != value:
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace").strip()
    if isinstance(value, str):
        return value.strip()
    number = float(value)
    return _time(number, form) or (str(int(number)) if number.is_integer() else repr(number))


def _time(number: float, form: str) -> str | None:
    """The day, the time or the period that a number stands for in this format; None if it is a plain number.

    A number that is no day of the years 1 to 9999 stays a number, and is refused where a day is needed.
    """
    name = form.upper()
    try:
        if name.startswith(SPSS_TIMES):
            return (SPSS_FIRST + timedelta(seconds=round(number))).isoformat(sep=" ")
        if name.startswith((*SPSS_DAYS, *SPSS_PERIODS)):
            day = (SPSS_FIRST + timedelta(seconds=number)).date()
            return _period(day.year, day.month, name) if name.startswith(SPSS_PERIODS) else day.isoformat()
        if name.startswith("TIME") and 0 <= number < DAY:
            return (SPSS_FIRST + timedelta(seconds=round(number))).time().isoformat()
        if name.startswith(("%TD", "%D")):
            return (STATA_FIRST + timedelta(days=number)).date().isoformat()
        if name.startswith("%TC"):
            return (STATA_FIRST + timedelta(seconds=round(number / 1000))).isoformat(sep=" ")
        if name.startswith(STATA_PERIODS):
            months = int(number) * (1 if name.startswith("%TM") else 3)
            return _period(1960 + months // 12, months % 12 + 1, name)
    except (OverflowError, ValueError):
        return None
    return None


def _period(year: int, month: int, form: str) -> str | None:
    """A month or a quarter as waves and known totals are named: 2026-03 or 2026Q1."""
    if not 1 <= year <= 9999:
        return None
    return f"{year:04}Q{(month + 2) // 3}" if "Q" in form else f"{year:04}-{month:02}"
