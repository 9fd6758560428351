"""The sample of a wave that was drawn here, as the wave's file is compared with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
import sqlalchemy as sa

from sampling.draw.releases import is_out, portions_out, weighted_release
from sampling.draw.screened import DEAD, screened_weights
from service.intake.logged import logged_outcomes
from service.intake.logged_outcomes import interviewed_of
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted

draws, units, releases, plans = schema.draws, schema.sample_units, schema.releases, schema.plans
screened = schema.screened_units
COLUMNS = ["area", "stratum", "psu", "base_weight"]


@dataclass(frozen=True, eq=False)
class DrawnWave:
    """The units released for a wave, and what its call log says of them.

    draw_id, releases  the draw, and how many releases of it were made
    units              one row for each released unit, by its unit_id: area, stratum, psu (None without) and
                       base_weight, which is 0 for numbers that a screening calls dead and that are not called
    unreleased         the units drawn that are in no release yet
    outcomes           unit_id and disposition of every outcome in the call log; None if no call was imported
    """

    wave: str
    draw_id: int
    releases: int
    units: pd.DataFrame
    unreleased: frozenset[str]
    outcomes: pd.DataFrame | None

    @cached_property
    def interviewed(self) -> frozenset[str] | None:
        """The units with an interview in the call log; None without a log."""
        return None if self.outcomes is None else interviewed_of(self.outcomes)


@permitted
def drawn_wave(store: Store, programme: str, wave: str) -> DrawnWave | None:
    """The sample of a wave; None if the wave was not drawn here."""
    with store.read() as connection:
        of_wave = draws.c.programme == programme, draws.c.wave == wave
        joined = sa.select(draws.c.draw_id, plans.c.wanted).join(plans, plans.c.plan_id == draws.c.plan_id)
        row = connection.execute(joined.where(*of_wave)).first()
        if row is None:
            return None
        by_release = sa.select(releases.c.strata).where(releases.c.draw_id == row.draw_id).order_by(releases.c.release)
        strata_released: Sequence = connection.scalars(by_release).all()
        outcomes = logged_outcomes(connection, programme, wave)
    drawn = store.table(sa.select(units).where(units.c.draw_id == row.draw_id))
    through = portions_out(strata_released, drawn.stratum)
    within = "stratum" if row.wanted.get("each") is None else "psu"
    out = is_out(drawn, through)
    weighted = weighted_release(drawn, through, within=within) if strata_released else drawn.iloc[:0]
    if (part := row.wanted.get("call_dead")) is not None:
        of_dead = sa.select(screened.c.unit_id, screened.c.called).where(screened.c.draw_id == row.draw_id)
        dead = store.table(of_dead.where(screened.c.status == DEAD))
        weighted = screened_weights(weighted, set(dead.unit_id), set(dead.unit_id[dead.called.astype(bool)]), part)
    return DrawnWave(
        wave,
        row.draw_id,
        len(strata_released),
        weighted.set_index("unit_id")[COLUMNS],
        frozenset(drawn.unit_id[~out]),
        outcomes,
    )
