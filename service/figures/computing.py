"""What a run computes, from loaded waves to the tables of the store: weights, estimates, ranks and changes.

Each function in COMPUTE takes the programme, the loaded waves, the run's arguments and seed, and `progress`, which it
calls with each measure's name; it returns tables of contracts by their names.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pandas as pd

import contracts
from accountability.league.changes import change_table
from accountability.league.conventions import ALL, MARGINAL
from accountability.league.estimates import covariance_table, estimate_table
from accountability.league.ranks import league_ranks, rank_table
from accountability.league.types_of_person import contrast_table, within
from accountability.league.wave_measure import WaveMeasure
from accountability.rules.annual import annual_figures, annual_joint_verdicts, annual_verdicts
from accountability.rules.changes import change_verdicts
from accountability.rules.joint_table import Placing, figures_of, joint_verdicts
from accountability.rules.kind import Figures
from accountability.rules.table import verdict_table
from estimation import Design, Measure, RankSet, weights_table
from estimation.precision.finite import AREA
from estimation.waves.noise import CommonNormals
from programme.declared import Programme
from programme.population import RECORD, summed_inside
from programme.regular_comparisons import shared_level
from service.figures.loaded_waves import Wave
from service.figures.one_margins import beside
from service.figures.use_cases import ANNUAL, COMPARE, COMPARISONS, ESTIMATE, RANKS_ALONE, ROLLING, SHARING, WEIGH
from service.figures.windows import window
from service.store.runs import generator
from words import Fault

IN_COMMON = 300  # areas of a league from which on its measures share their draws; those of fewer take no time
Progress = Callable[[str], None]
Tables = dict[str, pd.DataFrame]
NO_VERDICTS = pd.DataFrame(columns=list(contracts.VERDICTS.columns))
Compute = Callable[[Programme, list[Wave], Mapping, str, Progress], Tables]


def _weigh(programme: Programme, loaded: list[Wave], arguments: Mapping, seed: str, progress: Progress) -> Tables:
    (wave,) = loaded
    assert wave.weighting is not None and wave.unit_id is not None
    return {"WEIGHTS": weights_table(wave.name, wave.unit_id, wave.weighting.weights())}


def _on_every_level(compute: Compute) -> Compute:
    """The computation, done for the areas of the files and then for each league of groups of them.

    Whoever lives in an area lives in its group: at the group's level the same respondents, with the same design and
    weights, have the group as their area.  What is said of everybody is said once.
    """

    def computed(programme: Programme, loaded: list[Wave], arguments: Mapping, seed: str, progress: Progress) -> Tables:
        tables = compute(programme, loaded, arguments, seed, progress)
        for league in programme.group_leagues:
            level = programme.at_level(league)
            of_groups = compute(level, [_with_groups(wave, level.inside) for wave in loaded], arguments, seed, progress)
            tables = with_level(tables, of_groups)
        return tables

    return computed


def with_level(tables: Tables, of_groups: Tables) -> Tables:
    """The tables of areas with those of groups of them added; what is said of everybody is said once."""
    joined = dict(tables)
    for name, table in of_groups.items():
        if name == "ESTIMATES":
            table = table[table.domain != ALL]
        joined[name] = pd.concat([tables[name], table], ignore_index=True) if name in tables else table
    return joined


def _with_groups(wave: Wave, inside: Mapping[str, str]) -> Wave:
    """The wave with the group of each respondent in the place of the area; numbers of people are added up."""
    people: dict[tuple[str, str], float] = {}
    for (record, area), value in wave.records.items():
        if record == RECORD and area in inside:
            people[record, inside[area]] = people.get((record, inside[area]), 0.0) + value
        elif record == RECORD:
            people[record, area] = value
    return replace(wave, respondents=wave.respondents.assign(area=wave.respondents.area.map(inside)), records=people)


def _estimate(programme: Programme, loaded: list[Wave], arguments: Mapping, seed: str, progress: Progress) -> Tables:
    (wave,) = loaded
    ranked, others = (
        {name: data for name, (data,) in _measures(programme, loaded, arguments, measures).items()}
        for measures in (programme.measures, programme.factor_measures)
    )
    of_types = _of_types(programme, wave, ranked, seed)
    return estimate_tables(programme, wave.name, ranked, others, seed, progress, of_types)


def estimate_tables(
    programme: Programme,
    wave: str,
    ranked: Mapping[str, WaveMeasure],
    others: Mapping[str, WaveMeasure],
    seed: str,
    progress: Progress,
    of_types: Mapping[str, list[pd.DataFrame]] = MappingProxyType({}),
) -> Tables:
    """The tables of a wave's estimate, from the data of its measures and of those that are not ranked.

    of_types: the tables of the types of person
    """
    names = ("ESTIMATES", "COVARIANCES", "RANKS", "VERDICTS", "CONTRASTS")
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in names}
    common: dict[str, CommonNormals] = {}
    for name, data in ranked.items():
        progress(name)
        parts["ESTIMATES"].append(estimate_table(data, level=programme.level, publish=programme.publish))
        parts["COVARIANCES"].append(covariance_table(data))
        for league in _leagues(programme, data):
            ranks, rules = _ranks(programme, wave, data, league, seed, common), programme.judged_in(league)
            parts["RANKS"].append(rank_table(name, ranks))
            if rules.rules[name]:
                parts["VERDICTS"].append(verdict_table(data, ranks, rules.rules[name]))
            if rules.joint_rules[name]:
                areas, joint = data.answered(programme.league_areas(league)), rules.joint_rules[name]
                together = data, areas, programme.units_of(league), joint, _placing(programme, league, ranked)
                parts["VERDICTS"].append(joint_verdicts(*together))
    for data in others.values():
        parts["ESTIMATES"].append(estimate_table(data, level=programme.level, publish=programme.publish))
        parts["COVARIANCES"].append(covariance_table(data))
    for table_name, tables in of_types.items():
        parts[table_name] += tables
    return _checked(parts)


def _of_types(
    programme: Programme, wave: Wave, of_measures: Mapping[str, WaveMeasure], seed: str
) -> dict[str, list[pd.DataFrame]]:
    """ESTIMATES and CONTRASTS of the types of person, of those of the measures that the programme tells apart."""
    estimates, contrasts = [], []
    for name, data in of_measures.items():
        groups = groups_of_wave(programme, wave, data).values()
        estimates += [estimate_table(one, level=programme.level, publish=programme.publish) for one in groups]
        kinds = {kind: types for kind, types in programme.types.items() if name in types.measured}
        for kind, types in kinds.items():
            group_of = types.group_of(wave.answers[types.item], programme.items[types.item])
            rng = generator(seed, wave.name, name, kind)
            of = {"types": kind, "level": programme.level, "family": len(kinds), "rng": rng}
            contrasts.append(contrast_table(data, group_of, **of))
    return {"ESTIMATES": estimates, "CONTRASTS": [table for table in contrasts if len(table)]}


def rule_verdicts(programme: Programme, loaded: list[Wave], arguments: Mapping, seed: str) -> pd.DataFrame:
    """VERDICTS of a wave alone, as an estimate makes them; empty where no measure has rules."""
    tables = _on_every_level(_rule_verdicts)(programme, loaded, arguments, seed, lambda _: None)
    return tables.get("VERDICTS", NO_VERDICTS)


def annual_rule_verdicts(programme: Programme, loaded: list[Wave], arguments: Mapping, seed: str) -> pd.DataFrame:
    """VERDICTS of a year, as a run that judges it makes them."""
    return COMPUTE[ANNUAL](programme, loaded, arguments, seed, lambda _: None).get("VERDICTS", NO_VERDICTS)


def changed_rule_verdicts(programme: Programme, loaded: list[Wave], arguments: Mapping) -> pd.DataFrame:
    """VERDICTS of the rules about changes, as a comparison makes them."""
    return _on_every_level(_changed)(programme, loaded, arguments, "", lambda _: None).get("VERDICTS", NO_VERDICTS)


def _changed(programme: Programme, loaded: list[Wave], arguments: Mapping, seed: str, progress: Progress) -> Tables:
    ends, tables = (arguments["before"], arguments["after"]), []
    for name, data in _measures(programme, loaded, arguments).items():
        for league in _leagues(programme, *data):
            rules = programme.judged_in(league).change_rules[name]
            if rules:
                of_waves = dict(zip((wave.name for wave in loaded), data, strict=True))
                tables.append(change_verdicts(of_waves, *ends, programme.league_areas(league), rules))
    return _checked({"VERDICTS": tables})


def _rule_verdicts(programme: Programme, loaded: list[Wave], arguments: Mapping, seed: str, _: Progress) -> Tables:
    (wave,) = loaded
    common: dict[str, CommonNormals] = {}
    rules, joint = programme.rules, programme.joint_rules
    placing = {rule.placed_by for of_measure in joint.values() for rule in of_measure}
    ruled = {name: of for name, of in programme.measures.items() if rules[name] or joint[name] or name in placing}
    tables, of_wave = [], {name: data for name, (data,) in _measures(programme, loaded, arguments, ruled).items()}
    for name, data in of_wave.items():
        for league in _leagues(programme, data):
            of_league = programme.judged_in(league)
            if of_league.rules[name]:
                ranks = _ranks(programme, wave.name, data, league, seed, common)
                tables.append(verdict_table(data, ranks, of_league.rules[name]))
            if of_league.joint_rules[name]:
                areas = data.answered(programme.league_areas(league))
                together = data, areas, programme.units_of(league), of_league.joint_rules[name]
                tables.append(joint_verdicts(*together, _placing(programme, league, of_wave)))
    return _checked({"VERDICTS": tables})


def _placing(programme: Programme, league: str, of_measures: Mapping[str, WaveMeasure]) -> Placing:
    """The figures of a league by a measure, for rules whose places go by another measure than their values."""

    def placing(name: str) -> tuple[Figures, bool] | None:
        data = of_measures.get(name)
        areas = [] if data is None else data.answered(programme.league_areas(league))
        return (figures_of(data, areas), data.measure.largest_is_best) if data is not None and areas else None

    return placing


def _placing_of_year(
    programme: Programme, league: str, names: Sequence[str], of_measures: Mapping[str, list[WaveMeasure]]
) -> Placing:
    """`_placing` by the annual values."""

    def placing(name: str) -> tuple[Figures, bool] | None:
        if name not in of_measures:
            return None
        of_year = dict(zip(names, of_measures[name], strict=True))
        figures = annual_figures(of_year, programme.league_areas(league), programme.year_weights)
        return figures, programme.measures[name].largest_is_best

    return placing


def _ranks(
    programme: Programme, wave: str, data: WaveMeasure, league: str, seed: str, common: dict[str, CommonNormals]
) -> RankSet:
    """The ranks of a league; common: the draws that the measures of a long league share, kept for the next one."""
    name, areas = data.measure.name, programme.league_areas(league)
    draws: dict[str, Any] = {"rng": generator(seed, wave, name, league)}
    if len(areas) >= IN_COMMON:
        if league not in common:
            common[league] = CommonNormals.drawn(len(areas), generator(seed, wave, league))
        draws["draws"] = common[league]
    return league_ranks(data, areas, level=programme.level, **draws)


def _ranks_alone(programme: Programme, loaded: list[Wave], arguments: Mapping, seed: str, progress: Progress) -> Tables:
    name, league = arguments["measure"], arguments["league"]
    programme, (wave,) = _at_level_of(programme, loaded, league)
    loaded = [wave]
    progress(name)
    ((data,),) = _measures(programme, loaded, arguments, {name: programme.measures[name]}).values()
    rng, family = generator(seed, wave.name, name, league, MARGINAL), MARGINAL
    ranks = league_ranks(data, programme.league_areas(league), family=family, level=programme.level, rng=rng)
    return _checked({"RANKS": [rank_table(name, ranks, family)]})


def _compare(programme: Programme, loaded: list[Wave], arguments: Mapping, seed: str, progress: Progress) -> Tables:
    names, ends = [w.name for w in loaded], (arguments["before"], arguments["after"])
    sharing = arguments.get(SHARING, {}).get(COMPARISONS, 1)
    options: dict[str, Any] = {"level": shared_level(programme, sharing), "family": programme.family}
    options |= {"rank_share": programme.comparing.rank_share, "side": programme.comparing.side}
    parts: dict[str, list[pd.DataFrame]] = {"CHANGES": [], "VERDICTS": []}
    period = next((w.one_margins for w in loaded if w.one_margins), None)
    reweighted = [w if w.on_one_margins is None else replace(w, weighting=w.on_one_margins) for w in loaded]
    on_one_margins = {} if period is None else _measures(programme, reweighted, arguments)
    for name, data in _measures(programme, loaded, arguments).items():
        progress(name)
        for league in _leagues(programme, *data):
            areas, rules = programme.league_areas(league), programme.judged_in(league)
            watch = [a for a in programme.comparing.watch if a in areas]
            changes, changes_on_one = (
                change_table(
                    dict(zip(names, waves, strict=True)),
                    *map(window, ends),
                    areas,
                    watch=watch,
                    last=rules.last(name),
                    rng=generator(seed, *ends, name, league),
                    **options,
                )
                if waves
                else None
                for waves in (data, on_one_margins.get(name))
            )
            assert changes is not None
            changes = beside(changes, changes_on_one, period)
            parts["CHANGES"].append(changes.assign(from_wave=ends[0], to_wave=ends[1]))
            if rules.change_rules[name] and set(ends) == set(names):
                of_waves = dict(zip(names, data, strict=True))
                parts["VERDICTS"].append(change_verdicts(of_waves, *ends, areas, rules.change_rules[name]))
    return _checked(parts)


def _annual(programme: Programme, loaded: list[Wave], arguments: Mapping, seed: str, progress: Progress) -> Tables:
    year = arguments["year"]
    fields = "annual_rules", "annual_joint_rules"
    return _judged_on_means(programme, loaded, arguments, seed, progress, year, *fields)


def _rolling(programme: Programme, loaded: list[Wave], arguments: Mapping, seed: str, progress: Progress) -> Tables:
    return _judged_on_means(programme, loaded, arguments, seed, progress, arguments["wave"], "listing_rules")


def _judged_on_means(
    programme: Programme,
    loaded: list[Wave],
    arguments: Mapping,
    seed: str,
    progress: Progress,
    period: str,
    field: str,
    joint_field: str | None = None,
) -> Tables:
    """Ranks and verdicts on the mean of the waves.

    field, joint_field: of a Programme, measure -> its rules of areas, and of groups or leagues;  period: what the waves
    make up
    """
    names = [w.name for w in loaded]
    how: dict[str, Any] = {"level": programme.level, "weights": programme.year_weights}
    parts: dict[str, list[pd.DataFrame]] = {"RANKS": [], "VERDICTS": []}
    of_measures = _measures(programme, loaded, arguments)
    for name, data in of_measures.items():
        if not getattr(programme, field)[name] and not (joint_field and getattr(programme, joint_field)[name]):
            continue
        progress(name)
        of_year = dict(zip(names, data, strict=True))
        for league in _leagues(programme, *data):
            of_league = programme.judged_in(league)
            rules = getattr(of_league, field)[name]
            together = getattr(of_league, joint_field)[name] if joint_field else ()
            areas, rng = programme.league_areas(league), generator(seed, period, name, league)
            if rules:
                ranks, verdicts = annual_verdicts(of_year, areas, rules, **how, rng=rng)
                parts["RANKS"].append(rank_table(name, ranks))
                parts["VERDICTS"].append(verdicts)
            if together:
                units, weights = programme.units_of(league), programme.year_weights
                placing = _placing_of_year(programme, league, names, of_measures)
                parts["VERDICTS"].append(annual_joint_verdicts(of_year, areas, units, together, weights, placing))
    return _checked(parts)


COMPUTE = {
    ANNUAL: _on_every_level(_annual),
    ROLLING: _on_every_level(_rolling),
    ESTIMATE: _on_every_level(_estimate),
    RANKS_ALONE: _ranks_alone,
    COMPARE: _on_every_level(_compare),
    WEIGH: _weigh,
}
TELLING = {ESTIMATE: "RANKS", COMPARE: "CHANGES"}  # the table with a row for every area that has answers


def unanswered(programme: Programme, use_case: str, computed: pd.DataFrame | None) -> tuple[str, ...]:
    """The measures that nobody answered, and the leagues of others that nobody answered, by the table of TELLING."""
    if use_case not in TELLING:
        return ()
    pairs = [] if computed is None else computed[["measure", "area"]].values
    answered = {(measure, programme.ranked[area].league) for measure, area in pairs}
    missing = []
    for name in programme.measures:
        leagues = [league for league in programme.leagues if (name, league) not in answered]
        missing += [name] if leagues == list(programme.leagues) else [f"{name} ({league})" for league in leagues]
    return tuple(missing)


def _leagues(programme: Programme, *waves: WaveMeasure) -> list[str]:
    """The leagues that have an area with answers in every one of the waves."""
    return [
        x for x in programme.leagues if set(programme.league_areas(x)).intersection(*(w.areas.names for w in waves))
    ]


def _measures(
    programme: Programme,
    loaded: list[Wave],
    arguments: Mapping = MappingProxyType({}),
    measures: Mapping[str, Measure] | None = None,
) -> dict[str, list[WaveMeasure]]:
    """The data of each measure in every loaded wave, if it was answered, with a positive weight, in all of them.

    arguments: those of the run; for a wave drawn here they say how many eligible people there are
    measures: name -> measure; by default those of the programme
    """
    measures = programme.measures if measures is None else measures
    designs, drawn, by_name = [w.design(programme.lonely) for w in loaded], arguments.get("population", {}), {}
    for name, measure in measures.items():
        data = [
            _wave_measure(programme, measure, w, d, drawn.get(w.name)) for w, d in zip(loaded, designs, strict=True)
        ]
        if all(m.answered_by_anyone for m in data):
            by_name[name] = data
    return by_name


def _at_level_of(programme: Programme, loaded: list[Wave], league: str | None) -> tuple[Programme, list[Wave]]:
    """The programme and the waves at the level of a league; as they are where it has areas of the files."""
    if league not in programme.group_leagues:
        return programme, loaded
    level = programme.at_level(league)
    return level, [_with_groups(wave, level.inside) for wave in loaded]


def measure_of_wave(
    programme: Programme, loaded: list[Wave], arguments: Mapping, name: str, league: str | None = None
) -> WaveMeasure:
    """One measure's data of the only wave loaded, as a run with these arguments computes with it.

    league: whose areas the data are of, if that is one of groups; by default those of the files
    """
    programme, loaded = _at_level_of(programme, loaded, league)
    ((data,),) = _measures(programme, loaded, arguments, {name: programme.measures[name]}).values()
    return data


def groups_of_wave(programme: Programme, wave: Wave, data: WaveMeasure) -> dict[str, WaveMeasure]:
    """The measure of each type of person that is none of the programme's own measures, by its name; data: the whole."""
    of_groups = {}
    for types in programme.types.values():
        group_of = types.group_of(wave.answers[types.item], programme.items[types.item])
        for (of, group), measure in types.measures.items():
            if of == data.measure.name and measure.name not in programme.measures:
                of_groups[measure.name] = within(data, measure, group_of == group)
    return {name: one for name, one in of_groups.items() if one.answered_by_anyone}


def measures_of_waves(
    programme: Programme, loaded: list[Wave], arguments: Mapping, measures: Mapping[str, Measure]
) -> dict[str, dict[str, WaveMeasure]]:
    """measure -> wave -> its data, of those of the measures that were answered in all of the waves."""
    names = [wave.name for wave in loaded]
    by_measure = _measures(programme, loaded, arguments, measures)
    return {name: dict(zip(names, data, strict=True)) for name, data in by_measure.items()}


def _wave_measure(
    programme: Programme, measure: Measure, wave: Wave, design: Design, drawn: Mapping | None
) -> WaveMeasure:
    """One wave's data of a measure; drawn: its eligible people (`drawn_population`), if it was drawn here."""
    absent = sorted(set(measure.records) - {record for record, _ in wave.records})
    if absent:
        raise Fault(key="measure.records_absent", measure=measure.name, records=absent)
    options: dict[str, Any] = {"items": programme.items, "measures": programme.measures, "records": wave.records}
    options["interviewer"] = wave.interviewers(programme)
    if drawn is not None and drawn["of"] == AREA:
        units = programme.renames.summed(wave.name, drawn["units"])
        drawn = {"of": AREA, "units": summed_inside(units, programme.inside)}
    options |= {
        "population": programme.people.known(wave.records, drawn, wave.merged_strata),
        "of_people": programme.population.of_people,
    }
    return WaveMeasure.of_answers(measure, wave.answers, wave.area, design, **options)


def _checked(parts: Mapping[str, list[pd.DataFrame]]) -> Tables:
    """The parts of each table joined and checked; tables without parts are left out."""
    tables = {name: pd.concat(pieces, ignore_index=True) for name, pieces in parts.items() if pieces}
    return {name: contracts.check(table, getattr(contracts, name)) for name, table in tables.items()}
