"""What a programme says about weighting: outcomes, base weights, ages, nonresponse, telephones, margins, limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from estimation.calibration.distances import DISTANCES, Distance
from estimation.weighting.census import CROSSED

AGE_GROUP = "age_group"  # the column that `Ages` makes


@dataclass(frozen=True)
class Dispositions:
    """The column with the outcome of each number, and its codes grouped by what they say of the person reached.

    responded, not_responded  eligible persons who were interviewed, or were not
    unknown                   it is not known whether an eligible person uses the number
    ineligible                no eligible person uses the number
    """

    column: str
    responded: frozenset[str]
    not_responded: frozenset[str]
    unknown: frozenset[str]
    ineligible: frozenset[str]

    @property
    def codes(self) -> frozenset[str]:
        """All codes."""
        return self.responded | self.not_responded | self.unknown | self.ineligible


@dataclass(frozen=True)
class Base:
    """Where base weights come from.

    weight   the column of base weights; None: they are N_f/n_f in frame f
    frame    the column that names the frame of each number
    numbers  frame -> N_f, the numbers it contains
    """

    weight: str | None
    frame: str | None
    numbers: Mapping[str, float]


@dataclass(frozen=True)
class Ages:
    """The column of ages, and the groups from which the column `age_group` is made."""

    column: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Nonresponse:
    """How nonresponse is adjusted for: in cells, or by a model of the propensity to respond.

    cells       columns to be crossed; (): one cell
    predictors  columns of the model; (): adjustment in `cells`
    classes     the number of classes of similar propensity in which to adjust; 0: the weights become w/φ̂
    """

    cells: tuple[str, ...] = ()
    predictors: tuple[str, ...] = ()
    classes: int = 5


@dataclass(frozen=True)
class Phones:
    """The columns with the numbers of a person's mobile phones, and of the household's landlines and adults."""

    mobiles: str
    landlines: str
    adults: str


@dataclass(frozen=True)
class Calibrating:
    """What the weights are calibrated to, and how.

    margins   columns, crossed by "*": "sex*age_group"
    period    the period of the known totals; None: that of the wave
    distance  "linear", "raking" or "logit" (`estimation.calibration.distances`)
    bounds    limits of the g-weights; None: none
    merge     margin -> category -> neighbours, the first choice first, with one of which it is merged if nobody in it
              answered
    """

    margins: tuple[str, ...]
    period: str | None = None
    distance: str = "raking"
    bounds: tuple[float, float] | None = None
    merge: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of all margins, each once."""
        return tuple(dict.fromkeys(c for name in self.margins for c in name.split(CROSSED)))

    def measure(self) -> Distance:
        """The distance as an object."""
        return DISTANCES[self.distance](self.bounds)


@dataclass(frozen=True)
class TrimmingLimits:
    """The limits of trimming as multiples of the median weight before it; 0 and inf mean no limit."""

    smallest: float = 0.0
    largest: float = np.inf


@dataclass(frozen=True)
class WeightingSteps:
    """The steps that lead from released numbers to weights of persons; a step that is None is not taken.

    persons: the column with the probability of the person in the household, such as that of Kish's table; not with
    `phones`, whose adults say the same
    """

    dispositions: Dispositions
    base: Base
    eligibility_cells: tuple[str, ...] = ()
    ages: Ages | None = None
    nonresponse: Nonresponse = field(default_factory=Nonresponse)
    phones: Phones | None = None
    calibrating: Calibrating | None = None
    trimming: TrimmingLimits | None = None
    persons: str | None = None

    def needed(self) -> dict[str, tuple[str, ...]]:
        """The columns that must not be empty: for "all" numbers, for the "eligible", and for those who "responded"."""
        phones = () if self.phones is None else (self.phones.mobiles, self.phones.landlines, self.phones.adults)
        columns = {
            "all": (self.dispositions.column, self.base.frame, self.base.weight, *self.eligibility_cells),
            "eligible": (*self.nonresponse.cells, *self.nonresponse.predictors),
            "responded": phones
            + (() if self.persons is None else (self.persons,))
            + (() if self.calibrating is None else self.calibrating.columns),
        }
        age = None if self.ages is None else self.ages.column
        named = {who: [age if c == AGE_GROUP else c for c in of] for who, of in columns.items()}
        return {who: tuple(dict.fromkeys(c for c in of if c is not None)) for who, of in named.items()}

    def number_columns(self) -> dict[str, tuple[str, ...]]:
        """Those of the columns `needed` that must contain numbers."""
        counts = () if self.phones is None else (self.phones.mobiles, self.phones.landlines, self.phones.adults)
        numeric = {self.base.weight, self.persons, None if self.ages is None else self.ages.column, *counts} - {None}
        return {who: tuple(c for c in of if c in numeric) for who, of in self.needed().items()}
