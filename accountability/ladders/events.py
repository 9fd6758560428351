"""A ladder applied to a history: which consequences follow for which areas, and on which verdicts each rests."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from accountability.ladders import KINDS
from accountability.ladders.consequence import MISSED, Consequence
from accountability.ladders.history import History
from accountability.ladders.kind import Condition


class Verdict(NamedTuple):
    """A rule that was missed or met (`when`) in a wave."""

    rule: str
    wave: str
    when: str


@dataclass(frozen=True)
class Event:
    """A consequence that follows, as printed.

    wave, area   when, and for whom
    verdicts     the verdicts that it rests on, by wave
    unjudged     periods without a verdict since the first of them: what the streak did there was a setting
    """

    consequence: str
    wave: str
    area: str
    verdicts: tuple[Verdict, ...]
    unjudged: tuple[str, ...] = ()


def conditions_of(history: History, consequences: Iterable[Consequence]) -> dict[str, list[Condition]]:
    """consequence -> what it is of, in the order of the ladder."""
    followed: dict[str, Condition] = {}
    conditions: dict[str, list[Condition]] = {}
    for consequence in consequences:
        conditions[consequence.name] = of = [
            followed[name] if name in followed else _verdicts(history, name, consequence.when)
            for name in consequence.of
        ]
        events = KINDS[consequence.kind].events(consequence, of, history)
        judged = np.logical_and.reduce([condition.judged for condition in of])
        due = np.logical_and.reduce([condition.due for condition in of])
        followed[consequence.name] = Condition(events, judged, due)
    return conditions


def events_of(history: History, consequences: Sequence[Consequence]) -> dict[str, np.ndarray]:
    """consequence -> in which periods it follows for which areas, bool (…, T, p)."""
    conditions = conditions_of(history, consequences)
    return {c.name: KINDS[c.kind].events(c, conditions[c.name], history) for c in consequences}


def _verdicts(history: History, rule: str, when: str) -> Condition:
    """Where a rule is missed, or met."""
    missed, judged = history.missed[rule], history.judged[rule]
    return Condition(missed if when == MISSED else ~missed & judged, judged, history.is_due(rule))


def replay(history: History, consequences: Sequence[Consequence]) -> list[Event]:
    """The events of one history, by wave, in the order of the ladder and of the areas.

    Examples: among the last in the first two quarters of three.

    >>> import numpy as np
    >>> last = np.array([[True], [True], [False]])
    >>> waves = ("2025Q1", "2025Q2", "2025Q3")
    >>> history = History(waves, np.array([2025] * 3), 4, ("hill",), {"last": np.ones((3, 1), bool)}, {"last": last})
    >>> ladder = [Consequence("talk", "each", ("last",)), Consequence("card", "streak", ("last",), times=2)]
    >>> [(event.consequence, event.wave) for event in replay(history, ladder)]
    [('talk', '2025Q1'), ('talk', '2025Q2'), ('card', '2025Q2')]
    """
    conditions, events = conditions_of(history, consequences), events_of(history, consequences)
    by_name = {consequence.name: consequence for consequence in consequences}
    found = []
    for t, wave in enumerate(history.waves):
        for consequence in consequences:
            for j in np.flatnonzero(events[consequence.name][t]):
                verdicts = _rests_on(history, by_name, conditions, consequence, t, int(j))
                first = history.waves.index(verdicts[0].wave)
                rules = {verdict.rule for verdict in verdicts}
                judged = np.logical_and.reduce(
                    [history.judged[rule][first : t + 1, j] | ~history.is_due(rule)[first : t + 1] for rule in rules]
                )
                unjudged = tuple(history.waves[first + int(s)] for s in np.flatnonzero(~judged))
                found.append(Event(consequence.name, wave, history.areas[j], verdicts, unjudged))
    return found


def _rests_on(
    history: History,
    by_name: Mapping[str, Consequence],
    conditions: Mapping,
    consequence: Consequence,
    t: int,
    area: int,
) -> tuple[Verdict, ...]:
    """The verdicts that an event rests on, down to the rules, by wave."""
    verdicts = set()
    for s in KINDS[consequence.kind].rests_on(consequence, conditions[consequence.name], history, t, area):
        for name in consequence.of:
            if name in by_name:
                verdicts.update(_rests_on(history, by_name, conditions, by_name[name], s, area))
            else:
                verdicts.add(Verdict(name, history.waves[s], consequence.when))
    return tuple(sorted(verdicts, key=lambda verdict: (verdict.wave, verdict.rule)))
