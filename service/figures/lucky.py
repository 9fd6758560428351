"""What luck alone would bring a league, from the figures of its waves; with panels, from their answers too."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd
from pandas.util import hash_pandas_object

from accountability.ladders.consequence import Consequence
from accountability.ladders.luck import Luck, luck
from accountability.ladders.simulated import SimulatedMeasure
from accountability.league.joined import joined_waves
from accountability.rules import KINDS
from accountability.rules.joint import AREA, GROUP, LEAGUE, JointKind
from estimation.columns.ties import is_nothing
from programme.declared import Programme
from service.figures.judged_history import JudgedHistory, ruled, todays_codes, year_weight
from service.figures.league import League
from service.figures.use_cases import ESTIMATE
from service.intake.imports import programme_of_run
from service.store.engine import Store
from service.store.objects import RESPONDENTS, read_object
from service.store.permissions import STATISTICIAN, Actor
from service.store.runs import generator, run_inputs
from words import Fault

NUMBERS = ["estimate", "se", "n", "n_effective", "population"]  # columns of a league that luck is simulated from


def league_luck(store: Store, programme: Programme, judged: JudgedHistory, first: int) -> tuple[Luck | None, float]:
    """The luck of the ladder in the periods from `first` on, and the largest correlation of two waves' errors.

    None where no consequence is of rules of which chance can be simulated.  The correlation is 0 where other people
    were asked in every wave.
    """
    consequences = simulated_consequences(programme, judged.league)
    if not consequences:
        return None, 0.0
    used = {name for consequence in consequences for name in consequence.of}
    panel = _same_people(store, judged.estimates)
    measures, rules, largest = {}, {}, 0.0
    for name, of_measure in ruled(programme).items():
        of_luck = [rule for rule in of_measure if rule.name in used]
        if not of_luck:
            continue
        leagues = {wave: figures[name] for wave, figures in judged.by_wave.items() if name in figures}
        correlation = _correlation(store, judged, name, leagues) if panel else None
        if correlation is not None:
            largest = max(largest, float(np.triu(correlation, 1).max()))
        measures[name] = _simulated(programme, name, judged, leagues, correlation)
        for by in {rule.placed_by for rule in of_luck if rule.placed_by} - set(measures):
            of_places = {wave: figures[by] for wave, figures in judged.by_wave.items() if by in figures}
            measures[by] = _simulated(programme, by, judged, of_places, None)
        rules |= {rule.name: (name, rule) for rule in of_luck}
    seed = "+".join(map(str, judged.estimates))
    rng = generator(seed, "luck")
    return luck(judged.history, measures, rules, consequences, rng, since=first, units=judged.units), largest


def simulated_consequences(programme: Programme, league: str) -> list[Consequence]:
    """The consequences of a league that rest on rules of which chance can be simulated.

    These are not rules on the mean of all areas, nor what a rule on several areas together says of a league of groups,
    since it rests on areas that are not in it.
    """
    groups = {GROUP: programme.units_of(league)[GROUP], LEAGUE: [league]}
    unknown = {
        rule.name
        for rules in ruled(programme).values()
        for rule in rules
        if rule.over != AREA
        and not (
            isinstance(kind := KINDS[rule.kind], JointKind)
            and kind.lucky
            and rule.league in ("", league)
            and groups[rule.over]
        )
    }
    simulated = []
    for consequence in programme.consequences:
        if unknown & set(consequence.of):
            unknown.add(consequence.name)
        else:
            simulated.append(consequence)
    return simulated


def _simulated(
    programme: Programme,
    name: str,
    judged: JudgedHistory,
    leagues: Mapping[str, League],
    correlation: np.ndarray | None,
) -> SimulatedMeasure:
    """What a measure is simulated from, by today's areas."""
    measure, areas = programme.measures[name], judged.history.areas
    areas = areas[: len(areas) - len(judged.units)]
    tables = []
    for wave in judged.history.waves:
        table = leagues[wave].table if wave in leagues else pd.DataFrame(columns=NUMBERS)
        then = leagues[wave].programme if wave in leagues else programme
        today = todays_codes(programme, then, wave, table.index)
        tables.append(table.loc[list(today), NUMBERS].set_axis(list(today.values())).astype(float).reindex(areas))
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
        correlation=correlation,
        year_weight=year_weight(programme, cells),
    )


def _correlation(store: Store, judged: JudgedHistory, name: str, leagues: Mapping[str, League]) -> np.ndarray:
    """R (T, T): r_st = Σ_j C_st,j / Σ_j √(V_s,j V_t,j) over the areas with answers in all waves; 1 on its diagonal.

    The covariances are those that changes are judged on, made again from the answers that the runs read.
    """
    from service.figures.computing import measure_of_wave  # imported here: few leagues are asked for their luck
    from service.figures.loaded_waves import load_waves

    reader = store.acting(Actor(store.actor.name, STATISTICIAN))  # of the answers, one number comes out for all areas
    waves, place = {}, {wave: t for t, wave in enumerate(judged.history.waves)}
    for wave, league in leagues.items():
        run = league.runs[ESTIMATE]
        programme = programme_of_run(store, run["run_id"])
        with store.read() as connection:
            inputs = run_inputs(connection, run["run_id"])
        loaded = load_waves(reader, programme, inputs)
        waves[wave] = measure_of_wave(programme, loaded, run["arguments"], name, league.league)
    correlation = np.eye(len(place))
    common = [area for area in judged.history.areas if all(area in set(w.areas.names) for w in waves.values())]
    if not common:
        raise Fault(key="consequences.panel_areas", measure=name)
    joined = joined_waves(waves, common)[2]
    variance = {wave: e.variance for wave, e in zip(joined.names, joined.estimates, strict=True)}
    for s, t in combinations(joined.names, 2):
        cross = joined.cross.get((s, t))
        if isinstance(cross, np.ndarray) and cross.ndim == 2:  # else nobody was asked in both
            spread = np.sqrt(variance[s] * variance[t]).sum()
            shared = float(cross.diagonal().sum() / spread) if spread > 0 else 0.0
            correlation[place[s], place[t]] = correlation[place[t], place[s]] = np.clip(shared, -1.0, 1.0)
    return correlation


def _same_people(store: Store, runs: list[int]) -> bool:
    """Whether two of the waves that the runs read have a sampled unit (stratum, PSU) in common.

    Units of other numbers (`hash_pandas_object`) are others; those of the same number are compared by what they are.
    """
    with store.read() as connection:
        versions = {number for run in runs for kind, number in run_inputs(connection, run) if kind == "wave"}
    waves = [read_object(store, number, RESPONDENTS, ("stratum", "psu")) for number in sorted(versions)]
    numbers = [hash_pandas_object(units, index=False, categorize=False).to_numpy() for units in waves]  # ty: ignore[not-callable]
    ascending = np.sort(np.concatenate([_different(of_wave) for of_wave in numbers])) if numbers else np.array([])
    common = ascending[1:][ascending[1:] == ascending[:-1]]
    if not len(common):
        return False
    of_both = [units[np.isin(of, common)].drop_duplicates() for units, of in zip(waves, numbers, strict=True)]
    return bool(pd.concat(of_both).duplicated().any())


def _different(numbers: np.ndarray) -> np.ndarray:
    """The numbers in ascending order, each of those that are equal once."""
    ascending = np.sort(numbers)
    return ascending[np.append(True, ascending[1:] != ascending[:-1])[: len(ascending)]]
