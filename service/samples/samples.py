"""What is known of a wave's sample: plan and approval, draw and record, what was released and with which weight."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from sampling import DrawPlan, Finding, Foresight, Wanted, released
from sampling.draw.unequal import SYSTEMATIC
from sampling.planning.staged_plan import SIZE
from sampling.proof.proof import STRATIFIED, TWO_STAGE, DrawRecord
from service.samples.slip import slip
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted
from words import Fault

FRAME_FIELDS = [schema.frames.c.frame, schema.frames.c.version.label("frame_version"), schema.frames.c.findings]


@dataclass(frozen=True, eq=False)
class SamplePlan:
    """A wave's plan: what was wanted, one row a stratum, what it can tell; its approval, or None.

    allocation  stratum, area, mode, population, interviews, release, numbers; of two stages psus
    approval    commitment, digest, numbers, psus (of the frame), at, by
    findings    what was accepted when the frame was taken in
    """

    plan_id: int
    wave: str
    version: int
    frame_id: int
    frame: str
    frame_version: int
    wanted: Wanted
    allocation: pd.DataFrame
    foresight: Foresight
    approval: Mapping | None
    findings: tuple[Finding, ...] = ()

    @property
    def approved(self) -> bool:
        """Whether it is no draft any more."""
        return self.approval is not None

    @property
    def design(self) -> DrawPlan:
        """How it is drawn."""
        if self.wanted.each is not None:
            drawn = self.allocation[self.allocation.psus > 0].groupby("stratum")[["psus", "numbers"]].sum()
            each = int((drawn.numbers // drawn.psus).iloc[0])
            staged: dict[str, Any] = {"size": SIZE, "each": each, "pps": SYSTEMATIC, "person": self.wanted.person}
            return DrawPlan(TWO_STAGE, tuple(drawn.psus.items()), **staged)
        numbers = self.allocation.groupby("stratum").numbers.sum()
        keep = None if self.wanted.after is None else self.wanted.keep
        return DrawPlan(STRATIFIED, tuple(numbers.items()), keep=keep)

    @property
    def slip(self) -> str:
        """The line to publish before the draw."""
        assert self.approval is not None
        return slip(self.wave, self.design, *(self.approval[c] for c in ("commitment", "digest", "numbers", "psus")))


@dataclass(frozen=True, eq=False)
class Sample:
    """A wave's draw: its record, the units with their release, and the releases made; released: with their own π."""

    draw_id: int
    wave: str
    plan: SamplePlan
    record: DrawRecord
    units: pd.DataFrame
    releases: pd.DataFrame
    earlier: tuple[int, int] | None

    @property
    def within(self) -> str:
        """What a unit's place is counted in: its stratum, or of two stages its PSU."""
        return "stratum" if self.plan.wanted.each is None else "psu"

    @property
    def portions(self) -> int:
        """How many releases there are in all."""
        return int(self.units.release.max())

    @property
    def released(self) -> pd.DataFrame:
        """The units released so far, with π and base weight of what was released."""
        through = len(self.releases)
        return released(self.units, through, within=self.within) if through else self.units.iloc[:0]

    @property
    def weighted(self) -> pd.DataFrame:
        """`released` with the π and base weight to estimate with: times the probability of being in the frame."""
        out = self.released
        probability = out.probability * out.first_phase
        return out.assign(probability=probability, base_weight=1 / probability)


@permitted
def read_plan(store: Store, programme: str, wave: str) -> SamplePlan:
    """The newest version of a wave's plan."""
    with store.read() as connection:
        row = last_plan(connection, programme, wave)
    if row is None:
        raise Fault(key="sample.no_plan", wave=wave, programme=programme)
    return _plan(row)


@permitted
def read_sample(store: Store, programme: str, wave: str) -> Sample:
    """A wave's draw as it stands."""
    draws = schema.draws
    with store.read() as connection:
        where = sa.and_(draws.c.programme == programme, draws.c.wave == wave)
        row = connection.execute(sa.select(draws).where(where)).first()
        if row is None:
            raise Fault(key="sample.not_drawn", wave=wave, programme=programme)
        plan = _plan(connection.execute(_plans().where(schema.plans.c.plan_id == row.plan_id)).one())
    units, made = schema.sample_units, schema.releases
    drawn = store.frame(sa.select(units).where(units.c.draw_id == row.draw_id).order_by(units.c.stratum, units.c.place))
    out = store.frame(sa.select(made).where(made.c.draw_id == row.draw_id).order_by(made.c.release))
    earlier = None if row.earlier_id is None else (row.earlier_id, row.earlier_releases)
    record = DrawRecord.read(row.record)
    staged = [c for c in ("psu", "first_probability", "kish") if drawn[c].isna().all()]
    return Sample(row.draw_id, wave, plan, record, drawn.drop(columns=["draw_id", *staged]), out, earlier)


@permitted
def sample_waves(store: Store, programme: str) -> pd.DataFrame:
    """The waves with a plan, oldest first: wave, version, approved, drawn, releases."""
    plans, draws = schema.plans.c, schema.draws
    rows = []
    with store.read() as connection:
        of = connection.scalars(sa.select(plans.wave).where(plans.programme == programme).distinct()).all()
        for wave in sorted(of):
            last = last_plan(connection, programme, wave)
            where = sa.and_(draws.c.programme == programme, draws.c.wave == wave)
            draw_id = connection.scalar(sa.select(draws.c.draw_id).where(where))
            count = 0 if draw_id is None else release_count(connection, draw_id)
            assert last is not None
            rows.append((wave, last.version, last.commitment is not None, draw_id is not None, count))
    return pd.DataFrame(rows, columns=["wave", "version", "approved", "drawn", "releases"])


def release_count(connection: sa.Connection, draw_id: int) -> int:
    """How many releases of a draw are out."""
    made = schema.releases.c
    return connection.execute(sa.select(sa.func.count()).where(made.draw_id == draw_id)).scalar_one()


def _plans() -> sa.Select:
    plans, approvals, frames = schema.plans, schema.approvals, schema.frames
    of = [approvals.c[c] for c in ("commitment", "seed", "digest", "numbers", "psus", "at", "by")]
    joined = plans.join(frames, plans.c.frame_id == frames.c.version_id).outerjoin(approvals)
    return sa.select(plans, *FRAME_FIELDS, *of).select_from(joined)


def last_plan(connection: sa.Connection, programme: str, wave: str) -> sa.Row | None:
    """The newest version of a wave's plan with its approval, as stored."""
    plans = schema.plans.c
    mine = _plans().where(plans.programme == programme, plans.wave == wave)
    return connection.execute(mine.order_by(plans.version.desc()).limit(1)).first()


def _plan(row: sa.Row) -> SamplePlan:
    seen = Foresight.read(row.expected)
    approval = {c: getattr(row, c) for c in ("commitment", "digest", "numbers", "psus", "at", "by")}
    approval = None if row.commitment is None else approval
    return SamplePlan(
        row.plan_id,
        row.wave,
        row.version,
        row.frame_id,
        row.frame,
        row.frame_version,
        Wanted.read(row.wanted),
        pd.DataFrame(row.allocation),
        seen,
        approval,
        tuple(Finding(**finding) for finding in row.findings),
    )
