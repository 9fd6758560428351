"""What is to be done to weight a survey: outcomes, base weights, ages, nonresponse, telephones, margins, limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from estimation.calibration.distances import DISTANCES, Distance
from estimation.weighting.census import CROSSED

AGE_GROUP = "age_group"  # the column that `Ages` makes


@dataclass(frozen=True)
class Dispositions:
    """The column with each number's outcome, and its codes by what they say of the person behind it."""

    column: str
    responded: frozenset[str]
    not_responded: frozenset[str]
    unknown: frozenset[str]
    ineligible: frozenset[str]

    @property
    def codes(self) -> frozenset[str]:
        """All of them."""
        return self.responded | self.not_responded | self.unknown | self.ineligible


@dataclass(frozen=True)
class Base:
    """Base weights: a column of them, or how many numbers each frame has, N_f/n_f.  frame: the column naming it."""

    weight: str | None
    frame: str | None
    numbers: Mapping[str, float]


@dataclass(frozen=True)
class Ages:
    """The column of ages and the groups that make the column `age_group`."""

    column: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Nonresponse:
    """Cells (columns crossed), or predictors of responding in `classes` of similar propensity (0: w/φ̂ itself)."""

    cells: tuple[str, ...] = ()
    predictors: tuple[str, ...] = ()
    classes: int = 5


@dataclass(frozen=True)
class Phones:
    """Columns that count a person's mobiles, the household's landlines, and its adults."""

    mobiles: str
    landlines: str
    adults: str


@dataclass(frozen=True)
class Calibrating:
    """Margins ("sex*age_group": columns crossed), the period of their totals (None: the wave's own), and how."""

    margins: tuple[str, ...]
    period: str | None = None
    distance: str = "raking"
    bounds: tuple[float, float] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of all margins."""
        return tuple(dict.fromkeys(c for name in self.margins for c in name.split(CROSSED)))

    def measure(self) -> Distance:
        """The distance as an object."""
        return DISTANCES[self.distance](self.bounds)


@dataclass(frozen=True)
class TrimmingLimits:
    """Trimming limits, times the median of the weights before; 0 and inf: none."""

    smallest: float = 0.0
    largest: float = np.inf


@dataclass(frozen=True)
class WeightingPlan:
    """What is done to come from released numbers to weights of persons; steps that are None are not taken."""

    dispositions: Dispositions
    base: Base
    eligibility_cells: tuple[str, ...] = ()
    ages: Ages | None = None
    nonresponse: Nonresponse = field(default_factory=Nonresponse)
    phones: Phones | None = None
    calibrating: Calibrating | None = None
    trimming: TrimmingLimits | None = None

    def needed(self) -> dict[str, tuple[str, ...]]:
        """Columns the file must have filled: for "all" numbers, for the "eligible", and for those who "responded"."""
        phones = () if self.phones is None else (self.phones.mobiles, self.phones.landlines, self.phones.adults)
        columns = {
            "all": (self.dispositions.column, self.base.frame, self.base.weight, *self.eligibility_cells),
            "eligible": (*self.nonresponse.cells, *self.nonresponse.predictors),
            "responded": phones + (() if self.calibrating is None else self.calibrating.columns),
        }
        age = None if self.ages is None else self.ages.column
        named = {who: [age if c == AGE_GROUP else c for c in of] for who, of in columns.items()}
        return {who: tuple(dict.fromkeys(c for c in of if c is not None)) for who, of in named.items()}

    def number_columns(self) -> dict[str, tuple[str, ...]]:
        """Those of them that must be numbers."""
        counts = () if self.phones is None else (self.phones.mobiles, self.phones.landlines, self.phones.adults)
        numeric = {self.base.weight, None if self.ages is None else self.ages.column, *counts} - {None}
        return {who: tuple(c for c in of if c in numeric) for who, of in self.needed().items()}
