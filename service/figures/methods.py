"""Methods side by side for the figures of a league: computed again from the versions that its run read, not stored."""

import pandas as pd

from accountability.league.methods import method_table
from service.figures.computing import measure_of_wave
from service.figures.league import League
from service.figures.loaded_waves import load_waves
from service.figures.use_cases import ESTIMATE
from service.store.engine import Store
from service.store.permissions import permitted
from service.store.runs import run_inputs


@permitted
def compare_methods(store: Store, league: League) -> pd.DataFrame:
    """`method_table` of the areas shown, in the league's order; no jackknife where the programme makes the weights."""
    run, programme = league.runs[ESTIMATE], league.programme
    with store.read() as connection:
        inputs = sorted(run_inputs(connection, run["run_id"]))
    loaded = load_waves(store, programme, inputs)
    data = measure_of_wave(programme, loaded, run["arguments"], league.measure.name, league.league)
    by_method = method_table(data, level=programme.level, replicates=programme.weighting is None)
    return by_method.loc[list(league.table.index)]
