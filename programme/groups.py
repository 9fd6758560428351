"""The table [groups] of a programme: areas that lie together, larger groups around them, and which are ranked."""

from collections.abc import Mapping
from dataclasses import dataclass

from estimation import Measure
from programme.declared import Area
from programme.entry import Entry
from words import Fault


@dataclass(frozen=True)
class Groups:
    """The groups of a programme.

    names   code -> name, by language
    inside  group -> the larger group that it lies in
    ranked  those that have a league of their own, as areas
    """

    names: Mapping[str, Mapping[str, str]]
    inside: Mapping[str, str]
    ranked: Mapping[str, Area]


def read_groups(entry: Entry, leagues: Mapping) -> Groups:
    """The table [groups]; a Fault for an unknown league or group, and for groups that lie in each other."""
    entries = entry.entries("groups", {})
    for group in entries.values():
        group.known(("group", "league"), languages=True)
    names = {code: group.by_language() for code, group in entries.items()}
    inside = {code: group.one_of("group", names) for code, group in entries.items() if "group" in group.data}
    for code in inside:
        around = _around(code, inside)
        if code in around:
            raise entries[code].fault("group", repr(inside[code]), [name for name in names if name not in around])
    ranked = {
        code: Area(code, group.one_of("league", leagues), names[code], inside.get(code, ""))
        for code, group in entries.items()
        if "league" in group.data
    }
    return Groups(names, inside, ranked)


def check_levels(entry: Entry, groups: Groups, areas: Mapping[str, Area], measures: Mapping[str, Measure]) -> None:
    """A Fault unless every area lies in exactly one group of each league of groups, whose figures can be computed.

    A league has either areas or groups; a ranked group has another code than any area; and no measure has records,
    which are given for areas alone.
    """
    leagues = {group.league for group in groups.ranked.values()}
    for code, group in groups.ranked.items():
        where = entry.at("groups").at(code)
        if code in areas:
            raise Fault(key="programme.unit_is_area", file=entry.file, entry=where.path, found=[code])
        if group.league in {area.league for area in areas.values()}:
            free = sorted(leagues - {area.league for area in areas.values()})
            raise Fault(key="programme.mixed_league", file=entry.file, entry=where.path, league=group.league, free=free)
        if code not in {inside for area in areas.values() for inside in _around_area(area, groups)}:
            raise Fault(key="programme.empty_group", file=entry.file, entry=where.path, group=code)
    for league in sorted(leagues):
        of_league = {code for code, group in groups.ranked.items() if group.league == league}
        wrong = [code for code, area in areas.items() if len(of_league.intersection(_around_area(area, groups))) != 1]
        if wrong:
            where = entry.where("groups")
            raise Fault(key="programme.level", file=entry.file, entry=where, league=league, areas=wrong[:5])
    recorded = [name for name, measure in measures.items() if measure.records] if leagues else []
    if recorded:
        raise Fault(key="programme.group_records", file=entry.file, entry=entry.where("groups"), measures=recorded)


def _around_area(area: Area, groups: Groups) -> list[str]:
    """The groups that an area lies in, the smallest first."""
    return [area.group, *_around(area.group, groups.inside)] if area.group else []


def _around(group: str, inside: Mapping[str, str]) -> list[str]:
    """The larger groups that a group lies in, the smallest first."""
    around: list[str] = []
    while (group := inside.get(group, "")) and group not in around:
        around.append(group)
    return around
