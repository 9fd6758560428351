"""Where a figure comes from: its run, the versions of all that the run read, and the code that computed it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.figures.league import League
from service.figures.weighing import WaveWeights
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.remembered import remembered

VERSIONED = {  # what a run reads -> the table of its versions, and the column that names it
    "programme": (schema.programmes, schema.programmes.c.programme),
    "wave": (schema.waves, schema.waves.c.wave),
    "margins": (schema.margins, schema.margins.c.period),
}


@dataclass(frozen=True)
class Read:
    """One version that a run read: "programme", "wave" or "margins", its name, its version, its file."""

    kind: str
    name: str
    version: int
    file: str


@dataclass(frozen=True)
class Provenance:
    """A run behind a figure: its number and use case, what it read, and with which code, seed, when and by whom."""

    run_id: int
    use_case: str
    arguments: Mapping
    reads: tuple[Read, ...]
    code: str
    seed: str
    at: datetime
    by: str


@permitted
@remembered
def provenance(store: Store, league: League) -> dict[str, Provenance]:
    """use case -> the run behind the figures of a league that this use case computed."""
    return {use_case: _of_run(store, run) for use_case, run in league.runs.items()}


@permitted
def weights_provenance(store: Store, weights: WaveWeights) -> Provenance:
    """The run behind a wave's weights."""
    return _of_run(store, weights.run)


def _of_run(store: Store, run: Mapping) -> Provenance:
    inputs, reads = schema.run_inputs, []
    with store.read() as connection:
        for kind, (table, name) in VERSIONED.items():
            columns = sa.select(name, table.c.version, table.c.file)
            joined = columns.join(inputs, sa.and_(inputs.c.kind == kind, inputs.c.version_id == table.c.version_id))
            rows = connection.execute(joined.where(inputs.c.run_id == run["run_id"]).order_by(name))
            reads += [Read(kind, *row) for row in rows]
    values = {
        "code": run["version"],
        **{key: run[key] for key in ("run_id", "use_case", "arguments", "seed", "at", "by")},
    }
    return Provenance(reads=tuple(reads), **values)
