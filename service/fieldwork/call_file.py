"""A call log's file, checked cell by cell: it is right, or one Fault says where it is wrong."""

from collections.abc import Callable, Mapping
from datetime import datetime

import pandas as pd

from fieldwork import DISPOSITIONS
from fieldwork.calling_rules import ZONE
from service.fieldwork.call_times import times_of
from service.files.choice import Choice, Note
from service.files.faults import FaultList
from service.files.read import read_file
from service.intake.outcomes import coded_outcomes, counted
from words import sentences

UNIT, AT, INTERVIEWER, DISPOSITION = COLUMNS = ("unit_id", "at", "interviewer", "disposition")
MODE = "mode"  # a column that a log may have: in which mode each call was made
Modes = Mapping[str, Mapping[str, str]]  # code -> its names, by language


def minute_of(moment: datetime) -> datetime:
    """The minute in which something was done; times in files are often written to the minute, and none is before it."""
    return moment.replace(second=0, microsecond=0)


Check = Callable[[pd.DataFrame, pd.Series, FaultList], tuple[pd.DataFrame, tuple[Note, ...]]]


def read_calls(
    content: bytes,
    file: str,
    now: datetime,
    choice: Choice | None = None,
    words: Mapping[str, str] | None = None,
    *,
    zone: str = ZONE,
    modes: Modes | None = None,
    check: Check | None = None,
) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """unit_id, at (UTC), interviewer and disposition of every attempt in a file, by row number; what was recognised.

    Where the file has a column of modes, so has the result: a code, or None in an empty cell.

    at     ISO 8601, 2026/1/5 18:30, the same with Chinese characters, or a spreadsheet's number
    now    no attempt may be later
    words  a centre's own words for outcomes, as its programme maps them to codes; the usual ones are known
    zone   whose time it is where a cell says none: the survey's own
    modes  those that the column of modes may name, by their codes or names; None: such a column is not read
    check  what else is asked of the rows, given them, their times and the faults so far, to which it adds; it returns
           the rows, perhaps with units that got their zeros back, and what is to be said of that
    A Fault names every kind of error with its rows and columns. Two attempts at one unit at the same time are an error:
    either a line was repeated, or the times need seconds.
    """
    read = read_file(content, file, COLUMNS, [MODE] if modes else [], choice=choice)
    faults = FaultList(file, list(read.faults))
    if faults.lacking(read.table, COLUMNS, key="calls.columns"):
        faults.settle()
    log, notes = log_of(read.table, faults, now, words, zone=zone, modes=modes, check=check)
    faults.settle()
    return log, (*read.notes, *notes)


def log_of(
    table: pd.DataFrame,
    faults: FaultList,
    now: datetime,
    words: Mapping[str, str] | None = None,
    *,
    zone: str = ZONE,
    modes: Modes | None = None,
    check: Check | None = None,
) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """The attempts in a table of texts, as `read_calls` gives them; `faults` gets all that is wrong with them."""
    blank = {c: faults.refuse(table[c] == "", "calls.blank", c, table) for c in COLUMNS}
    codes, as_codes = coded_outcomes(table[DISPOSITION], words or {})
    no_code = ~blank[DISPOSITION] & codes.isna()
    unknown = counted(table[DISPOSITION][no_code])
    faults.refuse(no_code, "calls.disposition", DISPOSITION, table, expected=sorted(DISPOSITIONS), outcomes=unknown)
    at = times_of(table[AT], zone)
    faults.refuse(~blank[AT] & at.isna(), "calls.time", AT, table)
    faults.refuse(at > now, "calls.future", AT, table)
    table, mended = (table, ()) if check is None else check(table, at, faults)
    log = pd.DataFrame({UNIT: table[UNIT], AT: at, INTERVIEWER: table[INTERVIEWER], DISPOSITION: codes})
    if modes and MODE in table:
        log[MODE] = _modes_of(table, modes, faults)
    twice = log.duplicated([UNIT, AT]) & at.notna() & (log[UNIT] != "")
    if twice.any():
        first = log.index.to_series().groupby([log[UNIT], log[AT]]).transform("first")
        faults.refuse(twice, "calls.twice", UNIT, table, each={"first": first, "at": table[AT]})
    return log, (*as_codes, *mended)


def _modes_of(table: pd.DataFrame, modes: Modes, faults: FaultList) -> pd.Series:
    """The code of each row's mode, None in an empty cell; `faults` gets what is no mode of the survey."""
    codes = {name.casefold(): code for code, names in modes.items() for name in (code, *names.values())}
    said = table[MODE].map({cell: codes.get(cell.strip().casefold()) for cell in table[MODE].unique()})
    said_as = [(code, text) for code, names in modes.items() for text in dict.fromkeys(names.values())]
    expected = [sentences("list.bracketed", what=code, more=text) for code, text in said_as]
    faults.refuse((table[MODE] != "") & said.isna(), "calls.mode", MODE, table, expected=expected)
    return said.astype(object).where(said.notna(), None)
