"""The import log: what somebody tried to import, and how it ended, recorded whether it was imported or refused."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from fieldwork.phone_numbers import masked_values
from service.files.choice import Note
from service.store import audit, schema
from service.store.engine import Store
from service.store.permissions import Actor, permitted
from words import Fault

FRAME = "frame"
FROM_RESPONSES = "responses"  # what the file of a wave is called that was made of its responses, before the wave
REFUSED = "refused"  # an outcome, besides those of `programme.versions`


@dataclass(frozen=True)
class Imported:
    """What an import did: the outcome of `versions.next_step`, what was imported, and its version.

    notes: what was recognised in the file, to be said.
    """

    outcome: str
    programme: str
    wave: str
    version: int
    interviews: int = 0
    notes: tuple[Note, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Tried:
    """What somebody tried to import.

    programme: "" for a programme file, whose name is in the file; wave: "" for a programme, `frame_label` for a frame.
    """

    programme: str
    wave: str
    file: str
    actor: Actor


@contextmanager
def refusals_logged(store: Store, tried: Tried) -> Generator[None]:
    """Record a Fault in the import log, in a transaction of its own, since that of the import is rolled back."""
    try:
        yield
    except Fault as fault:
        with store.begin() as connection:
            log_attempt(connection, tried, fault)
        raise


def log_attempt(connection: sa.Connection, tried: Tried, outcome: Imported | Fault) -> None:
    """Record an attempt in the import log and the audit trail, with telephone numbers masked."""
    row: dict[str, Any] = {"programme": tried.programme, "wave": tried.wave, "file": tried.file, "by": tried.actor.name}
    if isinstance(outcome, Fault):
        row |= {"outcome": REFUSED, "fault": outcome.key, "fault_values": masked_values(outcome.values)}
    else:
        row |= {"outcome": outcome.outcome, "programme": outcome.programme, "version": outcome.version}
        row["interviews"] = outcome.interviews or None
    connection.execute(schema.imports.insert().values(**row, at=datetime.now(UTC)))
    details = {k: row[k] for k in ("programme", "wave", "file", "outcome", "version", "fault") if row.get(k)}
    audit.append(connection, tried.actor, "import", details)


@permitted
def import_log(store: Store) -> pd.DataFrame:
    """Every attempt to import anything, newest first; a failed one with the key and the values of its Fault."""
    log = store.table(sa.select(schema.imports).order_by(schema.imports.c.import_id.desc()))
    return log.assign(fault=log.fault.astype(object).where(log.fault.notna(), None))


def frame_label(name: str) -> str:
    """What the import log has in place of a wave if the file was a frame."""
    return f"{FRAME} {name}"
