"""An import that is killed at any step leaves the old version or the new one, whole, on both engines."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from made_up import MAY, NAME, begin_survey, interviews, take

from service.care.doctor import FINE, examine
from service.figures.loaded_waves import load_wave
from service.intake.imports import wave_versions
from service.store import schema
from service.store.engine import Store

POINTS = {  # name -> the statement before which the process is killed, and how often it came before
    "before anything is written": ("INSERT INTO runs", 0),
    "before the version": ("INSERT INTO waves", 0),
    "before the first table": ("INSERT INTO objects", 0),
    "between two tables": ("INSERT INTO objects", 1),
    "before the log": ("INSERT INTO imports", 0),
    "before the commit": ("COMMIT", 0),
    "after the commit": ("ANCHOR", 0),
}
KILLED = """
import json, os, signal, sys
import sqlalchemy as sa
from made_up import MAY, NAME, interviews, take
from service.intake import wave_file
from service.store import audit, schema
from service.store.engine import Store

url, points = sys.argv[1], json.loads(sys.argv[2])

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def killed_at(begin, before, seed):
    store = Store.open(url)
    seen, logged = [], []
    @sa.event.listens_for(store.engine, "before_cursor_execute")
    def count(connection, cursor, statement, *_):
        logged.extend([statement] * statement.startswith("INSERT INTO imports"))
        if statement.startswith(begin):
            seen.append(statement)
            if len(seen) > before:
                die()
    if begin == "COMMIT":
        sa.event.listen(store.engine, "commit", lambda connection: logged and die())
    if begin == "ANCHOR":
        audit.anchor = die
    take(store, MAY, interviews(seed).to_csv(index=False).encode())

for seed, (begin, before) in enumerate(points, 10):
    child = os.fork()
    if not child:
        killed_at(begin, before, seed)
        os._exit(0)
    print(os.WTERMSIG(os.waitpid(child, 0)[1]), flush=True)
    store = Store.open(url)
    with store.read() as connection:
        tables = schema.waves, schema.objects, schema.runs
        counts = [connection.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables]
    store.engine.dispose()
    print(json.dumps(counts), flush=True)
"""


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_killed_import_leaves_the_old_version_or_the_new(engine, fresh_url):
    url = fresh_url(engine)
    store = begin_survey(Store.create(url))
    take(store)
    with store.read() as connection:
        tables = schema.waves, schema.objects, schema.runs
        before = [connection.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables]
    store.engine.dispose()
    folder = Path(__file__).parent
    environment = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{folder.parents[1]}"}
    asked = [sys.executable, "-c", KILLED, url, json.dumps(list(POINTS.values()))]
    done = subprocess.run(asked, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    signals, counts = map(int, lines[::2]), list(map(json.loads, lines[1::2]))
    assert dict(zip(POINTS, signals, strict=True)) == dict.fromkeys(POINTS, 9)
    old, last = dict.fromkeys([*POINTS][:-1], before), "after the commit"
    assert dict(zip(POINTS, counts, strict=True)) == old | {last: [before[0] + 1, before[1] + 3, before[2] + 1]}
    store = Store.open(url)
    versions = wave_versions(store, NAME).version_id.tolist()
    first, second = (load_wave(store, version).answers.noise.tolist() for version in versions)
    assert first == interviews().noise.tolist() and second == interviews(9 + len(POINTS)).noise.tolist()
    assert take(store, MAY, interviews(10).to_csv(index=False).encode()).outcome == "corrected"
    assert [f.grade for f in examine(url) if f.key.startswith(("doctor.objects", "doctor.damaged"))] == [FINE]
    store.engine.dispose()
