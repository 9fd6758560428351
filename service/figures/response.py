"""The report on nonresponse: who responded, how far each weighting step moved each figure, and two standard errors."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from accountability.league.conventions import all_in_one
from accountability.league.wave_measure import WaveMeasure
from estimation import Design, replicate_domain_means
from estimation.estimators.random_signs import SignFactors, shared_signs
from estimation.estimators.replication import Replicates
from estimation.response.moved import moved_by_steps
from estimation.response.recipe import RecipeReplicates, change_errors, recipe, replicates_of
from estimation.response.representativity import Representativity, representativity
from estimation.waves.overlap import common_psu_covariance
from programme.declared import Programme
from service.figures.comparable import wave_inputs
from service.figures.computing import measures_of_waves
from service.figures.league import newest_wave
from service.figures.loaded_waves import Wave, load_waves
from service.figures.responding import Unsaid, eligible_people, released_design, sample_of
from service.intake.imports import current_programme
from service.intake.released import read_released
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.remembered import remembered
from service.store.runs import generator
from words import Fault

REPLICATES, FEWEST, MOST = 500, 50, 5000


@dataclass(frozen=True, eq=False)
class ResponseReport:
    """Who responded in a wave and what the weights did about it.

    even       the R-indicator and its parts; None where it is not known who did not respond
    moved      measure, domain, step, estimate, moved, se_moved; empty where the file brings final weights
    errors     measure, domain, estimate, se_linear, se_replicates; empty without replicates
    changes    measure, domain, change, se_linear, se_replicates, since the wave `against`; empty without one
    replicates, shortened, failed  how many were made, in how many smaller factors were needed to meet the known
               totals, and in how many these could not be met
    unsaid     what the report cannot say, and why: keys in words/ with their values
    Both standard errors are without finite populations and interviewers.
    """

    programme: Programme
    wave: str
    against: str | None
    even: Representativity | None
    moved: pd.DataFrame
    errors: pd.DataFrame
    changes: pd.DataFrame
    replicates: int
    shortened: int
    failed: int
    unsaid: tuple[Unsaid, ...]


@permitted
@remembered
def read_response(
    store: Store, programme_name: str, wave: str | None = None, *, against: str | None = None, replicates: int = 0
) -> ResponseReport:
    """The report on a wave, by default the newest one, from its newest version.

    replicates: how many times the whole recipe is repeated; 0: not at all
    against: an earlier wave, for the standard errors of changes since then, for which waves share their replicates
    """
    wave = wave or newest_wave(store, programme_name)
    if replicates and not FEWEST <= replicates <= MOST:
        raise Fault(key="nonresponse.replicates", found=replicates, low=FEWEST, high=MOST)
    programme = current_programme(store, programme_name)[1]
    names = [wave] if against is None or against == wave else sorted({against, wave})
    loaded = {w.name: w for w in load_waves(store, programme, wave_inputs(store, programme, names))}
    people, unsaid = eligible_people(store, programme, loaded[wave], sample_of(store, programme_name, wave))
    even = None
    if people is not None:
        try:
            even = representativity(people.responded, people.variables, people.weight, people.stratum)
        except Fault as fault:
            unsaid.append((fault.key, dict(fault.values)))
    data = measures_of_waves(programme, list(loaded.values()), {}, programme.measures)
    moved = _moved(programme, loaded[wave], data, wave)
    if moved.empty:
        unsaid.append(("nonresponse.unsaid.final_weights", {"wave": wave}))
    errors, changes, failed, shortened = pd.DataFrame(), pd.DataFrame(), 0, 0
    if replicates and programme.weighting is not None:
        try:
            made = _replicates(store, programme, loaded, replicates)
            failed = max(of_wave.failed for of_wave in made.values())
            shortened = max(of_wave.shortened for of_wave in made.values())
            errors = _errors(data, wave, made[wave].replicates)
            changes = _changes(data, *names, made) if len(names) > 1 else changes
        except Fault as fault:
            unsaid.append((fault.key, dict(fault.values)))
    made_count = replicates if len(errors) else 0
    counts = made_count, shortened, failed
    return ResponseReport(programme, wave, against, even, moved, errors, changes, *counts, tuple(unsaid))


def _moved(programme: Programme, loaded: Wave, data: dict[str, dict[str, WaveMeasure]], wave: str) -> pd.DataFrame:
    """How far each step moved each measure of values that are each respondent's own, by area and over all areas."""
    if loaded.weighting is None:
        return pd.DataFrame()
    design, tables = loaded.file_design(programme.lonely), []
    weights = {name: w[loaded.weighting.responded] for name, w in loaded.weighting.weights().items()}
    for name, of_wave in data.items():
        measured = of_wave[wave]
        if not measured.measure.linear:
            continue
        for domain in (measured.area, all_in_one(len(measured.area))):
            tables.append(moved_by_steps(measured.values, domain, design, weights).assign(measure=name))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _replicates(store: Store, programme: Programme, loaded: dict[str, Wave], count: int) -> dict[str, RecipeReplicates]:
    """wave -> its replicates after the whole recipe; waves share the signs of common PSUs."""
    designs = {}
    for name, wave in loaded.items():
        known = released_design(store, programme, wave, sample_of(store, programme.name, name))
        if known is None:
            raise Fault(key="nonresponse.unsaid.no_strata", wave=name)
        numbers = known.assign(one=1.0)
        designs[name] = Design.from_table(numbers, weight="one", stratum="stratum", psu="psu")
    rng = generator(programme.name, *loaded, "replicates")
    signs = shared_signs([d.psu_names.tolist() for d in designs.values()], count, rng=rng)
    made = {}
    for (name, wave), of_psus in zip(loaded.items(), signs, strict=True):
        assert programme.weighting is not None and wave.weighting is not None
        numbers = read_released(store, wave.version_id).reset_index(drop=True)
        prepared = recipe(numbers, programme.weighting, wave.weighting)
        factors = SignFactors.of(designs[name], of_psus)
        made[name] = replicates_of(prepared, factors, wave.design(programme.lonely))
    return made


def _errors(data: dict[str, dict[str, WaveMeasure]], wave: str, replicates: Replicates) -> pd.DataFrame:
    """The linearised standard errors beside those of the replicates, by area and over all areas."""
    tables = []
    for name, of_wave in data.items():
        measured = of_wave[wave]
        for linear, values, domain in (
            (measured.areas, measured.values, measured.area),
            (measured.everybody, measured.everyones, all_in_one(len(measured.area))),
        ):
            if linear is None:
                continue
            again = replicate_domain_means(values, domain, replicates)
            columns = {"domain": [str(d) for d in linear.names], "estimate": linear.value, "se_linear": linear.se}
            tables.append(pd.DataFrame(columns).assign(measure=name, se_replicates=again.se))
    return pd.concat(tables, ignore_index=True)


def _changes(
    data: dict[str, dict[str, WaveMeasure]], before: str, after: str, made: dict[str, RecipeReplicates]
) -> pd.DataFrame:
    """Changes of the areas in both waves with both standard errors; the linearised one is the sample's own."""
    tables = []
    for name, of_waves in data.items():
        one, two = of_waves[before], of_waves[after]
        areas = [a for a in one.areas.names if a in set(two.areas.names)]
        if not areas:
            continue
        place, at = one.areas.positions(areas), two.areas.positions(areas)
        cross = common_psu_covariance(one.linearized, two.linearized)
        shared = np.asarray(cross[place, at]).ravel()
        variance = one.areas.variance[place] + two.areas.variance[at] - 2 * shared
        pairs = ((one, before), (two, after))
        deviations = [made[w].deviations(m.values, np.asarray(m.area), areas) for m, w in pairs]
        change = two.areas.value[at] - one.areas.value[place]
        again = change_errors(*deviations)
        columns = {"domain": areas, "change": change, "se_linear": np.sqrt(np.maximum(variance, 0.0))}
        tables.append(pd.DataFrame(columns).assign(measure=name, se_replicates=again))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
