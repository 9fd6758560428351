"""Runs: what was computed, from which versions, with which arguments, seed and code, when and by whom.

So every figure can be computed again: a run names the versions of all that it read, which are never changed, and the
same versions, arguments, seed and code give the same digits (`rankshift rerun`).
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import sqlalchemy as sa

from service.store import audit, schema
from service.store.engine import Store, inserted_id
from service.store.permissions import Actor, permitted
from words import Speaker

RUN = "run"  # the action in the audit trail when a run was recorded
VISITOR, PLAYER = "visitor", "simulation"  # who acts in a demonstration, and the program that played its waves
PURE_ROOMS = ("contracts.py", "estimation", "accountability")
DRAWING = ("contracts.py", "sampling")


@cache
def code_version(rooms: tuple[str, ...] = PURE_ROOMS) -> str:
    """The package's version and a digest of the pure rooms' source: the same digest means the same numbers."""
    root, digest = Path(__file__).parents[2], hashlib.sha256()
    for room in rooms:
        path = root / room
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            digest.update(file.read_bytes())
    return f"{version('rankshift')}+{digest.hexdigest()[:12]}"


def planning_generator() -> np.random.Generator:
    """The generator with which every sample plan is simulated, so that the same plan always gives the same table."""
    return generator("rankshift", "plan")


def generator(seed: str, *labels: str) -> np.random.Generator:
    """A separate stream of random numbers for each seed and labels (measure, league): Philox, keyed by SHA-256."""
    key = hashlib.sha256("\x1f".join((seed, *labels)).encode()).digest()
    return np.random.Generator(np.random.Philox(key=np.frombuffer(key[:16], dtype=np.uint64)))


def add_run(
    connection: sa.Connection, actor: Actor, use_case: str, arguments: Mapping, inputs, *, seed: str = ""
) -> int:
    """Record a run and the versions it read, as (kind, version_id) pairs; returns the run's number."""
    row = dict(use_case=use_case, arguments=dict(arguments), seed=seed, version=code_version(), by=actor.name)
    run_id = inserted_id(connection, schema.runs.insert().values(**row, at=datetime.now(UTC)))
    if inputs:
        rows = [dict(run_id=run_id, kind=kind, version_id=number) for kind, number in inputs]
        connection.execute(schema.run_inputs.insert(), rows)
    details = {"run": run_id, "use_case": use_case, "arguments": dict(arguments), "version": row["version"]}
    audit.append(connection, actor, RUN, details)
    return run_id


def find_run(
    connection: sa.Connection, use_case: str, arguments: Mapping, inputs, *, seed: str, code: str | None = None
) -> int | None:
    """The newest run of a use case with the same inputs, arguments, seed and code, or None if there is none.

    code: a code version; None means the present one.
    """
    runs = schema.runs
    select = sa.select(runs.c.run_id, runs.c.arguments).where(
        runs.c.use_case == use_case, runs.c.seed == seed, runs.c.version == (code or code_version())
    )
    for run_id, stored_arguments in connection.execute(select.order_by(runs.c.run_id.desc())).all():
        if stored_arguments == dict(arguments) and run_inputs(connection, run_id) == set(inputs):
            return run_id
    return None


@permitted
def run_version(store: Store, run_id: int) -> str:
    """The version of the code that computed a run."""
    with store.read() as connection:
        return connection.scalar(sa.select(schema.runs.c.version).where(schema.runs.c.run_id == run_id))


def run_inputs(connection: sa.Connection, run_id: int) -> set[tuple[str, int]]:
    """The versions that a run read, as (kind, version_id) pairs."""
    inputs = schema.run_inputs
    rows = connection.execute(sa.select(inputs.c.kind, inputs.c.version_id).where(inputs.c.run_id == run_id))
    return {(kind, number) for kind, number in rows}


def run_row(connection: sa.Connection, run_id: int) -> sa.Row | None:
    """A run as it was recorded; None if there is no such run."""
    return connection.execute(sa.select(schema.runs).where(schema.runs.c.run_id == run_id)).first()


@permitted
def outdated_runs(store: Store, *, among: Iterable[int] | None = None) -> set[int]:
    """The runs that read a programme, wave or margins of which there is now a newer version.

    among: only these runs are looked at; None means all.
    """
    only = [] if among is None else [schema.run_inputs.c.run_id.in_(list(among))]
    inputs = schema.run_inputs
    outdated: set[int] = set()
    for kind, table, key in (
        ("programme", schema.programmes, ["programme"]),
        ("wave", schema.waves, ["programme", "wave"]),
        ("margins", schema.margins, ["programme", "period"]),
    ):
        newer = table.alias()
        same = sa.and_(*(table.c[k] == newer.c[k] for k in key), newer.c.version > table.c.version)
        select = (
            sa.select(inputs.c.run_id)
            .join(table, sa.and_(inputs.c.kind == kind, inputs.c.version_id == table.c.version_id))
            .where(sa.exists().where(same), *only)
        )
        outdated |= set(store.table(select).run_id)
    return outdated


@permitted
def run_list(store: Store) -> pd.DataFrame:
    """Every run, newest first; `outdated` if a version that it read was corrected since."""
    runs = store.table(sa.select(schema.runs).order_by(schema.runs.c.run_id.desc()))
    return runs.assign(outdated=runs.run_id.isin(outdated_runs(store)))


def local_time(at: datetime) -> str:
    """A stored time as this machine's clock shows it; SQLite returns it without its zone, which is UTC."""
    return f"{datetime.fromtimestamp(at.replace(tzinfo=at.tzinfo or UTC).timestamp()):%Y-%m-%d %H:%M}"


def person_text(name: str, t: Speaker) -> str:
    """A stored name as readers see it: as it is, but for the visitor of a demonstration and for who played it."""
    return t("sign_in.visitor") if name == VISITOR else t("sign_in.player") if name == PLAYER else name


def run_text(run: Mapping, t: Speaker) -> str:
    """A run in one line: number, use case, arguments, seed, code version, time and person."""
    arguments = " ".join(str(v) for v in run["arguments"].values() if not isinstance(v, Mapping))
    values = {"run": run["run_id"], "use_case": run["use_case"], "arguments": arguments, "seed": run["seed"] or "-"}
    return t("run.line", **values, version=run["version"], at=local_time(run["at"]), by=person_text(run["by"], t))
