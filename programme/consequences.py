"""The tables [consequences.…] of a programme: what follows for an area from its verdicts over several waves."""

from collections.abc import Mapping
from typing import Any

from accountability.ladders import KINDS, check_ladder
from accountability.ladders.consequence import AFTER_BREAK, AT_ONCE, BREAKS, MET, MISSED, PASSES, Consequence
from programme.entry import Entry
from words import Fault, sentences

CHOICES = {"when": (MISSED, MET), "again": (AFTER_BREAK, AT_ONCE), "gap": (BREAKS, PASSES)}
COUNTS, COMMON = ("times", "years"), ("kind", "of", "when", "name")


def read_consequences(
    entry: Entry, rules: Mapping[str, str]
) -> tuple[tuple[Consequence, ...], Mapping[str, Mapping[str, str]]]:
    """The ladder in the order of the file, and the consequences' names; a Fault names the entry that is at fault.

    rules: the names of the programme's rules, which consequences may be of -> of what each is judged (`Rule.over`)
    """
    over, consequences, names = dict(rules), [], {}
    for name, table in entry.entries("consequences", {}).items():
        chosen = str(table.data.get("kind"))
        of_kind = [KINDS[chosen]] if chosen in KINDS else KINDS.values()
        table.known((*COMMON, *(setting for kind in of_kind for setting in kind.settings)))
        kind = table.one_of("kind", KINDS)
        if name in rules:
            raise entry.at("consequences").fault(name, repr(name), f"≠ [rules.{name}]")
        settings: dict[str, Any] = {k: table.one_of(k, allowed) for k, allowed in CHOICES.items() if k in table.data}
        settings |= {key: table.get(key, int) for key in COUNTS if key in table.data}
        settings["calendar"] = table.get("calendar", bool, False)
        if not table.texts("of"):
            raise table.fault("of", "[]", " / ".join(over))
        consequence = Consequence(name, kind, table.texts("of"), **settings)
        try:
            check_ladder([*consequences, consequence], rules)
            over[name] = _one_unit(consequence, over)
        except Fault as fault:
            raise Fault(key="programme.consequence", file=entry.file, entry=table.path, why=fault.sentences) from fault
        consequences.append(consequence)
        names[name] = table.names("name")
    return tuple(consequences), names


def _one_unit(consequence: Consequence, over: Mapping[str, str]) -> str:
    """Of what all its conditions are judged; a Fault if an area's and a group's were to hold together."""
    units = {over[name] for name in consequence.of}
    if len(units) > 1:
        found = [sentences("list.bracketed", what=name, more=over[name]) for name in consequence.of]
        raise Fault(key="consequence.units", consequence=consequence.name, found=found)
    return units.pop()
