"""The made-up survey of tests/programmes/: its file, its interviews, and what a store holds, to compare it."""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import sqlalchemy as sa

from service.figures import waves
from service.intake import imports
from service.intake.import_log import Imported
from service.store import schema
from service.store.engine import Store
from service.store.permissions import CENTRE, Actor
from words import speaker

PROGRAMME = (Path(__file__).parents[1] / "programmes" / "harbours.toml").read_bytes()
ANN = Actor("ann", CENTRE)
NAME, MAY, JUNE = "harbours", "2024-05", "2024-06"
TOWNS = {"ash": "north", "birch": "north", "cedar": "north", "dill": "south", "elder": "south"}
BOTH = {language: speaker(language) for language in ("zh", "en")}
LOGS = {"imports", "audit"}  # tables that a refused import may write


def changed(*replacements: tuple[str, str]) -> bytes:
    """The programme with texts replaced; each must be in it."""
    text = PROGRAMME.decode()
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()


def interviews(seed: int = 5) -> pd.DataFrame:
    """Sixty interviews: six in each side of each town."""
    rng = np.random.default_rng(seed)
    places = pd.DataFrame(product(TOWNS, ("quay", "hill"), range(6)), columns=["town", "side", "k"])
    n = len(places)
    return pd.DataFrame(
        {
            "id": places.town + "-" + places.side + "-" + places.k.astype(str),
            "town": places.town,
            "side": places.side,
            "w": (1 + rng.integers(1, 9, n) / 4).astype(str),
            "noise": rng.choice(["often", "rarely", "never", "refused"], n, p=[0.3, 0.3, 0.35, 0.05]),
            "pier": rng.choice(["good", "fair", "poor", "none here"], n),
            "market": rng.choice(["good", "fair", "poor"], n),
            "remark": "",
        }
    )


def as_csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False).encode()


def take(store: Store, wave: str = MAY, content: bytes | None = None, reason: str | None = None, **seed) -> Imported:
    """Import a wave of the made-up survey, as Ann; reason: why it may differ from a sample that was drawn."""
    content = as_csv(interviews(**seed)) if content is None else content
    return imports.import_wave(store.acting(ANN), NAME, wave, content, f"{wave}.csv", reason=reason)


def begin_survey(store: Store, programme: bytes = PROGRAMME) -> Store:
    imports.import_programme(store.acting(ANN), programme, "harbours.toml")
    return store


def whole_survey(store: Store, may: pd.DataFrame, june: pd.DataFrame, programme: bytes = PROGRAMME):
    """Programme, two waves, their estimates and their comparison; the three computed runs."""
    begin_survey(store, programme)
    take(store, MAY, as_csv(may))
    take(store, JUNE, as_csv(june))
    runs = [waves.estimate_wave(store.acting(ANN), NAME, wave) for wave in (MAY, JUNE)]
    return [*runs, waves.compare_waves(store.acting(ANN), NAME, MAY, JUNE)]


def two_waves(store: Store, programme: bytes = PROGRAMME):
    """`whole_survey` with the interviews of seeds 1 and 2."""
    return whole_survey(store, interviews(1), interviews(2), programme)


def contents(store: Store, tables=None) -> dict[str, pd.DataFrame]:
    """Every row of the derived tables (or of those named), in the order of their keys."""
    found = {}
    for name in tables or schema.DERIVED:
        table = schema.DERIVED.get(name, schema.metadata.tables.get(name.lower()))
        frame = store.table(sa.select(table))
        found[name] = frame.sort_values([c.name for c in table.primary_key], ignore_index=True)
    return found


def row_counts(store: Store) -> dict[str, int]:
    """How many rows each table has, apart from the import log."""
    with store.read() as connection:
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(table))
            for name, table in schema.metadata.tables.items()
            if name not in LOGS
        }
