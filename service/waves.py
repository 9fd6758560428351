"""Use cases on waves: estimate one, compare two, compute a run again; each loads, computes in a pure room, saves."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import sqlalchemy as sa

import tables
from accountability import report
from estimation import Design, measure_values
from service import schema
from service.imports import current_programme, programme_of_run, wave_versions
from service.permissions import permitted
from service.programme import Programme
from service.runs import add_run, find_run, generator, run_inputs
from service.store import Store, insert_frame
from words import Fault

ESTIMATE, COMPARE = "estimate", "compare"
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
    """One version of a wave as loaded: its name, its respondents and their answers by item."""

    version_id: int
    name: str
    respondents: pd.DataFrame
    answers: pd.DataFrame


@permitted
def estimate_wave(
    store: Store, programme: str, wave: str, *, by: str, seed: str = SEED, progress: Progress = lambda _: None
) -> Computed:
    """Estimates, covariances, ranks and verdicts of every measure and league of a wave, in one run."""
    plan_id, plan = current_programme(store, programme)
    inputs = [("programme", plan_id), ("wave", current_wave(store, programme, wave))]
    return _run(store, ESTIMATE, {"programme": programme, "wave": wave}, inputs, plan, seed, by, progress)


@permitted
def compare_waves(
    store: Store,
    programme: str,
    before: str,
    after: str,
    *,
    by: str,
    seed: str = SEED,
    progress: Progress = lambda _: None,
) -> Computed:
    """Changes of every measure and league between two waves, or the means of several ("2014Q1+2014Q2"), in one run.

    A window may be anything that ends no later than the other: the quarter before, the same quarter a year earlier,
    disjoint years, rolling years.
    """
    one, two = window(before), window(after)
    if (one[-1], one) >= (two[-1], two):
        raise Fault(key="compare.order", before=before, after=after)
    plan_id, plan = current_programme(store, programme)
    first = min(one + two)
    if (new := plan.break_between(first, two[-1])) is not None:
        raise Fault(key="compare.break", before=first, after=two[-1], wave=new, reason=plan.breaks[new])
    versions = [("wave", current_wave(store, programme, wave)) for wave in sorted({*one, *two})]
    arguments = {"programme": programme, "before": JOINED.join(one), "after": JOINED.join(two)}
    return _run(store, COMPARE, arguments, [("programme", plan_id), *versions], plan, seed, by, progress)


def window(text: str) -> list[str]:
    """The waves of a window, oldest first: "2015Q1", or several joined by "+"; a Fault for a wave named twice."""
    waves = sorted(text.split(JOINED))
    if len(set(waves)) < len(waves):
        raise Fault(key="compare.twice", found=text)
    return waves


@permitted
def rerun(store: Store, run_id: int, *, progress: Progress = lambda _: None) -> list[str]:
    """Compute an estimate or compare run again from the versions it read; the names of tables that differ (none: same).

    Numbers are the same when every one agrees to 1e-12 relative; nothing is written.
    """
    with store.read() as connection:
        run = connection.execute(sa.select(schema.runs).where(schema.runs.c.run_id == run_id)).first()
        if run is None or run.use_case not in COMPUTE:
            raise Fault(key="rerun.unknown", found=run_id)
        inputs = run_inputs(connection, run_id)
    plan = programme_of_run(store, run_id)
    loaded = [load_wave(store, number) for kind, number in inputs if kind == "wave"]
    loaded = sorted(loaded, key=lambda w: w.name)
    made = COMPUTE[run.use_case](plan, loaded, run.arguments, run.seed, progress)
    return [name for name in schema.DERIVED if not _same(made.get(name), _stored(store, name, run_id), name)]


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
def load_wave(store: Store, version_id: int) -> Wave:
    """Respondents and answers of one version of a wave, in the order of its file."""
    respondents, responses = (
        store.frame(sa.select(t).where(t.c.version_id == version_id).order_by(t.c.row))
        for t in schema.MICRODATA.values()
    )
    answers = responses.set_index(["unit_id", "item"]).answer.unstack("item").reindex(respondents.unit_id)  # noqa: PD010
    select = sa.select(schema.waves.c.wave).where(schema.waves.c.version_id == version_id)
    return Wave(version_id, store.frame(select).wave[0], respondents, answers)


def _run(store, use_case, arguments, inputs, plan, seed, by, progress) -> Computed:
    with store.read() as connection:
        known = find_run(connection, use_case, arguments, inputs, seed=seed)
    if known is not None:
        return Computed(known, repeated=True, unanswered=_unanswered(plan, _stored(store, TELLING[use_case], known)))
    loaded = [load_wave(store, version) for kind, version in inputs if kind == "wave"]
    made = COMPUTE[use_case](plan, loaded, arguments, seed, progress)
    with store.begin() as connection:
        run_id = add_run(connection, use_case, arguments, inputs, seed=seed, by=by)
        for name, frame in made.items():
            insert_frame(connection, schema.DERIVED[name], frame, run_id=run_id)
    return Computed(run_id, repeated=False, unanswered=_unanswered(plan, made.get(TELLING[use_case])))


def _estimate(plan: Programme, loaded: list[Wave], arguments, seed: str, progress: Progress):
    (wave,) = loaded
    made = {t.name: [] for t in (tables.ESTIMATES, tables.COVARIANCES, tables.RANKS, tables.VERDICTS)}
    for name, (data,) in _measures(plan, loaded).items():
        progress(name)
        made["ESTIMATES"].append(report.estimate_table(data, level=plan.level, publish=plan.publish))
        made["COVARIANCES"].append(report.covariance_table(data))
        for league in _leagues(plan, data):
            rng = generator(seed, wave.name, name, league)
            sets = report.league_ranks(data, plan.league_areas(league), level=plan.level, rng=rng)
            made["RANKS"].append(report.rank_table(name, sets))
            if plan.rules[name]:
                made["VERDICTS"].append(report.verdict_table(data, sets[report.SIMULTANEOUS], plan.rules[name]))
    return _checked(made)


def _compare(plan: Programme, loaded: list[Wave], arguments, seed: str, progress: Progress):
    names, ends = [w.name for w in loaded], (arguments["before"], arguments["after"])
    options = {"level": plan.level, "family": plan.family, "rank_share": plan.comparing.rank_share}
    made = {"CHANGES": []}
    for name, data in _measures(plan, loaded).items():
        progress(name)
        for league in _leagues(plan, *data):
            rng, areas = generator(seed, *ends, name, league), plan.league_areas(league)
            waves, watch = dict(zip(names, data, strict=True)), [a for a in plan.comparing.watch if a in areas]
            changes = report.change_table(
                waves, *map(window, ends), areas, watch=watch, last=plan.last(name), rng=rng, **options
            )
            made["CHANGES"].append(changes.assign(from_wave=ends[0], to_wave=ends[1]))
    return _checked(made)


COMPUTE = {ESTIMATE: _estimate, COMPARE: _compare}
TELLING = {ESTIMATE: "RANKS", COMPARE: "CHANGES"}  # the table that has a row for every area computed


def _unanswered(plan: Programme, computed: pd.DataFrame | None) -> tuple[str, ...]:
    """The measures without a row in the table that tells, and of the others the leagues without one."""
    found = set() if computed is None else {(m, plan.areas[a].league) for m, a in computed[["measure", "area"]].values}
    missing = []
    for name in plan.measures:
        leagues = [league for league in plan.leagues if (name, league) not in found]
        missing += [name] if leagues == list(plan.leagues) else [f"{name} ({league})" for league in leagues]
    return tuple(missing)


def _leagues(plan: Programme, *waves: report.WaveMeasure) -> list[str]:
    """The leagues with an area that has answers in every one of the waves."""
    return [x for x in plan.leagues if set(plan.league_areas(x)).intersection(*(w.areas.names for w in waves))]


def _measures(plan: Programme, loaded: list[Wave]) -> dict[str, list[report.WaveMeasure]]:
    """The data in every loaded wave of each measure that was answered, with a positive weight, in all of them."""
    designs = [
        Design.from_table(w.respondents, weight="weight", stratum="stratum", psu="psu", lonely=plan.lonely)
        for w in loaded
    ]
    found = {}
    for name, measure in plan.measures.items():
        values = [measure_values(w.answers, measure, plan.items) for w in loaded]
        if all((~np.isnan(v) & (d.weight > 0)).any() for v, d in zip(values, designs, strict=True)):
            found[name] = [
                report.WaveMeasure(measure, v, w.respondents.area.to_numpy(), d)
                for v, w, d in zip(values, loaded, designs, strict=True)
            ]
    return found


def _checked(made: dict[str, list[pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """The tables whole and checked; those without a row left out."""
    whole = {name: pd.concat(parts, ignore_index=True) for name, parts in made.items() if parts}
    return {name: tables.check(frame, getattr(tables, name)) for name, frame in whole.items()}


def _stored(store: Store, name: str, run_id: int) -> pd.DataFrame:
    table = schema.DERIVED[name]
    return store.frame(sa.select(table).where(table.c.run_id == run_id)).drop(columns="run_id")


def _same(made: pd.DataFrame | None, stored: pd.DataFrame, name: str) -> bool:
    if made is None:
        return stored.empty
    key = list(getattr(tables, name).key)
    made, stored = (t.sort_values(key, ignore_index=True) for t in (made, stored))
    if len(made) != len(stored):
        return False
    for column in made.columns:
        a, b = made[column], stored[column]
        if pd.api.types.is_float_dtype(a):
            if not np.allclose(a, b.astype(float), rtol=1e-12, atol=0, equal_nan=True):
                return False
        elif not (a == b).all():
            return False
    return True
