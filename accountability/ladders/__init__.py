"""Ladders: what follows for an area from its verdicts over several waves, as data (a talk, a card, a listing, a veto).

A ladder is a list of consequences.  Each is built from rules or from consequences that stand before it, by one of the
kinds of this folder: each.py, streak.py, window.py, both.py.  events.py replays a history, evidence.py says how sure
its events are, and luck.py says what chance alone would have brought.
"""

from collections.abc import Iterable, Mapping

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

    Known are the rules and the consequences before it; its settings are those of its kind; and no other consequence
    before it has the same definition.
    """
    rules = list(rules)
    known, before = list(rules), {}
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
            raise Fault(key="consequence.same", consequence=consequence.name, other=twin)
        before[consequence.definition] = consequence.name
        known.append(consequence.name)
