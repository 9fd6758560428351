"""A leader's first screen as facts: both regular comparisons, the last k, the targets, and what is not shown or said.

Everything is read from stored tables; nothing is computed again, and no word of any language is in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import sqlalchemy as sa

from accountability import MET, MISSED, UNDECIDED
from programme.regular_comparisons import PREVIOUS, YEAR_AGO, Regular, year_before
from programme.wave_names import parts_of_wave, rolling_waves
from service.figures.comparable import never_comparable, regular_of_wave
from service.figures.league import Estimated, League, newest_comparison, newest_run, read_estimated, waves_to_choose
from service.figures.use_cases import COMPARE, ROLLING
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted, sees_all
from service.store.remembered import remembered_while_called
from words import Fault

FIRST, NOT_SURVEYED, BREAK = "first", "not_surveyed", "break"
CATEGORIES, NOT_COMPUTED, NO_ANSWERS = "categories", "not_computed", "no_answers"
IN, OUT, LISTED, POSSIBLE = "in", "out", "listed", "possible"
ONE_KIND = {"compare.break": BREAK, "compare.margins": CATEGORIES}


@dataclass(frozen=True, eq=False)
class Compared:
    """One regular comparison.

    kind            PREVIOUS or YEAR_AGO;  before: the wave compared with
    league          the league's figures with this comparison's changes
    better, worse   areas whose change for the better, or for the worse, is confirmed, best first
    unsaid          areas whose change is confirmed, its direction not said (some areas are withheld)
    least           area -> the least places it surely rose (positive) or fell (negative), if its rank change is
                    confirmed
    ranks_changed, areas   how many printed ranks are others than before, of how many areas compared
    error           of all that this comparison confirms together
    """

    kind: str
    before: str
    league: League
    better: tuple[str, ...]
    worse: tuple[str, ...]
    unsaid: tuple[str, ...]
    least: Mapping[str, int]
    ranks_changed: int
    areas: int
    error: float

    @property
    def confirmed(self) -> tuple[str, ...]:
        """All areas with a confirmed change, in the league's order."""
        chosen = {*self.better, *self.worse, *self.unsaid}
        return tuple(area for area in self.league.table.index if area in chosen)


@dataclass(frozen=True)
class NotCompared:
    """Why there is no such comparison: FIRST, NOT_SURVEYED, BREAK, CATEGORIES, NOT_COMPUTED or NO_ANSWERS.

    before: the wave it would be with, if there is one by name;  since: of a BREAK, the first wave after it
    """

    kind: str
    why: str
    before: str | None = None
    since: str | None = None


@dataclass(frozen=True)
class LastPlaces:
    """Who is among the last k, with an error of its own: all areas at once, in each wave.

    confirmed   surely among them;  listed: in the printed list without being sure;  possible: not in the list and not
                ruled out;  out: surely not among them.  Areas are in the order of the league, best first.
    printed     all areas on the printed list, which ties can make longer than k
    rule        the rule that says k; None: the programme has none, and the joint rank sets say who is in or out
    """

    k: int
    level: float
    rule: str | None
    confirmed: tuple[str, ...]
    listed: tuple[str, ...]
    possible: tuple[str, ...]
    out: tuple[str, ...]
    printed: tuple[str, ...]

    def place(self, area: str) -> str:
        """IN, OUT, LISTED or POSSIBLE."""
        groups = {IN: self.confirmed, LISTED: self.listed, POSSIBLE: self.possible}
        return next((name for name, areas in groups.items() if area in areas), OUT)


@dataclass(frozen=True)
class RollingPlaces:
    """Who is among the last k by the mean of the year's waves that end with this one.  run: which says so."""

    waves: tuple[str, ...]
    places: LastPlaces
    run: int


@dataclass(frozen=True)
class Target:
    """A rule of a threshold: who surely reaches it, who surely misses it, and who cannot be told, each area by itself.

    level: of each area's own interval;  short: those of `undecided` whose printed figure does not reach the threshold
    upwards: whether the threshold is to be reached from below; False: it is not to be exceeded
    """

    rule: str
    threshold: float
    level: float
    reached: tuple[str, ...]
    missed: tuple[str, ...]
    undecided: tuple[str, ...]
    short: tuple[str, ...]
    upwards: bool = True


@dataclass(frozen=True, eq=False)
class Screen:
    """A leader's first screen of one wave, measure and league.

    league        the figures, with the changes of the comparison asked for, or of the first one that there is
    comparisons   kind -> Compared or NotCompared, for PREVIOUS and YEAR_AGO; a yearly wave has only PREVIOUS
    last          None where the league has no more areas than the list
    rolling       the same by the rolling year; None where it is not computed, or where anything of it is withheld
    weak          area -> the limits that its figure breaks ("n", "n_effective", "df", "cv"): indicative only
    arrived       a newer wave whose data were imported and that is not estimated yet
    error         of all that both comparisons confirm together (Bonferroni: the sum of theirs); 0 without any
    """

    league: League
    comparisons: Mapping[str, Compared | NotCompared]
    last: LastPlaces | None
    rolling: RollingPlaces | None
    targets: tuple[Target, ...]
    weak: Mapping[str, tuple[str, ...]]
    arrived: str | None
    error: float

    @property
    def compared(self) -> tuple[Compared, ...]:
        """The comparisons that there are."""
        return tuple(c for c in self.comparisons.values() if isinstance(c, Compared))


@permitted
@remembered_while_called
def read_screen(
    store: Store,
    programme_name: str,
    *,
    wave: str | None = None,
    measure: str | None = None,
    league: str | None = None,
    against: str | None = None,
) -> Screen:
    """The first screen; by default of the newest estimated wave, the first measure and the first league.

    against: one of `league.comparisons`, whose changes the table and the charts are to have.
    """
    estimated = read_estimated(store, programme_name, wave=wave, measure=measure, league=league)
    comparisons = _comparisons(store, programme_name, estimated)
    compared = [c for c in comparisons.values() if isinstance(c, Compared)]
    shown = _shown_league(store, programme_name, estimated, compared, against)
    waves = waves_to_choose(store, programme_name)
    arrived = None if not waves or wave is not None else waves[0]
    return Screen(
        league=shown,
        comparisons=comparisons,
        last=last_places(shown),
        rolling=_rolling(store, programme_name, shown, set(waves)),
        targets=targets(shown),
        weak={area: tuple(broken.split()) for area, broken in shown.table.unfit.items() if broken},
        arrived=arrived if arrived is not None and arrived > shown.wave else None,
        error=sum(c.error for c in compared),
    )


def _shown_league(
    store: Store, programme_name: str, estimated: Estimated, compared: list[Compared], against: str | None
) -> League:
    """The league with the comparison asked for; one of the regular ones is not read a second time."""
    if against is None:
        return (
            compared[0].league
            if compared
            else estimated.league(newest_comparison(store, programme_name, estimated.wave))
        )
    same = next((c.league for c in compared if c.before == against), None)
    return same or estimated.league(newest_comparison(store, programme_name, estimated.wave, against))


def _comparisons(store: Store, programme_name: str, estimated: Estimated) -> dict[str, Compared | NotCompared]:
    wave = estimated.wave
    regular = {c.kind: c for c in regular_of_wave(store, programme_name, wave)}
    absent = {PREVIOUS: NotCompared(PREVIOUS, FIRST)}
    quarter_or_month = any(parts_of_wave(wave)[1:])
    if quarter_or_month and not (PREVIOUS in regular and regular[PREVIOUS].before == year_before(wave)):
        absent[YEAR_AGO] = NotCompared(YEAR_AGO, NOT_SURVEYED, year_before(wave))
    return {
        kind: _comparison(store, programme_name, estimated, regular[kind]) if kind in regular else missing
        for kind, missing in absent.items()
    }


def _comparison(store: Store, programme_name: str, estimated: Estimated, regular: Regular) -> Compared | NotCompared:
    if regular.broken is not None:
        return NotCompared(regular.kind, BREAK, regular.before, regular.broken)
    run = newest_run(store, COMPARE, programme=programme_name, before=regular.before, after=regular.after)
    if run is None:
        fault = never_comparable(store, programme_name, regular.before, regular.after)
        why = NOT_COMPUTED if fault is None else ONE_KIND.get(fault.key, NOT_COMPUTED)
        return NotCompared(regular.kind, why, regular.before)
    league = estimated.league(run)
    table = league.table[league.table.change.notna()]
    if table.empty and not league.unchanged:
        return NotCompared(regular.kind, NO_ANSWERS, regular.before)
    toward = table.toward.where(table.index.isin(league.movers))
    proven = table[table.index.isin(league.proven)]
    least = np.where(proven.places_lower > 0, proven.places_lower, proven.places_upper)
    return Compared(
        kind=regular.kind,
        before=regular.before,
        league=league,
        better=tuple(table.index[toward == 1]),
        worse=tuple(table.index[toward == -1]),
        unsaid=tuple(table.index[toward == 0]),
        least={area: int(places) for area, places in zip(proven.index, least, strict=True)},
        ranks_changed=int((table.places != 0).sum()),
        areas=len(table),
        error=league.error,
    )


def last_places(league: League) -> LastPlaces | None:
    """Who is among the last k by the measure's first rule that lists areas, or without one by the joint rank sets."""
    name, table = league.measure.name, league.table
    k = league.programme.last(name)
    if k >= len(table):
        return None
    rule = next((r for r in league.programme.rules[name] if r.listed is not None), None)
    if rule is None:
        worse = np.array([(table["rank"] > rank).sum() for rank in table["rank"]])
        printed, level = set(table.index[worse < k]), league.programme.level
        confirmed = set(table.index[table.rank_lower > len(table) - k])
        out = set(table.index[table.rank_upper <= len(table) - k])
    else:
        verdicts = league.rules[league.rules.rule == rule.name]
        return None if verdicts.empty else _listed(k, rule.name, verdicts, list(table.index))
    return _in_order(k, level, None, (printed, confirmed, out), list(table.index))


def _listed(k: int, rule: str, verdicts: pd.DataFrame, areas: list[str]) -> LastPlaces:
    """Who is among the last k by the VERDICTS of a rule; areas: in the order of the league."""
    groups = (~verdicts.printed.astype(bool), verdicts.outcome == MISSED, verdicts.outcome == MET)
    printed, confirmed, out = (set(verdicts.area[rows]) for rows in groups)
    return _in_order(k, float(verdicts.level.iloc[0]), rule, (printed, confirmed, out), areas)


def _in_order(
    k: int, level: float, rule: str | None, groups: tuple[set[str], set[str], set[str]], areas: list[str]
) -> LastPlaces:
    """The last places with their areas in the given order.  groups: printed, confirmed, and out."""
    printed, confirmed, out = groups

    def in_order(chosen: set[str]) -> tuple[str, ...]:
        return tuple(area for area in areas if area in chosen)

    return LastPlaces(
        k=k,
        level=level,
        rule=rule,
        confirmed=in_order(confirmed),
        listed=in_order(printed - confirmed - out),
        possible=in_order(set(areas) - printed - confirmed - out),
        out=in_order(out),
        printed=in_order(printed),
    )


def _rolling(store: Store, programme_name: str, league: League, known: set[str]) -> RollingPlaces | None:
    """The last places by the rolling year, if all its waves are among the known ones.

    Who is listed by a year and by three of its quarters gives something away about the fourth: where anything of the
    measure is withheld in one of the waves, nothing is said of the year.
    """
    name, waves = league.measure.name, rolling_waves(league.wave)
    if not {*waves} <= known or not league.programme.listing_rules[name] or last_places(league) is None:
        return None
    run = newest_run(store, ROLLING, programme=programme_name, wave=league.wave)
    if run is None:
        return None
    if not sees_all(store.actor):
        for wave in waves:
            try:
                of_wave = read_estimated(store, programme_name, wave=wave, measure=name, league=league.league)
                if of_wave.league(None).withheld:
                    return None
            except Fault:  # not released, or all of it is withheld
                return None
    table = schema.DERIVED["VERDICTS"]
    rows = store.table(sa.select(table).where(table.c.run_id == run["run_id"], table.c.measure == name))
    rules = [rule.name for rule in league.programme.listing_rules[name]]
    rows = rows[rows.area.isin(league.programme.league_areas(league.league)) & rows.rule.isin(rules[:1])]
    if rows.empty:
        return None
    order = rows.sort_values("estimate", kind="stable").area  # of places in the table: the best first
    return RollingPlaces(tuple(waves), _listed(league.programme.last(name), rules[0], rows, list(order)), run["run_id"])


def targets(league: League) -> tuple[Target, ...]:
    """The measure's rules of a threshold, in the programme's order."""
    of_threshold = []
    for rule in league.programme.rules[league.measure.name]:
        verdicts = league.rules[league.rules.rule == rule.name]
        if rule.of_places or verdicts.empty:
            continue
        reached, missed, undecided = (tuple(verdicts.area[verdicts.outcome == o]) for o in (MET, MISSED, UNDECIDED))
        short = tuple(verdicts.area[(verdicts.outcome == UNDECIDED) & ~verdicts.printed.astype(bool)])
        of_threshold.append(
            Target(rule.name, rule.threshold, rule.level, reached, missed, undecided, short, rule.upwards)
        )
    return tuple(of_threshold)
