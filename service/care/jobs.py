"""Jobs: long work in another process, whose row in the store says how far it is, and how it ended."""

import os
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa

from service.care import workers
from service.figures.comparable import check_comparison
from service.figures.consequences import keep_boards
from service.figures.regular import asked_steps, wave_steps
from service.figures.waves import compare_waves
from service.intake.imports import current_programme, wave_versions
from service.store import audit, schema
from service.store.engine import STORE_VARIABLE, Store, inserted_id, store_url
from service.store.permissions import Actor, permitted
from service.store.runs import local_time, person_text
from words import Fault, Speaker

RUNNING, DONE, FAILED, CANCELLED, LOST = "running", "done", "failed", "cancelled", "lost"
BEAT = 1.0  # seconds between two heartbeats
SILENCE = timedelta(seconds=90)  # without a heartbeat, the worker counts as lost; a writer may wait 30 s for another
REFRESH, COMPARE = "refresh", "compare"
Report = Callable[[float, str], None]  # called with the progress (0..1) and the present step


@permitted
def refresh(store: Store, programme: str, *, report: Report = lambda *_: None) -> int | None:
    """Estimate every wave and make its comparisons, regular ones and others made before; returns the last run.

    What is up to date is not computed again, so a job that was interrupted continues where it was. What cannot be
    computed (a wave with open numbers, a comparison, a rolling year) is passed over; the first such Fault is raised
    when everything else is done.
    """
    measures = list(current_programme(store, programme)[1].measures)
    names = list(wave_versions(store, programme).wave.unique())
    steps = [step for wave in names for step in wave_steps(store, programme, wave)]
    steps += [step for wave in names for step in asked_steps(store, programme, wave)]
    last_run, first_fault = None, None
    for k, (what, compute) in enumerate(steps):

        def at(measure: str, k=k, what=what) -> None:
            report((k + measures.index(measure) / len(measures)) / len(steps), f"{what} · {measure}")

        report(k / len(steps), what)
        try:
            last_run = compute(at).run_id
        except Fault as fault:
            first_fault = first_fault or fault
    try:
        keep_boards(store, programme)
    except Fault as fault:
        first_fault = first_fault or fault
    if first_fault is not None:
        raise first_fault
    return last_run


@permitted
def compare_windows(
    store: Store, programme: str, before: str, after: str, *, report: Report = lambda *_: None
) -> int | None:
    """Compare any two windows of waves, measure by measure; returns the run."""
    measures, what = list(current_programme(store, programme)[1].measures), f"{before} → {after}"
    report(0.0, what)

    def at(measure: str) -> None:
        report(measures.index(measure) / len(measures), f"{what} · {measure}")

    return compare_waves(store, programme, before, after, progress=at).run_id


WORK = {REFRESH: refresh, COMPARE: compare_windows}


@permitted
def start(store: Store, use_case: str, programme: str, **windows: str) -> int:
    """Start a job in another process (`workers`), and return its number; a Fault if this programme has one already.

    windows: before and after, for COMPARE; a comparison that would fail is refused here, before it starts.
    The process acts as the person who started the job, and what it computes is recorded in their name.
    """
    mark_lost(store)
    current_programme(store, programme)
    if use_case == COMPARE:
        check_comparison(store, programme, windows["before"], windows["after"])
    now = datetime.now(UTC)
    row: dict[str, Any] = dict(use_case=use_case, arguments={"programme": programme} | windows, resource=programme)
    row |= dict(by=store.actor.name, started=now, heartbeat=now, host=socket.gethostname())
    row |= dict(state=RUNNING, progress=0.0, step="", cancel=False)
    with store.begin("job", programme) as connection:
        if (running := unfinished(connection, programme)) is not None:
            raise Fault(key="jobs.taken", job=running.job_id, by=running.by, programme=programme)
        job_id = inserted_id(connection, schema.jobs.insert().values(**row))
        details = {"job": job_id, "use_case": use_case, "programme": programme} | windows
        audit.append(connection, store.actor, "begin-job", details)
    environment = {**os.environ, STORE_VARIABLE: store.engine.url.render_as_string(hide_password=False)}
    pid = workers.hand_over(job_id, store.actor.role, environment, lambda earlier: _is_done(store, earlier))
    _write(store, job_id, pid=pid)
    return job_id


@permitted
def cancel(store: Store, job_id: int) -> None:
    """Ask a job to end, which its worker does at its next heartbeat; the runs that it finished before remain."""
    with store.begin() as connection:
        jobs = schema.jobs
        unfinished = jobs.c.job_id == job_id, jobs.c.finished.is_(None)
        if connection.execute(jobs.update().where(*unfinished).values(cancel=True)).rowcount == 0:
            raise Fault(key="jobs.not_running", job=job_id)
        audit.append(connection, store.actor, "cancel-job", {"job": job_id})


@permitted
def job_list(store: Store) -> pd.DataFrame:
    """Every job, newest first; jobs whose workers are gone are marked as lost first."""
    mark_lost(store)
    jobs = store.table(sa.select(schema.jobs).order_by(schema.jobs.c.job_id.desc()))
    return jobs.astype(object).where(jobs.notna(), None)


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
    """The job that works on a programme (`resource`), or None."""
    jobs = schema.jobs
    return connection.execute(sa.select(jobs).where(jobs.c.resource == resource, jobs.c.finished.is_(None))).first()


def seconds_left(job: Mapping, now: datetime) -> float | None:
    """The time left if work goes on as fast as before: t (1 − p)/p, with t seconds for the part p; None if p = 0."""
    p = job["progress"]
    return None if p <= 0 else (now - _utc(job["started"])).total_seconds() * (1 - p) / p


def job_text(job: Mapping, t: Speaker) -> str:
    """A job in one line: its number, work, state, person, progress, time left, result, and why it failed."""
    values = {
        "job": job["job_id"],
        "use_case": t(f"job.{job['use_case']}"),
        "resource": job["resource"],
        "by": person_text(job["by"], t),
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
    """Mark as lost the jobs whose worker has no heartbeat, or is no longer a process of this machine."""
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
    """What the worker does: compute as the store's actor, report the progress, and record how the job ended."""
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
    """Write heartbeats until the work has ended; a cancelled job's process is ended, and its transaction undone."""
    jobs = schema.jobs
    while not ended.wait(BEAT):
        with suppress(Fault):  # the store is busy: the next heartbeat comes soon
            with store.read() as connection:
                row = connection.execute(sa.select(jobs.c.cancel, jobs.c.finished).where(jobs.c.job_id == job_id)).one()
            if row.cancel:
                _finish(store, job_id, CANCELLED)
            if row.cancel or row.finished is not None:  # marked as lost: another job may be at work
                os._exit(0)
            _write(store, job_id, heartbeat=datetime.now(UTC))


def _write(store: Store, job_id: int, **values: Any) -> None:
    """Set values in the job's row, unless the job has ended."""
    jobs = schema.jobs
    with store.begin() as connection:
        if_running = jobs.c.job_id == job_id, jobs.c.finished.is_(None)
        connection.execute(jobs.update().where(*if_running).values(**values))


def _finish(store: Store, job_id: int, state: str, **values: Any) -> None:
    _write(store, job_id, state=state, finished=datetime.now(UTC), **values)


def _alive(pid: int | None) -> bool:
    """Whether the process exists; on Windows, where asking could end it, only its heartbeat tells."""
    if pid is None:
        return True
    if workers.has_gone(pid):
        return False
    if os.name == "nt":
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


def _is_done(store: Store, job_id: int) -> bool:
    """Whether a job has ended well; the process of one that was cancelled, lost or broken may be about to end."""
    with store.read() as connection:
        return connection.scalar(sa.select(schema.jobs.c.state).where(schema.jobs.c.job_id == job_id)) == DONE


def _work_as_started(job_id: int, role: str) -> None:
    """Work on a job of the store as the person who started it."""
    store = Store.open(store_url())
    with store.read() as connection:
        name = connection.execute(sa.select(schema.jobs.c.by).where(schema.jobs.c.job_id == job_id)).scalar_one()
    work(store.acting(Actor(name, role)), job_id)
    store.engine.dispose()


if __name__ == "__main__":
    workers.wait_for_jobs(_work_as_started)
