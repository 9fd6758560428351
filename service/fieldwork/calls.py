"""Calls: logs of attempts are imported, and tell how many numbers of a wave's releases are tried, finished and open.

Every release must be finished before the wave is weighted (`sampling.releases`). A wave that was drawn here and has
open numbers is therefore not estimated, unless somebody stops its fieldwork and gives a reason, which is then shown
beside every figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import sqlalchemy as sa

from fieldwork import work_done
from fieldwork.phone_numbers import masked_text
from programme.declared import Programme
from sampling import interviews_short, release_progress, unfinished
from service.fieldwork.call_file import AT, DISPOSITION, INTERVIEWER, MODE, UNIT, Check, minute_of, read_calls
from service.fieldwork.calling.interviewers import active_interviewers
from service.fieldwork.stops import STOPPED
from service.fieldwork.stored_calls import in_parts
from service.files.choice import Choice, Note
from service.files.faults import FaultList
from service.files.preview import Preview, preview
from service.files.zeros import refuse_codes, restored
from service.intake.imports import current_programme
from service.intake.lacking_versions import left_out_of
from service.intake.logged import logged_interviews
from service.intake.of_sample import LONGEST_REASON
from service.samples.samples import Sample, read_sample
from service.store import audit, schema
from service.store.audit import Actor
from service.store.engine import Store, inserted_id
from service.store.objects import RESPONDENTS, read_object
from service.store.permissions import permitted
from service.store.remembered import remembered
from service.store.rows import insert_rows
from service.store.runs import add_run
from words import Fault

IMPORT, STOP = "import-calls", "stop-fieldwork"
OPEN = "calls.open"  # the key of the Fault of a wave that cannot be weighted yet

calls, rounds, stops = schema.calls, schema.rounds, schema.stops


@dataclass(frozen=True, eq=False)
class Fieldwork:
    """How far the work on a wave's releases is.

    required  attempts after which a number is given up
    releases  one row for each release made: release, units, tried, finished, open
    units     the numbers still open, as in the sample
    stopped   who stopped the fieldwork, when, why, with how many open numbers (a row of `stops`); None if nobody did
    """

    wave: str
    required: int
    releases: pd.DataFrame
    units: pd.DataFrame
    stopped: Mapping | None

    @property
    def open(self) -> int:
        """How many numbers of the releases made are not finished."""
        return len(self.units)


@dataclass(frozen=True)
class ImportedCalls:
    """What an import of a call log did: how many attempts were new, and how many were known already.

    modes: of those known already, to how many the log added the mode;  notes: what was recognised in the file.
    """

    new: int
    known: int
    modes: int = 0
    notes: tuple[Note, ...] = field(default=(), compare=False)


@permitted
def import_calls(
    store: Store, programme: str, wave: str, content: bytes, file: str, choice: Choice | None = None
) -> ImportedCalls:
    """Import a call log (`call_file.read_calls`), completely or not at all; lines imported before change nothing.

    A Fault for a unit that was not drawn or is not released yet, and for a line that contradicts what an earlier import
    said of the same attempt: attempts are never changed.  The mode of an attempt may be added where nothing said it.
    """
    sample, declared = read_sample(store, programme, wave), current_programme(store, programme)[1]
    log, notes = _drawn_calls(sample, content, file, choice, declared, listed_of(store, sample))
    with store.begin("round", programme, wave) as connection:
        imported = add_calls(connection, store.actor, programme, sample, log, FaultList(file))
    return replace(imported, notes=notes)


def add_calls(
    connection: sa.Connection, actor: Actor, programme: str, sample: Sample, log: pd.DataFrame, faults: FaultList
) -> ImportedCalls:
    """Add the attempts of a log that are not there yet, in a transaction that holds the wave's turn.

    faults: those found before; they and attempts that contradict what is stored are raised together.
    """
    number = round_of(connection, programme, sample.wave)
    stored = _stored_content(connection, number, log)
    contents = _content(log[DISPOSITION], log[INTERVIEWER])
    changed = stored.content.notna() & (stored.content != contents)
    faults.refuse(changed, "calls.changed", UNIT, log, each={"before": stored.content})
    added = pd.Series(data=False, index=log.index)
    if MODE in log:
        said = stored.content.notna() & log[MODE].notna()
        added = said & stored[MODE].isna()
        other = said & ~added & (stored[MODE] != log[MODE])
        faults.refuse(other & ~changed, "calls.mode_changed", UNIT, log, each={"before": stored[MODE]})
    faults.settle()
    new, modes = log[stored.content.isna()], log[added]
    if len(new) or len(modes):
        details = {"programme": programme, "wave": sample.wave, "file": masked_text(faults.file), "attempts": len(new)}
        details |= {"modes": len(modes)} if len(modes) else {}
        add_run(connection, actor, IMPORT, details, [("plan", sample.plan.plan_id)])
        insert_rows(connection, calls, new, round_id=number)
        _add_modes(connection, number, modes)
        audit.append(connection, actor, IMPORT, details)
    return ImportedCalls(len(new), len(log) - len(new), len(modes))


def _add_modes(connection: sa.Connection, round_id: int, modes: pd.DataFrame) -> None:
    """Write the modes of attempts that are there already, and of which nothing said it."""
    if len(modes):
        same = calls.c.round_id == round_id, calls.c.unit_id == sa.bindparam("unit"), calls.c.at == sa.bindparam("time")
        update = calls.update().where(*same).values(mode=sa.bindparam("said"))
        rows = modes[[UNIT, AT, MODE]].set_axis(["unit", "time", "said"], axis=1).to_dict("records")
        connection.execute(update, rows)


@permitted
def preview_calls(
    store: Store, programme: str, wave: str, content: bytes, file: str, choice: Choice | None = None
) -> Preview:
    """What `import_calls` would make of a call log; calls that contradict earlier imports are found by the import."""
    sample, declared = read_sample(store, programme, wave), current_programme(store, programme)[1]
    listed = listed_of(store, sample)
    check = lambda: _drawn_calls(sample, content, file, choice, declared, listed)[1]  # noqa: E731
    uses = {UNIT: UNIT, AT: AT, INTERVIEWER: "interviewer", DISPOSITION: DISPOSITION}
    return preview(content, file, uses | {MODE: MODE}, check, expected=list(uses), choice=choice)


def _drawn_calls(
    sample: Sample, content: bytes, file: str, choice: Choice | None, declared: Programme, listed: frozenset[str]
) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """A log's calls as `read_calls` gives them; one Fault names all that is wrong with it.

    That is also calls of units not drawn, or not released yet; by people who are not on the list of interviewers, if
    there is one; and, but for a simulated survey, before the first release.
    """
    options: dict[str, Any] = {"zone": declared.calling.zone, "check": check_of(sample, choice, declared, listed)}
    options["modes"] = declared.modes
    return read_calls(content, file, datetime.now(UTC), choice, declared.outcomes, **options)


def check_of(sample: Sample, choice: Choice | None, declared: Programme, listed: frozenset[str]) -> Check:
    """What `log_of` asks of the rows of a log by the wave's sample, its list of interviewers and its releases."""
    wave = sample.wave

    def of_sample(table: pd.DataFrame, at: pd.Series, faults: FaultList) -> tuple[pd.DataFrame, tuple[Note, ...]]:
        log, mended = restored(table, UNIT, frozenset(sample.units.unit_id), choice)
        filled = log[UNIT] != ""
        out = log[UNIT].map(dict(zip(sample.units.unit_id, sample.out, strict=True)))
        shown = log if out.notna().all() else log.assign(unit_id=log[UNIT].map(masked_text))
        refuse_codes(faults, out.isna() & filled, "calls.unknown_unit", UNIT, shown, sample.units.unit_id, wave=wave)
        faults.refuse(out.eq(False), "calls.not_released", UNIT, log, wave=wave, out=len(sample.releases))
        faults.refuse(out.eq(True) & log[UNIT].isin(sample.uncalled), "calls.dead_not_called", UNIT, log, wave=wave)
        if listed:
            strange = ~log[INTERVIEWER].isin(listed) & (log[INTERVIEWER] != "")
            faults.refuse(strange, "calls.interviewer", INTERVIEWER, log, wave=wave, expected=sorted(listed))
        if not declared.simulated and len(sample.releases):
            since = sample.releases["at"].iloc[0]
            since = since.replace(tzinfo=UTC) if since.tzinfo is None else since
            early = at < minute_of(since)
            told = since.astimezone(ZoneInfo(declared.calling.zone)).isoformat(" ", "minutes")
            faults.refuse(early, "calls.before", AT, log, expected=told)
        return log, mended

    return of_sample


@permitted
def listed_of(store: Store, sample: Sample) -> frozenset[str]:
    """Everybody who is or was on the list of a sample's interviewers; nobody where none was made."""
    with store.read() as connection:
        return frozenset(active_interviewers(connection, sample.draw_id))


@permitted
def read_fieldwork(store: Store, programme: str, wave: str) -> Fieldwork:
    """How far the work on a wave's releases is; a Fault if the wave is not drawn."""
    return fieldwork_of(store, programme, read_sample(store, programme, wave))


@permitted
def fieldwork_of(store: Store, programme: str, sample: Sample) -> Fieldwork:
    """How far the work on this sample's releases is."""
    made, required = len(sample.releases), sample.plan.wanted.attempts
    work = work_done(outcomes_of(store, programme, sample.wave), required=required)
    if not made:
        no_releases = pd.DataFrame(columns=["release", "units", "tried", "finished", "open"])
        return Fieldwork(sample.wave, required, no_releases, sample.units.iloc[:0], None)
    finished = work.index[work.finished].union(pd.Index(sorted(sample.uncalled), dtype=object))
    extent: dict[str, Any] = {"through": sample.through(), "within": sample.within}
    progress = release_progress(sample.units, work.index, finished, **extent)
    open_units = unfinished(sample.units, finished, **extent)
    where = stops.c.draw_id == sample.draw_id, stops.c.releases == made
    with store.read() as connection:
        stop = connection.execute(sa.select(stops).where(*where)).mappings().first()
    return Fieldwork(sample.wave, required, progress, open_units, None if stop is None else dict(stop))


@permitted
def short_strata(store: Store, programme: str, sample: Sample) -> pd.DataFrame:
    """`interviews_short` of a sample by its call log, with each stratum's area; the rate is the one of its plan."""
    outcomes = outcomes_of(store, programme, sample.wave)
    work = work_done(outcomes, required=sample.plan.wanted.attempts)
    answered = interviewed(store, programme, sample.wave)
    allocation, wanted = sample.plan.allocation, sample.plan.wanted
    rows = interviews_short(
        sample.units,
        allocation.groupby("stratum").interviews.sum().to_dict(),
        answered,
        work.index[work.finished].union(pd.Index(sorted(sample.uncalled), dtype=object)),
        through=sample.through(),
        rate=wanted.response_rate * wanted.eligibility,
    )
    areas = allocation.drop_duplicates("stratum").set_index("stratum").area
    return rows.assign(area=rows.stratum.map(areas))


@permitted
def interviewed(store: Store, programme: str, wave: str) -> frozenset[str]:
    """The units of a wave that gave an interview, by its call log."""
    with store.read() as connection:
        logged = logged_interviews(connection, programme, wave)
        return frozenset() if logged is None else frozenset(connection.scalars(logged))


@permitted
def stop_fieldwork(store: Store, programme: str, wave: str, reason: str) -> Fieldwork:
    """Stop fieldwork, so that the wave can be weighted while numbers are open; who did it, when and why is recorded.

    This holds for the releases made so far: after a further release, the wave must be finished or stopped again. A
    Fault for a wave without open numbers or one that is stopped already, and for a reason that is empty or too long.
    """
    sample = read_sample(store, programme, wave)
    fieldwork, reason = fieldwork_of(store, programme, sample), " ".join(reason.split())
    if not fieldwork.open:
        raise Fault(key="calls.nothing_open", wave=wave)
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise Fault(key="calls.reason", wave=wave, found=len(reason), expected=LONGEST_REASON)
    row = {"draw_id": sample.draw_id, "releases": len(sample.releases), "units": len(sample.released)}
    row |= {"open": fieldwork.open, "reason": masked_text(reason), "at": datetime.now(UTC), "by": store.actor.name}
    with store.begin("draw", programme) as connection:
        same = stops.c.draw_id == sample.draw_id, stops.c.releases == len(sample.releases)
        if connection.scalar(sa.select(stops.c.stop_id).where(*same)) is not None:
            raise Fault(key="calls.stopped", wave=wave)
        details = {"programme": programme, "wave": wave, "open": fieldwork.open, "reason": row["reason"]}
        run = add_run(connection, store.actor, STOP, details, [("plan", sample.plan.plan_id)])
        connection.execute(stops.insert().values(**row, run_id=run))
        audit.append(connection, store.actor, STOP, details)
    return fieldwork_of(store, programme, sample)


@permitted
def stops_of_waves(store: Store, programme: str, waves: Sequence[str]) -> list[tuple[str, int]]:
    """The inputs ("stop", stop_id) of a run on these waves: one for each wave with open numbers.

    A Fault for a wave with open numbers whose fieldwork nobody stopped, and for one whose answers and call log are not
    of the same people: calls imported since its answers may know no interview of somebody, or further interviews.
    Waves that were not drawn here, or have no release yet, have no open numbers.
    """
    with store.read() as connection:
        drawn = set(connection.scalars(sa.select(schema.draws.c.wave).where(schema.draws.c.programme == programme)))
    inputs = []
    for wave in [w for w in waves if w in drawn]:
        _refuse_other_people(store, programme, wave)
        fieldwork = read_fieldwork(store, programme, wave)
        if not fieldwork.open:
            continue
        if fieldwork.stopped is None:
            units = int(fieldwork.releases.units.sum())
            raise Fault(key=OPEN, wave=wave, open=fieldwork.open, units=units, required=fieldwork.required)
        inputs.append((STOPPED, fieldwork.stopped["stop_id"]))
    return inputs


def _refuse_other_people(store: Store, programme: str, wave: str) -> None:
    """A Fault if the people of a wave's answers are not those of its logged interviews.

    Interviews that were left out of the wave count as answers. Nothing is refused where differences between the wave
    and its sample were accepted with a reason.
    """
    waves, origins = schema.waves.c, schema.origins.c
    newest = sa.select(waves.version_id).where(waves.programme == programme, waves.wave == wave)
    with store.read() as connection:
        version_id = connection.scalar(newest.order_by(waves.version.desc()).limit(1))
        if version_id is None:
            return
        origin = connection.execute(sa.select(origins.reason).where(origins.version_id == version_id)).first()
        if origin is None or origin.reason is not None:
            return
        logged = logged_interviews(connection, programme, wave)
        if logged is None:
            return
        logged_units = set(connection.scalars(logged))
    answered = set(read_object(store, version_id, RESPONDENTS, ("unit_id",)).unit_id)
    unlogged = len(answered - logged_units)
    if unlogged:
        raise Fault(key="calls.unlogged", wave=wave, count=unlogged)
    unanswered = logged_units - answered
    if unanswered:
        unanswered -= set(left_out_of(store, version_id).interviews.unit_id)
    if unanswered:
        raise Fault(key="calls.later_interviews", wave=wave, count=len(unanswered))


def round_of(connection: sa.Connection, programme: str, wave: str) -> int:
    """The round_id of a wave's fieldwork, made at the first call; a number, since ten million rows may have it."""
    of_wave = rounds.c.programme == programme, rounds.c.wave == wave
    round_id = connection.scalar(sa.select(rounds.c.round_id).where(*of_wave))
    if round_id is None:
        round_id = inserted_id(connection, rounds.insert().values(programme=programme, wave=wave))
    return round_id


def outcomes_by_unit(programme: str, wave: str) -> sa.Select:
    """unit_id, disposition, attempts: how often each number of a wave had each outcome."""
    columns = calls.c.unit_id, calls.c.disposition
    of_wave = rounds.c.programme == programme, rounds.c.wave == wave
    counts = sa.select(*columns, sa.func.count().label("attempts")).join(rounds).where(*of_wave)
    return counts.group_by(*columns)


@permitted
@remembered
def outcomes_of(store: Store, programme: str, wave: str) -> pd.DataFrame:
    """unit_id, disposition, attempts of a wave; an estimate asks for them twice, and a page at every look.

    The driver's rows are taken as they are: texts and whole numbers, of which SQLAlchemy would make an object each.
    """
    asked = outcomes_by_unit(programme, wave)
    with store.read() as connection:
        cursor = connection.execute(asked).cursor
        rows = [] if cursor is None else cursor.fetchall()
    return pd.DataFrame(rows, columns=list(asked.selected_columns.keys()))


def timed_outcomes(programme: str, wave: str) -> sa.Select:
    """at and disposition of every call of a wave."""
    of_wave = rounds.c.programme == programme, rounds.c.wave == wave
    return sa.select(calls.c.at, calls.c.disposition).join(rounds).where(*of_wave)


def attempts_between(round_id: int, first: datetime, last: datetime, *further: sa.Column) -> sa.Select:
    """unit_id, at, disposition, interviewer and further columns of a wave's attempts from first to last, both included.

    The first four are found in an index.
    """
    columns = calls.c.unit_id, calls.c.at, calls.c.disposition, calls.c.interviewer
    return sa.select(*columns, *further).where(calls.c.round_id == round_id, calls.c.at >= first, calls.c.at <= last)


def _content(disposition: pd.Series, interviewer: pd.Series) -> pd.Series:
    """What is recorded of each attempt besides its unit and time, as one text."""
    return disposition + ", " + interviewer


def _stored_content(connection: sa.Connection, round_id: int, log: pd.DataFrame) -> pd.DataFrame:
    """For each line of a log, the content stored of an attempt at that unit and time, None if there is none; and its
    mode, where the log has modes.

    Lines are compared by k = u·m + t: u is the place of a line's unit among those of the log, t that of its time among
    the log's m times.
    """
    units, times = pd.Index(log[UNIT].unique()), pd.DatetimeIndex(log[AT].unique())
    first, last = log[AT].agg(["min", "max"])
    further, nothing = ([calls.c.mode] if MODE in log else []), np.array([], dtype=object)
    keys, values = (
        [np.array([], dtype=np.int64)],
        {name: [nothing] for name in ("content", *([MODE] if further else []))},
    )
    for part in in_parts(connection, attempts_between(round_id, first, last, *further)):
        unit, time = units.get_indexer(part[UNIT]), times.get_indexer(part[AT])
        of_log = (unit >= 0) & (time >= 0)
        keys.append((unit * len(times) + time)[of_log])
        content = _content(part[DISPOSITION][of_log], part[INTERVIEWER][of_log])
        values["content"].append(content.to_numpy(dtype=object))
        if further:
            values[MODE].append(part[MODE][of_log].to_numpy(dtype=object))
    columns = {name: np.concatenate(parts) for name, parts in values.items()}
    stored = pd.DataFrame(columns, pd.Index(np.concatenate(keys)), dtype=object)
    stored = stored[~stored.index.duplicated(keep="last")]
    lines = units.get_indexer(log[UNIT]) * len(times) + times.get_indexer(log[AT])
    found = stored.reindex(lines).set_axis(log.index)
    return found.where(found.notna(), None)
