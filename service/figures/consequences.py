"""The consequences of a league's verdicts over several waves: who was carded, how surely, and what luck would bring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
import sqlalchemy as sa

from accountability.ladders.events import Event, replay
from accountability.ladders.evidence import counted, evidence, level_of
from accountability.ladders.history import History
from accountability.ladders.luck import Luck, SimulatedMeasure, luck
from accountability.rules import Rule
from estimation.columns.ties import is_nothing
from programme.declared import Programme
from programme.wave_names import kind_of_wave, parts_of_wave, periods_of_year, waves_a_year, waves_between
from service.figures.league import (
    League,
    newest_estimated_wave,
    newest_run,
    one_of,
    read_estimated,
    waves_with_estimates,
)
from service.figures.use_cases import ANNUAL, ESTIMATE
from service.intake.imports import current_programme
from service.store import schema
from service.store.engine import Store
from service.store.objects import RESPONDENTS, read_object
from service.store.permissions import permitted
from service.store.remembered import remembered
from service.store.runs import generator, run_inputs
from words import Fault

YEARS = 2  # whose consequences are listed
NUMBERS = ["estimate", "se", "n", "n_effective"]  # columns of a league that luck is simulated from


@dataclass(frozen=True, eq=False)
class Listed:
    """A consequence that followed: the event, how sure it is (`ladders.evidence`), and at what confidence."""

    event: Event
    evidence: str
    level: float


@dataclass(frozen=True, eq=False)
class Consequences:
    """What a programme's ladder brought one league in the two years that end with a wave.

    waves       the periods listed, oldest first;  unsurveyed: those of them without a figure of the league
    listed      what followed in them, newest wave first, and in a wave the last of the ladder, the gravest, first
    counts      consequence -> how many of `listed` are confirmed, not ruled out and ruled out
    luck        what the same waves would bring if all areas were alike; None where the same people were asked in two
                of the waves, whose errors are then not independent
    unjudged    area -> the periods listed in which it has no verdict though the league was surveyed
    runs        the runs that the verdicts are from
    """

    programme: Programme
    league: str
    waves: tuple[str, ...]
    unsurveyed: tuple[str, ...]
    listed: tuple[Listed, ...]
    counts: Mapping[str, Mapping[str, int]]
    luck: Luck | None
    unjudged: Mapping[str, tuple[str, ...]]
    runs: tuple[int, ...]

    def chance(self, listed: Listed) -> float | None:
        """The probability that this consequence comes to this area at least once in these waves by luck alone."""
        return None if self.luck is None else self.luck.ever[listed.event.consequence][listed.event.area]

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
    programme = current_programme(store, programme_name)[1]
    if not programme.consequences:
        raise Fault(key="consequences.none", programme=programme.title)
    league = one_of(league, programme.leagues, "league.unknown_league")
    wave = wave or newest_estimated_wave(store, programme_name)
    if wave is None:
        raise Fault(key="consequences.no_estimates", programme=programme.title)
    by_wave = _figures(store, programme, league, wave)
    if not any(by_wave.values()):
        raise Fault(key="league.not_estimated", wave=wave)
    periods = tuple(waves_between(min(by_wave), wave))
    annual = {name: _annual_rows(store, programme, name, by_wave) for name in periods}
    history, outcomes, levels = _history(programme, league, periods, by_wave, annual)
    shown = periods[-YEARS * waves_a_year(wave) :]
    listed = tuple(
        Listed(event, evidence(event, outcomes), level_of(event, levels))
        for event in replay(history, programme.consequences)[::-1]
        if event.wave in shown
    )
    order = {name: j for j, name in enumerate(c.name for c in programme.consequences)}
    listed = tuple(sorted(listed, key=lambda row: (-periods.index(row.event.wave), -order[row.event.consequence])))
    runs = {name: [figures.runs[ESTIMATE]["run_id"] for figures in by_wave[name].values()] for name in by_wave}
    annual_runs = sorted(run for run, _ in annual.values() if run is not None)
    return Consequences(
        programme=programme,
        league=league,
        waves=shown,
        unsurveyed=tuple(name for name in shown if not by_wave.get(name)),
        listed=listed,
        counts=counted([row.event for row in listed], {row.event: row.evidence for row in listed}),
        luck=_luck(store, programme, history, by_wave, runs, len(periods) - len(shown)),
        unjudged=_unjudged(history, shown, by_wave),
        runs=tuple(sorted({run for of_wave in runs.values() for run in of_wave} | set(annual_runs))),
    )


def _figures(store: Store, programme: Programme, league: str, upto: str) -> dict[str, dict[str, League]]:
    """wave -> measure -> the league's figures, of the waves of one kind up to `upto` and the measures with rules."""
    kind = kind_of_wave(upto)
    waves = [w for w in waves_with_estimates(store, programme.name) if w <= upto and kind_of_wave(w) == kind]
    figures: dict[str, dict[str, League]] = {}
    for wave in sorted({*waves, upto}):
        figures[wave] = {}
        for measure in _ruled(programme):
            try:
                read = read_estimated(store, programme.name, wave=wave, measure=measure, league=league).league(None)
            except Fault:  # not estimated, nobody was asked this then, or all of it is withheld
                continue
            figures[wave][measure] = read
    return figures


def _ruled(programme: Programme) -> dict[str, list[Rule]]:
    """measure -> its rules that consequences are of, of waves and of years."""
    of = {name for consequence in programme.consequences for name in consequence.of}
    used = {
        measure: [rule for rule in (*rules, *programme.annual_rules[measure]) if rule.name in of]
        for measure, rules in programme.rules.items()
    }
    return {measure: rules for measure, rules in used.items() if rules}


def _annual_rows(
    store: Store, programme: Programme, wave: str, by_wave: Mapping[str, Mapping[str, League]]
) -> tuple[int | None, pd.DataFrame]:
    """The run that judged the year which a wave ends, and those of its VERDICTS that the reader may see.

    An annual figure and three of its quarters give away the fourth: where anything of a measure is withheld in one of
    the waves, nothing annual of it is shown.
    """
    names = periods_of_year(parts_of_wave(wave)[0], kind_of_wave(wave))
    nothing = pd.DataFrame(columns=["measure", "rule", "area", "printed", "outcome", "level"])
    if wave != names[-1]:
        return None, nothing
    run = newest_run(store, ANNUAL, programme=programme.name, year=parts_of_wave(wave)[0])
    if run is None:
        return None, nothing
    table = schema.DERIVED["VERDICTS"]
    rows = store.table(sa.select(table).where(table.c.run_id == run["run_id"]))
    whole = [
        name
        for name in _ruled(programme)
        if all(name in by_wave.get(w, {}) and not by_wave[w][name].withheld for w in names)
    ]
    return run["run_id"], rows[rows.measure.isin(whole)]


def _history(
    programme: Programme,
    league: str,
    periods: Sequence[str],
    by_wave: Mapping[str, Mapping[str, League]],
    annual: Mapping[str, tuple[int | None, pd.DataFrame]],
) -> tuple[History, dict, dict]:
    """The verdicts as a history, what the figures show, (rule, wave, area) -> outcome, and (rule, wave) -> level."""
    areas = programme.league_areas(league)
    place = {area: j for j, area in enumerate(areas)}
    rules = [rule.name for rules in _ruled(programme).values() for rule in rules]
    judged, missed = ({name: np.zeros((len(periods), len(areas)), dtype=bool) for name in rules} for _ in range(2))
    outcomes, levels = {}, {}
    for t, wave in enumerate(periods):
        today = programme.renames.one_to_one(wave)
        for rows in (*(figures.rules for figures in by_wave.get(wave, {}).values()), annual[wave][1]):
            for row in rows[rows.rule.isin(judged)].to_dict("records"):
                rule, area = row["rule"], row["area"] if row["area"] in place else today.get(row["area"])
                if area in place:
                    judged[rule][t, place[area]] = True
                    missed[rule][t, place[area]] = not row["printed"]
                    outcomes[rule, wave, area] = row["outcome"]
                    levels[rule, wave] = row["level"]
    year = np.array([int(parts_of_wave(wave)[0]) for wave in periods])
    a_year = waves_a_year(periods[-1])
    ends = np.array([wave == periods_of_year(parts_of_wave(wave)[0], kind_of_wave(wave))[-1] for wave in periods])
    due = {rule.name: ends for of_measure in programme.annual_rules.values() for rule in of_measure}
    return History(tuple(periods), year, a_year, tuple(areas), judged, missed, due), outcomes, levels


def _unjudged(history: History, shown: Sequence[str], by_wave: Mapping) -> dict[str, tuple[str, ...]]:
    """area -> the surveyed periods in which none of its rules was judged."""
    of_waves = [judged for rule, judged in history.judged.items() if rule not in history.due]
    if not of_waves:
        return {}
    judged = np.logical_or.reduce(of_waves)
    surveyed = [t for t, wave in enumerate(history.waves) if wave in shown and by_wave.get(wave)]
    by_area = {
        area: tuple(history.waves[t] for t in surveyed if not judged[t, j]) for j, area in enumerate(history.areas)
    }
    return {area: waves for area, waves in by_area.items() if waves}


def _luck(
    store: Store,
    programme: Programme,
    history: History,
    by_wave: Mapping[str, Mapping[str, League]],
    runs: Mapping[str, Sequence[int]],
    first: int,
) -> Luck | None:
    """The luck of the ladder in the periods from `first` on; None where two waves asked the same people."""
    if _same_people(store, {run for of_wave in runs.values() for run in of_wave}):
        return None
    measures, rules = {}, {}
    for name, of_measure in _ruled(programme).items():
        measures[name] = _simulated(programme, name, history, {w: f[name] for w, f in by_wave.items() if name in f})
        rules |= {rule.name: (name, rule) for rule in of_measure}
    seed = "+".join(str(run) for of_wave in runs.values() for run in of_wave)
    return luck(history, measures, rules, programme.consequences, generator(seed, "luck"), since=first)


def _simulated(programme: Programme, name: str, history: History, leagues: Mapping[str, League]) -> SimulatedMeasure:
    """What a measure is simulated from, by today's areas."""
    measure = programme.measures[name]
    tables = []
    for wave in history.waves:
        table = leagues[wave].table if wave in leagues else pd.DataFrame(columns=NUMBERS)
        today = programme.renames.one_to_one(wave)
        codes = [area if area in history.areas else today.get(area, area) for area in table.index]
        tables.append(table.set_axis(codes)[NUMBERS].astype(float).reindex(history.areas))
    cells = {column: np.array([table[column] for table in tables]) for column in tables[0].columns}
    return SimulatedMeasure(
        value=cells["estimate"],
        se=cells["se"],
        n_effective=cells["n_effective"],
        equal_weights=is_nothing(cells["n"] - cells["n_effective"], cells["n"]),
        share=measure.yes_or_no,
        low=measure.low,
        high=measure.high,
        largest_is_best=measure.largest_is_best,
        printed_unit=measure.printed_unit,
    )


def _same_people(store: Store, runs: set[int]) -> bool:
    """Whether two of the waves that the runs read have a sampled unit (stratum, PSU) in common."""
    with store.read() as connection:
        versions = {number for run in runs for kind, number in run_inputs(connection, run) if kind == "wave"}
    units = [
        set(
            read_object(store, number, RESPONDENTS, ("stratum", "psu"))
            .drop_duplicates()
            .itertuples(index=False, name=None)
        )
        for number in sorted(versions)
    ]
    return any(one & other for one, other in combinations(units, 2))
