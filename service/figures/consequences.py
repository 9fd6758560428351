"""The consequences of a league's verdicts over several waves: who was carded, how surely, and what luck would bring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from accountability.ladders.events import Event, replay
from accountability.ladders.evidence import counted, evidence, level_of
from programme.declared import Programme
from programme.wave_names import waves_a_year
from service.figures.judged_history import COLUMNS, JudgedHistory, judged_history, ruled
from service.figures.league import newest_estimated_wave, one_of, read_league
from service.figures.settling import Settling
from service.intake.imports import current_programme
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.remembered import remembered
from words import Fault

if TYPE_CHECKING:  # who only prints a league table simulates nothing
    from accountability.ladders.luck import Luck

YEARS = 2  # whose consequences are listed


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
    luck        what the same waves would bring if all areas were alike; None where it cannot be simulated
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


@permitted
@remembered
def read_consequences(
    store: Store, programme_name: str, *, wave: str | None = None, league: str | None = None
) -> Consequences:
    """The consequences in the two years up to `wave`, by default the newest estimated wave and the first league.

    Every figure is one that the reader may see.  A Fault if the programme has no ladder.
    """
    from service.figures.lucky import league_luck  # imported here: who only prints a league table simulates nothing

    programme = current_programme(store, programme_name)[1]
    if not programme.consequences:
        raise Fault(key="consequences.none", programme=programme.title)
    league = one_of(league, programme.leagues, "league.unknown_league")
    wave = wave or newest_estimated_wave(store, programme_name)
    if wave is None:
        raise Fault(key="consequences.no_estimates", programme=programme.title)
    judged = judged_history(store, programme, league, wave)
    history, periods = judged.history, judged.history.waves
    shown = periods[-YEARS * waves_a_year(wave) :]
    outcomes = {place: row.outcome for place, row in judged.verdicts.items()}
    levels = {(rule, name): row.level for (rule, name, _), row in judged.verdicts.items()}
    events = [event for event in replay(history, programme.consequences) if event.wave in shown]
    numbers = Settling(programme, judged)
    listed = [
        Listed(event, sure := evidence(event, outcomes), level_of(event, levels), *numbers.of(event, sure))
        for event in events[::-1]
    ]
    order = {consequence.name: j for j, consequence in enumerate(programme.consequences)}
    listed.sort(key=lambda row: (-periods.index(row.event.wave), -order[row.event.consequence]))
    by_luck, panel = league_luck(store, programme, judged, len(periods) - len(shown))
    return Consequences(
        programme=programme,
        league=league,
        waves=shown,
        unsurveyed=tuple(name for name in shown if not judged.by_wave.get(name)),
        listed=tuple(listed),
        counts=counted([row.event for row in listed], {row.event: row.evidence for row in listed}),
        luck=by_luck,
        panel=panel,
        wrongly=_wrongly_listed(store, programme, league, wave),
        together=_together(judged, wave),
        unjudged=_unjudged(programme.league_areas(league), judged, shown),
        runs=judged.runs,
    )


def _together(judged: JudgedHistory, wave: str) -> pd.DataFrame:
    """The verdicts of a wave on groups and on the league."""
    rows = [row for (_, of_wave, area), row in judged.verdicts.items() if of_wave == wave and area in judged.units]
    return pd.DataFrame(rows, columns=COLUMNS)


def _wrongly_listed(store: Store, programme: Programme, league: str, wave: str) -> tuple[WronglyListed, ...]:
    """Of each rule about the last k that consequences are of: how many areas it lists in a wave, how many wrongly."""
    found = []
    for measure, rules in ruled(programme).items():
        of_wave = [rule for rule in rules if rule.listed is not None and rule in programme.rules[measure]]
        if not of_wave:
            continue
        try:
            read = read_league(store, programme.name, wave=wave, measure=measure, league=league)
        except Fault:  # not estimated, nobody was asked this then, or all of it is withheld
            continue
        for rule in of_wave:
            rows = read.rules[read.rules.rule == rule.name]
            areas = list(rows.area[~rows.printed.astype(bool)])
            said = read.against is not None and not read.withheld and programme.last(measure) == rule.listed
            likely = read.table.p_last.reindex(areas).astype(float) if said else pd.Series([np.nan])
            expected = None if likely.isna().any() else float((1 - likely).sum())
            found.append(WronglyListed(rule.name, len(areas), expected))
    return tuple(found)


def _unjudged(areas: Sequence[str], judged: JudgedHistory, shown: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """area -> the surveyed periods in which none of its rules was judged."""
    history = judged.history
    of_areas = slice(0, len(areas))
    of_waves = [
        of_rule[:, of_areas]
        for rule, of_rule in history.judged.items()
        if rule not in history.due and of_rule[:, of_areas].any()
    ]
    if not of_waves:
        return {}
    whether = np.logical_or.reduce(of_waves)
    surveyed = [t for t, wave in enumerate(history.waves) if wave in shown and judged.by_wave.get(wave)]
    by_area = {area: tuple(history.waves[t] for t in surveyed if not whether[t, j]) for j, area in enumerate(areas)}
    return {area: waves for area, waves in by_area.items() if waves}
