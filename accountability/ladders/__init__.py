"""Ladders: what follows for an area from its verdicts over several waves, as data (a talk, a card, a listing, a veto).

A ladder is a list of consequences.  Each is built from rules or from consequences that stand before it, by one of the
kinds of this folder: each.py, streak.py, window.py, both.py.  events.py replays a history, evidence.py says how sure
its events are, and luck.py says what chance alone would have brought.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from accountability.kinds import kinds_of_folder
from accountability.ladders.consequence import MISSED, Consequence
from accountability.ladders.kind import ConsequenceKind
from words import Fault

NO_KINDS = {
    "kind",
    "consequence",
    "history",
    "events",
    "evidence",
    "luck",
    "simulated",
    "settling",
}  # every other file is a kind

KINDS: Mapping[str, ConsequenceKind] = kinds_of_folder(__name__, __path__, ConsequenceKind, NO_KINDS)


def check_ladder(consequences: Iterable[Consequence], rules: Iterable[str]) -> None:
    """A Fault for the first consequence that cannot be told from what stands before it.

    Known are the rules and the consequences before it; its settings are those of its kind; no other consequence before
    it has the same definition; and none of the same kind and conditions asks for more times than it does, since the
    graver stands later.
    """
    rules = list(rules)
    known: list[str] = list(rules)
    before: dict[tuple, Consequence] = {}
    for consequence in consequences:
        if consequence.kind not in KINDS:
            raise Fault(
                key="consequence.kind", consequence=consequence.name, found=consequence.kind, expected=list(KINDS)
            )
        unknown = [name for name in consequence.of if name not in known]
        if unknown:
            raise Fault(key="consequence.of", consequence=consequence.name, found=unknown, expected=known)
        KINDS[consequence.kind].check(consequence)
        if consequence.when != MISSED and not set(consequence.of) & set(rules):
            raise Fault(
                key="consequence.setting",
                consequence=consequence.name,
                setting="when",
                found=consequence.when,
                expected='of = "…" ([rules])',
            )
        if consequence.definition in before:
            twin = before[consequence.definition]
            raise Fault(key="consequence.same", consequence=consequence.name, other=twin.name)
        _check_order(consequence, before.values())
        before[consequence.definition] = consequence
        known.append(consequence.name)


def _check_order(consequence: Consequence, before: Iterable[Consequence]) -> None:
    """A Fault if a milder consequence, which stands before, would follow later than this one."""
    for milder in before:
        alike = replace(milder, name=consequence.name, times=consequence.times) == consequence
        if alike and milder.times > consequence.times:
            raise Fault(
                key="consequence.order",
                consequence=consequence.name,
                times=consequence.times,
                milder=milder.name,
                more=milder.times,
            )
