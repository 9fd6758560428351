"""A finding: a printed figure that its own neighbours contradict, where it stands, and what it should be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from accountability.printed.numbers import DIGITS as DIGITS_KEPT
from accountability.printed.numbers import Bounds, Printed, written


@dataclass(frozen=True)
class Place:
    """Where a figure stands: in the cell of a table, or in a sentence of running text.

    table      the table's name: its sheet, or its number in the document; empty in running text
    row        the row of the table, or the line of the text, from 1
    cell       the heading of the column, or the sentence
    of         the first text of the row: the area
    """

    table: str
    row: int
    cell: str
    of: str = ""
    is_sentence: bool = False


@dataclass(frozen=True)
class Finding:
    """A printed figure that cannot be right, or that is questionable.

    key       of the sentence that says why; values are its blanks
    doubt     of the sentence that says by which other reading it could be right; empty if there is none
    """

    key: str
    place: Place
    printed: str
    expected: str
    values: Mapping[str, Any] = field(default_factory=dict)
    doubt: str = ""

    @property
    def certain(self) -> bool:
        """Whether no reading of the figures makes it right: else it is a question."""
        return not self.doubt


DIGITS, EDGE, READING = "printed.doubt.digits", "printed.doubt.edge", "printed.doubt.reading"
TINY = Fraction(1, 10**DIGITS_KEPT)


@dataclass(frozen=True)
class Reading:
    """What a printed figure should be by its neighbours.

    own       the values that are possible if every figure is rounded to the digits it has
    doubt     which reading makes right what only `alike` excludes
    alike     the same if figures of one kind have the same digits, so that 78.5 beside 96.67 is 78.50
    value     the one that comes of the printed figures as they stand
    """

    key: str
    own: Bounds
    alike: Bounds
    value: Bounds
    values: Mapping[str, Any]
    doubt: str = DIGITS


def judged(reading: Reading, figure: Printed, place: Place, *, certain: bool = True) -> Finding | None:
    """The finding, if the figure contradicts the reading; None if some unrounded values could give it.

    A figure that is impossible only if figures of one kind have the same number of digits is asked about.
    """
    if figure.bounds().meets(reading.alike):
        return None
    impossible = not figure.bounds().meets(reading.own)
    expected = written(reading.value.low, figure.digits)
    doubt = reading.doubt if not impossible else "" if certain else READING
    return Finding(reading.key, place, figure.text, expected, reading.values, doubt)


def exactly(figure: Printed) -> Bounds:
    """The printed value itself, as bounds."""
    return Bounds(figure.value, figure.value)


def difference(key: str, first: Printed, second: Printed, values: Mapping[str, Any], *, digits: int = 0) -> Reading:
    """first − second; digits: those of their kind, if there are more figures of it."""
    most = max(first.digits, second.digits, digits)
    alike = first.bounds(most) - second.bounds(most)
    return Reading(key, first.bounds() - second.bounds(), alike, exactly(first) - exactly(second), values)


def growth(key: str, before: Printed, now: Printed, values: Mapping[str, Any], *, unsigned: bool = False) -> Reading:
    """100 (now / before − 1), in per cent; unsigned: its size. The figure before is above 0."""
    ratio, middle = now.bounds().ratio(before.bounds()), now.value / before.value
    low, high, value = (100 * (part - 1) for part in (ratio.low, ratio.high, middle))
    if unsigned and low < 0:
        low, high, value = (Fraction(0) if high > 0 else -high), max(-low, high), abs(value)
    return Reading(key, Bounds(low, high), Bounds(low, high), Bounds(value, value), values)


def share(key: str, part: Bounds, whole: Printed, values: Mapping[str, Any]) -> Reading:
    """100 part / whole, in per cent."""
    percent = part.times(100).ratio(whole.bounds())
    middle = (part.low + part.high) / 2
    value = Bounds(middle, middle).times(100).ratio(exactly(whole))
    return Reading(key, percent, percent, value, values)


def total(key: str, parts: list[Printed], values: Mapping[str, Any]) -> Reading:
    """The sum of the parts."""
    possible, value = parts[0].bounds(), exactly(parts[0])
    for part in parts[1:]:
        possible, value = possible + part.bounds(), value + exactly(part)
    return Reading(key, possible, possible, value, values)


def complement(parts: list[Printed], digits: int) -> Reading:
    """What parts in per cent leave of 100; digits: those of shares.

    Two shares rounded to the same digit are 100.1 together only if both end in exactly 5: that is asked about.
    """
    hundred = Bounds(Fraction(100), Fraction(100))
    own, alike, value = hundred, hundred, hundred
    for part in parts:
        own, alike, value = own - part.bounds(), alike - part.bounds(digits), value - exactly(part)
    values = {"parts": [part.text for part in parts]}
    if len(parts) > 1 or parts[0].digits < digits:
        return Reading("printed.complement", own, alike, value, values)
    inside = Bounds(alike.low + TINY, alike.high - TINY)
    return Reading("printed.complement", own, inside, value, values, EDGE)
