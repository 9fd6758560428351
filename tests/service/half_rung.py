"""The made-up survey's May drawn from a list of sixty people, one release of two out, and attempts to ring them."""

from datetime import UTC, datetime, timedelta

import pandas as pd
from made_up import MAY, NAME, TOWNS, as_csv

from sampling import Wanted
from service.drawing import draws, releases
from service.fieldwork import calls
from service.fieldwork.answering import responses
from service.files.faults import FaultList
from service.intake.imports import current_programme
from service.protection.keys import Key
from service.samples import frames
from service.samples.samples import read_sample
from service.store.engine import Store
from service.store.permissions import CENTRE, Actor

FRAME_KEY = Key(bytes(range(64)))
WANTED = Wanted(20, portions=(0.5, 0.5), attempts=3)
FILE = "calls.csv"
NO_ANSWER, INTERVIEW = "3.13", "1.1"


def released(store: Store, programme: str = NAME, wave: str = MAY, areas=tuple(TOWNS)) -> Store:
    """The first of two releases of a wave drawn from a list of twelve people an area."""
    people = pd.DataFrame({"unit_id": [f"{area}-{i}" for area in areas for i in range(12)]})
    content = as_csv(people.assign(area=people.unit_id.str.split("-").str[0]))
    at = store.acting(Actor("ann", CENTRE))
    frames.import_frame(at, programme, "made_up", content, "made_up.csv", frame_key=FRAME_KEY)
    draws.make_plan(at, programme, wave, WANTED)
    draws.approve_plan(at, programme, wave, frame_key=FRAME_KEY)
    draws.draw_wave(at, programme, wave, frame_key=FRAME_KEY)
    releases.release_next(at, programme, wave)
    return at


def record_response(store: Store, programme: str, wave: str, response: responses.Response) -> responses.Recorded:
    """Record one response by itself, as a file with this line would."""
    programme_id, declared = current_programme(store, programme)
    table = responses.as_table([response], declared.questionnaire)
    with store.begin("round", programme, wave) as connection:
        return responses.record(connection, store.actor, programme_id, declared, wave, table, FaultList(wave))


def units(store: Store) -> list[str]:
    return list(read_sample(store, NAME, MAY).released.unit_id)


def log(rows) -> bytes:
    """unit, minutes after eight, outcome: as a CSV."""
    start = datetime(2024, 5, 6, 8, tzinfo=UTC)
    lines = [(unit, (start + timedelta(minutes=m)).isoformat(), "i1", code) for unit, m, code in rows]
    return as_csv(pd.DataFrame(lines, columns=["unit_id", "at", "interviewer", "disposition"]))


def ring(store: Store, *rows) -> calls.ImportedCalls:
    return calls.import_calls(store, NAME, MAY, log(rows), FILE)
