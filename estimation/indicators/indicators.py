"""Indicators as data: items, what their answers are worth, and how "don't know", "refused" and "not asked" count."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import fsum, isnan, nan
from typing import Any

SHARE, SCORE, MEAN, INDEX = "share", "score", "mean", "index"
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")  # 7, 7.5, 1e3; not 7,5 nor 1_000
RESPONDENTS, MENTIONS = "respondents", "mentions"
ANSWERED, COMPLETE, ITEM_MEANS = "answered", "complete", "item_means"
MISSING = (ANSWERED, COMPLETE, ITEM_MEANS)


@dataclass(frozen=True)
class Item:
    """One question: its column in the file, the answers it allows, and the codes that are no answer.

    name          the column
    answers       code -> label; none if the answer is a number
    range         the smallest and the largest number that may be answered; None: answers are codes
    whole         only whole numbers may be answered
    not_answered  the codes of "don't know" and "refused"
    not_asked     the codes that mean that the question was not put to this person
    separator     what separates the codes of a cell if several answers are allowed ("1;5;12"); "": only one is
    apart         True: groups of respondents by this item are never pooled
    asked_if      item -> codes: the question is put only to those who gave one of these codes at every item named
    """

    name: str
    answers: Mapping
    not_answered: frozenset
    not_asked: frozenset
    separator: str = ""
    apart: bool = False
    asked_if: Mapping[str, frozenset] = field(default_factory=dict)
    range: tuple[float, float] | None = None
    whole: bool = False

    @property
    def numeric(self) -> bool:
        """Is the answer a number?"""
        return self.range is not None

    def number(self, cell: str) -> float:
        """The number that a cell answers; NaN if it is none, or none that may be answered."""
        if self.range is None or not NUMBER.fullmatch(cell):
            return nan
        value = float(cell)
        return value if self.range[0] <= value <= self.range[1] and not (self.whole and value % 1) else nan

    def allows(self, cell: str) -> bool:
        """May the column contain this cell?"""
        return self.codes_in(cell) is not None or not isnan(self.number(cell))

    @property
    def codes(self) -> frozenset:
        """All codes that the column may contain."""
        return frozenset(self.answers) | self.no_answer

    @property
    def no_answer(self) -> frozenset:
        """The codes that are not answers."""
        return self.not_answered | self.not_asked

    def codes_in(self, cell: str) -> frozenset | None:
        """The codes in a cell: its answers, or the one code that is not an answer; None if the cell is not allowed."""
        codes = cell.split(self.separator) if self.separator and cell not in self.no_answer else [cell]
        allowed = self.codes if len(codes) == 1 else self.answers
        return frozenset(codes) if len(set(codes)) == len(codes) and set(codes) <= set(allowed) else None


@dataclass(frozen=True)
class Part:
    """One part of an index: a measure of the survey, or a record, with its weight and the scale it is brought to.

    s = onto₀ + (v - bounds₀)/(bounds₁ - bounds₀) (onto₁ - onto₀), min-max scaling with stated bounds.

    record    True: a number from the areas' records;  False: a measure of the survey
    weight    a_k in the index
    bounds    the values v that become the ends of `onto`
    onto      the scale of s; it decreases if small v are best, and equals `bounds` if v is not rescaled
    possible  the smallest and the largest v that can occur (a measure's scale, a record's bounds)
    """

    name: str
    record: bool
    weight: float
    bounds: tuple[float, float]
    onto: tuple[float, float]
    possible: tuple[float, float]

    @property
    def slope(self) -> float:
        """ds/dv."""
        return (self.onto[1] - self.onto[0]) / (self.bounds[1] - self.bounds[0])

    def scaled(self, value: Any) -> Any:
        """s of a value v, or of an array of values."""
        return self.onto[0] + (value - self.bounds[0]) * self.slope


@dataclass(frozen=True)
class Measure:
    """What is measured of an area, and which end of its scale is best.

    kind "share"   1 if the answer is among `counts`, else 0; of several items, their mean
    kind "score"   the `points` (code -> points) of the answer; of several items, their mean
    kind "mean"    the number answered; of several items, their mean
    kind "index"   Σ_k a_k s_k over `parts`, which are measures and records brought to one scale
    of             a share of "respondents" or, where an item allows several answers, of all "mentions": Σwy/Σwx with
                   y a respondent's mentions among `counts` and x all mentions
    against        codes that are not answers but count as a 0 of a share; respondents with other such codes are left
                   out of the measure but remain in the design.  A score includes the codes that have `points`
    weights        a_k of the items, which sum to 1; (): equal weights
    missing        what is done about a respondent who answered only some of the items:
                   "answered": the mean over the items answered, Σ a_k y_k/Σ a_k over these;
                   "complete": the respondent is left out;
                   "item_means": the measure of an area is Σ_k a_k ȳ_k, each mean being over those who answered item k
    where          item -> codes: only respondents who gave one of these codes at every item named count, as a domain
    range          of a mean: the smallest and the largest number that its items allow
    two_valued     of a mean: 0 and 1 are the only numbers that its one item allows, so that it is a share
    counted_in     of a mean: what its numbers are counted in, by language ("minutes"); empty: points
    digits         the decimals that its values are printed with, of per cents of a share; None: see `decimals`
    """

    name: str
    kind: str
    items: tuple[str, ...]
    counts: frozenset
    points: Mapping
    largest_is_best: bool
    of: str = RESPONDENTS
    against: frozenset = frozenset()
    weights: tuple[float, ...] = ()
    missing: str = ANSWERED
    where: Mapping[str, frozenset] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    range: tuple[float, float] = (0.0, 1.0)
    two_valued: bool = False
    counted_in: Mapping[str, str] = field(default_factory=dict)
    digits: int | None = None

    @property
    def low(self) -> float:
        """The smallest value the measure can take."""
        return self._ends[0]

    @property
    def high(self) -> float:
        """The largest value the measure can take."""
        return self._ends[1]

    @property
    def unit(self) -> str:
        """How its values are printed: SHARE, as per cent, or SCORE, as points."""
        return SHARE if self.kind == SHARE else SCORE

    @property
    def decimals(self) -> int:
        """The decimals a value is printed with: `digits`, else 1 for per cents and scales of length 20 or more, 3 for
        scales shorter than 2, and 2 for others.  Ranks are those of values that are not rounded."""
        if self.digits is not None:
            return self.digits
        reach = self.high - self.low
        return 1 if self.unit == SHARE or reach >= 20 else 2 if reach >= 2 else 3

    @property
    def printed_unit(self) -> float:
        """The smallest step between two printed values: 0.001 of a share, which is printed as per cent."""
        return 10.0 ** -(self.decimals + 2 * (self.unit == SHARE))

    @property
    def yes_or_no(self) -> bool:
        """Is each respondent's number 0 or 1?"""
        return self.two_valued or (self.kind == SHARE and self.of == RESPONDENTS and len(self.items) == 1)

    @property
    def linear(self) -> bool:
        """Is a respondent's number the same for every domain over which it is averaged?"""
        return self.kind != INDEX and self.of == RESPONDENTS and self.missing != ITEM_MEANS

    @property
    def item_weights(self) -> tuple[float, ...]:
        """a_k of the items; equal if `weights` is empty."""
        return self.weights or (1 / len(self.items),) * len(self.items)

    @property
    def records(self) -> tuple[str, ...]:
        """The names of the records among the parts of an index."""
        return tuple(part.name for part in self.parts if part.record)

    @property
    def _ends(self) -> tuple[float, float]:
        if self.kind == SHARE:
            return 0.0, 1.0
        if self.kind == MEAN:
            return self.range
        if self.kind == SCORE:
            return min(self.points.values()), max(self.points.values())
        reach = [sorted(part.weight * part.scaled(v) for v in part.possible) for part in self.parts]
        return fsum(r[0] for r in reach), fsum(r[1] for r in reach)
