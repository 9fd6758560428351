"""All faults of a programme at once, each with its line; what is wrong only because of another fault is not said."""

import re
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from programme.editing.toml_lines import MOST, line_of, written
from programme.survey import programme_of, read_programme
from words import Fault

MISSING, CONSEQUENCE = "programme.missing", "programme.consequence"
NAMES = {"zh": "-", "en": "-"}
# what stands in for an entry that the whole programme needs, so that the others can be read
IN_PLACE: Mapping[str, Any] = {
    "programme": "-",
    "name": NAMES,
    "note": NAMES,
    "source": NAMES,
    "simulated": True,
    "columns": {"respondent": "-", "area": "-", "weight": "-"},
    "design": {"lonely": "error"},
}

RULE = re.compile(r"rules\.[^.]+")
ANY_RULE: Mapping[str, Any] = {"kind": "not_last", "threshold": 1, "name": NAMES}  # so that consequences can be of it


@dataclass(frozen=True)
class FaultAt:
    """A fault and the line where it stands; None where it is one of the whole file."""

    line: int | None
    fault: Fault


def all_faults(content: bytes, file: str) -> list[FaultAt]:
    """Every fault of a programme's TOML file, by line; an empty list if `read_programme` accepts it.

    The file is read again and again, each time without what was at fault before.
    """
    first = _fault_of(content, file)
    if first is None:
        return []
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return [FaultAt(None, first)]
    readable, misspelt = written(text)
    faults = [
        FaultAt(m.line, Fault(key="programme.line", file=file, row=m.line, column=m.column, found=m.text[:80]))
        for m in misspelt
    ]
    try:
        data = tomllib.loads(readable)
    except (ValueError, RecursionError):
        return faults or [FaultAt(None, first)]
    if data:
        faults += _of_entries(data, text, file, [m.entry for m in misspelt])
    faults = faults or [FaultAt(None, first)]
    return sorted(faults, key=lambda found: found.line or 0)


def _of_entries(data: dict, text: str, file: str, cut: list[str]) -> list[FaultAt]:
    """The faults of entries, in the order in which they are found; cut: the entries that were left out before."""
    data, faults, cut = deepcopy(data), [], list(cut)
    while len(faults) < MOST:
        fault = _first_fault(data, file)
        if fault is None:
            break
        entry = str(fault.values.get("entry", ""))
        if not _follows(fault, entry, cut, data):
            faults.append(FaultAt(line_of(text, entry) if entry else None, fault))
        if not entry or not _without(data, fault.key, entry, cut):
            break
    return faults


def _fault_of(content: bytes, file: str) -> Fault | None:
    try:
        read_programme(content, file)
    except Fault as fault:
        return fault
    return None


def _first_fault(data: Mapping, file: str) -> Fault | None:
    try:
        programme_of(data, file)
    except Fault as fault:
        return fault
    return None


def _follows(fault: Fault, entry: str, cut: list[str], data: Mapping) -> bool:
    """Whether the fault is there only because of what was left out: a name that is no more, an entry that was wrong."""
    if fault.key == MISSING and entry in cut:
        return True
    table = entry if fault.key == CONSEQUENCE else entry.rpartition(".")[0] if fault.key == MISSING else ""
    if table and any(name.startswith(f"{table}.") for name in cut):  # what is missing there was misspelt
        return True
    said = f"{fault.values.get('found', '')} {fault.values.get('why', '')}"
    tables = [name.split(".", 1) for name in cut if name.count(".") == 1]
    names = [name for table, name in tables if name not in data.get(table, {})]
    return any(re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", said) for name in names)


def _without(data: dict, key: str, entry: str, cut: list[str]) -> bool:
    """Leave out what is at fault; False if there is nothing more to leave out."""
    top = entry.split(".")[0]
    if key == MISSING:
        entry = entry.rpartition(".")[0]
        if not entry or (entry.endswith((".name", ".text")) and entry.count(".") > 1):
            entry = entry.rpartition(".")[0] or entry
    if RULE.fullmatch(entry) and entry not in cut and isinstance(data.get("measures"), dict):
        data["rules"][entry.split(".", 1)[1]] = {**ANY_RULE, "measure": next(iter(data["measures"]), "-")}
        cut.append(entry)
        return True
    if entry and entry != top and _removed(data, entry):
        cut.append(entry)
        return True
    if top in IN_PLACE and top not in cut:
        data[top] = deepcopy(IN_PLACE[top])
        cut.append(top)
        return True
    if top in data and top not in cut:
        del data[top]
        cut.append(top)
        return True
    return False


def _removed(data: dict, entry: str) -> bool:
    """Remove an entry by its whole name, in which names of tables may have dots; False if it is not there."""
    parts = entry.split(".")
    for length in range(len(parts), 0, -1):
        name, rest = ".".join(parts[:length]), ".".join(parts[length:])
        if name in data:
            if rest and isinstance(data[name], dict) and _removed(data[name], rest):
                return True
            del data[name]
            return True
    return False
