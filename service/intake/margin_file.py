"""A file of known totals: margin, category, total and period, either imported or made from the census."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation import census_margins
from estimation.weighting.ages import UNIFORM
from estimation.weighting.census import BAND
from programme.declared import Programme
from programme.wave_names import WAVE
from service.files.choice import Choice, Note
from service.files.decimals import with_points
from service.files.faults import FaultList
from service.files.read import read_file, read_table
from service.files.write import csv_bytes
from service.files.zeros import lost_zeros, pairs
from words import Fault

RULES = {UNIFORM: "margin_file.rule.uniform"}  # how the people of an age band that was cut in two were divided
COLUMNS = ("margin", "category", "total", "period")
CROSSED = "*"  # between the columns of a margin, and between the codes of its categories


@dataclass(frozen=True, eq=False)
class MarginFile:
    """Known totals (margin, category, total) and the one period they are of: 2020, 2026Q1 or 2026-03.

    notes: what was recognised in the file.
    """

    file: str
    period: str
    totals: pd.DataFrame
    notes: tuple[Note, ...] = ()

    @property
    def plain(self) -> bool:
        """Whether it came as CSV in UTF-8 with commas."""
        return not self.notes


def codes_of(programme: Programme) -> dict[str, Collection[str]]:
    """The codes of the columns that a margin may be of, where the programme knows them: areas and answers."""
    return {name: item.codes for name, item in programme.items.items()} | {programme.columns.area: programme.areas}


def read_margins(
    content: bytes, file: str, choice: Choice | None = None, codes: Mapping[str, Collection[str]] | None = None
) -> MarginFile:
    """The totals in a file's bytes; a Fault names every kind of error with its rows and columns.

    codes: of the columns that margins are of, by which a category that lost its leading zeros (1 for 01) is recognised
    """
    read = read_file(content, file, COLUMNS, choice=choice)
    faults = FaultList(file, list(read.faults))
    table, commas = with_points(read.table, ["total"])
    if faults.lacking(table, COLUMNS, key="margin_file.columns"):
        faults.settle()
    lost = _lost_zeros(table, codes or {})
    mended: tuple[Note, ...] = ()
    if lost.notna().any():
        if choice is not None and choice.zeros:
            said = dict(zip(table.category[lost.notna()], lost[lost.notna()], strict=True))
            mended = (("file.read.zeros", {"column": "category", "pairs": pairs(said)}),)
            table = table.assign(category=lost.fillna(table.category).astype(table.category.dtype))
        else:
            faults.refuse(lost.notna(), "file.lost_zeros", "category", table, each={"code": lost})
    blank = {c: faults.refuse(table[c] == "", "wave.blank", c, table) for c in COLUMNS}
    total = pd.to_numeric(table.total, errors="coerce").to_numpy(dtype=float)
    no_total = ~blank["total"] & ~(np.isfinite(total) & (total >= 0))
    faults.refuse(no_total, "margin_file.total", "total", table)
    no_period = ~blank["period"] & ~table.period.str.fullmatch(WAVE.pattern)
    faults.refuse(no_period, "margin_file.period", "period", table)
    first = table.period.iloc[0]
    others = ~blank["period"] & ~no_period & (table.period != first)
    faults.refuse(others, "margin_file.periods", "period", table, first=first)
    named = ~blank["margin"] & ~blank["category"]
    faults.refuse(named & table.duplicated(["margin", "category"]), "margin_file.twice", "category", table)
    faults.settle()
    totals = table[["margin", "category"]].assign(total=total).reset_index(drop=True)
    return MarginFile(file, first, totals, read.notes + commas + mended)


def _lost_zeros(table: pd.DataFrame, codes: Mapping[str, Collection[str]]) -> pd.Series:
    """Of each row the category with its leading zeros, where it lost some; categories of several columns by parts."""
    found: dict[tuple[str, str], str | None] = {}
    for margin, category in dict.fromkeys(zip(table.margin, table.category, strict=True)):
        columns, parts = margin.split(CROSSED), category.split(CROSSED)
        known = [codes.get(column.strip(), ()) for column in columns]
        whole = [lost_zeros([part], of).get(part, part) for part, of in zip(parts, known, strict=False)]
        changed = len(parts) == len(columns) and whole != parts
        found[margin, category] = CROSSED.join(whole) if changed else None
    rows = [found[row] for row in zip(table.margin, table.category, strict=True)]
    return pd.Series(rows, index=table.index, dtype=object)


def margins_as_csv(margins: MarginFile) -> bytes:
    """The totals as the CSV file that is kept of them, whatever they came as; each number is written out in full."""
    return margins.totals.assign(period=margins.period)[list(COLUMNS)].to_csv(index=False).encode()


@dataclass(frozen=True, eq=False)
class CensusFile:
    """A file of known totals made from the census, and what was assumed for it: keys in words/ with their values."""

    content: bytes
    notes: list[tuple[str, dict]]


def census_file(
    content: bytes, file: str, city: str, groups: Sequence[str], margins: Sequence[str], period: str
) -> CensusFile:
    """The known totals of a city's people in the survey's age groups, from a census file (data/guangxi/population.csv).

    groups: ages ("18-29", …);  margins: columns, crossed ("sex*age_group", "county*urban");  period: the census year.
    """
    table = read_table(content, file, ("code2023", "pop_urban", "pop_rural"))
    bands = [c for c in table.columns if BAND.fullmatch(c)]
    missing = [c for c in ("code2023", "pop_urban", "pop_rural") if c not in table.columns]
    missing += [f"{sex}_0 …" for sex in ("m", "f") if not any(c.startswith(sex) for c in bands)]
    if missing:
        raise Fault(key="margin_file.census", file=file, columns=missing, found=list(table.columns)[:8])
    faults = FaultList(file)
    for column in (*bands, "pop_urban", "pop_rural"):
        faults.refuse(~table[column].str.fullmatch("[0-9]{1,12}"), "wave.count", column, table)
    faults.settle()
    census = census_margins(
        table.astype(dict.fromkeys((*bands, "pop_urban", "pop_rural"), float)), city, groups, margins
    )
    total = float(census.table[census.table.margin == margins[0]].total.sum())
    ages = {"first": groups[0].split("-")[0], "last": groups[-1].split("-")[-1]}
    notes = [("margin_file.note_total", {"total": total, **ages})]
    for part in census.split.parts.to_dict("records"):
        notes.append((RULES[census.split.rule], part))
    if census.urban_all_ages:
        notes.append(("margin_file.note_urban", {}))
    notes.append(("margin_file.note_townships", {}))
    return CensusFile(csv_bytes(census.table.assign(total=census.table.total.round(3), period=period)), notes)
