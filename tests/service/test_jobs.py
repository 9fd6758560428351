"""Jobs: a process of its own, one a programme, its progress, its end by itself, by cancel and by kill."""

import io
import os
import signal
import socket
import sys
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from made_up import BOTH, JUNE, MAY, NAME, as_csv, begin_survey, contents, interviews, row_counts, take

from service.care import jobs, workers
from service.figures.league import newest_comparison
from service.store import schema
from service.store.engine import Store
from service.store.permissions import STATISTICIAN, Actor
from service.store.runs import outdated_runs, run_list
from service.store.trail import trail_lines
from words import Fault

BEN = Actor("ben", STATISTICIAN)


@pytest.fixture
def surveyed(store):
    begin_survey(store)
    for seed, wave in enumerate((MAY, JUNE), 1):
        take(store, wave, as_csv(interviews(seed)))
    return store


def ended(store: Store, seconds: float = 120) -> dict:
    """The programme's newest job once it is finished."""
    until = time.monotonic() + seconds
    while (job := jobs.newest_job(store, NAME))["finished"] is None:
        assert time.monotonic() < until, job
        time.sleep(0.1)
    return job


def row(store: Store, **values) -> int:
    """A running job's row, its worker being this process unless told otherwise."""
    now = datetime.now(UTC)
    mine = dict(
        use_case="refresh", arguments={"programme": NAME}, resource=NAME, by="ann", state="running", cancel=False
    )
    mine |= dict(progress=0.0, step="", started=now, heartbeat=now, host=socket.gethostname(), pid=os.getpid())
    with store.begin() as connection:
        return connection.execute(schema.jobs.insert().values(**mine | values)).inserted_primary_key[0]


def test_a_job_computes_everything_in_a_process_of_its_own_and_its_result_stays(surveyed):
    number = jobs.start(surveyed.acting(BEN), jobs.REFRESH, NAME)
    with pytest.raises(Fault, match=f"Job {number} of ben is already working on programme {NAME}") as caught:
        jobs.start(surveyed, jobs.REFRESH, NAME)
    assert caught.value.key == "jobs.taken"
    job = ended(surveyed)
    assert (job["job_id"], job["state"], job["progress"], job["by"]) == (number, "done", 1.0, "ben")
    assert job["pid"] not in (None, os.getpid())
    made = contents(surveyed)
    assert set(made["CHANGES"].run_id) == {job["run_id"]}
    assert made["ESTIMATES"].run_id.nunique() == 2
    computed = run_list(surveyed).query("use_case in ['estimate', 'compare']")
    assert list(computed.by) == ["ben"] * 3
    told = trail_lines(surveyed).head(4)
    assert list(told.action) == ["run", "run", "run", "begin-job"]
    assert set(zip(told.name, told.role, strict=True)) == {("ben", STATISTICIAN)}
    assert jobs.refresh(surveyed, NAME) == job["run_id"]  # nothing is computed twice
    assert contents(surveyed)["ESTIMATES"].equals(made["ESTIMATES"])


def test_a_cancelled_job_ends_keeps_what_it_finished_and_leaves_the_way_free(surveyed):
    for wave in ("2024-07", "2024-08"):
        take(surveyed, wave, as_csv(interviews(int(wave[-1]) + 5)))
    number = jobs.start(surveyed, jobs.REFRESH, NAME)
    jobs.cancel(surveyed.acting(BEN), number)
    cancelled = trail_lines(surveyed).query("action == 'cancel-job'").iloc[0]
    assert (cancelled["name"], cancelled["role"]) == ("ben", STATISTICIAN)
    job = ended(surveyed)
    assert job["state"] == "cancelled" and job["progress"] < 1
    with pytest.raises(Fault) as caught:
        jobs.cancel(surveyed, number)
    assert caught.value.key == "jobs.not_running"
    time.sleep(0.2)
    before = row_counts(surveyed)
    time.sleep(jobs.BEAT)
    assert row_counts(surveyed) == before  # nobody is at work
    assert row(surveyed) == number + 1


def test_a_killed_worker_is_noticed_and_said_and_blocks_nobody(surveyed):
    number = jobs.start(surveyed, jobs.REFRESH, NAME)
    os.kill(jobs.newest_job(surveyed, NAME)["pid"], signal.SIGKILL)
    job = ended(surveyed, 30)
    assert (job["job_id"], job["state"], job["fault"]) == (number, "lost", "jobs.lost")
    for t in BOTH.values():
        assert str(job["pid"]) in jobs.job_text(job, t)
    assert row(surveyed) == number + 1


def test_the_next_job_has_the_same_process_and_a_killed_one_is_replaced(sqlite_store):
    begin_survey(sqlite_store)
    take(sqlite_store)
    pids = []
    for killed in (False, True, False):
        jobs.start(sqlite_store, jobs.REFRESH, NAME)
        job = ended(sqlite_store)
        assert job["state"] == "done"
        pids.append(job["pid"])
        if killed:
            os.kill(job["pid"], signal.SIGKILL)
            workers._begun[job["pid"]].wait(60)
    assert pids[0] == pids[1] != pids[2]
    assert contents(sqlite_store)["ESTIMATES"].run_id.nunique() == 1  # the later ones had nothing to do


def test_a_process_ends_when_nobody_is_left_to_give_it_a_job(monkeypatch):
    done = []
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"7 centre\n8 leader\n")))
    workers.wait_for_jobs(lambda *job: done.append(job))
    assert done == [(7, "centre"), (8, "leader")]


def test_a_process_ends_when_no_job_comes_for_a_while(monkeypatch):
    reading, writing = os.pipe()
    monkeypatch.setattr(workers, "IDLE", 0.01)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=os.fdopen(reading, "rb")))
    workers.wait_for_jobs(lambda *_: pytest.fail("nobody gave it a job"))
    os.close(writing)


def test_a_worker_on_another_machine_is_given_up_after_a_long_silence_only(store):
    begin_survey(store)
    silent = datetime.now(UTC) - jobs.SILENCE
    number = row(store, host="elsewhere", pid=1, heartbeat=silent + timedelta(seconds=30))
    assert jobs.newest_job(store, NAME)["state"] == "running"
    with store.begin() as connection:
        connection.execute(schema.jobs.update().values(heartbeat=silent - timedelta(seconds=1)))
    job = jobs.newest_job(store, NAME)
    assert (job["job_id"], job["state"]) == (number, "lost")


def test_the_store_itself_refuses_two_running_jobs_on_one_programme(store):
    row(store)
    with pytest.raises(Fault):
        row(store)
    row(store, resource="another")
    row(store, finished=datetime.now(UTC), state="done")


def test_work_that_fails_leaves_its_reason_in_both_languages(sqlite_store):
    number = row(sqlite_store, arguments={"programme": "nobody"}, resource="nobody")
    jobs.work(sqlite_store, number)
    (job,) = jobs.job_list(sqlite_store).to_dict("records")
    assert (job["state"], job["fault"]) == ("failed", "programme.unknown")
    assert "There is no programme nobody" in jobs.job_text(job, BOTH["en"])
    assert "nobody" in jobs.job_text(job, BOTH["zh"])


def test_a_step_that_cannot_be_computed_keeps_no_other_from_being_computed(sqlite_store, monkeypatch):
    begin_survey(sqlite_store)
    take(sqlite_store, MAY, as_csv(interviews(1)))

    def refused(_):
        raise Fault(key="rolling.break", wave=MAY, since=MAY)

    steps_of = jobs.wave_steps
    monkeypatch.setattr(jobs, "wave_steps", lambda *of: [("rolling year", refused), *steps_of(*of)])
    jobs.work(sqlite_store, row(sqlite_store))
    (job,) = jobs.job_list(sqlite_store).to_dict("records")
    assert (job["state"], job["fault"]) == ("failed", "rolling.break")
    assert "estimate" in set(run_list(sqlite_store).use_case)


def test_work_that_breaks_is_no_job_that_runs_for_ever(sqlite_store, monkeypatch):
    number = row(sqlite_store)
    monkeypatch.setitem(jobs.WORK, "refresh", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        jobs.work(sqlite_store, number)
    (job,) = jobs.job_list(sqlite_store).to_dict("records")
    assert job["state"] == "failed" and "ZeroDivisionError" in jobs.job_text(job, BOTH["zh"])


def test_progress_only_grows_and_says_what_is_done_and_comparisons_asked_for_are_made_again(sqlite_store):
    begin_survey(sqlite_store)
    for seed, wave in enumerate((MAY, JUNE), 1):
        take(sqlite_store, wave, as_csv(interviews(seed)))
    heard = []
    jobs.refresh(sqlite_store, NAME, report=lambda *said: heard.append(said))
    shares = [share for share, _ in heard]
    assert shares == sorted(shares) and shares[0] == 0 and 0.66 < shares[-1] < 1
    assert {step.split(" · ")[0] for _, step in heard} == {MAY, JUNE, f"{MAY} → {JUNE}"}
    jobs.compare_windows(sqlite_store, NAME, MAY, f"{MAY}+{JUNE}")
    take(sqlite_store, MAY, as_csv(interviews(3)))
    jobs.refresh(sqlite_store, NAME)
    asked = newest_comparison(sqlite_store, NAME, JUNE, f"{MAY}>{MAY}+{JUNE}")
    assert asked is not None and not outdated_runs(sqlite_store, among=[asked["run_id"]])


@pytest.mark.parametrize(("progress", "seconds"), [(0.0, None), (0.25, 180.0), (0.5, 60.0), (1.0, 0.0)])
def test_time_left_is_that_of_the_rest_at_the_speed_so_far(progress, seconds):
    now = datetime(2026, 1, 1, 12, 1, tzinfo=UTC)
    assert jobs.seconds_left({"progress": progress, "started": datetime(2026, 1, 1, 12)}, now) == seconds


def test_the_command_line_computes_lists_and_cancels(fresh_url, rankshift):
    url = fresh_url("sqlite")
    store = begin_survey(Store.create(url))
    take(store, MAY)
    assert "Job 1 has begun." in (done := rankshift("refresh", "--store", url)).out and done.code == 0
    assert "done" in rankshift("jobs", "--store", url).out
    refused = rankshift("jobs", "--cancel", 1, "--store", url, language="zh")
    assert refused.code == 1 and "作业1不在运行" in refused.err
    row(store, progress=0.5, step=MAY)
    assert "50% done, at 2024-05" in rankshift("jobs", "--store", url).out
    assert rankshift("jobs", "--cancel", 2, "--store", url).code == 0
    with store.read() as connection:
        assert connection.scalar(sa.select(schema.jobs.c.cancel).where(schema.jobs.c.job_id == 2))
