"""A league as it is read from the store: its table in one wave, its changes since another, and the runs behind them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

import contracts
from accountability import MET, MISSED, UNDECIDED
from accountability.disclosure.measures import measures_withheld
from accountability.disclosure.shown_league import shown_figures
from accountability.league.figures import league_figures
from estimation import Measure
from estimation.changes.verdicts import PROVEN, REAL
from programme.declared import Programme
from service.fieldwork.stops import stops_read
from service.figures.alone import alone_run
from service.figures.publications import Publication, last_publication, runs_shown
from service.figures.use_cases import COMPARE, ESTIMATE, SHARING
from service.figures.windows import JOINED, WINDOWS, comparison_name, window
from service.intake.imports import current_programme, current_wave, programme_of_run, wave_versions
from service.intake.origins import origins_read
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted, sees_all
from service.store.remembered import remembered_while_called
from service.store.runs import outdated_runs
from words import Fault

YEAR = 4  # digits: every wave's name begins with its year
CONFIRMED = (PROVEN, REAL)


@dataclass(frozen=True, eq=False)
class League:
    """A league's table, with one row for each area, best first, and everything that belongs under it.

    table: indexed by area code; n, estimate, se, …; rank and rank_lower..rank_upper (all areas jointly);
    alone_lower..alone_upper (this area alone) once they are computed (`waves.rank_alone`);
    with `against`: change, places, noise, p_holm, p_standing, verdict, …; toward: 1 for the better, -1 for the worse
    against, upto: the two windows compared, None or "2015Q1" or "2014Q1+2014Q2"; upto is the wave itself if it is one
    rules: VERDICTS of the measure's rules;  joint: those on groups of areas and on the league together
    everybody: the estimate over all areas; empty if it is withheld
    missing: areas of the league in which nobody answered
    withheld: areas not in `table` because their figures may not be shown to this reader
    elsewhere: whether figures are withheld, in another league, of areas of which these are groups
    unchanged: areas whose changes may not be shown; ranks are then among the areas shown (`accountability.disclosure`)
    pages: how many pages of comparisons end in the wave's calendar year
    published: the newest release of the wave to leaders, if there was one
    runs: the runs behind it, by use case.  outdated: whether any of them read a version that was corrected since
    """

    programme: Programme
    measure: Measure
    league: str
    wave: str
    against: str | None
    upto: str | None
    table: pd.DataFrame
    rules: pd.DataFrame
    everybody: Mapping
    missing: tuple[str, ...]
    runs: Mapping[str, Mapping]
    outdated: bool
    withheld: tuple[str, ...] = ()
    elsewhere: bool = False
    unchanged: tuple[str, ...] = ()
    pages: int = 0
    published: Publication | None = None
    joint: pd.DataFrame = field(default_factory=pd.DataFrame)

    def name(self, area: str) -> Mapping[str, str]:
        """An area's name in every language."""
        return self.programme.ranked[area].name

    @property
    def alone(self) -> bool:
        """Whether the table has the rank set of each area alone."""
        return "alone_lower" in self.table

    @cached_property
    def uncompared(self) -> tuple[str, ...]:
        """The areas without a change: nobody answered in the other wave, or the change is withheld."""
        return () if self.against is None else tuple(self.table.index[self.table.change.isna()])

    @cached_property
    def movers(self) -> list[str]:
        """The areas whose change against the average, or whose change of rank, is confirmed."""
        return [] if self.against is None else list(self.table.index[self.table.verdict.isin(CONFIRMED)])

    @property
    def proven(self) -> list[str]:
        """The areas whose change of rank is confirmed."""
        return [] if self.against is None else list(self.table.index[self.table.verdict == PROVEN])

    @property
    def whole(self) -> bool:
        """Whether nothing is withheld from this reader, of the league's areas or of areas inside them."""
        return not self.withheld and not self.elsewhere

    @property
    def error(self) -> float:
        """The error of all that the comparison confirms together; without a comparison, that of a page."""
        compared = self.table[self.table.alpha_standing.notna()] if self.against is not None else self.table[:0]
        if compared.empty:
            return 1 - self.programme.page_level
        return float(compared.alpha_standing.iloc[0] + compared.alpha_rank.iloc[0])

    @property
    def finite(self) -> bool:
        """Whether the number of eligible people is known in any area."""
        return bool((self.table.fpc < 1).any())

    @property
    def windowed(self) -> bool:
        """Whether means of several waves were compared."""
        return self.against is not None and (self.upto != self.wave or JOINED in self.against)


@permitted
@remembered_while_called
def read_league(
    store: Store,
    programme_name: str,
    *,
    wave: str | None = None,
    measure: str | None = None,
    league: str | None = None,
    against: str | None = None,
) -> League:
    """The table of one league; by default of the newest estimated wave, first measure and league, nearest comparison.

    against: one of `comparisons`: an earlier wave, or both windows ("2014Q1+2014Q2>2015Q1+2015Q2").
    """
    estimated = read_estimated(store, programme_name, wave=wave, measure=measure, league=league)
    return estimated.league(newest_comparison(store, programme_name, estimated.wave, against))


@dataclass(frozen=True, eq=False)
class Estimated:
    """What is read of one wave's measure in one league, once for all comparisons that are shown of it.

    run, alone: the estimate, and the run with each area's own rank set if there is one
    estimates, ranks, verdicts, alone_ranks: rows of the measure in these runs
    """

    store: Store
    programme: Programme
    measure: str
    league_name: str
    wave: str
    run: Mapping
    alone: int | None
    estimates: pd.DataFrame
    ranks: pd.DataFrame
    verdicts: pd.DataFrame
    alone_ranks: pd.DataFrame | None

    def league(self, compared: Mapping | None) -> League:
        """The league with the changes of the run `compared`, or without changes; a Fault if nobody answered."""
        store, programme, name, run_id = self.store, self.programme, self.measure, self.run["run_id"]
        areas = programme.league_areas(self.league_name)
        figures = league_figures(
            programme.measures[name],
            areas,
            estimates=self.estimates,
            ranks=self.ranks,
            verdicts=self.verdicts[~self.verdicts.rule.isin(self._joint_rules)],
            alone=self.alone_ranks,
            changes=None if compared is None else _rows(store, "CHANGES", compared["run_id"], name),
        )
        if figures.table.empty:
            raise Fault(key="league.no_measure", wave=self.wave, measure=programme.measure_names[name])
        missing = tuple(a for a in areas if a not in figures.table.index)
        if not sees_all(store.actor):
            sides = () if compared is None else _waves_of(compared)
            sizes = {w: _sizes(store, programme, self.run, w) for w in {self.wave, *sides}}
            of_measure = programme.shown_measures, name, programme.in_league(self.league_name).rules[name]
            of_wave = {"areas": areas, "wave": self.wave, "compared": sides, "limit": programme.withhold}
            of_wave["inside"] = programme.ranked_inside
            figures = shown_figures(figures, *of_measure, sizes, **of_wave)
        alone_run_row = None if self.alone in (None, run_id) else _run(store, schema.runs.c.run_id == self.alone)
        runs = {r["use_case"]: r for r in (self.run, alone_run_row, compared) if r is not None}
        return League(
            programme=programme.in_league(self.league_name),
            measure=programme.measures[name],
            league=self.league_name,
            wave=self.wave,
            against=None if compared is None else compared["arguments"]["before"],
            upto=None if compared is None else compared["arguments"]["after"],
            table=figures.table,
            rules=figures.verdicts,
            everybody=figures.everybody,
            missing=missing,
            runs=runs,
            outdated=bool(outdated_runs(store, among=[r["run_id"] for r in runs.values()])),
            withheld=figures.withheld,
            elsewhere=figures.elsewhere,
            unchanged=figures.unchanged,
            pages=0 if compared is None else _pages(store, programme, self.wave),
            published=last_publication(store, programme.name, self.wave),
            joint=self._joint(whole=not figures.withheld and not figures.elsewhere),
        )

    def _joint(self, *, whole: bool) -> pd.DataFrame:
        """VERDICTS on the league's groups and on the league, and of its areas as groups of smaller ones.

        None where areas are withheld, of which they tell.
        """
        units = {unit for of in self.programme.units_of(self.league_name).values() for unit in of}
        units |= set(self.programme.league_areas(self.league_name)) & set(self.programme.ranked_groups)
        rules = self.programme.joint_rules[self.measure]
        hidden = self._hidden({rule.placed_by for rule in rules if rule.placed_by})
        told = {rule.name for rule in rules if rule.placed_by not in hidden}
        return self.verdicts[self.verdicts.rule.isin(told) & self.verdicts.area.isin(units if whole else ())]

    def _hidden(self, placing: Collection[str]) -> set[str]:
        """Those of the measures by which places go of which anything is withheld from this reader in the wave."""
        if not placing or sees_all(self.store.actor):
            return set()
        sizes = _sizes(self.store, self.programme, self.run, self.wave)
        limits = {"limit": self.programme.withhold, "inside": self.programme.ranked_inside}
        return measures_withheld(placing, self.programme.shown_measures, sizes, **limits)

    @property
    def _joint_rules(self) -> set[str]:
        """The rules on several areas together."""
        return {rule.name for rule in self.programme.joint_rules[self.measure]}


def read_estimated(
    store: Store, programme_name: str, *, wave: str | None = None, measure: str | None = None, league: str | None = None
) -> Estimated:
    """One wave's estimate of a measure in a league, with the defaults of `read_league`."""
    programme = current_programme(store, programme_name)[1]
    name = one_of(measure, programme.measures, "league.unknown_measure")
    league = one_of(league, programme.leagues, "league.unknown_league")
    wave = wave or newest_estimated_wave(store, programme_name) or newest_wave(store, programme_name)
    run = newest_run(store, ESTIMATE, programme=programme_name, wave=wave)
    if run is None:
        current_wave(store, programme_name, wave)  # a Fault that names the waves there are, if it is none of them
        hidden = runs_shown(store, programme_name) is not None
        raise Fault(key="league.not_published" if hidden else "league.not_estimated", wave=wave)
    programme = programme_of_run(store, run["run_id"])  # the version that the figures were computed with
    if name not in programme.measures or league not in programme.leagues:
        raise Fault(key="league.not_estimated", wave=wave)
    alone = alone_run(store, run["run_id"], name, league)
    tables = [_rows(store, table, run["run_id"], name) for table in ("ESTIMATES", "RANKS", "VERDICTS")]
    alone_ranks = None if alone is None else _rows(store, "RANKS", alone, name)
    return Estimated(store, programme, name, league, wave, run, alone, *tables, alone_ranks)


@permitted
def newest_wave(store: Store, programme: str) -> str:
    """The programme's last wave; a Fault if none was imported."""
    waves = wave_versions(store, programme).wave
    if waves.empty:
        raise Fault(key="wave.none", programme=programme)
    return waves.iloc[-1]


@permitted
def waves_with_estimates(store: Store, programme: str) -> list[str]:
    """The programme's waves that have estimates which the reader may see, newest first."""
    runs = schema.runs
    wave, of_programme = (runs.c.arguments[key].as_string() for key in ("wave", "programme"))
    only = _among(runs_shown(store, programme))
    with store.read() as connection:
        names = connection.scalars(
            sa.select(wave).where(runs.c.use_case == ESTIMATE, of_programme == programme, *only).distinct()
        )
        return sorted(names, reverse=True)


@permitted
def waves_to_choose(store: Store, programme: str) -> list[str]:
    """The waves that a reader can choose, newest first: all that were imported, or only those released to leaders."""
    if runs_shown(store, programme) is not None:
        return waves_with_estimates(store, programme)
    return list(wave_versions(store, programme).wave.unique())[::-1]


def _among(runs: Collection[int] | None) -> list[sa.ColumnElement[bool]]:
    """The condition that a run is one of these; none for None."""
    return [] if runs is None else [schema.runs.c.run_id.in_(runs)]


@permitted
@remembered_while_called
def newest_estimated_wave(store: Store, programme: str) -> str | None:
    """The last wave that has estimates; None if no wave of the programme has."""
    return next(iter(waves_with_estimates(store, programme)), None)


@permitted
@remembered_while_called
def comparisons(store: Store, programme: str, wave: str) -> list[str]:
    """What `wave` was compared with: single waves, newest first, then windows that end with it ("before>after")."""
    names = {comparison_name(*ends) for ends in _compared_windows(store, programme) if window(ends[1])[-1] == wave}
    return sorted(names, key=lambda name: (WINDOWS not in name, name), reverse=True)


def _compared_windows(store: Store, programme: str) -> dict[tuple[str, str], bool]:
    """Both windows of every comparison, and whether the newest run of it shares a page's error with others."""
    runs = schema.runs
    only = _among(runs_shown(store, programme))
    compared = sa.select(runs.c.arguments).where(runs.c.use_case == COMPARE, *only).order_by(runs.c.run_id)
    with store.read() as connection:
        return {
            (r["before"], r["after"]): SHARING in r for r in connection.scalars(compared) if r["programme"] == programme
        }


def _pages(store: Store, programme: Programme, wave: str) -> int:
    """How many pages end in the wave's calendar year: comparisons that share an error are one page.

    Where the programme divides a year's error over its pages, each comparison is a page.
    """
    windows = _compared_windows(store, programme.name)
    ending = {ends: shared for ends, shared in windows.items() if window(ends[1])[-1][:YEAR] == wave[:YEAR]}
    apart = bool(programme.comparing.yearly_error)
    return len({ends if apart or not shared else ends[1] for ends, shared in ending.items()})


def process_variance(table: pd.DataFrame) -> pd.Series:
    """The variance of ESTIMATES' rows for the process behind the present people; NaN if all of them were asked."""
    # the interviewers' part is no smaller if many people are asked
    by_interviewers = table.se_interviewer.astype(float).fillna(0.0) ** 2
    fpc = table.fpc.astype(float).fillna(1.0)
    return (table.se.astype(float) ** 2 - by_interviewers) / fpc.where(fpc > 0) + by_interviewers


def one_of(name: str | None, known: Collection[str], key: str) -> str:
    """The name, or the first of the known ones if it is None; the Fault `key` if it is not among them."""
    if name is not None and name not in known:
        raise Fault(key=key, found=name, expected=list(known))
    return name or next(iter(known))


@permitted
def newest_run(store: Store, use_case: str, **arguments: str) -> Mapping | None:
    """The newest run of a use case with these arguments that the reader may see, or None; with `stopped` and `origins`.

    stopped: fieldwork that was stopped before it; origins: whether its waves were drawn here (`origins_read`).
    """
    only = _among(runs_shown(store, arguments["programme"]))
    return _run(store, *_of_use_case(use_case, arguments), *only)


def _of_use_case(use_case: str, arguments: Mapping[str, str]) -> list[sa.ColumnElement[bool]]:
    """The conditions that a run is of a use case and has these arguments."""
    runs = schema.runs
    return [runs.c.use_case == use_case, *(runs.c.arguments[k].as_string() == v for k, v in arguments.items())]


def _run(store: Store, *conditions: sa.ColumnElement[bool]) -> Mapping | None:
    """The newest run that satisfies all conditions, or None."""
    runs = schema.runs
    select = sa.select(runs).where(*conditions).order_by(runs.c.run_id.desc()).limit(1)
    with store.read() as connection:
        row = connection.execute(select).mappings().first()
        if row is None:
            return None
        read = {"stopped": stops_read(connection, row["run_id"]), "origins": origins_read(connection, row["run_id"])}
        return dict(row) | read


@permitted
def newest_comparison(store: Store, programme: str, wave: str, against: str | None = None) -> Mapping | None:
    """The newest run that compares `wave` with `against`, or by default with the nearest wave that it has."""
    name = against or next(iter(comparisons(store, programme, wave)), None)
    if name is None:
        return None
    before, _, after = name.partition(WINDOWS)
    run = newest_run(store, COMPARE, programme=programme, before=before, after=after or wave)
    if run is None:
        for name in window(before) + window(after or wave):
            current_wave(store, programme, name)  # a Fault if there is no such wave
        raise Fault(key="league.not_compared", before=before, after=after or wave)
    return run


def _rows(store: Store, name: str, run_id: int, measure: str) -> pd.DataFrame:
    """A run's rows of a measure in one of the derived tables."""
    table, columns = schema.DERIVED[name], getattr(contracts, name)
    read = [column for column in columns.columns if column != "measure"]
    rows = store.columns(
        sa.select(*(table.c[column] for column in read)).where(table.c.run_id == run_id, table.c.measure == measure)
    )
    filled = {column: columns.columns[column] for column in read if column not in columns.optional}
    # a column of nothing but NULL is one of numbers too
    kinds = filled | {column: float for column, kind in columns.columns.items() if kind is float}
    cells = {column: _cells(values, kinds.get(column)) for column, values in rows.items()}
    return pd.DataFrame({"measure": _cells([measure] * len(cells[read[0]]), str)} | cells)


def _cells(values: Sequence, kind: type | None) -> Any:
    """The values of a column as pandas keeps those of this kind; of None, as it sees fit."""
    if kind is str:
        return pd.array(values, dtype="str")
    return pd.Series(values) if kind is None else np.array(values, dtype=kind)


def _waves_of(compared: Mapping) -> tuple[str, ...]:
    """The waves of both windows of a comparison."""
    return (*window(compared["arguments"]["before"]), *window(compared["arguments"]["after"]))


def _sizes(store: Store, programme: Programme, estimated: Mapping, wave: str) -> pd.DataFrame | None:
    """measure, domain, n of a wave's ESTIMATES, the newest but for the wave that is read; None without any."""
    is_read = wave == estimated["arguments"]["wave"]
    of_wave = _of_use_case(ESTIMATE, {"programme": programme.name, "wave": wave})
    run = estimated if is_read else _run(store, *of_wave)  # whether or not it was released: how many were asked
    if run is None:
        return None
    table = schema.DERIVED["ESTIMATES"]
    return store.table(sa.select(table.c.measure, table.c.domain, table.c.n).where(table.c.run_id == run["run_id"]))


def rule_summary(league: League, rule: str) -> Mapping[str, list[str]]:
    """The areas that miss the rule as printed, and those for which MET, MISSED or UNDECIDED is shown."""
    verdicts = league.rules[league.rules.rule == rule]
    by_outcome = {outcome: list(verdicts.area[verdicts.outcome == outcome]) for outcome in (MET, MISSED, UNDECIDED)}
    return {"printed": list(verdicts.area[~verdicts.printed.astype(bool)]), **by_outcome}
