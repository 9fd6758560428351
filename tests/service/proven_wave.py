"""A wave of the made-up survey drawn from a list of two hundred people, rung, answered and estimated; nobody real."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pandas as pd
from made_up import ANN, MAY, NAME, PROGRAMME, TOWNS, as_csv, begin_survey, interviews, take

from sampling import Wanted
from service.drawing import draws, releases
from service.fieldwork import calls
from service.figures import waves
from service.protection.keys import Key
from service.samples import frames
from service.samples.samples import read_sample
from service.store.engine import Store

FRAME_KEY = Key(bytes(range(64)))
WANTED = Wanted(150, portions=(0.8, 0.2), attempts=3)
REFUSED, INTERVIEW = "2.11", "1.1"


def people() -> pd.DataFrame:
    """A list of forty people an area."""
    listed = pd.DataFrame({"unit_id": [f"{area}-{i:02}" for area in TOWNS for i in range(40)]})
    return listed.assign(area=listed.unit_id.str.split("-").str[0])


def drawn(
    store: Store,
    wave: str = MAY,
    wanted: Wanted = WANTED,
    *,
    value: str | None = None,
    listed: pd.DataFrame | None = None,
    by: tuple[str, ...] = ("area",),
    before: Callable[[Store], object] = lambda _: None,
) -> pd.DataFrame:
    """A wave drawn, with one portion released: the units that are called; before: what is done before the release."""
    at, content = store.acting(ANN), as_csv(people() if listed is None else listed)
    numbers = {"key": FRAME_KEY, "delete_on": date.today() + timedelta(days=30)} if b"phone" in content else {}
    frames.import_frame(at, NAME, "made_up", content, "made_up.csv", frame_key=FRAME_KEY, by=by, **numbers)
    draws.make_plan(at, NAME, wave, wanted)
    draws.approve_plan(at, NAME, wave, frame_key=FRAME_KEY)
    draws.draw_wave(at, NAME, wave, frame_key=FRAME_KEY, **({} if value is None else {"value": value}))
    before(at)
    releases.release_next(at, NAME, wave)
    sample = read_sample(at, NAME, wave)
    return sample.released[~sample.released.unit_id.isin(sample.uncalled)]


def rung(store: Store, sample: pd.DataFrame, wave: str = MAY, refusing: int = 6) -> pd.DataFrame:
    """The call log imported: the first few refused, all others gave an interview; returns these."""
    start = datetime(2024, 5, 6, 8, tzinfo=UTC)
    codes = [REFUSED if k < refusing else INTERVIEW for k in range(len(sample))]
    times = [(start + timedelta(minutes=k)).isoformat() for k in range(len(sample))]
    log = pd.DataFrame({"unit_id": sample.unit_id, "at": times, "interviewer": "i1", "disposition": codes})
    calls.import_calls(store.acting(ANN), NAME, wave, as_csv(log), "calls.csv")
    return sample.iloc[refusing:].reset_index(drop=True)


def answered(units: pd.DataFrame, seed: int = 5) -> pd.DataFrame:
    """A file of interviews of these units."""
    table = pd.concat([interviews(seed), interviews(seed + 1), interviews(seed + 2)], ignore_index=True)
    table = table.iloc[: len(units)].reset_index(drop=True)
    table = table.assign(id=units.unit_id, town=units.area, side=units.stratum)
    return table.assign(village=units.psu) if "psu" in units else table


def proven(store: Store, wave: str = MAY, wanted: Wanted = WANTED, programme: bytes = PROGRAMME, **options) -> Store:
    """The store with a wave that was drawn here, rung, answered and estimated; options: those of `drawn`."""
    begin_survey(store, programme)
    take(store, wave, as_csv(answered(rung(store, drawn(store, wave, wanted, **options), wave))))
    waves.estimate_wave(store.acting(ANN), NAME, wave)
    return store
