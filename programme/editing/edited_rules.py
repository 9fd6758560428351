"""The rules and consequences of a programme as a text that somebody edits; the rest of the file stays as it is."""

import tomllib
from dataclasses import replace

from programme.editing.all_faults import FaultAt, all_faults
from programme.editing.toml_lines import MOST, RULES, line_of, split_rules, written
from words import Fault


def rules_of(content: bytes, file: str) -> str:
    """The tables [rules.…] and [consequences.…] of a programme, with the comments above them.

    A Fault where they are not written as tables of their own and cannot be taken apart from the rest.
    """
    rest, rules = split_rules(content.decode("utf-8"))
    try:
        apart = not set(RULES) & set(tomllib.loads(rest)) and set(tomllib.loads(rules)) <= set(RULES)
    except (ValueError, RecursionError):
        apart = False
    if not apart:
        raise Fault(key="programme.not_apart", file=file)
    return rules


def with_rules(content: bytes, rules: str) -> bytes:
    """The programme with other rules and consequences, which stand at its end."""
    return _put_together(content, rules)[0].encode("utf-8")


def faults_of_rules(content: bytes, rules: str, file: str) -> list[FaultAt]:
    """All faults that the programme would have with these rules, each with its line in the text of the rules.

    What stands elsewhere in the programme has no line here.
    """
    whole, before = _put_together(content, rules)
    strange = _strange_tables(rules, file)
    faults = []
    for found in all_faults(whole.encode("utf-8"), file):
        line = found.line - before if found.line is not None and found.line > before else None
        fault = found.fault
        if line is not None and "row" in fault.values:
            fault = Fault(key=fault.key, **{**fault.values, "row": line})
        faults.append(replace(found, line=line, fault=fault))
    known = {found.line for found in strange}
    faults = [*strange, *(found for found in faults if found.line not in known or found.line is None)]
    return sorted(faults, key=lambda found: found.line or 0)[:MOST]


def _put_together(content: bytes, rules: str) -> tuple[str, int]:
    """The whole text, and how many lines stand before the rules."""
    rest = split_rules(content.decode("utf-8"))[0].rstrip("\n") + "\n\n"
    return rest + rules.rstrip("\n") + "\n", rest.count("\n")


def _strange_tables(rules: str, file: str) -> list[FaultAt]:
    """A fault for each entry that is neither a rule nor a consequence."""
    try:
        names = tomllib.loads(written(rules)[0])
    except (ValueError, RecursionError):
        return []
    return [
        FaultAt(line_of(rules, name), Fault(key="programme.other_table", file=file, entry=name))
        for name in names
        if name not in RULES
    ]
