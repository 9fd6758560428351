"""Rules about several areas together: a city by its counties, or a whole league; what their kinds are judged on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from accountability.rules.kind import Figures, Judged, Kind

AREA, GROUP, LEAGUE = "area", "group", "league"  # of what a rule is: of each area, each group of areas, or the league


class JointRule(Protocol):
    """What a kind reads of a rule of several areas together (`accountability.rules.Rule`)."""

    @property
    def name(self) -> str: ...

    @property
    def threshold(self) -> float: ...

    @property
    def level(self) -> float: ...

    @property
    def share(self) -> float: ...

    @property
    def first(self) -> int: ...


@dataclass(frozen=True, eq=False)
class JointFigures:
    """What the figures of one league say of its groups of areas, or of the league as one.

    areas    the figures of the league's areas
    units    group, or the league -> the codes of its areas, with those in which nobody answered
    pooled   the figures of the units themselves, each person counting with the weight that it has
    upwards  whether a target of the measure is to be reached from below; False: it is not to be exceeded
    placing  the figures of the league's areas by which their places go, and whether the largest are the best;
             None: those of `areas`
    """

    areas: Figures
    units: Mapping[str, Sequence[str]]
    pooled: Callable[[], Figures]
    upwards: bool = True
    placing: tuple[Figures, bool] | None = None


class JointKind(Kind):
    """A kind of rule of several areas together.

    settings: what such a rule has in a programme besides the settings of all rules
    lucky: whether `missed_of_unit` can say what chance alone would bring
    """

    over: tuple[str, ...] = (GROUP, LEAGUE)
    lucky: bool = False

    def judge_units(self, rule: JointRule, figures: JointFigures) -> Judged:
        """What the rule says of each unit, as printed and as shown."""
        raise NotImplementedError

    def missed_of_unit(
        self,
        values: np.ndarray,
        members: Sequence[int],
        rule: JointRule,
        *,
        upwards: bool,
        printed_unit: float,
        placing: tuple[np.ndarray, bool] | None = None,
    ) -> np.ndarray:
        """Whether a unit with these areas misses the rule as printed (…), by the values (…, p) of the whole league.

        members: the places of the unit's areas that have values;  NaN: an area without one
        placing: the values (…, p) by which places go, and whether the largest are the best; None: `values`
        """
        raise NotImplementedError
