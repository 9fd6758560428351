"""A wave's file, checked cell by cell against its programme: it is right, or one Fault says all that is wrong in it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from contracts import RECORDS, RELEASED, RESPONDENTS, RESPONSES, check
from estimation.estimators.design import Design
from estimation.indicators.answers import asked
from estimation.indicators.indicators import Item
from fieldwork.phone_numbers import MOBILE, masked_text
from programme.survey import WAVE, Programme
from service.files.choice import Choice, Note
from service.files.faults import FaultList, check_given, refuse
from service.files.read import read_file
from service.intake.population_file import check_population
from service.intake.records_file import RecordsFile, read_records
from service.intake.released import check_released, released_rows
from service.intake.said_answers import as_codes
from words import Fault

SMALLEST, LARGEST = 1e-9, 1e12  # of a weight above zero; no person stands for more, and squares stay numbers
JOIN = " / "  # between the codes of a name that several columns make up


@dataclass(frozen=True, eq=False)
class WaveData:
    """Who answered (RESPONDENTS), what they answered (RESPONSES), and the areas' RECORDS.

    released: if the programme computes its weights, what it needs to know of every released number (RELEASED).
    notes: what was recognised in the file.
    """

    respondents: pd.DataFrame
    responses: pd.DataFrame
    records: pd.DataFrame
    released: pd.DataFrame | None = None
    notes: tuple[Note, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the content; neither the order of rows nor an empty column makes a difference."""
        tables = [self.respondents.dropna(axis="columns", how="all"), self.responses]
        tables += [t for t in (self.released, self.records) if t is not None and len(t)]
        parts = [t.sort_values(list(t.columns)).to_csv(index=False) for t in tables]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def check_wave_name(wave: str) -> str:
    """The wave's name itself, if it is a period that sorts by time (2015Q1, 2015-03 or 2015); else a Fault."""
    if not WAVE.fullmatch(wave):
        raise Fault(key="wave.name", found=wave)
    return wave


def read_wave(
    content: bytes,
    file: str,
    programme: Programme,
    records: RecordsFile | None = None,
    interviewers: Mapping[str, str] | None = None,
    choice: Choice | None = None,
    wave: str = "",
) -> WaveData:
    """The answers in a file's bytes; a Fault names every kind of error with its rows and columns.

    records: the file of the areas' administrative records, if the programme has records.
    wave: its name, which says the area codes of its time; "" for the codes of any time.
    interviewers: respondent -> interviewer, from the wave's call log, if the file has no column of interviewers.
    """
    read = read_file(content, file, _columns(programme), choice=choice, usual=programme.encoding)
    table, said = as_codes(read.table, read.labels, programme)
    released, faults = None, FaultList(file, list(read.faults))
    if programme.weighting is not None:
        base, answered = check_released(table, faults, programme.columns.respondent, programme.weighting)
        all_units = _units(table, faults, programme.columns.respondent)
        if faults.found:
            _check_cells(table[answered], faults, programme, wave)
        faults.settle()
        released = released_rows(table, all_units, programme.weighting)
        table, weight = table[answered], base[answered]
    _check_cells(table, faults, programme, wave)
    if programme.weighting is None:
        weight = _weights(table, faults, programme.columns.weight)
    unit = _units(table, faults, programme.columns.respondent)
    faults.settle()
    respondents = pd.DataFrame(
        {
            "unit_id": unit,
            "area": table[programme.columns.area],
            "stratum": _joined(table, programme.columns.stratum) if programme.columns.stratum else "all",
            "psu": _joined(table, programme.columns.psu),
            "weight": weight,
            "interviewer": _interviewers(table, file, unit, programme, interviewers or {}),
        }
    )
    Design.from_table(respondents, weight="weight", stratum="stratum", psu="psu", lonely=programme.lonely)
    items = list(programme.items)
    responses = pd.DataFrame(
        {
            "unit_id": np.tile(unit, len(items)),
            "item": np.repeat(items, len(unit)),
            "answer": table[items].to_numpy().ravel(order="F"),
        }
    )
    area_records = read_records(records, programme, list(dict.fromkeys(respondents.area)), wave)
    population = check_population(table, respondents, file, programme.population)
    if len(population):
        area_records = check(pd.concat([area_records, population]), RECORDS)
    released = None if released is None else check(released, RELEASED)
    return WaveData(
        check(respondents, RESPONDENTS), check(responses, RESPONSES), area_records, released, read.notes + said
    )


def _columns(programme: Programme) -> list[str]:
    """The columns that a wave's file must have."""
    weighting, population = programme.weighting, programme.population.column
    columns = [*_filled(programme), *programme.items]
    if weighting is None:
        columns.append(programme.columns.weight)
    else:
        columns += [column for of in weighting.needed().values() for column in of]
    return list(dict.fromkeys(columns if population is None else [*columns, population]))


def _filled(programme: Programme) -> list[str]:
    """The columns without blanks: who was asked, where, in which part of the sample, and by whom."""
    columns, interviewers = programme.columns, programme.interviewers
    by = [] if interviewers is None or not interviewers.column else [interviewers.column]
    return list(dict.fromkeys([*columns.respondent, columns.area, *columns.stratum, *columns.psu, *by]))


def _check_cells(table: pd.DataFrame, faults: FaultList, programme: Programme, wave: str) -> None:
    """A Fault unless every column is there; the blanks of the design, and areas and answers that are unknown."""
    column, areas = programme.columns.area, list(dict.fromkeys([*programme.areas, *programme.renames.current(wave)]))
    weight = [programme.columns.weight] if programme.weighting is None else []
    needed = list(dict.fromkeys([*_filled(programme), *weight, *programme.items]))
    check_given(table, faults.file, needed, key="wave.column")
    blank = {c: faults.refuse(table[c] == "", "wave.blank", c, table) for c in _filled(programme)}
    unknown = ~blank[column] & ~table[column].isin(areas)
    faults.refuse(unknown, "wave.area", column, table, expected=areas)
    for item in programme.items.values():
        _check_answers(table, faults, item)
    for item in programme.items.values():
        if item.asked_if:
            _check_filter(table, faults, item, programme)


def _check_answers(table: pd.DataFrame, faults: FaultList, item: Item) -> None:
    """Cells that are neither a code of the item, or a list of them, nor a number that it allows."""
    wrong = ~table[item.name].isin([cell for cell in table[item.name].unique() if item.allows(cell)])
    codes = sorted(item.codes)
    if item.range is not None:
        key, (low, high) = "wave.whole_number" if item.whole else "wave.number", item.range
        faults.refuse(wrong, key, item.name, table, low=low, high=high, expected=[c or '""' for c in codes] or ["-"])
    elif item.separator:
        faults.refuse(wrong, "wave.codes", item.name, table, expected=codes, separator=item.separator)
    else:
        faults.refuse(wrong, "wave.code", item.name, table, expected=codes)


def _check_filter(table: pd.DataFrame, faults: FaultList, item: Item, programme: Programme) -> None:
    """Those who were asked the question although the programme says otherwise, and those who were not."""
    to_be_asked, not_asked = asked(table, item, programme.items), table[item.name].isin(list(item.not_asked))
    values: dict[str, Any] = {"filter": list(item.asked_if), "expected": sorted(item.not_asked) or ["-"]}
    faults.refuse(~to_be_asked & ~not_asked, "wave.not_to_be_asked", item.name, table, **values)
    faults.refuse(to_be_asked & not_asked, "wave.to_be_asked", item.name, table, **values)


def _units(table: pd.DataFrame, faults: FaultList, columns: Sequence[str]) -> pd.Series:
    """Each row's respondent, who stands in no other row."""
    _refuse_numbers(table, faults, columns)
    unit, name = _joined(table, columns), JOIN.join(columns)
    repeated = unit.duplicated() & (table[list(columns)] != "").all(axis="columns")
    if repeated.any():
        row: Any = repeated.idxmax()
        first: Any = (unit == unit[row]).idxmax()
        faults.refuse(repeated, "wave.respondent", name, table.assign(**{name: unit}), first=int(first))
    return unit


def _refuse_numbers(table: pd.DataFrame, faults: FaultList, columns: Sequence[str]) -> None:
    """A Fault, alone, if a column that identifies respondents is mostly mobile numbers; a few look so by chance."""
    for column in columns:
        mobile = table[column].str.fullmatch(MOBILE.pattern)
        if mobile.mean() > 0.5:
            where = {"file": faults.file, "row": int(mobile.idxmax()), "column": column}
            raise Fault(key="wave.number_as_unit", **where, count=int(mobile.sum()))


def _weights(table: pd.DataFrame, faults: FaultList, column: str) -> np.ndarray:
    missing = faults.refuse(table[column] == "", "wave.weight_missing", column, table)
    weight = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float)
    no_number = faults.refuse(~missing & ~np.isfinite(weight), "wave.weight_text", column, table)
    faults.refuse(weight < 0, "wave.weight_negative", column, table)
    beyond = (weight > 0) & np.isfinite(weight) & ~((weight >= SMALLEST) & (weight <= LARGEST))
    faults.refuse(beyond, "wave.weight_size", column, table, low=SMALLEST, high=LARGEST)
    if not weight.any() and not (missing | no_number).any():
        faults.found.append(Fault(key="design.weight_zero", column=column))
    return weight


def _interviewers(
    table: pd.DataFrame, file: str, unit: pd.Series, programme: Programme, by_call_log: Mapping[str, str]
) -> pd.Series | None:
    """Who interviewed each respondent: by the file's column or the call log; None if the programme declares neither."""
    if programme.interviewers is None:
        return None
    if programme.interviewers.column:
        return table[programme.interviewers.column]
    interviewer = unit.map(by_call_log)
    column = programme.columns.respondent[0]
    refuse(interviewer.isna(), "wave.not_rung", file, column, table.assign(**{column: unit.map(masked_text)}))
    return interviewer


def _joined(table: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """The cells of several columns as one text for each row."""
    first, *others = columns
    return table[first].str.cat([table[c] for c in others], sep=JOIN) if others else table[first]
