"""A league's figures for a reader who may not see small cells: areas, changes, verdicts and the total left out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

import pandas as pd

from accountability.disclosure.cells import Withheld
from accountability.disclosure.measures import withheld_of_wave
from accountability.disclosure.shown import shown_table
from accountability.league.figures import LeagueFigures
from accountability.rules import Rule, verdicts_among_shown
from estimation import Measure
from words import Fault


def shown_figures(
    figures: LeagueFigures,
    measures: Mapping[str, Measure],
    measure: str,
    rules: Iterable[Rule],
    sizes: Mapping[str, pd.DataFrame | None],
    *,
    areas: Sequence[str],
    wave: str,
    compared: Collection[str] = (),
    limit: int,
    inside: Mapping[str, str] = MappingProxyType({}),
) -> LeagueFigures:
    """The figures without what small cells could be computed from; a Fault if nothing is left.

    sizes     wave -> measure, domain, n of its ESTIMATES, or None if it was never estimated
    areas     the league's, in its order
    compared  the waves of both windows of the change; () without one
    inside    area -> the ranked group that it is a part of
    From a change and one of its waves one can compute the other. A change is therefore withheld if the area is withheld
    in any wave of either window, and in all areas if one of the waves was never estimated, so that its n are unknown.
    """
    present = frozenset(figures.table.index)
    of_wave = {name: _withheld(measures, measure, n, present, limit, inside) for name, n in sizes.items()}
    hidden = of_wave[wave].parts
    of_changes = frozenset().union(*(of_wave[name].parts for name in compared))
    shown = shown_table(figures.table, hidden, of_changes, bool(compared))
    if shown.empty:
        raise Fault(key="withheld.all", wave=wave, limit=limit)
    in_order = shown.loc[[area for area in areas if area in shown.index]]
    withheld = tuple(area for area in areas if area in hidden & present)
    had_change = figures.table.change.notna() if compared else None
    return LeagueFigures(
        table=shown,
        verdicts=verdicts_among_shown(figures.verdicts, rules, in_order, withheld=len(withheld)),
        everybody={} if of_wave[wave].total else figures.everybody,
        withheld=withheld,
        elsewhere=any(_lies_in(part, present, inside) for part in hidden - present),
        unchanged=() if had_change is None else tuple(a for a in shown.index if a in of_changes and had_change[a]),
    )


def _lies_in(part: str, groups: frozenset[str], inside: Mapping[str, str]) -> bool:
    """Whether an area lies in one of these groups, or in a part of one."""
    while part in inside:
        part = inside[part]
        if part in groups:
            return True
    return False


def _withheld(
    measures: Mapping[str, Measure],
    measure: str,
    sizes: pd.DataFrame | None,
    areas: frozenset[str],
    limit: int,
    inside: Mapping[str, str],
) -> Withheld:
    """What is withheld of the measure in a wave of these sizes: all `areas` if they are unknown."""
    if sizes is None:
        return Withheld(areas)
    return withheld_of_wave(measures, sizes, limit=limit, inside=inside).get(measure, Withheld())
