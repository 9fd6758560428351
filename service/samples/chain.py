"""The waves that a wave continues, one after the other, as the store has them."""

from collections.abc import Collection, Mapping, Sequence
from itertools import zip_longest
from types import MappingProxyType
from typing import Any

import pandas as pd
import sqlalchemy as sa

from sampling import Continued, DrawnWave, PastWave, Wanted
from sampling.planning.wanted import written_numbers
from sampling.proof.draw_plan import RESTED
from service.samples.frames import with_known
from service.samples.roll_file import RollFile, stored_roll
from service.samples.samples import Sample, SamplePlan, read_sample
from service.store import schema
from service.store.engine import Store
from words import Fault


def chain_of(store: Store, programme: str, wanted: Wanted, wave: str, *, reread: bool = False) -> list[Sample]:
    """The samples that the plan of a wave continues, oldest first; [] if it continues none.

    reread: as in `read_sample`
    Raises Fault for an earlier wave that cannot be continued: not drawn, drawn in two stages or by the random numbers
    of an older version, of which nothing is released, or in rotation groups other than those of the plan.
    """
    samples: list[Sample] = []
    while wanted.after is not None:
        earlier = read_sample(store, programme, wanted.after, reread=reread)
        if earlier.plan.wanted.each is not None:
            raise Fault(key="sample.earlier_staged", wave=wave, earlier=earlier.wave)
        if earlier.plan.wanted.unequal is not None:
            raise Fault(key="sample.earlier_unequal", wave=wave, earlier=earlier.wave)
        if earlier.record.plan.method != RESTED:
            raise Fault(key="sample.earlier_older", wave=wave, earlier=earlier.wave)
        if not samples and not len(earlier.releases):
            raise Fault(key="sample.earlier_unreleased", wave=wave, earlier=earlier.wave)
        in_groups = earlier.plan.wanted.rotation
        if in_groups and in_groups != wanted.rotation:
            values = {
                "found": written_numbers(wanted.rotation, "-") or "-",
                "expected": written_numbers(in_groups, "-"),
            }
            raise Fault(key="sampling.rotation_changed", wave=earlier.wave, **values)
        samples.insert(0, earlier)
        wanted = earlier.plan.wanted
    return samples


def drawn_wave(
    store: Store, sample: Sample, answered: Collection[str] | None = None, listed: RollFile | pd.DataFrame | None = None
) -> DrawnWave:
    """The wave as its proof has it: the record, who could be drawn, the units and, if it matters, who answered.

    listed: the list it was drawn from, with first_phase and the columns kept, if it is at hand already
    """
    who = None if answered is None else frozenset(answered)
    if listed is None:
        listed = stored_roll(store, sample.plan.frame_id)
    if listed is not None:
        return DrawnWave(sample.record, listed, sample.units, who)
    units = schema.frame_units.c
    columns = [units.unit_id, units.stratum, units.first_phase]
    columns += [units.known] if sample.record.plan.order else []
    frame = store.table(sa.select(*columns).where(units.frame_id == sample.plan.frame_id).order_by(units.unit_id))
    frame = with_known(frame) if sample.record.plan.order else frame
    return DrawnWave(sample.record, frame, sample.units, who)


def answered_before(following: SamplePlan) -> list[str] | None:
    """Who had answered in the wave that an approved plan continues, where it keeps only these; otherwise None."""
    if not following.wanted.respondents or following.approval is None:
        return None
    return following.approval["answered"]


def past_waves(
    store: Store,
    chain: Sequence[Sample],
    answered: Collection[str] | None = None,
    lists: Mapping[int, Any] = MappingProxyType({}),
) -> tuple[list[PastWave], Continued | None]:
    """What a draw must know of the waves that it continues, oldest first, and the last of them as a line binds it.

    answered  who had answered in the last of them, where the draw keeps only these
    lists     frame_id -> the list that is at hand already; each is read once for all waves
    """
    past, continued = [], None
    known = dict(lists)
    for sample, following in zip_longest(chain, chain[1:]):
        releases_then = None
        if following is not None:
            assert following.earlier is not None  # it continues this one
            releases_then = following.earlier[1]
        releases = sample.through(releases_then)
        of_wave = answered if following is None else answered_before(following.plan)
        drawn = drawn_wave(store, sample, of_wave, known.get(sample.plan.frame_id))
        known[sample.plan.frame_id] = drawn.frame
        past.append(drawn.past(releases))
        if following is None:
            continued = drawn.continued(releases)
    return past, continued


def continuing_wave(connection: sa.Connection, programme: str, wave: str) -> str | None:
    """The wave that was drawn, or whose newest plan is approved, to continue this one; None if there is none."""
    plans, approvals = schema.plans, schema.approvals
    select = sa.select(plans.c.wave, plans.c.version, approvals.c.earlier).where(plans.c.programme == programme)
    rows = connection.execute(select.select_from(plans.outerjoin(approvals)).order_by(plans.c.version)).all()
    newest = {row.wave: row.earlier for row in rows}
    later = [name for name, earlier in newest.items() if earlier is not None and earlier["wave"] == wave]
    return later[0] if later else None
