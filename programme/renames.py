"""The table [renamed] of a programme: area codes that changed, and areas that were merged, from a wave on."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from programme.entry import Entry

EXAMPLE = '[renamed.2026Q1], "03" = "13"'


@dataclass(frozen=True)
class Renames:
    """Old code -> new code, by the first wave in which the new codes hold; those of one wave change at once.

    from_wave  of areas;  of_groups: of groups of areas, whose codes stand in no wave's file but in earlier verdicts
    """

    from_wave: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    of_groups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def current(self, wave: str) -> dict[str, str]:
        """The codes of areas in a wave that have another today -> that code: 03 in 2025Q4 is 13."""
        steps = [self.from_wave[first] for first in sorted(self.from_wave) if first > wave]
        codes = dict.fromkeys(code for step in steps for code in step)
        now = {}
        for code in codes:
            today = code
            for step in steps:
                today = step.get(today, today)
            now[code] = today
        return {code: today for code, today in now.items() if today != code}

    def one_to_one(self, wave: str) -> dict[str, str]:
        """Those of `current` that were only renamed: no other area of the wave is called the same today."""
        current = self.current(wave)
        into = list(current.values())
        return {code: today for code, today in current.items() if into.count(today) == 1}

    def of_units(self, wave: str) -> dict[str, str]:
        """`current` of areas and of groups: verdicts are about both."""
        return {**Renames(self.of_groups).current(wave), **self.current(wave)}

    def summed(self, wave: str, counts: Mapping[str, float]) -> dict[str, float]:
        """Counts by the codes of a wave -> counts by today's, those of merged areas added up."""
        current, total = self.current(wave), {}
        for code, count in counts.items():
            today = current.get(code, code)
            total[today] = total.get(today, 0.0) + count
        return total


def read_renames(
    entry: Entry, areas: Iterable[str], is_wave: Callable[[str], object], groups: Iterable[str] = ()
) -> Renames:
    """The table [renamed]; a Fault for a name that is no wave, and for a code that no area or group of today has."""
    tables = entry.entries("renamed", {})
    for wave in tables:
        if not is_wave(wave):
            raise entry.fault("renamed", repr(wave), EXAMPLE)
    renames = Renames({wave: {code: table.get(code, str) for code in table.data} for wave, table in tables.items()})
    of_groups = set(groups) - set(areas)
    known = [*areas, *sorted(of_groups)]
    for wave, table in tables.items():
        for code, today in renames.current("").items():
            if code in table.data and today not in known:
                raise table.fault(code, repr(today), known)
        if not table.data:
            raise entry.fault("renamed", f"[renamed.{wave}]", EXAMPLE)
    today = renames.current("")
    parts = [
        {
            wave: {old: new for old, new in codes.items() if (today.get(old, new) in of_groups) == grouped}
            for wave, codes in renames.from_wave.items()
        }
        for grouped in (False, True)
    ]
    by_kind = [{wave: codes for wave, codes in part.items() if codes} for part in parts]
    return Renames(*by_kind)
