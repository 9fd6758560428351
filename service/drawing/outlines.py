"""A plan as it is being written: its outline without simulation, and the values with which a new plan begins."""

from dataclasses import dataclass

from fieldwork.forecast import LEAST, calls_and_end, interview_hazards
from programme.wave_names import following_wave
from sampling import Wanted, allocate
from sampling.planning.outline import Outline, outline
from service.fieldwork.calls import outcomes_of
from service.figures.wave_steps import waves_with_steps
from service.intake.imports import current_programme
from service.samples.frames import current_frame, frame_strata
from service.samples.samples import read_plan, sample_waves
from service.store.engine import Store
from service.store.permissions import permitted

PER_AREA = 100  # interviews of an area with which a first plan begins: what such surveys have


@dataclass(frozen=True)
class Beginning:
    """The values with which the form of a new plan begins.

    wave           the one after the newest wave; "" where there is none
    interviews, minimum  those of the newest plan, or PER_AREA for each area and what a figure must have to be published
    response_rate  interviews from a number, as the calls of the newest wave that was called have it; None: not known
    called         that wave; None where no wave was called
    """

    wave: str
    interviews: int
    minimum: int
    response_rate: float | None
    called: str | None


@permitted
def plan_outline(store: Store, programme: str, wanted: Wanted, *, frame: str | None = None) -> Outline:
    """What a plan on the newest version of a frame comes to; nothing is stored.

    Interviews are allocated as `make_plan` does it where nobody is called again and there is one stage.
    """
    row = current_frame(store, programme, frame)
    allocation = allocate(frame_strata(store, row.version_id), wanted, {})
    return outline(allocation, wanted.assumed, eligibility=wanted.eligibility)


@permitted
def plan_beginning(store: Store, programme_name: str) -> Beginning:
    """The values with which the form of a new plan begins."""
    programme = current_programme(store, programme_name)[1]
    planned = sample_waves(store, programme_name)
    known = waves_with_steps(store, programme_name)
    wave = following_wave(known[0]) if known else ""
    rate, called = _yield(store, programme_name, list(planned.wave[planned.drawn])[::-1])
    if len(planned):
        newest = read_plan(store, programme_name, planned.wave.iloc[-1]).wanted
        return Beginning(wave, newest.interviews, newest.minimum, rate, called)
    minimum = max(int(programme.publish.n), Wanted.minimum)
    return Beginning(wave, max(PER_AREA, minimum) * len(programme.areas), minimum, rate, called)


def _yield(store: Store, programme: str, waves: list[str]) -> tuple[float | None, str | None]:
    """V_0 of `interview_hazards` of the newest of these waves that was called often enough, and the wave."""
    for wave in waves:
        called = calls_and_end(outcomes_of(store, programme, wave))
        if len(called) >= LEAST:
            required = read_plan(store, programme, wave).wanted.attempts
            return float(interview_hazards(called, required=required).chance.iloc[0]), wave
    return None, None
