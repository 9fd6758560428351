"""A simulated survey played by the use cases of real ones: list, plan, draw, release, calls, answers, wave by wave."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from fieldwork.calling_rules import ZONE
from fieldwork.dispositions import INTERVIEW
from fieldwork.simulated import made_up_people
from programme.declared import Programme
from sampling.planning.wanted import Wanted
from service.demonstration.story import LISTED_AGE, Story, known_totals
from service.drawing import draws, releases
from service.fieldwork.answering.responses import import_responses
from service.fieldwork.calling.appointments import make_appointment
from service.fieldwork.calling.assigning import assign_numbers
from service.fieldwork.calling.attempts import Agreed
from service.fieldwork.calling.interviewers import interviewer_list, list_interviewers
from service.fieldwork.calls import import_calls, interviewed, read_fieldwork, stop_fieldwork
from service.fieldwork.simulating import SimulatedWave, simulate_wave
from service.intake import imports
from service.intake.imports import current_programme
from service.intake.records_file import RecordsFile
from service.protection.keys import Key, public_key
from service.samples import frames
from service.samples.samples import sample_waves
from service.store.engine import Store
from service.store.permissions import CENTRE, Actor
from service.store.runs import PLAYER as NAME

LIST = "simulated_residents"
PLAYER = Actor(NAME, CENTRE)
ANSWERING, ELIGIBLE = 0.56, 0.9
ATTEMPTS, PORTIONS, PRESENT_PORTIONS = 5, (1.0,), (0.75, 0.25)
FIRST_HOUR = time(9)
NOTE, OVER = "simulated", "simulated: the days of the fieldwork were over"
Progress = Callable[[str], None]


def play(store: Store, programme_name: str, story: Story, *, now: datetime, progress: Progress) -> list[str]:
    """Play every wave of a story into a store that has its programme: the waves over, with answers, are returned.

    now       until when the present wave is called
    progress  called with each wave
    What was done before is not done again, so that a run that was stopped goes on where it was. The list has a public
    key, from which its random numbers and the seeds of its draws follow: waves that are over are alike in every store.
    """
    centre = store.acting(PLAYER)
    programme = current_programme(store, programme_name)[1]
    listed = story.listed()
    people = made_up_people(listed, story.truth(story.present[0]), seed=story.seed)
    there = people[people.number == ""]
    if frames.frame_list(store, programme_name).empty:
        content, made_up = listed.to_csv(index=False).encode(), {"keep": [LISTED_AGE]}
        public = public_key(programme_name)
        frames.import_frame(centre, programme_name, LIST, content, f"{LIST}.csv", frame_key=public, **made_up)
    key = frames.frame_key_of(store, programme_name)
    if programme.weighting is not None and programme.weighting.calibrating is not None:
        period = programme.weighting.calibrating.period or story.present[0]
        totals = known_totals(there, period, programme.columns.area)
        imports.import_margins(centre, programme_name, totals.to_csv(index=False).encode(), "simulated_totals.csv")
    zone, before, answered = ZoneInfo(ZONE), None, set(imports.wave_versions(store, programme_name).wave)
    for wave, first in story.waves.items():
        progress(wave)
        if wave not in answered:
            begins = datetime.combine(first, FIRST_HOUR, zone)
            _sample(centre, programme_name, story, wave, before, PORTIONS, key)
            made = _played(centre, programme_name, story, wave, begins, begins + timedelta(days=story.days))
            _take_in(centre, programme, wave, made, story.expected(there, wave))
        before = wave
    wave, days = story.present
    progress(wave)
    if not interviewed(store, programme_name, wave):
        begins = datetime.combine(_day(now, zone) - timedelta(days=days), FIRST_HOUR, zone)
        _sample(centre, programme_name, story, wave, before, PRESENT_PORTIONS, key)
        made = _played(centre, programme_name, story, wave, begins, now)
        agreed, whose = made.appointments, made.calls.groupby("unit_id").interviewer.last()
        for unit, start, end in zip(agreed.unit_id, agreed.start, agreed.end, strict=True):
            make_appointment(centre, programme_name, wave, unit, Agreed(start, end, whose[unit], NOTE))
        _import_calls(centre, programme_name, wave, made)
        _record_answers(centre, programme, wave, made)
    return list(story.waves)


def _day(now: datetime, zone: ZoneInfo) -> date:
    return now.astimezone(zone).date()


def _sample(
    store: Store, name: str, story: Story, wave: str, before: str | None, portions: tuple[float, ...], key: Key
) -> None:
    """Plan, approve, draw and release the first portion of a wave, and deal its numbers out to the interviewers."""
    wanted = Wanted(
        story.interviews * len(story.areas),
        "equal",
        response_rate=ANSWERING,
        eligibility=ELIGIBLE,
        portions=portions,
        attempts=ATTEMPTS,
        after=before,
        together=False,
        census=True,
    )
    known = sample_waves(store, name).set_index("wave")
    if wave not in known.index or not known.drawn[wave]:
        draws.make_plan(store, name, wave, wanted, frame=LIST)
        draws.approve_plan(store, name, wave, frame_key=key)
        draws.draw_wave(store, name, wave, frame_key=key)
    if wave not in known.index or not known.releases[wave]:
        releases.release_next(store, name, wave)
    if interviewer_list(store, name, wave).numbers.sum() < 1:
        list_interviewers(store, name, wave, story.interviewers)
        assign_numbers(store, name, wave)


def _played(store: Store, name: str, story: Story, wave: str, begins: datetime, ends: datetime) -> SimulatedWave:
    assumed = story.truth(wave), story.reaching(), story.interviewing(wave, begins)
    span = {"begins": begins, "ends": ends}
    return simulate_wave(store, name, wave, story.measure, *assumed, seed=story.seed, **span)


def _import_calls(store: Store, name: str, wave: str, made: SimulatedWave) -> None:
    import_calls(store, name, wave, made.calls.to_csv(index=False).encode(), f"simulated_calls_{wave}.csv")


def _record_answers(store: Store, programme: Programme, wave: str, made: SimulatedWave) -> None:
    """Record the answers of a wave's interviews, so that the wave can be made of them once its calls are over."""
    done = made.calls[made.calls.disposition.isin(INTERVIEW)][["unit_id", "at", "interviewer"]]
    answers = made.answers.rename(columns={programme.columns.respondent[0]: "unit_id"}).set_index("unit_id")
    asked = [name for name in programme.questionnaire.items if name in answers]
    content = done.join(answers[asked], on="unit_id").to_csv(index=False).encode()
    import_responses(store, programme.name, wave, content, f"simulated_answers_{wave}.csv")


def _take_in(store: Store, programme: Programme, wave: str, made: SimulatedWave, true: pd.Series) -> None:
    """Import a wave's calls, answers and, where the programme has such a record, the true rates."""
    _import_calls(store, programme.name, wave, made)
    if read_fieldwork(store, programme.name, wave).open:
        stop_fieldwork(store, programme.name, wave, OVER)
    records = None
    if programme.records:
        table = pd.DataFrame({"area": true.index, "value": true.round(6).to_numpy()})
        table.insert(0, "record", next(iter(programme.records)))
        records = RecordsFile(table.to_csv(index=False).encode(), f"simulated_truth_{wave}.csv")
    content = made.answers.to_csv(index=False).encode()
    imports.import_wave(store, programme.name, wave, content, f"simulated_answers_{wave}.csv", records=records)
