"""The panel of jobs under AppTest: begin one, see how far it is, cancel it, read what came of it."""

import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from service.care import jobs
from service.intake import imports
from service.store import schema
from service.store.engine import STORE_VARIABLE
from words import text

PROGRAMME = (Path(__file__).parents[1] / "programmes" / "harbours.toml").read_bytes()
NAME = "harbours"


@pytest.fixture
def surveyed(sqlite_store, monkeypatch):
    imports.import_programme(sqlite_store, PROGRAMME, "harbours.toml")
    monkeypatch.setenv(STORE_VARIABLE, sqlite_store.engine.url.render_as_string(hide_password=False))
    return sqlite_store


def running(store, **values) -> None:
    now = datetime.now(UTC)
    row = dict(
        use_case="refresh", arguments={}, resource=NAME, by="ann", state="running", progress=0.25, step="2024-05"
    )
    row |= dict(started=now - timedelta(seconds=170), heartbeat=now, host=socket.gethostname(), pid=os.getpid())
    with store.begin() as connection:
        connection.execute(schema.jobs.insert().values(cancel=False, **row | values))


def panel(language: str) -> AppTest:
    script = f"""
from service.store.engine import Store, store_url
from ui.panels import job
from words import speaker
job.show(Store.open(store_url()), {NAME!r}, speaker({language!r}))
"""
    return AppTest.from_string(script, default_timeout=60).run()


def said(at: AppTest) -> str:
    return "\n".join(str(part.value) for part in (*at.caption, *at.warning, *at.error))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_a_job_there_is_a_button_that_begins_one(surveyed, language, monkeypatch):
    begun = []
    monkeypatch.setattr(jobs, "start", lambda store, use_case, programme: begun.append((use_case, programme)))
    at = panel(language)
    assert [b.label for b in at.button] == [text("jobs.start", language)]
    at.button[0].click().run()
    assert begun == [("refresh", NAME)] and not at.exception


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_running_job_shows_how_far_it_is_and_can_be_cancelled(surveyed, language):
    running(surveyed)
    at = panel(language)
    assert not at.exception
    (bar,) = at.get("progress")
    assert bar.proto.value == 25
    for part in ("25", "2024-05", "ann", text("jobs.left", language, minutes=9.0)):
        assert part in bar.proto.text
    at.button[0].click().run()
    with surveyed.read() as connection:
        assert connection.scalar(sa.select(schema.jobs.c.cancel))
    assert text("jobs.stopping", language) in said(at) and not at.button


def test_a_lost_worker_is_said_on_the_page(surveyed):
    running(surveyed, heartbeat=datetime.now(UTC) - timedelta(hours=1), host="elsewhere")
    at = panel("en")
    assert "lost" in said(at) and "was last seen" in said(at)
    assert [b.label for b in at.button] == [text("jobs.start", "en")]


def test_a_job_somebody_else_began_meanwhile_is_said_when_another_is_begun(surveyed):
    at = panel("zh")
    running(surveyed)
    at.button[0].click().run()
    assert not at.exception
    assert "作业1" in said(at) or at.get("progress")
