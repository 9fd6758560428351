"""What every kind of rule says of itself: its name and settings, how areas are judged, and its numbers' unit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:  # a programme reads its rules without the statistics
    from estimation import Estimate, Interval, LastK, RankSet

MET, MISSED, UNDECIDED = "met", "missed", "undecided"
PREVIOUS, YEAR_AGO = "previous", "year_ago"  # the wave with which a rule about changes compares
EQUAL, INTERVIEWS, POPULATION = WEIGHTS = ("equal", "interviews", "population")  # what a year's waves count by


@dataclass(frozen=True, eq=False)
class Figures:
    """What the figures of one league say of a measure: all that a rule may be judged on.

    estimate: the printed values with their errors;  ranks: the rank set that is shown
    limits: level -> limits of the values; the Wald ones where none are given
    split: (k, level) -> who is shown in and out of the last k; None, or a result of None, where that is not known
    printed_unit: the last digit that is printed (0.001 where 79.6 % is), so that a figure printed as the threshold
    reaches it as printed; 0: all digits are.
    """

    estimate: "Estimate"
    ranks: "RankSet | None" = None
    limits: "Callable[[float], Interval] | None" = None
    split: "Callable[[int, float], LastK | None] | None" = None
    printed_unit: float = 0.0

    def interval(self, level: float) -> "Interval":
        """The limits of the values at a level."""
        return self.estimate.interval(level) if self.limits is None else self.limits(level)

    def last(self, k: int, level: float) -> "LastK | None":
        """Who is shown in and out of the last k at a level; None where only the rank set can say."""
        return None if self.split is None else self.split(k, level)


class Judged(NamedTuple):
    """A rule's columns, one entry an area: printed (met as printed), shown met, shown missed, the value compared with
    the threshold and its limits; level: the confidence that stands behind them."""

    areas: tuple[str, ...]
    printed: np.ndarray
    met: np.ndarray
    missed: np.ndarray
    value: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    level: float


class Kind:
    """A kind of rule; each is a class in a file of its own, which `accountability.rules.KINDS` finds by itself.

    name: what a programme's TOML calls it (kind = "not_last")
    sentence: the key in words/ of the sentence that sums up its verdicts
    of_places: its numbers are places in the table; False: values of the measure
    upwards: of values, whether the threshold is to be reached from below; False: it is not to be exceeded
    over: of what such a rule may be judged: of each area, or of several areas together (`rules.joint`)
    settings: what such a rule has in a programme besides the settings of all rules
    of_changes: it is judged on the change since another wave
    by_setting: setting -> its values, the default first -> the kind that each of them chooses
    chosen_by_setting: a programme does not name this kind; a setting of another kind chooses it
    """

    name: str
    sentence: str
    of_places: bool = False
    upwards: bool = True
    over: tuple[str, ...] = ("area",)
    settings: tuple[str, ...] = ()
    of_changes: bool = False
    by_setting: Mapping[str, Mapping[str, str]] = {}
    chosen_by_setting: bool = False

    def expected(self, threshold: float, *, low: float, high: float, areas: int) -> str | None:
        """None if a rule may have this threshold, else what is expected in its place.

        low, high: the ends of the measure's scale;  areas: how many the largest league has
        """
        raise NotImplementedError

    def judge(self, rule: str, threshold: float, level: float, figures: Figures) -> Judged:
        """What the rule says of each area, as printed and as shown; rule: its name, for a Fault."""
        raise NotImplementedError

    def missed_by(
        self, values: np.ndarray, threshold: float, *, largest_is_best: bool, printed_unit: float
    ) -> np.ndarray:
        """Which of the values (…, p) of a league's p areas miss the rule as printed.

        The values are simulated ones: equal ones are exactly equal.
        """
        raise NotImplementedError

    def passed_at(self, threshold: float) -> float:
        """The value that the limits have to pass for the rule to be shown met or missed."""
        return threshold

    def listed(self, threshold: float) -> int | None:
        """How many areas the rule calls the last; None if it calls none so."""
        return None

    def among_shown(self, threshold: float, verdicts: pd.DataFrame, shown: pd.DataFrame) -> pd.DataFrame:
        """The rule's VERDICTS where only the areas of `shown` are shown: a value is the same whoever else is shown.

        shown: the league's table, indexed by area in the programme's order, with places among those shown
        (`accountability.disclosure`)
        """
        return verdicts
