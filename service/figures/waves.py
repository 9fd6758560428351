"""Use cases on waves: weigh, estimate or compare them, or compute a run again; each loads, computes and saves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from programme.declared import Programme
from programme.population import FINITE
from programme.regular_comparisons import sharing_error
from programme.wave_names import kind_of_wave, parts_of_wave, periods_of_year, rolling_waves
from service.fieldwork.calls import stops_of_waves
from service.fieldwork.eligible import drawn_population
from service.figures.alone import alone_run
from service.figures.comparable import check_comparison, regular_of_wave, wave_inputs
from service.figures.computing import COMPUTE, TELLING, Progress, unanswered
from service.figures.loaded_waves import load_waves, strata_merged
from service.figures.use_cases import (
    ANNUAL,
    COMPARE,
    COMPARISONS,
    ESTIMATE,
    RANKS_ALONE,
    ROLLING,
    SHARING,
    STRATA,
    WEIGH,
)
from service.figures.windows import JOINED, window
from service.intake.imports import current_programme, programme_of_run, wave_versions
from service.store import schema
from service.store.differences import Difference, difference
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.rows import insert_rows
from service.store.runs import add_run, code_version, find_run, run_inputs, run_row
from words import Fault

SEED = "rankshift"


@dataclass(frozen=True)
class Computed:
    """A run that was computed, or found because it had been computed before (`repeated`).

    unanswered: measures that nobody answered ("safe"), and leagues in which nobody did ("safe (north)")
    """

    run_id: int
    repeated: bool
    unanswered: tuple[str, ...] = ()


@permitted
def weigh_wave(store: Store, programme_name: str, wave: str, *, progress: Progress = lambda _: None) -> Computed:
    """Compute the weights of a wave's released numbers after every step, in one run.

    This, `estimate_wave` and `compare_waves` raise a Fault for a wave sampled here whose numbers are still open, unless
    its fieldwork was stopped with a reason (`calls.stops_of_waves`).
    """
    programme_id, programme = current_programme(store, programme_name)
    if programme.weighting is None:
        raise Fault(key="weighting.none", programme=programme_name)
    inputs = [
        ("programme", programme_id),
        *wave_inputs(store, programme, [wave]),
        *stops_of_waves(store, programme_name, [wave]),
    ]
    return _run(store, WEIGH, {"programme": programme_name, "wave": wave}, inputs, programme, "", progress)


@permitted
def estimate_wave(
    store: Store, programme_name: str, wave: str, *, seed: str = SEED, progress: Progress = lambda _: None
) -> Computed:
    """Compute the estimates, covariances, ranks and verdicts of every measure and league of a wave, in one run.

    If the programme computes weights, they are computed first, in a run of their own.
    """
    programme_id, programme = current_programme(store, programme_name)
    inputs = [
        ("programme", programme_id),
        *wave_inputs(store, programme, [wave]),
        *stops_of_waves(store, programme_name, [wave]),
    ]
    if programme.weighting is not None:
        weigh_wave(store, programme_name, wave, progress=progress)
    arguments = {"programme": programme_name, "wave": wave} | _drawn(store, programme, [wave])
    arguments |= _merged(store, programme, inputs)
    return _run(store, ESTIMATE, arguments, inputs, programme, seed, progress)


@permitted
def rank_alone(
    store: Store, run_id: int, measure: str, league: str, *, progress: Progress = lambda _: None
) -> Computed:
    """Rank ranges that hold area by area, in one league, for the estimate of run `run_id`.

    They are computed on request, as a run of its own, from the same inputs and seed.  If the code has changed since,
    the wave must be estimated again first (a Fault).
    """
    earlier_run = alone_run(store, run_id, measure, league)
    if earlier_run is not None:
        return Computed(earlier_run, repeated=True)
    with store.read() as connection:
        run = run_row(connection, run_id)
    if run is None or run.use_case != ESTIMATE or measure not in _measures_ranked(store, run_id):
        raise Fault(key="ranks_alone.unknown", found=run_id, measure=measure)
    programme = programme_of_run(store, run_id)
    if league not in programme.leagues:
        raise Fault(key="league.unknown_league", found=league, expected=list(programme.leagues))
    if run.version != code_version():
        raise Fault(key="ranks_alone.code", wave=run.arguments["wave"], found=run.version, expected=code_version())
    with store.read() as connection:
        inputs = sorted(run_inputs(connection, run_id))
    arguments = dict(run.arguments) | {"measure": measure, "league": league}
    return _run(store, RANKS_ALONE, arguments, inputs, programme, run.seed, progress)


@permitted
def compare_waves(
    store: Store,
    programme_name: str,
    before: str,
    after: str,
    *,
    seed: str = SEED,
    sharing: int | None = None,
    progress: Progress = lambda _: None,
) -> Computed:
    """Compare the changes of every measure and league between two windows of waves, in one run.

    A window is a wave or the mean of several ("2014Q1+2014Q2"). `before` must end earlier than `after`, or end with it
    and start earlier: the quarter before, the same quarter a year earlier, disjoint years, rolling years. If waves were
    weighted to margins of different periods, the comparison is also made with all of them weighted to the newest; a
    Fault if the newest margins have other categories.

    sharing: how many comparisons share the error of one page with this one; None: as many regular ones as the later
    wave has, if this is one of them (`sharing_error`), else 1
    """
    inputs = check_comparison(store, programme_name, before, after)
    earlier, later = JOINED.join(window(before)), JOINED.join(window(after))
    programme = current_programme(store, programme_name)[1]
    if sharing is None:
        single = JOINED not in earlier + later
        sharing = sharing_error(regular_of_wave(store, programme_name, later), earlier, later) if single else 1
    arguments: dict[str, Any] = {"programme": programme_name, "before": earlier, "after": later}
    arguments |= {SHARING: {COMPARISONS: sharing}} if sharing > 1 else {}
    names = sorted({*window(before), *window(after)})
    arguments |= _drawn(store, programme, names) if programme.population.changes == FINITE else {}
    arguments |= _merged(store, programme, inputs)
    return _run(store, COMPARE, arguments, inputs, programme, seed, progress)


@permitted
def judge_year(
    store: Store, programme_name: str, year: str, *, seed: str = SEED, progress: Progress = lambda _: None
) -> Computed:
    """Judge the annual rules of a year ("2025") on the mean of its waves, in one run.

    A Fault if the programme has no annual rules, if a quarter or month of the year is missing, or if nothing earlier
    than one of its waves can be compared with it (a break within the year).
    """
    programme_id, programme = current_programme(store, programme_name)
    if not programme.judges_years:
        raise Fault(key="annual.no_rules", programme=programme_name)
    names = year_waves(wave_versions(store, programme_name).wave, year)
    broken = programme.break_between(names[0], names[-1])
    if broken is not None:
        raise Fault(key="annual.break", year=year, wave=broken)
    inputs = [
        ("programme", programme_id),
        *wave_inputs(store, programme, names),
        *stops_of_waves(store, programme_name, names),
    ]
    arguments: dict[str, Any] = {"programme": programme_name, "year": year}
    arguments |= _drawn(store, programme, names) if programme.population.changes == FINITE else {}
    arguments |= _merged(store, programme, inputs)
    return _run(store, ANNUAL, arguments, inputs, programme, seed, progress)


@permitted
def judge_rolling(
    store: Store, programme_name: str, wave: str, *, seed: str = SEED, progress: Progress = lambda _: None
) -> Computed:
    """Judge the rules that list the last areas on the mean of the year's waves that end with `wave`, in one run.

    A Fault if there is no such rule, if one of these waves is missing, or if there is a break among them.
    """
    programme_id, programme = current_programme(store, programme_name)
    if not any(programme.listing_rules.values()):
        raise Fault(key="rolling.no_rules", programme=programme_name)
    names = rolling_waves(wave)
    missing = sorted({*names} - {*wave_versions(store, programme_name).wave})
    if missing or len(names) < 2:
        raise Fault(key="rolling.incomplete", wave=wave, waves=missing or [wave])
    broken = programme.break_between(names[0], names[-1])
    if broken is not None:
        raise Fault(key="rolling.break", wave=wave, since=broken)
    inputs = [
        ("programme", programme_id),
        *wave_inputs(store, programme, names),
        *stops_of_waves(store, programme_name, names),
    ]
    arguments: dict[str, Any] = {"programme": programme_name, "wave": wave}
    arguments |= _drawn(store, programme, names) if programme.population.changes == FINITE else {}
    arguments |= _merged(store, programme, inputs)
    return _run(store, ROLLING, arguments, inputs, programme, seed, progress)


def year_waves(waves: Iterable[str], year: str) -> list[str]:
    """The waves of a year, oldest first; a Fault that names the quarters or months without a wave."""
    of_year = sorted({wave for wave in waves if parts_of_wave(wave)[0] == year})
    kinds = {kind_of_wave(wave) for wave in of_year}
    if len(kinds) != 1:
        raise Fault(key="annual.no_waves", year=year, found=of_year)
    whole = periods_of_year(year, *kinds)
    missing = [wave for wave in whole if wave not in of_year]
    if missing:
        raise Fault(key="annual.incomplete", year=year, waves=missing)
    return of_year


def _merged(store: Store, programme: Programme, inputs: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """{"strata": the strata that merge rules put together}, to be shown under the figures; {} if there are none."""
    merged = strata_merged(store, programme, inputs)
    return {STRATA: merged} if merged else {}


def _drawn(store: Store, programme: Programme, names: Sequence[str]) -> dict[str, Any]:
    """{"population": the numbers of eligible units of waves sampled here}; {} if there are none.

    They are kept in the run's arguments so that it can be repeated. There are none if the programme gives the numbers.
    """
    if programme.population.units or programme.population.column is not None:
        return {}
    populations = {wave: drawn_population(store, programme, wave) for wave in names}
    known = {wave: population for wave, population in populations.items() if population is not None}
    return {"population": known} if known else {}


@permitted
def rerun(store: Store, run_id: int, *, progress: Progress = lambda _: None) -> list[Difference]:
    """Compute a run again from the versions that it read: the differences, table by table; an empty list if all agree.

    Numbers that agree within 1e-12 relative do not differ. Nothing is written.
    """
    with store.read() as connection:
        run = connection.execute(sa.select(schema.runs).where(schema.runs.c.run_id == run_id)).first()
        if run is None or run.use_case not in COMPUTE:
            raise Fault(key="rerun.unknown", found=run_id)
        inputs = run_inputs(connection, run_id)
    programme = programme_of_run(store, run_id)
    loaded = sorted(load_waves(store, programme, inputs), key=lambda w: w.name)
    tables = COMPUTE[run.use_case](programme, loaded, run.arguments, run.seed, progress)
    differences = [difference(name, _stored(store, name, run_id), tables.get(name)) for name in schema.DERIVED]
    return [table for table in differences if table is not None]


def _measures_ranked(store: Store, run_id: int) -> set[str]:
    ranks = schema.DERIVED["RANKS"]
    return set(store.table(sa.select(ranks.c.measure).where(ranks.c.run_id == run_id).distinct()).measure)


def _run(
    store: Store,
    use_case: str,
    arguments: Mapping,
    inputs: Sequence[tuple[str, int]],
    programme: Programme,
    seed: str,
    progress: Progress,
) -> Computed:
    """Load the inputs, compute and save, unless a run with the same inputs, arguments, seed and code is stored."""
    with store.read() as connection:
        earlier_run = find_run(connection, use_case, arguments, inputs, seed=seed)
    if earlier_run is not None:
        telling = _stored(store, TELLING[use_case], earlier_run) if use_case in TELLING else None
        return Computed(earlier_run, repeated=True, unanswered=unanswered(programme, use_case, telling))
    tables = COMPUTE[use_case](programme, load_waves(store, programme, inputs), arguments, seed, progress)
    with store.begin("run", use_case, *(str(value) for value in arguments.values())) as connection:
        if (other := find_run(connection, use_case, arguments, inputs, seed=seed)) is not None:
            raise Fault(key="run.overtaken", run=other)
        run_id = add_run(connection, store.actor, use_case, arguments, inputs, seed=seed)
        for name, table in tables.items():
            insert_rows(connection, schema.DERIVED[name], table, run_id=run_id)
    telling = tables.get(TELLING.get(use_case, ""))
    return Computed(run_id, repeated=False, unanswered=unanswered(programme, use_case, telling))


def _stored(store: Store, name: str, run_id: int) -> pd.DataFrame:
    table = schema.DERIVED[name]
    return store.table(sa.select(table).where(table.c.run_id == run_id)).drop(columns="run_id")
