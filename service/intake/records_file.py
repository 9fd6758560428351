"""A wave's administrative records: a file of record, area and value, checked against the programme."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from accountability.league.conventions import ALL
from contracts import RECORDS, check
from programme.declared import Programme
from service.files.choice import Choice
from service.files.decimals import with_points
from service.files.faults import FaultList
from service.files.read import read_file
from service.files.zeros import refuse_codes, restored
from words import Fault


@dataclass(frozen=True)
class RecordsFile:
    """An uploaded records file: its bytes and its name, and what the user named of it."""

    content: bytes
    file: str
    choice: Choice | None = None


def read_records(
    upload: RecordsFile | None, programme: Programme, areas: Iterable[str], wave: str = ""
) -> pd.DataFrame:
    """RECORDS of a wave whose respondents live in `areas`; a Fault if one of the programme's records is missing.

    What is true in a simulated survey (`true_of`) is no record that a wave must have: of one that people called, nobody
    knows it.  The file has columns record, area and value; the area "*" has that over all areas, and may be left out.
    """
    if not programme.records:
        if upload is not None:
            raise Fault(key="records.unasked", file=upload.file, programme=programme.name)
        return check(pd.DataFrame(columns=list(RECORDS.columns)), RECORDS)
    needed = [name for name, record in programme.records.items() if not record.true_of]
    if upload is None and needed:
        raise Fault(key="records.needed", programme=programme.name, records=needed)
    if upload is None:
        return check(pd.DataFrame(columns=list(RECORDS.columns)), RECORDS)
    columns = list(RECORDS.columns)
    read = read_file(upload.content, upload.file, columns, choice=upload.choice, usual=programme.encoding)
    faults = FaultList(upload.file, list(read.faults))
    if faults.lacking(read.table, columns, key="wave.column"):
        faults.settle()
    table, _ = with_points(read.table[columns], ["value"])
    table, _ = restored(table, "area", programme.areas, upload.choice)
    areas_then = [*programme.areas, *programme.renames.current(wave), ALL]
    for column, known in (("record", list(programme.records)), ("area", areas_then)):
        refuse_codes(faults, ~table[column].isin(known), "records.unknown", column, table, known, expected=known)
    faults.refuse(table.duplicated(["record", "area"]), "records.repeated", "area", table)
    value = pd.to_numeric(table["value"], errors="coerce")
    no_number = faults.refuse(~value.abs().lt(float("inf")), "records.number", "value", table)
    for part in [p for m in programme.measures.values() for p in m.parts if p.record]:
        outside = (table.record == part.name) & ~value.between(*part.possible) & ~no_number
        limits: dict[str, Any] = {"record": part.name, "low": part.possible[0], "high": part.possible[1]}
        faults.refuse(outside, "records.outside", "value", table, **limits)
    for record in programme.records:
        covered = set(table.area[table.record == record])
        absent = [a for a in areas if a not in covered] if covered or record in needed else []
        if absent:
            where = {"file": upload.file, "record": record}
            faults.found.append(Fault(key="records.absent", **where, areas=absent, count=len(absent)))
    faults.settle()
    return check(table.assign(value=value), RECORDS)
