"""The doctor: whether the installation fits and the store is undamaged, up to date and has room, with advice if not."""

import platform
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import pandas as pd
import sqlalchemy as sa
from packaging.requirements import Requirement

from service.care import jobs
from service.figures.computing import COMPUTE
from service.protection import keys
from service.protection.erasure import leftovers, owed
from service.protection.vault import contact_lists, key_fingerprint
from service.store import migration, sickness
from service.store.engine import Store, engine_of, shown
from service.store.large_objects import NOWHERE, orphans, outside, unsound
from service.store.objects import damaged_objects
from service.store.place import ABSENT, DAMAGED, ENDING, place_of
from service.store.runs import code_version, run_list
from service.store.trail import verify_trail
from words import Fault

FINE, NOTE, BAD = "fine", "note", "bad"
ROOM = 500_000_000  # bytes that should be free besides as many as the store itself takes
OLDEST_SERVER = 14  # the oldest PostgreSQL version that is supported


@dataclass(frozen=True)
class Finding:
    """One thing that was examined: a key in words/ with its values; FINE, NOTE, or BAD (its sentence gives advice)."""

    grade: str
    key: str
    values: dict = field(default_factory=dict)


def examine(url: str) -> list[Finding]:
    """All findings, in order; nothing is changed, and a store of older code is not brought up to date."""
    findings = list(_versions())
    try:
        engine = engine_of(url)
        if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").is_file():
            return [*findings, Finding(BAD, "store.absent", {"url": shown(url)})]
        with engine.connect().execution_options(reading=True) as connection:
            findings += _engine(connection, url)
            revision = migration.revision_of(connection)
            findings += _migrations(revision, url)
            findings += _space(connection)
            if revision == migration.head():
                findings += _objects(connection)
                findings += _outside(connection)
                findings += _contents(Store(engine))
                findings += _key(Store(engine))
                findings += _trail(Store(engine))
                findings += _erased(Store(engine))
        engine.dispose()
    except Fault as fault:
        findings.append(Finding(BAD, fault.key, dict(fault.values)))
    except sa.exc.DBAPIError as error:
        key = sickness.sickness_of(error.orig) or sickness.UNREACHABLE
        findings.append(Finding(BAD, key, {"url": shown(url), "problem": sickness.first_line(error.orig)}))
    return findings


def _versions() -> Iterator[Finding]:
    yield Finding(FINE, "doctor.versions", {"rankshift": code_version(), "python": platform.python_version()})
    for text in requires("rankshift") or []:
        need = Requirement(text)
        if need.marker is not None and not need.marker.evaluate():
            continue
        try:
            installed = version(need.name)
        except PackageNotFoundError:
            installed = "-"
        if installed == "-" or not need.specifier.contains(installed, prereleases=True):
            yield Finding(
                BAD, "doctor.package", {"package": need.name, "found": installed, "expected": str(need.specifier)}
            )


def _engine(connection: sa.Connection, url: str) -> Iterator[Finding]:
    if connection.dialect.name == "postgresql":
        server_version = connection.exec_driver_sql("SHOW server_version").scalar()
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
        old = int((connection.dialect.server_version_info or (0,))[0]) < OLDEST_SERVER
        values = {"url": shown(url), "found": server_version, "encoding": encoding, "expected": OLDEST_SERVER}
        yield _finding("doctor.postgresql", old or encoding != "UTF8", values)
        return
    journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
    yield Finding(FINE, "doctor.sqlite", {"url": shown(url), "found": sqlite3.sqlite_version, "journal": journal})
    if journal != "wal":
        yield Finding(BAD, "doctor.journal", {"journal": journal})
    problem = connection.exec_driver_sql("PRAGMA quick_check").scalar()
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if problem != "ok" or broken is not None:
        yield Finding(
            BAD, "doctor.damaged", {"problem": problem if broken is None or problem != "ok" else str(tuple(broken))}
        )


def _migrations(revision: str | None, url: str) -> Iterator[Finding]:
    values = {"url": shown(url), "found": revision, "expected": migration.head()}
    if revision is None:
        yield Finding(BAD, "store.absent", {"url": shown(url)})
    elif revision == migration.head():
        yield Finding(FINE, "doctor.current", values)
    elif revision in migration.revisions():
        yield Finding(NOTE, "doctor.behind", values)
    else:
        yield Finding(BAD, migration.refusal(revision), values)


def _space(connection: sa.Connection) -> Iterator[Finding]:
    if connection.dialect.name == "postgresql":
        size = connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one()
        yield Finding(FINE, "doctor.size", {"size": _megabytes(size)})
        return
    file = Path(str(connection.engine.url.database)).resolve()
    size = sum(part.stat().st_size for part in file.parent.glob(f"{file.name}*"))
    free = shutil.disk_usage(file.parent).free
    short = free < size + ROOM
    values = {"size": _megabytes(size), "free": _megabytes(free), "folder": str(file.parent)}
    yield _finding("doctor.space", short, values)


def _objects(connection: sa.Connection) -> Iterator[Finding]:
    """Whether every wave's tables are the ones that were written."""
    damaged = [f"{name} {version_id}" for version_id, name in damaged_objects(connection)]
    yield _finding("doctor.objects", len(damaged) > 0, {"objects": damaged})


def _outside(connection: sa.Connection) -> Iterator[Finding]:
    """Whether the objects outside the store are where they belong, and whether others lie there too."""
    count, size = connection.execute(sa.select(sa.func.count(), sa.func.sum(outside.c.size))).one()
    place = place_of(connection)
    shown_place = NOWHERE if place is None else place.shown
    if count:
        yield Finding(FINE, "doctor.outside", {"count": count, "size": _megabytes(int(size)), "place": shown_place})
        for state, digests in unsound(connection).items():
            names = [digest + ENDING for digest in digests]
            if names:
                keys_of = {ABSENT: "doctor.outside_absent", DAMAGED: "doctor.outside_damaged"}
                yield Finding(BAD, keys_of[state], {"objects": names, "place": shown_place})
    if left := orphans(connection):
        sizes = _megabytes(sum(each.size for each in left))
        yield Finding(NOTE, "doctor.orphans", {"count": len(left), "size": sizes, "place": shown_place})


def _contents(store: Store) -> Iterator[Finding]:
    runs = run_list(store)
    subjects = [str([v for v in a.values() if not isinstance(v, dict)]) for a in runs.arguments]  # without counts
    newest = runs[~runs.assign(arguments=subjects).duplicated(["use_case", "arguments"])]
    outdated = newest[newest.outdated & newest.use_case.isin(COMPUTE)]
    yield _finding("doctor.outdated", len(outdated) > 0, {"count": len(outdated)}, NOTE)
    for job in jobs.job_list(store).to_dict("records"):
        if job["state"] == jobs.LOST and job["job_id"] == jobs.newest_job(store, job["resource"])["job_id"]:
            yield Finding(NOTE, "doctor.lost_job", {"job": job["job_id"], "resource": job["resource"]})


def _key(store: Store) -> Iterator[Finding]:
    """Whether the key at hand is the one that encrypted the numbers in the store, and only its owner can read it."""
    lists = sum(row["purged"] is None or pd.isna(row["purged"]) for row in contact_lists(store).to_dict("records"))
    expected = key_fingerprint(store)
    if not lists:  # without numbers no key is needed
        return
    try:
        fingerprint = keys.find_key().fingerprint
    except Fault as fault:
        problem = "doctor.key_absent" if fault.key == "key.absent" else fault.key
        yield Finding(
            BAD, problem, {**fault.values, "count": lists, "expected": fault.values.get("expected", expected)}
        )
        return
    values = {"found": fingerprint, "expected": expected, "count": lists, "file": str(keys.key_file())}
    waiting = keys.next_file(keys.key_file())
    if fingerprint != expected and waiting.exists():
        yield Finding(BAD, "doctor.key_half", values | {"waiting": str(waiting)})
    else:
        yield _finding("doctor.key", fingerprint != expected, values)


def _trail(store: Store) -> Iterator[Finding]:
    """Whether the audit trail is whole: a restore that was stopped just before its last step shows here."""
    verified = verify_trail(store)
    for finding in verified.findings:
        yield Finding(BAD, finding.key, {"number": finding.number})
    if not verified.findings:
        yield Finding(FINE, "doctor.trail", {"count": verified.head.number})


def _erased(store: Store) -> Iterator[Finding]:
    """Whether what was deleted may still stand in files."""
    left = [str(file) for file in leftovers(store)]
    yield _finding("doctor.leftovers", len(left) > 0, {"files": left}, NOTE)
    if owed(store):
        yield Finding(BAD, "doctor.unscrubbed")


def _finding(key: str, bad: bool, values: dict, grade: str = BAD) -> Finding:
    return Finding(grade, f"{key}_bad", values) if bad else Finding(FINE, key, values)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
