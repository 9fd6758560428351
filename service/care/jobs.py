"""Jobs: long work in a process of its own, with a row that says how far it is, that it lives, and what came of it."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from service.fieldwork import calls
from service.figures.waves import compare_waves, estimate_wave
from service.intake.imports import current_programme, wave_versions
from service.store import audit, schema
from service.store.engine import STORE_VARIABLE, Store, inserted_id, store_url
from service.store.permissions import Actor, permitted
from service.store.runs import local_time
from words import Fault

RUNNING, DONE, FAILED, CANCELLED, LOST = "running", "done", "failed", "cancelled", "lost"
BEAT = 1.0  # seconds between two signs of life
SILENCE = timedelta(seconds=90)  # without one the worker counts as gone; a writer may wait 30 s for another
REFRESH = "refresh"
ROOT = Path(__file__).parents[2]
_started: dict[int, subprocess.Popen] = {}  # workers of this process, so that an ended one leaves no zombie
Report = Callable[[float, str], None]  # how far (0..1), and at what


@permitted
def refresh(store: Store, programme: str, *, report: Report = lambda *_: None) -> int | None:
    """Estimate every wave and compare every neighbour as the programme and waves now stand; the last run.

    What stands already is not computed again, so a job that was broken off goes on where it was.  A wave with open
    numbers is passed over, and named by a Fault when all else is done.
    """
    _, plan = current_programme(store, programme)
    waves = list(wave_versions(store, programme).wave.unique())
    pairs = [(one, two) for one, two in pairwise(waves) if plan.break_between(one, two) is None]
    last, unfinished_wave, measures, steps = None, None, list(plan.measures), len(waves) + len(pairs)
    for k, step in enumerate([(wave,) for wave in waves] + pairs):
        what = " → ".join(step)

        def at(measure: str, k=k, what=what) -> None:
            report((k + measures.index(measure) / len(measures)) / steps, f"{what} · {measure}")

        report(k / steps, what)
        work = estimate_wave if len(step) == 1 else compare_waves
        try:
            last = work(store, programme, *step, progress=at).run_id
        except Fault as fault:
            if fault.key != calls.OPEN:
                raise
            unfinished_wave = unfinished_wave or fault
    if unfinished_wave is not None:
        raise unfinished_wave
    return last


WORK = {REFRESH: refresh}


@permitted
def start(store: Store, use_case: str, programme: str) -> int:
    """Begin a job in a process of its own; its number.  A Fault if one is working on this programme already.

    The process acts as whoever began the job: what it computes bears their name and role.
    """
    mark_lost(store)
    current_programme(store, programme)
    now = datetime.now(UTC)
    row: dict[str, Any] = dict(use_case=use_case, arguments={"programme": programme}, resource=programme, state=RUNNING)
    row |= dict(by=store.actor.name, started=now, heartbeat=now, host=socket.gethostname())
    row |= dict(progress=0.0, step="", cancel=False)
    with store.begin("job", programme) as connection:
        if (other := unfinished(connection, programme)) is not None:
            raise Fault(key="jobs.taken", job=other.job_id, by=other.by, programme=programme)
        job_id = inserted_id(connection, schema.jobs.insert().values(**row))
        told = {"job": job_id, "use_case": use_case, "programme": programme}
        audit.append(connection, store.actor, "begin-job", told)
    environment = {**os.environ, STORE_VARIABLE: store.engine.url.render_as_string(hide_password=False)}
    worker = subprocess.Popen(
        [sys.executable, "-m", "service.care.jobs", str(job_id), store.actor.role],
        env=environment | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # it outlives the page and the terminal it was started from
    )
    _started[worker.pid] = worker
    _write(store, job_id, pid=worker.pid)
    return job_id


@permitted
def cancel(store: Store, job_id: int) -> None:
    """Ask a job to end; its worker does so at its next sign of life.  What it finished before stays."""
    with store.begin() as connection:
        jobs = schema.jobs
        unfinished = jobs.c.job_id == job_id, jobs.c.finished.is_(None)
        if connection.execute(jobs.update().where(*unfinished).values(cancel=True)).rowcount == 0:
            raise Fault(key="jobs.not_running", job=job_id)
        audit.append(connection, store.actor, "cancel-job", {"job": job_id})


@permitted
def job_list(store: Store) -> pd.DataFrame:
    """Every job, newest first; workers that are gone are marked lost on the way."""
    mark_lost(store)
    found = store.frame(sa.select(schema.jobs).order_by(schema.jobs.c.job_id.desc()))
    return found.astype(object).where(found.notna(), None)


@permitted
def newest_job(store: Store, programme: str) -> Mapping | None:
    """The programme's newest job, or None."""
    mark_lost(store)
    jobs = schema.jobs
    select = sa.select(jobs).where(jobs.c.resource == programme).order_by(jobs.c.job_id.desc()).limit(1)
    with store.read() as connection:
        row = connection.execute(select).mappings().first()
    return None if row is None else dict(row)


def unfinished(connection: sa.Connection, resource: str) -> sa.Row | None:
    """The job that works on this, or None."""
    jobs = schema.jobs
    return connection.execute(sa.select(jobs).where(jobs.c.resource == resource, jobs.c.finished.is_(None))).first()


def seconds_left(job: Mapping, now: datetime) -> float | None:
    """Time left if the rest goes as fast as what is done: t (1 − p)/p; None while nothing is done."""
    p = job["progress"]
    return None if p <= 0 else (now - _utc(job["started"])).total_seconds() * (1 - p) / p


def job_text(job: Mapping, t) -> str:
    """A job in one line: number, what it does, its state, how far and how long still, by whom, and why it failed."""
    values = {
        "job": job["job_id"],
        "use_case": t(f"job.{job['use_case']}"),
        "resource": job["resource"],
        "by": job["by"],
    }
    parts = [t("jobs.line", **values, state=t(f"job.{job['state']}"), at=local_time(job["started"]))]
    if job["state"] in (RUNNING, LOST, CANCELLED):
        parts.append(t("jobs.progress", percent=round(100 * job["progress"]), step=job["step"] or "–"))
    if job["state"] == RUNNING:
        left = seconds_left(job, datetime.now(UTC))
        parts.append(t("jobs.left_unknown") if left is None else t("jobs.left", minutes=-(-left // 60)))
    if job["run_id"] is not None:
        parts.append(t("jobs.result", run=int(job["run_id"])))
    if job["fault"]:
        parts.append(t(job["fault"], **job["fault_values"]))
    return t("jobs.between").join(parts)


@permitted
def mark_lost(store: Store) -> None:
    """Give up jobs whose worker gives no sign of life, or is no process of this machine any more."""
    jobs = schema.jobs
    with store.read() as connection:
        running = connection.execute(sa.select(jobs).where(jobs.c.finished.is_(None))).all()
    now = datetime.now(UTC)
    for job in running:
        if now - _utc(job.heartbeat) > SILENCE or (job.host == socket.gethostname() and not _alive(job.pid)):
            at = f"{_utc(job.heartbeat):%Y-%m-%d %H:%M:%S}Z"
            _finish(store, job.job_id, LOST, fault="jobs.lost", fault_values={"at": at, "pid": str(job.pid)})


@permitted
def work(store: Store, job_id: int) -> None:
    """What the worker does: compute as the store's actor, report, and leave in the job's row what came of it."""
    with store.read() as connection:
        job = connection.execute(sa.select(schema.jobs).where(schema.jobs.c.job_id == job_id)).one()
    ended = threading.Event()
    threading.Thread(target=_live, args=(store, job_id, ended), daemon=True).start()

    def report(progress: float, step: str) -> None:
        _write(store, job_id, progress=progress, step=step)

    try:
        run_id = WORK[job.use_case](store, **job.arguments, report=report)
        ended.set()
        _finish(store, job_id, DONE, progress=1.0, run_id=run_id)
    except Fault as fault:
        ended.set()
        _finish(store, job_id, FAILED, fault=fault.key, fault_values=dict(fault.values))
    except Exception as error:
        ended.set()
        problem = f"{type(error).__name__}: {error}"
        _finish(store, job_id, FAILED, fault="jobs.broke", fault_values={"problem": problem})
        raise


def _live(store: Store, job_id: int, ended: threading.Event) -> None:
    """Signs of life until the work ended; a cancelled job stops here: an unfinished transaction leaves nothing."""
    jobs = schema.jobs
    while not ended.wait(BEAT):
        with suppress(Fault):  # the store is busy: the next beat comes soon
            with store.read() as connection:
                now = connection.execute(sa.select(jobs.c.cancel, jobs.c.finished).where(jobs.c.job_id == job_id)).one()
            if now.cancel:
                _finish(store, job_id, CANCELLED)
            if now.cancel or now.finished is not None:  # given up for lost: somebody else may be at it
                os._exit(0)
            _write(store, job_id, heartbeat=datetime.now(UTC))


def _write(store: Store, job_id: int, **values) -> None:
    jobs = schema.jobs
    with store.begin() as connection:
        this = jobs.c.job_id == job_id, jobs.c.finished.is_(None)
        connection.execute(jobs.update().where(*this).values(**values))


def _finish(store: Store, job_id: int, state: str, **values) -> None:
    _write(store, job_id, state=state, finished=datetime.now(UTC), **values)


def _alive(pid: int | None) -> bool:
    """Whether the process is there; where that cannot be asked without harm (Windows), its heartbeat decides."""
    if pid in _started and _started[pid].poll() is not None:
        return False
    if pid is None or os.name == "nt":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=at.tzinfo or UTC)


def _as_begun(store: Store, job_id: int, role: str) -> Store:
    """The store in the hands of whoever began the job."""
    with store.read() as connection:
        name = connection.execute(sa.select(schema.jobs.c.by).where(schema.jobs.c.job_id == job_id)).scalar_one()
    return store.acting(Actor(name, role))


if __name__ == "__main__":
    number, begun_in = int(sys.argv[1]), sys.argv[2]
    work(_as_begun(Store.open(store_url()), number, begun_in), number)
