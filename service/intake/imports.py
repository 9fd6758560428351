"""Use cases of imports: a file is imported completely or not at all, and every attempt is recorded."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pandas as pd
import sqlalchemy as sa

from fieldwork.dispositions import INTERVIEW
from fieldwork.phone_numbers import masked_text
from programme.declared import Programme
from programme.survey import read_programme
from programme.versions import CORRECTED, UNCHANGED, Step, Version, next_step, number_of
from programme.wave_names import check_wave_name
from service.files.choice import Choice
from service.intake.import_log import Imported, Tried, log_attempt, refusals_logged
from service.intake.made_faults import MadeOf, said_of_numbers
from service.intake.parsed import parsed_programme
from service.store import audit, schema
from service.store.engine import Store, inserted_id
from service.store.objects import add_objects
from service.store.permissions import permitted
from service.store.remembered import remembered_while_called
from service.store.runs import add_run
from words import Fault

if TYPE_CHECKING:  # who only asks what was imported reads no file
    from service.intake.margin_file import MarginFile
    from service.intake.records_file import RecordsFile
    from service.intake.wave_file import WaveData

RESPONSES = "responses"  # of the arguments of an import: the digest of the responses that the wave was made of
EDITED = "edit-rules"  # the action in the audit trail when somebody changed a programme and said why


@permitted
def import_programme(store: Store, content: bytes, file: str, *, note: str = "", began: int | None = None) -> Imported:
    """Import a programme's TOML file; the same content again changes nothing, other content is a new version.

    note: why it changes, where somebody says so; it is kept with the version and in the audit trail
    began: the version that somebody edited; a Fault if there is a newer one.  None: the newest as the import begins
    """
    tried = Tried("", "", masked_text(file), store.actor)
    with refusals_logged(store, tried):
        programme = read_programme(content, file)
        if began is None:
            with store.read() as connection:
                began = number_of(newest_version(connection, schema.programmes, programme=programme.name))
        with store.begin("programme", programme.name) as connection:
            imported = _add_programme(connection, programme, content, tried, began, masked_text(note))
            log_attempt(connection, tried, imported)
    return imported


@permitted
def import_wave(
    store: Store,
    programme_name: str,
    wave: str,
    content: bytes,
    file: str,
    *,
    records: "RecordsFile | None" = None,
    choice: Choice | None = None,
    reason: str | None = None,
    made: MadeOf | None = None,
) -> Imported:
    """Import one wave's file; the same answers again change nothing, corrected ones are a new version.

    records: the administrative records of the wave's areas, where the programme has some.
    choice: the sheet or the encoding of the file, where the user named it.
    reason: why the file may differ from the sample drawn for the wave (`of_sample.compare`); it is kept with the wave
    and stands beside every figure.
    made: the responses and numbers that the wave was made of here; None: its file came from elsewhere.
    """
    from service.intake.drawn_wave import drawn_wave
    from service.intake.out_again import leave_out_again, out_again
    from service.intake.wave_file import read_wave

    tried = Tried(programme_name, masked_text(wave), masked_text(file), store.actor)
    with refusals_logged(store, tried):
        check_wave_name(wave)
        programme_id, programme = current_programme(store, programme_name)
        with store.read() as connection:
            newest = _last(connection, schema.waves, programme=programme_name, wave=wave)
        began = 0 if newest is None else newest.version
        interviewers = interviewers_of(store, programme, wave)
        drawn = drawn_wave(store, programme_name, wave)
        with said_of_numbers(wave, made):
            data = read_wave(content, file, programme, records, interviewers, choice, wave, drawn, reason)
        again = None if newest is None else out_again(store, wave, newest.version_id, data)
        with store.begin("wave", programme_name, wave) as connection:
            digests = {"file": hashlib.sha256(content).hexdigest()} | ({} if made is None else {RESPONSES: made.digest})
            whole = None if again is None else again.whole
            imported = _add_wave(connection, data, digests, programme_id, tried, began, whole)
            log_attempt(connection, tried, imported)
            if again is not None and imported.outcome == CORRECTED:
                left = leave_out_again(connection, store, programme, data, again)
                imported = replace(
                    imported, version=imported.version + (left > 0), interviews=imported.interviews - left
                )
    return replace(imported, notes=(*data.notes, *(again.notes if again is not None else ())))


@permitted
def interviewers_of(store: Store, programme: Programme, wave: str) -> dict[str, str]:
    """Who interviewed each unit of a wave, by its call log; nothing if the wave's file has a column for this."""
    if programme.interviewers is None or programme.interviewers.column:
        return {}
    calls, rounds = schema.calls, schema.rounds
    of_wave = rounds.c.programme == programme.name, rounds.c.wave == wave, calls.c.disposition.in_(INTERVIEW)
    select = sa.select(calls.c.unit_id, calls.c.interviewer).join(rounds).where(*of_wave).order_by(calls.c.at)
    with store.read() as connection:
        return {unit: interviewer for unit, interviewer in connection.execute(select)}


@permitted
def import_margins(store: Store, programme: str, content: bytes, file: str, choice: Choice | None = None) -> Imported:
    """Import known totals to calibrate to; other totals of the same period are a new version of them.

    What is kept is the file itself if it is CSV in UTF-8 with commas, else its totals as such a file.
    """
    from service.intake.margin_file import codes_of, margins_as_csv, read_margins

    tried = Tried(programme, "", masked_text(file), store.actor)
    with refusals_logged(store, tried):
        programme_id, content_of = current_programme(store, programme)
        versions = sa.select(schema.margins.c.period, sa.func.max(schema.margins.c.version))
        with store.read() as connection:  # of every period: only the file says which one it is of
            of_programme = versions.where(schema.margins.c.programme == programme).group_by(schema.margins.c.period)
            began = dict(connection.execute(of_programme).all())
        margins = read_margins(content, file, choice, codes_of(content_of))
        period, kept = margins.period, content if margins.plain else margins_as_csv(margins)
        with store.begin("margins", programme, period) as connection:
            imported = _add_margins(connection, period, kept, programme_id, tried, began.get(period, 0))
            log_attempt(connection, tried, imported)
    return replace(imported, notes=margins.notes)


@permitted
def current_margins(store: Store, programme: str, period: str) -> int:
    """The version_id of the newest known totals of a period; if there are none, a Fault names the other periods."""
    with store.read() as connection:
        row = _last(connection, schema.margins, programme=programme, period=period)
    if row is None:
        select = sa.select(schema.margins.c.period).where(schema.margins.c.programme == programme).distinct()
        known = sorted(store.table(select).period)
        raise Fault(key="weighting.period", expected=period, programme=programme, found=known)
    return row.version_id


@permitted
def load_margins(store: Store, version_id: int) -> "MarginFile":
    """One version of known totals."""
    from service.intake.margin_file import read_margins

    select = sa.select(schema.margins).where(schema.margins.c.version_id == version_id)
    with store.read() as connection:
        row = connection.execute(select).one()
    return read_margins(row.content, row.file)


@permitted
@remembered_while_called
def current_programme(store: Store, name: str) -> tuple[int, Programme]:
    """The version_id and content of a programme's newest version."""
    programmes = schema.programmes.c
    newest = sa.select(programmes.version_id).where(programmes.programme == name).order_by(programmes.version.desc())
    with store.read() as connection:
        version_id = connection.scalar(newest.limit(1))
        if version_id is not None:
            return version_id, parsed_programme(connection, version_id)
    raise Fault(key="programme.unknown", found=name, expected=programme_names(store))


@permitted
def programme_of_run(store: Store, run_id: int) -> Programme:
    """The version of the programme that a run read."""
    inputs = schema.run_inputs.c
    read = sa.select(inputs.version_id).where(inputs.run_id == run_id, inputs.kind == "programme")
    with store.read() as connection:
        return parsed_programme(connection, connection.execute(read).scalar_one())


@permitted
@remembered_while_called
def programme_names(store: Store) -> list[str]:
    """The names of the imported programmes."""
    return sorted(store.table(sa.select(schema.programmes.c.programme).distinct()).programme)


@permitted
@remembered_while_called
def wave_versions(store: Store, programme: str) -> pd.DataFrame:
    """Every version of every wave of a programme, oldest wave first; `current` marks the newest version of each."""
    waves = schema.waves
    select = sa.select(waves).where(waves.c.programme == programme).order_by(waves.c.wave, waves.c.version)
    versions = store.table(select)
    return versions.assign(current=~versions.duplicated("wave", keep="last"))


@permitted
def current_wave(store: Store, programme: str, wave: str) -> int:
    """The version_id of a wave's newest version."""
    versions = wave_versions(store, programme)
    current = versions[versions.current & (versions.wave == wave)]
    if versions.empty:
        raise Fault(key="wave.none", programme=programme)
    if current.empty:
        raise Fault(
            key="wave.unknown",
            found=wave,
            programme=programme,
            expected=list(versions.wave.unique()),
        )
    return int(current.version_id.iloc[0])


def _add_programme(
    connection: sa.Connection, programme: Programme, content: bytes, tried: Tried, began: int, note: str
) -> Imported:
    newest = newest_version(connection, schema.programmes, programme=programme.name)
    step = next_step(newest, programme.digest, began=began)
    if step.writes:
        arguments = {"file": tried.file} | ({"note": note} if note else {})
        run_id = add_run(connection, tried.actor, "import-programme", arguments, ())
        row = dict(programme=programme.name, version=step.version, digest=programme.digest, file=tried.file)
        connection.execute(schema.programmes.insert().values(**row, content=content, run_id=run_id))
        if note:
            details = {"programme": programme.name, "version": step.version, "note": note}
            audit.append(connection, tried.actor, EDITED, details)
    return Imported(step.outcome, programme.name, "", step.version)


def _add_wave(
    connection: sa.Connection,
    data: "WaveData",
    digests: Mapping[str, str],
    programme_id: int,
    tried: Tried,
    began: int,
    whole: str | None = None,
) -> Imported:
    """digests: of the file, and of the responses that it was made of, if it was;  whole: that of the wave before
    interviews were left out of it, None if none were.
    """
    key, count = {"programme": tried.programme, "wave": tried.wave}, len(data.respondents)
    newest = newest_version(connection, schema.waves, **key)
    same = data.digest == whole and number_of(newest) == began
    step = Step(UNCHANGED, began) if same else next_step(newest, data.digest, began=began)
    if step.writes:
        arguments = {**key, "file": tried.file} | {name: d for name, d in digests.items() if name != "file"}
        run_id = add_run(connection, tried.actor, "import-wave", arguments, [("programme", programme_id)])
        row = dict(**key, version=step.version, digest=data.digest, file=tried.file, file_digest=digests["file"])
        wave_id = inserted_id(connection, schema.waves.insert().values(**row, interviews=count, run_id=run_id))
        add_objects(connection, wave_id, data.objects)
        if data.origin is not None:
            connection.execute(schema.origins.insert().values(version_id=wave_id, **asdict(data.origin)))
            if data.origin.reason is not None:
                details = key | {"differences": dict(data.origin.differences), "reason": data.origin.reason}
                audit.append(connection, tried.actor, "accept-differences", details)
    return Imported(step.outcome, tried.programme, tried.wave, step.version, count)


def _add_margins(
    connection: sa.Connection, period: str, content: bytes, programme_id: int, tried: Tried, began: int
) -> Imported:
    key, digest = {"programme": tried.programme, "period": period}, hashlib.sha256(content).hexdigest()
    step = next_step(newest_version(connection, schema.margins, **key), digest, began=began)
    if step.writes:
        arguments = {**key, "file": tried.file}
        run_id = add_run(connection, tried.actor, "import-margins", arguments, [("programme", programme_id)])
        row = dict(**key, version=step.version, digest=digest, file=tried.file, content=content, run_id=run_id)
        connection.execute(schema.margins.insert().values(**row))
    return Imported(step.outcome, tried.programme, period, step.version)


def newest_version(connection: sa.Connection, table: sa.Table, **key: str) -> Version | None:
    """The newest version of what the key names, as `next_step` wants it; None if there is none."""
    row = _last(connection, table, **key)
    return None if row is None else Version(row.version, row.digest, row.file)


def _last(connection: sa.Connection, table: sa.Table, **key: str) -> sa.Row | None:
    """The row of the newest version, or None."""
    select = sa.select(table).where(*(table.c[k] == v for k, v in key.items()))
    return connection.execute(select.order_by(table.c.version.desc()).limit(1)).first()
