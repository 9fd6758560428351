"""How many eligible units there are, as a programme or a wave's file says, and whether changes are about them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from estimation.precision.finite import AREA, OF, STRATUM, Population
from programme.entry import Entry

PROCESS, FINITE = CHANGES = ("process", "finite")
RECORD = "*population"  # the wave's record with the values of its file's column; no record of a programme has this name
KNOWN = ("of", "units", "column", "changes")


@dataclass(frozen=True)
class PopulationPlan:
    """The table [population] of a programme.

    of       whether `units` and `column` are about areas or strata
    units    name -> number of eligible units
    column   the column of the wave's file with these numbers; without both they are known only of samples drawn here
    changes  "process": changes, ranks and rules are about the process behind the units;  "finite": about the units
    """

    of: str = AREA
    units: Mapping[str, float] = field(default_factory=dict)
    column: str | None = None
    changes: str = PROCESS

    @property
    def of_people(self) -> bool:
        """Whether changes, ranks and rules are about the units themselves."""
        return self.changes == FINITE

    def known(
        self,
        records: Mapping[tuple[str, str], float],
        drawn: Mapping | None,
        merged: Mapping[str, str] = MappingProxyType({}),
    ) -> Population | None:
        """The units of a wave, from the programme, its file (records) or its draw (of, units); None: not known.

        merged: stratum -> the merged stratum, whose number of units is the sum of its parts'
        """
        of_file = {name: value for (record, name), value in records.items() if record == RECORD}
        if self.units or of_file:
            of, units = self.of, self.units or of_file
        elif drawn is not None:
            of, units = drawn["of"], drawn["units"]
        else:
            return None
        return Population(of, {**units, **_sums(units, merged)} if of == STRATUM else units)


def _sums(units: Mapping[str, float], merged: Mapping[str, str]) -> dict[str, float]:
    """The units of merged strata; a stratum of which one part's are not known is left out."""
    parts = {into: [name for name in merged if merged[name] == into] for into in dict.fromkeys(merged.values())}
    return {into: sum(units[name] for name in names) for into, names in parts.items() if set(names) <= set(units)}


def summed_inside(units: Mapping[str, float], inside: Mapping[str, str]) -> dict[str, float]:
    """The units of groups of areas, {} for none; a group of which one area's are not known is left out.

    inside: area -> its group; {}: the units stay as they are
    """
    if not inside:
        return dict(units)
    parts: dict[str, list[str]] = {}
    for area, group in inside.items():
        parts.setdefault(group, []).append(area)
    return {group: sum(units[area] for area in areas) for group, areas in parts.items() if set(areas) <= set(units)}


def read_population(entry: Entry, areas: Iterable[str]) -> PopulationPlan:
    """The table [population]; a Fault for unknown areas, numbers below 1, and both `units` and `column`."""
    entry.known(KNOWN)
    of = entry.one_of("of", OF) if "of" in entry.data else AREA
    changes = entry.one_of("changes", CHANGES) if "changes" in entry.data else PROCESS
    if "units" in entry.data and "column" in entry.data:
        raise entry.fault("column", repr(entry.data["column"]), "units | column")
    column = entry.get("column", str) if "column" in entry.data else None
    units = {}
    if "units" in entry.data:
        numbers = entry.at("units")
        units = {name: numbers.number(name) for name in numbers.data}
        unknown = sorted(set(units) - set(areas)) if of == AREA else []
        if unknown or not units:
            raise entry.fault("units", unknown, list(areas))
        few = [f"{name} = {count:g}" for name, count in units.items() if not 1 <= count < np.inf]
        if few:
            raise entry.fault("units", few, "≥ 1")
    return PopulationPlan(of, units, column, changes)
