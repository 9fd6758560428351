"""Boards kept in the store, so that the first reader after a computation waits for none of it.

A board follows from the programme's version, the runs up to its wave, which of them the reader may see, and the code.
It is kept under the digest of all of these (`board_key`) and is given out under the same digest alone: whatever a new
run, release or version of the rules changes has another digest, so that no board can be out of date.
"""

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa

from accountability.ladders.events import Event, Verdict
from accountability.ladders.luck import Luck
from programme.declared import Programme
from service.figures.board import Consequences, Listed, WronglyListed
from service.figures.publications import runs_shown
from service.figures.use_cases import ANNUAL, COMPARE, ESTIMATE
from service.figures.windows import window
from service.store import audit, schema
from service.store.engine import Store
from service.store.permissions import sees_all
from service.store.runs import code_version

KEPT = "board"  # the action in the audit trail
CODE = ("contracts.py", "estimation", "accountability", "programme", "service/figures")  # what a board is made by

Row = Mapping[str, Any]  # of the table `boards`


def board_key(store: Store, programme_name: str, version_id: int, *, wave: str, league: str) -> str:
    """SHA-256 of all that the board of a wave and league follows from, for this reader.

    These are the runs of the programme that end with the wave or before it, those of them that the reader may see,
    whether small cells are withheld from the reader, the version of the programme that holds today, and the code.
    """
    runs = _runs_up_to(store, programme_name, wave)
    shown = runs_shown(store, programme_name)
    visible = None if shown is None else sorted(shown & set(runs))
    follows_from = [code_version(CODE), version_id, wave, league, sees_all(store.actor), runs, visible]
    return hashlib.sha256(json.dumps(follows_from).encode()).hexdigest()


def _runs_up_to(store: Store, programme_name: str, wave: str) -> list[int]:
    """The runs whose figures or verdicts a board of this wave may read."""
    runs = schema.runs
    text = {name: runs.c.arguments[name].as_string() for name in ("programme", "wave", "after", "year")}
    select = sa.select(runs.c.run_id, text["wave"], text["after"], text["year"]).where(
        runs.c.use_case.in_((ESTIMATE, COMPARE, ANNUAL)), text["programme"] == programme_name
    )
    with store.read() as connection:
        rows = connection.execute(select.order_by(runs.c.run_id)).all()
    return [run for run, of_wave, after, year in rows if (of_wave or year or window(after)[-1]) <= wave]


def kept_board(store: Store, key: str, programme: Programme) -> Consequences | None:
    """The board kept under a key; None if there is none, or if it is not the one that was written."""
    boards = schema.boards.c
    with store.read() as connection:
        row = connection.execute(sa.select(boards.digest, boards.content).where(boards.key == key)).first()
    if row is None or hashlib.sha256(row.content).hexdigest() != row.digest:
        return None
    return board_of(row.content, programme)


def row_of(key: str, board: Consequences) -> Row:
    """A board as a row of the store."""
    content, wave = content_of(board), board.waves[-1]
    named = {"programme": board.programme.name, "wave": wave, "league": board.league}
    return {"key": key, "digest": hashlib.sha256(content).hexdigest(), "content": content, **named}


def keep(store: Store, rows: Sequence[Row], *, current: Sequence[str]) -> None:
    """Write boards, and remove those of the same waves and leagues whose keys are not current."""
    boards = schema.boards
    named = {(row["programme"], row["wave"], row["league"]) for row in rows}
    with store.begin("boards") as connection:
        for programme, wave, league in sorted(named):
            same = (boards.c.programme == programme, boards.c.wave == wave, boards.c.league == league)
            connection.execute(boards.delete().where(*same, boards.c.key.not_in(current)))
        there = set(connection.scalars(sa.select(boards.c.key).where(boards.c.key.in_(current))))
        new = [dict(row) for row in rows if row["key"] not in there]
        if new:
            connection.execute(boards.insert(), new)
            details = [{name: row[name] for name in ("programme", "wave", "league", "key")} for row in new]
            audit.append(connection, store.actor, KEPT, {"boards": details})


def content_of(board: Consequences) -> bytes:
    """A board as JSON, compressed, without its programme; the same board gives the same bytes."""
    luck = board.luck
    areas = [] if luck is None else list(next(iter(luck.ever.values()), {}))
    written = {
        "league": board.league,
        "waves": board.waves,
        "unsurveyed": board.unsurveyed,
        "listed": [
            [*vars(row.event).values(), row.evidence, row.level, row.settling, row.asked] for row in board.listed
        ],
        "counts": board.counts,
        "luck": luck
        and {
            "areas": areas,
            "ever": {name: [ever[area] for area in areas] for name, ever in luck.ever.items()},
            "expected": luck.expected,
            "any_at_all": luck.any_at_all,
            "draws": luck.draws,
        },
        "panel": board.panel,
        "wrongly": [list(vars(of_rule).values()) for of_rule in board.wrongly],
        "together": {"columns": list(board.together), "rows": board.together.to_numpy(dtype=object).tolist()},
        "unjudged": board.unjudged,
        "runs": board.runs,
    }
    return zlib.compress(json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode())


def board_of(compressed: bytes, programme: Programme) -> Consequences:
    """The board that was written so."""
    written = json.loads(zlib.decompress(compressed))
    luck, together = written["luck"], written["together"]
    return Consequences(
        programme=programme,
        league=written["league"],
        waves=tuple(written["waves"]),
        unsurveyed=tuple(written["unsurveyed"]),
        listed=tuple(_listed(*row) for row in written["listed"]),
        counts=written["counts"],
        luck=luck
        and Luck(
            chance={},
            ever={name: dict(zip(luck["areas"], ever, strict=True)) for name, ever in luck["ever"].items()},
            expected=luck["expected"],
            any_at_all=luck["any_at_all"],
            draws=luck["draws"],
        ),
        panel=written["panel"],
        wrongly=tuple(WronglyListed(*row) for row in written["wrongly"]),
        together=pd.DataFrame(together["rows"], columns=together["columns"]),
        unjudged={area: tuple(waves) for area, waves in written["unjudged"].items()},
        runs=tuple(written["runs"]),
    )


def _listed(
    consequence: str, wave: str, area: str, verdicts: list[list[str]], unjudged: list[str], *how_sure: Any
) -> Listed:
    """A row of `listed` as it is written."""
    event = Event(consequence, wave, area, tuple(Verdict(*verdict) for verdict in verdicts), tuple(unjudged))
    return Listed(event, *how_sure)
