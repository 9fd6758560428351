"""Which areas are withheld of each measure of a wave, and of tables of what people named."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pandas as pd

from accountability.disclosure.cells import Withheld, withheld_parts, withheld_rows
from accountability.league.conventions import ALL
from estimation import Measure


def withheld_of_wave(
    measures: Mapping[str, Measure],
    sizes: pd.DataFrame,
    *,
    limit: int,
    inside: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Withheld]:
    """measure -> the areas withheld of a wave, over all leagues: the total over all areas is shown with each of them.

    sizes: measure, domain, n of the wave's ESTIMATES.  Measures that follow from one another are withheld together: the
    groups of one measure (by sex), and an index with its parts.
    inside: area -> the ranked group whose figure is made of it and of its neighbours (`withheld_on_levels`)
    """
    n = {m: rows.set_index("domain").n.drop(ALL, errors="ignore") for m, rows in sizes.groupby("measure")}
    n = {m: counts.to_dict() for m, counts in n.items() if m in measures}
    withheld: dict[Any, Withheld] = {m: withheld_on_levels(n[m], inside, limit=limit) for m in n}
    before = None
    families, indices = _families(measures, n), _indices(measures, n)
    while withheld != before:  # sets only grow
        before = dict(withheld)
        for tied in indices:
            together = frozenset().union(*(withheld[m].parts for m in tied))
            withheld |= {m: replace(withheld[m], parts=withheld[m].parts | (together & n[m].keys())) for m in tied}
        for whole, groups in families:
            also = frozenset().union(*(withheld[m].parts for m in (whole, *groups)))
            grid = pd.DataFrame({g: n[g] for g in groups}).reindex(list(n[whole])).fillna(0)
            rows = _rows_on_levels(grid, n[whole], inside, limit=limit, also=also)
            total = rows.total or any(withheld[m].total for m in (whole, *groups))
            withheld |= {
                g: Withheld(withheld[g].parts | (rows.parts & n[g].keys()), withheld[g].total or total) for g in groups
            }
        for m in n:
            again = withheld_on_levels(n[m], inside, limit=limit, also=withheld[m].parts)
            withheld[m] = Withheld(again.parts | withheld[m].parts, again.total or withheld[m].total)
    return withheld


def withheld_on_levels(
    n: Mapping[str, int], inside: Mapping[str, str], *, limit: int, also: Iterable[str] = ()
) -> Withheld:
    """`withheld_parts` of areas some of which lie in others (counties in cities), whose figures are shown too.

    The parts of each group are a table whose total is the group's figure.  Where all of a group's parts together are
    too few to hide one of them, the group is withheld with them; and where a group is withheld, all of its parts are,
    from which its figure would follow.  So a withheld area follows neither from its group's figure nor from a larger
    one's.
    """
    hidden, total, before = {part for part in n if n[part] < limit} | (set(also) & set(n)), False, None
    tables = _tables(n, inside)
    while hidden != before:  # it only grows
        before = set(hidden)
        for group, parts in tables.items():
            of_table = withheld_parts({part: n[part] for part in parts}, limit=limit, also=hidden & set(parts))
            hidden |= of_table.parts
            if group and of_table.total and group in n:
                hidden.add(group)
            total |= not group and of_table.total
        for part in n:
            if inside.get(part) in hidden:
                hidden.add(part)
    return Withheld(frozenset(hidden), total=total)


def _rows_on_levels(
    grid: pd.DataFrame, whole: Mapping[str, int], inside: Mapping[str, str], *, limit: int, also: Iterable[str]
) -> Withheld:
    """`withheld_rows` of areas some of which lie in others, by the rules of `withheld_on_levels`."""
    hidden, total, before = set(also), False, None
    while hidden != before:
        before = set(hidden)
        for group, parts in _tables({area: whole[area] for area in grid.index}, inside).items():
            rows = withheld_rows(grid.loc[parts], whole, limit=limit, also=hidden & set(parts))
            hidden |= rows.parts
            if group and rows.total and group in grid.index:
                hidden.add(group)
            total |= not group and rows.total
        hidden |= {area for area in grid.index if inside.get(area) in hidden}
    return Withheld(frozenset(hidden), total=total)


def _tables(n: Mapping[str, int], inside: Mapping[str, str]) -> dict[str, list[str]]:
    """The parts of each group, and under "" those that lie in none, which add up to everybody."""
    tables: dict[str, list[str]] = {}
    for part in n:
        tables.setdefault(inside.get(part, ""), []).append(part)
    return tables


def _families(measures: Mapping[str, Measure], n: Mapping) -> list[tuple[str, list[str]]]:
    """A measure and the same measure of groups: one more condition, on one item."""
    plain = {m: replace(measures[m], name="", where={}) for m in n}
    families: dict[tuple[str, str], list[str]] = {}
    for whole in n:
        of = measures[whole].where
        for group in n:
            where = measures[group].where
            more = set(where) - set(of)
            if len(more) == 1 and plain[group] == plain[whole] and all(where.get(k) == v for k, v in of.items()):
                families.setdefault((whole, more.pop()), []).append(group)
    return [(whole, groups) for (whole, _), groups in families.items()]


def _indices(measures: Mapping[str, Measure], n: Mapping) -> list[list[str]]:
    """An index and those of its parts that are shown as measures of their own."""
    parts = {m: [p.name for p in measures[m].parts if not p.record and p.name in n] for m in n}
    return [[m, *shown_parts] for m, shown_parts in parts.items() if shown_parts]


def withheld_mentions(
    n: Mapping[str, int], counts: Mapping[str, Mapping[str, int]], *, limit: int
) -> tuple[Withheld, dict[str, Withheld]]:
    """Of a table of factors: areas with nothing shown, and factor -> areas (total: everybody) where it is withheld.

    n: area -> respondents;  counts: factor -> area -> those who named it, each factor a table over areas of its own.
    A factor nobody of an area named is shown as 0, unless all of the area is withheld.
    """
    areas, factors = withheld_parts(n, limit=limit), {}
    for factor, named in counts.items():
        parts = {a: named.get(a, 0) for a in n if named.get(a, 0) or a in areas.parts}
        low = {a: 0 if a in areas.parts else 1 for a in parts}
        withheld_areas = withheld_parts(parts, limit=limit, also=areas.parts, low=low)
        none = not sum(parts.values()) and not areas.parts
        factors[factor] = Withheld(withheld_areas.parts, not none and (withheld_areas.total or areas.total))
    return areas, factors


def measures_withheld(
    of: Iterable[str],
    measures: Mapping[str, Measure],
    sizes: pd.DataFrame | None,
    *,
    limit: int,
    inside: Mapping[str, str] = MappingProxyType({}),
) -> set[str]:
    """Those of the measures `of` of which anything is withheld in a wave of these sizes: all, if they are unknown.

    A verdict that rests on such a measure, because places go by it, would tell of what is withheld.
    """
    asked = set(of)
    if not asked or sizes is None:
        return asked
    withheld = withheld_of_wave(measures, sizes, limit=limit, inside=inside)
    return {name for name in asked if name in withheld and withheld[name].parts}
