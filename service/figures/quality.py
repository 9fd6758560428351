"""The flags of a wave's interviews: what is conspicuous, with evidence, and what cannot be said."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import sqlalchemy as sa

from estimation.indicators.indicators import SCORE, SHARE
from fieldwork.dispositions import INTERVIEW
from fieldwork.quality.flags import Flags, flags
from fieldwork.quality.interviews import Interviews
from programme.declared import Programme
from service.figures.league import newest_wave
from service.figures.loaded_waves import load_wave
from service.intake.imports import current_programme, current_wave
from service.store import schema
from service.store.engine import Store
from service.store.objects import TIMES, read_object
from service.store.permissions import permitted
from service.store.remembered import remembered
from service.store.runs import generator
from words import Fault


@dataclass(frozen=True, eq=False)
class WaveFlags:
    """The flags of a wave.

    interviews, left_aside  how many were looked at, and how many were not because nobody knows who took them
    interviewers            how many took those that were looked at; 0: nobody knows
    at_random               whether the programme says that numbers were divided among interviewers by lot
    """

    programme: Programme
    wave: str
    interviews: int
    left_aside: int
    interviewers: int
    at_random: bool
    flags: Flags


@permitted
@remembered
def read_flags(store: Store, programme_name: str, wave: str | None = None) -> WaveFlags:
    """The flags of a wave's newest version, by default of the newest wave."""
    wave = wave or newest_wave(store, programme_name)
    programme = current_programme(store, programme_name)[1]
    interviews, left_aside = interviews_of(store, programme, wave)
    rng = generator(programme_name, wave, "flags")
    declared = programme.interviewers
    at_random = declared is not None and declared.at_random
    people = 0 if interviews.interviewer is None else len(interviews.people[1])
    flagged = flags(interviews, rng=rng)
    return WaveFlags(programme, wave, len(interviews.area), left_aside, people, at_random, flagged)


def interviews_of(store: Store, programme: Programme, wave: str) -> tuple[Interviews, int]:
    """A wave's interviews as the flags look at them, without those of which nobody knows who took them; how many."""
    version = current_wave(store, programme.name, wave)
    loaded = load_wave(store, version)
    respondents = loaded.respondents.reset_index(drop=True)
    answers = loaded.answers.reset_index(drop=True)
    began, minutes = _times(store, programme, wave, version, respondents.unit_id)
    who = None if respondents.interviewer.isna().all() else respondents.interviewer
    item = programme.questionnaire.mode
    mode = None if item is None or item.name not in answers else answers[item.name].astype(object).fillna("")
    kept = np.ones(len(respondents), dtype=bool) if who is None else who.notna().to_numpy()
    if not kept.any():
        raise Fault(key="league.no_measure", wave=wave, measure=programme.title)
    return (
        Interviews(
            unit_id=respondents.unit_id[kept].to_numpy(dtype=object),
            area=respondents.area[kept].to_numpy(dtype=object),
            interviewer=None if who is None else who[kept].to_numpy(dtype=object),
            answers=answers[kept].reset_index(drop=True),
            items=programme.items,
            best=best_answers(programme),
            began=None if began is None else began[kept],
            minutes=None if minutes is None else minutes[kept],
            mode=None if mode is None else mode[kept].to_numpy(dtype=object),
        ),
        int((~kept).sum()),
    )


def best_answers(programme: Programme) -> dict[str, frozenset]:
    """item -> the codes that are best for the first measure with the item: those counted, or with the most points."""
    best: dict[str, frozenset] = {}
    for measure in programme.measures.values():
        for name in measure.items:
            item = programme.items[name]
            if name in best or item.separator or item.numeric:
                continue
            if measure.kind == SHARE:
                counted = frozenset(measure.counts) & frozenset(item.answers)
                best[name] = counted if measure.largest_is_best else frozenset(item.answers) - counted
            elif measure.kind == SCORE:
                points = {code: value for code, value in measure.points.items() if code in item.answers}
                end = (max if measure.largest_is_best else min)(points.values(), default=None)
                best[name] = frozenset(code for code, value in points.items() if value == end)
    return {name: codes for name, codes in best.items() if codes}


def _times(
    store: Store, programme: Programme, wave: str, version: int, unit: pd.Series
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """When each interview began and its minutes: by the wave's file, else (without minutes) by its call log."""
    table = read_object(store, version, TIMES)
    if len(table):
        table = table.set_index("unit_id").reindex(unit)
        began = table.began.to_numpy() if table.began.notna().any() else None
        minutes = table.minutes.to_numpy(dtype=float) if table.minutes.notna().any() else None
        return began, minutes
    calls, rounds = schema.calls.c, schema.rounds.c
    of_wave = rounds.programme == programme.name, rounds.wave == wave, calls.disposition.in_(INTERVIEW)
    with store.read() as connection:
        select = sa.select(calls.unit_id, calls.at).join(schema.rounds).where(*of_wave).order_by(calls.at)
        rows = connection.execute(select).all()
    if not rows:
        return None, None
    at = pd.Series({unit_id: when.replace(tzinfo=None) for unit_id, when in rows}, dtype="datetime64[us]")
    local = at.dt.tz_localize("UTC").dt.tz_convert(_zone()).dt.tz_localize(None)
    return local.reindex(unit).to_numpy(), None


def _zone():
    """The zone of this machine's clock, in which offices work."""
    from dateutil.tz import tzlocal

    return tzlocal()
