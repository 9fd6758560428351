"""An indicator as data: items, what their answers are worth, and what "don't know", "refused" and "not asked" do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import fsum

SHARE, SCORE, INDEX = "share", "score", "index"
RESPONDENTS, MENTIONS = "respondents", "mentions"
ANSWERED, COMPLETE, ITEM_MEANS = "answered", "complete", "item_means"
MISSING = (ANSWERED, COMPLETE, ITEM_MEANS)


@dataclass(frozen=True)
class Item:
    """One question: its code in the file, the answers it allows, and the codes that are no answer.

    answers: code -> label; not_answered: don't know, refused; not_asked: the question was not put to this person.
    separator: stands between the codes of a cell where several answers may be given ("1;5;12"); "": one answer.
    apart: groups of respondents by this item are never pooled.
    asked_if: item -> codes; the question is put to those who gave one of them at every item named, and to no others.
    """

    name: str
    answers: Mapping
    not_answered: frozenset
    not_asked: frozenset
    separator: str = ""
    apart: bool = False
    asked_if: Mapping[str, frozenset] = field(default_factory=dict)

    @property
    def codes(self) -> frozenset:
        """Every code that may stand in the column."""
        return frozenset(self.answers) | self.no_answer

    @property
    def no_answer(self) -> frozenset:
        """The codes that are no answer."""
        return self.not_answered | self.not_asked

    def given(self, cell: str) -> frozenset | None:
        """The codes a cell holds: its answers, or the one code that is no answer; None if the cell is not allowed."""
        found = cell.split(self.separator) if self.separator and cell not in self.no_answer else [cell]
        allowed = self.codes if len(found) == 1 else self.answers
        return frozenset(found) if len(set(found)) == len(found) and set(found) <= set(allowed) else None


@dataclass(frozen=True)
class Part:
    """One part of an index: a measure of the survey, or a record, with its weight and the scale it is put on.

    s = onto₀ + (v - bounds₀)/(bounds₁ - bounds₀) (onto₁ - onto₀): min-max with stated bounds; `onto` falls where the
    part's best end is its smallest, and equals `bounds` where the part is taken as given.
    given: the smallest and the largest v there can be (a measure's scale, a record's bounds).
    """

    name: str
    record: bool
    weight: float
    bounds: tuple[float, float]
    onto: tuple[float, float]
    given: tuple[float, float]

    @property
    def slope(self) -> float:
        """ds/dv."""
        return (self.onto[1] - self.onto[0]) / (self.bounds[1] - self.bounds[0])

    def put(self, value):
        """s of a value v."""
        return self.onto[0] + (value - self.bounds[0]) * self.slope


@dataclass(frozen=True)
class Measure:
    """One figure of an area, and which end of its scale is best.

    kind "share"   1 if the answer is among `counts`, else 0; of several items, their mean.
    kind "score"   `points` (code -> points) of the answer; of several items, their mean.
    kind "index"   Σ_k a_k s_k over `parts`, measures and records put on one scale.
    of             a share of "respondents", or, where an item takes several answers, of all "mentions": Σwy/Σwx with
                   y the mentions among `counts` and x all mentions of a respondent.
    against        codes that are no answer but count as a 0 of a share; all others of them leave the measure, not the
                   design.  A score takes in those that have `points`.
    weights        a_k of the items, summing to 1; (): equal
    missing        what happens to a respondent who answered only some of the items:
                   "answered": the mean over the answered ones, Σ a_k y_k/Σ a_k of these;
                   "complete": the respondent leaves the measure;
                   "item_means": Σ_k a_k ȳ_k of each area, every mean over those who answered that item.
    where          item -> codes: only respondents who gave one of them at every item named, as a domain of the design.
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
        """How its values are written: SHARE, as per cent, or SCORE, as points."""
        return SHARE if self.kind == SHARE else SCORE

    @property
    def decimals(self) -> int:
        """Decimals a value is printed with: one of per cents and of a scale of 20 or more, else two, below 2 three."""
        reach = self.high - self.low
        return 1 if self.unit == SHARE or reach >= 20 else 2 if reach >= 2 else 3

    @property
    def printed_unit(self) -> float:
        """The smallest step between two printed values: 0.001 of a share, which is printed as per cent."""
        return 10.0 ** -(self.decimals + 2 * (self.unit == SHARE))

    @property
    def yes_or_no(self) -> bool:
        """Is each respondent's number 0 or 1?"""
        return self.kind == SHARE and self.of == RESPONDENTS and len(self.items) == 1

    @property
    def linear(self) -> bool:
        """Is a respondent's number the same whatever the domain it is averaged over?"""
        return self.kind != INDEX and self.of == RESPONDENTS and self.missing != ITEM_MEANS

    @property
    def item_weights(self) -> tuple[float, ...]:
        """a_k of the items, equal where none were given."""
        return self.weights or (1 / len(self.items),) * len(self.items)

    @property
    def records(self) -> tuple[str, ...]:
        """The records an index takes."""
        return tuple(part.name for part in self.parts if part.record)

    @property
    def _ends(self) -> tuple[float, float]:
        if self.kind == SHARE:
            return 0.0, 1.0
        if self.kind == SCORE:
            return min(self.points.values()), max(self.points.values())
        reach = [sorted(part.weight * part.put(v) for v in part.given) for part in self.parts]
        return fsum(r[0] for r in reach), fsum(r[1] for r in reach)
