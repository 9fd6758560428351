"""A bulletin is made, kept, and made again: what it said then is compared with what the same figures say now."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from presentation.bulletin.brief import brief, slide
from presentation.bulletin.notice import notice
from presentation.bulletin.report import report
from presentation.bulletin.wording import Asked, check_number
from service.bulletins.document import (
    BRIEF,
    NOTICE,
    PARAGRAPH,
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
from service.bulletins.since import changes_since
from service.store.engine import Store
from service.store.runs import outdated_runs
from words import Speaker, speaker

KEYS = ("base", "kind", "code", "wave")  # columns that say what a row is of
NAMED = ("base", "area", "group", "wave", "named")  # columns by which a row is called
FIGURE = re.compile(r"\d[\d,.]*")
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
    revised   the figures of its tables that are others now
    texts     the sentences whose figures are others now, such as the response rate: then, and now
    newer     runs behind today's figures that it does not rest on
    outdated  whether its data or programme were corrected and nothing was computed from them yet
    unreleased  runs since, of which leaders see no figures yet, so that today's bulletin does not rest on them
    """

    same: bool
    revised: tuple[Revised, ...]
    texts: tuple[tuple[str, str], ...]
    newer: tuple[int, ...]
    outdated: bool
    unreleased: tuple[int, ...] = ()


def made_again(store: Store, kept: Kept) -> Again:
    """The bulletin made again in its own language, wave and head, and compared with what is kept."""
    then = kept.document
    facts = bulletin_facts(store, kept.programme, wave=kept.wave, measure=then.measure, league=then.league)
    head = dict(kept.asked)
    asked = Asked(date.fromisoformat(head.pop("day")), **head)
    now = written(facts, kept.kind, asked, speaker(kept.language))
    same = digest_of(document_bytes(now)) == kept.digest
    newer = tuple(sorted(set(facts.runs) - kept.runs))
    revised = tuple(_revised(then, now)) if newer else ()  # what a run computed is never changed
    texts = () if same else tuple(_other_texts(then, now))
    since = changes_since(store, kept.programme, [kept]).get(kept.number)
    unreleased = () if since is None else tuple(sorted(set(since.newer) - set(facts.runs)))
    return Again(same, revised, texts, newer, bool(outdated_runs(store, among=facts.runs)), unreleased)


def _revised(then: Document, now: Document) -> Iterator[Revised]:
    tables = {grid.name: grid for grid in now.grids}
    for grid in then.grids:
        if grid.name in tables:
            yield from _of_grid(grid, tables[grid.name])


def _of_grid(then: Grid, now: Grid) -> Iterator[Revised]:
    """The cells that are printed otherwise now; the runs' numbers are no figures."""
    places = {column.name: k for k, column in enumerate(now.columns)}
    rows = dict(zip(_keys(now), now.rows, strict=True))
    names = [column.name for column in then.columns if column.name in NAMED]
    for key, row in zip(_keys(then), then.rows, strict=True):
        other = rows.get(key)
        name = " ".join(str(_value(then, row, name)) for name in names)
        for k, column in enumerate(then.columns):
            if column.name in ("run", "runs"):
                continue
            value = None if other is None or column.name not in places else other[places[column.name]]
            texts = (cell_text(row[k], column.form), cell_text(value, column.form))
            if texts[0] != texts[1]:
                yield Revised(then.title, name, column.heading, *texts)


def _value(grid: Grid, row: tuple[Any, ...], name: str) -> Any:
    """The value of a column in a row."""
    return row[[column.name for column in grid.columns].index(name)]


def _keys(grid: Grid) -> list[tuple[Any, ...]]:
    """What each row is of: an area or a group in one comparison, a wave, or what was named."""
    names = [column.name for column in grid.columns]
    of = [name for name in KEYS if name in names] or [name for name in NAMED if name in names]
    return [tuple(row[names.index(name)] for name in of) for row in grid.rows]


def _other_texts(then: Document, now: Document) -> Iterator[tuple[str, str]]:
    """The sentences at the same place that have other figures; the line that names the runs is none of them."""
    texts = [
        [block.text for block in made.blocks if block.kind == PARAGRAPH and made.source not in block.text]
        for made in (then, now)
    ]
    matcher = SequenceMatcher(None, *texts, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "replace" and b - a == d - c:
            pairs = zip(texts[0][a:b], texts[1][c:d], strict=True)
            yield from ((one, other) for one, other in pairs if _figures(other) - _figures(one))


def _figures(text: str) -> Counter[str]:
    """The figures in a text; how often each."""
    return Counter(FIGURE.findall(text))
