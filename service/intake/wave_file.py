"""A wave's file, checked cell by cell against its programme: it is right, or one Fault says all that is wrong in it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from contracts import RECORDS, RESPONDENTS, check, has_twice
from estimation.estimators.design import Design
from estimation.estimators.merge_rules import merged_strata
from estimation.indicators.answers import asked
from estimation.indicators.indicators import Item
from fieldwork.phone_numbers import DIGITS, MOBILE, masked_text
from programme.declared import Programme
from programme.renames import Renames
from service.files.choice import Choice, Note
from service.files.coded import are_among, as_numbers, coded, distinct
from service.files.faults import FaultList
from service.files.read import read_file
from service.files.zeros import refuse_codes
from service.intake.drawn_wave import DrawnWave
from service.intake.interview_times import read_times, released_design
from service.intake.of_sample import JOIN, Origin, compare, completed, joined, with_codes_of_sample
from service.intake.population_file import check_eligible, check_population
from service.intake.records_file import RecordsFile, read_records
from service.intake.released import LARGEST, NUMBER, SMALLEST, check_released, released_numbers
from service.intake.said_answers import as_codes
from service.store import objects
from words import Fault


@dataclass(frozen=True, eq=False)
class WaveData:
    """Who answered (RESPONDENTS), what they answered, and the areas' RECORDS.

    answers: one column for each item of the programme, one row for each respondent, in the same order.
    released: if the programme computes its weights, what it needs to know of every released number.
    design: of a wave not drawn here, unit_id, stratum and psu of the released numbers.
    times: unit_id, began (local time, NaT if not known) and minutes of each interview, if the programme has columns.
    origin: how the wave belongs to its sample, if it was drawn here.
    notes: what was recognised in the file;  of_sample: those of them about the sample.
    order: the places of the respondents in the order of their unit_id; None: not known.
    """

    respondents: pd.DataFrame
    answers: pd.DataFrame
    records: pd.DataFrame
    released: pd.DataFrame | None = None
    origin: Origin | None = None
    notes: tuple[Note, ...] = ()
    of_sample: tuple[Note, ...] = ()
    order: np.ndarray | None = None
    design: pd.DataFrame | None = None
    times: pd.DataFrame | None = None

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content and the origin; neither the order of rows nor an empty column makes a difference."""
        of_people = self.respondents.assign(**{f"answer {item}": self.answers[item] for item in self.answers})
        order = objects.order_by(of_people, ("unit_id",)) if self.order is None else self.order
        tables = [(of_people, order), (self.records, objects.order_by(self.records, ("record", "area")))]
        tables += [] if self.released is None else [(self.released, objects.order_by(self.released, (NUMBER,)))]
        if self.times is not None:
            tables.append(
                (self.times.assign(began=self.times.began.astype(str)), objects.order_by(self.times, ("unit_id",)))
            )
        origin = "" if self.origin is None else self.origin.digest
        return hashlib.sha256(f"{objects.content_digest(tables)}{origin}".encode()).hexdigest()

    @property
    def objects(self) -> dict[str, pd.DataFrame]:
        """What is kept of it, by the names of `service.store.objects`."""
        tables = {objects.RESPONDENTS: self.respondents, objects.ANSWERS: self.answers, objects.RECORDS: self.records}
        further = {objects.RELEASED: self.released, objects.DESIGN: self.design, objects.TIMES: self.times}
        return tables | {name: table for name, table in further.items() if table is not None}


def read_wave(
    content: bytes,
    file: str,
    programme: Programme,
    records: RecordsFile | None = None,
    interviewers: Mapping[str, str] | None = None,
    choice: Choice | None = None,
    wave: str = "",
    drawn: DrawnWave | None = None,
    reason: str | None = None,
) -> WaveData:
    """The answers in a file's bytes; a Fault names every kind of error with its rows and columns.

    records: the file of the areas' administrative records, if the programme has records.
    wave: its name, which says the area codes of its time; "" for the codes of any time.
    drawn: the wave's sample, if it was drawn here: area, stratum, PSU and base weight are then the sample's, and what
    the file says of them must agree (`of_sample.compare`), unless a reason says why it does not.
    interviewers: respondent -> interviewer, from the wave's call log, if the file has no column of interviewers.
    """
    items = _only_items(programme)
    read = read_file(content, file, [*column_uses(programme)], choice=choice, usual=programme.encoding, coded=items)
    table, said = as_codes(read.table, read.labels, programme, choice)
    table = table.assign(**{item: coded(table[item]) for item in items if item in table})
    released, faults = None, FaultList(file, list(read.faults))
    table, origin, of_sample = _beside_sample(table, faults, programme, drawn, choice, reason)
    absent = faults.lacking(table, list(column_uses(programme)), key="wave.column")
    unit, order = _units(table, faults, programme.columns.respondent)
    weight, design = None, None
    if programme.weighting is None:
        weight = _weights(table, faults, programme.columns.weight)
    else:
        base, answered = check_released(table, faults, programme.columns.respondent, programme.weighting)
        if not faults.found:
            released = released_numbers(table, unit, programme.weighting)
            design = None if drawn is not None else released_design(table, unit, programme.columns)
        table, weight, unit, order = table[answered], base[answered], unit[answered], None
    _check_cells(table, faults, programme, wave, absent)
    check_eligible(table, faults, programme.population)
    interviewer = _interviewers(table, faults, unit, programme, interviewers or {})
    times = read_times(table, unit, faults, programme.columns)
    faults.settle()
    assert weight is not None
    respondents = pd.DataFrame(
        {
            "unit_id": unit,
            "area": table[programme.columns.area],
            "stratum": joined(table, programme.columns.stratum) if programme.columns.stratum else "all",
            "psu": joined(table, programme.columns.psu),
            "weight": weight,
            "interviewer": interviewer,
        }
    )
    merged = check_strata(respondents, programme, wave)
    answers = table[list(programme.items)].reset_index(drop=True)
    area_records = read_records(records, programme, list(respondents.area.unique()), wave)
    population = check_population(table, respondents, file, programme.population)
    if len(population):
        area_records = check(pd.concat([area_records, population]), RECORDS)
    respondents = check(respondents, RESPONDENTS, twice=False)  # `_units` has refused whoever occurs twice
    notes = read.notes + said + of_sample + merged
    return WaveData(respondents, answers, area_records, released, origin, notes, of_sample, order, design, times)


def _beside_sample(
    table: pd.DataFrame,
    faults: FaultList,
    programme: Programme,
    drawn: DrawnWave | None,
    choice: Choice | None,
    reason: str | None,
) -> tuple[pd.DataFrame, Origin | None, tuple[Note, ...]]:
    """The table with what is the sample's, how the wave belongs to the sample, and what is said of it."""
    if drawn is None:
        return table, None, ()
    table, mended = with_codes_of_sample(table, programme, drawn, choice)
    answered = np.ones(len(table), dtype=bool)
    if programme.weighting is not None and programme.weighting.dispositions.column in table:
        codes = programme.weighting.dispositions
        answered = table[codes.column].isin(codes.responded).to_numpy()
    contradictions, origin, absent = compare(table, faults.file, programme, drawn, answered, reason)
    faults.found += contradictions
    said = mended + origin.notes(drawn.wave, absent)
    return completed(table, programme, drawn, weights=not origin.differences), origin, said


def with_today_names(table: pd.DataFrame, renames: Renames, wave: str) -> pd.DataFrame:
    """A table with stratum and psu named after areas as these are called today, where an area was only renamed."""
    alone, columns = renames.one_to_one(wave), {}
    if not alone:
        return table
    for column in ("stratum", "psu"):
        renamed = {t: JOIN.join(alone.get(part, part) for part in t.split(JOIN)) for t in table[column].unique()}
        columns[column] = table[column].map(renamed)
    return table.assign(**columns)


def check_strata(respondents: pd.DataFrame, programme: Programme, wave: str) -> tuple[Note, ...]:
    """A Fault if the design is refused; a Note of strata with one PSU that the programme's rules merge with others.

    The strata are stored as they were drawn: they are merged when the wave is computed with.
    """
    named = with_today_names(respondents, programme.renames, wave)
    merged = merged_strata([named], programme.merged_strata) if programme.merged_strata else {}
    into = named.stratum.map(lambda name: merged.get(name, name)) if merged else named.stratum
    drawn = respondents.assign(stratum=into)
    psu = None if programme.columns.psu == programme.columns.respondent else "psu"  # each row is one, as was checked
    Design.from_table(drawn, weight="weight", stratum="stratum", psu=psu, lonely=programme.lonely)
    return (("wave.strata_merged", {"strata": list(dict.fromkeys(merged.values()))}),) if merged else ()


def column_uses(programme: Programme) -> dict[str, str]:
    """The columns that a wave's file must have, and what each is for: the end of a key in words/ (file.use.…)."""
    by_column: dict[str, str] = {}
    for use, named in _columns_by_use(programme).items():
        for column in named:
            by_column.setdefault(column, use)
    return by_column


def _only_items(programme: Programme) -> list[str]:
    """The items whose columns are used for nothing else."""
    others = {column for use, named in _columns_by_use(programme).items() if use != "item" for column in named}
    return [item for item in programme.items if item not in others]


def _columns_by_use(programme: Programme) -> dict[str, Sequence[str]]:
    """The columns of each use of `column_uses`."""
    columns, interviewers, weighting = programme.columns, programme.interviewers, programme.weighting
    by = [] if interviewers is None or not interviewers.column else [interviewers.column]
    uses: dict[str, Sequence[str]] = {"respondent": columns.respondent, "area": [columns.area]}
    uses |= {"stratum": columns.stratum, "psu": columns.psu, "interviewer": by, "item": list(programme.items)}
    if weighting is None:
        uses["weight"] = [columns.weight]
    else:
        uses["weighting"] = [column for of in weighting.needed().values() for column in of]
    uses |= {"began": [columns.began] * bool(columns.began), "minutes": [columns.minutes] * bool(columns.minutes)}
    uses["population"] = [] if programme.population.column is None else [programme.population.column]
    return uses


def _filled(programme: Programme) -> list[str]:
    """The columns without blanks: who was asked, where, in which part of the sample, and by whom."""
    columns, interviewers = programme.columns, programme.interviewers
    by = [] if interviewers is None or not interviewers.column else [interviewers.column]
    return list(dict.fromkeys([*columns.respondent, columns.area, *columns.stratum, *columns.psu, *by]))


def _check_cells(
    table: pd.DataFrame, faults: FaultList, programme: Programme, wave: str, absent: frozenset[str]
) -> None:
    """The blanks of the design, and areas and answers that are unknown, in the columns that are not absent."""
    column, areas = programme.columns.area, list(dict.fromkeys([*programme.areas, *programme.renames.current(wave)]))
    filled = [c for c in _filled(programme) if c not in absent]
    by = programme.interviewers.column if programme.interviewers is not None else ""
    key = {c: "wave.no_interviewer" if c == by else "wave.blank" for c in filled}
    blank = {c: faults.refuse(table[c] == "", key[c], c, table) for c in filled}
    if column not in absent:
        unknown = ~blank[column] & ~table[column].isin(areas)
        refuse_codes(faults, unknown, "wave.area", column, table, areas, expected=areas)
    items = {name: item for name, item in programme.items.items() if name not in absent}
    for item in items.values():
        _check_answers(table, faults, item)
    for item in items.values():
        if item.asked_if and not absent.intersection(item.asked_if):
            _check_filter(table, faults, item, programme)


def _check_answers(table: pd.DataFrame, faults: FaultList, item: Item) -> None:
    """Cells that are neither a code of the item, or a list of them, nor a number that it allows."""
    cells = table[item.name]
    occurring = distinct(cells)
    allowed = [cell for cell in occurring if item.allows(cell)]
    if len(allowed) == len(occurring):
        return
    wrong = ~are_among(cells, allowed)
    codes = sorted(item.codes)
    if item.range is not None:
        key, (low, high) = "wave.whole_number" if item.whole else "wave.number", item.range
        faults.refuse(wrong, key, item.name, table, low=low, high=high, expected=codes)
    elif item.separator:
        refuse_codes(faults, wrong, "wave.codes", item.name, table, codes, expected=codes, separator=item.separator)
    else:
        refuse_codes(faults, wrong, "wave.code", item.name, table, codes, expected=codes)


def _check_filter(table: pd.DataFrame, faults: FaultList, item: Item, programme: Programme) -> None:
    """Those who were asked the question although the programme says otherwise, and those who were not."""
    to_be_asked, not_asked = asked(table, item, programme.items), are_among(table[item.name], item.not_asked)
    values: dict[str, Any] = {"filter": list(item.asked_if), "expected": sorted(item.not_asked)}
    faults.refuse(~to_be_asked & ~not_asked, "wave.not_to_be_asked", item.name, table, **values)
    faults.refuse(to_be_asked & not_asked, "wave.to_be_asked", item.name, table, **values)


def _units(table: pd.DataFrame, faults: FaultList, columns: Sequence[str]) -> tuple[pd.Series, np.ndarray | None]:
    """Each row's respondent, who stands in no other row, and the places of the rows in their order.

    Without all of the columns it is the row's number, and no order is looked for.
    """
    if not set(columns) <= set(table):
        return table.index.to_series().astype(str), None
    _refuse_numbers(table, faults, columns)
    unit, name = joined(table, columns), JOIN.join(columns)
    order = unit.array.argsort()
    if has_twice(unit.array, order):
        repeated = unit.duplicated() & (table[list(columns)] != "").all(axis="columns")
        first = unit.map(unit.index.to_series().groupby(unit).first())
        faults.refuse(repeated, "wave.respondent", name, table.assign(**{name: unit}), each={"first": first})
    return unit, order


def _refuse_numbers(table: pd.DataFrame, faults: FaultList, columns: Sequence[str]) -> None:
    """A Fault, alone, if a column that identifies respondents is mostly mobile numbers; a few look so by chance."""
    for column in columns:
        if (table[column].str.len() == DIGITS).mean() <= 0.5:
            continue
        mobile = table[column].str.fullmatch(MOBILE.pattern)
        if mobile.mean() > 0.5:
            where = {"file": faults.file, "row": int(mobile.idxmax()), "column": column}
            raise Fault(key="wave.number_as_unit", **where, count=int(mobile.sum()))


def _weights(table: pd.DataFrame, faults: FaultList, column: str) -> np.ndarray:
    if column not in table:
        return np.ones(len(table))
    missing = faults.refuse(table[column] == "", "wave.weight_missing", column, table)
    weight = as_numbers(table[column])
    no_number = faults.refuse(~missing & ~np.isfinite(weight), "wave.weight_text", column, table)
    faults.refuse(weight < 0, "wave.weight_negative", column, table)
    beyond = (weight > 0) & np.isfinite(weight) & ~((weight >= SMALLEST) & (weight <= LARGEST))
    faults.refuse(beyond, "wave.weight_size", column, table, low=SMALLEST, high=LARGEST)
    if not weight.any() and not (missing | no_number).any():
        faults.found.append(Fault(key="design.weight_zero", column=column))
    return weight


def _interviewers(
    table: pd.DataFrame, faults: FaultList, unit: pd.Series, programme: Programme, by_call_log: Mapping[str, str]
) -> pd.Series | None:
    """Who interviewed each respondent: by the file's column or the call log; None if the programme declares neither."""
    if programme.interviewers is None:
        return None
    if programme.interviewers.column:
        return table.get(programme.interviewers.column)
    interviewer = unit.map(by_call_log)
    column = programme.columns.respondent[0]
    faults.refuse(interviewer.isna(), "wave.not_rung", column, table.assign(**{column: unit.map(masked_text)}))
    return interviewer
