"""Faults of a list of people, found before anyone is drawn from it, and the strata of its units."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from words import Fault

# eleven digits of a mobile; of a landline an area code of three digits and eight more, or of four and seven or eight
NUMBER = "1[0-9]{10}|0(10|2[0-9])[0-9]{8}|0[3-9][0-9]{2}[0-9]{7,8}"


@dataclass(frozen=True, eq=False)
class Finding:
    """Something the centre should know before it draws: a key in words/ and the values of its sentence."""

    key: str
    values: dict


def list_findings(frame: pd.DataFrame, *, areas: Sequence[str] = (), least: int = 2) -> tuple[Finding, ...]:
    """The faults of a list frame, found before the draw; nothing is changed or dropped.

    frame   unit_id, stratum and, optionally, number (telephone), source (the list a unit came from), area
    areas   the areas to be estimated
    least   the number of units that a stratum needs; its variance needs 2

    The findings come in this order: a unit_id in two rows; a number in several rows of one source, or in several
    sources; a number that is neither a mobile of eleven digits nor a landline with its area code; rows without stratum;
    strata with fewer than `least` units; areas without a unit.  The tuple is empty if there are none.
    """
    missing = [c for c in ("unit_id", "stratum") if c not in frame]
    if missing:
        raise Fault(key="table.columns", table="FRAME", columns=missing)
    findings = [_repeated(frame, "unit_id", "frame.repeated_unit")]
    if "number" in frame:
        findings += [*_repeated_numbers(frame), _wrong_numbers(frame)]
    without = frame.stratum.isna()
    findings.append(_rows("frame.no_stratum", frame.unit_id[without]))
    small = frame.stratum.value_counts()
    small = small[small < least].sort_index()
    findings.append(_rows("frame.small_stratum", small.index, least=least))
    if len(areas):
        covered = set(frame["area"].dropna()) if "area" in frame else set()
        findings.append(_rows("frame.not_covered", [a for a in areas if a not in covered], name="areas"))
    return tuple(finding for finding in findings if finding is not None)


def stratify(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The frame with `stratum`: the values of the columns `by`, joined by "/"; missing where any of them is."""
    missing = [c for c in by if c not in frame]
    if missing or not by:
        raise Fault(key="table.columns", table="FRAME", columns=missing or ["-"])
    parts = [frame[c].astype(str) for c in by]
    stratum = parts[0].str.cat(parts[1:], sep="/") if len(parts) > 1 else parts[0]
    return frame.assign(stratum=stratum.where(frame[by].notna().all(axis=1)))


def _repeated(frame: pd.DataFrame, column: str, key: str, rows=slice(None)) -> Finding | None:
    values = frame[column][rows]
    return _rows(key, values[values.duplicated()])


def _repeated_numbers(frame: pd.DataFrame) -> list[Finding | None]:
    """Numbers in several rows of one source, and numbers that several sources have."""
    numbers = frame[frame.number.notna()]
    if "source" not in frame:
        return [_repeated(numbers, "number", "frame.repeated_number")]
    within = numbers.number[numbers.duplicated(["source", "number"])]
    once = numbers.drop_duplicates(["source", "number"])
    across = once.number[once.number.duplicated()]
    return [_rows("frame.repeated_number", within), _rows("frame.repeated_across", across)]


def _wrong_numbers(frame: pd.DataFrame) -> Finding | None:
    right = frame.number.astype("string").str.fullmatch(NUMBER)
    return _rows("frame.wrong_number", frame.unit_id[~right.fillna(False).astype(bool)])


def _rows(key: str, rows, *, name: str = "found", **values) -> Finding | None:
    rows = [str(f) for f in rows]
    return Finding(key, {"count": len(rows), name: rows, **values}) if rows else None
