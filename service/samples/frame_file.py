"""A list frame's file: who could be drawn and in which stratum, with numbers kept apart and faults listed."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from fieldwork.phone_numbers import MOBILE as MOBILE_NUMBER
from fieldwork.phone_numbers import masked, normalised
from sampling import Finding, list_findings, stratify
from sampling.frames.phone import LANDLINE, MOBILE
from service.files.choice import Choice, Note
from service.files.faults import FaultList, refuse
from service.files.read import read_file
from service.files.write import FORMULA
from words import Fault, sentences

UNIT, AREA, PHONE, NAME, SOURCE, MODE, PSU = "unit_id", "area", "phone", "name", "source", "mode", "psu"
NEVER = ("frame.repeated_unit", "frame.no_stratum")  # findings that cannot be accepted, since nothing could be drawn
WITH_NUMBERS = ("frame.repeated_number", "frame.repeated_across")  # findings whose values are telephone numbers
NUMBER_LENGTH = 10  # digits from which on a unit_id that looks like a telephone number is taken for one


@dataclass(frozen=True, eq=False)
class ListFrame:
    """A list frame as it was read.

    units     unit_id, stratum, area, mode, psu
    numbers   unit_id, phone, name of the units with a telephone number; None if there is none
    findings  what is wrong with the list, in the order of the file
    notes     what was recognised in the file
    """

    units: pd.DataFrame
    numbers: pd.DataFrame | None
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...] = ()


def read_frame(
    content: bytes, file: str, *, by: Sequence[str], areas: Sequence[str] = (), choice: Choice | None = None
) -> ListFrame:
    """Read a list frame with unit_id, area and, if there are, phone, name, source and psu.

    by      columns that make up the strata, the area always first; "mode" (mobile or landline) is made from the numbers
    areas   the programme's areas, each of which a frame should contain
    A Fault for a file that cannot be read as a frame; what is wrong with a frame itself are its `findings`.
    """
    by = [AREA, *(c for c in by if c != AREA)]
    needed = [UNIT, *(c for c in by if c != MODE)]
    read = read_file(content, file, needed, (PHONE, NAME, SOURCE, PSU, MODE), choice=choice)
    FaultList(file, list(read.faults)).settle()
    table = read.table
    missing = [c for c in (UNIT, AREA, *by) if c not in table and c != MODE]
    if missing or (MODE in by and PHONE not in table):
        raise Fault(key="frame.column", file=file, columns=missing or [PHONE], found=list(table.columns))
    _check_ids(table, file)
    table = table.mask(table == "")
    if PHONE in table:
        normal = table[PHONE].map(normalised, na_action="ignore")
        table = table.assign(number=normal.fillna(table[PHONE]))
        kinds = normal.map(lambda n: MOBILE if MOBILE_NUMBER.fullmatch(n) else LANDLINE, na_action="ignore")
        table[MODE] = kinds.astype(object)
    table = stratify(table, by)
    expected_areas = list(areas) if set(areas) & set(table[AREA]) else []  # a frame may name its areas otherwise
    findings = [_masked(f) for f in list_findings(table, areas=expected_areas)]
    numbers = None
    if PHONE in table and normal.notna().any():
        names = table.get(NAME)
        numbers = pd.DataFrame({UNIT: table[UNIT], PHONE: normal, NAME: names})[normal.notna().to_numpy()]
    columns = {c: table.get(c) for c in (UNIT, "stratum", AREA, MODE, PSU)}
    return ListFrame(pd.DataFrame(columns).reset_index(drop=True), numbers, tuple(findings), read.notes)


def refuse_findings(frame: ListFrame, file: str, *, accept: bool) -> None:
    """A Fault that lists the findings, unless `accept` and they are all of a kind that can be accepted."""
    refused = [f for f in frame.findings if f.key in NEVER] or ([] if accept else list(frame.findings))
    if refused:
        key = "frame.refused_never" if refused[0].key in NEVER else "frame.refused"
        raise Fault(key=key, file=file, count=len(refused), findings=[finding_text(f) for f in refused])


def finding_text(finding: Finding) -> dict[str, str]:
    """A finding's sentence in every language."""
    return sentences(finding.key, **finding.values)


def _check_ids(table: pd.DataFrame, file: str) -> None:
    """A Fault for a blank, a formula, or a telephone number where a unit's identifier should be."""
    for column in (UNIT, AREA, *([PSU] if PSU in table else [])):
        refuse(table[column] == "", "frame.blank", file, column, table)
    formulas = [bool(FORMULA.match(unit)) for unit in table[UNIT]]  # a spreadsheet would change them in a proof
    refuse(formulas, "frame.formula", file, UNIT, table)
    like_number = [len(normalised(unit) or "") >= NUMBER_LENGTH for unit in table[UNIT]]
    if PHONE in table:
        digits = table[UNIT].str.replace(r"\D", "", regex=True)
        numbers = [normalised(n) for n in table[PHONE]]
        like_number = [a or (n is not None and n in d) for a, n, d in zip(like_number, numbers, digits, strict=True)]
    if any(like_number):
        row = int(table.index[like_number.index(True)])
        raise Fault(key="contacts.number_as_unit", file=file, row=row, column=UNIT, count=sum(like_number))


def _masked(finding: Finding) -> Finding:
    """The finding with its telephone numbers masked."""
    if finding.key not in WITH_NUMBERS:
        return finding
    return Finding(finding.key, finding.values | {"found": [masked(n) for n in finding.values["found"]]})
