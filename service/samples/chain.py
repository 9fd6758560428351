"""The waves that a wave continues, one after the other, as the store has them."""

from collections.abc import Sequence
from itertools import zip_longest

import sqlalchemy as sa

from sampling import Continued, DrawnWave, PastWave, Wanted
from sampling.proof.proof import RESTED
from service.samples.roll_file import stored_roll
from service.samples.samples import Sample, read_sample
from service.store import schema
from service.store.engine import Store
from words import Fault


def chain_of(store: Store, programme: str, wanted: Wanted, wave: str) -> list[Sample]:
    """The samples that the plan of a wave continues, oldest first; [] if it continues none.

    Raises Fault for an earlier wave that cannot be continued: not drawn, drawn in two stages or by the random numbers
    of an older version, or of which nothing is released.
    """
    samples: list[Sample] = []
    while wanted.after is not None:
        earlier = read_sample(store, programme, wanted.after)
        if earlier.plan.wanted.each is not None:
            raise Fault(key="sample.earlier_staged", wave=wave, earlier=earlier.wave)
        if earlier.record.plan.method != RESTED:
            raise Fault(key="sample.earlier_older", wave=wave, earlier=earlier.wave)
        if not samples and not len(earlier.releases):
            raise Fault(key="sample.earlier_unreleased", wave=wave, earlier=earlier.wave)
        samples.insert(0, earlier)
        wanted = earlier.plan.wanted
    return samples


def drawn_wave(store: Store, sample: Sample) -> DrawnWave:
    """The wave as its proof has it: the record, who could be drawn, and the units."""
    units = schema.frame_units.c
    if (roll := stored_roll(store, sample.plan.frame_id)) is not None:
        return DrawnWave(sample.record, roll, sample.units)
    columns = (units.unit_id, units.stratum, units.first_phase)
    frame = store.table(sa.select(*columns).where(units.frame_id == sample.plan.frame_id).order_by(units.unit_id))
    return DrawnWave(sample.record, frame, sample.units)


def past_waves(store: Store, chain: Sequence[Sample]) -> tuple[list[PastWave], Continued | None]:
    """What a draw must know of the waves that it continues, oldest first, and the last of them as a line binds it."""
    past, continued = [], None
    for sample, following in zip_longest(chain, chain[1:]):
        made = None
        if following is not None:
            assert following.earlier is not None  # it continues this one
            made = following.earlier[1]
        releases = sample.through(made)
        drawn = drawn_wave(store, sample)
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
