"""A wave's administrative records: a CSV file of record, area and value, checked against the programme."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from accountability.league import ALL
from contracts import RECORDS, check
from programme.survey import Programme
from service.files.csv import check_given, read_csv, refuse
from words import Fault

RECORDS_ENDING = "_records"  # of the name of the file beside a wave's


@dataclass(frozen=True)
class RecordsFile:
    """A records file as it came: its bytes and its name."""

    content: bytes
    file: str


def read_records(given: RecordsFile | None, programme: Programme, areas) -> pd.DataFrame:
    """RECORDS of a wave whose respondents live in `areas`; a Fault if the programme's records are not all there.

    Columns record, area, value; the area "*" holds what a record is for everybody, and may be left out.
    """
    if not programme.records:
        if given is not None:
            raise Fault(key="records.unasked", file=given.file, programme=programme.name)
        return check(pd.DataFrame(columns=list(RECORDS.columns)), RECORDS)
    if given is None:
        raise Fault(key="records.needed", programme=programme.name, records=list(programme.records))
    table = read_csv(given.content, given.file, encoding=programme.encoding)
    check_given(table, given.file, list(RECORDS.columns), key="wave.column")
    table = table[list(RECORDS.columns)]
    for column, known in (("record", list(programme.records)), ("area", [*programme.areas, ALL])):
        refuse(~table[column].isin(known), "records.unknown", given.file, column, table, expected=known)
    refuse(table.duplicated(["record", "area"]), "records.repeated", given.file, "area", table)
    value = pd.to_numeric(table["value"], errors="coerce")
    refuse(~value.abs().lt(float("inf")), "records.number", given.file, "value", table)
    for part in [p for m in programme.measures.values() for p in m.parts if p.record]:
        outside = (table.record == part.name) & ~value.between(*part.possible)
        limits: dict[str, Any] = {"record": part.name, "low": part.possible[0], "high": part.possible[1]}
        refuse(outside, "records.outside", given.file, "value", table, **limits)
    found = table.assign(value=value)
    for record in programme.records:
        absent = [a for a in areas if a not in set(found.area[found.record == record])]
        if absent:
            raise Fault(key="records.absent", file=given.file, record=record, areas=absent, count=len(absent))
    return check(found, RECORDS)
