"""Whether “basically satisfied” was counted half in a satisfaction rate, and whether that is said."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from accountability.printed.findings import Finding, Place, share
from accountability.printed.numbers import Printed, written
from accountability.printed.sentences import COUNT, PERCENT, Figure, Sentence, says
from accountability.printed.vocabulary import pattern

LABELS = ("dissatisfied", "basically", "satisfied")  # in this order: each is looked for in what the others left
RATE = "rate"
HALF = Fraction(1, 2)
CLAUSE = re.compile(r"[^\w\s%-]")  # any mark ends a clause, in either language


def judged_rate(
    counts: Mapping[str, Printed], replies: Printed, rate: Printed, place: Place, *, half_is_said: bool
) -> Finding | None:
    """What a satisfaction rate counts: the satisfied with the basically satisfied, without them, or half of them.

    counts: satisfied and basically, as printed.  Of the three only the last needs to be said; what is none is wrong.
    """
    satisfied, basically = counts["satisfied"].bounds(), counts["basically"].bounds()
    both = share("printed.rate", satisfied + basically, replies, {})
    half = share("printed.half", satisfied + basically.times(HALF), replies, {})
    alone = share("printed.rate", satisfied, replies, {})
    values: dict[str, Any] = {name: number.text for name, number in counts.items()} | {"replies": replies.text}
    values["both"] = written(both.value.low, max(rate.digits, 1))
    if any(rate.bounds().meets(reading.own) for reading in (both, alone)):
        return None
    if rate.bounds().meets(half.own):
        expected = written(both.value.low, max(rate.digits, 1))
        return None if half_is_said else Finding("printed.half", place, rate.text, expected, values)
    return Finding("printed.rate", place, rate.text, written(both.value.low, rate.digits), values)


def halves_in_text(sentence: Sentence) -> Finding | None:
    """7,781 replies: 6,554 satisfied, 731 basically satisfied, 496 not; satisfaction 88.93 %."""
    counts: dict[str, Figure] = {}
    for figure in sentence.figures:
        label = _label(figure) if figure.kind == COUNT else None
        if label is not None:
            counts.setdefault(label, figure)
    rates = [f for f in sentence.figures if f.kind == PERCENT and says(RATE, f.before) and not _label(f)]
    if not {"satisfied", "basically"} <= set(counts) or len(rates) != 1:
        return None
    labelled = [figure.number for figure in counts.values()]
    others = [f.number for f in sentence.figures if f.kind == COUNT and f not in counts.values()]
    least = sum(number.value for number in labelled)
    replies = [number for number in others if number.value >= least]
    if replies:
        whole = replies[0]
    elif "dissatisfied" in counts:
        whole = Printed(f"{int(least):,}", Fraction(least), 0, True)
    else:
        return None
    named = {name: counts[name].number for name in ("satisfied", "basically")}
    place = Place("", sentence.line, sentence.text, is_sentence=True)
    return judged_rate(named, whole, rates[0].number, place, half_is_said=says("counted_half", sentence.text))


def _label(figure: Figure) -> str | None:
    """Which answer a figure is of, by its clause: “731 basically satisfied”, or the other way round."""
    for words in (CLAUSE.split(figure.after)[0], CLAUSE.split(figure.before)[-1]):
        if pattern(RATE).search(words):
            continue
        for label in LABELS:
            if pattern(label).search(words):
                return label
    return None
