"""The steps of a wave, from the list of people to the figures released to leaders: where it is, and what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from service.fieldwork.answering.lacking import lacking_for, lonely_ahead
from service.fieldwork.calls import fieldwork_of, interviewed
from service.figures.comparable import totals_inputs
from service.figures.hindrances import hindrances
from service.figures.league import newest_run
from service.figures.publications import last_publication
from service.figures.use_cases import ESTIMATE
from service.intake.imports import current_programme, wave_versions
from service.samples.frames import frame_list
from service.samples.samples import read_plan, read_sample, sample_waves
from service.store import schema
from service.store.engine import Store
from service.store.permissions import CENTRE, STATISTICIAN, permitted
from service.store.runs import outdated_runs
from words import Fault

FRAME, PLAN, APPROVE, DRAW, RELEASE, CALL, RESPONSES, WEIGHTS, FIGURES, RELEASED = STEPS = (
    "frame",
    "plan",
    "approve",
    "draw",
    "release",
    "call",
    "responses",
    "weights",
    "figures",
    "released",
)
OF_SAMPLE = STEPS[:6]  # the steps of a wave that is drawn here
DONE, BEGUN, NEXT, WAITING, ELSEWHERE = "done", "begun", "next", "waiting", "elsewhere"
OTHER_PEOPLE = "calls.unlogged", "calls.later_interviews"  # keys of faults: the wave's answers are not up to date
WHO = dict.fromkeys(STEPS, CENTRE) | dict.fromkeys((WEIGHTS, FIGURES, RELEASED), STATISTICIAN)


@dataclass(frozen=True)
class Step:
    """One step of a wave.

    name   one of STEPS
    state  "done"; "begun": it is worked on; "next": it can be begun now; "waiting": an earlier step comes first;
           "elsewhere": the wave was not drawn here
    who    the role whose work it is
    facts  what can be said of it: counts, the version, who approved
    """

    name: str
    state: str
    who: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class WaveSteps:
    """The steps of a wave in their order, and what stands in the way of its figures.

    hindrances  of a wave with answers: why a job on it would fail
    ahead       of a planned wave without answers: what will be missing when it is made of its calls and answers
    """

    wave: str
    steps: tuple[Step, ...]
    hindrances: tuple[Fault, ...] = ()
    ahead: tuple[Fault, ...] = ()

    @property
    def following(self) -> Step | None:
        """The step to be worked on now: the first that is begun or can be begun; None when all is done."""
        return next((step for step in self.steps if step.state in (BEGUN, NEXT)), None)


@permitted
def waves_with_steps(store: Store, programme: str) -> list[str]:
    """The waves that have a plan or answers, the newest first."""
    planned, imported = sample_waves(store, programme).wave, wave_versions(store, programme).wave
    return sorted({*planned, *imported}, reverse=True)


@permitted
def steps_of_wave(store: Store, programme: str, wave: str) -> WaveSteps:
    """Where a wave stands; a wave of which nothing is known yet has its frame or its plan as the next step."""
    finished, facts = _of_sample(store, programme, wave)
    versions = wave_versions(store, programme)
    current = versions[versions.current & (versions.wave == wave)]
    in_the_way: tuple[Fault, ...] = ()
    if stored := _responses(store, programme, wave):
        finished[RESPONSES], facts[RESPONSES] = None, {"stored": stored}
    if len(current):
        finished[RESPONSES] = True
        facts[RESPONSES] = {"interviews": int(current.interviews.iloc[0]), "version": int(current.version.iloc[0])}
        in_the_way = hindrances(store, programme, wave)
        if any(fault.key in OTHER_PEOPLE for fault in in_the_way):
            finished[RESPONSES] = None
        finished[WEIGHTS] = not in_the_way
    estimate = newest_run(store, ESTIMATE, programme=programme, wave=wave)
    if estimate is not None and len(current):
        outdated = bool(outdated_runs(store, among=[estimate["run_id"]]))
        finished[WEIGHTS], finished[FIGURES] = True, not outdated
        facts[FIGURES] = {"run": estimate["run_id"], "outdated": outdated}
        finished[RELEASED], facts[RELEASED] = _released(store, programme, wave, estimate["run_id"])
    elsewhere = bool(len(current)) and not finished[PLAN]
    ahead = _ahead(store, programme, wave) if finished[PLAN] and not len(current) else ()
    return WaveSteps(wave, _in_order(finished, facts, elsewhere=elsewhere), in_the_way, ahead)


def _ahead(store: Store, programme: str, wave: str) -> tuple[Fault, ...]:
    """The columns, outcomes and known totals for want of which a planned wave could not be made or weighted."""
    declared = current_programme(store, programme)[1]
    lacks = lacking_for(store, programme, wave) + lonely_ahead(declared, read_plan(store, programme, wave))
    try:
        totals_inputs(store, declared, [wave])
    except Fault as fault:
        return (*lacks, fault)
    return lacks


def _of_sample(store: Store, programme: str, wave: str) -> tuple[dict[str, bool | None], dict[str, dict[str, Any]]]:
    """Which steps up to the calls are done (None: begun), and their facts."""
    done: dict[str, bool | None] = dict.fromkeys(STEPS, False)
    facts: dict[str, dict[str, Any]] = {name: {} for name in STEPS}
    frames = frame_list(store, programme)
    done[FRAME] = not frames.empty
    waves = sample_waves(store, programme).set_index("wave")
    if wave not in waves.index:
        return done, facts
    plan = read_plan(store, programme, wave)
    facts[FRAME] = {"frame": plan.frame, "version": plan.frame_version}
    done[PLAN], facts[PLAN] = True, {"interviews": plan.wanted.interviews, "version": plan.version}
    done[APPROVE] = plan.approved
    if plan.approval is not None:
        facts[APPROVE] = {"who": plan.approval["by"], "at": plan.approval["at"]}
    if not waves.drawn[wave]:
        return done, facts
    sample = read_sample(store, programme, wave)
    done[DRAW], facts[DRAW] = True, {"units": len(sample.units)}
    if sample.releases.empty:
        return done, facts
    fieldwork = fieldwork_of(store, programme, sample)
    facts[RELEASE] = {"released": int(sample.out.sum()), "units": len(sample.units)}
    done[RELEASE] = True
    tried, units = (int(fieldwork.releases[column].sum()) for column in ("tried", "units"))
    counts = {"tried": tried, "units": units, "open": fieldwork.open}
    facts[CALL] = counts | {"interviews": len(interviewed(store, programme, wave))}
    done[CALL] = True if not fieldwork.open or fieldwork.stopped is not None else None if tried else False
    return done, facts


def _responses(store: Store, programme: str, wave: str) -> int:
    """How many units of a wave have a response that was recorded here, by page, call sheet or file."""
    rounds, responses = schema.rounds, schema.responses
    units = sa.select(sa.func.count(sa.distinct(responses.c.unit_id))).select_from(responses.join(rounds))
    of_wave = rounds.c.programme == programme, rounds.c.wave == wave
    with store.read() as connection:
        return connection.execute(units.where(*of_wave)).scalar_one()


def _released(store: Store, programme: str, wave: str, run: int) -> tuple[bool, dict[str, Any]]:
    """Whether leaders see this run's figures, and since when; at once where the programme asks for no releases."""
    if not current_programme(store, programme)[1].release:
        return True, {"at_once": True}
    publication = last_publication(store, programme, wave)
    if publication is None:
        return False, {}
    return run in publication.runs, {"at": publication.at, "who": publication.by, "number": publication.number}


def _in_order(
    finished: Mapping[str, bool | None], facts: Mapping[str, Mapping[str, Any]], *, elsewhere: bool
) -> tuple[Step, ...]:
    steps, reached = [], False
    for name in STEPS:
        done = finished[name]
        if elsewhere and name in OF_SAMPLE:
            state = ELSEWHERE
        elif done:
            state = DONE
        elif done is None:
            state, reached = BEGUN, True
        else:
            state, reached = WAITING if reached else NEXT, True
        steps.append(Step(name, state, WHO[name], facts[name]))
    return tuple(steps)
