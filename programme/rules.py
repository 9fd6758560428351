"""The tables [rules.…] of a programme: what is judged, of which areas, at which confidence."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from accountability.rules import KINDS, Rule
from accountability.rules.first import First
from accountability.rules.joint import AREA, GROUP
from accountability.rules.kind import PREVIOUS, YEAR_AGO
from estimation import Measure
from programme.entry import Entry
from words import Fault

RULE = ("measure", "kind", "threshold", "level", "period", "league", "name")
NAMED = {name: kind for name, kind in KINDS.items() if not kind.chosen_by_setting}  # what a programme may call a kind
ANY_SETTING = {setting for kind in KINDS.values() for setting in kind.settings}  # of a kind that is not known yet
OF_WAVE, OF_YEAR = "wave", "year"
RULES, ANNUAL, JOINT, ANNUAL_JOINT, CHANGES = (
    "rules",
    "annual_rules",
    "joint_rules",
    "annual_joint_rules",
    "change_rules",
)


def read_rules(
    entry: Entry, measures: Mapping[str, Measure], areas: Mapping, leagues: Mapping, ranked_groups: Mapping
) -> tuple[dict[str, dict[str, tuple[Rule, ...]]], dict[str, Mapping[str, str]]]:
    """What rules are judged on (fields of a Programme) -> measure -> the rules; and the rules' names.

    A Fault names the entry that is at fault.
    """
    rules: dict[str, dict[str, tuple[Rule, ...]]] = {
        field: dict.fromkeys(measures, ()) for field in (RULES, ANNUAL, JOINT, ANNUAL_JOINT, CHANGES)
    }
    names = {}
    of_league = Counter(area.league for area in (*areas.values(), *ranked_groups.values()))
    for name, table in entry.entries("rules", {}).items():
        table.known((*RULE, *ANY_SETTING))
        kind = table.one_of("kind", NAMED)
        table.known((*RULE, *KINDS[kind].settings))
        measure, threshold = table.one_of("measure", measures), table.number("threshold")
        scale = {"low": measures[measure].low, "high": measures[measure].high}
        league = table.one_of("league", leagues) if "league" in table.data else ""
        largest = of_league[league] if league else max(of_league.values())
        expected = KINDS[kind].expected(threshold, **scale, areas=largest)
        if expected is not None:
            raise table.fault("threshold", threshold, expected)
        period = table.one_of("period", (OF_WAVE, OF_YEAR)) if "period" in table.data else OF_WAVE
        settings = _settings(table, kind, measures[measure], measures, areas, leagues)
        if settings.get("over") == GROUP and not league and any(group.group for group in ranked_groups.values()):
            raise Fault(key="programme.which_groups", file=table.file, entry=table.where("over"), leagues=list(leagues))
        if "first" in settings and (due := First().expected(settings["first"], **scale, areas=largest)) is not None:
            raise table.fault("first", settings["first"], due)
        settings["league"] = league
        level = read_level(table if "level" in table.data else entry)
        field = _judged_on(table, kind, period, settings.get("over", AREA))
        rules[field][measure] += (Rule(name, _chosen(table, kind), threshold, level, **settings),)
        names[name] = table.names("name")
    return rules, names


def judged_of(rules: Mapping[str, Mapping[str, tuple[Rule, ...]]]) -> dict[str, str]:
    """Rule -> of what it is judged: "area", "group" or "league"."""
    return {rule.name: rule.over for of_field in rules.values() for of in of_field.values() for rule in of}


def read_level(entry: Entry) -> float:
    """The confidence under "level", by default 0.95."""
    level = entry.number("level") if "level" in entry.data else 0.95
    if not 0.5 <= level < 1:
        raise entry.fault("level", level, "0.5 … 0.999")
    return level


def _chosen(table: Entry, kind: str) -> str:
    """The kind that the settings of the rule choose in place of `kind`; without any, `kind` itself."""
    for setting, kinds in KINDS[kind].by_setting.items():
        if setting in table.data:
            kind = kinds[table.one_of(setting, kinds)]
    return kind


def _judged_on(table: Entry, kind: str, period: str, over: str) -> str:
    """The field of the Programme that the rule belongs to; a Fault for a change over a year."""
    if KINDS[kind].of_changes:
        if period == OF_YEAR:
            raise table.fault("period", repr(period), repr(OF_WAVE))
        return CHANGES
    of_year = {AREA: ANNUAL}.get(over, ANNUAL_JOINT)
    return of_year if period == OF_YEAR else {AREA: RULES}.get(over, JOINT)


def _settings(
    table: Entry, kind: str, measure: Measure, measures: Mapping[str, Measure], areas: Mapping, leagues: Mapping
) -> dict[str, Any]:
    """What a kind has besides the settings of all; a Fault where it does not fit the areas or the measure."""
    settings: dict[str, Any] = {}
    if "over" in KINDS[kind].settings:
        settings["over"] = over = table.one_of("over", KINDS[kind].over)
        _check_units(table, over, areas, leagues)
        if kind == "mean" and not measure.linear:
            raise Fault(
                key="programme.mean_of_parts", file=table.file, entry=table.where("measure"), measure=measure.name
            )
    if "share" in KINDS[kind].settings:
        settings["share"] = share = table.number("share")
        if not 0 < share <= 1:
            raise table.fault("share", share, "> 0, ≤ 1 (0.75)")
    if "first" in KINDS[kind].settings and "first" in table.data:
        settings["first"] = table.get("first", int)
    if "placed_by" in KINDS[kind].settings and "placed_by" in table.data:
        if "first" not in table.data:
            raise table.fault("placed_by", repr(table.data["placed_by"]), "first = 80")
        settings["placed_by"] = table.one_of("placed_by", measures)
    if "since" in KINDS[kind].settings:
        settings["since"] = table.one_of("since", (PREVIOUS, YEAR_AGO)) if "since" in table.data else PREVIOUS
    return settings


def _check_units(table: Entry, over: str, areas: Mapping, leagues: Mapping) -> None:
    """A Fault if an area has no group, a group lies in two leagues, or a group or league is called as an area is."""
    if over == GROUP:
        without = [code for code, area in areas.items() if not area.group]
        if without:
            raise Fault(key="programme.no_group", file=table.file, entry=table.where("over"), areas=without[:5])
        leagues_of: dict[str, set[str]] = {}
        for area in areas.values():
            leagues_of.setdefault(area.group, set()).add(area.league)
        split = [group for group, of in leagues_of.items() if len(of) > 1]
        if split:
            raise Fault(key="programme.group_split", file=table.file, entry=table.where("over"), groups=split[:5])
    units = {area.group for area in areas.values()} if over == GROUP else set(leagues)
    doubled = sorted(units & set(areas))
    if doubled:
        raise Fault(key="programme.unit_is_area", file=table.file, entry=table.where("over"), found=doubled[:5])
