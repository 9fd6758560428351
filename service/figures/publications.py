"""What of a programme's figures was released to leaders, and which runs a reader may therefore see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.intake.imports import current_programme
from service.store import schema
from service.store.engine import Store
from service.store.permissions import LEADER, permitted


@dataclass(frozen=True)
class Publication:
    """A wave's figures as they were released to leaders.

    number   counts the wave's publications: 1 is the first, each later one a correction
    note     of a correction: why it was made
    changed  since the publication before: "estimates" or "ranks" -> measure -> the areas whose figure is another
    runs     the runs whose figures were released
    """

    publication_id: int
    wave: str
    number: int
    at: datetime
    by: str
    note: str
    changed: Mapping[str, Mapping[str, list[str]]]
    runs: frozenset[int]


@permitted
def publications_of(store: Store, programme: str) -> list[Publication]:
    """All publications of a programme, the oldest first."""
    table, runs_of = schema.publications, schema.publication_runs
    with store.read() as connection:
        rows = connection.execute(
            sa.select(table).where(table.c.programme == programme).order_by(table.c.publication_id)
        ).all()
        pairs = connection.execute(
            sa.select(runs_of.c.publication_id, runs_of.c.run_id).where(
                runs_of.c.publication_id.in_([row.publication_id for row in rows])
            )
        ).all()
    found: list[Publication] = []
    for row in rows:
        number = 1 + sum(earlier.wave == row.wave for earlier in found)
        runs = frozenset(run for publication, run in pairs if publication == row.publication_id)
        found.append(Publication(row.publication_id, row.wave, number, row.at, row.by, row.note, row.changed, runs))
    return found


@permitted
def last_publication(store: Store, programme: str, wave: str) -> Publication | None:
    """The newest publication of a wave; None if it was never released."""
    return next((p for p in reversed(publications_of(store, programme)) if p.wave == wave), None)


@permitted
def runs_shown(store: Store, programme: str) -> frozenset[int] | None:
    """The runs whose figures the store's actor may see; None: all of them.

    Where the programme asks for releases, leaders see those of each wave's newest publication.
    """
    if store.actor.role != LEADER or not current_programme(store, programme)[1].release:
        return None
    newest = {publication.wave: publication for publication in publications_of(store, programme)}
    return frozenset().union(*(publication.runs for publication in newest.values()))
