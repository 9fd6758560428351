"""Attempts to ring, by the million: taken in whole, and what they say of a wave's releases: tried, finished, open.

A release that was begun is finished before the wave is weighted (`sampling.releases`).  A wave drawn here whose begun
releases have open numbers is therefore not estimated, unless somebody stops its fieldwork with a reason, which then
stands beside every figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd
import sqlalchemy as sa

from fieldwork import work_done
from fieldwork.phone_numbers import masked_text
from sampling import release_progress, unfinished
from service.fieldwork.call_file import AT, DISPOSITION, INTERVIEWER, UNIT, read_calls
from service.files.csv import refuse
from service.samples.samples import Sample, read_sample
from service.store import audit, schema
from service.store.engine import Store, insert_frame, inserted_id
from service.store.permissions import permitted
from service.store.runs import add_run
from words import Fault

IMPORT, STOP = "import-calls", "stop-fieldwork"
OPEN = "calls.open"  # the Fault of a wave that is not to be weighted yet
STOPPED = "stop"  # what a run read, beside waves and programmes
LONGEST_REASON = 500

calls, rounds, stops = schema.calls, schema.rounds, schema.stops


@dataclass(frozen=True, eq=False)
class Fieldwork:
    """How far the work on a wave's releases is.

    releases  one row a release begun: release, units, tried, finished, open
    units     the numbers still open, as in the sample
    required  attempts after which a number is given up
    stopped   who stopped it, when, why, with how many open (the row of `stops`); None if nobody did
    """

    wave: str
    required: int
    releases: pd.DataFrame
    units: pd.DataFrame
    stopped: Mapping | None

    @property
    def open(self) -> int:
        """How many numbers of the releases begun are not finished."""
        return len(self.units)


@dataclass(frozen=True)
class TakenIn:
    """What a call log brought: attempts that are new, and those that had been taken in before."""

    new: int
    known: int


@permitted
def import_calls(store: Store, programme: str, wave: str, content: bytes, file: str) -> TakenIn:
    """Take in a call log (`call_file.read_calls`), whole or not at all; lines taken in before change nothing.

    Raises a Fault for a unit that was not drawn, one that is not released yet, and for a line that says otherwise than
    the same attempt did before: attempts are never changed.
    """
    sample, log = read_sample(store, programme, wave), read_calls(content, file, now=datetime.now(UTC))
    release = log[UNIT].map(sample.units.set_index("unit_id").release)
    shown = log if release.notna().all() else log.assign(unit_id=log[UNIT].map(masked_text))
    refuse(release.isna(), "calls.unknown_unit", file, UNIT, shown, wave=wave)
    refuse(release > len(sample.releases), "calls.not_released", file, UNIT, log, wave=wave, out=len(sample.releases))
    with store.begin("round", programme, wave) as connection:
        number = round_of(connection, programme, wave)
        said, before = _said(log[DISPOSITION], log[INTERVIEWER]), _said_before(connection, number, log)
        other = before.notna() & (before != said)
        refuse(other, "calls.changed", file, UNIT, log, before=before[other.idxmax()])
        new = log[before.isna()]
        if len(new):
            named = {"programme": programme, "wave": wave, "file": masked_text(file), "attempts": len(new)}
            add_run(connection, store.actor, IMPORT, named, [("plan", sample.plan.plan_id)])
            insert_frame(connection, calls, new, round_id=number)
            audit.append(connection, store.actor, IMPORT, named)
    return TakenIn(len(new), len(log) - len(new))


@permitted
def read_fieldwork(store: Store, programme: str, wave: str) -> Fieldwork:
    """How far the work on a wave's releases is; a Fault if it was not drawn."""
    return fieldwork_of(store, programme, read_sample(store, programme, wave))


@permitted
def fieldwork_of(store: Store, programme: str, sample: Sample) -> Fieldwork:
    """How far the work on this sample's releases is."""
    through, required = len(sample.releases), sample.plan.wanted.attempts
    done = work_done(store.frame(outcomes_by_unit(programme, sample.wave)), required=required)
    if not through:
        none = pd.DataFrame(columns=["release", "units", "tried", "finished", "open"])
        return Fieldwork(sample.wave, required, none, sample.units.iloc[:0], None)
    finished = done.index[done.finished]
    of = {"through": through, "within": sample.within}
    rows = release_progress(sample.units, done.index, finished, **of)
    still = unfinished(sample.units, finished, **of)
    where = stops.c.draw_id == sample.draw_id, stops.c.releases == through
    with store.read() as connection:
        found = connection.execute(sa.select(stops).where(*where)).mappings().first()
    return Fieldwork(sample.wave, required, rows, still, None if found is None else dict(found))


@permitted
def stop_fieldwork(store: Store, programme: str, wave: str, reason: str) -> Fieldwork:
    """Let a wave be weighted though numbers of its begun releases are open; who, when and why are kept.

    It holds for the releases that are out: another release is work begun anew.  Raises a Fault for a wave without open
    numbers, one stopped already, and without a reason.
    """
    sample = read_sample(store, programme, wave)
    found, reason = fieldwork_of(store, programme, sample), " ".join(reason.split())
    if not found.open:
        raise Fault(key="calls.nothing_open", wave=wave)
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise Fault(key="calls.reason", wave=wave, found=len(reason), expected=LONGEST_REASON)
    row = {"draw_id": sample.draw_id, "releases": len(sample.releases), "units": len(sample.released)}
    row |= {"open": found.open, "reason": masked_text(reason), "at": datetime.now(UTC), "by": store.actor.name}
    with store.begin("draw", programme) as connection:
        same = stops.c.draw_id == sample.draw_id, stops.c.releases == len(sample.releases)
        if connection.scalar(sa.select(stops.c.stop_id).where(*same)) is not None:
            raise Fault(key="calls.stopped", wave=wave)
        named = {"programme": programme, "wave": wave, "open": found.open, "reason": row["reason"]}
        run = add_run(connection, store.actor, STOP, named, [("plan", sample.plan.plan_id)])
        connection.execute(stops.insert().values(**row, run_id=run))
        audit.append(connection, store.actor, STOP, named)
    return fieldwork_of(store, programme, sample)


@permitted
def stops_of_waves(store: Store, programme: str, waves: Sequence[str]) -> list[tuple[str, int]]:
    """What a run on these waves rests on: ("stop", stop_id) of those weighted before their numbers were finished.

    Raises a Fault for a wave with open numbers whose fieldwork nobody stopped.  Waves not drawn here, or of which
    nothing is released, have nothing open.
    """
    with store.read() as connection:
        drawn = set(connection.scalars(sa.select(schema.draws.c.wave).where(schema.draws.c.programme == programme)))
    read = []
    for wave in [w for w in waves if w in drawn]:
        found = read_fieldwork(store, programme, wave)
        if found.open and found.stopped is None:
            counts = {"open": found.open, "units": int(found.releases.units.sum()), "required": found.required}
            raise Fault(key=OPEN, wave=wave, **counts)
        read += [(STOPPED, found.stopped["stop_id"])] if found.open else []
    return read


def stops_read(connection: sa.Connection, run_id: int) -> list[dict]:
    """The stopped fieldwork a run's figures rest on: wave, open, units, reason."""
    inputs, draws = schema.run_inputs, schema.draws
    columns = draws.c.wave, stops.c.stop_id, stops.c.open, stops.c.units, stops.c.reason
    joined = stops.join(draws, stops.c.draw_id == draws.c.draw_id).join(inputs, inputs.c.version_id == stops.c.stop_id)
    mine = inputs.c.run_id == run_id, inputs.c.kind == STOPPED
    select = sa.select(*columns).select_from(joined).where(*mine).order_by(draws.c.wave)
    return [dict(row) for row in connection.execute(select).mappings()]


def round_of(connection: sa.Connection, programme: str, wave: str) -> int:
    """The round_id of a wave's fieldwork, made when first asked for; short, since ten million rows carry it."""
    named = rounds.c.programme == programme, rounds.c.wave == wave
    found = connection.scalar(sa.select(rounds.c.round_id).where(*named))
    if found is None:
        found = inserted_id(connection, rounds.insert().values(programme=programme, wave=wave))
    return found


def outcomes_by_unit(programme: str, wave: str) -> sa.Select:
    """unit_id, disposition, attempts: how often each number of a wave had each outcome."""
    columns = calls.c.unit_id, calls.c.disposition
    mine = rounds.c.programme == programme, rounds.c.wave == wave
    counted = sa.select(*columns, sa.func.count().label("attempts")).join(rounds).where(*mine)
    return counted.group_by(*columns)


def attempts_of(round_id: int, unit_id: str) -> sa.Select:
    """Every attempt at one number, oldest first."""
    mine = calls.c.round_id == round_id, calls.c.unit_id == unit_id
    return sa.select(calls.c.at, calls.c.disposition).where(*mine).order_by(calls.c.at)


def last_outcome_of(round_id: int, unit_id: str) -> sa.Select:
    """The newest attempt at one number: what a call sheet asks before it gives the number out."""
    return attempts_of(round_id, unit_id).order_by(None).order_by(calls.c.at.desc()).limit(1)


def outcomes_between(round_id: int, begin: datetime, end: datetime) -> sa.Select:
    """How many attempts had each outcome, by interviewer, from begin up to end: a day's progress and quality."""
    within = calls.c.round_id == round_id, calls.c.at >= begin, calls.c.at < end
    columns = calls.c.interviewer, calls.c.disposition
    return sa.select(*columns, sa.func.count().label("attempts")).where(*within).group_by(*columns)


def _said(disposition: pd.Series, interviewer: pd.Series) -> pd.Series:
    """What an attempt says besides its unit and time."""
    return disposition + ", " + interviewer


def _said_before(connection: sa.Connection, round_id: int, log: pd.DataFrame) -> pd.Series:
    """For each line of the log what is stored of an attempt at that unit and time, None where there is none."""
    within = calls.c.round_id == round_id, calls.c.at >= log[AT].min(), calls.c.at <= log[AT].max()
    columns = calls.c.unit_id, calls.c.at, calls.c.disposition, calls.c.interviewer
    stored = pd.DataFrame(
        connection.execute(sa.select(*columns).where(*within)).all(), columns=[c.name for c in columns]
    )
    at = [time.replace(tzinfo=time.tzinfo or UTC) for time in stored[AT]]
    known = dict(zip(zip(stored[UNIT], at, strict=True), _said(stored[DISPOSITION], stored[INTERVIEWER]), strict=True))
    lines = zip(log[UNIT], log[AT], strict=True)
    return pd.Series([known.get(line) for line in lines], index=log.index, dtype=object)
