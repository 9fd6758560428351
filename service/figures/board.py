"""The board of a league: what followed for which area in two years, how surely, and how much of it may be luck."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from accountability.ladders.events import Event
from programme.declared import Programme

if TYPE_CHECKING:  # who only prints a league table simulates nothing
    from accountability.ladders.luck import Luck


@dataclass(frozen=True, eq=False)
class Listed:
    """A consequence that followed: the event, how sure it is (`ladders.evidence`), and at what confidence.

    settling   interviews of an area and wave that would settle what is not shown, if the values stayed as they are;
               None where nothing is open, infinite where no number would do
    asked      how many there were, of the verdict that `settling` is of
    """

    event: Event
    evidence: str
    level: float
    settling: float | None = None
    asked: float | None = None


@dataclass(frozen=True)
class WronglyListed:
    """Of the areas that a rule lists in the newest wave: how many, and how many of them wrongly, on average.

    expected   Σ (1 - P(j is truly among the last k)) over the areas listed; None where no comparison of the wave says
               these probabilities, or its model does not describe the league
    """

    rule: str
    listed: int
    expected: float | None


@dataclass(frozen=True, eq=False)
class Consequences:
    """What a programme's ladder brought one league in the two years that end with a wave.

    waves       the periods listed, oldest first;  unsurveyed: those of them without a figure of the league
    listed      what followed in them, newest wave first, and in a wave the last of the ladder, the gravest, first
    counts      consequence -> how many of `listed` are confirmed, not ruled out and ruled out
    luck        what the same waves would bring if all areas were alike, without the probabilities of single waves;
                None where it cannot be simulated
    panel       the largest correlation of two waves' errors where the same people were asked, else 0
    wrongly     of each rule about the last k, in the newest wave
    together    VERDICTS of the newest wave, and of the year that it ends, on several areas together
    unjudged    area -> the periods listed in which it has no verdict though the league was surveyed
    runs        the runs that the verdicts are from
    """

    programme: Programme
    league: str
    waves: tuple[str, ...]
    unsurveyed: tuple[str, ...]
    listed: tuple[Listed, ...]
    counts: Mapping[str, Mapping[str, int]]
    luck: "Luck | None"
    panel: float
    wrongly: tuple[WronglyListed, ...]
    together: pd.DataFrame
    unjudged: Mapping[str, tuple[str, ...]]
    runs: tuple[int, ...]

    def chance(self, listed: Listed) -> float | None:
        """The probability that this consequence comes to this area at least once in these waves by luck alone."""
        if self.luck is None or listed.event.consequence not in self.luck.ever:
            return None
        return self.luck.ever[listed.event.consequence][listed.event.area]

    def of_area(self, area: str) -> tuple[Listed, ...]:
        """What followed for one area, newest first."""
        return tuple(row for row in self.listed if row.event.area == area)
