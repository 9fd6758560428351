"""What is true beside what was estimated, where a survey is simulated and its truth is known."""

import numpy as np
import pandas as pd
import sqlalchemy as sa

from estimation.changes.verdicts import PROVEN, REAL
from service.figures.league import League
from service.figures.windows import window
from service.store import schema
from service.store.engine import Store
from service.store.objects import RECORDS, read_object
from service.store.permissions import permitted


@permitted
def read_truth(store: Store, league: League) -> pd.DataFrame | None:
    """By area of the league's table; None where the truth of its measure is not known.

    true, true_rank         the true value in the wave, and its rank among the areas shown (1 is the best)
    true_before, moved      the true value in the window compared with, and by how much it changed since
    change, called          the estimated change; 1 or -1 where a rise or a fall is confirmed, else 0
    The last four only of a league that is compared. A window's true value is the mean of those of its waves.
    """
    named = [name for name, record in league.programme.records.items() if record.true_of == league.measure.name]
    if not league.programme.simulated or not named:
        return None
    areas = league.table.index
    true = _window(store, league, str(league.upto or league.wave), named[0]).reindex(areas)
    sign = 1 if league.measure.largest_is_best else -1
    table = pd.DataFrame({"true": true, "true_rank": (-sign * true).rank(method="min")}, index=areas)
    if league.against is None or "change" not in league.table:
        return table
    before = _window(store, league, league.against, named[0]).reindex(areas)
    confirmed = league.table.verdict.isin((PROVEN, REAL)).to_numpy()
    called = np.where(confirmed, np.sign(league.table.relative), 0).astype(int)
    return table.assign(true_before=before, moved=true - before, change=league.table.change, called=called)


def _window(store: Store, league: League, name: str, record: str) -> pd.Series:
    """The mean of a record over the waves of a window, by area."""
    versions = schema.waves.c
    parts = []
    for wave in window(name):
        newest = sa.select(versions.version_id).where(
            versions.programme == league.programme.name, versions.wave == wave
        )
        with store.read() as connection:
            version_id = connection.scalar(newest.order_by(versions.version.desc()).limit(1))
        assert version_id is not None  # the league was computed from it
        records = read_object(store, version_id, RECORDS)
        parts.append(records[records.record == record].astype({"area": str}).set_index("area").value)
    return pd.concat(parts, axis=1).mean(axis=1)
