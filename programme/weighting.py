"""The `[weighting]` table of a programme, read and checked: outcomes, base weights, nonresponse, phones, margins."""

from collections.abc import Mapping
from dataclasses import dataclass

from estimation.calibration.distances import BOUNDED, DISTANCES
from estimation.weighting.ages import age_spans
from estimation.weighting.steps import (
    AGE_GROUP,
    Ages,
    Base,
    Calibrating,
    Dispositions,
    Nonresponse,
    Phones,
    TrimmingLimits,
    WeightingSteps,
)
from fieldwork.dispositions import NOT_ELIGIBLE_CLASS, UNKNOWN_CLASSES, codes_of_class
from programme.entry import Entry
from words import Fault

OUTCOMES = ("responded", "not_responded", "unknown", "ineligible")
BY_CLASS = (("I", "P"), ("R", "NC", "O"), UNKNOWN_CLASSES, (NOT_ELIGIBLE_CLASS,))  # where the table names no outcomes
PARTS = {
    "": (
        "disposition",
        *OUTCOMES,
        "base",
        "eligibility",
        "ages",
        "nonresponse",
        "phones",
        "persons",
        "calibration",
        "trimming",
        "labels",
    ),
    "base": ("weight", "frame", "numbers"),
    "eligibility": ("cells",),
    "ages": ("column", "groups"),
    "nonresponse": ("cells", "predictors", "classes"),
    "phones": ("mobiles", "landlines", "adults"),
    "persons": ("probability",),
    "calibration": ("margins", "period", "distance", "bounds", "merge"),
    "trimming": ("smallest", "largest"),
}


@dataclass(frozen=True)
class Label:
    """The names of a column and of its codes, by language."""

    name: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]


def read_weighting(entry: Entry) -> WeightingSteps:
    """The weighting steps in `[weighting]`; a Fault names an entry that is missing, unknown or contradicts another."""
    entry.known(PARTS[""])
    base, ages = _base(_part(entry, "base")), None
    if "ages" in entry.data:
        ages_entry = _part(entry, "ages")
        ages = Ages(ages_entry.get("column", str), _groups(ages_entry))
    eligibility = _part(entry, "eligibility")
    cells = eligibility.texts("cells", [])
    if AGE_GROUP in cells:
        raise eligibility.fault("cells", repr(AGE_GROUP), f"≠ {AGE_GROUP}")
    nonresponse = _nonresponse(_part(entry, "nonresponse"), ages)
    phones = None
    if "phones" in entry.data:
        phones_entry = _part(entry, "phones")
        phones = Phones(*(phones_entry.get(name, str) for name in PARTS["phones"]))
        if base.frame is None:
            raise entry.at("base").fault("frame", "–", '"…"')
    persons = _part(entry, "persons").get("probability", str) if "persons" in entry.data else None
    if persons is not None and phones is not None:  # its adults would count twice
        raise entry.fault("persons", repr(persons), "phones | persons")
    calibrating = _calibrating(_part(entry, "calibration"), ages) if "calibration" in entry.data else None
    trimming = _trimming(_part(entry, "trimming")) if "trimming" in entry.data else None
    return WeightingSteps(_dispositions(entry), base, cells, ages, nonresponse, phones, calibrating, trimming, persons)


def read_labels(entry: Entry) -> dict[str, Label]:
    """The names of columns and of their codes by language, from tables such as `[weighting.labels.sex]`."""
    tables = entry.entries("labels", {})
    for of in tables.values():
        of.known(("name", "codes"))
        for code in of.entries("codes", {}).values():
            code.known((), languages=True)
    named = {column: (of.names("name"), of.entries("codes", {})) for column, of in tables.items()}
    return {
        column: Label(name, {code: of.by_language() for code, of in codes.items()})
        for column, (name, codes) in named.items()
    }


def _part(entry: Entry, name: str) -> Entry:
    """A table inside `[weighting]`, empty if it is missing; a Fault for an entry that is not known."""
    part = type(entry)(entry.file, entry.where(name), entry.get(name, dict, {}))
    part.known(PARTS[name])
    return part


def _dispositions(entry: Entry) -> Dispositions:
    if not any(name in entry.data for name in OUTCOMES):
        return Dispositions(entry.get("disposition", str), *(codes_of_class(*groups) for groups in BY_CLASS))
    codes = {name: entry.texts(name, []) for name in OUTCOMES}
    if not codes["responded"]:
        raise entry.fault("responded", "[]", '["…"]')
    entry_of_code: dict[str, str] = {}
    for name, of in codes.items():
        for code in of:
            if code in entry_of_code:
                raise Fault(
                    key="weighting.outcome_twice",
                    file=entry.file,
                    code=code,
                    one=entry_of_code[code],
                    two=entry.where(name),
                )
            entry_of_code[code] = entry.where(name)
    return Dispositions(entry.get("disposition", str), *(frozenset(codes[name]) for name in OUTCOMES))


def _base(table: Entry) -> Base:
    """Either a column of weights or how many numbers each frame has."""
    weight = table.get("weight", str) if "weight" in table.data else None
    frame = table.get("frame", str) if "frame" in table.data else None
    numbers = {f: table.at("numbers").number(f) for f in table.get("numbers", dict, {})}
    if (weight is None) == (not numbers) or (numbers and frame is None):
        raise Fault(key="weighting.base", file=table.file, entry=table.path, found=sorted(table.data) or ["–"])
    for name, count in numbers.items():
        if count < 1:
            raise table.at("numbers").fault(name, count, "≥ 1")
    return Base(weight, frame, numbers)


def _groups(table: Entry) -> tuple[str, ...]:
    groups = table.texts("groups")
    try:
        age_spans(groups)
    except Fault as fault:
        raise table.fault("groups", list(groups), '["18-29", "30-39", "40+"]') from fault
    return groups


def _columns_known(table: Entry, key: str, columns, ages: Ages | None) -> None:
    if AGE_GROUP in columns and ages is None:
        raise table.fault(key, repr(AGE_GROUP), "[weighting.ages]")


def _nonresponse(table: Entry, ages: Ages | None) -> Nonresponse:
    cells, predictors = table.texts("cells", []), table.texts("predictors", [])
    for key, columns in (("cells", cells), ("predictors", predictors)):
        _columns_known(table, key, columns, ages)
    if cells and predictors:
        raise table.fault("predictors", list(predictors), "cells | predictors")
    classes = table.get("classes", int, 5)
    if classes < 0 or classes == 1:
        raise table.fault("classes", classes, "0, 2, 3 …")
    return Nonresponse(cells, predictors, classes)


def _calibrating(table: Entry, ages: Ages | None) -> Calibrating:
    margins = table.texts("margins")
    if not margins:
        raise table.fault("margins", "[]", '["sex*age_group", "county"]')
    distance = table.one_of("distance", DISTANCES) if "distance" in table.data else next(iter(DISTANCES))
    period = table.get("period", str) if "period" in table.data else None
    calibrating = Calibrating(margins, period, distance, _bounds(table, distance), _merge(table, margins))
    if len(set(margins)) < len(margins) or "" in calibrating.columns:
        raise table.fault("margins", list(margins), '["sex*age_group", "county"]')
    _columns_known(table, "margins", calibrating.columns, ages)
    return calibrating


def _merge(table: Entry, margins) -> dict[str, dict[str, tuple[str, ...]]]:
    """[weighting.calibration.merge]: margin -> category -> neighbours; a Fault for another margin or no neighbour."""
    tables = table.entries("merge", {})
    for name in tables:
        if name not in margins:
            raise table.fault("merge", repr(name), list(margins))
    return {name: merge_rules(rules) for name, rules in tables.items()}


def merge_rules(entry: Entry) -> dict[str, tuple[str, ...]]:
    """name -> neighbours, the first choice first; a Fault for no neighbour, or one that is the name itself."""
    rules = {name: entry.texts(name) for name in entry.data}
    for name, neighbours in rules.items():
        if not neighbours or name in neighbours:
            raise entry.fault(name, list(neighbours), f"≠ {name}")
    return rules


def _bounds(table: Entry, distance: str) -> tuple[float, float] | None:
    if "bounds" not in table.data:
        if distance in BOUNDED:
            raise table.fault("bounds", "–", "[0.3, 3]")
        return None
    values = table.get("bounds", list)
    numeric = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    if len(values) != 2 or not numeric or not values[0] < 1 < values[1]:
        raise table.fault("bounds", values, "[0.3, 3]")
    return float(values[0]), float(values[1])


def _trimming(table: Entry) -> TrimmingLimits:
    if not table.data:
        raise table.fault("largest", "–", "largest = 5")
    limits = TrimmingLimits(**{name: table.number(name) for name in table.data})
    if not 0 <= limits.smallest < 1 < limits.largest:
        written = ", ".join(f"{name} = {table.data[name]}" for name in table.data)
        raise table.fault(next(iter(table.data)), written, "0 ≤ smallest < 1 < largest")
    return limits
