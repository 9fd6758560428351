"""Use cases on samples: a wave's plan, its approval with the commitment to a seed, and its draw."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from programme.wave_names import check_wave_name
from sampling import (
    ApprovedWave,
    DrawRecord,
    Foresight,
    Spread,
    Succession,
    Wanted,
    allocate,
    allocate_stages,
    approved_digests,
    commitment,
    draw_approved,
    foresee,
    frame_digest,
    inclusion_probabilities,
    kept_counts,
    kept_counts_roll,
    psu_list,
)
from sampling.draw.unequal import SAMPFORD, TRIALS, sampford_never
from sampling.planning.foresight import records
from sampling.planning.power import Progress
from sampling.planning.staged_plan import with_best_each
from sampling.proof.draw_plan import STRATIFIED
from sampling.proof.numbered_draw import sizes_of
from service.drawing.earlier_rates import earlier_rates
from service.fieldwork.calls import interviewed
from service.intake.imports import current_programme
from service.protection.keys import Key
from service.protection.seeds import opened_seed, sealed_seed, wave_seed
from service.samples.chain import answered_before, chain_of, continuing_wave, past_waves
from service.samples.frames import current_frame, frame_strata, load_frame
from service.samples.public_value import plain_value
from service.samples.roll_file import RollFile, stored_roll
from service.samples.samples import Sample, SamplePlan, last_plan, read_plan, read_sample, release_count
from service.store import audit, schema
from service.store.engine import Store, inserted_id
from service.store.permissions import permitted
from service.store.rows import insert_rows
from service.store.runs import DRAWING, add_run, code_version, planning_generator
from words import Fault

MAKE, APPROVE, DRAW = "plan-wave", "approve-plan", "draw-wave"


@permitted
def make_plan(
    store: Store,
    programme: str,
    wave: str,
    wanted: Wanted,
    *,
    frame: str | None = None,
    progress: Progress | None = None,
) -> SamplePlan:
    """Make a sample plan on the newest version of a frame: a draft, beside the earlier versions of the wave's plan.

    progress(done, of): called after each part of the simulation of what the plan can show
    """
    check_wave_name(wave)
    programme_id, _ = current_programme(store, programme)
    frame_row = current_frame(store, programme, frame)
    with store.read() as connection:
        began = _plan_version(connection, programme, wave)
    chain = chain_of(store, programme, wanted, wave)  # a plan that could not be drawn is refused now
    if chain and chain[-1].plan.frame != frame_row.frame:
        earlier = {"earlier": chain[-1].wave, "earlier_frame": chain[-1].plan.frame}
        raise Fault(key="sample.earlier_frame", wave=wave, frame=frame_row.frame, **earlier)
    strata = frame_strata(store, frame_row.version_id)
    _check_spread(store, frame_row, wanted)
    kept = _kept(store, programme, frame_row.version_id, wanted, chain)
    wanted = with_best_each(wanted, strata)
    if wanted.each is None:
        allocation = allocate(strata, wanted, kept)
    else:
        roll = stored_roll(store, frame_row.version_id)
        psus = psu_list(load_frame(store, frame_row.version_id)) if roll is None else roll.psus
        allocation = allocate_stages(strata, psus, wanted)
    _check_sizes(store, frame_row, wanted, allocation)
    if wanted.constraints:
        wanted = replace(wanted, interviews=int(allocation.interviews.sum()))
    foresight = _foreseen(store, programme, allocation.rename(columns={"interviews": "sample"}), wanted, progress)
    with store.begin("draw", programme) as connection:
        _refuse_drawn(connection, programme, wave)
        if (version := _plan_version(connection, programme, wave)) != began:
            raise Fault(key="sample.plan_overtaken", wave=wave, version=version)
        values = {"programme": programme, "wave": wave, "version": version + 1}
        inputs = [("programme", programme_id), ("frame", frame_row.version_id)]
        run = add_run(connection, store.actor, MAKE, values | {"frame": frame_row.frame}, inputs)
        row = values | {"frame_id": frame_row.version_id, "wanted": wanted.plain(), "allocation": records(allocation)}
        connection.execute(schema.plans.insert().values(**row, expected=foresight.plain(), run_id=run))
        _record(connection, store, MAKE, values | {"frame": frame_row.frame, "interviews": wanted.interviews})
    return read_plan(store, programme, wave)


@permitted
def approve_plan(store: Store, programme: str, wave: str, *, frame_key: Key) -> SamplePlan:
    """Approve the newest plan: its frame is fixed, its seed is made, and the commitment is there to publish.

    The seed is kept encrypted under the frame key until the draw publishes it. A Fault if the frame has a newer version
    or other units than the plan was made for, if the plan is approved already, if the wave has answers already, and,
    where the programme asks for two people, if its maker approves it.
    """
    sample_plan = read_plan(store, programme, wave)
    units = _frame_of(store, programme, sample_plan)
    seed = wave_seed(frame_key, (programme, wave, str(sample_plan.version)))
    chain = chain_of(store, programme, sample_plan.wanted, wave)
    answered = _answered(store, programme, sample_plan.wanted, chain)
    _, continued = past_waves(store, chain, answered, {sample_plan.frame_id: units})
    digests = approved_digests(units, sample_plan.design)
    fixed = {"commitment": commitment(seed)} | dict(zip(("digest", "numbers", "psus"), digests, strict=True))
    with store.begin("draw", programme) as connection:
        _refuse_drawn(connection, programme, wave)
        _refuse_answered(connection, programme, wave)
        last = last_plan(connection, programme, wave)
        assert last is not None  # `read_plan` found it
        if last.plan_id != sample_plan.plan_id or last.commitment is not None:
            raise Fault(key="sample.approved", wave=wave, version=last.version)
        _refuse_maker(connection, store, programme, sample_plan)
        _same_key(connection, sample_plan.frame_id, frame_key)
        if chain:
            _check_last(connection, programme, wave, chain[-1])
        identity = {"programme": programme, "wave": wave, "version": sample_plan.version}
        run = add_run(connection, store.actor, APPROVE, identity, [("plan", sample_plan.plan_id)])
        sealed = sealed_seed(seed, frame_key, _place(programme, wave, sample_plan.plan_id))
        row = fixed | {"plan_id": sample_plan.plan_id, "seed": sealed, "at": datetime.now(UTC), "by": store.actor.name}
        row |= {"earlier": None if continued is None else continued.plain(), "answered": answered}
        connection.execute(schema.approvals.insert().values(**row, run_id=run))
        _record(connection, store, APPROVE, identity | fixed)
    return read_plan(store, programme, wave)


@permitted
def draw_wave(store: Store, programme: str, wave: str, *, frame_key: Key, value: str | None = None) -> Sample:
    """Draw the approved plan's sample, with the seed public in its record; nothing is released yet.

    value: the public value, if the plan names one, in whichever spelling (`plain_value`)
    A Fault if the wave is drawn already, the plan is not approved, the frame or what was released of the wave before
    changed since the approval, and for a public value that is missing or not wanted.
    """
    sample_plan, approved, seed = _approved(store, programme, wave, frame_key)
    value = None if value is None else plain_value(value) or None
    units = _frame_of(store, programme, sample_plan)
    if sample_plan.design.method == STRATIFIED and sample_plan.wanted.after is not None:
        raise Fault(key="sample.older_plan", wave=wave)
    chain = chain_of(store, programme, sample_plan.wanted, wave)
    past, continued = past_waves(store, chain, answered_before(sample_plan), {sample_plan.frame_id: units})
    if chain and continued != sample_plan.continued:
        raise Fault(key="sample.earlier_released", wave=wave, earlier=chain[-1].wave)
    chance = {"seed": seed, "value": value, "past": past, "continued": continued}
    drawn, record = draw_approved(units, approved, code=code_version(DRAWING), **chance)
    with store.begin("draw", programme) as connection:
        _save_draw(connection, store, programme, sample_plan, drawn, record, chain[-1] if chain else None)
    return read_sample(store, programme, wave)


def _foreseen(
    store: Store, programme: str, strata: pd.DataFrame, wanted: Wanted, progress: Progress | None
) -> Foresight:
    """What interviews in strata can show of their areas, by the plan's assumptions or an earlier wave's estimates."""
    options: dict[str, Any] = {"rng": planning_generator(), "cost": wanted.cost, "progress": progress}
    options |= {"eligibility": wanted.eligibility, "answering": wanted.response_rate}
    options["kept"] = wanted.keep if wanted.after is not None else 0.0
    options |= {"rotation": wanted.rotation, "respondents": wanted.respondents}
    if wanted.respondents:
        options["answering"] = wanted.again
    assumed = wanted.assumed
    if assumed.wave is None:
        return foresee(strata, assumed, **options)
    estimate, basis = earlier_rates(store, programme, assumed.wave, assumed.measure)
    known = len(set(strata.area) & set(estimate.names))
    return replace(foresee(strata, assumed, earlier=estimate, **options), basis=basis | {"estimated": known})


def _answered(store: Store, programme: str, wanted: Wanted, chain: Sequence[Sample]) -> list[str] | None:
    """Who has answered in the wave that is continued, where the plan keeps only these; a Fault if nobody has."""
    if not (wanted.respondents and chain):
        return None
    answered = sorted(interviewed(store, programme, chain[-1].wave) & set(chain[-1].released.unit_id))
    if not answered:
        raise Fault(key="sample.nobody_answered", earlier=chain[-1].wave)
    return answered


def _kept(store: Store, programme: str, frame_id: int, wanted: Wanted, chain: Sequence[Sample]) -> Mapping[str, int]:
    """How many of those who answered will be called again, by stratum; none where the plan does not ask for them."""
    answered = _answered(store, programme, wanted, chain)
    if answered is None:
        return {}
    past, _ = past_waves(store, chain, answered)
    succession = Succession(wanted.rest or 0, wanted.keep, True, wanted.rotation or None, past)
    if (roll := stored_roll(store, frame_id)) is not None:
        return kept_counts_roll(roll, succession).to_dict()
    units = load_frame(store, frame_id)
    return kept_counts(units, units.stratum.value_counts().to_dict(), succession).to_dict()


def _frame_of(store: Store, programme: str, sample_plan: SamplePlan) -> pd.DataFrame | RollFile:
    """The units of the plan's frame, or its roll; a Fault if it has a newer version, or other units than approved."""
    newest = current_frame(store, programme, sample_plan.frame)
    if newest.version_id != sample_plan.frame_id:
        raise Fault(
            key="sample.frame_newer",
            frame=sample_plan.frame,
            found=newest.version,
            planned=sample_plan.frame_version,
            wave=sample_plan.wave,
        )
    if (roll := stored_roll(store, sample_plan.frame_id)) is not None:
        if roll.digest != newest.digest:
            raise Fault(key="sample.frame_changed", wave=sample_plan.wave, frame=sample_plan.frame)
        return roll
    units = load_frame(store, sample_plan.frame_id)
    if (frame_digest(units), frame_digest(units, ("unit_id", "prn"))) != (newest.digest, newest.numbers):
        raise Fault(key="sample.frame_changed", wave=sample_plan.wave, frame=sample_plan.frame)
    return units


def _approved(store: Store, programme: str, wave: str, frame_key: Key) -> tuple[SamplePlan, ApprovedWave, str]:
    """A wave's sample plan, what its approval fixed, and its seed; a Fault if it is drawn already or not approved."""
    with store.read() as connection:
        _refuse_drawn(connection, programme, wave)
        row = last_plan(connection, programme, wave)
    sample_plan = read_plan(store, programme, wave)
    assert row is not None  # `read_plan` found it
    if sample_plan.approval is None:
        raise Fault(key="sample.not_approved", wave=wave, version=sample_plan.version)
    place = _place(programme, wave, sample_plan.plan_id)
    seed = opened_seed(row.seed, frame_key, place, wave=wave, committed=row.commitment)
    fixed = sample_plan.design, (row.digest, row.numbers, row.psus), sample_plan.wanted.portions
    return sample_plan, ApprovedWave(wave, sample_plan.frame, *fixed), seed


def _check_last(connection: sa.Connection, programme: str, wave: str, earlier: Sample) -> None:
    """A Fault if more of the wave that is continued was released meanwhile, or if another wave continues it."""
    if release_count(connection, earlier.draw_id) != len(earlier.releases):
        raise Fault(key="sample.earlier_released", wave=wave, earlier=earlier.wave)
    other = continuing_wave(connection, programme, earlier.wave)
    if other not in (None, wave):
        raise Fault(key="sample.earlier_continued", wave=wave, earlier=earlier.wave, other=other)


def _save_draw(
    connection: sa.Connection,
    store: Store,
    programme: str,
    sample_plan: SamplePlan,
    drawn: pd.DataFrame,
    record: DrawRecord,
    earlier: Sample | None,
) -> None:
    """Write a draw; a Fault if the wave was drawn, planned or imported, or more of the earlier one released since."""
    wave = sample_plan.wave
    _refuse_drawn(connection, programme, wave)
    _refuse_answered(connection, programme, wave)
    last = last_plan(connection, programme, wave)
    if last is None or last.plan_id != sample_plan.plan_id:
        raise Fault(key="sample.not_approved", wave=wave, version=sample_plan.version + 1)
    identity = {"programme": programme, "wave": wave, "version": sample_plan.version}
    inputs = [("plan", sample_plan.plan_id), ("frame", sample_plan.frame_id)]
    run = add_run(connection, store.actor, DRAW, identity, inputs, seed=record.seed)
    values = {"programme": programme, "wave": wave, "plan_id": sample_plan.plan_id, "record": record.plain()}
    if earlier is not None:
        _check_last(connection, programme, wave, earlier)
        values |= {"earlier_id": earlier.draw_id, "earlier_releases": len(earlier.releases)}
    draw_id = inserted_id(connection, schema.draws.insert().values(**values, run_id=run))
    insert_rows(connection, schema.sample_units, drawn, draw_id=draw_id)
    public = {c: getattr(record, c) for c in ("units", "commitment", "seed", "value", "sample")}
    _record(connection, store, DRAW, identity | public)


def _check_spread(store: Store, frame_row: sa.Row, wanted: Wanted) -> None:
    """A Fault for a plan that sorts or balances by columns which its frame does not have, or by which it cannot."""
    if wanted.spread is None:
        return
    if stored_roll(store, frame_row.version_id) is not None:
        raise Fault(key="sampling.large_spread")
    Spread(*wanted.spread).known(load_frame(store, frame_row.version_id))


def _check_sizes(store: Store, frame_row: sa.Row, wanted: Wanted, allocation: pd.DataFrame) -> None:
    """A Fault for a plan of unequal probabilities that could not be drawn."""
    if wanted.unequal is None:
        return
    if stored_roll(store, frame_row.version_id) is not None:
        raise Fault(key="sampling.large_spread")
    units = load_frame(store, frame_row.version_id)
    sizes = sizes_of(units, str(wanted.size))
    for stratum, n in allocation.groupby("stratum").numbers.sum().items():
        of_stratum = sizes[units.stratum == stratum].to_numpy()
        inclusion_probabilities(of_stratum, int(n))
        if wanted.unequal == SAMPFORD and sampford_never(of_stratum, int(n)):
            raise Fault(key="sampling.sampford", n=int(n), population=len(of_stratum), trials=TRIALS)


def _plan_version(connection: sa.Connection, programme: str, wave: str) -> int:
    """The number of the newest version of a wave's plan; 0 if there is none yet."""
    last = last_plan(connection, programme, wave)
    return 0 if last is None else last.version


def _refuse_drawn(connection: sa.Connection, programme: str, wave: str) -> None:
    draws = schema.draws.c
    if connection.scalar(sa.select(draws.draw_id).where(draws.programme == programme, draws.wave == wave)) is not None:
        raise Fault(key="sample.drawn", wave=wave)


def _refuse_maker(connection: sa.Connection, store: Store, programme: str, sample_plan: SamplePlan) -> None:
    """A Fault if the programme asks for two people, and whoever made the plan would approve it."""
    if not current_programme(store, programme)[1].two_people:
        return
    runs, plans = schema.runs.c, schema.plans.c
    made = sa.select(runs.by).join(schema.plans, plans.run_id == runs.run_id)
    maker = connection.scalar(made.where(plans.plan_id == sample_plan.plan_id))
    if maker == store.actor.name:
        raise Fault(key="sample.same_person", wave=sample_plan.wave, who=maker)


def _refuse_answered(connection: sa.Connection, programme: str, wave: str) -> None:
    """A Fault if the wave was imported already: its answers cannot be from a sample that is yet to be drawn."""
    waves = schema.waves.c
    if (
        connection.scalar(sa.select(waves.version_id).where(waves.programme == programme, waves.wave == wave))
        is not None
    ):
        raise Fault(key="sample.answered", wave=wave)


def _same_key(connection: sa.Connection, frame_id: int, key: Key) -> None:
    frames = schema.frames.c
    fingerprint = connection.execute(sa.select(frames.fingerprint).where(frames.version_id == frame_id)).scalar_one()
    if not hmac.compare_digest(fingerprint, key.fingerprint):
        raise Fault(key="frame.other_key", found=key.fingerprint, expected=fingerprint)


def _place(programme: str, wave: str, plan_id: int) -> tuple[str, ...]:
    return "seed", programme, wave, str(plan_id)


def _record(connection: sa.Connection, store: Store, action: str, details: Mapping) -> None:
    audit.append(connection, store.actor, action, details)
