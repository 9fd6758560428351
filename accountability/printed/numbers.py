"""Printed numbers: a text, the value it shows, and the unrounded values that it may stand for."""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from words import MINUS

WIDE = (*range(0xFF10, 0xFF1A), 0xFF05, 0xFF0E)  # full-width digits, percent sign and point
SIMPLE = str.maketrans({code: unicodedata.normalize("NFKC", chr(code)) for code in WIDE} | {ord(MINUS): "-"})
NUMBER = re.compile(r"(?<![A-Za-z0-9.])[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?!\d)")
RISE, FALL = "\u2191\u25b2", "\u2193\u25bc"  # arrows and triangles that stand for a sign
DIGITS = 9  # after the point: what a spreadsheet's sums are right to
UNPRINTED = {"-", "--", "", "\u2013", "\u2014", "\u2014\u2014", "/", "*"}


@dataclass(frozen=True)
class Printed:
    """A printed number.

    text      as it is printed
    value     the number that the text shows
    digits    how many digits it has after the point
    exact     whether it is a count, which is not rounded
    about     whether it is said to be about so many: then the last digit that is not 0 may be one off
    """

    text: str
    value: Fraction
    digits: int
    exact: bool
    about: bool = False

    def bounds(self, digits: int | None = None) -> "Bounds":
        """Between which values the unrounded number lies, if it was rounded to `digits` (else to those printed)."""
        if self.exact:
            return Bounds(self.value, self.value)
        if self.about:
            return Bounds(self.value - self._last_digit, self.value + self._last_digit)
        half = Fraction(1, 2 * 10 ** (self.digits if digits is None else max(digits, self.digits)))
        return Bounds(self.value - half, self.value + half)

    @property
    def _last_digit(self) -> Fraction:
        """What one is worth in the last digit, or from 100 on in the last that is not 0: 100 in 11,200, 1 in 60."""
        step = Fraction(1, 10**self.digits)
        while abs(self.value) >= 100 * step and self.value % (10 * step) == 0 and abs(self.value) >= 100:
            step *= 10
        return step


@dataclass(frozen=True)
class Bounds:
    """The least and the greatest value that a number may have, both possible."""

    low: Fraction
    high: Fraction

    def __add__(self, other: "Bounds") -> "Bounds":
        return Bounds(self.low + other.low, self.high + other.high)

    def __sub__(self, other: "Bounds") -> "Bounds":
        return Bounds(self.low - other.high, self.high - other.low)

    def times(self, factor: Fraction | int) -> "Bounds":
        """Every value times a factor that is not negative."""
        return Bounds(self.low * factor, self.high * factor)

    def ratio(self, other: "Bounds") -> "Bounds":
        """Every value over every value of the other, all of which are above 0."""
        ends = [a / b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Bounds(min(ends), max(ends))

    def meets(self, other: "Bounds") -> bool:
        """Whether some value is possible in both."""
        return self.low <= other.high and other.low <= self.high


def printed(text: str, *, exact: bool | None = None) -> Printed:
    """The number of a text that is one, as 2,768 or 96.67; whole ones are counts unless `exact` says otherwise."""
    plain = text.translate(SIMPLE).replace(",", "").strip()
    fraction = plain.partition(".")[2]
    digits = min(len(fraction), DIGITS)
    value = Fraction(plain)
    if len(fraction) > DIGITS:
        value = Fraction(round(value * 10**DIGITS), 10**DIGITS)
    return Printed(text.strip(), value, digits, not digits if exact is None else exact)


def cell_number(cell: str) -> Printed | None:
    """The number of a cell, without its unit; an arrow is its sign; None if the cell has none or several numbers."""
    plain = cell.translate(SIMPLE).strip()
    if plain in UNPRINTED:
        return None
    sign = -1 if any(c in FALL for c in plain) else 1
    numbers = NUMBER.findall(plain.strip(RISE + FALL + " "))
    if len(numbers) != 1 or len(plain) > 24:
        return None
    number = printed(numbers[0])
    return Printed(cell.strip(), number.value * sign, number.digits, number.exact)


def is_mistyped(one: Fraction, other: Fraction) -> bool:
    """Whether two whole numbers of three digits or more differ in one digit, or in the order of two neighbours.

    The first may lack the digit with which the other begins, or have a 0 for it.
    """
    second = str(other)
    first = str(one).zfill(len(second))
    if len(first) != len(second) or len(first) < 3:
        return False
    places = [k for k, (a, b) in enumerate(zip(first, second, strict=True)) if a != b]
    if len(places) == 2:
        k, after = places
        return after == k + 1 and first[k : k + 2] == second[k : k + 2][::-1]
    return len(places) == 1


def written(value: Fraction, digits: int) -> str:
    """The value rounded to so many digits, halves away from 0, with a true minus."""
    scaled = abs(value) * 10**digits
    rounded = int(scaled + Fraction(1, 2))
    text = f"{rounded // 10**digits:,}" + (f".{rounded % 10**digits:0{digits}d}" if digits else "")
    return f"{MINUS}{text}" if value < 0 and rounded else text
