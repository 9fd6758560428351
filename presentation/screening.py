"""A wave's screened numbers as pages and the command line show them: what the operator said, and how far it is true."""

import pandas as pd

from service.fieldwork.screening import Screened
from service.store.runs import local_time
from words import Speaker

COLUMNS = ("screening", "units", "alive", "dead", "unknown", "called")


def screening_rows(screened: Screened, t: Speaker) -> pd.DataFrame:
    """One row for each screening: its numbers by what the operator said, how many of the dead are called, when."""
    table = pd.DataFrame({t(f"screened.column.{c}"): [f"{n:,}" for n in screened.rows[c]] for c in COLUMNS})
    table[t("screened.column.at")] = [local_time(at) for at in screened.rows["at"]]
    return table


def screening_lines(screened: Screened, t: Speaker) -> list[str]:
    """The line of each screening, to note or publish, and the part of the dead that calls show to be in use."""
    rows = screened.rows
    lines = [t("screened.line", number=n, line=line) for n, line in zip(rows.screening, rows.line, strict=True)]
    if screened.false_dead is None:
        return [*lines, t("screened.nothing_known", called=int(rows.called.sum()))]
    part = {"part": screened.false_dead, "low": screened.low, "high": screened.high}
    counts = {"in_use": screened.in_use, "known": screened.known, "called": int(rows.called.sum())}
    return [*lines, t("screened.false_dead", **part, **counts)]
