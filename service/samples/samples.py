"""A wave's sample as it is stored: its plan and approval, its draw and record, its releases and their weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from sampling import Continued, DrawPlan, Finding, Foresight, Wanted, released, screened_weights, slip
from sampling.draw.releases import Through, is_out, portions_out, weighted_release
from sampling.draw.screened import DEAD
from sampling.planning.staged_plan import SIZE
from sampling.proof.draw_plan import RESTED, STRATIFIED, TWO_STAGE
from sampling.proof.record import DrawRecord
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.remembered import remembered_while_called
from service.store.unchanging import unchanging
from words import Fault

FRAME_FIELDS = [schema.frames.c.frame, schema.frames.c.version.label("frame_version"), schema.frames.c.findings]
APPROVED = ("commitment", "digest", "numbers", "psus", "earlier", "answered", "at", "by")


@dataclass(frozen=True, eq=False)
class SamplePlan:
    """A wave's sample plan.

    wanted      what the centre wants
    allocation  one row for each stratum: stratum, area, mode, population, interviews, release, numbers and, in a
                two-stage plan, psus
    foresight   what its interviews can show
    approval    commitment, digest, numbers, psus (of the frame), earlier (the wave continued), answered (the unit_ids
                that had answered in it, where only these are kept), at, by; None for a draft
    findings    what was accepted when the frame was imported
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
        """Whether the plan is approved, and no longer a draft."""
        return self.approval is not None

    @property
    def design(self) -> DrawPlan:
        """How the plan is drawn."""
        if self.wanted.each is not None:
            by_stratum = self.allocation[self.allocation.psus > 0].groupby("stratum")[["psus", "numbers"]].sum()
            per_psu = int((by_stratum.numbers // by_stratum.psus).iloc[0])
            staged: dict[str, Any] = {
                "size": SIZE,
                "each": per_psu,
                "pps": self.wanted.pps,
                "person": self.wanted.person,
            }
            staged |= {"seeded": self.wanted.seeded or None, "call_dead": self.wanted.call_dead}
            return DrawPlan(TWO_STAGE, tuple(by_stratum.psus.items()), public=self.wanted.public, **staged)
        numbers = self.allocation.groupby("stratum").numbers.sum()
        if self.wanted.unequal is not None:
            of_sizes: dict[str, Any] = {"size": self.wanted.size, "seeded": True, "portions": self.wanted.portions}
            of_sizes |= {"public": self.wanted.public, "call_dead": self.wanted.call_dead}
            return DrawPlan(f"pps_{self.wanted.unequal}", tuple(numbers.items()), **of_sizes)
        keep = None if self.wanted.after is None else self.wanted.keep
        if self.wanted.rest is None:
            return DrawPlan(STRATIFIED, tuple(numbers.items()), keep=keep)
        chain: dict[str, Any] = {"rest": self.wanted.rest, "portions": self.wanted.portions}
        chain |= {"respondents": self.wanted.respondents or None, "rotation": self.wanted.rotation or None}
        chain["call_dead"] = self.wanted.call_dead
        if (spread := self.wanted.spread) is not None:
            chain |= {"spread": spread[0], "order": spread[1]}
        return DrawPlan(RESTED, tuple(numbers.items()), keep=keep, public=self.wanted.public, **chain)

    @property
    def continued(self) -> Continued | None:
        """The wave that this one continues, as it was when the plan was approved."""
        fixed = None if self.approval is None else self.approval["earlier"]
        return None if fixed is None else Continued(**fixed)

    @property
    def slip(self) -> str:
        """The line to publish before the draw."""
        assert self.approval is not None
        fixed = (self.approval[c] for c in ("commitment", "digest", "numbers", "psus"))
        return slip(self.wave, self.design, *fixed, self.continued)


@dataclass(frozen=True, eq=False)
class Sample:
    """A wave's drawn sample.

    units     all units drawn, with the release that each belongs to
    releases  the releases made so far: release, strata (None: all), units, at, by
    earlier   the draw_id that this draw continues, and how many of its releases were made by then; or None
    screened  unit_id, screening, status and called of the numbers that were screened before their release
    """

    draw_id: int
    wave: str
    plan: SamplePlan
    record: DrawRecord
    units: pd.DataFrame
    releases: pd.DataFrame
    earlier: tuple[int, int] | None
    screened: pd.DataFrame

    @property
    def uncalled(self) -> frozenset[str]:
        """The unit_ids that a screening calls dead and that are not in the part that is called all the same."""
        return frozenset(self.screened.unit_id[~self.screened.called])

    @property
    def within(self) -> str:
        """What a unit's place is counted in: its stratum, or its PSU in a two-stage sample."""
        return "stratum" if self.plan.wanted.each is None else "psu"

    @property
    def portions(self) -> int:
        """How many releases there are in all."""
        return int(self.units.release.max())

    def through(self, releases: int | None = None) -> Through:
        """How many portions are out after so many releases, or after all: of every stratum, or by stratum."""
        return portions_out(list(self.releases.strata.iloc[:releases]), self.units.stratum)

    @property
    def out(self) -> np.ndarray:
        """Whether each of the units is released."""
        return is_out(self.units, self.through())

    @property
    def left(self) -> list[str]:
        """The strata of which a portion is not out yet."""
        waiting = self.units.stratum[~self.out]
        return sorted(set(waiting))

    @property
    def released(self) -> pd.DataFrame:
        """The units released so far, with their probabilities π and base weights in that part of the draw."""
        if self.releases.empty:
            return self.units.iloc[:0]
        return released(self.units, self.through(), within=self.within)

    @property
    def weighted(self) -> pd.DataFrame:
        """`released` with the π and base weights to estimate with: π times the probability of being in the frame.

        Of numbers that a screening calls dead those of `screened_weights`.
        """
        if self.releases.empty:
            return self.units.iloc[:0]
        weighted = weighted_release(self.units, self.through(), within=self.within)
        return after_screening(weighted, self.screened, self.plan.wanted.call_dead)


def after_screening(weighted: pd.DataFrame, screened: pd.DataFrame, part: float | None) -> pd.DataFrame:
    """Released units with their weights after the wave's screenings (unit_id, status, called); part: δ of the plan."""
    if part is None or screened.empty:
        return weighted
    dead = screened[screened.status == DEAD]
    return screened_weights(weighted, set(dead.unit_id), set(dead.unit_id[dead.called]), part)


@permitted
def read_plan(store: Store, programme: str, wave: str) -> SamplePlan:
    """The newest version of a wave's sample plan; a Fault if there is none."""
    with store.read() as connection:
        row = last_plan(connection, programme, wave)
    if row is None:
        raise Fault(key="sample.no_plan", wave=wave, programme=programme)
    return _plan(row)


@permitted
def read_sample(store: Store, programme: str, wave: str, *, reread: bool = False) -> Sample:
    """A wave's draw with the releases made so far; a Fault if the wave is not drawn.

    reread: the drawn units are read from the store though this process read them before, as a proof must
    """
    draws = schema.draws
    with store.read() as connection:
        where = sa.and_(draws.c.programme == programme, draws.c.wave == wave)
        row = connection.execute(sa.select(draws).where(where)).first()
        if row is None:
            raise Fault(key="sample.not_drawn", wave=wave, programme=programme)
        sample_plan = _plan(connection.execute(_plans().where(schema.plans.c.plan_id == row.plan_id)).one())
    units, releases = schema.sample_units, schema.releases
    of_draw = sa.select(units).where(units.c.draw_id == row.draw_id).order_by(units.c.stratum, units.c.place)
    read_units = lambda: store.table(of_draw)  # noqa: E731
    drawn = read_units() if reread else unchanging(store.engine, ("sample_units", row.draw_id), read_units)
    releases_made = store.table(
        sa.select(releases).where(releases.c.draw_id == row.draw_id).order_by(releases.c.release)
    )
    releases_made["strata"] = [None if named is None else list(named) for named in releases_made.strata]
    earlier = None if row.earlier_id is None else (row.earlier_id, row.earlier_releases)
    record = DrawRecord.read(row.record)
    unstaged = [c for c in ("psu", "first_probability", "kish", "rest", "age") if drawn[c].isna().all()]
    return Sample(
        row.draw_id,
        wave,
        sample_plan,
        record,
        drawn.drop(columns=["draw_id", *unstaged]),
        releases_made,
        earlier,
        _screened_units(store, row.draw_id),
    )


def _screened_units(store: Store, draw_id: int) -> pd.DataFrame:
    """unit_id, screening, status and called of the numbers of a draw that were screened, by unit_id."""
    screened = schema.screened_units.c
    columns = screened.unit_id, screened.screening, screened.status, screened.called
    rows = store.table(sa.select(*columns).where(screened.draw_id == draw_id).order_by(screened.unit_id))
    return rows.assign(called=rows.called.astype(bool))


@permitted
@remembered_while_called
def sample_waves(store: Store, programme: str) -> pd.DataFrame:
    """The waves with a sample plan, oldest first: wave, version, approved, drawn, releases."""
    plans, draws = schema.plans.c, schema.draws
    rows = []
    with store.read() as connection:
        waves = connection.scalars(sa.select(plans.wave).where(plans.programme == programme).distinct()).all()
        for wave in sorted(waves):
            last = last_plan(connection, programme, wave)
            where = sa.and_(draws.c.programme == programme, draws.c.wave == wave)
            draw_id = connection.scalar(sa.select(draws.c.draw_id).where(where))
            count = 0 if draw_id is None else release_count(connection, draw_id)
            assert last is not None
            rows.append((wave, last.version, last.commitment is not None, draw_id is not None, count))
    return pd.DataFrame(rows, columns=["wave", "version", "approved", "drawn", "releases"])


def release_count(connection: sa.Connection, draw_id: int) -> int:
    """How many releases of a draw were made."""
    releases = schema.releases.c
    return connection.execute(sa.select(sa.func.count()).where(releases.draw_id == draw_id)).scalar_one()


def _plans() -> sa.Select:
    plans, approvals, frames = schema.plans, schema.approvals, schema.frames
    of_approval = [approvals.c[c] for c in (*APPROVED, "seed")]
    joined = plans.join(frames, plans.c.frame_id == frames.c.version_id).outerjoin(approvals)
    return sa.select(plans, *FRAME_FIELDS, *of_approval).select_from(joined)


def last_plan(connection: sa.Connection, programme: str, wave: str) -> sa.Row | None:
    """The newest version of a wave's sample plan with its approval, as stored."""
    plans = schema.plans.c
    of_wave = _plans().where(plans.programme == programme, plans.wave == wave)
    return connection.execute(of_wave.order_by(plans.version.desc()).limit(1)).first()


def _plan(row: sa.Row) -> SamplePlan:
    approval = {c: getattr(row, c) for c in APPROVED}
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
        Foresight.read(row.expected),
        approval,
        tuple(Finding(**finding) for finding in row.findings),
    )
