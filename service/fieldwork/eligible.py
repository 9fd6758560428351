"""The number of eligible units of a wave drawn here: the frame's units times the eligibility found in fieldwork."""

from collections.abc import Mapping

import pandas as pd
import sqlalchemy as sa

from estimation.precision.finite import AREA, STRATUM
from fieldwork import eligibility_known
from programme.declared import Programme
from sampling.draw.screened import DEAD
from service.fieldwork.calls import outcomes_of
from service.intake.imports import wave_versions
from service.intake.of_sample import FRAME_JOIN, JOIN
from service.intake.released import read_released
from service.samples.samples import Sample, read_sample
from service.store import schema
from service.store.engine import Store
from service.store.objects import RESPONDENTS, read_object
from service.store.permissions import permitted


@permitted
def drawn_population(store: Store, programme: Programme, wave: str) -> Mapping | None:
    """N_h e_h of a wave drawn here, as {"of": "stratum" or "area", "units": name -> N_h e_h}; None if it is not known.

    N_h  the frame's units, divided by their probability of being in the frame
    e_h  the eligible among the released numbers whose eligibility is known, by the wave's file (of a programme with
         [weighting]) or its call log; if it is known of none, what the sample plan assumed; numbers that a screening
         calls dead count with the part of them that was called and found eligible
    h is a stratum if the file's strata are those of the frame, else an area. Not known if people answered who were not
    drawn, for a sample of households, since the frame does not say how many people live in them, and for unequal
    probabilities, whose variance has no factor 1 - n/N.
    """
    with store.read() as connection:
        draws = schema.draws.c
        where = draws.programme == programme.name, draws.wave == wave
        if connection.scalar(sa.select(draws.draw_id).where(*where)) is None:
            return None
    sample = read_sample(store, programme.name, wave)
    people, wave_id = _respondents(store, programme.name, wave)
    alike = sample.plan.wanted.person is None and sample.plan.wanted.unequal is None
    if not alike or not set(people.unit_id) <= set(sample.units.unit_id):
        return None
    strata = people.stratum.str.replace(JOIN, FRAME_JOIN)
    by = STRATUM if set(strata) <= set(sample.plan.allocation.stratum) else AREA
    if not set(people[by] if by == AREA else strata) <= set(sample.plan.allocation[by]):
        return None
    units = _eligible_units(store, programme, sample, wave_id, by)
    names = dict(zip(strata, people.stratum, strict=True)) if by == STRATUM else dict.fromkeys(people.area)
    return {"of": by, "units": {file_name or name: float(units[name]) for name, file_name in sorted(names.items())}}


def _eligible_units(store: Store, programme: Programme, sample: Sample, wave_id: int, by: str) -> pd.Series:
    """N_h e_h by stratum or area (`by`); wave_id: the version_id of the wave's file."""
    units = sample.units.set_index("unit_id")
    first_phase = units.groupby("stratum").first_phase.mean()
    allocation = sample.plan.allocation
    population = (allocation.population / allocation.stratum.map(first_phase).fillna(1.0)).groupby(allocation[by]).sum()
    if programme.weighting is None:
        eligible = eligibility_known(outcomes_of(store, programme.name, sample.wave))
    else:
        codes = programme.weighting.dispositions
        state = read_released(store, wave_id)[codes.column]
        eligible = state.isin(codes.responded | codes.not_responded)[~state.isin(codes.unknown)]
    eligibility = _with_dead(eligible.astype(float), sample).groupby(units[by]).mean()
    return population * eligibility.reindex(population.index).fillna(sample.plan.wanted.eligibility)


def _with_dead(eligible: pd.Series, sample: Sample) -> pd.Series:
    """Whether numbers are eligible, by unit_id, with all released ones that a screening calls dead.

    Each of the dead counts with the part of those of them, in the whole wave, that were called and found eligible: with
    0 if nothing is known of any.  eligible: 1 or 0 of the numbers of which calls tell it
    """
    screened, released = sample.screened, set(sample.released.unit_id)
    dead = screened.unit_id[(screened.status == DEAD) & screened.unit_id.isin(released)]
    if dead.empty:
        return eligible
    called = eligible[eligible.index.isin(dead[screened.called])]
    part = float(called.mean()) if len(called) else 0.0
    return pd.concat([eligible[~eligible.index.isin(dead)], pd.Series(part, index=pd.Index(dead, name="unit_id"))])


def _respondents(store: Store, programme: str, wave: str) -> tuple[pd.DataFrame, int]:
    """unit_id, area and stratum of those who answered in the newest version of a wave, and its version_id."""
    versions = wave_versions(store, programme)
    version_id = int(versions.version_id[versions.current & (versions.wave == wave)].iloc[0])
    return read_object(store, version_id, RESPONDENTS, ("unit_id", "area", "stratum")), version_id
