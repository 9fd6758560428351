"""A wave's weights as they are read from the store, with what each step changed, the extremes, and trimming's cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import sqlalchemy as sa

from estimation import Weighting, extreme_weights, measure_values, trimming_cost, weight_summary
from programme.declared import Programme
from service.figures.league import newest_run, newest_wave
from service.figures.loaded_waves import Wave, load_waves
from service.figures.use_cases import WEIGH
from service.files.write import csv_bytes
from service.intake.imports import load_margins, programme_of_run
from service.store import schema
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.runs import outdated_runs, run_inputs
from words import Fault


@dataclass(frozen=True, eq=False)
class WaveWeights:
    """A wave's weights as a run stored them, and the steps computed again from the versions that the run read.

    stored        step -> weights (n,) of all released numbers, 0 for those that were dropped
    period, file  of the known totals; None if the weights are not calibrated
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
        """The weighting steps with all that they computed."""
        assert self.data.weighting is not None
        return self.data.weighting

    @property
    def steps(self) -> pd.DataFrame:
        """One row for each step: n, sum, range, design effect, as in `weight_summary`."""
        return weight_summary(self.stored)

    @property
    def extremes(self) -> pd.DataFrame:
        """The heaviest final weights: row, weight, over_median, share_of_squares, unit_id."""
        extremes = extreme_weights(self.stored[self.weighting.steps[-1].name])
        assert self.data.unit_id is not None
        return extremes.assign(unit_id=self.data.unit_id[extremes.row.to_numpy()])

    @cached_property
    def cost(self) -> pd.DataFrame | None:
        """What trimming did to each measure over all areas; None without trimming, or if nobody answered."""
        if self.weighting.trimming is None:
            return None
        design, rows = self.data.file_design(self.programme.lonely), []
        before, after = self.weighting.untrimmed(design), self.weighting.design(design)
        for name, measure in self.programme.measures.items():
            values = measure_values(self.data.answers, measure, self.programme.items)
            if not np.isnan(values).all():
                rows.append(trimming_cost(values, before, after).set_axis([name]))
        return pd.concat(rows) if rows else None

    def csv(self) -> bytes:
        """The weight of every released number after each step, as CSV."""
        table = pd.DataFrame({name: np.where(w > 0, w, np.nan) for name, w in self.stored.items()})
        table.insert(0, "unit_id", self.data.unit_id)
        return csv_bytes(table, simulated=self.programme.simulated)


@permitted
def read_weights(store: Store, programme: str, wave: str | None = None) -> WaveWeights:
    """The newest weights of a wave, by default of the newest wave; a Fault if there are none."""
    wave = wave or newest_wave(store, programme)
    run = newest_run(store, WEIGH, programme=programme, wave=wave)
    if run is None:
        raise Fault(key="weighting.not_made", wave=wave, programme=programme)
    with store.read() as connection:
        inputs = run_inputs(connection, run["run_id"])
    weighed_programme = programme_of_run(store, run["run_id"])
    (data,) = load_waves(store, weighed_programme, inputs)
    totals = [load_margins(store, number) for kind, number in inputs if kind == "margins"]
    period, file = (totals[0].period, totals[0].file) if totals else (None, None)
    outdated = run["run_id"] in outdated_runs(store)
    return WaveWeights(weighed_programme, data, _stored(store, run["run_id"], data), period, file, run, outdated)


def _stored(store: Store, run_id: int, data: Wave) -> dict[str, np.ndarray]:
    assert data.weighting is not None
    table = schema.DERIVED["WEIGHTS"]
    rows = store.table(sa.select(table.c.unit_id, table.c.step, table.c.weight).where(table.c.run_id == run_id))
    wide = rows.set_index(["unit_id", "step"]).weight.unstack("step").reindex(data.unit_id).fillna(0.0)  # noqa: PD010
    return {step.name: wide[step.name].to_numpy() for step in data.weighting.steps}
