"""How sure an event of a ladder is, by the verdicts that it rests on."""

from collections.abc import Iterable, Mapping

from accountability.ladders.consequence import MET, MISSED
from accountability.ladders.events import Event
from accountability.rules import kind

CONFIRMED, NOT_RULED_OUT, RULED_OUT = "confirmed", "not_ruled_out", "ruled_out"
# `when` of a verdict as printed -> the outcome that shows it, and the one that shows the opposite
SHOWN = {MISSED: kind.MISSED, MET: kind.MET}
OTHERWISE = {MISSED: kind.MET, MET: kind.MISSED}


def evidence(event: Event, outcomes: Mapping[tuple[str, str, str], str]) -> str:
    """CONFIRMED if every verdict the event rests on is shown, RULED_OUT if one is shown to be otherwise.

    outcomes: (rule, wave, area) -> what the figures show of the rule, `accountability.MET`, MISSED or UNDECIDED

    That all of k verdicts are true is an intersection–union test (Berger 1982): if one of them is false, all are shown
    no more often than that one is, so that each verdict keeps its own level and none is corrected for the others.
    Whoever looks at several waves for any such area errs in at most the sum of the waves' errors.
    """
    shown = [outcomes.get((v.rule, v.wave, event.area), kind.UNDECIDED) for v in event.verdicts]
    if any(outcome == OTHERWISE[v.when] for outcome, v in zip(shown, event.verdicts, strict=True)):
        return RULED_OUT
    confirmed = all(outcome == SHOWN[v.when] for outcome, v in zip(shown, event.verdicts, strict=True))
    return CONFIRMED if confirmed else NOT_RULED_OUT


def level_of(event: Event, levels: Mapping[tuple[str, str], float]) -> float:
    """The lowest confidence of the verdicts an event rests on; levels: (rule, wave) -> that of its verdicts."""
    return min(levels[v.rule, v.wave] for v in event.verdicts)


def counted(events: Iterable[Event], evidence_of: Mapping[Event, str]) -> dict[str, dict[str, int]]:
    """consequence -> how many of its events are CONFIRMED, NOT_RULED_OUT and RULED_OUT."""
    counts: dict[str, dict[str, int]] = {}
    for event in events:
        of_consequence = counts.setdefault(event.consequence, dict.fromkeys((CONFIRMED, NOT_RULED_OUT, RULED_OUT), 0))
        of_consequence[evidence_of[event]] += 1
    return counts
