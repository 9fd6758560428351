"""A bulletin is made, kept, and made again: what it said then is compared with what the same figures say now."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date

from presentation.bulletin.brief import brief, slide
from presentation.bulletin.notice import notice
from presentation.bulletin.report import report
from presentation.bulletin.wording import Asked, check_number
from service.bulletins.document import (
    BRIEF,
    NOTICE,
    SLIDE,
    THEMATIC,
    Document,
    Grid,
    cell_text,
    digest_of,
    document_bytes,
)
from service.bulletins.facts import Facts, bulletin_facts
from service.bulletins.keeping import Kept, keep_bulletin
from service.store.engine import Store
from words import Speaker, speaker

WRITERS = {NOTICE: notice, THEMATIC: report, BRIEF: brief, SLIDE: slide}


def written(facts: Facts, kind: str, asked: Asked, t: Speaker) -> Document:
    """The bulletin of a kind; a Fault if the document's number lacks its serial."""
    check_number(facts, asked, t)
    return WRITERS[kind](facts, asked, t)


def made_bulletin(
    store: Store,
    programme_name: str,
    kind: str,
    asked: Asked,
    t: Speaker,
    *,
    wave: str | None = None,
    measure: str | None = None,
    league: str | None = None,
) -> Kept:
    """The bulletin of a wave, by default of the newest that leaders see, made and kept."""
    facts = bulletin_facts(store, programme_name, wave=wave, measure=measure, league=league)
    head = {**asdict(asked), "day": asked.day.isoformat()}
    return keep_bulletin(store, written(facts, kind, asked, t), facts.runs, head)


@dataclass(frozen=True)
class Revised:
    """A figure that is another now: the table, the row's first text, the column's heading, then and now."""

    table: str
    row: str
    column: str
    then: str
    now: str


@dataclass(frozen=True)
class Again:
    """A bulletin made again from the figures of today.

    same      to the byte of its content
    revised   the figures that are others now;  newer: runs behind today's figures that it does not rest on
    """

    same: bool
    revised: tuple[Revised, ...]
    newer: tuple[int, ...]


def made_again(store: Store, kept: Kept) -> Again:
    """The bulletin made again in its own language, wave and head, and compared with what is kept."""
    then = kept.document
    facts = bulletin_facts(store, kept.programme, wave=kept.wave, measure=then.measure, league=then.league)
    head = dict(kept.asked)
    asked = Asked(date.fromisoformat(head.pop("day")), **head)
    now = written(facts, kept.kind, asked, speaker(kept.language))
    same = digest_of(document_bytes(now)) == kept.digest
    newer = tuple(sorted(set(facts.runs) - kept.runs))
    return Again(same, () if same else tuple(_revised(then, now)), newer)


def _revised(then: Document, now: Document) -> Iterator[Revised]:
    tables = {grid.name: grid for grid in now.grids}
    for grid in then.grids:
        if grid.name in tables:
            yield from _of_grid(grid, tables[grid.name])


def _of_grid(then: Grid, now: Grid) -> Iterator[Revised]:
    """The cells that are others now; a row is known by its name, the runs' numbers are no figures."""
    key = next(k for k, column in enumerate(then.columns) if column.form == "text")
    places = {column.name: k for k, column in enumerate(now.columns)}
    rows = {row[key]: row for row in now.rows}
    for row in then.rows:
        other = rows.get(row[key])
        for k, column in enumerate(then.columns):
            if column.name in ("run", "runs"):
                continue
            value = None if other is None or column.name not in places else other[places[column.name]]
            if value != row[k]:
                texts = (cell_text(row[k], column.form), cell_text(value, column.form))
                yield Revised(then.title, str(row[key]), column.heading, *texts)
