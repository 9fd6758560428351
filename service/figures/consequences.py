"""The consequences of a league's verdicts over several waves: who was carded, how surely, and what luck would bring."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from accountability.ladders.events import Event, replay
from accountability.ladders.evidence import counted, evidence, level_of
from programme.declared import Programme
from programme.wave_names import waves_a_year
from service.fieldwork.stops import stops_read
from service.figures.board import Consequences, Listed, WronglyListed
from service.figures.judged_history import COLUMNS, JudgedHistory, Place, judged_history, ruled
from service.figures.league import newest_estimated_wave, one_of, read_league
from service.figures.settling import Settling
from service.intake.imports import current_programme
from service.intake.origins import origins_read
from service.store.engine import Store
from service.store.permissions import CENTRE, LEADER, STATISTICIAN, Actor, permitted
from service.store.remembered import remembered_while_called
from service.store.runs import outdated_runs
from words import Fault

YEARS = 2  # whose consequences are listed


@permitted
@remembered_while_called
def read_consequences(
    store: Store, programme_name: str, *, wave: str | None = None, league: str | None = None
) -> Consequences:
    """The consequences in the two years up to `wave`, by default the newest estimated wave and the first league.

    Every figure is one that the reader may see.  A Fault if the programme has no ladder.
    """
    from service.figures.kept_boards import board_key, kept_board  # here: a league table needs no boards

    version_id, programme = current_programme(store, programme_name)
    if not programme.consequences:
        raise Fault(key="consequences.none", programme=programme.title)
    league = one_of(league, programme.leagues, "league.unknown_league")
    programme = programme.in_league(league)
    if not programme.consequences:
        raise Fault(key="consequences.none_in_league", league=programme.leagues[league])
    wave = wave or newest_estimated_wave(store, programme_name)
    if wave is None:
        raise Fault(key="consequences.no_estimates", programme=programme.title)
    key = board_key(store, programme_name, version_id, wave=wave, league=league)
    return kept_board(store, key, programme) or _judged(store, programme, league, wave)


@dataclass(frozen=True)
class Behind:
    """The runs behind a board: `stopped` and `origins` as for a league, and whether one of them is out of date."""

    runs: tuple[Mapping[str, list[dict]], ...]
    outdated: bool


@permitted
def read_behind(store: Store, runs: Sequence[int]) -> Behind:
    """What the runs of a board read, and whether a newer version of any of it was stored since they were computed."""
    with store.read() as connection:
        read = [{"stopped": stops_read(connection, n), "origins": origins_read(connection, n)} for n in runs]
    return Behind(tuple(read), bool(outdated_runs(store, among=runs)))


@permitted
def keep_boards(store: Store, programme_name: str) -> int:
    """Judge the newest wave that each role can see and keep its boards; returns how many were judged.

    It is called where a run or a release may have changed them.  A board that is kept is not judged again.
    """
    from service.figures.kept_boards import board_key, keep, kept_board, row_of

    version_id, programme = current_programme(store, programme_name)
    if not programme.consequences:
        return 0
    current, rows = [], {}
    for reader in (store.acting(Actor(store.actor.name, role)) for role in (STATISTICIAN, CENTRE, LEADER)):
        wave = newest_estimated_wave(reader, programme_name)
        for league in _with_consequences(programme) if wave is not None else ():
            key = board_key(reader, programme_name, version_id, wave=wave, league=league)
            current.append(key)
            if key in rows or kept_board(reader, key, programme) is not None:
                continue
            with suppress(Fault):  # nothing of the league is estimated, or all of it is withheld: its reader is told so
                rows[key] = row_of(key, _judged(reader, programme.in_league(league), league, wave))
    if rows:
        keep(store, list(rows.values()), current=current)
    return len(rows)


def _with_consequences(programme: Programme) -> list[str]:
    """The leagues that the programme's consequences are about."""
    return [league for league in programme.leagues if programme.in_league(league).consequences]


def _judged(store: Store, programme: Programme, league: str, wave: str) -> Consequences:
    """The consequences of a league in the two years up to a wave, from the stored verdicts."""
    from service.figures.lucky import league_luck  # imported here: who only prints a league table simulates nothing

    judged = judged_history(store, programme, league, wave)
    history, periods = judged.history, judged.history.waves
    shown = periods[-YEARS * waves_a_year(wave) :]
    levels = judged.verdicts.levels
    events = [event for event in replay(history, programme.consequences) if event.wave in shown]
    numbers = Settling(programme, judged)
    listed = [
        Listed(
            event, sure := evidence(event, _outcomes(judged, event)), level_of(event, levels), *numbers.of(event, sure)
        )
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
        luck=None if by_luck is None else replace(by_luck, chance={}),
        panel=panel,
        wrongly=_wrongly_listed(store, programme, league, wave),
        together=_together(judged, wave),
        unjudged=_unjudged(programme.league_areas(league), judged, shown),
        runs=judged.runs,
    )


def _outcomes(judged: JudgedHistory, event: Event) -> dict[Place, str]:
    """What the figures show of the verdicts that an event rests on."""
    places = ((verdict.rule, verdict.wave, event.area) for verdict in event.verdicts)
    return {place: judged.verdicts[place].outcome for place in places if place in judged.verdicts}


def _together(judged: JudgedHistory, wave: str) -> pd.DataFrame:
    """The verdicts of a wave on groups and on the league."""
    return pd.DataFrame(judged.verdicts.of_wave(wave, judged.units), columns=COLUMNS)


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
