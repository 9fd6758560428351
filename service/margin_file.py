"""A file of known totals checked line by line: CSV with the columns margin, category, total and period."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from service.csv_file import read_csv, refuse
from service.programme import WAVE
from words import Fault

COLUMNS = ("margin", "category", "total", "period")


@dataclass(frozen=True, eq=False)
class MarginFile:
    """Known totals (margin, category, total) and the one period they are of: 2020, 2026Q1 or 2026-03."""

    period: str
    totals: pd.DataFrame


def read_margins(content: bytes, file: str) -> MarginFile:
    """The totals in a CSV file's bytes; raises one Fault naming file, row and column for the first thing wrong."""
    table = read_csv(content, file)
    missing = [c for c in COLUMNS if c not in table.columns]
    if missing:
        raise Fault(key="margin_file.columns", file=file, columns=missing, found=list(table.columns))
    for column in COLUMNS:
        refuse(table[column] == "", "wave.blank", file, column, table)
    total = pd.to_numeric(table.total, errors="coerce").to_numpy(dtype=float)
    refuse(~(np.isfinite(total) & (total >= 0)), "margin_file.total", file, "total", table)
    refuse(~table.period.str.fullmatch(WAVE.pattern), "margin_file.period", file, "period", table)
    first = table.period.iloc[0]
    refuse(table.period != first, "margin_file.periods", file, "period", table, first=first)
    refuse(table.duplicated(["margin", "category"]), "margin_file.twice", file, "category", table)
    return MarginFile(first, table[["margin", "category"]].assign(total=total).reset_index(drop=True))
