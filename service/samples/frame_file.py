"""A list frame's file: who could be drawn and in which stratum, its numbers kept apart, its faults found before."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from fieldwork.phone_numbers import MOBILE as MOBILE_NUMBER
from fieldwork.phone_numbers import masked, normalised
from sampling import Finding, list_findings, stratify
from sampling.frames.phone import LANDLINE, MOBILE
from service.files.csv import refuse
from service.files.write import FORMULA
from service.files.xlsx import read_table
from words import Fault, sentences

UNIT, AREA, PHONE, NAME, SOURCE, MODE, PSU = "unit_id", "area", "phone", "name", "source", "mode", "psu"
NEVER = ("frame.repeated_unit", "frame.no_stratum")  # findings that no acceptance lets through: nothing can be drawn
WITH_NUMBERS = ("frame.repeated_number", "frame.repeated_across")  # findings whose values are telephone numbers
NUMBER_LENGTH = 10  # digits from which a unit_id that reads like a number is taken for one


@dataclass(frozen=True, eq=False)
class ListFrame:
    """units: unit_id, stratum, area, mode, psu;  numbers: unit_id, phone, name of those with one, or None;  findings"""

    units: pd.DataFrame
    numbers: pd.DataFrame | None
    findings: tuple[Finding, ...]


def read_frame(content: bytes, file: str, *, by: Sequence[str], areas: Sequence[str] = ()) -> ListFrame:
    """Read a list frame (CSV, XLSX, Parquet): unit_id, area; if there phone, name, source, psu and the columns of `by`.

    by      columns that make the strata, the area always first; "mode" (mobile or landline) is made from the numbers
    areas   the programme's areas, each of which a frame should reach
    Raises one Fault for a file that cannot be read as a frame; what a frame has wrong are `findings`, by file order.
    """
    table, by = read_table(content, file), [AREA, *(c for c in by if c != AREA)]
    missing = [c for c in (UNIT, AREA, *by) if c not in table and c != MODE]
    if missing or (MODE in by and PHONE not in table):
        raise Fault(key="frame.column", file=file, columns=missing or [PHONE], found=list(table.columns))
    _check_ids(table, file)
    table = table.mask(table == "")
    if PHONE in table:
        spelt = table[PHONE].map(normalised, na_action="ignore")
        table = table.assign(number=spelt.fillna(table[PHONE]))
        kinds = spelt.map(lambda n: MOBILE if MOBILE_NUMBER.fullmatch(n) else LANDLINE, na_action="ignore")
        table[MODE] = kinds.astype(object)
    table = stratify(table, by)
    known = list(areas) if set(areas) & set(table[AREA]) else []
    findings = [_shown(f) for f in list_findings(table, areas=known)]
    numbers = None
    if PHONE in table and spelt.notna().any():
        names = table.get(NAME)
        numbers = pd.DataFrame({UNIT: table[UNIT], PHONE: spelt, NAME: names})[spelt.notna().to_numpy()]
    columns = {c: table.get(c) for c in (UNIT, "stratum", AREA, MODE, PSU)}
    return ListFrame(pd.DataFrame(columns).reset_index(drop=True), numbers, tuple(findings))


def refuse_findings(found: ListFrame, file: str, *, accept: bool) -> None:
    """A Fault that names what was found, unless it is accepted and something can be drawn all the same."""
    hard = [f for f in found.findings if f.key in NEVER] or ([] if accept else list(found.findings))
    if hard:
        said = [finding_text(f) for f in hard]
        key = "frame.refused_never" if hard[0].key in NEVER else "frame.refused"
        raise Fault(key=key, file=file, count=len(hard), findings=said)


def finding_text(finding: Finding) -> dict[str, str]:
    """A finding's sentence in both languages."""
    return sentences(finding.key, **finding.values)


def _check_ids(table: pd.DataFrame, file: str) -> None:
    for column in (UNIT, AREA, *([PSU] if PSU in table else [])):
        refuse(table[column] == "", "frame.blank", file, column, table)
    live = [bool(FORMULA.match(unit)) for unit in table[UNIT]]  # a spreadsheet would change them in the proof's files
    refuse(live, "frame.formula", file, UNIT, table)
    like = [len(normalised(unit) or "") >= NUMBER_LENGTH for unit in table[UNIT]]
    if PHONE in table:
        digits = table[UNIT].str.replace(r"\D", "", regex=True)
        numbers = [normalised(n) for n in table[PHONE]]
        like = [a or (n is not None and n in d) for a, n, d in zip(like, numbers, digits, strict=True)]
    if any(like):
        row = int(table.index[like.index(True)])
        raise Fault(key="contacts.number_as_unit", file=file, row=row, column=UNIT, count=sum(like))


def _shown(finding: Finding) -> Finding:
    """The finding with its telephone numbers masked."""
    if finding.key not in WITH_NUMBERS:
        return finding
    return Finding(finding.key, finding.values | {"found": [masked(n) for n in finding.values["found"]]})
