"""A list frame's file: who could be drawn and in which stratum, with numbers kept apart and faults listed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from contracts import LANDLINE, MOBILE
from fieldwork.phone_numbers import MOBILE as MOBILE_NUMBER
from fieldwork.phone_numbers import masked, normalised
from sampling import Finding, list_findings, stratify
from service.files.choice import Choice, Note
from service.files.faults import FaultList
from service.files.read import FileRead, read_file
from service.files.write import FORMULA
from service.files.zeros import lost_zeros, pairs, restored
from words import Fault, one_after_another, sentences

UNIT, AREA, PHONE, NAME, SOURCE, MODE, PSU = "unit_id", "area", "phone", "name", "source", "mode", "psu"
NEVER = ("frame.repeated_unit", "frame.no_stratum")  # findings that cannot be accepted, since nothing could be drawn
WITH_NUMBERS = ("frame.repeated_number", "frame.repeated_across")  # findings whose values are telephone numbers
NOT_KEPT = frozenset((UNIT, AREA, PHONE, NAME, PSU, MODE, "stratum", "prn", "first_phase", "known"))
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}( .*)?")  # as the reader writes a workbook's days
TOO_LARGE = {f"file.{name}" for name in ("too_large", "too_many_rows", "too_many_cells", "too_much_text")}
TOO_LARGE |= {"file.unpacks_too_large"}
NUMBER_LENGTH = 10  # digits from which on a unit_id that looks like a telephone number is taken for one


@dataclass(frozen=True, eq=False)
class ListFrame:
    """A list frame as it was read.

    units     unit_id, stratum, area, mode, psu and, if columns are kept, known: their cells by column
    numbers   unit_id, phone, name of the units with a telephone number; None if there is none
    findings  what is wrong with the list, in the order of the file
    notes     what was recognised in the file
    """

    units: pd.DataFrame
    numbers: pd.DataFrame | None
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...] = ()


def for_large_list(fault: Fault, file: str) -> Fault:
    """The fault with the way out, if it says that a file is too large; any other as it is."""
    return Fault(key="frame.too_large", file=file, reason=fault.sentences) if fault.key in TOO_LARGE else fault


def read_frame(
    content: bytes,
    file: str,
    *,
    by: Sequence[str],
    areas: Sequence[str] = (),
    before: Sequence[str] = (),
    keep: Sequence[str] = (),
    choice: Choice | None = None,
) -> ListFrame:
    """Read a list frame with unit_id, area and, if there are, phone, name, source and psu.

    by      columns that make up the strata, the area always first; "mode" (mobile or landline) is made from the numbers
    areas   the programme's areas, each of which a frame should contain, and no other
    before  the areas of the list that this one replaces
    keep    further columns, by which samples are to be sorted or balanced
    A Fault for a file that cannot be read as a frame; what is wrong with a frame itself are its `findings`.
    """
    by = by_columns(by)
    needed = [UNIT, *(c for c in by if c != MODE)]
    try:
        read = read_file(content, file, needed, (PHONE, NAME, SOURCE, PSU, MODE, *keep), choice=choice)
    except Fault as fault:
        raise for_large_list(fault, file) from fault
    return checked_list(read, file, by=by, areas=areas, before=before, keep=keep, choice=choice)


def checked_list(
    read: FileRead,
    file: str,
    *,
    by: Sequence[str],
    areas: Sequence[str] = (),
    before: Sequence[str] = (),
    keep: Sequence[str] = (),
    choice: Choice | None = None,
) -> ListFrame:
    """The list in a table that was read, as `read_frame` says; a Fault for a table that cannot be a frame."""
    by = by_columns(by)
    faults = FaultList(file, list(read.faults))
    table, mended = restored(read.table, AREA, areas, choice)
    if wrong := sorted(NOT_KEPT.intersection(keep)):
        raise Fault(key="frame.keep", columns=wrong)
    missing = [c for c in (UNIT, AREA, *by, *keep) if c not in table and c != MODE]
    if missing or (MODE in by and PHONE not in table):
        lacking = {"columns": missing or [PHONE], "found": list(table.columns)}
        faults.found.append(Fault(key="frame.column", file=file, **lacking))
    _check_ids(table, faults)
    faults.settle()
    table = table.mask(table == "")
    if PHONE in table:
        normal = table[PHONE].map(normalised, na_action="ignore")
        table = table.assign(number=normal.fillna(table[PHONE]))
        kinds = normal.map(lambda n: MOBILE if MOBILE_NUMBER.fullmatch(n) else LANDLINE, na_action="ignore")
        table[MODE] = kinds.astype(object)
    table = stratify(table, by)
    findings = [*area_findings(table[AREA], areas, before), *map(_masked, list_findings(table, areas=areas))]
    numbers = None
    if PHONE in table and normal.notna().any():
        names = table.get(NAME)
        numbers = pd.DataFrame({UNIT: table[UNIT], PHONE: normal, NAME: names})[normal.notna().to_numpy()]
    columns = {c: table.get(c) for c in (UNIT, "stratum", AREA, MODE, PSU)}
    units = pd.DataFrame(columns).reset_index(drop=True)
    if keep:
        units["known"] = table[list(keep)].fillna("").to_dict("records")
    return ListFrame(units, numbers, tuple(findings), (*read.notes, *mended))


def by_columns(by: Sequence[str]) -> list[str]:
    """The columns that make up the strata, the area always first."""
    return [AREA, *(c for c in by if c != AREA)]


def area_findings(column: pd.Series, areas: Sequence[str], before: Sequence[str] = ()) -> list[Finding]:
    """What is wrong with the areas of a list, by the row of its file: those that the programme does not know.

    Codes without their leading zeros and days that a spreadsheet made of codes (3-1) are named as what they are. Areas
    of this list only, or only of the one before, are findings too.
    """
    unknown = column[~column.isin(list(areas))] if len(areas) else column.iloc[:0]
    lost = lost_zeros(unknown.unique(), areas)
    is_lost, is_day = unknown.isin(list(lost)), unknown.str.fullmatch(DAY.pattern)
    findings = [
        _area_finding("frame.lost_zeros", unknown[is_lost], codes=pairs(lost)),
        _area_finding("frame.day_as_area", unknown[is_day]),
        _area_finding("frame.unknown_area", unknown[~is_lost & ~is_day], expected=list(areas)),
    ]
    if len(before):
        new, gone = sorted(set(column) - set(before)), sorted(set(before) - set(column))
        findings += [
            Finding(key, {"count": len(named), "areas": named}) if named else None
            for key, named in (("frame.new_area", new), ("frame.gone_area", gone))
        ]
    return [finding for finding in findings if finding is not None]


def _area_finding(key: str, cells: pd.Series, **values: Any) -> Finding | None:
    """The finding of these cells, each of them once, with its first row; None if there are none."""
    if cells.empty:
        return None
    first = cells[~cells.duplicated()]
    distinct_cells = list(first)
    return Finding(
        key, {"count": len(cells), "found": distinct_cells, "row": int(first.index[0]), "column": AREA, **values}
    )


def refuse_findings(frame: ListFrame, file: str, *, accept: bool) -> None:
    """A Fault that lists the findings, unless `accept` and they are all of a kind that can be accepted."""
    refused = [f for f in frame.findings if f.key in NEVER] or ([] if accept else list(frame.findings))
    if refused:
        key = "frame.refused_never" if refused[0].key in NEVER else "frame.refused"
        said = [finding_text(finding) for finding in refused]
        raise Fault(key=key, file=file, count=len(refused), findings=one_after_another(said))


def finding_text(finding: Finding) -> dict[str, str]:
    """A finding's sentence in every language."""
    return sentences(finding.key, **finding.values)


def _check_ids(table: pd.DataFrame, faults: FaultList) -> None:
    """The blanks, formulas and telephone numbers where a unit's identifier should be."""
    for column in (UNIT, AREA, PSU):
        if column in table:
            faults.refuse(table[column] == "", "frame.blank", column, table)
    if UNIT not in table:
        return
    formulas = [bool(FORMULA.match(unit)) for unit in table[UNIT]]  # a spreadsheet would change them in a proof
    faults.refuse(formulas, "frame.formula", UNIT, table)
    like_number = [len(normalised(unit) or "") >= NUMBER_LENGTH for unit in table[UNIT]]
    if PHONE in table:
        digits = table[UNIT].str.replace(r"\D", "", regex=True)
        numbers = [normalised(n) for n in table[PHONE]]
        like_number = [a or (n is not None and n in d) for a, n, d in zip(like_number, numbers, digits, strict=True)]
    faults.refuse(like_number, "contacts.number_as_unit", UNIT, table, private=True)


def _masked(finding: Finding) -> Finding:
    """The finding with its telephone numbers masked."""
    if finding.key not in WITH_NUMBERS:
        return finding
    return Finding(finding.key, finding.values | {"found": [masked(n) for n in finding.values["found"]]})
