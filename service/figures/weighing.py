"""What pages and the command line show of a wave's weights: steps, what each changed, margins, extremes, trimming."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import sqlalchemy as sa

from estimation import Weighting, extreme_weights, measure_values, trimming_cost, weight_summary
from programme.survey import Programme
from service.figures.league import newest_run, newest_wave
from service.figures.waves import WEIGH, Wave, load_waves
from service.files.write import csv_bytes
from service.intake.imports import load_margins, programme_of_run
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.runs import outdated_runs, run_inputs
from words import Fault


@dataclass(frozen=True, eq=False)
class WaveWeights:
    """A wave's weights as a run made them, and the steps computed again from the versions that run read.

    stored    step -> weights (n,) of all released numbers, 0 for those who left
    period    of the known totals, and the file they came in; None: no margins
    """

    programme: Programme
    data: Wave
    stored: Mapping[str, np.ndarray]
    period: str | None
    file: str | None
    run: Mapping
    outdated: bool

    @property
    def weighting(self) -> Weighting:
        """The steps."""
        assert self.data.weighting is not None
        return self.data.weighting

    @property
    def steps(self) -> pd.DataFrame:
        """One row a step: n, sum, range, design effect, as in `weight_summary`."""
        return weight_summary(self.stored)

    @property
    def extremes(self) -> pd.DataFrame:
        """The heaviest final weights: number, weight, over the median, share of the sum of squares."""
        found = extreme_weights(self.stored[self.weighting.steps[-1].name])
        assert self.data.unit_id is not None
        return found.assign(unit_id=self.data.unit_id[found.row.to_numpy()])

    @cached_property
    def cost(self) -> pd.DataFrame | None:
        """What trimming did to each measure over everybody; None if nothing was trimmed or anybody answered."""
        if self.weighting.trimming is None:
            return None
        given, rows = self.data.given_design(self.programme.lonely), []
        before, after = self.weighting.untrimmed(given), self.weighting.design(given)
        for name, measure in self.programme.measures.items():
            values = measure_values(self.data.answers, measure, self.programme.items)
            if not np.isnan(values).all():
                rows.append(trimming_cost(values, before, after).set_axis([name]))
        return pd.concat(rows) if rows else None

    def csv(self) -> bytes:
        """Every released number's weight after each step, as stored."""
        table = pd.DataFrame({name: np.where(w > 0, w, np.nan) for name, w in self.stored.items()})
        table.insert(0, "unit_id", self.data.unit_id)
        return csv_bytes(table)


@permitted
def read_weights(store: Store, programme: str, wave: str | None = None) -> WaveWeights:
    """The newest weights of a wave (not named: the newest wave); a Fault if none were made."""
    wave = wave or newest_wave(store, programme)
    run = newest_run(store, WEIGH, programme=programme, wave=wave)
    if run is None:
        raise Fault(key="weighting.not_made", wave=wave, programme=programme)
    with store.read() as connection:
        inputs = run_inputs(connection, run["run_id"])
    plan = programme_of_run(store, run["run_id"])
    (data,) = load_waves(store, plan, inputs)
    totals = [load_margins(store, number) for kind, number in inputs if kind == "margins"]
    period, file = (totals[0].period, totals[0].file) if totals else (None, None)
    late = run["run_id"] in outdated_runs(store)
    return WaveWeights(plan, data, _stored(store, run["run_id"], data), period, file, run, late)


def _stored(store: Store, run_id: int, data: Wave) -> dict[str, np.ndarray]:
    assert data.weighting is not None
    table = schema.DERIVED["WEIGHTS"]
    rows = store.frame(sa.select(table.c.unit_id, table.c.step, table.c.weight).where(table.c.run_id == run_id))
    wide = rows.set_index(["unit_id", "step"]).weight.unstack("step").reindex(data.unit_id).fillna(0.0)  # noqa: PD010
    return {step.name: wide[step.name].to_numpy() for step in data.weighting.steps}
