"""Use cases on waves: estimate one, compare two, compute a run again; each loads, computes in a pure room, saves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

import contracts
from accountability.league import (
    MARGINAL,
    WaveMeasure,
    change_table,
    covariance_table,
    estimate_table,
    league_ranks,
    rank_table,
)
from accountability.rules.table import verdict_table
from estimation import Design, Measure, Weighting, weigh, weights_table
from programme.population import FINITE
from programme.survey import Programme
from service.fieldwork.calls import stops_of_waves
from service.fieldwork.eligible import drawn_population
from service.figures.one_margins import beside, same_margins
from service.intake.imports import current_margins, current_programme, load_margins, programme_of_run, wave_versions
from service.intake.released import released_table
from service.store import schema
from service.store.differences import Difference, difference
from service.store.engine import Store, insert_frame
from service.store.permissions import permitted
from service.store.runs import add_run, code_version, find_run, generator, run_inputs
from words import Fault

ESTIMATE, RANKS_ALONE, COMPARE, WEIGH = "estimate", "ranks-alone", "compare", "weigh"
JOINED = "+"  # between the waves of a window
SEED = "rankshift"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Computed:
    """A run's number, whether it had been computed before, and what was not computed because nobody answered:
    measures ("safe"), or leagues of a measure that others answered ("safe (north)")."""

    run_id: int
    repeated: bool
    unanswered: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Wave:
    """One version of a wave as loaded: its name, its respondents, their answers by item, (record, area) -> value.

    weighting: the steps from released numbers to weights, if the programme makes its weights;  unit_id: of the numbers
    on_one_margins: the same steps to the margins of the newest period among the waves loaded, which one_margins names,
    where they differ from the wave's own
    """

    version_id: int
    name: str
    respondents: pd.DataFrame
    answers: pd.DataFrame
    records: Mapping[tuple[str, str], float]
    weighting: Weighting | None = None
    on_one_margins: Weighting | None = None
    one_margins: str | None = None
    unit_id: np.ndarray | None = None

    def interviewers(self, plan: Programme) -> np.ndarray | None:
        """Who rang each respondent, where their numbers were shared at random; None where it is not known."""
        rang, declared = self.respondents.interviewer, plan.interviewers
        return rang.to_numpy() if declared is not None and declared.at_random and rang.notna().all() else None

    def given_design(self, lonely: str) -> Design:
        """The design of those who responded with the weights of the file, or base weights."""
        return Design.from_table(self.respondents, weight="weight", stratum="stratum", psu="psu", lonely=lonely)

    def design(self, lonely: str) -> Design:
        """The design to estimate with: the file's weights, or those the programme makes."""
        given = self.given_design(lonely)
        return given if self.weighting is None else self.weighting.design(given)


@permitted
def weigh_wave(store: Store, programme: str, wave: str, *, progress: Progress = lambda _: None) -> Computed:
    """The weights of every step for the numbers released in a wave, in one run.

    This and what follows raise a Fault for a wave drawn here with open numbers, unless its fieldwork was stopped with a
    reason (`calls.stops_of_waves`).
    """
    plan_id, plan = current_programme(store, programme)
    if plan.weighting is None:
        raise Fault(key="weighting.none", programme=programme)
    inputs = [("programme", plan_id), *wave_inputs(store, plan, [wave]), *stops_of_waves(store, programme, [wave])]
    return _run(store, WEIGH, {"programme": programme, "wave": wave}, inputs, plan, "", progress)


@permitted
def estimate_wave(
    store: Store, programme: str, wave: str, *, seed: str = SEED, progress: Progress = lambda _: None
) -> Computed:
    """Estimates, covariances, ranks and verdicts of every measure and league of a wave, in one run.

    A programme that makes its weights has them made first, in a run of their own.
    """
    plan_id, plan = current_programme(store, programme)
    inputs = [("programme", plan_id), *wave_inputs(store, plan, [wave]), *stops_of_waves(store, programme, [wave])]
    if plan.weighting is not None:
        weigh_wave(store, programme, wave, progress=progress)
    arguments = {"programme": programme, "wave": wave} | _drawn(store, plan, [wave])
    return _run(store, ESTIMATE, arguments, inputs, plan, seed, progress)


@permitted
def rank_alone(
    store: Store, run_id: int, measure: str, league: str, *, progress: Progress = lambda _: None
) -> Computed:
    """Each area's own rank set in one league of an estimate (its run), in a run of its own, made when asked for.

    It reads what the estimate read, with its seed and its code; an estimate of other code is to be made anew first.
    """
    known = alone_run(store, run_id, measure, league)
    if known is not None:
        return Computed(known, repeated=True)
    run = _run_row(store, run_id)
    if run is None or run.use_case != ESTIMATE or measure not in _measures_ranked(store, run_id):
        raise Fault(key="ranks_alone.unknown", found=run_id, measure=measure)
    plan = programme_of_run(store, run_id)
    if league not in plan.leagues:
        raise Fault(key="league.unknown_league", found=league, expected=list(plan.leagues))
    if run.version != code_version():
        raise Fault(key="ranks_alone.code", wave=run.arguments["wave"], found=run.version, expected=code_version())
    with store.read() as connection:
        inputs = sorted(run_inputs(connection, run_id))
    arguments = dict(run.arguments) | {"measure": measure, "league": league}
    return _run(store, RANKS_ALONE, arguments, inputs, plan, run.seed, progress)


@permitted
def alone_run(store: Store, run_id: int, measure: str, league: str) -> int | None:
    """The run with each area's own rank set in a league of an estimate (its run), or None if nobody has asked yet.

    Estimates of earlier versions hold these sets themselves.
    """
    run, ranks = _run_row(store, run_id), schema.DERIVED["RANKS"]
    if run is None or run.use_case != ESTIMATE:
        return None
    held = sa.select(ranks.c.area).where(ranks.c.run_id == run_id, ranks.c.family == MARGINAL)
    with store.read() as connection:
        if connection.execute(held.where(ranks.c.measure == measure).limit(1)).first() is not None:
            return run_id
        arguments, inputs = dict(run.arguments) | {"measure": measure, "league": league}, run_inputs(connection, run_id)
        return find_run(connection, RANKS_ALONE, arguments, inputs, seed=run.seed, code=run.version)


@permitted
def compare_waves(
    store: Store,
    programme: str,
    before: str,
    after: str,
    *,
    seed: str = SEED,
    progress: Progress = lambda _: None,
) -> Computed:
    """Changes of every measure and league between two waves, or the means of several ("2014Q1+2014Q2"), in one run.

    A window may be anything that ends no later than the other: the quarter before, the same quarter a year earlier,
    disjoint years, rolling years.  Waves weighted to margins of different periods are also compared with all of them on
    the newest period's; a Fault if those margins have other categories.
    """
    one, two = window(before), window(after)
    if (one[-1], one) >= (two[-1], two):
        raise Fault(key="compare.order", before=before, after=after)
    plan_id, plan = current_programme(store, programme)
    first = min(one + two)
    if (new := plan.break_between(first, two[-1])) is not None:
        raise Fault(key="compare.break", before=first, after=two[-1], wave=new, reason=plan.breaks[new])
    names = sorted({*one, *two})
    inputs = [("programme", plan_id), *wave_inputs(store, plan, names), *stops_of_waves(store, programme, names)]
    arguments = {"programme": programme, "before": JOINED.join(one), "after": JOINED.join(two)}
    arguments |= _drawn(store, plan, names) if plan.population.changes == FINITE else {}
    return _run(store, COMPARE, arguments, inputs, plan, seed, progress)


def _drawn(store: Store, plan: Programme, names) -> dict:
    """What a run is told of the eligible units of waves drawn here, so that it can be computed again; {}: nothing."""
    told = plan.population.units or plan.population.column is not None
    found = {} if told else {wave: drawn_population(store, plan, wave) for wave in names}
    known = {wave: population for wave, population in found.items() if population is not None}
    return {"population": known} if known else {}


def window(text: str) -> list[str]:
    """The waves of a window, oldest first: "2015Q1", or several joined by "+"; a Fault for a wave named twice."""
    waves = sorted(text.split(JOINED))
    if len(set(waves)) < len(waves):
        raise Fault(key="compare.twice", found=text)
    return waves


@permitted
def rerun(store: Store, run_id: int, *, progress: Progress = lambda _: None) -> list[Difference]:
    """Compute weights, estimates or changes again from the versions read; what differs, by table (none: same).

    Numbers are the same when every one agrees to 1e-12 relative; nothing is written.
    """
    with store.read() as connection:
        run = connection.execute(sa.select(schema.runs).where(schema.runs.c.run_id == run_id)).first()
        if run is None or run.use_case not in COMPUTE:
            raise Fault(key="rerun.unknown", found=run_id)
        inputs = run_inputs(connection, run_id)
    plan = programme_of_run(store, run_id)
    loaded = sorted(load_waves(store, plan, inputs), key=lambda w: w.name)
    made = COMPUTE[run.use_case](plan, loaded, run.arguments, run.seed, progress)
    found = [difference(name, _stored(store, name, run_id), made.get(name)) for name in schema.DERIVED]
    return [each for each in found if each is not None]


def _run_row(store: Store, run_id: int) -> sa.Row | None:
    with store.read() as connection:
        return connection.execute(sa.select(schema.runs).where(schema.runs.c.run_id == run_id)).first()


def _measures_ranked(store: Store, run_id: int) -> set[str]:
    ranks = schema.DERIVED["RANKS"]
    return set(store.frame(sa.select(ranks.c.measure).where(ranks.c.run_id == run_id).distinct()).measure)


@permitted
def current_wave(store: Store, programme: str, wave: str) -> int:
    """The version_id of a wave's newest version."""
    versions = wave_versions(store, programme)
    found = versions[versions.current & (versions.wave == wave)]
    if found.empty:
        raise Fault(
            key="wave.unknown",
            found=wave,
            programme=programme,
            expected=list(versions.wave.unique()) or ["-"],
        )
    return int(found.version_id.iloc[0])


@permitted
def wave_inputs(store: Store, plan: Programme, names) -> list[tuple[str, int]]:
    """The newest versions of waves, and of the known totals their weights are calibrated to."""
    found = [("wave", current_wave(store, plan.name, wave)) for wave in names]
    if plan.weighting is not None and plan.weighting.calibrating is not None:
        periods = dict.fromkeys(plan.weighting.calibrating.period or wave for wave in names)
        found += [("margins", current_margins(store, plan.name, period)) for period in periods]
    return found


@permitted
def load_waves(store: Store, plan: Programme, inputs) -> list[Wave]:
    """The waves among a run's inputs, weighed by the known totals among them if the programme makes its weights."""
    files = [load_margins(store, number) for kind, number in inputs if kind == "margins"]
    totals = {file.period: file.totals for file in files}
    waves = [load_wave(store, number) for kind, number in inputs if kind == "wave"]
    return waves if plan.weighting is None else [_weighed(store, plan, wave, totals) for wave in waves]


def _weighed(store: Store, plan: Programme, wave: Wave, totals) -> Wave:
    assert plan.weighting is not None
    table = released_table(_microdata(store, "RELEASED", wave.version_id))
    calibrating = plan.weighting.calibrating
    period = None if calibrating is None else calibrating.period or wave.name
    answered = table.reset_index(drop=True)
    made = weigh(answered, plan.weighting, totals.get(period))
    wave = replace(wave, weighting=made, unit_id=table.index.to_numpy())
    newest = max(totals, default=None)
    if period is None or newest is None or calibrating is None or period == newest:
        return wave
    if same_margins(totals[period], totals[newest], calibrating.margins, (period, newest)):
        return wave
    return replace(wave, on_one_margins=weigh(answered, plan.weighting, totals[newest]), one_margins=newest)


def _microdata(store: Store, name: str, version_id: int) -> pd.DataFrame:
    table = schema.MICRODATA[name]
    return store.frame(sa.select(table).where(table.c.version_id == version_id).order_by(table.c.row))


@permitted
def load_wave(store: Store, version_id: int) -> Wave:
    """Respondents and answers of one version of a wave, in the order of its file."""
    respondents, responses = (_microdata(store, name, version_id) for name in ("RESPONDENTS", "RESPONSES"))
    answers = responses.set_index(["unit_id", "item"]).answer.unstack("item").reindex(respondents.unit_id)  # noqa: PD010
    select = sa.select(schema.waves.c.wave).where(schema.waves.c.version_id == version_id)
    known = store.frame(sa.select(schema.RECORDS).where(schema.RECORDS.c.version_id == version_id))
    records = dict(zip(zip(known.record, known.area, strict=True), known.value, strict=True))
    return Wave(version_id, store.frame(select).wave[0], respondents, answers, records)


def _run(store, use_case, arguments, inputs, plan, seed, progress) -> Computed:
    with store.read() as connection:
        known = find_run(connection, use_case, arguments, inputs, seed=seed)
    if known is not None:
        telling = _stored(store, TELLING[use_case], known) if use_case in TELLING else None
        return Computed(known, repeated=True, unanswered=_unanswered(plan, use_case, telling))
    loaded = load_waves(store, plan, inputs)
    made = COMPUTE[use_case](plan, loaded, arguments, seed, progress)
    with store.begin("run", use_case, *(str(value) for value in arguments.values())) as connection:
        if (other := find_run(connection, use_case, arguments, inputs, seed=seed)) is not None:
            raise Fault(key="run.overtaken", run=other)
        run_id = add_run(connection, store.actor, use_case, arguments, inputs, seed=seed)
        for name, frame in made.items():
            insert_frame(connection, schema.DERIVED[name], frame, run_id=run_id)
    return Computed(run_id, repeated=False, unanswered=_unanswered(plan, use_case, made.get(TELLING.get(use_case))))


def _weigh(plan: Programme, loaded: list[Wave], arguments, seed: str, progress: Progress):
    (wave,) = loaded
    assert wave.weighting is not None and wave.unit_id is not None
    return {"WEIGHTS": weights_table(wave.name, wave.unit_id, wave.weighting.weights())}


def _estimate(plan: Programme, loaded: list[Wave], arguments, seed: str, progress: Progress):
    (wave,) = loaded
    made = {t.name: [] for t in (contracts.ESTIMATES, contracts.COVARIANCES, contracts.RANKS, contracts.VERDICTS)}
    for name, (data,) in _measures(plan, loaded, arguments).items():
        progress(name)
        made["ESTIMATES"].append(estimate_table(data, level=plan.level, publish=plan.publish))
        made["COVARIANCES"].append(covariance_table(data))
        for league in _leagues(plan, data):
            rng = generator(seed, wave.name, name, league)
            ranks = league_ranks(data, plan.league_areas(league), level=plan.level, rng=rng)
            made["RANKS"].append(rank_table(name, ranks))
            if plan.rules[name]:
                made["VERDICTS"].append(verdict_table(data, ranks, plan.rules[name]))
    for (data,) in _measures(plan, loaded, arguments, plan.factor_measures).values():
        made["ESTIMATES"].append(estimate_table(data, level=plan.level, publish=plan.publish))
        made["COVARIANCES"].append(covariance_table(data))
    return _checked(made)


def _ranks_alone(plan: Programme, loaded: list[Wave], arguments, seed: str, progress: Progress):
    (wave,), name, league = loaded, arguments["measure"], arguments["league"]
    progress(name)
    ((data,),) = _measures(plan, loaded, arguments, {name: plan.measures[name]}).values()
    rng, family = generator(seed, wave.name, name, league, MARGINAL), MARGINAL
    ranks = league_ranks(data, plan.league_areas(league), family=family, level=plan.level, rng=rng)
    return _checked({"RANKS": [rank_table(name, ranks, family)]})


def _compare(plan: Programme, loaded: list[Wave], arguments, seed: str, progress: Progress):
    names, ends = [w.name for w in loaded], (arguments["before"], arguments["after"])
    options: dict[str, Any] = {"level": plan.page_level, "family": plan.family}
    options |= {"rank_share": plan.comparing.rank_share, "side": plan.comparing.side}
    made = {"CHANGES": []}
    period = next((w.one_margins for w in loaded if w.one_margins), None)
    level_waves = [w if w.on_one_margins is None else replace(w, weighting=w.on_one_margins) for w in loaded]
    on_one = {} if period is None else _measures(plan, level_waves, arguments)
    for name, data in _measures(plan, loaded, arguments).items():
        progress(name)
        for league in _leagues(plan, *data):
            areas = plan.league_areas(league)
            watch = [a for a in plan.comparing.watch if a in areas]
            changes, with_one = (
                change_table(
                    dict(zip(names, waves, strict=True)),
                    *map(window, ends),
                    areas,
                    watch=watch,
                    last=plan.last(name),
                    rng=generator(seed, *ends, name, league),
                    **options,
                )
                if waves
                else None
                for waves in (data, on_one.get(name))
            )
            assert changes is not None
            changes = beside(changes, with_one, period)
            made["CHANGES"].append(changes.assign(from_wave=ends[0], to_wave=ends[1]))
    return _checked(made)


COMPUTE = {ESTIMATE: _estimate, RANKS_ALONE: _ranks_alone, COMPARE: _compare, WEIGH: _weigh}
TELLING = {ESTIMATE: "RANKS", COMPARE: "CHANGES"}  # the table that has a row for every area computed


def _unanswered(plan: Programme, use_case: str, computed: pd.DataFrame | None) -> tuple[str, ...]:
    """The measures without a row in the table that tells, and of the others the leagues without one."""
    if use_case not in TELLING:
        return ()
    found = set() if computed is None else {(m, plan.areas[a].league) for m, a in computed[["measure", "area"]].values}
    missing = []
    for name in plan.measures:
        leagues = [league for league in plan.leagues if (name, league) not in found]
        missing += [name] if leagues == list(plan.leagues) else [f"{name} ({league})" for league in leagues]
    return tuple(missing)


def _leagues(plan: Programme, *waves: WaveMeasure) -> list[str]:
    """The leagues with an area that has answers in every one of the waves."""
    return [x for x in plan.leagues if set(plan.league_areas(x)).intersection(*(w.areas.names for w in waves))]


def _measures(
    plan: Programme, loaded: list[Wave], arguments: Mapping = MappingProxyType({}), measures=None
) -> dict[str, list[WaveMeasure]]:
    """The data in every loaded wave of each measure that was answered, with a positive weight, in all of them.

    arguments: the run's; of a wave drawn here they say how many eligible people there are
    measures: name -> measure, those of the programme where none are given.
    """
    measures = plan.measures if measures is None else measures
    designs, drawn, found = [w.design(plan.lonely) for w in loaded], arguments.get("population", {}), {}
    for name, measure in measures.items():
        made = [_wave_measure(plan, measure, w, d, drawn.get(w.name)) for w, d in zip(loaded, designs, strict=True)]
        if all(m.answered_by_anyone for m in made):
            found[name] = made
    return found


def _wave_measure(plan: Programme, measure: Measure, wave: Wave, design: Design, drawn) -> WaveMeasure:
    absent = sorted(set(measure.records) - {record for record, _ in wave.records})
    if absent:
        raise Fault(key="measure.records_absent", measure=measure.name, records=absent)
    options: dict[str, Any] = {"items": plan.items, "measures": plan.measures, "records": wave.records}
    options["interviewer"] = wave.interviewers(plan)
    options |= {"population": plan.population.known(wave.records, drawn), "of_people": plan.population.of_people}
    return WaveMeasure.of_answers(measure, wave.answers, wave.respondents.area.to_numpy(), design, **options)


def _checked(made: dict[str, list[pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """The tables whole and checked; those without a row left out."""
    whole = {name: pd.concat(parts, ignore_index=True) for name, parts in made.items() if parts}
    return {name: contracts.check(frame, getattr(contracts, name)) for name, frame in whole.items()}


def _stored(store: Store, name: str, run_id: int) -> pd.DataFrame:
    table = schema.DERIVED[name]
    return store.frame(sa.select(table).where(table.c.run_id == run_id)).drop(columns="run_id")
