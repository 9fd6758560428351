"""A wave's administrative records: a CSV file of record, area and value, checked against the programme."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from accountability.league import ALL
from contracts import RECORDS, check
from programme.survey import Programme
from service.files.csv import check_given, read_csv, refuse
from words import Fault

RECORDS_ENDING = "_records"  # how the name of a wave's file continues in that of its records


@dataclass(frozen=True)
class RecordsFile:
    """An uploaded records file: its bytes and its name."""

    content: bytes
    file: str


def read_records(upload: RecordsFile | None, programme: Programme, areas: Iterable[str]) -> pd.DataFrame:
    """RECORDS of a wave whose respondents live in `areas`; a Fault if one of the programme's records is missing.

    The file has columns record, area and value; the area "*" holds the value over all areas, and may be left out.
    """
    if not programme.records:
        if upload is not None:
            raise Fault(key="records.unasked", file=upload.file, programme=programme.name)
        return check(pd.DataFrame(columns=list(RECORDS.columns)), RECORDS)
    if upload is None:
        raise Fault(key="records.needed", programme=programme.name, records=list(programme.records))
    table = read_csv(upload.content, upload.file, encoding=programme.encoding)
    check_given(table, upload.file, list(RECORDS.columns), key="wave.column")
    table = table[list(RECORDS.columns)]
    for column, known in (("record", list(programme.records)), ("area", [*programme.areas, ALL])):
        refuse(~table[column].isin(known), "records.unknown", upload.file, column, table, expected=known)
    refuse(table.duplicated(["record", "area"]), "records.repeated", upload.file, "area", table)
    value = pd.to_numeric(table["value"], errors="coerce")
    refuse(~value.abs().lt(float("inf")), "records.number", upload.file, "value", table)
    for part in [p for m in programme.measures.values() for p in m.parts if p.record]:
        outside = (table.record == part.name) & ~value.between(*part.possible)
        limits: dict[str, Any] = {"record": part.name, "low": part.possible[0], "high": part.possible[1]}
        refuse(outside, "records.outside", upload.file, "value", table, **limits)
    records = table.assign(value=value)
    for record in programme.records:
        absent = [a for a in areas if a not in set(records.area[records.record == record])]
        if absent:
            raise Fault(key="records.absent", file=upload.file, record=record, areas=absent, count=len(absent))
    return check(records, RECORDS)
