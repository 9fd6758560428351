"""The eligible units of a wave drawn here: the frame's units of each stratum times the eligibility that was found."""

from collections.abc import Mapping

import pandas as pd
import sqlalchemy as sa

from estimation.precision.finite import AREA, STRATUM
from fieldwork import eligibility_known
from programme.survey import Programme
from service.fieldwork.calls import outcomes_by_unit
from service.intake.imports import wave_versions
from service.intake.released import released_table
from service.intake.wave_file import JOIN
from service.samples.samples import Sample, read_sample
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted

FRAME_JOIN = "/"  # between the parts of a frame's stratum


@permitted
def drawn_population(store: Store, plan: Programme, wave: str) -> Mapping | None:
    """N_h e_h of a wave drawn here, {"of": "stratum" or "area", "units": name -> N}; None where it cannot be said.

    N_h    units of the frame, over the probability of being in it;   e_h  eligible over known, of the released numbers
    whose outcome tells, by the wave's file (a programme with [weighting]) or its call log; else the plan's assumption
    By stratum where the file's strata are the frame's, else by area.  None for other people than those drawn, and for
    households, of which the frame does not say how many people they have.
    """
    with store.read() as connection:
        draws = schema.draws.c
        where = draws.programme == plan.name, draws.wave == wave
        if connection.scalar(sa.select(draws.draw_id).where(*where)) is None:
            return None
    sample = read_sample(store, plan.name, wave)
    people, numbers = _respondents(store, plan.name, wave)
    if sample.plan.wanted.person is not None or not set(people.unit_id) <= set(sample.units.unit_id):
        return None
    strata = people.stratum.str.replace(JOIN, FRAME_JOIN)
    by = STRATUM if set(strata) <= set(sample.plan.allocation.stratum) else AREA
    if not set(people[by] if by == AREA else strata) <= set(sample.plan.allocation[by]):
        return None
    units = _eligible_units(store, plan, sample, numbers, by)
    names = dict(zip(strata, people.stratum, strict=True)) if by == STRATUM else dict.fromkeys(people.area)
    return {"of": by, "units": {own or name: float(units[name]) for name, own in sorted(names.items())}}


def _eligible_units(store: Store, plan: Programme, sample: Sample, numbers: int, by: str) -> pd.Series:
    """N e by stratum or area."""
    units = sample.units.set_index("unit_id")
    first = units.groupby("stratum").first_phase.mean()
    allocation = sample.plan.allocation
    frame = (allocation.population / allocation.stratum.map(first).fillna(1.0)).groupby(allocation[by]).sum()
    if plan.weighting is None:
        eligible = eligibility_known(store.frame(outcomes_by_unit(plan.name, sample.wave)))
    else:
        table, codes = schema.MICRODATA["RELEASED"], plan.weighting.dispositions
        rows = store.frame(sa.select(table).where(table.c.version_id == numbers).order_by(table.c.row))
        state = released_table(rows)[codes.column]
        eligible = state.isin(codes.responded | codes.not_responded)[~state.isin(codes.unknown)]
    found = eligible.astype(float).groupby(units[by].reindex(eligible.index)).mean()
    return frame * found.reindex(frame.index).fillna(sample.plan.wanted.eligibility)


def _respondents(store: Store, programme: str, wave: str) -> tuple[pd.DataFrame, int]:
    """unit_id, area and stratum of those who answered in the newest version of a wave, and that version."""
    versions = wave_versions(store, programme)
    version = int(versions.version_id[versions.current & (versions.wave == wave)].iloc[0])
    table = schema.MICRODATA["RESPONDENTS"].c
    select = sa.select(table.unit_id, table.area, table.stratum).where(table.version_id == version)
    return store.frame(select), version
